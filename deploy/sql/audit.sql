SELECT
    event_type, object_type, coalesce(details ->> 'id', details ->> 'object_id') AS object_id,
    "user", occurred_at
FROM mz_catalog.mz_audit_events
WHERE coalesce(details ->> 'id', details ->> 'object_id') = ANY($1::text[])
ORDER BY id
