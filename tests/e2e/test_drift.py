"""Somebody else's hands: what changes in Materialize behind Cutover's back is seen and told, and nothing else is."""
import json
import re
import shutil
import subprocess

from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def resize(world, size):
    """A cluster gets its new size some time after the statement that asks for it."""
    world.sql("ALTER CLUSTER compute SET (SIZE '%s')" % size)
    world.wait_for("cluster compute of size " + size, lambda: world.sql(
        "SELECT count(*) FROM mz_clusters c WHERE name = 'compute' AND size = '%s' AND NOT EXISTS (SELECT 1 FROM "
        "mz_internal.mz_cluster_reconfigurations r WHERE r.cluster_id = c.id AND r.status = 'in-progress')" % size)[0][0])


def drift(world, expect):
    document = json.loads(world.cutover("drift", "--output", "json", expect=expect))
    assert document["schema"] == "cutover.drift/1" and document["environment"] == "production"
    return [(d["object"], d["what"]) for d in document["drift"]]


def events(world):
    rows = world.sql("SELECT body FROM cutover.log WHERE kind = 'event' ORDER BY at, writer, seq")
    bodies = [r[0] if isinstance(r[0], dict) else json.loads(r[0]) for r in rows]
    return [b["event"] for b in bodies if b["name"].startswith("environment.drift")]


def passes(world, count=3):
    for _ in range(count):
        world.cutover("run", "--once")


def a_dropped_index_is_seen_with_who_and_when(world):
    world.apply()
    assert world.cutover("drift", expect=0) == "production: no drift, generation 1 is as deployed.\n"
    world.sql("CREATE ROLE ada SUPERUSER")
    world.sql("DROP INDEX shop.daily_day_idx", user="ada")
    line = world.cutover("drift", expect=2).strip()
    assert line.startswith("shop.daily_day_idx   index dropped, 20") and line.endswith("UTC, role ada"), line
    found = json.loads(world.cutover("drift", "--output", "json", expect=2))["drift"]
    assert [(d["object"], d["kind"], d["what"], d["by"]) for d in found] == [("shop.daily_day_idx", "indexes", "index dropped", "ada")]
    assert found[0]["seen_at"].endswith("Z")


def each_kind_is_told_apart(world):
    world.apply()
    resize(world, "50cc")
    assert drift(world, 2) == [("compute", "cluster has size 50cc, deployed as 25cc")]
    resize(world, "25cc")
    assert drift(world, 0) == []
    world.sql("ALTER VIEW reports.by_customer RENAME TO by_somebody")
    assert drift(world, 2) == [("reports.by_customer", "view renamed to reports.by_somebody")]
    world.sql("ALTER VIEW reports.by_somebody RENAME TO by_customer")
    world.sql("DROP VIEW reports.by_customer")
    assert drift(world, 2) == [("reports.by_customer", "view dropped")]
    said = [r["text"] for o in world.plan(expect=2)["objects"] if o["name"] == "by_customer" for r in o["reasons"]]
    assert said == ["was in production and is gone: it is made again"], said
    world.sql("CREATE VIEW reports.by_customer AS SELECT 1 AS customer_id")
    assert drift(world, 2) == [("reports.by_customer", "view replaced by another view")]
    world.sql("ALTER CLUSTER compute RENAME TO computing")
    assert ("compute", "cluster renamed to computing") in drift(world, 2)


def people_are_told_once_and_again_when_it_is_gone(world):
    world.apply()
    passes(world)
    assert not events(world), "nothing has drifted"
    resize(world, "50cc")
    passes(world)
    told = events(world)
    assert [e["type"] for e in told] == ["io.cutover.environment.drift"]
    assert told[0]["data"]["objects"][0]["what"] == "cluster has size 50cc, deployed as 25cc"
    assert sum("drift: compute cluster has size 50cc" in text for text in world.receiver.texts()) == 1, world.receiver.texts()
    assert "Drift: 1 object, see cutover drift." in world.cutover("status", expect=(0, 2, 3))
    resize(world, "25cc")
    passes(world)
    assert [e["type"] for e in events(world)] == ["io.cutover.environment.drift", "io.cutover.environment.drift_gone"]
    assert world.status()["drift"] == []


def an_index_goes(world):
    world.sql("CREATE ROLE ada SUPERUSER")
    world.sql("DROP INDEX shop.daily_day_idx", user="ada")
    passes(world)
    told = events(world)
    assert [e["type"] for e in told] == ["io.cutover.environment.drift"], told
    assert [(o["what"], o["by"]) for o in told[0]["data"]["objects"]] == [("index dropped", "ada")]
    assert "Drift: 1 object, see cutover drift." in world.cutover("status", expect=(2, 3))
    assert [d["object"] for d in world.status()["drift"]] == ["shop.daily_day_idx"]


def drift_is_told_while_a_refused_commit_waits(world):
    world.apply()
    world.sql("CREATE VIEW public.mine AS SELECT * FROM shop.orders_clean")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    passes(world)
    assert world.phases()[-1] == "pending" and not events(world), "a commit that waits is no drift"
    an_index_goes(world)


def drift_is_told_when_a_commit_has_failed(world):
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amuont > 5")
    world.repository.commit("Mistype")
    world.cutover("apply", "--yes", expect=1)
    passes(world)
    assert world.phases()[-1] == "failed" and not events(world), "what a failed commit built is no drift"
    an_index_goes(world)


def drift_is_told_before_a_commit_that_says_nothing_of_it_undoes_it(world):
    world.apply()
    world.repository.write("README.md", "How we sell")
    world.repository.commit("Say what this is")
    passes(world)
    assert not events(world)
    an_index_goes(world)


def what_was_dropped_by_hand_and_then_in_git_is_no_drift(world):
    world.apply()
    world.sql("DROP VIEW reports.by_customer")
    passes(world)
    assert drift(world, 2) == [("reports.by_customer", "view dropped")]
    world.repository.remove("models/reports/by_customer.sql")
    world.repository.commit("Nobody reads it")
    passes(world)
    assert drift(world, 0) == [] and world.status()["drift"] == []
    assert [e["type"] for e in events(world)] == ["io.cutover.environment.drift", "io.cutover.environment.drift_gone"]
    assert "nothing to do" in world.cutover("plan", expect=0)


def who_only_looks_is_not_told_of_a_deployment_that_does_not_come(world):
    world.apply()
    world.sql("DROP INDEX shop.daily_day_idx")
    assert "nothing to do. Drift: 1 object, see cutover drift." in world.cutover("status", expect=0)


def apply_does_not_ask_whether_to_heal_and_says_so(world):
    world.apply()
    world.sql("DROP INDEX shop.daily_day_idx")
    for args in (["apply"], ["apply", "--yes"]):
        text = world.cutover(*args, expect=3)
        assert "stays so: what differs is drift, which cutover.yaml does not say to heal" in text, text
        assert "Carry it out?" not in world.stderr
    assert "warning CO4209: nothing of this is done yet: what differs is drift" in world.cutover("plan", expect=2)
    assert drift(world, 2) == [("shop.daily_day_idx", "index dropped")]


def what_lies_in_another_database_is_called_so(world):
    world.repository.edit("models/reports/top_items.sql", "materialized='materialized_view'", "materialized='materialized_view', database='second'")
    world.repository.commit("Keep what is reported apart")
    text = world.cutover("plan", expect=3)
    assert "CO4119: second.reports.top_items is of database second, which does not exist (models/reports/top_items.sql:1)" in text, text
    world.sql("CREATE DATABASE second")
    assert "schemas shop, reports, second.reports;" in world.cutover("plan", expect=2)
    world.apply()
    world.sql("DROP DATABASE second CASCADE")
    assert drift(world, 2) == [("second.reports", "schema dropped")]


def one_who_only_wants_a_report_is_not_told(world):
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 4m\n    drift: report")
    world.repository.commit("Report drift only")
    world.apply()
    world.sql("DROP INDEX shop.daily_day_idx")
    passes(world)
    assert not events(world)
    assert drift(world, 2) == [("shop.daily_day_idx", "index dropped")]


def what_is_not_drift_is_not_called_so(world):
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    assert drift(world, 0) == [], "a commit that waits is no drift"
    world.apply()
    assert drift(world, 0) == [], "a cutover is no drift"
    world.standin.stop()
    world.standin.start()
    assert drift(world, 0) == [], "a restart is no drift"
    world.sql("CREATE SCHEMA elsewhere")
    world.sql("CREATE VIEW elsewhere.mine AS SELECT 1 AS x")
    world.sql("CREATE VIEW public.mine AS SELECT 1 AS x")
    assert drift(world, 0) == [], "what lies outside is no drift"
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 6")
    world.repository.commit("Leave more out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    assert drift(world, 0) == [], "the old side that soaks is no drift"
    world.apply()
    passes(world)
    assert not events(world)


def in_the_middle_of_a_cutover_drift_cannot_be_told(world):
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "cutting_over", expect=(0, 2))
    world.cutover("drift", expect=1)
    assert "CO5051" in world.stderr and "a deployment is under way" in world.stderr


def drift_is_told_while_the_old_side_soaks(world):
    """A soak may take days: who drops an index of what is live meanwhile is told of, and the way back stays what it is."""
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 2d")
    world.repository.commit("Soak for two days")
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    passes(world)
    assert not events(world), "a cutover is no drift"
    an_index_goes(world)
    assert world.phases()[-1] == "soaking", world.phases()
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    passes(world)
    assert drift(world, 0) == [], "the index of the restored side was never dropped"
    assert [e["type"] for e in events(world)][-1] == "io.cutover.environment.drift_gone"


def after_a_rollback_the_restored_side_is_what_counts(world):
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    assert drift(world, 0) == [], "a rollback is no drift"
    world.sql("DROP INDEX shop.daily_day_idx")
    assert drift(world, 2) == [("shop.daily_day_idx", "index dropped")]


def deploy_with(world, word):
    """A project that grants and describes, under the given word or map for drift."""
    world.sql("CREATE ROLE analyst")
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 4m\n    drift: " + word)
    world.repository.edit("models/shop/daily.sql", "materialized='materialized_view'",
                          "materialized='materialized_view', grants={'select': ['analyst']}, "
                          "post_hook='comment on column {{ this }}.day is \\'of the order\\''")
    world.repository.commit("Grant, describe, and say what to do about drift")
    world.apply()
    assert drift(world, 0) == []


def healed(world, generation):
    return world.marker().startswith("cutover_production_g%d_" % generation) and world.phases()[-1] == "live"


def what_is_healed_is_told_and_brought_back(world):
    deploy_with(world, "heal")
    world.sql("REVOKE SELECT ON shop.daily FROM analyst")
    world.sql("COMMENT ON COLUMN shop.daily.day IS NULL")
    assert drift(world, 2) == [("shop.daily", "SELECT revoked from analyst"), ("shop.daily", "comment on column day removed")]
    plan = world.plan(expect=2)
    assert {(o["kind"], o["reasons"][0]["cause"]) for o in plan["objects"]} == {("grant", "drift"), ("comment", "drift")}, plan["objects"]
    before = world.sql("SELECT id FROM mz_objects WHERE name = 'daily'")
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 2))
    assert drift(world, 0) == [] and world.plan(expect=0)["outcome"] == "nothing"
    assert world.sql("SELECT id FROM mz_objects WHERE name = 'daily'") == before, "nothing is rebuilt for a grant"
    passes(world)
    assert [e["type"].split(".")[-1] for e in events(world)] == ["drift", "drift_gone"]
    assert healed(world, 2), "it is healed once"


def owner(world, schema, name):
    return world.sql("SELECT r.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id JOIN mz_roles r ON r.id = o.owner_id "
                     "WHERE s.name = '%s' AND o.name = '%s'" % (schema, name))[0][0]


def another_owner_is_seen_and_the_next_deployment_takes_it_along(world):
    """Nobody declares owners: what they are when a commit goes live is what was deployed."""
    world.apply()
    ours = owner(world, "shop", "daily")
    world.sql("CREATE ROLE team")
    world.sql("GRANT USAGE ON SCHEMA shop TO team")
    world.sql("GRANT SELECT ON ALL TABLES IN SCHEMA shop TO team")
    world.sql("ALTER MATERIALIZED VIEW shop.daily OWNER TO team")
    world.sql("ALTER VIEW reports.by_customer OWNER TO team")
    world.sql("ALTER SCHEMA reports OWNER TO team")
    changed = "owned by team, deployed as %s's" % ours
    assert sorted(drift(world, 2)) == [("reports", changed), ("reports.by_customer", changed), ("shop.daily", changed)]
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    assert "owner" not in {o["kind"] for o in world.plan(expect=2)["objects"]}
    world.apply()
    assert drift(world, 0) == [], "green was given to the team as production was"
    assert owner(world, "shop", "daily") == owner(world, "reports", "by_customer") == "team"
    world.sql("ALTER VIEW reports.by_customer OWNER TO %s" % ours)
    assert drift(world, 2) == [("reports.by_customer", "owned by %s, deployed as team's" % ours)]


def an_owner_is_healed(world):
    deploy_with(world, "heal")
    ours = owner(world, "shop", "daily")
    world.sql("CREATE ROLE team")
    world.sql("ALTER MATERIALIZED VIEW shop.daily OWNER TO team")
    world.sql("ALTER CLUSTER compute OWNER TO team")
    plan = world.plan(expect=2)
    assert [(o["kind"], o["owner"], o["reasons"][0]["cause"]) for o in plan["objects"]] == [("owner", ours, "drift")] * 2, plan["objects"]
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 2))
    assert drift(world, 0) == [] and owner(world, "shop", "daily") == ours
    assert world.plan(expect=0)["outcome"] == "nothing"


def an_owner_who_changes_while_a_deployment_ends_is_not_taken_back(world):
    world.apply()
    ours = owner(world, "reports", "by_customer")
    world.sql("CREATE ROLE team")
    world.repository.edit("cutover.yaml", "compute: {size: 25cc}", "compute: {size: 50cc}")
    world.repository.commit("Grow")
    world.cutover("apply", "--yes", "--until", "repointing", expect=(0, 2))
    world.sql("ALTER VIEW reports.by_customer OWNER TO team")
    world.apply()
    assert owner(world, "reports", "by_customer") == "team", "only a healing gives owners back"
    assert drift(world, 2) == [("reports.by_customer", "owned by team, deployed as %s's" % ours)]


def options(world, cluster):
    return world.sql("SELECT introspection_interval::text, introspection_debugging FROM mz_clusters WHERE name = '%s'" % cluster)[0]


def a_clusters_options_are_taken_along_told_and_healed(world):
    deploy_with(world, "heal")
    world.sql("ALTER CLUSTER compute SET (INTROSPECTION INTERVAL = '5s')")
    assert drift(world, 2) == [("compute", "cluster has INTROSPECTION INTERVAL = '00:00:05', deployed with INTROSPECTION INTERVAL = '00:00:01'")]
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 2))
    assert drift(world, 0) == [] and options(world, "compute") == ("00:00:01", False)
    world.cutover("hold", "--reason", "we try an option")
    world.sql("ALTER CLUSTER compute SET (INTROSPECTION INTERVAL = '5s', INTROSPECTION DEBUGGING = true)")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("resume")
    world.apply()
    assert options(world, "compute") == ("00:00:05", True), "green was made as production was"
    assert drift(world, 0) == []


def told(world):
    found = json.loads(world.cutover("drift", "--output", "json", expect=2))["drift"]
    return [(d["object"], d["kind"], d["what"], d["by"]) for d in found]


STRATEGY = "AUTO SCALING STRATEGY = (ON HYDRATION (HYDRATION SIZE = '100cc', LINGER DURATION = '%s'))"


def a_clusters_schedule_and_scaling_are_told_and_healed(world):
    deploy_with(world, "heal")
    world.sql("CREATE ROLE ada SUPERUSER")
    world.sql("ALTER CLUSTER compute SET (SCHEDULE = ON REFRESH (HYDRATION TIME ESTIMATE = '10 minutes'))", user="ada")
    world.sql("ALTER CLUSTER serving SET (%s)" % STRATEGY % "1m", user="ada")
    assert told(world) == [
        ("compute", "clusters", "cluster has SCHEDULE = ON REFRESH (HYDRATION TIME ESTIMATE = '00:10:00'), deployed with SCHEDULE = MANUAL", "ada"),
        ("serving", "clusters", "cluster has %s, deployed with AUTO SCALING STRATEGY = ()" % STRATEGY % "60 seconds", "ada")], told(world)
    plan = world.cutover("plan", expect=2)
    assert "cluster compute: replication factor 0 to 1, SCHEDULE = MANUAL" in plan and "cluster serving: AUTO SCALING STRATEGY = ()" in plan, plan
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 2))
    assert drift(world, 0) == [] and world.plan(expect=0)["outcome"] == "nothing"
    assert world.sql("SELECT type FROM mz_internal.mz_cluster_schedules s JOIN mz_clusters c ON c.id = s.cluster_id WHERE c.name = 'compute'") == [("manual",)]
    assert int(world.sql("SELECT replication_factor FROM mz_clusters WHERE name = 'compute'")[0][0]) == 1, "it was switched off, and is to serve again"
    assert world.sql("SELECT * FROM mz_internal.mz_cluster_auto_scaling_strategies") == []
    passes(world)
    assert healed(world, 2), "it is healed once"


def what_was_there_when_a_commit_went_live_is_no_drift(world):
    world.repository.edit("cutover.yaml", "serving: {size: 25cc}", "serving: {size: 25cc, replication_factor: 1}")
    deploy_with(world, "heal")
    world.cutover("hold", "--reason", "we try options")
    world.sql("ALTER CLUSTER compute SET (%s)" % STRATEGY % "500ms")
    world.sql("ALTER CLUSTER serving SET (SCHEDULE = ON REFRESH)")
    assert len(drift(world, 2)) == 2
    world.repository.write("models/reports/refunds.sql", "{{ config(schema='reports') }}\nselect 1 as refund")
    world.repository.commit("Another view")
    world.cutover("resume")
    world.apply()
    assert drift(world, 0) == [], "taken as they are; whether a scheduled cluster is on is the server's business"
    world.standin.stop()
    world.standin.start()
    assert drift(world, 0) == [], "a restart is no drift"
    passes(world)
    assert healed(world, 2)
    world.sql("ALTER CLUSTER compute SET (AUTO SCALING STRATEGY = ())")
    assert drift(world, 2) == [("compute", "cluster has AUTO SCALING STRATEGY = (), deployed with %s" % STRATEGY % "0.500000000 seconds")]
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 3))
    assert drift(world, 0) == []


def an_option_that_only_the_system_gives_is_told_and_begins_no_healing(world):
    deploy_with(world, "heal")
    world.sql("ALTER CLUSTER compute SET (WORKLOAD CLASS = 'prod')", user="mz_system")
    assert told(world) == [("compute", "clusters", "cluster has WORKLOAD CLASS = 'prod', deployed with WORKLOAD CLASS = NULL", "mz_system")], told(world)
    assert world.cutover("drift", expect=2).strip().endswith('role mz_system:  not healed: ALTER CLUSTER "compute" RESET (WORKLOAD CLASS)')
    passes(world, 5)
    assert deployments(world) == 1 and healed(world, 1)
    world.sql("DROP INDEX shop.daily_day_idx")
    world.wait_for("the index", lambda: world.cutover("run", "--once") is not None and healed(world, 2))
    assert [what for _, what in drift(world, 2)] == ["cluster has WORKLOAD CLASS = 'prod', deployed with WORKLOAD CLASS = NULL"]
    passes(world, 5)
    assert healed(world, 2), "what can be healed is, once"


def deployments(world):
    return len(json.loads(world.cutover("history", "--output", "json"))["deployments"])


def a_cluster_that_is_not_managed_any_more_is_told_and_begins_no_healing(world):
    deploy_with(world, "heal")
    world.sql("CREATE ROLE ada SUPERUSER")
    world.sql("ALTER CLUSTER compute SET (MANAGED = false)", user="ada")
    assert told(world) == [("compute", "clusters", "cluster is not managed any more", "ada")], told(world)
    assert "not healed: ALTER CLUSTER \"compute\" SET (MANAGED = true, SIZE = '25cc')" in world.cutover("drift", expect=2)
    passes(world, 8)
    assert deployments(world) == 1 and healed(world, 1), "no ALTER that Cutover knows gives that back"
    assert [e["type"].split(".")[-1] for e in events(world)] == ["drift"]


def retained(world, name):
    """Milliseconds of history, as the catalog shows them."""
    return world.sql("SELECT h.value::text FROM mz_internal.mz_history_retention_strategies h JOIN mz_objects o ON o.id = h.id WHERE o.name = '%s'" % name)[0][0]


def a_replication_factor_that_nobody_declares_is_told(world):
    world.apply()
    world.sql("CREATE ROLE ada SUPERUSER")
    world.sql("ALTER CLUSTER compute SET (REPLICATION FACTOR 0)", user="ada")
    line = world.wait_for("drift", lambda: world.cutover("drift", expect=(0, 2)).partition("REPLICATION")[1] and world.cutover("drift", expect=2))
    assert line.startswith("compute   cluster has REPLICATION FACTOR = 0, deployed with REPLICATION FACTOR = 1, 20"), line
    assert 'role ada:  not healed: ALTER CLUSTER "compute" SET (REPLICATION FACTOR = 1)' in line, line
    world.sql("ALTER CLUSTER compute SET (REPLICATION FACTOR 1)")
    assert drift(world, 0) == []
    for declared in ("{size: 25cc, replication_factor: 2}", "{size: 25cc}"):
        world.repository.write("cutover.yaml", re.sub("compute: {.*}", "compute: " + declared, (world.repository.work / "cutover.yaml").read_text()))
        world.repository.commit("Two replicas, or as it is")
        world.apply()
        assert drift(world, 0) == []


def a_size_that_nobody_declares_is_told(world):
    def declare(shape, least):
        world.repository.edit("models/shop/orders_clean.sql", "o.amount > %d" % least, "o.amount > %d" % (least + 1))
        world.repository.write("cutover.yaml", re.sub("compute: {.*}", "compute: " + shape, (world.repository.work / "cutover.yaml").read_text()))
        world.repository.commit("Of that size, or as it is")
        world.apply()
        assert drift(world, 0) == []
    world.apply()
    declare("{}", 0)
    world.sql("CREATE ROLE ada SUPERUSER")
    world.sql("ALTER CLUSTER compute SET (SIZE '50cc')", user="ada")
    line = world.wait_for("drift", lambda: world.cutover("drift", expect=(0, 2)).partition("SIZE")[1] and world.cutover("drift", expect=2))
    assert line.startswith("compute   cluster has SIZE = '50cc', deployed with SIZE = '25cc', 20"), line
    assert "role ada:  not healed: ALTER CLUSTER \"compute\" SET (SIZE = '25cc')" in line, line
    passes(world)
    assert sum("drift: compute cluster has SIZE = '50cc'" in text for text in world.receiver.texts()) == 1, world.receiver.texts()
    resize(world, "25cc")
    assert drift(world, 0) == []
    declare("{size: 50cc}", 1)
    declare("{}", 2)
    assert world.sql("SELECT size FROM mz_clusters WHERE name = 'compute'")[0][0] == "50cc"


def history_that_is_retained_is_told_and_healed(world):
    deploy_with(world, "heal")
    before = world.sql("SELECT name, id FROM mz_objects WHERE id LIKE 'u%' ORDER BY id")
    world.sql("CREATE ROLE ada SUPERUSER")
    world.sql("ALTER MATERIALIZED VIEW shop.daily SET (RETAIN HISTORY = FOR '1 hour')", user="ada")
    world.sql("ALTER INDEX shop.daily_day_idx SET (RETAIN HISTORY FOR '90s')", user="ada")
    found = json.loads(world.cutover("drift", "--output", "json", expect=2))["drift"]
    assert [(d["object"], d["kind"], d["what"], d["by"]) for d in found] == [
        ("shop.daily", "other", "materialized view has RETAIN HISTORY = FOR '3600 seconds', deployed with the usual RETAIN HISTORY", "ada"),
        ("shop.daily_day_idx", "indexes", "index has RETAIN HISTORY = FOR '90 seconds', deployed with the usual RETAIN HISTORY", "ada")], found
    assert [(o["kind"], o["options"], o["reasons"][0]["cause"]) for o in world.plan(expect=2)["objects"]] == [("option", "", "drift")] * 2
    assert "option shop.daily: the usual RETAIN HISTORY" in world.cutover("plan", expect=2)
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 2))
    assert retained(world, "daily") == retained(world, "daily_day_idx") == "1000"
    assert drift(world, 0) == [] and world.plan(expect=0)["outcome"] == "nothing"
    passes(world)
    assert healed(world, 2), "it is healed once"
    assert [row for row in world.sql("SELECT name, id FROM mz_objects WHERE id LIKE 'u%' ORDER BY id") if row in before] == before, "nothing is rebuilt for it"


def history_that_is_declared_is_what_comes_back(world):
    world.repository.edit("models/shop/daily.sql", "materialized='materialized_view'", "materialized='materialized_view', retain_history='1hr'")
    world.repository.commit("An hour of history")
    deploy_with(world, "{other: heal}")
    assert retained(world, "daily") == "3600000"
    world.sql("ALTER MATERIALIZED VIEW shop.daily RESET (RETAIN HISTORY)")
    assert drift(world, 2) == [("shop.daily", "materialized view has the usual RETAIN HISTORY, deployed with RETAIN HISTORY = FOR '3600 seconds'")]
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 2))
    assert drift(world, 0) == [] and retained(world, "daily") == "3600000"


def another_deployment_takes_what_stays_with_the_history_that_it_retains(world):
    world.apply()
    world.sql("ALTER MATERIALIZED VIEW reports.top_items SET (RETAIN HISTORY = FOR '1 hour')")
    assert len(drift(world, 2)) == 1
    world.repository.edit("cutover.yaml", "compute: {size: 25cc}", "compute: {size: 50cc}")
    world.repository.commit("Grow")
    world.apply()
    assert drift(world, 0) == [] and retained(world, "top_items") == "3600000"


def another_version_that_retains_more_is_no_drift(world):
    world.apply()
    world.sql("ALTER MATERIALIZED VIEW reports.top_items SET (RETAIN HISTORY = FOR '1 hour')")
    told = drift(world, 2)
    world.sql("INSERT INTO standin_control.retention (milliseconds) VALUES (5000)")
    world.standin.stop()
    world.standin.start()
    assert retained(world, "daily") == "5000" and drift(world, 2) == told, "only what somebody altered"
    world.sql("ALTER MATERIALIZED VIEW reports.top_items RESET (RETAIN HISTORY)")
    assert drift(world, 0) == []


def who_changed_a_comment_is_known(world):
    deploy_with(world, "report")
    world.sql("CREATE ROLE ada SUPERUSER")
    world.sql("COMMENT ON COLUMN shop.daily.day IS 'of the payment'", user="ada")
    found = json.loads(world.cutover("drift", "--output", "json", expect=2))["drift"]
    assert [(d["what"], d["by"]) for d in found] == [("comment on column day changed", "ada")], found
    assert found[0]["seen_at"].endswith("Z")


def a_size_an_index_and_a_view_come_back(world):
    deploy_with(world, "heal")
    resize(world, "50cc")
    world.wait_for("the size", lambda: world.cutover("run", "--once") is not None and healed(world, 2))
    assert drift(world, 0) == []
    world.sql("DROP INDEX shop.daily_day_idx")
    world.wait_for("the index", lambda: world.cutover("run", "--once") is not None and healed(world, 3))
    assert drift(world, 0) == []
    world.sql("DROP VIEW reports.by_customer")
    world.wait_for("the view", lambda: world.cutover("run", "--once") is not None and healed(world, 4))
    assert drift(world, 0) == [] and world.plan(expect=0)["outcome"] == "nothing"


def what_somebody_renamed_is_made_again_with_what_reads_it(world):
    deploy_with(world, "heal")
    world.sql("ALTER VIEW shop.orders_clean RENAME TO mine")
    assert drift(world, 2) == [("shop.orders_clean", "view renamed to shop.mine")]
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 2))
    assert drift(world, 0) == [] and world.plan(expect=0)["outcome"] == "nothing"
    assert "mine" not in [o[1] for o in world.objects()]


def rename_the_old_side(world):
    """By hand, while it soaks; then the soak ends."""
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.sql("CREATE ROLE ada SUPERUSER")
    world.sql("ALTER SCHEMA shop_blue_g1 RENAME TO old_shop", user="ada")
    world.sql("ALTER CLUSTER compute_blue_g1 RENAME TO old_compute", user="ada")
    assert ("old_shop", "schema of an old side, shop_blue_g1, left over") in drift(world, 2)


def an_old_side_that_somebody_renamed_is_told_and_goes_with_the_next_commit(world):
    world.apply()
    rename_the_old_side(world)
    world.apply()
    assert drift(world, 2) == [("old_compute", "cluster of an old side, compute_blue_g1, left over"),
                               ("old_shop", "schema of an old side, shop_blue_g1, left over")]
    assert "role ada:  a healing or the next commit drops it: see cutover plan" in world.cutover("drift", expect=2)
    assert "schema old_shop; cluster old_compute: no longer in Git" in world.cutover("plan", expect=2)
    world.sql("ALTER SCHEMA old_shop RENAME TO shop_blue_g1")
    passes(world)
    assert ("shop_blue_g1", "schema of an old side, left over") in drift(world, 2), "its own name alone does not bring it away"
    world.repository.edit("models/shop/daily.sql", "count(*) + 1", "count(*) + 2")
    world.repository.commit("Count two more")
    world.apply()
    assert drift(world, 0) == [] and world.plan(expect=0)["outcome"] == "nothing"
    assert "shop_blue_g1" not in world.schemas() and not world.sql("SELECT 1 FROM mz_clusters WHERE name = 'old_compute'")


def an_old_side_that_was_renamed_when_it_was_empty_goes_as_well(world):
    """Its process was killed before the last DROP: drift said that a healing drops it, and no plan had it."""
    deploy_with(world, "heal")
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.sql("DROP SCHEMA reports_blue_g1 CASCADE")
    for kind, name in [("VIEW", "orders_clean"), ("TABLE", "regions")]:
        world.sql("DROP %s shop_blue_g1.%s CASCADE" % (kind, name))
    assert not [o for o in world.objects() if o[0] == "shop_blue_g1"]
    world.sql("ALTER SCHEMA shop_blue_g1 RENAME TO old_shop")
    world.sql("ALTER CLUSTER compute_blue_g1 RENAME TO old_compute")
    assert drift(world, 2) == [("old_compute", "cluster of an old side, compute_blue_g1, left over"),
                               ("old_shop", "schema of an old side, shop_blue_g1, left over")]
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 3))
    assert drift(world, 0) == [] and world.plan(expect=0)["outcome"] == "nothing" and not {"old_shop", "old_compute"} & set(world.schemas() + world.clusters())


def what_reads_an_old_side_under_a_name_that_somebody_gave_it_goes_with_that(world):
    """The old side waited for it, it was to go with the next commit, and that waited for the end of the old side."""
    world.apply()
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.sql("ALTER SCHEMA reports_blue_g1 RENAME TO old_reports")
    world.apply()
    assert drift(world, 2) == [("old_reports", "schema of an old side, reports_blue_g1, left over")]
    assert [o[:2] for o in world.objects() if "old" in o[0] or "blue" in o[0]] == []
    world.repository.edit("models/shop/daily.sql", "count(*) + 1", "count(*) + 2")
    world.repository.commit("Count two more")
    world.apply()
    assert drift(world, 0) == [] and "old_reports" not in world.schemas()


def an_old_side_that_somebody_renamed_goes_with_a_healing(world):
    deploy_with(world, "heal")
    rename_the_old_side(world)
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 3))
    assert drift(world, 0) == [] and "old_shop" not in world.schemas()
    assert not world.sql("SELECT 1 FROM mz_clusters WHERE name = 'old_compute'")


def each_kind_is_treated_as_its_own_word_says(world):
    deploy_with(world, "{grants: heal, indexes: report, definitions: alert}")
    world.sql("REVOKE SELECT ON shop.daily FROM analyst")
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 2))
    told = len(events(world))
    world.sql("DROP INDEX shop.daily_day_idx")
    passes(world, 5)
    assert healed(world, 2) and len(events(world)) <= told + 1, "what is only reported is not told, nor healed"
    assert drift(world, 2) == [("shop.daily_day_idx", "index dropped")]
    world.sql("DROP VIEW reports.by_customer")
    passes(world, 5)
    assert healed(world, 2) and events(world)[-1]["data"]["objects"][0]["what"] == "view dropped"
    assert [o["object"] for o in events(world)[-1]["data"]["objects"]] == ["reports.by_customer"]


def what_cannot_be_healed_says_why(world):
    """Somebody's own view bears the name that was deployed: whoever looks must not read that there is nothing to do."""
    deploy_with(world, "heal")
    world.sql("DROP VIEW reports.by_customer")
    world.sql("CREATE VIEW reports.by_customer AS SELECT 1 AS mine")
    passes(world)
    text = world.cutover("status", expect=3)
    assert "drift is not healed" in text and "by_customer" in text and "CO41" in text and "nothing to do" not in text, text
    blocked = world.sql("SELECT body FROM cutover.log WHERE kind = 'event' AND body ->> 'name' LIKE 'environment.%blocked' ORDER BY at, seq")
    assert len(blocked) == 1 and "by_customer" in str(blocked), blocked
    assert healed(world, 1) and world.sql("SELECT mine FROM reports.by_customer") == [(1,)]
    world.sql("DROP VIEW reports.by_customer")
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 2))


def what_the_server_refuses_to_heal_is_said_and_told_until_it_is_mended(world):
    """Not only to who reads the log of the controller, and not only a day later."""
    deploy_with(world, "heal")
    resize(world, "50cc")
    refusal = "altering cluster compute: the server says 42501 must be owner of CLUSTER compute"
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('ALTER CLUSTER%', 0, 'refuse', '42501', 'must be owner of CLUSTER compute')")
    world.wait_for("the refusal", lambda: world.cutover("run", "--once") is not None and world.sql("SELECT hits FROM standin_control.faults") == [(2,)])
    assert "waits for: " + refusal in world.cutover("status", expect=2)
    assert world.status()["waiting"] == {"for": "retry", "text": refusal}
    world.wait_for("a message", lambda: world.cutover("run", "--once") is not None and [t for t in world.receiver.texts() if "a person must act: " + refusal in t])
    world.sql("DELETE FROM standin_control.faults")
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 2))
    passes(world)
    assert drift(world, 0) == [] and healed(world, 2)
    texts = [t for t in world.receiver.texts() if refusal in t or "nothing blocks it any more" in t]
    assert len(texts) == 2 and refusal in texts[0], texts
    assert "refused       statement: " + refusal in world.cutover("show", "g2")


def a_hold_stops_healing_too(world):
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 4m\n    drift: heal")
    world.repository.commit("Heal")
    world.apply()
    world.cutover("hold", "--reason", "we work on it by hand")
    world.sql("DROP INDEX shop.daily_day_idx")
    assert "nothing of this is done yet: the environment is held" in world.cutover("plan", expect=2)
    passes(world, 5)
    assert healed(world, 1), "a hold stops healing too"
    world.cutover("resume")
    assert "nothing of this is done" not in world.cutover("plan", expect=2)
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and healed(world, 2))


def history_and_show_tell_what_has_happened(world):
    first = world.cutover("history")
    assert first == "production: no deployments.\n", first
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    commit = world.repository.commit("Leave small orders out")
    world.apply()
    lines = world.cutover("history").splitlines()
    assert [line.split()[:2] for line in lines] == [["g2", "live"], ["g1", "live"]]
    assert '"Leave small orders out", Ada' in lines[0] and " credits " in lines[0]
    assert len(world.cutover("history", "--limit", "1").splitlines()) == 1
    assert world.cutover("history", "--since", "2999-01-01") == "production: no deployments.\n"
    world.cutover("history", "--since", "yesterday", expect=1)
    world.cutover("history", "--limit", "0", expect=1)
    document = json.loads(world.cutover("history", "--output", "json"))
    assert document["schema"] == "cutover.history/1"
    assert [d["generation"] for d in document["deployments"]] == [2, 1]
    last = document["deployments"][0]
    assert 0 < last["credits"] <= 0.5 * last["duration_s"] / 3600, "two clusters of a quarter of a credit were doubled"
    shown = json.loads(world.cutover("show", "g2", "--output", "json"))
    assert shown["commit"]["sha"] == commit
    assert [e["name"] for e in shown["events"]][-2:] == ["cleaning", "live"]
    assert {"hydration", "rehearsal"} <= {r["check"] for r in shown["results"]}
    assert "cutting_over" in world.cutover("show", "latest") and world.cutover("show", commit[:7]).startswith("production-g2-")
    world.cutover("show", "g9", expect=1)
    assert "CO5050" in world.stderr


def show_tells_which_sql_a_deployment_changed(world):
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.write("models/reports/refunds.sql", "{{ config(schema='reports') }}\nselect 1 as refund")
    world.repository.commit("Leave small orders out")
    world.apply()
    text = world.cutover("show", "g2", "--sql")
    lines = [line.strip() for line in text[text.index("\nshop.orders_clean\n"):].splitlines()]
    assert any(line.startswith("- ") and "o.amount > 0" in line for line in lines), text
    assert any(line.startswith("+ ") and "o.amount > 5" in line for line in lines), text
    assert "\nreports.refunds: new\n  + select 1 as refund\n" in text, text
    assert "shop.daily\n" not in text, "what was rebuilt though unchanged has no other SQL"
    shown = {c["name"]: c for c in json.loads(world.cutover("show", "g2", "--sql", "--output", "json"))["sql"]}
    assert set(shown) == {"shop.orders_clean", "reports.refunds"} and "sql_before" not in shown["reports.refunds"]
    assert "o.amount > 0" in shown["shop.orders_clean"]["sql_before"]
    first = json.loads(world.cutover("show", "g1", "--sql", "--output", "json"))["sql"]
    assert "shop.daily" in {c["name"] for c in first} and not [c for c in first if "sql_before" in c]


def history_and_show_need_no_git(world):
    world.apply()
    shutil.rmtree(world.repository.bare)
    assert world.cutover("history").split()[:2] == ["g1", "live"]
    shown = json.loads(world.cutover("show", "g1", "--output", "json"))
    daily = [o for o in shown["objects"] if o["name"] == "shop.daily"]
    assert [(o["kind"], o["action"], o["where"]) for o in daily] == [("materialized_view", "create", "green")], daily
    assert daily[0]["reason"].startswith("new"), daily
    assert "create" in world.cutover("show") and "shop.daily: new" in world.cutover("show")
    command = [part for part in world.command("history") if part not in ("--environment", "production")]
    assert subprocess.run(command, env=world.env(), capture_output=True, text=True).stdout.startswith("g1")
    world.sql("CREATE SCHEMA cutover_staging_g3_4f2a9c1b")
    told = subprocess.run(command, env=world.env(), capture_output=True, text=True)
    assert told.returncode == 1 and "name one of production, staging by --environment" in told.stderr, told.stderr


if __name__ == "__main__":
    run([a_dropped_index_is_seen_with_who_and_when, drift_is_told_while_the_old_side_soaks, in_the_middle_of_a_cutover_drift_cannot_be_told, each_kind_is_told_apart, people_are_told_once_and_again_when_it_is_gone,
         an_old_side_that_was_renamed_when_it_was_empty_goes_as_well, drift_is_told_while_a_refused_commit_waits, drift_is_told_when_a_commit_has_failed,
         drift_is_told_before_a_commit_that_says_nothing_of_it_undoes_it,
         what_was_dropped_by_hand_and_then_in_git_is_no_drift,
         who_only_looks_is_not_told_of_a_deployment_that_does_not_come,
         apply_does_not_ask_whether_to_heal_and_says_so, what_lies_in_another_database_is_called_so,
         one_who_only_wants_a_report_is_not_told, what_is_not_drift_is_not_called_so,
         after_a_rollback_the_restored_side_is_what_counts, what_is_healed_is_told_and_brought_back,
         another_owner_is_seen_and_the_next_deployment_takes_it_along, an_owner_is_healed,
         an_owner_who_changes_while_a_deployment_ends_is_not_taken_back, a_clusters_options_are_taken_along_told_and_healed,
         a_clusters_schedule_and_scaling_are_told_and_healed, what_was_there_when_a_commit_went_live_is_no_drift,
         an_option_that_only_the_system_gives_is_told_and_begins_no_healing,
         a_cluster_that_is_not_managed_any_more_is_told_and_begins_no_healing,
         a_replication_factor_that_nobody_declares_is_told, a_size_that_nobody_declares_is_told, history_that_is_retained_is_told_and_healed, history_that_is_declared_is_what_comes_back,
         another_deployment_takes_what_stays_with_the_history_that_it_retains, another_version_that_retains_more_is_no_drift,
         who_changed_a_comment_is_known,
         a_size_an_index_and_a_view_come_back, what_somebody_renamed_is_made_again_with_what_reads_it,
         an_old_side_that_somebody_renamed_is_told_and_goes_with_the_next_commit, what_reads_an_old_side_under_a_name_that_somebody_gave_it_goes_with_that, an_old_side_that_somebody_renamed_goes_with_a_healing, each_kind_is_treated_as_its_own_word_says, what_cannot_be_healed_says_why,
         what_the_server_refuses_to_heal_is_said_and_told_until_it_is_mended, a_hold_stops_healing_too,
         history_and_show_tell_what_has_happened, show_tells_which_sql_a_deployment_changed,
         history_and_show_need_no_git], PROJECT, SEED)
