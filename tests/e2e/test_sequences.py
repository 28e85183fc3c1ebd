"""Random sequences of what people do to an environment: merges that overtake each other, broken commits, ways back, holds,
aborts, approvals, canaries, windows, force pushes, strangers' objects among ours and under our names, another environment
next door, hands that edit what we made, swap it with green, and damage the marker and the record, another role that carries
on; with controllers that are killed, or are two. Whoever is told by Cutover what to do does it, and nothing else; then what
is live equals a fresh deployment of the same commit, and what others have is as it was.

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
import successor
import swaps
from evolving import Evolving
from lab import CLUSTERS, COMMENTS, DEFINITIONS, OBJECTS, SCHEMAS, Lab, template
from neighbour import Neighbour
from scenarios import BROKER
from test_merges import BROKEN

FEW = 2
EVENTS = 4
ANY = (0, 1, 2, 3)
PHASES = ["building", "hydrating", "checking", "cutting_over", "repointing", "soaking", "cleaning"]
THEIRS = ("SELECT o.id, s.name, o.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id JOIN mz_roles r ON r.id = o.owner_id "
          "WHERE r.name = 'looker' ORDER BY 1")
STANDS_IN_THE_WAY = {"CO4103", "CO4121", "CO4122", "CO4123"}
NAME_OF_GREEN = {"CO4121"}
NO_SUCH_ROLE = {"CO4116"}
NOT_HANDED_OVER = {"CO4125"}
OF_ANOTHER_ROLE = {"CO4124"}
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
        self.neighbour = Neighbour(lab, self.by_hand)
        self.has_lost_rows = False
        self.has_successor = False
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

    def by_hand(self, statement, user=None):
        """Gives whether the server took it."""
        user = user or ("mz_system" if self.has_successor else "materialize")
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

    def restore_an_older_record(self):
        """What was written since some moment is lost: of what is under way, or of a few deployments. What Git does not declare any more, nobody can take over."""
        if self.chance.random() < 0.5:
            self.change(soak=self.chance.choice(["0s", "1h"]))
            self.settle()
        self.project.add_node(self.chance.choice(["seed", "view", "materialized_view"]))
        self.commit(soak=self.chance.choice(["0s", "1h"]))
        self.advance()
        newest = self.lab.sql("SELECT at FROM cutover.log ORDER BY at DESC LIMIT 40", user="mz_system" if self.has_successor else "materialize")
        if newest:
            self.has_lost_rows = True
            self.by_hand("DELETE FROM cutover.log WHERE at > '%s'" % self.chance.choice(newest)[0])
        self.passes(self.chance.randint(0, 3))
        if self.chance.random() < 0.5:
            self.request(*self.chance.choice([("rollback",), ("abort",), ("promote",)]))
        self.settle()

    def choose_other_names(self):
        """Of green and of the old sides, while something is under way under the names before."""
        names = [[], ['names: {green: "{name}_next"}'], ['names: {blue: "{name}_of_g{n}"}'], ['names: {green: "next_{name}", blue: "{name}_was{n}"}'],
                 ['names: {green: "{name}_of_g1"}']]
        for _ in range(2):
            self.change(soak="1h", gates=self.chance.choice(names))
            self.advance()
        if self.chance.random() < 0.5:
            self.request(*self.chance.choice([("rollback",), ("abort",), ("promote",)]))
            self.passes(self.chance.randint(0, 5))
        self.change(gates=self.chance.choice(names))

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
        near = [o for o in self.all_of_ours(strangers=True) if o["type"] not in ("index", "sink")]
        if near:
            near, name = self.chance.choice(near), self.chance.choice([self.project.fresh_name("x"), self.name_of_ours()])
            place = self.chance.choice(["%s.%s" % (near["database"], near["schema"]), "strange"])
            cluster = " IN CLUSTER " + near["cluster"] if near["cluster"] else ""
            self.by_hand(self.chance.choice(["CREATE VIEW {0}.{1} AS SELECT {2}", "CREATE MATERIALIZED VIEW {0}.{1}{3} AS SELECT {2}"]).format(
                place, name, self.chance.choice(["1 AS one", "id FROM " + dotted(near)]), cluster), "looker")
        self.theirs = self.lab.ask(THEIRS)
        self.change()

    def live_next_door(self):
        """A neighbour comes, or goes on with his own work, while ours is under way."""
        self.chance.choice([self.fail, self.change, list])()
        if self.neighbour.has:
            self.say("the neighbour merges")
            self.neighbour.merge(*self.chance.choice([("apply", "--yes"), ("run", "--once"), ("apply", "--yes", "--until", "hydrating")]))
        elif not self.has_successor:
            side = self.chance.choice(["_green", "_green", "_blue_g%d" % self.chance.randint(1, 5)])
            self.neighbour.move_in(self.chance.choice(self.project.schemas) + side, self.chance.choice(self.project.compute) + side)
        self.check_others()
        if self.chance.random() < 0.7:
            self.advance()
        self.check_others()
        self.change()

    def change_the_role(self):
        """Once: the next one owns nothing of what is there, or of what is under way."""
        self.change(soak="1h")
        self.advance()
        if not self.has_successor and not self.neighbour.has:
            self.has_successor = True
            successor.take_over(self.lab)
            self.say("another role carries on")
        if self.chance.random() < 0.5:
            self.request(self.chance.choice(["rollback", "abort", "promote"]))
        self.passes(self.chance.randint(0, 5))
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
        ours = self.ours() if live else self.all_of_ours()
        if not ours:
            return
        thing, hand = self.chance.choice(ours), self.project.fresh_name("hand")
        kind, schema = thing["type"].replace("-", " ").upper(), "%s.%s" % (thing["database"], thing["schema"])
        statements = ["DROP %s %s" % (kind, dotted(thing)), "DROP %s %s CASCADE" % (kind, dotted(thing)), "ALTER %s %s RENAME TO %s" % (kind, dotted(thing), hand),
                      "DROP SCHEMA %s CASCADE" % schema, "ALTER SCHEMA %s RENAME TO %s" % (schema, hand), "REVOKE SELECT ON %s FROM reader" % dotted(thing),
                      "COMMENT ON %s %s IS NULL" % (kind, dotted(thing))]
        if thing["cluster"]:
            statements += [s % thing["cluster"] for s in ("DROP CLUSTER %s CASCADE", "ALTER CLUSTER %s RENAME TO " + hand)]
        self.check_others()
        self.by_hand(self.chance.choice(statements))
        self.theirs = self.lab.ask(THEIRS)  # CASCADE takes along what the stranger has put there

    def name_of_ours(self):
        """That a commit gives, or has given up, perhaps as green and the old side have it."""
        nodes = self.project.nodes.values()
        names = list(self.project.nodes) + [i for n in nodes for i, _ in n.indexes] + [n for letter in "ni" for n in self.project.given.get(letter, [])]
        return self.chance.choice(names) + self.chance.choice(["", "_green", "_green", "_blue_g%d" % self.chance.randint(1, 5)])

    def all_of_ours(self, strangers=False):
        """What is live, of green, and of an old side."""
        return [o for o in self.lab.catalog() if o["schema"] not in ("public", "strange", "cutover") and o["id"] not in self.neighbour.ids()
                and (strangers or o["owner"] != "looker")]

    def make_beside_what_soaks(self):
        """A seed that nobody reads, in a schema that stays, while the commit before it soaks; then perhaps the way back, and it is not wanted any more."""
        self.change(soak="4h")
        self.until("soaking")
        before = self.project.copy()
        leaf = self.project.add_node("seed")
        self.commit(soak=self.chance.choice(["0s", "4h"]))
        self.advance()
        for _ in range(self.chance.randint(0, 2)):
            self.request(*self.chance.choice([("rollback",), ("abort",), ("promote",)]))
            self.passes(self.chance.randint(0, 5))
        self.chance.choice([list, self.change, lambda: self.project.add_rows(leaf) and self.commit(), lambda: self.project.go_back_to(before) or self.commit()])()

    def swap_by_hand(self):
        """While a commit waits, some of what is live changes names with what is not; later somebody changes them back."""
        self.change(soak="4h", gates=self.chance.choice([[], ["promotion: manual"]]))
        self.until("hydrating", "checking", "awaiting_approval", "soaking")
        if self.chance.random() < 0.3:
            self.request("hold")
        before, marker = swaps.names(self.lab), self.lab.marker()
        found = [p for p in swaps.pairs(before) if not {i for _, i in p} & self.neighbour.ids()]
        swapped = self.chance.sample(found, self.chance.randint(1, len(found))) if found else []
        kept = {o["id"] for o in self.ours() if not swaps.BESIDE.match(o["name"])}
        for statement in [s for pair in swapped for s in swaps.swap(pair, before)]:
            self.by_hand(statement)
        self.passes(self.chance.randint(0, 5))
        if self.chance.random() < 0.5:
            self.request(*self.chance.choice([("approve", "--yes"), ("abort",), ("rollback",), ("promote",)]))
            self.passes(self.chance.randint(0, 5))
        if self.lab.marker() == marker:
            gone = kept - {o["id"] for o in self.lab.catalog()}
            assert not gone, "what was live is gone: %s" % gone
        for statement in swaps.give_back(swapped, before, swaps.names(self.lab)):
            self.by_hand(statement)
        if self.chance.random() < 0.5:
            self.change()

    def ours(self):
        """What is live, of the project's."""
        return [o for o in self.lab.catalog() if o["schema"].removeprefix("st_") in self.project.schemas and o["owner"] != "looker"]

    # --- what comes of it ---

    def settle(self):
        meant = self.lab.environment
        for self.lab.environment in self.project.environments:
            self.settle_one()
        self.lab.environment = meant

    def check_others(self):
        self.neighbour.check()
        assert self.lab.ask(THEIRS) == self.theirs, "a stranger's object is gone, or has another name"

    def settle_one(self):
        """Whoever is told what to do does it, until nothing is left to do."""
        for _ in range(12):
            self.lab.cutover("apply", "--yes", expect=ANY)
            errors = self.lab.stderr
            plan, status = self.lab.plan(expect=ANY), self.lab.status()
            text = self.lab.cutover("status", expect=ANY)
            self.check_others()
            if plan["outcome"] == "nothing" and status["state"] == "live":
                given = [d for d in status["drift"] if self.has_successor and "owner" in d["what"]]
                if status["drift"] == given:
                    return
                assert self.has_lost_rows and all("replaced by another" in d["what"] for d in status["drift"]), status["drift"]
                self.say(self.lab.cutover("adopt", "--yes", expect=ANY))  # a container whose creation no row tells of any more
                continue
            self.answer(plan, status, text)
        raise AssertionError("it never ends\n" + errors + text + self.lab.cutover("plan", expect=ANY))

    def is_unknown(self, refused):
        """What the record had lost, or the role before had made and nobody had noted."""
        is_lost = self.has_lost_rows and refused & STANDS_IN_THE_WAY - NAME_OF_GREEN and not self.theirs
        return is_lost or (refused & NOT_HANDED_OVER and self.has_successor)

    def answer(self, plan, status, text):
        """What Cutover waits for, a person gives it."""
        phase = status.get("deployment", {}).get("phase")
        missing = [p["permit"] for p in plan["permits"] if not p.get("given_by")]
        refused = {d["code"] for d in plan["diagnostics"] if d["severity"] == "refused"}
        self.say("told: %s %s %s %s" % (status["state"], phase, refused or "", missing or ""))
        if "see cutover repair" in text:
            told = self.lab.cutover("repair", "--yes", expect=ANY) + self.lab.stderr
            self.say(told)
            self.has_lost_rows = True
            for statement in re.findall(r"^ *a person must act: .*: +((?:ALTER|DROP) .*)$", told, re.M):
                assert self.by_hand(statement), self.said[-1]
            if "somebody renamed the marker" in told:
                assert self.by_hand("ALTER SCHEMA %s RENAME TO %s" % (self.lab.marker(), self.marker)), self.said[-1]
        elif refused & OF_ANOTHER_ROLE:
            assert self.by_hand(self.chance.choice(successor.told(plan))), self.said[-1]
        elif self.has_successor and re.search("must be owner of|permission denied", text):
            for statement in successor.give_all(self.lab):
                assert self.by_hand(statement), self.said[-1]
            self.request("resume")
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
        elif refused & STANDS_IN_THE_WAY and self.neighbour.stands_in_the_way(plan):
            self.say("the neighbour moves")
            self.neighbour.move(self.project.fresh_name("near"), self.project.fresh_name("nearc"))
        elif "is not ours" in text and self.theirs:
            self.take_away()
        elif self.is_unknown(refused):
            self.say(self.lab.cutover("adopt", "--yes", expect=ANY) + self.lab.stderr)
            if "nothing to take over" in self.said[-1]:
                self.drop_as_told(plan)
            if "cutover abort" in self.lab.stderr:
                self.request("abort")
                self.lab.cutover("run", "--once", expect=ANY)  # apply carries nothing out while its plan is refused
        elif refused & NO_SUCH_ROLE:
            self.say("there is a newcomer")
            admit(self.lab)
        elif refused and self.theirs:
            assert refused <= STANDS_IN_THE_WAY, text
            self.take_away()
        elif refused:  # what a hand renamed, or nobody had noted, is known to nobody
            assert refused <= STANDS_IN_THE_WAY, text
            self.drop_as_told(plan)
        elif "windows.missed" in text or "Else push a fix" in text or any("of an old side" in d["what"] for d in status.get("drift", [])):
            self.change()
        elif "still depended upon by" in text:
            self.drop_reader(text)
            self.theirs = self.lab.ask(THEIRS)
        else:
            self.request("resume")

    def drop_as_told(self, plan):
        hints = "\n".join(d.get("hint") or "" for d in plan["diagnostics"])
        green = [statement + " CASCADE" for statement in re.findall(r"or drop it, when nobody needs it +(DROP .*)$", hints, re.M)]
        assert self.has_lost_rows or self.has_successor or not green, hints  # nobody has recorded it yet, or no record tells of it any more
        for statement in re.findall(r"or drop it +(DROP .*)$", hints, re.M) + green:
            assert self.by_hand(statement) or "unknown catalog item" in self.said[-1], self.said[-1]  # it went with another one

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

    def recorded(self):
        bodies = [body if isinstance(body, dict) else json.loads(body) for (body,) in self.lab.ask("SELECT body FROM cutover.log WHERE kind = 'objects'")]
        return {o["id"] for body in bodies for o in body["objects"]}

    def drop_what_is_not_known_any_more(self):
        """A record that was lost knows again which objects are ours, but not which clusters; and who gave a name to something keeps it."""
        for (cluster,) in self.lab.ask("SELECT name FROM mz_clusters WHERE id LIKE 'u%' AND name <> 'quickstart'"):
            kept = any(o["cluster"] == cluster for o in self.lab.catalog())  # a side that somebody went back from, for keep_failed
            lost = self.has_lost_rows and not kept and cluster.removeprefix("st_") not in self.project.clusters()
            if lost or cluster.startswith("hand"):
                assert self.by_hand("DROP CLUSTER " + cluster), self.said[-1]
        told = self.lab.cutover("doctor", expect=ANY) if self.has_lost_rows else ""
        for kind, name in re.findall(r"(schema|cluster) (\w+)", "".join(re.findall(r"its record does not know it: (.*)$", told, re.M))):
            databases = self.lab.ask("SELECT d.name FROM mz_schemas s JOIN mz_databases d ON d.id = s.database_id WHERE s.name = '%s'" % name)
            assert self.by_hand("DROP %s %s CASCADE" % (kind, ".".join([*databases[0], name] if kind == "schema" else [name]))), self.said[-1]
        recorded = self.recorded()
        for o in reversed(self.ours()):
            if self.has_lost_rows and o["id"] not in recorded:  # it left Git in the commit of which the record was lost
                self.by_hand("DROP %s %s" % (o["type"].replace("-", " "), dotted(o)))
        for database, schema in self.lab.ask("SELECT d.name, s.name FROM mz_schemas s JOIN mz_databases d ON d.id = s.database_id WHERE s.name LIKE 'hand%'"):
            self.by_hand("DROP SCHEMA %s.%s CASCADE" % (database, schema))  # with what was green, and nobody knows by that name

    def check(self):
        self.take_away()
        self.neighbour.move_out()
        if self.has_successor or self.has_lost_rows:  # each owner is taken as it is, and what nobody knew to be an old side any more goes
            self.project.add_node("seed")  # what one change does the next may undo, and then nothing is deployed
            self.commit()
        if self.has_successor:
            successor.give_back(self.lab)
            self.has_successor = False
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

    def events(self):
        return [self.merge, self.overtake, self.fail, self.go_back, self.abort, self.hold, self.approve, self.approve_what_is_no_more, self.let_guests_in,
                self.wait_for_a_window, self.grant_to_a_newcomer, self.force, self.rush, self.make_beside_what_soaks, self.live_next_door,
                self.meet_a_stranger, self.edit_by_hand, self.edit_meanwhile, self.swap_by_hand, self.change_the_role, self.damage_the_marker,
                self.damage_the_record, self.restore_an_older_record, self.choose_other_names]

    def play(self):
        self.lab.ask("CREATE SCHEMA strange")
        self.commit()
        self.settle()
        for _ in range(EVENTS):
            event = self.chance.choice(self.events())
            self.lab.environment = self.chance.choice(self.project.environments)
            self.say("-- %s (%s)" % (event.__name__, self.lab.environment))
            event()
            self.settle()
        self.check()


def dotted(thing):
    return "%s.%s.%s" % (thing["database"], thing["schema"], thing["name"])


def live(lab):
    """What is in production, without the record, the marker and what strangers might have; rights by the names of roles."""
    roles = {id: successor.BEFORE if name == successor.ROLE else name for id, name in lab.ask("SELECT id, name FROM mz_roles")}  # whichever gave it, or both

    def by_name(row):
        return [sorted(set(re.sub(r"\b[us]\d+\b", lambda id: roles.get(id.group(), id.group()), cell).strip("{}").split(",")))
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
    for statement in ["CREATE ROLE " + role for role in ROLES + [successor.ROLE]] + [BROKER, "CREATE DATABASE other"]:
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
