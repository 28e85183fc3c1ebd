"""Rows that come to a seed are added where it is: whatever reads it takes them in as they come, and is not built anew."""
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
    assert "Way        shop.regions gets its rows in place as long as they only come: green would build" in text, text
    assert "In place: nothing rehydrates" in text and "the way back is a new deployment: rows that were added leave no old side" in text, text
    world.apply()
    assert ids(world) == before and regions(world) == MORE
    assert world.marker() == "cutover_production_g2_" + commit[:8]
    assert world.phases()[-2:] == ["repointing", "live"], world.phases()
    assert world.plan(expect=0)["outcome"] == "nothing"
    world.cutover("drift", expect=0)


def rows_that_go_or_change_go_green(world):
    begin(world)
    before = ids(world)
    world.repository.write("seeds/regions.csv", "id,region\n1,north\n2,east\n3,west\n")
    world.repository.commit("South is east")
    world.apply()
    after = ids(world)
    assert after["shop.regions"] != before["shop.regions"] and after["shop.customers"] != before["shop.customers"]
    assert regions(world) == [(1, "north"), (2, "east"), (3, "west")] and not waiting(world)
    events = world.cutover("show", "g2")
    assert "1 of its rows go or change" in events, events


def a_column_of_another_type_goes_green(world):
    begin(world)
    world.repository.write("seeds/regions.csv", "id,region\n1,north\n2,south\n2.5,west\n")
    world.repository.commit("Half a region")
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
    world.repository.write("seeds/regions.csv", "id,region\n1,north\n2,south\n5,west\n")
    world.repository.commit("One of a kind")
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
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('INSERT INTO%EXCEPT ALL%', 0, 'refuse', 'XX000', 'not now')")
    world.start("run")
    world.wait_for("the reason is shown", lambda: "adding rows to shop.regions: the server says XX000 not now" in world.tail())
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


TESTS = [rows_that_come_rebuild_nothing, rows_that_go_or_change_go_green, a_column_of_another_type_goes_green,
         its_own_tests_read_the_rows_before_they_are_live, a_test_of_its_readers_sends_it_to_green,
         rows_that_cannot_be_added_yet_are_told_and_added_later, the_way_back_is_a_new_deployment]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
