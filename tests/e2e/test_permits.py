"""Exceptions need leave: to drop much, to drop what holds data, to go back in history, to cost more than the cap."""
from harness import ROOT, run
from wire import during_the_next_pass

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"
AUCTION = "{{ config(materialized='source', schema='market', cluster='ingest') }}\nFROM LOAD GENERATOR AUCTION (TICK INTERVAL '1s')\n"
BIDS = "{{ config(materialized='source_table', schema='market') }}\nFROM SOURCE {{ ref('auction') }} (REFERENCE \"auction\".\"bids\")\n"


def limit_drops(world, number):
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    max_drops: %d" % number)


def deploy_with_source(world):
    world.repository.edit("cutover.yaml", "serving: {size: 25cc}", "serving: {size: 25cc}\n      ingest: {size: 25cc}")
    world.repository.write("models/market/auction.sql", AUCTION)
    world.repository.write("models/market/bids.sql", BIDS)
    world.repository.commit("Read an auction")
    world.apply()


def permits(plan):
    return [(p["permit"], p.get("given_by")) for p in plan["permits"]]


def too_many_removals_wait_for_a_permit_of_their_plan(world):
    limit_drops(world, 0)
    world.repository.commit("Drop nothing")
    world.apply()
    world.repository.remove("models/reports/top_items.sql")
    world.repository.commit("Remove top items")
    text = world.cutover("plan", expect=3)
    assert "refused CO4110: 1 object would be removed, max_drops is 0" in text and "cutover approve --permit drops" in text, text
    assert permits(world.plan()) == [("drops", None)]
    world.cutover("approve", "--permit", "rewind", "--yes", expect=1)
    assert "CO5052" in world.stderr and "it needs: drops" in world.stderr, world.stderr
    world.cutover("approve", "--permit", "dorps", "--yes", expect=1)
    assert "there are: drops, rewind" in world.stderr
    controller = world.start("run")
    world.wait_for("the refusal", lambda: world.phases()[-1] == "pending")
    world.cutover("approve", "--permit", "drops", "--yes", "--wait")
    assert world.marker().startswith("cutover_production_g2_") and world.phases()[-1] == "live"
    world.stop(controller)
    assert ("reports", "top_items") not in [o[:2] for o in world.objects()]


def a_permit_can_be_given_before_anything_is_under_way(world):
    limit_drops(world, 0)
    world.repository.commit("Drop nothing")
    world.apply()
    world.repository.remove("models/reports/top_items.sql")
    world.repository.commit("Remove top items")
    world.apply(expect=3)
    assert world.phases()[-1] == "live", "apply begins nothing that is refused"
    world.cutover("approve", "--permit", "drops", "--yes")
    plan = world.plan(expect=2)
    assert permits(plan) == [("drops", "materialize")], plan["permits"]
    assert "Permits    drops: 1 object would be removed, max_drops is 0 (given by materialize)" in world.cutover("plan", expect=2)
    world.repository.remove("models/reports/by_customer.sql")
    world.repository.commit("Remove by customer as well")
    world.apply(expect=3)
    assert permits(world.plan()) == [("drops", None)], "the permit was for another plan"


def a_permit_for_an_aborted_commit_waits_until_it_is_resumed(world):
    limit_drops(world, 0)
    world.repository.commit("Drop nothing")
    world.apply()
    world.repository.remove("models/reports/top_items.sql")
    world.repository.commit("Remove top items")
    for _ in range(3):
        world.cutover("run", "--once")
    assert world.phases()[-1] == "pending"
    world.cutover("abort", "--reason", "not today", expect=(0, 2))
    world.apply(expect=1)
    world.cutover("approve", "--permit", "drops", "--yes")
    world.cutover("run", "--once")
    assert permits(world.plan()) == [("drops", "materialize")], "nobody has answered that it comes too late"
    world.cutover("resume")
    world.apply()
    assert ("reports", "top_items") not in [o[:2] for o in world.objects()]


def a_trailer_in_the_message_permits(world):
    limit_drops(world, 0)
    world.repository.commit("Drop nothing")
    world.apply()
    world.repository.remove("models/reports/top_items.sql")
    allowed = world.repository.commit("Remove top items\n\nCutover-Permit: drops")
    world.repository.commit("Something else on top")
    assert permits(world.plan(expect=2)) == [("drops", "commit " + allowed[:7])]
    world.apply()
    world.repository.remove("models/reports/by_customer.sql")
    world.repository.commit("Remove by customer")
    assert permits(world.plan(expect=3)) == [("drops", None)], "a permit is used up by its deployment"


def a_floor_demands_that_a_person_approves(world):
    limit_drops(world, 0)
    world.repository.commit("Drop nothing")
    world.apply()
    world.repository.remove("models/reports/top_items.sql")
    world.repository.commit("Remove top items\n\nCutover-Permit: drops")
    config = world.folder / "config.yaml"
    config.write_text("version: 1\npolicy: {\"prod*\": {permits: approval}}\n")
    world.cutover("plan", "--config", str(config), expect=3)
    world.cutover("plan", expect=2)


def a_source_is_dropped_with_its_permit_after_the_soak(world):
    deploy_with_source(world)
    world.repository.remove("models/market/bids.sql")
    world.repository.commit("Bids are not needed")
    text = world.cutover("plan", expect=3)
    assert "refused CO4130: table market.bids would be dropped, with the data that it holds" in text, text
    assert "Cutover-Permit: stateful:materialize.market.bids" in text
    world.repository.commit("So drop them\n\nCutover-Permit: stateful:materialize.market.bids")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    assert ("market", "bids") in [o[:2] for o in world.objects()], "it goes only when the way back has ended"
    world.apply()
    left = [o[:2] for o in world.objects()]
    assert ("market", "bids") not in left and ("market", "auction") in left, left
    assert world.plan(expect=0)["outcome"] == "nothing"


def a_table_that_may_go_goes_with_the_schema_that_it_lies_in(world):
    """Its schema is swapped by the commit that removes it, so that it is on the old side."""
    world.repository.edit("cutover.yaml", "serving: {size: 25cc}", "serving: {size: 25cc}\n      ingest: {size: 25cc}")
    world.repository.write("models/feed/auction.sql", AUCTION.replace("'market'", "'feed'"))
    world.repository.write("models/market/bids.sql", BIDS)
    world.repository.commit("Read an auction")
    world.apply()
    view = "{{ config(materialized='view', schema='market') }}\nselect %s\n"
    world.repository.write("models/market/v.sql", view % "1 as x")
    world.repository.write("models/market/w.sql", view % "x from {{ ref('v') }}")
    world.repository.commit("Two views beside it")
    world.apply()
    world.repository.remove("models/market/bids.sql")
    world.repository.write("models/market/v.sql", view % "2 as x")
    world.repository.commit("Drop bids\n\nCutover-Permit: stateful:materialize.market.bids")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    assert ("market_blue_g2", "bids") in [o[:2] for o in world.objects()]
    world.apply()
    assert "market_blue_g2" not in world.schemas() and world.plan(expect=0)["outcome"] == "nothing"


def the_way_back_keeps_what_was_to_be_dropped(world):
    deploy_with_source(world)
    world.repository.remove("models/market/bids.sql")
    world.repository.commit("Drop bids\n\nCutover-Permit: stateful:materialize.market.bids")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.cutover("rollback", "--reason", "somebody reads them")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    world.set_clock(6000)
    for _ in range(5):
        world.cutover("run", "--once")
    assert ("market", "bids") in [o[:2] for o in world.objects()]


def bids(world):
    return world.sql("SELECT id FROM mz_tables WHERE name = 'bids'")


def remove_bids(world):
    deploy_with_source(world)
    before = bids(world)
    world.repository.remove("models/market/bids.sql")
    world.repository.commit("Drop bids\n\nCutover-Permit: stateful:materialize.market.bids")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    return before


def what_git_declares_again_in_the_soak_keeps_its_data(world):
    before = remove_bids(world)
    world.repository.git("revert", "--no-edit", "HEAD")
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Somebody reads them")
    assert "bids" not in world.cutover("plan", expect=2)
    world.apply()
    assert bids(world) == before and world.plan(expect=0)["outcome"] == "nothing"


def nothing_with_data_is_dropped_while_nobody_knows_what_git_declares(world):
    """The commit that brings it back does not compile, and the soak is over."""
    before = remove_bids(world)
    world.repository.git("revert", "--no-edit", "HEAD")
    world.repository.edit("models/shop/daily.sql", "count(*)", "{{ count(")
    world.repository.commit("Somebody reads them")
    world.cutover("promote", "--reason", "all is well")
    for _ in range(4):
        world.cutover("run", "--once")
    assert bids(world) == before and "cleaning" in world.phases() and world.phases().count("live") == 1, world.phases()
    text = world.cutover("status", expect=(0, 1, 2, 3))
    assert "may be declared again: the newest commit must compile to tell" in text, text
    world.repository.edit("models/shop/daily.sql", "{{ count(", "count(*)")
    world.repository.commit("As it was")
    world.apply()
    assert bids(world) == before and world.status()["state"] == "live"


def a_name_that_somebody_gave_away_right_before_its_drop_is_not_dropped(world):
    """When he does, the pass has looked already, and knows what it is to drop."""
    remove_bids(world)
    world.cutover("promote", "--reason", "all is well")
    world.wait_for("the end of the soak", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "cleaning")
    assert during_the_next_pass(world, lambda: world.sql("DROP TABLE market.bids;\nCREATE TABLE market.bids (mine int)"))
    world.apply()
    assert world.sql("SELECT c.name FROM mz_columns c JOIN mz_tables t ON t.id = c.id WHERE t.name = 'bids'") == [("mine",)]


def what_somebody_else_reads_is_not_dropped_by_any_permit(world):
    deploy_with_source(world)
    world.sql("CREATE SCHEMA bi")
    world.sql("CREATE VIEW bi.bids AS SELECT * FROM market.bids")
    world.repository.remove("models/market/bids.sql")
    world.repository.commit("Drop bids\n\nCutover-Permit: stateful:materialize.market.bids")
    text = world.cutover("plan", expect=3)
    assert "refused CO4103: bi.bids stands in the way" in text, text


def an_index_of_somebody_else_on_what_is_dropped_stands_in_the_way(world):
    """The server drops indexes with their relation and says nothing. One that comes in the soak keeps what it is on."""
    deploy_with_source(world)
    world.sql("CREATE ROLE looker SUPERUSER")
    index = "CREATE INDEX mine IN CLUSTER quickstart ON market.bids (id)"
    world.sql(index, user="looker")
    world.repository.remove("models/market/bids.sql")
    world.repository.commit("Drop bids\n\nCutover-Permit: stateful:materialize.market.bids")
    text = world.cutover("plan", expect=3)
    assert "refused CO4103: market.mine stands in the way" in text and "was removed in Git, and market.mine (index" in text, text
    world.sql("DROP INDEX market.mine", user="looker")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.sql(index, user="looker")
    world.cutover("apply", "--yes", expect=(0, 2, 3))
    world.wait_for("the end of the soak", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] != "soaking")
    for _ in range(3):
        world.cutover("run", "--once")
    assert {("market", "bids"), ("market", "mine")} <= {o[:2] for o in world.objects()}, world.objects()
    assert "index market.mine is on a side that is to be dropped, and is not ours" in world.cutover("status", expect=3)
    world.sql("DROP INDEX market.mine", user="looker")
    world.apply()
    assert ("market", "bids") not in [o[:2] for o in world.objects()] and world.plan(expect=0)["outcome"] == "nothing"


def a_force_push_to_an_older_commit_is_a_rewind(world):
    world.apply()
    first = world.repository.git("rev-parse", "HEAD").strip()
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    second = world.repository.commit("Count one more")
    world.apply()
    world.repository.git("push", "-q", "-f", "origin", first + ":main")
    text = world.cutover("plan", expect=3)
    assert "refused CO4131: %s does not descend from %s, which is live" % (first[:7], second[:7]) in text, text
    world.apply(expect=3)
    world.cutover("approve", "--permit", "rewind", "--yes", "--reason", "we mean it")
    world.apply()
    assert world.marker().startswith("cutover_production_g3_" + first[:8])


def a_pull_request_behind_main_is_planned_with_a_warning(world):
    world.apply()
    world.repository.git("checkout", "-q", "-b", "feature")
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more", branch="feature")
    world.repository.git("checkout", "-q", "main")
    world.repository.edit("models/shop/customers.sql", "c.name", "upper(c.name) as name")
    world.repository.commit("Shout")
    world.apply()
    text = world.cutover("plan", "--revision", "feature", expect=2)
    assert "CO4231" in text and "does not descend" in text, text
    world.cutover("apply", "--revision", "feature", "--yes", expect=3)


def nothing_can_be_asked_before_there_is_a_record(world):
    limit_drops(world, 0)
    world.repository.commit("Drop nothing")
    world.cutover("hold", expect=1)
    assert "CO5050" in world.stderr and "cutover run" in world.stderr, world.stderr


def a_deployment_above_the_cap_needs_a_permit(world):
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    max_cost: 0.5")
    world.repository.commit("Spend little")
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 7d")
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Wait long")
    plan = world.plan(expect=3)
    assert plan["cost"]["cap"] == 0.5 and permits(plan) == [("cost", None)], plan["permits"]
    world.cutover("approve", "--permit", "cost", "--yes")
    assert permits(world.plan(expect=2)) == [("cost", "materialize")]


if __name__ == "__main__":
    run([value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", "") == "__main__"
         and name not in ("limit_drops", "deploy_with_source", "permits", "bids", "remove_bids", "run")], project=PROJECT, seed=SEED)
