"""The way back when the old side is gone: the commit before is deployed anew, and is what is wanted until Git moves."""
from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def two_generations(world):
    """The second leaves small orders out: one order a day instead of two."""
    world.apply()
    first = world.repository.git("rev-parse", "HEAD").strip()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    second = world.repository.commit("Leave small orders out")
    world.apply()
    assert orders(world) == 1 and not world_has_blue(world)
    return first, second


def orders(world):
    return world.sql("SELECT orders FROM shop.daily WHERE day = '2026-11-01'")[0][0]


def world_has_blue(world):
    return [name for name in world.schemas() + world.clusters() if "_blue_" in name]


def is_live(world, generation):
    return world.marker().startswith("cutover_production_g%d_" % generation) and world.phases()[-1] == "live"


def passes(world, count=3):
    for _ in range(count):
        world.cutover("run", "--once")


def a_rollback_after_the_soak_deploys_the_commit_before(world):
    first, second = two_generations(world)
    controller = world.start("run")
    said = world.cutover("rollback", "--reason", "numbers look wrong", "--wait")
    assert "generation 3 is %s again. %s is denied" % (first[:7], second[:7]) in said, said
    assert orders(world) == 2 and is_live(world, 3), world.phases()
    text = world.cutover("status", expect=3)
    assert "rolled_back   g2 %s: numbers look wrong" % second[:7] in text and "generation 3, " + first[:7] in text, text
    world.stop(controller)
    texts = "\n".join(world.receiver.texts())
    assert "numbers look wrong" in texts and "live: generation 3" in texts, texts
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 1")
    world.repository.commit("Bring small orders back")
    world.apply()
    assert is_live(world, 4) and orders(world) == 2
    assert world.status()["state"] == "live"


def a_way_back_that_fails_does_not_say_that_production_is_back(world):
    """Status called the commit rolled back that was still live, and a resume the only way on."""
    world.repository.write("tests/few.sql", "select * from {{ ref('daily') }} where orders > 2\n")
    world.repository.commit("At most two orders a day")
    first, second = two_generations(world)
    world.sql("INSERT INTO public.orders VALUES (5, 1, 4, '2026-11-01')")
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the failure", lambda: world.cutover("run", "--once", expect=(0, 1, 3)) is not None and world.phases()[-1] == "failed")
    text = world.cutover("status", expect=3)
    assert "failed   g3 %s: test few failed" % first[:7] in text, text
    assert "live and untouched: generation 2, %s. The way back did not succeed." % second[:7] in text and "rolled_back" not in text, text
    assert "again: cutover rollback" in text and world.status()["deployment"]["phase"] == "failed", text
    world.sql("DELETE FROM public.orders WHERE id = 5")
    world.cutover("rollback", "--reason", "the order was withdrawn")
    world.wait_for("the way back", lambda: world.cutover("run", "--once", expect=(0, 1, 3)) is not None and is_live(world, 3))
    assert "rolled_back   g2 %s: the order was withdrawn" % second[:7] in world.cutover("status", expect=3)


def one_can_go_back_twice(world):
    """First in one transaction; Git still says what was denied by that."""
    two_generations(world)
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 1h")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 10")
    third = world.repository.commit("Leave more of them out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.cutover("rollback", "--reason", "too few")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    assert orders(world) == 1
    world.cutover("rollback", "--reason", "still too few")
    world.wait_for("another", lambda: world.cutover("run", "--once") is not None and world.marker().startswith("cutover_production_g5_"), seconds=40)
    assert orders(world) == 2
    world.cutover("resume")
    world.wait_for("what Git says", lambda: world.cutover("run", "--once") is not None and world.marker().startswith("cutover_production_g6_" + third[:8]))


def the_restored_commit_stays_until_git_moves_or_somebody_says_so(world):
    two_generations(world)
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and is_live(world, 3))
    passes(world)
    assert is_live(world, 3), "the denied commit was deployed again"
    world.cutover("resume", "--reason", "they were right")
    world.wait_for("the second attempt", lambda: world.cutover("run", "--once") is not None and is_live(world, 4))
    assert orders(world) == 1


def apply_goes_back_as_a_controller_would(world):
    two_generations(world)
    world.cutover("rollback", "--reason", "numbers look wrong")
    passes(world, 1)
    world.cutover("apply", "--yes", expect=(0, 1, 2, 3))
    assert is_live(world, 3) and orders(world) == 2


def set_git_to(world, commit):
    world.repository.git("reset", "-q", "--hard", commit)
    world.repository.git("push", "-q", "--force", "origin", "HEAD:main")


def the_way_back_is_taken_though_that_commit_has_failed_since(world):
    """It was not tried again: the person who asked was told that it is deployed, and nothing was."""
    world.repository.write("tests/few.sql", "select 1 from {{ ref('orders_clean') }} having count(*) > 3\n")
    world.repository.commit("Few orders")
    first, second = two_generations(world)
    world.sql("INSERT INTO public.orders VALUES (5, 1, 2, '2026-11-03')")
    set_git_to(world, first)
    passes(world, 1)
    world.cutover("approve", "--permit", "rewind", "--yes")
    world.wait_for("the failure", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "failed")
    set_git_to(world, second)
    world.sql("DELETE FROM public.orders WHERE id = 5")
    world.cutover("rollback", "g2", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and is_live(world, 3))
    assert orders(world) == 2 and world.marker().endswith(first[:8])


def a_second_way_back_passes_by_what_the_first_has_taken_back(world):
    """It would have led to the commit that was denied, where nothing was deployed any more."""
    first, second = two_generations(world)
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 8")
    third = world.repository.commit("Leave more of them out")
    world.apply()
    for generation, commit in ((4, second), (5, first)):
        world.cutover("rollback", "--reason", "numbers look wrong")
        assert commit[:7] + " is deployed anew" in world.stderr, world.stderr
        world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and is_live(world, generation))
        assert world.marker().endswith(commit[:8]), (world.marker(), commit)
    passes(world)
    assert is_live(world, 5) and orders(world) == 2 and third[:7] in world.cutover("status", expect=(0, 3))


def a_way_back_that_is_taken_back_stays_where_it_came_from(world):
    """The old side is that of the commit which was denied first."""
    first, second = two_generations(world)
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "soaking")
    assert world.marker() == "cutover_production_g3_" + first[:8]
    world.cutover("rollback", "--reason", "they were right")
    world.wait_for("the second", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    passes(world, 6)
    assert world.marker() == "cutover_production_g4_" + second[:8] and world.phases()[-1] == "rolled_back" and orders(world) == 1
    assert world.plan(expect=0)["outcome"] == "nothing"


def there_is_nothing_before_the_first(world):
    world.apply()
    for named in ([], ["g1"], ["--wait"]):
        assert not world.cutover("rollback", *named, expect=1), "it is recorded, and would be refused later"
        assert "CO5053" in world.stderr and "no other commit was live before g1: there is nothing to roll back to" in world.stderr, world.stderr
        assert "git revert" in world.stderr, "what to do"
    assert not world.sql("SELECT 1 FROM cutover.log WHERE kind = 'request'")
    assert is_live(world, 1)


def what_is_under_way_must_end_first(world):
    two_generations(world)
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 4m\n    promotion: manual")
    world.repository.edit("models/shop/daily.sql", "count(*)", "count(*) + 1")
    world.repository.commit("Count one more, by hand")
    world.apply(expect=3)
    controller = world.start("run")
    world.cutover("rollback", "g2", "--wait", expect=3)
    assert "g3 is under way: end it first by cutover abort" in world.stderr, world.stderr
    world.cutover("abort", "--reason", "first things first", "--wait")
    world.cutover("rollback", "--reason", "now", "--wait")
    assert is_live(world, 3) and orders(world) == 2
    world.stop(controller)


def what_was_removed_since_is_guarded_on_the_way_back_too(world):
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    max_drops: 0")
    world.repository.commit("Drop nothing")
    world.apply()
    world.repository.write("models/reports/extra.sql", "select 1 as x\n")
    world.repository.commit("One more")
    world.apply()
    world.cutover("rollback", "--reason", "not needed")
    passes(world)
    assert is_live(world, 2) or world.phases()[-1] == "pending", world.phases()
    assert "CO4110" in world.cutover("status", expect=3)
    world.cutover("approve", "--permit", "drops", "--yes")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and is_live(world, 3))
    assert ("reports", "extra") not in [o[:2] for o in world.objects()]


def an_old_side_is_neither_trusted_nor_dropped_unseen(world):
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 7d")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    marker = world.marker()
    world.sql("ALTER CLUSTER compute_blue_g1 SET (REPLICATION FACTOR 0)")
    controller = world.start("run")
    world.cutover("rollback", "--reason", "numbers look wrong", "--wait", expect=3)
    assert "refused: the old side cannot serve" in world.stderr, world.stderr
    assert world.marker() == marker and orders(world) == 1 and world.phases()[-1] == "soaking"
    world.sql("CREATE VIEW shop_blue_g1.mine AS SELECT orders FROM shop_blue_g1.daily")
    world.cutover("promote", "--reason", "it is not needed")
    stranger = "view shop_blue_g1.mine is on a side that is to be dropped, and is not ours"
    world.wait_for("the stranger is named", lambda: [t for t in world.receiver.texts() if stranger in t])
    assert stranger in world.cutover("status", expect=3)
    assert len(world.sql("SELECT * FROM shop_blue_g1.mine")) == 2 and {"shop_blue_g1", "reports_blue_g1"} <= set(world.schemas())
    world.sql("DROP VIEW shop_blue_g1.mine")
    world.wait_for("live", lambda: is_live(world, 2) and not world_has_blue(world))
    world.stop(controller)


def what_keeps_the_old_side_is_said_when_the_next_commit_waits_for_its_end(world):
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.sql("CREATE VIEW shop_blue_g1.mine AS SELECT orders FROM shop_blue_g1.daily")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 6")
    world.repository.commit("Leave more of them out")
    world.apply(expect=3)
    stranger = "view shop_blue_g1.mine is on a side that is to be dropped, and is not ours"
    assert stranger in world.cutover("status", expect=3)
    world.wait_for("the message", lambda: world.cutover("run", "--once") is not None and [t for t in world.receiver.texts() if stranger in t], seconds=20)
    world.sql("DROP VIEW shop_blue_g1.mine")
    world.apply()
    assert is_live(world, 3) and not world_has_blue(world)


def soak_long(world):
    soak_long_on(world, "main")


def soak_long_on(world, branch):
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 7d")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out", branch)
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))


def refused_way_back(world, why):
    marker = world.marker()
    said = world.cutover("rollback", "--reason", "numbers look wrong")
    passes(world, 2)
    outcomes = world.sql("SELECT body ->> 'outcome', body ->> 'why' FROM cutover.log WHERE kind = 'outcome' ORDER BY at, seq")
    assert outcomes[-1] == ("refused", why), (said, outcomes)
    assert world.marker() == marker and world.phases()[-1] == "soaking", world.phases()


def a_cutover_yaml_that_cannot_be_read_stops_no_way_back(world):
    """Nothing at all was done while it stood at the tip of the branch: no way back could be asked for, or taken, and nobody was told."""
    soak_long(world)
    world.repository.edit("cutover.yaml", "soak: 7d", "soaked: 7d")
    broken = world.repository.commit("Break the file")
    said = "cutover.yaml of %s cannot be read: nothing new begins until a fix is pushed. CO1004: unknown key" % broken[:7]
    passes(world, 2)
    assert said in str(world.receiver.texts()) and said in world.cutover("status", expect=2), world.receiver.texts()
    world.repository.remove("cutover.yaml")
    gone = world.repository.commit("Remove the file")
    passes(world, 1)
    text = world.cutover("status", expect=2)
    assert "cutover.yaml of %s cannot be read: nothing new begins until a fix is pushed. CO6011" % gone[:7] in text, text
    world.repository.git("reset", "-q", "--hard", broken)
    world.repository.git("push", "-q", "-f", "origin", "HEAD:main")
    assert world.cutover("plan", expect=1) == "" and "CO1004" in world.stderr
    away = world.repository.bare.rename(world.folder / "away.git")
    world.cutover("rollback", "--reason", "numbers look wrong")
    assert "goes on with what was fetched before" in world.stderr, "no way back can be asked for while Git is away"
    world.cutover("plan", expect=1)
    assert "CO6001" in world.stderr
    away.rename(world.repository.bare)
    world.wait_for("the way back", lambda: world.cutover("run", "--once", expect=(0, 3)) is not None and world.phases()[-1] == "rolled_back")
    assert orders(world) == 2 and said in world.cutover("status", expect=3)
    world.repository.edit("cutover.yaml", "soaked: 7d", "soak: 7d")
    world.repository.commit("Mend the file")
    world.wait_for("the fix", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "building")
    assert said not in world.cutover("status", expect=2)


def a_branch_that_is_gone_stops_no_way_back(world):
    """Nor does it undo what is being built: that goes on when the branch is there again."""
    world.repository.edit("cutover.yaml", "branch: main", "branch: release")
    world.repository.commit("Follow a branch of its own")
    world.repository.commit("Release", "release")
    soak_long_on(world, "release")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 6")
    world.repository.commit("Leave more of them out", "release")
    world.cutover("apply", "--yes", "--until", "building", expect=(0, 2))
    world.repository.git("push", "-q", "origin", ":release")
    said = "nothing new begins until it has. CO6010: push it"
    world.wait_for("a message", lambda: world.cutover("run", "--once") is not None and said in str(world.receiver.texts()), seconds=20)
    assert world.phases()[-1] == "building" and said in world.cutover("status", expect=(2, 3))
    world.repository.git("push", "-q", "origin", "HEAD:release")
    world.wait_for("the build", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "hydrating")
    world.cutover("abort", "--reason", "enough")
    world.repository.git("push", "-q", "origin", ":release")
    world.wait_for("the abort", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] in ("aborted", "superseded"))
    world.cutover("rollback", "g2", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once", expect=(0, 3)) is not None and world.phases()[-1] == "rolled_back")
    passes(world, 4)
    assert orders(world) == 2 and said in world.cutover("status", expect=3)


def an_old_side_of_which_something_is_gone_is_no_way_back(world):
    """What is left of it could serve; but production would lack a view, or a schema."""
    soak_long(world)
    world.sql("DROP MATERIALIZED VIEW reports_blue_g1.top_items")
    refused_way_back(world, "schema reports_blue_g1 is not complete: 1 of its 3 objects are gone")
    world.sql("DROP SCHEMA reports_blue_g1 CASCADE")
    refused_way_back(world, "schema reports_blue_g1 was dropped")
    assert ("reports", "top_items") in [o[:2] for o in world.objects()]
    world.cutover("promote", "--reason", "it cannot be gone back anyway")
    world.apply()
    assert is_live(world, 2) and not world_has_blue(world)


def an_old_side_of_which_something_was_renamed_is_no_way_back(world):
    """It was complete, by the number of what is in it: the way back was taken, and no one could read that view any more."""
    soak_long(world)
    world.sql("ALTER MATERIALIZED VIEW reports_blue_g1.top_items RENAME TO kept")
    refused_way_back(world, "materialized-view top_items in schema reports_blue_g1 was renamed to kept: rename it back first")
    assert {("reports", "top_items"), ("reports_blue_g1", "kept")} <= {o[:2] for o in world.objects()}
    world.sql("ALTER MATERIALIZED VIEW reports_blue_g1.kept RENAME TO top_items")
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    assert orders(world) == 2 and ("reports", "top_items") in [o[:2] for o in world.objects()]


def what_the_old_side_lost_since_the_way_back_was_begun_stops_it(world):
    """The process that began it stood still."""
    soak_long(world)
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the decision", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolling_back")
    world.sql("ALTER MATERIALIZED VIEW reports_blue_g1.top_items RENAME TO kept")
    passes(world)
    assert "somebody changed a name that the way back needs: see cutover repair" in world.cutover("status", expect=3)
    assert world.phases()[-1] == "rolling_back" and ("reports", "top_items") in [o[:2] for o in world.objects()]
    assert "CO5037" in world.cutover("repair", expect=(2, 3))
    world.sql("ALTER MATERIALIZED VIEW reports_blue_g1.kept RENAME TO top_items")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    assert orders(world) == 2 and ("reports", "top_items") in [o[:2] for o in world.objects()]


def an_old_side_that_was_renamed_is_one_again_when_it_has_its_name(world):
    soak_long(world)
    world.sql("ALTER SCHEMA reports_blue_g1 RENAME TO reports_before")
    refused_way_back(world, "schema reports_blue_g1 was renamed to reports_before: rename it back first")
    world.sql("ALTER SCHEMA reports_before RENAME TO reports_blue_g1")
    world.sql("ALTER SCHEMA reports RENAME TO reports_now")
    refused_way_back(world, "schema reports was renamed to reports_now: rename it back first")
    world.sql("ALTER SCHEMA reports_now RENAME TO reports")
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    assert orders(world) == 2


def production_that_somebody_has_dropped_comes_back_with_the_way_back(world):
    soak_long(world)
    world.sql("DROP SCHEMA reports CASCADE")
    world.sql("DROP CLUSTER serving CASCADE")
    world.cutover("rollback", "--reason", "it is gone")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    found = [o for o in world.objects() if o[0] == "reports"]
    assert [o[1] for o in found] == ["by_customer", "by_customer_customer_id_idx", "top_items"] and found[2][3] == "serving", found
    assert orders(world) == 2 and "reports_blue_g2" not in world.schemas()
    passes(world)
    assert world.cutover("drift").startswith("production: nothing") or "no drift" in world.cutover("drift"), world.cutover("drift")


def a_way_back_that_was_begun_when_production_was_dropped_can_be_begun_again(world):
    soak_long(world)
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("its beginning", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolling_back")
    world.sql("DROP SCHEMA reports CASCADE")
    passes(world, 1)
    assert world.phases()[-1] == "rolling_back"
    world.cutover("repair", "--yes")
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    assert orders(world) == 2 and ("reports", "top_items") in [o[:2] for o in world.objects()]


def who_reads_the_old_side_from_elsewhere_is_named(world):
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.sql("CREATE VIEW public.mine AS SELECT orders FROM shop_blue_g1.daily")
    world.apply(expect=3)
    assert "view public.mine reads shop_blue_g1.daily, which is to be dropped, and is not ours" in world.cutover("status", expect=3)
    assert len(world.sql("SELECT * FROM public.mine")) == 2
    world.sql("DROP VIEW public.mine")
    world.apply()
    assert is_live(world, 2) and not world_has_blue(world)


def go_back(world):
    """In one transaction: the old side soaks yet."""
    go_back_with(world, None)


def go_back_with(world, statement):
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 1h")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    if statement:
        world.sql("CREATE ROLE analyst SUPERUSER")
        world.sql(statement, user="analyst")
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")


def a_statement_that_comes_after_a_way_back_leaves_nothing_behind(world):
    """Of a process that stood still since the denied commit was built."""
    go_back(world)
    world.sql("CREATE SCHEMA shop_green")
    world.wait_for("it is gone", lambda: world.cutover("run", "--once") is not None and "shop_green" not in world.schemas(), seconds=20)
    assert "shop" in world.schemas() and orders(world) == 2


def cut_over(world, generation):
    """One pass at a time, until the marker has moved; the pass that would record it has not come."""
    world.wait_for("the cutover", lambda: world.cutover("run", "--once") is not None and world.marker().startswith("cutover_production_g%d_" % generation))
    assert world.phases()[-1] == "cutting_over", world.phases()


def the_way_back_can_be_asked_for_before_anybody_has_recorded_the_cutover(world):
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 1h")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    second = world.repository.commit("Leave small orders out")
    cut_over(world, 2)
    said = world.cutover("rollback", "--reason", "numbers look wrong")
    assert "recorded: rollback of production g2" in said, said
    assert world.status()["live"]["deployment"].startswith("production-g2-" + second[:7]), world.status()
    controller = world.start("run")
    world.wait_for("the way back", lambda: world.phases()[-1] == "rolled_back")
    world.stop(controller)
    assert orders(world) == 2 and world.marker().startswith("cutover_production_g3_")


def what_is_denied_no_more_is_not_called_rolled_back_while_its_first_attempt_is_cleared(world):
    """The same commit is live again, in its soak, and what is left of its first attempt is still to be dropped."""
    world.repository.edit("cutover.yaml", "    drain: 5m", "    drain: 5m\n    keep_failed: 0s")
    world.repository.commit("Keep nothing that is denied")
    go_back(world)
    second = world.repository.git("rev-parse", "HEAD")
    world.cutover("resume", "--reason", "they were right")
    world.wait_for("the second attempt", lambda: world.cutover("run", "--once") is not None and world.marker().startswith("cutover_production_g4_"))
    world.wait_for("its soak", lambda: world.phases()[-1] == "soaking" or world.cutover("run", "--once") is None)
    assert "shop_blue_g2" in world.schemas(), "the first attempt is not cleared yet"
    text = world.cutover("status", expect=2)
    assert text.startswith("production   soaking   g4 " + second[:7]) and "Way back until" in text and "not tried again" not in text, text
    passes(world)
    assert "shop_blue_g2" not in world.schemas() and world.phases()[-1] == "soaking"


AUCTION = "{{ config(materialized='source', schema='market', cluster='ingest') }}\nFROM LOAD GENERATOR AUCTION (TICK INTERVAL '1s')\n"
BIDS = "{{ config(materialized='source_table', schema='shop') }}\nFROM SOURCE {{ ref('auction') }} (REFERENCE \"auction\".\"bids\")\n"


def soak_with_a_source(world):
    world.repository.edit("cutover.yaml", "serving: {size: 25cc}", "serving: {size: 25cc}\n      ingest: {size: 25cc}")
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 6h\n    keep_failed: 1h")
    world.repository.write("models/market/auction.sql", AUCTION)
    world.repository.commit("Read an auction")
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))


def name_of(world, id):
    found = world.sql("SELECT s.name, o.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id WHERE o.id = '%s'" % id)
    return found[0] if found else None


def data_that_the_next_commit_has_made_meanwhile_outlives_the_side_that_is_taken_back(world):
    """Its table was made at once where it stays, while the commit before soaked: the way back takes it out of production."""
    soak_with_a_source(world)
    world.repository.edit("cutover.yaml", "soak: 6h", "soak: 6h\n    promotion: manual")
    world.repository.write("models/shop/bids.sql", BIDS)
    world.repository.write("models/extra.sql", "{{ config(materialized='view', schema='extras') }}\nselect * from {{ ref('bids') }}\n")
    world.repository.commit("Bids")
    world.apply(expect=3)
    bids = world.sql("SELECT id FROM mz_tables WHERE name = 'bids'")[0][0]
    world.cutover("rollback", "--reason", "numbers look wrong")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and "rolled_back" in world.phases())
    assert name_of(world, bids) == ("shop_blue_g2", "bids")
    world.cutover("abort", "--reason", "its place is gone")
    world.set_clock(6000)
    kept = "table shop_blue_g2.bids is on a side that is to be dropped, and holds data that nobody has permitted to drop"
    world.wait_for("the message", lambda: world.cutover("run", "--once") is not None and [t for t in world.receiver.texts() if kept in t])
    assert kept in world.cutover("status", expect=3)
    assert name_of(world, bids) == ("shop_blue_g2", "bids") and "compute_blue_g2" in world.clusters()
    world.sql("DROP TABLE shop_blue_g2.bids")
    world.wait_for("the side is gone", lambda: world.cutover("run", "--once") is not None and not world_has_blue(world))


def whoever_keeps_a_side_that_was_taken_back_is_named_and_keeps_nothing_else(world):
    """He came to it while it was production."""
    go_back_with(world, "CREATE VIEW shop.mine AS SELECT 1 AS one")
    world.set_clock(6000)
    stranger = "view shop_blue_g2.mine is on a side that is to be dropped, and is not ours"
    world.wait_for("the message", lambda: world.cutover("run", "--once") is not None and [t for t in world.receiver.texts() if stranger in t])
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 1")
    world.repository.commit("Bring small orders back")
    world.set_clock(60)
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.cutover("promote", "--reason", "enough orders")
    world.apply(expect=3)
    assert is_live(world, 4)
    assert stranger in world.cutover("status", expect=3) and "shop_blue_g3" not in world.schemas()
    world.sql("DROP VIEW shop_blue_g2.mine")
    world.wait_for("the side is gone", lambda: world.cutover("run", "--once") is not None and not world_has_blue(world))


def drift_is_told_after_a_way_back(world):
    go_back(world)
    world.sql("DROP INDEX shop.daily_day_idx")
    passes(world)
    assert [t for t in world.receiver.texts() if "drift: index shop.daily_day_idx dropped" in t or "daily_day_idx index dropped" in t], world.receiver.texts()


BY_ID = "{{ config(materialized='view', schema='extras', indexes=[{'columns': ['id'], 'name': 'by_id', 'cluster': 'compute'}]) }}\nselect id from {{ ref('orders_clean') }}\n"


def declare_an_index(world):
    """On a view that is new in a schema which stays as it is."""
    world.repository.write("models/one.sql", "{{ config(materialized='view', schema='extras') }}\nselect 1 as x\n")
    world.repository.edit("cutover.yaml", "    clusters:\n", "    keep_failed: 6h\n    clusters:\n")
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 6h")
    world.repository.commit("A schema of its own")
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 1")
    world.repository.write("models/two.sql", BY_ID)
    world.repository.commit("Look orders up")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    return indexed(world)


def indexed(world):
    return world.sql("SELECT i.id, o.name FROM mz_indexes i JOIN mz_objects o ON o.id = i.on_id WHERE i.name = 'by_id'")


def an_index_of_a_denied_side_is_not_the_next_attempts(world):
    """It had its name from the start, and is still there when the commit is tried again."""
    first = declare_an_index(world)
    assert [on for _, on in first] == ["two"], first
    world.cutover("rollback", "--reason", "too few orders", expect=(0, 2))
    world.cutover("apply", "--yes", expect=1)
    assert indexed(world) == [], "the denied side gives the name away"
    world.cutover("resume")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    again = indexed(world)
    assert [on for _, on in again] == ["two"] and again != first, again
    world.cutover("promote", "--reason", "enough orders")
    world.apply()
    assert indexed(world) == again and world.plan(expect=0)["outcome"] == "nothing"


def an_index_of_an_old_side_is_not_the_next_commits(world):
    """Its view was removed in Git, and soaks under another name; another view is to have an index of that name."""
    first = declare_an_index(world)
    world.cutover("promote", "--reason", "enough orders")
    world.repository.remove("models/two.sql")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 1", "o.amount > 2")
    world.repository.commit("Nobody looks orders up")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 2", "o.amount > 3")
    world.repository.write("models/three.sql", BY_ID)
    world.repository.commit("Somebody does after all")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    again = indexed(world)
    assert [on for _, on in again] == ["three"] and again != first, again
    world.cutover("promote", "--reason", "enough orders")
    world.apply()
    assert indexed(world) == again and world.plan(expect=0)["outcome"] == "nothing"


def what_cuts_over_soaks_as_long_as_its_own_commit_says(world):
    """A commit that came in that moment took the way back away."""
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 7d")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    commit = world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "cutting_over")
    world.repository.edit("cutover.yaml", "soak: 7d", "soak: 0s")
    world.repository.commit("Do not soak")
    world.wait_for("the soak", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "soaking")
    days = world.sql("SELECT (body->>'deadline')::timestamptz - at FROM cutover.log WHERE kind = 'phase' AND body->>'to' = 'soaking'")
    assert world.marker().endswith(commit[:8]) and days[0][0].days == 7, days


if __name__ == "__main__":
    run([what_cuts_over_soaks_as_long_as_its_own_commit_says, a_rollback_after_the_soak_deploys_the_commit_before, one_can_go_back_twice, a_way_back_that_fails_does_not_say_that_production_is_back,
         the_restored_commit_stays_until_git_moves_or_somebody_says_so,
         apply_goes_back_as_a_controller_would, the_way_back_is_taken_though_that_commit_has_failed_since,
         a_second_way_back_passes_by_what_the_first_has_taken_back, a_way_back_that_is_taken_back_stays_where_it_came_from,
         there_is_nothing_before_the_first, what_is_under_way_must_end_first,
         what_was_removed_since_is_guarded_on_the_way_back_too, an_old_side_is_neither_trusted_nor_dropped_unseen,
         a_cutover_yaml_that_cannot_be_read_stops_no_way_back, a_branch_that_is_gone_stops_no_way_back, an_old_side_of_which_something_is_gone_is_no_way_back, an_old_side_of_which_something_was_renamed_is_no_way_back, what_the_old_side_lost_since_the_way_back_was_begun_stops_it, an_old_side_that_was_renamed_is_one_again_when_it_has_its_name,
         production_that_somebody_has_dropped_comes_back_with_the_way_back,
         a_way_back_that_was_begun_when_production_was_dropped_can_be_begun_again,
         who_reads_the_old_side_from_elsewhere_is_named, what_keeps_the_old_side_is_said_when_the_next_commit_waits_for_its_end,
         a_statement_that_comes_after_a_way_back_leaves_nothing_behind,
         data_that_the_next_commit_has_made_meanwhile_outlives_the_side_that_is_taken_back,
         whoever_keeps_a_side_that_was_taken_back_is_named_and_keeps_nothing_else,
         an_index_of_a_denied_side_is_not_the_next_attempts, an_index_of_an_old_side_is_not_the_next_commits,
         the_way_back_can_be_asked_for_before_anybody_has_recorded_the_cutover, drift_is_told_after_a_way_back,
         what_is_denied_no_more_is_not_called_rolled_back_while_its_first_attempt_is_cleared], PROJECT, SEED)
