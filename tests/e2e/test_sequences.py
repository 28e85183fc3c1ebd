"""Random sequences of what people do to an environment: merges that overtake each other, broken commits, ways back, holds,
aborts, approvals, force pushes, strangers' objects among ours, hands that edit what we made. Whoever is told by Cutover
what to do does it, and nothing else; then what is live equals a fresh deployment of the same commit, and what strangers
have made is as it was.

`test_sequences.py COUNT FIRST` plays COUNT sequences, from seed FIRST on. A seed always draws the same sequence, but where
a deployment stands when something happens to it depends on the machine.
"""
import concurrent.futures
import multiprocessing
import random
import re
import sys
import traceback

import harness
from drawn import Project
from lab import CLUSTERS, DEFINITIONS, OBJECTS, SCHEMAS, Lab, template
from test_merges import BROKEN

FEW = 2
EVENTS = 4
ANY = (0, 1, 2, 3)
PHASES = ["building", "hydrating", "checking", "cutting_over", "repointing", "soaking", "cleaning"]
THEIRS = ("SELECT o.id, s.name, o.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id JOIN mz_roles r ON r.id = o.owner_id "
          "WHERE r.name = 'looker' ORDER BY 1")
STANDS_IN_THE_WAY = {"CO4103", "CO4121", "CO4122", "CO4123"}


class Sequence:
    def __init__(self, lab, fresh, seed):
        self.lab, self.fresh = lab, fresh
        self.chance = random.Random(seed)
        self.project = Project(seed, 4, 8)
        self.past = []     # (commit, project, settings)
        self.theirs = []   # what the stranger has made
        self.said = []     # what has happened, for people who look for the reason of a failure

    # --- what people do ---

    def say(self, text):
        self.said.append(text)

    def commit(self, **settings):
        settings.setdefault("soak", self.chance.choice(["0s", "5m"]))
        settings.setdefault("keep_failed", self.chance.choice(["0s", "2h"]))
        files = {**self.project.files(**settings), "number.txt": str(len(self.past))}
        commit = self.lab.replace_project(files, "Commit %d" % len(self.past))
        self.past.append((commit, self.project.copy()))
        self.say("commit %s, %s" % (commit[:7], settings))

    def change(self, **settings):
        """A commit that changes something, or takes changes back."""
        self.project.broken = {}
        if len(self.past) > 1 and self.chance.random() < 0.2:
            nodes = self.chance.choice(self.past)[1].copy().nodes
            self.project.nodes = nodes
            self.say("revert")
        for _ in range(self.chance.randint(1, 3)):
            self.say(self.project.change())
        self.commit(**settings)

    def advance(self):
        """The deployment comes to some phase, or some passes further."""
        if self.chance.random() < 0.7:
            phase = self.chance.choice(PHASES)
            self.say("until " + phase)
            self.lab.cutover("apply", "--yes", "--until", phase, expect=ANY)
        else:
            self.passes(self.chance.randint(1, 9))

    def passes(self, count):
        self.say("%d passes" % count)
        for _ in range(count):
            self.lab.cutover("run", "--once")

    def request(self, *words):
        self.say(" ".join(words))
        self.lab.cutover(*words, "--reason", "somebody says so", expect=ANY)

    def by_hand(self, statement, user="materialize"):
        """Gives whether the server took it."""
        try:
            self.lab.sql(statement, user=user)
        except Exception as refusal:
            self.say("%s: refused: %s" % (statement, str(refusal).split("\n")[0]))
            return False
        self.say("%s: %s" % (user, statement))
        return True

    # --- events ---

    def merge(self):
        self.change()

    def overtake(self):
        for _ in range(self.chance.randint(1, 3)):
            self.change()
            self.advance()
        self.change()

    def fail(self):
        self.change()
        self.project.broken = {"models/broken.sql": self.chance.choice(BROKEN)}
        self.commit()
        self.lab.cutover("apply", "--yes", expect=ANY)
        self.change()

    def go_back(self):
        """And perhaps again, while it is under way; and perhaps a commit comes in between."""
        self.change(soak="1h")
        self.advance()
        for _ in range(self.chance.randint(1, 3)):
            self.request("rollback")
            self.passes(self.chance.randint(0, 4))
            if self.chance.random() < 0.3:
                self.change(soak="1h")
        self.change()

    def abort(self):
        self.change()
        self.advance()
        self.request("abort")
        self.passes(self.chance.randint(0, 3))
        if self.chance.random() < 0.5:
            self.change()

    def hold(self):
        self.change()
        if self.chance.random() < 0.5:
            self.advance()
        self.request("hold")
        self.change()

    def approve(self):
        self.change(gates=["promotion: manual"])
        if self.chance.random() < 0.5:
            self.advance()
            self.change(gates=self.chance.choice([[], ["promotion: manual"]]))

    def force(self):
        """Another history takes the place of what is live, or of what is under way."""
        self.change()
        self.advance()
        commit, project = self.chance.choice(self.past)
        self.say("back to " + commit[:7])
        self.lab.repository.git("reset", "-q", "--hard", commit)
        self.project.nodes = project.copy().nodes
        self.lab.repository.git("push", "-q", "--force", "origin", "HEAD:main")
        self.change()

    def meet_a_stranger(self):
        self.change()
        if self.chance.random() < 0.5:
            self.advance()
        live = [o for o in self.ours() if o["type"] != "index"]
        if live:
            near, name = self.chance.choice(live), self.project.fresh_name("x")
            place = self.chance.choice([near["schema"], "strange"])
            self.by_hand("CREATE %s %s.%s AS SELECT %s" % (
                self.chance.choice(["VIEW", "MATERIALIZED VIEW"]), place, name,
                self.chance.choice(["1 AS one", "id FROM %s.%s" % (near["schema"], near["name"])])), "looker")
        self.theirs = self.lab.ask(THEIRS)
        self.change()

    def edit_by_hand(self):
        self.change(gates=["drift: heal"])
        self.settle()
        for thing in self.chance.sample(self.ours(), 2):
            kind, name = thing["type"].replace("-", " ").upper(), "%s.%s" % (thing["schema"], thing["name"])
            self.by_hand(self.chance.choice(["DROP %s %s", "ALTER %s %s RENAME TO " + self.project.fresh_name("hand")]) % (kind, name))
        self.passes(self.chance.randint(0, 9))
        if self.chance.random() < 0.5:
            self.change(gates=["drift: heal"])

    def ours(self):
        """What is live, of the project's."""
        return [o for o in self.lab.catalog() if o["schema"] in self.project.schemas and o["owner"] != "looker"]

    # --- what comes of it ---

    def settle(self):
        """Whoever is told what to do does it, until nothing is left to do."""
        for _ in range(12):
            self.lab.cutover("apply", "--yes", expect=ANY)
            plan, status = self.lab.plan(expect=ANY), self.lab.status()
            text = self.lab.cutover("status", expect=ANY)
            assert self.lab.ask(THEIRS) == self.theirs, "a stranger's object is gone, or has another name"
            if plan["outcome"] == "nothing" and status["state"] == "live":
                return
            self.answer(plan, status, text)
        raise AssertionError("it never ends\n" + text + self.lab.cutover("plan", expect=ANY))

    def answer(self, plan, status, text):
        """What Cutover waits for, a person gives it."""
        phase = status.get("deployment", {}).get("phase")
        missing = [p["permit"] for p in plan["permits"] if not p.get("given_by")]
        refused = {d["code"] for d in plan["diagnostics"] if d["severity"] == "refused"}
        self.say("told: %s %s %s %s" % (status["state"], phase, refused or "", missing or ""))
        if status["state"] == "held":
            assert "cutover resume" in text, text
            self.request("resume")
        elif missing:
            self.request("approve", "--yes", *[word for permit in missing for word in ("--permit", permit)])
        elif phase == "awaiting_approval":
            assert "cutover approve" in text, text
            self.request("approve", "--yes")
        elif refused:
            assert refused <= STANDS_IN_THE_WAY, text
            self.take_away()
        else:
            self.request("resume")

    def take_away(self):
        """The stranger drops what is his."""
        for o in reversed([o for o in self.lab.catalog() if o["owner"] == "looker"]):
            assert self.by_hand("DROP %s %s.%s" % (o["type"].replace("-", " "), o["schema"], o["name"])), self.said[-1]
        self.theirs = self.lab.ask(THEIRS)

    def check(self):
        self.take_away()
        self.settle()
        self.lab.wait_for("nothing left over", lambda: not self.lab.leftovers() or self.lab.cutover("run", "--once"))
        self.lab.cutover("drift", expect=0)
        self.lab.cutover("status", expect=0)
        self.fresh.empty()
        self.fresh.replace_project(self.project.files(), "The same")
        self.fresh.apply()
        assert live(self.lab) == live(self.fresh), (live(self.lab), live(self.fresh))

    def play(self):
        self.lab.ask("CREATE SCHEMA strange")
        self.commit()
        self.settle()
        for _ in range(EVENTS):
            event = self.chance.choice([self.merge, self.overtake, self.fail, self.go_back, self.abort, self.hold, self.approve,
                                        self.force, self.meet_a_stranger, self.edit_by_hand])
            self.say("-- " + event.__name__)
            event()
            self.settle()
        self.check()


def live(lab):
    """What is in production, without the record, the marker and what strangers might have."""
    text = {name: [row for row in lab.described(query) if not re.search(r'"(cutover\w*|strange)"', str(row).replace("'", '"'))]
            for name, query in [("objects", OBJECTS), ("schemas", SCHEMAS), ("clusters", CLUSTERS), ("definitions", DEFINITIONS)]}
    return {**text, "rows": lab.rows()}


def play_many(seeds, begin_with):
    """Plays them on one pair of stand-ins; gives what failed."""
    failures, labs = [], []
    for seed in seeds:
        if not labs:
            labs = [Lab(begin_with), Lab(begin_with)]
            labs[0].ask("CREATE ROLE looker SUPERUSER")
        sequence = Sequence(*labs, seed)
        try:
            sequence.play()
            labs[0].empty()
        except Exception:
            failures.append("FAILED  sequence %d (test_sequences.py 1 %d)\n  %s\n%s" % (seed, seed, "\n  ".join(sequence.said), traceback.format_exc()))
            while labs:
                labs.pop().close()
    while labs:
        labs.pop().close()
    return failures


def main(arguments):
    count = int(arguments[0]) if arguments else FEW
    first = int(arguments[1]) if len(arguments) > 1 else 1
    begin_with = template()
    jobs = min(harness.JOBS, count)
    with concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
        parts = [pool.submit(play_many, range(first + i, first + count, jobs), begin_with) for i in range(jobs)]
        failures = [text for part in parts for text in part.result()]
    begin_with.close()
    print("\n".join(failures))
    print("%d passed, %d failed" % (count - len(failures), len(failures)))
    return 1 if failures or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
