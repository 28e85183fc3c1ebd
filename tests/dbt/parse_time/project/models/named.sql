{{ config(alias='renamed') }}
{# While the project is parsed `this` is known already, under the names that nothing has changed yet. #}
{% if this.name | length > 0 and this.schema.count('a') >= 0 %}
select '{{ this.name }}' as name, id from {{ ref('plain') }}
{% endif %}
