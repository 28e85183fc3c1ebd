SELECT s.id, d.name AS database, s.name, s.owner_id, s.privileges
FROM mz_catalog.mz_schemas s
JOIN mz_catalog.mz_databases d ON d.id = s.database_id
WHERE s.id LIKE 'u%'
ORDER BY d.name, s.name
