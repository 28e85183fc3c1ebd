"""An environment deploys a part of a project: the rest is read where it is live, and is nobody's business here."""
import re

from harness import ROOT, run
from test_deploy import deploy, names

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def only(world, lines):
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n" + lines)


def what_is_selected_is_deployed_and_nothing_else(world):
    only(world, "    select: path:models/shop\n    exclude: daily")
    world.repository.edit("models/shop/customers.sql", "join {{ ref('regions') }} r on r.id = c.region_id", "join {{ ref('regions') }} r on r.id = c.region_id where true")
    world.sql("CREATE SCHEMA shop")
    world.sql("CREATE TABLE shop.regions (id int, region text)")
    world.sql("INSERT INTO shop.regions VALUES (1, 'north')")
    world.repository.commit("Only what the shop needs")
    text = world.cutover("ls", "--environment", "production", "--project", str(world.repository.work))
    assert sorted(n.split(".")[-1] for n in text.split()) == ["customers", "not_null_customers_id", "orders_clean", "unique_customers_id"], text
    listed = ["ls", "--environment", "production", "--project", str(world.repository.work)]
    text = world.cutover(*listed, "--resource-type", "test")
    assert sorted(n.split(".")[-1] for n in text.split()) == ["not_null_customers_id", "unique_customers_id"], text
    assert world.cutover(*listed, "--resource-type", "all", "--resource-type", "model", "--exclude-resource-type", "test model") == ""
    world.cutover(*listed, "--exclude-resource-type", "all", expect=1)
    assert 'a resource type is model, seed, source, test, exposure or analysis, not "all"' in world.stderr, world.stderr
    plan = world.plan(expect=2)
    made = {o["name"] for o in plan["objects"] if o["kind"] in ("view", "materialized_view", "seed")}
    assert made == {"customers", "orders_clean"}, made
    world.apply()
    made = {o[1] for o in world.objects()}
    assert {"customers", "orders_clean"} <= made and not {"daily", "top_items", "by_customer"} & made, made
    assert world.sql("SELECT name FROM shop.customers") == [("Ada",)]
    assert world.plan(expect=0)["outcome"] == "nothing"


def what_is_not_selected_must_be_live(world):
    only(world, "    select: path:models/reports")
    world.repository.commit("Only reports")
    text = world.cutover("plan", expect=3)
    assert "refused CO4113: models/reports/top_items.sql reads shop.daily, which does not exist" in text, text


def what_is_left_out_later_goes_when_nobody_reads_it(world):
    """Cutover made it for this environment, so it does not stay behind; and it never goes from under a reader."""
    deploy(world)
    only(world, "    exclude: daily")
    world.repository.commit("Without daily")
    text = world.cutover("plan", expect=3)
    assert "refused CO4109: reports.top_items reads shop.daily, which is not selected any more" in text and "go on selecting it" in text, text
    world.repository.edit("cutover.yaml", "exclude: daily", "exclude: top_items")
    world.repository.commit("Without top items")
    text = world.cutover("plan", expect=2)
    assert re.search("- reports.top_items +materialized view +not selected any more: renamed in the cutover, dropped with blue", text), text
    assert "removed in Git" not in text, text
    world.apply()
    left = [o[:2] for o in world.objects()]
    assert ("reports", "top_items") not in left and ("shop", "daily") in left, left
    assert world.plan(expect=0)["outcome"] == "nothing"


def two_environments_share_a_target_when_each_deploys_its_own_part(world):
    (world.repository.work / "cutover.yaml").write_text(
        "version: 1\nenvironments:\n"
        "  production: {branch: main, target: prod, exclude: path:models/reports, clusters: {compute: {size: 25cc}}, hydration: {settle: 5s}, soak: 4m, drain: 5m}\n"
        "  reports: {branch: main, target: prod, select: path:models/reports, clusters: {serving: {size: 25cc}}, hydration: {settle: 5s}, soak: 4m, drain: 5m}\n")
    world.repository.commit("Two of them")
    world.apply()
    world.environment = "reports"
    world.apply()
    assert world.marker().startswith("cutover_reports_g1_"), world.marker()
    made = {o[1] for o in world.objects()}
    assert {"daily", "top_items"} <= made, made
    assert world.plan(expect=0)["outcome"] == "nothing"
    world.repository.edit("cutover.yaml", "select: path:models/reports", "select: path:models/reports customers")
    world.repository.commit("Reach for the other's schema")
    text = world.cutover("plan", expect=3)
    assert "CO4104" in text or "CO4103" in text, text


def a_misspelt_selector_names_the_place_and_the_nearest_word(world):
    only(world, "    select: [path:models/shop, tga:nightly]")
    world.repository.commit("A slip")
    world.cutover("plan", expect=(1, 3))
    assert "there is no selector method \"tga\"" in world.stderr and "--> cutover.yaml:11:32" in world.stderr and "did you mean \"tag\"?" in world.stderr, world.stderr


def state_is_what_differs_from_live(world):
    deploy(world)

    def ls(selector):
        return world.cutover("ls", "--environment", "production", "--project", str(world.repository.work), "--select", selector,
                             "--indirect-selection", "empty").split()

    assert ls("state:modified") == []
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 0")
    world.repository.write("models/shop/refunds.sql", "select id from {{ source('raw', 'orders') }} where amount < 0\n")
    assert ls("state:new") == ["shop.shop.refunds"]
    assert ls("state:modified") == ["shop.shop.daily", "shop.shop.refunds"]
    assert "shop.reports.top_items" in ls("state:modified+")


def tests_that_are_not_named_are_not_run(world):
    deploy(world)
    only(world, "    tests: test_name:not_null")
    world.repository.edit("models/shop/daily.sql", "group by day", "group by day union all select '2026-11-01', 0, 0")
    world.repository.commit("Not unique any more, and nobody asks")
    world.apply()
    assert world.marker().startswith("cutover_production_g2_")
    assert world.sql("SELECT count(*) FROM shop.daily WHERE day = '2026-11-01'") == [(2,)]


TESTS = [what_is_selected_is_deployed_and_nothing_else, what_is_not_selected_must_be_live, what_is_left_out_later_goes_when_nobody_reads_it,
         two_environments_share_a_target_when_each_deploys_its_own_part,
         state_is_what_differs_from_live, a_misspelt_selector_names_the_place_and_the_nearest_word, tests_that_are_not_named_are_not_run]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
