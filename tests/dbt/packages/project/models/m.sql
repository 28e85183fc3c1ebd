{{ config(tags=['a', 'b'], meta={'owner': 'x'}) }}
select {{ utils.key(['a', 'b']) }}, {{ utils.helper() }}, {{ _inner() }}, {{ utils.dated('x') }}
     , {{ dbt.right('a', 3) }}, {% call wrap() %}in{% endcall %}, {{ count_to(5) }}
     , {{ config.get('tags') }}, {{ config.get('nope', 'dflt') }}, {{ config.get('meta').owner }}
     , {{ model.name }}, {{ model.unique_id }}, {{ this.identifier }}, {{ this.include(database=false) }}, {{ target.name }}, {{ model.fqn }}
     , {{ api.Relation.create(schema='s', identifier='i') }}, {{ ref('utils', 'base').schema }}
     , {{ execute }}, {{ var('l', [1, 'a', none]) }}, {{ tojson({'a': 1}) }}
     , {{ adapter.quote('x') }}, {{ load_nothing is defined }}, {{ dbt_utils is defined }}
from {{ ref('base') }} -- {{ 'x' if true }}
