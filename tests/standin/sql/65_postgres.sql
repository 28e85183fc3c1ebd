-- pg_catalog and information_schema as Materialize has them: its own objects under their own names, in views that
-- stand where PostgreSQL's relations would. Ids of relations are those of mz_objects; namespaces keep PostgreSQL's.
CREATE SCHEMA standin_pg;
CREATE SCHEMA standin_info;
UPDATE standin.schemas SET physical = 'standin_pg' WHERE id = 's2';
UPDATE standin.schemas SET physical = 'standin_info' WHERE id = 's5';

-- What Materialize has and PostgreSQL fills: rows about types, functions and the like are true here too.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['pg_aggregate', 'pg_am', 'pg_attrdef', 'pg_collation', 'pg_enum', 'pg_language',
                                'pg_operator', 'pg_range', 'pg_settings', 'pg_timezone_abbrevs', 'pg_timezone_names', 'pg_type'] LOOP
        EXECUTE format('CREATE VIEW standin_pg.%1$I AS SELECT * FROM pg_catalog.%1$I', name);
    END LOOP;
    -- and what is empty there
    FOREACH name IN ARRAY ARRAY['pg_constraint', 'pg_depend', 'pg_event_trigger', 'pg_extension', 'pg_inherits', 'pg_tablespace', 'pg_policy', 'pg_rewrite', 'pg_shdescription', 'pg_trigger'] LOOP
        EXECUTE format('CREATE VIEW standin_pg.%1$I AS SELECT * FROM pg_catalog.%1$I WHERE false', name);
    END LOOP;
    CREATE VIEW standin_pg.pg_proc AS SELECT *, prokind = 'a' AS proisagg, prokind = 'w' AS proiswindow FROM pg_catalog.pg_proc;
    CREATE VIEW standin_pg.pg_locks AS SELECT * FROM pg_catalog.pg_locks WHERE false;
END
$$;

CREATE FUNCTION standin.role_oid(role_id text) RETURNS oid LANGUAGE sql STABLE AS $$ SELECT oid FROM standin.roles WHERE id = role_id $$;

-- ---- databases, roles, schemas ----
CREATE VIEW standin_pg.pg_database AS
SELECT oid, name AS datname, standin.role_oid(owner_id) AS datdba, 6 AS encoding, 'c'::"char" AS datlocprovider, 'C'::text AS datcollate, 'C'::text AS datctype,
       NULL::text AS daticulocale, false AS datistemplate, true AS datallowconn, -1 AS datconnlimit, 1663::oid AS dattablespace, NULL::aclitem[] AS datacl
FROM standin.databases;

CREATE VIEW standin_pg.pg_roles AS
SELECT oid, name AS rolname, superuser AS rolsuper, true AS rolinherit, superuser AS rolcreaterole, superuser AS rolcreatedb, true AS rolcanlogin, false AS rolreplication,
       -1 AS rolconnlimit, '********'::text AS rolpassword, NULL::timestamptz AS rolvaliduntil, false AS rolbypassrls, NULL::text[] AS rolconfig
FROM standin.roles;
CREATE VIEW standin_pg.pg_authid AS SELECT * FROM standin_pg.pg_roles;
CREATE VIEW standin_pg.pg_user AS
SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, false AS userepl, false AS usebypassrls, rolpassword AS passwd,
       rolvaliduntil AS valuntil, rolconfig AS useconfig FROM standin_pg.pg_roles;

CREATE VIEW standin_pg.pg_auth_members AS
SELECT standin.role_oid(role_id) AS roleid, standin.role_oid(member) AS member, standin.role_oid(grantor) AS grantor, false AS admin_option FROM standin.role_members;

CREATE VIEW standin.here AS
SELECT s.*, n.oid AS namespace FROM standin.schemas s LEFT JOIN standin.databases d ON d.id = s.database_id
JOIN pg_catalog.pg_namespace n ON n.nspname = CASE WHEN s.id IN ('s2', 's5') THEN s.name ELSE s.physical END
WHERE s.database_id IS NULL OR d.name = current_setting('standin.database', true);

CREATE VIEW standin_pg.pg_namespace AS
SELECT namespace AS oid, name AS nspname, standin.role_oid(owner_id) AS nspowner, NULL::aclitem[] AS nspacl FROM standin.here;

-- ---- relations ----
CREATE FUNCTION standin.relkind(type text) RETURNS "char" LANGUAGE sql IMMUTABLE AS
$$ SELECT (CASE type WHEN 'view' THEN 'v' WHEN 'materialized-view' THEN 'm' WHEN 'index' THEN 'i' ELSE 'r' END)::"char" $$;

CREATE VIEW standin.visible_items AS
SELECT i.oid, i.name, i.type, i.owner_id, i.relid, i.on_id, i.keys, i.id, h.namespace, h.name AS schema, h.id AS schema_id
FROM standin.items i JOIN standin.here h ON h.id = i.schema_id WHERE i.type IN ('table', 'source', 'view', 'materialized-view', 'index')
UNION ALL
SELECT r.oid, r.name, r.type, 's1', r.relid, NULL, NULL, r.id, h.namespace, h.name, h.id FROM standin.system_relations r JOIN standin.here h ON h.id = r.schema_id;

CREATE VIEW standin_pg.pg_class AS
SELECT i.oid, i.name AS relname, i.namespace AS relnamespace, coalesce(c.reltype, 0::oid) AS reltype, 0::oid AS reloftype, standin.role_oid(i.owner_id) AS relowner,
       0::oid AS relam, 0::oid AS relfilenode, 0::oid AS reltablespace, 0 AS relpages, -1::real AS reltuples, 0 AS relallvisible, 0::oid AS reltoastrelid,
       EXISTS (SELECT FROM standin.items x WHERE x.on_id = i.id AND x.type = 'index') AS relhasindex, false AS relisshared, 'p'::"char" AS relpersistence,
       standin.relkind(i.type) AS relkind, coalesce(c.relnatts, cardinality(i.keys)::int2) AS relnatts, 0::int2 AS relchecks, false AS relhasrules, false AS relhastriggers,
       false AS relhassubclass, false AS relrowsecurity, false AS relforcerowsecurity, true AS relispopulated, false AS relhasoids, 'd'::"char" AS relreplident, false AS relispartition,
       0::oid AS relrewrite, NULL::aclitem[] AS relacl, NULL::text[] AS reloptions, NULL::pg_node_tree AS relpartbound
FROM standin.visible_items i LEFT JOIN pg_catalog.pg_class c ON c.oid = i.relid;

CREATE VIEW standin_pg.pg_attribute AS
SELECT i.oid AS attrelid, a.attname, a.atttypid, a.attlen, a.attnum, a.attndims, a.atttypmod, a.attbyval, a.attalign, a.attstorage, a.attstattarget, a.attnotnull, a.atthasdef,
       a.attidentity, a.attgenerated, a.attisdropped, a.attislocal, a.attinhcount, a.attcollation, a.attacl, a.attoptions
FROM standin.visible_items i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.relid AND a.attnum > 0 AND NOT a.attisdropped;

CREATE VIEW standin_pg.pg_index AS
SELECT i.oid AS indexrelid, o.oid AS indrelid, cardinality(i.keys)::int2 AS indnatts, cardinality(i.keys)::int2 AS indnkeyatts, false AS indisunique, false AS indisprimary,
       false AS indisexclusion, true AS indimmediate, false AS indisclustered, true AS indisvalid, true AS indisready, true AS indislive, false AS indisreplident,
       (SELECT string_agg(coalesce(a.attnum, 0)::text, ' ' ORDER BY k.n) FROM unnest(i.keys) WITH ORDINALITY k(key, n)
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = o.relid AND quote_ident(a.attname) = trim(both '"' from k.key))::int2vector AS indkey,
       NULL::oidvector AS indclass, NULL::int2vector AS indoption, NULL::pg_node_tree AS indexprs, NULL::pg_node_tree AS indpred
FROM standin.visible_items i JOIN standin.items o ON o.id = i.on_id WHERE i.type = 'index';

CREATE VIEW standin_pg.pg_indexes AS
SELECT i.schema AS schemaname, o.name AS tablename, i.name AS indexname, NULL::text AS tablespace, standin.create_sql(i.id) AS indexdef
FROM standin.visible_items i JOIN standin.items o ON o.id = i.on_id WHERE i.type = 'index';

CREATE VIEW standin_pg.pg_tables AS
SELECT schema AS schemaname, name AS tablename, standin.role_name(owner_id) AS tableowner FROM standin.visible_items WHERE type IN ('table', 'source');
CREATE VIEW standin_pg.pg_views AS
SELECT schema AS schemaname, name AS viewname, standin.role_name(owner_id) AS viewowner, standin.create_sql(id) AS definition FROM standin.visible_items WHERE type = 'view';
CREATE VIEW standin_pg.pg_matviews AS
SELECT schema AS schemaname, name AS matviewname, standin.role_name(owner_id) AS matviewowner, standin.create_sql(id) AS definition
FROM standin.visible_items WHERE type = 'materialized-view';

CREATE VIEW standin_pg.pg_description AS
SELECT i.oid AS objoid, 'pg_catalog.pg_class'::regclass::oid AS classoid, coalesce(c.sub_id, 0) AS objsubid, c.comment AS description
FROM standin.comments c JOIN standin.visible_items i ON i.id = c.id AND i.type = c.object_type
UNION ALL
SELECT h.namespace, 'pg_catalog.pg_namespace'::regclass::oid, 0, c.comment FROM standin.comments c JOIN standin.here h ON h.id = c.id WHERE c.object_type = 'schema';

-- ---- functions over these ids ----
-- 'schema.name'::regclass
CREATE FUNCTION standin.to_oid(shown text) RETURNS oid LANGUAGE plpgsql STABLE AS
$$
DECLARE
    parts text[] := standin.name_parts(shown);
    found oid;
BEGIN
    SELECT i.oid INTO found FROM standin.visible_items i WHERE i.name = parts[cardinality(parts)] AND i.id LIKE 's%'
        AND (cardinality(parts) = 1 OR i.schema = parts[cardinality(parts) - 1]);
    RETURN coalesce(found, (standin.find_item(parts)).oid);
END
$$;
CREATE FUNCTION standin.pg_table_is_visible(relation oid) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT EXISTS (SELECT FROM standin.visible_items i WHERE i.oid = relation
                   AND (i.schema IN ('mz_catalog', 'pg_catalog') OR i.schema = ANY (string_to_array(current_setting('standin.search_path', true), ','))))
$$;
CREATE FUNCTION standin.pg_get_userbyid(role oid) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT name FROM standin.roles WHERE oid = role), 'unknown (OID=' || role || ')') $$;
CREATE FUNCTION standin.pg_get_viewdef(relation oid) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT standin.for_people(standin.with_names(resolved)) || ';' FROM standin.items WHERE oid = relation $$;
CREATE FUNCTION standin.pg_get_viewdef(relation oid, pretty boolean) RETURNS text LANGUAGE sql STABLE AS $$ SELECT standin.pg_get_viewdef(relation) $$;
CREATE FUNCTION standin.pg_get_indexdef(index oid) RETURNS text LANGUAGE sql STABLE AS $$ SELECT standin.for_people(standin.create_sql(id)) FROM standin.items WHERE oid = index $$;
CREATE FUNCTION standin.pg_get_indexdef(index oid, key integer, pretty boolean) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT CASE key WHEN 0 THEN standin.pg_get_indexdef(index) ELSE (SELECT trim(both '"' from keys[key]) FROM standin.items WHERE oid = index) END $$;
CREATE FUNCTION standin.obj_description(object oid, catalog text) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT description FROM standin_pg.pg_description WHERE objoid = object AND objsubid = 0 LIMIT 1 $$;
CREATE FUNCTION standin.obj_description(object oid) RETURNS text LANGUAGE sql STABLE AS $$ SELECT standin.obj_description(object, 'pg_class') $$;
CREATE FUNCTION standin.col_description(object oid, number integer) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT description FROM standin_pg.pg_description WHERE objoid = object AND objsubid = number LIMIT 1 $$;

-- ---- information_schema ----
CREATE FUNCTION standin.table_type(type text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE type WHEN 'table' THEN 'BASE TABLE' ELSE upper(standin.kind_text(type)) END $$;

CREATE VIEW standin_info.tables AS
SELECT current_setting('standin.database', true) AS table_catalog, schema AS table_schema, name AS table_name, standin.table_type(type) AS table_type
FROM standin.visible_items WHERE type <> 'index';

CREATE VIEW standin_info.views AS
SELECT current_setting('standin.database', true) AS table_catalog, schema AS table_schema, name AS table_name, standin.create_sql(id) AS view_definition
FROM standin.visible_items WHERE type IN ('view', 'materialized-view');

CREATE VIEW standin_info.columns AS
SELECT current_setting('standin.database', true) AS table_catalog, i.schema AS table_schema, i.name AS table_name, c.name AS column_name,
       c.position::bigint AS ordinal_position, c."default" AS column_default, CASE WHEN c.nullable THEN 'YES' ELSE 'NO' END AS is_nullable, c.type AS data_type,
       NULL::integer AS character_maximum_length, NULL::integer AS numeric_precision, NULL::integer AS numeric_scale
FROM standin.visible_items i JOIN mz_catalog.mz_columns c ON c.id = i.id;

CREATE VIEW standin_info.schemata AS
SELECT current_setting('standin.database', true) AS catalog_name, name AS schema_name FROM standin.here;
CREATE VIEW standin_info.enabled_roles AS
SELECT name AS role_name FROM standin.roles WHERE id = ANY (standin.roles_of(standin.my_role()));
CREATE VIEW standin_info.applicable_roles AS
SELECT standin.role_name(member) AS grantee, standin.role_name(role_id) AS role_name, 'NO'::text AS is_grantable FROM standin.role_members;
CREATE VIEW standin_info.table_privileges AS
SELECT grantor, grantee, database AS table_catalog, schema AS table_schema, name AS table_name, privilege_type, 'NO'::text AS is_grantable,
       CASE privilege_type WHEN 'SELECT' THEN 'YES' ELSE 'NO' END AS with_hierarchy FROM mz_internal.mz_show_object_privileges;
CREATE VIEW standin_info.role_table_grants AS SELECT * FROM standin_info.table_privileges;
CREATE VIEW standin_info.character_sets AS
SELECT NULL::text AS character_set_catalog, NULL::text AS character_set_schema, 'UTF8'::text AS character_set_name, 'UCS'::text AS character_repertoire,
       'UTF8'::text AS form_of_use, current_setting('standin.database', true) AS default_collate_catalog, 'pg_catalog'::text AS default_collate_schema, 'en_US.utf8'::text AS default_collate_name;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['key_column_usage', 'referential_constraints', 'routines', 'table_constraints', 'triggers'] LOOP
        EXECUTE format('CREATE VIEW standin_info.%1$I AS SELECT * FROM information_schema.%1$I WHERE false', name);
    END LOOP;
END
$$;

GRANT USAGE ON SCHEMA standin_pg, standin_info TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA standin, standin_pg, standin_info TO PUBLIC;
