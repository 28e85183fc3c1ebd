{{ config(alias='all') }}
{% for name in ['plain', 'in_schema', 'padded', 'number', 'empty', 'elsewhere'] -%}
select id from {{ ref(name) }}{{ ' union all' if not loop.last }}
{% endfor %}
-- depends_on: {{ ref('plain') }} {{ ref('in_schema') }} {{ ref('padded') }} {{ ref('number') }} {{ ref('empty') }} {{ ref('elsewhere') }}
-- {{ this }}
