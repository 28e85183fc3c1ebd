"""Two controllers on one environment, both with bad luck: their connections break, statements meet 40001, one of them
may be killed. Whatever they do to each other, the end is that of one undisturbed run, and who reads production sees no
error and never both sides together.

`test_two.py 20` plays each deployment with 20 seeds."""
import random
import sys
import time
import traceback

import lab as laboratory
import scenarios
from faults import PATIENCE, Reader, Stage, difference
from harness import several_at_once
from lab import template
from wire import Wire

FEW = 1
ONE_IN = 60  # statements
FAULTS = ["lost_before", "lost_reply", "lost_after", "conflict", "stall"]


class Pair:
    def __init__(self, stage, seed):
        self.stage, self.lab = stage, stage.lab
        self.luck = random.Random(seed)
        self.killed = 0
        self.wires = [Wire(self.lab.standin.port, laboratory.CLOCK_FACTOR) for _ in range(2)]

    def bad_luck(self, _):
        if self.luck.randrange(ONE_IN):
            return None
        if not self.killed and self.luck.random() < 0.1:
            self.killed += 1
            return self.luck.choice(["kill_before", "kill_after"])
        return self.luck.choice(FAULTS)

    def start(self, wire):
        wire.begin(self.bad_luck)
        self.lab.detour = wire.port
        process = self.lab.start("run")
        self.lab.detour = None
        wire.victim = process.pid
        return process

    def play(self):
        self.lab.restore()
        reader = Reader(self.lab, self.stage.read) if self.stage.read else None
        processes = [self.start(wire) for wire in self.wires]
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not (self.lab.phases() and self.lab.last_phases() == self.stage.after["phases"] and not self.lab.leftovers()):
            time.sleep(0.1)
        for process in processes:
            self.lab.stop(process)
        self.stage.finish()
        if reader:
            reader.end()
        return self.stage.judge_reader(reader) or difference(self.stage.after, self.lab.state())

    def close(self):
        for wire in self.wires:
            wire.close()


def play_all(scenario, begin_with, count):
    stage = Stage(scenario, begin_with)
    results = []
    for seed in range(count):
        pair = Pair(stage, "%s %d" % (scenario.__name__, seed))
        try:
            wrong = pair.play()
        except Exception:
            wrong = traceback.format_exc() + stage.lab.tail()
        results.append((seed, sum(len(w.fired) for w in pair.wires), wrong))
        pair.close()
    stage.close()
    return results


def main(arguments):
    count = int(arguments[0]) if arguments and arguments[0].isdigit() else FEW
    names = [a for a in arguments if not a.isdigit()]
    begin_with = template()
    chosen = [s for s in scenarios.ALL if not names or s.__name__ in names]
    passed = failed = faults = 0
    with several_at_once() as pool:
        work = [(s, pool.submit(play_all, s, begin_with, count)) for s in chosen]
        for scenario, one in work:
            for seed, fired, wrong in one.result():
                faults += fired
                failed += bool(wrong)
                passed += not wrong
                if wrong:
                    print("FAILED  %s, seed %d\n    %s" % (scenario.__name__, seed, wrong), flush=True)
    begin_with.close()
    print("        %d faults" % faults)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
