"""Many random merges in a row, into one controller that never ends: some are broken, some come before the one before is
live, and now and then the connection breaks or a statement is turned away. In the end what is declared is live, nothing
is left to plan, no schema or cluster has leaked, and the controller is not larger than it was.

`test_merges.py 200` makes 200 of them, and then compares the controller's memory with what it was after 50. For that
the record keeps no more than its last 20 generations: what is older than its retention is pruned on the way.
"""
import os
import random
import re
import statistics
import sys
import time
import traceback

from drawn import Project
from lab import Lab, template
from wire import Wire

FEW = 15
FAULTS = ["lost_before", "lost_reply", "lost_after", "conflict", "stall"]
ONE_IN = 150  # statements
BROKEN = ["{{ config(schema='s0') }}\nselect * from {{ ref('nowhere') }}\n",      # does not compile
          "{{ config(schema='s0') }}\nselect no_such_column from {{ source('raw', 'orders') }}\n",  # the server refuses it
          "{{ config(schema='s0') }}\nselect 1 as id {% if %}\n"]                 # is no template
KEPT = "2d"  # the green of a commit that failed, longer than most of the merges after it need
GROWTH = 1.05
FILES_OPEN = 64
CLOCK_FACTOR = 36000  # ten hours pass in a second: the record's oldest rows go all the time


def memory(process):
    """Resident kilobytes, in the midst of passes and between two of them."""
    seen = []
    for _ in range(25):
        with open("/proc/%d/status" % process.pid) as status:
            seen.append(int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)))
        time.sleep(0.01)
    return max(seen), min(seen)


def open_files(process):
    return len(os.listdir("/proc/%d/fd" % process.pid))


class Merges:
    def __init__(self, seed, count):
        self.chance, self.luck = random.Random(seed), random.Random(seed)
        self.count = count
        self.begin_with = template()
        self.lab = Lab(self.begin_with)
        self.wire = Wire(self.lab.standin.port, CLOCK_FACTOR)
        self.project = Project(seed, 10, 14)
        self.lab.settings.write_text("version: 1\nmaterialize: {retention: 7d}\n")
        self.lab.set_clock(CLOCK_FACTOR)
        self.tally = {"good": 0, "broken": 0, "overtaken": 0}
        self.sizes, self.files = {}, {}

    def bad_luck(self, _):
        return self.luck.choice(FAULTS) if self.luck.randrange(ONE_IN) == 0 else None

    def draw_broken(self):
        """Half of them leave something in green that reads what is live."""
        if self.chance.random() < 0.5:
            return {"models/broken.sql": self.chance.choice(BROKEN)}
        node = self.chance.choice(list(self.project.nodes.values()))
        config = "{{ config(schema='%s') }}\n" % self.chance.choice(self.project.schemas)
        return {"models/reader.sql": config + "select id from {{ ref('%s') }}\n" % node.name,
                "models/broken.sql": config + "select no_such_column from {{ ref('reader') }}\n"}

    def merge(self, number):
        """A commit; whether it is one that can go live."""
        for _ in range(self.chance.randint(1, 2)):
            self.project.change()
        broken = self.chance.random() < 0.2 and number < self.count
        self.project.broken = self.draw_broken() if broken else {}
        self.commit = self.lab.replace_project(self.project.files(keep_failed=KEPT), "Merge %d" % number)
        self.tally["broken" if broken else "good"] += 1

    def ended(self):
        """The newest commit is live or denied, and the controller has nothing under way."""
        if not self.lab.phases():
            return False
        last = self.lab.ask("SELECT kind, body FROM cutover.log WHERE deployment LIKE '%%-%s' AND kind IN ('phase', 'denied') "
                            "ORDER BY at DESC, writer DESC, seq DESC LIMIT 1" % self.commit[:12])
        return bool(last) and (last[0][0] == "denied" or last[0][1]["to"] in ("live", "failed"))

    def play(self):
        self.wire.begin(self.bad_luck)
        self.lab.detour = self.wire.port
        process = self.lab.start("run")
        self.lab.detour = None
        for number in range(1, self.count + 1):
            self.merge(number)
            if self.chance.random() < 0.3 and number < self.count:
                self.tally["overtaken"] += 1
                time.sleep(self.chance.random() * 0.5)
            else:
                self.lab.wait_for("the end of merge %d (%s)" % (number, self.commit), self.ended)
            assert process.poll() is None, self.lab.tail()
            self.sizes[number], self.files[number] = memory(process), open_files(process)
        self.lab.wait_for("nothing left", lambda: not self.lab.leftovers())
        assert self.lab.outcome() == "nothing", self.lab.cutover("plan", expect=(0, 2, 3))
        self.lab.stop(process)
        assert process.returncode == 0, self.lab.tail()
        self.check()

    def usual_size(self, number):
        """Of the ten merges up to this one: during a pass, and between two."""
        return [statistics.median(self.sizes[n][i] for n in range(number - 9, number + 1)) for i in range(2)]

    def check(self):
        values = self.project.values()
        query = " UNION ALL ".join("SELECT '%s', x FROM %s" % (n.name, n.dotted()) for n in self.project.nodes.values())
        assert dict(self.lab.ask(query)) == values
        expected = {n.schema for n in self.project.nodes.values()} | {"public", "cutover", self.lab.marker()}
        assert set(self.lab.schemas()) == expected, (self.lab.schemas(), expected)
        assert set(self.lab.clusters()) == self.project.clusters() | {"quickstart"}, self.lab.clusters()
        print("        %s, %d faults, generation %s" % (self.tally, len(self.wire.fired), self.lab.marker()))
        if self.count >= 200:
            early, late = self.usual_size(50), self.usual_size(200)
            print("        memory after 50 merges %d KiB (%d in a pass), after 200 %d KiB (%d)" % (early[1], early[0], late[1], late[0]))
            assert late[1] <= early[1] * GROWTH
        print("        at most %d files open" % max(self.files.values()))
        assert max(self.files.values()) < FILES_OPEN, "each merge leaves files open"

    def close(self):
        self.wire.close()
        self.lab.close()
        self.begin_with.close()


def main(arguments):
    merges = Merges(7, int(arguments[0]) if arguments else FEW)
    failed = 0
    try:
        merges.play()
        print("ok      %d merges in a row" % merges.count)
    except Exception:
        failed = 1
        print("FAILED  %d merges in a row\n%s\n%s" % (merges.count, traceback.format_exc(), merges.lab.tail()))
        print(merges.sizes)
    merges.close()
    print("%d passed, %d failed" % (1 - failed, failed))
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
