"""Ways in which deployments of this kind break elsewhere, each tried on purpose (docs/hazards.md lists all of them)."""
import json
import re
import subprocess

from harness import BUILD, CLOCK_FACTOR, ROOT, run
from test_in_place import may_read
from wire import Wire, during_the_next_pass

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
    assert "SWAP WITH" in json.loads(world.cutover("show", "latest", "--output", "json"))["statement"], "what was rehearsed"
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


def two_environments_that_share_a_schema_are_refused_at_load(world):
    """Neither of them is live: nothing in Materialize tells whose it is."""
    world.repository.edit("macros/names.sql", "target.name == 'prod'", "true")
    with open(world.repository.work / "cutover.yaml", "a") as file:
        file.write("  staging: {branch: main, target: staging, soak: 0s}\n")
    world.repository.commit("Add staging, whose models have production's schemas")
    text = "schema reports is owned by environments production and staging"
    checked = subprocess.run([str(BUILD / "cutover"), "validate", "--project", str(world.repository.work)], capture_output=True, text=True)
    assert checked.returncode == 1 and "CO4104" in checked.stderr and text in checked.stderr, checked
    doctor = world.cutover("doctor", expect=1)
    assert "fail" in doctor and text in doctor, doctor
    both = [part for part in world.command("run") if part not in ("--environment", "production")]
    log = open(world.folder / "run.log", "ab")
    world.processes.append(subprocess.Popen(both, stdout=log, stderr=log, env=world.env()))
    refused = "SELECT count(DISTINCT environment) FROM cutover.log WHERE kind = 'event' AND body ->> 'name' = 'refused'"
    world.wait_for("both refusals", lambda: world.phases() and world.sql(refused)[0][0] == 2)
    world.stop(world.processes[-1])
    assert not {"shop", "reports", "shop_green", "reports_green"} & set(world.schemas()), world.schemas()
    assert text in (world.folder / "run.log").read_text()


def a_statement_that_comes_late_leaves_nothing_behind(world):
    """A process that stood still sends its CREATEs when the deployment that they are for is over."""
    late = ("CREATE SCHEMA shop_green;\nCREATE CLUSTER compute_green (SIZE = '25cc');\n"
            "CREATE VIEW shop_green.late AS SELECT 1 AS day")
    world.apply()
    before = world.schemas(), world.clusters()
    world.sql(late)
    assert world.plan(expect=0)["outcome"] == "nothing", "what came late is not production"
    world.wait_for("what came late is gone", lambda: world.cutover("run", "--once") is not None and (world.schemas(), world.clusters()) == before)
    world.sql(late)
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more")
    world.apply()
    assert world.marker().startswith("cutover_production_g2_")
    assert world.sql("SELECT orders FROM shop.daily WHERE day = '2026-11-01'")[0][0] == 3
    world.sql("CREATE SCHEMA shop_green", user="looker")
    world.cutover("run", "--once")
    assert "shop_green" in world.schemas(), "somebody else made it"


def what_another_process_drops_meanwhile_is_built_again(world):
    """A second controller takes green for that of a deployment that is over, and drops it while it is built; and one is faster."""
    dropped, made = [], []

    def drop_before_the_index(spot):
        if spot.kind == "CREATE INDEX" and not dropped:
            relation = re.search(r' ON (\S+)', wire.texts[-1][1]).group(1)
            world.sql("DROP MATERIALIZED VIEW " + relation)
            dropped.append(relation)
        if spot.kind == "CREATE VIEW" and not made:
            made.append(wire.texts[-1][1])
            world.sql(made[0])

    wire = Wire(world.standin.port, CLOCK_FACTOR)
    apply_through(wire, world, drop_before_the_index)
    assert dropped and made and world.phases()[-1] == "live" and world.phases().count("building") == 1, world.phases()


def apply_through(wire, world, choose):
    wire.begin(choose)
    command = [a.replace(":%d/" % world.standin.port, ":%d/" % wire.port) for a in world.command("apply", "--yes")]
    done = subprocess.run(command, capture_output=True, text=True, env=world.env(), timeout=180)
    wire.close()
    assert done.returncode == 0, done.stdout + done.stderr


def rows_of_a_seed_come_once_whoever_sends_them(world):
    """A second controller fills the seed when the first one is about to, and once more between two of its statements."""
    count = 2 * 30000  # for three INSERTs or so
    world.repository.write("seeds/regions.csv", "id,region\n" + "".join("%d,region %d\n" % (n, n) for n in range(count)))
    world.repository.commit("Many regions")
    filled = []

    def fill_first(spot):
        if spot.kind == "rows of a seed" and len(filled) < 2:
            filled.append(spot)
            world.cutover("run", "--once")

    wire = Wire(world.standin.port, CLOCK_FACTOR)
    apply_through(wire, world, fill_first)
    assert len(filled) == 2, filled
    assert world.sql("SELECT count(*), count(DISTINCT id) FROM shop.regions") == [(count, count)]


def what_a_failed_commit_made_is_not_what_the_next_one_declares(world):
    """It was made, and not yet recorded, when the statement after it was refused."""
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 1000000")
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(no_such_column)")
    world.repository.commit("Two changes, one of them wrong")
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert "creating materialized-view shop_green.daily: the server says" in text and "no_such_column" in text, text
    assert "(models/shop/daily.sql:1)" in text, text
    assert "CREATE MATERIALIZED VIEW" not in text, "a line tells why, not all of it"
    statement = json.loads(world.cutover("show", "latest", "--output", "json"))["statement"]
    assert statement.startswith('CREATE MATERIALIZED VIEW "materialize"."shop_green"."daily"') and "count(no_such_column)" in statement, statement
    text = world.cutover("show", "latest")
    assert "  the statement that failed:\n    CREATE MATERIALIZED VIEW" in text and "count(no_such_column)" in text, text
    assert not [sent for sent in world.receiver.texts() if "CREATE MATERIALIZED VIEW" in sent]
    assert "orders_clean" in {o[1] for o in world.objects() if "green" in o[0]}, world.objects()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 1000000", "o.amount >= 0")
    world.repository.edit("models/shop/daily.sql", "count(no_such_column)", "count(*)")
    world.repository.commit("Other changes")
    world.apply()
    assert world.sql("SELECT count(*) FROM shop.orders_clean")[0][0] > 0, "what the failed commit made has gone live"
    assert world.plan(expect=0)["outcome"] == "nothing"


def a_statement_that_the_server_cannot_read_names_the_line_of_the_model(world):
    world.apply()
    world.repository.edit("models/shop/daily.sql", "group by day", "  group by day, 1")
    world.repository.commit("Another word")
    world.sql("INSERT INTO standin_control.faults (pattern, action, sqlstate, message) VALUES ('CREATE MATERIALIZED VIEW%daily%', 'refuse', '42601', 'Expected end of statement')")
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert "the server says 42601 Expected end of statement (models/shop/daily.sql:4)" in text, text


def a_limit_that_keeps_green_from_being_built_is_said(world):
    """Green doubles what there is: the server answers, and refuses until somebody raises the limit."""
    world.apply()
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more")
    words = "creating cluster would violate max_clusters limit (desired: 11, limit: 10, current: 9)"
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('CREATE CLUSTER%%', 0, 'refuse', '53000', '%s')" % words)
    world.wait_for("a message", lambda: world.cutover("run", "--once", expect=(0, 1)) is not None and "a person must act: creating cluster compute_green: the server says 53000" in str(world.receiver.texts()))
    text = world.cutover("status", expect=2)
    assert "building   g2" in text and "waits for: creating cluster compute_green: the server says 53000 " + words in text, text
    world.sql("DELETE FROM standin_control.faults")
    world.apply()
    assert world.marker().startswith("cutover_production_g2_") and world.phases()[-1] == "live"


def what_the_server_does_not_answer_is_said(world):
    """Only the log of the controller had it: the checks ended at their deadline for no reason, and a way back stood still for ever."""
    late = "INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('%s', 0, 'refuse', '57014', 'canceling statement due to statement timeout')"
    world.apply()
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more")
    world.sql(late % "%dbt_internal_test%")
    world.wait_for("the test", lambda: world.cutover("run", "--once", expect=(0, 1)) is not None and
                   re.search("waits for: test [a-z_]+: canceling statement due to", world.cutover("status", expect=(0, 2))))
    world.sql("DELETE FROM standin_control.faults")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.sql(late % "BEGIN; ALTER SCHEMA%")
    asking = world.start("rollback", "--reason", "wrong numbers", "--wait")
    said = "the way back: canceling statement due to statement timeout"
    world.wait_for("a message", lambda: world.cutover("run", "--once", expect=(0, 1, 3)) is not None and "a person must act: " + said in str(world.receiver.texts()))
    assert said in world.cutover("status", expect=3) and world.status()["waiting"]["text"] == said
    world.wait_for("the reason is said to who waits", lambda: "waits for: " + said in world.tail())
    world.sql("DELETE FROM standin_control.faults")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    assert asking.wait(30) == 0


def green_that_is_kept_keeps_no_old_side(world):
    """The green of a failed commit reads what the next one replaces: the server refuses to drop it while it is read."""
    own = "{{ config(materialized='view', schema='extras') }}\n"
    world.repository.write("models/extras/one.sql", own + "select 1 as x\n")
    world.repository.commit("A schema of its own")
    world.apply()
    world.repository.write("models/extras/extra.sql", own + "select day, orders from {{ ref('daily') }}\n")
    world.repository.write("tests/none.sql", "select * from {{ ref('extra') }}\n")
    world.repository.commit("One more, which its test refuses")
    world.apply(expect=1)
    assert ("extras", "extra_green") in [o[:2] for o in world.objects()], "green is kept, to be looked at"
    world.repository.remove("models/extras/extra.sql")
    world.repository.remove("tests/none.sql")
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Something else")
    world.apply()
    assert world.phases()[-1] == "live", world.cutover("status", expect=(0, 3))
    assert world.plan(expect=0)["outcome"] == "nothing"


def whom_a_failed_commit_let_in_is_not_let_in_by_the_next(world):
    """Green that fits is taken over, and is to be read by those alone whom the next commit lets in."""
    world.sql("CREATE ROLE outsider")
    world.apply()
    granted = ", grants={'select': ['outsider']}"
    world.repository.edit("models/shop/daily.sql", "materialized='materialized_view'", "materialized='materialized_view'" + granted)
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.write("tests/none.sql", "select * from {{ ref('daily') }}\n")
    world.repository.commit("Let somebody in, which a test refuses")
    world.apply(expect=1)
    world.repository.edit("models/shop/daily.sql", granted, "")
    world.repository.remove("tests/none.sql")
    world.repository.commit("Let nobody in")
    world.apply()
    assert "outsider" not in may_read(world, "daily"), may_read(world, "daily")
    assert world.plan(expect=0)["outcome"] == "nothing"


def a_cluster_in_which_only_an_old_side_is_left_goes(world):
    """It has left Git while the commit before soaks, whose old side is still on it."""
    side, extras = 'Büro "1"', "Déjà Vu"  # names as people choose them

    def view(schema, cluster):
        world.repository.write("models/one.sql", "{{ config(materialized='materialized_view', schema='%s', cluster='%s') }}\nselect 1 as x\n" % (schema, cluster))

    world.repository.edit("cutover.yaml", "    clusters:\n", "    clusters:\n      '%s': {size: 25cc}\n" % side)
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 6h")
    view(extras, side)
    world.repository.commit("A schema and a cluster of its own")
    world.apply()
    assert extras in world.schemas() and side in world.clusters()
    view("moved", side)
    world.repository.commit("Another schema")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    view("moved", "aside")
    world.repository.edit("cutover.yaml", "'%s':" % side, "aside:")
    world.repository.edit("cutover.yaml", "soak: 6h", "soak: 0s")
    world.repository.commit("Another name for the cluster")
    plan = world.plan(expect=2)
    codes = [d["code"] for d in plan["diagnostics"]]
    assert "CO4203" not in codes and side in [c["name"] for c in plan["clusters"]], plan
    assert "CO4206" in codes, "the way back of the commit before ends, and the plan says so"
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    assert side not in world.clusters() and extras not in world.schemas(), world.clusters()


def a_cluster_that_somebody_has_left_meanwhile_goes_with_the_next_commit(world):
    """It stays when it leaves Git, as something of a stranger's is in it; when that is gone, the commit that is live has nothing left to do."""
    world.repository.edit("cutover.yaml", "    clusters:\n", "    clusters:\n      aside: {size: 25cc}\n")
    world.repository.write("models/one.sql", "{{ config(materialized='materialized_view', schema='extras', cluster='aside') }}\nselect 1 as x\n")
    world.repository.commit("A cluster of its own")
    world.apply()
    world.sql("CREATE SCHEMA strange")
    world.sql("CREATE MATERIALIZED VIEW strange.x IN CLUSTER aside AS SELECT 1 AS one")
    world.repository.edit("models/one.sql", "aside", "serving")
    world.repository.edit("cutover.yaml", "      aside: {size: 25cc}\n", "")
    world.repository.commit("Elsewhere")
    world.apply()
    assert "aside" in world.clusters() and ("strange", "x") in [o[:2] for o in world.objects()]
    world.sql("DROP MATERIALIZED VIEW strange.x")
    plan = world.plan(expect=0)
    assert plan["outcome"] == "nothing" and "goes with the next one" in str(plan["diagnostics"]), plan
    world.repository.edit("models/one.sql", "select 1", "select 2")
    world.repository.commit("Another number")
    assert "aside" in [c["name"] for c in world.plan(expect=2)["clusters"]]
    world.apply()
    assert "aside" not in world.clusters() and world.plan(expect=0)["diagnostics"] == [], world.clusters()


def who_reads_green_that_is_to_go_is_named(world):
    """The server keeps it for him, and no controller drops what is not ours."""
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 1")
    world.repository.commit("Another")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    world.sql("CREATE SCHEMA strange")
    world.sql("CREATE VIEW strange.reader AS SELECT count(*) AS n FROM shop_green.customers")
    world.cutover("abort", "--reason", "not today", expect=(0, 2))
    world.cutover("apply", "--yes", expect=1)
    kept = "cannot drop what is left of production-g2-"
    text = world.cutover("status", expect=3)
    assert kept in text and "strange.reader" in text, text
    for _ in range(3):
        world.cutover("run", "--once")
    assert len([t for t in world.receiver.texts() if kept in t]) == 1, world.receiver.texts()
    world.sql("DROP VIEW strange.reader")
    world.wait_for("green to go", lambda: "shop_green" not in world.schemas() or world.cutover("run", "--once") is None)
    assert kept not in world.cutover("status", expect=3)


def an_index_of_an_overtaken_commit_is_not_left_on_the_old_side(world):
    """It was built for a relation and a cluster that stay; the next commit swaps the cluster."""
    world.repository.write("models/one.sql", "{{ config(materialized='view', schema='extras') }}\nselect 1 as x\n")
    world.repository.commit("A schema of its own")
    world.apply()
    world.repository.write("models/one.sql", "{{ config(materialized='view', schema='extras', indexes=[{'columns': ['x'], 'name': 'by_x', 'cluster': 'compute'}]) }}\nselect 1 as x\n")
    world.repository.commit("Look it up")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 1")
    world.repository.commit("Leave some out")
    world.apply()
    found = world.sql("SELECT i.name, c.name FROM mz_indexes i JOIN mz_objects o ON o.id = i.on_id JOIN mz_schemas s ON s.id = o.schema_id "
                      "JOIN mz_clusters c ON c.id = i.cluster_id WHERE s.name = 'extras'")
    assert found == [("by_x", "compute")] and world.plan(expect=0)["outcome"] == "nothing", found


def what_a_stranger_put_on_green_right_before_the_cutover_never_goes_live(world):
    """Every gate was passed when he came, and the cutover was noted already."""
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 1")
    world.repository.commit("Another")
    marker = world.marker()
    wire = Wire(world.standin.port, CLOCK_FACTOR)
    wire.begin(lambda spot: "kill_before" if "SWAP" in wire.texts[-1][1] and "ROLLBACK" not in wire.texts[-1][1] else None)
    command = [a.replace(":%d/" % world.standin.port, ":%d/" % wire.port) for a in world.command("apply", "--yes")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=world.env())
    wire.victim = process.pid
    process.wait()
    assert world.phases()[-1] == "cutting_over" and world.marker() == marker
    wire.close()
    world.sql("CREATE ROLE looker SUPERUSER")
    world.sql("CREATE VIEW shop_green.mine AS SELECT 1 AS one", user="looker")
    world.apply(expect=1)
    assert world.marker() == marker and "shop_green.mine lies in a green container" in world.cutover("status", expect=3)
    world.sql("DROP VIEW shop_green.mine", user="looker")
    world.cutover("resume")
    world.apply()
    assert world.marker() != marker and ("shop", "mine") not in [o[:2] for o in world.objects()]


def what_a_stranger_put_on_green_while_the_cutover_was_decided_never_goes_live(world):
    """The pass has looked already, and would send the one message next."""
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 1")
    world.repository.commit("Another")
    marker = world.marker()
    world.wait_for("the decision", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "cutting_over")
    world.sql("CREATE ROLE looker SUPERUSER")
    came = during_the_next_pass(world, lambda: world.sql("CREATE VIEW shop_green.mine AS SELECT 1 AS one", user="looker"))
    assert came and world.marker() == marker
    world.apply(expect=1)
    assert world.marker() == marker and "shop_green.mine lies in a green container" in world.cutover("status", expect=3)


def what_a_stranger_runs_on_a_green_cluster_stands_in_the_way_until_it_is_gone(world):
    """In a schema of his own: the cutover was prepared and taken back without end, and people were told of each time."""
    world.apply()
    marker = world.marker()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 1")
    world.repository.commit("Another")
    world.cutover("apply", "--yes", "--until", "hydrating")
    world.sql("CREATE ROLE looker SUPERUSER")
    world.sql("CREATE SCHEMA strange", user="looker")
    world.sql("CREATE MATERIALIZED VIEW strange.mine IN CLUSTER compute_green AS SELECT 1 AS one", user="looker")
    world.apply(expect=1)
    assert world.marker() == marker and "strange.mine lies in a green container" in world.cutover("status", expect=3)
    assert "cutting_over" not in world.phases()[world.phases().index("live"):], world.phases()
    world.sql("DROP MATERIALIZED VIEW strange.mine", user="looker")
    world.cutover("resume")
    world.cutover("apply", "--yes", "--until", "hydrating")
    world.sql("CREATE MATERIALIZED VIEW strange.mine IN CLUSTER compute_green AS SELECT 1 AS one")  # a person under our role
    world.apply(expect=1)
    assert world.marker() == marker and "strange.mine lies in a green container" in world.cutover("status", expect=3)
    world.sql("DROP MATERIALIZED VIEW strange.mine")
    world.cutover("resume")
    world.apply()
    assert world.marker() != marker and world.phases()[-1] == "live"


def a_plan_that_changes_while_it_is_built_forgets_nothing(world):
    """What somebody drops from production need not be swapped any more: it is built beside, and no green side of it is left."""
    world.repository.write("models/big.sql", "{{ config(materialized='view', schema='extras') }}\nselect id from {{ ref('orders_clean') }}\n")
    world.repository.write("models/one.sql", "{{ config(materialized='view', schema='extras') }}\nselect 1 as x\n")
    world.repository.commit("A schema of its own")
    world.apply()
    before = world.clusters()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 1")
    world.repository.commit("Leave some out")
    for _ in range(8):
        world.cutover("run", "--once")
    assert world.phases()[-1] == "hydrating" and "extras_green" in world.schemas(), world.phases()
    world.sql("DROP VIEW extras.big")
    for _ in range(2):
        world.cutover("run", "--once")
    world.sql("DROP SCHEMA reports_green CASCADE")
    world.apply()
    made = [body["green"] for deployment, body in world.sql("SELECT deployment, body FROM cutover.log WHERE kind = 'intent' ORDER BY at") if "g2" in deployment]
    assert "big_green" not in str(made[0]) and "big_green" in str(made[-1]), made
    assert world.plan(expect=0)["outcome"] == "nothing" and world.clusters() == before
    assert not [s for s in world.schemas() if s.endswith("_green")], world.schemas()
    assert ("extras", "big") in [o[:2] for o in world.objects()]


def a_late_statement_of_an_overtaken_commit_never_goes_live(world):
    """Its process is killed with a CREATE under way; the server carries that out when the next commit has written its intent."""
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 1000000")
    world.repository.commit("Nothing is left")
    late = []

    def keep_back(spot):
        if spot.kind == "CREATE VIEW" and "orders_clean" in wire.texts[-1][1]:
            late.append(wire.texts[-1][1])
            return "kill_before"

    def carry_out_now(spot):
        if spot.kind == "CREATE VIEW" and len(late) == 1:
            late.append(None)
            world.sql(late[0])

    wire = Wire(world.standin.port, CLOCK_FACTOR)
    wire.begin(keep_back)
    command = [a.replace(":%d/" % world.standin.port, ":%d/" % wire.port) for a in world.command("apply", "--yes")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=world.env())
    wire.victim = process.pid
    process.wait()
    assert late and "1000000" in late[0], wire.texts[-5:]
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 1000000", "o.amount >= 0")
    world.repository.commit("All are left")
    apply_through(wire, world, carry_out_now)
    assert len(late) == 2 and world.phases()[-1] == "live", world.phases()
    assert world.sql("SELECT count(*) FROM shop.orders_clean")[0][0] > 0, "the statement of the overtaken commit has gone live"
    assert "made:" not in world.cutover("show", "g2")


def a_cluster_that_an_overtaken_commit_had_just_made_goes(world):
    """It was made where it stays, was not recorded yet, and the next commit does not know it."""
    world.apply()
    before = world.clusters()
    world.repository.edit("cutover.yaml", "serving: {size: 25cc}", "serving: {size: 25cc}\n      extra: {size: 25cc}")
    world.repository.edit("models/reports/by_customer.sql", "'cluster': 'serving'", "'cluster': 'extra'")
    world.repository.commit("Serve it elsewhere")
    world.wait_for("the cluster", lambda: "extra" in world.clusters() or world.cutover("run", "--once") is None)
    world.repository.git("revert", "--no-edit", "HEAD")
    world.repository.commit("As before")
    world.apply()
    assert world.clusters() == before and world.plan(expect=0)["outcome"] == "nothing", world.clusters()


AUCTION = "{{ config(materialized='source', schema='feed', cluster='ingest') }}\nFROM LOAD GENERATOR AUCTION (TICK INTERVAL '1s')\n"
BIDS = "{{ config(materialized='source_table', schema='feed') }}\nFROM SOURCE {{ ref('auction') }} (REFERENCE \"auction\".\"bids\")\n"


def overtake_a_source(world):
    """It and its table were just made where they stay; nobody has recorded it."""
    world.repository.edit("cutover.yaml", "serving: {size: 25cc}", "serving: {size: 25cc}\n      ingest: {size: 25cc}")
    world.repository.commit("A cluster for sources")
    world.apply()
    world.repository.write("models/feed/auction.sql", AUCTION)
    world.repository.write("models/feed/bids.sql", BIDS)
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("A source")
    world.wait_for("its table", lambda: ("feed", "bids") in [o[:2] for o in world.objects()] or world.cutover("run", "--once") is None)
    assert world.phases()[-1] == "building" and not world.sql("SELECT 1 FROM cutover.log WHERE kind = 'objects' AND body::text LIKE '%auction%'")


def a_source_that_an_overtaken_commit_had_just_made_is_taken_over(world):
    overtake_a_source(world)
    before = world.sql("SELECT id FROM mz_objects WHERE name IN ('auction', 'bids') ORDER BY id")
    world.repository.edit("models/shop/daily.sql", "count(*) + 1", "count(*) + 2")
    world.repository.commit("The same source")
    world.apply()
    assert world.sql("SELECT id FROM mz_objects WHERE name IN ('auction', 'bids') ORDER BY id") == before
    plan = world.plan(expect=0)
    assert plan["outcome"] == "nothing" and not plan["diagnostics"], plan["diagnostics"]


def a_source_that_an_overtaken_commit_had_just_made_is_told_when_nobody_declares_it(world):
    overtake_a_source(world)
    world.repository.git("revert", "--no-edit", "HEAD")
    world.repository.commit("As before")
    world.apply(expect=3)
    world.wait_for("the next one", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "pending")
    text = world.cutover("status", expect=3)
    assert "source feed.auction would be dropped" in text and "table feed.bids would be dropped" in text, text
    assert ("feed", "bids") in [o[:2] for o in world.objects()], "it was dropped without a permit"
    world.repository.commit("Not needed\n\nCutover-Permit: stateful:materialize.feed.auction stateful:materialize.feed.bids")
    world.apply()
    assert "feed" not in world.schemas() and world.plan(expect=0)["outcome"] == "nothing", world.objects()


def it_is_told_too_when_git_goes_back_to_what_is_live(world):
    overtake_a_source(world)
    world.repository.git("reset", "--hard", "HEAD~1")
    world.repository.git("push", "-q", "--force", "origin", "HEAD:main")
    world.cutover("apply", "--yes", expect=(0, 3))
    world.wait_for("the end", lambda: world.cutover("run", "--once") is not None and world.status()["state"] == "live")
    text = world.cutover("status")
    assert "generation 1" in text and "source feed.auction would be dropped" in text and "nothing to do" not in text, text


def a_view_beside_production_that_nobody_wants_any_more_keeps_nothing(world):
    """It reads a schema that the next commit does not have, and lies in one that stays."""
    world.apply()
    world.repository.write("models/reports/base.sql", "{{ config(schema='base') }}\nselect day, orders from {{ ref('daily') }}\n")
    world.repository.write("models/reports/extra.sql", "select day from {{ ref('base') }}\n")
    world.repository.commit("A new schema, and a view of it in one that is there")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    assert [o[1] for o in world.objects() if o[1] in ("base", "extra_green")] == ["base", "extra_green"], world.objects()
    world.repository.remove("models/reports/base.sql")
    world.repository.remove("models/reports/extra.sql")
    world.repository.write("models/reports/other.sql", "select 1 as day\n")
    world.repository.commit("Without it")
    world.apply()
    assert world.phases()[-1] == "live" and world.plan(expect=0)["outcome"] == "nothing"
    assert not [o for o in world.objects() if "green" in o[0] + o[1]], world.objects()


def what_is_declared_under_a_name_that_green_once_had_is_production(world):
    """A commit that fails takes away what it made: names tell nothing of that, and the record's ids do."""
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    keep_failed: 0s")
    world.repository.write("models/reports/extra.sql", "select 1 as x\n")
    world.repository.commit("Keep no failed green")
    world.apply()
    world.repository.write("models/reports/extra.sql", "select 2 as x\n")
    world.repository.commit("Change it")
    world.apply()
    world.repository.write("models/reports/extra_green.sql", "select 3 as x\n")
    world.repository.write("models/reports/more.sql", "{{ config(schema='shop_green') }}\nselect 4 as x\n")
    world.repository.commit("Names that green had")
    world.apply()
    before = [o for o in world.objects() if "green" in o[0] + o[1]]
    assert [o[:2] for o in before] == [("reports", "extra_green"), ("shop_green", "more")], before
    world.repository.write("models/reports/other.sql", "select 1 as x\n")
    world.repository.write("tests/none.sql", "select * from {{ ref('other') }}\n")
    world.repository.commit("A test that fails")
    world.apply(expect=1)
    for _ in range(4):
        world.cutover("run", "--once")
    assert [o for o in world.objects() if "green" in o[0] + o[1]] == before, world.objects()
    world.repository.remove("tests/none.sql")
    world.repository.commit("Without the test")
    world.apply()
    assert [o for o in world.objects() if "green" in o[0] + o[1]] == before, world.objects()


def a_green_name_that_the_project_declares_is_refused_beforehand(world):
    """Green of `extra` would be the model `extra_green`, and the schema shop_green that of shop."""
    world.repository.write("models/reports/extra.sql", "select 1 as x\n")
    world.repository.write("models/reports/extra_green.sql", "select 2 as x\n")
    world.repository.write("models/reports/more.sql", "{{ config(schema='shop_green') }}\nselect 4 as x\n")
    world.repository.commit("Names like those of green")
    assert "shop_green" in world.cutover("plan", expect=3)
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    names: {green: '{name}_next'}")
    world.repository.commit("Another word for green")
    world.apply()
    world.repository.edit("cutover.yaml", "\n    names: {green: '{name}_next'}", "")
    world.repository.write("models/reports/extra.sql", "select 3 as x\n")
    world.repository.commit("Change extra")
    before = [o[:2] for o in world.objects()]
    text = world.cutover("plan", expect=3)
    assert "CO4121" in text and "extra_green" in text and "declared" in text, text
    world.cutover("apply", "--yes", expect=3)
    assert [o[:2] for o in world.objects()] == before and world.sql("SELECT x FROM reports.extra_green") == [(2,)]


def two_controllers_that_build_in_doubt_do_not_undo_each_others_work(world):
    """What neither of them has recorded yet may be a late statement's of the commit before, and is made anew; but not at once."""
    views = ["v%02d" % n for n in range(60)]
    for view in views:
        world.repository.write("models/shop/%s.sql" % view, "{{ config(materialized='view') }}\nselect * from {{ ref('orders_clean') }}\n")
    world.repository.commit("Many views")
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Is overtaken")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 6")
    world.repository.commit("Overtakes it")
    world.set_clock(1)  # as fast as they build
    wires, real = [Wire(world.standin.port, 1) for _ in range(2)], world.standin.port
    for wire in wires:
        world.standin.port = wire.port
        world.start("run")
    world.standin.port = real
    world.wait_for("the end of the build", lambda: "hydrating" in world.phases()[len(world.phases()) - world.phases()[::-1].index("building"):]
                   and "superseded" in world.phases())
    made = [text for wire in wires for _, text in wire.texts if text.startswith("CREATE VIEW")]
    assert len(made) < 2 * len(views), len(made)


def a_row_that_its_column_does_not_take_fails_the_commit(world):
    world.apply()
    world.repository.write("seeds/regions.csv", "id,region\n1,north\n99999999999,south\n")
    world.repository.edit("dbt_project.yml", "seeds:\n  shop:\n", "seeds:\n  shop:\n    +column_types: {id: integer}\n")
    world.repository.commit("A number that is too large")
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert "the rows of seed.shop.regions: the server says 22003" in text and "seeds/regions.csv" in text, text
    assert world.marker().startswith("cutover_production_g1_") and world.phases()[-1] == "failed"
    world.repository.write("seeds/regions.csv", "id,region\n1,north\n9,south\n")
    world.repository.commit("One that fits")
    world.apply()
    assert world.plan(expect=0)["outcome"] == "nothing"


def green_that_cannot_serve_fails_before_its_deadline(world):
    """Hydrated and fresh, but broken; and a cluster that is too small for what is built on it."""
    world.apply()
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more")
    world.sql("INSERT INTO standin_control.errors (pattern, count) VALUES ('shop_green.daily', 3)")
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert "shop_green.daily has 3 data errors, so that reading it fails" in text, text
    world.sql("DELETE FROM standin_control.errors")
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%green%', NULL)")
    world.cutover("resume")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    replica = world.sql("SELECT r.name FROM mz_cluster_replicas r JOIN mz_clusters c ON c.id = r.cluster_id WHERE c.name = 'compute_green'")[0][0]
    world.sql("SELECT standin_control.oom_loop('compute_green', '%s', 3, 10)" % replica)
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert "of compute_green ran out of memory 3 times within an hour: give the cluster a larger size" in text, text
    assert world.marker().startswith("cutover_production_g1_")


def what_was_renamed_right_before_the_cutover_is_built_again(world):
    """By hand, when the cutover is decided and not yet sent."""
    world.apply()
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more")
    renamed = []

    def rename(spot):
        if '"cutting_over"' in wire.texts[-1][1] and not renamed:
            renamed.append(spot)
            world.sql("ALTER SCHEMA shop_green RENAME TO mine")

    wire = Wire(world.standin.port, CLOCK_FACTOR)
    apply_through(wire, world, rename)
    assert renamed and world.marker().startswith("cutover_production_g2_"), world.phases()
    phases = world.phases()[world.phases().index("live") + 1:]
    assert phases.count("cutting_over") == 2 and phases.count("building") == 2 and phases[-1] == "live", phases
    assert world.sql("SELECT orders FROM shop.daily WHERE day = '2026-11-01'")[0][0] == 3
    assert "mine" not in world.schemas(), "what Cutover made is its own under any name"


def what_green_lost_since_the_cutover_was_decided_on_is_built_again(world):
    """Its schema was there yet, and bore its name: production lacked a view from then on."""
    world.apply()
    for more, hand in ((1, "DROP MATERIALIZED VIEW reports_green.top_items"), (2, "ALTER MATERIALIZED VIEW reports_green.top_items RENAME TO mine")):
        world.repository.edit("models/shop/daily.sql", "count(*)" + " + 1" * (more - 1), "count(*)" + " + 1" * more)
        world.repository.commit("Count one more")
        world.cutover("apply", "--yes", "--until", "cutting_over")
        world.sql(hand)
        world.apply()
        assert world.phases()[-1] == "live" and world.phases().count("cutting_over") == 1 + 2 * more, world.phases()
        assert [o[1] for o in world.objects() if o[0] == "reports"] == ["by_customer", "by_customer_customer_id_idx", "top_items"], world.objects()
        assert world.plan(expect=0)["outcome"] == "nothing"


def green_that_its_owner_may_not_read_never_goes_live(world):
    """Whoever reads a view needs the rights of its owner on what it reads, and CREATE does not ask for them."""
    world.sql("CREATE ROLE cutover")
    for grant in ("CREATECLUSTER ON SYSTEM", "CREATE ON DATABASE materialize", "USAGE ON CLUSTER quickstart", "SELECT ON public.orders",
                  "SELECT ON public.customers"):
        world.sql("GRANT %s TO cutover" % grant, user="mz_system")
    world.sql("CREATE TABLE public.prices (item text, price int)")
    world.sql("ALTER SYSTEM SET enable_rbac_checks = true", user="mz_system")
    world.standin.url = lambda: "postgres://cutover@127.0.0.1:%d/materialize" % world.standin.port
    world.apply()
    before = world.objects()
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + (select count(*) from public.prices)")
    world.repository.commit("Count prices, too")
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert 'check readable failed on green: the server refuses it: permission denied for' in text and 'prices' in text, text
    assert world.marker().startswith("cutover_production_g1_") and "failed   g2" in text, text
    assert [o for o in world.objects() if "green" not in o[0] and "green" not in (o[3] or "")] == before
    world.sql("GRANT SELECT ON public.prices TO cutover", user="mz_system")
    world.cutover("resume")
    world.apply()
    assert world.marker().startswith("cutover_production_g2_")
    results = json.loads(world.cutover("show", "g2", "--output", "json"))["results"]
    assert [r["verdict"] for r in results if r["check"] == "readable:1"][-1] == "passed", results


if __name__ == "__main__":
    run([a_name_that_the_cutover_would_break_is_found_by_the_rehearsal, what_a_stranger_runs_on_a_green_cluster_stands_in_the_way_until_it_is_gone,
         what_is_read_by_a_name_written_by_hand_is_built_once, what_another_environment_deployed_is_not_built_into,
         two_environments_that_share_a_schema_are_refused_at_load,
         a_statement_that_comes_late_leaves_nothing_behind, what_another_process_drops_meanwhile_is_built_again,
         rows_of_a_seed_come_once_whoever_sends_them,
         whom_a_failed_commit_let_in_is_not_let_in_by_the_next,
         a_cluster_in_which_only_an_old_side_is_left_goes, green_that_is_kept_keeps_no_old_side,
         a_cluster_that_an_overtaken_commit_had_just_made_goes, a_cluster_that_somebody_has_left_meanwhile_goes_with_the_next_commit,
         what_a_stranger_put_on_green_right_before_the_cutover_never_goes_live,
         what_a_stranger_put_on_green_while_the_cutover_was_decided_never_goes_live,
         a_plan_that_changes_while_it_is_built_forgets_nothing,
         who_reads_green_that_is_to_go_is_named, an_index_of_an_overtaken_commit_is_not_left_on_the_old_side,
         a_source_that_an_overtaken_commit_had_just_made_is_taken_over,
         a_source_that_an_overtaken_commit_had_just_made_is_told_when_nobody_declares_it,
         it_is_told_too_when_git_goes_back_to_what_is_live,
         a_view_beside_production_that_nobody_wants_any_more_keeps_nothing,
         a_green_name_that_the_project_declares_is_refused_beforehand, what_is_declared_under_a_name_that_green_once_had_is_production,
         what_a_failed_commit_made_is_not_what_the_next_one_declares, a_statement_that_the_server_cannot_read_names_the_line_of_the_model, a_late_statement_of_an_overtaken_commit_never_goes_live,
         two_controllers_that_build_in_doubt_do_not_undo_each_others_work,
         a_limit_that_keeps_green_from_being_built_is_said, what_the_server_does_not_answer_is_said, a_row_that_its_column_does_not_take_fails_the_commit, green_that_cannot_serve_fails_before_its_deadline,
         what_was_renamed_right_before_the_cutover_is_built_again, what_green_lost_since_the_cutover_was_decided_on_is_built_again,
         green_that_its_owner_may_not_read_never_goes_live], PROJECT, SEED)
