SELECT
    c.id, c.name, c.owner_id, c.privileges, c.managed, c.size, c.replication_factor,
    c.introspection_interval::text AS introspection_interval, c.introspection_debugging,
    r.cluster_id IS NOT NULL AS reconfiguring,
    coalesce(s.type, 'manual') <> 'manual' AS scheduled, a.cluster_id IS NOT NULL AS scaled
FROM mz_catalog.mz_clusters c
LEFT JOIN mz_internal.mz_cluster_schedules s ON s.cluster_id = c.id
LEFT JOIN mz_internal.mz_cluster_auto_scaling_strategies a ON a.cluster_id = c.id
LEFT JOIN mz_internal.mz_cluster_reconfigurations r
    ON r.cluster_id = c.id AND r.status = 'in-progress'
WHERE c.id LIKE 'u%'
ORDER BY c.name
