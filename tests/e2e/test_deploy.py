"""The whole path, as its users live it: a merge arrives, and what they then see."""
import json
import re
import shutil
import signal
import time

from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"
REBUILT = ["by_customer", "customers", "daily", "orders_clean", "regions", "top_items"]


def names(plan, **wanted):
    return sorted(o["name"] for o in plan["objects"] if all(o.get(k) == v for k, v in wanted.items()))


def deploy(world):
    """The first version goes live."""
    world.apply()
    assert world.marker().startswith("cutover_production_g1_"), world.marker()


def a_first_deployment_goes_live(world):
    plan = world.plan(expect=2)
    assert plan["outcome"] == "changes"
    assert [n for n in names(plan, where="green") if "idx" not in n] == REBUILT
    assert "cutover" not in world.schemas(), "a plan must change nothing"
    deploy(world)
    assert world.sql("SELECT day, cents FROM shop.daily ORDER BY 1")[0][0] == "2026-11-01"
    assert set(world.schemas()) >= {"shop", "reports"} and not [s for s in world.schemas() if "green" in s or "blue" in s]
    assert set(world.clusters()) >= {"compute", "serving"} and not [c for c in world.clusters() if "green" in c or "blue" in c]
    assert world.cutover("plan", expect=0).strip().endswith("nothing to do.")


def apply_tells_programs_of_each_phase(world):
    """The first line was of a phase `none`, which had lasted since 1970."""
    world.apply()
    told = [json.loads(line)["data"] for line in world.stderr.splitlines() if '"io.cutover.deployment.progress"' in line]
    assert {"pending", "building", "hydrating", "live"} <= {data["phase"] for data in told} <= set(world.phases()), told
    assert all(data["elapsed_s"] < 3600 for data in told), told


def a_changed_view_rebuilds_what_reads_it(world):
    deploy(world)
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    commit = world.repository.commit("Leave small orders out")
    plan = world.plan(expect=2)
    assert names(plan, action="change") == ["orders_clean"]
    reasons = {o["name"]: o["reasons"][0]["text"] for o in plan["objects"]}
    assert reasons["daily"].startswith("reads shop.orders_clean, whose SQL changed")
    assert reasons["regions"].startswith("shares schema shop with")
    world.apply()
    assert world.marker() == "cutover_production_g2_" + commit[:8]
    assert world.sql("SELECT orders FROM shop.daily WHERE day = '2026-11-01'")[0][0] == 1
    assert world.plan(expect=0)["outcome"] == "nothing"


def the_old_side_stays_warm_and_is_dropped_after_the_soak(world):
    deploy(world)
    world.repository.edit("models/shop/daily.sql", "count(*) as orders", "count(*) + 0 as orders")
    world.repository.commit("Count differently")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    assert "shop_blue_g1" in world.schemas() and "compute_blue_g1" in world.clusters()
    assert world.sql("SELECT count(*) FROM shop_blue_g1.daily")[0][0] == 2
    old = ["%s %s.%s" % (o[2], o[0], o[1]) for o in world.objects() if "_blue_g1" in o[0]]
    world.apply()
    rows = [r[0] if isinstance(r[0], dict) else json.loads(r[0]) for r in world.sql("SELECT body FROM cutover.log WHERE kind = 'event'")]
    told = [body["event"]["data"] for body in rows if body["name"] == "cleaning"]
    wanted = old + ["schema shop_blue_g1", "schema reports_blue_g1", "cluster compute_blue_g1", "cluster serving_blue_g1"]
    assert [(sorted(t["objects_to_drop"]), t["readers_left"]) for t in told] == [(sorted(wanted), 0)], told
    assert not [s for s in world.schemas() if "blue" in s] and not [c for c in world.clusters() if "blue" in c]


def models_come_and_go(world):
    deploy(world)
    world.repository.write("models/shop/refunds.sql", "{{ config(materialized='view') }}\nselect id from {{ source('raw', 'orders') }} where amount < 0\n")
    world.repository.remove("models/reports/top_items.sql")
    world.repository.commit("Refunds come, top items go")
    plan = world.plan(expect=2)
    assert names(plan, action="create", where="in_place") == ["refunds"]
    assert names(plan, action="remove") == ["top_items"]
    world.apply()
    present = {(o[0], o[1]) for o in world.objects()}
    assert ("shop", "refunds") in present and ("reports", "top_items") not in present
    assert world.plan(expect=0)["outcome"] == "nothing"


def schemas_come_and_go(world):
    deploy(world)
    world.repository.write("models/extra/more.sql", "{{ config(materialized='view', schema='extra') }}\nselect day from {{ ref('daily') }}\n")
    world.repository.remove("models/reports/top_items.sql")
    world.repository.remove("models/reports/by_customer.sql")
    world.repository.commit("Another schema, and one less")
    world.apply()
    assert "extra" in world.schemas() and "reports" not in world.schemas()
    assert not [s for s in world.schemas() if "blue" in s or "green" in s], world.schemas()
    assert world.plan(expect=0)["outcome"] == "nothing"


def a_failing_test_keeps_production_untouched(world):
    deploy(world)
    before = world.objects()
    world.repository.edit("models/shop/daily.sql", "group by day", "group by day union all select '2026-11-01', 0, 0")
    world.repository.commit("Break uniqueness")
    out = world.apply(expect=1)
    status = world.cutover("status", expect=3)
    assert "unique_daily_day" in status and "failed on green" in status, status
    statement = json.loads(world.cutover("show", "latest", "--output", "json"))["statement"]
    assert statement.lower().startswith("select") and "having count(*) > 1" in statement and "shop_green" in statement, statement
    assert "the statement that failed:" in world.cutover("show", "latest")
    assert world.marker().startswith("cutover_production_g1_")
    assert [o for o in world.objects() if "green" not in o[0]] == before
    assert "unique_daily_day" in "\n".join(world.receiver.texts()), out


def an_enforced_contract_is_compared_on_green(world):
    deploy(world)
    world.repository.write("models/shop/kept.sql", "{{ config(materialized='materialized_view') }}\nselect day, orders, cents::text as cents from {{ ref('daily') }}\n")
    world.repository.write("models/shop/kept.yml", "models:\n  - name: kept\n    config: {contract: {enforced: true}}\n    columns:\n"
                           "      - {name: day, data_type: text, constraints: [{type: not_null}]}\n"
                           "      - {name: orders, data_type: int8}\n      - {name: cents, data_type: numeric}\n")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Promise cents as a number")
    world.apply(expect=1)
    status = world.cutover("status", expect=3)
    assert "contract_kept" in status and "failed on green: 2 rows" in status, status
    assert world.marker().startswith("cutover_production_g1_")
    world.repository.edit("models/shop/kept.sql", "cents::text as cents", "cents::numeric as cents")
    world.repository.commit("Keep the promise")
    world.apply()
    assert world.marker().startswith("cutover_production_g"), world.marker()
    assert world.sql("SELECT count(*) FROM shop.kept WHERE cents > 0")[0][0] > 0


def a_fix_reuses_what_was_built(world):
    deploy(world)
    world.repository.edit("models/shop/daily.sql", "group by day", "group by day union all select '2026-11-01', 0, 0")
    world.repository.commit("Break uniqueness")
    world.apply(expect=1)
    kept = {o[1] for o in world.sql("SELECT id, name FROM mz_objects WHERE name IN ('orders_clean', 'customers') AND id LIKE 'u%'")}
    ids = dict(world.sql("SELECT s.name || '.' || o.name, o.id FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id WHERE s.name = 'shop_green'"))
    assert kept == {"orders_clean", "customers"}
    world.repository.edit("models/shop/daily.sql", " union all select '2026-11-01', 0, 0", "")
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 0")
    world.repository.commit("Fix daily")
    world.apply()
    live = dict(world.sql("SELECT s.name || '.' || o.name, o.id FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id WHERE s.name = 'shop'"))
    assert live["shop.customers"] == ids["shop_green.customers"], "green was built twice"


def what_never_ends_fails_at_the_deadline(world):
    """Hydration, and then a statement that loses its race each time."""
    deploy(world)
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('shop_green.daily', NULL)")
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 0")
    world.repository.edit("cutover.yaml", "deadline: 2h", "deadline: 5m")
    world.repository.commit("Never ready")
    world.apply(expect=1)
    status = world.cutover("status", expect=3)
    assert "not hydrated within its deadline" in status, status
    assert world.marker().startswith("cutover_production_g1_")
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('CREATE MATERIALIZED VIEW%', 0, 'refuse', '40001', 'another was faster')")
    world.repository.edit("models/shop/daily.sql", "count(*) + 0", "count(*) + 1")
    world.repository.commit("Never built")
    controller = world.start("run")
    world.wait_for("the end", lambda: world.phases().count("failed") == 2)
    world.stop(controller)
    assert "the build did not end within its deadline" in world.cutover("status", expect=3)
    assert world.marker().startswith("cutover_production_g1_")


def a_commit_that_does_not_compile_names_the_place(world):
    deploy(world)
    world.repository.edit("models/shop/daily.sql", "ref('orders_clean')", "ref('orders_clen')")
    world.repository.commit("Misspell a name")
    world.cutover("plan", expect=1)
    assert re.search(r"models/shop/daily\.sql:\d+:\d+", world.stderr) and 'did you mean "orders_clean"' in world.stderr, world.stderr
    world.apply(expect=1)
    assert "models/shop/daily.sql" in "\n".join(world.receiver.texts())


def a_rollback_during_the_soak_is_one_transaction(world):
    deploy(world)
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 1h")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    bad = world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    assert world.sql("SELECT orders FROM shop.daily WHERE day = '2026-11-01'")[0][0] == 1
    controller = world.start("run")
    world.cutover("rollback", "--reason", "numbers look wrong", "--wait", expect=0)
    assert world.sql("SELECT orders FROM shop.daily WHERE day = '2026-11-01'")[0][0] == 2
    assert re.match(r"cutover_production_g3_", world.marker())
    world.stop(controller)
    assert bad[:7] in world.cutover("status", expect=(0, 2, 3))
    assert "numbers look wrong" in "\n".join(world.receiver.texts())


def the_controller_follows_the_branch_and_tells_slack(world):
    controller = world.start("run")
    world.wait_for("generation 1", lambda: (world.marker() or "").startswith("cutover_production_g1_"))
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 0")
    world.repository.commit("Count differently")
    world.wait_for("generation 2", lambda: (world.marker() or "").startswith("cutover_production_g2_"))
    world.wait_for("live again", lambda: world.phases()[-1] == "live")
    world.wait_for("the last message", lambda: len([t for t in world.receiver.texts() if "done: generation 2" in t]) == 1)
    texts = "\n".join(world.receiver.texts())
    for word in ("plan for", "hydrating", "live: generation 2", "done: generation 2"):
        assert word in texts, (word, texts)
    world.stop(controller)
    assert controller.returncode == 0


def an_unreachable_slack_holds_nothing_up(world):
    world.receiver.fail_next = 10 ** 6
    deploy(world)
    assert not world.receiver.texts()
    world.receiver.fail_next = 3
    controller = world.start("run")
    world.wait_for("messages in the end", lambda: any("done: generation 1" in t for t in world.receiver.texts()))
    world.stop(controller)
    texts = "\n".join(world.receiver.texts())
    words = ["plan for", "building", "hydrating", "done: generation 1"]
    assert [texts.count(word) for word in words] == [1] * 4 and sorted(words, key=texts.index) == words, texts


def a_slack_that_does_not_exist_holds_nothing_up(world):
    world.receiver.close()  # nobody listens there any more
    deploy(world)
    controller = world.start("run")
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 0")
    world.repository.commit("Count differently")
    world.wait_for("generation 2", lambda: world.marker().startswith("cutover_production_g2_"))
    world.wait_for("live", lambda: world.phases()[-1] == "live")
    world.stop(controller)
    assert controller.returncode == 0 and "could not be told" in world.tail() + world.stderr, world.tail()


def a_fresh_process_for_every_action_ends_in_the_same_state(world):
    for _ in range(200):
        world.cutover("run", "--once", expect=0)
        if world.marker() and world.marker().startswith("cutover_production_g1_") and world.phases()[-1] == "live":
            break
    else:
        raise AssertionError("never live: %s" % world.phases())
    assert world.plan(expect=0)["outcome"] == "nothing"
    assert not [s for s in world.schemas() if "green" in s or "blue" in s]


def killed_in_every_phase_it_goes_on(world):
    deploy(world)
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%green%', 30)")
    for number, phase in enumerate(["building", "hydrating", "checking", "cutting_over", "soaking", "cleaning"]):
        world.repository.edit("models/shop/daily.sql", "count(*)" if number == 0 else "count(*) + %d" % (number - 1), "count(*) + %d" % number)
        world.repository.commit("Change %d" % number)
        seen = world.phases().count(phase)
        controller = world.start("run")
        world.wait_for(phase, lambda: world.phases().count(phase) > seen or controller.poll() is not None)
        world.stop(controller, signal.SIGKILL)
        world.apply()
        assert world.marker().startswith("cutover_production_g%d_" % (number + 2)), (phase, world.marker())
        assert not [s for s in world.schemas() if "green" in s or "blue" in s], (phase, world.schemas())
    assert world.plan(expect=0)["outcome"] == "nothing"


def faults_on_the_way_change_nothing_in_the_end(world):
    deploy(world)
    faults = [("BEGIN; ALTER SCHEMA%COMMIT%", "refuse", "40001"), ("BEGIN; ALTER SCHEMA%COMMIT%", "close_after", None),
              ("BEGIN; ALTER SCHEMA%COMMIT%", "close_before", None), ("CREATE MATERIALIZED VIEW%", "close_before", None),
              ("CREATE MATERIALIZED VIEW%", "close_after", None), ("CREATE SCHEMA%", "close_after", None), ("INSERT INTO%", "close_after", None)]
    for number, (pattern, action, code) in enumerate(faults):
        world.sql("DELETE FROM standin_control.faults")
        world.sql("INSERT INTO standin_control.faults (pattern, action, sqlstate, message) VALUES ('%s', '%s', %s, 'injected')"
                  % (pattern, action, "'%s'" % code if code else "NULL"))
        world.repository.edit("models/shop/daily.sql", "count(*)" if number == 0 else "count(*) + %d" % (number - 1), "count(*) + %d" % number)
        world.repository.commit("Change %d" % number)
        world.apply()
        assert world.marker().startswith("cutover_production_g%d_" % (number + 2)), (pattern, action, world.marker())
        assert not [s for s in world.schemas() if "green" in s or "blue" in s], (pattern, action, world.schemas())
    assert world.plan(expect=0)["outcome"] == "nothing"


def grants_owners_comments_and_defaults_survive(world):
    deploy(world)
    world.sql("""CREATE ROLE reader;
        COMMENT ON VIEW shop.orders_clean IS 'without refunds';
        COMMENT ON COLUMN shop.daily.cents IS 'with taxes';
        COMMENT ON COLUMN shop.daily.orders IS 'goes with its column';
        COMMENT ON INDEX shop.daily_day_idx IS 'for dashboards';
        CREATE ROLE team;
        GRANT USAGE, CREATE ON SCHEMA shop TO team;
        GRANT SELECT ON shop.orders_clean TO team;
        GRANT SELECT ON public.orders TO team;
        ALTER VIEW shop.orders_clean OWNER TO team;
        GRANT USAGE ON SCHEMA shop TO reader;
        GRANT USAGE ON CLUSTER compute TO reader;
        GRANT SELECT ON shop.daily TO reader;
        GRANT SELECT ON shop.orders_clean TO PUBLIC;
        ALTER DEFAULT PRIVILEGES FOR ROLE materialize IN SCHEMA shop GRANT SELECT ON TABLES TO reader""")
    world.repository.edit("models/shop/daily.sql", "count(*) as orders", "count(*) as amount")
    world.repository.commit("Count differently")
    world.apply()
    with world.standin.connect("reader") as connection, connection.cursor() as cursor:
        cursor.execute("SET enable_session_rbac_checks = true")
        cursor.execute("SELECT count(*) FROM shop.daily")
        assert cursor.fetchone()[0] == 2
        cursor.execute("SELECT count(*) FROM shop.customers")
        assert cursor.fetchone()[0] == 2, "the default privileges came too late"
    grants = world.sql("SELECT grantee, privilege_type FROM mz_internal.mz_show_object_privileges WHERE name = 'orders_clean' AND schema = 'shop'")
    assert ("PUBLIC", "SELECT") in grants
    owners = dict(world.sql("SELECT o.name, r.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id JOIN mz_roles r ON r.id = o.owner_id WHERE s.name = 'shop'"))
    assert owners["orders_clean"] == "team" and owners["daily"] != "team", owners
    comments = world.sql("SELECT c.comment FROM mz_internal.mz_comments c JOIN mz_objects o ON o.id = c.id WHERE o.id LIKE 'u%' ORDER BY 1")
    assert [c[0] for c in comments if c[0] != "Cutover record"] == ["for dashboards", "with taxes", "without refunds"], comments
    assert world.plan(expect=0)["outcome"] == "nothing"


def a_stranger_in_the_way_is_refused_and_untouched(world):
    deploy(world)
    world.sql("CREATE VIEW public.enriched AS SELECT day FROM shop.daily")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    text = world.cutover("plan", expect=3)
    assert "refused CO4103: public.enriched stands in the way" in text + world.stderr, text + world.stderr
    world.apply(expect=3)
    waits = world.status()["waiting"]["text"]
    assert waits == "refused CO4103: public.enriched stands in the way", waits
    assert ("public", "enriched", "view", None) in [tuple(o) for o in world.objects()]
    world.sql("DROP VIEW public.enriched")
    world.apply()
    assert world.marker().startswith("cutover_production_g2_")


def too_many_removals_and_an_empty_project_are_refused(world):
    deploy(world)
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 4m\n    max_drops: 0")
    world.repository.remove("models/reports/top_items.sql")
    world.repository.commit("One less")
    assert "CO4110" in world.cutover("plan", expect=3) + world.stderr
    world.apply(expect=3)
    assert ("reports", "top_items") in {(o[0], o[1]) for o in world.objects()}
    for folder in ("models", "seeds", "tests"):
        shutil.rmtree(world.repository.work / folder)
    world.repository.edit("cutover.yaml", "max_drops: 0", "max_drops: 1000")
    world.repository.commit("Lose everything")
    text = world.cutover("plan", expect=3)
    assert "refused CO4111: the project is empty: everything would be removed" in text, text
    world.apply(expect=3)
    assert ("reports", "by_customer") in {(o[0], o[1]) for o in world.objects()}


def a_controller_in_the_middle_of_another_one_does_no_harm(world):
    deploy(world)
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 0")
    world.repository.commit("Count differently")
    first, second = world.start("run"), world.start("run")
    world.wait_for("generation 2", lambda: world.marker().startswith("cutover_production_g2_"))
    world.wait_for("live", lambda: world.phases()[-1] == "live")
    time.sleep(0.5)
    world.stop(first)
    world.stop(second)
    assert world.marker().startswith("cutover_production_g2_")
    assert world.plan(expect=0)["outcome"] == "nothing"
    assert not [s for s in world.schemas() if "green" in s or "blue" in s]


def old_rows_of_the_record_go(world):
    deploy(world)
    live = world.phases()
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('DELETE FROM%', 0, 'refuse', '57014', 'too late')")
    rows = ", ".join("('production', '', 'a', %d, '2020-01-01', 'delivery', '{}')" % n for n in range(1000))
    world.sql("INSERT INTO cutover.log VALUES " + rows)
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more")
    world.cutover("run", "--once")
    assert world.phases() == live + ["pending"], "rows that cannot be removed held up all that is new, without a word"
    world.sql("DELETE FROM standin_control.faults")
    world.apply()
    live = world.phases()
    world.cutover("run", "--once")
    assert world.sql("SELECT count(*) FROM cutover.log WHERE at < '2021-01-01'")[0][0] == 0
    assert world.phases() == live and world.plan(expect=0)["outcome"] == "nothing"


def what_was_changed_by_hand_shows_in_the_plan(world):
    deploy(world)
    world.sql("DROP INDEX shop.daily_day_idx")
    assert world.plan(expect=2)["outcome"] == "changes"


def a_controller_of_one_environment_leaves_the_others_alone(world):
    world.repository.git("push", "-q", "origin", "HEAD:staging")
    text = (world.repository.work / "cutover.yaml").read_text()
    staging = "\n  staging:\n    branch: staging\n    target: staging\n    select: \"*\"\n"
    world.repository.write("cutover.yaml", text.replace("environments:\n", "environments:" + staging, 1))
    world.repository.commit("Staging comes")
    world.start("run")  # with --environment production
    world.wait_for("live", lambda: world.phases()[-1:] == ["live"])
    log = world.tail()
    assert '"environment":"production"' in log and '"environment":"staging"' not in log, log


def what_was_built_beside_goes_when_the_next_commit_removes_it(world):
    """It reads what the next commit changes, which cannot be dropped before it."""
    leaf, base = "{{ config(materialized='view') }}\nselect * from %s", "{{ config(materialized='view', schema='extra') }}\nselect %d as id"
    world.repository.write("models/reports/leaf.sql", leaf % "{{ source('raw', 'orders') }}")
    world.repository.commit("A leaf")
    deploy(world)
    world.repository.write("models/extra/base.sql", base % 1)
    world.repository.write("models/reports/leaf.sql", leaf % "{{ ref('base') }}")
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    promotion: manual")
    world.repository.commit("It reads something new")
    world.apply(expect=3)
    assert ("reports", "leaf_green", "view", None) in world.objects(), world.objects()
    world.repository.remove("models/reports/leaf.sql")
    world.repository.write("models/extra/base.sql", base % 2)
    world.repository.edit("cutover.yaml", "\n    promotion: manual", "")
    world.repository.commit("Without the leaf")
    world.apply()
    assert world.sql("SELECT id FROM extra.base") == [(2,)] and world.plan(expect=0)["outcome"] == "nothing"
    assert not [o for o in world.objects() if "leaf" in o[1] or "green" in o[0]], world.objects()


def green_of_an_overtaken_commit_does_not_wait_for_ever_for_one_that_is_refused(world):
    """It ran on, and cost, for as long as nobody resolved the refusal; and no word told of it."""
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 4m\n    promotion: manual\n    keep_failed: 30m")
    world.repository.commit("Ask first")
    world.apply(expect=3)
    before = world.objects()
    assert "shop_green" in world.schemas(), before
    world.repository.edit("profiles.yml", "dbname: materialize, schema: shop", "dbname: elsewhere, schema: shop")
    world.repository.commit("Into a database that is not there")
    for _ in range(4):
        world.cutover("run", "--once")
    assert world.phases()[-2:] == ["superseded", "pending"] and "shop_green" in world.schemas(), "what comes of it may yet use that green"
    assert "refused" in world.cutover("status", expect=3)
    world.set_clock(3600)
    world.wait_for("green is gone", lambda: world.cutover("run", "--once") is not None and "shop_green" not in world.schemas())
    world.wait_for("its clusters too", lambda: world.cutover("run", "--once") is not None and "compute_green" not in world.clusters())
    assert "refused" in world.cutover("status", expect=3) and world.phases()[-1] == "pending"


def apply_stops_where_it_was_told_to(world):
    """No phase later: the one after `checking` is the cutover."""
    for phase in ("building", "hydrating", "checking"):
        world.cutover("apply", "--yes", "--until", phase)
        assert world.phases()[-1] == phase and "shop" not in world.schemas(), world.phases()
    world.apply()
    assert world.phases()[-1] == "live"


def apply_stops_where_it_was_told_to_also_where_nothing_holds_it(world):
    """Without a test to run, it went on by one step: --until checking left a cutover that was decided on, --until cutting_over one that had happened."""
    world.repository.remove("tests/no_negative_cents.sql")
    world.repository.edit("models/schema.yml", "        tests: [unique, not_null]\n", "")
    world.repository.commit("Without tests")
    for phase in ("pending", "building", "hydrating", "checking", "cutting_over"):
        world.cutover("apply", "--yes", "--until", phase)
        assert world.phases()[-1] == phase and "shop" not in world.schemas(), world.phases()
    world.apply()
    assert world.phases()[-1] == "live"


if __name__ == "__main__":
    run([value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__module__", "") == "__main__" and name not in ("names", "deploy", "run")],
        project=PROJECT, seed=SEED)
