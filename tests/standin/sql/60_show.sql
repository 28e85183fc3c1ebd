-- SHOW: standin.show_sql(kind, args) gives the query that answers it. ARGS: "schema" (name parts) and
-- "cluster", "on", "like" where the statement has them.
CREATE FUNCTION standin.show_sql(kind text, args jsonb) RETURNS text LANGUAGE plpgsql STABLE AS
$$
DECLARE
    base text := current_setting('standin.database', true);
    place standin.schemas;
    filter text := '';
    item standin.items;
BEGIN
    IF kind IN ('objects', 'tables', 'views', 'materialized views', 'sources', 'indexes', 'sinks') THEN
        place := CASE WHEN jsonb_typeof(args->'schema') = 'array' THEN standin.find_schema(standin.parts(args->'schema')) ELSE standin.default_schema() END;
        filter := format(' AND i.schema_id = %L', place.id);
    END IF;
    RETURN CASE kind
        WHEN 'databases' THEN 'SELECT name, ''''::text AS comment FROM standin.databases ORDER BY 1'
        WHEN 'schemas' THEN format($q$SELECT s.name, ''::text AS comment FROM standin.schemas s LEFT JOIN standin.databases d ON d.id = s.database_id
            WHERE s.database_id IS NULL OR d.name = %L ORDER BY s.name COLLATE "C"$q$, coalesce(args->'schema'->>0, base))
        WHEN 'roles' THEN 'SELECT name, ''''::text AS comment FROM standin.roles WHERE id LIKE ''u%'' ORDER BY 1'
        WHEN 'clusters' THEN $q$SELECT c.name, CASE WHEN c.id = 's2' THEN 'r1 (25cc)' ELSE (SELECT string_agg(r.name || ' (' || r.size || ')', ', ' ORDER BY r.name)
            FROM standin.replicas r WHERE r.cluster_id = c.id) END AS replicas, NULL::text AS activity, ''::text AS comment FROM standin.clusters c ORDER BY 1$q$
        WHEN 'cluster replicas' THEN $q$SELECT 'mz_catalog_server'::text AS cluster, 'r1'::text AS replica, '25cc'::text AS size, true AS ready, ''::text AS comment
            UNION ALL SELECT c.name, r.name, r.size, NOT EXISTS (SELECT FROM mz_internal.mz_hydration_statuses h WHERE h.replica_id = r.id AND NOT h.hydrated), ''
            FROM standin.replicas r JOIN standin.clusters c ON c.id = r.cluster_id ORDER BY 1, 2$q$
        WHEN 'objects' THEN 'SELECT name, type, ''''::text AS comment FROM standin.items i WHERE true' || filter || ' ORDER BY 1'
        WHEN 'tables' THEN 'SELECT name, ''''::text AS comment FROM standin.items i WHERE type = ''table''' || filter || ' ORDER BY 1'
        WHEN 'views' THEN 'SELECT name, ''''::text AS comment FROM standin.items i WHERE type = ''view''' || filter || ' ORDER BY 1'
        WHEN 'materialized views' THEN 'SELECT i.name, c.name AS cluster, ''''::text AS comment FROM standin.items i JOIN standin.clusters c ON c.id = i.cluster_id
            WHERE type = ''materialized-view''' || filter || ' ORDER BY 1'
        WHEN 'sources' THEN 'SELECT i.name, i.source_type AS type, c.name AS cluster, ''''::text AS comment FROM standin.items i LEFT JOIN standin.clusters c ON c.id = i.cluster_id
            WHERE type = ''source''' || filter || ' ORDER BY 1'
        WHEN 'indexes' THEN 'SELECT i.name, o.name AS "on", c.name AS cluster, i.keys AS key, ''''::text AS comment FROM standin.items i JOIN standin.items o ON o.id = i.on_id
            JOIN standin.clusters c ON c.id = i.cluster_id WHERE i.type = ''index''' || filter || ' ORDER BY 1'
        WHEN 'columns' THEN format($q$SELECT name, nullable, type, ''::text AS comment FROM mz_catalog.mz_columns WHERE id = %L ORDER BY position$q$,
                                   (standin.find_item(standin.parts(args->'on'))).id)
        WHEN 'subsources' THEN format($q$SELECT name, source_type AS type FROM standin.items WHERE type = 'source' AND source_id = %L ORDER BY 1$q$,
                                      (standin.find_item(standin.parts(args->'on'))).id)
        WHEN 'create' THEN format('SELECT %L::text AS name, %L::text AS create_sql', standin.full_name((standin.find_item(standin.parts(args->'on'))).id),
                                  standin.show_create(standin.find_item(standin.parts(args->'on'))))
        WHEN 'create cluster' THEN format('SELECT %L::text AS name, %L::text AS create_sql', args->'on'->>0,
                                          standin.show_create_cluster(standin.find_cluster(args->'on'->>0)))
    END;
END
$$;
