"""Statements of many rows are not planned for one: every trigger with transition tables at 1 row, then at 20,000.

A function keeps the plans that a connection made when it ran the function first. So each statement runs on few rows
first, over tables that the planner knows to be tiny, and on the same connection on many. Planned for one row, a join of
the rows as they were to the rows as they are takes 40 s at 20,000; planned for as many as there are, 0.1 s. The bound
lies far from both, so that a busy machine changes nothing.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from psycopg import errors

from attendance.models import SessionAttendee
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    LearnerProgressionFactory,
    RoleRequirementFactory,
)
from tests.factories.training import scheduled_session

pytestmark = pytest.mark.django_db

MANY = 20_000
BOUND_SECONDS = 12
TIMES = 7  # PostgreSQL settles on a plan for all parameters after five runs

FUNCTIONS = """
    SELECT DISTINCT p.proname, p.proname LIKE 'pgtrigger\\_%%'
      FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
     WHERE NOT t.tgisinternal AND (t.tgoldtable IS NOT NULL OR t.tgnewtable IS NOT NULL)
"""
AUDIT = """
    SELECT p.proname, c.relname, t.tgtype, t.tgoldtable, t.tgnewtable, a.attname, format_type(a.atttypid, a.atttypmod)
      FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
     WHERE p.proname LIKE 'pgtrigger\\_%%' AND (t.tgoldtable IS NOT NULL OR t.tgnewtable IS NOT NULL)
     ORDER BY c.relname, p.proname
"""
# Events of the copies below name nothing but the key.
EVENTS_TAKE_NULLS = """
    DO $$
    DECLARE c record;
    BEGIN
      FOR c IN SELECT attrelid::regclass AS event, attname FROM pg_attribute
                WHERE attnotnull AND attnum > 0 AND attname <> 'pgh_id'
                  AND attrelid IN (SELECT attrelid FROM pg_attribute WHERE attname = 'pgh_obj_id')
      LOOP EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', c.event, c.attname); END LOOP;
    END $$;
"""
VERBS = {4: "INSERT", 8: "DELETE", 16: "UPDATE"}


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [])
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def is_slow(statement: str) -> bool:
    """Run a statement; tell whether it took longer than the bound, and was undone."""
    try:
        with transaction.atomic():
            execute(f"SET LOCAL statement_timeout = '{BOUND_SECONDS}s'")
            execute(statement)
            execute("SET LOCAL statement_timeout = 0")
    except OperationalError as error:
        if isinstance(error.__cause__, errors.QueryCanceled):
            return True
        raise
    return False


def test_audit_triggers_are_planned_for_as_many_rows_as_there_are() -> None:
    """Each function is hung on a bare copy of its table, so that it alone takes time."""
    found = rows(AUDIT)
    assert len(found) > 60
    execute(EVENTS_TAKE_NULLS)
    slow = []
    for function, table, kind, old, new, key, type_of_key in found:
        sides = " ".join(f"{side} TABLE AS {name}" for side, name in (("OLD", old), ("NEW", new)) if name)
        value = "md5(n::text)::uuid" if type_of_key == "uuid" else f"n::text::{type_of_key}"
        filling = f'INSERT INTO copied ("{key}") SELECT {value} FROM generate_series(%s, %s) n'
        statement = {
            "INSERT": "SELECT",
            "UPDATE": f'UPDATE copied SET "{key}" = "{key}"',
            "DELETE": "DELETE FROM copied",
        }
        verb = VERBS[kind & 28]
        execute(f'CREATE TEMP TABLE copied AS SELECT * FROM "{table}" WITH NO DATA')
        execute(
            f"CREATE TRIGGER judged AFTER {verb} ON copied REFERENCING {sides} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION {function}()"
        )
        execute(filling % (1, 1))
        execute(statement[verb])
        if is_slow(filling % (2, MANY)) or is_slow(statement[verb]):
            slow.append((table, verb))
        execute("DROP TABLE copied")
    assert slow == []


# Ours: each on a bare copy of its table as well, filled with copies of one row that a factory has made


@dataclass(frozen=True)
class Scenario:
    """How a function is called: copies of one row are entered, changed and taken away.

    Attributes:
        differs: by column, SQL of what differs in copy number `n`.
        change: of a statement that changes every copy.
    """

    functions: Collection[str]
    table: str
    differs: dict[str, str]
    change: str
    factory: Callable[[], object]

    def fill(self, first: int, last: int) -> str:
        """Return a statement that enters copies."""
        values = ", ".join(f"'{column}', {value}" for column, value in self.differs.items())
        return (
            f"INSERT INTO copied SELECT copy.* FROM (SELECT * FROM {self.table} LIMIT 1) one, "
            f"generate_series({first}, {last}) n, "
            f"LATERAL jsonb_populate_record(NULL::{self.table}, to_jsonb(one) || jsonb_build_object({values})) copy"
        )


def a_list() -> None:
    SessionAttendee.objects.create(session=scheduled_session(), learner=LearnerFactory(), line=1)


SCENARIOS = [
    Scenario(
        ("write_learners_learner_period", "write_badge_period"),
        "learners_learner",
        {"id": "n + 1000000", "badge_id": "'P' || n"},
        "role_id = role_id + 1",
        LearnerFactory,
    ),
    Scenario(
        ("write_learners_learnerarea_period",),
        "learners_learnerarea",
        {"id": "n", "learner_id": "n + 1000000"},
        "assigned_at = assigned_at + 1",
        LearnerAreaFactory,
    ),
    Scenario(
        ("write_learners_area_period",), "learners_area", {"id": "n + 1000000"}, "name = name || 'x'", AreaFactory
    ),
    Scenario(
        ("write_learners_rolerequirement_period",),
        "learners_rolerequirement",
        {"id": "n + 1000000"},
        "starts_on = starts_on + 1",
        RoleRequirementFactory,
    ),
    Scenario(
        ("write_learners_arearequirement_period",),
        "learners_arearequirement",
        {"id": "n + 1000000"},
        "starts_on = starts_on + 1",
        AreaRequirementFactory,
    ),
    Scenario(
        ("refuse_attendees_of_finalized", "note_first_mark"),
        "session_attendees",
        {"id": "n + 1000000", "learner_id": "n", "line": "n"},
        "marked_at = now()",
        a_list,
    ),
]
HOURS = {"add_hours_to_progressions", "refuse_wrong_sums"}

TRIGGERS_OF = """
    SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
     WHERE t.tgrelid = '{table}'::regclass AND p.proname IN ({functions})
"""


def test_every_function_with_transition_tables_is_judged_here() -> None:
    ours = {name for name, is_audit in rows(FUNCTIONS) if not is_audit}
    assert ours == {*HOURS, *(name for scenario in SCENARIOS for name in scenario.functions)}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.functions[0])
def test_functions_of_ours_are_planned_for_as_many_rows_as_there_are(scenario: Scenario) -> None:
    scenario.factory()
    names = ", ".join(f"'{name}'" for name in scenario.functions)
    triggers = [text for (text,) in rows(TRIGGERS_OF.format(table=scenario.table, functions=names))]
    assert len(triggers) >= 2
    execute(f"CREATE TEMP TABLE copied AS SELECT * FROM {scenario.table} WITH NO DATA")
    for text in triggers:
        execute(text.replace(f"ON public.{scenario.table} ", "ON copied "))
    execute("ANALYZE")
    change = f"UPDATE copied SET {scenario.change}"
    nothing = "UPDATE copied SET id = id"
    for number in range(TIMES):
        execute(scenario.fill(number + 1, number + 1))
        execute(nothing)
        execute(change)
        execute("DELETE FROM copied")
    statements = [scenario.fill(TIMES + 1, MANY), nothing, change, nothing, "DELETE FROM copied"]
    assert [statement for statement in statements if is_slow(statement)] == []


def test_hours_are_added_for_as_many_rows_as_there_are() -> None:
    one = LearnerProgressionFactory()
    execute("ANALYZE")
    add = """INSERT INTO learner_hours_log (log_date, hours_trained, hours_present, source, class_type_subject_id,
                                            learner_id, class_id, tracking_id)
             SELECT '2026-03-02', 4, 3, 'manual', class_type_subject_id, learner_id, class_id, tracking_id
               FROM learner_lp_tracking WHERE {which}"""
    change = "UPDATE learner_lp_tracking SET updated_at = now() WHERE {which}"
    for _time in range(TIMES):
        execute(add.format(which=f"tracking_id = {one.pk}"))
        execute(change.format(which=f"tracking_id = {one.pk}"))
    execute("SET LOCAL session_replication_role = replica")
    execute(
        f"""INSERT INTO learner_lp_tracking
            SELECT copy.* FROM learner_lp_tracking one, generate_series(1, {MANY}) n,
                   LATERAL jsonb_populate_record(one, jsonb_build_object(
                     'tracking_id', n + 1000000, 'learner_id', n + 1000000, 'hours_trained', 0, 'hours_present', 0,
                     'hours_absent', 0)) copy WHERE one.tracking_id = {one.pk}"""
    )
    execute("SET LOCAL session_replication_role = origin")
    many = "tracking_id > 1000000"
    assert [each for each in (add, change) if is_slow(each.format(which=many))] == []
    execute("SET LOCAL session_replication_role = replica")  # made-up rows go before their references are checked
    execute(f"DELETE FROM learner_hours_log WHERE {many}")
    execute(f"DELETE FROM learner_lp_tracking WHERE {many}")
    execute("SET CONSTRAINTS ALL IMMEDIATE")
