-- The stand-in's own catalog: who is what, by id. The functions of 50_ddl*.sql write it, in the transaction
-- that also makes the physical objects; the views of 30_* and 40_* show it as Materialize does.
-- A schema's physical name in PostgreSQL is its id, so that renames and swaps are this catalog's business
-- alone; relations keep their names. Session settings (set by the server): standin.role, standin.database,
-- standin.search_path, standin.cluster, standin.session_id.
CREATE SCHEMA standin;
CREATE SCHEMA mz_catalog;
CREATE SCHEMA mz_internal;
CREATE SCHEMA mz_introspection;
CREATE SCHEMA mz_unsafe;
CREATE SCHEMA mz_catalog_unstable;
CREATE SCHEMA standin_control;

CREATE TABLE standin.meta (
    revision bigint NOT NULL DEFAULT 1,
    next_item bigint NOT NULL DEFAULT 1,
    next_schema bigint NOT NULL DEFAULT 4,
    next_database bigint NOT NULL DEFAULT 2,
    next_cluster bigint NOT NULL DEFAULT 2,
    next_replica bigint NOT NULL DEFAULT 2,
    next_role bigint NOT NULL DEFAULT 1,
    next_event bigint NOT NULL DEFAULT 1,
    next_oid bigint NOT NULL DEFAULT 20000,
    clock_factor double precision NOT NULL DEFAULT 1,
    clock_real timestamptz NOT NULL DEFAULT clock_timestamp(),
    clock_scaled timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    rbac boolean NOT NULL DEFAULT false,
    seeded boolean NOT NULL DEFAULT false
);
INSERT INTO standin.meta DEFAULT VALUES;

CREATE TABLE standin.databases (id text PRIMARY KEY, oid oid NOT NULL, name text NOT NULL UNIQUE, owner_id text NOT NULL);
CREATE TABLE standin.schemas (
    id text PRIMARY KEY, oid oid NOT NULL, database_id text, name text NOT NULL, owner_id text NOT NULL, physical text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (database_id, name) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE TABLE standin.roles (id text PRIMARY KEY, oid oid NOT NULL, name text NOT NULL UNIQUE, superuser boolean NOT NULL DEFAULT false);
CREATE TABLE standin.role_parameters (role_id text NOT NULL, name text NOT NULL, value text NOT NULL, PRIMARY KEY (role_id, name));
CREATE TABLE standin.role_members (role_id text NOT NULL, member text NOT NULL, grantor text NOT NULL);
CREATE TABLE standin.clusters (
    id text PRIMARY KEY, name text NOT NULL UNIQUE DEFERRABLE INITIALLY IMMEDIATE, owner_id text NOT NULL,
    managed boolean NOT NULL DEFAULT true, size text, replication_factor bigint,
    options jsonb NOT NULL DEFAULT '{}'     -- the others of CREATE and ALTER CLUSTER
);
CREATE TABLE standin.all_replicas (
    id text PRIMARY KEY, name text NOT NULL, cluster_id text NOT NULL REFERENCES standin.clusters ON DELETE CASCADE,
    size text, created_at timestamptz NOT NULL,
    retires_at timestamptz          -- of the old shape, while a cluster is being reconfigured
);
-- The last change of a cluster's shape: new replicas hydrate beside the old ones, which leave at `ends_at`.
CREATE TABLE standin.reconfigurations (
    cluster_id text PRIMARY KEY REFERENCES standin.clusters ON DELETE CASCADE, old_size text NOT NULL, new_size text NOT NULL,
    started_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, cancelled boolean NOT NULL DEFAULT false
);
CREATE TABLE standin.items (
    id text PRIMARY KEY, oid oid NOT NULL, schema_id text NOT NULL REFERENCES standin.schemas, name text NOT NULL,
    type text NOT NULL,             -- as mz_objects.type
    owner_id text NOT NULL, cluster_id text REFERENCES standin.clusters,
    on_id text,                     -- of an index
    relid oid,                      -- of the physical relation
    raw text,                       -- the query as it was written
    resolved text,                  -- the query with ids: FROM [u12 AS ...], names filled in when shown
    source_type text,               -- of a source: load-generator, subsource, progress
    source_id text,                 -- of a subsource or a table FROM SOURCE
    reference text,                 -- of a table FROM SOURCE: the table there
    target_id text,                 -- of a replacement: what it will replace
    keys text[],                    -- of an index: what stands between the parentheses
    connection_id text,             -- of a source or sink
    details jsonb NOT NULL DEFAULT '{}', -- of sources, sinks, connections, types: what their relations show
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX ON standin.items (schema_id, name, (type = 'type')); -- types have names of their own
CREATE TABLE standin.dependencies (object_id text NOT NULL, referenced_id text NOT NULL, PRIMARY KEY (object_id, referenced_id));
CREATE TABLE standin.acl (
    kind text NOT NULL,             -- database, schema, cluster, item
    id text NOT NULL, grantee text NOT NULL, letters text NOT NULL, grantor text NOT NULL, PRIMARY KEY (kind, id, grantee, grantor)
);
CREATE TABLE standin.default_acl (
    role_id text NOT NULL, database_id text, schema_id text, object_type text NOT NULL, grantee text NOT NULL, letters text NOT NULL
);
CREATE TABLE standin.comments (id text NOT NULL, object_type text NOT NULL, sub_id integer, comment text NOT NULL);
CREATE TABLE standin.audit (
    id bigint PRIMARY KEY, event_type text NOT NULL, object_type text NOT NULL, details jsonb NOT NULL, "user" text, occurred_at timestamptz NOT NULL
);
CREATE TABLE standin.sessions (id uuid PRIMARY KEY, connection_id bigint NOT NULL, role_id text NOT NULL, connected_at timestamptz NOT NULL);
CREATE TABLE standin.subscriptions (
    id text PRIMARY KEY, session_id uuid NOT NULL, cluster_id text NOT NULL, created_at timestamptz NOT NULL, object_ids text[] NOT NULL
);
CREATE TABLE standin.status_history (
    replica_id text NOT NULL, process_id bigint NOT NULL, status text NOT NULL, reason text, occurred_at timestamptz NOT NULL
);
CREATE TABLE standin.sizes (size text PRIMARY KEY, processes bigint NOT NULL, workers bigint NOT NULL, credits numeric NOT NULL);

-- What tests may set. `pattern` is matched with LIKE against 'cluster' or 'schema.object'; the newest rule counts.
CREATE TABLE standin_control.hydration (id bigserial, pattern text NOT NULL, seconds double precision); -- NULL: never
CREATE TABLE standin_control.lag (id bigserial, pattern text NOT NULL, seconds double precision);       -- NULL: the lag is unknown
CREATE TABLE standin_control.retention (id bigserial, milliseconds bigint NOT NULL);                   -- that is usual; 1000 without a row
CREATE TABLE standin_control.errors (id bigserial, pattern text NOT NULL, count bigint NOT NULL);
-- What is outside, by the name of its connection (LIKE): tables or topics with their columns.
CREATE TABLE standin_control.upstream (id bigserial, connection text NOT NULL, reference text NOT NULL, columns text NOT NULL);
-- Statuses of sources and sinks other than running, e.g. ('public.orders', 'stalled', 'connection refused').
CREATE TABLE standin_control.statuses (id bigserial, pattern text NOT NULL, status text NOT NULL, error text);
CREATE TABLE standin_control.faults (
    id bigserial, pattern text NOT NULL,   -- LIKE, on the statement's text
    application text NOT NULL DEFAULT '%', -- LIKE, on the session's application_name
    nth bigint NOT NULL DEFAULT 1,         -- which match; 0: every one
    action text NOT NULL CHECK (action IN ('refuse', 'delay', 'close_before', 'close_after')),
    sqlstate text, message text, delay_ms bigint NOT NULL DEFAULT 0, hits bigint NOT NULL DEFAULT 0
);

INSERT INTO standin.sizes VALUES
    ('25cc', 1, 1, 0.25), ('50cc', 1, 1, 0.5), ('100cc', 1, 2, 1), ('200cc', 1, 4, 2), ('300cc', 1, 6, 3), ('400cc', 1, 8, 4),
    ('600cc', 1, 12, 6), ('800cc', 1, 16, 8), ('1200cc', 1, 24, 12), ('1600cc', 1, 31, 16), ('3200cc', 1, 62, 32);
INSERT INTO standin.roles VALUES
    ('s1', 10001, 'mz_system', true), ('s2', 10002, 'mz_support', false), ('s3', 10003, 'mz_analytics', false);
INSERT INTO standin.databases VALUES ('u1', 10010, 'materialize', 's1');
INSERT INTO standin.schemas VALUES
    ('s1', 10020, NULL, 'mz_catalog', 's1', 'mz_catalog'), ('s2', 10021, NULL, 'pg_catalog', 's1', 'pg_catalog'),
    ('s4', 10022, NULL, 'mz_internal', 's1', 'mz_internal'), ('s5', 10023, NULL, 'information_schema', 's1', 'information_schema'),
    ('s6', 10024, NULL, 'mz_unsafe', 's1', 'mz_unsafe'), ('s7', 10025, NULL, 'mz_catalog_unstable', 's1', 'mz_catalog_unstable'),
    ('s8', 10026, NULL, 'mz_introspection', 's1', 'mz_introspection'), ('u3', 10027, 'u1', 'public', 's1', 'u3');
CREATE SCHEMA u3;
INSERT INTO standin.clusters VALUES
    ('u1', 'quickstart', 's1', true, '25cc', 1), ('s1', 'mz_system', 's1', true, '25cc', 1), ('s2', 'mz_catalog_server', 's1', true, '25cc', 1),
    ('s3', 'mz_probe', 's1', true, '25cc', 0), ('s4', 'mz_support', 's1', true, '25cc', 0), ('s5', 'mz_analytics', 's1', true, '25cc', 0);
INSERT INTO standin.all_replicas VALUES ('u1', 'r1', 'u1', '25cc', clock_timestamp() - interval '1 day');
INSERT INTO standin.status_history VALUES ('u1', 0, 'online', NULL, clock_timestamp() - interval '1 day');
INSERT INTO standin.acl VALUES
    ('database', 'u1', 'p', 'U', 's1'), ('database', 'u1', 's1', 'UC', 's1'), ('schema', 'u3', 'p', 'U', 's1'),
    ('schema', 'u3', 's1', 'UC', 's1'), ('cluster', 'u1', 'p', 'U', 's1'), ('cluster', 'u1', 's1', 'UC', 's1');
