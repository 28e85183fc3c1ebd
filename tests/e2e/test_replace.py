"""A materialized view that changes alone is replaced where it is: whatever reads it goes on, and is not built anew."""
from harness import ROOT, run
from test_in_place import comments, ids, may_read

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def begin(world, tests="none", **more):
    """The shop is live, and its environment allows replacements."""
    settings = "".join("    %s: %s\n" % item for item in more.items())
    world.repository.edit("cutover.yaml", "    soak: 4m\n", "    soak: 4m\n    replace: cheaper\n    tests: %s\n%s" % (tests, settings))
    world.repository.commit("Replace in place where that is cheaper")
    world.apply()
    assert world.marker().startswith("cutover_production_g1_"), world.marker()


def change_daily(world, to="sum(cents) + 1 as cents"):
    world.repository.edit("models/shop/daily.sql", "sum(cents) as cents", to)
    return world.repository.commit("Count a cent more")


def waiting(world):
    return [name for name in ids(world) if "_green" in name]


def cents(world):
    return world.sql("SELECT cents FROM shop.daily ORDER BY day"), world.sql("SELECT cents FROM reports.top_items ORDER BY day")


def a_view_is_replaced_and_its_readers_stay(world):
    begin(world)
    before, (daily, top) = ids(world), cents(world)
    commit = change_daily(world)
    plan = world.plan(expect=2)
    assert [(o["name"], o["where"], o["action"]) for o in plan["objects"]] == [("daily", "in_place", "change")], plan["objects"]
    assert plan["counts"]["green"] == 0 and not plan["schemas"] and not plan["clusters"]
    assert plan["replacement"]["replaced"] == "model.shop.daily", plan
    text = world.cutover("plan", expect=2)
    assert "Way        shop.daily is replaced in place as long as its columns stay the same: green would build 9 objects on 2 clusters" in text, text
    assert "the way back is a new deployment" in text and "no soak" in text, text
    world.apply()
    after = ids(world)
    assert after.pop("shop.daily") != before.pop("shop.daily")
    assert after == before, "nothing else was made anew"
    assert cents(world) == ([(c + 1,) for c, in daily], [(c + 1,) for c, in top])
    assert world.marker() == "cutover_production_g2_" + commit[:8]
    assert world.phases()[-2:] == ["repointing", "live"], world.phases()
    assert world.plan(expect=0)["outcome"] == "nothing"
    world.cutover("drift", expect=0)


def owner_grants_and_descriptions_survive(world):
    world.sql("CREATE ROLE reader")
    world.repository.edit("models/schema.yml", "  - name: daily\n    columns:\n      - name: day\n",
                          "  - name: daily\n    description: by day\n    config: {persist_docs: {relation: true, columns: true}}\n"
                          "    columns:\n      - name: day\n        description: in UTC\n")
    begin(world)
    world.sql("CREATE ROLE team")
    world.sql("GRANT SELECT ON shop.daily TO reader")
    world.sql("ALTER MATERIALIZED VIEW shop.daily OWNER TO team")
    change_daily(world)
    world.apply()
    assert world.sql("SELECT r.name FROM mz_objects o JOIN mz_roles r ON r.id = o.owner_id WHERE o.name = 'daily'") == [("team",)]
    world.cutover("drift", expect=0)
    assert "reader" in may_read(world, "daily")
    assert comments(world, "daily") == {0: "by day", 1: "in UTC"}
    assert world.plan(expect=0)["outcome"] == "nothing"


def columns_that_change_go_green(world):
    begin(world)
    before = ids(world)
    change_daily(world, to="sum(cents) as cents, 1 as extra")
    plan, text = world.plan(expect=2)["replacement"], world.cutover("plan", expect=2)
    assert plan["replaced"] == "model.shop.daily" and plan["why"] in text, plan
    assert plan["why"] == ("shop.daily goes green as soon as the server is asked: its columns change, which a replacement does not allow; "
                           "green would build 9 objects on 2 clusters"), plan
    assert "no soak" not in text and "as long as its columns" not in text and "the way back is a new deployment" not in text, text
    world.apply()
    assert ids(world)["reports.top_items"] != before["reports.top_items"]
    assert world.sql("SELECT DISTINCT extra FROM shop.daily") == [(1,)]
    assert not waiting(world)


def what_the_server_said_is_told_as_the_reason(world):
    begin(world)
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%green%', NULL)")
    change_daily(world, to="sum(cents) as cents, 1 as extra")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    why = world.plan(expect=2)["replacement"]["why"]
    assert why == ('shop.daily is built on green: the server does not take it: replacement schema differs from target schema '
                   '(extra column "extra" at position 4)'), why


def a_test_that_wants_to_read_it_first_sends_it_to_green(world):
    begin(world, tests='"*"')
    change_daily(world)
    plan = world.plan(expect=2)
    assert plan["replacement"] == {"why": "shop.daily is built on green: 3 tests read it before the cutover, which a replacement does not allow"}, plan["replacement"]
    assert plan["counts"]["green"] > 1


def without_leave_it_goes_green(world):
    world.apply()
    change_daily(world)
    plan = world.plan(expect=2)
    assert plan["counts"]["green"] > 1 and "replacement" not in plan


def a_replacement_that_is_not_wanted_any_more_is_dropped(world):
    begin(world)
    before = ids(world)
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%daily_green%', NULL)")
    change_daily(world)
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    assert waiting(world) == ["shop.daily_green_g2"], waiting(world)
    world.cutover("abort", "--reason", "not today", expect=(0, 2, 3))
    world.start("run")
    world.wait_for("it is dropped", lambda: ids(world) == before)
    assert world.marker().startswith("cutover_production_g1_")


def a_newer_commit_takes_the_replacement_over_or_makes_it_anew(world):
    begin(world)
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%daily_green%', NULL)")
    change_daily(world)
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    made = ids(world)["shop.daily_green_g2"]
    world.repository.write("models/shop/note.txt", "nothing that counts")
    world.repository.commit("The same view")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    assert ids(world)["shop.daily_green_g2"] == made
    world.repository.edit("models/shop/daily.sql", "sum(cents) + 1", "sum(cents) + 2")
    world.repository.commit("Another one")
    world.sql("DELETE FROM standin_control.hydration")
    _, top = cents(world)
    world.apply()
    assert cents(world)[1] == [(c + 2,) for c, in top] and not waiting(world)


def a_replacement_makes_room_for_green(world):
    begin(world)
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%daily_green_g2', NULL)")
    change_daily(world)
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 1")
    world.repository.commit("Change what it reads, too")
    world.apply()
    assert not waiting(world) and world.plan(expect=0)["outcome"] == "nothing"


def what_cannot_be_applied_is_told_and_a_person_takes_it_back(world):
    begin(world)
    before, was = ids(world), cents(world)
    change_daily(world)
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('ALTER MATERIALIZED VIEW%', 0, 'refuse', '55000', 'sealed')")
    world.start("run")
    world.wait_for("the reason is shown", lambda: "applying the replacement of shop.daily: the server says 55000 sealed" in world.tail())
    assert world.marker().startswith("cutover_production_g2_")
    world.cutover("rollback", "--reason", "it is stuck", expect=(0, 2))
    world.wait_for("taken back", lambda: world.phases()[-1] == "rolled_back")
    assert ids(world) == before and cents(world) == was
    assert world.marker().startswith("cutover_production_g3_")


def a_replacement_that_somebody_dropped_takes_the_marker_back(world):
    begin(world)
    before, was = ids(world), cents(world)
    change_daily(world)
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('ALTER MATERIALIZED VIEW%', 0, 'refuse', 'XX000', 'not now')")
    world.start("run")
    world.wait_for("it is tried", lambda: "XX000 not now" in world.tail())
    world.sql("DROP MATERIALIZED VIEW shop.daily_green_g2")
    world.wait_for("taken back", lambda: world.phases()[-1] == "rolled_back")
    assert ids(world) == before and cents(world) == was


def the_way_back_is_a_new_deployment(world):
    begin(world)
    first, was = ids(world), cents(world)
    change_daily(world)
    world.apply()
    second = ids(world)
    world.cutover("rollback", "--reason", "numbers look wrong", expect=(0, 2))
    world.start("run")
    world.wait_for("the commit before", lambda: world.marker().startswith("cutover_production_g3_") and world.phases()[-1] == "live")
    third = ids(world)
    assert cents(world) == was
    assert len({one["shop.daily"] for one in (first, second, third)}) == 3, "replaced once more"
    assert third["reports.top_items"] == first["reports.top_items"]


TESTS = [a_view_is_replaced_and_its_readers_stay, owner_grants_and_descriptions_survive, columns_that_change_go_green,
         what_the_server_said_is_told_as_the_reason, a_test_that_wants_to_read_it_first_sends_it_to_green, without_leave_it_goes_green,
         a_replacement_that_is_not_wanted_any_more_is_dropped, a_newer_commit_takes_the_replacement_over_or_makes_it_anew,
         a_replacement_makes_room_for_green, what_cannot_be_applied_is_told_and_a_person_takes_it_back,
         a_replacement_that_somebody_dropped_takes_the_marker_back, the_way_back_is_a_new_deployment]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
