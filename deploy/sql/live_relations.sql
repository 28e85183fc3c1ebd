SELECT o.name, CASE o.type WHEN 'materialized-view' THEN 'materialized_view' WHEN 'index' THEN 'view' ELSE o.type END AS type
FROM mz_catalog.mz_objects o
JOIN mz_catalog.mz_schemas s ON s.id = o.schema_id
JOIN mz_catalog.mz_databases d ON d.id = s.database_id
LEFT JOIN mz_catalog.mz_sources so ON so.id = o.id
WHERE s.name = $2 AND d.name = $1
  AND o.type IN ('table', 'source', 'view', 'materialized-view', 'index', 'sink')
  AND coalesce(so.type, '') NOT IN ('subsource', 'progress')
ORDER BY o.name
