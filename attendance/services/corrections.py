"""Correcting what a finalized session says about a worker: revoke the wrong record, write the right one (F6, F9)."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.policies.corrections import NothingToCorrect, Result, ResultStanding, Seen, check_can_correct
from attendance.policies.finalize import completion_date
from attendance.selectors.corrections import standing_of
from attendance.selectors.evidence import session_of_evidence
from learners.models import CompetencyRecord, Learner, TrainingRecord
from learners.policies.records import expiry_date
from learners.selectors.employment import Employment, employment_on
from learners.selectors.learners import ids_of_person
from learners.services.competency import revoke_sign_off
from learners.services.compliance import recalculate
from learners.services.locks import lock_people
from learners.services.records import revoke_record
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, check_found, check_reason
from training.core.transactions import acting
from training.models import Session


class OtherBadge(Conflict):
    """The session lists this person under another badge (409)."""


def correct_record(
    *, session_id: int, learner_id: int, result: Result, seen: Seen, reason: str, by: User, now: datetime
) -> TrainingRecord | CompetencyRecord:
    """Enter what a finalized session should have said about a worker, on its list or not (F9).

    What the session said is revoked with the same reason in the same transaction, and the new record names it.
    Version, evidence and completion date come from the session. If the course version asks for a practical sign-off, a
    pass waits for it as after finalize (F2), and the record that the sign-off makes names the revoked one (V1). The
    worker's compliance is up to date at once.

    Args:
        session_id: key of the finalized session.
        learner_id: key of the worker.
        result: what the session should have said.
        seen: what it said when the person decided; if it says something else by now, nothing is done.
        reason: why, for the trail.
        by: who corrects.
        now: the present moment.

    Returns:
        the correcting record, or the pass that waits for its sign-off.

    Raises:
        NotPermitted: the person is no superuser.
        ReasonMissing: the reason is blank.
        NotFound: there is no such session or worker.
        NotFinalized: the session is not finalized (409).
        Stale: somebody else has corrected it meanwhile (409).
        NothingToCorrect: it says so already (409).
        OtherBadge: the session lists this person under another badge (409).
    """
    check_may(by, Permission.CORRECT)
    reason = check_reason(reason, _("Say why this is corrected."))
    with acting(by):
        session = session_of_evidence(session_id)  # no lock: a finalized session cannot change
        learner = _lock_person(session, learner_id)
        standing = standing_of(session, learner_id)
        check_can_correct(session, standing, seen=seen, result=result)
        if standing.result is not None:
            revoke_seen(seen=standing.seen, reason=reason, by=by, now=now)
        made = _write(session, learner, standing, result=result, reason=reason, by=by, now=now)
        today = timezone.localdate(now)
        recalculate(learner_ids=[learner.pk], course_id=session.course_id, today=today, now=now)
    return made


def revoke_seen(*, seen: Seen, reason: str, by: User, now: datetime) -> None:
    """Revoke the record or sign-off that the person saw, and put nothing in its place (F6).

    Args:
        seen: the record or sign-off.
        reason: why, for the trail.
        by: who revokes it.
        now: the present moment.

    Raises:
        NotPermitted, ReasonMissing, AlreadyRevoked: as `revoke_record` and `revoke_sign_off`.
        NothingToCorrect: the person saw neither.
    """
    if seen == Seen():
        raise NothingToCorrect(_("No record of this worker counts, so there is nothing to revoke."))
    if seen.record_id is not None:
        revoke_record(record_id=seen.record_id, reason=reason, by=by, now=now)
    if seen.sign_off_id is not None:
        revoke_sign_off(record_id=seen.sign_off_id, reason=reason, by=by, now=now)


def _lock_person(session: Session, learner_id: int) -> Learner:
    """Lock all badges of a worker, and return the one that was named.

    Raises:
        NotFound: there is no such worker.
        OtherBadge: the session lists this person under another badge.
    """
    named = check_found(Learner.objects.filter(pk=learner_id).first(), _("There is no such worker."))
    lock_people(ids_of_person(named))
    named.refresh_from_db(fields=["merged_into"])
    people = Learner.objects.filter(pk__in=ids_of_person(named)).select_related("company", "role")
    badges = {learner.pk: learner for learner in people.order_by("pk")}
    listed = session.attendees.filter(learner__in=badges).values_list("learner", flat=True)
    recorded = TrainingRecord.objects.filter(session=session, learner__in=badges).values_list("learner", flat=True)
    known = {*listed, *recorded}
    if known and learner_id not in known:
        badge = badges[min(known)].badge_id
        raise OtherBadge(
            _("This person is on the list of the session under badge %(badge)s. Correct that line.") % {"badge": badge}
        )
    return badges[learner_id]


def _write(
    session: Session,
    learner: Learner,
    standing: ResultStanding,
    *,
    result: Result,
    reason: str,
    by: User,
    now: datetime,
) -> TrainingRecord | CompetencyRecord:
    version, end_time, finalized_at = session.course_version, session.end_time, session.finalized_at
    trainer = session.trainer
    assert version and end_time and finalized_at and trainer  # noqa: S101, PT018  # constraints of a completed session
    completed_on = completion_date(end_time=end_time, now=finalized_at)
    attested: dict[str, Any] = {
        "learner": learner,
        "course": session.course,
        "course_version": version,
        "session": session,
        "evidence_file_key": session.attendance_file_key,
        "evidence_hash": session.attendance_file_hash,
        "trainer_name": str(trainer),
        "created_at": now,
        "created_by": by,
        **_employment(session, learner, completed_on)._asdict(),
    }
    if result == Result.PASSED and version.requires_verification:
        attempts = CompetencyRecord.objects.filter(session=session, learner=learner)
        last = attempts.aggregate(last=Max("attempt", default=0))["last"]
        return CompetencyRecord.objects.create(**attested, attempt=last + 1, training_date=completed_on, remarks=reason)
    expires_on = expiry_date(completed_on, validity_months=version.validity_months)
    return TrainingRecord.objects.create(
        **attested,
        completion_date=completed_on,
        expiry_date=expires_on if result == Result.PASSED else None,
        result=result,
        course_title=version.title,
        supersedes=standing.record or standing.revoked,
        comments=reason,
    )


def _employment(session: Session, learner: Learner, day: date) -> Employment:
    """Return employer and role as they were copied when the worker was marked present (R3), else those of that day."""
    attendee = (
        SessionAttendee.objects.select_related("company", "role").filter(session=session, learner=learner).first()
    )
    if attendee is None or attendee.company is None or attendee.role is None:
        return employment_on(learner, day)
    return Employment(company_name=attendee.company.name, role_title=attendee.role.title)
