select '{{ render }}' as x
