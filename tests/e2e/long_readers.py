"""The long form of test_readers.py: 100,000 statements on 8 connections, while production is cut over 20 times and
rolled back 20 times. None fails, and none sees two generations."""
from harness import run
from test_readers import KINDS, PROJECT, SEED, Readers, go_live, merge_number, plain, saw, swap_only, with_a_cluster_set

ROUNDS = 20
STATEMENTS = 100000
READERS = 8


def way_back(world):
    world.cutover("rollback", "--reason", "a look at the old numbers")
    world.cutover("apply", "--yes", expect=(0, 1, 2, 3))
    assert world.phases()[-1] == "rolled_back", world.phases()[-5:]


def readers_see_one_side_in_each_of_many_statements(world):
    go_live(world, soak="1d")
    readers = Readers(world, KINDS + [(plain, "materialize"), (with_a_cluster_set, "materialize")])
    assert len(readers.all) == READERS
    enough = STATEMENTS // READERS // (2 * ROUNDS) + 1
    wanted = [saw(1)]
    for number in range(2, 2 + ROUNDS):
        merge_number(world, number)
        swap_only(world)
        readers.read_on(enough)
        way_back(world)
        readers.read_on(enough)
        wanted += [saw(number), saw(1)]
    readers.stop()
    assert not readers.errors(), readers.errors()
    for reader in readers.all:
        assert reader.states() == wanted, (reader.name, reader.states())
    print("        %d statements on %d connections, %d cutovers, %d rollbacks" % (
        sum(len(r.seen) for r in readers.all), READERS, world.phases().count("cutting_over"), world.phases().count("rolled_back")))


if __name__ == "__main__":
    run([readers_see_one_side_in_each_of_many_statements], project=PROJECT, seed=SEED)
