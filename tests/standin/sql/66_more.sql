-- The rest of Materialize's relations: the lists behind SHOW, and those of which this server has nothing to tell, with
-- their columns, so that a client that looks finds an empty one.

-- ---- the lists behind SHOW ----
CREATE VIEW mz_internal.mz_show_clusters AS
SELECT c.name, (SELECT string_agg(r.name || ' (' || r.size || ')', ', ' ORDER BY r.name) FROM standin.replicas r WHERE r.cluster_id = c.id) AS replicas,
       NULL::text AS activity, standin.comment_of(c.id, 'cluster') AS comment FROM standin.clusters c;
CREATE VIEW mz_internal.mz_show_cluster_replicas AS
SELECT c.name AS cluster, r.name AS replica, r.id AS replica_id, r.size,
       NOT EXISTS (SELECT FROM mz_internal.mz_hydration_statuses h WHERE h.replica_id = r.id AND NOT h.hydrated) AS ready, standin.comment_of(r.id, 'cluster-replica') AS comment
FROM standin.replicas r JOIN standin.clusters c ON c.id = r.cluster_id;
CREATE VIEW mz_internal.mz_show_all_objects AS SELECT schema_id, name, type, standin.comment_of(id, type) AS comment FROM mz_catalog.mz_objects;
CREATE VIEW mz_internal.mz_show_columns AS
SELECT c.id, c.name, c.nullable, c.type, c.position, coalesce((SELECT comment FROM standin.comments k WHERE k.id = c.id AND k.sub_id = c.position::bigint), '') AS comment
FROM mz_catalog.mz_columns c;
CREATE VIEW mz_internal.mz_show_indexes AS
SELECT i.id, i.name, o.name AS "on", c.name AS cluster, i.keys AS key, i.on_id, i.schema_id, i.cluster_id, standin.comment_of(i.id, 'index') AS comment
FROM standin.items i JOIN standin.items o ON o.id = i.on_id JOIN standin.clusters c ON c.id = i.cluster_id WHERE i.type = 'index';
CREATE VIEW mz_internal.mz_show_materialized_views AS
SELECT i.id, i.name, c.name AS cluster, i.schema_id, i.cluster_id, standin.comment_of(i.id, i.type) AS comment
FROM standin.items i JOIN standin.clusters c ON c.id = i.cluster_id WHERE i.type = 'materialized-view';
CREATE VIEW mz_internal.mz_show_views AS SELECT schema_id, name, standin.comment_of(id, type) AS comment FROM standin.items WHERE type = 'view';
CREATE VIEW mz_internal.mz_show_tables AS SELECT schema_id, name, standin.comment_of(id, type) AS comment, source_id FROM standin.items WHERE type = 'table';
CREATE VIEW mz_internal.mz_show_sources AS
SELECT i.id, i.name, i.source_type AS type, c.name AS cluster, i.schema_id, i.cluster_id, standin.comment_of(i.id, i.type) AS comment
FROM standin.items i LEFT JOIN standin.clusters c ON c.id = i.cluster_id WHERE i.type = 'source';
CREATE VIEW mz_internal.mz_show_sinks AS
SELECT i.id, i.name, i.details->>'type' AS type, c.name AS cluster, i.schema_id, i.cluster_id, standin.comment_of(i.id, i.type) AS comment
FROM standin.items i JOIN standin.clusters c ON c.id = i.cluster_id WHERE i.type = 'sink';
CREATE VIEW mz_internal.mz_show_connections AS
SELECT schema_id, name, details->>'type' AS type, standin.comment_of(id, type) AS comment FROM standin.items WHERE type = 'connection';
CREATE VIEW mz_internal.mz_show_secrets AS SELECT schema_id, name, standin.comment_of(id, type) AS comment FROM standin.items WHERE type = 'secret';
CREATE VIEW mz_internal.mz_show_types AS SELECT schema_id, name, standin.comment_of(id, type) AS comment FROM standin.items WHERE type = 'type';
CREATE VIEW mz_internal.mz_show_schemas AS SELECT database_id, name, standin.comment_of(id, 'schema') AS comment FROM standin.schemas;
CREATE VIEW mz_internal.mz_show_databases AS SELECT name, standin.comment_of(id, 'database') AS comment FROM standin.databases;
CREATE VIEW mz_internal.mz_show_roles AS SELECT name, standin.comment_of(id, 'role') AS comment FROM standin.roles WHERE id LIKE 'u%';
CREATE VIEW mz_internal.mz_show_network_policies AS SELECT 'default'::text AS name, 'open'::text AS rules, ''::text AS comment;
CREATE VIEW mz_internal.mz_show_my_default_privileges AS
SELECT * FROM mz_internal.mz_show_default_privileges WHERE grantee IN ('PUBLIC', current_setting('standin.role', true));
ALTER VIEW mz_internal.mz_show_my_all_privileges RENAME TO mz_show_all_my_privileges;
CREATE VIEW mz_internal.mz_show_role_members AS
SELECT standin.role_name(role_id) AS role, standin.role_name(member) AS member, standin.role_name(grantor) AS grantor FROM standin.role_members;
CREATE VIEW mz_internal.mz_show_my_role_members AS SELECT * FROM mz_internal.mz_show_role_members WHERE member = current_setting('standin.role', true);

-- ---- what follows from the catalog ----
CREATE VIEW mz_internal.mz_materialization_dependencies AS SELECT * FROM mz_internal.mz_compute_dependencies;
CREATE VIEW mz_internal.mz_cluster_workload_classes AS SELECT id, options->>'WORKLOAD CLASS' AS workload_class FROM standin.clusters;
CREATE VIEW mz_internal.mz_kafka_source_tables AS
SELECT i.id, i.reference AS topic, 'none'::text AS envelope_type, NULL::text AS key_format, NULL::text AS value_format
FROM standin.items i JOIN standin.items s ON s.id = i.source_id AND s.source_type = 'kafka' WHERE i.reference IS NOT NULL;
CREATE VIEW mz_internal.mz_postgres_sources AS
SELECT id, 'materialize_' || id AS replication_slot, NULL::mz_catalog.uint8 AS timeline_id FROM standin.items WHERE type = 'source' AND source_type = 'postgres';

-- ---- what this server has nothing of ----
CREATE FUNCTION pg_temp.nothing(relation text, columns text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN EXECUTE format('CREATE VIEW %s AS SELECT * FROM (SELECT %s) x WHERE false', relation, columns); END $$;
SELECT pg_temp.nothing(relation, columns) FROM (VALUES
    ('mz_catalog.mz_cluster_replica_frontiers', 'NULL::text AS object_id, NULL::text AS replica_id, NULL::mz_catalog.mz_timestamp AS write_frontier'),
    ('mz_catalog.mz_recent_storage_usage', 'NULL::text AS object_id, NULL::mz_catalog.uint8 AS size_bytes'),
    ('mz_internal.mz_compute_hydration_times', 'NULL::text AS replica_id, NULL::text AS object_id, NULL::mz_catalog.uint8 AS time_ns'),
    ('mz_internal.mz_compute_operator_hydration_statuses', 'NULL::text AS replica_id, NULL::text AS object_id, NULL::mz_catalog.uint8 AS physical_plan_node_id, NULL::boolean AS hydrated'),
    ('mz_internal.mz_wallclock_lag_history', 'NULL::text AS object_id, NULL::text AS replica_id, NULL::interval AS lag, NULL::timestamptz AS occurred_at'),
    ('mz_internal.mz_cluster_replica_metrics_history', 'NULL::text AS replica_id, NULL::mz_catalog.uint8 AS process_id, NULL::mz_catalog.uint8 AS cpu_nano_cores, NULL::mz_catalog.uint8 AS memory_bytes, NULL::mz_catalog.uint8 AS disk_bytes, NULL::timestamptz AS occurred_at, NULL::mz_catalog.uint8 AS heap_bytes, NULL::mz_catalog.uint8 AS heap_limit'),
    ('mz_internal.mz_cluster_replica_utilization', 'NULL::text AS replica_id, NULL::mz_catalog.uint8 AS process_id, NULL::double precision AS cpu_percent, NULL::double precision AS memory_percent, NULL::double precision AS disk_percent, NULL::double precision AS heap_percent'),
    ('mz_internal.mz_cluster_replica_history', 'NULL::text AS replica_id, NULL::text AS size, NULL::text AS cluster_id, NULL::text AS cluster_name, NULL::text AS replica_name, NULL::timestamptz AS created_at, NULL::timestamptz AS dropped_at, NULL::numeric AS credits_per_hour'),
    ('mz_internal.mz_cluster_replica_name_history', 'NULL::timestamptz AS occurred_at, NULL::text AS id, NULL::text AS previous_name, NULL::text AS new_name'),
    ('mz_internal.mz_cluster_deployment_lineage', 'NULL::text AS cluster_id, NULL::text AS current_deployment_cluster_id, NULL::text AS cluster_name'),
    ('mz_internal.mz_source_statistics', 'NULL::text AS id, NULL::text AS replica_id, NULL::mz_catalog.uint8 AS messages_received, NULL::mz_catalog.uint8 AS bytes_received, NULL::mz_catalog.uint8 AS updates_staged, NULL::mz_catalog.uint8 AS updates_committed, NULL::mz_catalog.uint8 AS records_indexed, NULL::mz_catalog.uint8 AS bytes_indexed, NULL::interval AS rehydration_latency, NULL::mz_catalog.uint8 AS snapshot_records_known, NULL::mz_catalog.uint8 AS snapshot_records_staged, NULL::boolean AS snapshot_committed, NULL::mz_catalog.uint8 AS offset_known, NULL::mz_catalog.uint8 AS offset_committed'),
    ('mz_internal.mz_sink_statistics', 'NULL::text AS id, NULL::text AS replica_id, NULL::mz_catalog.uint8 AS messages_staged, NULL::mz_catalog.uint8 AS messages_committed, NULL::mz_catalog.uint8 AS bytes_staged, NULL::mz_catalog.uint8 AS bytes_committed'),
    ('mz_internal.mz_mysql_source_tables', 'NULL::text AS id, NULL::text AS schema_name, NULL::text AS table_name'),
    ('mz_internal.mz_sql_server_source_tables', 'NULL::text AS id, NULL::text AS schema_name, NULL::text AS table_name'),
    ('mz_internal.mz_object_oid_alias', 'NULL::text AS object_type, NULL::text AS oid_alias'),
    ('mz_internal.mz_notices', 'NULL::text AS id, NULL::text AS notice_type, NULL::text AS message, NULL::text AS hint, NULL::text AS action, NULL::text AS redacted_message, NULL::text AS redacted_hint, NULL::text AS redacted_action, NULL::text AS action_type, NULL::text AS object_id, NULL::timestamptz AS created_at'),
    ('mz_internal.mz_notices_redacted', 'NULL::text AS id, NULL::text AS notice_type, NULL::text AS message, NULL::text AS hint, NULL::text AS action, NULL::text AS action_type, NULL::text AS object_id, NULL::timestamptz AS created_at'),
    ('mz_internal.mz_recent_activity_log', 'NULL::uuid AS execution_id, NULL::double precision AS sample_rate, NULL::text AS cluster_id, NULL::text AS application_name, NULL::text AS cluster_name, NULL::text AS database_name, NULL::mz_catalog.text_list AS search_path, NULL::text AS transaction_isolation, NULL::mz_catalog.uint8 AS execution_timestamp, NULL::text AS transient_index_id, NULL::text[] AS params, NULL::text AS mz_version, NULL::timestamptz AS began_at, NULL::timestamptz AS finished_at, NULL::text AS finished_status, NULL::text AS error_message, NULL::bigint AS result_size, NULL::bigint AS rows_returned, NULL::text AS execution_strategy, NULL::mz_catalog.uint8 AS transaction_id, NULL::uuid AS prepared_statement_id, NULL::bytea AS sql_hash, NULL::text AS prepared_statement_name, NULL::uuid AS session_id, NULL::timestamptz AS prepared_at, NULL::text AS statement_type, NULL::mz_catalog.uint8 AS throttled_count, NULL::timestamptz AS connected_at, NULL::text AS initial_application_name, NULL::text AS authenticated_user, NULL::text AS sql'),
    ('mz_internal.mz_recent_activity_log_redacted', 'NULL::uuid AS execution_id, NULL::double precision AS sample_rate, NULL::text AS cluster_id, NULL::text AS application_name, NULL::text AS cluster_name, NULL::text AS database_name, NULL::mz_catalog.text_list AS search_path, NULL::text AS transaction_isolation, NULL::mz_catalog.uint8 AS execution_timestamp, NULL::text AS transient_index_id, NULL::text AS mz_version, NULL::timestamptz AS began_at, NULL::timestamptz AS finished_at, NULL::text AS finished_status, NULL::bigint AS result_size, NULL::bigint AS rows_returned, NULL::text AS execution_strategy, NULL::mz_catalog.uint8 AS transaction_id, NULL::uuid AS prepared_statement_id, NULL::bytea AS sql_hash, NULL::text AS prepared_statement_name, NULL::uuid AS session_id, NULL::timestamptz AS prepared_at, NULL::text AS statement_type, NULL::mz_catalog.uint8 AS throttled_count, NULL::text AS initial_application_name, NULL::text AS authenticated_user, NULL::text AS redacted_sql'),
    ('mz_internal.mz_index_advice', 'NULL::text AS object_id, NULL::text AS hint, NULL::text AS details, NULL::mz_catalog.text_list AS referenced_object_ids'),
    ('mz_internal.mz_license_keys', 'NULL::text AS id, NULL::text AS organization, NULL::text AS environment_id, NULL::timestamptz AS expiration, NULL::timestamptz AS not_before')) v(relation, columns);

GRANT SELECT ON ALL TABLES IN SCHEMA mz_catalog, mz_internal TO PUBLIC;
