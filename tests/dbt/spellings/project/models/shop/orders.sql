{% if not execute and model.config.materialized != 'view' %}{{ exceptions.raise_compiler_error('the parser knows the project') }}{% endif %}
{{ config(tags=['late', 'early'], meta={'seen': model.config.meta | string}) }}

select id, '{{ model.path }}' as path, '{{ model.original_file_path }}' as file, {{ model.raw_code | length > 9 }} as long
     , '{{ model.description }}' as about, '{{ model.columns.id.description }}' as about_id, '{{ model.columns.id.tags }}' as tags
     , '{{ model.config.on_schema_change }}' as changes, {{ model.config.contract.enforced }} as strict, '{{ model.config.docs | string | length }}' as docs
     , '{{ model.depends_on.nodes }}' as reads, '{{ model.language }}' as language, '{{ model.meta.seen is defined }}' as seen, '{{ model.tags }}'
from {{ source('app', 'orders') }}, {{ source('plain', 'users') }}
