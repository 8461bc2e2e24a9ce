"""What the state of a session allows on its list. Pure: every fact comes in as an argument.

Each `check_…` raises the reason, so that a button (`training.policies.sessions.allows`) and its POST cannot disagree.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.models import ListAct, SessionAttendee
from training.core.kinds import ConflictKind
from training.core.permissions import Permission
from training.core.refusals import Conflict
from training.core.words import moment
from training.models import Session


class ListIsClosed(Conflict):
    """The session is finalized or cancelled: its list and marks stay as they are (409)."""


class MarkingNotOpen(Conflict):
    """The session lies too far ahead for anybody to be marked, or has no start yet (409)."""


class EvidenceIsClosed(Conflict):
    """The session is finalized or cancelled: its signed sheet stays as it is (409)."""


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


def marking_opens_at(session: Session, *, minutes_before: int) -> datetime | None:
    """Return from when on people can be marked (A1); None while the session has no start.

    Args:
        minutes_before: how long before the start marking opens.
    """
    if session.start_time is None:
        return None
    return session.start_time - timedelta(minutes=minutes_before)


def check_can_mark(session: Session, *, now: datetime, minutes_before: int) -> None:
    """A1: marking is open from shortly before the start until finalize. Taking a mark back is not asked here.

    Args:
        minutes_before: how long before the start marking opens.

    Raises:
        ListIsClosed: the session is finalized or cancelled.
        MarkingNotOpen: it is too early; the sentence says from when on.
    """
    check_list_is_open(session)
    conflict = {"kind": ConflictKind.STATE, "session_id": session.pk}
    opens = marking_opens_at(session, minutes_before=minutes_before)
    if opens is None:
        raise MarkingNotOpen(
            _("This session has no start time yet, so nobody can be marked. Give it a day and a time first."),
            conflict=conflict,
        )
    if now < opens:
        raise MarkingNotOpen(
            _("It is too early to mark attendance: marking opens on %(moment)s, shortly before the session starts.")
            % {"moment": moment(timezone.localtime(opens))},
            conflict=conflict,
        )


def check_can_upload(session: Session) -> None:
    """E1: a signed sheet can be uploaded, and replaced, until finalize.

    Raises:
        EvidenceIsClosed: the session is finalized or cancelled.
    """
    conflict = {"kind": ConflictKind.STATE, "session_id": session.pk}
    if session.is_finalized:
        raise EvidenceIsClosed(_("This session is finalized: its signed sheet cannot be replaced."), conflict=conflict)
    if session.status == Session.Status.CANCELLED:
        raise EvidenceIsClosed(_("This session is cancelled, so no signed sheet can be uploaded."), conflict=conflict)


def check_can_remove(session: Session, attendee: SessionAttendee, *, now: datetime) -> None:
    """P5: a row can be removed only before the session starts and while unmarked.

    Raises:
        ListIsClosed: the session is finalized or cancelled.
        CannotRemove: the session has started, or the worker is marked.
    """
    check_list_may_shrink(session, now=now)
    if attendee.marked_at is not None:
        raise CannotRemove(
            _("This worker is marked already. Take the mark back first, or mark the worker absent instead.")
        )


def check_list_may_shrink(session: Session, *, now: datetime) -> None:
    """P5: nobody is taken off the list of a session that has started.

    Raises:
        ListIsClosed: the session is finalized or cancelled.
        CannotRemove: the session has started.
    """
    check_list_is_open(session)
    if session.start_time is not None and session.start_time <= now:
        raise CannotRemove(
            _("The session has started, so nobody is taken off its list. Mark the worker absent instead.")
        )


class NothingToUndo(Conflict):
    """Something else was done to the list since, which alone could be undone (409)."""


def needed_to_undo(act: ListAct) -> Permission:
    """Return what somebody must be allowed to do to undo an act: it is the opposite of it."""
    opposite = {ListAct.Kind.ADDED: Permission.REMOVE_ATTENDEE, ListAct.Kind.REMOVED: Permission.ADD_WALK_IN}
    return opposite.get(ListAct.Kind(act.kind), Permission.MARK)


def check_can_undo(act: ListAct, *, now: datetime) -> None:
    """A1: what was done to many at once can be undone until the list is closed; adding, as long as rows can go (P5).

    Args:
        act: with its session.

    Raises:
        ListIsClosed: the session is finalized or cancelled.
        CannotRemove: it has started, and undoing would take people off its list.
    """
    if act.kind == ListAct.Kind.ADDED:
        check_list_may_shrink(act.session, now=now)
    else:
        check_list_is_open(act.session)


def capacity_warning(*, attendees: int, capacity: int | None) -> str:
    """Return S7's alert when more people are listed than the venue holds, else an empty text.

    Args:
        capacity: seats of the venue; None while no venue is chosen.
    """
    if capacity is None or attendees <= capacity:
        return ""
    return _("Venue Capacity Exceeded (%(attendees)d/%(capacity)d).") % {"attendees": attendees, "capacity": capacity}


@dataclass(frozen=True, kw_only=True)
class ListCounts:
    """How many lines of a list are what: the one meaning of these words, on every page and in the API.

    Attributes:
        listed: lines, whoever stands on them.
        present: marked present.
        passed: marked present and passed.
        unmarked: nobody has said anything, or what was said was taken back.
    """

    listed: int = 0
    present: int = 0
    passed: int = 0
    unmarked: int = 0

    @property
    def marked(self) -> int:
        """Marked present or absent."""
        return self.listed - self.unmarked

    @property
    def failed(self) -> int:
        """Marked present and not passed."""
        return self.present - self.passed

    @property
    def absent(self) -> int:
        """Marked absent; who is not marked is not absent before finalize."""
        return self.marked - self.present

    @property
    def not_present(self) -> int:
        """Recorded absent by finalize: marked so, or not marked."""
        return self.listed - self.present


def has_ended(session: Session, *, now: datetime) -> bool:
    """Tell whether the session is over: only then can its sheet, or a mark on its list, be missing."""
    return session.end_time is not None and session.end_time <= now
