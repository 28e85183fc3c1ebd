"""Taking over what dbt or a person made: what equals the declared is not rebuilt, and nothing else is touched."""
import csv
import json
import re
import signal
import subprocess

from harness import ROOT, run
from test_sinks import SINK

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def compiled(world):
    done = subprocess.run([*world.command("compile", "--output", "json")[:4], "--project", str(world.repository.work), "--target", "prod"],
                          capture_output=True, text=True, check=True, env=world.env())
    return json.loads(done.stdout)["nodes"]


def dbt_run(world, user="materialize", leave_out=(), change={}):
    """Creates what the project declares as dbt would: in brackets, and with names that Materialize gives to indexes."""
    for cluster in ("compute", "serving"):
        world.sql("CREATE CLUSTER %s (SIZE = '25cc')" % cluster, user=user)
    for schema in ("shop", "reports"):
        world.sql("CREATE SCHEMA %s" % schema, user=user)
    for node in compiled(world):
        name = '"%s"."%s"."%s"' % (node["database"], node["schema"], node["name"])
        if node["name"] in leave_out:
            continue
        if node["kind"] == "seed":
            make_seed(world, name, user)
        else:
            sql = change.get(node["name"], node["sql"])
            where = ' IN CLUSTER "%s"' % node["cluster"] if node["kind"] != "view" else ""
            world.sql("CREATE %s %s%s AS (\n    %s\n  )" % (node["kind"].upper(), name, where, sql), user=user)
        for index in node["indexes"]:
            keys = " (%s)" % index["keys"] if "keys" in index else ""
            world.sql('CREATE %sINDEX "%s" IN CLUSTER "%s" ON %s%s' % ("" if keys else "DEFAULT ", index["name"], index["cluster"], name, keys), user=user)


def make_seed(world, name, user="materialize"):
    rows = list(csv.reader(open(world.repository.work / "seeds" / "regions.csv")))
    world.sql("CREATE TABLE %s (id integer, region text)" % name, user=user)
    world.sql("INSERT INTO %s VALUES %s" % (name, ", ".join("(%s, '%s')" % tuple(r) for r in rows[1:])), user=user)


def ids(world):
    return {(s, n): i for i, s, n in world.sql("SELECT o.id, s.name, o.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id "
                                               "WHERE o.id LIKE 'u%' AND s.name IN ('shop', 'reports')")}


def leaves_no_scratch(world):
    return not [n for n in world.schemas() + world.clusters() if "scratch" in n]


def adopt(world, expect, *args):
    document = json.loads(world.cutover("adopt", "--yes", "--output", "json", *args, expect=expect))
    assert document["schema"] == "cutover.adopt/1" and document["environment"] == "production"
    assert leaves_no_scratch(world), world.schemas()
    return {o["object"]: (o["verdict"], o.get("what")) for o in document["objects"]}


def what_dbt_made_is_taken_over_and_nothing_is_rebuilt(world):
    dbt_run(world)
    before = ids(world)
    text = world.cutover("adopt", "--yes", expect=0)
    assert text == "9 of 9 objects equal what is declared: taken over as generation 1, nothing of them is rebuilt.\n", text
    assert world.marker().startswith("cutover_production_g1_"), world.schemas()
    assert leaves_no_scratch(world)
    plan = world.plan()
    assert plan["outcome"] == "nothing", plan["objects"]
    world.apply()
    assert ids(world) == before, "not one object is another one"
    assert world.status()["state"] == "live"
    assert world.cutover("drift", expect=0) == "production: no drift, generation 1 is as deployed.\n"
    assert world.cutover("adopt", expect=0) == "production: there is nothing to take over; 13 are Cutover's already.\n"
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.apply()
    assert world.marker().startswith("cutover_production_g2_")
    assert {s for s in world.schemas() if "blue" in s} == set(), "what was taken over was dropped with blue"


def what_somebody_made_beforehand_is_not_dropped_until_it_is_handed_over(world):
    """A schema and clusters of Terraform's, say: the second deployment swapped them, and dropped them after the soak."""
    world.sql("CREATE SCHEMA shop")
    world.sql("CREATE CLUSTER compute (SIZE = '25cc')")
    made = [r[0] for r in world.sql("SELECT id FROM mz_schemas WHERE name = 'shop' UNION ALL SELECT id FROM mz_clusters WHERE name = 'compute'")]
    warned = world.cutover("plan", expect=2)
    assert "warning CO4208: schema shop (role materialize) was not made by Cutover" in warned and "cluster compute (role" in warned, warned
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    text = world.cutover("apply", "--yes", expect=3)
    assert "refused CO4125: cluster compute (role materialize) was not made by Cutover" in text and "cutover adopt" in text, text
    assert made == [r[0] for r in world.sql("SELECT id FROM mz_schemas WHERE name = 'shop' UNION ALL SELECT id FROM mz_clusters WHERE name = 'compute'")]
    text = world.cutover("adopt", "--yes")
    assert text == "schema shop, cluster compute: taken over as generation 2.\n", text
    world.apply()
    assert world.marker().startswith("cutover_production_g3_") and not [s for s in world.schemas() if "blue" in s]


def what_differs_is_rebuilt_by_the_next_deployment(world):
    dbt_run(world, change={"top_items": 'select day, cents from "materialize"."shop"."daily" where cents > 1'})
    world.sql("DROP INDEX reports.by_customer_customer_id_idx")
    world.sql("CREATE INDEX by_customer_customer_id_idx IN CLUSTER serving ON reports.by_customer (name)")
    before = ids(world)
    found = adopt(world, 2)
    assert found["reports.top_items"] == ("differs", "SQL"), found
    assert found["reports.by_customer_customer_id_idx"] == ("differs", "keys"), found
    assert found["shop.daily"] == found["shop.regions"] == ("equal", None), found
    assert ids(world) == before
    assert "is not taken up yet" in world.cutover("status", expect=2)
    world.cutover("drift", expect=1)
    assert "not all that is declared was taken over" in world.stderr
    plan = world.plan()
    changed = sorted(o["name"] for o in plan["objects"] if o["where"] == "green" and o["action"] == "change")
    assert changed == ["by_customer_customer_id_idx", "top_items"], plan["objects"]
    world.apply()
    assert "where cents > 0" in world.sql("SELECT create_sql FROM mz_materialized_views WHERE name = 'top_items'")[0][0].lower().replace('"', "")
    assert world.plan()["outcome"] == "nothing"


def another_cluster_is_a_difference(world):
    dbt_run(world, leave_out=["top_items"])
    world.sql('CREATE MATERIALIZED VIEW reports.top_items IN CLUSTER compute AS select day, cents from "materialize"."shop"."daily" where cents > 0')
    assert adopt(world, 2)["reports.top_items"] == ("differs", "cluster")
    reasons = [r["text"] for o in world.plan()["objects"] if o["name"] == "top_items" for r in o["reasons"]]
    assert any("cluster changed" in r for r in reasons), reasons


def rows_that_are_not_in_git_are_never_taken_over(world):
    dbt_run(world)
    world.sql("INSERT INTO shop.regions VALUES (99, 'by hand')")
    assert adopt(world, 2)["shop.regions"] == ("blocked", "holds rows that are not in Git")
    refused = world.plan(expect=(2, 3))
    assert refused["outcome"] == "refused" and "shop.regions" in json.dumps(refused["diagnostics"])
    world.sql("DELETE FROM shop.regions WHERE id = 99")
    assert adopt(world, 0) == {"shop.regions": ("equal", None)}
    assert world.plan()["outcome"] == "nothing"


def a_selection_takes_over_only_that(world):
    dbt_run(world)
    found = adopt(world, 0, "--select", "+daily", "--exclude", "resource_type:seed")
    assert sorted(found) == ["cluster compute", "schema shop", "shop.daily", "shop.daily_day_idx", "shop.orders_clean"], found
    assert world.plan(expect=3)["outcome"] == "refused", "the rest is still somebody else's"
    world.cutover("adopt", "--select", "dialy", "--yes")
    assert 'did you mean "daily"?' in world.stderr, world.stderr
    adopt(world, 0)
    assert world.marker().startswith("cutover_production_g2_")
    assert world.plan()["outcome"] == "nothing"


def each_way_out_of_a_refused_plan_can_be_gone(world):
    dbt_run(world)
    text = world.cutover("plan", expect=3)
    assert "add it to the project" not in text, text
    ways = re.findall(r"ways out:  take it over as it is +cutover (adopt --select \w+)", text)
    assert len(ways) == 9 and "customers_primary_idx" in text, text
    for way in ways:
        world.cutover(*way.split(), "--yes", expect=(0, 2))
    assert world.plan(expect=0)["outcome"] == "nothing"
    world.sql("CREATE INDEX mine IN CLUSTER quickstart ON shop.daily (orders)")
    world.repository.edit("models/shop/daily.sql", "count(*) as orders", "count(*) + 0 as orders")
    world.repository.commit("Count differently")
    assert "add it to its model and run     cutover adopt --select daily" in world.cutover("plan", expect=3)


def nothing_happens_without_a_yes(world):
    dbt_run(world)
    world.cutover("adopt", expect=3)
    assert "give --yes" in world.stderr
    assert "cutover" not in world.schemas() and world.marker() is None and leaves_no_scratch(world)


def what_another_role_owns_is_left_alone(world):
    world.sql("CREATE ROLE dbt")
    world.sql("CREATE ROLE cutover")
    for role in ("dbt", "cutover"):
        world.sql("GRANT CREATE ON DATABASE materialize TO %s" % role)
        world.sql("GRANT CREATECLUSTER ON SYSTEM TO %s" % role)
        world.sql("GRANT USAGE, CREATE ON CLUSTER quickstart TO %s" % role)
        world.sql("GRANT SELECT ON public.orders, public.customers TO %s" % role)
    dbt_run(world, user="dbt")
    for schema in ("shop", "reports"):
        world.sql("GRANT USAGE ON SCHEMA %s TO cutover" % schema)
    world.sql("GRANT SELECT ON shop.regions TO cutover")
    world.sql("ALTER SYSTEM SET enable_rbac_checks = true", user="mz_system")
    world.standin.url = lambda: "postgres://cutover@127.0.0.1:%d/materialize" % world.standin.port
    text = world.cutover("adopt", "--yes", expect=2)
    assert 'shop.daily belongs to role dbt:   ALTER MATERIALIZED VIEW "materialize"."shop"."daily" OWNER TO "cutover"' in text, text
    assert 'schema shop belongs to role dbt:   ALTER SCHEMA "materialize"."shop" OWNER TO "cutover"' in text, text
    assert 'cluster compute belongs to role dbt:   ALTER CLUSTER "compute" OWNER TO "cutover"' in text, text
    assert text.startswith("0 of 9 objects equal what is declared.\n"), text
    assert world.marker() is None, "nothing was taken over, so nothing was written"
    world.sql("GRANT dbt TO cutover")
    text = world.cutover("adopt", "--yes", expect=0)
    assert text.startswith("9 of 9 objects equal"), text


def two_environments_do_not_take_each_others(world):
    world.repository.write("cutover.yaml", (world.repository.work / "cutover.yaml").read_text() + "  staging: {branch: main, target: prod}\n")
    world.repository.commit("Add staging, with the same target")
    dbt_run(world)
    world.cutover("adopt", "--yes", expect=1)
    assert "CO5061" in world.stderr and "they would own the same schemas" in world.stderr
    assert world.marker() is None and leaves_no_scratch(world)


def what_a_killed_process_left_is_cleared_by_the_next(world):
    """Killed at ever later moments, from before the first copy to behind the last row."""
    dbt_run(world)
    before = ids(world)
    delay = 0.05
    for _ in range(40):
        process = world.start("adopt", "--yes")
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        code = process.wait()
        delay += 0.05
        if code == 0:
            break
    else:
        raise AssertionError("it never came to its end\n" + world.tail())
    for _ in range(5):
        world.cutover("run", "--once")
    world.cutover("adopt", "--yes", expect=0)
    assert leaves_no_scratch(world)
    assert ids(world) == before and world.plan()["outcome"] == "nothing"
    assert world.marker().startswith("cutover_production_g1_"), "taken over once"


def a_leftover_that_is_not_ours_is_not_touched(world):
    dbt_run(world)
    world.sql("CREATE SCHEMA cutover_production_scratch")
    world.sql("CREATE VIEW cutover_production_scratch.n1 AS SELECT 1 AS mine")
    world.cutover("adopt", "--yes", expect=1)
    assert "CO5060" in world.stderr
    assert world.sql("SELECT mine FROM cutover_production_scratch.n1") == [(1,)]
    world.sql("DROP VIEW cutover_production_scratch.n1")
    adopt(world, 0)


def a_name_that_was_refused_is_taken_over_later(world):
    world.apply()
    world.sql("CREATE VIEW reports.extra AS select day from \"materialize\".\"shop\".\"daily\"")
    world.repository.write("models/reports/extra.sql", "{{ config(materialized='view') }}\nselect day from {{ ref('daily') }}\n")
    commit = world.repository.commit("Declare what somebody made by hand")
    for _ in range(3):
        world.cutover("run", "--once")
    assert world.phases()[-1] == "pending" and world.plan(expect=3)["outcome"] == "refused"
    assert adopt(world, 0, "--select", "extra") == {"reports.extra": ("equal", None)}
    marker = world.marker()
    assert marker.startswith("cutover_production_g2_") and not marker.endswith(commit[:8]), "the commit that is live stays it"
    assert world.plan()["outcome"] == "nothing"


def a_sink_is_taken_over_as_it_is(world):
    dbt_run(world)
    world.sql("CREATE CONNECTION public.broker TO KAFKA (BROKER 'b:9092', SECURITY PROTOCOL = 'PLAINTEXT') WITH (VALIDATE = false)")
    world.sql("CREATE CLUSTER sinks (SIZE = '25cc')")
    world.sql("CREATE SCHEMA kafka")
    world.sql("CREATE SINK kafka.daily_out IN CLUSTER sinks FROM shop.daily INTO KAFKA CONNECTION public.broker (TOPIC 'daily') FORMAT JSON ENVELOPE DEBEZIUM")
    world.repository.edit("cutover.yaml", "      serving: {size: 25cc}", "      serving: {size: 25cc}\n      sinks: {size: 25cc}")
    world.repository.write("models/daily_out.sql", SINK % ("daily", "daily"))
    world.repository.commit("Write what we sell a day to Kafka")
    assert world.plan(expect=3)["outcome"] == "refused"
    text = world.cutover("adopt", "--yes", expect=0)
    assert "1 of them are sources or sinks, whose options are not compared." in text, text
    assert world.plan()["outcome"] == "nothing"


def what_another_environment_has_stays_its(world):
    """Two targets that resolve to the same schemas: the first one who takes over keeps them."""
    world.repository.edit("cutover.yaml", "    clusters:\n      compute: {size: 25cc}\n      serving: {size: 25cc}\n", "")
    yaml = (world.repository.work / "cutover.yaml").read_text()
    world.repository.write("cutover.yaml", yaml + "  staging: {branch: main, target: staging}\n")
    world.repository.edit("macros/names.sql", "{{ target.schema }}_{{ custom_schema_name | trim }}", "{{ custom_schema_name | trim }}")
    world.repository.commit("Add staging, whose target means the same schemas")
    dbt_run(world)
    adopt(world, 0)
    marker = world.marker()
    world.environment = "staging"
    text = world.cutover("adopt", "--yes", expect=2)
    assert "shop.daily belongs to environment production:" in text and text.startswith("0 of 9 objects"), text
    assert world.marker() is None
    world.environment = "production"
    assert world.marker() == marker


STORIES = [a_sink_is_taken_over_as_it_is, what_another_environment_has_stays_its,
           what_dbt_made_is_taken_over_and_nothing_is_rebuilt, what_somebody_made_beforehand_is_not_dropped_until_it_is_handed_over,
           what_differs_is_rebuilt_by_the_next_deployment, another_cluster_is_a_difference,
           rows_that_are_not_in_git_are_never_taken_over, a_selection_takes_over_only_that, each_way_out_of_a_refused_plan_can_be_gone, nothing_happens_without_a_yes,
           what_another_role_owns_is_left_alone, two_environments_do_not_take_each_others, what_a_killed_process_left_is_cleared_by_the_next,
           a_leftover_that_is_not_ours_is_not_touched, a_name_that_was_refused_is_taken_over_later]

if __name__ == "__main__":
    run(STORIES, PROJECT, SEED)
