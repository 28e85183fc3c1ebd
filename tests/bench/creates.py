"""./dev bench: from the first to the last CREATE of a green build of 500 objects, against psql sending the same statements
to the same server, in turn. Both times are the server's own, from mz_audit_events; meanwhile nobody else asks it anything."""
import os
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from lab import Lab, cutover_yaml, template  # noqa: E402
from wire import Wire  # noqa: E402

VIEWS, MATERIALIZED, ROUNDS = 200, 150, 9
GOAL = 1.05
VIEW = "{{ config(materialized='view', schema='s0') }}\nselect %d as id\n"
INDEXED = "{{ config(materialized='materialized_view', schema='s1', cluster='c0', indexes=[{'columns': ['id']}]) }}\nselect %d as id\n"
CREATED = "SELECT extract(epoch FROM max(occurred_at) - min(occurred_at)), count(*) FROM mz_audit_events WHERE event_type = 'create' AND object_type IN ('view', 'materialized-view', 'index') AND id > %d"
NEWEST = "SELECT coalesce(max(id), 0) FROM mz_audit_events"


def build(lab, port):
    """Deploys until green is complete; the clock is real, so it then waits, and says so. The server is not asked: two
    connections every tenth of a second would be a part of what is measured, and psql is spared them."""
    log = lab.folder / "run.log"
    log.unlink(missing_ok=True)
    lab.detour = port
    process = lab.start("apply", "--yes")
    lab.wait_for("hydrating", lambda: '"phase":"hydrating"' in log.read_text())
    lab.stop(process)


def statements(lab):
    """What cutover sends to build green, and nothing else comes between."""
    wire = Wire(lab.standin.port, 1)
    wire.begin()
    build(lab, wire.port)
    wire.close()
    first = next(i for i, (_, text) in enumerate(wire.texts) if text.startswith("CREATE") and "_green" in text)
    last = max(i for i, (_, text) in enumerate(wire.texts) if text.startswith("CREATE"))
    sent = [text for _, text in wire.texts[first:last + 1]]
    strange = [text for text in sent if not text.startswith(("CREATE", "GRANT", "COMMENT"))]
    assert not strange, strange
    return sent


def measure(lab, work):
    lab.restore()
    lab.set_clock(1)
    before = int(lab.ask(NEWEST)[0][0])
    work()
    seconds, count = lab.ask(CREATED % before)[0]
    return float(seconds), int(count)


def by_psql(lab, script):
    command = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-f", str(script), lab.standin.url()]
    subprocess.run(command, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", "PGOPTIONS": "--welcome_message=off"})


def spread(seconds):
    return "%.3f s (%.3f to %.3f)" % (statistics.median(seconds), min(seconds), max(seconds))


def main():
    begin_with = template()
    lab = Lab(begin_with)
    files = {"models/v%d.sql" % i: VIEW % i for i in range(VIEWS)}
    files.update({"models/m%d.sql" % i: INDEXED % i for i in range(MATERIALIZED)})
    lab.replace_project({"cutover.yaml": cutover_yaml({"c0"}), **files}, "500 objects")
    lab.save()
    lab.set_clock(1)
    script = lab.folder / "green.sql"
    script.write_text("".join(text.rstrip().rstrip(";") + ";\n" for text in statements(lab)))
    ways = {"cutover": lambda: build(lab, None), "psql": lambda: by_psql(lab, script)}
    seconds = {name: [] for name in ways}
    for i in range(ROUNDS):
        for name in sorted(ways, reverse=i % 2):
            took, count = measure(lab, ways[name])
            assert count == VIEWS + 2 * MATERIALIZED, (name, count)
            seconds[name].append(took)
    lab.close()
    begin_with.close()
    ours, theirs = seconds["cutover"], seconds["psql"]
    print("from the first to the last CREATE of %d objects, the middle of %d runs each, in turn: cutover %s, psql %s: %.2f times (goal: at most %.2f); load %.1f"
          % (VIEWS + 2 * MATERIALIZED, ROUNDS, spread(ours), spread(theirs), statistics.median(ours) / statistics.median(theirs), GOAL, os.getloadavg()[0]))


if __name__ == "__main__":
    sys.exit(main())
