-- mz_internal: what is unstable in Materialize too. Hydration, lag and statuses are computed from the clock
-- and the rules of standin_control; nothing runs in the background.

-- ---- who depends on what, comments, privileges ----
CREATE VIEW mz_internal.mz_object_dependencies AS SELECT object_id, referenced_id AS referenced_object_id FROM standin.dependencies;

CREATE VIEW mz_internal.mz_object_transitive_dependencies AS
WITH RECURSIVE reach(object_id, referenced_object_id) AS (
    SELECT object_id, referenced_id FROM standin.dependencies
    UNION
    SELECT r.object_id, d.referenced_id FROM reach r JOIN standin.dependencies d ON d.object_id = r.referenced_object_id
)
SELECT object_id, referenced_object_id FROM reach;

CREATE VIEW mz_internal.mz_object_fully_qualified_names AS
SELECT o.id, o.name, o.type AS object_type, o.schema_id, s.name AS schema_name, s.database_id, d.name AS database_name, o.cluster_id
FROM mz_catalog.mz_objects o JOIN standin.schemas s ON s.id = o.schema_id LEFT JOIN standin.databases d ON d.id = s.database_id;

CREATE VIEW mz_internal.mz_object_global_ids AS SELECT id, id AS global_id FROM standin.items;

CREATE VIEW mz_internal.mz_comments AS SELECT id, object_type, sub_id AS object_sub_id, comment FROM standin.comments;

CREATE FUNCTION standin.letter_names(letters text) RETURNS TABLE (privilege_type text) LANGUAGE sql IMMUTABLE AS
$$
    SELECT CASE l WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' WHEN 'U' THEN 'USAGE'
                  WHEN 'C' THEN 'CREATE' WHEN 'R' THEN 'CREATEROLE' WHEN 'B' THEN 'CREATEDB' WHEN 'N' THEN 'CREATECLUSTER' WHEN 'P' THEN 'CREATENETWORKPOLICY' END
    FROM regexp_split_to_table(letters, '') l WHERE l <> ''
$$;

CREATE FUNCTION mz_internal.mz_aclexplode(privileges mz_catalog.mz_aclitem[])
RETURNS TABLE (grantor text, grantee text, privilege_type text, is_grantable boolean) LANGUAGE sql STABLE AS
$$
    SELECT split_part(item::text, '/', 2), CASE split_part(item::text, '=', 1) WHEN '' THEN 'p' ELSE split_part(item::text, '=', 1) END, n.privilege_type, false
    FROM unnest(privileges) item CROSS JOIN LATERAL standin.letter_names(split_part(split_part(item::text, '=', 2), '/', 1)) n
$$;

CREATE FUNCTION standin.role_name(role_id text) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT CASE role_id WHEN 'p' THEN 'PUBLIC' ELSE (SELECT name FROM standin.roles WHERE id = role_id) END $$;

CREATE VIEW mz_internal.mz_show_schema_privileges AS
SELECT standin.role_name(a.grantor) AS grantor, standin.role_name(a.grantee) AS grantee, d.name AS database, s.name, n.privilege_type
FROM standin.acl a JOIN standin.schemas s ON s.id = a.id AND a.kind = 'schema' LEFT JOIN standin.databases d ON d.id = s.database_id
CROSS JOIN LATERAL standin.letter_names(a.letters) n WHERE a.grantee NOT LIKE 's%';

CREATE VIEW mz_internal.mz_show_database_privileges AS
SELECT standin.role_name(a.grantor) AS grantor, standin.role_name(a.grantee) AS grantee, d.name, n.privilege_type
FROM standin.acl a JOIN standin.databases d ON d.id = a.id AND a.kind = 'database' CROSS JOIN LATERAL standin.letter_names(a.letters) n WHERE a.grantee NOT LIKE 's%';

CREATE VIEW mz_internal.mz_show_my_database_privileges AS
SELECT * FROM mz_internal.mz_show_database_privileges WHERE grantee IN ('PUBLIC', current_setting('standin.role', true));

CREATE VIEW mz_internal.mz_show_cluster_privileges AS
SELECT standin.role_name(a.grantor) AS grantor, standin.role_name(a.grantee) AS grantee, c.name, n.privilege_type
FROM standin.acl a JOIN standin.clusters c ON c.id = a.id AND a.kind = 'cluster' CROSS JOIN LATERAL standin.letter_names(a.letters) n WHERE a.grantee NOT LIKE 's%';

CREATE VIEW mz_internal.mz_show_object_privileges AS
SELECT standin.role_name(a.grantor) AS grantor, standin.role_name(a.grantee) AS grantee, d.name AS database, s.name AS schema, i.name, i.type AS object_type, n.privilege_type
FROM standin.acl a JOIN standin.items i ON i.id = a.id AND a.kind = 'item' JOIN standin.schemas s ON s.id = i.schema_id
LEFT JOIN standin.databases d ON d.id = s.database_id CROSS JOIN LATERAL standin.letter_names(a.letters) n WHERE a.grantee NOT LIKE 's%';

CREATE VIEW mz_internal.mz_show_system_privileges AS
SELECT standin.role_name(a.grantor) AS grantor, standin.role_name(a.grantee) AS grantee, n.privilege_type
FROM standin.acl a CROSS JOIN LATERAL standin.letter_names(a.letters) n WHERE a.kind = 'system' AND a.grantee NOT LIKE 's%';

CREATE VIEW mz_internal.mz_show_all_privileges AS
SELECT grantor, grantee, NULL::text AS database, NULL::text AS schema, NULL::text AS name, 'system'::text AS object_type, privilege_type FROM mz_internal.mz_show_system_privileges
UNION ALL SELECT grantor, grantee, NULL, NULL, name, 'cluster', privilege_type FROM mz_internal.mz_show_cluster_privileges
UNION ALL SELECT grantor, grantee, NULL, NULL, name, 'database', privilege_type FROM mz_internal.mz_show_database_privileges
UNION ALL SELECT grantor, grantee, database, NULL, name, 'schema', privilege_type FROM mz_internal.mz_show_schema_privileges
UNION ALL SELECT grantor, grantee, database, schema, name, object_type, privilege_type FROM mz_internal.mz_show_object_privileges;

-- "my": granted to the session's role or to everybody.
DO $$
DECLARE
    kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['system', 'cluster', 'schema', 'object', 'all'] LOOP
        EXECUTE format('CREATE VIEW mz_internal.mz_show_my_%1$s_privileges AS SELECT * FROM mz_internal.mz_show_%1$s_privileges '
                       'WHERE grantee IN (''PUBLIC'', current_setting(''standin.role'', true))', kind);
    END LOOP;
END
$$;

CREATE VIEW mz_internal.mz_show_default_privileges AS
SELECT CASE p.role_id WHEN 'p' THEN 'PUBLIC' ELSE standin.role_name(p.role_id) END AS object_owner, d.name AS database, s.name AS schema, p.object_type,
       standin.role_name(p.grantee) AS grantee, n.privilege_type
FROM standin.default_acl p LEFT JOIN standin.schemas s ON s.id = p.schema_id LEFT JOIN standin.databases d ON d.id = coalesce(p.database_id, s.database_id)
CROSS JOIN LATERAL standin.letter_names(p.letters) n;

-- ---- replicas ----
-- A new replica is online one second after it was made.
CREATE VIEW standin.statuses AS
SELECT replica_id, process_id, status, reason, occurred_at FROM standin.status_history WHERE occurred_at <= standin.now()
UNION ALL
SELECT id, 0, 'online', NULL, created_at + interval '1 second' FROM standin.replicas WHERE created_at + interval '1 second' <= standin.now();

CREATE VIEW mz_internal.mz_cluster_replica_status_history AS
SELECT replica_id, process_id::mz_catalog.uint8 AS process_id, status, reason, occurred_at FROM standin.statuses;

CREATE VIEW mz_internal.mz_cluster_replica_statuses AS
SELECT DISTINCT ON (s.replica_id, s.process_id) s.replica_id, s.process_id::mz_catalog.uint8 AS process_id, s.status, s.reason, s.occurred_at AS updated_at
FROM standin.statuses s JOIN standin.replicas r ON r.id = s.replica_id ORDER BY s.replica_id, s.process_id, s.occurred_at DESC;

CREATE VIEW mz_internal.mz_cluster_replica_metrics AS
SELECT id AS replica_id, 0::bigint::mz_catalog.uint8 AS process_id, 0::bigint::mz_catalog.uint8 AS cpu_nano_cores, 0::bigint::mz_catalog.uint8 AS memory_bytes,
       0::bigint::mz_catalog.uint8 AS disk_bytes, 0::bigint::mz_catalog.uint8 AS heap_bytes, 0::bigint::mz_catalog.uint8 AS heap_limit FROM standin.replicas;

CREATE VIEW mz_internal.mz_cluster_schedules AS
SELECT id AS cluster_id, CASE WHEN standin.is_scheduled(options) THEN 'on-refresh' ELSE 'manual' END AS type,
       substring(options->>'SCHEDULE' FROM '(?i)ESTIMATE\s*=?\s*''([^'']*)''')::interval AS refresh_hydration_time_estimate FROM standin.clusters WHERE managed;

CREATE VIEW mz_internal.mz_cluster_reconfigurations AS
SELECT r.cluster_id,
       CASE WHEN r.cancelled THEN 'cancelled' WHEN r.ends_at <= standin.now() THEN 'finalized' WHEN standin.now() > r.started_at + interval '24 hours' THEN 'timed-out'
            ELSE 'in-progress' END AS status,
       floor(extract(epoch FROM r.started_at + interval '24 hours') * 1000)::bigint::mz_catalog.mz_timestamp AS deadline, 'rollback'::text AS on_timeout,
       jsonb_build_object('size', r.new_size, 'replication_factor', c.replication_factor) AS target, jsonb_build_object('size', r.new_size) AS changes
FROM standin.reconfigurations r JOIN standin.clusters c ON c.id = r.cluster_id;

CREATE VIEW mz_internal.mz_cluster_auto_scaling_strategies AS
SELECT id AS cluster_id,
       jsonb_build_object('on_hydration', jsonb_build_object('hydration_size', size, 'linger_duration',
           jsonb_build_object('secs', floor(extract(epoch FROM linger))::bigint, 'nanos', (extract(epoch FROM linger) % 1 * 1000000000)::bigint))) AS strategy,
       NULL::jsonb AS state
FROM (SELECT id, standin.strategy_word(options, 'HYDRATION SIZE') AS size, standin.strategy_word(options, 'LINGER DURATION')::interval AS linger
      FROM standin.clusters) c WHERE size IS NOT NULL;
CREATE VIEW mz_internal.mz_pending_cluster_replicas AS SELECT NULL::text AS id WHERE false;
CREATE VIEW mz_internal.mz_internal_cluster_replicas AS SELECT NULL::text AS id WHERE false;
CREATE VIEW mz_internal.mz_replacements AS SELECT id, target_id FROM standin.items WHERE target_id IS NOT NULL;

-- ---- hydration ----
CREATE VIEW standin.dataflows AS
SELECT i.id, i.type, i.cluster_id, i.created_at, s.name || '.' || i.name AS path, c.name AS cluster
FROM standin.items i JOIN standin.schemas s ON s.id = i.schema_id JOIN standin.clusters c ON c.id = i.cluster_id
WHERE i.type IN ('index', 'materialized-view', 'sink') OR (i.type = 'source' AND i.source_type <> 'progress');

-- Two seconds, unless a rule says otherwise; NULL is never.
CREATE FUNCTION standin.hydration_seconds(path text, cluster text) RETURNS double precision LANGUAGE sql STABLE AS
$$
    SELECT CASE WHEN EXISTS (SELECT FROM standin_control.hydration WHERE path LIKE pattern OR cluster LIKE pattern)
           THEN (SELECT seconds FROM standin_control.hydration WHERE path LIKE pattern OR cluster LIKE pattern ORDER BY id DESC LIMIT 1) ELSE 2 END
$$;

CREATE VIEW standin.hydrations AS
SELECT f.id, f.type, f.path, f.cluster, f.created_at, r.id AS replica_id,
       greatest(f.created_at, r.created_at) + interval '1 second' AS reported_at,
       greatest(f.created_at, r.created_at + interval '1 second') + make_interval(secs => standin.hydration_seconds(f.path, f.cluster)) AS hydrated_at
FROM standin.dataflows f JOIN standin.replicas r ON r.cluster_id = f.cluster_id;

-- Before any replica has reported there is one row without a replica.
CREATE VIEW mz_internal.mz_hydration_statuses AS
SELECT id AS object_id, replica_id, coalesce(hydrated_at <= standin.now(), false) AS hydrated FROM standin.hydrations WHERE reported_at <= standin.now()
UNION ALL
SELECT id, NULL, false FROM standin.dataflows f
WHERE NOT EXISTS (SELECT FROM standin.hydrations h WHERE h.id = f.id AND h.reported_at <= standin.now());

CREATE VIEW mz_internal.mz_compute_hydration_statuses AS
SELECT object_id, replica_id, hydrated, CASE WHEN hydrated THEN interval '2 seconds' END AS hydration_time
FROM mz_internal.mz_hydration_statuses WHERE replica_id IS NOT NULL;

CREATE VIEW mz_internal.mz_compute_error_counts_raw_unified AS
SELECT h.replica_id, h.id AS object_id, e.count::numeric AS count
FROM standin.hydrations h JOIN LATERAL (SELECT count FROM standin_control.errors WHERE h.path LIKE pattern OR h.cluster LIKE pattern ORDER BY id DESC LIMIT 1) e ON e.count > 0;

-- ---- lag ----
-- Rows come with the minute: none before the first tick after creation, NULL until the tick after hydration.
CREATE FUNCTION standin.lag_of(path text, cluster text) RETURNS interval LANGUAGE sql STABLE AS
$$
    SELECT CASE WHEN EXISTS (SELECT FROM standin_control.lag WHERE path LIKE pattern OR cluster LIKE pattern)
           THEN (SELECT make_interval(secs => seconds) FROM standin_control.lag WHERE path LIKE pattern OR cluster LIKE pattern ORDER BY id DESC LIMIT 1)
           ELSE interval '1 second' END
$$;

CREATE VIEW mz_internal.mz_wallclock_global_lag AS
SELECT f.id AS object_id,
       CASE WHEN h.hydrated_at IS NOT NULL AND date_trunc('minute', h.hydrated_at) < date_trunc('minute', standin.now()) THEN standin.lag_of(f.path, f.cluster) END AS lag
FROM standin.dataflows f LEFT JOIN LATERAL (SELECT min(hydrated_at) AS hydrated_at FROM standin.hydrations x WHERE x.id = f.id) h ON true
WHERE date_trunc('minute', f.created_at) < date_trunc('minute', standin.now())
UNION ALL
SELECT id, interval '0 seconds' FROM standin.items WHERE type = 'table';

CREATE VIEW mz_internal.mz_wallclock_global_lag_recent_history AS
SELECT object_id, lag, date_trunc('minute', standin.now()) AS occurred_at FROM mz_internal.mz_wallclock_global_lag;

CREATE VIEW mz_internal.mz_wallclock_global_lag_history AS SELECT * FROM mz_internal.mz_wallclock_global_lag_recent_history;

CREATE VIEW mz_internal.mz_materialization_lag AS
SELECT id AS object_id, interval '0' AS local_lag, interval '0' AS global_lag, NULL::text AS slowest_local_input_id, NULL::text AS slowest_global_input_id
FROM standin.dataflows WHERE type <> 'source';

CREATE VIEW mz_internal.mz_frontiers AS
SELECT id AS object_id, standin.mz_now()::bigint::mz_catalog.mz_timestamp AS read_frontier, standin.mz_now()::bigint::mz_catalog.mz_timestamp AS write_frontier
FROM standin.dataflows;

-- ---- sources, sessions ----
-- Running, unless a rule says otherwise.
CREATE VIEW standin.outside_statuses AS
SELECT i.id, i.name, i.type AS kind, coalesce(i.source_type, i.details->>'type') AS type, i.created_at, coalesce(r.status, 'running') AS status, r.error
FROM standin.items i JOIN standin.schemas s ON s.id = i.schema_id
LEFT JOIN LATERAL (SELECT status, error FROM standin_control.statuses WHERE s.name || '.' || i.name LIKE pattern ORDER BY id DESC LIMIT 1) r ON true
WHERE i.type IN ('source', 'sink');

CREATE VIEW mz_internal.mz_source_statuses AS
SELECT id, name, type, created_at AS last_status_change_at, status, error, NULL::jsonb AS details FROM standin.outside_statuses WHERE kind = 'source';

CREATE VIEW mz_internal.mz_source_status_history AS
SELECT created_at AS occurred_at, id AS source_id, status, error, NULL::jsonb AS details, NULL::text AS replica_id FROM standin.outside_statuses WHERE kind = 'source';

CREATE VIEW mz_internal.mz_sink_statuses AS
SELECT id, name, type, created_at AS last_status_change_at, status, error, NULL::jsonb AS details FROM standin.outside_statuses WHERE kind = 'sink';

CREATE VIEW mz_internal.mz_sink_status_history AS
SELECT created_at AS occurred_at, id AS sink_id, status, error, NULL::jsonb AS details, NULL::text AS replica_id FROM standin.outside_statuses WHERE kind = 'sink';

CREATE VIEW mz_internal.mz_source_references AS
SELECT i.id AS source_id, NULL::text AS namespace, r.reference AS name, i.created_at AS updated_at, NULL::text[] AS columns
FROM standin.items i JOIN standin.items r ON r.source_id = i.id AND r.reference IS NOT NULL WHERE i.type = 'source';

CREATE VIEW mz_internal.mz_postgres_source_tables AS
SELECT r.id, split_part(r.reference, '.', 1) AS schema_name, split_part(r.reference, '.', 2) AS table_name
FROM standin.items r JOIN standin.items s ON s.id = r.source_id AND s.source_type = 'postgres' WHERE r.reference IS NOT NULL;

CREATE VIEW mz_internal.mz_sessions AS
SELECT id, connection_id::mz_catalog.uint4 AS connection_id, role_id, '127.0.0.1'::text AS client_ip, connected_at FROM standin.sessions;

CREATE VIEW mz_internal.mz_subscriptions AS
SELECT id, session_id, cluster_id, created_at, object_ids::text::mz_catalog.text_list AS referenced_object_ids FROM standin.subscriptions;

CREATE VIEW mz_internal.mz_object_history AS
SELECT id, cluster_id, type AS object_type, created_at, NULL::timestamptz AS dropped_at FROM standin.items;

CREATE VIEW mz_internal.mz_object_lifetimes AS
SELECT details->>'id' AS id, NULL::text AS previous_id, object_type, event_type, occurred_at FROM standin.audit WHERE event_type IN ('create', 'drop');

CREATE VIEW mz_internal.mz_compute_dependencies AS
SELECT d.object_id, d.referenced_id AS dependency_id FROM standin.dependencies d JOIN standin.dataflows f ON f.id = d.object_id WHERE f.type <> 'source';

CREATE VIEW mz_internal.mz_materialized_view_refreshes AS
SELECT NULL::text AS materialized_view_id, NULL::mz_catalog.mz_timestamp AS last_completed_refresh, NULL::mz_catalog.mz_timestamp AS next_refresh WHERE false;

CREATE VIEW mz_internal.mz_network_policies AS SELECT 'u1'::text AS id, 'default'::text AS name, 's1'::text AS owner_id, '{}'::mz_catalog.mz_aclitem[] AS privileges, 20001::oid AS oid;

CREATE VIEW mz_internal.mz_materialized_view_refresh_strategies AS
SELECT id AS materialized_view_id, 'on-commit'::text AS type, NULL::interval AS interval, NULL::timestamptz AS aligned_to, NULL::timestamptz AS at
FROM standin.items WHERE type = 'materialized-view';

CREATE VIEW mz_internal.mz_history_retention_strategies AS
SELECT id, 'FOR'::text AS strategy, coalesce(details->'retain', to_jsonb(u.milliseconds), '1000'::jsonb) AS value
FROM standin.items LEFT JOIN (SELECT milliseconds FROM standin_control.retention ORDER BY id DESC LIMIT 1) u ON true WHERE type IN ('table', 'source', 'materialized-view', 'index');

-- ---- functions that clients call ----
CREATE FUNCTION standin.mz_version() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'v26.39.0-dev.0 (standin)' $$;
CREATE FUNCTION standin.current_database() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('standin.database', true) $$;
CREATE FUNCTION standin.current_schema() RETURNS text LANGUAGE sql STABLE AS $$ SELECT split_part(current_setting('standin.search_path', true), ',', 1) $$;
CREATE FUNCTION standin.current_setting(variable text) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT CASE WHEN lower(variable) IN ('cluster', 'database', 'search_path') THEN pg_catalog.current_setting('standin.' || lower(variable))
           ELSE pg_catalog.current_setting(variable) END
$$;
CREATE FUNCTION standin.current_user() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('standin.role', true) $$;
CREATE FUNCTION mz_catalog.mz_version() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT standin.mz_version() $$;
CREATE FUNCTION mz_catalog.mz_version_num() RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 2603900 $$;
CREATE FUNCTION mz_catalog.mz_environment_id() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'local-az1-00000000-0000-0000-0000-000000000000-0' $$;
CREATE FUNCTION mz_catalog.mz_uptime() RETURNS interval LANGUAGE sql STABLE AS $$ SELECT standin.now() - started_at FROM standin.meta $$;
CREATE FUNCTION mz_catalog.mz_is_superuser() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT superuser FROM standin.roles WHERE name = current_setting('standin.role', true)), false) $$;
