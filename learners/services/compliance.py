"""The stored answers: who must have what, who has it, and why. Nothing else writes compliance items and statuses.

The same SQL serves one worker, the list of a session and the whole site:

1. the workers, and those into whom they were merged, are locked in the order of their keys, so that no answer is based
   on half of somebody else's change;
2. one MERGE finds out what every worker must have (C1) and has (C2, C3) by the rules of `learners.policies.answers`,
   and writes only what differs;
3. one UPDATE writes the worst item of each worker (C4).

Inactive and blocked workers have items too, so that they have an answer at once when they come back; counts of people
leave them out (C4). A merged worker has no items: what stands under that key counts for the survivor (L2).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from learners.models import ComplianceRun, Learner
from learners.policies.answers import RECORDS, Sources, answers
from learners.services.locks import lock_people
from learners.services.preview import note_answers
from training.core.long_jobs import take_time
from training.core.transactions import acting

CHUNK = 2_000  # workers who are judged, and so locked, in one transaction of a run over the site

PRESENT = Sources(
    rules="""
    SELECT 'role' AS source, q.role_id AS source_id, role.title AS label,
           q.course_id, q.requirement_type, q.grace_period_days, q.starts_on
      FROM learners_rolerequirement q JOIN learners_role role ON role.id = q.role_id
     UNION ALL
    SELECT 'area', q.area_id, area.name, q.course_id, q.requirement_type, q.grace_period_days, q.starts_on
      FROM learners_arearequirement q JOIN learners_area area ON area.id = q.area_id""",
    areas="SELECT id, parent_id FROM learners_area",
    people="""
    SELECT id AS learner_id, start_date, role_id, role_assigned_at
      FROM learners_learner WHERE id = ANY(%(learners)s::bigint[]) AND merged_into_id IS NULL""",
    places="""
    SELECT learner_id, area_id, assigned_at FROM learners_learnerarea WHERE learner_id = ANY(%(learners)s::bigint[])""",
    records=RECORDS,
    counts="NOT EXISTS (SELECT FROM learners_revocation WHERE record_id = record.id)",
    is_owed="status = 'PENDING_VERIFICATION' AND revoked_at IS NULL",
    acceptances="""
    SELECT DISTINCT ON (register_import_id) register_import_id, counts, counts_until
      FROM learners_registerstanding ORDER BY register_import_id, id DESC""",
)

ITEMS = f"""
{answers(PRESENT)}, difference AS (
  SELECT item.id AS item_id, answer.learner_id IS NULL AS is_gone, answer.*
    FROM answer
    FULL JOIN (SELECT * FROM learners_complianceitem
                WHERE learner_id = ANY(%(learners)s::bigint[])
                  AND (%(course)s::bigint IS NULL OR course_id = %(course)s)) item
      ON item.learner_id = answer.learner_id AND item.course_id = answer.course_id
   WHERE (answer.requirement_type, answer.grace_period_days, answer.due_date, answer.status, answer.expiry_date,
          answer.key_date, answer.holds_until, answer.awaiting_verification, answer.proof_id,
          answer.is_from_register, answer.role_id,
          answer.area_id, answer.rules) IS DISTINCT FROM
         (item.requirement_type, item.grace_period_days, item.due_date, item.status, item.expiry_date,
          item.key_date, item.holds_until, item.awaiting_verification, item.proof_id,
          item.is_from_register, item.role_id,
          item.area_id, item.rules)
)
MERGE INTO learners_complianceitem item USING difference d
   ON item.id = d.item_id AND item.learner_id = ANY(%(learners)s::bigint[])
WHEN MATCHED AND is_gone THEN DELETE
WHEN MATCHED THEN UPDATE SET
  requirement_type = d.requirement_type, grace_period_days = d.grace_period_days, due_date = d.due_date,
  status = d.status, expiry_date = d.expiry_date, key_date = d.key_date, holds_until = d.holds_until,
  awaiting_verification = d.awaiting_verification, proof_id = d.proof_id,
  is_from_register = d.is_from_register, role_id = d.role_id, area_id = d.area_id, rules = d.rules, updated_at = %(now)s
WHEN NOT MATCHED THEN INSERT
  (learner_id, course_id, requirement_type, grace_period_days, due_date, status, expiry_date, key_date, holds_until,
   awaiting_verification, proof_id, is_from_register, role_id, area_id, rules, updated_at)
  VALUES (d.learner_id, d.course_id, d.requirement_type, d.grace_period_days, d.due_date, d.status, d.expiry_date,
          d.key_date, d.holds_until, d.awaiting_verification, d.proof_id, d.is_from_register, d.role_id, d.area_id,
          d.rules, %(now)s)
"""  # noqa: S608  # words of our own, values are parameters

# The answer for a worker holds until the first of its items ends, until the day before a rule starts that requires a
# further course, or until the worker's last day: even if no run comes by, nobody stays green who has left (C7, L3).
LEARNERS = """
WITH RECURSIVE lies_in AS (
  SELECT id AS area_id, id AS around_id, parent_id FROM learners_area
   UNION
  SELECT lies_in.area_id, around.id, around.parent_id
    FROM lies_in JOIN learners_area around ON around.id = lies_in.parent_id
), coming AS (
  SELECT learner.id AS learner_id, q.starts_on - 1 AS holds_until
    FROM learners_rolerequirement q JOIN learners_learner learner USING (role_id)
   WHERE q.starts_on > %(today)s AND learner.id = ANY(%(learners)s::bigint[]) AND merged_into_id IS NULL
   UNION ALL
  SELECT link.learner_id, q.starts_on - 1
    FROM learners_arearequirement q
    JOIN lies_in ON lies_in.around_id = q.area_id
    JOIN learners_learnerarea link ON link.area_id = lies_in.area_id
    JOIN learners_learner learner ON learner.id = link.learner_id AND merged_into_id IS NULL
   WHERE q.starts_on > %(today)s AND link.learner_id = ANY(%(learners)s::bigint[])
), judged AS (
  SELECT learner_id, bool_or(status = 'NON_COMPLIANT') AS is_red, bool_or(status = 'PENDING') AS is_yellow,
         min(holds_until) AS holds_until, min(key_date) FILTER (WHERE status = 'NON_COMPLIANT') AS not_cleared_since,
         min(expiry_date) FILTER (WHERE status = 'COMPLIANT') AS next_expiry
    FROM (SELECT learner_id, status, holds_until, key_date, expiry_date
            FROM learners_complianceitem WHERE learner_id = ANY(%(learners)s::bigint[])
           UNION ALL
          SELECT learner_id, NULL, holds_until, NULL, NULL FROM coming) each
   GROUP BY learner_id
)
UPDATE learners_learner learner
   SET compliance_status = answer.status, compliance_holds_until = answer.holds_until,
       not_cleared_since = answer.not_cleared_since, next_expiry = answer.next_expiry, compliance_updated_at = %(now)s
  FROM (SELECT id, CASE WHEN is_red THEN 'NON_COMPLIANT' WHEN is_yellow THEN 'PENDING' ELSE 'COMPLIANT' END AS status,
               least(judged.holds_until, CASE learner.status WHEN 'ACTIVE' THEN end_date END) AS holds_until,
               judged.not_cleared_since, judged.next_expiry
          FROM learners_learner learner LEFT JOIN judged ON judged.learner_id = id
         WHERE id = ANY(%(learners)s::bigint[])) answer
 WHERE learner.id = answer.id AND learner.id = ANY(%(learners)s::bigint[])
   AND (learner.compliance_updated_at IS NULL
        OR (learner.compliance_status, learner.compliance_holds_until, learner.not_cleared_since, learner.next_expiry)
        IS DISTINCT FROM (answer.status, answer.holds_until, answer.not_cleared_since, answer.next_expiry))
"""


def recalculate(*, learner_ids: Iterable[int], today: date, now: datetime, course_id: int | None = None) -> int:
    """Bring the answers of these workers up to date, in the transaction that changed what they depend on (C6).

    Four statements, however many workers there are. The workers are locked by key, so the caller takes every other lock
    before.

    Args:
        learner_ids: keys of the workers; unknown ones are ignored. The survivor of a merged one is judged too (L2).
        today: the site's date.
        course_id: the only course whose answers can have changed, such as that of a new record; None for all. A worker
            who never had any answer gets all of them.

    Returns:
        how many items were written or removed.
    """
    assert connection.in_atomic_block, "the answers belong to the transaction of the change"  # noqa: S101  # programming error
    had_answer = lock_people(learner_ids)
    note_answers(had_answer, today=today)
    in_full = [learner_id for learner_id, had in had_answer.items() if course_id is None or not had]
    in_part = [learner_id for learner_id, had in had_answer.items() if course_id is not None and had]
    parts = ((in_full, None), (in_part, course_id))
    return sum(_answer(each, course, today=today, now=now) for each, course in parts if each)


def _answer(learner_ids: list[int], course_id: int | None, *, today: date, now: datetime) -> int:
    """Write the answers of locked workers, and return how many items were written or removed."""
    facts: dict[str, Any] = {"learners": learner_ids, "course": course_id, "today": today, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, facts)
        changed: int = cursor.rowcount
        cursor.execute(LEARNERS, facts)
    return changed


@dataclass(frozen=True, kw_only=True)
class RunProgress:
    """How far a run over the site is: workers who are judged, all workers of the run, items written or removed."""

    done: int
    total: int
    changed: int


def recalculate_everyone(*, today: date, now: datetime, only_due: bool = False) -> Iterator[RunProgress]:
    """Bring the answers of the whole site up to date, however many days were missed (C6).

    Each chunk of workers is a transaction of its own, so that nobody waits long. A run that was killed can simply be
    repeated, and two runs at the same time give the same answers as one.

    Args:
        today: the site's date.
        only_due: judge only workers whose answer has run out.

    Yields:
        the progress at the beginning and after every chunk.
    """
    learners = Learner.objects.order_by("pk")
    if only_due:
        learners = learners.filter(compliance_holds_until__lt=today)
    learner_ids = list(learners.values_list("pk", flat=True))
    changed = 0
    yield RunProgress(done=0, total=len(learner_ids), changed=0)
    for start in range(0, len(learner_ids), CHUNK):
        chunk = learner_ids[start : start + CHUNK]
        with acting(None):
            take_time()
            changed += recalculate(learner_ids=chunk, today=today, now=now)
        yield RunProgress(done=start + len(chunk), total=len(learner_ids), changed=changed)
    ComplianceRun.objects.create(
        started_at=now, judged_on=today, only_due=only_due, workers=len(learner_ids), changed=changed
    )
