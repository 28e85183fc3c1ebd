select '{{ _sql_results }}' as x
