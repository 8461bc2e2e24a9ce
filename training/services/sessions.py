"""Planning sessions: draft, edit, schedule, cancel, delete, for those who may plan (`NotPermitted` for others).

Every writer locks in one order: the session, its trainers by pk, its venues by pk, old and new ones. What was checked
under these locks still holds when it is written, so of two people booking one slot exactly one wins (S5); the
exclusion constraints of the table stand behind that for writers who do not come through here.
"""

from datetime import datetime
from typing import TypedDict, TypeVar

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from training.core.permissions import Permission, check_may
from training.core.refusals import check_found
from training.core.transactions import acting, lock_row
from training.models import Course, Session, Trainer, TrainerQualification, Venue
from training.policies import sessions as policies
from training.selectors.availability import overlapping
from training.selectors.courses import published_version

Resource = TypeVar("Resource", Trainer, Venue)


class Plan(TypedDict, total=False):
    """What a session is planned to be. A field left out stays as it is; None empties it."""

    course_id: int
    trainer_id: int | None
    venue_id: int | None
    start_time: datetime | None
    end_time: datetime | None


def lock_session(*, session_id: int) -> Session:
    """Lock one session against every other writer of it, of its list and of its evidence; the first lock of all.

    Plain FOR UPDATE, so that a list insert, which share-locks the row through its foreign key, waits for finalize.

    Raises:
        NotFound: it does not exist or is deleted.
    """
    assert transaction.get_connection().in_atomic_block, "a lock ends with its transaction"  # noqa: S101  # programming error
    related = ("course", "course_version", "trainer", "venue")
    sessions = Session.objects.filter(deleted_at__isnull=True)
    is_there = lock_row(sessions, session_id)
    return check_found(
        sessions.select_related(*related).filter(pk=session_id).first() if is_there else None,
        _("There is no such session; it may have been deleted."),
    )


def create_draft(
    *,
    course_id: int,
    trainer_id: int | None = None,
    venue_id: int | None = None,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    by: User,
    now: datetime,
) -> Session:
    """Write down a plan that needs a course and nothing else; nobody is booked yet (S1).

    Raises:
        NotPlannable: the course, trainer or venue cannot be chosen, or the end is not after the start.
    """
    plan = Plan(course_id=course_id, trainer_id=trainer_id, venue_id=venue_id, start_time=start_time, end_time=end_time)
    check_may(by, Permission.PLAN)
    with acting(by):
        return _write(Session(created_by=by), plan, to=Session.Status.DRAFT, reason="", by=by, now=now)


def create_scheduled(
    *,
    course_id: int,
    trainer_id: int | None,
    venue_id: int | None,
    start_time: datetime | None,
    end_time: datetime | None,
    by: User,
    now: datetime,
) -> Session:
    """Plan and book a session in one step; where S2 refuses, not even a draft is left.

    Raises:
        NotPlannable, Booked: as `schedule_session`.
    """
    plan = Plan(course_id=course_id, trainer_id=trainer_id, venue_id=venue_id, start_time=start_time, end_time=end_time)
    check_may(by, Permission.PLAN)
    with acting(by):
        return _write(Session(created_by=by), plan, to=Session.Status.SCHEDULED, reason="", by=by, now=now)


def edit_session(
    *,
    session_id: int,
    changes: Plan,
    by: User,
    now: datetime,
    version: int | None = None,
    reason: str = "",
) -> Session:
    """Change any field of a draft or scheduled session (S3); a scheduled one must still pass S2.

    Args:
        version: the version this person has seen; None does not ask.
        reason: why, needed once there is a mark or evidence (S11).

    Raises:
        NotInThisState: completed or cancelled.
        Stale: somebody else was faster.
        CourseIsFixed, ReasonMissing: S11.
        NotPlannable, Booked: as `schedule_session`.
    """
    check_may(by, Permission.PLAN)
    with acting(by):
        session = lock_session(session_id=session_id)
        policies.check_open(session)
        policies.check_version(session, version)
        return _write(session, changes, to=Session.Status(session.status), reason=reason, by=by, now=now)


def schedule_session(
    *,
    session_id: int,
    by: User,
    now: datetime,
    changes: Plan | None = None,
    version: int | None = None,
    reason: str = "",
) -> Session:
    """Book a draft: pin the published course version, hold trainer and venue (S2).

    Args:
        changes: last changes to the draft, in the same step.
        version, reason: as in `edit_session`.

    Raises:
        NotInThisState: it is no draft.
        NotPlannable: something is missing or wrong; `errors` names the fields.
        Booked: trainer or venue has another session at that time, which it names.
    """
    check_may(by, Permission.PLAN)
    with acting(by):
        session = lock_session(session_id=session_id)
        policies.check_can_schedule(session)
        policies.check_version(session, version)
        return _write(session, changes or Plan(), to=Session.Status.SCHEDULED, reason=reason, by=by, now=now)


def cancel_session(*, session_id: int, reason: str, by: User, now: datetime) -> Session:
    """Cancel a draft or scheduled session; its trainer and venue are free again (S8).

    Raises:
        NotInThisState: completed or cancelled.
        ReasonMissing: no reason was given.
    """
    check_may(by, Permission.PLAN)
    with acting(by):
        session = lock_session(session_id=session_id)
        policies.check_open(session)
        policies.check_cancel_reason(reason)
        session.status = Session.Status.CANCELLED
        session.cancellation_reason = reason.strip()
        return _save(session, {"status", "cancellation_reason"}, by=by, now=now)


def delete_draft(*, session_id: int, by: User, now: datetime) -> None:
    """Take a draft out of sight; the row stays (S8).

    Raises:
        NotInThisState: it is no draft.
    """
    check_may(by, Permission.PLAN)
    with acting(by):
        session = lock_session(session_id=session_id)
        policies.check_can_delete(session)
        session.deleted_at = now
        _save(session, {"deleted_at"}, by=by, now=now)


def _write(session: Session, plan: Plan, *, to: Session.Status, reason: str, by: User, now: datetime) -> Session:
    """Lock what the old and the new plan hold, check the new one for its status, and write it.

    Args:
        session: locked, or new.
        to: the status afterwards; DRAFT books nobody and checks no conflicts.
    """
    changed = {field: value for field, value in plan.items() if value != getattr(session, field)}
    is_new_booking = session.status != to
    if not changed and not is_new_booking:
        return session
    policies.check_change(session, changed, reason)
    held_trainer, held_venue = session.trainer_id, session.venue_id
    for field, value in changed.items():
        setattr(session, field, value)
    policies.check_times(session.start_time, session.end_time, now=now)
    if "course_id" in changed:
        session.course = _course(session.course_id)
    session.trainer = _locked(Trainer, "trainer", held=held_trainer, wanted=session.trainer_id)
    session.venue = _locked(Venue, "venue", held=held_venue, wanted=session.venue_id)
    policies.check_offered(
        trainer=session.trainer if is_new_booking or "trainer_id" in changed else None,
        venue=session.venue if is_new_booking or "venue_id" in changed else None,
    )
    if to == Session.Status.SCHEDULED:
        if is_new_booking or "course_id" in changed:
            session.course_version = policies.check_published(session.course, published_version(session.course_id))
        _check_bookable(session)
    session.status = to
    session.change_reason = reason.strip()
    return _save(session, {*changed, "course_version_id", "status", "change_reason"}, by=by, now=now)


def _check_bookable(session: Session) -> None:
    """Run S2 on a session whose trainer and venue are locked."""
    booking = policies.check_whole(session)
    on = timezone.localdate(booking.start_time)
    qualification = TrainerQualification.objects.filter(trainer=booking.trainer, course=session.course).first()
    policies.check_qualified(booking.trainer, session.course, qualification, on)
    policies.check_free(
        overlapping(
            start=booking.start_time,
            end=booking.end_time,
            trainer_id=booking.trainer.pk,
            venue_id=booking.venue.pk,
            exclude_session_id=session.pk,
        )
    )


def _course(course_id: int) -> Course:
    """Return a course that is not deleted, locked so that it stays so until the session names it."""
    course = Course.objects.select_for_update(no_key=True).filter(pk=course_id, deleted_at__isnull=True).first()
    return policies.check_known(course, "course")


def _locked(model: type[Resource], field: str, *, held: int | None, wanted: int | None) -> Resource | None:
    """Lock the rows that the old and the new plan name, in the order of their keys, and return the new one."""
    pks = {pk for pk in (held, wanted) if pk is not None}
    rows = model.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    by_pk = {row.pk: row for row in rows}
    return None if wanted is None else policies.check_known(by_pk.get(wanted), field)


def _save(session: Session, fields: set[str], *, by: User, now: datetime) -> Session:
    """Write these fields, with who and when, as the session's next version."""
    session.updated_by, session.updated_at = by, now
    if session.pk is None:
        session.save()
        return session
    session.version += 1
    written = {*fields, "version", "updated_by_id", "updated_at"}
    Session.objects.filter(pk=session.pk).update(**{field: getattr(session, field) for field in written})
    return session
