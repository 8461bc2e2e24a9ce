"""The sign-in sheet as a PDF: people sign in their own line, and a program can read a scan of it later.

`sheet.typ` is the layout. Lines keep their numbers for ever, so the two walk-in lines have the next ones. The sheet
prints the list and the facts of one `Session.version`, which it names and its QR code holds (S11, `sheet_code`).
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from attendance.models import SessionAttendee
from attendance.papers.qr_code import qr_code
from attendance.policies.sheet_code import SheetCode, code_text
from attendance.policies.sheet_layout import PRINTED, layout
from attendance.selectors.sheet import SheetContents
from training.core.printing import UNPRINTABLE, printable, scripts_without_font, typeset
from training.core.words import moment, time_range
from training.models import Session
from training.papers.log_line import newest_log_line

TEMPLATE = Path(__file__).with_name("sheet.typ")


def print_sheet(sheet: SheetContents, *, printed_at: datetime, names_roles: bool = True) -> bytes:
    """Return the PDF of a sign-in sheet.

    Args:
        sheet: the session and its list.
        printed_at: the moment that the sheet names.
        names_roles: whether it names the roles of workers; trainers are not told them.
    """
    return typeset(TEMPLATE, sheet_data(sheet, printed_at=printed_at, names_roles=names_roles), made_at=printed_at)


def file_name(session: Session) -> str:
    """Return the file name of a sheet, such as `S-2026-0412-v3.pdf`."""
    return f"{session.reference}-v{session.version}.pdf"


def sheet_data(sheet: SheetContents, *, printed_at: datetime, names_roles: bool = True) -> dict[str, Any]:
    """Return everything that `sheet.typ` prints, as JSON values."""
    session = sheet.session
    pages = _pages(sheet, names_roles=names_roles)
    codes = sheet_codes(sheet)
    return {
        "language": get_language() or "en",
        "site": printable(settings.SITE_NAME),
        "title": _("Sign-in sheet %(reference)s") % {"reference": session.reference},
        "course": printable(f"{session.course.code} {sheet.course_title}"),
        "reference": session.reference,
        "state": "" if session.status == Session.Status.SCHEDULED else session.get_status_display(),
        "version": _("List version %(version)s") % {"version": session.version},
        "printed": _("Printed %(when)s") % {"when": moment(printed_at)},
        "time": time_range(session.start_time, session.end_time) if session.start_time else _("Not set"),
        "venue": printable(session.venue.name) if session.venue else _("Not set"),
        "trainer": printable(str(session.trainer)) if session.trainer else _("Not set"),
        "hours": _hours(session),
        "log": newest_log_line(),
        "words": _words(),
        "pages": [
            {
                "number": _("Page %(page)s of %(pages)s") % {"page": number, "pages": len(pages)},
                "qr": qr_code(code_text(code), error="q"),
                "rows": rows,
                "note": _unprintable_note(rows),
            }
            for number, (rows, code) in enumerate(zip(pages, codes, strict=True), start=1)
        ],
    }


def sheet_codes(sheet: SheetContents) -> list[SheetCode]:
    """Return what the QR code on each page of a sheet says, in the order of the pages."""
    session = sheet.session
    pages = _pages(sheet, names_roles=False)
    return [
        SheetCode(PRINTED, session.reference, session.version, number, len(pages), [row["line"] for row in rows])
        for number, rows in enumerate(pages, start=1)
    ]


def _pages(sheet: SheetContents, *, names_roles: bool) -> list[list[dict[str, Any]]]:
    """Return the rows of each page; the walk-in lines follow the last attendee."""
    rows = [_row(attendee, names_roles=names_roles) for attendee in sheet.attendees]
    room = layout(PRINTED).rows
    pages = [rows[first : first + room] for first in range(0, len(rows), room)] or [[]]
    first_free = sheet.session.last_line + 1
    pages[-1] += [{"line": line, "walk-in": True} for line in range(first_free, first_free + layout(PRINTED).walk_ins)]
    return pages


def _row(attendee: SessionAttendee, *, names_roles: bool) -> dict[str, Any]:
    """Return a line of the sheet. Employer and role are those that the mark copied (R3), without a mark today's."""
    learner = attendee.learner
    role = attendee.role or learner.role
    return {
        "line": attendee.line,
        "walk-in": False,
        "name": printable(learner.name),
        "details": printable(f"{learner.badge_id}, {role.title}" if names_roles else learner.badge_id),
        "company": printable((attendee.company or learner.company).name),
    }


def _hours(session: Session) -> str:
    if session.start_time is None or session.end_time is None:
        return "–"
    return number_format((session.end_time - session.start_time).total_seconds() / 3600, decimal_pos=1)


def _unprintable_note(rows: list[dict[str, Any]]) -> str:
    """Return a note that explains `[?]` on a page that has it, so that nobody signs beside an unreadable name."""
    if not any(UNPRINTABLE in text for row in rows for text in row.values() if isinstance(text, str)):
        return ""
    return _(
        "%(mark)s stands for letters that this server has no font for: go by the badge number. "
        "An administrator can install the package %(packages)s."
    ) % {"mark": UNPRINTABLE, "packages": ", ".join(scripts_without_font()) or "fonts-noto-core"}


def _words() -> dict[str, str]:
    return {
        "how-to": _("Attendance sheet. Sign in your own line."),
        "time": _("When"),
        "venue": _("Venue"),
        "trainer": _("Trainer"),
        "hours": _("Hours"),
        "line": _("Line"),
        "worker": _("Worker"),
        "company": _("Employer"),
        "signature": _("Signature"),
        "time-in": _("Time in"),
        "passed": _("Passed"),
        "failed": _("Failed"),
        "walk-in": _("Walk-in: name and badge"),
        "trainer-signature": _("Trainer signature"),
        "date": _("Date"),
    }
