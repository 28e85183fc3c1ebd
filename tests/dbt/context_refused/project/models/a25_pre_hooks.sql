select '{{ pre_hooks }}' as x
