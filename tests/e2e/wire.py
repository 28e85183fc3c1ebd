"""A proxy between cutover and the stand-in that knows the protocol: it counts what the client asks, and breaks one
chosen exchange in one chosen way.

An exchange is what ends in the server's ReadyForQuery: a simple query, or an extended one up to its Sync. Everything
listens on loopback. How an exchange may break:

    kill_before, kill_after    the process is killed with -9 before the server gets it, or once it has answered
    lost_before                the connection is lost before the server gets it
    lost_reply                 the server has carried it out, and the client never hears of it
    lost_after                 the connection is lost right after the answer
    conflict, refuse           answered with 40001, or with XX000, without the server
    stall                      five seconds pass first, on the stand-in's clock
"""
import collections
import os
import re
import select
import signal
import socket
import struct
import subprocess
import threading
import time

FAULTS = ["kill_before", "kill_after", "lost_before", "lost_reply", "lost_after", "conflict", "refuse", "stall"]
STALL_SECONDS = 5
ERRORS = {"conflict": ("40001", "injected: the catalog has changed meanwhile"), "refuse": ("XX000", "injected: refused")}
SSL_REQUEST, GSS_REQUEST = 80877103, 80877104

PHASES = ("pending building hydrating checking canary awaiting_approval awaiting_window cutting_over repointing soaking cleaning live "
          "superseded failed aborted rolling_back rolled_back").split()

# Where an exchange stands: in which phase, about what, simple or extended, and the how manieth of these it is.
Spot = collections.namedtuple("Spot", "phase kind message nth")


# --- what an exchange is ---

OBJECT = r"(?:DEFAULT PRIVILEGES|MATERIALIZED VIEW|REPLACEMENT MATERIALIZED VIEW|SCHEMA|CLUSTER|VIEW|TABLE|SOURCE|SINK|INDEX|COLUMN)"


def kind_of(text):
    """What the statement is about, so that two exchanges of one kind in one phase are handled by the same code."""
    text = text.strip()
    if text.startswith("BEGIN;"):
        return "rehearsal" if text.rstrip(";").endswith("ROLLBACK") else "cutover"
    if text.startswith("INSERT INTO") and " AS given (" in text:
        return "rows of a seed"
    if text.startswith("INSERT INTO") and '"log"' in text.split("VALUES")[0].replace("log", '"log"'):
        kinds = sorted(set(re.findall(r"'(intent|objects|phase|result|request|outcome|event|delivery|denied|allowed)'", text)))
        return "record " + ", ".join(kinds)
    if text.upper().startswith(("SELECT", "WITH")):
        return kind_of_select(text)
    words = re.match(r"(CREATE|ALTER|DROP|COMMENT ON|GRANT|REVOKE)\b.*?\b(%s)\b" % OBJECT, text, re.S)
    return " ".join(words.groups()) if words else " ".join(text.split()[:2])


def kind_of_select(text):
    if "dbt_internal_test" in text:
        return "test"
    if text == "SELECT now()":
        return "read the clock"
    if re.search(r"\bLIMIT 0\b", text):
        return "probe"
    if re.search(r'"?log"?\b', text) and "mz_" not in text:
        return "read the record"
    return "read the catalog" if "mz_" in text else "read rows"


# --- messages ---

def receive(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def read_message(connection):
    head = receive(connection, 5)
    return head[:1], head + receive(connection, struct.unpack("!I", head[1:])[0] - 4)


def read_startup(client):
    while True:
        size = receive(client, 4)
        body = receive(client, struct.unpack("!I", size)[0] - 4)
        if struct.unpack("!I", body[:4])[0] not in (SSL_REQUEST, GSS_REQUEST):
            return size + body
        client.sendall(b"N")


def text_of(kind, message):
    body = message[5:]
    if kind == b"Q":
        return body.rstrip(b"\0").decode()
    return body.split(b"\0")[1].decode() if kind == b"P" else ""


def error_message(code, text, status):
    fields = b"".join(k + v.encode() + b"\0" for k, v in [(b"S", "ERROR"), (b"V", "ERROR"), (b"C", code), (b"M", text)]) + b"\0"
    return b"E" + struct.pack("!I", len(fields) + 4) + fields + b"Z" + struct.pack("!I", 5) + status


class Broken(Exception):
    """The connection is to end here."""


class Wire:
    """Listens for cutover. VICTIM: the process to kill."""

    def __init__(self, port, clock_factor):
        self.port_behind, self.clock_factor = port, clock_factor
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.victim = None
        self.begin()
        threading.Thread(target=self.accept, daemon=True).start()

    def begin(self, choose=lambda spot: None):
        """From here on exchanges are counted anew; CHOOSE gives how the one at a spot breaks, or None."""
        self.counts, self.choose, self.fired, self.phase = collections.Counter(), choose, [], "none"
        self.texts = []  # (phase, statement)

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        server = None
        try:
            server = socket.create_connection(("127.0.0.1", self.port_behind))
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.sendall(read_startup(client))
            status = self.relay(server, client)
            while True:
                status = self.exchange(client, server, status)
        except (EOFError, OSError, Broken):
            pass
        finally:
            client.close()
            if server:
                server.close()

    def relay(self, server, client, quietly=False):
        """The server's answer up to ReadyForQuery; gives the transaction's status."""
        while True:
            kind, message = read_message(server)
            if not quietly:
                client.sendall(message)
            if kind == b"Z":
                return message[5:6]

    def request(self, client, server):
        """What the client sends up to Query or Sync, and its text."""
        batch, text = b"", ""
        while True:
            ready = select.select([client, server], [], [])[0]
            if server in ready:  # it hangs up, or says something of its own accord
                client.sendall(read_message(server)[1])
                continue
            kind, message = read_message(client)
            batch += message
            text = text or text_of(kind, message)
            if kind == b"X":
                raise EOFError
            if kind in (b"Q", b"S"):
                return batch, text, "simple" if kind == b"Q" else "extended"

    def exchange(self, client, server, status):
        batch, text, message = self.request(client, server)
        return self.carry_out(client, server, batch, self.note(text, message), status)

    def note(self, text, message):
        """Counts the exchange; gives how it is to break, or None."""
        with self.lock:
            kind = kind_of(text)
            where = (self.phase, kind, message)
            self.counts[where] += 1
            self.texts.append((self.phase, text))
            how = self.choose(Spot(*where, self.counts[where]))
            self.fired += [how] if how else []
            entered = [name for name in re.findall(r'"to": ?"(\w+)"', text) if name in PHASES] if kind.startswith("record") else []
            self.phase = entered[-1] if entered else self.phase
            return how

    def carry_out(self, client, server, batch, how, status):
        if how == "stall":
            time.sleep(STALL_SECONDS / self.clock_factor)
        if how in ERRORS:
            status = b"E" if status in b"TE" else b"I"
            client.sendall(error_message(*ERRORS[how], status))
            return status
        if how in ("kill_before", "lost_before"):
            self.end(how)
        server.sendall(batch)
        status = self.relay(server, client, quietly=how in ("lost_reply", "kill_after"))
        if how in ("lost_reply", "kill_after", "lost_after"):
            self.end(how)
        return status

    def end(self, how):
        if how.startswith("kill"):
            os.kill(self.victim, signal.SIGKILL)
        raise Broken

    def close(self):
        self.listener.close()


def during_the_next_pass(world, happens):
    """When it has looked at everything, and before it does anything."""
    wire, came = Wire(world.standin.port, 1), []
    wire.begin(lambda spot: came.append(happens()) if spot.kind == "COMMIT" and not came else None)
    command = [a.replace(":%d/" % world.standin.port, ":%d/" % wire.port) for a in world.command("run", "--once")]
    subprocess.run(command, env=world.env(), capture_output=True)
    wire.close()
    return came
