SELECT id, object_type, comment
FROM mz_internal.mz_comments
WHERE id LIKE 'u%' AND object_sub_id IS NULL
