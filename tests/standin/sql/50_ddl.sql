-- Changes of the catalog. The server parses a statement and calls standin.ddl(kind, args, text); what follows
-- checks, writes the catalog, makes the physical objects and the audit events, and counts the revision.
-- Errors carry Materialize's SQLSTATEs and words.

-- Serialises changes; the revision tells a DDL transaction whether somebody else was faster.
CREATE FUNCTION standin.lock() RETURNS bigint LANGUAGE sql AS $$ SELECT revision FROM standin.meta FOR UPDATE $$;

CREATE FUNCTION standin.fail(code text, message text, detail text DEFAULT NULL, hint text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF detail IS NOT NULL AND hint IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail, HINT = hint;
    ELSIF detail IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail;
    ELSIF hint IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, HINT = hint;
    ELSE
        RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message;
    END IF;
END
$$;

CREATE FUNCTION standin.skip(code text, message text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE USING ERRCODE = code, MESSAGE = message; END $$;

-- ---- ids, roles, audit ----
CREATE FUNCTION standin.next_id(kind text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('UPDATE standin.meta SET next_%1$s = next_%1$s + 1 RETURNING next_%1$s - 1', kind) INTO n;
    RETURN 'u' || n;
END
$$;

CREATE FUNCTION standin.next_oid() RETURNS oid LANGUAGE sql AS $$ UPDATE standin.meta SET next_oid = next_oid + 1 RETURNING (next_oid - 1)::oid $$;

CREATE FUNCTION standin.my_role() RETURNS text LANGUAGE sql STABLE AS $$ SELECT id FROM standin.roles WHERE name = current_setting('standin.role', true) $$;

CREATE FUNCTION standin.role_id(role_name text) RETURNS text LANGUAGE plpgsql STABLE AS
$$
DECLARE
    found text;
BEGIN
    IF upper(role_name) = 'PUBLIC' THEN
        RETURN 'p';
    END IF;
    SELECT id INTO found FROM standin.roles WHERE name = role_name;
    IF found IS NULL THEN
        PERFORM standin.fail('XX000', format('unknown role ''%s''', role_name));
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION standin.audit(what text, object_type text, details jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    n bigint;
BEGIN
    UPDATE standin.meta SET next_event = next_event + 1 RETURNING next_event - 1 INTO n;
    INSERT INTO standin.audit VALUES (n, what, object_type, details, current_setting('standin.role', true), standin.now());
END
$$;

-- A role logs in for the first time: it is made, here and in PostgreSQL.
CREATE FUNCTION standin.ensure_role(role_name text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
    found text;
BEGIN
    SELECT id INTO found FROM standin.roles WHERE name = role_name;
    IF found IS NULL THEN
        PERFORM standin.lock(); -- several first sessions of a role may come at once
        SELECT id INTO found FROM standin.roles WHERE name = role_name;
    END IF;
    IF found IS NULL THEN
        found := standin.next_id('role');
        INSERT INTO standin.roles VALUES (found, standin.next_oid(), role_name, false);
        IF role_name = 'materialize' THEN -- as in the vendor's image
            INSERT INTO standin.acl VALUES ('system', 'system', found, 'RBN', 's1'), ('database', 'u1', found, 'UC', 's1'), ('schema', 'u3', found, 'UC', 's1'),
                ('cluster', 'u1', found, 'UC', 's1');
        END IF;
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I', role_name);
        END IF;
    END IF;
    RETURN found;
END
$$;

-- ---- names ----
CREATE FUNCTION standin.find_database(database_name text) RETURNS standin.databases LANGUAGE plpgsql STABLE AS
$$
DECLARE
    found standin.databases;
BEGIN
    SELECT * INTO found FROM standin.databases WHERE name = database_name;
    IF found.id IS NULL THEN
        PERFORM standin.fail('XX000', format('unknown database ''%s''', database_name));
    END IF;
    RETURN found;
END
$$;

-- PARTS: [schema] or [database, schema].
CREATE FUNCTION standin.find_schema(parts text[], missing_ok boolean DEFAULT false) RETURNS standin.schemas LANGUAGE plpgsql STABLE AS
$$
DECLARE
    found standin.schemas;
    base text := CASE WHEN cardinality(parts) > 1 THEN parts[1] ELSE current_setting('standin.database', true) END;
    wanted text := parts[cardinality(parts)];
BEGIN
    SELECT s.* INTO found FROM standin.schemas s LEFT JOIN standin.databases d ON d.id = s.database_id
    WHERE s.name = wanted AND (d.name = base OR (s.database_id IS NULL AND cardinality(parts) = 1));
    IF found.id IS NULL AND NOT missing_ok THEN
        PERFORM standin.fail('XX000', format('unknown schema ''%s''', array_to_string(parts, '.')));
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION standin.default_schema() RETURNS standin.schemas LANGUAGE plpgsql STABLE AS
$$
DECLARE
    found standin.schemas;
    candidate text;
BEGIN
    FOREACH candidate IN ARRAY string_to_array(current_setting('standin.search_path', true), ',') LOOP
        found := standin.find_schema(ARRAY[trim(candidate)], true);
        EXIT WHEN found.id IS NOT NULL;
    END LOOP;
    IF found.id IS NULL THEN
        PERFORM standin.fail('3F000', 'no valid schema selected');
    END IF;
    RETURN found;
END
$$;

-- The schema in which an item of these name parts lies or will lie.
CREATE FUNCTION standin.schema_for(parts text[]) RETURNS standin.schemas LANGUAGE sql STABLE AS
$$ SELECT (CASE WHEN cardinality(parts) = 1 THEN standin.default_schema() ELSE standin.find_schema(parts[:cardinality(parts) - 1]) END).* $$;

CREATE FUNCTION standin.find_item(parts text[], missing_ok boolean DEFAULT false, of_types boolean DEFAULT false) RETURNS standin.items LANGUAGE plpgsql STABLE AS
$$
DECLARE
    found standin.items;
    place standin.schemas;
BEGIN
    IF cardinality(parts) > 1 THEN
        place := standin.find_schema(parts[:cardinality(parts) - 1], true);
    ELSE
        place := standin.default_schema();
    END IF;
    SELECT * INTO found FROM standin.items WHERE schema_id = place.id AND name = parts[cardinality(parts)] AND (type = 'type') = of_types;
    IF found.id IS NULL AND NOT missing_ok THEN
        IF place.id IS NULL THEN
            PERFORM standin.fail('XX000', format('unknown schema ''%s''', array_to_string(parts[:cardinality(parts) - 1], '.')));
        END IF;
        PERFORM standin.fail('XX000', format('unknown catalog item ''%s''', array_to_string(parts, '.')));
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION standin.find_cluster(cluster_name text) RETURNS standin.clusters LANGUAGE plpgsql STABLE AS
$$
DECLARE
    found standin.clusters;
BEGIN
    SELECT * INTO found FROM standin.clusters WHERE name = cluster_name;
    IF found.id IS NULL THEN
        PERFORM standin.fail('XX000', format('unknown cluster ''%s''', cluster_name));
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION standin.parts(value jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT array_agg(x) FROM jsonb_array_elements_text(value) x $$;

-- "db.schema.item", as most messages write it
CREATE FUNCTION standin.full_name(item text) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT d.name || '.' || s.name || '.' || i.name FROM standin.items i JOIN standin.schemas s ON s.id = i.schema_id
    JOIN standin.databases d ON d.id = s.database_id WHERE i.id = item
$$;

CREATE FUNCTION standin.short_name(item text) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT CASE WHEN s.name = ANY (string_to_array(current_setting('standin.search_path', true), ',')) THEN '' ELSE s.name || '.' END || i.name
    FROM standin.items i JOIN standin.schemas s ON s.id = i.schema_id WHERE i.id = item
$$;

CREATE FUNCTION standin.kind_text(type text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT replace(type, '-', ' ') $$;

CREATE FUNCTION standin.check_reserved(what text, object_name text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF object_name ~ '^(mz|pg|external)_' THEN
        IF what = 'schema' THEN
            PERFORM standin.fail('XX000', format('unacceptable schema name ''%s''', object_name),
                                 'The prefixes "mz_" and "pg_" are reserved for system schemas.');
        END IF;
        PERFORM standin.fail('XX000', format('%s name "%s" is reserved', what, object_name),
                             format('The prefixes "mz_" and "pg_" are reserved for system %ss.', what));
    END IF;
END
$$;

-- ---- rights (only where RBAC is on for the session) ----
CREATE FUNCTION standin.rbac_on() RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT (rbac OR coalesce(current_setting('standin.rbac', true), '') = 'on') AND NOT mz_catalog.mz_is_superuser() FROM standin.meta
$$;

-- The session's role, and those that it is a member of.
CREATE FUNCTION standin.roles_of(role text) RETURNS text[] LANGUAGE sql STABLE AS
$$
    SELECT array_agg(id) FROM (WITH RECURSIVE m(id) AS (SELECT role UNION SELECT r.role_id FROM standin.role_members r JOIN m ON m.id = r.member) SELECT id FROM m) x
$$;

CREATE FUNCTION standin.must_own(kind text, shown text, owner_id text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF kind = 'CLUSTER' AND owner_id LIKE 's%' AND shown LIKE 'mz\_%' THEN
        PERFORM standin.fail('42501', format('must be owner of %s %s', kind, shown));
    END IF;
    IF standin.rbac_on() AND NOT owner_id = ANY (standin.roles_of(standin.my_role())) THEN
        PERFORM standin.fail('42501', format('must be owner of %s %s', kind, shown));
    END IF;
END
$$;

CREATE FUNCTION standin.must_have_letter(of_kind text, object_id text, letter text, shown text, privilege text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF standin.rbac_on() AND NOT EXISTS (
        SELECT FROM standin.acl a WHERE a.kind = of_kind AND a.id = object_id AND a.grantee = ANY ('p'::text || standin.roles_of(standin.my_role()))
        AND a.letters LIKE '%' || letter || '%') THEN
        PERFORM standin.fail('42501', format('permission denied for %s', shown),
                             format('The ''%s'' role needs %s privileges on %s', current_setting('standin.role', true), privilege, shown));
    END IF;
END
$$;

CREATE FUNCTION standin.must_have(kind text, object_id text, letter text, shown text, privilege text) RETURNS void LANGUAGE sql AS
$$ SELECT standin.must_have_letter(lower(kind), object_id, letter, CASE kind WHEN 'SYSTEM' THEN 'SYSTEM' ELSE format('%s "%s"', kind, shown) END, privilege) $$;

CREATE FUNCTION standin.must_have_on_item(item text, type text, letter text, privilege text) RETURNS void LANGUAGE sql AS
$$ SELECT standin.must_have_letter('item', item, letter, format('%s "%s"', upper(standin.kind_text(type)), standin.full_name(item)), privilege) $$;

-- ---- grants ----
CREATE FUNCTION standin.letter(privilege text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$
    SELECT CASE upper(privilege) WHEN 'SELECT' THEN 'r' WHEN 'INSERT' THEN 'a' WHEN 'UPDATE' THEN 'w' WHEN 'DELETE' THEN 'd' WHEN 'USAGE' THEN 'U'
                WHEN 'CREATE' THEN 'C' WHEN 'CREATEROLE' THEN 'R' WHEN 'CREATEDB' THEN 'B' WHEN 'CREATECLUSTER' THEN 'N'
                WHEN 'CREATENETWORKPOLICY' THEN 'P' ELSE '' END
$$;

CREATE FUNCTION standin.add_letters(of_kind text, of_id text, to_grantee text, letters text, by_grantor text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    INSERT INTO standin.acl AS a VALUES (of_kind, of_id, to_grantee, letters, by_grantor)
    ON CONFLICT (kind, id, grantee, grantor) DO UPDATE SET letters =
        (SELECT string_agg(l, '' ORDER BY position(l IN 'rawdUCRBNP')) FROM (SELECT DISTINCT l FROM regexp_split_to_table(a.letters || excluded.letters, '') l WHERE l <> '') x);
END
$$;

-- What PostgreSQL must know to enforce reads when RBAC is on.
CREATE FUNCTION standin.mirror_grant(of_kind text, of_id text, grantee_name text, privilege text, verb text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target text;
    who text := CASE WHEN grantee_name = 'PUBLIC' THEN 'PUBLIC' ELSE quote_ident(grantee_name) END;
BEGIN
    IF of_kind = 'schema' AND upper(privilege) = 'USAGE' THEN
        SELECT 'SCHEMA ' || quote_ident(physical) INTO target FROM standin.schemas WHERE id = of_id;
    ELSIF of_kind = 'item' THEN
        SELECT 'TABLE ' || quote_ident(s.physical) || '.' || quote_ident(i.name) INTO target
        FROM standin.items i JOIN standin.schemas s ON s.id = i.schema_id WHERE i.id = of_id AND i.relid IS NOT NULL;
    END IF;
    IF target IS NOT NULL THEN
        EXECUTE format('%s %s ON %s %s %s', verb, privilege, target, CASE verb WHEN 'GRANT' THEN 'TO' ELSE 'FROM' END, who);
    END IF;
END
$$;

-- The owner's own rights, and the default privileges that apply at creation.
CREATE FUNCTION standin.initial_grants(of_kind text, of_id text, object_type text, letters text, in_schema text, in_database text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    me text := standin.my_role();
    d record;
    p record;
BEGIN
    PERFORM standin.add_letters(of_kind, of_id, me, letters, me);
    IF of_kind = 'schema' THEN
        PERFORM standin.add_letters(of_kind, of_id, 's2', 'U', me);
    END IF;
    FOR d IN SELECT * FROM standin.default_acl x
             WHERE x.object_type = initial_grants.object_type AND x.role_id IN ('p', me) AND (x.schema_id IS NULL OR x.schema_id = in_schema)
               AND (x.database_id IS NULL OR x.database_id = in_database) LOOP
        PERFORM standin.add_letters(of_kind, of_id, d.grantee, d.letters, me);
        FOR p IN SELECT privilege_type FROM standin.letter_names(d.letters) LOOP
            PERFORM standin.mirror_grant(of_kind, of_id, standin.role_name(d.grantee), p.privilege_type, 'GRANT');
        END LOOP;
    END LOOP;
END
$$;

-- ---- creating ----
CREATE FUNCTION standin.create_database(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    wanted text := args->'name'->>0;
    new_id text;
    public_id text;
    me text := standin.my_role();
BEGIN
    IF EXISTS (SELECT FROM standin.databases WHERE name = wanted) THEN
        IF (args->>'if_not_exists')::boolean THEN
            PERFORM standin.skip('42P04', format('database "%s" already exists, skipping', wanted));
            RETURN;
        END IF;
        PERFORM standin.fail('XX000', format('database ''%s'' already exists', wanted));
    END IF;
    PERFORM standin.must_have('SYSTEM', 'system', 'B', 'SYSTEM', 'CREATEDB');
    new_id := standin.next_id('database');
    INSERT INTO standin.databases VALUES (new_id, standin.next_oid(), wanted, me);
    PERFORM standin.add_letters('database', new_id, me, 'UC', me);
    PERFORM standin.audit('create', 'database', jsonb_build_object('id', new_id, 'name', wanted));
    public_id := standin.next_id('schema');
    INSERT INTO standin.schemas VALUES (public_id, standin.next_oid(), new_id, 'public', me, public_id);
    EXECUTE format('CREATE SCHEMA %I', public_id);
    PERFORM standin.add_letters('schema', public_id, 'p', 'U', me);
    PERFORM standin.add_letters('schema', public_id, me, 'UC', me);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', public_id);
    PERFORM standin.audit('create', 'schema', jsonb_build_object('id', public_id, 'name', 'public', 'database_name', wanted));
END
$$;

CREATE FUNCTION standin.create_schema(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    parts text[] := standin.parts(args->'name');
    wanted text := parts[cardinality(parts)];
    base standin.databases;
    new_id text;
    me text := standin.my_role();
BEGIN
    base := standin.find_database(CASE WHEN cardinality(parts) > 1 THEN parts[1] ELSE current_setting('standin.database') END);
    PERFORM standin.check_reserved('schema', wanted);
    PERFORM standin.must_have('DATABASE', base.id, 'C', base.name, 'CREATE');
    IF EXISTS (SELECT FROM standin.schemas WHERE name = wanted AND database_id = base.id) THEN
        IF (args->>'if_not_exists')::boolean THEN
            PERFORM standin.skip('42P06', format('schema "%s" already exists, skipping', wanted));
            RETURN;
        END IF;
        PERFORM standin.fail('XX000', format('schema ''%s'' already exists', wanted));
    END IF;
    new_id := standin.next_id('schema');
    INSERT INTO standin.schemas VALUES (new_id, standin.next_oid(), base.id, wanted, me, new_id);
    EXECUTE format('CREATE SCHEMA %I', new_id);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', new_id, current_setting('standin.role'));
    PERFORM standin.initial_grants('schema', new_id, 'schema', 'UC', NULL, base.id);
    PERFORM standin.audit('create', 'schema', jsonb_build_object('id', new_id, 'name', wanted, 'database_name', base.name));
END
$$;

-- False: the name is taken, and that is fine.
CREATE FUNCTION standin.name_is_free(place standin.schemas, wanted text, type text, args jsonb) RETURNS boolean LANGUAGE plpgsql AS
$$
DECLARE
    taken standin.items;
BEGIN
    SELECT * INTO taken FROM standin.items i WHERE schema_id = place.id AND name = wanted AND (i.type = 'type') = (name_is_free.type = 'type');
    IF taken.id IS NULL THEN
        RETURN true;
    END IF;
    IF (args->>'if_not_exists')::boolean THEN
        PERFORM standin.skip(CASE type WHEN 'table' THEN '42P07' ELSE '42710' END, format('%s "%s" already exists, skipping', standin.kind_text(type), wanted));
        RETURN false;
    END IF;
    PERFORM standin.fail('XX000', format('%s "%s" already exists', standin.kind_text(taken.type), standin.full_name(taken.id)));
    RETURN false;
END
$$;

CREATE FUNCTION standin.session_cluster(args jsonb) RETURNS standin.clusters LANGUAGE sql STABLE AS
$$ SELECT (standin.find_cluster(coalesce(args->>'cluster', current_setting('standin.cluster', true)))).* $$;

-- Ids of the user relations that a physical view reads, as PostgreSQL found them.
CREATE FUNCTION standin.inputs_of(relation oid) RETURNS SETOF text LANGUAGE sql STABLE AS
$$
    SELECT DISTINCT i.id FROM pg_catalog.pg_rewrite r
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
    JOIN standin.items i ON i.relid = d.refobjid
    WHERE r.ev_class = relation AND d.refobjid <> relation
$$;

CREATE FUNCTION standin.add_item(place standin.schemas, new_name text, type text, cluster text, relation oid, args jsonb) RETURNS standin.items LANGUAGE plpgsql AS
$$
DECLARE
    made standin.items;
    base text := (SELECT name FROM standin.databases WHERE id = place.database_id);
    me text := standin.my_role();
    details jsonb;
BEGIN
    INSERT INTO standin.items (id, oid, schema_id, name, type, owner_id, cluster_id, relid, raw, resolved, created_at)
    VALUES (standin.next_id('item'), standin.next_oid(), place.id, new_name, type, me, cluster, relation, args->>'raw_query', coalesce(args->>'resolved', args->>'raw_query'), standin.now())
    RETURNING * INTO made;
    IF relation IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %I.%I OWNER TO %I', place.physical, new_name, current_setting('standin.role'));
        PERFORM standin.initial_grants('item', made.id, 'table', CASE type WHEN 'table' THEN 'arwd' ELSE 'r' END, place.id, place.database_id);
        INSERT INTO standin.dependencies SELECT made.id, standin.inputs_of(relation);
    END IF;
    details := jsonb_build_object('id', made.id, 'database', base, 'schema', place.name, 'item', new_name);
    IF cluster IS NOT NULL THEN
        details := details || jsonb_build_object('cluster_id', cluster);
    END IF;
    PERFORM standin.audit('create', type, details);
    IF args->>'with_options' ~* 'retain\s+history' THEN
        PERFORM standin.retain(made.id, substring(args->>'with_options' FROM $re$(?i)retain\s+history\s*=?\s*(?:for)?\s*'([^']*)'$re$));
    END IF;
    RETURN made;
END
$$;

CREATE FUNCTION standin.create_view_like(args jsonb, type text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    parts text[] := standin.parts(args->'name');
    wanted text := parts[cardinality(parts)];
    place standin.schemas := standin.schema_for(parts);
    cluster standin.clusters;
    old standin.items;
    target standin.items;
    made standin.items;
    pending text;
BEGIN
    PERFORM standin.must_have('SCHEMA', place.id, 'C', place.name, 'CREATE');
    IF type = 'materialized-view' THEN
        cluster := standin.session_cluster(args);
        PERFORM standin.must_have('CLUSTER', cluster.id, 'C', cluster.name, 'CREATE');
    END IF;
    IF (args->>'or_replace')::boolean THEN
        SELECT * INTO old FROM standin.items WHERE schema_id = place.id AND name = wanted;
        IF old.id IS NOT NULL THEN
            PERFORM standin.drop_items(ARRAY[old.id], false);
        END IF;
    END IF;
    IF NOT standin.name_is_free(place, wanted, type, args) THEN
        RETURN;
    END IF;
    SELECT name INTO pending FROM standin.items WHERE target_id IS NOT NULL AND id IN (SELECT jsonb_array_elements_text(args->'refs'));
    IF pending IS NOT NULL THEN
        PERFORM standin.fail('XX000', format('replacement materialized view %s cannot be depended upon', pending));
    END IF;
    IF jsonb_typeof(args->'target') = 'array' THEN
        target := standin.find_item(standin.parts(args->'target'));
        PERFORM standin.check_replacement_target(target, wanted);
    END IF;
    EXECUTE format('CREATE VIEW %I.%I %s AS %s', place.physical, wanted, coalesce(args->>'columns', ''), args->>'query');
    made := standin.add_item(place, wanted, type, cluster.id, format('%I.%I', place.physical, wanted)::regclass::oid, args);
    IF target.id IS NOT NULL THEN
        PERFORM standin.check_replacement_columns(target, made.relid);
        UPDATE standin.items SET target_id = target.id WHERE id = made.id;
    END IF;
END
$$;

CREATE FUNCTION standin.create_table(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    parts text[] := standin.parts(args->'name');
    wanted text := parts[cardinality(parts)];
    place standin.schemas := standin.schema_for(parts);
BEGIN
    PERFORM standin.must_have('SCHEMA', place.id, 'C', place.name, 'CREATE');
    IF NOT standin.name_is_free(place, wanted, 'table', args) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I.%I %s', place.physical, wanted, args->>'columns');
    PERFORM standin.add_item(place, wanted, 'table', NULL, format('%I.%I', place.physical, wanted)::regclass::oid, args);
END
$$;

CREATE FUNCTION standin.create_index(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target standin.items := standin.find_item(standin.parts(args->'on'));
    place standin.schemas;
    cluster standin.clusters := standin.session_cluster(args);
    index_keys text[] := standin.parts(args->'keys');
    wanted text;
    base_name text;
    made standin.items;
    n int := 0;
    key text;
BEGIN
    SELECT * INTO place FROM standin.schemas WHERE id = target.schema_id;
    IF target.target_id IS NOT NULL THEN
        PERFORM standin.fail('XX000', format('index cannot be created on %s because it is a replacement materialized view', standin.full_name(target.id)));
    END IF;
    PERFORM standin.must_own(upper(standin.kind_text(target.type)), standin.full_name(target.id), target.owner_id);
    PERFORM standin.must_have('CLUSTER', cluster.id, 'C', cluster.name, 'CREATE');
    FOREACH key IN ARRAY coalesce(index_keys, '{}') LOOP
        IF key ~ '^("[^"]*"|[a-z_][a-z0-9_$]*)$' AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_attribute WHERE attrelid = target.relid AND attnum > 0 AND attname = trim(both '"' from key)) THEN
            PERFORM standin.fail('XX000', format('column "%s" does not exist', trim(both '"' from key)));
        END IF;
    END LOOP;
    IF index_keys IS NULL THEN
        SELECT array_agg(quote_ident(attname) ORDER BY attnum) INTO index_keys FROM pg_catalog.pg_attribute WHERE attrelid = target.relid AND attnum > 0 AND NOT attisdropped;
    END IF;
    IF args->'name' IS NOT NULL AND jsonb_typeof(args->'name') = 'array' THEN
        wanted := args->'name'->>(jsonb_array_length(args->'name') - 1);
        IF NOT standin.name_is_free(place, wanted, 'index', args) THEN
            RETURN;
        END IF;
    ELSE
        base_name := CASE WHEN (args->>'default')::boolean OR args->'keys' IS NULL OR jsonb_typeof(args->'keys') = 'null' THEN target.name || '_primary_idx'
                          ELSE target.name || '_' || (SELECT string_agg(CASE WHEN k ~ '^("[^"]*"|[a-z_][a-z0-9_$]*)$' THEN trim(both '"' from k) ELSE 'expr' END, '_')
                                                      FROM unnest(index_keys) k) || '_idx' END;
        wanted := base_name;
        WHILE EXISTS (SELECT FROM standin.items WHERE schema_id = place.id AND name = wanted) LOOP
            n := n + 1;
            wanted := base_name || n;
        END LOOP;
    END IF;
    made := standin.add_item(place, wanted, 'index', cluster.id, NULL, args);
    UPDATE standin.items SET on_id = target.id, owner_id = target.owner_id,
        keys = ARRAY(SELECT CASE WHEN k ~ '^[a-z_][a-z0-9_$]*$' THEN '"' || k || '"' ELSE k END FROM unnest(index_keys) k) WHERE id = made.id;
    INSERT INTO standin.dependencies VALUES (made.id, target.id);
END
$$;

CREATE FUNCTION standin.create_role(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    wanted text := args->'name'->>0;
    made text;
BEGIN
    PERFORM standin.check_reserved('role', wanted);
    PERFORM standin.must_have('SYSTEM', 'system', 'R', 'SYSTEM', 'CREATEROLE');
    IF NOT standin.rbac_on() THEN
        RAISE NOTICE USING ERRCODE = '00000',
            MESSAGE = 'RBAC is disabled so no role attributes or object ownership will be considered when executing statements',
            HINT = 'To enable RBAC globally run `ALTER SYSTEM SET enable_rbac_checks TO TRUE` as a superuser. TO enable RBAC for just this session run `SET enable_session_rbac_checks TO TRUE`.';
    END IF;
    IF EXISTS (SELECT FROM standin.roles WHERE name = wanted) THEN
        PERFORM standin.fail('XX000', format('role ''%s'' already exists', wanted));
    END IF;
    made := standin.ensure_role(wanted);
    PERFORM standin.audit('create', 'role', jsonb_build_object('id', made, 'name', wanted));
END
$$;
