-- SHOW: standin.show_sql(kind, args) gives the query that answers it. ARGS: "schema" (name parts), "cluster", "on",
-- "for" (a role), "like", "where" as far as the statement has them.
CREATE FUNCTION standin.comment_of(object_id text, type text) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT comment FROM standin.comments c WHERE c.id = object_id AND c.object_type = type AND sub_id IS NULL), '') $$;

-- The lists of items of one schema: SHOW word, the columns that it shows, which items.
CREATE TABLE standin.show_lists (kind text PRIMARY KEY, columns text NOT NULL, condition text NOT NULL);
INSERT INTO standin.show_lists VALUES
    ('objects', 'i.name, i.type', 'i.type <> ''type'''),
    ('tables', 'i.name', 'i.type = ''table'''),
    ('views', 'i.name', 'i.type = ''view'''),
    ('materialized views', 'i.name, c.name AS cluster', 'i.type = ''materialized-view'''),
    ('sources', 'i.name, i.source_type AS type, c.name AS cluster', 'i.type = ''source'''),
    ('sinks', 'i.name, i.details->>''type'' AS type, c.name AS cluster', 'i.type = ''sink'''),
    ('connections', 'i.name, i.details->>''type'' AS type', 'i.type = ''connection'''),
    ('secrets', 'i.name', 'i.type = ''secret'''),
    ('types', 'i.name', 'i.type = ''type'''),
    ('indexes', 'i.name, o.name AS "on", c.name AS cluster, i.keys AS key', 'i.type = ''index''');

CREATE FUNCTION standin.show_list(kind text, args jsonb) RETURNS text LANGUAGE plpgsql STABLE AS
$$
DECLARE
    list standin.show_lists;
    filter text := '';
    target standin.items;
BEGIN
    SELECT * INTO list FROM standin.show_lists l WHERE l.kind = show_list.kind;
    IF list.kind IS NULL THEN
        RETURN NULL;
    END IF;
    IF jsonb_typeof(args->'on') = 'array' THEN -- SHOW INDEXES ON r, SHOW TABLES ON s
        target := standin.find_item(standin.parts(args->'on'));
        filter := format(' AND (i.on_id = %1$L OR i.source_id = %1$L)', target.id);
    ELSE
        filter := format(' AND i.schema_id = %L', CASE WHEN jsonb_typeof(args->'schema') = 'array' THEN (standin.find_schema(standin.parts(args->'schema'))).id
                                                       ELSE (standin.default_schema()).id END);
    END IF;
    IF args ? 'cluster' THEN
        filter := filter || format(' AND i.cluster_id = %L', (standin.find_cluster(args->>'cluster')).id);
    END IF;
    RETURN format('SELECT %s, standin.comment_of(i.id, i.type) AS comment FROM standin.items i LEFT JOIN standin.clusters c ON c.id = i.cluster_id '
                  'LEFT JOIN standin.items o ON o.id = i.on_id WHERE %s%s ORDER BY 1', list.columns, list.condition, filter);
END
$$;

CREATE FUNCTION standin.show_privileges(args jsonb) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT 'SELECT grantor, grantee, database, schema, name, object_type, privilege_type FROM mz_internal.mz_show_all_privileges WHERE true'
        || coalesce(format(' AND object_type = %L', lower(rtrim(args->'on'->>0, 'Ss'))), '')
        || CASE WHEN args ? 'for' THEN format(' AND grantee IN (%L, ''PUBLIC'')', args->>'for') ELSE '' END || ' ORDER BY 1, 2, 3, 4, 5, 6, 7'
$$;

CREATE FUNCTION standin.show_base(kind text, args jsonb) RETURNS text LANGUAGE plpgsql STABLE AS
$$
DECLARE
    base text := current_setting('standin.database', true);
BEGIN
    RETURN CASE kind
        WHEN 'databases' THEN 'SELECT name, standin.comment_of(id, ''database'') AS comment FROM standin.databases ORDER BY 1'
        WHEN 'schemas' THEN format($q$SELECT s.name, standin.comment_of(s.id, 'schema') AS comment FROM standin.schemas s LEFT JOIN standin.databases d ON d.id = s.database_id
            WHERE s.database_id IS NULL OR d.name = %L ORDER BY s.name COLLATE "C"$q$, coalesce(args->'schema'->>0, base))
        WHEN 'roles' THEN 'SELECT name, standin.comment_of(id, ''role'') AS comment FROM standin.roles WHERE id LIKE ''u%'' ORDER BY 1'
        WHEN 'clusters' THEN $q$SELECT c.name, CASE WHEN c.id = 's2' THEN 'r1 (25cc)' ELSE (SELECT string_agg(r.name || ' (' || r.size || ')', ', ' ORDER BY r.name)
            FROM standin.replicas r WHERE r.cluster_id = c.id) END AS replicas, NULL::text AS activity, standin.comment_of(c.id, 'cluster') AS comment
            FROM standin.clusters c ORDER BY 1$q$
        WHEN 'cluster replicas' THEN $q$SELECT 'mz_catalog_server'::text AS cluster, 'r1'::text AS replica, '25cc'::text AS size, true AS ready, ''::text AS comment
            UNION ALL SELECT c.name, r.name, r.size, NOT EXISTS (SELECT FROM mz_internal.mz_hydration_statuses h WHERE h.replica_id = r.id AND NOT h.hydrated),
            standin.comment_of(r.id, 'cluster-replica') FROM standin.replicas r JOIN standin.clusters c ON c.id = r.cluster_id ORDER BY 1, 2$q$
        WHEN 'network policies' THEN 'SELECT ''default''::text AS name, ''open''::text AS rules, ''''::text AS comment'
        WHEN 'role membership' THEN 'SELECT standin.role_name(role_id) AS role, standin.role_name(member) AS member, standin.role_name(grantor) AS grantor
            FROM standin.role_members ORDER BY 1, 2, 3'
        WHEN 'default privileges' THEN 'SELECT object_owner, database, schema, object_type, grantee, privilege_type FROM mz_internal.mz_show_default_privileges ORDER BY 1, 2, 3, 4, 5, 6'
        WHEN 'privileges' THEN standin.show_privileges(args)
        WHEN 'columns' THEN format($q$SELECT name, nullable, type, coalesce((SELECT comment FROM standin.comments k WHERE k.id = c.id AND k.sub_id = c.position::bigint), '') AS comment
            FROM mz_catalog.mz_columns c WHERE id = %L ORDER BY position$q$, (standin.find_item(standin.parts(args->'on'))).id)
        WHEN 'subsources' THEN format($q$SELECT name, source_type AS type FROM standin.items WHERE type = 'source' AND source_id = %L ORDER BY 1$q$,
                                      (standin.find_item(standin.parts(args->'on'))).id)
        WHEN 'create' THEN format('SELECT %L::text AS name, %L::text AS create_sql', standin.full_name((standin.find_item(standin.parts(args->'on'))).id),
                                  standin.show_create(standin.find_item(standin.parts(args->'on'))))
        WHEN 'create cluster' THEN format('SELECT %L::text AS name, %L::text AS create_sql', args->'on'->>0,
                                          standin.show_create_cluster(standin.find_cluster(args->'on'->>0)))
        ELSE standin.show_list(kind, args)
    END;
END
$$;

CREATE FUNCTION standin.show_sql(kind text, args jsonb) RETURNS text LANGUAGE plpgsql STABLE AS
$$
DECLARE
    base text := standin.show_base(kind, args);
BEGIN
    IF args ? 'like' THEN
        RETURN format('SELECT * FROM (%s) shown WHERE name LIKE %L', base, args->>'like');
    ELSIF args ? 'where' THEN
        RETURN format('SELECT * FROM (%s) shown WHERE %s', base, args->>'where');
    END IF;
    RETURN base;
END
$$;
