#!/usr/bin/env python3
"""The stand-in against what a real Materialize answered (tests/conformance), and against being killed."""
import os, re, shutil, signal, socket, struct, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("CUTOVER_BUILD", "build"))
CONFORMANCE = os.path.join(ROOT, "tests", "conformance")

# Transcripts that replay word for word, and those that do with --loose: errors by SQLSTATE, no notices.
STRICT = ["01-names", "03-transactions", "04-swap", "05-race", "07-hydration", "09-session", "10-catalog-columns",
          "11-replacement", "12-definitions", "13-cutover", "14-audit"]
LOOSE = ["02-objects", "06-privileges", "08-sources"]


class Standin:
    def __init__(self, data):
        self.data = data
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "standin"), "--listen", "127.0.0.1:0", "--data", self.data],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.port = None
        for line in self.process.stdout:
            found = re.search(r"ready on \S+:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                return
        raise SystemExit("the stand-in did not start")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(60)

    def replay(self, *arguments):
        return subprocess.run(
            [sys.executable, os.path.join(CONFORMANCE, "replay.py"), "--port", str(self.port), *arguments],
            capture_output=True, text=True)

    def run(self, blocks):
        """The answers to SQL blocks, as replay.py writes them."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.sql")
            with open(path, "w") as f:
                f.write("".join(b + "\n;;\n" for b in blocks))
            self.replay("--record", path)
            with open(path[:-4] + ".out") as f:
                return f.read()


passed = failed = 0


def check(name, ok, detail=""):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAILED %s\n%s" % (name, detail))


def transcripts(server):
    server.run(["SELECT standin_control.set_clock_factor(20)"])
    for names, extra in ((STRICT, []), (LOOSE, ["--loose"])):
        for name in names:
            result = server.replay(*extra, os.path.join(CONFORMANCE, name + ".sql"))
            check("transcript " + name, result.returncode == 0, result.stdout + result.stderr)


def keeps_data(server):
    server.run(["CREATE SCHEMA kept", "CREATE TABLE kept.t (x int)", "INSERT INTO kept.t VALUES (7)",
                "CREATE MATERIALIZED VIEW kept.mv IN CLUSTER quickstart AS SELECT x FROM kept.t"])
    ids = server.run(["SELECT id FROM mz_objects WHERE name = 'mv' AND id LIKE 'u%'"])
    server.stop(signal.SIGKILL)
    server.start()
    out = server.run(["SELECT x FROM kept.mv"])
    check("data outlives a kill", "row 7" in out, out)
    out = server.run(["SELECT id FROM mz_objects WHERE name = 'mv' AND id LIKE 'u%'"])
    check("ids outlive a kill", out == ids, out)
    check("SIGTERM ends it well", server.stop() == 0)
    server.start()
    out = server.run(["SELECT x FROM kept.mv"])
    check("data outlives a stop", "row 7" in out, out)


def uptime(server):
    """The server's start is one moment, however fast the clock runs: a client must not take it for a restart."""
    began = "SELECT date_trunc('minute', now() - mz_uptime())"
    server.run(["SELECT standin_control.set_clock_factor(1000)"])
    first = server.run([began])
    time.sleep(0.1)
    check("the start stays where it was", server.run([began]) == first, first)
    time.sleep(0.1)
    server.stop()
    server.start()
    check("a restart is another start", server.run([began]) != first, first)


def faults(server):
    """A COMMIT whose reply is lost has its effect; a refused statement has none."""
    server.run(["CREATE SCHEMA f1", "INSERT INTO standin_control.faults (pattern, action) VALUES ('%f1 RENAME TO f2%', 'close_after')"])
    server.replay("--record", write(server, ["ALTER SCHEMA f1 RENAME TO f2"]))
    out = server.run(["SELECT name FROM mz_schemas WHERE name LIKE 'f_'"])
    check("a lost reply", "row f2" in out, out)
    server.run(["INSERT INTO standin_control.faults (pattern, action, sqlstate, message) VALUES ('%f2 RENAME TO f3%', 'refuse', '40001', 'as asked')"])
    out = server.run(["ALTER SCHEMA f2 RENAME TO f3", "SELECT name FROM mz_schemas WHERE name LIKE 'f_'"])
    check("a refused statement", "error 40001 as asked" in out and "row f2" in out, out)


def message(kind, body):
    return kind + struct.pack("!I", len(body) + 4) + body


def startup(user):
    return message(b"", struct.pack("!I", 196608) + b"user\0" + user.encode() + b"\0\0")


def answer(client, wanted):
    """What the server sends until WANTED is in it, or until it closes."""
    seen = b""
    while not re.search(wanted, seen, re.S):
        more = client.recv(65536)
        if not more:
            break
        seen += more
    return seen


def newcomers(server):
    """Several first sessions of one role at once."""
    ready = b"Z\0\0\0\5I"
    for role in range(5):
        clients = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(8)]
        for client in clients:
            client.sendall(startup("newcomer%d" % role))
        answers = [answer(client, ready) for client in clients]
        check("newcomers are let in", all(ready in a for a in answers), repr(answers))
        for client in clients:
            client.close()


def broken_off(server):
    """Statements and messages that end too early are errors to their client, and nothing to the others."""
    ends = ["SHOW CREATE", "SUBSCRIBE", "SUBSCRIBE TO", "FETCH", "GRANT SELECT ON", "CREATE CLUSTER x (SIZE ="]
    out = server.run(ends)
    check("statements that break off", out.count("\nerror ") == len(ends), out)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        bind = b"\0\0\0\0\0\1" + struct.pack("!I", 0x7ffffff0) + b"x\0\0"
        client.sendall(startup("materialize") + message(b"P", b"\0SELECT $1\0\0\0")
                       + message(b"B", bind) + message(b"S", b""))
        seen = answer(client, b"08P01")
    check("a value longer than its message", b"08P01" in seen, repr(seen[-200:]))
    out = server.run(["SELECT 1 AS alive"])
    check("the others do not notice", "row 1" in out, out)


def thinking(server):
    """A transaction that has read holds no lock while its client thinks, and keeps its time and its settings."""
    out = server.run(["CREATE SCHEMA r", "CREATE TABLE r.t (x int)", "CREATE TABLE r.u (x int)", "INSERT INTO r.t VALUES (1)",
                      "BEGIN", "SELECT t.x FROM r.t LEFT JOIN r.u ON u.x = t.x", "SET search_path = r", "SELECT x, current_schema() FROM t",
                      "--@ conn two\nINSERT INTO r.t VALUES (2)", "--@ conn two\nDROP TABLE r.u",
                      "SELECT x + 10, current_schema() FROM t", "COMMIT", "SELECT count(*) + 40 FROM t"])
    check("a reader is in nobody's way", "error" not in out and len(re.findall(r"row 1[12]\b", out)) == 1, out)
    check("settings outlive the transaction", len(re.findall(r"row 1?1\W+r\b", out)) == 2 and "row 42" in out, out)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        sync, ready = message(b"S", b""), b"Z\0\0\0\5T"
        client.sendall(startup("materialize") + message(b"Q", b"BEGIN\0"))
        answer(client, ready)
        client.sendall(message(b"P", b"s\0SELECT x + 20 FROM r.t WHERE x = $1\0\0\0") + message(b"D", b"Ss\0") + sync)
        seen = answer(client, ready)
        for portal in (b"p\0", b"q\0"):
            bind = portal + b"s\0" + struct.pack("!HHI", 0, 1, 1) + b"1" + struct.pack("!H", 0)
            client.sendall(message(b"B", bind) + message(b"D", b"P" + portal) + sync)
            seen += answer(client, ready)
            client.sendall(message(b"E", portal + b"\0\0\0\0") + sync)
            seen += answer(client, ready)
    check("prepared before, run after a rest", seen.count(b"21C") == 2, repr(seen))


def write(server, blocks):
    path = os.path.join(server.data, "lost.sql")
    with open(path, "w") as f:
        f.write("".join(b + "\n;;\n" for b in blocks))
    return path


def main():
    folder = tempfile.mkdtemp(prefix="standin-")
    server = Standin(os.path.join(folder, "data"))
    try:
        transcripts(server)
        faults(server)
        newcomers(server)
        broken_off(server)
        thinking(server)
        keeps_data(server)
        uptime(server)
    finally:
        if server.process.poll() is None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(failed > 0)


main()
