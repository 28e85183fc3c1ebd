-- has_*_privilege: what the privileges of an object say, as in Materialize (no superuser knows better).
CREATE FUNCTION standin.name_parts(shown text) RETURNS text[] LANGUAGE sql IMMUTABLE AS
$$ SELECT array_agg(CASE WHEN p[1] LIKE '"%' THEN trim(both '"' from p[1]) ELSE lower(p[1]) END) FROM regexp_matches(shown, '"[^"]+"|[^."]+', 'g') p $$;

CREATE FUNCTION standin.object_id(of_kind text, shown text) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT CASE of_kind
        WHEN 'system' THEN 'system'
        WHEN 'database' THEN (standin.find_database((standin.name_parts(shown))[1])).id
        WHEN 'schema' THEN (standin.find_schema(standin.name_parts(shown))).id
        WHEN 'cluster' THEN (standin.find_cluster((standin.name_parts(shown))[1])).id
        ELSE (standin.find_item(standin.name_parts(shown))).id
    END
$$;

-- PRIVILEGES: 'SELECT, INSERT': one of them is enough.
CREATE FUNCTION standin.has_privilege(of_kind text, role_text text, shown text, privileges text) RETURNS boolean LANGUAGE plpgsql STABLE AS
$$
DECLARE
    target text := standin.object_id(of_kind, shown);
    holders text[] := 'p'::text || standin.roles_of(standin.role_id(role_text));
BEGIN
    RETURN EXISTS (SELECT FROM standin.acl a, unnest(string_to_array(privileges, ',')) p
                   WHERE a.kind = of_kind AND a.id = target AND a.grantee = ANY (holders) AND position(standin.letter(trim(p)) IN a.letters) > 0);
END
$$;

CREATE FUNCTION standin.has_table_privilege(role_text text, shown text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('item', role_text, shown, privileges) $$;
CREATE FUNCTION standin.has_table_privilege(shown text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('item', current_setting('standin.role'), shown, privileges) $$;
CREATE FUNCTION standin.has_schema_privilege(role_text text, shown text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('schema', role_text, shown, privileges) $$;
CREATE FUNCTION standin.has_schema_privilege(shown text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('schema', current_setting('standin.role'), shown, privileges) $$;
CREATE FUNCTION standin.has_database_privilege(role_text text, shown text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('database', role_text, shown, privileges) $$;
CREATE FUNCTION standin.has_database_privilege(shown text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('database', current_setting('standin.role'), shown, privileges) $$;
CREATE FUNCTION mz_catalog.has_cluster_privilege(role_text text, shown text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('cluster', role_text, shown, privileges) $$;
CREATE FUNCTION mz_catalog.has_cluster_privilege(shown text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('cluster', current_setting('standin.role'), shown, privileges) $$;

CREATE FUNCTION mz_catalog.has_system_privilege(role_text text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('system', role_text, 'system', privileges) $$;
CREATE FUNCTION mz_catalog.has_system_privilege(privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('system', current_setting('standin.role'), 'system', privileges) $$;
CREATE FUNCTION mz_catalog.has_connection_privilege(shown text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('item', current_setting('standin.role'), shown, privileges) $$;
CREATE FUNCTION mz_catalog.has_secret_privilege(shown text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT standin.has_privilege('item', current_setting('standin.role'), shown, privileges) $$;
CREATE FUNCTION mz_catalog.has_role(role_text text, wanted text, privileges text) RETURNS boolean LANGUAGE sql STABLE AS
$$
    WITH RECURSIVE m(id) AS (SELECT standin.role_id(role_text) UNION SELECT r.role_id FROM standin.role_members r JOIN m ON m.id = r.member)
    SELECT EXISTS (SELECT FROM m WHERE id = standin.role_id(wanted))
$$;

-- ---- checks that PostgreSQL does not make, or words otherwise ----
CREATE FUNCTION standin.must_be_member(role_id text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF standin.rbac_on() AND NOT role_id = ANY (standin.roles_of(standin.my_role())) THEN
        PERFORM standin.fail('42501', CASE role_id WHEN 'p' THEN 'must be a superuser' ELSE format('must be a member of "%s"', standin.role_name(role_id)) END);
    END IF;
END
$$;

-- A statement that names ITEMS, on CLUSTER: USAGE on their schemas and, to read, on the cluster; PRIVILEGE on the first item, SELECT
-- on the others. What the owners of views may read is for PostgreSQL to say.
CREATE FUNCTION standin.check_rights(items text[], cluster_name text, privilege text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    item record;
    cluster standin.clusters := standin.find_cluster(cluster_name);
BEGIN
    FOR item IN SELECT i.id, i.schema_id, d.name || '.' || s.name AS schema FROM standin.items i JOIN standin.schemas s ON s.id = i.schema_id
                JOIN standin.databases d ON d.id = s.database_id WHERE i.id = ANY (items) LOOP
        PERFORM standin.must_have('SCHEMA', item.schema_id, 'U', item.schema, 'USAGE');
    END LOOP;
    FOR item IN SELECT i.id, i.type, CASE WHEN i.id = items[1] THEN privilege ELSE 'SELECT' END AS needed FROM standin.items i WHERE i.id = ANY (items) LOOP
        PERFORM standin.must_have_on_item(item.id, item.type, standin.letter(item.needed), item.needed);
    END LOOP;
    IF privilege <> 'INSERT' OR cardinality(items) > 1 THEN
        PERFORM standin.must_have('CLUSTER', cluster.id, 'U', cluster.name, 'USAGE');
    END IF;
END
$$;
