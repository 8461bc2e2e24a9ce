"""Bringing in marks of lists: one row is the same call as many (I1, I6). Marks make no records (A2)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.policies.lists import check_list_is_open
from attendance.services.imports.kinds.mark_checks import YES, MarkChecker, sessions_of, shown
from attendance.services.marking import Mark, write_marks
from learners.services.locks import lock_people
from training.core.imports.rows import CheckedRow, RowOutcome
from training.core.permissions import Permission, check_may
from training.core.refusals import Refusal
from training.core.transactions import acting
from training.models import Session
from training.services.imports.contract import (
    NOTHING_GONE,
    Gone,
    ImportTerms,
    UndoAct,
    UndoneRow,
    WrittenRow,
)
from training.services.imports.tables import insert_rows, update_rows
from training.services.sessions import lock_sessions

PART = 20_000  # rows that are written by one statement


class MarkRows:
    """The service of the kind "marks"."""

    table = SessionAttendee._meta.db_table

    def checker(self, terms: ImportTerms) -> MarkChecker:
        return MarkChecker(terms)

    def lock(self, workers: Collection[int], terms: ImportTerms) -> None:
        """Lock the sessions that rows name, then the workers who come onto a list."""
        lock_sessions(sessions_of(terms))
        lock_people(workers)

    def write(self, rows: Sequence[CheckedRow], terms: ImportTerms, *, tell: Callable[[int], None]) -> None:
        """Add who is missing from the lists, marked as the row says, and write the marks of the others.

        Raises:
            NotPermitted: the person may not mark one of the sessions, or add to its list.
        """
        sessions = Session.objects.select_related("trainer").in_bulk({row.found["session"] for row in rows})
        new = [row for row in rows if row.outcome is RowOutcome.NEW]
        for session in sessions.values():
            check_may(terms.by, Permission.MARK, session)
        for key in {row.found["session"] for row in new}:
            check_may(terms.by, Permission.ADD_WALK_IN, sessions[key])
        with acting(terms.by):
            self._add(new, sessions, terms)
            tell(len(new))
            listed = [row for row in rows if row.outcome is RowOutcome.CHANGED]
            for start in range(0, len(listed), PART):
                marks = [(row.found["session"], row.found["mark"]) for row in listed[start : start + PART]]
                write_marks(marks, by=terms.by, now=terms.now)
            tell(len(rows))

    def undo(
        self, rows: Sequence[WrittenRow], *, reason: str, by: User, now: datetime, gone: Gone = NOTHING_GONE
    ) -> Sequence[UndoneRow]:
        """Clear the marks that the import made, and put those back that it changed (I8). Nobody is taken off a list.

        Left as they are: marks of finalized and cancelled sessions, and those that somebody has changed since.

        Raises:
            NotPermitted: the person may not mark.
        """
        check_may(by, Permission.MARK)
        with acting(by):
            keys = [row.key for row in rows]
            lock_sessions(set(SessionAttendee.objects.filter(pk__in=keys).values_list("session", flat=True)))
            lines = SessionAttendee.objects.select_related("session").in_bulk(keys)
            undone = [_undone(row, lines.get(row.key)) for row in rows]
            marks = [
                (line.session_id, _mark_before(row.written, line))
                for row in undone
                if row.act is not UndoAct.LEFT and (line := lines[row.written.key])
            ]
            for start in range(0, len(marks), PART):
                write_marks(marks[start : start + PART], by=by, now=now)
            return undone

    @staticmethod
    def _add(rows: Sequence[CheckedRow], sessions: Mapping[int, Session], terms: ImportTerms) -> None:
        """Put workers on the next lines of the lists; the lists have a new version then (S11)."""
        last = {key: session.last_line for key, session in sessions.items()}
        added: dict[int, int] = defaultdict(int)
        stamp = {"added_by_id": terms.by.pk, "added_at": terms.now, "marked_by_id": terms.by.pk, "marked_at": terms.now}
        lines = []
        for row in rows:
            key, mark = row.found["session"], row.found["mark"]
            added[key] += 1
            lines.append(
                {
                    "session_id": key,
                    "learner_id": row.found["learner"],
                    "line": last[key] + added[key],
                    "is_present": mark.is_present,
                    "has_passed": mark.has_passed,
                    "remarks": mark.remarks or "",
                    "company_id": row.found["company"] if mark.is_present else None,
                    "role_id": row.found["role"] if mark.is_present else None,
                    **stamp,
                }
            )
        for start in range(0, len(rows), PART):
            keys = insert_rows(SessionAttendee, lines[start : start + PART])
            for row, pk in zip(rows[start : start + PART], keys, strict=True):
                row.key = pk
        by = {"updated_by_id": terms.by.pk, "updated_at": terms.now}
        versions = [
            {"id": key, "last_line": last[key] + count, "version": sessions[key].version + 1, **by}
            for key, count in added.items()
        ]
        update_rows(Session, versions, ("last_line", "version", "updated_by_id", "updated_at"))


def _undone(row: WrittenRow, line: SessionAttendee | None) -> UndoneRow:
    if line is None:
        return UndoneRow(row, UndoAct.LEFT, _("The worker was taken off the list since."))
    try:
        check_list_is_open(line.session)
    except Refusal as refusal:
        return UndoneRow(row, UndoAct.LEFT, refusal.message)
    now = shown(line)
    names = now if not row.before else row.after
    if any(now.get(name, "") != row.after.get(name, "") for name in names):
        return UndoneRow(row, UndoAct.LEFT, _("Somebody has changed it since."))
    return UndoneRow(row, UndoAct.BACK if _was_marked(row) else UndoAct.CLEARED)


def _was_marked(row: WrittenRow) -> bool:
    return bool(row.before) and row.before.get("is_present", YES) != ""


def _mark_before(row: WrittenRow, line: SessionAttendee) -> Mark:
    if not _was_marked(row):
        return Mark.taken_back(line.learner_id)
    before = {**shown(line), **row.before}
    return Mark(
        line.learner_id,
        is_present=before["is_present"] == YES,
        has_passed=before["has_passed"] == YES,
        remarks=before["remarks"],
    )
