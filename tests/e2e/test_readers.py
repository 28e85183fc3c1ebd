"""What those who read production see while it is cut over and rolled back: no error, and never the old and
the new side within one statement.

Two relations, in two schemas and on two clusters, carry a number of their own each. A statement that joins
them would show a mix of the sides as two different numbers.
"""
import contextlib
import ctypes
import itertools
import os
import pathlib
import signal
import threading
import time

import psycopg2

from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"
NUMBERED = ["models/shop/daily.sql", "models/reports/top_items.sql"]
BOTH = ("SELECT d.number, t.number, count(*) FROM shop.daily d JOIN reports.top_items t ON t.day = d.day "
        "WHERE d.orders > %s GROUP BY d.number, t.number")
DAYS = 2
ENOUGH = 100  # statements of each reader in each state of production


# --- the project ---

def merge_number(world, number):
    for path in NUMBERED:
        if number == 1:
            world.repository.edit(path, "select day,", "select day, 1 as number,")
        else:
            world.repository.edit(path, "%d as number" % (number - 1), "%d as number" % number)
    return world.repository.commit("Number %d" % number)


def go_live(world, soak="4m", drain="5m"):
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: " + soak)
    world.repository.edit("cutover.yaml", "drain: 5m", "drain: " + drain)
    merge_number(world, 1)
    world.apply()
    assert world.marker().startswith("cutover_production_g1_")


def swap_only(world):
    """Cuts over and keeps the old side."""
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))


def blue(world):
    return [s for s in world.schemas() + world.clusters() if "blue" in s]


def pass_until(world, phase):
    """One process for each step, so that nothing happens between two of them."""
    for _ in range(200):
        if world.phases()[-1] == phase:
            return
        world.cutover("run", "--once")
    raise AssertionError("never %s: %s" % (phase, world.phases()))


# --- the readers ---

def plain(cursor):
    while True:
        cursor.execute(BOTH % 0)
        yield cursor.fetchall()


def prepared_in_sql(cursor):
    cursor.execute("PREPARE numbers AS " + BOTH % "$1")
    while True:
        cursor.execute("EXECUTE numbers (0)")
        yield cursor.fetchall()


def with_a_cluster_set(cursor):
    cursor.execute("SET cluster = compute")
    while True:
        cursor.execute(BOTH % 0)
        rows = cursor.fetchall()
        cursor.execute("SHOW cluster")
        assert cursor.fetchone()[0] == "compute"
        yield rows


def with_few_rights(cursor):
    """May read the two relations, and nothing else; both must hold on either side."""
    cursor.execute("SET enable_session_rbac_checks = true")
    cursor.execute("SET cluster = serving")
    while True:
        cursor.execute(BOTH % 0)
        rows = cursor.fetchall()
        try:
            cursor.execute("SELECT count(*) FROM shop.customers")
            raise AssertionError("the role may read what nobody granted to it")
        except psycopg2.errors.InsufficientPrivilege:
            pass
        yield rows


def in_short_transactions(cursor):
    """A transaction that begins after the cutover reads the new side only, however often it reads."""
    while True:
        cursor.execute("BEGIN")
        try:
            cursor.execute(BOTH % 0)
            first = cursor.fetchall()
            cursor.execute(BOTH % 0)
            second = cursor.fetchall()
            cursor.execute("COMMIT")
            assert first == second, "one transaction saw %s and %s" % (first, second)
            yield first
        except psycopg2.errors.InvalidTransactionState:
            cursor.execute("ROLLBACK")


class Libpq:
    """A statement prepared by the protocol (Parse once, then Bind and Execute), which psycopg2 never sends."""

    def __init__(self, port):
        self.lib = ctypes.CDLL("libpq.so.5")
        for name, result, arguments in [
                ("PQconnectdb", "p", "s"), ("PQstatus", "i", "p"), ("PQprepare", "p", "pssip"), ("PQexecPrepared", "p", "psipppi"),
                ("PQresultStatus", "i", "p"), ("PQresultErrorMessage", "s", "p"), ("PQntuples", "i", "p"), ("PQnfields", "i", "p"),
                ("PQgetvalue", "s", "pii"), ("PQclear", None, "p"), ("PQfinish", None, "p")]:
            types = {"p": ctypes.c_void_p, "i": ctypes.c_int, "s": ctypes.c_char_p, None: None}
            function = getattr(self.lib, name)
            function.restype, function.argtypes = types[result], [types[a] for a in arguments]
        self.connection = self.lib.PQconnectdb(b"host=127.0.0.1 port=%d user=materialize dbname=materialize" % port)
        assert self.lib.PQstatus(self.connection) == 0
        self.rows_of(self.lib.PQprepare(self.connection, b"numbers", (BOTH % "$1").encode(), 0, None))

    def rows_of(self, result):
        try:
            if self.lib.PQresultStatus(result) not in (1, 2):  # a command, or rows
                raise AssertionError(self.lib.PQresultErrorMessage(result).decode())
            return [tuple(int(self.lib.PQgetvalue(result, r, c)) for c in range(self.lib.PQnfields(result)))
                    for r in range(self.lib.PQntuples(result))]
        finally:
            self.lib.PQclear(result)

    def answers(self):
        values = (ctypes.c_char_p * 1)(b"0")
        while True:
            yield self.rows_of(self.lib.PQexecPrepared(self.connection, b"numbers", 1, values, None, None, 0))

    def close(self):
        self.lib.PQfinish(self.connection)


class Reader:
    """Asks in a thread of its own until it is told to stop, and keeps every answer."""

    def __init__(self, name, answers, close):
        self.name, self.answers, self.close = name, answers, close
        self.seen = []
        self.error = None
        self.stopping = False
        self.thread = threading.Thread(target=self.ask, daemon=True)
        self.thread.start()

    def ask(self):
        try:
            for rows in self.answers:
                self.seen.append(rows)
                if self.stopping:
                    break
                time.sleep(0.001)
        except Exception as error:
            self.error = error
        self.close()

    def states(self):
        """The different answers, in the order in which they came."""
        return [rows for rows, _ in itertools.groupby(self.seen)]


KINDS = [(plain, "materialize"), (prepared_in_sql, "materialize"), (with_a_cluster_set, "materialize"), (with_few_rights, "analyst"),
         (in_short_transactions, "materialize")]


class Readers:
    def __init__(self, world, kinds=KINDS):
        world.sql("""CREATE ROLE analyst;
            GRANT USAGE ON SCHEMA shop TO analyst;
            GRANT USAGE ON SCHEMA reports TO analyst;
            GRANT USAGE ON CLUSTER serving TO analyst;
            GRANT SELECT ON shop.daily TO analyst;
            GRANT SELECT ON reports.top_items TO analyst""")
        self.world = world
        self.all = []
        for ask, user in kinds:
            connection = world.standin.connect(user)
            self.all.append(Reader(ask.__name__, ask(connection.cursor()), connection.close))
        libpq = Libpq(world.standin.port)
        self.all.append(Reader("prepared_by_protocol", libpq.answers(), libpq.close))

    def read_on(self, enough=ENOUGH):
        """Every reader asks ENOUGH times more."""
        wanted = {r: len(r.seen) + enough for r in self.all}
        self.world.wait_for("%d more answers" % enough,
                            lambda: all(r.error or len(r.seen) >= wanted[r] for r in self.all))
        assert not self.errors(), self.errors()

    def errors(self):
        return {r.name: repr(r.error) for r in self.all if r.error}

    def stop(self):
        for reader in self.all:
            reader.stopping = True
        for reader in self.all:
            reader.thread.join(60)
            assert not reader.thread.is_alive(), reader.name


def saw(number):
    return [(number, number, DAYS)]


# --- the tests ---

def readers_see_one_side_in_each_statement(world):
    go_live(world, soak="1h")
    readers = Readers(world)
    readers.read_on()
    merge_number(world, 2)
    swap_only(world)
    readers.read_on()
    merge_number(world, 3)
    swap_only(world)  # ends the soak of 2, whose old side is dropped under the readers
    readers.read_on()
    controller = world.start("run")
    world.cutover("rollback", "--reason", "a look at the old numbers", "--wait")
    readers.read_on()
    world.stop(controller)
    readers.stop()
    assert not readers.errors(), readers.errors()
    for reader in readers.all:
        assert reader.states() == [saw(1), saw(2), saw(3), saw(2)], (reader.name, reader.states())
        assert len(reader.seen) >= 4 * ENOUGH, (reader.name, len(reader.seen))
    assert world.phases().count("cutting_over") == 3 and world.phases()[-1] == "rolled_back", world.phases()


def a_swap_of_one_schema_alone_would_show(world):
    """The proof that the readers of the other test could see a mix."""
    go_live(world, soak="1h")
    merge_number(world, 2)
    swap_only(world)
    reader = world.standin.connect()
    assert next(plain(reader.cursor())) == saw(2)
    world.sql("ALTER SCHEMA reports SWAP WITH reports_blue_g1")
    assert next(plain(reader.cursor())) == [(2, 1, DAYS)]
    world.sql("ALTER SCHEMA reports SWAP WITH reports_blue_g1")
    reader.close()


def an_open_transaction_is_told_at_its_next_read(world):
    go_live(world, soak="1h")
    with contextlib.ExitStack() as stack:
        early, late, other = (stack.enter_context(contextlib.closing(world.standin.connect())).cursor() for _ in range(3))
        for cursor in (early, late):
            cursor.execute("BEGIN")
            cursor.execute("SELECT number FROM shop.daily")
            assert cursor.fetchall() == [(1,)] * DAYS
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM public.orders")
        merge_number(world, 2)
        swap_only(world)
        refused(early, "SELECT number FROM shop.daily", "25000")
        refused(early, "SELECT number FROM shop.daily", "25P02")
        early.execute("ROLLBACK")
        early.execute("SELECT number FROM shop.daily")
        assert early.fetchall() == [(2,)] * DAYS
        world.repository.edit("cutover.yaml", "soak: 1h", "soak: 0s")
        merge_number(world, 3)
        world.apply()
        assert not blue(world), "an open transaction must not hold the cleanup up"
        refused(late, "SELECT number FROM shop.daily", "25000")
        other.execute("SELECT count(*) FROM public.orders")
        assert other.fetchone()[0] == 4
        other.execute("COMMIT")


def refused(cursor, statement, code):
    try:
        cursor.execute(statement)
    except psycopg2.Error as error:
        assert error.pgcode == code, (statement, error.pgcode, str(error))
        return
    raise AssertionError("%s was not refused" % statement)


def backends(parent):
    """The processes of PostgreSQL that serve sessions of the stand-in, a process of which is PARENT."""
    found = set()
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                serves = b"[local]" in (folder / "cmdline").read_bytes()
                found |= backends(int(folder.name)) | ({int(folder.name)} if serves else set())
    return found


def hold_one_statement(world, act):
    """What a statement sees that was resolved before ACT and is carried out afterwards: PostgreSQL gets it, and sleeps."""
    others = backends(world.standin.process.pid)
    with contextlib.closing(world.standin.connect()) as connection:
        answers = plain(connection.cursor())
        assert next(answers) == saw(1)
        (held,) = backends(world.standin.process.pid) - others
        os.kill(held, signal.SIGSTOP)
        try:
            reader = Reader("held", itertools.islice(answers, 1), lambda: None)
            act()
            assert not reader.seen and not reader.error
        finally:
            os.kill(held, signal.SIGCONT)
        reader.thread.join(60)
        assert next(plain(connection.cursor())) == saw(2)
        return reader.seen, reader.error


def a_statement_in_flight_is_answered_by_the_side_it_began_on(world):
    go_live(world, soak="1h")
    merge_number(world, 2)
    seen, error = hold_one_statement(world, lambda: swap_only(world))
    assert seen == [saw(1)] and not error, (seen, error)


def without_a_soak_it_can_meet_the_drop(world):
    """What `soak: 0s` costs; nothing mixed is seen, and the statement may be sent again."""
    go_live(world, soak="0s", drain="0s")
    merge_number(world, 2)
    seen, error = hold_one_statement(world, world.apply)
    assert not seen and isinstance(error, psycopg2.Error) and not blue(world), (seen, error)


def subscribe(world, stack):
    cursor = stack.enter_context(contextlib.closing(world.standin.connect())).cursor()
    cursor.execute("BEGIN")
    cursor.execute("DECLARE c CURSOR FOR SUBSCRIBE (SELECT day, number, orders FROM shop.daily)")
    assert sorted(fetch(cursor)) == [(1, "2026-11-01", 1, 2), (1, "2026-11-02", 1, 1)]
    return cursor


def fetch(cursor):
    """(diff, day, number, orders) of what has changed; waits for the first change."""
    cursor.execute("FETCH ALL c WITH (timeout = '30s')")
    return [(int(diff), day, number, orders) for _, diff, day, number, orders in cursor.fetchall()]


def order(world, number, day):
    world.sql("INSERT INTO public.orders VALUES (%d, 1, 20, '%s')" % (number, day))


def a_subscription_goes_on_and_cleanup_waits_for_it(world):
    go_live(world, soak="0s", drain="1d")
    with contextlib.ExitStack() as stack:
        cursor = subscribe(world, stack)
        merge_number(world, 2)
        swap_only(world)
        order(world, 10, "2026-11-03")
        assert fetch(cursor) == [(1, "2026-11-03", 1, 1)], "the old side's number"
        pass_until(world, "cleaning")
        for number in range(11, 16):
            world.cutover("run", "--once")
            order(world, number, "2026-11-%d" % number)
            assert fetch(cursor) == [(1, "2026-11-%d" % number, 1, 1)]
        assert "shop_blue_g1" in blue(world) and "compute_blue_g1" in blue(world), blue(world)
        assert world.phases()[-1] == "cleaning"
        assert world.sql("SELECT count(*) FROM shop.daily WHERE number = 2")[0][0] == 8
        cursor.execute("COMMIT")
        pass_until(world, "live")
        assert not blue(world)


def a_subscription_that_never_leaves_is_cut_after_the_drain(world):
    go_live(world, soak="0s", drain="5m")
    with contextlib.ExitStack() as stack:
        cursor = subscribe(world, stack)
        merge_number(world, 2)
        world.apply()
        assert not blue(world)
        refused(cursor, "FETCH ALL c WITH (timeout = '30s')", "42704")
        refused(cursor, "SELECT 1", "25P02")
        cursor.execute("ROLLBACK")
        cursor.execute("SELECT number FROM shop.daily")
        assert cursor.fetchall() == [(2,)] * DAYS
    at = dict(world.sql("SELECT body->>'to', extract(epoch FROM at) FROM cutover.log WHERE kind = 'phase' ORDER BY at, writer, seq"))
    assert at["live"] - at["cleaning"] >= 300, at


def nobody_waits_for_readers_of_other_things(world):
    """A subscription to what is not replaced is no reason to keep the old side, and nothing cuts it."""
    go_live(world, soak="0s", drain="7d")
    with contextlib.closing(world.standin.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("DECLARE c CURSOR FOR SUBSCRIBE (SELECT id FROM public.orders)")
        cursor.execute("FETCH ALL c WITH (timeout = '30s')")
        assert len(cursor.fetchall()) == 4
        merge_number(world, 2)
        world.apply()
        assert not blue(world)
        order(world, 10, "2026-11-03")
        cursor.execute("FETCH ALL c WITH (timeout = '30s')")
        assert [row[1:] for row in cursor.fetchall()] == [(1, 10)]


if __name__ == "__main__":
    run([readers_see_one_side_in_each_statement, a_swap_of_one_schema_alone_would_show, an_open_transaction_is_told_at_its_next_read,
         a_statement_in_flight_is_answered_by_the_side_it_began_on, without_a_soak_it_can_meet_the_drop,
         a_subscription_goes_on_and_cleanup_waits_for_it, a_subscription_that_never_leaves_is_cut_after_the_drain,
         nobody_waits_for_readers_of_other_things], project=PROJECT, seed=SEED)
