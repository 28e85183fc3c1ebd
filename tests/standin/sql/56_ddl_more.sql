-- Replacements, role membership, what roles own, system variables.
-- ---- replacements ----
CREATE FUNCTION standin.column_types(relation oid) RETURNS TABLE (n bigint, name text, type oid) LANGUAGE sql STABLE AS
$$
    SELECT row_number() OVER (ORDER BY attnum), attname::text, atttypid FROM pg_catalog.pg_attribute
    WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped
$$;

CREATE FUNCTION standin.check_replacement_target(target standin.items, wanted text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    other text := (SELECT name FROM standin.items WHERE target_id = target.id);
BEGIN
    IF target.type <> 'materialized-view' THEN
        PERFORM standin.fail('XX000', format('cannot replace %s %s with materialized view %s', standin.kind_text(target.type), target.name, wanted));
    ELSIF other IS NOT NULL THEN
        PERFORM standin.fail('XX000', format('cannot replace %s because it already has a replacement: %s', target.name, other));
    END IF;
END
$$;

CREATE FUNCTION standin.check_replacement_columns(target standin.items, replacement oid) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    difference text;
BEGIN
    SELECT CASE WHEN o.name IS NULL THEN format('extra column "%s" at position %s', r.name, r.n)
                WHEN r.name IS NULL THEN format('missing column "%s" at position %s', o.name, o.n)
                ELSE format('column at position %s differs', o.n) END INTO difference
    FROM standin.column_types(target.relid) o FULL JOIN standin.column_types(replacement) r USING (n)
    WHERE (o.name, o.type) IS DISTINCT FROM (r.name, r.type) ORDER BY n LIMIT 1;
    IF difference IS NOT NULL THEN
        PERFORM standin.fail('0A000', 'replacement schema differs from target schema', difference);
    END IF;
END
$$;

-- The target keeps its name, owner, privileges and oid, and takes the replacement's query, cluster and id.
-- The comments of both are gone (verified.md, C).
CREATE FUNCTION standin.apply_replacement(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target standin.items := standin.find_item(standin.parts(args->'name'));
    replacement standin.items := standin.find_item(standin.parts(args->'target'));
BEGIN
    IF replacement.target_id IS DISTINCT FROM target.id THEN
        PERFORM standin.fail('XX000', format('%s is not a replacement for %s', replacement.name, target.name));
    END IF;
    EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', target.relid::regclass, pg_catalog.pg_get_viewdef(replacement.relid));
    EXECUTE format('DROP VIEW %s', replacement.relid::regclass);
    PERFORM standin.audit('drop', 'materialized-view', jsonb_build_object('id', replacement.id, 'item', replacement.name));
    PERFORM standin.audit('alter', 'materialized-view', jsonb_build_object('id', target.id, 'replacement', jsonb_build_object('id', replacement.id)));
    DELETE FROM standin.comments WHERE object_type = 'materialized-view' AND id IN (target.id, replacement.id);
    DELETE FROM standin.acl WHERE kind = 'item' AND id = replacement.id;
    DELETE FROM standin.dependencies WHERE object_id = target.id;
    DELETE FROM standin.items WHERE id = replacement.id;
    UPDATE standin.items SET id = replacement.id, raw = replacement.raw, resolved = replacement.resolved, cluster_id = replacement.cluster_id,
        created_at = replacement.created_at WHERE id = target.id;
    UPDATE standin.items SET on_id = replacement.id WHERE on_id = target.id;
    UPDATE standin.items SET resolved = replace(resolved, format('[%s]', target.id), format('[%s]', replacement.id)) WHERE resolved LIKE format('%%[%s]%%', target.id);
    UPDATE standin.dependencies SET referenced_id = replacement.id WHERE referenced_id = target.id;
    UPDATE standin.acl SET id = replacement.id WHERE kind = 'item' AND id = target.id;
END
$$;

-- ---- roles and the system ----
CREATE FUNCTION standin.grant_role(args jsonb, give boolean) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT r.name AS role_text, m.name AS member_text FROM jsonb_array_elements_text(args->'names') r(name), jsonb_array_elements_text(args->'roles') m(name) LOOP
        DELETE FROM standin.role_members WHERE role_id = standin.role_id(one.role_text) AND member = standin.role_id(one.member_text);
        IF give THEN
            INSERT INTO standin.role_members VALUES (standin.role_id(one.role_text), standin.role_id(one.member_text), standin.my_role());
            EXECUTE format('GRANT %I TO %I', one.role_text, one.member_text);
        ELSE
            EXECUTE format('REVOKE %I FROM %I', one.role_text, one.member_text);
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION standin.alter_system(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF args->>'variable' <> 'enable_rbac_checks' THEN
        PERFORM standin.fail('0A000', format('standin: the system variable %s is not known here', args->>'variable'));
    END IF;
    UPDATE standin.meta SET rbac = lower(coalesce(args->>'value', 'off')) IN ('on', 'true', 't', '1', 'yes');
END
$$;

CREATE FUNCTION standin.alter_role(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target text := standin.role_id(args->'name'->>0);
BEGIN
    DELETE FROM standin.role_parameters WHERE role_id = target AND name = args->>'variable';
    IF args ? 'value' THEN
        INSERT INTO standin.role_parameters VALUES (target, args->>'variable', args->>'value');
    END IF;
END
$$;

-- Everything that ROLES own, as (type, name parts) for the functions that change one object.
CREATE FUNCTION standin.owned_by(roles text[]) RETURNS TABLE (type text, name jsonb) LANGUAGE sql STABLE AS
$$
    SELECT i.type, jsonb_build_array(d.name, s.name, i.name) FROM standin.items i JOIN standin.schemas s ON s.id = i.schema_id
    JOIN standin.databases d ON d.id = s.database_id WHERE i.owner_id = ANY (roles) AND i.type <> 'index' AND i.source_type IS DISTINCT FROM 'progress'
    UNION ALL
    SELECT 'schema', jsonb_build_array(d.name, s.name) FROM standin.schemas s JOIN standin.databases d ON d.id = s.database_id WHERE s.owner_id = ANY (roles)
    UNION ALL
    SELECT 'cluster', jsonb_build_array(name) FROM standin.clusters WHERE owner_id = ANY (roles)
    UNION ALL
    SELECT 'database', jsonb_build_array(name) FROM standin.databases WHERE owner_id = ANY (roles)
$$;

CREATE FUNCTION standin.role_ids(names jsonb) RETURNS text[] LANGUAGE sql STABLE AS $$ SELECT array_agg(standin.role_id(r)) FROM jsonb_array_elements_text(names) r $$;

CREATE FUNCTION standin.reassign_owned(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT * FROM standin.owned_by(standin.role_ids(args->'roles')) LOOP
        PERFORM standin.change_owner(jsonb_build_object('type', one.type, 'name', one.name, 'owner', args->>'owner'));
    END LOOP;
END
$$;

CREATE FUNCTION standin.drop_owned(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    gone text[] := standin.role_ids(args->'roles');
    cascade boolean := coalesce((args->>'cascade')::boolean, false);
    ids text[];
    place standin.schemas;
    cluster standin.clusters;
BEGIN
    SELECT array_agg(id) INTO ids FROM standin.items WHERE owner_id = ANY (gone);
    IF ids IS NOT NULL THEN
        PERFORM standin.drop_items(ids, cascade);
    END IF;
    FOR place IN SELECT * FROM standin.schemas WHERE owner_id = ANY (gone) LOOP
        PERFORM standin.drop_one_schema(place, cascade);
    END LOOP;
    FOR cluster IN SELECT * FROM standin.clusters WHERE owner_id = ANY (gone) LOOP
        PERFORM standin.drop_one_cluster(cluster, cascade);
    END LOOP;
    DELETE FROM standin.acl WHERE grantee = ANY (gone);
    DELETE FROM standin.default_acl WHERE grantee = ANY (gone) OR role_id = ANY (gone);
END
$$;
