"""Finalize: the one gate through which attendance becomes legal records (F1 to F8).

Page, API, Admin and command all only call `finalize_session` (F7).
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.policies.finalize import (
    ChangedSinceAsked,
    SessionOutcome,
    check_can_finalize,
    check_is_as_confirmed,
    check_sheet_is_confirmed,
    completion_date,
    outcome,
)
from attendance.selectors.evidence import present_upload
from attendance.selectors.finalize import list_facts, list_state, sheet_state
from attendance.selectors.sheet_reading import sheet_told
from learners.policies.records import expiry_date
from learners.services.compliance import recalculate
from training.core.kinds import ConflictKind
from training.core.permissions import Permission, check_may
from training.core.transactions import acting
from training.models import Session
from training.services.sessions import lock_session

# L2, invariant 4: a person on two lines under two badges gets one record, on the line of the badge that remains.
PRESENT = """WITH person_present AS (
  SELECT DISTINCT ON (coalesce(badge.merged_into_id, badge.id)) attendee.*
    FROM session_attendees attendee JOIN learners_learner badge ON badge.id = attendee.learner_id
   WHERE attendee.session_id = %(session)s AND is_present
   ORDER BY coalesce(badge.merged_into_id, badge.id), badge.merged_into_id IS NOT NULL, attendee.line)"""

# R3: employer and role are those of the day on which the worker was marked present. The course's and the trainer's
# names are written out, so that the record still says what an auditor asks when they change.
RECORDS = f"""
INSERT INTO learners_trainingrecord
  (learner_id, course_id, course_version_id, session_id, completion_date, result, expiry_date, evidence_file_key,
   evidence_hash, comments, course_title, trainer_name, company_name, role_title, created_at, created_by_id)
{PRESENT}
SELECT attendee.learner_id, %(course)s, %(version)s, %(session)s, %(completed_on)s,
       CASE WHEN has_passed THEN 'PASSED' ELSE 'FAILED' END, CASE WHEN has_passed THEN %(expires_on)s::date END,
       %(key)s, %(hash)s, attendee.remarks, %(title)s, %(trainer)s, company.name, role.title, %(now)s, %(by)s
  FROM person_present attendee
  JOIN training_company company ON company.id = attendee.company_id
  JOIN learners_role role ON role.id = attendee.role_id
 WHERE NOT (has_passed AND %(needs_sign_off)s)
 ORDER BY attendee.line
"""  # noqa: S608  # words of this module, values are parameters

SIGN_OFFS = f"""
INSERT INTO learners_competencyrecord
  (learner_id, course_id, course_version_id, session_id, attempt, training_date, status, remarks, evidence_file_key,
   evidence_hash, trainer_name, company_name, role_title, created_at, created_by_id)
{PRESENT}
SELECT attendee.learner_id, %(course)s, %(version)s, %(session)s, 1, %(completed_on)s, 'PENDING_VERIFICATION', '',
       %(key)s, %(hash)s, %(trainer)s, company.name, role.title, %(now)s, %(by)s
  FROM person_present attendee
  JOIN training_company company ON company.id = attendee.company_id
  JOIN learners_role role ON role.id = attendee.role_id
 WHERE has_passed
 ORDER BY attendee.line
"""  # noqa: S608  # words of this module, values are parameters

ATTENDEES = """
UPDATE session_attendees SET status = CASE WHEN is_present THEN 'ATTENDED' ELSE 'NO_SHOW' END
 WHERE session_id = %(session)s
RETURNING learner_id
"""


@dataclass(frozen=True, kw_only=True)
class FinalizeResult(SessionOutcome):
    """The numbers of records that one finalize made, and when."""

    finalized_at: datetime


def finalize_session(
    *,
    session_id: int,
    by: User,
    now: datetime,
    confirmed: str | None = None,
    sheet_confirmed: str | None = None,
) -> FinalizeResult:
    """Turn the attendance of a session into records, freeze the session, and bring compliance up to date.

    All of it happens in one transaction under the lock of the session, or none of it (F3, F4). Unmarked workers count
    as absent. The number of statements does not depend on the number of attendees (F8). The evidence store is not
    asked: every upload was read back and compared before it was linked (E2), so finalize works while the store is
    down. If the answer is lost, trying again is safe: the second try is refused with who finalized and when.

    Args:
        session_id: key of the session.
        by: who finalizes.
        now: the present moment.
        confirmed: the `list_state` of the numbers that a person confirmed (F5); None where nobody was asked.
        sheet_confirmed: the `sheet_state` of the warnings about the sheet that a person confirmed (E8), empty if they
            did not; None where nobody was asked.

    Raises:
        NotPermitted: the person may not finalize.
        NotFound: there is no such session.
        ChangedSinceAsked: something changed after the numbers were shown, or badges were merged meanwhile (409).
        SheetNotConfirmed: there are warnings about the sheet, and the person did not confirm them (400).
        AlreadyFinalized, NotScheduled: 409.
        EvidenceMissing, NotStarted, NobodyPresent: 400.
        TwoOutcomes: 409.
    """
    check_may(by, Permission.FINALIZE)
    with acting(by, outermost=True):
        session = lock_session(session_id=session_id)
        if confirmed is not None:
            check_is_as_confirmed(session, confirmed=confirmed, state=list_state(session))
        upload = present_upload(session)
        facts = list_facts(session, upload)
        check_can_finalize(session, facts, now=now)
        if sheet_confirmed is not None:
            told = sheet_told(session, upload)
            check_sheet_is_confirmed(session, confirmed=sheet_confirmed, state=sheet_state(upload, told))
        made = outcome(session, facts)
        learner_ids = _write_records(session, made, by=by, now=now)
        session.status = Session.Status.COMPLETED
        session.finalized_at = now
        session.finalized_by = session.updated_by = by
        session.save(update_fields=["status", "finalized_at", "finalized_by", "updated_by", "updated_at"])
        today = timezone.localdate(now)
        recalculate(learner_ids=learner_ids, course_id=session.course_id, today=today, now=now)
    return FinalizeResult(finalized_at=now, **asdict(made))


def _write_records(session: Session, made: SessionOutcome, *, by: User, now: datetime) -> list[int]:
    """Write the records and the sign-offs that wait (F2), and close the list (F3).

    Args:
        session: locked.
        made: the numbers of records that the checks were made for. The list is locked, but badges on it may have been
            merged since (L2).
        by: who finalizes.
        now: the present moment.

    Returns:
        the keys of the workers on the list.

    Raises:
        ChangedSinceAsked: the numbers differ, because two badges of the list were merged or separated meanwhile.
    """
    version, end_time, trainer = session.course_version, session.end_time, session.trainer
    assert version and end_time and trainer  # noqa: S101, PT018  # constraint session_scheduled_is_whole
    completed_on = completion_date(end_time=end_time, now=now)
    facts: dict[str, Any] = {
        "session": session.pk,
        "course": session.course_id,
        "version": version.pk,
        "needs_sign_off": version.requires_verification,
        "completed_on": completed_on,
        "expires_on": expiry_date(completed_on, validity_months=version.validity_months),
        "key": session.attendance_file_key,
        "hash": session.attendance_file_hash,
        "title": version.title,
        "trainer": str(trainer),
        "now": now,
        "by": by.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, facts)
        written = [cursor.rowcount, 0]
        if version.requires_verification:
            cursor.execute(SIGN_OFFS, facts)
            written[1] = cursor.rowcount
        if written != [made.training_records, made.competency_records]:
            raise ChangedSinceAsked(
                _("Badges of people on this list were merged or separated at this moment. Look at the list again."),
                conflict={"kind": ConflictKind.STATE, "session_id": session.pk},
            )
        cursor.execute(ATTENDEES, facts)
        return [learner_id for (learner_id,) in cursor.fetchall()]
