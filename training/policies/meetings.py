"""The rules of the dated meetings of a class, without a database: each `check_…` raises the reason why not.

A button asks `training.policies.sessions.allows(check_…, …)`, the service behind it calls the check itself.
"""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from training.core.kinds import ConflictKind
from training.core.permissions import name_of
from training.core.refusals import Conflict, Invalid
from training.core.words import day as day_in_words
from training.core.words import moment
from training.models import ClassAttendanceSession, TrainingClass

Status = ClassAttendanceSession.Status

# What the client or the trainer did, so that a meeting was not held and has no hours (H3).
EXCEPTIONS = (Status.CLIENT_CANCELLED, Status.AGENT_ABSENT)

# The one table of legal steps of a dated meeting (H2 to H4). Back to pending it goes only with a `CaptureVoid`.
MEETING_STEPS: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.CAPTURED, *EXCEPTIONS}),
    Status.CAPTURED: frozenset({Status.PENDING}),
    Status.CLIENT_CANCELLED: frozenset({Status.PENDING}),
    Status.AGENT_ABSENT: frozenset({Status.PENDING}),
}


class MeetingIsLocked(Conflict):
    """The meeting is captured or excepted already (409, H3); `conflict` says by whom and since when."""


class CannotCapture(Invalid):
    """No hours can be captured for the meeting (400, H3): it lies ahead, or its class is a draft or has stopped."""


def _can_become(meeting: ClassAttendanceSession, *wanted: Status) -> bool:
    return not MEETING_STEPS[Status(meeting.status)].isdisjoint(wanted)


def check_not_locked(meeting: ClassAttendanceSession, *wanted: Status) -> None:
    """H3: a meeting that is captured or excepted is locked until that is voided (H4).

    Args:
        wanted: what the meeting would become; one of them has to be a legal step.

    Raises:
        MeetingIsLocked: the sentence says what it is, by whom and since when.
    """
    if _can_become(meeting, *wanted):
        return
    who, at = meeting.captured_by, meeting.captured_at
    words = {
        "day": day_in_words(meeting.session_date),
        "who": name_of(who) if who else _("somebody"),
        "when": moment(at),
    }
    text = {
        Status.CAPTURED: _("The hours of %(day)s were recorded by %(who)s on %(when)s."),
        Status.CLIENT_CANCELLED: _("%(day)s was marked as cancelled by the client, by %(who)s on %(when)s."),
        Status.AGENT_ABSENT: _("%(day)s was marked as trainer absent, by %(who)s on %(when)s."),
    }[Status(meeting.status)]
    raise MeetingIsLocked(
        " ".join([text % words, _("An administrator can take that back.")]),
        conflict={
            "kind": ConflictKind.STATE,
            "session_id": meeting.pk,
            "theirs": meeting.status,
            "changed_by": words["who"],
            "changed_at": at,
        },
    )


def check_held(meeting: ClassAttendanceSession) -> None:
    """H3: the meeting was held: its class is no draft, and had not stopped before that day.

    Raises:
        CannotCapture: it was not.
    """
    training_class = meeting.training_class
    if training_class.status == TrainingClass.Status.DRAFT:
        raise CannotCapture(_("This class is a draft. Activate it first."))
    if training_class.stop_date is not None and meeting.session_date > training_class.stop_date:
        text = _("This class stopped on %(day)s. What was held later belongs to another class.")
        raise CannotCapture(text % {"day": day_in_words(training_class.stop_date)})


def check_can_capture(meeting: ClassAttendanceSession, *, today: date) -> None:
    """H3: hours are captured of a pending meeting that is not ahead, in an active class or before the day it stopped.

    Raises:
        MeetingIsLocked: it is captured or excepted already.
        CannotCapture: it lies ahead, the class is a draft, or it stopped before.
    """
    check_not_locked(meeting, Status.CAPTURED)
    check_held(meeting)
    if meeting.session_date > today:
        text = _("%(day)s is in the future. Hours are recorded on the day or later.")
        raise CannotCapture(text % {"day": day_in_words(meeting.session_date)})


def check_can_except(meeting: ClassAttendanceSession) -> None:
    """H3: what can be captured can be excepted as well, and so can a meeting that lies ahead.

    Raises:
        MeetingIsLocked, CannotCapture: as `check_can_capture`.
    """
    check_not_locked(meeting, *EXCEPTIONS)
    check_held(meeting)


def check_can_void(meeting: ClassAttendanceSession) -> None:
    """H4: only a capture or an exception can be voided.

    Raises:
        Conflict: the meeting is pending.
    """
    if not _can_become(meeting, Status.PENDING):
        text = _("Nothing is recorded for %(day)s, so there is nothing to take back.") % {
            "day": day_in_words(meeting.session_date)
        }
        raise Conflict(text, conflict={"kind": ConflictKind.STATE, "session_id": meeting.pk, "theirs": meeting.status})
