"""The rules of planning a session, without a database: each `check_…` raises the reason why not.

A button asks `allows(check_…, …)`, the service behind it calls the check itself, so the two cannot disagree.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from django.utils.translation import gettext as _

from training.core.edits import check_seen
from training.core.kinds import ConflictKind
from training.core.refusals import Conflict, Invalid, Refusal, check_reason
from training.core.words import day, time_range
from training.models import SESSION_STEPS, Course, CourseVersion, Session, Trainer, TrainerQualification, Venue

# A typed year such as 0206 or 20266 is a slip; times further away than this are refused.
PLAUSIBLE = timedelta(days=20 * 366)


Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Overlap:
    """A session that has the same trainer or venue at the same time."""

    class Kind(StrEnum):
        """What both need; the values stand in the API."""

        TRAINER = "TRAINER"
        VENUE = "VENUE"

    kind: Kind
    session: Session

    @property
    def field(self) -> str:
        """The field of the plan that it concerns: `trainer` or `venue`."""
        return self.kind.lower()


class NotInThisState(Conflict):
    """The present state of the session does not allow what was asked for (409; S3, S8, S9)."""


class CourseIsFixed(Conflict):
    """The session has a mark or evidence, so its course stays (409, S11)."""


class NotPlannable(Invalid):
    """Something that the session needs is missing or cannot be right (400, S2); `errors` names the fields."""


class Booked(Conflict):
    """The trainer or the venue has another session at that time (409, S2); `conflict` names it."""


def allows(check: Callable[..., None], *args: Any, **kwargs: Any) -> bool:
    """Tell whether `check` would pass: the boolean twin of every rule."""
    try:
        check(*args, **kwargs)
    except Refusal:
        return False
    return True


# What may happen to a session in its present state


def check_open(session: Session) -> None:
    """S3: completed and cancelled sessions refuse every change.

    Raises:
        NotInThisState: it is one of these.
    """
    if not SESSION_STEPS[session.status]:
        raise _wrong_state(
            session,
            _("This session is finalized and cannot be changed.")
            if session.status == Session.Status.COMPLETED
            else _("This session is cancelled and cannot be changed. Duplicate it to plan it again."),
        )


def check_can_schedule(session: Session) -> None:
    """S9: only a draft is scheduled.

    Raises:
        NotInThisState: it is no draft.
    """
    check_open(session)
    if Session.Status.SCHEDULED not in SESSION_STEPS[session.status]:
        raise _wrong_state(session, _("This session is scheduled already. Edit it to change its plan."))


def check_can_delete(session: Session) -> None:
    """S8: only drafts are deleted.

    Raises:
        NotInThisState: it is no draft.
    """
    if session.status != Session.Status.DRAFT:
        raise _wrong_state(session, _("Only drafts can be deleted. A scheduled session can be cancelled."))


def check_version(session: Session, version: int | None) -> None:
    """S3: an edit of a session that somebody else has changed meanwhile is refused.

    Args:
        version: the version this person has seen; None does not ask.

    Raises:
        Stale: says who changed it and when.
    """
    check_seen(
        version,
        session.version,
        _("%(who)s changed this session on %(when)s. Compare, then save again."),
        by=session.updated_by,
        at=session.updated_at,
        session_id=session.pk,
    )


# What a change must bring along


def check_change(session: Session, changed: Mapping[str, Any], reason: str) -> None:
    """S11: with a mark or evidence the course is fixed, and moving the session needs a reason.

    Args:
        changed: the new values by field, only where they differ. Filling in an empty field moves nothing.

    Raises:
        CourseIsFixed: the course would change.
        ReasonMissing: trainer, venue or time would change without a reason.
    """
    if not session.has_mark_or_evidence:
        return
    if "course_id" in changed:
        message = _("Attendance or a signed sheet is stored, so the course can no longer change. Plan another session.")
        raise CourseIsFixed.of_fields(
            {"course": [message]},
            conflict={"kind": ConflictKind.STATE, "session_id": session.pk, "theirs": session.course_id},
        )
    if any(getattr(session, field) is not None for field in changed):
        check_reason(reason, _("Attendance or a signed sheet is stored. Say why trainer, venue or time change."))


def check_cancel_reason(reason: str) -> None:
    """S8: cancelling needs a reason.

    Raises:
        ReasonMissing: there is none.
    """
    check_reason(reason, _("Say why the session is cancelled."))


# What a plan must hold


def check_times(start: datetime | None, end: datetime | None, *, now: datetime) -> None:
    """S2, invariant 1: the end is after the start, and neither year is a slip of the keyboard.

    They are compared in UTC: Python compares two times of one zone by what the clock shows, and once a year the clock
    is put back.

    Raises:
        NotPlannable: `errors` names the field.
    """
    errors = {
        field: [_("Check the year: this is more than 20 years away.")]
        for field, value in (("start_time", start), ("end_time", end))
        if value is not None and abs(value - now) > PLAUSIBLE
    }
    if not errors and start is not None and end is not None and end.astimezone(UTC) <= start.astimezone(UTC):
        errors["end_time"] = [_("End time must be after start time.")]
    if errors:
        raise NotPlannable.of_fields(errors)


def check_offered(*, trainer: Trainer | None = None, venue: Venue | None = None) -> None:
    """Inactive trainers and venues are chosen for nothing new.

    Args:
        trainer, venue: only those that are new to the session.

    Raises:
        NotPlannable: one of them is not in use any more.
    """
    errors = {}
    if trainer is not None and not trainer.is_active:
        errors["trainer"] = [_("%(name)s is no longer active. Choose another trainer.") % {"name": trainer}]
    if venue is not None and not venue.is_active:
        errors["venue"] = [_("%(name)s is no longer in use. Choose another venue.") % {"name": venue}]
    if errors:
        raise NotPlannable.of_fields(errors)


class WholeSession(NamedTuple):
    """The plan of a session in which nothing is missing."""

    trainer: Trainer
    venue: Venue
    start_time: datetime
    end_time: datetime


def check_whole(session: Session) -> WholeSession:
    """S2: scheduling needs trainer, venue, start and end; return these four.

    Raises:
        NotPlannable: `errors` names what is missing.
    """
    trainer, venue, start, end = session.trainer, session.venue, session.start_time, session.end_time
    if trainer is None or venue is None or start is None or end is None:
        needed = {
            "trainer": (trainer, _("Choose a trainer.")),
            "venue": (venue, _("Choose a venue.")),
            "start_time": (start, _("Enter the day and the start time.")),
            "end_time": (end, _("Enter the end time.")),
        }
        raise NotPlannable.of_fields({field: [words] for field, (value, words) in needed.items() if value is None})
    return WholeSession(trainer, venue, start, end)


def check_known(thing: Thing | None, field: str) -> Thing:
    """Return what a plan names.

    Args:
        thing: None where it does not exist.
        field: the field of the plan that names it.

    Raises:
        NotPlannable: it does not exist.
    """
    if thing is None:
        raise NotPlannable.of_fields({field: [_("This one no longer exists. Choose another.")]})
    return thing


def check_published(course: Course, version: CourseVersion | None) -> CourseVersion:
    """S2: return the published version, which the session will pin.

    Raises:
        NotPlannable: there is none.
    """
    if version is None:
        words = {"code": course}
        text = _("%(code)s has no published version. Publish one, or choose another course.") % words
        raise NotPlannable.of_fields({"course": [text]})
    return version


def check_qualified(trainer: Trainer, course: Course, qualification: TrainerQualification | None, on: date) -> None:
    """S2: the trainer is qualified for the course on the date of the session.

    Args:
        qualification: the trainer's for this course; None where there is none.

    Raises:
        NotPlannable: the trainer is not, or not on that day.
    """
    words = {"name": trainer, "code": course, "day": day(on)}
    if qualification is None:
        text = _("%(name)s is not qualified for %(code)s. Choose another trainer.") % words
    elif qualification.valid_from is not None and on < qualification.valid_from:
        words["from"] = day(qualification.valid_from)
        text = _("%(name)s is qualified for %(code)s only from %(from)s, not yet on %(day)s.") % words
    elif qualification.valid_until is not None and on > qualification.valid_until:
        words["until"] = day(qualification.valid_until)
        text = _("%(name)s was qualified for %(code)s through %(until)s, no longer on %(day)s.") % words
    else:
        return
    raise NotPlannable.of_fields({"trainer": [text]})


def check_free(overlaps: Sequence[Overlap]) -> None:
    """S2: neither trainer nor venue has a scheduled or completed session at that time.

    Args:
        overlaps: those sessions, as `training.selectors.availability.overlapping` finds them.

    Raises:
        Booked: there is one; the sentence names all of them, `conflict` the first.
    """
    if not overlaps:
        return
    errors: dict[str, list[str]] = {}
    for overlap in overlaps:
        errors.setdefault(overlap.field, []).append(overlap_sentence(overlap))
    first = overlaps[0]
    raise Booked.of_fields(
        errors,
        conflict={
            "kind": first.kind,
            "session_id": first.session.pk,
            "start_time": first.session.start_time,
            "end_time": first.session.end_time,
        },
    )


def overlap_sentence(overlap: Overlap, *, reference: str = "") -> str:
    """Return what stands in the way: "Room B is taken by S-2026-0412 WAH-101 on Thu 22 Oct 2026, 08:00–12:00.".

    Args:
        reference: by what a session is named that has no reference yet.
    """
    session = overlap.session
    words = {
        "trainer": session.trainer,
        "venue": session.venue,
        "reference": reference or session.reference,
        "code": session.course,
        "time": time_range(session.start_time, session.end_time),
    }
    is_trainer = overlap.kind == Overlap.Kind.TRAINER
    if session.status == Session.Status.DRAFT:
        text = (
            _("%(trainer)s is also planned for the draft %(reference)s %(code)s on %(time)s.")
            if is_trainer
            else _("%(venue)s is also planned for the draft %(reference)s %(code)s on %(time)s.")
        )
    else:
        text = (
            _("%(trainer)s already teaches %(reference)s %(code)s on %(time)s.")
            if is_trainer
            else _("%(venue)s is taken by %(reference)s %(code)s on %(time)s.")
        )
    return text % words


def _wrong_state(session: Session, message: str) -> NotInThisState:
    return NotInThisState(
        message, conflict={"kind": ConflictKind.STATE, "session_id": session.pk, "theirs": session.status}
    )
