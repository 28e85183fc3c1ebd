select '{{ '{}'.format(target) }}' as name
