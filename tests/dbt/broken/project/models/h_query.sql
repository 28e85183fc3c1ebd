{% set rows = run_query('select 1') %}
select {{ adapter.get_columns_in_relation(this) }}
