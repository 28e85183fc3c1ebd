"""Random projects, compiled and carried out for real: the plan equals what naive iteration over all rules says; once
it is applied, nothing is left to do, every relation shows what its SQL now says, and strangers are as they were.

Each project is two real deployments, and 500 of them take some minutes: CUTOVER_RANDOM_PROJECTS plays fewer.
tests/unit/test_plan_closure.c plays the same game in memory, without files and server, 2,000 times.
"""
import json
import os
import sys
import traceback

import harness
from drawn import Definition, Project, draw_strangers
from lab import Lab, template

PROJECTS = int(os.environ.get("CUTOVER_RANDOM_PROJECTS", 500))
FIRST_SEED = int(os.environ.get("CUTOVER_RANDOM_SEED", 1))


def plan_of(lab, expect):
    return json.loads(lab.cutover("plan", "--output", "json", expect=expect))


def check_plan(plan, expected):
    green = {o["schema"] + "." + o["name"] for o in plan["objects"] if o["where"] == "green" and o["kind"] != "index"}
    assert green == expected.nodes, (sorted(green - expected.nodes), sorted(expected.nodes - green))
    assert {s["name"] for s in plan["schemas"]} == expected.schemas, (plan["schemas"], expected.schemas)
    assert {c["name"] for c in plan["clusters"]} == expected.clusters, (plan["clusters"], expected.clusters)
    removed = {o["schema"] + "." + o["name"] for o in plan["objects"] if o["action"] == "remove" and o["kind"] != "index"}
    assert removed == expected.removed, (removed, expected.removed)
    refused = {d["object"] for d in plan["diagnostics"] if d["severity"] == "refused"}
    assert refused == expected.refused, (refused, expected.refused)


def check_live(lab, project):
    """Every relation is there, shows the right number, and nothing else is in the project's schemas."""
    values = project.values()
    query = " UNION ALL ".join("SELECT '%s', x FROM %s" % (n.name, n.dotted()) for n in project.nodes.values())
    assert dict(lab.ask(query)) == values
    assert not lab.leftovers(), lab.leftovers()
    indexes = {(o["name"], o["cluster"]) for o in lab.catalog() if o["type"] == "index"}
    assert indexes == {i for n in project.nodes.values() for i in n.indexes}, indexes
    placed = {o["name"]: o["cluster"] for o in lab.catalog() if o["type"] == "materialized-view"}
    assert all(placed[n.name] == n.cluster for n in project.nodes.values() if n.cluster), placed


def definitions(lab, names):
    """Id and definition of what strangers have made."""
    found = {}
    for kind in ("views", "materialized_views"):
        rows = lab.ask("SELECT s.name || '.' || o.name, o.id, o.create_sql FROM mz_%s o JOIN mz_schemas s ON s.id = o.schema_id WHERE o.id LIKE 'u%%'" % kind)
        found.update({row[0]: row[1:] for row in rows if row[0] in names})
    assert set(found) == names, (found, names)
    return found


def make_strangers(lab, strangers):
    lab.ask("CREATE SCHEMA strange")
    for stranger in strangers:
        lab.ask(stranger.sql())


def drop_strangers(lab, strangers, refused):
    """The owners drop what stands in the way, and what reads it; gives who is left."""
    gone = set()
    for stranger in strangers:
        if stranger.dotted() in refused or stranger.reads in gone:
            gone.add(stranger.dotted())
    for stranger in reversed(strangers):
        if stranger.dotted() in gone:
            kind = "MATERIALIZED VIEW" if stranger.cluster else "VIEW"
            lab.ask("DROP %s %s" % (kind, stranger.dotted()))
    return [s for s in strangers if s.dotted() not in gone]


def play(lab, seed):
    project = Project(seed)
    lab.replace_project(project.files(), "Project %d" % seed)
    lab.apply()
    check_live(lab, project)
    assert plan_of(lab, 0)["outcome"] == "nothing"
    strangers = draw_strangers(project) if project.chance.random() < 0.5 else []
    make_strangers(lab, strangers)
    assert plan_of(lab, 0)["outcome"] == "nothing", "strangers are no reason to do anything"
    before = project.copy()
    what = project.change()
    lab.replace_project(project.files(), what)
    expected = Definition(before, project, strangers)
    plan = plan_of(lab, (0, 2, 3))
    check_plan(plan, expected)
    if expected.refused:
        assert plan["outcome"] == "refused"
        strangers = drop_strangers(lab, strangers, expected.refused)
    untouched = definitions(lab, {s.dotted() for s in strangers})
    lab.apply()
    check_live(lab, project)
    assert plan_of(lab, 0)["outcome"] == "nothing"
    assert definitions(lab, {s.dotted() for s in strangers}) == untouched
    lab.empty()


def play_many(seeds, begin_with):
    """Plays them on one stand-in; gives what failed."""
    lab = Lab(begin_with)
    failures = []
    try:
        for seed in seeds:
            try:
                play(lab, seed)
            except Exception:
                failures.append("FAILED  project %d (CUTOVER_RANDOM_SEED=%d CUTOVER_RANDOM_PROJECTS=1)\n%s" % (seed, seed, traceback.format_exc()))
                lab.close()
                lab = Lab(begin_with)
    finally:
        lab.close()
    return failures


def main():
    begin_with = template()
    seeds = range(FIRST_SEED, FIRST_SEED + PROJECTS)
    jobs = min(harness.JOBS, PROJECTS)
    with harness.several_at_once(jobs) as pool:
        parts = [pool.submit(play_many, seeds[i::jobs], begin_with) for i in range(jobs)]
        failures = [text for part in parts for text in part.result()]
    begin_with.close()
    print("\n".join(failures))
    print("%d passed, %d failed" % (PROJECTS - len(failures), len(failures)))
    sys.exit(1 if failures or not PROJECTS else 0)


if __name__ == "__main__":
    main()
