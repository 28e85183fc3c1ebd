select '{{ {'t': target} }}' as name
