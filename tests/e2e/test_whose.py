"""What is there is told apart by its id and by when it was made, not by the name that it bears: a commit that comes back."""
from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"


def push_back(world, commit):
    world.repository.git("reset", "-q", "--hard", commit)
    world.repository.git("push", "-q", "-f", "origin", "HEAD:main")


def a_commit_that_comes_back_while_another_is_built_goes_live(world):
    """Whatever it made passed for the other one's, was dropped and made again until the deadline of the build."""
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    first = world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 1000")
    world.repository.commit("Leave all but the largest out")
    world.cutover("apply", "--yes", "--until", "hydrating", expect=(0, 2))
    push_back(world, first)
    world.apply()
    assert world.marker() == "cutover_production_g2_" + first[:8] and world.phases()[-1] == "live"
    assert world.sql("SELECT orders FROM shop.daily WHERE day = '2026-11-01'") == [(1,)]


def a_commit_that_failed_before_another_one_is_tried_again_to_its_end(world):
    world.apply()
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.write("tests/none.sql", "select * from {{ ref('daily') }}\n")
    first = world.repository.commit("A test that fails")
    world.apply(expect=1)
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 5", "o.amount > 6")
    world.repository.commit("It fails yet")
    world.apply(expect=1)
    push_back(world, first)
    world.cutover("resume", expect=(0, 2, 3))
    world.apply(expect=1)
    text = world.cutover("status", expect=3)
    assert "failed   g2 %s: test none failed" % first[:7] in text, text


if __name__ == "__main__":
    run([a_commit_that_comes_back_while_another_is_built_goes_live, a_commit_that_failed_before_another_one_is_tried_again_to_its_end],
        PROJECT, SEED)
