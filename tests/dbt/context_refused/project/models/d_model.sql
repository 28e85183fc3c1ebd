select '{{ model | tojson }}' as x
