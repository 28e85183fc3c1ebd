select '{{ 'x' ~ target }}' as name
