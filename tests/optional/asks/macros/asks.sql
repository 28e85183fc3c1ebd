{% macro values_of(relation, column, default=[]) %}
    {%- if not execute %}{{ return(default) }}{% endif %}
    {%- if load_relation(relation) is none %}{{ return(default) }}{% endif %}
    {%- call statement('values_of', fetch_result=True) %}
        select {{ column }} as value from {{ relation }} group by {{ column }} order by 1
    {%- endcall %}
    {%- set found = load_result('values_of') %}
    {{ return(found['data'] | map(attribute=0) | list if found and found['data'] else default) }}
{% endmacro %}

{% macro columns_but(relation, except=[]) %}
    {%- if not (relation is mapping and relation.get('metadata', {}).get('type', '').endswith('Relation')) %}
        {%- do exceptions.raise_compiler_error('no relation: ' ~ relation) %}
    {%- endif %}
    {%- if not execute %}{{ return([]) }}{% endif %}
    {%- set kept = [] %}
    {%- for column in adapter.get_columns_in_relation(relation) if column.name | lower not in except %}
        {%- do kept.append(column) %}
    {%- endfor %}
    {{ return(kept) }}
{% endmacro %}

{% macro stack(relations) %}
    {%- set of = {} %}
    {%- set all = {} %}
    {%- for relation in relations %}
        {%- do of.update({relation: []}) %}
        {%- for column in columns_but(relation) %}
            {%- do of[relation].append(column.name) %}
            {%- if column.name not in all or (column.is_string() and all[column.name].is_string() and column.string_size() > all[column.name].string_size()) %}
                {%- do all.update({column.name: column}) %}
            {%- endif %}
        {%- endfor %}
    {%- endfor %}
    {%- for relation in relations %}
    select '{{ relation }}' as made_of
        {%- for name, column in all.items() %}, cast({{ adapter.quote(name) if name in of[relation] else 'null' }} as {{ column.data_type }}) as {{ column.quoted }}{% endfor %}
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{% endmacro %}

{% macro relations_like(pattern) %}
    {%- call statement('like', fetch_result=True) %}
        select distinct table_schema as "table_schema", table_name as "table_name", case table_type when 'BASE TABLE' then 'table' else 'view' end as "table_type"
        from {{ target.database }}.information_schema.tables
        where table_schema = 'public' and table_name like '{{ pattern }}'
        order by 1, 2
    {%- endcall %}
    {%- set found = load_result('like') %}
    {%- set relations = [] %}
    {%- if found and found['table'] %}
        {%- for row in found['table'] %}
            {%- do relations.append(api.Relation.create(database=target.database, schema=row.table_schema, identifier=row.table_name, type=row.table_type)) %}
        {%- endfor %}
    {%- endif %}
    {{ return(relations) }}
{% endmacro %}
