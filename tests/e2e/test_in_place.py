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


def what_git_gave_is_taken_back_when_it_leaves_git(world):
    """And what a person gave stays: here where the relation is, then with one that goes green."""
    for role in ("analyst", "auditor", "looker"):
        world.sql("CREATE ROLE %s" % role)
    declared = "materialized='materialized_view', grants={'select': ['analyst', 'auditor']}"
    described = "    description: by day\n    config: {persist_docs: {relation: true}}\n"
    world.repository.edit("models/shop/daily.sql", "materialized='materialized_view'", declared)
    world.repository.edit("models/schema.yml", "  - name: daily\n", "  - name: daily\n" + described)
    world.repository.commit("Let them read")
    deploy(world)
    world.sql("GRANT SELECT ON shop.daily TO looker")
    assert {"analyst", "auditor", "looker"} <= may_read(world, "daily")
    before = ids(world)
    world.repository.edit("models/shop/daily.sql", "['analyst', 'auditor']", "['auditor']")
    world.repository.edit("models/schema.yml", described, "")
    world.repository.commit("The analyst has left")
    assert in_place(world.plan(expect=2)) == [("comment", "daily"), ("grant", "daily")]
    world.apply()
    assert ids(world) == before and world.plan(expect=0)["outcome"] == "nothing"
    assert "analyst" not in may_read(world, "daily") and {"auditor", "looker"} <= may_read(world, "daily")
    assert comments(world, "daily").get(0) is None
    world.sql("GRANT SELECT ON shop.daily TO analyst")
    assert world.plan(expect=0)["outcome"] == "nothing", "a person gave it this time"
    world.repository.edit("models/shop/daily.sql", ", grants={'select': ['auditor']}", "")
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.edit("models/shop/daily.sql", ", indexes=[{'columns': ['day'], 'name': 'daily_day_idx'}]", "")
    world.repository.commit("Nobody by name, another number, and no index")
    gone = [(o["kind"], o["action"], o.get("grantee")) for o in world.plan(expect=2)["objects"]
            if o["action"] == "remove" or o["kind"] == "grant"]
    assert gone == [("index", "remove", None), ("grant", "change", "auditor")], gone
    world.apply()
    assert "shop.daily_day_idx" not in ids(world)
    assert ids(world)["shop.daily"] != before["shop.daily"]
    assert "auditor" not in may_read(world, "daily") and {"analyst", "looker"} <= may_read(world, "daily")
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


def a_role_or_a_size_that_does_not_exist_is_refused_at_once(world):
    deploy(world)
    before = ids(world)
    world.repository.edit("cutover.yaml", "compute: {size: 25cc}", "compute: {size: 26cc}")
    world.repository.edit("models/shop/daily.sql", "materialized='materialized_view'",
                          "materialized='materialized_view', grants={'select': ['nobody_known']}")
    world.repository.commit("A role and a size that do not exist")
    text = world.cutover("plan", expect=3)
    assert "refused CO4116: shop.daily is granted to role nobody_known, which does not exist (models/shop/daily.sql:1)" in text, text
    assert "refused CO4117: cluster compute: there is no size 26cc" in text and "did you mean 25cc?" in text, text
    assert ids(world) == before


def what_is_refused_after_the_cutover_is_told_and_tried_again(world):
    world.sql("CREATE ROLE analyst")
    deploy(world)
    world.repository.edit("models/shop/daily.sql", "materialized='materialized_view'",
                          "materialized='materialized_view', grants={'select': ['analyst']}")
    world.repository.commit("Let analysts read")
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('GRANT SELECT%', 0, 'refuse', 'XX000', 'not now')")
    world.start("run")
    world.wait_for("the reason is shown", lambda: "granting SELECT on materialized-view shop.daily to analyst: the server says XX000 not now" in world.tail())
    world.sql("DELETE FROM standin_control.faults")
    world.wait_for("live", lambda: world.phases()[-1] == "live")
    assert "analyst" in may_read(world, "daily")


REFUNDS = "{{ config(materialized='materialized_view', indexes=[{'columns': ['id']}]%s) }}\nselect id, amount from {{ source('raw', 'orders') }} where amount < 0\n"


def a_new_model_is_built_beside_and_gets_its_name_in_the_cutover(world):
    deploy(world)
    before = ids(world)
    world.repository.write("models/shop/refunds.sql", REFUNDS % "")
    commit = world.repository.commit("Count refunds")
    plan = world.plan(expect=2)
    assert in_place(plan) == [("index", "refunds_id_idx"), ("materialized_view", "refunds")], plan["objects"]
    assert plan["counts"]["green"] == 0
    world.apply()
    after = ids(world)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"shop.refunds", "shop.refunds_id_idx"}
    assert world.sql("SELECT id FROM shop.refunds") == [(4,)]
    assert world.marker() == "cutover_production_g2_" + commit[:8]
    assert world.plan(expect=0)["outcome"] == "nothing"


def a_new_model_fails(world):
    world.repository.write("models/shop/refunds.sql", REFUNDS % "")
    world.repository.write("models/shop/refunds.yml", "version: 2\nmodels: [{name: refunds, columns: [{name: amount, tests: [{accepted_values: {values: [5]}}]}]}]\n")
    world.repository.commit("Refunds that cannot be")
    world.apply(expect=1)


def a_new_model_that_fails_its_test_never_gets_its_name(world):
    deploy(world)
    before = ids(world)
    a_new_model_fails(world)
    assert "shop.refunds_green" in ids(world) and "shop.refunds" not in ids(world)
    assert world.marker().startswith("cutover_production_g1_")
    kept = ids(world)["shop.refunds_green"]
    world.repository.remove("models/shop/refunds.yml")
    world.repository.commit("They can be")
    world.apply()
    assert ids(world)["shop.refunds"] == kept, "what was built is used again"
    assert {name: ids(world)[name] for name in before} == before


def what_is_left_of_a_new_model_that_failed_is_dropped(world):
    deploy(world)
    before = ids(world)
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    keep_failed: 2m")
    a_new_model_fails(world)
    world.start("run")
    world.wait_for("green dropped", lambda: ids(world) == before)


def an_index_comes_changes_and_goes_while_its_relation_stays(world):
    deploy(world)
    before = ids(world)
    model = "models/shop/customers.sql"
    for old, new in [("indexes=[{'default': true}]", "indexes=[{'default': true}, {'columns': ['name'], 'name': 'customers_name_idx'}]"),
                     ("'columns': ['name']", "'columns': ['name', 'region']"),
                     (", {'columns': ['name', 'region'], 'name': 'customers_name_idx'}", "")]:
        world.repository.edit(model, old, new)
        world.repository.commit("Another index")
        plan = world.plan(expect=2)
        assert {o["name"] for o in plan["objects"]} == {"customers_name_idx"}, plan["objects"]
        world.apply()
        assert {name: ids(world)[name] for name in before} == before
        assert world.plan(expect=0)["outcome"] == "nothing"
    assert ids(world) == before


def a_new_index_of_a_commit_that_fails_never_gets_its_name(world):
    """Production would carry its memory, and nobody asked for it any more."""
    deploy(world)
    before = ids(world)
    world.repository.edit("models/shop/customers.sql", "indexes=[{'default': true}]",
                          "indexes=[{'default': true}, {'columns': ['name'], 'name': 'customers_name_idx'}]")
    a_new_model_fails(world)
    assert "shop.customers_name_idx" not in ids(world)
    kept = ids(world)["shop.customers_name_idx_green"]
    world.repository.remove("models/shop/refunds.yml")
    world.repository.commit("They can be")
    world.apply()
    assert ids(world)["shop.customers_name_idx"] == kept, "what was built is used again"
    assert {name: ids(world)[name] for name in before} == before


def a_removed_leaf_is_renamed_away_and_comes_back_with_a_rollback(world):
    deploy(world)
    before = ids(world)
    world.repository.remove("models/reports/by_customer.sql")
    world.repository.commit("Nobody reads it")
    plan = world.plan(expect=2)
    assert plan["counts"]["green"] == 0 and names(plan, action="remove") == ["by_customer"]
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    assert "reports.by_customer" not in ids(world)
    assert ids(world)["reports.by_customer_blue_g1"] == before["reports.by_customer"]
    world.cutover("rollback", "--reason", "somebody reads it")
    world.start("run")
    world.wait_for("the way back", lambda: "rolled_back" in world.phases())
    assert ids(world) == before


def a_removed_leaf_is_dropped_after_the_soak(world):
    deploy(world)
    before = ids(world)
    world.repository.remove("models/reports/by_customer.sql")
    world.repository.commit("Nobody reads it")
    world.apply()
    gone = {name for name in before if "by_customer" in name}
    assert ids(world) == {name: before[name] for name in before if name not in gone} and len(gone) == 2
    assert world.plan(expect=0)["outcome"] == "nothing"


def somebody_elses_object_under_a_green_name_stands_in_the_way(world):
    deploy(world)
    world.sql("CREATE VIEW shop.refunds_green AS SELECT 1 AS mine")
    world.repository.write("models/shop/refunds.sql", REFUNDS % "")
    world.repository.commit("Count refunds")
    text = world.cutover("plan", expect=3)
    assert "CO4121" in text and "view shop.refunds_green exists already, and Cutover's record does not know it" in text, text
    assert world.sql("SELECT mine FROM shop.refunds_green") == [(1,)]


TESTS = [value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", None) == __name__
         and name not in ("ids", "cluster", "may_read", "comments", "in_place")]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
