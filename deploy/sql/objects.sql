SELECT
    o.id, o.type, d.name AS database, s.name AS schema, o.name, o.owner_id, o.cluster_id,
    o.privileges, i.on_id, f.type AS source_type, h.milliseconds AS retention,
    k.type AS sink_type, k.envelope_type AS envelope, k.key_format, coalesce(k.value_format, k.format) AS value_format,
    k.create_sql AS sink_sql
FROM mz_catalog.mz_objects o
JOIN mz_catalog.mz_schemas s ON s.id = o.schema_id
JOIN mz_catalog.mz_databases d ON d.id = s.database_id
LEFT JOIN mz_catalog.mz_indexes i ON i.id = o.id
LEFT JOIN mz_catalog.mz_sources f ON f.id = o.id
LEFT JOIN mz_catalog.mz_sinks k ON k.id = o.id
LEFT JOIN (
    SELECT id, max(value::text) AS milliseconds FROM mz_internal.mz_history_retention_strategies GROUP BY id
) h ON h.id = o.id
WHERE o.id LIKE 'u%'
ORDER BY d.name, s.name, o.name
