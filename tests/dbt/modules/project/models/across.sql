select 1 as x /*
{% for part in ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond'] %}[{{ dbt.datediff('a', 'b', part) }}]{% endfor %}
[{{ dbt.last_day('a', 'quarter') }}][{{ dbt.last_day('a', 'month') }}][{{ dbt.split_part('a', "'-'", -2) }}][{{ dbt.split_part('a', "'-'", 2) }}]
[{{ dbt.cast_bool_to_text('x') }}][{{ dbt.cast('null', 'map') }}][{{ dbt.cast('Null', 'list') }}][{{ dbt.cast('null', 'record') }}][{{ dbt.cast('x', 'int') }}]
[{{ dbt.array_append('a', 'b') }}][{{ dbt.array_concat('a', 'b') }}][{{ dbt.array_construct(['a', 'b']) }}][{{ dbt.array_construct([], 'text') }}][{{ dbt.array_construct() }}]
[{{ dbt.equals('a', 'b') }}][{{ datediff('a', 'b', 'hour') }}][{{ safe_cast('a', 'int') }}][{{ type_string() }}] */
