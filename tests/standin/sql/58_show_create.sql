-- SHOW CREATE: the stored text for people: names instead of ids, quotes only where they are needed.
CREATE FUNCTION standin.for_people(stored text) RETURNS text LANGUAGE plpgsql STABLE AS
$$
DECLARE
    shown text := regexp_replace(stored, '\[u[0-9]+ AS ([^]]*)\]', '\1', 'g');
    c standin.clusters;
BEGIN
    FOR c IN SELECT * FROM standin.clusters LOOP
        shown := replace(shown, format('IN CLUSTER [%s]', c.id), format('IN CLUSTER "%s"', c.name));
    END LOOP;
    shown := regexp_replace(shown, ' AS OF [0-9]+$', '');
    RETURN regexp_replace(shown, '"([a-z_][a-z0-9_$]*)"', '\1', 'g');
END
$$;

CREATE FUNCTION standin.show_create_table(item standin.items) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT format(E'CREATE TABLE\n    %s\n        (\n', standin.for_people(standin.own_name(item.id)))
        || string_agg(format('            %s pg_catalog.%s%s', a.attname, t.typname, CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END), E',\n' ORDER BY a.attnum)
        || E'\n        );'
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = item.relid AND a.attnum > 0 AND NOT a.attisdropped
$$;

CREATE FUNCTION standin.show_create_source(item standin.items) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT format(E'CREATE SOURCE %s\nIN CLUSTER %s\n%s;', standin.for_people(standin.own_name(item.id)), c.name,
        regexp_replace(regexp_replace(regexp_replace(item.raw, '(TICK INTERVAL|UP TO|AS OF|SCALE FACTOR) +(=|)', '\1 = ', 'g'), '=  *', '= ', 'g'),
                       ' FOR ALL TABLES', E'\nFOR ALL TABLES\nEXPOSE PROGRESS AS ' || standin.for_people(standin.own_name(item.id)) || '_progress'))
    FROM standin.clusters c WHERE c.id = item.cluster_id
$$;

CREATE FUNCTION standin.show_create(item standin.items) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT CASE
        WHEN item.type = 'materialized-view' THEN replace(replace(replace(standin.for_people(standin.create_sql(item.id)),
            ' IN CLUSTER ', E'\n    IN CLUSTER '), ' WITH (REFRESH = ON COMMIT) AS ', E'\n    WITH (REFRESH = ON COMMIT)\n    AS '), E'\n\n', E'\n') || ';'
        WHEN item.type = 'table' AND item.source_id IS NOT NULL THEN format(E'CREATE TABLE %s\nFROM SOURCE %s (REFERENCE = %s%s);',
            standin.full_name(item.id), standin.full_name(item.source_id),
            CASE WHEN EXISTS (SELECT FROM standin.items s WHERE s.id = item.source_id AND s.source_type = 'load-generator') THEN 'mz_load_generators.' ELSE '' END, item.reference)
        WHEN item.type = 'table' THEN standin.show_create_table(item)
        WHEN item.type = 'source' AND item.cluster_id IS NOT NULL AND item.source_type <> 'subsource' THEN standin.show_create_source(item)
        ELSE standin.for_people(standin.create_sql(item.id)) || ';'
    END
$$;

CREATE FUNCTION standin.show_create_cluster(cluster standin.clusters) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT format('CREATE CLUSTER "%s" (EXPERIMENTAL ARRANGEMENT COMPRESSION = false, INTROSPECTION DEBUGGING = false, '
                  'INTROSPECTION INTERVAL = INTERVAL ''00:00:01'', MANAGED = true, REPLICATION FACTOR = %s, SIZE = ''%s'', SCHEDULE = MANUAL)',
                  cluster.name, cluster.replication_factor, cluster.size)
$$;
