select '{{ write }}' as x
