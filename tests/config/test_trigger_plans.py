"""Statements of many rows are not planned for one: every trigger with transition tables at one row, then at many.

A function keeps the plans that a connection made when it ran the function first. So each statement runs on one row
first, over tables that the planner knows to be tiny, and on the same connection on many. Planned for one row, a join of
the rows as they were to the rows as they are goes through each pair of them: 400 million steps for 20,000 rows. What is
counted is the steps of all plans, those inside of functions too, as auto_explain tells them; no clock is asked, so that
a busy machine changes nothing.
"""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from psycopg.errors import Diagnostic

from attendance.models import SessionAttendee
from config.ledger.sealed_tables import SEALED_TABLES
from config.ledger.triggers import function_name
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

MANY = 20_000  # so many that no planner would go through them for each other
ENOUGH = 2_000  # for audit triggers, which may plan no nested loop at all, and for the controls
MOST_STEPS_A_ROW = 200  # up to 51 were seen; a nested loop takes thousands more
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
EXPLAIN = """
    LOAD 'auto_explain';
    SET LOCAL auto_explain.log_min_duration = 0;
    SET LOCAL auto_explain.log_nested_statements = on;
    SET LOCAL auto_explain.log_analyze = on;
    SET LOCAL auto_explain.log_timing = off;
    SET LOCAL auto_explain.log_format = json;
    SET LOCAL client_min_messages = log;
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


def steps(statement: str) -> int:
    """Run a statement; return how many rows its plan went through, and the plans of all that its triggers asked."""
    told: list[str] = []

    def listen(said: Diagnostic) -> None:
        told.append(said.message_primary or "")

    connection.ensure_connection()
    connection.connection.add_notice_handler(listen)
    try:
        execute(EXPLAIN)
        execute(statement)
        execute("SET LOCAL auto_explain.log_min_duration = -1; SET LOCAL client_min_messages = notice")
    finally:
        connection.connection.remove_notice_handler(listen)
    plans = [json.loads(text[text.index("{") :])["Plan"] for text in told if text.startswith("duration: ")]
    assert plans, "auto_explain tells nothing"
    return round(sum(map(rows_of, plans)))


def rows_of(plan: dict[str, Any]) -> float:
    """Return the rows that a plan's nodes read, kept or not, each time that they were asked."""
    read = sum(plan[key] for key in plan if key == "Actual Rows" or key.startswith("Rows Removed by"))
    return float(read * plan["Actual Loops"]) + sum(map(rows_of, plan.get("Plans", [])))


def is_planned_for_few(statement: str, *, many: int) -> bool:
    """Run a statement of so many rows; tell whether it goes through rows again and again."""
    return steps(statement) > MOST_STEPS_A_ROW * many


def planned_for_few(function: str, table: str, kind: int, old: str, new: str, key: str, type_of_key: str) -> bool:
    """Tell whether an audit function goes through rows again and again, hung on a bare copy of its table."""
    sides = " ".join(f"{side} TABLE AS {name}" for side, name in (("OLD", old), ("NEW", new)) if name)
    value = "md5(n::text)::uuid" if type_of_key == "uuid" else f"n::text::{type_of_key}"
    filling = f'INSERT INTO copied ("{key}") SELECT {value} FROM generate_series(%s, %s) n'
    verb = VERBS[kind & 28]
    statement = {"INSERT": "SELECT", "UPDATE": f'UPDATE copied SET "{key}" = "{key}"', "DELETE": "DELETE FROM copied"}
    execute(f'CREATE TEMP TABLE copied AS SELECT * FROM "{table}" WITH NO DATA')
    execute(
        f"CREATE TRIGGER judged AFTER {verb} ON copied REFERENCING {sides} FOR EACH STATEMENT "
        f"EXECUTE FUNCTION {function}()"
    )
    execute(filling % (1, 1))
    execute(statement[verb])
    found = any(is_planned_for_few(each, many=ENOUGH) for each in (filling % (2, ENOUGH), statement[verb]))
    execute("DROP TABLE copied")
    return found


def test_audit_triggers_are_planned_for_as_many_rows_as_there_are() -> None:
    found = rows(AUDIT)
    assert len(found) > 60
    execute(EVENTS_TAKE_NULLS)
    assert [row[:2] for row in found if planned_for_few(*row)] == []


def test_an_audit_trigger_without_its_setting_is_found() -> None:
    """The control: with nested loops allowed again, the same judge says so."""
    (of_companies,) = [row for row in rows(AUDIT) if row[1] == "training_company" and VERBS[row[2] & 28] == "UPDATE"]
    execute(EVENTS_TAKE_NULLS)
    execute(f"ALTER FUNCTION {of_companies[0]}() RESET enable_nestloop")
    assert planned_for_few(*of_companies)


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

# A row trigger as well as a statement trigger may be behind these: what single rows change has no transition tables.
SEALS = {function_name(sealed) for sealed in SEALED_TABLES}

TRIGGERS_OF = """
    SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
     WHERE t.tgrelid = '{table}'::regclass AND p.proname IN ({functions})
"""


def test_every_function_with_transition_tables_is_judged_here() -> None:
    ours = {name for name, is_audit in rows(FUNCTIONS) if not is_audit}
    assert ours == {*HOURS, *SEALS, *(name for scenario in SCENARIOS for name in scenario.functions)}


def test_a_seal_is_planned_each_time() -> None:
    """All that they do is inside EXECUTE, which keeps no plan of a first run."""
    for (body,) in rows("SELECT prosrc FROM pg_proc WHERE proname LIKE 'seal\\_%%' AND prolang <> 14"):
        outside = re.sub(r"EXECUTE \$sql\$.*?\$sql\$ USING", "EXECUTE", body, flags=re.DOTALL)
        assert "EXECUTE" in outside
        assert not re.search(r"\b(SELECT|INSERT|UPDATE)\b", outside.replace("'INSERT'", ""))


def statements_planned_for_few(scenario: Scenario, *, many: int) -> list[str]:
    """Return the statements of a scenario that go through rows again and again."""
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
    statements = [scenario.fill(TIMES + 1, many), nothing, change, nothing, "DELETE FROM copied"]
    return [statement for statement in statements if is_planned_for_few(statement, many=many)]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.functions[0])
def test_functions_of_ours_are_planned_for_as_many_rows_as_there_are(scenario: Scenario) -> None:
    assert statements_planned_for_few(scenario, many=MANY) == []


def test_a_function_of_ours_that_asks_for_a_first_hit_is_found() -> None:
    """The control: EXISTS is planned for its first hit, and where nothing has changed there is none to end the loop."""
    ((text,),) = rows("SELECT pg_get_functiondef('write_badge_period'::regproc)")
    at_once = "SELECT coalesce(bool_or(n.badge_id <> o.badge_id), false) FROM new_rows n JOIN old_rows o USING (id)"
    first_hit = "SELECT EXISTS (SELECT FROM new_rows n JOIN old_rows o USING (id) WHERE n.badge_id <> o.badge_id)"
    assert at_once in text
    execute(text.replace(at_once, first_hit))
    assert "UPDATE copied SET id = id" in statements_planned_for_few(SCENARIOS[0], many=ENOUGH)


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
    assert [each for each in (add, change) if is_planned_for_few(each.format(which=many), many=MANY)] == []
    execute("SET LOCAL session_replication_role = replica")  # made-up rows go before their references are checked
    execute(f"DELETE FROM learner_hours_log WHERE {many}")
    execute(f"DELETE FROM learner_lp_tracking WHERE {many}")
    execute("SET CONSTRAINTS ALL IMMEDIATE")
