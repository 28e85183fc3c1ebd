"""A folder becomes a project: `cutover init` finds what lies there and writes a first cutover.yaml that validates."""
import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
CUTOVER = ROOT / os.environ.get("CUTOVER_BUILD", "build") / "cutover"
ENV = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
DBT = {"dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\n",
       "profiles.yml": "shop:\n  target: dev\n  outputs:\n    dev: {type: materialize, schema: public, dbname: materialize, cluster: small}\n",
       "models/daily.sql": "{{ config(materialized='materialized_view') }}\nselect 1 as x\n"}


def write(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def cutover(folder, *args, expect=0):
    done = subprocess.run([str(CUTOVER), *args], cwd=folder, env=ENV, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == expect, "cutover %s: exit %d, expected %d\n%s\n%s" % (" ".join(args), done.returncode, expect, done.stdout, done.stderr)
    return done.stdout, done.stderr


def on_a_terminal(folder, answers):
    """Runs init with a terminal on which ANSWERS are typed; gives its exit code and all that the terminal shows."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execve(str(CUTOVER), [str(CUTOVER), "init"], ENV)
    shown = b""
    for answer in answers:
        while not shown.endswith(b"] "):
            shown += os.read(terminal, 1)
        os.write(terminal, answer.encode() + b"\n")
        shown += b"\n"
    try:
        while True:
            more = os.read(terminal, 1024)
            if not more:
                break
            shown += more
    except OSError:
        pass  # that is how a terminal ends
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown.decode()


def the_example_is_found_and_validates(folder):
    shutil.copytree(ROOT / "examples" / "shop", folder / "shop", ignore=shutil.ignore_patterns("cutover.yaml", "target"))
    out, _ = cutover(folder / "shop", "init", "--yes")
    assert out.split("\n")[0] == ('found a dbt project "shop": 10 models, schemas shop and reports, clusters compute and serving (profiles.yml, target prod)'), out
    assert "wrote cutover.yaml (environment production, branch main)." in out, out
    assert "no findings" in cutover(folder / "shop", "validate")[0]


def plain_sql_is_found_and_validates(folder):
    shutil.copytree(ROOT / "examples" / "plain_sql", folder / "x", ignore=shutil.ignore_patterns("cutover.yaml"))
    out, _ = cutover(folder, "init", "--yes", "--project", "x")
    assert out.startswith("found a plain SQL project: 4 models, schemas sales, reports and ledger, cluster compute (project.toml, profile production)"), out
    assert "no findings" in cutover(folder / "x", "validate")[0]


def a_manifest_is_taken_where_the_sources_are_beyond_reading(folder):
    shutil.copytree(ROOT / "examples" / "manifest", folder / "x", ignore=shutil.ignore_patterns("cutover.yaml"))
    out, _ = cutover(folder / "x", "init", "--yes")
    assert out.startswith('found dbt\'s manifest of "visits":') and "(target/manifest.json, target prod)" in out, out
    assert "project: {manifest: target/manifest.json}" in (folder / "x" / "cutover.yaml").read_text()
    assert "no findings" in cutover(folder / "x", "validate")[0]


def in_a_repository_it_is_written_to_the_root(folder):
    subprocess.run(["git", "init", "-q", "-b", "master", "."], cwd=folder, check=True)
    (folder / ".git" / "refs" / "heads" / "master").write_text("0" * 40 + "\n")
    write(folder / "dbt", DBT)
    out, _ = cutover(folder, "init", "--yes")
    text = (folder / "cutover.yaml").read_text()
    assert "project: {path: dbt}" in text and "branch: master " in text and "target: dev " in text, text
    assert "1 model, schema public, cluster small (profiles.yml, target dev)" in out, out
    assert "no findings" in cutover(folder, "validate")[0]


def nothing_is_overwritten(folder):
    write(folder, {**DBT, "cutover.yaml": "mine: 1\n"})
    _, err = cutover(folder, "init", "--yes", expect=1)
    assert "CO1096" in err and (folder / "cutover.yaml").read_text() == "mine: 1\n", err


def without_a_terminal_questions_block(folder):
    write(folder, DBT)
    _, err = cutover(folder, "init", expect=3)
    assert "give --yes" in err and not (folder / "cutover.yaml").exists(), err


def on_a_terminal_it_asks(folder):
    write(folder, DBT)
    code, shown = on_a_terminal(folder, ["staging", "", "50cc"])
    text = (folder / "cutover.yaml").read_text()
    assert code == 0 and re.search(r"branch that it follows \[main\]", shown), shown
    assert "  staging:\n    branch: main " in text and "clusters: {small: {size: '50cc'}}" in text, text
    assert "no findings" in cutover(folder, "validate")[0]


def a_wrong_answer_is_a_finding_and_writes_nothing(folder):
    write(folder, DBT)
    code, shown = on_a_terminal(folder, ["No Name!", "main", ""])
    assert code == 1 and "CO1" in shown and not (folder / "cutover.yaml").exists(), shown


def a_folder_without_a_project_says_what_was_looked_for(folder):
    _, err = cutover(folder, "init", "--yes", expect=1)
    assert "CO1097" in err and "holds no dbt_project.yml, project.toml or target/manifest.json" in err, err


def a_project_that_does_not_compile_shows_why(folder):
    write(folder, {**DBT, "models/daily.sql": "select * from {{ ref('nowhere') }}\n"})
    _, err = cutover(folder, "init", "--yes", expect=1)
    assert "models/daily.sql:1:" in err and not (folder / "cutover.yaml").exists(), err


def one_program_alone_reads_files_and_names_the_other(folder):
    shutil.copy(CUTOVER, folder / "cutover")
    write(folder, DBT)
    for args, expect in (["validate"], 0), (["compile"], 0), (["ls"], 0), (["plan", "--project", "."], 1), (["ls", "--select", "state:new"], 1):
        done = subprocess.run([str(folder / "cutover"), *args], cwd=folder, env=ENV, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == expect, done
        assert ("CO1099" in done.stderr and str(folder / "cutover-online") in done.stderr) == (expect == 1), done.stderr


def a_link_to_the_program_finds_the_other(folder):
    (folder / "cutover").symlink_to(CUTOVER)
    done = subprocess.run([str(folder / "cutover"), "status"], cwd=folder, env=ENV, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 1 and "CO6002" in done.stderr and "is not a Git repository" in done.stderr, done


TESTS = [the_example_is_found_and_validates, plain_sql_is_found_and_validates, a_manifest_is_taken_where_the_sources_are_beyond_reading,
         in_a_repository_it_is_written_to_the_root, nothing_is_overwritten, without_a_terminal_questions_block, on_a_terminal_it_asks,
         a_wrong_answer_is_a_finding_and_writes_nothing, a_folder_without_a_project_says_what_was_looked_for, a_project_that_does_not_compile_shows_why,
         one_program_alone_reads_files_and_names_the_other, a_link_to_the_program_finds_the_other]


def main():
    wanted = [t for t in TESTS if not sys.argv[1:] or t.__name__ in sys.argv[1:]]
    failed = 0
    for test in wanted:
        with tempfile.TemporaryDirectory(prefix="cutover-init-") as folder:
            try:
                test(pathlib.Path(folder))
                print("ok      %s" % test.__name__)
            except Exception:
                failed += 1
                print("FAILED  %s\n%s" % (test.__name__, traceback.format_exc()))
    print("%d passed, %d failed" % (len(wanted) - failed, failed))
    sys.exit(failed > 0 or not wanted)


main()
