"""Planning sessions: draft, edit, schedule, cancel, delete. All need the permission to plan (`NotPermitted` otherwise).

Every service locks in one order: the session, then the old and the new trainer by key, then the old and the new venue
by key. What was checked under these locks still holds when it is written, so of two people who book the same slot
exactly one wins (S5). Whoever writes without these services is refused by the exclusion constraints of the table.
"""

from collections.abc import Collection
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
    """The plan of a session. A field that is left out stays as it is; None empties it."""

    course_id: int
    trainer_id: int | None
    venue_id: int | None
    start_time: datetime | None
    end_time: datetime | None


def lock_session(*, session_id: int) -> Session:
    """Lock a session with its list and its evidence, and return it with what its plan names. It is locked first of all.

    The lock is a plain FOR UPDATE, so that a new line of the list waits as well: its foreign key locks the session.

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


def lock_sessions(keys: Collection[int]) -> list[int]:
    """Lock many sessions as `lock_session` does one, in the order of their keys; return the keys that there are."""
    assert transaction.get_connection().in_atomic_block, "a lock ends with its transaction"  # noqa: S101  # programming error
    rows = Session.objects.filter(pk__in=list(keys)).order_by("pk").select_for_update()
    return list(rows.values_list("pk", flat=True))


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
    """Create a draft, which needs only a course; nobody is booked yet (S1).

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
    """Create a scheduled session in one step; if S2 refuses it, no draft is left.

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
        version: the version that this person has seen; None does not ask.
        reason: why; it is needed once there is a mark or evidence (S11).

    Raises:
        NotFound: there is no such session.
        NotInThisState: it is completed or cancelled.
        Stale: somebody else was faster.
        CourseIsFixed, ReasonMissing: there is a mark or evidence (S11).
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
    """Schedule a draft: pin the published course version, and book trainer and venue (S2).

    Args:
        changes: last changes to the draft, in the same step.
        version, reason: as in `edit_session`.

    Raises:
        NotFound: there is no such session.
        NotInThisState: it is no draft.
        Stale: somebody else was faster.
        NotPlannable: something is missing or wrong; `errors` names the fields.
        Booked: trainer or venue has another session at that time, which the sentence names.
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
        NotFound: there is no such session.
        NotInThisState: it is completed or cancelled.
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
    """Delete a draft: pages show it no more, and its row stays (S8).

    Raises:
        NotFound: there is no such session.
        NotInThisState: it is no draft.
    """
    check_may(by, Permission.PLAN)
    with acting(by):
        session = lock_session(session_id=session_id)
        policies.check_can_delete(session)
        session.deleted_at = now
        _save(session, {"deleted_at"}, by=by, now=now)


def _write(session: Session, plan: Plan, *, to: Session.Status, reason: str, by: User, now: datetime) -> Session:
    """Lock the trainers and venues of the old and the new plan, check the new plan, and write it.

    Args:
        session: the locked session, or a new one.
        to: the status that the session has afterwards; a DRAFT books nobody and checks no conflicts.
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
    """Check S2 on a session whose trainer and venue are locked."""
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
    """Return a course that is not deleted, locked so that nobody deletes it before the session refers to it."""
    course = Course.objects.select_for_update(no_key=True).filter(pk=course_id, deleted_at__isnull=True).first()
    return policies.check_known(course, "course")


def _locked(model: type[Resource], field: str, *, held: int | None, wanted: int | None) -> Resource | None:
    """Lock the rows of the old and the new plan in the order of their keys, and return that of the new one.

    Args:
        model: trainers or venues.
        field: the field of the plan.
        held, wanted: the keys of the old and the new plan; None where the field is empty.
    """
    pks = {pk for pk in (held, wanted) if pk is not None}
    rows = model.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    by_pk = {row.pk: row for row in rows}
    return None if wanted is None else policies.check_known(by_pk.get(wanted), field)


def _save(session: Session, fields: set[str], *, by: User, now: datetime) -> Session:
    """Write these fields, who did it and when, and the next version number."""
    session.updated_by, session.updated_at = by, now
    if session.pk is None:
        session.save()
        return session
    session.version += 1
    written = {*fields, "version", "updated_by_id", "updated_at"}
    Session.objects.filter(pk=session.pk).update(**{field: getattr(session, field) for field in written})
    return session
