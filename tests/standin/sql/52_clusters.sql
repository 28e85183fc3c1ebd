-- Clusters and replicas. Changing a managed cluster's shape takes time: replicas of the new size hydrate beside
-- the old ones, and until they have, the catalog shows the old size (verified.md, correction 9).
CREATE FUNCTION standin.check_size(wanted text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM standin.sizes WHERE size = wanted) THEN
        PERFORM standin.fail('XX000', format('unknown cluster replica size %s', wanted), NULL,
            'Valid cluster replica sizes are: ' || (SELECT string_agg(size, ', ' ORDER BY workers, credits) FROM standin.sizes));
    END IF;
END
$$;

CREATE FUNCTION standin.add_replica(to_cluster standin.clusters, new_name text, of_size text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    new_id text := standin.next_id('replica');
BEGIN
    INSERT INTO standin.all_replicas VALUES (new_id, new_name, to_cluster.id, of_size, standin.now());
    PERFORM standin.audit('create', 'cluster-replica', jsonb_build_object('cluster_id', to_cluster.id, 'cluster_name', to_cluster.name,
                          'replica_id', new_id, 'replica_name', new_name, 'logical_size', of_size));
END
$$;

-- COUNT more, under the first free names r1, r2, ...
CREATE FUNCTION standin.add_replicas(to_cluster standin.clusters, wanted bigint, of_size text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    n bigint := 0;
    added bigint := 0;
BEGIN
    WHILE added < wanted LOOP
        n := n + 1;
        IF NOT EXISTS (SELECT FROM standin.all_replicas WHERE cluster_id = to_cluster.id AND name = 'r' || n) THEN
            PERFORM standin.add_replica(to_cluster, 'r' || n, of_size);
            added := added + 1;
        END IF;
    END LOOP;
END
$$;

-- What may not stand beside what; how long a burst replica lingers when nobody says so is not known here.
CREATE FUNCTION standin.check_options(options jsonb) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF standin.is_scheduled(options) AND options ? 'REPLICATION FACTOR' THEN
        PERFORM standin.fail('XX000', 'standin: SCHEDULE = ON REFRESH excludes REPLICATION FACTOR');
    END IF;
    IF standin.is_scheduled(options) AND standin.strategy_word(options, 'HYDRATION SIZE') IS NOT NULL THEN
        PERFORM standin.fail('XX000', 'standin: AUTO SCALING STRATEGY needs SCHEDULE = MANUAL');
    END IF;
    IF standin.strategy_word(options, 'HYDRATION SIZE') IS NOT NULL AND standin.strategy_word(options, 'LINGER DURATION') IS NULL THEN
        PERFORM standin.fail('0A000', 'standin: an AUTO SCALING STRATEGY without LINGER DURATION is not known here');
    END IF;
    IF options ? 'WORKLOAD CLASS' AND current_setting('standin.role') <> 'mz_system' THEN
        PERFORM standin.fail('42501', 'standin: WORKLOAD CLASS is for system users');
    END IF;
END
$$;

-- A cluster that runs for refreshes alone has no replicas until there is something to refresh, and nothing here is.
CREATE FUNCTION standin.switch_off(target standin.clusters) RETURNS void LANGUAGE sql AS
$$
    UPDATE standin.clusters SET replication_factor = 0 WHERE id = target.id;
    DELETE FROM standin.all_replicas WHERE cluster_id = target.id;
$$;

CREATE FUNCTION standin.create_cluster(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    wanted text := args->'name'->>0;
    made standin.clusters;
    me text := standin.my_role();
    options jsonb := args->'options';
    replica record;
BEGIN
    PERFORM standin.check_reserved('cluster', wanted);
    IF EXISTS (SELECT FROM standin.clusters WHERE name = wanted) THEN
        IF (args->>'if_not_exists')::boolean THEN
            PERFORM standin.skip('42710', format('cluster "%s" already exists, skipping', wanted));
            RETURN;
        END IF;
        PERFORM standin.fail('XX000', format('cluster ''%s'' already exists', wanted));
    END IF;
    PERFORM standin.must_have('SYSTEM', 'system', 'N', 'SYSTEM', 'CREATECLUSTER');
    IF options ? 'REPLICAS' THEN
        INSERT INTO standin.clusters VALUES (standin.next_id('cluster'), wanted, me, false, NULL, NULL) RETURNING * INTO made;
    ELSE
        PERFORM standin.check_size(options->>'SIZE');
        PERFORM standin.check_options(options);
        INSERT INTO standin.clusters VALUES (standin.next_id('cluster'), wanted, me, true, options->>'SIZE',
            CASE WHEN standin.is_scheduled(options) THEN 0 ELSE coalesce((options->>'REPLICATION FACTOR')::bigint, 1) END, options - 'SIZE' - 'REPLICATION FACTOR') RETURNING * INTO made;
    END IF;
    PERFORM standin.add_letters('cluster', made.id, me, 'UC', me);
    PERFORM standin.audit('create', 'cluster', jsonb_build_object('id', made.id, 'name', wanted));
    PERFORM standin.add_replicas(made, made.replication_factor, made.size);
    FOR replica IN SELECT key, value->>'SIZE' AS size FROM jsonb_each(options->'REPLICAS') LOOP
        PERFORM standin.check_size(replica.size);
        PERFORM standin.add_replica(made, replica.key, replica.size);
    END LOOP;
END
$$;

-- ---- changing the shape ----
-- What a reconfiguration that has ended leaves behind.
CREATE FUNCTION standin.settle_cluster(target standin.clusters) RETURNS standin.clusters LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE standin.clusters c SET size = r.new_size FROM standin.reconfigurations r
    WHERE c.id = target.id AND r.cluster_id = c.id AND NOT r.cancelled AND r.ends_at <= standin.now();
    DELETE FROM standin.all_replicas WHERE cluster_id = target.id AND retires_at <= standin.now();
    SELECT * INTO target FROM standin.clusters WHERE id = target.id;
    RETURN target;
END
$$;

-- When the new replicas will have hydrated, by the rules of standin_control as they are now.
CREATE FUNCTION standin.hydrated_at(target standin.clusters) RETURNS timestamptz LANGUAGE sql STABLE AS
$$
    SELECT CASE WHEN bool_or(standin.hydration_seconds(path, cluster) IS NULL) THEN 'infinity'
           ELSE standin.now() + greatest(interval '5 seconds', interval '1 second' + make_interval(secs => coalesce(max(standin.hydration_seconds(path, cluster)), 0))) END
    FROM standin.dataflows WHERE cluster_id = target.id
$$;

CREATE FUNCTION standin.reconfigure(target standin.clusters, wanted text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    ends timestamptz := standin.hydrated_at(target);
BEGIN
    PERFORM standin.check_size(wanted);
    DELETE FROM standin.all_replicas r USING standin.reconfigurations c -- those of a shape that is not wanted any more
    WHERE c.cluster_id = target.id AND r.cluster_id = target.id AND c.ends_at > standin.now() AND NOT c.cancelled AND r.retires_at IS NULL;
    UPDATE standin.all_replicas SET retires_at = NULL WHERE cluster_id = target.id;
    IF wanted = target.size THEN
        UPDATE standin.reconfigurations SET cancelled = true WHERE cluster_id = target.id AND ends_at > standin.now();
        RETURN;
    END IF;
    DELETE FROM standin.reconfigurations WHERE cluster_id = target.id;
    IF target.replication_factor = 0 THEN
        UPDATE standin.clusters SET size = wanted WHERE id = target.id;
        RETURN;
    END IF;
    UPDATE standin.all_replicas SET retires_at = ends WHERE cluster_id = target.id;
    INSERT INTO standin.reconfigurations VALUES (target.id, target.size, wanted, standin.now(), ends);
    PERFORM standin.add_replicas(target, target.replication_factor, wanted);
END
$$;

CREATE FUNCTION standin.set_replication_factor(target standin.clusters, wanted bigint) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF EXISTS (SELECT FROM mz_internal.mz_cluster_reconfigurations WHERE cluster_id = target.id AND status = 'in-progress') THEN
        PERFORM standin.fail('55006', format('cannot change the REPLICATION FACTOR of cluster %s while it is being reconfigured', target.name), NULL,
                             'Wait for it to end, or alter the cluster back to what it was.');
    END IF;
    UPDATE standin.clusters SET replication_factor = wanted WHERE id = target.id;
    DELETE FROM standin.all_replicas WHERE id IN (SELECT id FROM standin.all_replicas WHERE cluster_id = target.id ORDER BY created_at, name OFFSET wanted);
    PERFORM standin.add_replicas(target, wanted - (SELECT count(*) FROM standin.all_replicas WHERE cluster_id = target.id), target.size);
END
$$;

-- SET (MANAGED = false): its replicas stay, and have a size each.
CREATE FUNCTION standin.let_go(target standin.clusters) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF EXISTS (SELECT FROM mz_internal.mz_cluster_reconfigurations WHERE cluster_id = target.id AND status = 'in-progress') THEN
        PERFORM standin.fail('55006', format('cannot change MANAGED of cluster %s while it is being reconfigured', target.name), NULL,
                             'Wait for it to end, or alter the cluster back to what it was.');
    END IF;
    UPDATE standin.clusters SET managed = false, size = NULL, replication_factor = NULL, options = '{}' WHERE id = target.id;
    PERFORM standin.audit('alter', 'cluster', jsonb_build_object('id', target.id, 'name', target.name));
END
$$;

CREATE FUNCTION standin.alter_cluster(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target standin.clusters := standin.settle_cluster(standin.find_cluster(args->'name'->>0));
    options jsonb := args->'options';
BEGIN
    PERFORM standin.must_own('CLUSTER', target.name, target.owner_id);
    IF NOT target.managed THEN
        PERFORM standin.fail('0A000', format('standin: unmanaged cluster %s cannot be altered here', target.name));
    END IF;
    PERFORM standin.check_options(jsonb_strip_nulls(jsonb_build_object('SCHEDULE', target.options->'SCHEDULE')) || options);
    IF options->>'MANAGED' = 'false' THEN
        PERFORM standin.let_go(target);
        RETURN;
    END IF;
    IF options ? 'REPLICATION FACTOR' THEN
        PERFORM standin.set_replication_factor(target, (options->>'REPLICATION FACTOR')::bigint);
        SELECT * INTO target FROM standin.clusters WHERE id = target.id;
    END IF;
    IF options ? 'SIZE' THEN
        PERFORM standin.reconfigure(target, options->>'SIZE');
    END IF;
    UPDATE standin.clusters c SET options = c.options || ((alter_cluster.args->'options') - 'SIZE' - 'REPLICATION FACTOR') WHERE id = target.id;
    IF standin.is_scheduled(options) THEN
        PERFORM standin.switch_off(target);
    END IF;
    PERFORM standin.audit('alter', 'cluster', jsonb_build_object('id', target.id, 'name', target.name));
END
$$;

-- ---- replicas by hand: of unmanaged clusters alone ----
CREATE FUNCTION standin.unmanaged(cluster_name text) RETURNS standin.clusters LANGUAGE plpgsql STABLE AS
$$
DECLARE
    found standin.clusters := standin.find_cluster(cluster_name);
BEGIN
    IF found.managed THEN
        PERFORM standin.fail('XX000', format('cannot modify managed cluster %s', cluster_name));
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION standin.find_replica(parts text[]) RETURNS standin.all_replicas LANGUAGE plpgsql STABLE AS
$$
DECLARE
    place standin.clusters := standin.find_cluster(parts[1]);
    found standin.all_replicas;
BEGIN
    SELECT * INTO found FROM standin.all_replicas WHERE cluster_id = place.id AND name = parts[2];
    IF found.id IS NULL THEN
        PERFORM standin.fail('XX000', format('unknown cluster replica ''%s''', parts[2]));
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION standin.create_replica(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    place standin.clusters := standin.unmanaged(args->'name'->>0);
BEGIN
    PERFORM standin.must_own('CLUSTER', place.name, place.owner_id);
    IF EXISTS (SELECT FROM standin.all_replicas WHERE cluster_id = place.id AND name = args->'name'->>1) THEN
        PERFORM standin.fail('XX000', format('cluster replica ''%s.%s'' already exists', place.name, args->'name'->>1));
    END IF;
    PERFORM standin.check_size(args->'options'->>'SIZE');
    PERFORM standin.add_replica(place, args->'name'->>1, args->'options'->>'SIZE');
END
$$;

CREATE FUNCTION standin.rename_replica(args jsonb) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    place standin.clusters := standin.unmanaged(args->'name'->>0);
    target standin.all_replicas := standin.find_replica(standin.parts(args->'name'));
BEGIN
    PERFORM standin.must_own('CLUSTER', place.name, place.owner_id);
    UPDATE standin.all_replicas SET name = args->>'to' WHERE id = target.id;
    PERFORM standin.audit('alter', 'cluster-replica', jsonb_build_object('cluster_id', place.id, 'replica_id', target.id, 'old_name', target.name, 'new_name', args->>'to'));
END
$$;

CREATE FUNCTION standin.drop_replica(parts text[]) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    place standin.clusters := standin.unmanaged(parts[1]);
    target standin.all_replicas := standin.find_replica(parts);
BEGIN
    PERFORM standin.must_own('CLUSTER', place.name, place.owner_id);
    DELETE FROM standin.all_replicas WHERE id = target.id;
    PERFORM standin.audit('drop', 'cluster-replica', jsonb_build_object('cluster_id', place.id, 'cluster_name', place.name, 'replica_id', target.id, 'replica_name', target.name));
END
$$;

-- ---- what a test may let happen to a replica ----
-- It goes offline now and comes back after DOWN seconds; what is hydrated stays told as hydrated (verified.md, correction 7).
CREATE FUNCTION standin_control.crash(cluster_name text, replica_name text, reason text DEFAULT NULL, down double precision DEFAULT 5) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target standin.all_replicas := standin.find_replica(ARRAY[cluster_name, replica_name]);
BEGIN
    INSERT INTO standin.status_history VALUES (target.id, 0, 'offline', reason, standin.now()),
        (target.id, 0, 'online', NULL, standin.now() + make_interval(secs => down));
END
$$;

-- It is killed for its memory TIMES times, every EVERY seconds, and comes back a second later each time.
CREATE FUNCTION standin_control.oom_loop(cluster_name text, replica_name text, times integer, every double precision) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    target standin.all_replicas := standin.find_replica(ARRAY[cluster_name, replica_name]);
BEGIN
    INSERT INTO standin.status_history
    SELECT target.id, 0, s.status, s.reason, standin.now() + make_interval(secs => n * every + s.later)
    FROM generate_series(0, times - 1) n CROSS JOIN (VALUES ('offline', 'oom-killed', 0), ('online', NULL, 1)) s(status, reason, later);
END
$$;
