"""A workbook of a kind of imports to fill in, with examples and a sheet that says what each column takes (I1)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import IO

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from training.core.imports.declaration import ImportColumn, ImportKind, Reads
from training.core.xlsx_files import Table, Value, XlsxCell, XlsxColumn, workbook

LEAST_WIDTH, MOST_WIDTH = 12, 40
NEEDED_LOOK = (("bold", True),)
EXAMPLE_LOOK = (("italic", True), ("font_color", "#5A6472"))


def import_template(kind: ImportKind) -> IO[bytes]:
    """Return an open Excel file with the columns of a kind, rows of examples, and an explanation of each column."""
    columns = [each for each in kind.columns if each.reads is not Reads.FULL_NAME]  # first and last name are there
    with workbook() as (book, file):
        titles = [XlsxColumn(capfirst(str(each.label)), width=_width(each)) for each in columns]
        table = Table(book, str(kind.label), titles)
        for row in zip_longest(*(each.examples for each in columns)):
            examples = zip(columns, row, strict=True)
            table.add([XlsxCell(_example(column, text), look=EXAMPLE_LOOK) for column, text in examples])
        table.close()
        told = Table(
            book,
            _("What each column takes"),
            [
                XlsxColumn(_("Column"), width=24),
                XlsxColumn(_("Needed"), width=10),
                XlsxColumn(_("What it takes"), width=70),
                XlsxColumn(_("Also called"), width=40),
                XlsxColumn(_("Examples"), width=30),
            ],
        )
        for column in kind.columns:
            told.add(
                [
                    XlsxCell(capfirst(str(column.label)), look=NEEDED_LOOK if column.is_needed else ()),
                    _("yes") if column.is_needed else "",
                    what_it_takes(column),
                    ", ".join(also_called(column)),
                    ", ".join(each for each in column.examples if each),
                ]
            )
        told.close()
    return file


def what_it_takes(column: ImportColumn) -> str:
    """Return what a column takes, in a sentence or two."""
    sentences = [str(column.help_text)] if column.help_text else []
    if column.choices:
        values = ", ".join(str(choice.label) for choice in column.choices)
        sentences.append(_("One of: %(values)s.") % {"values": values})
    return " ".join(sentences) or _TAKES[column.reads]()


def also_called(column: ImportColumn) -> Sequence[str]:
    """Return other headings by which a column is known, in the language of the reader and in English."""
    language = (get_language() or "en").partition("-")[0]
    both = [*column.words.get(language, ()), *column.words.get("en", ())]
    return list(dict.fromkeys(both))


def _width(column: ImportColumn) -> int:
    longest = max(map(len, (str(column.label), *column.examples)))
    return min(max(longest + 2, LEAST_WIDTH), MOST_WIDTH)


def _example(column: ImportColumn, text: str | None) -> Value:
    if not text:
        return None
    if column.reads is Reads.DAY:
        with suppress(ValueError):
            return date.fromisoformat(text)
    if column.reads in {Reads.NUMBER, Reads.WHOLE}:
        with suppress(InvalidOperation):
            return Decimal(text)
    return text


_TAKES = {
    Reads.TEXT: lambda: _("Text."),
    Reads.BADGE: lambda: _("The badge, also with zeros at its head."),
    Reads.FULL_NAME: lambda: _("The whole name, such as “Jana Weiß” or “Weiß, Jana”."),
    Reads.DAY: lambda: _("A date."),
    Reads.CLOCK: lambda: _("A time of day, such as 08:00."),
    Reads.NUMBER: lambda: _("A number."),
    Reads.WHOLE: lambda: _("A whole number."),
    Reads.CHOICE: lambda: _("One of a few words."),
    Reads.THING: lambda: _("Its code or its name."),
    Reads.THINGS: lambda: _("Codes or names, with a comma or semicolon between them."),
}
