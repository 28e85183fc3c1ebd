SELECT m.id, m.object_type, m.comment, m.object_sub_id, c.name AS column
FROM mz_internal.mz_comments m
LEFT JOIN mz_catalog.mz_columns c ON c.id = m.id AND c.position::int8 = m.object_sub_id::int8
