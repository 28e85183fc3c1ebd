select '{{ column }}' as x
