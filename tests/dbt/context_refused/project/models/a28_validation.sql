select '{{ validation }}' as x
