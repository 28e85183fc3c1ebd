"""Sinks write on while what they read is replaced: they keep their id, follow after the cutover, and go back with it."""
import json

from harness import ROOT, run
from test_deploy import deploy, names
from wire import during_the_next_pass

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"
SINK = ("{{ config(materialized='sink', schema='kafka', cluster='sinks') }}\nFROM {{ ref('%s') }}\n"
        "INTO KAFKA CONNECTION public.broker (TOPIC '%s')\nFORMAT JSON ENVELOPE DEBEZIUM\n")


def first_sink(world):
    world.sql("CREATE CONNECTION public.broker TO KAFKA (BROKER 'b:9092', SECURITY PROTOCOL = 'PLAINTEXT') WITH (VALIDATE = false)")
    world.repository.edit("cutover.yaml", "      serving: {size: 25cc}", "      serving: {size: 25cc}\n      sinks: {size: 25cc}")
    world.repository.write("models/daily_out.sql", SINK % ("daily", "daily"))
    world.repository.commit("Write what we sell a day to Kafka")


def begin(world):
    """Production is live, with a sink of daily."""
    first_sink(world)
    deploy(world)


def sink(world, name="daily_out"):
    """Its id, and the schema and name of what it reads."""
    rows = world.sql("SELECT k.id, s.name || '.' || o.name FROM mz_sinks k JOIN mz_internal.mz_object_dependencies d ON d.object_id = k.id "
                     "JOIN mz_relations o ON o.id = d.referenced_object_id JOIN mz_schemas s ON s.id = o.schema_id WHERE k.name = '%s'" % name)
    assert len(rows) <= 1, rows
    return rows[0] if rows else None


def change_daily(world):
    world.repository.edit("models/shop/daily.sql", "count(*) as orders", "count(*) + 0 as orders")
    return world.repository.commit("Count differently")


def a_sink_is_created_when_what_it_reads_is_live(world):
    begin(world)
    assert sink(world)[1] == "shop.daily"
    assert world.plan(expect=0)["outcome"] == "nothing"
    assert "repointing" in world.phases()


def a_sink_follows_what_it_reads_and_keeps_its_id(world):
    begin(world)
    before = sink(world)
    change_daily(world)
    plan = world.plan(expect=2)
    assert names(plan, action="repoint", where="after_cutover") == ["daily_out"]
    text = world.cutover("plan", expect=2)
    assert "> sink   kafka.daily_out: from shop.daily" in text and "repointed after the cutover" in text, text
    world.apply()
    assert sink(world) == before
    assert world.phases()[-4:] == ["repointing", "soaking", "cleaning", "live"]
    assert world.plan(expect=0)["outcome"] == "nothing"
    altered = world.sql("SELECT count(*) FROM mz_audit_events WHERE event_type = 'alter' AND object_type = 'sink'")
    assert altered == [("1",)] or altered == [(1,)], altered


def a_sink_that_somebody_renamed_right_after_the_cutover_follows(world):
    """It was looked for by its name alone: it kept reading the old side, which could not be dropped."""
    begin(world)
    before = sink(world)
    change_daily(world)
    world.wait_for("the cutover", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "repointing")
    world.sql("ALTER SINK kafka.daily_out RENAME TO other")
    world.wait_for("the end", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "live")
    assert sink(world, "other") == before
    assert "kafka.daily_out   sink renamed to kafka.other" in world.cutover("drift", expect=2)


def a_sink_follows_what_it_reads_when_somebody_has_just_renamed_that(world):
    """Its new input was looked for by name alone: it stayed with the old side, which could never be dropped, and a healing waited for that."""
    world.repository.edit("cutover.yaml", "  production:\n", "  production:\n    drift: heal\n")
    begin(world)
    before = sink(world)
    change_daily(world)
    world.wait_for("the cutover", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "repointing")
    world.sql("ALTER MATERIALIZED VIEW shop.daily RENAME TO moved")
    world.wait_for("the soak", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "soaking")
    assert sink(world) == (before[0], "shop.moved")
    assert [what for name, _, what, _ in drift(world, 2)] == ["materialized view renamed to shop.moved"], drift(world, 2)
    heal(world, 3)
    assert sink(world) == before and drift(world, 0) == [] and world.plan(expect=0)["outcome"] == "nothing"


def the_old_side_stays_until_its_sinks_have_left_it(world):
    begin(world)
    change_daily(world)
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) "
              "VALUES ('ALTER SINK%', 0, 'refuse', 'XX000', 'sink is stalled')")
    world.cutover("apply", "--yes", "--until", "repointing", expect=(0, 2))
    world.start("run")
    world.wait_for("the reason is shown", lambda: "repointing sink kafka.daily_out: the server says XX000 sink is stalled" in world.tail())
    assert "shop_blue_g1" in world.schemas() and sink(world)[1] == "shop_blue_g1.daily"
    world.repository.edit("models/shop/daily.sql", "count(*) + 0", "count(*) + 1")
    world.repository.commit("Count one more")
    world.wait_for("the next commit is ready", lambda: world.phases()[-1] == "checking")  # none was taken up as long as the sink was tried again
    said = "repointing sink kafka.daily_out: the server says XX000 sink is stalled"
    assert said in world.cutover("status", expect=2) and world.marker().startswith("cutover_production_g2_")
    world.sql("DELETE FROM standin_control.faults")
    world.wait_for("live", lambda: world.phases()[-1] == "live" and world.marker().startswith("cutover_production_g3_"))
    assert sink(world)[1] == "shop.daily" and not [s for s in world.schemas() if "blue" in s]


def the_way_back_takes_the_sinks_along(world):
    begin(world)
    before = sink(world)
    old = world.sql("SELECT id FROM mz_materialized_views WHERE name = 'daily'")
    change_daily(world)
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    assert sink(world) == before
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.start("run")
    world.wait_for("the way back", lambda: world.phases()[-1] == "rolled_back")
    assert sink(world) == before
    assert world.sql("SELECT m.id FROM mz_materialized_views m JOIN mz_schemas s ON s.id = m.schema_id WHERE s.name = 'shop' AND m.name = 'daily'") == old


def the_way_back_is_open_while_a_sink_cannot_follow(world):
    begin(world)
    before = sink(world)
    change_daily(world)
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) "
              "VALUES ('ALTER SINK%', 0, 'refuse', 'XX000', 'sink is stalled')")
    world.cutover("apply", "--yes", "--until", "repointing", expect=(0, 2))
    world.cutover("run", "--once")
    text = world.cutover("status", expect=2)
    assert "repointing" in text and "waits for: repointing sink kafka.daily_out: the server says XX000 sink is stalled" in text, text
    world.cutover("rollback", "--reason", "the sink must not wait")
    world.start("run")
    world.wait_for("the way back", lambda: world.phases()[-1] == "rolled_back")
    assert sink(world) == before
    assert world.marker().startswith("cutover_production_g3_")


def a_sink_that_somebody_renamed_follows_and_goes_back(world):
    """It stayed on the old side, which could not go, or on the denied one, and wrote from there for ever."""
    begin(world)
    before = sink(world)
    change_daily(world)
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) "
              "VALUES ('ALTER SINK%SET FROM%', 0, 'refuse', 'XX000', 'sink is stalled')")
    world.cutover("apply", "--yes", "--until", "repointing", expect=(0, 2))
    world.sql("ALTER SINK kafka.daily_out RENAME TO days")
    world.sql("DELETE FROM standin_control.faults")
    world.wait_for("soak", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "soaking")
    assert sink(world, "days") == before, sink(world, "days")
    world.sql("ALTER SINK kafka.days RENAME TO sold")
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    assert sink(world, "sold") == before, sink(world, "sold")
    text = world.cutover("plan", expect=3)
    assert "refused CO4130: sink kafka.sold would be dropped\n  ways out:  give it the name kafka.daily_out again" in text, text


def a_new_sink_goes_with_the_commit_that_brought_it(world):
    begin(world)
    change_daily(world)
    world.repository.write("models/items_out.sql", SINK % ("customers", "customers"))
    world.repository.commit("Another sink")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    assert sink(world, "items_out")[1] == "shop.customers"
    world.cutover("rollback", "--reason", "nobody wants it")
    world.start("run")
    world.wait_for("the way back", lambda: world.phases()[-1] == "rolled_back")
    assert sink(world, "items_out") is None and sink(world)[1] == "shop.daily"


def a_limit_of_the_server_that_keeps_a_sink_out_is_said(world):
    """The server answers, and refuses until somebody raises the limit: that is no matter of a moment."""
    first_sink(world)
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) "
              "VALUES ('CREATE SINK%', 0, 'refuse', '53000', 'creating sink would violate max_sinks limit')")
    world.cutover("apply", "--yes", "--until", "repointing", expect=(0, 2))
    world.wait_for("a message", lambda: world.cutover("run", "--once", expect=(0, 1)) is not None and "would violate max_sinks limit" in str(world.receiver.texts()))
    text = world.cutover("status", expect=2)
    assert "waits for: " in text and "the server says 53000 creating sink would violate max_sinks limit" in text, text
    world.sql("DELETE FROM standin_control.faults")
    world.wait_for("live", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "live")
    assert sink(world)[1] == "shop.daily"


def a_sink_that_was_just_made_when_a_newer_commit_comes_is_ours(world):
    """It was not recorded yet, and its own commit is not what is wanted any more."""
    world.apply()
    first_sink(world)
    world.wait_for("the sink", lambda: sink(world) or world.cutover("run", "--once") is None)
    before = sink(world)
    change_daily(world)
    world.apply()
    assert sink(world) == before and world.plan(expect=0)["outcome"] == "nothing"


def apply_first_ends_what_is_under_way_when_the_next_plan_is_refused(world):
    """Whose the sink is that was just made, only the deployment that made it can note: the next one takes it for a stranger's."""
    world.apply()
    first_sink(world)
    world.wait_for("the sink", lambda: sink(world) or world.cutover("run", "--once") is None)
    world.repository.remove("models/daily_out.sql")
    change_daily(world)
    assert "CO4103" in [d["code"] for d in world.plan(expect=3)["diagnostics"]]
    world.cutover("apply", "--yes", expect=3)
    assert world.phases().count("live") == 2, world.phases()
    plan = world.plan(expect=3)
    assert [p["permit"] for p in plan["permits"]] == ["stateful:materialize.kafka.daily_out"], plan
    world.cutover("approve", "--yes", "--permit", "stateful:materialize.kafka.daily_out", expect=(0, 2, 3))
    world.apply()
    assert sink(world) is None and world.plan(expect=0)["outcome"] == "nothing"


def columns_that_a_sink_cannot_follow_fail_the_commit(world):
    begin(world)
    before = sink(world)
    world.repository.edit("models/shop/daily.sql", "count(*) as orders", "count(*) as orders, 1 as more")
    world.repository.commit("Another column")
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert "sink kafka.daily_out cannot go on with the new shop.daily: its columns change from" in text, text
    assert world.marker().startswith("cutover_production_g1_") and sink(world) == before


def a_changed_sink_is_made_anew_only_when_it_is_permitted(world):
    begin(world)
    before = sink(world)
    world.repository.edit("models/daily_out.sql", "TOPIC 'daily'", "TOPIC 'daily_v2'")
    world.repository.commit("Another topic")
    text = world.cutover("plan", expect=3)
    assert "refused CO4112: sink kafka.daily_out has changed" in text, text
    world.repository.commit("Another topic\n\nCutover-Permit: stateful:materialize.kafka.daily_out")
    world.apply()
    assert sink(world)[0] != before[0] and sink(world)[1] == "shop.daily"
    assert world.plan(expect=0)["outcome"] == "nothing"
    world.repository.remove("models/daily_out.sql")
    world.repository.commit("No more of it")
    assert "refused CO4130: sink kafka.daily_out would be dropped" in world.cutover("plan", expect=3)
    world.repository.commit("No more of it\n\nCutover-Permit: stateful:materialize.kafka.daily_out")
    world.apply()
    assert sink(world) is None and world.plan(expect=0)["outcome"] == "nothing"


def mine(world):
    """Somebody puts his own sink in the place of ours."""
    world.sql("DROP SINK kafka.daily_out", user="ada")
    world.sql("CREATE SINK kafka.daily_out IN CLUSTER sinks FROM shop_blue_g1.daily INTO KAFKA CONNECTION public.broker (TOPIC 'mine') FORMAT JSON ENVELOPE DEBEZIUM", user="ada")


def go_live_with_a_sink_to_see_to(world, message):
    world.repository.edit("models/shop/daily.sql", "count(*) as orders", "count(*) + 0 as orders")
    world.repository.commit(message)
    world.wait_for("the cutover", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "repointing")
    world.sql("CREATE ROLE ada SUPERUSER")


def a_sink_that_has_just_taken_the_place_of_ours_is_not_repointed(world):
    begin(world)
    go_live_with_a_sink_to_see_to(world, "Count differently")
    assert during_the_next_pass(world, lambda: mine(world) or True)
    assert sink(world)[1] == "shop_blue_g1.daily", sink(world)


def a_sink_that_has_just_taken_the_place_of_ours_is_not_dropped(world):
    """Ours was to be made anew."""
    begin(world)
    world.repository.edit("models/daily_out.sql", "TOPIC 'daily'", "TOPIC 'daily_v2'")
    go_live_with_a_sink_to_see_to(world, "Another topic" + PERMIT)
    assert during_the_next_pass(world, lambda: mine(world) or True)
    assert sink(world)[1] == "shop_blue_g1.daily", sink(world)


def rename_daily(world, permit=""):
    """The model gets another name in Git, and its sink is declared to read that one."""
    work = world.repository.work
    (work / "models/shop/daily.sql").rename(work / "models/shop/by_day.sql")
    for path in ["models/daily_out.sql", "models/reports/top_items.sql", "tests/no_negative_cents.sql"]:
        world.repository.edit(path, "ref('daily')", "ref('by_day')")
    world.repository.edit("models/schema.yml", "name: daily", "name: by_day")
    world.repository.commit("By day" + permit)


PERMIT = "\n\nCutover-Permit: stateful:materialize.kafka.daily_out"


def a_sink_leaves_what_is_gone_when_another_is_declared_in_its_place(world):
    """Nothing else of it has changed: it needs no permit, and writes nothing once more."""
    begin(world)
    before = sink(world)
    rename_daily(world)
    assert names(world.plan(expect=2), action="repoint", where="after_cutover") == ["daily_out"]
    text = world.cutover("plan", expect=2)
    assert "> sink   kafka.daily_out: from shop.by_day" in text and "reads shop.by_day instead of shop.daily: repointed after the cutover" in text, text
    world.apply()
    assert sink(world) == (before[0], "shop.by_day")
    assert world.plan(expect=0)["outcome"] == "nothing" and drift(world, 0) == [] and not [s for s in world.schemas() if "blue" in s]
    world.repository.edit("models/daily_out.sql", "TOPIC 'daily'", "TOPIC 'daily_v2'")
    world.repository.commit("Another topic")
    assert "refused CO4112: sink kafka.daily_out has changed" in world.cutover("plan", expect=3)


def the_way_back_sends_a_sink_to_what_it_read_before(world):
    begin(world)
    before = sink(world)
    rename_daily(world)
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    assert sink(world) == (before[0], "shop.by_day")
    world.cutover("rollback", "--reason", "nobody wants the name")
    controller = world.start("run")
    world.wait_for("the way back", lambda: world.phases()[-1] == "rolled_back")
    world.stop(controller)
    assert sink(world) == before and drift(world, 0) == []
    world.repository.git("revert", "--no-edit", "HEAD")
    world.repository.commit("Keep the name")
    assert world.plan(expect=0)["outcome"] == "nothing"
    rename_daily(world)
    world.apply()
    assert sink(world) == (before[0], "shop.by_day") and world.plan(expect=0)["outcome"] == "nothing"


def two_models_alike(world):
    """by_day has the columns of daily, and counts has others; production is live with both."""
    query = (world.repository.work / "models/shop/daily.sql").read_text().split("\n", 1)[1]
    for name, text in [("by_day", query), ("counts", query.replace("count(*) as orders", "count(*) as orders, 1 as more"))]:
        world.repository.write("models/shop/%s.sql" % name, "{{ config(materialized='materialized_view') }}\n" + text)
    begin(world)


def a_sink_alone_is_declared_to_read_another(world):
    """Nothing is built: the sink goes, and comes back when that is taken back."""
    two_models_alike(world)
    before = sink(world)
    for there, here in [("by_day", "daily"), ("daily", "by_day")]:
        world.repository.edit("models/daily_out.sql", "ref('%s')" % here, "ref('%s')" % there)
        world.repository.commit("Write " + there)
        assert names(world.plan(expect=2)) == ["daily_out"]
        world.apply()
        assert sink(world) == (before[0], "shop." + there)
        assert world.plan(expect=0)["outcome"] == "nothing" and drift(world, 0) == []


def recorded(world):
    """The digest with which the sink is recorded."""
    rows = world.sql("SELECT body FROM cutover.log WHERE kind = 'objects' AND body::text LIKE '%daily_out%' ORDER BY at, writer, seq")
    bodies = [r[0] if isinstance(r[0], dict) else json.loads(r[0]) for r in rows]
    return [o["digest"] for body in bodies for o in body["objects"] if o["kind"] == "sink"][-1]


def a_sink_that_was_not_recorded_yet_as_reading_another(world):
    """The process ended between ALTER SINK and its note, and a newer commit has come."""
    two_models_alike(world)
    before, digest = sink(world), recorded(world)
    world.repository.edit("models/daily_out.sql", "ref('daily')", "ref('by_day')")
    world.repository.commit("Write by_day")
    world.wait_for("the sink", lambda: sink(world)[1] == "shop.by_day" or world.cutover("run", "--once") is None)
    assert recorded(world) == digest
    change_daily(world)
    world.apply()
    assert sink(world) == (before[0], "shop.by_day") and recorded(world) != digest and world.plan(expect=0)["outcome"] == "nothing"


def a_sink_cannot_read_another_with_other_columns_unless_it_is_made_anew(world):
    two_models_alike(world)
    before = sink(world)
    world.repository.edit("models/daily_out.sql", "ref('daily')", "ref('counts')")
    world.repository.commit("Write counts")
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert "sink kafka.daily_out cannot go on with shop.counts instead of shop.daily: its columns change from" in text, text
    assert "Cutover-Permit: stateful:materialize.kafka.daily_out" in text, text
    assert sink(world) == before
    world.repository.commit("Write counts, all of them" + PERMIT)
    assert names(world.plan(expect=2), action="change", where="after_cutover") == ["daily_out"]
    world.apply()
    assert sink(world)[0] != before[0] and sink(world)[1] == "shop.counts" and world.plan(expect=0)["outcome"] == "nothing"


def repoint_by_hand(world, user):
    columns = world.sql("SELECT c.name || ' ' || c.type FROM mz_columns c JOIN mz_relations r ON r.id = c.id JOIN mz_schemas s ON s.id = r.schema_id "
                        "WHERE r.name = 'daily' AND s.name = 'shop' ORDER BY c.position")
    world.sql("CREATE TABLE public.elsewhere (%s)" % ", ".join(c[0] for c in columns))
    world.sql("CREATE ROLE %s SUPERUSER" % user)
    world.sql("ALTER SINK kafka.daily_out SET FROM public.elsewhere", user=user)
    assert sink(world)[1] == "public.elsewhere"


def a_sink_that_somebody_repointed_is_told_and_left_alone(world):
    begin(world)
    assert world.cutover("drift", expect=0)
    change_daily(world)
    world.apply()
    assert world.cutover("drift", expect=0), "Cutover's own hand is no drift"
    repoint_by_hand(world, "ada")
    line = world.cutover("drift", expect=2).strip()
    assert line.startswith("kafka.daily_out   sink reads public.elsewhere, deployed to read shop.daily, 20") and line.endswith("UTC, role ada"), line
    found = json.loads(world.cutover("drift", "--output", "json", expect=2))["drift"]
    assert [(d["kind"], d["by"]) for d in found] == [("definitions", "ada")], found
    for _ in range(3):
        world.cutover("run", "--once")
    told = [text for text in world.receiver.texts() if "drift: sink kafka.daily_out" in text or "sink reads public.elsewhere" in text]
    assert len(told) == 1 and sink(world)[1] == "public.elsewhere", world.receiver.texts()


def a_sink_that_somebody_repointed_is_healed(world):
    world.repository.edit("cutover.yaml", "  production:\n", "  production:\n    drift: heal\n")
    begin(world)
    before = sink(world)
    repoint_by_hand(world, "ada")
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and world.marker().startswith("cutover_production_g2_")
                   and world.phases()[-1] == "live")
    assert sink(world) == before
    for _ in range(3):
        world.cutover("run", "--once")
    assert world.marker().startswith("cutover_production_g2_"), "it is healed once"
    assert world.cutover("drift", expect=0)


def drift(world, expect):
    found = json.loads(world.cutover("drift", "--output", "json", expect=expect))["drift"]
    return [(d["object"], d["kind"], d["what"], d.get("by")) for d in found]


def heal(world, generation):
    world.wait_for("the healing", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "live"
                   and world.marker().startswith("cutover_production_g%d_" % generation))


def a_sink_that_somebody_made_anew_in_another_way_is_told_and_comes_back_when_it_is_gone(world):
    world.repository.edit("cutover.yaml", "  production:\n", "  production:\n    drift: heal\n")
    begin(world)
    world.sql("CREATE ROLE ada SUPERUSER")
    world.sql("DROP SINK kafka.daily_out", user="ada")
    world.sql("CREATE SINK kafka.daily_out IN CLUSTER sinks FROM shop.daily INTO KAFKA CONNECTION public.broker (TOPIC 'mine') "
              "KEY (day) NOT ENFORCED FORMAT JSON ENVELOPE UPSERT", user="ada")
    other = sink(world)
    assert drift(world, 2) == [("kafka.daily_out", "definitions", "sink replaced by another sink with TOPIC = 'mine', KEY = (\"day\"), ENVELOPE = upsert, "
                                "deployed with TOPIC = 'daily', ENVELOPE = debezium", "ada")], drift(world, 2)
    assert world.cutover("drift", expect=2).strip().endswith("role ada:  not healed while that stands there: drop it, or give it another name")
    for _ in range(5):
        world.cutover("run", "--once")
    assert sink(world) == other and world.marker().startswith("cutover_production_g1_"), "it is not ours, and no healing begins"
    world.sql("DROP SINK kafka.daily_out", user="ada")
    assert drift(world, 2) == [("kafka.daily_out", "definitions", "sink dropped", "ada")]
    heal(world, 2)
    assert sink(world)[1] == "shop.daily" and drift(world, 0) == []
    assert world.sql("SELECT envelope_type FROM mz_sinks WHERE name = 'daily_out'") == [("debezium",)]


ICEBERG = ("{{ config(materialized='sink', schema='kafka', cluster='sinks') }}\nFROM {{ ref('daily') }}\n"
           "INTO ICEBERG CATALOG CONNECTION public.lake (NAMESPACE = 'shop', TABLE = 'daily') USING AWS CONNECTION public.aws\n"
           "KEY (day) NOT ENFORCED MODE UPSERT WITH (COMMIT INTERVAL = '1m')\n")


def commit_interval(world, shown):
    assert "COMMIT INTERVAL = '%s'" % shown in world.sql("SELECT create_sql FROM mz_sinks WHERE name = 'daily_out'")[0][0]


def how_often_a_sink_commits_is_told_and_healed(world):
    world.sql("CREATE CONNECTION public.aws TO AWS (REGION = 'us-east-1')")
    world.sql("CREATE CONNECTION public.lake TO ICEBERG CATALOG (URL = 'https://lake')")
    world.repository.edit("cutover.yaml", "      serving: {size: 25cc}", "      serving: {size: 25cc}\n      sinks: {size: 25cc}\n    drift: heal")
    world.repository.write("models/daily_out.sql", ICEBERG)
    world.repository.commit("Write what we sell a day to the lake")
    deploy(world)
    before = sink(world)
    commit_interval(world, "1m")
    assert drift(world, 0) == []
    world.sql("CREATE ROLE ada SUPERUSER")
    world.sql("ALTER SINK kafka.daily_out SET (COMMIT INTERVAL = '00:01:00')", user="ada")
    assert drift(world, 0) == [], "the same in other words is no drift"
    world.sql("ALTER SINK kafka.daily_out SET (COMMIT INTERVAL = '5m')", user="ada")
    assert drift(world, 2) == [("kafka.daily_out", "other", "sink has COMMIT INTERVAL = '300 seconds', deployed with COMMIT INTERVAL = '60 seconds'", "ada")]
    heal(world, 2)
    assert sink(world) == before and drift(world, 0) == [] and world.plan(expect=0)["outcome"] == "nothing"
    commit_interval(world, "60 seconds")
    for _ in range(3):
        world.cutover("run", "--once")
    assert world.marker().startswith("cutover_production_g2_"), "it is healed once"


TESTS = [a_sink_that_somebody_made_anew_in_another_way_is_told_and_comes_back_when_it_is_gone, how_often_a_sink_commits_is_told_and_healed,
         a_sink_that_somebody_repointed_is_told_and_left_alone, a_sink_that_somebody_repointed_is_healed,
         a_sink_is_created_when_what_it_reads_is_live, a_sink_follows_what_it_reads_and_keeps_its_id,
         the_old_side_stays_until_its_sinks_have_left_it, the_way_back_takes_the_sinks_along,
         the_way_back_is_open_while_a_sink_cannot_follow, a_sink_that_somebody_renamed_right_after_the_cutover_follows,
         a_sink_follows_what_it_reads_when_somebody_has_just_renamed_that,
         a_sink_that_somebody_renamed_follows_and_goes_back,
         a_limit_of_the_server_that_keeps_a_sink_out_is_said,
         a_new_sink_goes_with_the_commit_that_brought_it, a_sink_that_was_just_made_when_a_newer_commit_comes_is_ours,
         a_sink_that_has_just_taken_the_place_of_ours_is_not_repointed, a_sink_that_has_just_taken_the_place_of_ours_is_not_dropped,
         apply_first_ends_what_is_under_way_when_the_next_plan_is_refused, columns_that_a_sink_cannot_follow_fail_the_commit,
         a_sink_leaves_what_is_gone_when_another_is_declared_in_its_place, the_way_back_sends_a_sink_to_what_it_read_before,
         a_sink_alone_is_declared_to_read_another, a_sink_that_was_not_recorded_yet_as_reading_another,
         a_sink_cannot_read_another_with_other_columns_unless_it_is_made_anew, a_changed_sink_is_made_anew_only_when_it_is_permitted]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
