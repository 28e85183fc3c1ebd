"""Floors stand in the controller's file: whoever merges cannot lower them, and the plan says where they hold."""

from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def floor(world, policy):
    """Flags with a controller's file that holds this policy for production."""
    config = world.folder / "config.yaml"
    config.write_text("version: 1\npolicy:\n  \"prod*\": %s\n" % policy)
    return ("--config", str(config))


def edit(world, old="o.amount > 0", new="o.amount > 5"):
    world.repository.edit("models/shop/orders_clean.sql", old, new)


def gates(world, *flags):
    text = world.cutover("plan", *flags, expect=2)
    return next(line for line in text.splitlines() if line.startswith("Gates"))


def tests_that_were_left_out_come_back(world):
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    tests: none")
    world.repository.commit("Test nothing")
    world.apply()
    world.repository.edit("models/shop/daily.sql", "group by day", "group by day union all select '2026-11-01', 0, 0")
    world.repository.commit("Break uniqueness")
    assert " | no tests | " in gates(world)
    flags = floor(world, "{tests: all, soak: 1h}")
    line = gates(world, *flags)
    assert " tests (floor; cutover.yaml says none)" in line and "soak 1h (floor; cutover.yaml says 4m)" in line, line
    world.cutover("apply", "--yes", *flags, expect=1)
    assert "unique_daily_day" in world.cutover("status", *flags, expect=3)
    assert world.marker().startswith("cutover_production_g1_")


def a_check_that_is_demanded_runs_though_nothing_that_it_reads_is_rebuilt(world):
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    checks: []")
    world.repository.edit("cutover.yaml", "version: 1", "version: 1\nchecks:\n  enough: {sql: \"select count(*) from {{ ref('daily') }}\", expect: \">= 1000\"}")
    world.repository.commit("A check that nobody runs")
    world.apply()
    edit(world)
    world.repository.commit("Leave small orders out")
    flags = floor(world, "{checks: [enough]}")
    assert "1 check (floor; cutover.yaml says none)" in gates(world, *flags)
    world.cutover("apply", "--yes", *flags, expect=1)
    assert "enough" in world.cutover("status", *flags, expect=3)
    world.repository.edit("cutover.yaml", "  enough: {sql: \"select count(*) from {{ ref('daily') }}\", expect: \">= 1000\"}", "  other: {sql: select 1}")
    world.repository.commit("Take the check out")
    text = world.cutover("plan", *flags, expect=3)
    assert "refused CO4142: the policy demands check enough, which is not in cutover.yaml" in text, text


def nothing_but_what_is_allowed_is_touched(world):
    world.apply()
    edit(world)
    world.repository.commit("Leave small orders out")
    text = world.cutover("plan", *floor(world, "{schemas: [materialize.shop]}"), expect=3)
    assert "refused CO4140: schema materialize.reports must not be touched" in text and "allows: materialize.shop" in text, text
    text = world.cutover("apply", "--yes", *floor(world, "{clusters: [elsewhere]}"), expect=3)
    assert "CO4140" in text and world.marker().startswith("cutover_production_g1_")
    world.cutover("plan", *floor(world, "{schemas: [\"materialize.*\"], clusters: [compute, serving]}"), expect=2)


def hooks_that_are_sent_as_they_stand_can_be_denied(world):
    world.apply()
    world.repository.edit("models/shop/daily.sql", "{{ config(", "{{ config(post_hook=\"alter view {{ this }} set (x = 1)\", ")
    world.repository.commit("A hook")
    assert "refused CO4143: models/shop/daily.sql has a hook" in world.cutover("plan", *floor(world, "{hooks: deny}"), expect=3)


def a_project_that_takes_too_long_is_ended(world):
    """Not a floor of a gate, but a limit that stands beside them in the same file."""
    world.repository.write("models/shop/endless.sql", "{% set n = namespace(v=0) %}{% for a in range(1000) %}{% for b in range(1000) %}{% set n.v = n.v + 1 %}{% endfor %}{% endfor %}"
                           "select {{ n.v }} as n\n")
    world.repository.commit("Count to a million")
    config = world.folder / "config.yaml"
    config.write_text("version: 1\nlimits: {steps: 100000}\n")
    world.cutover("plan", "--config", str(config), expect=1)
    assert "models/shop/endless.sql" in world.stderr and "steps" in world.stderr, world.stderr
    world.cutover("plan", expect=2)


def a_floor_holds_against_whoever_promotes(world):
    """Both files' windows must be open, each by the clock of its own zone, and only the commit's own can be skipped."""
    world.apply()
    edit(world)
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    windows: {timezone: Europe/Berlin, freeze: [\"2020-01-01 to 2090-01-01\"]}")
    world.repository.commit("Leave small orders out, and never go live")
    open_floor = "{windows: {timezone: UTC, allow: [\"Mon-Sun 00:00-24:00\"]}, soak: 20m}"
    closed = "{windows: {timezone: America/New_York, freeze: [\"2020-01-01 to 2090-01-01\"]}}"
    controller = world.start("run", *floor(world, closed))
    world.wait_for("the window", lambda: world.phases()[-1] == "awaiting_window")
    world.cutover("promote", "--reason", "now")
    world.wait_for("the answer", lambda: world.phases()[-2:] == ["checking", "awaiting_window"] and world.phases().count("awaiting_window") > 1)
    assert "g2 %s: no window opens within a year" % world.repository.git("rev-parse", "--short=7", "HEAD").strip() in world.cutover("status", expect=2)
    assert world.marker().startswith("cutover_production_g1_")
    world.stop(controller)
    controller = world.start("run", *floor(world, open_floor))
    world.wait_for("the cutover", lambda: world.phases()[-1] in ("soaking", "cleaning", "live") and (world.marker() or "").startswith("cutover_production_g2_"))
    world.stop(controller)


if __name__ == "__main__":
    run([tests_that_were_left_out_come_back, a_check_that_is_demanded_runs_though_nothing_that_it_reads_is_rebuilt,
         nothing_but_what_is_allowed_is_touched, hooks_that_are_sent_as_they_stand_can_be_denied,
         a_project_that_takes_too_long_is_ended, a_floor_holds_against_whoever_promotes], project=PROJECT, seed=SEED)
