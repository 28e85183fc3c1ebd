-- Comments name their object in another way than all else: "View(User(12))" is u12. A new owner is an `alter` of its own.
SELECT
    CASE WHEN e.details ->> 'new_owner_id' IS NULL THEN e.event_type ELSE 'owner' END AS event_type,
    e.object_type, e.object_id, e."user", e.occurred_at
FROM (
    SELECT
        id, event_type, object_type, details, "user", occurred_at,
        CASE event_type
            WHEN 'comment' THEN 'u' || regexp_replace(details ->> 'id', '[^0-9]', '', 'g')
            ELSE coalesce(details ->> 'id', details ->> 'object_id')
        END AS object_id
    FROM mz_catalog.mz_audit_events
) e
WHERE e.object_id = ANY ($1::text[])
ORDER BY e.id
