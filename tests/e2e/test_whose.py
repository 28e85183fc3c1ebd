"""What is there is told apart by its id and by when it was made, not by the name that it bears: a commit that comes back,
production that somebody has swapped with green."""
from harness import ROOT, run
from test_adopt import dbt_run
from test_in_place import ids
from test_sinks import begin, sink

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def push_back(world, commit):
    world.repository.git("reset", "-q", "--hard", commit)
    world.repository.git("push", "-q", "-f", "origin", "HEAD:main")


def a_commit_that_comes_back_while_another_is_built_goes_live(world):
    """Whatever it made passed for the other one's, was dropped and made again until the deadline of the build."""
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    first = world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 1000")
    world.repository.commit("Leave all but the largest out")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    push_back(world, first)
    world.apply()
    assert world.marker() == "cutover_production_g2_" + first[:8] and world.phases()[-1] == "live"
    assert world.sql("SELECT orders FROM shop.daily WHERE day = '2026-11-01'") == [(1,)]


def a_commit_that_failed_before_another_one_is_tried_again_to_its_end(world):
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.write("tests/none.sql", "select * from {{ ref('daily') }}\n")
    first = world.repository.commit("A test that fails")
    world.apply(expect=1)
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 6")
    world.repository.commit("It fails yet")
    world.apply(expect=1)
    push_back(world, first)
    world.cutover("resume", expect=(0, 2, 3))
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert "failed   g2 %s: test none failed" % first[:7] in text, text


def swap_by_hand(world, clusters=()):
    for schema in ("shop", "reports"):
        world.sql("ALTER SCHEMA %s SWAP WITH %s_green" % (schema, schema))
    for cluster in clusters:
        world.sql("ALTER CLUSTER %s SWAP WITH %s_green" % (cluster, cluster))


def wait_for_approval(world):
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    promotion: manual\n    keep_failed: 0s")
    world.repository.commit("Ask first")
    world.cutover("apply", "--yes", expect=(0, 2, 3))
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "awaiting_approval", expect=(0, 2, 3))
    assert world.phases()[-1] == "awaiting_approval"


def a_clock_that_goes_back_enters_no_phase_twice(world):
    """What was noted sorted before what it followed: each pass entered the same phase again, and told people of it."""
    world.apply()
    wait_for_approval(world)
    seen = world.phases()
    before = world.sql("SELECT now()")
    world.set_clock(-1200)
    world.cutover("status", expect=3)
    assert world.sql("SELECT now()") < before
    world.set_clock(60)
    world.cutover("approve", "--yes")
    world.apply()
    phases = world.phases()
    assert phases[:len(seen)] == seen and phases[-4:] == ["cutting_over", "soaking", "cleaning", "live"], phases
    assert all(one != next for one, next in zip(phases, phases[1:])), phases


def production_is_not_green_whoever_gives_it_that_name(world):
    """Somebody swaps by hand what waits for approval: what had been production was dropped as green, and nothing was told."""
    world.apply()
    before = ids(world)
    wait_for_approval(world)
    swap_by_hand(world, ("compute", "serving"))
    for _ in range(4):
        world.cutover("run", "--once")
    assert world.phases()[-1] in ("checking", "building"), world.phases()
    world.cutover("status", expect=3)
    world.cutover("abort", "--reason", "nobody has approved it")
    for _ in range(4):
        world.cutover("run", "--once")
    assert world.phases()[-1] == "aborted"
    text = world.cutover("drift", expect=2)
    assert "schema renamed to shop_green" in text and "cluster renamed to compute_green" in text, text
    swap_by_hand(world, ("compute", "serving"))
    world.wait_for("green is gone", lambda: world.cutover("run", "--once") is not None and "shop_green" not in world.schemas())
    assert ids(world) == before and "compute_green" not in world.clusters()
    world.cutover("drift", expect=0)


def green_that_somebody_has_put_into_production_is_not_dropped_with_its_cluster(world):
    """Only the schemas were swapped: the clusters that production runs on by now are those of green."""
    world.apply()
    before = ids(world)
    wait_for_approval(world)
    swap_by_hand(world)
    after = ids(world)
    world.cutover("abort", "--reason", "nobody has approved it")
    for _ in range(6):
        world.cutover("run", "--once")
    assert ids(world) == after
    text = world.cutover("status", expect=(2, 3))
    assert 'cannot drop cluster "compute_green"' in text, text
    assert "CO4121: schema shop_green was shop in production, until somebody gave it the name that green needs meanwhile" in text, text
    swap_by_hand(world)
    world.wait_for("green is gone", lambda: world.cutover("run", "--once") is not None and "shop_green" not in world.schemas())
    assert ids(world) == before and "compute_green" not in world.clusters()


def what_was_taken_over_is_not_green_whoever_gives_it_that_name(world):
    """No transaction has ever named it: all of production was dropped as green."""
    dbt_run(world)
    world.cutover("adopt", "--yes")
    before = ids(world)
    wait_for_approval(world)
    swap_by_hand(world, ("compute", "serving"))
    for _ in range(6):
        world.cutover("run", "--once", expect=(0, 3))
    world.cutover("abort", "--reason", "nobody has approved it")
    for _ in range(6):
        world.cutover("run", "--once", expect=(0, 3))
    swap_by_hand(world, ("compute", "serving"))
    world.wait_for("green is gone", lambda: world.cutover("run", "--once") is not None and "shop_green" not in world.schemas())
    assert ids(world) == before and "compute_green" not in world.clusters()
    world.cutover("drift", expect=0)


def swap_views(world, one, other):
    for old, new in ((one, "hand"), (other, one), ("hand", other)):
        world.sql("ALTER VIEW reports.%s RENAME TO %s" % (old, new))


def a_view_of_production_is_not_green_whoever_gives_it_that_name(world):
    """One was built beside and renamed by its cutover, the other came with its schema: both were dropped as green."""
    light, other = "models/reports/light.sql", "models/reports/other.sql"
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 0s\n    promotion: manual\n    keep_failed: 0s")
    for path in (light, other):
        world.repository.write(path, "select 1 as x\n")
    world.repository.commit("Two views")
    world.cutover("apply", "--yes", expect=3)
    world.cutover("approve", "--yes")
    world.apply()
    world.repository.write(light, "select 2 as x\n")
    world.repository.commit("Change one")
    world.cutover("apply", "--yes", expect=3)
    world.cutover("approve", "--yes")
    world.apply()
    before = ids(world)
    for path in (light, other):
        world.repository.write(path, "select 3 as x\n")
    world.repository.commit("Change both")
    world.cutover("apply", "--yes", expect=3)
    assert set(ids(world)) == set(before) | {"reports.light_green", "reports.other_green"}, ids(world)
    swap_views(world, "light", "light_green")
    swap_views(world, "other", "other_green")
    for _ in range(6):
        world.cutover("run", "--once", expect=(0, 3))
    assert set(before.values()) <= set(ids(world).values()), "production was dropped"
    world.cutover("abort", "--reason", "nobody has approved it")
    for _ in range(6):
        world.cutover("run", "--once", expect=(0, 3))
    assert set(before.values()) <= set(ids(world).values()), "production was dropped"
    text = world.cutover("drift", expect=2)
    assert "view renamed to reports.light_green" in text and "view renamed to reports.other_green" in text, text
    swap_views(world, "light", "light_green")
    swap_views(world, "other", "other_green")
    world.wait_for("green is gone", lambda: world.cutover("run", "--once") is not None and ids(world) == before)
    world.cutover("drift", expect=0)


def a_sink_that_a_person_made_with_our_role_is_not_taken_for_ours(world):
    """A commit that failed long ago made it look so: it was never recorded, and what Git said of it did nothing, without a word."""
    begin(world)
    world.repository.write("tests/none.sql", "select * from {{ ref('daily') }}\n")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("A test that fails")
    world.apply(expect=1)
    world.repository.remove("tests/none.sql")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 0")
    world.repository.write("models/reports/light.sql", "select 1 as x\n")
    world.repository.commit("Something else")
    world.apply()
    world.sql("DROP SINK kafka.daily_out")
    world.sql("CREATE SINK kafka.daily_out IN CLUSTER sinks FROM shop.daily INTO KAFKA CONNECTION public.broker (TOPIC 'mine') FORMAT JSON ENVELOPE DEBEZIUM")
    world.repository.edit("models/daily_out.sql", "TOPIC 'daily'", "TOPIC 'days'")
    world.repository.commit("Another topic\n\nCutover-Permit: stateful:materialize.kafka.daily_out")
    text = world.cutover("plan", expect=3)
    assert "refused CO4103: kafka.daily_out stands in the way" in text, text
    world.sql("DROP SINK kafka.daily_out")
    world.apply()
    assert world.plan(expect=0)["outcome"] == "nothing" and sink(world)[1] == "shop.daily"


def an_index_that_a_person_with_our_role_made_anew_is_drift_while_something_is_under_way(world):
    """It passed for what the commit makes where it stays: nothing was told, the plan called it changed in Git, and it was dropped."""
    light = "models/reports/light.sql"
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 7d\n    promotion: manual")
    world.repository.write(light, "{{ config(schema='lite') }}\nselect 1 as x\n")
    world.repository.commit("A view by itself")
    world.cutover("apply", "--yes", expect=3)
    world.cutover("approve", "--yes")
    world.apply()
    for number, phase in ((2, "awaiting_approval"), (3, "soaking")):
        world.repository.write(light, "{{ config(schema='lite') }}\nselect %d as x\n" % number)
        world.repository.commit("Change it")
        world.cutover("apply", "--yes", "--until", "awaiting_approval", expect=(0, 2, 3))
        if phase == "soaking":
            world.cutover("approve", "--yes")
            world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
        assert world.phases()[-1] == phase, world.phases()
        world.sql("DROP INDEX shop.daily_day_idx")
        world.sql("CREATE INDEX daily_day_idx IN CLUSTER serving ON shop.daily (orders)")
        text = world.cutover("drift", expect=2)
        assert "shop.daily_day_idx   index replaced by another index" in text and "role materialize" in text, text
        text = world.cutover("plan", expect=3)
        assert "refused CO4103: shop.daily_day_idx stands in the way" in text and "changed in Git: built beside" not in text, text
        world.sql("DROP INDEX shop.daily_day_idx")


def what_a_person_with_our_role_made_anew_on_green_never_goes_live(world):
    """It bore the name and lay where ours had been: it passed for what the commit says, and went live without a test."""
    world.apply()
    wait_for_approval(world)
    world.sql("DROP MATERIALIZED VIEW reports_green.top_items")
    world.sql("CREATE MATERIALIZED VIEW reports_green.top_items IN CLUSTER serving_green AS SELECT day, cents FROM shop_green.daily WHERE cents > 1000000")
    world.wait_for("a look", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] != "awaiting_approval")
    world.cutover("apply", "--yes", "--until", "awaiting_approval", expect=(0, 2, 3))
    assert world.phases()[-4:] == ["building", "hydrating", "checking", "awaiting_approval"], world.phases()
    world.cutover("approve", "--yes")
    world.apply()
    stored = world.sql("SELECT create_sql FROM mz_materialized_views WHERE name = 'top_items'")
    assert len(stored) == 1 and stored[0][0].rpartition(" AS OF ")[0].endswith('"cents" > 0') and world.plan(expect=0)["outcome"] == "nothing", stored


def an_index_of_somebody_else_on_green_keeps_what_it_is_on(world):
    """The server drops indexes with their relation and says nothing."""
    world.apply()
    world.sql("CREATE ROLE looker SUPERUSER")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    world.sql("CREATE INDEX mine IN CLUSTER quickstart ON shop_green.daily (day)", user="looker")
    world.cutover("abort", "--reason", "not today", expect=(0, 2, 3))
    for _ in range(4):
        world.cutover("run", "--once", expect=(0, 3))
    assert {("shop_green", "mine"), ("shop_green", "daily")} <= {o[:2] for o in world.objects()}, world.objects()
    assert "index shop_green.mine is not ours, and would go with it" in world.cutover("status", expect=3)
    world.sql("DROP INDEX shop_green.mine", user="looker")
    world.wait_for("green is gone", lambda: world.cutover("run", "--once") is not None and "shop_green" not in world.schemas())


def what_an_overtaken_commit_built_beside_goes_with_its_index(world):
    """Its process was killed before it noted them: the index has its last name already, and passed for one of production that must not go along."""
    world.apply()
    world.repository.write("models/shop/more.sql", "{{ config(indexes=[{'columns': ['id'], 'name': 'more_idx', 'cluster': 'compute'}]) }}\nselect 1 as id\n")
    world.repository.commit("One view more")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    world.sql("DELETE FROM cutover.log WHERE deployment LIKE 'production-g2-%' AND kind IN ('objects', 'result')")
    world.repository.edit("models/shop/more.sql", "select 1", "select 2")
    world.repository.commit("Another number")
    world.apply()
    assert world.sql("SELECT id FROM shop.more") == [(2,)]
    assert len(world.sql("SELECT 1 FROM mz_indexes WHERE name = 'more_idx'")) == 1 and world.plan(expect=0)["outcome"] == "nothing"


def what_somebody_puts_on_the_old_side_stops_a_cutover_that_was_decided_on(world):
    """The process stood still then, and the plan was never looked at again: it went along to the old side, or read it from then on."""
    world.apply()
    world.sql("CREATE ROLE looker SUPERUSER")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    for place, text, name in (("shop", "1 AS one", "shop.mine"), ("public", "* FROM shop.daily", "public.mine")):
        world.cutover("apply", "--yes", "--until", "cutting_over")
        world.sql("CREATE VIEW %s.mine AS SELECT %s" % (place, text), user="looker")
        world.apply(expect=3)
        assert "refused CO4103: %s stands in the way" % name in world.cutover("plan", expect=3)
        assert world.phases()[-2:] == ["cutting_over", "building"] and world.marker().startswith("cutover_production_g1_"), world.phases()
        assert (place, "mine") in [o[:2] for o in world.objects()], world.objects()
        world.sql("DROP VIEW %s.mine" % place, user="looker")
    world.apply()
    assert world.marker().startswith("cutover_production_g2_") and world.phases()[-1] == "live"


if __name__ == "__main__":
    run([what_an_overtaken_commit_built_beside_goes_with_its_index,
         a_clock_that_goes_back_enters_no_phase_twice, a_commit_that_comes_back_while_another_is_built_goes_live, a_commit_that_failed_before_another_one_is_tried_again_to_its_end,
         production_is_not_green_whoever_gives_it_that_name, green_that_somebody_has_put_into_production_is_not_dropped_with_its_cluster,
         what_was_taken_over_is_not_green_whoever_gives_it_that_name, a_view_of_production_is_not_green_whoever_gives_it_that_name,
         a_sink_that_a_person_made_with_our_role_is_not_taken_for_ours,
         what_a_person_with_our_role_made_anew_on_green_never_goes_live, an_index_of_somebody_else_on_green_keeps_what_it_is_on,
         an_index_that_a_person_with_our_role_made_anew_is_drift_while_something_is_under_way,
         what_somebody_puts_on_the_old_side_stops_a_cutover_that_was_decided_on],
        PROJECT, SEED)
