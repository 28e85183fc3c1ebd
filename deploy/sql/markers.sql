SELECT s.name
FROM mz_catalog.mz_schemas s JOIN mz_catalog.mz_databases d ON d.id = s.database_id
WHERE d.name = $1 AND s.name LIKE 'cutover\_%'
ORDER BY s.name
