{{ config(materialized='view') }}
{% set r = run_query("select id, amount, day, amount::float8 * 0.0000001 as f, amount::float8 * 1e20 as g, (id > 2) as b, date '2026-11-01' + id as dt, timestamp '2026-11-01 10:00:00.5' as ts, timestamptz '2026-11-01 10:00:00+00' as tz, '{\"a\": [1, \"\u00e9\"]}'::jsonb as j, null as n, sum(id) over () as s from " ~ source('raw', 'orders') ~ " order by id") %}
{% if execute %}
select 1 as x -- {{ r.column_names }} {{ r.rows[0].values() }} {{ r.columns[1].values() }}
-- {{ r | length }} {{ r.rows | length }} {{ r.columns['amount'].name }} {{ r.columns.keys() }}
{% for row in r %}
-- {{ row[0] }} {{ row.amount }} {{ row['f'] }} {{ row['g'] }} {{ row.b }} {{ row.dt }} {{ row.ts }} {{ row.tz }} {{ row.j }} {{ row.n }} {{ row.s }} {{ row }}
-- {{ row.dt.strftime('%d/%m/%y %A %j') }} {{ row.ts.strftime('%Y%m%dT%H%M%S.%f%%[%z]') }} {{ row.tz.strftime('%z %Z') }} {{ row.ts.isoformat() }} {{ row.dt.isoweekday() }} {{ row.ts.date() }}
-- {{ row.amount > 5 }} {{ row.amount == 3 }} {{ row.amount | int }} {{ row.amount | float }} {{ row.get('id') }} {{ row.get('zz', 7) }} {{ row.items() }}
{% endfor %}
-- {{ r.columns }} {{ r.rows }}
-- {{ r.columns[0] }} {{ r.rows[1:3] | length }} {{ r.columns[2].values_without_nulls() }}
-- {{ r.rows[0].keys() }} {{ 'y' if r else 'n' }} {{ 3 in r.columns[0] }} {{ r[0]['id'] }}
{% call statement('a', fetch_result=True) %}select 1 as one, 2 as one, 'x' as t where false{% endcall %}
{% set l = load_result('a') %}
-- {{ l.response }} {{ l.data }} {{ l.table.column_names }} {{ 'y' if l.table else 'n' }}
{% call statement('b', fetch_result=True) %}select 'a' as c, 5 as d{% endcall %}
{% set l = load_result('b') %}
-- {{ l['data'] }} {{ l.response }} {{ l.response.rows_affected }} {{ l.response.code }} {{ l.table.rows[0]['c'] }}
{% for name, column in run_query('select id, day from public.orders order by id').columns.items() %}
-- {{ name }} {{ column.values() }}
{% endfor %}
{% for c in adapter.get_columns_in_relation(source('raw', 'orders')) %}
-- {{ c.name }} {{ c.column }} {{ c.dtype }} {{ c.data_type }} {{ c.quoted }} {{ c.is_string() }} {{ c.is_number() }} {{ c.is_numeric() }} {{ c }} {{ c.literal(1) }}
{% endfor %}
{% set rel = adapter.get_relation(database=target.database, schema='public', identifier='orders') %}
-- {{ rel }} {{ rel.type }} {{ rel.is_view }} {{ rel.is_table }} {{ rel.name }} {{ rel.schema }} {{ rel.database }} {{ load_relation(source('raw', 'orders')).identifier }}
-- {{ adapter.get_relation(target.database, 'public', 'nope') is none }} {{ load_relation(this) is none }}
-- {{ adapter.get_missing_columns(source('raw', 'orders'), source('raw', 'customers')) | map(attribute='name') | list }}
-- {{ get_columns_in_query('select 1 as a, 2 as b') }} {{ adapter.check_schema_exists(target.database, 'public') }} {{ adapter.check_schema_exists(target.database, 'nope') }}
-- {{ adapter.get_columns_in_relation(api.Relation.create(database=target.database, schema='public', identifier='nope')) }}
{% endif %}
