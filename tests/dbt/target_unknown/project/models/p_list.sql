select '{{ [target] }}' as name
