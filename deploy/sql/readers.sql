SELECT s.cluster_id, r.name AS role, s.referenced_object_ids
FROM mz_internal.mz_subscriptions s
LEFT JOIN mz_internal.mz_sessions u ON u.id = s.session_id
LEFT JOIN mz_catalog.mz_roles r ON r.id = u.role_id
