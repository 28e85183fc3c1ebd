"""A fresh process for every single action (`cutover run --once`, again and again) ends where one long run ends, whatever
is deployed; and so does a controller that is never stopped."""
import sys
import traceback

import scenarios
from faults import difference
from harness import several_at_once
from lab import Lab, template

MOST = 150     # processes
QUIET = 5      # of them that did nothing: it is over


def rows_of_the_record(lab):
    return lab.ask("SELECT count(*) FROM cutover.log")[0][0] if lab.phases() else 0


def one_long_run(lab):
    lab.cutover("apply", "--yes", expect=(0, 1, 2, 3))


def a_process_for_each_action(lab, _):
    quiet = 0
    for _ in range(MOST):
        before = rows_of_the_record(lab), lab.schemas(), lab.clusters()
        lab.cutover("run", "--once", expect=(0, 1))
        quiet = quiet + 1 if before == (rows_of_the_record(lab), lab.schemas(), lab.clusters()) else 0
        if quiet == QUIET:
            return
    raise AssertionError("it never ends: %s" % lab.phases())


def a_controller(lab, phases):
    process = lab.start("run")
    lab.wait_for("an end", lambda: lab.phases() and lab.last_phases() == phases and not lab.leftovers())
    lab.stop(process)
    assert process.returncode == 0, lab.tail()


def tell(scenario, begin_with):
    """What is wrong, or None."""
    lab = Lab(begin_with)
    try:
        scenario(lab)
        lab.save()
        one_long_run(lab)
        wanted = lab.state()
        for way in (a_process_for_each_action, a_controller):
            lab.restore()
            way(lab, wanted["phases"])
            end = lab.state()
            if end != wanted:
                return "%s: %s" % (way.__name__, difference(wanted, end))
        return None
    except Exception:
        return traceback.format_exc() + lab.tail()
    finally:
        lab.close()


def main(names):
    begin_with = template()
    chosen = [s for s in scenarios.ALL if not names or s.__name__ in names]
    failed = 0
    with several_at_once() as pool:
        for scenario, wrong in zip(chosen, pool.map(tell, chosen, [begin_with] * len(chosen))):
            failed += bool(wrong)
            print("FAILED  %s\n%s" % (scenario.__name__, wrong) if wrong else "ok      %s" % scenario.__name__, flush=True)
    begin_with.close()
    print("%d passed, %d failed" % (len(chosen) - failed, failed))
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
