"""What a deployment costs the server, in statements, counted on the wire: they must not grow with the project, but for
one to each thing that is made."""
import collections
import sys
import traceback

import lab as laboratory
from lab import Lab, cutover_yaml, template
from wire import Wire

VIEW = "{{ config(materialized='view', schema='s0') }}\nselect %d as id\n"
INDEXED = ("{{ config(materialized='materialized_view', schema='s1', cluster='c0', indexes=[{'columns': ['id'], 'cluster': 'c0'}],"
           " grants={'select': ['reader']}, persist_docs={'relation': true}) }}\nselect %d as id\n")
READS = ("read ", "SHOW", "SET cluster", "BEGIN READ", "COMMIT", "ROLLBACK")
CONSTANT = 300  # looks at the world between the batches, containers, rehearsal
LOOKS = 3


class Counted:
    """A lab whose cutover is counted."""

    def __init__(self, begin_with):
        self.lab = Lab(begin_with)
        self.wire = Wire(self.lab.standin.port, laboratory.CLOCK_FACTOR)
        self.lab.ask("CREATE ROLE reader")

    def put(self, files, message):
        self.lab.replace_project({"cutover.yaml": cutover_yaml({"c0"} if any("c0" in f for f in files.values()) else set()), **files}, message)

    def count(self, *command):
        self.wire.begin()
        self.lab.detour = self.wire.port
        self.lab.cutover(*command, expect=(0, 2))
        self.lab.detour = None
        return self.wire.counts

    def close(self):
        self.wire.close()
        self.lab.close()


def views(count):
    return {"models/v%d.sql" % i: VIEW % i for i in range(count)}


def total(counts, *kinds):
    return sum(n for (_, kind, _), n in counts.items() if kind.startswith(kinds))


def a_green_build_sends_one_statement_for_each_thing(world):
    """500 objects: 200 views, 150 materialized views with an index each; each of the latter has a grant and a comment."""
    files = {**views(200), **{"models/m%d.sql" % i: INDEXED % i for i in range(150)}}
    files["models/docs.yml"] = "version: 2\nmodels:\n" + "".join("  - {name: m%d, description: one of many}\n" % i for i in range(150))
    world.put(files, "500 objects")
    counts = world.count("apply", "--yes")
    building = {where: n for where, n in counts.items() if where[0] == "building"}
    made = {kind: total(building, kind) for kind in ("CREATE VIEW", "CREATE MATERIALIZED VIEW", "CREATE INDEX", "GRANT", "COMMENT ON MATERIALIZED VIEW")}
    print("        %s; %d statements while building, %d in all" % (made, sum(building.values()), sum(counts.values())))
    assert made == {"CREATE VIEW": 200, "CREATE MATERIALIZED VIEW": 150, "CREATE INDEX": 150, "GRANT": 150, "COMMENT ON MATERIALIZED VIEW": 150}, made
    things = sum(made.values())
    assert sum(building.values()) <= things + CONSTANT, building
    assert sum(n for where, n in building.items() if not where[1].startswith(READS)) <= things + 40, building


def looks_do_not_grow_with_the_project(world):
    seen = collections.defaultdict(list)
    for count in (10, 100, 1000):
        world.put(views(count), "%d models" % count)
        world.lab.apply()
        world.put({**views(count), "models/v0.sql": VIEW % -1}, "One of %d models changes" % count)
        for command in (("plan",), ("run", "--once")):
            counts = world.count(*command)
            seen[command].append((total(counts, "BEGIN READ"), total(counts, *READS)))
            print("        %s with %d models: %d looks at the catalog, %d statements" % (" ".join(command), count, *seen[command][-1]))
        world.lab.apply()
        world.lab.empty()
    for command, found in seen.items():
        assert len(set(found)) == 1, (command, found)
        assert 1 <= found[0][0] <= LOOKS, (command, found)


def main(names):
    begin_with = template()
    tests = [t for t in (a_green_build_sends_one_statement_for_each_thing, looks_do_not_grow_with_the_project) if not names or t.__name__ in names]
    failed = 0
    for test in tests:
        world = Counted(begin_with)
        try:
            test(world)
            print("ok      %s" % test.__name__)
        except Exception:
            failed += 1
            print("FAILED  %s\n%s" % (test.__name__, traceback.format_exc()))
        world.close()
    begin_with.close()
    print("%d passed, %d failed" % (len(tests) - failed, failed))
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
