"""Clients that nobody here wrote: psycopg 2 and 3, and Go's pgx."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from pypi import Environment  # noqa: E402
from harness import Standin  # noqa: E402

SEED = """CREATE SCHEMA shop;
CREATE TABLE shop.items (id int NOT NULL, name text, cents bigint);
INSERT INTO shop.items VALUES (1, 'tea', 450), (2, 'cup', 1250), (3, NULL, 0)"""

PSYCOPG3 = '''
import datetime, decimal, sys
import psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as conn:
    assert conn.info.server_version == 90500
    assert conn.execute("SELECT name, cents FROM shop.items WHERE id = %s", (2,)).fetchone() == ("cup", 1250)
    for _ in range(8):  # from the fifth time on it is a prepared statement
        assert conn.execute("SELECT count(*) FROM shop.items WHERE cents > %s", (1,), prepare=True).fetchone() == (2,)
    at = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
    row = conn.execute("SELECT %s::numeric, %s::timestamptz, %s::jsonb, %s::bool, %s::text[]", (decimal.Decimal("1.5"), at, '{"a": 1}', True, ["x", "y"])).fetchone()
    assert row == (decimal.Decimal("1.5"), at, {"a": 1}, True, ["x", "y"]), row
    with conn.cursor(binary=True) as cursor:
        assert cursor.execute("SELECT id, cents FROM shop.items WHERE id = 1").fetchone() == (1, 450)
    try:
        conn.execute("SELECT nope FROM shop.items")
        raise SystemExit("no error")
    except psycopg.Error as error:
        assert error.sqlstate, error
    with conn.transaction(force_rollback=True):
        conn.execute("INSERT INTO shop.items VALUES (9, 'lost', 1)")
    assert conn.execute("SELECT count(*) FROM shop.items").fetchone() == (3,)
    with conn.transaction(), conn.cursor(name="some") as cursor:
        cursor.execute("SELECT id FROM shop.items ORDER BY id")
        assert cursor.fetchmany(2) == [(1,), (2,)] and cursor.fetchall() == [(3,)]
    with conn.cursor().copy("COPY (SELECT id, name FROM shop.items WHERE id < 3) TO STDOUT") as copy:
        assert b"".join(bytes(part) for part in copy) == b"1\\ttea\\n2\\tcup\\n"
print("fine")
'''


def psycopg2_reads_writes_and_cancels(standin):
    connection = standin.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM shop.items WHERE cents >= %s ORDER BY id", (450,))
        assert cursor.fetchall() == [(1, "tea"), (2, "cup")]
        cursor.execute("PREPARE p AS SELECT name FROM shop.items WHERE id = $1")
        cursor.execute("EXECUTE p (1)")
        assert cursor.fetchone() == ("tea",)
    connection.autocommit = False
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO shop.items VALUES (9, 'lost', 1)")
    connection.rollback()
    with connection.cursor("named") as cursor:
        cursor.itersize = 2
        cursor.execute("SELECT id FROM shop.items ORDER BY id")
        assert [row[0] for row in cursor] == [1, 2, 3]
    connection.rollback()
    with connection.cursor() as cursor:
        cursor.execute("DECLARE c CURSOR FOR SUBSCRIBE (SELECT * FROM shop.items)")
        cursor.execute("FETCH ALL c")  # what is there; the next one has to wait
        threading.Timer(0.5, connection.cancel).start()
        try:
            cursor.execute("FETCH 100 c WITH (timeout = '20s')")
            raise AssertionError("it was not cancelled")
        except psycopg2.Error as error:
            assert error.pgcode == "57014", error
    connection.rollback()
    connection.close()


def psycopg3_reads_writes_and_copies(standin):
    environment = Environment(["psycopg[binary]==3.2.3"])
    try:
        done = subprocess.run([str(environment.python), "-c", PSYCOPG3, standin.url() + "?options=--welcome_message%3Doff"], capture_output=True, text=True, timeout=60)
        assert done.stdout.strip() == "fine", done.stdout + done.stderr
    finally:
        environment.close()


def pgx_does_what_a_go_service_does(standin):
    if not shutil.which("go"):
        print("SKIPPED pgx: there is no go")
        return
    with tempfile.TemporaryDirectory(prefix="cutover-pgx-") as folder:
        shutil.copytree(ROOT / "tests" / "optional" / "pgx", folder, dirs_exist_ok=True)
        env = dict(os.environ, GOFLAGS="-mod=mod")
        built = subprocess.run(["go", "build", "-o", "pgx", "."], cwd=folder, env=env, capture_output=True, text=True, timeout=400)
        if built.returncode:
            print("SKIPPED pgx: it cannot be built: %s" % built.stderr.strip().split("\n")[-1])
            return
        done = subprocess.run([folder + "/pgx", standin.url()], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "FAILED" not in done.stdout and done.stdout.count("ok  ") == 8, done.stdout + done.stderr


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cutover-clients-"))
    os.chmod(folder, 0o755)
    standin = Standin(folder / "data")
    standin.sql(SEED)
    stories = [psycopg2_reads_writes_and_cancels, psycopg3_reads_writes_and_copies, pgx_does_what_a_go_service_does]
    failed = 0
    for story in stories:
        try:
            story(standin)
            print("ok      %s" % story.__name__, flush=True)
        except Exception:
            failed += 1
            print("FAILED  %s\n%s" % (story.__name__, traceback.format_exc()), flush=True)
    standin.stop()
    shutil.rmtree(folder, ignore_errors=True)
    print("%d passed, %d failed" % (len(stories) - failed, failed))
    sys.exit(failed > 0)


main()
