"""Capturing the hours of a class meeting, marking it as an exception, and taking either back (H2 to H4).

Every service here locks the meeting first, then the progressions in the order of their keys. A trigger keeps the sums
of hours in step with the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.models import CaptureVoid
from learners.models import LearnerHoursLog, LearnerProgression
from learners.models.hours_rules import Hours, WrongHours, as_hours
from learners.policies.hours import check_presence
from learners.selectors.progression import in_progress_keys
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, Invalid, check_reason
from training.core.transactions import acting
from training.core.words import day as day_in_words
from training.models import ClassAttendanceSession, TrainingClass
from training.policies.classes import check_class_found
from training.policies.meetings import EXCEPTIONS, check_can_capture, check_can_except, check_can_void
from training.selectors.classes import planned_days
from training.services.classes import lock_meeting

Status = ClassAttendanceSession.Status


class NotScheduledThen(Invalid):
    """The class does not meet on that day; the sentence names the holiday or exception that blocks it (H3)."""


class WrongPresence(Invalid):
    """Somebody's hours are impossible, or somebody is not in progress (400, H2).

    `errors` says which, by the key of the worker. Nothing was saved.
    """


class NobodyInProgress(Invalid):
    """Nobody is in progress in the class on that day, so there are no hours to capture."""


class NoSuchException(Invalid):
    """The status is not one of the two exceptions: cancelled by the client, or trainer absent (H3)."""


class HoursAreLogged(Conflict):
    """Somebody has hours of the meeting, so it was held and is no exception (409, H3)."""


@dataclass(frozen=True)
class Presence:
    """How many hours of a meeting a worker was present."""

    learner_id: int
    hours_present: Hours


@dataclass(frozen=True)
class Captured:
    """What a capture logged: the number of workers, and the hours of all of them together."""

    session: ClassAttendanceSession
    learners: int
    hours_trained: Decimal
    hours_present: Decimal


def capture_session(
    *,
    class_id: int,
    session_date: date,
    presences: Sequence[Presence] = (),
    notes: str = "",
    by: User,
    now: datetime,
) -> Captured:
    """Log the hours of a meeting for everybody who is in progress on its day, all of them or none (H2).

    The number of statements does not depend on the number of workers.

    Args:
        class_id: key of the class.
        session_date: the day of the meeting.
        presences: the hours of workers who were not there all the time; everybody else is taken as present for all
            scheduled hours (H2).
        notes: what is to be remembered of the meeting.
        by: who captures.
        now: the present moment.

    Raises:
        NotFound: there is no such class.
        NotPermitted: the person may not capture this class.
        NotScheduledThen: the class does not meet on that day.
        MeetingIsLocked: the meeting is captured or excepted already (409).
        CannotCapture: the day lies ahead, or after the class stopped.
        NobodyInProgress: nobody is in progress on that day.
        WrongPresence: hours in `presences` are impossible, or belong to nobody in progress.
    """
    with acting(by):
        meeting = _locked_meeting(class_id, session_date, by=by)
        check_can_capture(meeting, today=timezone.localdate(now))
        present = _present(presences, scheduled=meeting.scheduled_hours)
        _lock_progressions(LearnerProgression.objects.filter(training_class=class_id))
        logged = _log(meeting, present, by=by, now=now)
        check_logged(logged, present)
        _close(meeting, Status.CAPTURED, notes, by=by, now=now)
    return Captured(
        session=meeting,
        learners=len(logged),
        hours_trained=meeting.scheduled_hours * len(logged),
        hours_present=sum(logged.values(), Decimal(0)),
    )


def mark_exception(
    *, class_id: int, session_date: date, status: str, notes: str = "", by: User, now: datetime
) -> ClassAttendanceSession:
    """Mark a meeting as cancelled by the client or as missed by the trainer, which logs no hours (H3).

    Meetings that lie ahead can be marked too.

    Args:
        class_id: key of the class.
        session_date: the day of the meeting.
        status: `client_cancelled` or `agent_absent`.
        notes: what is to be remembered of it.
        by: who marks it.
        now: the present moment.

    Raises:
        NoSuchException: the status is another one.
        HoursAreLogged: somebody has hours of this meeting that were entered by hand (409).
        NotFound, NotPermitted, NotScheduledThen, MeetingIsLocked, CannotCapture: as `capture_session`.
    """
    if status not in EXCEPTIONS:
        raise NoSuchException(_("Choose whether the client cancelled or the trainer was absent."))
    with acting(by):
        meeting = _locked_meeting(class_id, session_date, by=by)
        check_can_except(meeting)
        _check_no_hours(meeting)
        return _close(meeting, Status(status), notes, by=by, now=now)


def void_capture(*, class_id: int, session_date: date, reason: str, by: User, now: datetime) -> CaptureVoid:
    """Take back a capture or an exception (H4). Nothing is erased: each logged row gets its negative.

    The meeting is pending afterwards.

    Args:
        class_id: key of the class.
        session_date: the day of the meeting.
        reason: why, for the trail.
        by: who takes it back.
        now: the present moment.

    Raises:
        ReasonMissing: the reason is blank.
        NotFound, NotPermitted, NotScheduledThen: as `capture_session`.
        Conflict: nothing is recorded for the meeting.
    """
    check_may(by, Permission.VOID)
    reason = check_reason(reason, _("Say why this is taken back."))
    with acting(by):
        meeting = _locked_meeting(class_id, session_date, by=by)
        check_can_void(meeting)
        _reverse(meeting, reason, by=by, now=now)
        return CaptureVoid.objects.create(
            class_session=meeting, voided_status=meeting.status, reason=reason, voided_by=by, voided_at=now
        )


def _locked_meeting(class_id: int, session_date: date, *, by: User) -> ClassAttendanceSession:
    """Lock the meeting of that day and return it, once it is sure that this person may capture the class."""
    meeting = lock_meeting(class_id=class_id, session_date=session_date)
    if meeting is None:
        training_class = check_class_found(TrainingClass.objects.select_related("agent").filter(pk=class_id).first())
        check_may(by, Permission.CAPTURE, training_class)
        raise not_scheduled(training_class, session_date)
    check_may(by, Permission.CAPTURE, meeting.training_class)
    return meeting


def not_scheduled(training_class: TrainingClass, day: date) -> NotScheduledThen:
    """Return why a class has no meeting on a day (H3): a draft, a stop, a holiday or an exception, or another day."""
    words = {"day": day_in_words(day), "stop": day_in_words(training_class.stop_date)}
    if training_class.status == TrainingClass.Status.DRAFT:
        return NotScheduledThen(_("This class is a draft and does not meet yet. Activate it first."))
    if training_class.stop_date is not None and day > training_class.stop_date:
        return NotScheduledThen(_("The class does not meet on %(day)s: it stopped on %(stop)s.") % words)
    for planned in planned_days(training_class):
        if planned.day == day and planned.blocked:
            words["reason"] = planned.blocked
            return NotScheduledThen(_("The class does not meet on %(day)s: %(reason)s.") % words)
    return NotScheduledThen(_("The class does not meet on %(day)s. Choose one of its days.") % words)


def _lock_progressions(progressions: QuerySet[LearnerProgression]) -> None:
    """Lock progressions in the order of their keys. Their steps, and other hours of them, wait for the commit."""
    list(progressions.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _present(presences: Sequence[Presence], *, scheduled: Decimal) -> dict[int, Decimal]:
    """Return the hours by the key of the worker.

    Args:
        presences: as they were typed.
        scheduled: the hours of the meeting.

    Raises:
        WrongPresence: hours are negative, too many or too fine, or a worker is named twice.
    """
    present: dict[int, Decimal] = {}
    errors = {}
    for each in presences:
        try:
            hours = as_hours(each.hours_present)
            check_presence(hours, scheduled=scheduled)
        except WrongHours as refusal:
            errors[str(each.learner_id)] = [str(refusal)]
        else:
            if each.learner_id in present:
                errors[str(each.learner_id)] = [_("This worker is named twice.")]
            present[each.learner_id] = hours
    if errors:
        raise _wrong_presence(errors)
    return present


def _log(
    meeting: ClassAttendanceSession, present: Mapping[int, Decimal], *, by: User, now: datetime
) -> dict[int, Decimal]:
    """Log a meeting for everybody in progress on its day, in one statement.

    Returns:
        the hours present, by the key of the worker.
    """
    in_progress = in_progress_keys(meeting.training_class_id, meeting.session_date)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO learner_hours_log
              (tracking_id, learner_id, class_id, class_type_subject_id, log_date, hours_trained, hours_present, source,
               session_id, created_by, created_at)
            SELECT tracking_id, learner_id, class_id, class_type_subject_id, %s, %s, coalesce(hours, %s), 'attendance',
                   %s, %s, %s
              FROM learner_lp_tracking
              LEFT JOIN unnest(%s::bigint[], %s::numeric[]) AS presence (learner_id, hours) USING (learner_id)
             WHERE tracking_id IN ({in_progress.sql})
             ORDER BY tracking_id
            RETURNING learner_id, hours_present
            """,  # noqa: S608  # the text is made by the selector, values are parameters
            [
                meeting.session_date,
                meeting.scheduled_hours,
                meeting.scheduled_hours,
                meeting.pk,
                by.pk,
                now,
                list(present.keys()),
                list(present.values()),
                *in_progress.params,
            ],
        )
        return dict(cursor.fetchall())


def check_logged(logged: Mapping[int, Decimal], present: Mapping[int, Decimal]) -> None:
    """Refuse a capture that logs nobody, or not everybody who was named; what it wrote is then rolled back.

    Args:
        logged, present: hours by key of the worker: of those who were in progress, and of those who were named.

    Raises:
        NobodyInProgress, WrongPresence: it does.
    """
    if not logged:
        raise NobodyInProgress(
            _(
                "Nobody is in progress in this class on that day. Add workers first, or mark the meeting as "
                "cancelled by the client or trainer absent."
            )
        )
    if strangers := [learner_id for learner_id in present if learner_id not in logged]:
        text = _("Not in progress in this class on that day, or no longer active by then. Reload the page.")
        raise _wrong_presence({str(learner_id): [text] for learner_id in strangers})


def _wrong_presence(errors: Mapping[str, Sequence[str]]) -> WrongPresence:
    first = next(iter(errors.values()))[0]
    return WrongPresence(_("Nothing was saved. %(first)s") % {"first": first}, errors=errors)


def _check_no_hours(meeting: ClassAttendanceSession) -> None:
    """H3: an exception has no hours, so a meeting with hours entered by hand cannot be one."""
    if _standing(meeting).exists():
        raise hours_are_logged(meeting)


def hours_are_logged(meeting: ClassAttendanceSession) -> HoursAreLogged:
    """Return why a meeting that has hours cannot be an exception (H3)."""
    text = _(
        "Hours were entered by hand for the meeting of %(day)s. Record the hours of the meeting, or have "
        "the entry taken back first."
    )
    return HoursAreLogged(text % {"day": day_in_words(meeting.session_date)})


def _close(
    meeting: ClassAttendanceSession, status: Status, notes: str, *, by: User, now: datetime
) -> ClassAttendanceSession:
    """Write what became of a locked meeting, which freezes it."""
    meeting.status, meeting.notes = status, notes.strip() or None
    meeting.captured_by, meeting.captured_at, meeting.updated_at = by, now, now
    meeting.save(update_fields=["status", "notes", "captured_by", "captured_at", "updated_at"])
    return meeting


def _reverse(meeting: ClassAttendanceSession, reason: str, *, by: User, now: datetime) -> None:
    """Log the negative of every row that the capture logged. Hours entered by hand for the meeting stay."""
    rows = _standing(meeting).filter(source=LearnerHoursLog.Source.ATTENDANCE)
    # The meeting is locked, so no further rows can be added.
    tracking_ids = list(rows.order_by().values_list("progression", flat=True))
    _lock_progressions(LearnerProgression.objects.filter(pk__in=tracking_ids))
    LearnerHoursLog.objects.bulk_create(row.negative(reason=reason, by=by, now=now) for row in rows)


def _standing(meeting: ClassAttendanceSession) -> QuerySet[LearnerHoursLog]:
    """Return the logged hours of a meeting that are not reversed."""
    return LearnerHoursLog.objects.filter(session=meeting, reversal_of__isnull=True, reversal__isnull=True)
