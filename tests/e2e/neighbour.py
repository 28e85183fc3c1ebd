"""Another environment on the same server, of another repository, whose controller bears our role, and whose names may be
those that our green needs. What it has was made by hand and taken over, so that no comment tells whose it is."""
import contextlib
import pathlib
import re
import tempfile

from harness import Repository
from lab import cutover_yaml

ANY = (0, 1, 2, 3)
NAME = "neighbour"
MODEL = "{{ config(materialized='materialized_view', schema='%s', cluster='%s') }}\nselect %d as x\n"
HAS = ("SELECT s.id, s.name, '' FROM mz_schemas s WHERE s.name IN ({0}) UNION ALL SELECT c.id, c.name, '' FROM mz_clusters c WHERE c.name IN ({1}) "
       "UNION ALL SELECT o.id, s.name, o.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id WHERE s.name IN ({0}) ORDER BY 1")


class Neighbour:
    def __init__(self, lab, by_hand):
        self.lab, self.by_hand = lab, by_hand
        self.repository = None
        self.schema = self.cluster = None
        self.number = 0
        self.has = []  # with ids

    @contextlib.contextmanager
    def at_home(self):
        ours = self.lab.repository, self.lab.environment
        self.lab.repository, self.lab.environment = self.repository, NAME
        yield
        self.lab.repository, self.lab.environment = ours

    def commit(self):
        self.number += 1
        yaml = cutover_yaml([self.cluster]).replace("production:", NAME + ":")
        with self.at_home():
            self.lab.replace_project({"cutover.yaml": yaml, "models/near.sql": MODEL % (self.schema, self.cluster, self.number)}, "Number %d" % self.number)

    def move_in(self, schema, cluster):
        """Unless one of these names is taken."""
        if not self.by_hand("CREATE SCHEMA " + schema):
            return
        if not self.by_hand("CREATE CLUSTER %s (SIZE '25cc')" % cluster):
            assert self.by_hand("DROP SCHEMA " + schema)
            return
        self.schema, self.cluster = schema, cluster
        assert self.by_hand("CREATE MATERIALIZED VIEW %s.near IN CLUSTER %s AS (\nselect %d as x\n)" % (schema, cluster, self.number + 1))
        if not self.repository:
            with tempfile.TemporaryDirectory(prefix="cutover-neighbour-") as empty:
                self.repository = Repository(pathlib.Path(tempfile.mkdtemp(dir=self.lab.folder)), empty)
        self.commit()
        with self.at_home():
            self.lab.cutover("adopt", "--yes")
        self.look()

    def merge(self, *command):
        """A change of his own, which comes as far as COMMAND brings it."""
        self.commit()
        with self.at_home():
            self.lab.cutover(*command, expect=ANY)
        self.look()

    def move(self, schema, cluster):
        """To other names; then the old ones are free."""
        self.schema, self.cluster = schema, cluster
        self.commit()
        self.settle()

    def settle(self):
        with self.at_home():
            self.lab.cutover("apply", "--yes", expect=ANY)
            self.lab.wait_for("the neighbour's is live", lambda: self.is_live() or self.go_on())
        self.look()

    def go_on(self):
        """Perhaps somebody has damaged the record, which is his, too."""
        if "see cutover repair" in self.lab.cutover("status", expect=ANY):
            self.lab.cutover("repair", "--yes", expect=ANY)
        if any(d["code"] == "CO4103" for d in self.lab.plan(expect=ANY)["diagnostics"]):
            self.lab.cutover("adopt", "--yes", expect=ANY)
        self.lab.cutover("run", "--once", expect=ANY)

    def is_live(self):
        status = self.lab.status()
        return self.lab.plan(expect=ANY)["outcome"] == "nothing" and status["state"] == "live" and not status["drift"]

    def move_out(self):
        if self.has:
            self.settle()
            with self.at_home():
                marker = self.lab.marker()
            for statement in ["DROP SCHEMA %s CASCADE" % self.schema, "DROP CLUSTER %s CASCADE" % self.cluster] + ["DROP SCHEMA " + marker] * bool(marker):
                assert self.by_hand(statement), statement
        self.has = []

    def look(self):
        self.has = self.see()

    def see(self):
        """With his own green."""
        return self.lab.ask(HAS.format(*["'%s', '%s_green'" % (name, name) for name in (self.schema, self.cluster)]))

    def ids(self):
        return {row[0] for row in self.has}

    def stands_in_the_way(self, plan):
        refused = [d["message"] for d in plan["diagnostics"] if d["severity"] == "refused"]
        return self.has and any(re.search(r"\b(%s|%s)\b" % (self.schema, self.cluster), message) for message in refused)

    def check(self):
        now = self.see() if self.has else []
        assert now == self.has, "the neighbour's is gone, or has other names: %s, now %s" % (self.has, now)
