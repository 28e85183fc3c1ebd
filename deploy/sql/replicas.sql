SELECT
    r.id, r.name, r.cluster_id, r.size, z.processes,
    s.online, s.oom, h.recent_ooms, h.last_offline_at
FROM mz_catalog.mz_cluster_replicas r
LEFT JOIN mz_catalog.mz_cluster_replica_sizes z ON z.size = r.size
LEFT JOIN (
    SELECT
        replica_id,
        count(*) FILTER (WHERE status = 'online') AS online,
        bool_or(reason = 'oom-killed') AS oom
    FROM mz_internal.mz_cluster_replica_statuses
    GROUP BY replica_id
) s ON s.replica_id = r.id
LEFT JOIN (
    SELECT
        replica_id,
        count(*) FILTER (
            WHERE reason = 'oom-killed' AND occurred_at > now() - INTERVAL '1 hour'
        ) AS recent_ooms,
        max(occurred_at) FILTER (WHERE status = 'offline') AS last_offline_at
    FROM mz_internal.mz_cluster_replica_status_history
    GROUP BY replica_id
) h ON h.replica_id = r.id
WHERE r.cluster_id LIKE 'u%'
ORDER BY r.cluster_id, r.name
