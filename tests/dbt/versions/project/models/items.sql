select 2 as id, 'b' as name, {{ dbt.string_literal(model.name ~ ' ' ~ model.version) }} as made_by
