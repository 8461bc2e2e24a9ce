"""What the state of a session allows on its list. Pure: every fact comes in as an argument.

Each `check_…` raises the reason, so that a button and its POST cannot disagree; `allows` is the boolean twin of all.
"""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from training.models import Session
from training.refusals import Conflict, Refusal


class ListIsClosed(Conflict):
    """The session is finalized or cancelled: its list and marks stay as they are (409)."""


class CannotRemove(Conflict):
    """A row stays once the session has started or the worker is marked (409)."""


def check_list_is_open(session: Session) -> None:
    """P5, A1: adding and marking are open until finalize, walk-ins included.

    Raises:
        ListIsClosed: the session is finalized or cancelled.
    """
    if session.is_finalized:
        raise ListIsClosed(_("This session is finalized: its list and attendance cannot be changed any more."))
    if session.status == Session.Status.CANCELLED:
        raise ListIsClosed(_("This session is cancelled: its list and attendance cannot be changed any more."))


def check_can_remove(session: Session, attendee: SessionAttendee, *, now: datetime) -> None:
    """P5: a row can be removed only before the session starts and while unmarked.

    Raises:
        ListIsClosed: the session is finalized or cancelled.
        CannotRemove: the session has started, or the worker is marked.
    """
    check_list_is_open(session)
    if session.start_time is not None and session.start_time <= now:
        raise CannotRemove(
            _("The session has started, so nobody is taken off its list. Mark the worker absent instead.")
        )
    if attendee.marked_at is not None:
        raise CannotRemove(_("This worker is marked already. Mark the worker absent instead."))


def allows(check: Callable[[], None]) -> bool:
    """Tell whether `check` would pass, for example `allows(lambda: check_list_is_open(session))`."""
    try:
        check()
    except Refusal:
        return False
    return True


def capacity_warning(*, attendees: int, capacity: int | None) -> str:
    """Return S7's alert when more people are listed than the venue holds, else an empty text.

    Args:
        capacity: seats of the venue; None while no venue is chosen.
    """
    if capacity is None or attendees <= capacity:
        return ""
    return _("Venue Capacity Exceeded (%(attendees)d/%(capacity)d).") % {"attendees": attendees, "capacity": capacity}
