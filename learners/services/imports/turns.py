"""Who turns red, yellow or green by an import: told by its check, seen when it is done, and when it is undone (I5, I8).

A check asks the rules of `learners.policies.answers`, whose sources are the tables of today with the rows laid over
them. It locks nobody and writes only rows of its own import. Doing judges everybody for real: what was shown of each
worker is noted before, and compared afterwards with what the check had told. Each part of the workers is one statement.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from learners.models import ImportTurn
from learners.policies.answers import answers
from learners.services.compliance import PRESENT
from learners.services.imports.judging import CHUNK
from learners.services.imports.laying import Laid
from learners.services.preview import watched_by
from training.core.long_jobs import planned_for_many

Phase = ImportTurn.Phase

FEW = 200  # workers for whom an index serves better than reading whole tables
OF_THE_IMPORT = 0  # stands for the bringing in, and for the extract of a record, that are not there yet

RULES = """
SELECT * FROM unnest(%(rules_source)s::text[], %(rules_source_id)s::bigint[],
                     %(rules_course_id)s::bigint[], %(rules_requirement_type)s::text[],
                     %(rules_grace_period_days)s::int[], %(rules_starts_on)s::date[])
    AS laid(source, source_id, course_id, requirement_type, grace_period_days, starts_on)"""
PEOPLE = """
SELECT * FROM unnest(%(people_key)s::bigint[], %(people_start_date)s::date[], %(people_role_id)s::bigint[],
                     %(people_role_assigned_at)s::date[], %(people_status)s::text[], %(people_end_date)s::date[])
    AS laid(learner_id, start_date, role_id, role_assigned_at, status, end_date)"""

OVERLAID = replace(
    PRESENT,
    rules=f"""
    SELECT source, source_id, label, course_id, requirement_type, grace_period_days, starts_on
      FROM ({PRESENT.rules}) stored
     WHERE NOT EXISTS (SELECT FROM ({RULES}) laid WHERE laid.source = stored.source
                          AND laid.source_id = stored.source_id AND laid.course_id = stored.course_id)
     UNION ALL
    SELECT source, source_id, '', course_id, requirement_type, grace_period_days, starts_on FROM ({RULES}) laid""",  # noqa: S608  # words of our own, values are parameters
    people=f"""{PEOPLE}
     UNION ALL
    SELECT id, start_date, role_id, role_assigned_at, status, end_date FROM learners_learner
     WHERE id = ANY(%(learners)s::bigint[]) AND merged_into_id IS NULL AND id <> ALL(%(people_key)s::bigint[])""",  # noqa: S608  # words of our own, values are parameters
    places=f"""{PRESENT.places} AND id <> ALL(%(places_gone)s::bigint[])
     UNION ALL
    SELECT * FROM unnest(%(places_key)s::bigint[], %(places_area)s::bigint[], %(places_day)s::date[])""",  # noqa: S608  # words of our own, values are parameters
    records=f"""{PRESENT.records} WHERE id <> ALL(%(records_gone)s::bigint[])
     UNION ALL
    SELECT -number, learner_id, course_id, completion_date, expiry_date, result, {OF_THE_IMPORT},
           CASE WHEN NOT is_proven THEN {OF_THE_IMPORT} END
      FROM unnest(%(records_key)s::bigint[], %(records_course_id)s::bigint[], %(records_completion_date)s::date[],
                  %(records_expiry_date)s::date[], %(records_result)s::text[], %(records_is_proven)s::boolean[])
      WITH ORDINALITY AS laid(learner_id, course_id, completion_date, expiry_date, result, is_proven, number)""",  # noqa: S608  # words of our own, values are parameters
    acceptances=f"""({PRESENT.acceptances})
     UNION ALL
    SELECT {OF_THE_IMPORT}, %(records_count)s::boolean, %(records_count_until)s::date""",
)

# What pages show today: an answer past its last day is red (C7), and who has none yet is new.
SHOWN = "CASE WHEN {holds_until} < %(today)s THEN 'NON_COMPLIANT' ELSE {status} END"
ITEM_SHOWN = SHOWN.format(holds_until="holds_until", status="status")
WORKER_SHOWN = SHOWN.format(holds_until="compliance_holds_until", status="compliance_status")
DIFFERENT = """
SELECT learner_id, jsonb_agg(jsonb_build_array(course_id, was.status, becomes.status) ORDER BY course_id) AS courses
  FROM ({was}) was FULL JOIN ({becomes}) becomes USING (learner_id, course_id)
 WHERE was.status IS DISTINCT FROM becomes.status GROUP BY learner_id
"""
ITEMS = f"""SELECT learner_id, course_id, {ITEM_SHOWN} AS status FROM learners_complianceitem"""  # noqa: S608  # words of our own, values are parameters

TELL = f"""
{answers(OVERLAID)}, becomes AS (
  SELECT learner_id, somebody.status = 'ACTIVE' AS is_active,
         CASE WHEN somebody.status = 'ACTIVE' AND end_date < %(today)s OR bool_or(answer.status = 'NON_COMPLIANT')
              THEN 'NON_COMPLIANT' WHEN bool_or(answer.status = 'PENDING') THEN 'PENDING' ELSE 'COMPLIANT' END AS status
    FROM somebody LEFT JOIN answer USING (learner_id)
   GROUP BY learner_id, somebody.status, end_date
), was AS (
  SELECT id AS learner_id, status = 'ACTIVE' AS is_active, {WORKER_SHOWN} AS status
    FROM learners_learner WHERE id = ANY(%(learners)s::bigint[]) AND compliance_updated_at IS NOT NULL
), different AS (
  {
    DIFFERENT.format(
        was=f"{ITEMS} WHERE learner_id = ANY(%(learners)s::bigint[])",
        becomes="SELECT learner_id, course_id, status FROM answer",
    )
}
), turn AS (
  SELECT learner_id, becomes.is_active, becomes.is_active AND NOT coalesce(was.is_active, false) AS comes,
         coalesce(was.status, '') AS before, becomes.status AS after, coalesce(courses, '[]') AS courses
    FROM becomes LEFT JOIN was USING (learner_id) LEFT JOIN different USING (learner_id)
)
INSERT INTO learners_importturn (of_id, phase, row, learner_id, is_active, comes, before, after, courses)
SELECT %(of)s, 'told', CASE WHEN learner_id < 0 THEN -learner_id END, CASE WHEN learner_id > 0 THEN learner_id END,
       is_active, comes, before, after, courses
  FROM turn WHERE comes OR before <> after OR courses <> '[]'
"""  # noqa: S608  # words of our own, values are parameters

# Until it is settled a row holds what was shown before: whether the worker was active, and each course with its status.
NOTE = f"""
INSERT INTO learners_importturn (of_id, phase, learner_id, is_active, comes, before, after, courses)
SELECT %(of)s, %(phase)s, learner.id, has_answer AND status = 'ACTIVE', false,
       CASE WHEN has_answer THEN {WORKER_SHOWN} ELSE '' END, '', coalesce(courses, '{{}}')
  FROM learners_learner learner
 CROSS JOIN LATERAL (SELECT compliance_updated_at IS NOT NULL) answered(has_answer)
  LEFT JOIN (SELECT learner_id, jsonb_object_agg(course_id, {ITEM_SHOWN}) AS courses
               FROM learners_complianceitem WHERE learner_id = ANY(%(learners)s::bigint[]) GROUP BY learner_id) item
    ON item.learner_id = learner.id
 WHERE learner.id = ANY(%(learners)s::bigint[]) AND merged_into_id IS NULL
    ON CONFLICT ON CONSTRAINT import_turn_once DO NOTHING
"""  # noqa: S608  # words of our own, values are parameters
SETTLE = f"""
WITH noted AS (
  SELECT learner_id, is_active, courses FROM learners_importturn WHERE of_id = %(of)s AND phase = %(phase)s
), different AS (
  {
    DIFFERENT.format(
        was="SELECT learner_id, key::bigint AS course_id, value AS status FROM noted, jsonb_each_text(courses)",
        becomes=f"{ITEMS} WHERE learner_id IN (SELECT learner_id FROM noted)",
    )
}
)
UPDATE learners_importturn turn
   SET is_active = learner.status = 'ACTIVE', comes = learner.status = 'ACTIVE' AND NOT noted.is_active,
       after = {WORKER_SHOWN}, courses = coalesce(different.courses, '[]')
  FROM noted JOIN learners_learner learner ON learner.id = noted.learner_id
  LEFT JOIN different ON different.learner_id = noted.learner_id
 WHERE turn.of_id = %(of)s AND turn.phase = %(phase)s AND turn.learner_id = noted.learner_id
"""  # noqa: S608  # words of our own, values are parameters
LEAVE = """
DELETE FROM learners_importturn
 WHERE of_id = %(of)s AND phase = %(phase)s AND NOT comes AND before = after AND courses = '[]'
"""
NAME_NEW = """
UPDATE learners_importturn turn SET learner_id = made.key
  FROM unnest(%(numbers)s::int[], %(keys)s::bigint[]) AS made(number, key)
 WHERE of_id = %(of)s AND phase = 'told' AND learner_id IS NULL AND turn.row = made.number
"""
COMPARE = """
WITH told AS (
  SELECT turn.id, EXISTS (SELECT FROM learners_importturn told
                           WHERE told.of_id = %(of)s AND told.phase = 'told' AND told.learner_id = turn.learner_id
                             AND (told.is_active, told.comes, told.before, told.after, told.courses)
                               = (turn.is_active, turn.comes, turn.before, turn.after, turn.courses)) AS is_as_told
    FROM learners_importturn turn WHERE of_id = %(of)s AND phase = 'done'
)
UPDATE learners_importturn turn SET is_as_told = told.is_as_told FROM told WHERE turn.id = told.id
"""
CAME_TRUE = """
DELETE FROM learners_importturn told USING learners_importturn turn
 WHERE told.of_id = %(of)s AND told.phase = 'told'
   AND turn.of_id = %(of)s AND turn.phase = 'done' AND turn.learner_id = told.learner_id AND turn.is_as_told
"""
MISSED = "UPDATE learners_importturn SET phase = 'missed' WHERE of_id = %(of)s AND phase = 'told'"


def tell_turns(*, import_id: int, laid: Laid, today: date) -> None:
    """Write who would turn if rows were laid over the tables, in place of what was told before.

    It belongs to the transaction of the check, so that it sees the same snapshot.

    Args:
        today: the site's date.
    """
    forget_told(import_id)
    concerned = sorted({*laid.concerned, *laid.people})
    for start in range(0, len(concerned), CHUNK):
        chunk = concerned[start : start + CHUNK]
        with _planned_for(len(chunk)):
            _execute(TELL, {**_laid_over(chunk, laid), "of": import_id, "course": None, "today": today})


def forget_told(import_id: int) -> None:
    """Remove what a check has told."""
    ImportTurn.objects.filter(of=import_id, phase=Phase.TOLD).delete()


@dataclass(frozen=True)
class _Noted:
    """Notes in the table what is shown of workers before they are judged anew."""

    import_id: int
    phase: ImportTurn.Phase

    def note(self, learner_ids: Collection[int], *, today: date) -> None:
        """Note these workers, unless they are noted already."""
        learners = sorted(learner_ids)
        for start in range(0, len(learners), CHUNK):
            chunk = learners[start : start + CHUNK]
            with _planned_for(len(chunk)):
                _execute(NOTE, {"of": self.import_id, "phase": self.phase, "learners": chunk, "today": today})


@contextmanager
def watch_turns(
    *, import_id: int, phase: ImportTurn.Phase, learner_ids: Collection[int], today: date
) -> Iterator[None]:
    """Write who turns by what is done inside, in the same transaction.

    Args:
        learner_ids: keys of those whose rows are written, and who are locked: whether they were counted before cannot
            be seen afterwards. Everybody else who is judged anew is noted then.
        today: the site's date.
    """
    noted = _Noted(import_id, phase)
    noted.note(learner_ids, today=today)
    with watched_by(noted):
        yield
    with planned_for_many():
        _execute(SETTLE, {"of": import_id, "phase": phase, "today": today})
    _execute(LEAVE, {"of": import_id, "phase": phase})


def compare_with_told(*, import_id: int, made: Mapping[int, int]) -> None:
    """Say of everybody who turned whether the check had told exactly that; what it told else is kept as missed.

    Args:
        made: by number of the row, the key of what it has made.
    """
    with planned_for_many():
        _execute(NAME_NEW, {"of": import_id, "numbers": list(made), "keys": list(made.values())})
        for statement in (COMPARE, CAME_TRUE, MISSED):
            _execute(statement, {"of": import_id})


def _laid_over(learner_ids: Sequence[int], laid: Laid) -> dict[str, Any]:
    """Return the parameters of `OVERLAID` for a part of the workers."""
    people = [(key, *laid.people[key]) for key in learner_ids if key in laid.people]
    places = [(key, *each) for key in learner_ids for each in laid.places.get(key, ())]
    records = [(key, *each) for key in learner_ids for each in laid.records.get(key, ())]
    names = "source", "source_id", "course_id", "requirement_type", "grace_period_days", "starts_on"
    return {
        "learners": list(learner_ids),
        **_columns("rules", names, laid.rules),
        **_columns("people", ("key", "start_date", "role_id", "role_assigned_at", "status", "end_date"), people),
        **_columns("places", ("key", "area", "day"), places),
        "places_gone": list(laid.places_gone),
        **_columns("records", ("key", "course_id", "completion_date", "expiry_date", "result", "is_proven"), records),
        "records_gone": list(laid.records_gone),
        "records_count": laid.records_count,
        "records_count_until": laid.records_count_until,
    }


def _columns(of: str, names: Sequence[str], rows: Collection[Sequence[Any]]) -> dict[str, list[Any]]:
    return {f"{of}_{name}": [row[place] for row in rows] for place, name in enumerate(names)}


def _planned_for(workers: int) -> AbstractContextManager[None]:
    return planned_for_many() if workers > FEW else nullcontext()


def _execute(statement: str, facts: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
