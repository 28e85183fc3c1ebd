SELECT
    id, object_type, details ->> 'id' AS object_id,
    coalesce(details ->> 'name', details ->> 'item') AS name, "user", occurred_at
FROM mz_catalog.mz_audit_events
WHERE event_type = 'create' AND object_type <> 'cluster-replica' AND id > $1::bigint
ORDER BY id
