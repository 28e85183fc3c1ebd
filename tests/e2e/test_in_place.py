"""Changes that need no green: production is altered where it is, nothing is built anew, nothing rehydrates."""
from harness import ROOT, run
from test_deploy import deploy, names

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def ids(world):
    """Identity of all that is live: schema, name and id."""
    return dict(world.sql("SELECT s.name || '.' || o.name, o.id FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id "
                          "WHERE o.id LIKE 'u%' AND s.name IN ('shop', 'reports', 'public')"))


def cluster(world, name):
    return world.sql("SELECT id, size, replication_factor FROM mz_clusters WHERE name = '%s'" % name)[0]


def may_read(world, name):
    return {r[0] for r in world.sql("SELECT r.name FROM mz_objects o, unnest(o.privileges) p, mz_roles r "
                                    "WHERE o.name = '%s' AND r.id = split_part(p::text, '=', 1)" % name)}


def comments(world, name):
    return dict(world.sql("SELECT coalesce(c.object_sub_id, 0), c.comment FROM mz_internal.mz_comments c "
                          "JOIN mz_objects o ON o.id = c.id WHERE o.name = '%s'" % name))


def in_place(plan):
    return sorted((o["kind"], o["name"]) for o in plan["objects"] if o["where"] == "in_place")


def a_grant_and_a_description_leave_everything_else_alone(world):
    world.sql("CREATE ROLE analyst")
    deploy(world)
    before = ids(world)
    world.repository.edit("models/shop/daily.sql", "materialized='materialized_view'",
                          "materialized='materialized_view', grants={'select': ['analyst']}")
    world.repository.edit("models/schema.yml", "  - name: daily\n    columns:\n      - name: day\n",
                          "  - name: daily\n    description: by day\n    config: {persist_docs: {relation: true, columns: true}}\n"
                          "    columns:\n      - name: day\n        description: in UTC\n")
    commit = world.repository.commit("Let analysts read, and say what it is")
    plan = world.plan(expect=2)
    assert in_place(plan) == [("comment", "daily"), ("comment", "daily"), ("grant", "daily")], plan["objects"]
    assert plan["counts"]["green"] == 0 and not plan["schemas"] and not plan["clusters"]
    world.apply()
    assert ids(world) == before
    assert "analyst" in may_read(world, "daily")
    assert comments(world, "daily") == {0: "by day", 1: "in UTC"}
    assert world.marker() == "cutover_production_g2_" + commit[:8]
    assert world.plan(expect=0)["outcome"] == "nothing"


def a_cluster_is_resized_where_it_is(world):
    deploy(world)
    before, was = ids(world), cluster(world, "compute")
    world.repository.edit("cutover.yaml", "compute: {size: 25cc}", "compute: {size: 50cc, replication_factor: 2}")
    world.repository.commit("More room")
    assert in_place(world.plan(expect=2)) == [("cluster", "compute")]
    world.apply()
    assert ids(world) == before
    assert cluster(world, "compute") == (was[0], "50cc", "2")
    assert world.plan(expect=0)["outcome"] == "nothing"


def what_the_server_refuses_fails_the_commit(world):
    deploy(world)
    before = ids(world)
    world.repository.edit("models/shop/daily.sql", "materialized='materialized_view'",
                          "materialized='materialized_view', grants={'select': ['nobody_known']}")
    world.repository.commit("A role that does not exist")
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert "granting on materialized-view shop.daily" in text and "nobody_known" in text and "models/shop/daily.sql" in text, text
    assert ids(world) == before
    assert world.marker().startswith("cutover_production_g1_")


TESTS = [value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", None) == __name__
         and name not in ("ids", "cluster", "may_read", "comments", "in_place")]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
