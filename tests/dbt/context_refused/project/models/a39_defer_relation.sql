select '{{ defer_relation }}' as x
