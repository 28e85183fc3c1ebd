select '{{ sql_now }}' as x
