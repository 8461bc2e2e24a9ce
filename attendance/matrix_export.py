"""The training matrix as an Excel file: what the page shows, all rows of its filters, words in place of shapes."""

from collections.abc import Iterable, Sequence
from datetime import date
from tempfile import TemporaryFile
from typing import IO

import xlsxwriter
from django.utils.translation import gettext as _

from attendance.selectors.matrix import Row
from learners.selectors.matrix import Column

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST_COLUMNS = 5
LONGEST_CELL = 32_767  # letters that Excel takes in one
COLOURS = {
    "bad": {"bg_color": "#B3261E", "font_color": "#FFFFFF"},
    "warn": {"bg_color": "#FFD54A", "font_color": "#332400"},
    "wait": {"bg_color": "#E9F0FD", "font_color": "#174EA6"},
    "ok": {"font_color": "#14662F"},
}


def as_xlsx(columns: Sequence[Column], rows: Iterable[Row], *, day: date, is_past: bool) -> IO[bytes]:
    """Return an open Excel file, written row by row so that a large site is never in memory as a whole.

    Texts are texts, whatever they begin with; nothing in the file is a formula or a link.

    Args:
        day: the day the matrix is about, written in its first line.
        is_past: it is not today, so a last column says what was known differently on it (C8).
    """
    file = TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(_("Matrix"))
        bold = book.add_format({"bold": True})
        formats = {kind: book.add_format(colours) for kind, colours in COLOURS.items()}
        sheet.freeze_panes(2, 2)
        sheet.set_column(0, FIRST_COLUMNS - 1, 18)
        sheet.set_column(FIRST_COLUMNS, FIRST_COLUMNS + len(columns), 16)
        sheet.write_string(0, 0, _("As of %(day)s") % {"day": f"{day:%Y-%m-%d}"}, bold)
        heads = [_("Worker"), _("Badge"), _("Status"), _("Role"), _("Employer")]
        courses = [f"{each.code} {each.title}".strip() for each in columns]
        for number, head in enumerate([*heads, *courses, *([_("Changed later")] if is_past else [])]):
            sheet.write_string(1, number, head, bold)
        for line, row in enumerate(rows, start=2):
            learner = row.learner
            texts = [learner.name, learner.badge_id, row.standing.word, str(learner.role), str(learner.company)]
            for number, text in enumerate(texts):
                sheet.write_string(line, number, text, formats.get(row.standing.kind) if number == 2 else None)
            for number, cell in enumerate(row.cells, start=FIRST_COLUMNS):
                if cell is not None:
                    sheet.write_string(line, number, cell.words, formats.get(cell.standing.kind))
            if row.later:
                told = " ".join(each.sentence for each in row.later)
                sheet.write_string(line, FIRST_COLUMNS + len(columns), told[:LONGEST_CELL])
    file.seek(0)
    return file
