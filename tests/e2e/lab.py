"""A world for many deployments in a row: its clock runs so fast that every wait of a deployment is over at the next
look, and its catalog is emptied between two projects instead of being made anew."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

import harness

CLOCK_FACTOR = 3600  # an hour passes in a second
CUTOVER_YAML = """version: 1
environments:
  production:
    branch: main
    target: prod
    clusters: {%(clusters)s}
    hydration: {deadline: 7d, settle: 0s}
    max_drops: 1000
    soak: %(soak)s
    drain: 0s
    keep_failed: %(keep_failed)s
%(gates)s"""
FILES = {
    "dbt_project.yml": """name: drawn
version: "1.0"
config-version: 2
profile: drawn
model-paths: [models]
macro-paths: [macros]
seed-paths: [seeds]
test-paths: [tests]
""",
    "profiles.yml": """drawn:
  target: prod
  outputs:
    prod: {type: materialize, host: localhost, port: 6875, user: materialize, dbname: materialize, schema: nowhere, cluster: quickstart, threads: 1}
""",
    "macros/names.sql": """{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name if custom_schema_name else target.schema }}
{%- endmacro %}
""",
    "models/sources.yml": """version: 2
sources:
  - name: raw
    schema: public
    tables: [{name: orders}]
""",
    "cutover.yaml": CUTOVER_YAML % {"clusters": "", "soak": "0s", "keep_failed": "0s", "gates": ""},
}
SEED = "CREATE TABLE public.orders (id int, x int);\nINSERT INTO public.orders VALUES (1, 7);\n"


OBJECTS = ("SELECT d.name, s.name, o.name, o.type, c.name, r.name, o.privileges::text FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id "
           "JOIN mz_databases d ON d.id = s.database_id JOIN mz_roles r ON r.id = o.owner_id LEFT JOIN mz_clusters c ON c.id = o.cluster_id "
           "WHERE o.id LIKE 'u%' ORDER BY 1, 2, 3")
SCHEMAS = ("SELECT d.name, s.name, r.name, s.privileges::text FROM mz_schemas s JOIN mz_databases d ON d.id = s.database_id "
           "JOIN mz_roles r ON r.id = s.owner_id ORDER BY 1, 2")
CLUSTERS = ("SELECT c.name, c.size, c.replication_factor, r.name, c.privileges::text FROM mz_clusters c JOIN mz_roles r ON r.id = c.owner_id "
            "WHERE c.id LIKE 'u%' ORDER BY 1")
COMMENTS = ("SELECT c.object_type, coalesce(s.name || '.' || o.name, p.name, k.name), c.object_sub_id, c.comment FROM mz_internal.mz_comments c "
            "LEFT JOIN mz_objects o ON o.id = c.id AND c.object_type NOT IN ('schema', 'cluster') LEFT JOIN mz_schemas s ON s.id = o.schema_id "
            "LEFT JOIN mz_schemas p ON p.id = c.id AND c.object_type = 'schema' LEFT JOIN mz_clusters k ON k.id = c.id AND c.object_type = 'cluster' "
            "ORDER BY 1, 2, 3")
DEFAULTS = "SELECT * FROM mz_internal.mz_show_default_privileges ORDER BY 1, 2, 3, 4, 5, 6"
DEFINITIONS = " UNION ALL ".join("SELECT s.name, o.name, o.create_sql FROM mz_%s o JOIN mz_schemas s ON s.id = o.schema_id WHERE o.id LIKE 'u%%'" % k
                                 for k in ("views", "materialized_views", "sinks")) + " ORDER BY 1, 2"


def cutover_yaml(clusters, soak="0s", keep_failed="0s", gates=()):
    """GATES: more lines of the environment."""
    sizes = ", ".join("%s: {size: 25cc}" % name for name in sorted(clusters))
    lines = "".join("    %s\n" % line for line in gates)
    return CUTOVER_YAML % {"clusters": sizes, "soak": soak, "keep_failed": keep_failed, "gates": lines}


def copy(source, target):
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def template():
    """The data folder that every lab begins with."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as seed:
        seed.write(SEED)
        seed.flush()
        return harness.Template(seed.name)


class Lab(harness.World):
    def __init__(self, begin_with):
        with tempfile.TemporaryDirectory(prefix="cutover-lab-") as empty:
            for path, text in FILES.items():
                target = pathlib.Path(empty) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
            super().__init__(empty, None, template=begin_with)
        self.set_clock(CLOCK_FACTOR)
        self.connection = self.standin.connect()
        self.detour = None  # the port that cutover is sent to instead of the stand-in's own
        self.saved = self.folder / "saved"
        self.settings = self.folder / "config.yaml"  # the controller's file, when there is one

    def command(self, *args):
        own = ":%d/" % self.standin.port
        command = [a.replace(own, ":%d/" % self.detour) if self.detour else a for a in super().command(*args)]
        return command + (["--config", str(self.settings)] if self.settings.exists() else [])

    # --- going back in time ---

    def save(self):
        """Keeps the stand-in as it is now, at a moment at which its clock stands still."""
        self.set_clock(0)
        self.halt()
        shutil.rmtree(self.saved, ignore_errors=True)
        copy(self.standin.folder, self.saved)
        self.go_on()

    def restore(self):
        """The stand-in is as it was when it was saved, to the second."""
        self.halt()
        shutil.rmtree(self.standin.folder)
        copy(self.saved, self.standin.folder)
        self.go_on()

    def halt(self):
        self.connection.close()
        self.standin.stop()

    def go_on(self):
        self.standin.start()
        self.set_clock(CLOCK_FACTOR)
        self.connection = self.standin.connect()

    def ask(self, statement):
        """One statement, on a connection that stays."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def replace_project(self, files, message):
        """The commit that has FILES and the lab's own, and nothing else."""
        wanted = {**FILES, **files}
        for path in self.repository.git("ls-files").split():
            if path not in wanted:
                self.repository.remove(path)
        for path, text in wanted.items():
            self.repository.write(path, text)
        return self.repository.commit(message)

    def empty(self):
        """Drops everything but the seed's own table, the record too."""
        for name in self.ask("SELECT d.name, s.name FROM mz_schemas s JOIN mz_databases d ON d.id = s.database_id WHERE s.name <> 'public'"):
            self.ask('DROP SCHEMA "%s"."%s" CASCADE' % name)
        for (name,) in self.ask("SELECT name FROM mz_clusters WHERE id LIKE 'u%' AND name <> 'quickstart'"):
            self.ask('DROP CLUSTER "%s" CASCADE' % name)
        left = [o for o in self.catalog() if o["schema"] != "public"]
        assert not left, left

    def catalog(self):
        """Everything that people made, by id."""
        rows = self.ask("SELECT o.id, d.name, s.name, o.name, o.type, c.name, r.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id "
                        "JOIN mz_databases d ON d.id = s.database_id JOIN mz_roles r ON r.id = o.owner_id LEFT JOIN mz_clusters c ON c.id = o.cluster_id WHERE o.id LIKE 'u%' ORDER BY 1")
        return [dict(zip(("id", "database", "schema", "name", "type", "cluster", "owner"), row)) for row in rows]

    def state(self):
        """Everything that a deployment may change, by name and without ids, so that two worlds can be compared."""
        return {"objects": self.described(OBJECTS), "schemas": self.described(SCHEMAS), "clusters": self.described(CLUSTERS),
                "comments": self.described(COMMENTS), "defaults": self.described(DEFAULTS), "definitions": self.described(DEFINITIONS),
                "rows": self.rows(), "phases": self.last_phases(), "plan": self.outcome()}

    def described(self, query):
        """The rows of QUERY; ids in definitions and times are left out."""
        text = json.dumps(self.ask(query), default=str)
        for some, other in [(r"\[u\d+ AS ", "["), (r" IN CLUSTER \[u\d+\]", ""), (r" AS OF \d+", ""), (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "WHEN")]:
            text = re.sub(some, other, text)
        return json.loads(text)

    def rows(self):
        relations = self.ask("SELECT d.name, s.name, o.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id JOIN mz_databases d "
                             "ON d.id = s.database_id WHERE o.id LIKE 'u%' AND o.type IN ('table', 'view', 'materialized-view') "
                             "AND s.name <> 'cutover' ORDER BY 1, 2, 3")
        return {".".join(r): sorted(self.ask('SELECT * FROM "%s"."%s"."%s"' % r)) for r in relations}

    def last_phases(self):
        """Where each deployment has ended, and which commits are denied."""
        if "cutover" not in self.schemas():
            return {}
        found = {}
        for deployment, kind, body in self.ask("SELECT deployment, kind, body FROM cutover.log ORDER BY at, writer, seq"):
            if kind == "phase":
                found[deployment] = body["to"]
            elif kind == "denied":
                found["denied " + body["commit"]] = True
        return found

    def outcome(self):
        text = self.cutover("plan", "--output", "json", expect=(0, 1, 2, 3))
        return json.loads(text)["outcome"] if text.startswith("{") else "none"

    def leftovers(self):
        """Containers that a deployment should have taken away, by the patterns that some commit may have chosen."""
        schemas = [name for (name,) in self.ask("SELECT name FROM mz_schemas WHERE id LIKE 'u%' ORDER BY 1")]
        return [name for name in schemas + self.clusters() if re.search(r"_green$|_next$|^next_|_blue_g\d+$|_of_g\d+$|_was\d+$", name)]

    def close(self):
        self.connection.close()
        super().close()
