"""Cutover compiles a project to the very bytes of `dbt compile`: the example, a larger project, and random ones. Also the
names of relations, what depends on what, and that dbt's manifest gives the same desired state as the sources. CUTOVER_RANDOM_DBT says how many, CUTOVER_RANDOM_SEED where to begin."""
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from pypi import PINS, Environment
from random_dbt import RandomProject

ROOT = pathlib.Path(__file__).resolve().parents[2]
CUTOVER = ROOT / os.environ.get("CUTOVER_BUILD", "build") / "cutover"
COUNT = int(os.environ.get("CUTOVER_RANDOM_DBT", 60))
FIRST = int(os.environ.get("CUTOVER_RANDOM_SEED", 1))


def files_below(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "CACHEDIR.TAG"}


def nodes_of_dbt(folder):
    """Relation and inputs of every model and seed that makes a relation; ephemeral models stand for what they read."""
    manifest = json.loads((folder / "target" / "manifest.json").read_text())["nodes"]
    ephemeral = {i for i, n in manifest.items() if n["config"].get("materialized") == "ephemeral"}

    def inputs(node):
        for name in node["depends_on"].get("nodes", []):
            if name in ephemeral:
                yield from inputs(manifest[name])
            elif name in manifest:
                yield name

    return {i: ("%s.%s.%s" % (n["database"], n["schema"], n["alias"]), sorted(set(inputs(n)))) for i, n in manifest.items()
            if n["resource_type"] in ("model", "seed") and i not in ephemeral}


def table_of_dbt(folder):
    """Every node of dbt's manifest, as far as Cutover's node table says the same."""
    manifest = json.loads((folder / "target" / "manifest.json").read_text())["nodes"]
    return {i: {"resource_type": n["resource_type"], "relation_name": n["relation_name"], "fqn": n["fqn"], "tags": n["tags"], "config": n["config"],
                "depends_on": sorted(n["depends_on"].get("nodes", [])), "compiled_code": n.get("compiled_code") if n["resource_type"] != "seed" else None}
            for i, n in manifest.items() if n["resource_type"] in ("model", "seed", "test", "analysis")}


def table_of_cutover(folder):
    out = subprocess.run([str(CUTOVER), "compile", "--project", str(folder), "--target", "prod", "-o", "json"], capture_output=True, text=True, check=True).stdout
    return {n["unique_id"]: {"resource_type": n["resource_type"], "relation_name": n.get("relation_name"), "fqn": n["fqn"], "tags": n["tags"],
                             "config": n["config"], "depends_on": sorted(n["depends_on"]["nodes"]), "compiled_code": n.get("compiled_code")}
            for n in json.loads(out)["table"]}


def nodes_of_cutover(folder):
    out = subprocess.run([str(CUTOVER), "compile", "--project", str(folder), "--target", "prod", "-o", "json"], capture_output=True, text=True, check=True).stdout
    return {n["id"]: ("%s.%s.%s" % (n["database"], n["schema"], n["name"]), sorted(n["depends"])) for n in json.loads(out)["nodes"] if n["id"].split(".")[0] in ("model", "seed")}


class Dbt:
    def __init__(self, environment):
        here = pathlib.Path(__file__).resolve().parent
        self.process = subprocess.Popen([str(environment.python), str(here / "compile_many.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, cwd="/", env=dict(os.environ, DBT_HOST="localhost", DBT_PORT="1"))

    def compile(self, folder):
        self.process.stdin.write("%s\n" % folder)
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["ok"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


def compare(dbt, folder):
    """'same', 'both refuse', or what differs."""
    ours = subprocess.run([str(CUTOVER), "compile", "--project", str(folder), "--target", "prod", "--out", str(folder / "ours")], capture_output=True, text=True)
    compiles = dbt.compile(folder)
    if compiles and ours.returncode:
        return "dbt compiles it, Cutover refuses it:\n" + ours.stderr
    if not compiles and not ours.returncode:
        return "Cutover compiles it, dbt refuses it"
    if ours.returncode:
        return "both refuse"
    wanted, got = files_below(folder / "target" / "compiled"), files_below(folder / "ours")
    for path in sorted(set(wanted) | set(got)):
        if wanted.get(path) != got.get(path):
            return "%s\n  dbt:     %r\n  Cutover: %r" % (path, wanted.get(path), got.get(path))
    wanted, got = nodes_of_dbt(folder), nodes_of_cutover(folder)
    for node in sorted(set(wanted) | set(got)):
        if wanted.get(node) != got.get(node):
            return "%s\n  dbt:     %s\n  Cutover: %s" % (node, wanted.get(node), got.get(node))
    wanted, got = table_of_dbt(folder), table_of_cutover(folder)
    for node in sorted(set(wanted) | set(got)):
        dbts, ours = wanted.get(node) or {}, got.get(node) or {}
        for key in sorted(set(dbts) | set(ours)):
            if dbts.get(key) != ours.get(key):
                return "%s: %s\n  dbt:     %s\n  Cutover: %s" % (node, key, json.dumps(dbts.get(key), sort_keys=True), json.dumps(ours.get(key), sort_keys=True))
    return compare_manifest(folder)


def compare_manifest(folder):
    """dbt's manifest as the front end: the very same nodes, digests and SQL. Configs are printed as they were given."""
    config, ask = folder / "cutover.yaml", [str(CUTOVER), "compile", "--project", str(folder), "--target", "prod", "-o", "json"]
    native = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    config.write_text("version: 1\nproject: {manifest: target/manifest.json}\nenvironments: {production: {branch: main}}\n")
    manifest = subprocess.run(ask, capture_output=True, text=True)
    if manifest.returncode:
        return "the manifest is refused:\n" + manifest.stderr
    wanted, got = without_configs(native), without_configs(manifest.stdout)
    return "same" if got == wanted else "the manifest gives another desired state:\n%s\n%s" % (wanted, got)


def without_configs(text):
    """The order of depends_on is not compared: dbt's parser keeps sources as a set, whose order is another in every run."""
    answer = json.loads(text)
    for node in answer["table"]:
        del node["config"]
        node["depends_on"]["nodes"].sort()
    return answer


def projects(base):
    shutil.copytree(ROOT / "examples" / "shop", base / "shop")
    yield "the example", base / "shop"
    for seed in range(FIRST, FIRST + COUNT):
        folder = base / str(seed)
        RandomProject(seed).write(folder)
        yield "project %d" % seed, folder


def main():
    environment = Environment(PINS)
    base = pathlib.Path(tempfile.mkdtemp(prefix="cutover-compile-"))
    dbt = Dbt(environment)
    seen = collections.Counter()
    for name, folder in projects(base):
        verdict = compare(dbt, folder)
        known = verdict in ("same", "both refuse")
        seen[verdict if known else "differ"] += 1
        if not known:
            print("FAILED  %s: %s" % (name, verdict), flush=True)
        shutil.rmtree(folder)
    dbt.close()
    environment.close()
    shutil.rmtree(base, ignore_errors=True)
    print("%d projects compile to the same bytes, %d are refused by both" % (seen["same"], seen["both refuse"]))
    print("%d passed, %d failed" % (seen["same"] + seen["both refuse"], seen["differ"]))
    sys.exit(seen["differ"] > 0 or not seen["same"])


main()
