"""The fault matrix: a deployment is replayed from one saved moment, and each time one exchange with the server breaks
in one way. Then a fresh process runs. What is there in the end must be what is there without any disturbance; only a
refused statement may also end in the untouched world, with the commit denied."""
import collections
import json
import random
import re
import traceback

from lab import Lab
from wire import FAULTS, Spot, Wire
import lab as laboratory

Case = collections.namedtuple("Case", "scenario spot how")
# Exchanges that change nothing: whichever of them breaks, the pass fails as a whole.
READING = ("read ", "SHOW", "SET cluster", "BEGIN READ", "COMMIT", "ROLLBACK", "probe", "test")
MAY_FAIL = ("refuse",)
PATIENCE = 60  # real seconds


class Stage:
    """A scenario that can be played again and again."""

    def __init__(self, scenario, begin_with):
        self.scenario = scenario
        self.lab = Lab(begin_with)
        scenario(self.lab)
        self.before = self.lab.state()
        self.lab.save()
        self.wire = Wire(self.lab.standin.port, laboratory.CLOCK_FACTOR)
        self.counts = self.record()
        self.after = self.lab.state()

    def record(self):
        """The undisturbed deployment; gives how often each kind of exchange came in each phase."""
        self.wire.begin()
        self.deploy()
        counts = dict(self.wire.counts)
        self.finish()
        return counts

    def deploy(self):
        """Through the wire; whatever comes of it."""
        self.lab.detour = self.wire.port
        try:
            process = self.lab.start("apply", "--yes")
            self.wire.victim = process.pid
            process.wait(PATIENCE)
        finally:
            self.lab.detour = None

    def finish(self):
        self.lab.cutover("apply", "--yes", expect=(0, 1, 2, 3), timeout=PATIENCE)

    def play(self, case):
        """What is wrong with the end, or None."""
        self.lab.restore()
        self.wire.begin(lambda spot: case.how if spot == case.spot else None)
        self.deploy()
        if not self.wire.fired:
            return "the exchange never came"
        self.finish()
        return self.judge(self.lab.state(), case.how)

    def judge(self, end, how):
        if end == self.after:
            return None
        if how in MAY_FAIL and untouched(self.before, end):
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

def cases_of(scenario, counts):
    """All faults at one exchange of each kind in each phase; where nothing is changed, one fault drawn for it."""
    chance = random.Random(scenario.__name__)
    cases = []
    for (phase, kind, message), count in sorted(counts.items()):
        hows = [chance.choice(FAULTS)] if kind.startswith(READING) else FAULTS
        cases += [Case(scenario.__name__, Spot(phase, kind, message, chance.randint(1, count)), how) for how in hows]
    return cases


def sample_of(scenario, cases, size):
    """Every fault at the cutover itself, and SIZE others."""
    irreversible = [c for c in cases if c.spot.kind == "cutover"]
    others = [c for c in cases if c.spot.kind != "cutover"]
    return irreversible + random.Random(scenario.__name__).sample(others, min(size, len(others)))


def play_part(scenario, begin_with, size, part, parts):
    """Plays every PARTS-th case of the scenario, of all (SIZE None) or of a sample; gives (case, what is wrong) of each."""
    stage = Stage(scenario, begin_with)
    cases = cases_of(scenario, stage.counts)
    cases = cases if size is None else sample_of(scenario, cases, size)
    try:
        return [(case, play_safely(stage, case)) for case in cases[part::parts]]
    finally:
        stage.close()


def play_safely(stage, case):
    try:
        return stage.play(case)
    except Exception:
        return traceback.format_exc()
