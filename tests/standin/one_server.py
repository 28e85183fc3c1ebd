"""Runs tests one after the other against one stand-in; `N passed, N failed` is the last line."""
import os
import pathlib
import shutil
import sys
import tempfile
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import Standin  # noqa: E402


def run(tests, arguments, seed=None, afterwards=None):
    """ARGUMENTS: from the stand-in to what each test gets. AFTERWARDS, called after each, must not fail either."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="standin-test-"))
    os.chmod(folder, 0o755)
    standin = Standin(folder / "data")
    failed = 0
    if seed:
        standin.sql(seed)
    for test in tests:
        try:
            test(*arguments(standin))
            if afterwards:
                afterwards(standin)
        except Exception:
            failed += 1
            print("FAILED %s\n%s" % (test.__name__, traceback.format_exc()))
    standin.stop()
    shutil.rmtree(folder, ignore_errors=True)
    print("%d passed, %d failed" % (len(tests) - failed, failed))
    sys.exit(1 if failed or not tests else 0)


def stories(names, first):
    """The functions among NAMES whose first parameter is FIRST, in their order."""
    return [f for f in names.values() if getattr(f, "__code__", None) and f.__code__.co_varnames[:1] == (first,) and f.__code__.co_argcount]
