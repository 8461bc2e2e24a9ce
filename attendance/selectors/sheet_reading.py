"""What an uploaded sheet says about its session, compared with the list as it is now (E8)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.policies.sheet_findings import ListChanges, Told, free_lines, missing_pages, printed_lines, told
from attendance.policies.sheet_reading import Reading, reading_of
from learners.models import EvidenceUpload
from training.core.kinds import EventKind
from training.models import Session


@dataclass(frozen=True)
class _Listed:
    """The workers who are on a list now and those who were removed from it, as names by line."""

    now: dict[int, str]
    before: dict[int, str]


def sheet_told(session: Session, upload: EvidenceUpload | None) -> Told:
    """Return all that can be said about an uploaded sheet, in two queries if the list has changed since, else in none.

    Args:
        session: the session of the sheet.
        upload: its sheet; None where there is none.
    """
    return sheets_told([(session, upload)])[0] if upload else Told()


def sheets_told(sheets: Iterable[tuple[Session, EvidenceUpload]]) -> list[Told]:
    """Return for each sheet what `sheet_told` returns, in the same order and in two queries at most."""
    read = [(session, upload, reading_of(upload)) for session, upload in sheets]
    stale = {
        session.pk
        for session, _upload, reading in read
        if reading and any(code.version != session.version for code in reading.of_session(session.reference))
    }
    lists = _lists(stale) if stale else {}
    return [
        told(
            reading,
            reference=session.reference,
            version=session.version,
            pages=upload.pages,
            changes=_changes(reading, session, lists.get(session.pk)),
        )
        if reading
        else Told()
        for session, upload, reading in read
    ]


def _changes(reading: Reading, session: Session, listed: _Listed | None) -> ListChanges:
    """Return how the list differs from the pages that were read, going by line numbers, which are never given twice."""
    codes = [code for code in reading.of_session(session.reference) if code.is_keyed]
    if listed is None or not codes:
        return ListChanges()
    printed, free = printed_lines(codes), free_lines(codes)
    known_to = 0 if missing_pages(codes) else max(printed | free)
    last = max((code.lines[-1] for code in codes if code.page == code.pages and code.lines), default=None)
    added = [
        line
        for line in listed.now
        if line not in printed | free and (line <= known_to or (last is not None and line > last))
    ]
    return ListChanges(
        added=[listed.now[line] for line in added],
        walk_ins=[listed.now[line] for line in sorted(free & listed.now.keys())],
        removed=[listed.before.get(line, str(line)) for line in sorted(printed - listed.now.keys())],
    )


def _lists(session_ids: Collection[int]) -> dict[int, _Listed]:
    """Return by the key of each session who is on its list and who was removed from it, in two queries."""
    attendees = SessionAttendee.objects.filter(session__in=session_ids).select_related("learner").order_by("line")
    removed = SessionAttendee.pgh_event_model.objects.filter(  # type: ignore[attr-defined]  # set by pghistory
        session__in=session_ids, pgh_label=EventKind.DELETE
    ).select_related("learner")
    lists = {session_id: _Listed({}, {}) for session_id in session_ids}
    for rows, wanted in ((attendees, "now"), (removed, "before")):
        for row in rows:
            text = _("%(name)s (line %(line)s)") % {"name": row.learner.name, "line": row.line}
            getattr(lists[row.session_id], wanted)[row.line] = text
    return lists
