"""dbt-materialize, unmodified, against the stand-in: the example and a larger project, and its whole deploy cycle."""
import difflib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from pypi import PINS, Environment, Project  # noqa: E402
from harness import BUILD, Standin  # noqa: E402

ASKS = ROOT / "tests" / "optional" / "asks"
ORDERS = ROOT / "tests" / "optional" / "orders"
ORDERS_SEED = """
CREATE CLUSTER compute SIZE '25cc';
CREATE CLUSTER ingest SIZE '25cc';
CREATE TABLE public.customers (id integer NOT NULL, name text, country text);
CREATE TABLE public.orders (id integer NOT NULL, customer_id integer, status text, cents integer NOT NULL);
INSERT INTO public.customers VALUES (1, 'Ana', 'PT'), (2, 'Bruno', 'BR'), (3, 'Chiyo', 'JP');
INSERT INTO public.orders VALUES (1, 1, 'placed', 1250), (2, 2, ' Shipped', 700), (3, 1, 'refunded', 450), (4, NULL, 'placed', 90),
    (5, 3, 'placed', 5), (6, 3, 'PLACED', 3900)"""


class World:
    def __init__(self, environment, source, seed):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cutover-dbt-"))
        os.chmod(self.folder, 0o755)
        self.standin = Standin(self.folder / "standin")
        self.sql = self.standin.sql
        self.sql("SELECT standin_control.set_clock_factor(100)")
        self.sql(seed)
        self.project = Project(environment, source, self.folder / "project", self.standin.port)
        self.dbt = self.project.dbt

    def ids(self, schema):
        return dict(self.sql("SELECT o.name, o.id FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id WHERE s.name = '%s'" % schema))

    def close(self):
        self.standin.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def passed(output):
    return int(re.search(r"PASS=(\d+) WARN=0 ERROR=0 SKIP=0", output).group(1))


def the_example_runs(world):
    assert "All checks passed!" in world.dbt("debug")
    assert passed(world.dbt("seed")) == 1
    assert passed(world.dbt("run")) == 9
    assert world.sql("SELECT count(*) FROM reports.top_items")[0][0] > 0
    first = world.ids("shop")
    assert passed(world.dbt("run")) == 9, "the second run finds what the first has left"
    again = world.ids("shop")
    assert set(again) == set(first) and again["daily"] != first["daily"], "dbt drops and creates"
    assert passed(world.dbt("test")) == 14
    assert passed(world.dbt("run", "--select", "daily+")) == 2
    world.dbt("docs", "generate")
    catalog = json.loads((world.project.folder / "target" / "catalog.json").read_text())
    daily = catalog["nodes"]["model.shop.daily"]
    columns = sorted(daily["columns"].values(), key=lambda c: c["index"])
    assert daily["metadata"]["schema"] == "shop" and [c["name"] for c in columns] == ["day", "orders", "revenue"], daily


def a_larger_project_runs(world):
    assert passed(world.dbt("seed")) == 2
    assert world.sql("SELECT name FROM shop_seeds.countries WHERE code = 'JP'") == [("日本",)]
    assert passed(world.dbt("run")) == 19
    assert passed(world.dbt("run")) == 19
    assert world.sql("SELECT status, orders, euros::text FROM shop.by_status ORDER BY 1") == [("placed", 2, "51.50"), ("refunded", 1, "4.50"), ("shipped", 1, "7.00")]
    assert world.sql("SELECT bids FROM shop_reports.bids") == [(10,)]
    indexes = {(r[0], r[1]) for r in world.sql("SHOW INDEXES FROM shop")}
    assert ("by_status_status", "by_status") in indexes and ("by_status_primary_idx", "by_status") in indexes, indexes
    comments = world.sql("SELECT c.object_sub_id, c.comment FROM mz_internal.mz_comments c JOIN mz_objects o ON o.id = c.id WHERE o.name = 'customers' AND o.type = 'view' ORDER BY 1")
    assert {c[1] for c in comments} == {"One row a customer", "Who it is"}, comments
    assert passed(world.dbt("test")) == 11
    world.sql("INSERT INTO public.orders VALUES (7, 9, 'lost', 800)")
    failing = world.dbt("test", "--select", "by_status", expect=1)
    assert "accepted_values_by_status_status__placed__shipped__refunded" in failing and "Got 1 result" in failing, failing[-1500:]
    world.sql("DELETE FROM public.orders WHERE id = 7")
    world.dbt("docs", "generate")
    catalog = json.loads((world.project.folder / "target" / "catalog.json").read_text())
    assert {"model.orders.spend", "seed.orders.countries", "model.orders.nation"} <= set(catalog["nodes"]), sorted(catalog["nodes"])
    assert "source.orders.app.orders" in catalog["sources"]


DEPLOY = ("--vars", "deploy: True")


def the_deploy_cycle_ends_in_a_swap(world):
    world.dbt("seed")
    world.dbt("run")
    world.sql("CREATE ROLE reader")
    world.sql("GRANT USAGE ON SCHEMA shop TO reader")
    blue = world.ids("shop")
    clusters = dict(world.sql("SELECT name, id FROM mz_clusters"))
    world.dbt("run-operation", "deploy_init")
    schemas = [r[0] for r in world.sql("SELECT name FROM mz_schemas WHERE name LIKE '%dbt_deploy' ORDER BY 1")]
    assert schemas == ["shop_dbt_deploy", "shop_reports_dbt_deploy", "shop_seeds_dbt_deploy"], schemas
    assert world.sql("SELECT has_schema_privilege('reader', 'shop_dbt_deploy', 'USAGE')") == [(True,)]
    assert world.sql("SELECT size FROM mz_clusters WHERE name = 'compute_dbt_deploy'") == [("25cc",)]
    model = world.project.folder / "models" / "shop" / "spend.sql"
    model.write_text(model.read_text().replace("sum(cents) as cents", "(sum(cents) + 1)::bigint as cents"))
    world.dbt("seed", *DEPLOY)
    assert passed(world.dbt("run", *DEPLOY)) == 14
    green = world.ids("shop_dbt_deploy")
    assert world.ids("shop") == blue, "production is untouched"
    world.dbt("run-operation", "deploy_await", "--args", "{poll_interval: 1}")
    world.dbt("run-operation", "deploy_promote")
    assert world.ids("shop") == green and world.ids("shop_dbt_deploy") == blue
    assert dict(world.sql("SELECT name, id FROM mz_clusters"))["compute_dbt_deploy"] == clusters["compute"]
    assert world.sql("SELECT cents FROM shop.spend WHERE customer_id = 2") == [(701,)]
    tags = world.sql("SELECT c.comment FROM mz_internal.mz_comments c JOIN mz_schemas s ON s.id = c.id WHERE c.object_type = 'schema' AND s.name = 'shop'")
    assert tags and tags[0][0].strip().startswith("Deployment by materialize on"), tags
    world.dbt("run-operation", "deploy_cleanup")
    assert not world.sql("SELECT name FROM mz_schemas WHERE name LIKE '%dbt_deploy'") and not world.sql("SELECT name FROM mz_clusters WHERE name LIKE '%dbt_deploy'")
    assert world.ids("shop") == green


def promoting_nothing_is_an_error(world):
    world.dbt("seed")
    refused = world.dbt("run-operation", "deploy_promote", expect=1)
    assert "does not exist" in refused, refused[-1000:]


CUTOVER_YAML = "version: 1\nenvironments:\n  production: {branch: main, target: prod}\n"


def cutover(world, *words, expect=0):
    env = dict(world.project.env, XDG_CACHE_HOME=str(world.folder / "cache"))
    done = subprocess.run([str(BUILD / "cutover"), *words, "--repo", str(world.project.folder), "--materialize", world.standin.url()], env=env,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, "cutover %s: exit %d\n%s%s" % (" ".join(words), done.returncode, done.stdout[-4000:], done.stderr[-2000:])
    return done.stdout


def what_dbt_made_is_adopted(world):
    """Cutover takes over all that dbt has made, and has nothing left to do."""
    schema = world.project.folder / "models" / "shop" / "schema.yml"
    schema.write_text(schema.read_text().replace("    config:\n      contract: {enforced: true}\n", ""))
    world.dbt("seed")
    assert passed(world.dbt("run")) == 19
    (world.project.folder / "cutover.yaml").write_text(CUTOVER_YAML)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-q", "-m", "First"]):
        subprocess.run(["git", "-C", str(world.project.folder), *words], check=True)
    before = [world.ids(s) for s in ("shop", "shop_reports", "shop_seeds", "shop_raw")]
    text = cutover(world, "adopt", "--yes")
    assert text.startswith("25 of 25 objects equal what is declared: taken over as generation 1"), text
    assert "nothing to do" in cutover(world, "plan")
    assert [world.ids(s) for s in ("shop", "shop_reports", "shop_seeds", "shop_raw")] == before


def what_is_asked_compiles_to_the_same_bytes(world):
    """run_query() and what is built of it: both ask the same stand-in, and compile every file to the same text."""
    folder = world.project.folder
    for kind in ("macros", "models"):
        shutil.copytree(ASKS / kind, folder / kind, dirs_exist_ok=True)
    profiles = folder / "profiles.yml"
    profiles.write_text(profiles.read_text().replace("port: 6875", "port: %d" % world.standin.port))
    (world.folder / "controller.yaml").write_text("version: 1\npolicy: {production: {introspection: allow}}\n")
    world.dbt("compile")
    cutover(world, "compile", "--project", str(folder), "--out", str(world.folder / "ours"), "--environment", "production",
            "--config", str(world.folder / "controller.yaml"))
    theirs = {p.relative_to(folder / "target" / "compiled"): p.read_text() for p in (folder / "target" / "compiled").rglob("*.sql")}
    for path, text in sorted(theirs.items()):
        ours = (world.folder / "ours" / path).read_text()
        assert ours == text, "%s\n%s" % (path, "\n".join(difflib.unified_diff(text.split("\n"), ours.split("\n"), "dbt", "cutover", lineterm="", n=0)))
    asked = {p.name for p in (ASKS / "models").iterdir()}
    assert len(asked) == 5 and asked <= {p.name for p in theirs}, sorted(theirs)


def main():
    environment = Environment(PINS)
    shop = ROOT / "examples" / "shop"
    shop_seed = "CREATE CLUSTER compute SIZE '25cc';\nCREATE CLUSTER serving SIZE '25cc';\n" + "\n".join(
        line for line in (shop / "demo" / "seed.sql").read_text().split("\n") if not line.startswith("--"))
    stories = [(the_example_runs, shop, shop_seed), (a_larger_project_runs, ORDERS, ORDERS_SEED), (the_deploy_cycle_ends_in_a_swap, ORDERS, ORDERS_SEED),
               (promoting_nothing_is_an_error, ORDERS, ORDERS_SEED), (what_dbt_made_is_adopted, ORDERS, ORDERS_SEED),
               (what_is_asked_compiles_to_the_same_bytes, ROOT / "tests" / "e2e" / "project", (ROOT / "tests" / "e2e" / "seed.sql").read_text())]
    stories = [s for s in stories if not sys.argv[1:] or s[0].__name__ in sys.argv[1:]]
    failed = 0
    for story, source, seed in stories:
        world = World(environment, source, seed)
        try:
            story(world)
            print("ok      %s" % story.__name__, flush=True)
        except Exception:
            failed += 1
            print("FAILED  %s\n%s" % (story.__name__, traceback.format_exc()), flush=True)
        finally:
            world.close()
    environment.close()
    print("%d passed, %d failed" % (len(stories) - failed, failed))
    sys.exit(failed > 0)


main()
