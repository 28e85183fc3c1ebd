"""What somebody who has Cutover's own rights does with names: what is in production and what waits beside it change
them, whole schemas and clusters or single relations; and whoever knows them by their ids gives them back."""
import re

NAMES = ("SELECT 'SCHEMA', s.id, d.name || '.', s.name FROM mz_schemas s JOIN mz_databases d ON d.id = s.database_id WHERE s.id LIKE 'u%' "
         "UNION ALL SELECT 'CLUSTER', id, '', name FROM mz_clusters WHERE id LIKE 'u%' UNION ALL "
         "SELECT upper(replace(o.type, '-', ' ')), o.id, d.name || '.' || s.name || '.', o.name FROM mz_objects o JOIN mz_schemas s ON s.id = o.schema_id "
         "JOIN mz_databases d ON d.id = s.database_id WHERE o.id LIKE 'u%' AND o.type IN ('view', 'materialized-view', 'table', 'index') ORDER BY 1, 2")
BESIDE = re.compile(r"(.+?)(_green|_blue_g\d+|_green_g\d+)$")


def names(lab):
    """(kind, id): (where it lies, its name)"""
    return {(kind, id): (place, name) for kind, id, place, name in lab.ask(NAMES)}


def pairs(now):
    """What is in production, with what waits beside it under a name that was made of its own."""
    by_name = {(thing[0], place, name): thing for thing, (place, name) in now.items()}
    for (kind, place, name), other in by_name.items():
        found = BESIDE.match(name)
        one = found and by_name.get((kind, place, found.group(1)))
        if one:
            yield one, other


def rename(thing, old, new):
    return "ALTER %s %s%s RENAME TO %s" % (thing[0], *old, new)


def swap(pair, now):
    """The statements."""
    (one, other), first, second = pair, now[pair[0]], now[pair[1]]
    if one[0] in ("SCHEMA", "CLUSTER"):
        return ["ALTER %s %s%s SWAP WITH %s" % (one[0], *first, second[1])]
    return [rename(one, first, "hand"), rename(other, second, first[1]), rename(one, (first[0], "hand"), second[1])]


def give_back(swapped, before, now):
    """The statements that give what is still there the names that it had, by way of names that nobody has."""
    moved = [t for pair in swapped for t in pair if t in now and now[t][1] != before[t][1]]
    away = [rename(t, now[t], "hand%d" % n) for n, t in enumerate(moved)]
    return away + [rename(t, (now[t][0], "hand%d" % n), before[t][1]) for n, t in enumerate(moved)]
