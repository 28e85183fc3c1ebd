{{ config(meta={'names': ['x']}) }}
select '{{ target.schema }}' as s, {{ config.get('meta', {}).get('names', []) | length }} as n from {{ ref('changes') }}
