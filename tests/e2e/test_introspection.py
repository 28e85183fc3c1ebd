"""Projects that ask the live database while they are rendered: only where the controller's file allows it, once a deployment."""

from harness import ROOT, run

PROJECT = ROOT / "tests" / "e2e" / "project"
SEED = ROOT / "tests" / "e2e" / "seed.sql"

MACROS = """
{% macro values_of(relation, column) %}
  {% if not execute %}{{ return([]) }}{% endif %}
  {% call statement('values_of', fetch_result=True) %}select {{ column }} as value from {{ relation }} group by 1 order by 1{% endcall %}
  {{ return(load_result('values_of')['data'] | map(attribute=0) | list) }}
{% endmacro %}
{% macro all_but(relation, except) %}
  {% set names = [] %}
  {% for column in adapter.get_columns_in_relation(relation) if column.name not in except %}{% do names.append(column.quoted) %}{% endfor %}
  {{ return(names | join(', ')) }}
{% endmacro %}
"""

BY_DAY = """{{ config(materialized='view', schema='reports') }}
select customer_id
{%- for day in values_of(ref('daily'), 'day') %}, sum(case when day = '{{ day }}' then cents else 0 end) as "d{{ day | replace('-', '') }}"{% endfor %}
{%- set rows = run_query('select count(*) from ' ~ ref('daily')) %}
, {{ rows.columns[0].values()[0] if execute else 0 }} as days
from {{ ref('orders_clean') }} group by customer_id
"""

PEOPLE = """{{ config(materialized='view', schema='reports') }}
select {{ all_but(source('raw', 'customers'), ['region_id']) }} from {{ source('raw', 'customers') }}
"""


def add_asking_models(world):
    world.repository.write("macros/asks.sql", MACROS)
    world.repository.write("models/reports/by_day.sql", BY_DAY)
    world.repository.write("models/reports/people.sql", PEOPLE)
    return world.repository.commit("Ask the database")


def allowing(world, policy="allow"):
    path = world.folder / "controller.yaml"
    path.write_text("version: 1\npolicy:\n  \"prod*\": {introspection: %s}\n" % policy)
    return "--config", str(path)


def columns(world, schema, name):
    rows = world.sql("SELECT c.name FROM mz_columns c JOIN mz_objects o ON o.id = c.id JOIN mz_schemas s ON s.id = o.schema_id "
                     "WHERE s.name = '%s' AND o.name = '%s' ORDER BY c.position" % (schema, name))
    return [r[0] for r in rows]


def answers(world):
    return world.sql("SELECT count(*) FROM cutover.log WHERE kind = 'answer'")[0][0]


def without_leave_it_is_refused_by_name(world):
    add_asking_models(world)
    world.cutover("plan", expect=1)
    for words in ("error CO2051: statement() needs the live database, and policy denies introspection for production",
                  "--> macros/asks.sql:4:", "in macro values_of", "called from models/reports/by_day.sql:3:",
                  "adapter.get_columns_in_relation() needs the live database",
                  "write into the controller's file (--config): policy: {production: {introspection: allow}}"):
        assert words in world.stderr, "%s\n%s" % (words, world.stderr)
    world.cutover("plan", *allowing(world, "deny"), expect=1)
    assert "policy denies introspection" in world.stderr
    world.cutover("validate", "--project", str(world.repository.work), expect=1)
    assert "needs the live database, and this command has no connection" in world.stderr, world.stderr


def what_it_asks_is_what_is_live(world):
    world.apply()
    add_asking_models(world)
    leave = allowing(world)
    plan = world.cutover("plan", *leave, expect=2)
    assert "reports.by_day" in plan and "reports.people" in plan, plan
    world.cutover("apply", "--yes", *leave)
    assert columns(world, "reports", "by_day") == ["customer_id", "d20261101", "d20261102", "days"], columns(world, "reports", "by_day")
    assert columns(world, "reports", "people") == ["id", "name"]
    assert world.sql("SELECT customer_id, d20261101, d20261102, days FROM reports.by_day ORDER BY 1") == [(1, 1350, 0, 2), (2, 0, 700, 2)]
    world.cutover("plan", *leave, expect=0)


def green_is_rendered_from_the_answers_of_production(world):
    """A change of the schema sends every model to green names; what is asked goes on reading production."""
    world.apply()
    add_asking_models(world)
    leave = allowing(world)
    world.cutover("apply", "--yes", *leave)
    world.repository.edit("models/shop/daily.sql", "sum(cents) as cents", "sum(cents) + 0 as cents")
    world.repository.commit("Change what is asked about")
    world.cutover("apply", "--yes", *leave)
    assert columns(world, "reports", "by_day") == ["customer_id", "d20261101", "d20261102", "days"]
    assert world.marker().startswith("cutover_production_g3_"), world.marker()


def an_answer_that_changes_waits_for_the_next_commit(world):
    world.apply()
    add_asking_models(world)
    leave = allowing(world)
    world.cutover("apply", "--yes", *leave)
    kept = answers(world)
    assert kept == 3, kept
    world.sql("INSERT INTO public.orders VALUES (5, 1, 2, '2026-11-03')")
    world.cutover("plan", *leave, expect=0)
    world.cutover("drift", *leave, expect=0)
    world.repository.commit("Look again")
    plan = world.cutover("plan", *leave, expect=2)
    assert "~ view reports.by_day" in plan and "people" not in plan, plan
    assert "SQL, or an answer of the database in it, changed" in plan, plan
    world.cutover("apply", "--yes", *leave)
    assert columns(world, "reports", "by_day")[1:] == ["d20261101", "d20261102", "d20261103", "days"]


def who_denies_it_later_denies_what_is_recorded_too(world):
    """And the way on needs no leave: a commit that asks nothing."""
    world.apply()
    add_asking_models(world)
    world.cutover("apply", "--yes", *allowing(world))
    leave = allowing(world, "deny")
    for command in ("plan", "drift"):
        world.cutover(command, *leave, expect=1)
        for words in ("policy denies introspection for production; what this commit was answered is recorded, and not used", "or deploy a commit that asks nothing"):
            assert words in world.stderr, world.stderr
    for name in ("by_day", "people"):
        (world.repository.work / "models" / "reports" / (name + ".sql")).unlink()
    world.repository.commit("Ask nothing any more")
    world.cutover("apply", "--yes", *leave)
    assert not columns(world, "reports", "people")


def an_answer_that_changes_on_the_way_changes_nothing(world):
    """The data change while green is built: the deployment goes on with the SQL that it began with, in a new process as well."""
    world.apply()
    add_asking_models(world)
    world.repository.edit("models/shop/daily.sql", "sum(cents) as cents", "sum(cents) + 0 as cents")
    world.repository.commit("Change what is asked about")
    leave = allowing(world)
    world.cutover("apply", "--yes", "--until", "hydrating", *leave, expect=(0, 2))
    kept = answers(world)
    world.sql("INSERT INTO public.orders VALUES (5, 1, 2, '2026-11-03')")
    world.cutover("apply", "--yes", *leave)
    assert world.phases().count("building") == 2, world.phases()
    assert columns(world, "reports", "by_day")[1:] == ["d20261101", "d20261102", "days"] and answers(world) == kept
    world.cutover("plan", *leave, expect=0)
    world.repository.commit("Look again")
    world.cutover("apply", "--yes", *leave)
    assert columns(world, "reports", "by_day")[1:] == ["d20261101", "d20261102", "d20261103", "days"]


def fault(world, pattern, action, sqlstate):
    world.sql("INSERT INTO standin_control.faults (pattern, action, sqlstate, message) VALUES ('%s', '%s', %s, 'injected')"
              % (pattern, action, "'%s'" % sqlstate if sqlstate else "NULL"))


def a_server_that_is_away_is_not_the_projects_fault(world):
    world.apply()
    add_asking_models(world)
    leave = allowing(world)
    for action, sqlstate, words in (("close_before", None, "is lost"), ("refuse", "57014", "injected")):
        fault(world, "%group by 1 order by 1%", action, sqlstate)
        world.cutover("plan", *leave, expect=1)
        assert words in world.stderr and "asked by macros/asks.sql:4" in world.stderr and "CO2055" not in world.stderr, world.stderr
    fault(world, "%group by 1 order by 1%", "close_before", None)
    world.cutover("run", "--once", *leave, expect=(0, 1, 2, 3))
    world.cutover("apply", "--yes", *leave)
    assert "failed" not in world.phases(), world.phases()


def a_question_that_is_not_answered_stops_no_way_back(world):
    """A pass asked it before all else: as long as it was not answered nothing was done at all, and nobody was told."""
    leave = allowing(world)
    world.apply()
    world.repository.edit("cutover.yaml", "soak: 4m", "soak: 7d")
    world.repository.edit("models/shop/orders_clean.sql", "o.amount > 0", "o.amount > 5")
    world.repository.commit("Leave small orders out")
    world.cutover("apply", "--yes", "--until", "soaking", expect=(0, 2))
    add_asking_models(world)
    world.sql("INSERT INTO standin_control.faults (pattern, nth, action, sqlstate, message) VALUES ('%group by 1 order by 1%', 0, 'refuse', '57014', 'too late')")
    said = "too late; asked by macros/asks.sql:4"
    world.cutover("run", "--once", *leave)
    world.cutover("run", "--once", *leave)
    assert said in str(world.receiver.texts()) and said in world.cutover("status", *leave, expect=2), world.receiver.texts()
    world.cutover("rollback", "--reason", "numbers look wrong", *leave)
    world.wait_for("the way back", lambda: world.cutover("run", "--once", *leave, expect=(0, 3)) is not None and world.phases()[-1] == "rolled_back")
    assert said in world.cutover("status", *leave, expect=3)
    world.sql("DELETE FROM standin_control.faults")
    world.wait_for("the next commit", lambda: world.cutover("run", "--once", *leave) is not None and world.phases()[-1] == "building")


def what_one_transaction_cannot_read_is_asked_in_another(world):
    """Materialize lets a transaction read what lies in the schemas of its first query."""
    world.apply()
    add_asking_models(world)
    fault(world, "select count(*) from%", "refuse", "25000")
    world.cutover("plan", *allowing(world), expect=2)
    assert world.sql("SELECT hits FROM standin_control.faults") == [(2,)], "refused, and asked once more"


def what_writes_or_fails_is_said_where_it_stands(world):
    leave = allowing(world)
    for sql, code, words in (
            ("insert into public.orders values (9, 9, 9, '')", "CO2056", "run_query() may only read: INSERT is not sent"),
            ("select 1; drop table public.orders", "CO2056", "run_query() takes one statement"),
            ("with x as (select pg_cancel_backend(1)) select * from x", "CO2056", "pg_cancel_backend is not sent"),
            ("select nope from public.orders", "CO2055", "run_query() was not answered: column"),
            ("select generate_series(1, 20000)", "CO2055", "the answer has more than 10000 rows or 192 KiB"),
            ("select repeat('x', 400000)", "CO2055", "the answer has more than"),
            ("select array[1, 2] as a", "CO2053", "holds an array"),
    ):
        world.repository.write("models/reports/asks.sql", "{{ config(materialized='view') }}\nselect 1 as one\n{%% set r = run_query(\"%s\") %%}\n" % sql)
        world.repository.commit("Ask for " + code)
        world.cutover("plan", *leave, expect=1)
        assert code in world.stderr and words in world.stderr and "--> models/reports/asks.sql:3:" in world.stderr, world.stderr
    assert world.sql("SELECT count(*) FROM public.orders") == [(4,)]


if __name__ == "__main__":
    run([without_leave_it_is_refused_by_name, what_it_asks_is_what_is_live, green_is_rendered_from_the_answers_of_production,
         an_answer_that_changes_waits_for_the_next_commit, who_denies_it_later_denies_what_is_recorded_too, an_answer_that_changes_on_the_way_changes_nothing,
         a_server_that_is_away_is_not_the_projects_fault, a_question_that_is_not_answered_stops_no_way_back, what_one_transaction_cannot_read_is_asked_in_another, what_writes_or_fails_is_said_where_it_stands], project=PROJECT, seed=SEED)
