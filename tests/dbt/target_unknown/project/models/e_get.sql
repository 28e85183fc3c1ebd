select '{{ target.get('port', 1) }}' as name
