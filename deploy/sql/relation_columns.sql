SELECT id, name, type
FROM mz_catalog.mz_columns
WHERE id = ANY ($1::text[])
ORDER BY id, position
