"""A name that one commit gave is borne by something else later: a stranger's, production, what another commit made."""
from harness import ROOT, run
from test_in_place import a_new_model_fails, ids
from test_replace import begin, change_daily, waiting

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"
CUSTOMERS = "models/shop/customers.sql"
ONE, TWO = "indexes=[{'default': true}]", "indexes=[{'default': true}, {'columns': ['name'], 'name': 'names'}]"


def named(world, schema):
    return [o[1] for o in world.objects() if o[0] == schema]


def without_refunds(world, message):
    world.repository.remove("models/shop/refunds.sql")
    world.repository.remove("models/shop/refunds.yml")
    return world.repository.commit(message)


def what_a_stranger_put_under_a_name_that_green_had_stands_in_the_way(world):
    """It passed for what is left of the commit that failed, and the cutover took it out of production with the old side."""
    world.sql("CREATE ROLE looker SUPERUSER")
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    keep_failed: 0s")
    world.repository.commit("Keep no failed green")
    world.apply()
    a_new_model_fails(world)
    world.wait_for("green is gone", lambda: world.cutover("run", "--once") is not None and "refunds_green" not in named(world, "shop"))
    world.sql("CREATE MATERIALIZED VIEW shop.refunds_green IN CLUSTER quickstart AS SELECT 1 AS mine", user="looker")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    without_refunds(world, "Leave small orders out")
    text = world.cutover("plan", expect=3)
    assert "CO4103: shop.refunds_green stands in the way" in text and "role looker" in text, text
    world.apply(expect=3)
    assert world.sql("SELECT mine FROM shop.refunds_green") == [(1,)]
    world.sql("DROP MATERIALIZED VIEW shop.refunds_green", user="looker")
    world.apply()
    assert world.marker().startswith("cutover_production_g2_")


def what_is_declared_under_a_name_that_green_had_is_rebuilt_with_what_it_reads(world):
    """It passed for green, which reads nothing of production: so it went on reading the old side, which could not go."""
    world.repository.write("models/reports/light.sql", "select 1 as x\n")
    world.repository.write("models/reports/other.sql", "select 1 as x\n")
    world.repository.write("tests/none.sql", "select * from {{ ref('other') }}\n")
    world.repository.commit("A test that fails")
    world.apply(expect=1)
    world.repository.remove("tests/none.sql")
    world.repository.remove("models/reports/other.sql")
    world.repository.commit("Without it")
    world.apply()
    world.repository.write("models/reports/other.sql", "select 1 as x\n")
    world.repository.write("tests/none.sql", "select * from {{ ref('other') }}\n")
    world.repository.commit("Another try")
    world.apply(expect=1)
    assert "other_green" in named(world, "reports")
    world.repository.remove("tests/none.sql")
    world.repository.remove("models/reports/other.sql")
    world.repository.write("models/reports/other_green.sql", "select x from {{ ref('light') }}\n")
    world.repository.commit("A view of that name")
    world.apply()
    world.repository.write("models/reports/light.sql", "select 2 as x\n")
    world.repository.commit("Change what it reads")
    world.apply()
    assert world.sql("SELECT x FROM reports.other_green") == [(2,)] and world.phases()[-1] == "live", world.phases()


def the_index_of_a_failed_commit_is_not_taken_for_a_view(world):
    """Both would be built as names_green: the next commit went live without its view."""
    world.apply()
    world.repository.edit(CUSTOMERS, ONE, TWO)
    a_new_model_fails(world)
    assert "names_green" in named(world, "shop")
    world.repository.edit(CUSTOMERS, TWO, ONE)
    world.repository.write("models/shop/names.sql", "select name from {{ source('raw', 'customers') }}\n")
    without_refunds(world, "A view instead")
    world.apply()
    assert ("shop", "names", "view") in [o[:3] for o in world.objects()], world.objects()
    assert "names_green" not in named(world, "shop") and world.plan(expect=0)["outcome"] == "nothing"


def the_view_of_a_failed_commit_makes_room_for_an_index(world):
    """The name was taken, and the CREATE was sent until the deadline of the build."""
    world.apply()
    world.repository.write("models/shop/names.sql", "select name from {{ source('raw', 'customers') }}\n")
    a_new_model_fails(world)
    world.repository.remove("models/shop/names.sql")
    world.repository.edit(CUSTOMERS, ONE, TWO)
    without_refunds(world, "An index instead")
    world.apply()
    assert ("shop", "names", "index") in [o[:3] for o in world.objects()], world.objects()
    assert "names_green" not in named(world, "shop") and world.plan(expect=0)["outcome"] == "nothing"


def an_index_of_a_failed_commit_makes_room_for_one_on_another_relation(world):
    world.apply()
    world.repository.edit(CUSTOMERS, ONE, TWO)
    a_new_model_fails(world)
    world.repository.edit(CUSTOMERS, TWO, ONE)
    world.repository.edit("models/shop/daily.sql", "indexes=[", "indexes=[{'columns': ['orders'], 'name': 'names'}, ")
    without_refunds(world, "On another relation")
    world.apply()
    on = world.sql("SELECT r.name FROM mz_indexes i JOIN mz_objects r ON r.id = i.on_id WHERE i.name = 'names'")
    assert on == [("daily",)] and "names_green" not in named(world, "shop"), on


def an_index_of_production_is_never_taken_for_green(world):
    """It bore the name that another one's green needs: it was dropped before any gate, and made anew, and dropped again."""
    world.repository.edit(CUSTOMERS, ONE, "indexes=[{'columns': ['name'], 'name': 'names'}, {'columns': ['region'], 'name': 'names_green'}]")
    world.repository.commit("Names like those of green")
    world.apply()
    before = ids(world)
    world.repository.edit(CUSTOMERS, "['name'], 'name': 'names'}", "['name', 'id'], 'name': 'names'}")
    world.repository.commit("Change the first")
    text = world.cutover("plan", expect=3)
    assert "CO4121: index shop.names_green is declared, and is the name that green needs meanwhile" in text, text
    world.apply(expect=3)
    assert ids(world) == before


def a_schema_that_a_commit_removes_is_never_taken_for_green(world):
    """It bears the name that green of another schema needs: what lies in it was dropped before any gate, and the commit failed."""
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    names: {green: '{name}_next'}")
    world.repository.write("models/reports/more.sql", "{{ config(schema='shop_green') }}\nselect 4 as x\n")
    world.repository.commit("Another word for green")
    world.apply()
    world.repository.edit("cutover.yaml", "\n    names: {green: '{name}_next'}", "")
    world.repository.remove("models/reports/more.sql")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out, and that schema")
    text = world.cutover("plan", expect=3)
    assert "CO4121: schema shop_green is in production, and has the name that green needs meanwhile" in text, text
    world.apply(expect=3)
    assert world.sql("SELECT x FROM shop_green.more") == [(4,)]


def a_replacement_that_the_same_commit_does_not_want_any_more_is_not_forgotten(world):
    """Somebody describes the view while its replacement hydrates, so that it goes green; and the commit is aborted."""
    begin(world)
    before = ids(world)
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%daily_green_g2', NULL)")
    change_daily(world)
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    assert waiting(world) == ["shop.daily_green_g2"], waiting(world)
    world.sql("COMMENT ON MATERIALIZED VIEW shop.daily IS 'by a person'")
    world.wait_for("green", lambda: world.cutover("run", "--once") is not None and "shop_green" in world.schemas())
    world.cutover("abort", "--reason", "not today", expect=(0, 2, 3))
    world.wait_for("the end", lambda: world.cutover("run", "--once") is not None and "shop_green" not in world.schemas())
    assert ids(world) == before, "the replacement is left behind"


def a_commit_of_another_environment(world):
    """Declares for staging, whose controller bears our role, a schema and a cluster under names that production's green has."""
    world.repository.git("checkout", "-q", "-b", "staging")
    for folder in ("models", "seeds", "tests"):
        for path in sorted((world.repository.work / folder).rglob("*.*")):
            path.unlink()
    world.repository.write("models/one.sql", "{{ config(materialized='materialized_view', schema='shop_green', cluster='compute_green') }}\nselect 1 as x\n")
    world.repository.commit("Another project", branch="staging")
    world.repository.git("checkout", "-q", "main")


def what_another_environment_made_under_a_name_that_green_had_is_its_own(world):
    """The audit log tells the role alone: production dropped all of staging with the green of its own commit that had failed."""
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    keep_failed: 0s")
    staging = "  staging: {branch: staging, target: staging, soak: 0s, clusters: {compute_green: {size: 25cc}}}\n"
    world.repository.write("cutover.yaml", (world.repository.work / "cutover.yaml").read_text() + staging)
    world.repository.edit("macros/names.sql", "target.name == 'prod'", "true")
    world.repository.commit("Two environments")
    a_commit_of_another_environment(world)
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.write("tests/none.sql", "select * from {{ ref('daily') }}\n")
    world.repository.commit("A test that fails")
    world.apply(expect=1)
    world.wait_for("green is gone", lambda: world.cutover("run", "--once") is not None and "shop_green" not in world.schemas())
    world.environment = "staging"
    world.apply()
    world.environment = "production"
    for _ in range(3):
        world.cutover("run", "--once")
    assert world.sql("SELECT x FROM shop_green.one") == [(1,)] and "compute_green" in world.clusters()
    world.repository.remove("tests/none.sql")
    world.repository.commit("Without that test")
    text = world.cutover("plan", expect=3)
    assert "CO4121: schema shop_green exists already, and Cutover's record does not know it" in text, text


def what_a_person_made_with_our_role_is_no_work_of_an_earlier_commit(world):
    """A commit that failed long ago made it look so: no drift was told, and the plan called it changed in Git."""
    world.apply()
    a_new_model_fails(world)
    world.repository.write("models/reports/light.sql", "select 1 as x\n")
    without_refunds(world, "Something else")
    world.apply()
    world.sql("DROP INDEX shop.daily_day_idx")
    world.sql("CREATE INDEX daily_day_idx IN CLUSTER serving ON shop.daily (orders)")
    text = world.cutover("drift", expect=2)
    assert "shop.daily_day_idx   index replaced by another index" in text, text
    assert "CO4103: shop.daily_day_idx stands in the way" in world.cutover("plan", expect=3)


def what_somebody_renamed_is_not_called_removed_in_git(world):
    world.repository.write("models/reports/light.sql", "select 1 as x\n")
    world.repository.commit("A light view")
    world.apply()
    world.sql("ALTER VIEW reports.light RENAME TO light_old")
    text = world.cutover("plan", expect=2)
    assert "reports.light_old    view  was reports.light, and was renamed by somebody: renamed in the cutover, dropped with blue" in text, text


def a_side_that_somebody_swapped_back_is_told(world):
    """What bears production's names is ours, too: nothing was told, and status said that the new commit is live."""
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 7d")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.cutover("drift", expect=0)
    world.sql("ALTER SCHEMA shop SWAP WITH shop_blue_g1")
    text = world.cutover("drift", expect=2)
    assert text.startswith("shop ") and "schema renamed to shop_blue_g1" in text and len(text.splitlines()) == 1, text
    world.sql("ALTER SCHEMA shop SWAP WITH shop_blue_g1")
    world.cutover("drift", expect=0)


def what_is_dropped_after_a_way_back_is_told_as_dropped(world):
    """The denied side has something of that name, which the way back gave another one: it was told as renamed."""
    world.repository.write("models/reports/light.sql", "select 1 as x\n")
    world.repository.commit("A view")
    world.apply()
    world.repository.write("models/reports/light.sql", "select 2 as x\n")
    world.repository.commit("Change it")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.cutover("rollback", "--reason", "no")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    assert "light_blue_g2" in named(world, "reports")
    world.cutover("drift", expect=0)
    world.sql("DROP VIEW reports.light")
    text = world.cutover("drift", expect=2)
    assert "reports.light   view dropped" in text, text


def a_type_of_the_same_name_keeps_nothing(world):
    """Types have names of their own: it was told as what has replaced the view."""
    world.sql("CREATE ROLE looker SUPERUSER")
    world.apply()
    world.sql("CREATE TYPE shop.daily AS LIST (ELEMENT TYPE = int4)", user="looker")
    world.cutover("drift", expect=0)
    assert world.plan(expect=0)["outcome"] == "nothing"


def what_is_taken_in_another_database_is_told_with_that(world):
    """Two schemas of one name, and a person who was told the name alone."""
    world.sql("CREATE DATABASE other")
    world.sql("CREATE ROLE looker SUPERUSER")
    more = "{{ config(materialized='materialized_view', database='other', schema='more', cluster='compute') }}\nselect %d as x\n"
    world.repository.write("models/more.sql", more % 1)
    world.repository.commit("More in another database")
    world.apply()
    world.sql("CREATE SCHEMA other.more_green", user="looker")
    world.repository.write("models/more.sql", more % 2)
    world.repository.commit("Change it")
    text = world.cutover("plan", expect=3)
    assert "CO4121: schema other.more_green exists already, and Cutover's record does not know it" in text, text


def go_back_to(world, commit):
    """Git is set back, which somebody permits; then that deployment is under way."""
    world.repository.git("reset", "-q", "--hard", commit)
    world.repository.git("push", "-q", "--force", "origin", "HEAD:main")
    world.wait_for("the refusal", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "pending" or "CO4131" in world.cutover("status", expect=3))
    world.cutover("approve", "--permit", "rewind", "--yes")


def two_commits_of_which_the_second_soaks(world):
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 7d\n    keep_failed: 1h")
    world.repository.write("tests/few.sql", "select 1 from {{ ref('orders_clean') }} having count(*) > 3\n")
    first = world.repository.commit("Few orders")
    world.cutover("apply", "--yes")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    return first


def a_way_back_is_not_taken_for_the_cutover_of_the_same_commit(world):
    """Both give the marker one name: the commit that had failed was told to be live, and its green stayed for ever."""
    first = two_commits_of_which_the_second_soaks(world)
    world.sql("INSERT INTO public.orders VALUES (5, 1, 2, '2026-11-03')")
    go_back_to(world, first)
    world.wait_for("the failure", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "failed")
    world.cutover("rollback", "g2", "--reason", "the short way")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and "rolled_back" in world.phases())
    assert world.marker() == "cutover_production_g3_" + first[:8] and world.phases()[-2:] == ["rolling_back", "rolled_back"], world.phases()
    assert "shop_green" in world.schemas()
    world.set_clock(6000)
    world.wait_for("green is gone", lambda: world.cutover("run", "--once") is not None and not [n for n in world.schemas() + world.clusters() if "_green" in n])


def a_way_back_overtakes_the_same_commit_while_it_is_built(world):
    first = two_commits_of_which_the_second_soaks(world)
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%_green%', 300)")
    go_back_to(world, first)
    world.wait_for("green", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "hydrating")
    world.cutover("rollback", "g2", "--reason", "the short way")
    world.sql("DELETE FROM standin_control.hydration")
    world.set_clock(6000)
    world.wait_for("the end", lambda: world.cutover("run", "--once") is not None and not [n for n in world.schemas() + world.clusters() if "_green" in n or "_blue" in n])
    assert world.marker() == "cutover_production_g3_" + first[:8] and world.phases().count("cutting_over") == 2, world.phases()
    assert "rolled_back" in world.phases() and world.plan(expect=0)["outcome"] == "nothing"


def green_takes_no_name_that_an_old_side_bears(world):
    """New patterns in the soak: the old side was emptied and built anew as green, and the way back led to what nobody had approved."""
    two_commits_of_which_the_second_soaks(world)
    before = world.objects()
    names = 'keep_failed: 1h\n    promotion: manual\n    names: {green: "{name}_blue_g1", blue: "{name}_green_g{n}"}'
    world.repository.edit("cutover.yaml", "keep_failed: 1h", names)
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 6")
    world.repository.commit("Other names")
    text = world.cutover("apply", "--yes", expect=3)
    for what in ("schema shop_blue_g1", "schema reports_blue_g1", "cluster compute_blue_g1", "cluster serving_blue_g1"):
        assert "refused CO4121: %s was live before, and has the name that green needs" % what in text, text
    assert world.objects() == before
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and "rolled_back" in world.phases())
    assert world.sql("SELECT orders FROM shop.daily WHERE day = '2026-11-01'") == [(2,)], "what was live before is"


TESTS = [value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", None) == __name__ and name not in ("named", "without_refunds", "a_commit_of_another_environment", "go_back_to", "two_commits_of_which_the_second_soaks")]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
