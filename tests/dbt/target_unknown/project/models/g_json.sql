select '{{ target | tojson }}' as name
