"""A project is deployed from dbt's manifest. dbt itself is not here: manifest.json is what it made of the project
(tests/optional/manifest_fixtures.py), and a change of a model is written into both, as `dbt compile` would."""
import json

from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"
MANIFEST = ROOT / "tests" / "e2e" / "manifest.json"


def names(plan, **wanted):
    return sorted(o["name"] for o in plan["objects"] if all(o.get(k) == v for k, v in wanted.items()))


def hand_over(world, change=None):
    """The manifest is committed, with CHANGE made to it, and cutover.yaml names it."""
    manifest = json.loads(MANIFEST.read_text())
    if change:
        change(manifest["nodes"])
    world.repository.write("target/manifest.json", json.dumps(manifest))
    world.repository.edit("cutover.yaml", "version: 1\n", "version: 1\nproject: {manifest: target/manifest.json}\n")
    return world.repository.commit("Hand over the manifest")


def edit(world, old, new):
    """An edit of orders_clean.sql, and the same in the manifest."""
    world.repository.edit("models/shop/orders_clean.sql", old, new)

    def change(nodes):
        model = next(n for n in nodes.values() if n["name"] == "orders_clean")
        for key in ("raw_code", "compiled_code"):
            assert old in model[key], model[key]
            model[key] = model[key].replace(old, new)
    return change


def going_over_to_the_manifest_rebuilds_nothing(world):
    world.apply()
    hand_over(world)
    assert world.plan(expect=0)["outcome"] == "nothing"


def a_manifest_alone_deploys_what_changed(world):
    hand_over(world)
    world.apply()
    assert world.marker().startswith("cutover_production_g1_"), world.marker()
    assert world.plan(expect=0)["outcome"] == "nothing"
    world.repository.edit("cutover.yaml", "project: {manifest: target/manifest.json}\n", "")
    commit = hand_over(world, edit(world, "o.amount > 0", "o.amount > 5"))
    plan = world.plan(expect=2)
    assert names(plan, action="change") == ["orders_clean"], plan
    assert {"daily", "customers"} <= set(names(plan, action="rebuild")), plan
    world.apply()
    assert world.marker() == "cutover_production_g2_" + commit[:8]
    assert world.sql("SELECT orders FROM shop.daily WHERE day = '2026-11-01'")[0][0] == 1
    assert not [s for s in world.schemas() if "green" in s or "blue" in s]


def a_model_that_was_not_compiled_again_stops_the_plan(world):
    hand_over(world)
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Forget dbt compile")
    world.cutover("plan", expect=1)
    assert "CO3062" in world.stderr and "models/shop/orders_clean.sql" in world.stderr, world.stderr
    world.apply(expect=1)
    assert world.marker().startswith("cutover_production_g1_")


if __name__ == "__main__":
    run([going_over_to_the_manifest_rebuilds_nothing, a_manifest_alone_deploys_what_changed, a_model_that_was_not_compiled_again_stops_the_plan],
        PROJECT, SEED)
