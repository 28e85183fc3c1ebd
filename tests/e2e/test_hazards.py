"""Ways in which deployments of this kind break elsewhere, each tried on purpose (docs/hazards.md lists all of them)."""
from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def a_name_that_the_cutover_would_break_is_found_by_the_rehearsal(world):
    world.apply()
    before = world.objects()
    world.repository.edit("models/shop/daily.sql", "select day,", "select {{ this.schema }}.orders_clean.day,")
    world.repository.edit("models/shop/daily.sql", "group by day", "group by {{ this.schema }}.orders_clean.day")
    world.repository.edit("models/shop/daily.sql", "{{ ref('orders_clean') }}", "{{ this.schema }}.orders_clean")
    world.repository.commit("Name the schema in a column")
    world.cutover("apply", "--yes", expect=1)
    assert "renaming conflict" in world.cutover("status", expect=3), world.cutover("status", expect=3)
    assert "hydrating" not in world.phases()[world.phases().index("live") + 1:], "it was found before anything hydrated"
    assert world.marker().startswith("cutover_production_g1_")
    assert [o for o in world.objects() if "green" not in o[0] and "green" not in (o[3] or "")] == before


def what_is_read_by_a_name_written_by_hand_is_built_once(world):
    """public.orders without source(), and a schema from `this`: neither is built and dropped again for ever."""
    world.repository.edit("models/shop/orders_clean.sql", "{{ source('raw', 'orders') }}", "public.orders")
    world.repository.edit("models/shop/daily.sql", "{{ ref('orders_clean') }}", "{{ this.schema }}.orders_clean")
    world.repository.commit("Write names by hand")
    world.apply()
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more")
    world.apply()
    assert world.marker().startswith("cutover_production_g2_") and world.plan(expect=0)["outcome"] == "nothing"
    assert world.sql("SELECT orders FROM shop.daily WHERE day = '2026-11-01'")[0][0] == 3


def what_another_environment_deployed_is_not_built_into(world):
    world.apply()
    before = world.objects()
    world.repository.edit("macros/names.sql", "target.name == 'prod'", "true")
    with open(world.repository.work / "cutover.yaml", "a") as file:
        file.write("  staging: {branch: main, target: staging, soak: 0s}\n")
    world.repository.commit("Add staging, whose models have production's schemas")
    world.environment = "staging"
    text = world.cutover("plan", expect=3)
    assert "refused CO4104: schema shop belongs to environment production" in text, text
    world.apply(expect=3)
    assert world.objects() == before and world.marker() is None


if __name__ == "__main__":
    run([a_name_that_the_cutover_would_break_is_found_by_the_rehearsal,
         what_is_read_by_a_name_written_by_hand_is_built_once, what_another_environment_deployed_is_not_built_into], PROJECT, SEED)
