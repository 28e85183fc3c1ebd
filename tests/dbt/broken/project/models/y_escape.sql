select '{{ modules.re.sub("a", "\\q", "a") }}' as a
