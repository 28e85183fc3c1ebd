#!/usr/bin/env python3
"""psql, as a person uses it: its backslash commands, and the completion of names under the tab key."""
import os
import pty
import re
import select
import subprocess
import time

from one_server import run, stories

SEED = """CREATE SCHEMA shop;
CREATE TABLE shop.orders (id int NOT NULL, at timestamptz);
CREATE VIEW recent AS SELECT id FROM shop.orders;
CREATE MATERIALIZED VIEW totals AS SELECT id, count(*) AS n FROM shop.orders GROUP BY id;
CREATE DEFAULT INDEX ON recent;
COMMENT ON VIEW recent IS 'of late';
CREATE ROLE analyst"""


class Psql:
    def __init__(self, standin):
        self.arguments = ["psql", "-X", "-h", "127.0.0.1", "-p", str(standin.port), "-U", "materialize", "materialize"]
        self.env = dict(os.environ, PAGER="cat", TERM="dumb", PGOPTIONS="--welcome_message=off")

    def __call__(self, command):
        done = subprocess.run([*self.arguments, "-c", command], capture_output=True, text=True, env=self.env, timeout=30)
        return done.stdout + done.stderr

    def type(self, *keys):
        """What the terminal shows when a person types KEYS, each after what the one before has brought."""
        child, terminal = pty.fork()
        if child == 0:
            os.execvpe(self.arguments[0], self.arguments, self.env)
        shown = self.read(terminal, "=> ")
        for key in keys:
            os.write(terminal, key.encode())
            shown += self.read(terminal, None)
        os.write(terminal, b"\x15\\q\n")
        shown += self.read(terminal, None)
        os.waitpid(child, 0)
        os.close(terminal)
        return shown.replace("\a", "")

    def read(self, terminal, until):
        """Up to UNTIL, or else until nothing comes for a moment."""
        shown = ""
        end = time.monotonic() + 20
        while time.monotonic() < end and not (until and until in shown):
            if not select.select([terminal], [], [], 20 if until else 1.5)[0]:
                break
            try:
                shown += os.read(terminal, 65536).decode(errors="replace")
            except OSError:
                break
        return shown


def relations_are_listed_by_kind(psql):
    assert re.search(r"public +\| recent +\| view +\| materialize", psql("\\d"))
    assert re.search(r"public +\| totals +\| materialized view +\| materialize", psql("\\dm"))
    assert "totals" not in psql("\\dv") and "recent" in psql("\\dv")
    assert re.search(r"shop +\| orders +\| table +\| materialize", psql("\\dt *.*"))
    assert re.search(r"public +\| recent_primary_idx +\| index +\| materialize +\| recent", psql("\\di"))


def a_relation_is_described(psql):
    shown = psql("\\d shop.orders")
    assert 'Table "shop.orders"' in shown and re.search(r"id +\| integer +\| +\| not null", shown), shown
    assert re.search(r"at +\| timestamp with time zone", shown)
    shown = psql("\\d+ totals")
    assert 'Materialized view "public.totals"' in shown and re.search(r"n +\| bigint", shown) and "View definition:" in shown, shown
    assert "of late" in psql("\\dv+ recent")
    assert "SELECT id FROM materialize.shop.orders" in psql("\\sv recent")
    assert 'Did not find any relation named "nothing"' in psql("\\d nothing")


def schemas_databases_and_roles_are_listed(psql):
    assert re.search(r"shop +\| materialize", psql("\\dn"))
    assert re.search(r"materialize +\| mz_system +\| UTF8", psql("\\l"))
    assert "analyst" in psql("\\du") and "Superuser" in psql("\\du")
    assert 'database "materialize" as user "materialize"' in psql("\\conninfo")


def none_of_the_lists_fails(psql):
    for command in ("\\dn+", "\\dp", "\\dT", "\\dg", "\\db", "\\ds", "\\df now", "\\dx", "\\dO", "\\dy", "\\dD", "\\d s*.*"):
        shown = psql(command)
        assert "ERROR" not in shown, command + "\n" + shown


def names_are_completed(psql):
    assert "mz_tables" in psql.type("SELECT * FROM mz_tab\t")
    shown = psql.type("DROP MATERIALIZED VIEW \t\t")
    assert "totals" in shown and "ERROR" not in shown, shown
    shown = psql.type("\\d rec\t\t")
    assert "\\d recent" in shown, repr(shown)
    shown = psql.type("SELECT * FROM shop.\t\t")
    assert "shop.orders" in shown, shown


def variables_and_errors_are_those_of_psql(psql):
    assert psql("SHOW server_version").split("\n")[2].strip() == "9.5.0"
    shown = psql("SELECT nope FROM recent")
    assert 'column "nope" does not exist' in shown, shown


run(stories(globals(), "psql"), lambda standin: (Psql(standin),), seed=SEED)
