"""The fault matrix: a deployment is replayed from one saved moment, and each time one exchange with the server breaks
in one way. Then a fresh process runs. What is there in the end must be what is there without any disturbance; only a
refused statement may also end in the untouched world, with the commit denied. All the while somebody reads production:
no statement may fail, and none may show the old side and the new one together.

It is `cutover apply` that is disturbed, or a controller, which is then told to stop (DRIVERS)."""
import collections
import json
import os
import random
import re
import threading
import time
import traceback

from lab import Lab
from wire import FAULTS, Spot, Wire
import lab as laboratory

Case = collections.namedtuple("Case", "scenario driver spot how")
DRIVERS = ["apply", "run"]
# Exchanges that change nothing: whichever of them breaks, the pass fails as a whole.
READING = ("read ", "SHOW", "SET cluster", "BEGIN READ", "COMMIT", "ROLLBACK", "probe", "test")
OF_DELIVERIES = ("record delivery", "read the clock")
AROUND_THE_SOAK = ("soaking", "cleaning")  # a slow pass finds it over, and tells then that it has begun
MAY_FAIL = ("refuse",)
PATIENCE = 60  # real seconds
READ_EVERY = 0.01
QUIET_LOOKS = 8  # of 0.3 s, in which a controller wrote nothing: it has no more to do
DRAWN, EVERY = "drawn", "every"  # how many faults are played at an exchange
SEED = os.environ.get("CUTOVER_FAULT_SEED", "")  # another one draws other faults


class Reader(threading.Thread):
    """Somebody who reads production all the time."""

    def __init__(self, lab, relations):
        super().__init__(daemon=True)
        self.connection = lab.standin.connect()
        self.query = "SELECT %s FROM %s" % (", ".join("r%d.x" % i for i in range(len(relations))),
                                            ", ".join("%s r%d" % r for r in zip(relations, range(len(relations)))))
        self.answers, self.error, self.ending = set(), None, threading.Event()
        self.start()

    def run(self):
        try:
            with self.connection.cursor() as cursor:
                while not self.ending.wait(READ_EVERY):
                    cursor.execute(self.query)
                    self.answers.add(tuple(cursor.fetchall()[0]))
        except Exception as error:
            self.error = str(error)

    def end(self):
        self.ending.set()
        self.join(PATIENCE)
        self.connection.close()


def shown(state, relations):
    return tuple(state["rows"][r][0][1] for r in relations)


class Stage:
    """A scenario that can be played again and again."""

    def __init__(self, scenario, begin_with):
        self.scenario = scenario
        self.lab = Lab(begin_with)
        scenario(self.lab)
        self.before = self.lab.state()
        self.lab.save()
        self.wire = Wire(self.lab.standin.port, laboratory.CLOCK_FACTOR)
        self.counts, self.after, self.read = {}, None, []
        for driver in DRIVERS:
            self.counts[driver] = self.record(driver)
        self.green = self.record_refused(scenario.refused) if hasattr(scenario, "refused") else None
        self.read = [r for r in sorted(self.before["rows"]) if r in self.after["rows"] and r.endswith((".daily", ".top"))]

    def record(self, driver):
        """The undisturbed deployment; gives how often each kind of exchange came in each phase."""
        if self.after:
            self.lab.restore()
        self.wire.begin()
        self.deploy(driver)
        counts = dict(self.wire.counts)
        self.finish()
        self.after = self.after or self.lab.state()
        assert self.lab.state() == self.after, difference(self.after, self.lab.state())
        return counts

    def record_refused(self, pattern):
        """The same deployment when the server does not know the statement that would change it in place: it goes green."""
        self.lab.restore()
        self.wire.begin()
        self.lab.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('%s', 1, 'refuse', 'XX000', 'no')" % pattern)
        self.deploy("apply")
        self.finish()
        assert self.lab.state() != self.after, "nothing was refused"
        return self.lab.state()

    def deploy(self, driver):
        """Through the wire; whatever comes of it."""
        self.lab.detour = self.wire.port
        process = self.lab.start(*{"apply": ("apply", "--yes"), "run": ("run",)}[driver])
        self.lab.detour = None
        self.wire.victim = process.pid
        if driver == "run":
            self.stop_when_it_is_over(process)
        process.wait(PATIENCE)

    def stop_when_it_is_over(self, process):
        """A controller never ends by itself: it is stopped once the fault has come, or when it has no more to do."""
        end = time.monotonic() + PATIENCE
        quiet = 0
        while process.poll() is None and not self.wire.fired and quiet < QUIET_LOOKS and time.monotonic() < end:
            before = sum(n for (_, kind, _), n in self.wire.counts.copy().items() if not kind.startswith(READING))
            time.sleep(0.3)
            after = sum(n for (_, kind, _), n in self.wire.counts.copy().items() if not kind.startswith(READING))
            quiet = quiet + 1 if before == after and after else 0
        self.lab.stop(process)

    def finish(self):
        self.lab.cutover("apply", "--yes", expect=(0, 1, 2, 3), timeout=PATIENCE)

    def play(self, case):
        """What is wrong with the end, or None."""
        self.lab.restore()
        self.wire.begin(lambda spot: case.how if spot == case.spot else None)
        reader = Reader(self.lab, self.read) if self.read else None
        self.deploy(case.driver)
        self.finish()
        if reader:
            reader.end()
        if not self.wire.fired:
            return "the exchange never came"
        return self.judge_reader(reader) or self.judge(self.lab.state(), case.how)

    def judge_reader(self, reader):
        if not reader:
            return None
        allowed = {shown(self.before, self.read), shown(self.after, self.read)}
        if reader.error or not reader.answers or reader.answers - allowed:
            return "a reader of production saw %s (%s), allowed %s" % (reader.answers, reader.error, allowed)
        return None

    def judge(self, end, how):
        if end == self.after:
            return None
        if how in MAY_FAIL and (untouched(self.before, end) or end == self.green):
            return None
        return difference(self.after, end)

    def close(self):
        self.wire.close()
        self.lab.close()


def production(rows):
    """Without the record, a marker that says that nothing was deployed yet, and green that was begun before."""
    return [r for r in rows if not re.search(r"\bcutover\b|cutover_production_g0_|_green", json.dumps(r))]


def untouched(before, end):
    """Production is as it was, nothing else is there, and the commit is denied."""
    same = all(production(before[k]) == production(end[k]) for k in before if k not in ("phases", "plan", "rows"))
    green = [row for row in end["objects"] + end["schemas"] + end["clusters"] if "_green" in json.dumps(row)]
    rows = {name: shown for name, shown in before["rows"].items() if "_green" not in name}
    return same and not green and rows == end["rows"] and any(k.startswith("denied ") for k in end["phases"])


def difference(wanted, end):
    lines = []
    for key in wanted:
        if wanted[key] != end[key]:
            some, other = ([list(i) for i in sorted(d[key].items())] if isinstance(d[key], dict) else d[key] for d in (wanted, end))
            if isinstance(some, str):
                lines.append("%s: %s instead of %s" % (key, other, some))
                continue
            lines += ["%s lacks %s" % (key, row) for row in some if row not in other]
            lines += ["%s has %s" % (key, row) for row in other if row not in some]
    return "\n    ".join(lines)


# --- which cases ---

def cases_of(scenario, counts, every):
    """At one exchange of each kind in each phase: two faults of `apply` that are drawn for it, at the cutover itself all, and one
    of a controller; with EVERY all, and two. Where nothing is changed, one of either."""
    chance = random.Random(scenario.__name__ + SEED)
    cases = []
    for driver, each in (("apply", len(FAULTS) if every else 2), ("run", 2 if every else 1)):
        for (phase, kind, message), count in sorted(counts[driver].items()):
            all_of_them = kind == "cutover" and driver == "apply"
            hows = chance.sample(FAULTS, 1 if kind.startswith(READING) else len(FAULTS) if all_of_them else each)
            if kind.startswith(READING) and chance.choice(DRIVERS) != driver:
                continue
            if kind in OF_DELIVERIES and (driver == "run" or phase in AROUND_THE_SOAK):
                continue  # they come in the phase in which the notifier has answered, which is another each time
            # how often a controller looks, and how often anyone does while time passes, is not always the same
            nth = 1 if driver == "run" or phase == "soaking" else chance.randint(1, count)
            cases += [Case(scenario.__name__, driver, Spot(phase, kind, message, nth), how) for how in hows]
    return cases


def sample_of(scenario, cases, size):
    """Half of the faults that were chosen for the cutover itself, so that all scenarios together have each of them, and SIZE others."""
    chance = random.Random(scenario.__name__)
    irreversible = [c for c in cases if c.spot.kind == "cutover"]
    others = [c for c in cases if c.spot.kind != "cutover"]
    return chance.sample(irreversible, (len(irreversible) + 1) // 2) + chance.sample(others, min(size, len(others)))


def play_part(scenario, begin_with, how_many, part, parts):
    """Plays every PARTS-th case of the scenario: of EVERY, of those that are DRAWN, or of a sample with so many of the drawn
    ones beside those at the cutover; gives (case, what is wrong) of each."""
    try:
        stage = Stage(scenario, begin_with)
    except Exception:
        return [(Case(scenario.__name__, "nothing", Spot("none", "the undisturbed deployment", "", 1), "stall"), traceback.format_exc())]
    cases = cases_of(scenario, stage.counts, how_many == EVERY)
    cases = sample_of(scenario, cases, how_many) if isinstance(how_many, int) else cases
    try:
        return [(case, play_safely(stage, case)) for case in cases[part::parts]]
    finally:
        stage.close()


def play_safely(stage, case):
    try:
        return stage.play(case)
    except Exception:
        return traceback.format_exc()
