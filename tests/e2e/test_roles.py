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


TESTS = [what_another_role_owns_is_refused_before_anything_is_built, what_would_be_altered_after_the_cutover_must_be_ours,
         a_build_waits_until_it_is_ours, the_way_back_is_refused_while_another_role_owns_it, what_the_server_says_to_a_way_back_is_said,
         an_old_side_that_cannot_be_dropped_is_told_and_dropped_later]

if __name__ == "__main__":
    run(TESTS, PROJECT, SEED)
