"""./dev bench: how the time of compiling grows, as ratios within one run."""
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROJECT = ROOT / "tests" / "e2e" / "project"
RUNS = 5


def write_project(folder, count):
    for name in ("dbt_project.yml", "profiles.yml"):
        (folder / name).write_text((PROJECT / name).read_text())
    (folder / "macros").mkdir()
    (folder / "macros" / "names.sql").write_text((PROJECT / "macros" / "names.sql").read_text())
    models = folder / "models" / "shop"
    models.mkdir(parents=True)
    (folder / "models" / "schema.yml").write_text("version: 2\nsources: [{name: raw, schema: public, tables: [{name: orders}]}]\n")
    for n in range(count):
        source = "{{ source('raw', 'orders') }}" if n % 10 == 0 else "{{ ref('m%d') }}" % (n - 1)
        (models / ("m%d.sql" % n)).write_text("{{ config(materialized='view') }}\nselect id, {{ cents('amount') }} as amount from %s\n" % source)


def best(command):
    times = []
    for _ in range(RUNS):
        began = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.monotonic() - began)
    return min(times)


def main():
    results = {}
    for count in (1000, 10000):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            write_project(folder, count)
            compile_time = best([str(ROOT / "build" / "cutover"), "compile", "--project", name, "--target", "prod", "--out", name + "/out"])
            read_time = best(["sh", "-c", "cat '%s'/models/shop/*.sql | wc -c" % name])
            results[count] = compile_time
            print("%6d models: compile %.3f s, %.1f times the time of reading the files with cat" % (count, compile_time, compile_time / read_time))
    print("ten times the models take %.1f times the time" % (results[10000] / results[1000]))
    print("peak memory of the largest child: %d MiB" % (resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024))


if __name__ == "__main__":
    sys.exit(main())
