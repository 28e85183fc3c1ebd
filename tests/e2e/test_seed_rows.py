"""Rows of a seed that come, go or change do so where it is, as long as one statement can do it: whatever reads it is not built anew."""
from harness import ROOT, run
from test_in_place import ids
from test_replace import begin, waiting

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def add_region(world, rows="3,west\n4,west\n4,west\n"):
    path = "seeds/regions.csv"
    world.repository.write(path, (world.repository.work / path).read_text() + rows)
    return world.repository.commit("More regions")


def regions(world):
    return world.sql("SELECT id, region FROM shop.regions ORDER BY 1, 2")


MORE = [(1, "north"), (2, "south"), (3, "west"), (4, "west"), (4, "west")]


def rows_that_come_rebuild_nothing(world):
    begin(world)
    before = ids(world)
    commit = add_region(world)
    plan = world.plan(expect=2)
    assert [(o["name"], o["where"], o["action"]) for o in plan["objects"]] == [("regions", "in_place", "change")], plan["objects"]
    assert plan["counts"]["green"] == 0 and not plan["schemas"] and not plan["clusters"]
    text = world.cutover("plan", expect=2)
    assert "Way        shop.regions gets its rows in place as long as one statement can do it: green would build" in text, text
    assert "In place: nothing rehydrates" in text and "the way back is a new deployment: rows that change in place leave no old side" in text, text
    world.apply()
    assert ids(world) == before and regions(world) == MORE
    assert world.marker() == "cutover_production_g2_" + commit[:8]
    assert world.phases()[-2:] == ["repointing", "live"], world.phases()
    assert world.plan(expect=0)["outcome"] == "nothing"
    world.cutover("drift", expect=0)


def declare(world, rows, message):
    world.repository.write("seeds/regions.csv", "id,region\n" + rows)
    return world.repository.commit(message)


def and_nothing_is_rebuilt(world, before, rows):
    world.apply()
    assert ids(world) == before and regions(world) == rows, (ids(world), before, regions(world))
    assert world.phases()[-2:] == ["repointing", "live"], world.phases()
    assert world.plan(expect=0)["outcome"] == "nothing"
    world.cutover("drift", expect=0)


def rows_that_go_are_deleted_where_they_are(world):
    world.repository.edit("models/schema.yml", "  - name: regions\n", "  - name: regions\n    config: {column_types: {id: integer, region: text}}\n")
    begin(world)
    before = ids(world)
    declare(world, "1,north\n", "No south")
    and_nothing_is_rebuilt(world, before, [(1, "north")])
    declare(world, "", "Nothing at all")
    and_nothing_is_rebuilt(world, before, [])
    declare(world, "1,north\n1,north\n,\n2,\n", "Doubles and nothing")
    and_nothing_is_rebuilt(world, before, [(1, "north"), (1, "north"), (2, None), (None, None)])
    declare(world, "2,\n", "Less of it")
    and_nothing_is_rebuilt(world, before, [(2, None)])


def rows_that_change_are_updated_where_they_are(world):
    """All in one statement, each from what it was to what it becomes, quotes and NULL as well."""
    begin(world)
    before = ids(world)
    declare(world, "1,north\n2,it's \\east\n", "South is east")
    and_nothing_is_rebuilt(world, before, [(1, "north"), (2, "it's \\east")])
    declare(world, "2,north\n1,\n", "The other way round")
    and_nothing_is_rebuilt(world, before, [(1, None), (2, "north")])
    declare(world, ",south\n7,west\n", "All of them")
    and_nothing_is_rebuilt(world, before, [(7, "west"), (None, "south")])


def it_goes_green(world, before, rows, why):
    world.apply()
    after = ids(world)
    assert after["shop.regions"] != before["shop.regions"] and after["shop.customers"] != before["shop.customers"]
    assert regions(world) == rows and not waiting(world)
    events = world.cutover("show", "g%d" % int(world.marker().split("_g")[1].split("_")[0]))
    assert why in events, events


def what_no_one_statement_does_goes_green(world):
    begin(world)
    before = ids(world)
    declare(world, "1,north\n2,east\n3,west\n", "South is east, and there is a west")
    it_goes_green(world, before, [(1, "north"), (2, "east"), (3, "west")], "1 of its rows go and 2 come, which no one statement does")


def one_of_two_equal_rows_goes_green(world):
    begin(world)
    declare(world, "1,north\n2,south\n2,south\n", "Two of them")
    world.apply()
    before = ids(world)
    declare(world, "1,north\n2,south\n", "One of them")
    it_goes_green(world, before, [(1, "north"), (2, "south")], "there more than once")
    world.apply()
    before = ids(world)
    declare(world, "1,north\n2,south\n2,south\n", "Two of them again")
    and_nothing_is_rebuilt(world, before, [(1, "north"), (2, "south"), (2, "south")])
    declare(world, "1,north\n2,east\n2,west\n", "Two that are not equal")
    it_goes_green(world, before, [(1, "north"), (2, "east"), (2, "west")], "there more than once")


def a_server_that_does_not_know_the_statement_gets_green(world):
    """What it refuses is tried of no row, before the cutover."""
    begin(world)
    before = ids(world)
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('DELETE FROM%USING%', 0, 'refuse', '0A000', 'no USING here')")
    declare(world, "1,north\n", "No south")
    it_goes_green(world, before, [(1, "north")], "no USING here")


def a_seed_changed_by_hand_before_its_rows_change_is_told(world):
    """The rows were judged when green was built: what somebody did since then is neither guessed at nor overwritten."""
    begin(world)
    before = ids(world)
    declare(world, "1,north\n2,east\n", "South is east")
    world.cutover("apply", "--yes", "--until", "cutting_over", expect=(0, 2))
    world.sql("INSERT INTO shop.regions VALUES (9, 'by hand')")
    world.start("run")
    world.wait_for("the reason is shown", lambda: "the rows of shop.regions were changed meanwhile: 2 of its rows go and 1 come" in world.tail())
    assert (2, "south") in regions(world) and waiting(world) == ["shop.regions_green_g2"]
    world.sql("DELETE FROM shop.regions WHERE id = 9")
    world.wait_for("changed", lambda: world.phases()[-1] == "live")
    assert regions(world) == [(1, "north"), (2, "east")] and ids(world) == before


def a_column_of_another_type_goes_green(world):
    begin(world)
    declare(world, "1,north\n2,south\n2.5,west\n", "Half a region")
    world.apply()
    assert "its columns change" in world.cutover("show", "g2") and not waiting(world)
    assert [r[1] for r in regions(world)] == ["north", "south", "west"]


def its_own_tests_read_the_rows_before_they_are_live(world):
    begin(world, tests='"test_name:unique,regions"')
    before = ids(world)
    world.repository.edit("models/schema.yml", "  - name: regions\n", "  - name: regions\n    columns:\n      - name: id\n        tests: [unique]\n")
    world.repository.commit("An id is there once")
    world.apply()
    add_region(world)
    world.apply(expect=1)
    assert "unique_regions_id" in world.cutover("status", expect=3)
    assert len(regions(world)) == 2 and {name: id for name, id in ids(world).items() if name not in waiting(world)} == before
    declare(world, "1,north\n2,south\n5,west\n", "One of a kind")
    world.apply()
    assert len(regions(world)) == 3 and ids(world) == before


def a_test_of_its_readers_sends_it_to_green(world):
    begin(world, tests='"*"')
    add_region(world)
    plan = world.plan(expect=2)
    assert plan["counts"]["green"] > 1
    assert "before the cutover what its rows change" in plan["replacement"]["why"], plan["replacement"]


def rows_that_cannot_be_added_yet_are_told_and_added_later(world):
    """Once they were sent nobody knows whether they are there, so a person cannot have them taken back."""
    begin(world)
    before = ids(world)
    add_region(world)
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('INSERT INTO%AS come', 0, 'refuse', 'XX000', 'not now')")
    world.start("run")
    world.wait_for("the reason is shown", lambda: "changing the rows of shop.regions: the server says XX000 not now" in world.tail())
    assert world.marker().startswith("cutover_production_g2_") and waiting(world) == ["shop.regions_green_g2"]
    world.cutover("rollback", "--reason", "it is stuck", expect=(0, 2))
    world.sql("DELETE FROM standin_control.faults")
    world.wait_for("added", lambda: world.phases()[-1] == "live")
    assert regions(world) == MORE and ids(world) == before
    assert world.marker().startswith("cutover_production_g2_") and world.plan(expect=0)["outcome"] == "nothing"


def the_way_back_is_a_new_deployment(world):
    begin(world)
    add_region(world)
    world.apply()
    world.cutover("rollback", "--reason", "too many", expect=(0, 2))
    world.start("run")
    world.wait_for("the commit before", lambda: world.marker().startswith("cutover_production_g3_") and world.phases()[-1] == "live")
    assert len(regions(world)) == 2


TESTS = [rows_that_come_rebuild_nothing, rows_that_go_are_deleted_where_they_are, rows_that_change_are_updated_where_they_are,
         what_no_one_statement_does_goes_green, one_of_two_equal_rows_goes_green, a_server_that_does_not_know_the_statement_gets_green,
         a_seed_changed_by_hand_before_its_rows_change_is_told, a_column_of_another_type_goes_green,
         its_own_tests_read_the_rows_before_they_are_live, a_test_of_its_readers_sends_it_to_green,
         rows_that_cannot_be_added_yet_are_told_and_added_later, the_way_back_is_a_new_deployment]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
