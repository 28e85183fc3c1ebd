"""Projects as they grow old in Git: besides what drawn.py changes, models are renamed, moved, and turned into other kinds,
schemas and clusters get other names, rows of seeds come and go, sinks follow, grants and descriptions are given and
taken; and a name that was given up is taken again."""
import re

from drawn import KINDS, Project
from lab import FILES, cutover_yaml
from scenarios import SINK

ROLES = ["reader", "writer"]
DATABASES = [None, "other"]
STAGING = {  # the same again, with st_ before each name
    "profiles.yml": FILES["profiles.yml"] + FILES["profiles.yml"].split("outputs:\n")[1].replace("prod:", "stage:"),
    "macros/names.sql": """{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ 'st_' if target.name == 'stage' }}{{ custom_schema_name if custom_schema_name else target.schema }}
{%- endmacro %}
""",
}


class Evolving(Project):
    def __init__(self, seed, least, most):
        self.given = {}  # letter: names that were ever drawn
        self.sinks = {}  # name: the node that it reads
        super().__init__(seed, least, most)
        self.environments = self.chance.choice([["production"], ["production"], ["production", "staging"]])

    def fresh_name(self, letter):
        """Perhaps one that is free again."""
        free = sorted(set(self.given.setdefault(letter, [])) - self.names())
        if free and self.chance.random() < 0.4:
            return self.chance.choice(free)
        self.given[letter].append(super().fresh_name(letter))
        return self.given[letter][-1]

    def names(self):
        nodes = self.nodes.values()
        return set(self.nodes) | set(self.sinks) | {n.schema for n in nodes} | self.clusters() | {i for n in nodes for i, _ in n.indexes}

    def is_read(self, name):
        return super().is_read(name) or name in self.sinks.values()

    def go_back_to(self, other):
        """The same commit once more."""
        past = other.copy()
        self.nodes, self.sinks, self.schemas, self.compute = past.nodes, past.sinks, past.schemas, past.compute

    # --- what a commit may change ---

    def change(self):
        if self.chance.random() < 0.4:
            return super().change()
        while True:
            node, what = self.chance.choice(list(self.nodes.values())), self.chance.choice(CHANGES)
            said = "%s (%s" % (what.__name__, node.name)
            if what(self, node):
                return "%s, now %s)" % (said, node.dotted())

    def rename(self, node):
        old, node.name = node.name, self.fresh_name("n")
        self.nodes = {n.name: n for n in self.nodes.values()}
        for other in self.nodes.values():
            other.reads = [node.name if r == old else r for r in other.reads]
        self.sinks = {sink: node.name if reads == old else reads for sink, reads in self.sinks.items()}
        return True

    def move_to_schema(self, node):
        if self.chance.random() < 0.3:
            self.schemas.append(self.fresh_name("sx"))
        others = [s for s in self.schemas if s != node.schema]
        node.schema = self.chance.choice(others) if others else node.schema
        return bool(others)

    def move_to_database(self, node):
        node.database = self.chance.choice([d for d in DATABASES if d != node.database])
        return True

    def rename_schema(self, node):
        old, new = node.schema, self.fresh_name("sx")
        self.schemas = [new if s == old else s for s in self.schemas]
        for other in self.nodes.values():
            other.schema = new if other.schema == old else other.schema
        return True

    def rename_cluster(self, node):
        old, new = node.cluster, self.fresh_name("cx")
        self.compute = [new if c == old else c for c in self.compute]
        for other in self.nodes.values():
            other.cluster = new if old and other.cluster == old else other.cluster
            other.indexes = [(name, new if c == old else c) for name, c in other.indexes]
        return bool(old)

    def move_to_a_new_cluster(self, node):
        if node.cluster:
            node.cluster = self.fresh_name("cx")
            self.compute = sorted(set(self.compute) | {node.cluster})
        return bool(node.cluster)

    def move_index(self, node):
        if not node.indexes or len(self.compute) < 2:
            return False
        name, cluster = node.indexes.pop()
        node.indexes.append((name, self.chance.choice([c for c in self.compute if c != cluster])))
        return True

    def rename_index(self, node):
        if node.indexes:
            node.indexes.append((self.fresh_name("i"), node.indexes.pop()[1]))
        return bool(node.indexes)

    def become(self, node):
        """Another kind; a seed reads nothing and has no index, and no sink reads a view."""
        kinds = set(KINDS) - {node.kind} - ({"seed"} if node.reads else set()) - ({"view"} if node.name in self.sinks.values() else set())
        if not kinds:
            return False
        node.kind = self.chance.choice(sorted(kinds))
        node.cluster = self.chance.choice(self.compute) if node.kind == "materialized_view" else None
        node.more_rows = 0
        if node.kind == "seed":
            node.from_source, node.indexes = False, []
        return True

    def add_rows(self, node):
        node.more_rows += self.chance.randint(1, 2) if node.kind == "seed" else 0
        return node.kind == "seed"

    def remove_a_row(self, node):
        some = node.more_rows > 0
        node.more_rows -= some
        return some

    def grant(self, node):
        if node.grants and self.chance.random() < 0.5:
            node.grants = node.grants[1:]
        else:
            node.grants = sorted(set(node.grants) | {self.chance.choice(ROLES)})
        return True

    def describe(self, node):
        node.description = self.chance.choice([None, "of %d" % node.number, "once more"])
        return True

    def add_sink(self, node):
        if node.kind == "view" or len(self.sinks) > 2:
            return False
        self.sinks[self.fresh_name("k")] = node.name
        return True

    def repoint_sink(self, node):
        if node.kind == "view" or not self.sinks:
            return False
        self.sinks[self.chance.choice(sorted(self.sinks))] = node.name
        return True

    def drop_sink(self, _):
        return bool(self.sinks) and bool(self.sinks.pop(self.chance.choice(sorted(self.sinks))))

    # --- as files ---

    def clusters(self):
        return super().clusters() | ({"outs"} if self.sinks else set())

    def seed(self, node):
        config = ["schema: " + node.schema] + ["database: other"] * bool(node.database) + ["grants: {select: %s}" % node.grants] * bool(node.grants)
        return "description: '%s', config: {%s, persist_docs: {relation: true}}" % (node.description or "", ", ".join(config))

    def files(self, **settings):
        sinks = {"models/%s.sql" % name: SINK % reads for name, reads in self.sinks.items()}
        described = ["  - {name: %s, description: '%s', config: {persist_docs: {relation: true}}}\n" % (n.name, n.description)
                     for n in self.nodes.values() if n.description and n.kind != "seed"]
        docs = {"models/docs.yml": "version: 2\nmodels:\n" + "".join(described)} if described else {}
        files = {**super().files(**settings), **sinks, **docs}
        return self.with_staging(files, settings) if len(self.environments) > 1 else files

    def with_staging(self, files, settings):
        """A second environment, of the same branch."""
        text = cutover_yaml({"st_" + c for c in self.clusters()}, **settings).split("environments:\n")[1]
        models = {path: re.sub(r"\bcluster('?[=:] ?)'", r"cluster\1('st_' if target.name == 'stage' else '') ~ '", sql)
                  for path, sql in files.items() if path.endswith(".sql")}
        return {**files, **models, **STAGING, "cutover.yaml": files["cutover.yaml"] + text.replace("production:", "staging:").replace("target: prod", "target: stage")}


CHANGES = [Evolving.rename, Evolving.rename, Evolving.move_to_schema, Evolving.move_to_schema, Evolving.move_to_database, Evolving.rename_schema,
           Evolving.rename_cluster, Evolving.move_to_a_new_cluster, Evolving.move_index, Evolving.rename_index, Evolving.become, Evolving.become,
           Evolving.add_rows, Evolving.add_rows, Evolving.remove_a_row, Evolving.grant, Evolving.grant, Evolving.describe, Evolving.add_sink,
           Evolving.repoint_sink, Evolving.drop_sink]
