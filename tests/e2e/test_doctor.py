"""What is missing before the first deployment, a line each, with what to type; and then that nothing is."""
import json

from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def lines(world, expect, *args):
    document = json.loads(world.cutover("doctor", "--output", "json", *args, expect=expect))
    assert document["schema"] == "cutover.doctor/1"
    return document["lines"]


def failing(world):
    return [(line["area"], line["text"]) for line in lines(world, 1) if line["verdict"] == "fail"]


def fixes(world):
    return [line["fix"] for line in lines(world, 1) if line["verdict"] == "fail"]


def connect_as(world, role):
    world.sql("ALTER SYSTEM SET enable_rbac_checks = true", user="mz_system")
    world.standin.url = lambda: "postgres://%s@127.0.0.1:%d/materialize" % (role, world.standin.port)


def a_healthy_world_is_told_line_by_line(world):
    text = world.cutover("doctor", expect=0)
    found = {line.split()[1]: line.split()[0] for line in text.splitlines()}
    assert found == {"configuration": "ok", "git": "ok", "materialize": "ok", "hydration": "ok", "clock": found["clock"], "rbac": "warn", "record": "ok",
                     "project": "ok", "privileges": "ok", "notifiers": "ok"}, text
    assert "role materialize, cluster quickstart has 1 replica\n" in text, text
    assert "production at " in text and ": 6 models\n" in text, text
    assert "cutover" not in world.schemas(), "looking changes nothing"
    assert world.receiver.texts() == [], "and sends nothing"


def what_it_says_is_all_that_is_missing(world):
    """Typed as they are, the fixes are enough to deploy, and nothing is left to say."""
    world.sql("CREATE ROLE cutover")
    world.sql("REVOKE USAGE ON CLUSTER quickstart FROM PUBLIC")
    connect_as(world, "cutover")
    said = failing(world)
    assert ("privileges", "role cutover cannot create clusters") in said, said
    assert ("privileges", "role cutover cannot create schemas in database materialize") in said, said
    assert ("privileges", "role cutover cannot read the record on cluster quickstart") in said, said
    assert ("privileges", "role cutover cannot read public.orders") in said, said
    assert 'GRANT CREATECLUSTER ON SYSTEM TO "cutover";' in fixes(world)
    world.cutover("apply", "--yes", expect=1)
    for fix in fixes(world):
        world.sql(fix.rstrip(";"), user="mz_system")
    assert [line for line in lines(world, 0) if line["verdict"] == "fail"] == []
    world.apply()
    assert world.status()["state"] == "live"


def who_may_not_read_the_record_is_told_what_to_grant(world):
    world.apply()
    world.sql("CREATE ROLE looker")
    connect_as(world, "looker")
    said = [line["fix"] for line in lines(world, 1) if line["verdict"] == "fail" and line["area"] == "record"]
    assert len(said) == 1 and said[0].count("GRANT ") == 3, said
    world.sql(said[0].replace("; ", ";\n"))
    assert world.cutover("history", expect=0)


def another_roles_schema_must_change_hands(world):
    world.sql("CREATE ROLE cutover")
    world.sql("CREATE ROLE dbt")
    world.sql("GRANT CREATE ON DATABASE materialize TO dbt")
    world.sql("CREATE SCHEMA shop", user="dbt")
    world.sql("CREATE VIEW shop.daily AS SELECT 1 AS x", user="dbt")
    connect_as(world, "cutover")
    found = [line for line in lines(world, 1) if "schema shop" in line["text"]]
    assert [line["text"] for line in found] == ["role cutover cannot replace what another role owns: schema shop is dbt's"], found
    assert found[0]["fix"].startswith("GRANT dbt TO cutover; or: ALTER SCHEMA"), found
    strangers = [line for line in lines(world, 1) if line["area"] == "objects"]
    assert strangers[0]["verdict"] == "warn" and strangers[0]["fix"] == "cutover adopt", strangers


def a_record_cluster_without_replica_is_a_failure(world):
    world.sql("ALTER CLUSTER quickstart SET (REPLICATION FACTOR 0)", user="mz_system")
    world.wait_for("no replica", lambda: not world.sql("SELECT count(*) FROM mz_cluster_replicas r JOIN mz_clusters c ON c.id = r.cluster_id "
                                                       "WHERE c.name = 'quickstart'")[0][0])
    said = dict(failing(world))
    assert said["materialize"].endswith("cluster quickstart has 0 replicas"), said


def the_record_names_who_may_look_and_who_may_ask(world):
    world.apply()
    record = [line for line in lines(world, 0) if line["area"] == "record"]
    assert record[0]["fix"] == 'GRANT USAGE ON SCHEMA "materialize"."cutover" TO "<role>"; GRANT SELECT ON TABLE "materialize"."cutover"."log" TO "<role>";'
    assert record[1]["fix"] == 'GRANT INSERT ON TABLE "materialize"."cutover"."log" TO "<role>";'


def what_is_broken_elsewhere_has_a_line_too(world):
    world.repository.edit("models/shop/daily.sql", "ref('orders_clean')", "ref('orders_clen')")
    world.repository.commit("Break it")
    said = failing(world)
    assert [area for area, _ in said] == ["project"] and "does not compile, 1 error" in said[0][1], said
    world.repository.write("cutover.yaml", "version: 1\nenvironments: {production: {branche: main}}\n")
    world.repository.commit("Break the configuration")
    said = failing(world)
    assert said and said[0][0] == "git" and 'unknown key "branche"' in said[0][1], said
    world.standin.stop()
    said = dict(failing(world))
    assert "CO5001" in said["materialize"], said


def each_notifier_answers_in_text_and_in_json(world):
    assert world.cutover("notify", "--test") == "ok    slack: 200 ok\n"
    told = json.loads(world.cutover("notify", "--test", "-o", "json"))
    assert told == {"schema": "cutover.notify/1", "notifiers": [{"name": "slack", "verdict": "ok", "text": "200 ok"}]}, told
    world.receiver.fail_next = 1
    told = json.loads(world.cutover("notify", "--test", "-o", "json", expect=1))
    assert [n["verdict"] for n in told["notifiers"]] == ["fail"] and "503" in told["notifiers"][0]["text"], told
    assert len(world.receiver.messages) == 2


def a_password_never_shows(world):
    text = world.cutover("doctor", "--log-level", "debug", expect=0)
    assert world.receiver.url not in text + world.stderr


def what_was_made_and_is_not_in_the_record_is_told(world):
    """An older record is brought back while green is built, and Git wants nothing of it any more: its cluster ran on, and no word told of it."""
    world.apply()
    assert "does not know" not in world.cutover("doctor", expect=0)
    world.repository.write("models/extra/base.sql", "{{ config(materialized='materialized_view', schema='extra', cluster='more') }}\nselect 1 as id\n")
    world.repository.edit("cutover.yaml", "      serving:", "      more: {size: 25cc}\n      serving:")
    world.repository.commit("One more")
    world.cutover("apply", "--yes", "--until", "hydrating")
    assert "does not know" not in world.cutover("doctor", expect=0)
    world.sql("DELETE FROM cutover.log WHERE deployment LIKE 'production-g2-%'")
    world.repository.git("revert", "--no-edit", "HEAD")
    world.repository.commit("Not any more")
    assert world.plan(expect=0)["outcome"] == "nothing"
    text = world.cutover("doctor", expect=0)
    assert "production: Cutover made this, and its record does not know it: schema extra_green, cluster more_green" in text, text


if __name__ == "__main__":
    run([what_was_made_and_is_not_in_the_record_is_told, a_healthy_world_is_told_line_by_line, what_it_says_is_all_that_is_missing, who_may_not_read_the_record_is_told_what_to_grant, another_roles_schema_must_change_hands,
         a_record_cluster_without_replica_is_a_failure, the_record_names_who_may_look_and_who_may_ask,
         what_is_broken_elsewhere_has_a_line_too, each_notifier_answers_in_text_and_in_json, a_password_never_shows], PROJECT, SEED)
