SELECT id, create_sql FROM mz_catalog.mz_views WHERE id = ANY ($1::text[])
UNION ALL
SELECT id, create_sql FROM mz_catalog.mz_materialized_views WHERE id = ANY ($1::text[])
UNION ALL
SELECT id, create_sql FROM mz_catalog.mz_indexes WHERE id = ANY ($1::text[])
