SELECT t.id
FROM mz_catalog.mz_tables t
JOIN mz_catalog.mz_schemas s ON s.id = t.schema_id
JOIN mz_catalog.mz_databases d ON d.id = s.database_id
WHERE d.name = $1 AND s.name = $2 AND t.name = 'log'
