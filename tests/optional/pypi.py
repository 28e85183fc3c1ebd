"""dbt from PyPI in a virtual environment that is thrown away, and how to run it against a stand-in."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PINS = ["dbt-core==1.10.23", "dbt-materialize==1.9.11", "dbt-postgres==1.10.2", "dbt-adapters==1.24.5", "dbt-common==1.39.0", "Jinja2==3.1.6",
        "PyYAML==6.0.3", "sqlparse==0.5.4", "psycopg2-binary==2.9.13"]


class Environment:
    """A virtual environment with PACKAGES. CUTOVER_VENV keeps one between runs."""

    def __init__(self, packages):
        kept = os.environ.get("CUTOVER_VENV")
        self.kept = bool(kept)
        self.folder = pathlib.Path(kept or tempfile.mkdtemp(prefix="cutover-venv-"))
        self.python = self.folder / "bin" / "python"
        if not self.python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(self.folder)], check=True)
        done = subprocess.run([str(self.python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages], capture_output=True, text=True)
        if done.returncode:
            self.close()
            print("SKIPPED PyPI does not give %s: %s" % (" ".join(packages), done.stderr.strip().split("\n")[-1]))
            print("0 passed, 0 failed")
            sys.exit(0)

    def close(self):
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)


class Project:
    """A copy of a dbt project, and dbt on it."""

    def __init__(self, environment, source, folder, port):
        self.environment = environment
        self.folder = folder
        shutil.copytree(source, folder)
        self.env = dict(os.environ, DBT_HOST="127.0.0.1", DBT_PORT=str(port), DBT_PROFILES_DIR=str(folder), DBT_SEND_ANONYMOUS_USAGE_STATS="0",
                        DBT_PARTIAL_PARSE="true", NO_COLOR="1")

    def dbt(self, *words, expect=0, timeout=120):
        """Runs dbt to its end and gives what it said."""
        done = subprocess.run([str(self.environment.folder / "bin" / "dbt"), *words], cwd=self.folder, env=self.env, capture_output=True, text=True,
                              timeout=timeout)
        assert done.returncode == expect, "dbt %s: exit %d\n%s%s" % (" ".join(words), done.returncode, done.stdout[-4000:], done.stderr[-2000:])
        return done.stdout
