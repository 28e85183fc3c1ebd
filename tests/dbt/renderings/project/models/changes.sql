{{ config(meta={'names': ['x']}) }}
{% if execute %}
{% do target.update({'schema': 'elsewhere'}) %}
{% for i in range(20) %}{% do config.get('meta')['names'].append('y') %}{% endfor %}
{% do model.config.update({'note': 'n'}) %}
{% endif %}
select '{{ target.schema }}' as s, {{ config.get('meta', {}).get('names', []) | length }} as n from {{ ref('base') }}
