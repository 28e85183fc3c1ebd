select '{{ flags }}' as x
