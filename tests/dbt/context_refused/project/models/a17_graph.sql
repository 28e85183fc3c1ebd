select '{{ graph }}' as x
