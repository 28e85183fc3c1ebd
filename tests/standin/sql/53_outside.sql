-- What reaches outside: connections, secrets, sources, tables from them, webhooks, sinks; and types. The outside is
-- imagined: it always answers, and what it holds stands in standin_control.upstream.

-- ---- what upstreams hold ----
CREATE VIEW standin.generator_tables AS
SELECT * FROM (VALUES
    ('auction', 'accounts', 'id bigint, org_id bigint, balance bigint'), ('auction', 'auctions', 'id bigint, seller bigint, item text, end_time timestamptz'),
    ('auction', 'bids', 'id bigint, buyer bigint, auction_id bigint, amount int, bid_time timestamptz'), ('auction', 'organizations', 'id bigint, name text'),
    ('auction', 'users', 'id bigint, org_id bigint, name text'),
    ('marketing', 'clicks', 'impression_id bigint, click_time timestamptz'), ('marketing', 'conversion_predictions',
     'lead_id bigint, experiment_bucket text, predicted_at timestamptz, score numeric'), ('marketing', 'coupons', 'id bigint, created_at timestamptz, lead_id bigint, amount bigint'),
    ('marketing', 'customers', 'id bigint, email text, income bigint'), ('marketing', 'impressions', 'id bigint, customer_id bigint, campaign_id bigint, impression_time timestamptz'),
    ('marketing', 'leads', 'id bigint, customer_id bigint, created_at timestamptz, converted_at timestamptz, conversion_amount bigint'),
    ('tpch', 'customer', 'c_custkey bigint, c_name text, c_address text, c_nationkey bigint, c_phone text, c_acctbal numeric, c_mktsegment text, c_comment text'),
    ('tpch', 'lineitem', 'l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber int, l_quantity numeric, l_extendedprice numeric, l_discount numeric, l_tax numeric, '
     'l_returnflag text, l_linestatus text, l_shipdate date, l_commitdate date, l_receiptdate date, l_shipinstruct text, l_shipmode text, l_comment text'),
    ('tpch', 'nation', 'n_nationkey bigint, n_name text, n_regionkey bigint, n_comment text'),
    ('tpch', 'orders', 'o_orderkey bigint, o_custkey bigint, o_orderstatus text, o_totalprice numeric, o_orderdate date, o_orderpriority text, o_clerk text, o_shippriority int, o_comment text'),
    ('tpch', 'part', 'p_partkey bigint, p_name text, p_mfgr text, p_brand text, p_type text, p_size int, p_container text, p_retailprice numeric, p_comment text'),
    ('tpch', 'partsupp', 'ps_partkey bigint, ps_suppkey bigint, ps_availqty int, ps_supplycost numeric, ps_comment text'),
    ('tpch', 'region', 'r_regionkey bigint, r_name text, r_comment text'),
    ('tpch', 'supplier', 's_suppkey bigint, s_name text, s_address text, s_nationkey bigint, s_phone text, s_acctbal numeric, s_comment text')) v(generator, name, columns);

-- The tables that SOURCE can ingest: those of its load generator, or what a test has put behind its connection.
CREATE FUNCTION standin.upstream_of(source standin.items) RETURNS TABLE (reference text, columns text) LANGUAGE sql STABLE AS
$$
    SELECT generator || '.' || name, columns FROM standin.generator_tables WHERE generator = source.details->>'generator'
    UNION ALL
    SELECT u.reference, u.columns FROM standin_control.upstream u JOIN standin.items c ON c.id = source.connection_id AND c.name LIKE u.connection
$$;

-- One of them by name parts, of which the first may be left out.
CREATE FUNCTION standin.find_upstream(source standin.items, parts text[]) RETURNS record LANGUAGE plpgsql STABLE AS
$$
DECLARE
    found record;
    wanted text := array_to_string(parts, '.');
BEGIN
    SELECT u.reference, u.columns INTO found FROM standin.upstream_of(source) u
    WHERE wanted = u.reference OR u.reference LIKE '%.' || wanted OR wanted LIKE '%.' || u.reference LIMIT 1;
    IF found.reference IS NULL THEN
        PERFORM standin.fail('XX000', format('reference to %s not found in source', wanted));
    END IF;
    RETURN found;
END
$$;

-- The relation that holds what is ingested; a few rows where the columns are known are enough to query.
CREATE FUNCTION standin.make_ingested(place standin.schemas, new_name text, columns text) RETURNS oid LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('CREATE TABLE %I.%I (%s)', place.physical, new_name, columns);
    IF columns LIKE 'id bigint%' THEN
        EXECUTE format('INSERT INTO %I.%I (id) SELECT generate_series(1, 10)', place.physical, new_name);
    END IF;
    RETURN format('%I.%I', place.physical, new_name)::regclass::oid;
END
$$;

-- ---- names ----
-- The place where an item of TYPE may be made; NULL id: the name is taken, and that is fine.
CREATE FUNCTION standin.place_for(args jsonb, type text) RETURNS standin.schemas LANGUAGE plpgsql AS
$$
DECLARE
    parts text[] := standin.parts(args->'name');
    place standin.schemas := standin.schema_for(parts);
BEGIN
    PERFORM standin.must_have('SCHEMA', place.id, 'C', place.name, 'CREATE');
    IF NOT standin.name_is_free(place, parts[cardinality(parts)], type, args) THEN
        RETURN NULL;
    END IF;
    RETURN place;
END
$$;

CREATE FUNCTION standin.last_part(args jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT args->'name'->>-1 $$;

-- What the options of ITEM name: it depends on them, and belongs to the first connection among them.
CREATE FUNCTION standin.note_uses(item standin.items, args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    one jsonb;
    used standin.items;
BEGIN
    FOR one IN SELECT * FROM jsonb_array_elements(args->'uses') LOOP
        used := standin.find_item(standin.parts(one));
        INSERT INTO standin.dependencies VALUES (item.id, used.id) ON CONFLICT DO NOTHING;
        UPDATE standin.items SET connection_id = coalesce(connection_id, used.id) WHERE id = item.id AND used.type = 'connection' AND item.type <> 'connection';
    END LOOP;
END
$$;

-- ---- secrets, connections, types ----
CREATE FUNCTION standin.create_secret(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    place standin.schemas := standin.place_for(args, 'secret');
    made standin.items;
BEGIN
    IF place.id IS NOT NULL THEN
        made := standin.add_item(place, standin.last_part(args), 'secret', NULL, NULL, args);
        PERFORM standin.add_letters('item', made.id, standin.my_role(), 'U', standin.my_role());
    END IF;
END
$$;

CREATE FUNCTION standin.create_connection(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    place standin.schemas := standin.place_for(args, 'connection');
    made standin.items;
BEGIN
    IF place.id IS NULL THEN
        RETURN;
    END IF;
    made := standin.add_item(place, standin.last_part(args), 'connection', NULL, NULL, args);
    UPDATE standin.items SET details = jsonb_build_object('type', args->>'connection_type') WHERE id = made.id;
    PERFORM standin.add_letters('item', made.id, standin.my_role(), 'U', standin.my_role());
    PERFORM standin.note_uses(made, args);
END
$$;

CREATE FUNCTION standin.validate_connection(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target standin.items := standin.find_item(standin.parts(args->'name'));
BEGIN
    PERFORM standin.check_type(target, 'connection', array_to_string(standin.parts(args->'name'), '.'));
END
$$;

CREATE FUNCTION standin.create_type(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    place standin.schemas := standin.place_for(args, 'type');
    made standin.items;
BEGIN
    made := standin.add_item(place, standin.last_part(args), 'type', NULL, NULL, args);
    UPDATE standin.items SET details = jsonb_build_object('category', args->>'category') WHERE id = made.id;
END
$$;

-- ---- sources ----
CREATE FUNCTION standin.check_generator(generator text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF generator IN ('counter', 'clock', 'datums', 'key') THEN
        PERFORM standin.fail('XX000', format('Create a LOAD GENERATOR %s is not available', upper(generator)),
            format('The requested feature (enable_load_generator_%s) is in private preview.', generator),
            'Contact support to discuss enabling the feature in your Materialize region.');
    END IF;
END
$$;

CREATE FUNCTION standin.add_subsource(parent standin.items, place standin.schemas, new_name text, reference text, columns text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    child standin.items := standin.add_item(place, new_name, 'source', parent.cluster_id, standin.make_ingested(place, new_name, columns), '{}');
BEGIN
    UPDATE standin.items SET source_type = 'subsource', source_id = parent.id, reference = add_subsource.reference WHERE id = child.id;
    INSERT INTO standin.dependencies VALUES (child.id, parent.id);
END
$$;

-- FOR ALL TABLES and FOR TABLES (a AS b, ...).
CREATE FUNCTION standin.add_subsources(parent standin.items, place standin.schemas, args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    t record;
    one jsonb;
    target_parts text[];
BEGIN
    FOR t IN SELECT * FROM standin.upstream_of(parent) WHERE (args->>'all_tables')::boolean ORDER BY 1 LOOP
        PERFORM standin.add_subsource(parent, place, regexp_replace(t.reference, '^.*\.', ''), t.reference, t.columns);
    END LOOP;
    FOR one IN SELECT * FROM jsonb_array_elements(args->'tables') LOOP
        SELECT * INTO t FROM standin.find_upstream(parent, standin.parts(one->'reference')) AS u(reference text, columns text);
        target_parts := standin.parts(CASE WHEN jsonb_typeof(one->'as') = 'array' THEN one->'as' ELSE one->'reference' END);
        PERFORM standin.add_subsource(parent, CASE WHEN jsonb_typeof(one->'as') = 'array' AND cardinality(target_parts) > 1 THEN standin.schema_for(target_parts) ELSE place END,
                                      target_parts[cardinality(target_parts)], t.reference, t.columns);
    END LOOP;
END
$$;

CREATE FUNCTION standin.add_progress(parent standin.items, place standin.schemas) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    child standin.items := standin.add_item(place, parent.name || '_progress', 'source', NULL, NULL, '{}');
BEGIN
    UPDATE standin.items SET source_type = 'progress', source_id = parent.id WHERE id = child.id;
    INSERT INTO standin.dependencies VALUES (child.id, parent.id);
END
$$;

-- A source of one topic shows it itself: its columns follow the format.
CREATE FUNCTION standin.columns_of_format(format text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE format WHEN 'json' THEN 'data jsonb' WHEN 'text' THEN 'text text' WHEN 'bytes' THEN 'data bytea' ELSE 'key text, value text' END $$;

CREATE FUNCTION standin.create_source(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    place standin.schemas;
    cluster standin.clusters := standin.session_cluster(args);
    kind text := CASE args->>'source_type' WHEN 'load' THEN 'load-generator' WHEN 'sql' THEN 'sql-server' ELSE args->>'source_type' END;
    whole boolean := kind = 'kafka' AND args ? 'format';
    parent standin.items;
BEGIN
    PERFORM standin.check_generator(args->>'generator');
    PERFORM standin.must_have('CLUSTER', cluster.id, 'C', cluster.name, 'CREATE');
    place := standin.place_for(args, 'source');
    IF place.id IS NULL THEN
        RETURN;
    END IF;
    parent := standin.add_item(place, standin.last_part(args), 'source', cluster.id,
                               CASE WHEN whole THEN standin.make_ingested(place, standin.last_part(args), standin.columns_of_format(args->>'format')) END, args);
    PERFORM standin.note_uses(parent, args);
    UPDATE standin.items SET source_type = kind, details = jsonb_strip_nulls(jsonb_build_object('generator', args->'generator',
        'format', args->'format', 'envelope', coalesce(args->'envelope', CASE WHEN whole THEN to_jsonb('none'::text) END))) WHERE id = parent.id RETURNING * INTO parent;
    PERFORM standin.add_subsources(parent, place, args);
    IF whole OR (args->>'all_tables')::boolean OR args ? 'tables' THEN
        PERFORM standin.add_progress(parent, place);
    END IF;
END
$$;

CREATE FUNCTION standin.create_table_from_source(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    place standin.schemas := standin.place_for(args, 'table');
    parent standin.items;
    upstream record;
    made standin.items;
BEGIN
    IF place.id IS NULL THEN
        RETURN;
    END IF;
    parent := standin.find_item(standin.parts(args->'source'));
    SELECT * INTO upstream FROM standin.find_upstream(parent, standin.parts(args->'reference')) AS u(reference text, columns text);
    made := standin.add_item(place, standin.last_part(args), 'table', NULL, standin.make_ingested(place, standin.last_part(args), upstream.columns), args);
    UPDATE standin.items SET source_id = parent.id, reference = upstream.reference WHERE id = made.id;
    INSERT INTO standin.dependencies VALUES (made.id, parent.id);
END
$$;

-- FROM WEBHOOK: a source (on a cluster) or a table; tests write the rows themselves.
CREATE FUNCTION standin.create_webhook(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    kind text := args->>'item_type';
    place standin.schemas := standin.place_for(args, kind);
    columns text := 'body ' || CASE args->>'format' WHEN 'json' THEN 'jsonb' WHEN 'bytes' THEN 'bytea' ELSE 'text' END
                    || CASE WHEN (args->>'headers')::boolean THEN ', headers jsonb' ELSE '' END;
    made standin.items;
BEGIN
    IF place.id IS NULL THEN
        RETURN;
    END IF;
    made := standin.add_item(place, standin.last_part(args), kind, CASE WHEN kind = 'source' THEN (standin.session_cluster(args)).id END,
                             standin.make_ingested(place, standin.last_part(args), columns), args);
    UPDATE standin.items SET source_type = CASE WHEN kind = 'source' THEN 'webhook' END, details = jsonb_build_object('webhook', true) WHERE id = made.id;
END
$$;

CREATE VIEW mz_internal.mz_webhook_sources AS
SELECT id, name, '/api/webhook/' || standin.full_name(id) AS url FROM standin.items WHERE (details->>'webhook')::boolean;

-- ---- sinks ----
CREATE FUNCTION standin.check_sink_input(input standin.items) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF input.type = 'view' OR input.relid IS NULL THEN
        PERFORM standin.fail('XX000', format('%s is a %s, which cannot be exported as a sink', standin.full_name(input.id), standin.kind_text(input.type)));
    END IF;
END
$$;

CREATE FUNCTION standin.create_sink(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    place standin.schemas;
    cluster standin.clusters := standin.session_cluster(args);
    input standin.items := standin.find_item(standin.parts(args->'on'));
    made standin.items;
BEGIN
    PERFORM standin.must_have('CLUSTER', cluster.id, 'C', cluster.name, 'CREATE');
    PERFORM standin.check_sink_input(input);
    place := standin.place_for(args, 'sink');
    IF place.id IS NULL THEN
        RETURN;
    END IF;
    made := standin.add_item(place, standin.last_part(args), 'sink', cluster.id, NULL, args);
    PERFORM standin.note_uses(made, args);
    UPDATE standin.items SET on_id = input.id, details = jsonb_strip_nulls(jsonb_build_object('type', args->'sink_type', 'format', args->'format', 'envelope', args->'envelope'))
    WHERE id = made.id;
    INSERT INTO standin.dependencies VALUES (made.id, input.id);
END
$$;

-- The sink keeps its id and goes on with another input, whose columns must be the same.
CREATE FUNCTION standin.alter_sink(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target standin.items := standin.find_item(standin.parts(args->'name'));
    input standin.items := standin.find_item(standin.parts(args->'on'));
    old standin.items;
BEGIN
    PERFORM standin.check_type(target, 'sink', standin.last_part(args));
    PERFORM standin.must_own('SINK', standin.full_name(target.id), target.owner_id);
    PERFORM standin.check_sink_input(input);
    SELECT * INTO old FROM standin.items WHERE id = target.on_id;
    IF EXISTS (SELECT FROM standin.column_types(old.relid) o FULL JOIN standin.column_types(input.relid) n USING (n)
               WHERE (o.name, o.type) IS DISTINCT FROM (n.name, n.type)) THEN
        PERFORM standin.fail('XX000', format('sink %s cannot be altered: its new input has other columns', standin.full_name(target.id)));
    END IF;
    UPDATE standin.items SET on_id = input.id WHERE id = target.id;
    DELETE FROM standin.dependencies WHERE object_id = target.id AND referenced_id = old.id;
    INSERT INTO standin.dependencies VALUES (target.id, input.id) ON CONFLICT DO NOTHING;
    PERFORM standin.audit('alter', 'sink', jsonb_build_object('id', target.id, 'name', target.name, 'old_from', old.id, 'new_from', input.id));
END
$$;

-- ALTER of options that nothing here shows: it must exist and be one's own.
-- RETAIN HISTORY, which mz_history_retention_strategies shows in milliseconds; '': as if nobody had said anything.
CREATE FUNCTION standin.retain(item text, how_long text) RETURNS void LANGUAGE sql AS
$$
    UPDATE standin.items SET details = details - 'retain' || CASE how_long WHEN '' THEN '{}'::jsonb
           ELSE jsonb_build_object('retain', (extract(epoch FROM how_long::interval) * 1000)::bigint) END
    WHERE id = item
$$;

CREATE FUNCTION standin.alter_options(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target standin.items;
BEGIN
    IF args->>'type' = 'role' THEN
        PERFORM standin.role_id(args->'name'->>0);
        RETURN;
    END IF;
    target := standin.find_item(standin.parts(args->'name'));
    PERFORM standin.check_type(target, args->>'type', standin.last_part(args));
    PERFORM standin.must_own(upper(standin.kind_text(target.type)), standin.full_name(target.id), target.owner_id);
    IF args ? 'commit_interval' THEN
        UPDATE standin.items SET raw = regexp_replace(raw, '(COMMIT\s+INTERVAL)\s*=?\s*''[^'']*''', format('\1 = %L', args->>'commit_interval'), 'i')
        WHERE id = target.id;
    END IF;
    IF args ? 'retain' THEN
        PERFORM standin.retain(target.id, args->>'retain');
    END IF;
    PERFORM standin.audit('alter', target.type, jsonb_build_object('id', target.id, 'name', target.name));
END
$$;
