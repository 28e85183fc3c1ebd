select '{{ '%s' | format(target) }}' as name
