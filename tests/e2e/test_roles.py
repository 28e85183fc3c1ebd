"""Rights are checked, and the controller's role changes: what it made before belongs to the old one. That is told before anything is
built, not by the cutover or by what follows it."""
from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"
RIGHTS = ("CREATECLUSTER ON SYSTEM", "CREATE ON DATABASE materialize", "USAGE ON CLUSTER quickstart", "SELECT ON public.orders", "SELECT ON public.customers")


def act_as(world, role):
    world.standin.url = lambda: "postgres://%s@127.0.0.1:%d/materialize" % (role, world.standin.port)


def live_by_ada(world):
    """And svc is to carry on."""
    world.sql = lambda text: world.standin.sql(text, "mz_system")
    for role in ("ada", "svc"):
        world.sql("CREATE ROLE %s" % role)
        for right in RIGHTS:
            world.sql("GRANT %s TO %s" % (right, role))
    world.sql("ALTER SYSTEM SET enable_rbac_checks = true")
    act_as(world, "ada")
    world.apply()
    world.sql("GRANT USAGE ON SCHEMA cutover TO svc;\nGRANT SELECT, INSERT ON cutover.log TO svc")


def change(world):
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")


def change_hands(world):
    world.sql("GRANT ada TO svc")


def what_another_role_owns_is_refused_before_anything_is_built(world):
    """All was built, and the commit failed at the rehearsal."""
    live_by_ada(world)
    act_as(world, "svc")
    change(world)
    before = world.schemas()
    text = world.cutover("plan", expect=3)
    assert "refused CO4124: role ada owns schema cutover_production_g1_" in text and 'ways out:  GRANT "ada" TO "svc"' in text, text
    world.apply(expect=3)
    for _ in range(3):
        world.cutover("run", "--once")
    assert world.schemas() == before and world.phases()[-1] == "pending", world.phases()
    change_hands(world)
    world.apply()
    assert world.marker().startswith("cutover_production_g2_")


def what_would_be_altered_after_the_cutover_must_be_ours(world):
    """A grant follows the marker: it would be refused when the commit is live."""
    live_by_ada(world)
    world.sql("CREATE ROLE bi")
    act_as(world, "svc")
    for thing in ("SCHEMA shop", "SCHEMA reports", "SCHEMA " + world.marker(), "CLUSTER compute", "CLUSTER serving"):
        world.sql("ALTER %s OWNER TO svc" % thing)
    world.repository.edit("models/shop/daily.sql", "materialized='materialized_view'", "materialized='materialized_view', grants={'select': ['bi']}")
    world.repository.commit("Let bi read")
    text = world.cutover("plan", expect=3)
    assert 'refused CO4124: role ada owns materialized-view shop.daily, which role svc' in text, text
    assert 'ALTER MATERIALIZED VIEW "materialize"."shop"."daily" OWNER TO "svc"' in text, text
    world.sql("ALTER MATERIALIZED VIEW shop.daily OWNER TO svc")
    world.apply()
    assert world.marker().startswith("cutover_production_g2_")


def a_build_waits_until_it_is_ours(world):
    """The commit failed."""
    live_by_ada(world)
    change(world)
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    act_as(world, "svc")
    world.apply(expect=3)
    assert "CO4124" in world.cutover("status", expect=3) and world.phases()[-1] == "hydrating", world.phases()
    change_hands(world)
    world.apply()
    assert world.marker().startswith("cutover_production_g2_")


def soaking(world):
    live_by_ada(world)
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 7d")
    change(world)
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))


def the_way_back_is_refused_while_another_role_owns_it(world):
    """It was begun, and stood still for ever."""
    soaking(world)
    act_as(world, "svc")
    world.cutover("rollback", "--reason", "wrong numbers")
    world.wait_for("an answer", lambda: world.cutover("run", "--once") is not None and world.sql("SELECT count(*) FROM cutover.log WHERE kind = 'outcome'")[0][0])
    why = world.sql("SELECT body ->> 'why' FROM cutover.log WHERE kind = 'outcome'")[0][0]
    assert "belongs to role ada: GRANT \"ada\" TO \"svc\", or: ALTER SCHEMA" in why and world.phases()[-1] == "soaking", (why, world.phases())
    change_hands(world)
    world.cutover("rollback", "--reason", "wrong numbers")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    assert world.marker().startswith("cutover_production_g3_")


def what_the_server_says_to_a_way_back_is_said(world):
    """The role changes when it is begun. Nobody heard why it did not end: status asked whether a controller is running."""
    soaking(world)
    world.cutover("rollback", "--reason", "wrong numbers")
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolling_back")
    act_as(world, "svc")
    for _ in range(3):
        world.cutover("run", "--once", expect=(0, 3))
    text = world.cutover("status", expect=3)
    assert "the way back: the server says 42501 must be owner of SCHEMA cutover_production_g2_" in text, text
    change_hands(world)
    world.wait_for("the way back", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "rolled_back")
    assert world.marker().startswith("cutover_production_g3_")


def an_old_side_that_cannot_be_dropped_is_told_and_dropped_later(world):
    live_by_ada(world)
    change(world)
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    act_as(world, "svc")
    world.wait_for("cleaning", lambda: world.cutover("run", "--once", expect=(0, 3)) is not None and world.phases()[-1] == "cleaning")
    world.cutover("run", "--once", expect=(0, 3))
    text = world.cutover("status", expect=3)
    assert "the server says 42501 must be owner of" in text and "cannot drop what is left of production-g2" in text, text
    change_hands(world)
    world.wait_for("the end", lambda: world.cutover("run", "--once") is not None and world.phases()[-1] == "live")
    assert "shop_blue_g1" not in world.schemas()


def waits_for_approval(world):
    world.apply()
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    promotion: manual")
    change(world)
    world.apply(expect=3)


def what_a_person_with_our_role_put_on_green_is_his_own(world):
    """No statement of the commit makes it. It was dropped, and until somebody approved the wait for that began again with each pass, and was told."""
    waits_for_approval(world)
    messages = len(world.receiver.texts())
    world.sql("CREATE TABLE shop_green.notes (x int);\nINSERT INTO shop_green.notes VALUES (7)")
    for _ in range(6):
        world.cutover("run", "--once", expect=(0, 1, 3))
    text = world.cutover("status", expect=3)
    assert "table shop_green.notes lies in a green container, and is not ours" in text, text
    assert world.phases()[-2:] == ["checking", "failed"] and world.sql("SELECT x FROM shop_green.notes") == [(7,)], world.phases()
    assert not [t for t in world.receiver.texts()[messages:] if "waits for approval" in t]


def what_green_does_not_need_goes_before_the_wait_for_approval(world):
    """In a second attempt it may be the first one's: the wait began again with each pass, and was told each time."""
    world.sql("INSERT INTO public.customers VALUES (9, 'Eve', 1), (9, 'Eve', 1)")
    world.repository.edit("cutover.yaml", "    soak: 4m", "    soak: 4m\n    promotion: manual")
    world.repository.commit("Approve by hand")
    world.apply(expect=1)
    world.sql("DELETE FROM public.customers WHERE id = 9")
    world.cutover("resume")
    world.apply(expect=3)
    world.sql("CREATE VIEW shop_green.mine AS SELECT 1 AS one")
    world.wait_for("it is gone", lambda: world.cutover("run", "--once", expect=(0, 3)) is not None and ("shop_green", "mine") not in [o[:2] for o in world.objects()])
    world.apply(expect=3)
    count = len(world.phases())
    for _ in range(4):
        world.cutover("run", "--once", expect=(0, 3))
    assert len(world.phases()) == count and world.phases()[-1] == "awaiting_approval", world.phases()


TESTS = [what_a_person_with_our_role_put_on_green_is_his_own, what_green_does_not_need_goes_before_the_wait_for_approval,
         what_another_role_owns_is_refused_before_anything_is_built, what_would_be_altered_after_the_cutover_must_be_ours,
         a_build_waits_until_it_is_ours, the_way_back_is_refused_while_another_role_owns_it, what_the_server_says_to_a_way_back_is_said,
         an_old_side_that_cannot_be_dropped_is_told_and_dropped_later]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
