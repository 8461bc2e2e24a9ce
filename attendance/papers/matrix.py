"""The training matrix as an Excel file of two sheets, with all rows of the filters of the page.

The first sheet looks like the page: a cell holds the day that its status is about, such as the last valid one, after
the word of the status, in the colour of the page. The second sheet has a row for each worker and course, so that every
fact has a column of its own to filter and sort by.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import IO, Any

from django.utils.translation import gettext as _

from attendance.pages.matrix import MatrixCell, MatrixRow
from learners.selectors import matrix as selector
from training.core import xlsx_files
from training.core.kinds import StatusKind
from training.core.list_files import TableColumn
from training.core.words import day as day_in_words
from training.core.xlsx_files import Table, Value, XlsxColumn, day_pattern, workbook

FIRST_COLUMNS = 5
COLOURS: dict[str, tuple[tuple[str, Any], ...]] = {
    StatusKind.BAD: (("bg_color", "#B3261E"), ("font_color", "#FFFFFF"), ("align", "left")),
    StatusKind.WARN: (("bg_color", "#FFD54A"), ("font_color", "#332400"), ("align", "left")),
    StatusKind.WAIT: (("bg_color", "#E9F0FD"), ("font_color", "#174EA6"), ("align", "left")),
    StatusKind.OK: (("font_color", "#14662F"), ("align", "left")),
    StatusKind.NONE: (("align", "left"),),
}


def as_xlsx(
    columns: Sequence[selector.Column],
    rows: Iterable[MatrixRow],
    marks: Sequence[TableColumn[MatrixRow]] = (),
    *,
    day: date,
    is_past: bool,
) -> IO[bytes]:
    """Return an open Excel file, written row by row so that a large site is never in memory as a whole.

    Args:
        columns: the courses.
        rows: the workers with their cells.
        marks: columns at the end of both sheets, such as who took the file (N6).
        day: the day that the matrix is about, which its first line names.
        is_past: whether that day is another one than today; a last column then says what was not known on it (C8).
    """
    with workbook() as (book, file):
        last = [XlsxColumn(str(mark.title), width=mark.width) for mark in marks]
        matrix = Table(book, _("Matrix"), [*_heads(columns, is_past=is_past), *last], above=_above(day), fixed=2)
        facts = Table(book, _("Courses of workers"), [*_heads_of_facts(), *last], above=_above(day), fixed=2)
        for row in rows:
            marked = [mark.value(row) for mark in marks]
            matrix.add([*_worker(row), *map(_shown, row.cells), *([_later(row) or None] if is_past else []), *marked])
            for course, cell in zip(columns, row.cells, strict=True):
                if cell is not None:
                    facts.add([*_worker(row), *_facts(course, cell, day=day), *marked])
        matrix.close()
        facts.close()
    return file


def plain_columns(courses: Sequence[selector.Column], *, is_past: bool) -> list[TableColumn[MatrixRow]]:
    """Return the columns of the first sheet for a CSV file: in a course, the word of the status and its day."""
    return [
        TableColumn("worker", _("Worker"), lambda row: row.learner.name),
        TableColumn("badge_id", _("Badge"), lambda row: row.learner.badge_id),
        TableColumn("verdict", _("Status"), lambda row: row.standing.word),
        TableColumn("role", _("Role"), lambda row: str(row.learner.role)),
        TableColumn("company", _("Employer"), lambda row: str(row.learner.company)),
        *(
            TableColumn(each.code, f"{each.code} {each.title}".strip(), partial(_plain, place=place))
            for place, each in enumerate(courses)
        ),
        *([TableColumn("later", _("Changed later"), _later)] if is_past else []),
    ]


def _plain(row: MatrixRow, *, place: int) -> str | None:
    cell = row.cells[place]
    if cell is None:
        return None
    day = "" if cell.day is None else f" {cell.day:%Y-%m-%d}"
    marks = [_("to verify")] if cell.is_to_verify else []
    booked = [_("booked for %(day)s") % {"day": f"{cell.booked:%Y-%m-%d}"}] if cell.booked else []
    return ", ".join([f"{cell.standing.word}{day}", *marks, *booked])


def _later(row: MatrixRow) -> str:
    return " ".join(each.sentence for each in row.later)


def _above(day: date) -> str:
    return _("As of %(day)s. Dates are last days: of a valid training, or until which it is to be done.") % {
        "day": day_in_words(day)
    }


def _heads(courses: Sequence[selector.Column], *, is_past: bool) -> list[XlsxColumn]:
    return [
        *_heads_of_worker(),
        *(XlsxColumn(f"{each.code} {each.title}".strip(), width=22) for each in courses),
        *([XlsxColumn(_("Changed later"), width=60)] if is_past else []),
    ]


def _heads_of_worker() -> list[XlsxColumn]:
    return [
        XlsxColumn(_("Worker"), width=28),
        XlsxColumn(_("Badge"), width=14),
        XlsxColumn(_("Status"), width=14),
        XlsxColumn(_("Role"), width=24),
        XlsxColumn(_("Employer"), width=28),
    ]


def _heads_of_facts() -> list[XlsxColumn]:
    return [
        *_heads_of_worker(),
        XlsxColumn(_("Course"), width=11),
        XlsxColumn(_("Title"), width=32),
        XlsxColumn(_("Status of the course"), width=14),
        XlsxColumn(_("Valid until"), width=13),
        XlsxColumn(_("Due by"), width=13),
        XlsxColumn(_("Days left"), width=11),
        XlsxColumn(_("Sign-off"), width=12),
        XlsxColumn(_("Booked for"), width=13),
        XlsxColumn(_("Proof"), width=22),
    ]


def _worker(row: MatrixRow) -> Iterator[Value | xlsx_files.XlsxCell]:
    learner = row.learner
    status = xlsx_files.XlsxCell(row.standing.word, look=COLOURS[row.standing.kind])
    yield from (learner.name, learner.badge_id, status, str(learner.role), str(learner.company))


def _shown(cell: MatrixCell | None) -> xlsx_files.XlsxCell | None:
    """Return a cell of the first sheet: a day if there is one, else words."""
    if cell is None:
        return None
    look = COLOURS[cell.standing.kind]
    marks = [_("to verify")] if cell.is_to_verify else []
    marks += [_("from the old register")] if cell.is_from_register else []
    if cell.day is None:
        booked = [_("booked for %(day)s") % {"day": day_in_words(cell.booked)}] if cell.booked else []
        return xlsx_files.XlsxCell(", ".join([cell.standing.word, *marks, *booked]), look=look)
    # The booked day is no part of the pattern: Excel allows some two hundred patterns, and there may be more days.
    after = "".join(f", {mark}" for mark in (*marks, *([_("booked")] if cell.booked else [])))
    pattern = f"{_quoted(cell.standing.word + ' ')}{day_pattern()}{_quoted(after)}"
    return xlsx_files.XlsxCell(cell.day, pattern=pattern, look=look)


def _quoted(text: str) -> str:
    """Return a text as a pattern of Excel quotes it."""
    return '"{}"'.format(text.replace('"', "”")) if text else ""


def _facts(course: selector.Column, cell: MatrixCell, *, day: date) -> Iterator[Value | xlsx_files.XlsxCell]:
    yield from (course.code, course.title)
    yield xlsx_files.XlsxCell(cell.standing.word, look=COLOURS[cell.standing.kind])
    yield from (cell.expiry, cell.due, (cell.day - day).days if cell.day else None)
    yield from (_("to verify") if cell.is_to_verify else None, cell.booked)
    yield _("from the old register") if cell.is_from_register else None
