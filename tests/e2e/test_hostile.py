"""Projects that are broken, or made to break: each gets one clear error or the right answer. The program never dies of a
signal and never hangs."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CUTOVER = ROOT / os.environ.get("CUTOVER_BUILD", "build") / "cutover"
HANGS = 300    # seconds: far more than anything here needs, sanitizers included

PROJECT = "name: shop\nprofile: shop\nmodel-paths: [models]\n"
PROFILES = "shop:\n  target: dev\n  outputs:\n    dev: {type: materialize, host: h, port: 6875, user: u, pass: p, dbname: materialize, schema: shop, cluster: c}\n"


class Project:
    """A folder with a dbt project of one model, and what a test adds to it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cutover-hostile-"))
        self.write("dbt_project.yml", PROJECT)
        self.write("profiles.yml", PROFILES)
        self.write("models/fine.sql", "select 1 as id\n")

    def write(self, path, text):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def run(self, *words):
        done = subprocess.run([str(CUTOVER), *words, "--project", str(self.folder)], capture_output=True, timeout=HANGS)
        assert done.returncode in (0, 1), "exit %d: %s" % (done.returncode, done.stderr[-2000:].decode(errors="replace"))
        assert b"Sanitizer" not in done.stderr, done.stderr[-4000:].decode(errors="replace")
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def findings(self, code, *texts):
        """It is refused with CODE, in text and as JSON, and TEXTS say why."""
        status, _, said = self.run("validate")
        assert status == 1 and "error %s: " % code in said, said[:2000]
        for text in texts:
            assert text in said, "%r is not in:\n%s" % (text, said[:2000])
        listed = self.run("validate", "-o", "json")[1]
        if listed:
            assert code in [d["code"] for d in json.loads(listed)["diagnostics"]], listed[:2000]

    def model(self, name):
        """What the model NAME compiles to."""
        status, out, said = self.run("compile", "-o", "json")
        assert status == 0, said[:2000]
        return {n["unique_id"]: n for n in json.loads(out)["table"]}["model.shop.%s" % name]

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


# ---- Jinja ----

def brackets_nested_100_000_deep(p):
    p.write("models/deep.sql", "select {{ %s1%s }}" % ("(" * 100_000, ")" * 100_000))
    p.findings("CO2004", "nested more than", "models/deep.sql:1:")


def ifs_nested_50_000_deep(p):
    p.write("models/deep.sql", "{% if true %}" * 50_000 + "select 1" + "{% endif %}" * 50_000)
    p.findings("CO2004", "models/deep.sql:1:")


def a_sum_of_200_000_terms(p):
    p.write("models/long.sql", "select {{ %s }}" % " + ".join(["1"] * 200_000))
    p.findings("CO2004", "models/long.sql:1:")


def macros_that_call_each_other_without_end(p):
    p.write("macros/a.sql", "{% macro ping() %}{{ pong() }}{% endmacro %}\n{% macro pong() %}{{ ping() }}{% endmacro %}")
    p.write("models/loop.sql", "select {{ ping() }}")
    p.findings("CO2043", "call each other", "in macro ping", "in macro pong", "models/loop.sql:1:")


def loops_that_would_run_for_years(p):
    p.write("models/slow.sql", "{% set l = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] %}" + "{% for a in l %}" * 12 + "x" + "{% endfor %}" * 12)
    p.findings("CO2041", "steps")
    p.write("models/slow.sql", "{% for a in range(100000) %}{% for b in range(100000) %}{% for c in range(100000) %}{% endfor %}{% endfor %}{% endfor %}select 1")
    p.findings("CO2042", "memory")


def a_text_that_doubles_in_a_loop(p):
    p.write("models/big.sql", "{% set ns = namespace(t='x') %}{% for i in range(64) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}select '{{ ns.t }}'")
    p.findings("CO2042", "models/big.sql:1:")


def a_list_that_holds_itself(p):
    p.write("models/self.sql", "{% set l = [1] %}{% do l.append(l) %}select '{{ l }}'")
    status, _, said = p.run("validate")
    assert status == 0 or "error CO2" in said, said[:2000]


def tags_that_never_close(p):
    p.write("models/open.sql", "select {{ 1 ")
    p.write("models/raw.sql", "{% raw %} select 1")
    p.write("models/set.sql", "{% set x %} select 1")
    p.findings("CO2001", "models/open.sql:1:", "models/raw.sql:1:", "models/set.sql:1:")


# ---- YAML ----

def an_alias_bomb(p):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += ["a%d: &a%d [%s]" % (i, i, ", ".join(["*a%d" % (i - 1)] * 10)) for i in range(1, 12)]
    p.write("models/schema.yml", "version: 2\n" + "\n".join(lines) + "\n")
    p.findings("CO3001", "models/schema.yml:")


def an_alias_of_itself(p):
    p.write("models/schema.yml", "version: 2\nmodels: &m\n  - name: fine\n    meta: *m\n")
    p.findings("CO3001", "models/schema.yml:4:")


def yaml_nested_20_000_deep(p):
    p.write("models/schema.yml", "models: " + "[" * 20_000 + "]" * 20_000)
    p.findings("CO3001", "models/schema.yml:1:")


def yaml_that_is_no_map(p):
    for text in ("- a\n- b\n", "just words\n", "42\n"):
        p.write("models/schema.yml", text)
        p.findings("CO3003", "the file must be a map", "models/schema.yml:1:")


def yaml_of_binary_noise(p):
    p.write("models/schema.yml", bytes(range(256)) * 50)
    p.findings("CO3001", "models/schema.yml")


# ---- encodings ----

def a_model_that_is_not_utf8(p):
    p.write("models/latin.sql", b"select 'caf\xe9' as a\n")
    p.findings("CO2001", "UTF-8", "models/latin.sql:1:12")


def a_model_with_a_nul_byte(p):
    p.write("models/nul.sql", b"select 1\0 as a\n")
    p.findings("CO2001", "NUL", "models/nul.sql:1:")


def a_line_that_commands_the_terminal(p):
    p.write("models/evil.sql", "select {{ nothing }} \x1b[2J\x1b]0;title\x07 {{ ''.missing.deep }}\n")
    status, _, said = p.run("validate")
    assert status == 1 and "\x1b" not in said and "\x07" not in said, repr(said)


def windows_line_ends_compile_as_others(p):
    p.write("models/dos.sql", b"select 1 as a,\r\n  {{ 2 }} as b\r\n")
    p.write("models/schema.yml", b"version: 2\r\nmodels:\r\n  - name: dos\r\n    columns:\r\n      - name: a\r\n        tests: [unique]\r\n")
    p.write("seeds/codes.csv", b"id,word\r\n1,one\r\n2,two\r\n")
    assert p.model("dos")["compiled_code"] == "select 1 as a,\n  2 as b", p.model("dos")


def a_byte_order_mark_is_no_part_of_the_sql(p):
    p.write("models/schema.yml", b"\xef\xbb\xbfversion: 2\nmodels:\n  - name: fine\n    config: {tags: [marked]}\n")
    p.write("seeds/codes.csv", b"\xef\xbb\xbfid,word\n1,one\n")
    assert p.model("fine")["tags"] == ["marked"]
    nodes = {n["id"]: n for n in json.loads(p.run("compile", "-o", "json")[1])["nodes"]}
    assert "seed.shop.codes" in nodes


# ---- files ----

def a_model_of_50_megabytes(p):
    p.write("models/huge.sql", "select 1 as a\n" + "-- %s\n" % ("x" * 98) * 500_000)
    p.findings("CO6006", "models/huge.sql", "limit")


def a_model_of_10_megabytes_compiles(p):
    p.write("models/large.sql", "select 1 as a" + "\nunion all select {{ 2 }}" * 400_000)
    assert len(p.model("large")["compiled_code"]) > 7_000_000


def ten_thousand_files_in_a_folder(p):
    for i in range(10_000):
        p.write("models/many/m%05d.sql" % i, "select %d as id from {{ ref('m%05d') }}" % (i, i - 1) if i % 100 else "select 0 as id")
    status, out, said = p.run("validate")
    assert status == 0 and "10001 models" in out, out + said[:2000]


def a_chain_of_5_000_models(p):
    for i in range(5_000):
        p.write("models/m%d.sql" % i, "select * from {{ ref('m%d') }}" % (i - 1) if i else "select 0 as id")
    assert p.run("validate")[0] == 0


def a_chain_of_ephemeral_models_does_not_explode(p):
    p.write("dbt_project.yml", PROJECT + "models: {+materialized: ephemeral}\n")
    p.write("models/m0.sql", "select 0 as id")
    for i in range(1, 60):
        p.write("models/m%d.sql" % i, "select * from {{ ref('m%d') }} join {{ ref('m%d') }} using (id)" % (i - 1, max(0, i - 2)))
    p.write("models/last.sql", "{{ config(materialized='view') }} select * from {{ ref('m59') }}")
    assert p.model("last")["compiled_code"].count(" as (") == 60


def symbolic_links_out_of_the_project_are_left_out(p):
    os.symlink("/etc/passwd", p.folder / "models/passwd.sql")
    os.symlink("..", p.folder / "models/loop")
    os.symlink("nowhere", p.folder / "models/broken.sql")
    status, out, said = p.run("validate")
    assert status == 0 and said.count("warning CO6013") == 3 and "root:" not in out + said, said


def folders_nested_60_deep(p):
    p.write("models/" + "d/" * 60 + "m.sql", "select 1")
    status, _, said = p.run("validate")
    assert status == 1 and "nested too deeply" in said, said[:2000]


def names_that_are_no_names(p):
    p.write("models/with space.sql", "select 1 as id")
    p.write("models/quo\"te.sql", "select 1 as id")
    p.write("models/ünï.sql", "select 1 as id")
    p.write("models/%s.sql" % ("n" * 240), "select 1 as id")
    status, out, said = p.run("compile", "-o", "json")
    assert status == 1 or {n["name"] for n in json.loads(out)["nodes"]} >= {"with space", "quo\"te", "ünï"}, said


def folders_and_pipes_called_like_files(p):
    (p.folder / "models/folder.sql").mkdir()
    os.mkfifo(p.folder / "models/pipe.sql")
    assert p.run("validate")[0] == 0


def two_nodes_of_one_name(p):
    p.write("models/a/twice.sql", "select 1")
    p.write("models/b/twice.sql", "select 2")
    p.findings("CO3008", "twice", "models/b/twice.sql")


def two_nodes_that_make_one_relation(p):
    p.write("models/a.sql", "{{ config(alias='same') }} select 1")
    p.write("models/b.sql", "{{ config(alias='same') }} select 2")
    p.findings("CO3009", "model.shop.a", "model.shop.b")


def models_in_a_circle_are_shown_as_a_path(p):
    for name, reads in (("a", "b"), ("b", "c"), ("c", "a")):
        p.write("models/%s.sql" % name, "select * from {{ ref('%s') }}" % reads)
    p.findings("CO3017", "a -> b -> c -> a")


def a_seed_that_is_no_csv(p):
    for text in ("a,a\n1,2\n", "", "a,b\n1,2,3\n", b"a\n\xff\n", b"a\n1\x002\n"):
        p.write("seeds/codes.csv", text)
        p.findings("CO3034", "seeds/codes.csv")


def docs_blocks_that_are_not_there_or_do_not_end(p):
    p.write("models/docs.md", "{% docs order_status %}One of many.{% enddocs %}\n\n{% docs open %} and so on")
    p.write("models/schema.yml", "models:\n  - name: fine\n    config: {persist_docs: {relation: true}}\n    description: \"{{ doc('order_statsu') }}\"\n")
    p.findings("CO3043", 'the docs block "open" does not end', "models/docs.md:3:1")
    p.write("models/docs.md", "{% docs order_status %}One of many.{% enddocs %}\n")
    p.findings("CO3043", 'there is no docs block "order_statsu"', 'did you mean "order_status"?', "models/schema.yml:4:")

def macros_that_ask_the_database(p):
    p.write("macros/ask.sql", "{% macro columns() %}{{ answer() }}{% endmacro %}\n{% macro answer() %}{% set r = run_query('select 1') %}{{ r.columns if execute }}{% endmacro %}\n")
    p.write("models/asks.sql", "select {{ columns() }}")
    p.write("models/lists.sql", "select {% for c in adapter.get_columns_in_relation(ref('fine')) %}{{ c.name }}{% endfor %}")
    p.findings("CO2051", "run_query() needs the live database", "macros/ask.sql:2:", "in macro answer", "in macro columns", "models/asks.sql:1:11",
               "adapter.get_columns_in_relation() needs the live database", "models/lists.sql:1:", "project.manifest")


def empty_files(p):
    p.write("models/schema.yml", "")
    p.write("macros/none.sql", "")
    assert p.run("validate")[0] == 0
    p.write("models/none.sql", "\n  \n")
    p.findings("CO3028", "models/none.sql")


def no_project_at_all(p):
    (p.folder / "dbt_project.yml").unlink()
    p.findings("CO3002", "dbt_project.yml not found")


def what_compile_writes_is_not_read_back(p):
    for _ in range(3):
        status, out, said = p.run("compile", "--out", str(p.folder / "models/ours"))
        assert status == 0 and out.startswith("1 files written"), out + said
    status, out, _ = p.run("validate")
    assert status == 0 and out.startswith("1 models,"), out


def everything_that_is_wrong_is_said_at_once(p):
    p.write("models/one.sql", "select * from {{ ref('fin') }}")
    p.write("models/two.sql", "select {{ vra('x') }}, {{ var('x') }}")
    p.write("models/three.sql", "select {{ 'x' | uper }}")
    p.write("dbt_project.yml", PROJECT + "vars: {start_date: 1, shop: {end_date: 2}}\n")
    p.write("models/five.sql", "select {{ var('start_dat') }}")
    p.write("models/six.sql", "select {{ var('end_dat') }}")
    p.write("models/four.sql", "select * from {{ source('raw', 'order') }}")
    p.write("models/schema.yml", "version: 2\nmodels:\n  - name: fin\nsources:\n  - name: raw\n    tables: [{name: orders}]\n")
    status, _, said = p.run("validate")
    assert status == 1
    for text in ('model "fin" not found', 'did you mean "fine"?', "'vra' is undefined", 'did you mean "var"?', 'filter "uper" is not supported',
                 'did you mean "upper"?', 'source "raw.order" not found', 'did you mean "raw.orders"?', "models/schema.yml:3:11", 'did you mean "start_date"?', 'did you mean "end_date"?'):
        assert text in said, "%r is not in:\n%s" % (text, said)


STORIES = [value for value in list(globals().values()) if callable(value) and getattr(value, "__code__", None) and value.__code__.co_varnames[:1] == ("p",)]


def main(names):
    passed = failed = 0
    for story in STORIES:
        if names and story.__name__ not in names:
            continue
        p = Project()
        try:
            story(p)
            passed += 1
            print("ok      %s" % story.__name__, flush=True)
        except (AssertionError, subprocess.TimeoutExpired, KeyError, UnicodeDecodeError) as error:
            failed += 1
            print("FAILED  %s: %s: %s" % (story.__name__, type(error).__name__, error), flush=True)
        finally:
            p.close()
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
