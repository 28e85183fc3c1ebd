{{ config(indexes=[{'columns': ['id']}]) }}
select id, name from {{ ref('items') }} -- {{ this }} {{ model.version }} of {{ model.unique_id }}
