#!/usr/bin/env python3
"""Statements and relations that no transcript holds, by the rules of the facts: what reaches outside, clusters that
change, rights, lists. Each test has the same server, and objects of its own."""
import threading
import time

import psycopg2

from one_server import run, stories


class Client:
    """One session that notes SQLSTATE and text of an error instead of raising it."""

    def __init__(self, standin, user="materialize"):
        self.connection = standin.connect(user)

    def __call__(self, statement, *values):
        with self.connection.cursor() as cursor:
            try:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else cursor.statusmessage
            except psycopg2.Error as error:
                return "%s %s" % (error.pgcode, str(error).split("\n")[0])


def secrets_are_never_read_back(sql, standin):
    assert sql("CREATE SECRET password AS 'very secret'") == "CREATE SECRET"
    assert sql("CREATE SECRET other AS 'a' || 'b'") == "XX000 AS must have type bytea, not type text"
    assert sql("ALTER SECRET password AS 'even more'") == "ALTER SECRET"
    assert [row[0] for row in sql("SHOW SECRETS")] == ["password"]
    everything = str([sql("SELECT * FROM %s" % r) for r in ("mz_secrets", "mz_objects", "mz_audit_events")])
    assert "very secret" not in everything and "even more" not in everything
    sql("CREATE CONNECTION upstream TO POSTGRES (HOST 'db', DATABASE 'shop', USER 'u', PASSWORD SECRET password)")
    assert sql("DROP SECRET password").startswith('XX000 cannot drop secret "password": still depended upon by connection "upstream"')


def what_reads_and_writes_has_its_table_for_itself(sql, standin):
    sql("CREATE TABLE once (id int)")
    clients = [Client(standin) for _ in range(20)]
    statement = "INSERT INTO once SELECT CAST(c1 AS int) FROM (VALUES ('1'), ('2')) AS given (c1), (SELECT max(n) FROM generate_series(1, 300000) AS g (n)) AS slow WHERE (SELECT count(*) FROM once) = 0"
    answers = []
    threads = [threading.Thread(target=lambda c=c: answers.append(c(statement))) for c in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["INSERT 0 0"] * 19 + ["INSERT 0 2"], answers
    assert sql("SELECT id FROM once ORDER BY id") == [(1,), (2,)]


def sources_hold_what_is_upstream(sql, standin):
    sql("CREATE CLUSTER ingest SIZE '25cc'")
    sql("CREATE CONNECTION shop TO POSTGRES (HOST 'db', DATABASE 'shop', USER 'u') WITH (VALIDATE = false)")
    sql("INSERT INTO standin_control.upstream (connection, reference, columns) VALUES ('shop', 'public.orders', 'id int, total numeric'), ('shop', 'public.items', 'id int')")
    refused = sql("CREATE SOURCE pg IN CLUSTER ingest FROM POSTGRES CONNECTION shop (PUBLICATION 'p') FOR TABLES (public.nope)")
    assert refused == "XX000 reference to public.nope not found in source", refused
    assert sql("CREATE SOURCE pg IN CLUSTER ingest FROM POSTGRES CONNECTION shop (PUBLICATION 'p') FOR TABLES (public.orders AS o)") == "CREATE SOURCE"
    assert sql("SHOW SUBSOURCES ON pg") == [("o", "subsource"), ("pg_progress", "progress")]
    assert sql("SELECT id, total FROM o") == []
    assert sql("CREATE TABLE items FROM SOURCE pg (REFERENCE public.items)") == "CREATE TABLE"
    found = sql("SELECT s.name, s.type, c.name FROM mz_sources s LEFT JOIN mz_connections c ON c.id = s.connection_id WHERE s.name IN ('pg', 'o') ORDER BY 1")
    assert found == [("o", "subsource", None), ("pg", "postgres", "shop")], found
    sql("INSERT INTO standin_control.statuses (pattern, status, error) VALUES ('public.pg', 'stalled', 'connection refused')")
    assert sql("SELECT status, error FROM mz_internal.mz_source_statuses WHERE name = 'pg'") == [("stalled", "connection refused")]
    assert sql("DROP CONNECTION shop").startswith("XX000 cannot drop connection")
    assert sql("DROP SOURCE pg CASCADE") == "DROP SOURCE"
    assert sql("SELECT count(*) FROM mz_objects WHERE name IN ('pg', 'o', 'items', 'pg_progress')") == [(0,)]


def a_topic_and_a_webhook_are_relations(sql, standin):
    sql("CREATE CLUSTER streams SIZE '25cc'")
    sql("CREATE CONNECTION broker TO KAFKA (BROKER 'b:9092', SECURITY PROTOCOL = 'PLAINTEXT') WITH (VALIDATE = false)")
    assert sql("CREATE SOURCE events IN CLUSTER streams FROM KAFKA CONNECTION broker (TOPIC 'events') FORMAT JSON") == "CREATE SOURCE"
    assert sql("SELECT name, type FROM mz_columns WHERE id = (SELECT id FROM mz_sources WHERE name = 'events')") == [("data", "jsonb")]
    assert sql("SELECT topic FROM mz_kafka_sources k JOIN mz_sources s ON s.id = k.id WHERE s.name = 'events'") == [("events",)]
    assert sql("CREATE SOURCE hook IN CLUSTER streams FROM WEBHOOK BODY FORMAT JSON INCLUDE HEADERS") == "CREATE SOURCE"
    assert [r[0] for r in sql("SHOW COLUMNS FROM hook")] == ["body", "headers"]
    assert sql("CREATE TABLE hooked FROM WEBHOOK BODY FORMAT TEXT") == "CREATE TABLE"


def a_sink_goes_on_with_another_input(sql, standin):
    sql("CREATE CLUSTER outs SIZE '25cc'")
    sql("CREATE CONNECTION out TO KAFKA (BROKER 'b:9092') WITH (VALIDATE = false)")
    sql("CREATE TABLE raw (id int)")
    sql("CREATE MATERIALIZED VIEW old_totals IN CLUSTER outs AS SELECT id FROM raw")
    sql("CREATE MATERIALIZED VIEW new_totals IN CLUSTER outs AS SELECT id FROM raw WHERE id > 0")
    sql("CREATE MATERIALIZED VIEW wide IN CLUSTER outs AS SELECT id, 1 AS more FROM raw")
    sql("CREATE VIEW plain AS SELECT id FROM raw")
    assert "cannot be exported as a sink" in sql("CREATE SINK s IN CLUSTER outs FROM plain INTO KAFKA CONNECTION out (TOPIC 't') FORMAT JSON ENVELOPE DEBEZIUM")
    assert sql("CREATE SINK s IN CLUSTER outs FROM old_totals INTO KAFKA CONNECTION out (TOPIC 't') FORMAT JSON ENVELOPE DEBEZIUM") == "CREATE SINK"
    before = sql("SELECT id, type, envelope_type FROM mz_sinks WHERE name = 's'")
    assert before[0][1:] == ("kafka", "debezium")
    assert sql("DROP MATERIALIZED VIEW old_totals").startswith('XX000 cannot drop materialized view "old_totals": still depended upon by sink "s"')
    assert sql("ALTER SINK s SET FROM wide").startswith("XX000")
    assert sql("ALTER SINK s SET FROM new_totals") == "ALTER SINK"
    assert sql("SELECT id, type, envelope_type FROM mz_sinks WHERE name = 's'") == before
    assert '"new_totals"' in sql("SELECT create_sql FROM mz_sinks WHERE name = 's'")[0][0]
    assert sql("DROP MATERIALIZED VIEW old_totals") == "DROP MATERIALIZED VIEW"
    assert sql("DROP CLUSTER outs").startswith('XX000 cannot drop cluster "outs" because other objects depend on it')


def a_resized_cluster_is_of_two_shapes_for_a_while(sql, standin):
    sql("SELECT standin_control.set_clock_factor(1)")
    sql("CREATE CLUSTER shape SIZE '25cc'")
    sql("CREATE TABLE shaped (id int)")
    sql("CREATE MATERIALIZED VIEW on_shape IN CLUSTER shape AS SELECT id FROM shaped")
    assert sql("ALTER CLUSTER shape SET (SIZE '100cc')") == "ALTER CLUSTER"
    replicas = "SELECT r.name, r.size FROM mz_cluster_replicas r JOIN mz_clusters c ON c.id = r.cluster_id WHERE c.name = 'shape' ORDER BY 1"
    state = "SELECT r.status FROM mz_internal.mz_cluster_reconfigurations r JOIN mz_clusters c ON c.id = r.cluster_id WHERE c.name = 'shape'"
    assert sql("SELECT size FROM mz_clusters WHERE name = 'shape'") == [("25cc",)]
    assert sql(replicas) == [("r1", "25cc"), ("r2", "100cc")]
    assert sql(state) == [("in-progress",)]
    assert sql("ALTER CLUSTER shape SET (REPLICATION FACTOR 2)").startswith("55006")
    sql("SELECT standin_control.set_clock_factor(1000)")
    time.sleep(0.1)
    assert sql("SELECT size FROM mz_clusters WHERE name = 'shape'") == [("100cc",)]
    assert sql(replicas) == [("r2", "100cc")]
    assert sql(state) == [("finalized",)]
    assert sql("ALTER CLUSTER shape SET (REPLICATION FACTOR 2)") == "ALTER CLUSTER"
    assert sql(replicas) == [("r1", "100cc"), ("r2", "100cc")]


def a_resize_is_called_off_by_the_old_size(sql, standin):
    sql("SELECT standin_control.set_clock_factor(1)")
    sql("CREATE CLUSTER undecided SIZE '25cc'")
    sql("ALTER CLUSTER undecided SET (SIZE '100cc')")
    assert sql("ALTER CLUSTER undecided SET (SIZE '25cc')") == "ALTER CLUSTER"
    assert sql("SELECT r.name, r.size FROM mz_cluster_replicas r JOIN mz_clusters c ON c.id = r.cluster_id WHERE c.name = 'undecided'") == [("r1", "25cc")]
    assert sql("SELECT r.status FROM mz_internal.mz_cluster_reconfigurations r JOIN mz_clusters c ON c.id = r.cluster_id WHERE c.name = 'undecided'") == [("cancelled",)]


def replicas_by_hand_are_of_unmanaged_clusters(sql, standin):
    assert sql("CREATE CLUSTER byhand REPLICAS (a (SIZE '25cc'), b (SIZE = '50cc'))") == "CREATE CLUSTER"
    assert sql("CREATE CLUSTER REPLICA byhand.c (SIZE '25cc')") == "CREATE CLUSTER REPLICA"
    assert sql("ALTER CLUSTER REPLICA byhand.c RENAME TO d") == "ALTER CLUSTER REPLICA"
    assert sql("DROP CLUSTER REPLICA byhand.a") == "DROP CLUSTER REPLICA"
    assert sql("SELECT r.name FROM mz_cluster_replicas r JOIN mz_clusters c ON c.id = r.cluster_id WHERE c.name = 'byhand' ORDER BY 1") == [("b",), ("d",)]
    assert sql("SELECT managed, size, replication_factor FROM mz_clusters WHERE name = 'byhand'") == [(False, None, None)]
    assert sql("CREATE CLUSTER REPLICA quickstart.r9 (SIZE '25cc')") == "XX000 cannot modify managed cluster quickstart"


def options_of_a_cluster_are_shown_where_materialize_shows_them(sql, standin):
    sql("CREATE CLUSTER shown SIZE '25cc'")
    schedule = ("SELECT s.type, s.refresh_hydration_time_estimate::text, c.replication_factor FROM mz_internal.mz_cluster_schedules s "
                "JOIN mz_clusters c ON c.id = s.cluster_id WHERE c.name = 'shown'")
    assert [row[:2] for row in sql(schedule)] == [("manual", None)]
    strategy = "AUTO SCALING STRATEGY = (ON HYDRATION (HYDRATION SIZE = '100cc', LINGER DURATION = '90s'))"
    assert sql("ALTER CLUSTER shown SET (%s)" % strategy) == "ALTER CLUSTER"
    shown = "SELECT a.strategy::text FROM mz_internal.mz_cluster_auto_scaling_strategies a JOIN mz_clusters c ON c.id = a.cluster_id WHERE c.name = 'shown'"
    assert sql(shown) == [('{"on_hydration":{"hydration_size":"100cc","linger_duration":{"nanos":0,"secs":90}}}',)], sql(shown)
    assert sql("ALTER CLUSTER shown SET (AUTO SCALING STRATEGY = ())") == "ALTER CLUSTER" and sql(shown) == []
    assert sql("ALTER CLUSTER shown SET (SCHEDULE = ON REFRESH (HYDRATION TIME ESTIMATE = '1 hour'))") == "ALTER CLUSTER"
    assert [tuple(map(str, row)) for row in sql(schedule)] == [("on-refresh", "01:00:00", "0")], sql(schedule)
    assert "excludes REPLICATION FACTOR" in sql("ALTER CLUSTER shown SET (REPLICATION FACTOR 1)")
    assert sql("ALTER CLUSTER shown SET (SCHEDULE = MANUAL, REPLICATION FACTOR 1)") == "ALTER CLUSTER"
    assert [tuple(map(str, row)) for row in sql(schedule)] == [("manual", "None", "1")], sql(schedule)
    assert "for system users" in sql("ALTER CLUSTER shown SET (WORKLOAD CLASS = 'prod')")
    assert sql("ALTER CLUSTER shown SET (MANAGED = false)") == "ALTER CLUSTER"
    assert sql("SELECT managed, size, replication_factor FROM mz_clusters WHERE name = 'shown'") == [(False, None, None)]
    assert sql("SELECT r.size FROM mz_cluster_replicas r JOIN mz_clusters c ON c.id = r.cluster_id WHERE c.name = 'shown'") == [("25cc",)]


def a_crashed_replica_still_says_hydrated(sql, standin):
    sql("SELECT standin_control.set_clock_factor(1000)")
    sql("CREATE CLUSTER crashing SIZE '25cc'")
    sql("CREATE TABLE steady (id int)")
    sql("CREATE MATERIALIZED VIEW on_crashing IN CLUSTER crashing AS SELECT id FROM steady")
    time.sleep(0.1)
    sql("SELECT standin_control.set_clock_factor(1)")
    sql("SELECT standin_control.crash('crashing', 'r1', 'oom-killed', 3600)")
    status = "SELECT s.status, s.reason FROM mz_internal.mz_cluster_replica_statuses s JOIN mz_cluster_replicas r ON r.id = s.replica_id JOIN mz_clusters c ON c.id = r.cluster_id WHERE c.name = 'crashing'"
    assert sql(status) == [("offline", "oom-killed")], sql(status)
    assert sql("SELECT hydrated FROM mz_internal.mz_hydration_statuses h JOIN mz_objects o ON o.id = h.object_id WHERE o.name = 'on_crashing'") == [(True,)]
    sql("SELECT standin_control.set_clock_factor(100000)")
    time.sleep(0.1)
    assert sql(status) == [("online", None)]
    sql("SELECT standin_control.oom_loop('crashing', 'r1', 5, 60)")
    time.sleep(0.1)
    assert sql("SELECT count(*) FROM mz_internal.mz_cluster_replica_status_history WHERE reason = 'oom-killed'") == [(6,)]


def rights_come_through_roles(sql, standin):
    sql("CREATE ROLE team")
    sql("CREATE ROLE ada")
    assert sql("GRANT team TO ada") == "GRANT ROLE"
    ada = Client(standin, "ada")
    ada("SET enable_session_rbac_checks = true")
    denied = ada("CREATE CLUSTER adas SIZE '25cc'")
    assert denied == "42501 permission denied for SYSTEM", denied
    assert sql("GRANT CREATECLUSTER ON SYSTEM TO team") == "GRANT"
    assert sql("SELECT has_system_privilege('ada', 'CREATECLUSTER'), has_system_privilege('ada', 'CREATEDB')") == [(True, False)]
    assert ada("CREATE CLUSTER adas SIZE '25cc'") == "CREATE CLUSTER"
    assert ada("CREATE SCHEMA adas").startswith("42501 permission denied for DATABASE")
    assert ada("GRANT CREATEDB ON SYSTEM TO ada").startswith("42501"), "only a superuser gives these away"
    assert ada("ALTER DEFAULT PRIVILEGES FOR ROLE materialize GRANT SELECT ON TABLES TO ada") == '42501 must be a member of "materialize"'
    sql("CREATE SCHEMA teams")
    sql("CREATE TABLE teams.secret (id int)")
    assert ada("SELECT * FROM teams.secret") == '42501 permission denied for SCHEMA "materialize.teams"'
    sql("GRANT USAGE ON SCHEMA teams TO team")
    assert ada("SELECT * FROM teams.secret") == '42501 permission denied for TABLE "materialize.teams.secret"'
    sql("GRANT SELECT ON teams.secret TO team")
    assert ada("SELECT * FROM teams.secret") == []
    assert ada("INSERT INTO teams.secret VALUES (1)") == '42501 permission denied for TABLE "materialize.teams.secret"'
    sql("GRANT INSERT ON teams.secret TO team")
    assert ada("INSERT INTO teams.secret VALUES (1)") == "INSERT 0 1"
    assert ada("DELETE FROM teams.secret") == '42501 permission denied for TABLE "materialize.teams.secret"'
    sql("CREATE CLUSTER closed SIZE '25cc'")
    ada("SET cluster = closed")
    assert ada("SELECT * FROM teams.secret") == '42501 permission denied for CLUSTER "closed"'
    assert ada("COMMENT ON TABLE teams.secret IS 'x'") == "42501 must be owner of TABLE materialize.teams.secret"
    sql("CREATE TABLE teams.t (id int)")
    sql("ALTER TABLE teams.t OWNER TO team")
    assert ada("COMMENT ON TABLE teams.t IS 'ours'") == "COMMENT"
    assert ("ada", "team") in [(m, r) for r, m, _ in sql("SHOW ROLE MEMBERSHIP")]


def what_a_role_owns_can_be_handed_on(sql, standin):
    sql("CREATE ROLE leaver")
    sql("CREATE ROLE heir")
    sql("CREATE SCHEMA theirs")
    sql("CREATE TABLE theirs.t (id int)")
    sql("ALTER TABLE theirs.t OWNER TO leaver")
    sql("ALTER SCHEMA theirs OWNER TO leaver")
    assert sql("REASSIGN OWNED BY leaver TO heir") == "REASSIGN OWNED"
    owner = "SELECT r.name FROM mz_tables t JOIN mz_roles r ON r.id = t.owner_id WHERE t.name = 't' AND t.schema_id = (SELECT id FROM mz_schemas WHERE name = 'theirs')"
    assert sql(owner) == [("heir",)]
    assert sql("DROP OWNED BY heir CASCADE") == "DROP OWNED"
    assert sql("SELECT count(*) FROM mz_schemas WHERE name = 'theirs'") == [(0,)]


def grants_on_all_tables(sql, standin):
    sql("CREATE SCHEMA many")
    sql("CREATE ROLE looker")
    sql("CREATE TABLE many.a (id int)")
    sql("CREATE VIEW many.b AS SELECT id FROM many.a")
    assert sql("GRANT SELECT ON ALL TABLES IN SCHEMA many TO looker") == "GRANT"
    assert sql("SELECT has_table_privilege('looker', 'many.a', 'SELECT'), has_table_privilege('looker', 'many.b', 'SELECT')") == [(True, True)]
    granted = sql("SHOW PRIVILEGES ON TABLES FOR looker")
    assert ("materialize", "looker", "materialize", "many", "a", "table", "SELECT") in granted, granted


def lists_are_filtered(sql, standin):
    sql("CREATE SCHEMA listed")
    for name in ("apple", "avocado", "beet"):
        sql("CREATE TABLE listed.%s (id int)" % name)
    sql("COMMENT ON TABLE listed.beet IS 'red'")
    assert sql("SHOW TABLES FROM listed LIKE 'a%'") == [("apple", ""), ("avocado", "")]
    assert sql("SHOW TABLES FROM listed WHERE comment <> ''") == [("beet", "red")]
    assert ("cluster", "quickstart") in [r[:2] for r in sql("SHOW ALL")]
    sql("SET cluster = mz_catalog_server")
    assert sql("SELECT current_setting('cluster')") == [("mz_catalog_server",)]
    sql("SET cluster = quickstart")


def a_function_of_rows_gives_columns(sql, standin):
    sql("CREATE SCHEMA exploded")
    sql("CREATE ROLE visitor")
    sql("GRANT USAGE ON SCHEMA exploded TO visitor")
    found = sql("SELECT (x).grantee FROM (SELECT mz_internal.mz_aclexplode(privileges) AS x FROM mz_schemas WHERE name = 'exploded') y")
    same = sql("SELECT mz_internal.mz_aclexplode(s.privileges).grantee FROM mz_schemas s WHERE s.name = 'exploded'")
    assert same == found and found, (same, found)
    assert all(row[3] is False for row in sql("SELECT mz_internal.mz_aclexplode(s.privileges).* FROM mz_schemas s WHERE s.name = 'exploded'"))


def now_is_comparable_with_moments(sql, standin):
    assert sql("SELECT now() - interval '1 hour' < mz_now(), mz_now() > '2020-01-01'::timestamptz, mz_now() = mz_now()") == [(True, True, True)]


def information_schema_has_the_names_of_people(sql, standin):
    sql("CREATE SCHEMA informed")
    sql("CREATE TABLE informed.t (id int NOT NULL, at timestamptz)")
    sql("CREATE MATERIALIZED VIEW informed.m AS SELECT id FROM informed.t")
    assert sql("SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'informed' AND table_name = 't' ORDER BY ordinal_position") == [
        ("id", "integer", "NO"), ("at", "timestamp with time zone", "YES")]
    assert sql("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'informed' ORDER BY 1") == [("m", "MATERIALIZED VIEW"), ("t", "BASE TABLE")]
    assert sql("SELECT count(*) FROM information_schema.tables WHERE table_schema LIKE 'standin%'") == [(0,)]
    assert sql("SELECT c.oid = o.oid, c.relkind FROM pg_class c JOIN mz_objects o ON o.name = c.relname WHERE c.relname = 'm'") == [(True, "m")]


def a_fault_counts_the_statements_of_whom_it_is_meant_for(sql, standin):
    sql("INSERT INTO standin_control.faults (application, pattern, nth, action, sqlstate) VALUES ('controller%', '%', 2, 'refuse', '40001')")
    controller = Client(standin)
    controller("SET application_name = 'controller 7'")
    assert [sql("SELECT 1"), sql("SELECT 2"), sql("SELECT 3")] == [[(1,)], [(2,)], [(3,)]]
    assert controller("SELECT 1") == [(1,)]
    assert controller("SELECT 2").startswith("40001 "), "the second of its statements is refused"
    assert controller("SELECT 3") == [(3,)]
    assert sql("SELECT hits FROM standin_control.faults WHERE application = 'controller%'") == [(3,)]
    sql("SELECT standin_control.reset()")


def a_reset_leaves_no_rule_behind(sql, standin):
    rules = {"hydration": "(pattern, seconds) VALUES ('nobody.%', 9)", "lag": "(pattern, seconds) VALUES ('nobody.%', 9)",
             "errors": "(pattern, count) VALUES ('nobody.%', 9)", "upstream": "(connection, reference, columns) VALUES ('nobody', 'a.b', 'c int')",
             "statuses": "(pattern, status) VALUES ('nobody.%', 'stalled')", "faults": "(pattern, action) VALUES ('nobody', 'delay')"}
    for table, rule in rules.items():
        sql("INSERT INTO standin_control.%s %s" % (table, rule))
        assert sql("SELECT count(*) > 0 FROM standin_control.%s" % table) == [(True,)], table
    sql("SELECT standin_control.reset()")
    assert {t: sql("SELECT count(*) FROM standin_control.%s" % t) for t in rules} == {t: [(0,)] for t in rules}


def altering_what_may_be_missing_is_no_error(sql, standin):
    for statement, tag in [("ALTER VIEW IF EXISTS missing RENAME TO other", "ALTER VIEW"), ("ALTER SCHEMA IF EXISTS missing OWNER TO materialize", "ALTER SCHEMA"),
                           ("ALTER CLUSTER IF EXISTS missing SET (REPLICATION FACTOR 2)", "ALTER CLUSTER")]:
        assert sql(statement) == tag, sql(statement)
    assert sql("ALTER VIEW missing RENAME TO other") == "XX000 unknown catalog item 'missing'"
    assert sql("RESET ALL") == '42704 unrecognized configuration parameter "\\"all\\""', sql("RESET ALL")


def what_is_not_known_is_not_taken_for_materialize(sql, standin):
    for statement in ("EXPLAIN SELECT 1", "SELECT * FROM mz_internal.mz_never_heard_of", "SELECT name FROM (SHOW TABLES)", "SELECT 1 AS OF AT LEAST 0"):
        assert " standin: " in sql(statement), sql(statement)


run(stories(globals(), "sql"), lambda standin: (Client(standin), standin))
