"""Random sequences of what people do to an environment: merges that overtake each other, broken commits, ways back, holds,
aborts, approvals, canaries, windows, force pushes, strangers' objects among ours, hands that edit what we made, and the
marker and the record; with controllers that are killed, or are two. Whoever is told by Cutover what to do does it, and
nothing else; then what is live equals a fresh deployment of the same commit, and what strangers have made is as it was.

`test_sequences.py COUNT FIRST` plays COUNT sequences, from seed FIRST on. A seed always draws the same sequence, but where
a deployment stands when something happens to it depends on the machine.
"""
import json
import random
import re
import signal
import sys
import time
import traceback

import harness
from evolving import Evolving
from lab import CLUSTERS, COMMENTS, DEFINITIONS, OBJECTS, SCHEMAS, Lab, template
from scenarios import BROKER
from test_merges import BROKEN

FEW = 2
EVENTS = 4
ANY = (0, 1, 2, 3)
PHASES = ["building", "hydrating", "checking", "cutting_over", "repointing", "soaking", "cleaning"]
THEIRS = ("SELECT o.id, s.name, o.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id JOIN mz_roles r ON r.id = o.owner_id "
          "WHERE r.name = 'looker' ORDER BY 1")
STANDS_IN_THE_WAY = {"CO4103", "CO4121", "CO4122", "CO4123"}
NO_SUCH_ROLE = {"CO4116"}
ROLES = ["reader", "writer", "guest"]
NEWCOMER = "newcomer"
WINDOWS = ['windows: {timezone: UTC, allow: ["cron 0 */4 * * * for 1h"]}',
           'windows: {timezone: UTC, missed: abort, allow: ["cron 0 */2 * * * for 1h"]}']


class Sequence:
    def __init__(self, lab, fresh, seed):
        self.lab, self.fresh = lab, fresh
        self.chance = random.Random(seed)
        self.project = Evolving(seed, 4, 8)
        self.past = []     # (commit, project, settings)
        self.theirs = []   # what the stranger has made
        self.is_repaired = False
        self.marker = None  # that somebody has damaged
        self.said = []     # what has happened, for people who look for the reason of a failure

    # --- what people do ---

    def say(self, text):
        self.said.append(text)

    def commit(self, **settings):
        settings.setdefault("soak", self.chance.choice(["0s", "5m"]))
        settings.setdefault("keep_failed", self.chance.choice(["0s", "2h"]))
        settings["gates"] = settings.get("gates", []) + self.chance.choice([[], ["replace: cheaper"]])
        files = {**self.project.files(**settings), "number.txt": str(len(self.past))}
        commit = self.lab.replace_project(files, "Commit %d" % len(self.past))
        self.past.append((commit, self.project.copy()))
        self.say("commit %s, %s" % (commit[:7], settings))

    def change(self, **settings):
        """A commit that changes something, or takes changes back."""
        self.project.broken = {}
        if len(self.past) > 1 and self.chance.random() < 0.2:
            self.project.go_back_to(self.chance.choice(self.past)[1])
            self.say("revert")
        for _ in range(self.chance.randint(1, 3)):
            self.say(self.project.change())
        self.commit(**settings)

    def advance(self):
        """The deployment comes to some phase, or some passes further, or as far as those come who are killed."""
        way = self.chance.choice([self.until, self.until, self.until, self.some_passes, self.crash])
        way()

    def until(self, *phases):
        phase = self.chance.choice(phases or PHASES)
        self.say("until " + phase)
        self.lab.cutover("apply", "--yes", "--until", phase, expect=ANY)

    def some_passes(self):
        self.passes(self.chance.randint(1, 9))

    def crash(self):
        """One or two controllers, which are killed sooner or later."""
        count, seconds = self.chance.randint(1, 2), self.chance.uniform(0.05, 2)
        self.say("%d controllers for %.2f s" % (count, seconds))
        controllers = [self.lab.start("run") for _ in range(count)]
        time.sleep(seconds)
        for controller in controllers:
            self.lab.stop(controller, signal.SIGKILL)

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
        """Before anything begins, in the build, or in the soak; and perhaps somebody asks for more meanwhile."""
        self.change(soak="1h")
        self.chance.choice([list, self.advance, lambda: self.until("building", "hydrating"), lambda: self.until("soaking")])()
        self.request("hold")
        self.passes(self.chance.randint(0, 5))
        if self.chance.random() < 0.4:
            self.request(self.chance.choice(["promote", "rollback", "abort"]))
            self.passes(self.chance.randint(0, 5))
        if self.chance.random() < 0.7:
            self.change()

    def approve(self):
        self.change(gates=["promotion: manual"])
        if self.chance.random() < 0.5:
            self.advance()
            self.change(gates=self.chance.choice([[], ["promotion: manual"]]))

    def approve_what_is_no_more(self):
        """An approval is of one plan: what another commit would do waits for its own."""
        self.change(gates=["promotion: manual"])
        self.lab.cutover("apply", "--yes", expect=ANY)
        self.request("approve", "--yes")
        marker = self.lab.marker()
        self.change(gates=["promotion: manual"])
        self.lab.cutover("apply", "--yes", expect=ANY)
        assert self.lab.marker() == marker, "it went live, and nobody approved of it"

    def let_guests_in(self):
        self.change(gates=["canary: {for: 1h, grant: [guest]}"])
        self.advance()
        if self.chance.random() < 0.5:
            self.request(self.chance.choice(["promote", "abort", "hold"]))
            self.passes(self.chance.randint(0, 3))
        if self.chance.random() < 0.5:
            self.change()

    def wait_for_a_window(self):
        self.change(gates=[self.chance.choice(WINDOWS)])
        self.advance()
        self.passes(self.chance.randint(0, 9))
        if self.chance.random() < 0.5:
            self.change(gates=[self.chance.choice(WINDOWS)])

    def grant_to_a_newcomer(self):
        """Whom nobody has made yet, or somebody has dropped again."""
        for node in self.chance.sample(sorted(self.project.nodes), 2 if len(self.project.nodes) > 1 else 1):
            self.project.nodes[node].grants = [NEWCOMER]
        self.change()
        self.settle()
        for node in self.project.nodes.values():
            node.grants = [g for g in node.grants if g != NEWCOMER]
        self.change()
        self.advance()
        self.by_hand("DROP ROLE " + NEWCOMER)

    def damage_the_marker(self):
        self.change()
        self.advance()
        marker = self.marker = self.lab.marker()
        if marker:
            self.by_hand(self.chance.choice(["ALTER SCHEMA %s RENAME TO what_was_this_for", "DROP SCHEMA %s", "COMMENT ON SCHEMA %s IS 'what is this for?'",
                                             "ALTER SCHEMA %s RENAME TO cutover_production_g99_deadbeef"]) % marker)
        self.passes(self.chance.randint(0, 3))
        self.settle()
        self.by_hand("DROP SCHEMA what_was_this_for")

    def damage_the_record(self):
        self.settle()
        self.by_hand(self.chance.choice(["DELETE FROM cutover.log WHERE deployment = (SELECT deployment FROM cutover.log WHERE kind = 'phase' ORDER BY at DESC LIMIT 1)",
                                         "DELETE FROM cutover.log", "DROP SCHEMA cutover CASCADE"]))
        self.passes(self.chance.randint(0, 3))
        self.settle()  # what Git does not declare any more, nobody can take over

    def force(self):
        """Another history takes the place of what is live, or of what is under way."""
        self.change()
        self.advance()
        commit, project = self.chance.choice(self.past)
        self.say("back to " + commit[:7])
        self.lab.repository.git("reset", "-q", "--hard", commit)
        self.project.go_back_to(project)
        self.lab.repository.git("push", "-q", "--force", "origin", "HEAD:main")
        self.change()

    def meet_a_stranger(self):
        """Who builds on what is live, or on what is only being built, or is to be dropped."""
        self.change()
        if self.chance.random() < 0.7:
            self.advance()
        near = [o for o in self.lab.catalog() if o["schema"] not in ("public", "strange", "cutover") and o["type"] not in ("index", "sink")]
        if near:
            near, name = self.chance.choice(near), self.project.fresh_name("x")
            place = self.chance.choice(["%s.%s" % (near["database"], near["schema"]), "strange"])
            cluster = " IN CLUSTER " + near["cluster"] if near["cluster"] else ""
            self.by_hand(self.chance.choice(["CREATE VIEW {0}.{1} AS SELECT {2}", "CREATE MATERIALIZED VIEW {0}.{1}{3} AS SELECT {2}"]).format(
                place, name, self.chance.choice(["1 AS one", "id FROM " + dotted(near)]), cluster), "looker")
        self.theirs = self.lab.ask(THEIRS)
        self.change()

    def rush(self):
        """A controller, or two, and people who do not wait for it."""
        controllers = [self.lab.start("run") for _ in range(self.chance.randint(1, 2))]
        for _ in range(self.chance.randint(2, 4)):
            if self.chance.random() < 0.5:
                self.change(soak="1h")
            else:
                self.request(self.chance.choice(["rollback", "abort", "promote", "hold", "resume"]))
            time.sleep(self.chance.uniform(0, 1.5))
        for controller in controllers:
            self.lab.stop(controller, self.chance.choice([signal.SIGKILL, signal.SIGTERM]))

    def edit_by_hand(self):
        self.change(gates=["drift: heal"])
        self.settle()
        for _ in range(2):
            self.edit()
        self.passes(self.chance.randint(0, 9))
        if self.chance.random() < 0.5:
            self.change(gates=["drift: heal"])

    def edit_meanwhile(self):
        """While something is under way, and of that, too."""
        self.change(gates=["drift: heal"])
        self.advance()
        for _ in range(2):
            self.edit(live=False)
            self.passes(self.chance.randint(0, 3))
        if self.chance.random() < 0.5:
            self.change(gates=["drift: heal"])

    def edit(self, live=True):
        """Somebody who has Cutover's own rights drops, renames or alters one thing."""
        ours = self.ours() if live else [o for o in self.lab.catalog() if o["schema"] not in ("public", "strange", "cutover") and o["owner"] != "looker"]
        if not ours:
            return
        thing, hand = self.chance.choice(ours), self.project.fresh_name("hand")
        kind, schema = thing["type"].replace("-", " ").upper(), "%s.%s" % (thing["database"], thing["schema"])
        statements = ["DROP %s %s" % (kind, dotted(thing)), "DROP %s %s CASCADE" % (kind, dotted(thing)), "ALTER %s %s RENAME TO %s" % (kind, dotted(thing), hand),
                      "DROP SCHEMA %s CASCADE" % schema, "ALTER SCHEMA %s RENAME TO %s" % (schema, hand), "REVOKE SELECT ON %s FROM reader" % dotted(thing),
                      "COMMENT ON %s %s IS NULL" % (kind, dotted(thing))]
        if thing["cluster"]:
            statements += [s % thing["cluster"] for s in ("DROP CLUSTER %s CASCADE", "ALTER CLUSTER %s RENAME TO " + hand)]
        self.check_theirs()
        self.by_hand(self.chance.choice(statements))
        self.theirs = self.lab.ask(THEIRS)  # CASCADE takes along what the stranger has put there

    def ours(self):
        """What is live, of the project's."""
        return [o for o in self.lab.catalog() if o["schema"].removeprefix("st_") in self.project.schemas and o["owner"] != "looker"]

    # --- what comes of it ---

    def settle(self):
        meant = self.lab.environment
        for self.lab.environment in self.project.environments:
            self.settle_one()
        self.lab.environment = meant

    def check_theirs(self):
        assert self.lab.ask(THEIRS) == self.theirs, "a stranger's object is gone, or has another name"

    def settle_one(self):
        """Whoever is told what to do does it, until nothing is left to do."""
        for _ in range(12):
            self.lab.cutover("apply", "--yes", expect=ANY)
            errors = self.lab.stderr
            plan, status = self.lab.plan(expect=ANY), self.lab.status()
            text = self.lab.cutover("status", expect=ANY)
            self.check_theirs()
            if plan["outcome"] == "nothing" and status["state"] == "live":
                assert not status["drift"], status["drift"]
                return
            self.answer(plan, status, text)
        raise AssertionError("it never ends\n" + errors + text + self.lab.cutover("plan", expect=ANY))

    def answer(self, plan, status, text):
        """What Cutover waits for, a person gives it."""
        phase = status.get("deployment", {}).get("phase")
        missing = [p["permit"] for p in plan["permits"] if not p.get("given_by")]
        refused = {d["code"] for d in plan["diagnostics"] if d["severity"] == "refused"}
        self.say("told: %s %s %s %s" % (status["state"], phase, refused or "", missing or ""))
        if "see cutover repair" in text:
            told = self.lab.cutover("repair", "--yes", expect=ANY) + self.lab.stderr
            self.say(told)
            self.is_repaired = True
            for statement in re.findall(r"^ *a person must act: .*: +((?:ALTER|DROP) .*)$", told, re.M):
                assert self.by_hand(statement), self.said[-1]
            if "somebody renamed the marker" in told:
                assert self.by_hand("ALTER SCHEMA %s RENAME TO %s" % (self.lab.marker(), self.marker)), self.said[-1]
        elif status["state"] == "held":
            assert "cutover resume" in text or self.lab.status()["state"] != "held", text  # a soak may end meanwhile
            self.request("resume")
        elif missing and "not tried again" in text:
            self.request("approve", "--yes", *[word for permit in missing for word in ("--permit", permit)])
            self.request("resume")
        elif missing:
            self.request("approve", "--yes", *[word for permit in missing for word in ("--permit", permit)])
        elif phase == "awaiting_approval" and not refused:
            assert "cutover approve" in text, text
            self.request("approve", "--yes")
        elif "is not ours" in text and self.theirs:
            self.take_away()
        elif self.is_repaired and refused & STANDS_IN_THE_WAY and not self.theirs:
            self.say(self.lab.cutover("adopt", "--yes", expect=(0, 2)) + self.lab.stderr)
        elif refused & NO_SUCH_ROLE:
            self.say("there is a newcomer")
            admit(self.lab)
        elif refused and self.theirs:
            assert refused <= STANDS_IN_THE_WAY, text
            self.take_away()
        elif refused:  # what a hand renamed, or nobody had noted, is known to nobody
            assert refused <= STANDS_IN_THE_WAY, text
            for statement in re.findall(r"or drop it +(DROP .*)$", text, re.M):
                assert self.by_hand(statement), self.said[-1]
        elif "windows.missed" in text or "Else push a fix" in text or any("of an old side" in d["what"] for d in status["drift"]):
            self.change()
        elif "still depended upon by" in text:
            self.drop_reader(text)
            self.theirs = self.lab.ask(THEIRS)
        else:
            self.request("resume")

    def drop_reader(self, refusal):
        """What the server names as the reader of what is to go, and before that, what reads it."""
        kind, name = re.search(r'depended upon by ([a-z ]+) "([^"]+)"', refusal).groups()
        if not self.by_hand("DROP %s %s" % (kind.upper(), name)):
            self.drop_reader(self.said[-1])
            self.drop_reader(refusal)

    def take_away(self):
        """The stranger drops what is his."""
        for o in reversed([o for o in self.lab.catalog() if o["owner"] == "looker"]):
            assert self.by_hand("DROP %s %s" % (o["type"].replace("-", " "), dotted(o))), self.said[-1]
        self.theirs = self.lab.ask(THEIRS)

    def drop_what_is_not_known_any_more(self):
        """A record that was lost knows again which objects are ours, but not which clusters; and who gave a name to something keeps it."""
        for (cluster,) in self.lab.ask("SELECT name FROM mz_clusters WHERE id LIKE 'u%' AND name <> 'quickstart'"):
            lost = self.is_repaired and cluster.removeprefix("st_") not in self.project.clusters()
            if lost or cluster.startswith("hand"):
                assert self.by_hand("DROP CLUSTER " + cluster), self.said[-1]
        for database, schema in self.lab.ask("SELECT d.name, s.name FROM mz_schemas s JOIN mz_databases d ON d.id = s.database_id WHERE s.name LIKE 'hand%'"):
            self.by_hand("DROP SCHEMA %s.%s RESTRICT" % (database, schema))

    def check(self):
        self.take_away()
        self.settle()
        self.drop_what_is_not_known_any_more()
        self.lab.wait_for("nothing left over", lambda: not self.lab.leftovers() or self.lab.cutover("run", "--once"))
        self.fresh.empty()
        admit(self.fresh)
        self.fresh.replace_project(self.project.files(), "The same")
        for environment in self.project.environments:
            self.lab.environment = self.fresh.environment = environment
            self.lab.cutover("drift", expect=0)
            self.lab.cutover("status", expect=0)
            self.fresh.apply()
        is_there, should_be = live(self.lab), live(self.fresh)
        wrong = {k: ([x for x in is_there[k] if x not in should_be[k]], [x for x in should_be[k] if x not in is_there[k]]) for k in is_there
                 if is_there[k] != should_be[k]}
        assert not wrong, "what is live, and what should be:\n%s" % json.dumps(wrong, default=str, indent=1)

    def play(self):
        self.lab.ask("CREATE SCHEMA strange")
        self.commit()
        self.settle()
        for _ in range(EVENTS):
            event = self.chance.choice([self.merge, self.overtake, self.fail, self.go_back, self.abort, self.hold, self.approve,
                                        self.approve_what_is_no_more, self.let_guests_in, self.wait_for_a_window, self.grant_to_a_newcomer,
                                        self.force, self.rush, self.meet_a_stranger, self.edit_by_hand, self.edit_meanwhile, self.damage_the_marker, self.damage_the_record])
            self.lab.environment = self.chance.choice(self.project.environments)
            self.say("-- %s (%s)" % (event.__name__, self.lab.environment))
            event()
            self.settle()
        self.check()


def dotted(thing):
    return "%s.%s.%s" % (thing["database"], thing["schema"], thing["name"])


def live(lab):
    """What is in production, without the record, the marker and what strangers might have; rights by the names of roles."""
    roles = dict(lab.ask("SELECT id, name FROM mz_roles"))

    def by_name(row):
        return [sorted(re.sub(r"\b[us]\d+\b", lambda id: roles.get(id.group(), id.group()), cell).strip("{}").split(","))
                if isinstance(cell, str) and "/u" in cell else cell for cell in row]

    text = {name: [by_name(row) for row in lab.described(query) if not re.search(r'"(cutover\w*|strange)"', str(row).replace("'", '"'))]
            for name, query in [("objects", OBJECTS), ("schemas", SCHEMAS), ("clusters", CLUSTERS), ("definitions", DEFINITIONS)]}
    comments = [row for row in lab.described(COMMENTS) if row[0] not in ("schema", "cluster")]
    return {**text, "rows": lab.rows(), "comments": comments}


def admit(lab):
    if not lab.ask("SELECT 1 FROM mz_roles WHERE name = '%s'" % NEWCOMER):
        lab.ask("CREATE ROLE " + NEWCOMER)


def people(lab):
    """Who is there, and what they have, beside the project."""
    for statement in ["CREATE ROLE " + role for role in ROLES] + [BROKER, "CREATE DATABASE other"]:
        lab.ask(statement)
    return lab


def play_many(seeds, begin_with):
    """Plays them on one pair of stand-ins; tells what failed, and gives how many."""
    failed, labs = 0, []
    for seed in seeds:
        if not labs:
            labs = [people(Lab(begin_with)), people(Lab(begin_with))]
            labs[0].ask("CREATE ROLE looker SUPERUSER")
        sequence = Sequence(*labs, seed)
        try:
            sequence.play()
            labs[0].empty()
            labs[0].ask("DROP ROLE IF EXISTS " + NEWCOMER)
        except Exception:
            failed += 1
            print("FAILED  sequence %d (test_sequences.py 1 %d)\n  %s\n%s" % (seed, seed, "\n  ".join(sequence.said), traceback.format_exc()), flush=True)
            while labs:
                labs.pop().close()
    while labs:
        labs.pop().close()
    return failed


def main(arguments):
    count = int(arguments[0]) if arguments else FEW
    first = int(arguments[1]) if len(arguments) > 1 else 1
    begin_with = template()
    jobs = min(harness.JOBS, count)
    with harness.several_at_once(jobs) as pool:
        parts = [pool.submit(play_many, range(first + i, first + count, jobs), begin_with) for i in range(jobs)]
        failed = sum(part.result() for part in parts)
    begin_with.close()
    print("%d passed, %d failed" % (count - failed, failed))
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
