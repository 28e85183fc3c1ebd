{% set sql = 'mine' %}
select '{{ dbt_version }}' as version, '{{ sql }}{{ render('x') }}' as own, '{% for column in ['a', 'b'] %}{{ column }}{% endfor %}' as looped,
    '{{ model.version }}{{ model.identifier }}{{ model.nothing }}' as nothing, {{ model.version is defined }} as versioned, '{{ model.get('nothing', 'other') }}' as other,
    {{ model is mapping }} as mapping, '{{ results }}' as results, {{ flags.FULL_REFRESH }} as refresh, '{{ model['alias'] }}' as alias
