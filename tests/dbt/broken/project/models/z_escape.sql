select '{{ modules.re.findall("\\q", "a") }}' as a
