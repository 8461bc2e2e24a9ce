"""Reading a table of classes as spreadsheets save it: CSV in UTF-8, separated by commas, semicolons or tabs."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from django.utils.translation import gettext as _

from training.core.refusals import Invalid

COLUMNS = (
    "class_code",
    "client",
    "class_type",
    "course",
    "agent",
    "venue",
    "start_date",
    "end_date",
    "course_hours",
)
NEEDED = "class_code"


class UnreadableFile(Invalid):
    """The file cannot be read as a table of classes (400)."""


@dataclass(frozen=True)
class ClassRow:
    """A row of the file.

    Attributes:
        number: of the row as the spreadsheet shows it; the head is row 1.
        cells: by column, without blanks around them.
        surplus: how many more cells the row has than the head.
    """

    number: int
    cells: dict[str, str]
    surplus: int = 0


def read_rows(content: bytes) -> list[ClassRow]:
    """Return the rows below the head, without rows that have only blanks.

    Raises:
        UnreadableFile: the file is not UTF-8, is not CSV, or its head does not name columns of classes.
    """
    try:
        text = content.decode("utf-8-sig")
        if "\0" in text:
            raise csv.Error("it holds a NUL character")
        first_line = text.partition("\n")[0]
        separator = max(",;\t", key=first_line.count)
        table = list(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(
            _("This file cannot be read (%(why)s). Save it as “CSV UTF-8” in the spreadsheet.") % {"why": error}
        ) from error
    head = [cell.strip().lower() for cell in table[0]] if table else []
    _check_head(head)
    return list(_rows(head, table[1:]))


def _check_head(head: list[str]) -> None:
    known = ", ".join(COLUMNS)
    if NEEDED not in head:
        raise UnreadableFile(
            _("The first row must name the columns, class_code among them: %(known)s.") % {"known": known}
        )
    wrong = sorted({name for name in head if name not in COLUMNS or head.count(name) > 1})
    if wrong:
        raise UnreadableFile(
            _("Columns that are not known or there twice: %(wrong)s. Known are: %(known)s.")
            % {"wrong": ", ".join(name or "“”" for name in wrong), "known": known}
        )


def _rows(head: list[str], table: list[list[str]]) -> Iterator[ClassRow]:
    for number, cells in enumerate(table, start=2):
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield ClassRow(number, dict(zip(head, stripped, strict=False)), max(0, len(stripped) - len(head)))
