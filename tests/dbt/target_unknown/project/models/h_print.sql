select '{{ target }}' as name
