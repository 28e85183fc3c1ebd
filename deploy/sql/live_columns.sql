SELECT c.name, c.type
FROM mz_catalog.mz_columns c
JOIN mz_catalog.mz_objects o ON o.id = c.id
JOIN mz_catalog.mz_schemas s ON s.id = o.schema_id
LEFT JOIN mz_catalog.mz_databases d ON d.id = s.database_id
WHERE o.name = $3 AND s.name = $2 AND (d.name = $1 OR s.database_id IS NULL)
ORDER BY c.position
