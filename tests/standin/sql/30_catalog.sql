-- mz_catalog: the relations that clients know, with Materialize's columns, order and types.
CREATE FUNCTION standin.privileges(of_kind text, of_id text) RETURNS mz_catalog.mz_aclitem[] LANGUAGE sql STABLE AS
$$
    SELECT coalesce(array_agg((CASE grantee WHEN 'p' THEN '' ELSE grantee END || '=' || letters || '/' || grantor)::mz_catalog.mz_aclitem
                              ORDER BY grantee = 'p', grantee), '{}')
    FROM standin.acl WHERE kind = of_kind AND id = of_id
$$;

-- A stored definition with the names of today: every [u12] gets AS "db"."schema"."name".
CREATE FUNCTION standin.with_names(definition text) RETURNS text LANGUAGE plpgsql STABLE AS
$$
DECLARE
    m text[];
    shown text := definition;
BEGIN
    IF shown IS NULL THEN
        RETURN NULL;
    END IF;
    FOR m IN SELECT DISTINCT regexp_matches(definition, '\[(u[0-9]+)\]', 'g') LOOP
        shown := replace(shown, '[' || m[1] || ']', coalesce(
            (SELECT format('[%s AS "%s"."%s"."%s"]', i.id, d.name, s.name, i.name)
             FROM standin.items i JOIN standin.schemas s ON s.id = i.schema_id JOIN standin.databases d ON d.id = s.database_id WHERE i.id = m[1]),
            '[' || m[1] || ']'));
    END LOOP;
    RETURN shown;
END
$$;

CREATE FUNCTION standin.own_name(item text) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT format('"%s"."%s"."%s"', d.name, s.name, i.name)
    FROM standin.items i JOIN standin.schemas s ON s.id = i.schema_id JOIN standin.databases d ON d.id = s.database_id WHERE i.id = item
$$;

CREATE FUNCTION standin.create_sql(item text) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT CASE i.type
        WHEN 'view' THEN format('CREATE VIEW %s AS %s', standin.own_name(i.id), standin.with_names(i.resolved))
        WHEN 'materialized-view' THEN format('CREATE MATERIALIZED VIEW %s IN CLUSTER [%s] WITH (REFRESH = ON COMMIT) AS %s AS OF %s', standin.own_name(i.id),
            i.cluster_id, standin.with_names(i.resolved), floor(extract(epoch FROM i.created_at) * 1000))
        WHEN 'index' THEN format('CREATE INDEX "%s" IN CLUSTER [%s] ON %s (%s)', i.name, i.cluster_id, standin.with_names('[' || i.on_id || ']'),
            array_to_string(i.keys, ', '))
        WHEN 'table' THEN format('CREATE TABLE %s', standin.own_name(i.id))
        WHEN 'source' THEN format('CREATE SOURCE %s IN CLUSTER [%s] %s', standin.own_name(i.id), i.cluster_id, i.raw)
        WHEN 'sink' THEN format('CREATE SINK %s IN CLUSTER [%s] FROM %s INTO %s', standin.own_name(i.id), i.cluster_id, standin.with_names('[' || i.on_id || ']'), i.raw)
        WHEN 'connection' THEN format('CREATE CONNECTION %s TO %s %s', standin.own_name(i.id), upper(replace(i.details->>'type', '-', ' ')), i.raw)
        WHEN 'type' THEN format('CREATE TYPE %s AS %s', standin.own_name(i.id), i.raw)
    END
    FROM standin.items i WHERE i.id = item
$$;

CREATE VIEW mz_catalog.mz_databases AS
SELECT id, oid, name, owner_id, standin.privileges('database', id) AS privileges FROM standin.databases;

CREATE VIEW mz_catalog.mz_schemas AS
SELECT id, oid, database_id, name, owner_id, standin.privileges('schema', id) AS privileges FROM standin.schemas;

CREATE VIEW mz_catalog.mz_roles AS
SELECT id, oid, name, true AS inherit, NULL::boolean AS rolcanlogin, NULL::boolean AS rolsuper FROM standin.roles;

CREATE VIEW mz_catalog.mz_role_members AS SELECT role_id, member, grantor FROM standin.role_members;

CREATE VIEW mz_catalog.mz_role_parameters AS SELECT role_id, name AS parameter_name, value AS parameter_value FROM standin.role_parameters;

-- While a cluster is being reconfigured its size is the old one; from the end on it is the new one.
CREATE FUNCTION standin.shown_size(cluster text) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT coalesce((SELECT new_size FROM standin.reconfigurations r WHERE r.cluster_id = c.id AND NOT r.cancelled AND r.ends_at <= standin.now()), c.size)
    FROM standin.clusters c WHERE c.id = cluster
$$;

-- SCHEDULE = ON REFRESH [(HYDRATION TIME ESTIMATE = '..')]
CREATE FUNCTION standin.is_scheduled(options jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$
    SELECT coalesce(options->>'SCHEDULE' ~* '^on\s+refresh', false)
$$;

-- Of AUTO SCALING STRATEGY = (ON HYDRATION (HYDRATION SIZE = '..', LINGER DURATION = '..'))
CREATE FUNCTION standin.strategy_word(options jsonb, name text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$
    SELECT substring(options->>'AUTO SCALING STRATEGY' FROM '(?i)' || name || '\s*=?\s*''([^'']*)''')
$$;

CREATE VIEW mz_catalog.mz_clusters AS
SELECT id, name, owner_id, standin.privileges('cluster', id) AS privileges, managed, standin.shown_size(id) AS size,
       replication_factor::mz_catalog.uint4 AS replication_factor, false AS disk, NULL::mz_catalog.text_list AS availability_zones,
       coalesce((options->>'INTROSPECTION DEBUGGING')::boolean, false) AS introspection_debugging,
       CASE WHEN managed AND options->>'INTROSPECTION INTERVAL' IS DISTINCT FROM '0'
           THEN coalesce((options->>'INTROSPECTION INTERVAL')::interval, interval '1 second') END AS introspection_interval
FROM standin.clusters;

CREATE VIEW mz_catalog.mz_cluster_replicas AS
SELECT id, name, cluster_id, size, NULL::text AS availability_zone, (SELECT owner_id FROM standin.clusters c WHERE c.id = r.cluster_id) AS owner_id, false AS disk
FROM standin.replicas r;

CREATE VIEW mz_catalog.mz_cluster_replica_sizes AS
SELECT size, processes::mz_catalog.uint8 AS processes, workers::mz_catalog.uint8 AS workers, (workers * 1000000000)::mz_catalog.uint8 AS cpu_nano_cores,
       (workers * 8589934592)::mz_catalog.uint8 AS memory_bytes, (workers * 17179869184)::mz_catalog.uint8 AS disk_bytes, credits AS credits_per_hour
FROM standin.sizes;

-- The system's own relations, so that clients find them by name.
CREATE VIEW standin.system_relations AS
SELECT 's' || c.oid AS id, c.oid, s.id AS schema_id, c.relname::text AS name, 'view'::text AS type, c.oid AS relid
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN standin.schemas s ON s.physical = n.nspname AND s.database_id IS NULL
WHERE c.relkind IN ('v', 'r');

CREATE VIEW mz_catalog.mz_objects AS
SELECT id, oid, schema_id, name, type, owner_id, cluster_id,
       CASE WHEN type IN ('index', 'sink') THEN NULL WHEN type = 'type' THEN '{=U/s1}'::mz_catalog.mz_aclitem[] ELSE standin.privileges('item', id) END AS privileges
FROM standin.items
UNION ALL
SELECT id, oid, schema_id, name, type, 's1', NULL, '{"=r/s1"}'::mz_catalog.mz_aclitem[] FROM standin.system_relations;

CREATE VIEW mz_catalog.mz_relations AS
SELECT * FROM mz_catalog.mz_objects WHERE type IN ('table', 'source', 'view', 'materialized-view');

CREATE VIEW mz_catalog.mz_tables AS
SELECT id, oid, schema_id, name, owner_id, standin.privileges('item', id) AS privileges, standin.create_sql(id) AS create_sql,
       standin.create_sql(id) AS redacted_create_sql, source_id
FROM standin.items WHERE type = 'table';

CREATE VIEW mz_catalog.mz_views AS
SELECT id, oid, schema_id, name, standin.with_names(resolved) || ';' AS definition, owner_id, standin.privileges('item', id) AS privileges,
       standin.create_sql(id) AS create_sql, standin.create_sql(id) AS redacted_create_sql
FROM standin.items WHERE type = 'view';

CREATE VIEW mz_catalog.mz_materialized_views AS
SELECT id, oid, schema_id, name, cluster_id, standin.with_names(resolved) || ';' AS definition, owner_id, standin.privileges('item', id) AS privileges,
       standin.create_sql(id) AS create_sql, standin.create_sql(id) AS redacted_create_sql
FROM standin.items WHERE type = 'materialized-view';

CREATE VIEW mz_catalog.mz_indexes AS
SELECT id, oid, name, on_id, cluster_id, owner_id, standin.create_sql(id) AS create_sql, standin.create_sql(id) AS redacted_create_sql
FROM standin.items WHERE type = 'index';

CREATE VIEW mz_catalog.mz_index_columns AS
SELECT i.id AS index_id, k.position::mz_catalog.uint8 AS index_position, a.attnum::bigint::mz_catalog.uint8 AS on_position,
       CASE WHEN a.attnum IS NULL THEN k.key END AS on_expression, true AS nullable
FROM standin.items i CROSS JOIN LATERAL unnest(i.keys) WITH ORDINALITY k(key, position)
JOIN standin.items r ON r.id = i.on_id
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = r.relid AND quote_ident(a.attname) = trim(both '"' from k.key);

CREATE VIEW mz_catalog.mz_columns AS
SELECT r.id, a.attname::text AS name, (row_number() OVER (PARTITION BY r.id ORDER BY a.attnum))::mz_catalog.uint8 AS position,
       CASE WHEN r.id LIKE 's%' THEN n.nullable ELSE NOT a.attnotnull END AS nullable,
       CASE replace(format_type(a.atttypid, NULL), 'mz_catalog.', '') WHEN 'text_list' THEN 'list' ELSE replace(format_type(a.atttypid, NULL), 'mz_catalog.', '') END AS type,
       NULL::text AS "default", coalesce((SELECT mz_oid::oid FROM standin.type_oids o WHERE o.pg_oid = a.atttypid), a.atttypid) AS type_oid, a.atttypmod AS type_mod
FROM (SELECT id, relid FROM standin.items WHERE relid IS NOT NULL UNION ALL SELECT id, relid FROM standin.system_relations) r
JOIN pg_catalog.pg_attribute a ON a.attrelid = r.relid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN LATERAL (SELECT a.attname IN ('cluster_id', 'privileges', 'source_id', 'database_id') AS nullable) n;

CREATE VIEW mz_catalog.mz_sources AS
SELECT id, oid, schema_id, name, source_type AS type, connection_id, NULL::text AS size, details->>'envelope' AS envelope_type, NULL::text AS key_format,
       details->>'format' AS value_format, cluster_id, owner_id, standin.privileges('item', id) AS privileges, standin.create_sql(id) AS create_sql,
       standin.create_sql(id) AS redacted_create_sql
FROM standin.items WHERE type = 'source';

CREATE VIEW mz_catalog.mz_sinks AS
SELECT id, oid, schema_id, name, details->>'type' AS type, connection_id, NULL::text AS size, details->>'envelope' AS envelope_type, details->>'format' AS format,
       NULL::text AS key_format, details->>'format' AS value_format, cluster_id, owner_id, standin.create_sql(id) AS create_sql, standin.create_sql(id) AS redacted_create_sql
FROM standin.items WHERE type = 'sink';

CREATE VIEW mz_catalog.mz_connections AS
SELECT id, oid, schema_id, name, details->>'type' AS type, owner_id, standin.privileges('item', id) AS privileges, standin.create_sql(id) AS create_sql,
       standin.create_sql(id) AS redacted_create_sql
FROM standin.items WHERE type = 'connection';

CREATE VIEW mz_catalog.mz_secrets AS
SELECT id, oid, schema_id, name, owner_id, standin.privileges('item', id) AS privileges FROM standin.items WHERE type = 'secret';

CREATE VIEW mz_catalog.mz_types AS
SELECT id, oid, schema_id, name, details->>'category' AS category, owner_id, '{=U/s1}'::mz_catalog.mz_aclitem[] AS privileges, standin.create_sql(id) AS create_sql,
       standin.create_sql(id) AS redacted_create_sql
FROM standin.items WHERE type = 'type'
UNION ALL
SELECT 's' || t.oid, coalesce(o.mz_oid::oid, t.oid), s.id, t.typname::text, CASE t.typcategory WHEN 'A' THEN 'array' WHEN 'B' THEN 'boolean' WHEN 'D' THEN 'date-time'
       WHEN 'N' THEN 'numeric' WHEN 'S' THEN 'string' WHEN 'T' THEN 'timespan' WHEN 'P' THEN 'pseudo' WHEN 'R' THEN 'range' ELSE 'user-defined' END,
       's1', '{=U/s1}'::mz_catalog.mz_aclitem[], NULL, NULL
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace JOIN standin.schemas s ON s.name = n.nspname AND s.database_id IS NULL
LEFT JOIN standin.type_oids o ON o.pg_oid = t.oid WHERE t.typtype = 'b';

CREATE VIEW mz_catalog.mz_kafka_sources AS
SELECT id, 'materialize-' || id AS group_id_prefix, substring(raw FROM 'TOPIC\s*=?\s*''([^'']*)''') AS topic FROM standin.items WHERE type = 'source' AND source_type = 'kafka';

CREATE VIEW mz_catalog.mz_kafka_sinks AS
SELECT id, substring(raw FROM 'TOPIC\s*=?\s*''([^'']*)''') AS topic FROM standin.items WHERE type = 'sink' AND details->>'type' = 'kafka';

CREATE VIEW mz_catalog.mz_kafka_connections AS
SELECT id, ARRAY[substring(raw FROM 'BROKER\s*=?\s*''([^'']*)''')] AS brokers, '_materialize-progress-' || id AS sink_progress_topic
FROM standin.items WHERE type = 'connection' AND details->>'type' = 'kafka';

CREATE VIEW mz_catalog.mz_default_privileges AS
SELECT role_id, database_id, schema_id, object_type, grantee, letters AS privileges FROM standin.default_acl;

CREATE VIEW mz_catalog.mz_system_privileges AS
SELECT 's1=RBNP/s1'::text::mz_catalog.mz_aclitem AS privileges
UNION ALL
SELECT (grantee || '=' || letters || '/' || grantor)::mz_catalog.mz_aclitem FROM standin.acl WHERE kind = 'system';

CREATE VIEW mz_catalog.mz_audit_events AS
SELECT id::mz_catalog.uint8 AS id, event_type, object_type, details, "user", occurred_at FROM standin.audit;
