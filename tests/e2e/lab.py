"""A world for many deployments in a row: its clock runs so fast that every wait of a deployment is over at the next
look, and its catalog is emptied between two projects instead of being made anew."""
import pathlib
import re
import tempfile

import harness

CLOCK_FACTOR = 3600  # an hour passes in a second
CUTOVER_YAML = """version: 1
environments:
  production:
    branch: main
    target: prod
    clusters: {%(clusters)s}
    hydration: {deadline: 1d, settle: 0s}
    max_drops: 1000
    soak: %(soak)s
    drain: 0s
    keep_failed: %(keep_failed)s
"""
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
    "cutover.yaml": CUTOVER_YAML % {"clusters": "", "soak": "0s", "keep_failed": "0s"},
}
SEED = "CREATE TABLE public.orders (id int, x int);\nINSERT INTO public.orders VALUES (1, 7);\n"


def cutover_yaml(clusters, soak="0s", keep_failed="0s"):
    sizes = ", ".join("%s: {size: 25cc}" % name for name in sorted(clusters))
    return CUTOVER_YAML % {"clusters": sizes, "soak": soak, "keep_failed": keep_failed}


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
        for (name,) in self.ask("SELECT s.name FROM mz_schemas s JOIN mz_databases d ON d.id = s.database_id "
                                "WHERE d.name = 'materialize' AND s.name <> 'public'"):
            self.ask('DROP SCHEMA "%s" CASCADE' % name)
        for (name,) in self.ask("SELECT name FROM mz_clusters WHERE id LIKE 'u%' AND name <> 'quickstart'"):
            self.ask('DROP CLUSTER "%s" CASCADE' % name)
        left = [o for o in self.catalog() if o["schema"] != "public"]
        assert not left, left

    def catalog(self):
        """Everything that people made, by id."""
        rows = self.ask("SELECT o.id, s.name, o.name, o.type, c.name, r.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id "
                        "JOIN mz_roles r ON r.id = o.owner_id LEFT JOIN mz_clusters c ON c.id = o.cluster_id WHERE o.id LIKE 'u%' ORDER BY 1")
        return [dict(zip(("id", "schema", "name", "type", "cluster", "owner"), row)) for row in rows]

    def leftovers(self):
        """Containers that a deployment should have taken away."""
        return [name for name in self.schemas() + self.clusters() if re.search(r"_green$|_blue_g\d+$", name)]

    def close(self):
        self.connection.close()
        super().close()
