SELECT
    c.id, c.name, c.owner_id, c.privileges, c.managed, c.size, c.replication_factor,
    c.introspection_interval::text AS introspection_interval, c.introspection_debugging, c.availability_zones,
    r.cluster_id IS NOT NULL AS reconfiguring,
    coalesce(s.type, 'manual') AS schedule, s.refresh_hydration_time_estimate::text AS estimate,
    a.strategy::text AS strategy, w.workload_class
FROM mz_catalog.mz_clusters c
LEFT JOIN mz_internal.mz_cluster_schedules s ON s.cluster_id = c.id
LEFT JOIN mz_internal.mz_cluster_auto_scaling_strategies a ON a.cluster_id = c.id
LEFT JOIN mz_internal.mz_cluster_workload_classes w ON w.id = c.id
LEFT JOIN mz_internal.mz_cluster_reconfigurations r
    ON r.cluster_id = c.id AND r.status = 'in-progress'
WHERE c.id LIKE 'u%'
ORDER BY c.name
