"""Columns that a commit changes are announced in its plan, before anything is built, and exactly once green is there."""
from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"

OLD = "select day, count(*) as orders, sum(cents) as cents\n"
NEW = "select day, sum(cents)::text as cents, count(*) as n\n"


def lines(text):
    """What the plan says of columns: the lines from `Columns` on that belong to it."""
    all_lines = text.split("\n")
    first = next((i for i, line in enumerate(all_lines) if line.startswith("Columns ")), len(all_lines))
    end = first + 1
    while end < len(all_lines) and all_lines[end].startswith("      "):
        end += 1
    return [line[11:] for line in all_lines[first:end]]


def columns_that_come_go_and_change_are_announced(world):
    world.apply()
    world.repository.edit("models/shop/daily.sql", OLD, NEW)
    world.repository.commit("Count under another name")
    text = world.cutover("plan", expect=2)
    assert lines(text) == ["shop.daily: cents numeric to text, + n bigint, - orders", "known when green is built: reports.top_items"], text
    plan = world.plan(expect=2)
    daily, top = plan["columns"]
    assert daily == {"object": "shop.daily", "reordered": False,
                     "changes": [{"name": "cents", "from": "numeric", "to": "text"}, {"name": "n", "to": "bigint"}, {"name": "orders", "from": "bigint"}]}, daily
    assert top == {"object": "reports.top_items", "reordered": False, "changes": [], "unknown": "it reads shop.daily, whose columns change or are new"}, top


def a_query_that_keeps_its_columns_announces_none(world):
    world.apply()
    world.repository.edit("models/shop/daily.sql", "count(*) as orders", "count(*) + 1 as orders")
    world.repository.commit("Count one more")
    assert not lines(world.cutover("plan", expect=2))
    assert world.plan(expect=2)["columns"] == []


def another_order_is_announced_too(world):
    world.apply()
    world.repository.edit("models/shop/daily.sql", OLD, "select day, sum(cents) as cents, count(*) as orders\n")
    world.repository.commit("Cents first")
    assert lines(world.cutover("plan", expect=2))[0] == "shop.daily: in another order"
    assert world.plan(expect=2)["columns"][0]["reordered"]


def a_seed_with_another_column_is_announced(world):
    world.apply()
    rows = (world.repository.work / "seeds/regions.csv").read_text().split("\n")
    world.repository.write("seeds/regions.csv", "\n".join(row + (",vat" if i == 0 else ",7" if row else "") for i, row in enumerate(rows)))
    world.repository.commit("What each region takes")
    text = world.cutover("plan", expect=2)
    assert lines(text)[0].startswith("shop.regions: + vat "), text


def what_the_server_refuses_is_said_in_the_plan(world):
    world.apply()
    world.repository.edit("models/shop/daily.sql", "sum(cents) as cents", "sum(pence) as cents")
    world.repository.commit("A column that is not there")
    text = world.cutover("plan", expect=2)
    assert lines(text)[0].startswith('shop.daily: not known, Materialize refuses its query: column "pence" does not exist'), text


def whoever_approves_reads_what_green_has_become(world):
    world.apply()
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    promotion: manual")
    world.repository.edit("models/shop/daily.sql", OLD, NEW.replace("::text", ""))
    world.repository.edit("models/reports/top_items.sql", "select day, cents", "select day, n, cents")
    world.repository.commit("Count under another name")
    assert lines(world.cutover("plan", expect=2))[1] == "known when green is built: reports.top_items"
    world.apply(expect=3)
    text = world.cutover("approve", "--yes")
    assert lines(text) == ["shop.daily: + n bigint, - orders", "reports.top_items: + n bigint"], text


TESTS = [columns_that_come_go_and_change_are_announced, a_query_that_keeps_its_columns_announces_none, another_order_is_announced_too,
         a_seed_with_another_column_is_announced, what_the_server_refuses_is_said_in_the_plan, whoever_approves_reads_what_green_has_become]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
