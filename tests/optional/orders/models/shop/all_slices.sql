{% set slices = ['slice_1', 'slice_2', 'slice_3', 'slice_4', 'slice_5', 'slice_6'] %}
{% for slice in slices %}
select order_id, cents from {{ ref(slice) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
