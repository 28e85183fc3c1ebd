SELECT c.id, c.name, c.type
FROM mz_catalog.mz_columns c
JOIN mz_catalog.mz_objects o ON o.id = c.id
JOIN mz_catalog.mz_schemas s ON s.id = o.schema_id
WHERE o.id LIKE 'u%' AND s.name = ANY ($1::text[])
ORDER BY c.id, c.position
