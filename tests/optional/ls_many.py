"""Runs `dbt ls` on one folder with the selections that standard input names, in one process; answers with one line of JSON each."""
import contextlib
import io
import json
import os
import sys
import warnings

os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "0"
warnings.simplefilter("ignore")
from dbt.cli.main import dbtRunner  # noqa: E402

for line in sys.stdin:
    folder, flags = json.loads(line)
    os.environ["DBT_PROFILES_DIR"] = folder
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        result = dbtRunner().invoke(["--quiet", "ls", "--project-dir", folder, *flags])
    print(json.dumps({"ok": bool(result.success), "names": sorted(result.result or []) if result.success else [], "error": str(result.exception or "")}), flush=True)
