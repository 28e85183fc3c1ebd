select '{{ load_agate_table }}' as x
