select '{{ sql }}' as x
