"""What people ask for in the record: approvals, windows, a canary, hold and resume, abort, promote; and what comes too late."""
import json
import signal

from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def deploy(world):
    world.apply()
    assert world.marker().startswith("cutover_production_g1_"), world.marker()


def deploy_with_approval(world, more=""):
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    %spromotion: manual" % more)
    world.repository.commit("Approve by hand")
    world.apply(expect=3)
    world.cutover("approve", "--yes")
    world.apply()


def change(world, gates="", number=0):
    """A commit that rebuilds one model, under the given lines of cutover.yaml."""
    if gates:
        world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n" + "\n".join("    " + line for line in gates.split("\n")))
    world.repository.edit("models/shop/daily.sql", "count(*)" if number == 0 else "count(*) + %d" % (number - 1), "count(*) + %d" % number)
    return world.repository.commit("Change %d" % number)


def outcomes(world):
    rows = world.sql("SELECT body FROM cutover.log WHERE kind = 'outcome' ORDER BY at, writer, seq")
    return [r[0] if isinstance(r[0], dict) else json.loads(r[0]) for r in rows]


def is_live(world, generation):
    return world.marker().startswith("cutover_production_g%d_" % generation) and world.phases()[-1] == "live"


def a_manual_promotion_waits_for_an_approval(world):
    deploy(world)
    change(world, "promotion: manual")
    world.apply(expect=3)
    assert world.marker().startswith("cutover_production_g1_"), "it cut over without an approval"
    text = world.cutover("status", expect=3)
    assert "awaiting_approval" in text and "approval 0 of 1.    cutover approve g2" in text, text
    assert "waits for approval of plan" in "\n".join(world.receiver.texts())
    assert world.cutover("approve", expect=3), "where nobody can answer, an approval is not given"
    world.sql("CREATE ROLE late")
    world.sql("GRANT SELECT ON shop.daily TO late")
    said = world.cutover("approve", "g2", "--yes", "--reason", "looks right")
    assert "recorded: approval of plan " in said, said
    world.apply()
    assert is_live(world, 2), world.phases()
    assert [o["outcome"] for o in outcomes(world)] == ["done"]
    assert granted(world, "late") == ["daily"], "what production was given meanwhile is lost"


def what_the_plan_gets_after_its_approval_is_approved_anew(world):
    """A person resizes a cluster: this commit was to turn it back as well, under an approval of a plan that did not say so."""
    deploy_with_approval(world, "drift: heal\n    ")
    world.repository.edit("models/reports/top_items.sql", "cents > 0", "cents > 1")
    world.repository.commit("From one on")
    world.apply(expect=3)
    first = world.plan()["digest"]
    assert world.status()["deployment"]["plan_digest"] == first
    world.cutover("approve", "--yes")
    world.sql("ALTER CLUSTER compute SET (SIZE '50cc')")
    world.apply(expect=3)
    assert world.marker().startswith("cutover_production_g1_"), "it cut over by an approval of another plan"
    plan = world.plan()
    assert plan["digest"] != first and world.status()["deployment"]["plan_digest"] == plan["digest"], plan
    assert "approval 0 of 1" in world.cutover("status", expect=3)
    world.cutover("approve", "--yes")
    world.apply()
    assert is_live(world, 2), world.phases()


def two_approvals_are_of_two_people(world):
    deploy(world)
    change(world, "promotion: manual\napprovals: 2")
    world.apply(expect=3)
    world.cutover("approve", "--yes")
    world.cutover("approve", "--yes")
    world.apply(expect=3)
    assert "approval 1 of 2" in world.cutover("status", expect=3)
    assert world.marker().startswith("cutover_production_g1_")


def an_approval_is_of_one_plan_alone(world):
    deploy(world)
    change(world, "promotion: manual")
    world.apply(expect=3)
    world.cutover("approve", "--yes")
    change(world, number=1)
    world.apply(expect=3)
    assert world.marker().startswith("cutover_production_g1_"), "the approval was of another plan"
    assert [o["outcome"] for o in outcomes(world)] == ["too_late"], outcomes(world)


def a_window_gates_the_cutover_alone(world):
    deploy(world)
    change(world, 'windows: {timezone: Europe/Berlin, freeze: ["2020-01-01 to 2099-01-01"]}')
    controller = world.start("run")
    world.wait_for("the window", lambda: world.phases()[-1] == "awaiting_window")
    text = world.cutover("status", expect=2)
    assert "awaiting_window" in text and "no window opens within a year" in text, text
    world.cutover("promote", "--reason", "the fix cannot wait", "--wait")
    assert is_live(world, 2), world.phases()
    assert [o["outcome"] for o in outcomes(world)] == ["done"]
    world.stop(controller)


def a_window_that_was_skipped_is_skipped_for_one_attempt(world):
    """It was refused; when somebody has it tried again, nobody has said that it may go out outside of its window."""
    deploy(world)
    change(world, 'windows: {timezone: Europe/Berlin, freeze: ["2020-01-01 to 2099-01-01"]}')
    world.wait_for("the window", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "awaiting_window")
    world.cutover("promote", "--reason", "the fix cannot wait")
    world.wait_for("the decision", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "cutting_over")
    world.sql("INSERT INTO standin_control.faults (pattern, action, sqlstate, message) VALUES ('BEGIN; ALTER SCHEMA%', 'refuse', 'XX000', 'no such luck')")
    world.wait_for("its end", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "failed")
    world.sql("DELETE FROM standin_control.faults")
    world.cutover("resume")
    world.wait_for("the second attempt", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] in ("awaiting_window", "cutting_over"))
    assert world.phases()[-1] == "awaiting_window" and world.marker().startswith("cutover_production_g1_")
    world.cutover("promote", "--reason", "now it may")
    world.wait_for("the cutover", lambda: world.cutover("run", "--once") is not None and world.marker().startswith("cutover_production_g2_"))


def an_open_window_is_no_wait(world):
    deploy(world)
    change(world, 'windows: {timezone: Europe/Berlin, allow: ["Sun-Sat 00:00-24:00"]}')
    world.apply()
    assert is_live(world, 2) and "awaiting_window" not in world.phases()


def a_missed_window_aborts_where_one_does_not_wait(world):
    deploy(world)
    bad = change(world, 'windows: {missed: abort, freeze: ["2020-01-01 to 2099-01-01"]}')
    world.apply(expect=1)
    assert world.phases()[-1] == "aborted", world.phases()
    assert world.marker().startswith("cutover_production_g1_") and bad[:7] in world.cutover("status", expect=3)
    for _ in range(4):
        world.cutover("run", "--once")
    assert not [s for s in world.schemas() if "green" in s], "green of an aborted deployment stays"


def a_zone_that_nobody_knows_fails_the_commit(world):
    deploy(world)
    change(world, 'windows: {timezone: Europe/Atlantis, allow: ["Sun-Sat 00:00-24:00"]}')
    world.apply(expect=1)
    assert "Europe/Atlantis" in world.cutover("status", expect=3)


def a_canary_can_be_read_before_it_is_live(world):
    deploy(world)
    change(world, "canary: {for: 7d}")
    controller = world.start("run")
    world.wait_for("the canary", lambda: world.phases()[-1] == "canary")
    assert world.sql("SELECT count(*) FROM shop_green.daily")[0][0] == 2
    assert world.marker().startswith("cutover_production_g1_")
    assert "canary until" in world.cutover("status", expect=2)
    world.cutover("promote", "--wait")
    assert is_live(world, 2), world.phases()
    world.stop(controller)


def granted(world, role):
    """Everything that the role may, by name."""
    return sorted(r[0] for r in world.sql(
        "SELECT name FROM (SELECT name, privileges::text AS p FROM mz_objects UNION ALL SELECT name, privileges::text FROM mz_schemas "
        "UNION ALL SELECT name, privileges::text FROM mz_clusters) AS a WHERE p LIKE '%%' || (SELECT id FROM mz_roles WHERE name = '%s') || '=%%'" % role))


def guests_read_green_in_the_canary_and_are_shut_out_before_it_is_live(world):
    deploy(world)
    change(world, "canary: {for: 7d, grant: [gues]}")
    text = world.cutover("plan", expect=3)
    assert "refused CO4116: canary.grant names role gues, which does not exist" in text, text
    world.sql("CREATE ROLE guest")
    world.repository.edit("cutover.yaml", "grant: [gues]", "grant: [guest]")
    world.repository.commit("Let the guest in")
    assert "| canary 7d for guest |" in world.cutover("plan", expect=2)
    controller = world.start("run")
    world.wait_for("the guest", lambda: "daily" in granted(world, "guest"))
    world.wait_for("the whole", lambda: {"shop_green", "compute_green", "orders_clean", "daily"} <= set(granted(world, "guest")))
    world.stop(controller, signal.SIGKILL)
    controller = world.start("run")
    world.cutover("promote", "--wait")
    assert is_live(world, 2), world.phases()
    assert granted(world, "guest") == [], granted(world, "guest")
    world.stop(controller)


def guests_do_not_go_on_reading_green_that_is_only_kept(world):
    world.sql("CREATE ROLE guest")
    deploy(world)
    change(world, "canary: {for: 7d, grant: [guest]}\nkeep_failed: 7d")
    controller = world.start("run")
    everything = {"shop_green", "compute_green", "orders_clean", "daily"}
    world.wait_for("the guest", lambda: everything <= set(granted(world, "guest")))
    kept = dict(world.sql("SELECT o.name, o.id FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id WHERE s.name = 'shop_green'"))
    world.repository.write("models/shop/broken.sql", "select * from {{ ref('nothing_like_it') }}")
    world.repository.commit("Something that does not compile")
    world.wait_for("the failure", lambda: world.phases()[-1] == "failed")
    world.wait_for("the door to be shut", lambda: granted(world, "guest") == [])
    assert "shop_green" in world.schemas() and "compute_green" in world.clusters(), "green is kept for the fix"
    world.repository.remove("models/shop/broken.sql")
    world.repository.commit("Without it")
    world.wait_for("the guest again", lambda: everything <= set(granted(world, "guest")))
    assert kept == dict(world.sql("SELECT o.name, o.id FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id WHERE s.name = 'shop_green'"))
    world.cutover("promote", "--wait")
    assert granted(world, "guest") == [] and world.phases()[-1] == "live"
    world.stop(controller)


def a_canary_ends_by_itself(world):
    deploy(world)
    change(world, "canary: {for: 1m}")
    world.apply()
    assert is_live(world, 2) and world.phases().count("canary") == 1, world.phases()


def what_nobody_approves_in_time_is_aborted(world):
    deploy(world)
    change(world, "promotion: manual\npromote_within: 10m")
    world.apply(expect=3)
    world.set_clock(6000)
    world.wait_for("the end", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "aborted")
    assert world.marker().startswith("cutover_production_g1_")
    assert "nobody approved it in time" in world.cutover("status", expect=3)


def an_abort_ends_what_has_not_cut_over(world):
    deploy(world)
    change(world, "promotion: manual")
    world.apply(expect=3)
    controller = world.start("run")
    said = world.cutover("abort", "--reason", "wrong branch", "--wait")
    assert "production g2 is aborted" in said, said
    world.wait_for("green gone", lambda: not [s for s in world.schemas() + world.clusters() if "green" in s])
    assert world.marker().startswith("cutover_production_g1_")
    assert "wrong branch" in world.cutover("status", expect=3)
    world.wait_for("the message", lambda: any("wrong branch" in t for t in world.receiver.texts()))
    world.cutover("resume", "--reason", "it was the right one", "--wait")
    world.wait_for("a second attempt", lambda: world.phases()[-1] == "awaiting_approval")
    world.stop(controller)


def an_abort_that_waits_for_a_controller_is_shown(world):
    deploy(world)
    change(world, "promotion: manual")
    world.apply(expect=3)
    world.cutover("abort", "--reason", "wrong branch")
    assert "asked: abort of g2 by materialize at " in world.cutover("status", expect=3), "nobody has seen to it yet"
    assert [(r["kind"], r["reason"]) for r in world.status()["requests"]] == [("abort", "wrong branch")]
    world.wait_for("the end", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "aborted")
    assert "asked:" not in world.cutover("status", expect=3) and world.status()["requests"] == []


def an_abort_is_carried_out_though_the_plan_is_refused(world):
    """apply showed what stands in the way, and left the abort that was asked for to a controller that nobody runs."""
    deploy(world)
    change(world, "promotion: manual")
    world.apply(expect=3)
    world.sql("CREATE VIEW public.report AS SELECT * FROM shop.daily")
    assert "refused CO4" in world.cutover("plan", expect=3)
    world.apply(expect=3)
    assert world.phases()[-1] == "awaiting_approval"
    world.cutover("abort", "--reason", "wrong branch")
    world.cutover("apply", expect=3)
    assert world.phases()[-1] == "awaiting_approval", "nobody said yes to it"
    world.apply(expect=1)
    assert world.phases()[-1] == "aborted" and not [s for s in world.schemas() + world.clusters() if "green" in s], world.phases()
    assert world.status()["requests"] == [] and world.marker().startswith("cutover_production_g1_")


def what_comes_too_late_is_answered_so(world):
    deploy(world)
    change(world)
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    controller = world.start("run")
    world.cutover("abort", "g2", "--wait", expect=3)
    assert "too_late" in world.stderr, world.stderr
    assert world.marker().startswith("cutover_production_g2_")
    world.stop(controller)


def a_promote_ends_the_soak(world):
    deploy(world)
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 7d")
    change(world)
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    controller = world.start("run")
    world.cutover("promote", "--wait")
    assert is_live(world, 2) and not [s for s in world.schemas() if "blue" in s]
    world.stop(controller)


def a_hold_stops_the_cutover_and_lets_the_build_go_on(world):
    deploy(world)
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%green%', 120)")
    change(world)
    controller = world.start("run")
    world.wait_for("the build", lambda: world.phases()[-1] == "hydrating")
    world.cutover("hold", "--reason", "incident 812", "--wait")
    world.wait_for("readiness", lambda: "incident 812" in world.cutover("status", expect=(2, 3)))
    assert world.phases()[-1] == "checking" and world.marker().startswith("cutover_production_g1_")
    assert world.status()["state"] == "held"
    world.cutover("resume", "--wait")
    world.wait_for("live", lambda: is_live(world, 2))
    world.stop(controller)


def decided(world, gates=""):
    """The process stops right before the transaction."""
    deploy(world)
    change(world, gates)
    world.cutover("apply", "--yes", "--until", "cutting_over")
    assert world.phases()[-1] == "cutting_over" and world.marker().startswith("cutover_production_g1_")


def a_hold_stops_a_cutover_that_was_decided_on(world):
    """Whoever said hold after the process had stopped was not heard by the next one."""
    decided(world)
    world.cutover("hold", "--reason", "incident 812")
    world.apply(expect=3)
    assert world.phases()[-1] == "checking" and world.marker().startswith("cutover_production_g1_"), world.phases()
    assert "held by materialize" in world.cutover("status", expect=3)
    world.cutover("resume")
    world.apply()
    assert is_live(world, 2)


def a_window_that_closed_since_the_decision_stops_the_cutover(world):
    tomorrow = world.sql("SELECT (now() + interval '1 day')::date")[0][0]
    decided(world, 'promote_within: 30d\nwindows: {timezone: UTC, freeze: ["%s to 2099-01-01"]}' % tomorrow)
    world.set_clock(20000)
    world.wait_for("tomorrow", lambda: world.sql("SELECT now() > '%s 01:00'::timestamptz" % tomorrow)[0][0])
    world.set_clock(60)
    world.cutover("run", "--once")
    assert world.phases()[-2:] == ["cutting_over", "checking"] and world.marker().startswith("cutover_production_g1_"), world.phases()


def green_that_can_not_serve_any_more_stops_a_cutover_that_was_decided_on(world):
    """The process was evicted, and green's replicas with it: the next one proves it anew."""
    decided(world)
    world.sql("ALTER CLUSTER compute_green SET (REPLICATION FACTOR 0)")
    world.cutover("run", "--once")
    assert world.phases()[-2:] == ["cutting_over", "hydrating"] and world.marker().startswith("cutover_production_g1_"), world.phases()
    world.apply()
    assert is_live(world, 2)
    assert world.sql("SELECT replication_factor FROM mz_clusters WHERE name = 'compute'") != [(0,)]


def a_hold_starts_nothing(world):
    deploy(world)
    told = json.loads(world.cutover("hold", "--reason", "incident 812", "--output", "json"))
    assert (told["kind"], told["environment"]) == ("hold", "production") and told["request"], told
    change(world)
    world.apply(expect=3)
    assert [t for t in world.receiver.texts() if "held by materialize: incident 812" in t], world.receiver.texts()
    assert world.phases()[-1] == "live" and "held by" in world.cutover("status", expect=3)
    world.cutover("resume")
    world.apply()
    assert is_live(world, 2)
    assert [t for t in world.receiver.texts() if "resumed by materialize" in t], world.receiver.texts()


def a_failed_commit_is_tried_again_when_somebody_says_so(world):
    deploy(world)
    world.sql("INSERT INTO standin_control.faults (pattern, action, sqlstate, message) VALUES ('CREATE MATERIALIZED VIEW%', 'refuse', '42501', 'no such luck')")
    change(world)
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert "the server says 42501 no such luck (models/" in text, text
    world.apply(expect=1)
    assert "nothing of this is done yet: this commit is not tried again" in world.cutover("plan", expect=2)
    world.cutover("resume")
    world.apply()
    assert is_live(world, 2), world.phases()


def a_commit_that_weakens_a_gate_still_passes_the_old_one(world):
    deploy_with_approval(world)
    assert is_live(world, 1)
    world.repository.edit("cutover.yaml", "    promotion: manual", "    promotion: auto")
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 1m")
    change(world)
    gates = {g["name"]: (g["required"], g["source"]) for g in world.plan()["gates"]}
    assert gates["approval"] == ("0 of 1", "previous") and gates["soak"] == ("4m", "previous"), gates
    text = world.cutover("plan", expect=2)
    assert "approvals 1 to 0: this commit keeps 1" in text and "soak 4m to 1m: this commit keeps 4m" in text, text
    world.apply(expect=3)
    assert world.marker().startswith("cutover_production_g1_"), "the gate was opened and passed in one merge"
    world.cutover("approve", "--yes")
    world.apply()
    change(world, number=1)
    world.apply()
    assert is_live(world, 3), "the weaker gate holds from the next commit on"


if __name__ == "__main__":
    run([value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", "") == "__main__"
         and name not in ("deploy", "deploy_with_approval", "change", "decided", "outcomes", "is_live", "granted", "run")], project=PROJECT, seed=SEED)
