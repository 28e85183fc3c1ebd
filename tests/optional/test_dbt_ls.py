"""`cutover ls` holds what `dbt ls` holds: a table of selections over a project of 20 models, its seeds, sources and tests."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from pypi import PINS, Environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
CUTOVER = ROOT / os.environ.get("CUTOVER_BUILD", "build") / "cutover"
SELECTORS = """selectors:
  - name: reports
    definition: {tag: reporting}
  - name: reports_and_inputs
    definition: {method: tag, value: reporting, parents: true, parents_depth: 1, exclude: [{method: source, value: app}]}
  - name: nightly
    definition:
      union:
        - "path:models/shop"
        - intersection: [{tag: reporting}, "config.materialized:materialized_view"]
        - exclude: ["slice_1+", {method: tag, value: never}]
  - name: again
    definition: {method: selector, value: nightly}
  - name: again_with_more
    definition: {method: selector, value: reports, children: true, parents: true, exclude: [clean]}
  - name: exclude_in_a_list
    definition: {union: [clean, {method: tag, value: reporting, exclude: [slice_1]}]}
  - name: "{{ 'with' ~ '_jinja' }}"
    definition: "{{ env_var('CUTOVER_NO_SUCH_NAME', 'clean') }}+"
"""
RELATIVES = ["children: true", "children: 'false'", "children: ''", "children: 0", "parents: true", "parents: true, parents_depth: 0",
             "parents: true, parents_depth: '0'", "parents: true, parents_depth: '1'", "parents: true, parents_depth: 1.5", "parents: true, parents_depth: -1",
             "children: true, children_depth: 1", "parents_depth: 2", "children: true, parents: true, exclude: [slice_1]", "childrens_parents: true"]
SELECTORS += "".join("  - {name: relatives_%d, definition: {method: fqn, value: clean, %s}}\n" % pair for pair in enumerate(RELATIVES))
SELECT = [
    "*", "clean", "orders.shop.clean", "shop.clean", "shop", "shop.*", "slice_*", "slice_?", "slice_[1-3]", "slice_[!1-3]", "nothing_like_this",
    "clean+", "+clean", "+clean+", "1+revenue", "2+revenue", "clean+1", "@clean", "@slice_1", "+revenue,clean+", "clean spend", "clean,spend",
    "tag:reporting", "tag:report*", "tag:reporting+", "+tag:reporting", "path:models/shop", "path:models/shop/clean.sql", "path:models/*/clean.sql",
    "path:models/**", "models/reports", "models/reports/", "clean.sql", "file:clean.sql", "file:clean", "file:sl*", "source:*", "source:app", "source:app+",
    "source:app.*", "package:orders", "package:this", "package:dbt", "config.materialized:view", "config.materialized:materialized_view",
    "config.materialized:seed", "config.materialized:source", "config.enabled:true", "config.enabled:True", "config.cluster:compute", "config.docs.show:true",
    "config.contract.enforced:false", "config.schema:shop", "config.severity:warn", "config.severity:error", "resource_type:model", "resource_type:seed", "resource_type:test", "resource_type:source",
    "test_type:generic", "test_type:singular", "test_type:data", "test_name:unique", "test_name:not_*", "test_name:positive",
    "statuses", "statuses+", "countries.csv", "seeds/statuses.csv", "access:protected", "access:public", "all_slices,resource_type:model",
    "tag:landed", "tag:pii", "tag:pi?+1", "tag:of_project", "config.tags:pii", "config.meta.owner:sales", "config.meta.level:1", "config.meta.team:core",
    "config.event_time:at", "tag:landed,config.meta.owner:sales",
    "slice_1 slice_2,resource_type:test", "+all_slices,slice_*", "fqn:orders.shop", "fqn:*", "fqn:orders.*", "version:none", "version:latest", "version:old",
    "version:prerelease", "counted", "counted_v1", "counted.v2+", "orders.counted.v3", "+counted_last", "file:counted_last",
    "exposure:*", "+exposure:board", "1+exposure:orders.feed", "exposure:b*", "exposure:gone", "resource_type:exposure", "board", "source:app.customers+", "@exposure:feed",
    "file:exposed", "tag:nightly", "config.enabled:true,resource_type:exposure",
]
EXCLUDE = ["resource_type:test", "shop", "+revenue", "tag:reporting", "source:*", "path:models/raw", "slice_*", "test_type:singular", "clean+"]
VERSIONS = """models:
  - name: counted
    latest_version: 2
    columns: [{name: n, tests: [not_null]}]
    versions: [{v: 1}, {v: 2}, {v: 3, defined_in: counted_last}]
"""
EXPOSURES = """exposures:
  - {name: board, type: dashboard, owner: {name: me}, tags: [reporting], depends_on: [ref('revenue'), "source('app', 'customers')"]}
  - {name: feed, type: application, owner: {email: me}, config: {tags: [nightly], meta: {a: 1}}, depends_on: ["ref('clean')"]}
  - {name: gone, type: ml, owner: {email: me}, config: {enabled: false}, depends_on: [ref('revenue')]}
"""
ANALYSIS = "{{ config(tags=['looked_at']) }} select * from {{ ref('clean') }}"
INDIRECT = ["eager", "cautious", "buildable", "empty"]


def cases():
    for one in SELECT:
        yield ["--select", one]
    yield ["-s", "clean", "spend"]
    yield ["--select", "clean", "--select", "spend", "--exclude", "resource_type:test", "slice_1"]
    for one in ["tag:looked_at", "glance", "orders.analysis", "clean+", "path:analyses", "resource_type:analysis", "config.materialized:view", "config.docs.show:true"]:
        yield ["--select", one, "--resource-type", "all"]
    for one in EXCLUDE:
        yield ["--exclude", one]
        yield ["--select", "+revenue spend+", "--exclude", one]
    for word in INDIRECT:
        for one in ["clean", "all_slices", "slice_1 slice_2", "+revenue", "statuses", "@slice_1", "by_status,clean+"]:
            yield ["--select", one, "--indirect-selection", word]
        yield ["--exclude", "slice_1", "--indirect-selection", word]
    for name in ["reports", "reports_and_inputs", "nightly", "again", "again_with_more", "exclude_in_a_list", "with_jinja", *("relatives_%d" % i for i in range(len(RELATIVES)))]:
        yield ["--selector", name]
    for one in ["model", "seed", "source", "test", "exposure", "analysis", "default", "all"]:
        yield ["--resource-type", one]
        yield ["--select", "+revenue", "--exclude-resource-type", one]
        yield ["--select", "@clean", "--resource-type", one, "--resource-type", "seed"]
        yield ["--select", "clean+", "--exclude", "revenue", "--resource-type", one, "--exclude-resource-type", "test"]


class Dbt:
    def __init__(self, environment):
        here = pathlib.Path(__file__).resolve().parent
        self.process = subprocess.Popen([str(environment.python), str(here / "ls_many.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, cwd="/", env=dict(os.environ, DBT_HOST="localhost", DBT_PORT="1"))

    def ls(self, folder, flags):
        """Names, or None: dbt refuses."""
        words = [w for i, flag in enumerate(flags) for w in (flag.split(" ") if i and flags[i - 1] in ("--select", "--exclude") else [flag])]
        self.process.stdin.write(json.dumps([str(folder), words]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return [n for n in answer["names"] if not n.startswith("unit_test:")] if answer["ok"] else None  # which Cutover leaves to dbt

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


def of_cutover(folder, flags):
    done = subprocess.run([str(CUTOVER), "ls", "--project", str(folder), "--target", "prod", *flags], capture_output=True, text=True)
    return sorted(done.stdout.split("\n")[:-1]) if done.returncode == 0 else None


def main():
    environment = Environment(PINS)
    with tempfile.TemporaryDirectory() as below:
        folder = pathlib.Path(below) / "orders"
        shutil.copytree(ROOT / "tests" / "optional" / "orders", folder)
        (folder / "selectors.yml").write_text(SELECTORS)
        for name in ("revenue", "top_customers"):
            model = folder / "models" / "reports" / (name + ".sql")
            model.write_text("{{ config(tags=['reporting', 'daily']) }}\n" + model.read_text())
        sources = folder / "models" / "raw" / "schema.yml"
        text = sources.read_text().replace("    schema: public\n", "    schema: public\n    tags: [landed]\n    config: {meta: {owner: sales, level: 1}}\n", 1)
        text = text.replace("      - name: customers\n", "      - name: customers\n        tags: [pii]\n        config: {event_time: at, tags: [more], meta: {owner: crm}}\n", 1)
        sources.write_text(text)
        (folder / "models" / "counted.yml").write_text(VERSIONS)
        (folder / "analyses").mkdir()
        (folder / "analyses" / "glance.sql").write_text(ANALYSIS)
        (folder / "models" / "reports" / "exposed.yml").write_text(EXPOSURES)
        for name, reads in (("counted_v1", "clean"), ("counted_v2", "clean"), ("counted_last", "counted', v='1")):
            (folder / "models" / (name + ".sql")).write_text("select count(*) as n from {{ ref('%s') }}" % reads)
        settings = folder / "dbt_project.yml"
        settings.write_text(settings.read_text() + "\nsources: {orders: {+tags: of_project, app: {+meta: {team: core}}}}\n")
        dbt = Dbt(environment)
        passed = failed = 0
        for flags in cases():
            wanted, got = dbt.ls(folder, flags), of_cutover(folder, flags)
            if wanted == got:
                passed += 1
                continue
            failed += 1
            print("FAILED  %s\n  dbt alone:     %s\n  cutover alone: %s" % (" ".join(flags), sorted(set(wanted or ["(refused)"]) - set(got or [])), sorted(set(got or ["(refused)"]) - set(wanted or []))))
        dbt.close()
    environment.close()
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
