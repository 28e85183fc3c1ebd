"""Random dbt projects with strangers around them, and what must go green when one of their commits comes: by naive
iteration over all rules, which is slow, and so simple that it can be believed."""
import copy
import random

from lab import cutover_yaml

MODULUS = 1000003
KINDS = ["view", "view", "view", "materialized_view", "seed"]


class Node:
    def __init__(self, name, schema, kind, cluster, reads, number):
        self.name, self.schema, self.kind, self.cluster, self.number = name, schema, kind, cluster, number
        self.reads = reads  # names of nodes
        self.indexes = []   # (name, cluster)
        self.grants = []    # roles that may read it
        self.from_source = False
        self.database = None
        self.more_rows = 0  # of a seed
        self.description = None

    def dotted(self):
        return self.schema + "." + self.name

    def key(self):
        """Nodes with the same key need not be rebuilt."""
        return (self.schema, self.kind, self.cluster, self.number, tuple(self.reads), self.from_source, self.database, self.more_rows)


class Project:
    """5 to 50 nodes in one to four schemas and clusters; each holds one row, whose number follows from its inputs."""

    def __init__(self, seed, least=5, most=50):
        self.chance = random.Random(seed)
        self.most = most + 1  # it may grow by one
        self.schemas = ["s%d" % i for i in range(self.chance.randint(1, 4))]
        self.compute = ["c%d" % i for i in range(self.chance.randint(1, 4))]
        self.nodes = {}
        self.named = 0
        self.broken = {}  # files that fail the commit
        for _ in range(self.chance.randint(least, most)):
            self.add_node()

    def copy(self):
        return copy.deepcopy(self)

    # --- drawing ---

    def fresh_name(self, letter):
        self.named += 1
        return "%s%d" % (letter, self.named)

    def add_node(self, kind=None):
        kind = kind or self.chance.choice(KINDS)
        before = list(self.nodes)
        reads = [] if kind == "seed" else self.chance.sample(before, min(len(before), self.chance.randint(0, 2)))
        node = Node(self.fresh_name("n"), self.chance.choice(self.schemas), kind,
                    self.chance.choice(self.compute) if kind == "materialized_view" else None, reads, self.chance.randrange(1000))
        node.from_source = kind != "seed" and self.chance.random() < 1 / 3
        self.nodes[node.name] = node
        while kind != "seed" and self.chance.random() < 1 / 8:
            self.add_index(node)
        return node

    def add_index(self, node):
        node.indexes.append((self.fresh_name("i"), self.chance.choice(self.compute)))

    def is_read(self, name):
        return any(name in node.reads for node in self.nodes.values())

    def change(self):
        """One thing, as a commit might; gives what it was."""
        while True:
            node = self.chance.choice(list(self.nodes.values()))
            what = self.chance.choice(["add", "remove", "add index", "drop index", "move", "edit", "edit"])
            if what == "add" and len(self.nodes) < self.most:
                self.add_node()
            elif what == "remove" and not self.is_read(node.name) and len(self.nodes) > 1:
                del self.nodes[node.name]
            elif what == "add index" and node.kind != "seed" and sum(len(n.indexes) for n in self.nodes.values()) < self.most:
                self.add_index(node)
            elif what == "drop index" and node.indexes:
                node.indexes.pop()
            elif what == "move" and node.cluster and len(self.compute) > 1:
                node.cluster = self.chance.choice([c for c in self.compute if c != node.cluster])
            elif what == "edit":
                node.number += 1
            else:
                continue
            return "%s (%s)" % (what, node.name)

    # --- what it means ---

    def clusters(self):
        used = {n.cluster for n in self.nodes.values() if n.cluster}
        return used | {cluster for n in self.nodes.values() for _, cluster in n.indexes}

    def values(self, orders=7):
        """The number that each node shows."""
        found = {}
        for node in self.nodes.values():  # inputs come before what reads them
            inputs = [found[r] for r in node.reads] + ([orders] if node.from_source else [])
            found[node.name] = (sum(inputs) + node.number) % MODULUS if inputs else node.number
        return found

    # --- as files ---

    def model(self, node):
        config = ["materialized='%s'" % node.kind, "schema='%s'" % node.schema]
        if node.cluster:
            config.append("cluster='%s'" % node.cluster)
        if node.database:
            config.append("database='%s'" % node.database)
        if node.grants:
            config.append("grants={'select': %s}" % node.grants)
        if node.indexes:
            config.append("indexes=[%s]" % ", ".join("{'columns': ['id'], 'name': '%s', 'cluster': '%s'}" % i for i in node.indexes))
        inputs = ["{{ ref('%s') }}" % r for r in node.reads] + (["{{ source('raw', 'orders') }}"] if node.from_source else [])
        if not inputs:
            query = "select 1 as id, %d as x" % node.number
        else:
            terms = " + ".join("t%d.x" % i for i in range(len(inputs)))
            query = "select t0.id, (%s + %d) %% %d as x\nfrom %s t0" % (terms, node.number, MODULUS, inputs[0])
            query += "".join("\njoin %s t%d on t%d.id = t0.id" % (text, i, i) for i, text in enumerate(inputs) if i)
        return "{{ config(%s) }}\n%s\n" % (", ".join(config), query)

    def seed(self, node):
        return "config: {schema: %s}" % node.schema

    def files(self, **settings):
        files = {"cutover.yaml": cutover_yaml(self.clusters(), **settings)}
        for node in self.nodes.values():
            if node.kind == "seed":
                files["seeds/%s.csv" % node.name] = "id,x\n1,%d\n" % node.number + "".join("%d,1\n" % (2 + n) for n in range(node.more_rows))
            else:
                files["models/%s/%s.sql" % (node.schema, node.name)] = self.model(node)
        seeds = [n for n in self.nodes.values() if n.kind == "seed"]
        if seeds:
            files["seeds/schema.yml"] = "version: 2\nseeds:\n" + "".join("  - {name: %s, %s}\n" % (n.name, self.seed(n)) for n in seeds)
        return {**files, **self.broken}


class Stranger:
    """What somebody else made: a view, or a materialized view, that reads one live relation."""

    def __init__(self, name, schema, cluster, reads):
        self.name, self.schema, self.cluster, self.reads = name, schema, cluster, reads  # reads: a dotted name

    def dotted(self):
        return self.schema + "." + self.name

    def sql(self):
        place = "MATERIALIZED VIEW %s IN CLUSTER %s" % (self.dotted(), self.cluster) if self.cluster else "VIEW %s" % self.dotted()
        return "CREATE %s AS SELECT id, x FROM %s" % (place, self.reads)


def draw_strangers(project, most=4):
    strangers = []
    for _ in range(project.chance.randint(0, most)):
        place = project.chance.choice(project.schemas + ["strange"] * 2 * len(project.schemas))
        if place not in {n.schema for n in project.nodes.values()}:
            place = "strange"
        live = [n.dotted() for n in project.nodes.values()] + [s.dotted() for s in strangers]
        cluster = project.chance.choice([None, "quickstart"] + sorted(project.clusters()))
        strangers.append(Stranger(project.fresh_name("x"), place, cluster, project.chance.choice(live)))
    return strangers


class Definition:
    """What goes green between two commits, and which strangers stand in the way: every rule, again and again, until
    none finds anything more."""

    def __init__(self, before, after, strangers):
        self.before, self.after, self.strangers = before, after, strangers
        self.nodes, self.schemas, self.clusters, self.refused = set(), set(), set(), set()
        self.removed = {n.dotted() for n in before.nodes.values() if n.name not in after.nodes}
        self.begin()
        size = None
        while size != self.size():
            size = self.size()
            for node in after.nodes.values():
                self.rule_of_node(node)
            for stranger in strangers:
                self.rule_of_stranger(stranger)
        self.refused |= {s.dotted() for s in strangers if self.hangs_on_green(s)}

    def size(self):
        return len(self.nodes) + len(self.schemas) + len(self.clusters) + len(self.refused)

    def begin(self):
        """A schema and a cluster that nothing uses any more go."""
        foreign = {s.cluster for s in self.strangers}
        self.live_schemas = {n.schema for n in self.before.nodes.values()}
        self.schemas |= self.live_schemas - {n.schema for n in self.after.nodes.values()}
        self.clusters |= self.before.clusters() - self.after.clusters() - foreign
        self.changed = {n.name for n in self.after.nodes.values()
                        if n.name not in self.before.nodes or self.before.nodes[n.name].key() != n.key()}

    def places(self, node):
        return {c for c in [node.cluster] + [cluster for _, cluster in node.indexes] if c}

    def is_green(self, node):
        """What is new is built beside when its schema stays; an index is built beside when its relation stays."""
        if node.name not in self.before.nodes or self.is_light(node):
            return node.schema in self.schemas or node.schema not in self.live_schemas
        return (node.name in self.changed or node.schema in self.schemas or node.cluster in self.clusters
                or set(node.reads) & {n.split(".")[1] for n in self.nodes})

    def is_light(self, node):
        """A view or a seed that changed, that nobody reads and that has no index, now as before."""
        old = self.before.nodes.get(node.name)
        read = {r for n in self.before.nodes.values() if n.name in self.after.nodes for r in n.reads}
        return (node.name in self.changed and node.kind in ("view", "seed") and not node.indexes and not old.indexes
                and node.name not in read and node.dotted() not in {s.reads for s in self.strangers})

    def rule_of_node(self, node):
        if self.is_green(node):
            self.nodes.add(node.dotted())
            self.schemas.add(node.schema)
            fresh = node.name not in self.before.nodes
            self.clusters |= self.places(node) - (self.before.clusters() if fresh else set())

    def rule_of_stranger(self, stranger):
        if stranger.schema in self.schemas or stranger.cluster in self.clusters or stranger.reads in self.nodes | self.removed:
            self.refused.add(stranger.dotted())

    def hangs_on_green(self, stranger):
        """What reads a stranger in the way is named as well."""
        by_name = {s.dotted(): s for s in self.strangers}
        return stranger.reads in self.nodes or (stranger.reads in by_name and self.hangs_on_green(by_name[stranger.reads]))
