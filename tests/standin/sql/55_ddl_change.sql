-- Renaming, swapping, owning, dropping, commenting, granting.

-- ---- rename and swap: names move, ids stay ----
-- A query that qualifies a column with the schema's name cannot survive a rename of that schema.
CREATE FUNCTION standin.check_rename_conflict(place standin.schemas) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    user_item standin.items;
    base text := (SELECT name FROM standin.databases WHERE id = place.database_id);
BEGIN
    SELECT u.* INTO user_item FROM standin.items u
    WHERE u.raw ~* ('(^|[^a-z0-9_."])"?' || place.name || '"?\s*\.\s*"?[a-z0-9_]+"?\s*\.\s*"?[a-z0-9_]+"?\s*($|[^a-z0-9_."(])')
      AND u.type IN ('view', 'materialized-view')
      AND EXISTS (SELECT FROM standin.dependencies d JOIN standin.items i ON i.id = d.referenced_id WHERE d.object_id = u.id AND i.schema_id = place.id)
      AND NOT u.raw ~* ('"?' || base || '"?\s*\.\s*"?' || place.name || '"?\s*\.') LIMIT 1;
    IF user_item.id IS NOT NULL THEN
        PERFORM standin.fail('XX000', format('renaming conflict: in %s, which uses %s.%s, ambiguous reference to schema named %s',
                                             standin.full_name(user_item.id), base, place.name, place.name));
    END IF;
END
$$;

CREATE FUNCTION standin.audit_schema_name(place standin.schemas, old_name text, new_name text) RETURNS void LANGUAGE sql AS
$$
    SELECT standin.audit('alter', 'schema', jsonb_build_object('id', place.id, 'old_name', old_name, 'new_name', new_name,
                         'database_name', (SELECT name FROM standin.databases WHERE id = place.database_id)))
$$;

CREATE FUNCTION standin.rename_schema(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    place standin.schemas := standin.find_schema(standin.parts(args->'name'));
    base standin.databases;
BEGIN
    PERFORM standin.must_own('SCHEMA', place.name, place.owner_id);
    SELECT * INTO base FROM standin.databases WHERE id = place.database_id;
    PERFORM standin.must_have('DATABASE', base.id, 'C', base.name, 'CREATE');
    PERFORM standin.check_reserved('schema', args->>'to');
    IF EXISTS (SELECT FROM standin.schemas WHERE database_id = place.database_id AND name = args->>'to' AND id <> place.id) THEN
        PERFORM standin.fail('XX000', format('schema ''%s'' already exists', args->>'to'));
    END IF;
    PERFORM standin.check_rename_conflict(place);
    UPDATE standin.schemas SET name = args->>'to' WHERE id = place.id;
    PERFORM standin.audit_schema_name(place, place.name, args->>'to');
END
$$;

CREATE FUNCTION standin.swap_schema(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    parts text[] := standin.parts(args->'name');
    a standin.schemas := standin.find_schema(parts);
    b standin.schemas;
    between_name text;
BEGIN
    IF a.database_id IS NULL THEN
        PERFORM standin.fail('XX000', 'cannot swap schemas that are in the ambient database');
    END IF;
    SELECT * INTO b FROM standin.schemas WHERE database_id = a.database_id AND name = args->>'with';
    IF b.id IS NULL THEN
        PERFORM standin.fail('XX000', format('unknown schema ''%s''', args->>'with'));
    END IF;
    PERFORM standin.must_own('SCHEMA', a.name, a.owner_id);
    PERFORM standin.must_own('SCHEMA', b.name, b.owner_id);
    IF a.id = b.id THEN
        RETURN;
    END IF;
    PERFORM standin.check_rename_conflict(a);
    PERFORM standin.check_rename_conflict(b);
    SET CONSTRAINTS ALL DEFERRED;
    between_name := 'mz_schema_swap_' || substr(md5(a.id || b.id), 1, 8);
    UPDATE standin.schemas SET name = CASE id WHEN a.id THEN b.name ELSE a.name END WHERE id IN (a.id, b.id);
    PERFORM standin.audit_schema_name(a, a.name, between_name);
    PERFORM standin.audit_schema_name(b, b.name, a.name);
    PERFORM standin.audit_schema_name(a, between_name, b.name);
END
$$;

CREATE FUNCTION standin.rename_cluster(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target standin.clusters := standin.find_cluster(args->'name'->>0);
BEGIN
    PERFORM standin.must_own('CLUSTER', target.name, target.owner_id);
    PERFORM standin.check_reserved('cluster', args->>'to');
    IF EXISTS (SELECT FROM standin.clusters WHERE name = args->>'to' AND id <> target.id) THEN
        PERFORM standin.fail('XX000', 'uniqueness violation');
    END IF;
    UPDATE standin.clusters SET name = args->>'to' WHERE id = target.id;
    PERFORM standin.audit('alter', 'cluster', jsonb_build_object('id', target.id, 'old_name', target.name, 'new_name', args->>'to'));
END
$$;

CREATE FUNCTION standin.swap_cluster(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    a standin.clusters := standin.find_cluster(args->'name'->>0);
    b standin.clusters := standin.find_cluster(args->>'with');
    between_name text := 'mz_cluster_swap_' || substr(md5(a.id || b.id), 1, 8);
BEGIN
    PERFORM standin.must_own('CLUSTER', a.name, a.owner_id);
    PERFORM standin.must_own('CLUSTER', b.name, b.owner_id);
    IF a.id = b.id THEN
        RETURN;
    END IF;
    SET CONSTRAINTS ALL DEFERRED;
    UPDATE standin.clusters SET name = CASE id WHEN a.id THEN b.name ELSE a.name END WHERE id IN (a.id, b.id);
    PERFORM standin.audit('alter', 'cluster', jsonb_build_object('id', a.id, 'old_name', a.name, 'new_name', between_name));
    PERFORM standin.audit('alter', 'cluster', jsonb_build_object('id', b.id, 'old_name', b.name, 'new_name', a.name));
    PERFORM standin.audit('alter', 'cluster', jsonb_build_object('id', a.id, 'old_name', between_name, 'new_name', b.name));
END
$$;

CREATE FUNCTION standin.rename_item(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target standin.items := standin.find_item(standin.parts(args->'name'));
    place standin.schemas;
BEGIN
    SELECT * INTO place FROM standin.schemas WHERE id = target.schema_id;
    PERFORM standin.must_own(upper(standin.kind_text(target.type)), standin.full_name(target.id), target.owner_id);
    IF EXISTS (SELECT FROM standin.items WHERE schema_id = place.id AND name = args->>'to') THEN
        PERFORM standin.fail('XX000', format('catalog item ''%s'' already exists', args->>'to'));
    END IF;
    IF target.relid IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %I.%I RENAME TO %I', place.physical, target.name, args->>'to');
    END IF;
    UPDATE standin.items SET name = args->>'to' WHERE id = target.id;
    PERFORM standin.audit('alter', target.type, jsonb_build_object('id', target.id, 'old_name', target.name, 'new_name', args->>'to'));
END
$$;

-- ---- owners ----
CREATE FUNCTION standin.move_grants(of_kind text, of_id text, old_owner text, new_owner text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    g record;
BEGIN
    FOR g IN DELETE FROM standin.acl WHERE kind = of_kind AND id = of_id RETURNING * LOOP
        PERFORM standin.add_letters(of_kind, of_id, CASE g.grantee WHEN old_owner THEN new_owner ELSE g.grantee END, g.letters,
                                    CASE g.grantor WHEN old_owner THEN new_owner ELSE g.grantor END);
    END LOOP;
END
$$;

CREATE FUNCTION standin.change_owner(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    what text := args->>'type';
    new_owner text := standin.role_id(args->>'owner');
    place standin.schemas;
    cluster standin.clusters;
    base standin.databases;
    item standin.items;
BEGIN
    IF what = 'schema' THEN
        place := standin.find_schema(standin.parts(args->'name'));
        PERFORM standin.must_own('SCHEMA', place.name, place.owner_id);
        UPDATE standin.schemas SET owner_id = new_owner WHERE id = place.id;
        PERFORM standin.move_grants('schema', place.id, place.owner_id, new_owner);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', place.physical, args->>'owner');
    ELSIF what = 'cluster' THEN
        cluster := standin.find_cluster(args->'name'->>0);
        PERFORM standin.must_own('CLUSTER', cluster.name, cluster.owner_id);
        UPDATE standin.clusters SET owner_id = new_owner WHERE id = cluster.id;
        PERFORM standin.move_grants('cluster', cluster.id, cluster.owner_id, new_owner);
    ELSIF what = 'database' THEN
        base := standin.find_database(args->'name'->>0);
        PERFORM standin.must_own('DATABASE', base.name, base.owner_id);
        UPDATE standin.databases SET owner_id = new_owner WHERE id = base.id;
        PERFORM standin.move_grants('database', base.id, base.owner_id, new_owner);
    ELSE
        item := standin.find_item(standin.parts(args->'name'), false, what = 'type');
        PERFORM standin.must_own(upper(standin.kind_text(item.type)), standin.full_name(item.id), item.owner_id);
        UPDATE standin.items SET owner_id = new_owner WHERE id = item.id OR (on_id = item.id AND type = 'index');
        PERFORM standin.move_grants('item', item.id, item.owner_id, new_owner);
        IF item.relid IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %s OWNER TO %I', item.relid::regclass, args->>'owner');
        END IF;
    END IF;
END
$$;

-- ---- comments ----
CREATE FUNCTION standin.comment_on(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    what text := args->>'type';
    target_id text;
    sub integer;
    shown text;
    item standin.items;
    place standin.schemas;
    cluster standin.clusters;
    type text := what;
BEGIN
    IF what = 'schema' THEN
        place := standin.find_schema(standin.parts(args->'name'));
        PERFORM standin.must_own('SCHEMA', place.name, place.owner_id);
        target_id := place.id;
    ELSIF what = 'cluster' THEN
        cluster := standin.find_cluster(args->'name'->>0);
        PERFORM standin.must_own('CLUSTER', cluster.name, cluster.owner_id);
        target_id := cluster.id;
    ELSIF what = 'database' THEN
        target_id := (standin.find_database(args->'name'->>0)).id;
    ELSIF what = 'role' THEN
        target_id := standin.role_id(args->'name'->>0);
    ELSIF what = 'cluster-replica' THEN
        target_id := (standin.find_replica(standin.parts(args->'name'))).id;
    ELSE
        item := standin.find_item(standin.parts(args->'name'), false, what = 'type');
        PERFORM standin.must_own(upper(standin.kind_text(item.type)), standin.full_name(item.id), item.owner_id);
        target_id := item.id;
        type := item.type;
        IF args->>'column' IS NOT NULL THEN
            SELECT n INTO sub FROM (SELECT attname, row_number() OVER (ORDER BY attnum) AS n FROM pg_catalog.pg_attribute
                                    WHERE attrelid = item.relid AND attnum > 0 AND NOT attisdropped) c WHERE c.attname = args->>'column';
            IF sub IS NULL THEN
                PERFORM standin.fail('XX000', format('column "%s.%s" does not exist', item.name, args->>'column'));
            END IF;
        END IF;
    END IF;
    IF octet_length(args->>'text') > 1024 THEN
        PERFORM standin.fail('XX000', 'comments must be 1024 bytes or less');
    END IF;
    DELETE FROM standin.comments WHERE id = target_id AND object_type = type AND sub_id IS NOT DISTINCT FROM sub;
    IF args->>'text' IS NOT NULL THEN
        INSERT INTO standin.comments VALUES (target_id, type, sub, args->>'text');
    END IF;
    shown := CASE WHEN item.id IS NOT NULL THEN standin.full_name(item.id) ELSE array_to_string(standin.parts(args->'name'), '.') END;
    PERFORM standin.audit('comment', type, jsonb_build_object('id', initcap(replace(type, '-', '')) || '(User(' || substr(target_id, 2) || '))', 'name', shown));
END
$$;

-- ---- grants ----
CREATE FUNCTION standin.all_letters(of_kind text) RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE of_kind WHEN 'item' THEN '{SELECT,INSERT,UPDATE,DELETE}'::text[] ELSE '{USAGE,CREATE}'::text[] END $$;

CREATE FUNCTION standin.remove_letters(of_kind text, of_id text, from_grantee text, gone text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE standin.acl SET letters = translate(letters, gone, '') WHERE kind = of_kind AND id = of_id AND grantee = from_grantee;
    DELETE FROM standin.acl WHERE kind = of_kind AND id = of_id AND letters = '';
END
$$;

-- ALL TABLES IN SCHEMA and the like: the names that are meant.
CREATE FUNCTION standin.names_in(args jsonb) RETURNS jsonb LANGUAGE sql STABLE AS
$$
    SELECT coalesce(jsonb_agg(jsonb_build_array(d.name, s.name, i.name)), '[]')
    FROM jsonb_array_elements(args->'names') n JOIN standin.databases d ON d.name = CASE WHEN args->>'type' = 'all_in_database' OR jsonb_array_length(n) > 1 THEN n->>0
                                                                                      ELSE current_setting('standin.database', true) END
    JOIN standin.schemas s ON s.database_id = d.id AND (args->>'type' = 'all_in_database' OR s.name = n->>-1)
    JOIN standin.items i ON i.schema_id = s.id AND CASE lower(args->>'all_of') WHEN 'tables' THEN i.type IN ('table', 'view', 'materialized-view', 'source')
                                                   ELSE i.type = lower(rtrim(args->>'all_of', 'Ss')) END
$$;

CREATE FUNCTION standin.system_privileges(args jsonb, verb text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    letters text := (SELECT string_agg(standin.letter(p), '') FROM jsonb_array_elements_text(args->'privileges') p);
    role_text text;
BEGIN
    IF standin.rbac_on() THEN
        PERFORM standin.fail('42501', 'permission denied for SYSTEM', 'You must be a superuser');
    END IF;
    FOR role_text IN SELECT * FROM jsonb_array_elements_text(args->'roles') LOOP
        IF verb = 'GRANT' THEN
            PERFORM standin.add_letters('system', 'system', standin.role_id(role_text), letters, 's1');
        ELSE
            PERFORM standin.remove_letters('system', 'system', standin.role_id(role_text), letters);
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION standin.grant_or_revoke(args jsonb, verb text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    what text := CASE WHEN args->>'type' IN ('schema', 'cluster', 'database') THEN args->>'type' ELSE 'item' END;
    target_name jsonb;
    role_text text;
    privilege text;
    target_id text;
    audit_type text;
    privileges text[] := standin.parts(args->'privileges');
    letters text;
    item standin.items;
    place standin.schemas;
    cluster standin.clusters;
BEGIN
    IF args->>'type' = 'system' THEN
        PERFORM standin.system_privileges(args, verb);
        RETURN;
    END IF;
    FOR target_name IN SELECT * FROM jsonb_array_elements(CASE WHEN args->>'type' LIKE 'all_in_%' THEN standin.names_in(args) ELSE args->'names' END) LOOP
        audit_type := what;
        IF what = 'schema' THEN
            place := standin.find_schema(standin.parts(target_name));
            PERFORM standin.must_own('SCHEMA', place.name, place.owner_id);
            target_id := place.id;
        ELSIF what = 'cluster' THEN
            cluster := standin.find_cluster(target_name->>0);
            PERFORM standin.must_own('CLUSTER', cluster.name, cluster.owner_id);
            target_id := cluster.id;
        ELSIF what = 'database' THEN
            target_id := (standin.find_database(target_name->>0)).id;
        ELSE
            item := standin.find_item(standin.parts(target_name));
            target_id := item.id;
            audit_type := item.type;
            PERFORM standin.must_own(upper(standin.kind_text(item.type)), standin.full_name(item.id), item.owner_id);
        END IF;
        IF privileges = '{ALL}' THEN
            privileges := standin.all_letters(what);
        END IF;
        SELECT string_agg(standin.letter(p), '') INTO letters FROM unnest(privileges) p;
        FOR role_text IN SELECT * FROM jsonb_array_elements_text(args->'roles') LOOP
            IF verb = 'GRANT' THEN
                PERFORM standin.add_letters(what, target_id, standin.role_id(role_text), letters, standin.my_role());
            ELSE
                PERFORM standin.remove_letters(what, target_id, standin.role_id(role_text), letters);
            END IF;
            FOREACH privilege IN ARRAY privileges LOOP
                PERFORM standin.mirror_grant(what, target_id, standin.role_name(standin.role_id(role_text)), privilege, verb);
            END LOOP;
            PERFORM standin.audit(lower(verb), audit_type, jsonb_build_object('object_id', target_id, 'grantee_id', standin.role_id(role_text),
                                  'grantor_id', standin.my_role(), 'privileges', letters));
        END LOOP;
    END LOOP;
END
$$;

CREATE FUNCTION standin.default_privileges(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    owner_text text;
    grantee_text text;
    place standin.schemas;
    given text;
    type text := lower(rtrim(args->>'object_type', 'Ss'));
    places jsonb := CASE WHEN jsonb_typeof(args->'in_schema') = 'array' THEN args->'in_schema' ELSE '[null]' END;
    place_name jsonb;
BEGIN
    SELECT string_agg(standin.letter(p), '') INTO given FROM jsonb_array_elements_text(args->'privileges') p;
    FOR place_name IN SELECT * FROM jsonb_array_elements(places) LOOP
        place := NULL;
        IF jsonb_typeof(place_name) = 'array' THEN
            place := standin.find_schema(standin.parts(place_name));
        ELSIF jsonb_typeof(place_name) = 'string' THEN
            place := standin.find_schema(ARRAY[place_name #>> '{}']);
        END IF;
        FOR owner_text IN SELECT * FROM jsonb_array_elements_text(args->'for_roles') LOOP
            PERFORM standin.must_be_member(standin.role_id(owner_text));
            FOR grantee_text IN SELECT * FROM jsonb_array_elements_text(args->'roles') LOOP
                DELETE FROM standin.default_acl WHERE role_id = standin.role_id(owner_text) AND schema_id IS NOT DISTINCT FROM place.id
                    AND object_type = type AND grantee = standin.role_id(grantee_text) AND letters = given;
                IF args->>'verb' = 'GRANT' THEN
                    INSERT INTO standin.default_acl VALUES (standin.role_id(owner_text), place.database_id, place.id, type, standin.role_id(grantee_text), given);
                END IF;
            END LOOP;
        END LOOP;
    END LOOP;
END
$$;

-- ---- dropping ----
-- Everything that goes with IDS: indexes always, what reads them only with CASCADE; inputs come last.
CREATE FUNCTION standin.drop_closure(ids text[], cascade boolean) RETURNS text[] LANGUAGE plpgsql STABLE AS
$$
DECLARE
    all_ids text[] := ids;
    more text[];
BEGIN
    LOOP
        SELECT array_agg(DISTINCT d.object_id) INTO more FROM standin.dependencies d JOIN standin.items i ON i.id = d.object_id
        WHERE d.referenced_id = ANY (all_ids) AND NOT d.object_id = ANY (all_ids) AND (cascade OR i.type = 'index' OR i.source_type = 'progress');
        EXIT WHEN more IS NULL;
        all_ids := all_ids || more;
    END LOOP;
    RETURN all_ids;
END
$$;

CREATE FUNCTION standin.drop_items(ids text[], cascade boolean) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    doomed text[] := standin.drop_closure(ids, cascade);
    blocker record;
    item standin.items;
    extra text[];
    remaining text[] := doomed;
    place standin.schemas;
BEGIN
    SELECT i.* , r.id AS needed INTO blocker FROM standin.dependencies d JOIN standin.items i ON i.id = d.object_id JOIN standin.items r ON r.id = d.referenced_id
    WHERE d.referenced_id = ANY (doomed) AND NOT d.object_id = ANY (doomed) LIMIT 1;
    IF blocker.id IS NOT NULL THEN
        SELECT * INTO item FROM standin.items WHERE id = blocker.needed;
        PERFORM standin.fail('XX000', format('cannot drop %s "%s": still depended upon by %s "%s"', standin.kind_text(item.type), standin.short_name(item.id),
            standin.kind_text(blocker.type), standin.short_name(blocker.id)), NULL, 'Use DROP ... CASCADE to drop the dependent objects too.');
    END IF;
    SELECT array_agg(format('drop cascades to %s "%s"', upper(standin.kind_text(i.type)), standin.full_name(i.id)) ORDER BY i.created_at DESC) INTO extra
    FROM standin.items i WHERE i.id = ANY (doomed) AND NOT i.id = ANY (ids);
    IF extra IS NOT NULL THEN
        RAISE NOTICE USING ERRCODE = '00000', MESSAGE = format('drop cascades to %s other objects', cardinality(extra)), DETAIL = array_to_string(extra, E'\n');
    END IF;
    WHILE cardinality(remaining) > 0 LOOP
        SELECT i.* INTO item FROM standin.items i WHERE i.id = ANY (remaining)
          AND NOT EXISTS (SELECT FROM standin.dependencies d WHERE d.referenced_id = i.id AND d.object_id = ANY (remaining)) LIMIT 1;
        SELECT * INTO place FROM standin.schemas WHERE id = item.schema_id;
        IF item.relid IS NOT NULL THEN
            EXECUTE format('DROP %s %I.%I', CASE WHEN item.type IN ('view', 'materialized-view') THEN 'VIEW' ELSE 'TABLE' END, place.physical, item.name);
        END IF;
        PERFORM standin.audit('drop', item.type, jsonb_build_object('id', item.id, 'item', item.name, 'schema', place.name,
                              'database', (SELECT name FROM standin.databases WHERE id = place.database_id)));
        DELETE FROM standin.dependencies WHERE object_id = item.id OR referenced_id = item.id;
        DELETE FROM standin.acl WHERE kind = 'item' AND id = item.id;
        DELETE FROM standin.comments WHERE id = item.id AND object_type = item.type;
        DELETE FROM standin.items WHERE id = item.id;
        remaining := array_remove(remaining, item.id);
    END LOOP;
END
$$;

CREATE FUNCTION standin.drop_one_schema(place standin.schemas, cascade boolean) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    inside text[];
    base text := (SELECT name FROM standin.databases WHERE id = place.database_id);
    doomed text[];
BEGIN
    PERFORM standin.must_own('SCHEMA', base || '.' || place.name, place.owner_id);
    SELECT array_agg(id) INTO inside FROM standin.items WHERE schema_id = place.id;
    IF inside IS NOT NULL THEN
        IF NOT cascade THEN
            PERFORM standin.fail('XX000', format('schema ''%s.%s'' cannot be dropped without CASCADE while it contains objects', base, place.name));
        END IF;
        doomed := standin.drop_closure(inside, true);
        RAISE NOTICE USING ERRCODE = '00000', MESSAGE = format('drop cascades to %s other objects', cardinality(doomed)),
            DETAIL = (SELECT string_agg(format('drop cascades to %s "%s"', upper(standin.kind_text(type)), standin.full_name(id)), E'\n' ORDER BY created_at DESC)
                      FROM standin.items WHERE id = ANY (doomed));
        PERFORM standin.drop_items(doomed, true);
    END IF;
    EXECUTE format('DROP SCHEMA %I', place.physical);
    DELETE FROM standin.acl WHERE kind = 'schema' AND id = place.id;
    DELETE FROM standin.default_acl WHERE schema_id = place.id;
    DELETE FROM standin.comments WHERE id = place.id AND object_type = 'schema';
    DELETE FROM standin.schemas WHERE id = place.id;
    PERFORM standin.audit('drop', 'schema', jsonb_build_object('id', place.id, 'name', place.name, 'database_name', base));
END
$$;

CREATE FUNCTION standin.drop_one_cluster(target standin.clusters, cascade boolean) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    tenants text[];
    doomed text[];
BEGIN
    PERFORM standin.must_own('CLUSTER', target.name, target.owner_id);
    SELECT array_agg(id) INTO tenants FROM standin.items WHERE cluster_id = target.id;
    IF tenants IS NOT NULL THEN
        IF NOT cascade THEN
            PERFORM standin.fail('XX000', format('cannot drop cluster "%s" because other objects depend on it', target.name), NULL,
                                 'Use DROP ... CASCADE to drop the dependent objects too.');
        END IF;
        doomed := standin.drop_closure(tenants, true);
        RAISE NOTICE USING ERRCODE = '00000', MESSAGE = format('drop cascades to %s other objects', cardinality(doomed)),
            DETAIL = (SELECT string_agg(format('drop cascades to %s "%s"', upper(standin.kind_text(type)), standin.full_name(id)), E'\n' ORDER BY created_at)
                      FROM standin.items WHERE id = ANY (doomed));
        PERFORM standin.drop_items(doomed, true);
    END IF;
    DELETE FROM standin.acl WHERE kind = 'cluster' AND id = target.id;
    DELETE FROM standin.comments WHERE id = target.id AND object_type = 'cluster';
    DELETE FROM standin.clusters WHERE id = target.id;
    PERFORM standin.audit('drop', 'cluster', jsonb_build_object('id', target.id, 'name', target.name));
END
$$;

CREATE FUNCTION standin.drop_one_database(base standin.databases) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    place standin.schemas;
    inside text[];
BEGIN
    RAISE NOTICE USING ERRCODE = '00000',
        MESSAGE = format('drop cascades to %s other objects', (SELECT count(*) FROM standin.schemas WHERE database_id = base.id)
                         + (SELECT count(*) FROM standin.items i JOIN standin.schemas s ON s.id = i.schema_id WHERE s.database_id = base.id)),
        DETAIL = coalesce((SELECT string_agg(format('drop cascades to SCHEMA "%s.%s"', base.name, name), E'\n' ORDER BY name) FROM standin.schemas WHERE database_id = base.id), '');
    SELECT array_agg(i.id) INTO inside FROM standin.items i JOIN standin.schemas s ON s.id = i.schema_id WHERE s.database_id = base.id;
    IF inside IS NOT NULL THEN
        PERFORM standin.drop_items(standin.drop_closure(inside, true), true);
    END IF;
    FOR place IN SELECT * FROM standin.schemas WHERE database_id = base.id LOOP
        PERFORM standin.drop_one_schema(place, false);
    END LOOP;
    DELETE FROM standin.acl WHERE kind = 'database' AND id = base.id;
    DELETE FROM standin.databases WHERE id = base.id;
    PERFORM standin.audit('drop', 'database', jsonb_build_object('id', base.id, 'name', base.name));
END
$$;

CREATE FUNCTION standin.check_type(item standin.items, wanted text, shown text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF item.type = wanted THEN
        RETURN;
    END IF;
    IF wanted = 'view' AND item.type = 'materialized-view' THEN
        PERFORM standin.fail('XX000', format('%s is not a view', shown), NULL, 'Use DROP MATERIALIZED VIEW to remove a materialized view.');
    END IF;
    PERFORM standin.fail('XX000', format('%s is a %s not a %s', shown, standin.kind_text(item.type), standin.kind_text(wanted)));
END
$$;

CREATE FUNCTION standin.drop_objects(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    what text := args->>'type';
    one jsonb;
    cascade boolean := coalesce((args->>'cascade')::boolean, false);
    missing_ok boolean := coalesce((args->>'if_exists')::boolean, false);
    item standin.items;
    place standin.schemas;
    ids text[] := '{}';
    used_by text;
BEGIN
    FOR one IN SELECT * FROM jsonb_array_elements(args->'names') LOOP
        IF what = 'schema' THEN
            place := standin.find_schema(standin.parts(one), missing_ok);
            IF place.id IS NULL THEN
                PERFORM standin.skip('42704', format('SCHEMA "%s" does not exist, skipping', one->>(jsonb_array_length(one) - 1)));
            ELSIF place.database_id IS NULL THEN
                PERFORM standin.fail('XX000', format('system schema ''%s'' cannot be modified', place.name));
            ELSE
                PERFORM standin.drop_one_schema(place, cascade);
            END IF;
        ELSIF what = 'cluster-replica' THEN
            PERFORM standin.drop_replica(standin.parts(one));
        ELSIF what IN ('cluster', 'database', 'role') THEN
            IF missing_ok AND NOT EXISTS (SELECT FROM standin.clusters WHERE what = 'cluster' AND name = one->>0 UNION ALL
                                          SELECT FROM standin.databases WHERE what = 'database' AND name = one->>0 UNION ALL
                                          SELECT FROM standin.roles WHERE what = 'role' AND name = one->>0) THEN
                PERFORM standin.skip('42704', format('%s "%s" does not exist, skipping', upper(what), one->>0));
            ELSIF what = 'cluster' THEN
                PERFORM standin.drop_one_cluster(standin.find_cluster(one->>0), cascade);
            ELSIF what = 'database' THEN
                PERFORM standin.drop_one_database(standin.find_database(one->>0));
            ELSE
                SELECT string_agg(DISTINCT kind, ', ') INTO used_by FROM standin.acl WHERE grantee = standin.role_id(one->>0) OR grantor = standin.role_id(one->>0);
                IF used_by IS NOT NULL OR EXISTS (SELECT FROM standin.items WHERE owner_id = standin.role_id(one->>0)) THEN
                    PERFORM standin.fail('2BP01', format('role "%s" cannot be dropped because some objects depend on it', one->>0));
                END IF;
                DELETE FROM standin.roles WHERE name = one->>0;
            END IF;
        ELSE
            item := standin.find_item(standin.parts(one), missing_ok, what = 'type');
            IF item.id IS NULL THEN
                PERFORM standin.skip('42704', format('%s "%s" does not exist, skipping', upper(standin.kind_text(what)), one->>(jsonb_array_length(one) - 1)));
            ELSE
                PERFORM standin.check_type(item, what, array_to_string(standin.parts(one), '.'));
                PERFORM standin.must_own(upper(standin.kind_text(item.type)), standin.full_name(item.id), item.owner_id);
                ids := ids || item.id;
            END IF;
        END IF;
    END LOOP;
    IF cardinality(ids) > 0 THEN
        PERFORM standin.drop_items(ids, cascade);
    END IF;
END
$$;

-- ALTER ... IF EXISTS of what does not exist is a notice.
CREATE FUNCTION standin.is_missing(args jsonb) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT CASE args->>'type'
        WHEN 'schema' THEN (standin.find_schema(standin.parts(args->'name'), true)).id IS NULL
        WHEN 'cluster' THEN NOT EXISTS (SELECT FROM standin.clusters WHERE name = args->'name'->>0)
        WHEN 'database' THEN NOT EXISTS (SELECT FROM standin.databases WHERE name = args->'name'->>0)
        ELSE (standin.find_item(standin.parts(args->'name'), true, args->>'type' = 'type')).id IS NULL
    END
$$;

-- ---- the one door ----
CREATE FUNCTION standin.ddl(kind text, args jsonb, statement text) RETURNS text LANGUAGE plpgsql AS
$$
BEGIN
    IF kind <> 'drop' AND (args->>'if_exists')::boolean AND standin.is_missing(args) THEN
        PERFORM standin.skip('42704', format('%s "%s" does not exist, skipping', upper(standin.kind_text(args->>'type')), args->'name'->>-1));
        RETURN NULL;
    END IF;
    CASE kind
        WHEN 'create_database' THEN PERFORM standin.create_database(args);
        WHEN 'create_schema' THEN PERFORM standin.create_schema(args);
        WHEN 'create_cluster' THEN PERFORM standin.create_cluster(args);
        WHEN 'create_view' THEN PERFORM standin.create_view_like(args, 'view');
        WHEN 'create_materialized_view' THEN PERFORM standin.create_view_like(args, 'materialized-view');
        WHEN 'create_table' THEN PERFORM standin.create_table(args);
        WHEN 'create_source' THEN PERFORM standin.create_source(args);
        WHEN 'create_index' THEN PERFORM standin.create_index(args);
        WHEN 'create_role' THEN PERFORM standin.create_role(args);
        WHEN 'alter_cluster' THEN PERFORM standin.alter_cluster(args);
        WHEN 'rename' THEN
            CASE args->>'type'
                WHEN 'schema' THEN PERFORM standin.rename_schema(args);
                WHEN 'cluster' THEN PERFORM standin.rename_cluster(args);
                WHEN 'cluster-replica' THEN PERFORM standin.rename_replica(args);
                ELSE PERFORM standin.rename_item(args);
            END CASE;
        WHEN 'swap' THEN
            CASE args->>'type' WHEN 'schema' THEN PERFORM standin.swap_schema(args); ELSE PERFORM standin.swap_cluster(args); END CASE;
        WHEN 'owner' THEN PERFORM standin.change_owner(args);
        WHEN 'comment' THEN PERFORM standin.comment_on(args);
        WHEN 'grant' THEN PERFORM standin.grant_or_revoke(args, 'GRANT');
        WHEN 'revoke' THEN PERFORM standin.grant_or_revoke(args, 'REVOKE');
        WHEN 'create_cluster-replica' THEN PERFORM standin.create_replica(args);
        WHEN 'create_secret' THEN PERFORM standin.create_secret(args);
        WHEN 'create_connection' THEN PERFORM standin.create_connection(args);
        WHEN 'create_type' THEN PERFORM standin.create_type(args);
        WHEN 'create_sink' THEN PERFORM standin.create_sink(args);
        WHEN 'create_webhook' THEN PERFORM standin.create_webhook(args);
        WHEN 'validate_connection' THEN PERFORM standin.validate_connection(args);
        WHEN 'alter_sink' THEN PERFORM standin.alter_sink(args);
        WHEN 'alter_options' THEN PERFORM standin.alter_options(args);
        WHEN 'alter_role' THEN PERFORM standin.alter_role(args);
        WHEN 'reassign_owned' THEN PERFORM standin.reassign_owned(args);
        WHEN 'drop_owned' THEN PERFORM standin.drop_owned(args);
        WHEN 'create_table_from_source' THEN PERFORM standin.create_table_from_source(args);
        WHEN 'apply_replacement' THEN PERFORM standin.apply_replacement(args);
        WHEN 'grant_role' THEN PERFORM standin.grant_role(args, true);
        WHEN 'revoke_role' THEN PERFORM standin.grant_role(args, false);
        WHEN 'alter_system' THEN PERFORM standin.alter_system(args);
        WHEN 'default_privileges' THEN PERFORM standin.default_privileges(args);
        WHEN 'drop' THEN PERFORM standin.drop_objects(args);
        ELSE PERFORM standin.fail('0A000', format('standin: %s is not known here', kind));
    END CASE;
    UPDATE standin.meta SET revision = revision + 1;
    RETURN NULL;
END
$$;

-- ---- sessions and faults ----
CREATE FUNCTION standin.session_begin(session uuid, connection bigint, role_text text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    role_id text := standin.ensure_role(role_text);
BEGIN
    INSERT INTO standin.sessions VALUES (session, connection, role_id, standin.now()) ON CONFLICT DO NOTHING;
    PERFORM set_config('standin.session_id', session::text, false), set_config('standin.role', role_text, false);
END
$$;

CREATE FUNCTION standin.session_end(session uuid) RETURNS void LANGUAGE sql AS
$$ DELETE FROM standin.subscriptions WHERE session_id = session; DELETE FROM standin.sessions WHERE id = session $$;

CREATE FUNCTION standin.next_fault(statement text, application_name text) RETURNS TABLE (action text, sqlstate text, message text, delay_ms bigint) LANGUAGE plpgsql AS
$$
DECLARE
    f standin_control.faults;
BEGIN
    FOR f IN UPDATE standin_control.faults SET hits = hits + 1 WHERE statement LIKE pattern AND application_name LIKE application RETURNING * LOOP
        IF f.nth = 0 OR f.hits = f.nth THEN
            RETURN QUERY SELECT f.action, f.sqlstate, f.message, f.delay_ms;
            RETURN;
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION standin_control.reset() RETURNS void LANGUAGE sql AS
$$ DELETE FROM standin_control.hydration; DELETE FROM standin_control.lag; DELETE FROM standin_control.errors;
   DELETE FROM standin_control.upstream; DELETE FROM standin_control.statuses; DELETE FROM standin_control.faults $$;

GRANT USAGE ON SCHEMA standin, standin_control, mz_catalog, mz_internal, mz_introspection TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA standin, mz_catalog, mz_internal TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA standin_control TO PUBLIC;
GRANT ALL ON ALL SEQUENCES IN SCHEMA standin_control TO PUBLIC;
GRANT USAGE ON SCHEMA u3 TO PUBLIC;
