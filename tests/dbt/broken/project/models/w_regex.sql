select '{{ modules.re.sub("(a", "b", "a") }}' as a, '{{ modules.re.sub("\\q", "b", "a") }}' as b
