"""./dev demo: a merge travels to production, and back, on a stand-in for Materialize. Nothing stays behind."""
import json
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import SEED, SHOP, World  # noqa: E402

FACTOR = 60
WIDTH = 24


def say(text=""):
    print(text, flush=True)


def headline(text):
    say("\n\033[1m== %s\033[0m" % text if sys.stdout.isatty() else "\n== %s" % text)


class Reader(threading.Thread):
    """Somebody who reads a report a hundred times a second, and never stops."""

    def __init__(self, world):
        super().__init__(daemon=True)
        self.connection = world.standin.connect()
        self.done = self.failed = 0
        self.stopping = False

    def run(self):
        cursor = self.connection.cursor()
        while not self.stopping:
            began = time.monotonic()
            try:
                cursor.execute("SELECT count(*) FROM reports.top_items")
                cursor.fetchone()
                self.done += 1
            except Exception as error:  # the number is the point of the demo
                self.failed += 1
                say("   reader: %s" % error)
            time.sleep(max(0, 0.01 - (time.monotonic() - began)))

    def stop(self):
        self.stopping = True
        self.join(5)
        self.connection.close()


class Slack(threading.Thread):
    """Prints what Slack would get, as it comes."""

    def __init__(self, world):
        super().__init__(daemon=True)
        self.world = world
        self.shown = 0

    def run(self):
        while True:
            for message in self.world.receiver.messages[self.shown:]:
                self.shown += 1
                say("   Slack: " + re.sub(r"\s*\n\s*", "\n          ", message.get("text", json.dumps(message))))
            time.sleep(0.05)


def show(world, *args, expect=(0, 1, 2, 3)):
    say("$ cutover " + " ".join(args))
    text = world.cutover(*args, expect=expect)
    say("".join("   " + line + "\n" for line in text.rstrip().split("\n")).rstrip())


def follow(world, until, seconds=120):
    """Shows how green becomes ready, until a phase is reached; gives that phase."""
    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        status = world.status()
        deployment = status.get("deployment") or {}
        phase = deployment.get("phase")
        for cluster in deployment.get("clusters") or []:
            total, done = cluster.get("total", 0), cluster.get("hydrated", 0)
            line = "   %s  [%s]  %d/%d hydrated" % (cluster["name"], ("#" * (WIDTH * done // max(total, 1))).ljust(WIDTH, "."), done, total)
            if phase == "hydrating" and line != last:
                last = line
                say(line)
        if world.phases() and world.phases()[-1] in until:
            return world.phases()[-1]
        time.sleep(0.2)
    raise SystemExit("the demo waited too long for %s: %s\n%s" % (until, world.phases(), world.tail()))


def main():
    began = time.monotonic()
    headline("A stand-in for Materialize, a Git repository, and somebody who plays Slack")
    world = World(SHOP, SEED)
    try:
        story(world)
    finally:
        world.close()
    say("\nThat took %d seconds, and nothing is left running." % (time.monotonic() - began))
    say("You have seen: a first deployment, a plan with reasons, a cutover that no reader noticed, a commit that never")
    say("went live, and the way back. Try next: the README's section on pointing Cutover at your own Materialize.")


def story(world):
    world.set_clock(FACTOR)
    world.sql("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%green.%', 60), ('%green.customers%', 90), "
              "('%green.daily%', 150), ('%green.items_sold%', 180), ('reports_green.%', 240)")
    say("   the stand-in's clock runs %d times faster, so that minutes of hydration and soak pass in seconds" % FACTOR)
    Slack(world).start()

    headline("The project of examples/shop is on main: the controller deploys it")
    say("$ cutover run --repo file://.../shop.git --materialize postgres://... &")
    controller = world.start("run")
    follow(world, ("live",))
    show(world, "status")

    headline("A pull request changes one view. What would happen?")
    world.repository.git("checkout", "-q", "-b", "tidy")
    world.repository.edit("models/shop/orders_clean.sql", "where customer_id is not null",
                          "where customer_id is not null\n  and ordered_at >= timestamp '2026-11-20 10:00:00'")
    world.repository.commit("Leave early orders out", branch="tidy")
    show(world, "plan", "--revision", "tidy")

    headline("It is merged, while a client reads reports.top_items a hundred times a second")
    reader = Reader(world)
    reader.start()
    world.repository.git("checkout", "-q", "main")
    world.repository.git("merge", "-q", "--no-ff", "-m", "Merge tidy: leave early orders out", "tidy")
    say("$ git push origin main")
    world.repository.git("push", "-q", "origin", "main")
    time.sleep(1)
    follow(world, ("soaking", "live"))
    time.sleep(1)
    reader.stop()
    say("   the reader asked %d times, %d of its queries failed" % (reader.done, reader.failed))
    show(world, "status")
    follow(world, ("live",))

    headline("A bad commit: it doubles a day, and a test finds that on green")
    world.repository.edit("models/shop/daily.sql", "group by o.ordered_at::date",
                          "group by o.ordered_at::date\nunion all select date '2026-11-20', 0, 0")
    world.repository.commit("Add a line by mistake")
    say("$ git push origin main")
    follow(world, ("failed",))
    show(world, "status")

    headline("It is fixed and goes live, but the numbers look wrong: the way back is one transaction")
    world.repository.edit("models/shop/daily.sql", "\nunion all select date '2026-11-20', 0, 0", "")
    world.repository.edit("models/shop/daily.sql", "sum(l.amount) as revenue", "sum(l.amount) * 2 as revenue")
    world.repository.write("tests/revenue_is_the_sum_of_its_items.sql", "select 1 where false\n")
    world.repository.commit("Count revenue twice")
    say("$ git push origin main")
    follow(world, ("soaking",))
    show(world, "rollback", "--reason", "numbers look wrong", "--wait")
    show(world, "status")
    world.stop(controller)
    time.sleep(0.3)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit("%s\n%s" % (error, error.stderr))
