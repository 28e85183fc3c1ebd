"""Runs `dbt compile` on each folder that standard input names, in one process; answers with one line of JSON each."""
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
    folder = line.strip()
    os.environ["DBT_PROFILES_DIR"] = folder
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        result = dbtRunner().invoke(["--quiet", "compile", "--project-dir", folder, "--no-populate-cache", "--no-introspect", "--no-partial-parse", "--threads", "1"])
    print(json.dumps({"ok": bool(result.success), "error": str(result.exception or "")}), flush=True)
