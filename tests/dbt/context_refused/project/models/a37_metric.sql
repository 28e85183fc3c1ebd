select '{{ metric }}' as x
