"""What the end-to-end tests share: a stand-in, a Git repository, a receiver for messages, and cutover.

Each test is a function that takes a World and reads like a story: given this project and this catalog, when
this merge arrives, then this happens. Standard library and psycopg2 only; everything listens on loopback
and is stopped by pid.
"""
import concurrent.futures
import contextlib
import json
import multiprocessing
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import http.server

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("CUTOVER_BUILD", "build")
CLOCK_FACTOR = 60

RAM = "/dev/shm"
if os.access(RAM, os.W_OK) and shutil.disk_usage(RAM).free > 2 << 30:
    tempfile.tempdir = RAM  # every world copies a data folder, and that takes a fifth of the time there


class Receiver:
    """Stands where Slack would be: keeps every message, and can be told to fail."""

    def __init__(self):
        self.messages = []
        self.fail_next = 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if receiver.fail_next > 0:
                    receiver.fail_next -= 1
                    self.send_response(503)
                    self.end_headers()
                    return
                receiver.messages.append(json.loads(body))
                with contextlib.suppress(BrokenPipeError):  # a client that was killed does not listen
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(b"ok")

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/hook" % self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def texts(self):
        return [json.dumps(m, ensure_ascii=False) for m in self.messages]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Standin:
    """build/standin on a free port, with a data folder of its own."""

    def __init__(self, folder, seed=None):
        self.folder = folder
        self.seed = seed
        self.process = None
        self.port = None
        self.start()

    def start(self):
        command = [str(BUILD / "standin"), "--listen", "127.0.0.1:%d" % (self.port or 0), "--data", str(self.folder)]
        if self.seed:
            command += ["--seed", str(self.seed)]
        self.log = open(str(self.folder) + ".log", "ab")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log)
        for line in self.process.stdout:
            text = line.decode()
            if "ready" in text:
                self.port = int(re.search(r":(\d+)", text).group(1))
                break
        else:
            raise RuntimeError("the stand-in did not start: see %s.log" % self.folder)
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def url(self, user="materialize", database="materialize"):
        return "postgres://%s@127.0.0.1:%d/%s" % (user, self.port, database)

    def connect(self, user="materialize", database="materialize"):
        connection = psycopg2.connect(host="127.0.0.1", port=self.port, user=user, dbname=database,
                                      options="--welcome_message=off")
        connection.autocommit = True
        return connection

    def sql(self, text, user="materialize"):
        """Runs each statement by itself and gives the rows of the last one."""
        with contextlib.closing(self.connect(user)) as connection, connection.cursor() as cursor:
            rows = []
            for statement in [s for s in re.split(r";\s*\n", text.strip() + "\n") if s.strip().rstrip(";")]:
                cursor.execute(statement.strip().rstrip(";"))
                rows = cursor.fetchall() if cursor.description else []
            return rows

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        self.log.close()


class Repository:
    """A bare repository, and a clone in which a person works."""

    def __init__(self, folder, project):
        self.bare = folder / "shop.git"
        self.work = folder / "work"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.bare)], check=True)
        shutil.copytree(project, self.work)
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", str(self.bare))
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@example.com")
        self.commit("First version")

    def git(self, *args):
        return subprocess.run(["git", "-C", str(self.work), *args], check=True, capture_output=True, text=True).stdout

    def commit(self, message, branch="main"):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        self.git("push", "-q", "origin", "HEAD:" + branch)
        return self.git("rev-parse", "HEAD").strip()

    def write(self, path, text):
        target = self.work / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def edit(self, path, old, new):
        text = (self.work / path).read_text()
        assert old in text, "%r is not in %s" % (old, path)
        self.write(path, text.replace(old, new))

    def remove(self, path):
        (self.work / path).unlink()


class Template:
    """A stand-in's data folder that was seeded once; every world begins with a copy of it."""

    def __init__(self, seed):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cutover-e2e-template-"))
        os.chmod(self.folder, 0o755)
        self.data = self.folder / "standin"
        Standin(self.data, seed).stop()

    def copy(self, target):
        subprocess.run(["cp", "-a", str(self.data), str(target)], check=True)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class World:
    def __init__(self, project, seed, environment="production", template=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cutover-e2e-"))
        os.chmod(self.folder, 0o755)
        if template:
            template.copy(self.folder / "standin")
        self.environment = environment
        self.receiver = Receiver()
        self.standin = Standin(self.folder / "standin", seed)
        self.repository = Repository(self.folder, project)
        self.sql = self.standin.sql
        self.processes = []
        self.set_clock(CLOCK_FACTOR)

    def set_clock(self, factor):
        self.sql("SELECT standin_control.set_clock_factor(%s)" % factor)

    def env(self):
        env = dict(os.environ)
        env.update(CUTOVER_SLACK_URL=self.receiver.url, CUTOVER_POLL_MS="50", XDG_CACHE_HOME=str(self.folder / "cache"),
                   NO_COLOR="1", HOME=str(self.folder))
        for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"):
            env.pop(name, None)
        return env

    def command(self, *args):
        return [str(BUILD / "cutover"), *args, "--repo", "file://" + str(self.repository.bare), "--materialize",
                self.standin.url(), "--environment", self.environment]

    def cutover(self, *args, expect=0, timeout=180):
        """Runs a command to its end and gives its standard output; EXPECT: the exit code(s) that are right."""
        done = subprocess.run(self.command(*args), capture_output=True, text=True, env=self.env(), timeout=timeout)
        allowed = expect if isinstance(expect, tuple) else (expect,)
        assert done.returncode in allowed, "cutover %s: exit %d, expected %s\n%s\n%s" % (
            " ".join(args), done.returncode, allowed, done.stdout, done.stderr)
        self.stderr = done.stderr
        return done.stdout

    def start(self, *args):
        log = open(self.folder / "run.log", "ab")
        process = subprocess.Popen(self.command(*args), stdout=log, stderr=log, env=self.env())
        self.processes.append(process)
        return process

    def stop(self, process, how=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(how)
            process.wait(60)

    def apply(self, expect=0):
        return self.cutover("apply", "--yes", expect=expect)

    def plan(self, expect=(0, 2, 3)):
        return json.loads(self.cutover("plan", "--output", "json", expect=expect))

    def status(self):
        return json.loads(self.cutover("status", "--output", "json", expect=(0, 1, 2, 3)))["environments"][0]

    def wait_for(self, what, condition, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.1)
        raise AssertionError("never happened: " + what + "\n" + self.tail())

    def tail(self):
        log = self.folder / "run.log"
        return log.read_text()[-3000:] if log.exists() else ""

    def schemas(self):
        rows = self.sql("SELECT s.name FROM mz_schemas s JOIN mz_databases d ON d.id = s.database_id "
                        "WHERE d.name = 'materialize' ORDER BY 1")
        return [r[0] for r in rows]

    def clusters(self):
        return [r[0] for r in self.sql("SELECT name FROM mz_clusters WHERE id LIKE 'u%' ORDER BY 1")]

    def marker(self):
        names = [s for s in self.schemas() if s.startswith("cutover_" + self.environment + "_g")]
        assert len(names) <= 1, names
        return names[0] if names else None

    def phases(self):
        """The phases that were entered, in order; none before there is a record."""
        made = self.sql("SELECT count(*) FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id WHERE s.name = 'cutover' AND o.name = 'log'")
        if not made[0][0]:
            return []
        rows = self.sql("SELECT body FROM cutover.log WHERE kind = 'phase' ORDER BY at, writer, seq")
        return [(r[0] if isinstance(r[0], dict) else json.loads(r[0]))["to"] for r in rows]

    def objects(self):
        """(schema, name, type, cluster) of everything that a person can see, by name."""
        return self.sql("SELECT s.name, o.name, o.type, c.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id "
                        "LEFT JOIN mz_clusters c ON c.id = o.cluster_id WHERE o.id LIKE 'u%' ORDER BY 1, 2, 3")

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.standin.stop()
        self.receiver.close()
        shutil.rmtree(self.folder, ignore_errors=True)


SHOP = ROOT / "examples" / "shop"
SEED = SHOP / "demo" / "seed.sql"


JOBS = int(os.environ.get("CUTOVER_JOBS", max(2, os.cpu_count() or 1)))


@contextlib.contextmanager
def several_at_once(jobs=JOBS):
    """A pool of processes with worlds of their own, since a world mostly waits. When it is stopped, what has not begun does not."""
    with concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def tell_story(test, project, seed, template):
    """Runs one test in a world of its own; gives whether it passed, and what there is to say of it."""
    began = time.monotonic()
    world = None
    try:
        world = World(project, seed, template=template)
        test(world)
        return True, "ok      %s (%.1f s)" % (test.__name__, time.monotonic() - began)
    except Exception:
        return False, "FAILED  %s\n%s%s" % (test.__name__, traceback.format_exc(), world.tail() if world else "")
    finally:
        if world:
            world.close()


def run(tests, project=SHOP, seed=SEED):
    """Runs the tests, several at a time; `N passed, N failed` is the last line."""
    wanted = [t for t in tests if not sys.argv[1:] or t.__name__ in sys.argv[1:]]
    template = Template(seed)
    passed = 0
    with several_at_once() as pool:
        stories = [pool.submit(tell_story, test, project, seed, template) for test in wanted]
        for story in concurrent.futures.as_completed(stories):
            ok, text = story.result()
            passed += ok
            print(text, flush=True)
    template.close()
    print("%d passed, %d failed" % (passed, len(wanted) - passed))
    sys.exit(0 if passed == len(wanted) and wanted else 1)
