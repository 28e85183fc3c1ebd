"""Several environments in one Materialize, whose controllers bear one role: each keeps what is its own, whatever names it bears."""
from harness import ROOT, run
from test_names import a_commit_of_another_environment

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"
PRODUCTION = ("  production: {branch: main, target: prod, %sclusters: {%scompute: {size: 25cc}, serving: {size: 25cc}}, hydration: {settle: 5s}, "
              "soak: 4m, drain: 5m, keep_failed: 0s}\n")
EXTRA = "  extra: {branch: main, target: prod, select: path:models/extra, clusters: {more: {size: 25cc}}, soak: 4m, promotion: manual}\n"


def a_test_fails(world, model, green):
    """And its green is gone."""
    world.repository.write("tests/none.sql", "select * from {{ ref('%s') }}\n" % model)
    world.repository.commit("A test that fails")
    world.apply(expect=1)
    world.wait_for("green is gone", lambda: world.cutover("run", "--once") is not None and green not in world.schemas())


def pass_of(world, environment, command=("run", "--once"), expect=0):
    world.environment = environment
    world.cutover(*command, expect=expect)
    world.environment = "production"


def what_another_environment_took_over_under_a_name_that_green_had_is_its_own(world):
    """No comment tells whose it is, since what is adopted is left as it is: all of it was dropped."""
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    keep_failed: 0s")
    staging = "  staging: {branch: staging, target: staging, soak: 0s, clusters: {compute_green: {size: 25cc}}}\n"
    world.repository.write("cutover.yaml", (world.repository.work / "cutover.yaml").read_text() + staging)
    world.repository.edit("macros/names.sql", "target.name == 'prod'", "true")
    world.repository.commit("Two environments")
    a_commit_of_another_environment(world)
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    a_test_fails(world, "daily", "shop_green")
    world.sql("CREATE SCHEMA shop_green;\nCREATE CLUSTER compute_green (SIZE '25cc');\n"
              "CREATE MATERIALIZED VIEW shop_green.one IN CLUSTER compute_green AS (\nselect 1 as x\n)")
    pass_of(world, "staging", ("adopt", "--yes"))
    for _ in range(3):
        world.cutover("run", "--once")
    assert world.sql("SELECT x FROM shop_green.one") == [(1,)] and "compute_green" in world.clusters()


def green_of_another_environment_under_a_name_that_green_had_is_its_own(world):
    """What one environment tried in vain is another one's by now: its controller dropped what the other one's had just built, and again."""
    yaml, base = world.repository.work / "cutover.yaml", "models/extra/base.sql"
    yaml.write_text("version: 1\nenvironments:\n" + PRODUCTION % ("", "more: {size: 25cc}, "))
    world.repository.write(base, "{{ config(materialized='materialized_view', schema='extra', cluster='more') }}\nselect 1 as id\n")
    a_test_fails(world, "base", "extra_green")
    yaml.write_text("version: 1\nenvironments:\n" + PRODUCTION % ("exclude: path:models/extra, ", "") + EXTRA)
    world.repository.remove("tests/none.sql")
    world.repository.commit("In an environment of its own")
    world.apply()
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%more_green%', NULL)")
    pass_of(world, "extra", ("apply", "--yes", "--until", "building"))
    pass_of(world, "extra")
    made = world.sql("SELECT id FROM mz_schemas WHERE name = 'extra_green' UNION ALL SELECT id FROM mz_clusters WHERE name = 'more_green'")
    for _ in range(4):
        world.cutover("run", "--once")
        pass_of(world, "extra")
    now = world.sql("SELECT id FROM mz_schemas WHERE name = 'extra_green' UNION ALL SELECT id FROM mz_clusters WHERE name = 'more_green'")
    assert len(made) == 2 and now == made, (made, now)


def rows_that_were_copied_are_nobodys(world):
    """To another environment: all of production was to be removed as no longer in Git. To another database: a repair made a second marker."""
    world.repository.edit("cutover.yaml", "target: prod", "target: prod\n    exclude: path:models/extra")
    world.repository.edit("cutover.yaml", "    clusters:\n      compute: {size: 25cc}\n      serving: {size: 25cc}\n", "")
    world.repository.write("cutover.yaml", (world.repository.work / "cutover.yaml").read_text() + "  extra: {branch: main, target: prod, select: path:models/extra, soak: 0s}\n")
    world.repository.write("models/extra/base.sql", "{{ config(materialized='view', schema='extra') }}\nselect 1 as id\n")
    world.sql("CREATE CLUSTER compute (SIZE '25cc');\nCREATE CLUSTER serving (SIZE '25cc')")
    world.repository.commit("Two environments")
    pass_of(world, "extra", ("apply", "--yes"))
    world.apply()
    world.repository.write("models/reports/light.sql", "select 1 as x\n")
    world.repository.commit("One more")
    world.cutover("apply", "--yes", "--until", "hydrating")
    world.sql("INSERT INTO cutover.log SELECT 'extra', deployment, writer, seq, at, kind, body FROM cutover.log WHERE environment = 'production'")
    world.environment = "extra"
    assert world.plan(expect=0)["outcome"] == "nothing"
    world.environment = "production"
    world.apply()
    assert world.plan(expect=0)["outcome"] == "nothing"
    world.sql("CREATE DATABASE other;\nCREATE SCHEMA other.cutover;\nCREATE TABLE other.cutover.log "
              "(environment text, deployment text, writer text, seq int8, at timestamptz, kind text, body jsonb)")
    world.sql("INSERT INTO other.cutover.log SELECT * FROM cutover.log")
    here = world.standin.url
    world.standin.url = lambda: here(database="other")
    text = world.cutover("repair", "--yes", expect=3)
    assert "database materialize has one of production" in text and "connect to that database" in text, text
    assert world.sql("SELECT count(*) FROM mz_schemas WHERE name LIKE 'cutover_production_g%'") == [(1,)]


def who_connects_to_another_database_is_told_where_the_record_is(world):
    """All of production stood in the way there, to be adopted once more or dropped."""
    world.apply()
    schemas = "SELECT s.id, s.name FROM mz_schemas s JOIN mz_databases d ON d.id = s.database_id WHERE s.id LIKE 'u%' AND d.name = 'materialize' ORDER BY 1"
    before = world.sql(schemas)
    world.sql("CREATE DATABASE other")
    here = world.standin.url
    world.standin.url = lambda: here(database="other")
    text = world.cutover("plan", expect=3)
    assert "refused CO4104: schema shop belongs to environment production, whose record is in database materialize" in text, text
    assert "DROP" not in text, text
    world.cutover("adopt", "--yes", expect=1)
    assert "connect to database materialize" in world.stderr, world.stderr
    for _ in range(3):
        world.cutover("run", "--once", expect=(0, 3))
    world.cutover("adopt", "--yes", expect=1)
    assert "CO5061" in world.stderr, world.stderr
    world.standin.url = here
    assert world.sql(schemas) == before
    assert world.plan(expect=0)["outcome"] == "nothing"


def whoever_renames_an_environment_is_told_to_give_it_its_name_back(world):
    """In the soak: told that each object had no record and to adopt it, which was refused, and to drop what production had left."""
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Five")
    world.cutover("apply", "--yes", "--until", "soaking")
    before = world.objects()
    world.repository.edit("cutover.yaml", "  production:", "  live:")
    world.repository.commit("Call production live")
    world.environment = "live"
    text = world.cutover("plan", expect=3)
    refused = [line for line in text.splitlines() if line.startswith(("refused", "warning"))]
    assert sorted(refused) == ["refused CO4104: %s belongs to environment production" % it for it in
                               ("cluster compute", "cluster serving", "schema reports", "schema shop")], text
    assert "if production was renamed, give it its name back in cutover.yaml" in text and "adopt" not in text, text
    assert "the record has environment production, which no cutover.yaml here names" in world.cutover("doctor", expect=(0, 1))
    world.cutover("run", "--once", expect=(0, 3))
    world.environment = "production"
    world.repository.edit("cutover.yaml", "  live:", "  production:")
    world.repository.commit("Call it production")
    assert "the record has environment" not in world.cutover("doctor", expect=(0, 1))
    assert world.objects() == before and world.status()["deployment"]["phase"] == "soaking"
    world.cutover("rollback", "--reason", "four was right")
    world.wait_for("the way back", lambda: world.cutover("run", "--once", expect=(0, 1, 2, 3)) is not None and world.phases()[-1] == "rolled_back")


def an_author_does_not_say_whose_production_is(world):
    """His name is in the comments: one like this gave production to staging, and one of a thousand letters failed each of his commits."""
    world.repository.git("config", "user.name", "Ada | Cutover staging g1 " + "a" * 1100)
    world.repository.commit("A name like that")
    world.apply()
    world.sql("DROP TABLE cutover.log")
    world.cutover("repair", "--yes", expect=(0, 3))
    text = world.cutover("adopt", "--yes")
    assert text.startswith("9 of 9 objects equal"), text


TESTS = [rows_that_were_copied_are_nobodys, an_author_does_not_say_whose_production_is,
         who_connects_to_another_database_is_told_where_the_record_is,
         what_another_environment_took_over_under_a_name_that_green_had_is_its_own,
         green_of_another_environment_under_a_name_that_green_had_is_its_own, whoever_renames_an_environment_is_told_to_give_it_its_name_back]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
