"""What people damage: the controller stands still and says so, and `cutover repair` puts right what can be proved."""
import json

from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def go_live_twice(world):
    """Generation 2 is live and its cleaning is over; gives its marker."""
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.apply()
    return world.marker()


def stands_still(world, reason="see cutover repair"):
    """The controller does nothing, however often it looks, and tells why."""
    before = world.schemas(), world.clusters()
    for _ in range(3):
        world.cutover("run", "--once")
    status = world.status()
    assert status["state"] == "blocked", status
    text = world.cutover("status", expect=3)
    assert reason in text, text
    assert (world.schemas(), world.clusters()) == before
    return text


def repair(world, expect=0):
    document = json.loads(world.cutover("repair", "--yes", "--output", "json", expect=expect))
    assert document["schema"] == "cutover.repair/1" and document["environment"] == "production"
    return [f["code"] for f in document["findings"]]


def is_healthy(world):
    assert world.cutover("repair", expect=0) == "production: record and marker agree, there is nothing to repair.\n"
    world.apply()
    assert world.status()["state"] == "live" and world.plan()["outcome"] == "nothing"


def an_undamaged_world_needs_no_repair(world):
    assert world.cutover("repair", expect=0).endswith("there is nothing to repair.\n")
    assert "cutover" not in world.schemas(), "looking makes nothing"
    go_live_twice(world)
    is_healthy(world)
    world.sql("ALTER CLUSTER quickstart SET (REPLICATION FACTOR 0)", user="mz_system")
    before = world.schemas(), world.clusters()
    world.cutover("run", "--once", expect=(0, 1))
    assert "quickstart" in world.stderr, "a record that cannot be read is not taken for none"
    assert (world.schemas(), world.clusters()) == before
    world.sql("ALTER CLUSTER quickstart SET (REPLICATION FACTOR 1)", user="mz_system")
    world.wait_for("the record", lambda: world.cutover("plan", expect=(0, 1)).strip().endswith("nothing to do."))


def told(world):
    """Names of the messages that it stands still and goes on, in order."""
    rows = world.sql("SELECT body FROM cutover.log WHERE kind = 'event' ORDER BY at, writer, seq")
    names = [(r[0] if isinstance(r[0], dict) else json.loads(r[0]))["name"] for r in rows]
    return [name for name in names if name.endswith("blocked")]


def that_it_stands_still_is_told_once_and_that_it_goes_on(world):
    marker = go_live_twice(world)
    assert told(world) == []
    world.sql("DROP SCHEMA %s" % marker)
    stands_still(world)
    assert told(world) == ["environment.blocked"]
    sent = [text for text in world.receiver.texts() if "is blocked" in text]
    assert len(sent) == 1 and "marker and record do not agree: see cutover repair" in sent[0], world.receiver.texts()
    repair(world)
    world.cutover("run", "--once")
    world.cutover("run", "--once")
    assert told(world) == ["environment.blocked", "environment.unblocked"]


def a_dropped_marker_is_made_again(world):
    marker = go_live_twice(world)
    world.sql("DROP SCHEMA %s" % marker)
    stands_still(world)
    lost = "not known: see cutover repair"
    text = world.cutover("plan")
    assert lost in text, text
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 6")
    world.repository.commit("Leave more out")
    text = world.cutover("plan", expect=(2, 3))
    assert lost in text and "first deployment" not in text, text
    text = world.cutover("apply", "--yes", expect=3)
    assert "first deployment" not in text, text
    text = world.cutover("repair", expect=3)
    assert text.startswith("production CO5034: the generation marker is missing\n  repair:  create %s: the record" % marker), text
    assert "give --yes" in world.stderr and world.marker() is None, "it asks before it acts"
    assert repair(world) == ["CO5034"]
    assert world.marker() == marker
    is_healthy(world)


def a_marker_that_was_renamed_gets_its_name_back(world):
    marker = go_live_twice(world)
    for wrong in ("cutover_production_g9_deadbeef", "cutover_production_g1_" + marker[-8:]):
        world.sql("ALTER SCHEMA %s RENAME TO %s" % (marker, wrong))
        stands_still(world)
        assert repair(world) == ["CO5035"]
        assert world.marker() == marker
    world.sql("ALTER SCHEMA %s RENAME TO what_was_this_for" % marker)
    stands_still(world)
    assert repair(world) == ["CO5034"]
    assert world.marker() == marker and "what_was_this_for" in world.schemas(), "what bears no marker's name is not touched"
    is_healthy(world)


def a_marker_of_a_commit_that_nobody_knows_was_renamed(world):
    """Production is not as the record tells, so that nothing proves which name the marker had."""
    marker = go_live_twice(world)
    world.sql("ALTER SCHEMA shop RENAME TO elsewhere")
    world.sql("ALTER SCHEMA %s RENAME TO cutover_production_g99_deadbeef" % marker)
    world.cutover("repair", "--yes", expect=1)
    assert "somebody renamed the marker" in world.stderr and "cutover history" in world.stderr, world.stderr
    assert marker[len("cutover_production_"):].split("_")[0] in world.cutover("history")
    world.sql("ALTER SCHEMA cutover_production_g99_deadbeef RENAME TO %s" % marker)
    world.sql("ALTER SCHEMA elsewhere RENAME TO shop")
    is_healthy(world)


def of_two_markers_a_person_drops_one(world):
    marker = go_live_twice(world)
    world.sql("CREATE SCHEMA cutover_production_g7_0123abcd")
    stands_still(world)
    text = world.cutover("plan")
    assert "not known: see cutover repair" in text and "generation 7" not in text, text
    text = world.cutover("repair", "--yes", expect=3)
    assert "CO5030: there are 2 generation markers" in text, text
    assert marker + " is the right one" in text and 'DROP SCHEMA "materialize"."cutover_production_g7_0123abcd" RESTRICT' in text, text
    assert "cutover_production_g7_0123abcd" in world.schemas(), "nothing is dropped that Cutover did not make"
    world.sql('DROP SCHEMA "materialize"."cutover_production_g7_0123abcd" RESTRICT')
    is_healthy(world)


def a_record_that_was_dropped_is_made_again(world):
    marker = go_live_twice(world)
    ids = world.sql("SELECT id, name FROM mz_objects WHERE id LIKE 'u%' AND name NOT IN ('log') ORDER BY 1")
    world.sql("DROP SCHEMA cutover CASCADE")
    stands_still(world)
    assert repair(world) == ["CO5036", "CO5035"]
    assert world.marker() == marker
    assert world.plan(expect=3)["outcome"] == "refused", "which objects are ours is not known yet"
    world.cutover("adopt", "--yes", expect=0)
    is_healthy(world)
    assert world.sql("SELECT id, name FROM mz_objects WHERE id LIKE 'u%' AND name NOT IN ('log') ORDER BY 1") == ids
    assert world.marker().startswith("cutover_production_g3_")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 6")
    world.repository.commit("Leave more out")
    world.apply()
    assert world.marker().startswith("cutover_production_g4_")


def deleted_rows_are_told_anew(world):
    marker = go_live_twice(world)
    world.sql("DELETE FROM cutover.log WHERE deployment LIKE 'production-g2-%'")
    stands_still(world)
    assert repair(world) == ["CO5035"]
    assert world.marker() == marker
    world.cutover("adopt", "--yes", expect=0)
    is_healthy(world)


def drift_is_drift_as_soon_as_nothing_is_left_to_take_over(world):
    go_live_twice(world)
    world.sql("DELETE FROM cutover.log WHERE deployment LIKE 'production-g2-%' AND kind <> 'objects'")
    assert repair(world) == ["CO5035"]
    assert world.plan()["outcome"] == "nothing" and world.status()["drift"] == []
    world.cutover("run", "--once")
    world.sql("DROP VIEW reports.by_customer")
    assert "by_customer" in world.cutover("drift", expect=2)
    world.cutover("run", "--once")
    assert world.status()["state"] == "live" and world.status()["live"]["generation"] == 2, "it is told of, not healed"


def a_record_that_lost_its_objects_says_how_to_find_them(world):
    marker = go_live_twice(world)
    before = world.objects()
    for lost in ("DELETE FROM cutover.log WHERE kind = 'objects'", "DROP SCHEMA cutover CASCADE"):
        world.sql(lost)
        if "cutover" not in world.schemas():
            world.sql("DROP SCHEMA %s" % world.marker())
        text = world.cutover("repair", "--yes", expect=3)
        assert "CO5039: the record knows nothing that Cutover made, though schema" in text and "run cutover adopt" in text, text
        world.cutover("adopt", "--yes", expect=0)
        is_healthy(world)
    assert [o for o in world.objects() if o[0] != "cutover"] == [o for o in before if o[0] != "cutover"]


def a_log_that_is_another_table_is_told_apart(world):
    go_live_twice(world)
    world.sql("DROP TABLE cutover.log;\nCREATE TABLE cutover.log (mine int)")
    for command in ("status", "repair", "plan"):
        text = world.cutover(command, expect=1) + world.stderr
        assert '"cutover"."log" is not the table that Cutover made: give it another name, then: cutover repair' in text, text
    world.sql("ALTER TABLE cutover.log RENAME TO mine")
    assert repair(world) == ["CO5036", "CO5035"]


def nobody_is_told_to_drop_production_while_the_record_is_damaged(world):
    marker = go_live_twice(world)
    world.sql("DROP TABLE cutover.log")
    text = stands_still(world)
    assert "DROP" not in text, text
    repair(world)
    world.cutover("adopt", "--yes", expect=0)
    world.sql("DROP SCHEMA %s" % world.marker())
    text = stands_still(world)
    assert "nothing is live yet" not in text and "which generation is live cannot be told before that: cutover repair" in text, text


def a_record_alone_is_no_proof(world):
    marker = go_live_twice(world)
    world.sql("DROP SCHEMA %s" % marker)
    world.sql("ALTER SCHEMA shop RENAME TO shop_by_hand")
    stands_still(world)
    text = world.cutover("repair", "--yes", expect=3)
    assert "a person must act" in text and "other objects bear production's names" in text, text
    assert world.marker() is None
    world.sql("ALTER SCHEMA shop_by_hand RENAME TO shop")
    assert repair(world) == ["CO5034"]
    is_healthy(world)
    before = [o for o in world.objects() if o[0] != "cutover"]
    world.sql("DROP SCHEMA %s" % marker)
    world.sql("DROP SCHEMA cutover CASCADE")
    assert world.plan(expect=3)["outcome"] == "refused", "production is there, so that this is no first deployment"
    world.apply(expect=3)
    assert [o for o in world.objects() if o[0] != "cutover"] == before


def a_marker_that_goes_in_the_soak_stops_the_cleaning(world):
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    marker = world.marker()
    world.sql("DROP SCHEMA %s" % marker)
    world.sql("SELECT standin_control.set_clock_factor(3600)")
    assert {s for s in world.schemas() if "blue" in s} == {"shop_blue_g1", "reports_blue_g1"}
    stands_still(world)
    assert repair(world) == ["CO5034"]
    is_healthy(world)
    assert not {s for s in world.schemas() if "blue" in s}


def a_marker_that_goes_before_the_cutover_is_missed_then(world):
    """That another deployment has cut over meanwhile is not what a missing marker says."""
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 4m\n    promotion: manual")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.apply(expect=3)
    world.sql("DROP SCHEMA %s" % world.marker())
    world.cutover("approve", "--yes")
    world.cutover("run", "--once")
    stands_still(world)
    assert repair(world) == ["CO5034"]
    world.apply()
    assert world.marker().startswith("cutover_production_g2_") and world.phases()[-1] == "live"
    is_healthy(world)


def what_a_failed_commit_hides_is_told_as_well(world):
    marker = go_live_twice(world)
    world.repository.write("models/shop/broken.sql", "select * from {{ ref('nothing_like_it') }}")
    world.repository.commit("Something that does not compile")
    world.apply(expect=1)
    world.sql("DROP SCHEMA %s" % marker)
    assert "nothing is live yet" not in stands_still(world)
    assert repair(world) == ["CO5034"] and world.marker() == marker


def a_way_back_that_is_blocked_is_ended(world):
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 7d")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolling_back")
    world.sql("ALTER SCHEMA shop_blue_g1 RENAME TO shop_by_hand")
    marker = world.marker()
    stands_still(world)
    assert repair(world) == ["CO5037"]
    assert world.marker() == marker and world.phases()[-1] == "soaking"
    world.cutover("promote")
    world.apply()
    assert world.status()["state"] == "live" and world.marker() == marker
    assert world.sql("SELECT count(*) FROM shop.daily"), "what was live stays it"
    assert "shop_by_hand" in world.schemas()


def soak(world):
    """Generation 2 is live, and its old side stays warm."""
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 7d\n    max_drops: 20")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    return world.marker()


def restore_record(world, phase):
    """Somebody brings back a copy of the record that was made when that phase had last begun."""
    rows = world.sql("SELECT at, body FROM cutover.log WHERE kind = 'phase' ORDER BY at, writer, seq")
    moments = [at for at, body in rows if (body if isinstance(body, dict) else json.loads(body))["to"] == phase]
    world.sql("DELETE FROM cutover.log WHERE at > '%s'" % moments[-1].isoformat())
    assert world.phases()[-1] == phase


def nobody_is_told_to_drop_anything(world):
    text = stands_still(world) + world.cutover("plan", expect=(2, 3))
    assert "live         not known: see cutover repair" in text and "DROP" not in text, text


def takes_over_and_forgets_no_side(world):
    """What nobody knows to be an old side any more the next deployment removes."""
    world.cutover("adopt", "--yes")
    world.cutover("apply", "--yes", "--until", "soaking")
    world.cutover("promote")
    is_healthy(world)
    assert not [s for s in world.schemas() + world.clusters() if "blue" in s]


def an_older_record_does_not_know_of_the_cutover(world):
    """The plan was refused since production stood in its way, to be adopted or dropped; and a repair did nothing, and said that it was done."""
    marker = soak(world)
    for phase in ("hydrating", "pending"):
        restore_record(world, phase)
        nobody_is_told_to_drop_anything(world)
        assert repair(world) == ["CO5035"] and world.marker() == marker
        world.sql("DELETE FROM cutover.log WHERE body->>'reason' = 'repaired: the marker tells this generation'")
    assert repair(world) == ["CO5035"]
    takes_over_and_forgets_no_side(world)


def an_older_record_is_told_of_when_a_newer_commit_has_come(world):
    """What is live counted as a build that was overtaken, and status said that it went on."""
    world.apply()
    marker = world.marker()
    restore_record(world, "building")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    nobody_is_told_to_drop_anything(world)
    assert world.phases()[-1] == "building" and repair(world) == ["CO5035"] and world.marker() == marker
    world.cutover("adopt", "--yes", expect=2)
    is_healthy(world)


def the_marker_never_goes_back_to_an_older_record(world):
    """No container's comment tells of a view that came to a schema that stays: the marker was renamed to the generation before."""
    world.apply()
    world.repository.write("models/reports/light.sql", "select 1 as x\n")
    world.repository.commit("One view more")
    world.apply()
    marker = world.marker()
    restore_record(world, "building")
    nobody_is_told_to_drop_anything(world)
    assert repair(world) == ["CO5035"] and world.marker() == marker
    world.sql("DELETE FROM cutover.log WHERE deployment LIKE 'production-g2-%'")
    nobody_is_told_to_drop_anything(world)
    assert repair(world) == ["CO5035"] and world.marker() == marker
    world.cutover("adopt", "--yes")
    is_healthy(world)


def a_marker_that_an_older_record_does_not_know_keeps_its_name_when_git_knows_its_commit(world):
    """It was taken for renamed once a newer commit had come, and given the name of the generation before."""
    world.apply()
    for number in (1, 2):
        world.repository.write("models/reports/light.sql", "select %d as x\n" % number)
        world.repository.commit("Number %d" % number)
        world.apply()
    marker = world.marker()
    world.repository.write("models/reports/light.sql", "select 3 as x\n")
    world.repository.commit("Number 3")
    world.sql("DELETE FROM cutover.log WHERE deployment LIKE 'production-g2-%' OR deployment LIKE 'production-g3-%'")
    nobody_is_told_to_drop_anything(world)
    assert repair(world) == ["CO5035"] and world.marker() == marker
    text = world.cutover("plan", expect=3)
    assert "reports.light stands in the way" in text and "cutover adopt --select light" in text and "DROP" not in text, text
    world.cutover("adopt", "--yes", expect=2)
    is_healthy(world)


def an_older_record_does_not_know_of_the_way_back(world):
    """Its commit was deployed again, and the old side was never dropped."""
    soak(world)
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    marker, before = world.marker(), world.objects()
    restore_record(world, "soaking")
    nobody_is_told_to_drop_anything(world)
    assert repair(world) == ["CO5035"]
    world.cutover("run", "--once")
    assert world.phases()[-2:] == ["rolling_back", "rolled_back"] and world.marker() == marker and world.objects() == before
    assert world.cutover("repair", expect=0).endswith("there is nothing to repair.\n")
    assert "This commit is not tried again" in world.cutover("status", expect=3)
    world.wait_for("nothing left over", lambda: world.cutover("run", "--once") is not None and "shop_blue_g2" not in world.schemas())


def an_older_record_does_not_know_that_the_soak_has_ended(world):
    """It blocked, and named cutover repair, which had nothing to repair."""
    soak(world)
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 6")
    world.repository.commit("Leave more out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    marker = world.marker()
    world.sql("DELETE FROM cutover.log WHERE deployment LIKE 'production-g3-%'")
    restore_record(world, "soaking")
    nobody_is_told_to_drop_anything(world)
    assert repair(world) == ["CO5035"] and world.marker() == marker
    takes_over_and_forgets_no_side(world)


def green_that_was_dropped_is_only_built_again(world):
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 4m\n    promotion: manual")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", expect=3)
    assert world.phases()[-1] == "awaiting_approval"
    world.sql("DROP SCHEMA reports_green CASCADE")
    assert world.cutover("repair", expect=0).endswith("there is nothing to repair.\n")
    world.cutover("approve", "--yes")
    is_healthy(world)


if __name__ == "__main__":
    run([an_undamaged_world_needs_no_repair, that_it_stands_still_is_told_once_and_that_it_goes_on,
         a_dropped_marker_is_made_again, a_marker_that_was_renamed_gets_its_name_back,
         a_marker_of_a_commit_that_nobody_knows_was_renamed,
         of_two_markers_a_person_drops_one, a_record_that_was_dropped_is_made_again, deleted_rows_are_told_anew,
         drift_is_drift_as_soon_as_nothing_is_left_to_take_over, a_record_alone_is_no_proof,
         a_marker_that_goes_before_the_cutover_is_missed_then, what_a_failed_commit_hides_is_told_as_well,
         a_record_that_lost_its_objects_says_how_to_find_them, a_log_that_is_another_table_is_told_apart,
         nobody_is_told_to_drop_production_while_the_record_is_damaged,
         an_older_record_is_told_of_when_a_newer_commit_has_come,
         the_marker_never_goes_back_to_an_older_record, an_older_record_does_not_know_of_the_cutover, an_older_record_does_not_know_of_the_way_back,
         an_older_record_does_not_know_that_the_soak_has_ended,
         a_marker_that_an_older_record_does_not_know_keeps_its_name_when_git_knows_its_commit,
         a_marker_that_goes_in_the_soak_stops_the_cleaning, a_way_back_that_is_blocked_is_ended, green_that_was_dropped_is_only_built_again],
        PROJECT, SEED)
