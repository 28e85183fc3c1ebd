select 1 as id, '{{ var("scoped") }}' as s, '{{ _inner() }}' as i
