"""A project of plain SQL files is deployed like any other."""
from harness import ROOT, run

PROJECT = ROOT / "examples" / "plain_sql"
SEED = ROOT / "examples" / "shop" / "demo" / "seed.sql"
DAILY = "models/materialize/sales/daily.sql"


def names(plan, **wanted):
    return sorted(o["name"] for o in plan["objects"] if all(o.get(k) == v for k, v in wanted.items()))


def sql_files_go_live_and_leave_nothing_to_plan(world):
    world.apply()
    assert world.marker().startswith("cutover_production_g1_"), world.marker()
    assert set(world.schemas()) >= {"sales", "reports", "ledger"}
    assert world.sql("SELECT day::text FROM reports.best_day") == [("2026-11-20",)], world.sql("SELECT * FROM sales.daily")
    assert world.sql("SELECT name FROM mz_indexes WHERE id LIKE 'u%' ORDER BY 1") == [("daily_primary_idx",), ("orders_clean_id",)]
    assert world.plan(expect=0)["outcome"] == "nothing"


def a_changed_file_rebuilds_what_reads_it_and_leaves_tables_alone(world):
    world.apply()
    world.sql("INSERT INTO ledger.notes VALUES ('2026-11-20', 'a good day')")
    world.repository.edit("models/materialize/sales/orders_clean.sql", "<> 'cancelled'", "NOT IN ('cancelled', 'refunded')")
    commit = world.repository.commit("Leave refunds out")
    plan = world.plan(expect=2)
    assert names(plan, action="change") == ["orders_clean"], plan
    assert {"daily", "best_day"} <= set(names(plan, action="rebuild")), plan
    world.apply()
    assert world.marker() == "cutover_production_g2_" + commit[:8]
    assert world.sql("SELECT orders FROM sales.daily WHERE day = '2026-11-21'") == [(2,)]
    assert world.sql("SELECT note FROM ledger.notes") == [("a good day",)]
    assert not [s for s in world.schemas() if "green" in s or "blue" in s]


def a_table_with_rows_is_dropped_only_by_a_permit(world):
    world.apply()
    world.repository.remove("models/materialize/ledger/notes.sql")
    world.repository.commit("No more notes")
    refused = world.cutover("plan", expect=3)
    assert "stateful:materialize.ledger.notes" in refused, refused
    assert world.sql("SELECT count(*) FROM ledger.notes") == [(0,)]


def a_misspelled_name_stops_the_plan_at_its_place(world):
    world.repository.edit(DAILY, "FROM orders_clean", "FROM orders_clena")
    world.repository.commit("Misspell a name")
    world.cutover("plan", expect=1)
    assert DAILY + ":9:6" in world.stderr and 'did you mean "orders_clean"?' in world.stderr, world.stderr


if __name__ == "__main__":
    run([sql_files_go_live_and_leave_nothing_to_plan, a_changed_file_rebuilds_what_reads_it_and_leaves_tables_alone,
         a_table_with_rows_is_dropped_only_by_a_permit, a_misspelled_name_stops_the_plan_at_its_place], PROJECT, SEED)
