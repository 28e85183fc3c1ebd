select '{{ target.user }}' as name
