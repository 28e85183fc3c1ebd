"""Whom a canary lets in to read green reads nothing of production that is not theirs: their GRANTs come late, in every way.
And nobody gets back by a cutover what a person has taken away."""
import subprocess

import psycopg2

from harness import CLOCK_FACTOR, ROOT, run
from test_requests import change, granted, is_live
from wire import Wire

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


class Late:
    """A wire that keeps in mind what GRANTs a canary has sent, and sends them once more when MOMENT has come, as a process
    would that stood still. The exchange of that moment then breaks as HOW says."""

    def __init__(self, world):
        self.world, self.wire = world, Wire(world.standin.port, CLOCK_FACTOR)
        self.statements = []

    def deploy(self, moment, how=None, command=("apply", "--yes")):
        self.refused = self.carried_out = 0

        def choose(spot):
            text = self.wire.texts[-1][1]
            if text.startswith("GRANT") and "guest" in text and text not in self.statements:
                self.statements.append(text)
            if not self.refused + self.carried_out and moment(spot, text):
                self.send()
                return how

        self.wire.begin(choose)
        world = self.world
        arguments = [a.replace(":%d/" % world.standin.port, ":%d/" % self.wire.port) for a in world.command(*command)]
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=world.env())
        self.wire.victim = process.pid
        process.wait(180)

    def send(self):
        assert self.statements
        for statement in self.statements:
            try:
                self.world.sql(statement)
                self.carried_out += 1
            except psycopg2.Error:
                self.refused += 1

    def sent(self):
        """The statements that let guests in or out, or cut over."""
        return [text for _, text in self.wire.texts if text.startswith(("GRANT", "REVOKE")) or "RENAME TO cutover_" in text.replace('"', "")]


def with_guest(world, gates):
    world.sql("CREATE ROLE guest")
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 30s\n" + "".join("    %s\n" % g for g in gates))
    change(world)
    return Late(world)


def at_the_decision(_, text):
    return '"to": "cutting_over"' in text or '"to":"cutting_over"' in text


def at_the_cutover(spot, _):
    return spot.kind == "cutover"


def in_the_soak(spot, _):
    return spot.phase == "soaking"


def what_is_granted_too_late_never_stays_in_production(world):
    late = with_guest(world, ["canary: {for: 1m, grant: [guest]}"])
    for generation, (moment, how) in enumerate([(at_the_decision, None), (at_the_cutover, None), (at_the_cutover, "lost_reply"), (in_the_soak, None)], 2):
        late.deploy(moment, how)
        assert late.refused == 0 or moment == in_the_soak, late.refused
        world.apply()
        assert is_live(world, generation) and granted(world, "guest") == [], (moment, how, granted(world, "guest"))
        change(world, number=generation - 1)
    assert late.refused and not late.carried_out, "the names that it knew are gone by then"


def it_is_taken_back_before_a_second_attempt_to_cut_over(world):
    late = with_guest(world, ["canary: {for: 1m, grant: [guest]}"])
    late.deploy(at_the_cutover, "conflict")
    sent = late.sent()
    first, second = [n for n, text in enumerate(sent) if text.startswith("BEGIN")][-2:]
    assert is_live(world, 2) and granted(world, "guest") == []
    assert second - first > len(late.statements) and second == len(sent) - 1, sent[first:]
    assert all(text.startswith("REVOKE") and "_green" in text for text in sent[first + 1:second]), sent[first:]


def a_process_that_is_killed_after_the_cutover_leaves_it_to_the_next(world):
    late = with_guest(world, ["canary: {for: 1m, grant: [guest]}"])
    late.deploy(at_the_cutover, "kill_after")
    assert world.marker().startswith("cutover_production_g2_") and "daily" in granted(world, "guest")
    world.apply()
    assert is_live(world, 2) and granted(world, "guest") == []


def refused_from_the_cutover_on(world):
    """The moment of the cutover, from which the server takes nothing back from the guest."""
    def moment(spot, text):
        if at_the_cutover(spot, text):
            world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('REVOKE%guest%', 0, 'refuse', '42501', 'must be owner')")
            return True
    return moment


def what_is_refused_after_the_cutover_holds_nothing_up_and_is_not_forgotten(world):
    late = with_guest(world, ["canary: {for: 1m, grant: [guest]}"])
    late.deploy(refused_from_the_cutover_on(world), command=("apply", "--yes", "--until", "soaking"))
    assert world.phases()[-1] == "soaking" and "refused, and tried again: revoking" in world.cutover("status", expect=2)
    world.apply(expect=3)
    assert is_live(world, 2) and "daily" in granted(world, "guest"), world.phases()
    text = world.cutover("status", expect=3)
    assert "from guest: the server says 42501 must be owner" in text and "generation 2" in text, text
    told = [t for t in world.receiver.texts() if "must be owner" in t]
    assert len(told) == 1 and "a person must act" in told[0], told
    world.apply(expect=3)
    world.sql("DELETE FROM standin_control.faults")
    world.apply()
    assert granted(world, "guest") == [] and "live" in world.cutover("status"), granted(world, "guest")
    world.sql("GRANT SELECT ON shop.daily TO guest")
    world.apply()
    assert granted(world, "guest") == ["daily"], "what a person gives afterwards is a person's"
    assert len([t for t in world.receiver.texts() if "must be owner" in t]) == 1, world.receiver.texts()


def the_next_deployment_does_not_take_along_what_is_still_to_be_taken_back(world):
    late = with_guest(world, ["canary: {for: 1m, grant: [guest]}"])
    late.deploy(refused_from_the_cutover_on(world))
    assert "daily" in granted(world, "guest")
    world.repository.edit("cutover.yaml", "canary: {for: 1m, grant: [guest]}", "")
    change(world, number=1)
    world.apply()
    assert is_live(world, 3) and granted(world, "guest") == [], granted(world, "guest")


def what_guests_may_read_in_production_they_may_read_afterwards(world):
    """By a person, and by the project."""
    late = with_guest(world, ["canary: {for: 1m, grant: [guest]}"])
    for grant in ("USAGE ON SCHEMA shop", "USAGE ON CLUSTER compute", "SELECT ON shop.regions", "SELECT ON shop.orders_clean"):
        world.sql("GRANT %s TO guest" % grant)
    world.repository.edit("models/shop/daily.sql", "materialized='materialized_view'", "materialized='materialized_view', grants={'select': ['guest']}")
    world.repository.commit("Let the guest read daily for good")
    late.deploy(at_the_cutover)
    world.apply()
    assert late.carried_out and is_live(world, 2)
    assert granted(world, "guest") == ["compute", "daily", "orders_clean", "regions", "shop"], granted(world, "guest")


def green_that_a_newer_commit_took_over_lets_nobody_in_late(world):
    late = with_guest(world, ["canary: {for: 7d, grant: [guest]}"])
    late.deploy(lambda spot, text: spot.phase == "canary" and spot.kind.startswith("read") and late.statements, "kill_before")
    world.repository.edit("cutover.yaml", "canary: {for: 7d, grant: [guest]}", "")
    world.repository.edit("cutover.yaml", "soak: 30s", "soak: 7d")
    change(world, number=1)
    late.deploy(at_the_cutover, command=("apply", "--yes", "--until", "soaking"))
    assert late.carried_out and world.phases()[-1] == "soaking" and granted(world, "guest") == [], granted(world, "guest")
    world.cutover("rollback", "--reason", "numbers look wrong")
    late.deploy(at_the_cutover)
    assert late.refused and not late.carried_out and world.phases()[-1] == "rolled_back", world.phases()
    assert granted(world, "guest") == []


def what_a_person_takes_from_production_meanwhile_does_not_come_back(world):
    """Green was given it while production gave it yet."""
    world.sql("CREATE ROLE reader")
    world.apply()
    grants = ["USAGE ON SCHEMA shop", "USAGE ON CLUSTER compute", "SELECT ON shop.daily", "SELECT ON shop.customers"]
    for grant in grants:
        world.sql("GRANT %s TO reader" % grant)
    change(world, "promotion: manual")
    world.apply(expect=3)
    for grant in grants[1:3]:
        world.sql("REVOKE %s FROM reader" % grant)
    world.cutover("approve", "--yes")
    world.apply()
    assert is_live(world, 2) and granted(world, "reader") == ["customers", "shop"], granted(world, "reader")


def with_reader(world):
    """Who may use the schema, and read customers and orders_clean; and a change that is to be deployed."""
    world.sql("CREATE ROLE reader")
    world.apply()
    for grant in ("USAGE ON SCHEMA shop", "SELECT ON shop.customers", "SELECT ON shop.orders_clean"):
        world.sql("GRANT %s TO reader" % grant)
    change(world)
    late = Late(world)
    late.statements = ["GRANT SELECT ON shop.daily TO reader", "GRANT USAGE ON CLUSTER compute TO reader",
                       "REVOKE SELECT ON shop.customers FROM reader", "GRANT SELECT ON shop.daily TO PUBLIC"]
    return late


def what_people_give_and_take_while_the_cutover_goes_out_holds_afterwards(world):
    late = with_reader(world)
    late.deploy(at_the_cutover)
    assert late.carried_out == 4 and is_live(world, 2), world.phases()
    assert granted(world, "reader") == ["compute", "daily", "orders_clean", "shop"], granted(world, "reader")
    public = [r[0] for r in world.sql("SELECT o.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id WHERE s.name = 'shop' AND o.privileges::text ~ '[{,]=r/'")]
    assert public == ["daily"], public


def what_people_do_before_anybody_has_looked_at_what_went_live_is_theirs(world):
    late = with_reader(world)
    late.deploy(at_the_cutover, "kill_after")
    assert world.phases()[-1] == "cutting_over" and world.marker().startswith("cutover_production_g2_")
    world.sql("GRANT SELECT ON shop.regions TO reader")
    world.sql("REVOKE SELECT ON shop.orders_clean FROM reader")
    world.apply()
    assert is_live(world, 2) and granted(world, "reader") == ["compute", "daily", "regions", "shop"], granted(world, "reader")


if __name__ == "__main__":
    run([what_is_granted_too_late_never_stays_in_production, it_is_taken_back_before_a_second_attempt_to_cut_over,
         a_process_that_is_killed_after_the_cutover_leaves_it_to_the_next,
         what_is_refused_after_the_cutover_holds_nothing_up_and_is_not_forgotten,
         the_next_deployment_does_not_take_along_what_is_still_to_be_taken_back,
         what_guests_may_read_in_production_they_may_read_afterwards, green_that_a_newer_commit_took_over_lets_nobody_in_late,
         what_a_person_takes_from_production_meanwhile_does_not_come_back,
         what_people_give_and_take_while_the_cutover_goes_out_holds_afterwards,
         what_people_do_before_anybody_has_looked_at_what_went_live_is_theirs], PROJECT, SEED)
