"""What may be done to a session's list, marks and signed sheet in each state. Pure: every fact is an argument.

Each `check_…` raises the reason why not. The button (`training.policies.sessions.allows`) and its POST ask the same
check, so they cannot disagree.
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
    """The session is finalized or cancelled, so its list and marks cannot change any more (409)."""


class MarkingNotOpen(Conflict):
    """It is too early to mark anybody, or the session has no start yet (409)."""


class EvidenceIsClosed(Conflict):
    """The session is finalized or cancelled, so its signed sheet cannot be replaced any more (409)."""


class CannotRemove(Conflict):
    """Nobody is removed from a list once the session has started or the worker is marked (409)."""


def check_list_is_open(session: Session) -> None:
    """P5, A1: workers, walk-ins included, can be added and marked until finalize.

    Args:
        session: in any state.

    Raises:
        ListIsClosed: the session is finalized or cancelled.
    """
    if session.is_finalized:
        raise ListIsClosed(_("This session is finalized: its list and attendance cannot be changed any more."))
    if session.status == Session.Status.CANCELLED:
        raise ListIsClosed(_("This session is cancelled: its list and attendance cannot be changed any more."))


def marking_opens_at(session: Session, *, minutes_before: int) -> datetime | None:
    """Return the moment from which workers can be marked (A1), or None while the session has no start.

    Args:
        session: in any state.
        minutes_before: how many minutes before the start marking opens.
    """
    if session.start_time is None:
        return None
    return session.start_time - timedelta(minutes=minutes_before)


def check_can_mark(session: Session, *, now: datetime, minutes_before: int) -> None:
    """A1: workers can be marked from shortly before the start until finalize. Marks can be taken back earlier too.

    Args:
        session: in any state.
        now: the present moment.
        minutes_before: how many minutes before the start marking opens.

    Raises:
        ListIsClosed: the session is finalized or cancelled.
        MarkingNotOpen: it is too early; the sentence says when marking opens.
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

    Args:
        session: in any state.

    Raises:
        EvidenceIsClosed: the session is finalized or cancelled.
    """
    conflict = {"kind": ConflictKind.STATE, "session_id": session.pk}
    if session.is_finalized:
        raise EvidenceIsClosed(_("This session is finalized: its signed sheet cannot be replaced."), conflict=conflict)
    if session.status == Session.Status.CANCELLED:
        raise EvidenceIsClosed(_("This session is cancelled, so no signed sheet can be uploaded."), conflict=conflict)


def check_can_remove(session: Session, attendee: SessionAttendee, *, now: datetime) -> None:
    """P5: a worker is removed from a list only before the session starts, and only while unmarked.

    Args:
        session: the session of the list.
        attendee: the row of the worker.
        now: the present moment.

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
    """P5: nobody is removed from the list of a session that has started.

    Args:
        session: in any state.
        now: the present moment.

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
    """The act is not the latest one of the list, and only the latest can be undone (409)."""


def needed_to_undo(act: ListAct) -> Permission:
    """Return the permission that undoing an act takes: the permission for the opposite act."""
    opposite = {ListAct.Kind.ADDED: Permission.REMOVE_ATTENDEE, ListAct.Kind.REMOVED: Permission.ADD_WALK_IN}
    return opposite.get(ListAct.Kind(act.kind), Permission.MARK)


def check_can_undo(act: ListAct, *, now: datetime) -> None:
    """A1: a bulk act can be undone until the list is closed; adding only while workers can still be removed (P5).

    Args:
        act: with its session loaded.
        now: the present moment.

    Raises:
        ListIsClosed: the session is finalized or cancelled.
        CannotRemove: the session has started, and undoing would remove workers from its list.
    """
    if act.kind == ListAct.Kind.ADDED:
        check_list_may_shrink(act.session, now=now)
    else:
        check_list_is_open(act.session)


def capacity_warning(*, attendees: int, capacity: int | None) -> str:
    """Return the warning of S7 when more workers are listed than the venue has seats, else an empty text.

    Args:
        attendees: how many workers are on the list.
        capacity: seats of the venue; None while no venue is chosen.
    """
    if capacity is None or attendees <= capacity:
        return ""
    return _("Venue Capacity Exceeded (%(attendees)d/%(capacity)d).") % {"attendees": attendees, "capacity": capacity}


@dataclass(frozen=True, kw_only=True)
class ListCounts:
    """The numbers of a list. Every page and the API take these words in the meaning given here.

    Attributes:
        listed: lines of the list.
        present: lines marked present.
        passed: lines marked present and passed.
        unmarked: lines that were never marked, or whose mark was taken back.
    """

    listed: int = 0
    present: int = 0
    passed: int = 0
    unmarked: int = 0

    @property
    def marked(self) -> int:
        """Lines marked present or absent."""
        return self.listed - self.unmarked

    @property
    def failed(self) -> int:
        """Lines marked present and not passed."""
        return self.present - self.passed

    @property
    def absent(self) -> int:
        """Lines marked absent. Before finalize an unmarked line is not absent."""
        return self.marked - self.present

    @property
    def not_present(self) -> int:
        """Lines that finalize records as absent: those marked absent and those not marked."""
        return self.listed - self.present


def has_ended(session: Session, *, now: datetime) -> bool:
    """Return whether the session is over. Until then a missing sheet or mark is nothing to complain about.

    Args:
        session: in any state; one without an end is not over.
        now: the present moment.
    """
    return session.end_time is not None and session.end_time <= now
