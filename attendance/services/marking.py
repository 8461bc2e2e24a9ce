"""Marking attendance: who was present, who passed, and remarks. Marking never creates a record (A2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.models import ListAct, SessionAttendee
from attendance.policies.lists import check_can_mark, check_list_is_open
from attendance.services.list_acts import note_act
from training.core.kinds import ConflictKind
from training.core.permissions import Permission, check_may, name_of
from training.core.refusals import Invalid, Stale
from training.core.transactions import acting
from training.models import Session
from training.services.sessions import lock_session

REMARKS_LENGTH = 500


class NotOnTheList(Invalid):
    """A mark is for somebody who is not on the list, or one worker has two marks (400, A1)."""


@dataclass(frozen=True)
class Mark:
    """What somebody wants to save for one worker on the list.

    Attributes:
        is_present: None takes the mark back, after which the worker is unmarked.
        has_passed: counts only with presence.
        remarks: None leaves them as they are. They belong to the mark, so taking it back clears them.
        version: the version of the row as the person saw it; None overwrites any version.
        was_unmarked: whether the person saw the row without a mark.
    """

    learner_id: int
    is_present: bool | None
    has_passed: bool
    remarks: str | None = None
    version: int | None = None
    was_unmarked: bool = False

    @classmethod
    def taken_back(cls, learner_id: int, *, version: int | None = None) -> "Mark":
        """Return the mark that takes back whatever the row says."""
        return cls(learner_id, is_present=None, has_passed=True, version=version)

    @property
    def is_unmarked(self) -> bool:
        """Whether this takes the mark back."""
        return self.is_present is None

    @property
    def is_untouched(self) -> bool:
        """Whether the person saw an unmarked row and left it so. It then changes nothing, not even a version."""
        was_unmarked = self.was_unmarked or self.version == 1
        return was_unmarked and self.is_present is False and not self.remarks


@dataclass(frozen=True)
class StaleRow:
    """A row that somebody else changed after it was shown, with both values (A1)."""

    attendee: SessionAttendee
    mark: Mark

    @property
    def key(self) -> str:
        """The key of the worker as pages write it into the names of fields."""
        return str(self.attendee.learner_id)

    @property
    def changed_by(self) -> str:
        user = self.attendee.marked_by
        return name_of(user) if user else ""

    def as_conflict(self) -> dict[str, Any]:
        """Return the row as plain values for the `conflict` of the API."""
        row, mark = self.attendee, self.mark
        return {
            "learner_id": row.learner_id,
            "version": row.version,
            "theirs": {
                "is_present": None if row.marked_at is None else row.is_present,
                "has_passed": row.has_passed,
                "remarks": row.remarks,
            },
            "yours": {
                "is_present": mark.is_present,
                "has_passed": mark.has_passed,
                "remarks": row.remarks if mark.remarks is None else mark.remarks,
            },
            "changed_by": self.changed_by,
            "changed_at": row.marked_at,
        }


class StaleMarks(Stale):
    """Somebody else changed some of the rows meanwhile, so nothing was saved (409, A1)."""

    def __init__(self, rows: Sequence[StaleRow]) -> None:
        names = ", ".join(str(row.attendee.learner) for row in rows)
        super().__init__(
            ngettext(
                "Nothing was saved: %(names)s was changed by somebody else in the meantime. Choose whose values count.",
                "Nothing was saved: %(names)s were changed by somebody else in the meantime. Choose whose values "
                "count.",
                len(rows),
            )
            % {"names": names},
            conflict={"kind": ConflictKind.VERSION, "rows": [row.as_conflict() for row in rows]},
        )
        self.rows = rows


class Everybody(StrEnum):
    """What one button does to all rows of a list."""

    PRESENT = "present"  # whoever is not yet marked is present
    PASSED = "passed"  # whoever is present passed
    ABSENT = "absent"  # whoever is not yet marked is absent
    TAKEN_BACK = "taken-back"  # nobody is marked any more


KINDS = {
    Everybody.PRESENT: ListAct.Kind.PRESENT,
    Everybody.PASSED: ListAct.Kind.PASSED,
    Everybody.ABSENT: ListAct.Kind.ABSENT,
    Everybody.TAKEN_BACK: ListAct.Kind.TAKEN_BACK,
}


def save_marks(*, session_id: int, marks: Iterable[Mark], by: User, now: datetime) -> list[SessionAttendee]:
    """Save present, passed and remarks for any part of the list, or take marks back; all of them or none (A1).

    A mark that equals what the row says already is never stale, so a request whose answer was lost can be repeated.
    Employer and role are copied when a worker is first marked present (R3). Taking a mark back clears them, and the
    next mark copies them anew.

    Args:
        session_id: key of the session.
        marks: at most one for each worker.
        by: who marks.
        now: the present moment.

    Returns:
        the rows of these workers as they are now.

    Raises:
        NotFound: there is no such session.
        NotPermitted: the person may not do this, or not for this session.
        ListIsClosed: the session is finalized or cancelled.
        MarkingNotOpen: it is too early to mark; marks can be taken back all the same.
        NotOnTheList: somebody is not on the list, or has two marks.
        Invalid: remarks are too long.
        StaleMarks: rows were changed after they were shown; `rows` holds all of them.
    """
    marks = list(marks)
    with acting(by):
        session = lock_session(session_id=session_id)
        check_may(by, Permission.MARK, session)
        _check_is_open(session, marks=any(mark.is_present is not None for mark in marks), now=now)
        rows = _rows(session_id, [mark.learner_id for mark in marks])
        _check_all_listed(marks, rows)
        check_remarks(marks)
        stale = [
            StaleRow(rows[mark.learner_id], mark)
            for mark in marks
            if mark.version not in (None, rows[mark.learner_id].version) and not _says(rows[mark.learner_id], mark)
        ]
        if stale:
            raise StaleMarks(stale)
        changed = [mark for mark in marks if _changes(rows[mark.learner_id], mark)]
        write_marks([(session_id, mark) for mark in changed], by=by, now=now)
        return list(_rows(session_id, [mark.learner_id for mark in marks]).values())


def mark_everybody(*, session_id: int, what: Everybody, by: User, now: datetime) -> int:
    """Mark every row of the list that the button concerns, in one act that can be undone (A1).

    Args:
        session_id: key of the session.
        what: the button; its members say which rows they concern.
        by: who marks.
        now: the present moment.

    Returns:
        how many rows were changed.

    Raises:
        NotFound, NotPermitted, ListIsClosed, MarkingNotOpen: as `save_marks`.
    """
    with acting(by):
        session = lock_session(session_id=session_id)
        check_may(by, Permission.MARK, session)
        _check_is_open(session, marks=what is not Everybody.TAKEN_BACK, now=now)
        rows = {row.learner_id: row for row in session.attendees.order_by("line")}
        changed = [mark for row in rows.values() if (mark := _of_everybody(row, what)) and _changes(row, mark)]
        write_marks([(session_id, mark) for mark in changed], by=by, now=now)
        versions = {mark.learner_id: rows[mark.learner_id].version + 1 for mark in changed}
        note_act(session, KINDS[what], versions, by=by, now=now)
        return len(changed)


def save_list(*, session_id: int, marks: Iterable[Mark], everybody: Everybody | None, by: User, now: datetime) -> int:
    """Save what a page sends at once: the rows that were marked, and what one button says of the whole list.

    Args:
        everybody: None where no such button was pressed.

    Returns:
        how many rows were named or changed.

    Raises:
        NotFound, NotPermitted, ListIsClosed, MarkingNotOpen, NotOnTheList, Invalid, StaleMarks: as `save_marks`;
            then nothing at all is saved.
    """
    if everybody is None:
        return len(save_marks(session_id=session_id, marks=marks, by=by, now=now))
    with acting(by):
        saved = save_marks(session_id=session_id, marks=marks, by=by, now=now)
        return len(saved) + mark_everybody(session_id=session_id, what=everybody, by=by, now=now)


def _check_is_open(session: Session, *, marks: bool, now: datetime) -> None:
    """Check that the list can be marked. It is never too early to take back a mark.

    Args:
        session: locked.
        marks: whether anybody is marked, rather than marks only taken back.
        now: the present moment.
    """
    if marks:
        check_can_mark(session, now=now, minutes_before=settings.MARKING_OPENS_MINUTES)
    else:
        check_list_is_open(session)


def _of_everybody(row: SessionAttendee, what: Everybody) -> Mark | None:
    """Return the mark that one button means for a row; None if it leaves the row as it is."""
    is_marked = row.marked_at is not None
    match what:
        case Everybody.PASSED:
            return Mark(row.learner_id, is_present=True, has_passed=True) if row.is_present else None
        case Everybody.TAKEN_BACK:
            return Mark.taken_back(row.learner_id) if is_marked else None
    is_present = what is Everybody.PRESENT
    return None if is_marked else Mark(row.learner_id, is_present=is_present, has_passed=is_present)


def _rows(session_id: int, learner_ids: Sequence[int]) -> dict[int, SessionAttendee]:
    """Return the rows of these workers by the key of the worker, in the order of their lines."""
    rows = SessionAttendee.objects.filter(session_id=session_id, learner_id__in=learner_ids)
    return {row.learner_id: row for row in rows.select_related("learner", "marked_by").order_by("line")}


def _check_all_listed(marks: Sequence[Mark], rows: dict[int, SessionAttendee]) -> None:
    missing = [mark.learner_id for mark in marks if mark.learner_id not in rows]
    if missing:
        numbers = ", ".join(map(str, missing))
        raise NotOnTheList(
            _("Nothing was saved: a worker you marked is not on the list any more. Reload the page."),
            errors={"learner_ids": [_("Not on the list: %(numbers)s") % {"numbers": numbers}]},
        )
    if len(marks) != len(rows):
        raise NotOnTheList(_("Nothing was saved: a worker is named twice. Reload the page and try again."))


def check_remarks(marks: Sequence[Mark]) -> None:
    """A1: remarks fit into their column, and hold nothing that it cannot store.

    Raises:
        Invalid: some do not.
    """
    if any(len(mark.remarks or "") > REMARKS_LENGTH for mark in marks):
        message = _("Remarks have at most %(length)d characters. Shorten them; nothing was saved.")
        raise Invalid(message % {"length": REMARKS_LENGTH})
    if any("\x00" in (mark.remarks or "") for mark in marks):
        raise Invalid(_("Remarks hold a character that cannot be stored. Type them again; nothing was saved."))


def _says(row: SessionAttendee, mark: Mark) -> bool:
    """Return whether the row says already what the mark says. An absent worker cannot have passed."""
    if mark.is_present is None:
        return row.marked_at is None
    return (
        row.marked_at is not None
        and row.is_present == mark.is_present
        and (row.is_present and row.has_passed) == (mark.is_present and mark.has_passed)
        and mark.remarks in (None, row.remarks)
    )


def _changes(row: SessionAttendee, mark: Mark) -> bool:
    return not _says(row, mark) or (mark.is_present is not None and row.has_passed != mark.has_passed)


def write_marks(marks: Sequence[tuple[int, Mark]], *, by: User, now: datetime) -> None:
    """Write any number of marks in one statement. The caller holds the locks of the sessions, and has checked them.

    Args:
        marks: each with the key of its session.
    """
    if not marks:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE session_attendees attendee
               SET is_present = coalesce(mark.is_present, false),
                   has_passed = mark.has_passed,
                   remarks = CASE WHEN mark.is_present IS NULL THEN ''
                                  ELSE coalesce(mark.remarks, attendee.remarks) END,
                   company_id = CASE WHEN mark.is_present THEN coalesce(attendee.company_id, person.company_id)
                                     WHEN NOT mark.is_present THEN attendee.company_id END,
                   role_id = CASE WHEN mark.is_present THEN coalesce(attendee.role_id, person.role_id)
                                  WHEN NOT mark.is_present THEN attendee.role_id END,
                   marked_by_id = CASE WHEN mark.is_present IS NOT NULL THEN %s::bigint END,
                   marked_at = CASE WHEN mark.is_present IS NOT NULL THEN %s::timestamptz END,
                   version = attendee.version + 1
              FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[], %s::boolean[], %s::text[])
                     AS mark (session_id, learner_id, is_present, has_passed, remarks)
              JOIN learners_learner learner ON learner.id = mark.learner_id
              JOIN learners_learner person ON person.id = coalesce(learner.merged_into_id, learner.id)
             WHERE attendee.session_id = mark.session_id AND attendee.learner_id = mark.learner_id
            """,
            [
                by.pk,
                now,
                [session_id for session_id, _mark in marks],
                [mark.learner_id for _session_id, mark in marks],
                [mark.is_present for _session_id, mark in marks],
                [mark.has_passed for _session_id, mark in marks],
                [mark.remarks for _session_id, mark in marks],
            ],
        )
