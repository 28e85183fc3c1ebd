"""The deployments that are disturbed: what the world is like before each of them, and what is then deployed.

They are all of one small project: two schemas, two clusters, a seed, a source, indexes, grants and a test.
"""
from drawn import Node, Project

SOAK = "10m"  # the old side outlives every statement that a reader had begun when it was swapped


class Small(Project):
    """clean, regions, daily and by_region in schema s0, top in s1; daily runs on c0, top on c1."""

    def __init__(self):
        super().__init__(1, 0, 0)
        self.put("clean", "s0", "view", None, [], 3).from_source = True
        self.put("regions", "s0", "seed", None, [], 5)
        self.put("daily", "s0", "materialized_view", "c0", ["clean"], 11).indexes.append(("daily_idx", "c0"))
        self.put("by_region", "s0", "view", None, ["clean", "regions"], 13).indexes.append(("by_region_idx", "c0"))
        self.put("top", "s1", "materialized_view", "c1", ["daily"], 17)
        self.test = "select * from {{ ref('daily') }} where x < 0"
        self.sinks = []  # (name, what it reads)

    def put(self, name, schema, kind, cluster, reads, number):
        self.nodes[name] = Node(name, schema, kind, cluster, reads, number)
        return self.nodes[name]

    def clusters(self):
        return super().clusters() | ({"outs"} if self.sinks else set())

    def files(self, **settings):
        sinks = {"models/%s.sql" % name: SINK % reads for name, reads in self.sinks}
        return {**super().files(**{"soak": SOAK, **settings}), **sinks, "tests/never_negative.sql": self.test}


SINK = ("{{ config(materialized='sink', schema='kafka', cluster='outs') }}\nFROM {{ ref('%s') }}\n"
        "INTO KAFKA CONNECTION public.broker (TOPIC 't') FORMAT JSON ENVELOPE DEBEZIUM\n")
BROKER = "CREATE CONNECTION public.broker TO KAFKA (BROKER 'b:9092', SECURITY PROTOCOL = 'PLAINTEXT') WITH (VALIDATE = false)"
GRANTS = ["CREATE ROLE reader", "GRANT USAGE ON SCHEMA s0 TO reader", "GRANT USAGE ON CLUSTER c0 TO reader", "GRANT SELECT ON s0.daily TO reader",
          "ALTER DEFAULT PRIVILEGES FOR ROLE materialize IN SCHEMA s0 GRANT SELECT ON TABLES TO reader",
          "COMMENT ON VIEW s0.clean IS 'orders without mistakes'"]


def deploy(lab, project, message="First version", **settings):
    lab.replace_project(project.files(**settings), message)
    lab.apply()


def live(lab, **settings):
    """The project is live, people have granted this and that, and strangers live next door."""
    project = Small()
    deploy(lab, project, **settings)
    for statement in GRANTS + ["CREATE SCHEMA strange", "CREATE VIEW strange.own AS SELECT 1 AS id"]:
        lab.ask(statement)
    return project


def commit(lab, project, message, **settings):
    lab.replace_project(project.files(**settings), message)


# --- the scenarios ---

def first(lab):
    commit(lab, Small(), "First version")


def change(lab):
    """Of what one schema and one cluster hold."""
    project = live(lab)
    project.nodes["top"].number += 1
    commit(lab, project, "Change top")


def closure_over_two_clusters(lab):
    project = live(lab)
    project.nodes["clean"].number += 1
    commit(lab, project, "Change what everything reads")


def grow(lab):
    project = live(lab)
    project.put("extra", "s2", "materialized_view", "c2", ["daily"], 19)
    project.nodes["daily"].number += 1
    commit(lab, project, "A schema and a cluster more")


def shrink(lab):
    project = live(lab)
    del project.nodes["top"]
    project.nodes["regions"].number += 1
    commit(lab, project, "A schema and a cluster less")


def two_databases(lab):
    lab.ask("CREATE DATABASE other")
    project = live(lab)
    project.nodes["top"].database = "other"
    deploy(lab, project, "Move to another database")
    project.nodes["clean"].number += 1
    commit(lab, project, "Change both")


def a_failing_test(lab):
    project = live(lab)
    project.nodes["clean"].number += 1
    project.test = "select * from {{ ref('daily') }}"
    commit(lab, project, "Break a test")


def supersede(lab):
    """A newer commit takes over what another one has begun."""
    project = live(lab)
    project.nodes["clean"].number += 1
    commit(lab, project, "Never goes live")
    lab.ask("INSERT INTO standin_control.hydration (pattern, seconds) VALUES ('%green%', NULL)")
    lab.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    lab.ask("DELETE FROM standin_control.hydration")
    project.nodes["daily"].number += 1
    commit(lab, project, "Goes live instead")


def rollback(lab):
    project = live(lab, soak="7d")
    project.nodes["clean"].number += 1
    commit(lab, project, "To be regretted", soak="7d")
    lab.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    lab.cutover("rollback", "--reason", "numbers look wrong", expect=(0, 2))


def approved(lab):
    """A person has let it pass."""
    waits_for_a_person(lab)
    lab.cutover("approve", "--yes", "--reason", "looks right")


def aborted(lab):
    waits_for_a_person(lab)
    lab.cutover("abort", "--reason", "not today", expect=(0, 2, 3))


def waits_for_a_person(lab):
    project = live(lab)
    project.nodes["clean"].number += 1
    commit(lab, project, "Waits for a person", gates=["promotion: manual"])
    lab.cutover("apply", "--yes", expect=3)


def with_sinks(lab, **settings):
    lab.ask(BROKER)
    project = live(lab)
    project.sinks = [("daily_out", "daily"), ("top_out", "top")]
    deploy(lab, project, "Two sinks", **settings)
    return project


def sinks(lab):
    """Two follow what they read, a third one is new."""
    project = with_sinks(lab)
    project.nodes["clean"].number += 1
    project.sinks.append(("region_out", "daily"))
    commit(lab, project, "Change what the sinks read")


def rollback_with_sinks(lab):
    project = with_sinks(lab, soak="7d")
    project.nodes["clean"].number += 1
    project.sinks.append(("region_out", "daily"))
    commit(lab, project, "To be regretted", soak="7d")
    lab.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    lab.cutover("rollback", "--reason", "numbers look wrong", expect=(0, 2))


def additive(lab):
    """A model and an index come, a leaf goes, and nothing else is built."""
    project = live(lab)
    project.put("extra", "s1", "materialized_view", "c0", ["daily"], 19)
    project.nodes["regions"].indexes.append(("regions_idx", "c0"))
    del project.nodes["top"]
    commit(lab, project, "A model and an index more, a leaf less")


def in_place(lab):
    """Two grants come and one goes, and nothing else."""
    project = live(lab)
    lab.ask("CREATE ROLE analyst")
    lab.ask("CREATE ROLE auditor")
    project.nodes["top"].grants.append("auditor")
    deploy(lab, project, "Let auditors read")
    project.nodes["daily"].grants.append("analyst")
    project.nodes["top"].grants = ["analyst"]
    commit(lab, project, "Let analysts read, and auditors no longer")


def canary(lab):
    """A guest reads green meanwhile, and nothing of production afterwards."""
    project = live(lab)
    lab.ask("CREATE ROLE guest")
    project.nodes["clean"].number += 1
    commit(lab, project, "Is looked at before", gates=["canary: {for: 5m, grant: [guest]}"])


def replacement(lab):
    """A view that others read changes alone, and is replaced where it is."""
    allowed = {"gates": ["replace: cheaper", "tests: none"]}
    project = live(lab, **allowed)
    project.nodes["daily"].number += 1
    commit(lab, project, "Replace daily", **allowed)


def seed_rows(lab):
    """Rows come to a seed that others read, and nothing is built anew."""
    allowed = {"gates": ["replace: cheaper", "tests: none"]}
    project = live(lab, **allowed)
    project.nodes["regions"].more_rows = 2
    commit(lab, project, "Two more regions", **allowed)


seed_rows.refused = "INSERT INTO%WHERE false"


def seed_changes(lab):
    """A row of a seed that others read changes, and nothing is built anew."""
    allowed = {"gates": ["replace: cheaper", "tests: none"]}
    project = live(lab, **allowed)
    project.nodes["regions"].number += 1
    commit(lab, project, "Another region", **allowed)


seed_changes.refused = "UPDATE%AND false"


ALL = [first, change, closure_over_two_clusters, grow, shrink, two_databases, a_failing_test, supersede, rollback, approved, aborted, canary,
       sinks, rollback_with_sinks, additive, in_place, replacement, seed_rows, seed_changes]
