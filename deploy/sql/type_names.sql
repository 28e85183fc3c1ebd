SELECT t.oid::text AS oid, format_type(t.oid, NULL) AS name
FROM mz_catalog.mz_types t
WHERE t.oid::text = ANY ($1::text[])
