"""./dev bench: how fast a project is compiled and planned, against a warm `dbt compile` of the same project beside it, how the time
grows with the project, and how much memory it takes. Planning is against a catalog in memory in which all is live and every tenth
node has changed (bench_plan.c): what a server takes to answer is not Cutover's."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROJECT = ROOT / "tests" / "e2e" / "project"
sys.path.insert(0, str(ROOT / "tests" / "optional"))

from pypi import PINS, Environment  # noqa: E402

RUNS = 5
SMALL, LARGE, PLAIN = 1000, 10000, 40000
FASTER, GROWTH, MEMORY_MIB = 400, 11, 150
FOLDER_OF_MODELS = 1000
SCHEMA = """version: 2
sources: [{name: raw, schema: public, tables: [{name: orders}]}]
models:
"""
TESTED = "- {name: m%d, columns: [{name: id, tests: [not_null, unique]}]}\n"


def write_frame(folder):
    for name in ("dbt_project.yml", "profiles.yml"):
        (folder / name).write_text((PROJECT / name).read_text())
    (folder / "macros").mkdir()
    (folder / "macros" / "names.sql").write_text((PROJECT / "macros" / "names.sql").read_text())


def write_models(folder, count, text):
    for n in range(count):
        models = folder / "models" / "shop" / ("f%d" % (n // FOLDER_OF_MODELS))
        models.mkdir(parents=True, exist_ok=True)
        (models / ("m%d.sql" % n)).write_text(text(n))


def rich(n):
    """A model as projects have them: a macro, and a source or the model before it."""
    source = "{{ source('raw', 'orders') }}" if n % 10 == 0 else "{{ ref('m%d') }}" % (n - 1)
    return "{{ config(materialized='view') }}\nselect id, {{ cents('amount') }} as amount from %s\n" % source


def plain(n):
    return "select %d as id\n" % n


def write_rich(folder, count):
    """COUNT models with macros, refs and sources; every tenth has two tests."""
    write_frame(folder)
    write_models(folder, count, rich)
    (folder / "models" / "schema.yml").write_text(SCHEMA + "".join(TESTED % n for n in range(0, count, 10)))


def write_plain(folder, count):
    write_frame(folder)
    write_models(folder, count, plain)


def run(command, **more):
    """Seconds and MiB at the peak of one run of COMMAND, which must succeed."""
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, **more)
    _, status, usage = os.wait4(child.pid, 0)
    took = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit("exit %d: %s" % (child.returncode, " ".join(map(str, command))))
    return took, usage.ru_maxrss / 1024


def best(command):
    runs = [run(command) for _ in range(RUNS)]
    return min(took for took, _ in runs), max(memory for _, memory in runs)


def cutover(folder):
    """What is written lies beside the project: inside, it would be read as a part of it by the next run."""
    with tempfile.TemporaryDirectory() as out:
        return best([str(ROOT / "build" / "cutover"), "compile", "--project", str(folder), "--target", "prod", "--out", out])


def plan(folder):
    """Seconds to plan what has been read, and MiB at the peak of reading and planning."""
    command = [str(ROOT / "build" / "bench_plan"), str(folder)]
    seconds = min(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[1]) for _ in range(RUNS))
    return seconds, run(command)[1]


def dbt(environment, folder):
    """Seconds of a warm `dbt compile`: the second, which finds what the first has parsed."""
    command = [str(environment.folder / "bin" / "dbt"), "--quiet", "compile", "--project-dir", str(folder), "--profiles-dir", str(folder),
               "--no-populate-cache", "--no-introspect", "--target", "prod"]
    env = dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="0", DBT_PARTIAL_PARSE="true")
    run(command, env=env)
    return run(command, env=env)[0]


def environment_of_dbt():
    """dbt's environment, or None when PyPI does not give it (which has been said by then)."""
    try:
        return Environment(PINS)
    except SystemExit:
        return None


def verdict(met):
    return "goal met" if met else "GOAL MISSED"


def measure(count, write, environment=None):
    """Seconds to compile and plan COUNT models, and MiB at the peak of either."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write(folder, count)
        compiling, memory = cutover(folder)
        planning, planning_memory = plan(folder)
        seconds, memory = compiling + planning, max(memory, planning_memory)
        print("%6d models (%s): compile %.3f s, plan %.3f s, %.0f MiB" % (count, write.__name__.removeprefix("write_"), compiling, planning, memory))
        if environment:
            theirs = dbt(environment, folder)
            print("       warm dbt compile %.1f s: %.0f times as long as both (at least %d: %s)"
                  % (theirs, theirs / seconds, FASTER, verdict(theirs >= FASTER * seconds)))
        return seconds, memory


def main():
    environment = environment_of_dbt()
    try:
        small, _ = measure(SMALL, write_rich, environment)
        large, memory = measure(LARGE, write_rich)
        print("ten times the models take %.1f times the time (at most %d: %s)" % (large / small, GROWTH, verdict(large <= GROWTH * small)))
        print("peak memory at %d models: %.0f MiB (below %d: %s)" % (LARGE, memory, MEMORY_MIB, verdict(memory < MEMORY_MIB)))
        measure(PLAIN, write_plain)
    finally:
        if environment:
            environment.close()


if __name__ == "__main__":
    sys.exit(main())
