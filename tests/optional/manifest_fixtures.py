"""Writes the manifests of PROJECTS anew: what dbt's own says of them, without what Cutover does not read. Run it when one
of these projects changes; tests/unit/test_dbt.c compares both ways to read them."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from pypi import PINS, Environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ("shop", "streams", "packages", "parse_time", "cross_db", "contract", "spellings", "versions", "described")
PROJECTS = [("tests/dbt/%s/project" % case, "dev", "tests/dbt/%s/manifest.json" % case) for case in CASES]
PROJECTS += [("tests/e2e/project", "prod", "tests/e2e/manifest.json"), ("examples/manifest", "prod", "examples/manifest/target/manifest.json")]
NODE = ("database schema name resource_type package_name original_file_path unique_id fqn alias config description columns tags raw_code "
        "compiled_code compiled_path language depends_on patch_path constraints version latest_version").split()
SOURCE = "database schema name source_name identifier package_name original_file_path unique_id resource_type config tags".split()
MACRO = "name package_name original_file_path macro_sql unique_id".split()
DBTS_OWN = ("dbt", "dbt_postgres", "dbt_materialize")


def without_nulls(value):
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    return [without_nulls(v) for v in value] if isinstance(value, list) else value


def of(value, keys):
    return without_nulls({k: value[k] for k in keys if k in value})


def strip(manifest):
    metadata = of(manifest["metadata"], "dbt_schema_version dbt_version adapter_type project_name".split())
    return {"metadata": metadata,
            "nodes": {i: of(n, NODE) for i, n in manifest["nodes"].items()},
            "sources": {i: of(n, SOURCE) for i, n in manifest["sources"].items()},
            "macros": {i: of(m, MACRO) for i, m in manifest["macros"].items() if m["package_name"] not in DBTS_OWN}}


def main():
    environment = Environment(PINS)
    for project, target, written in PROJECTS:
        base = pathlib.Path(tempfile.mkdtemp(prefix="cutover-manifest-"))
        shutil.copytree(ROOT / project, base / "project", ignore=shutil.ignore_patterns("target", "cutover.yaml"))
        subprocess.run([str(environment.folder / "bin" / "dbt"), "compile", "--no-populate-cache", "--target", target], cwd=base / "project",
                       env=dict(os.environ, DBT_PROFILES_DIR="."), check=True, stdout=subprocess.DEVNULL)
        manifest = json.loads((base / "project" / "target" / "manifest.json").read_text())
        (ROOT / written).parent.mkdir(exist_ok=True)
        (ROOT / written).write_text(json.dumps(strip(manifest), indent=1) + "\n")
        shutil.rmtree(base)
    environment.close()


main()
