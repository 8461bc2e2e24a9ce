"""Reads the cells of one sheet of an XLSX workbook, row by row as they come."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from training.core.tables.grid import MOST_MERGED
from training.core.tables.parts import Attributes, local, parser
from training.core.tables.rows import NO_NOTES, RowMaker
from training.core.tables.serials import day_of_iso
from training.core.tables.styles import PLAIN, Style
from training.core.tables.unfit import MOST_COLUMNS, Tally, UnfitTableError, UnfitTableReason
from training.core.tables.xlsx_styles import is_on

CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
FIGURES = "0123456789"
EXACT_FIGURES = 15
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
OF_TEXTS = frozenset({0x9, 0xA, 0xD})
FIRST_PRINTED, SURROGATES = 0x20, range(0xD800, 0xE000)

Shared = tuple[str | None, bool]  # a text, and whether all of it is struck through


class SheetPart:
    """Takes what the parser of a sheet finds, and hands on its rows.

    A row or cell that does not say where it is follows the one before. Rows come in their order, as in every file that
    Excel opens; others are damaged.

    Attributes:
        parser: parses the part.
        hidden_columns: columns that are not shown.
        merged: merged ranges, as in `SheetOutline`.
    """

    def __init__(
        self,
        name: str,
        tally: Tally,
        *,
        styles: Sequence[Style],
        strings: Sequence[Shared],
        notes: Mapping[int, Mapping[int, str]],
        is_1904: bool,
    ) -> None:
        self._rows = RowMaker(name, tally, is_1904=is_1904)
        self._styles, self._strings, self._notes = styles, strings, notes
        self.parser = parser(self._start, self._end)
        self.hidden_columns: set[int] = set()
        self.merged: list[tuple[int, int, int, int]] = []
        self._columns: dict[str, int] = {}
        self._tags: dict[str, str] = {}
        self._hides_rows = False
        self._text: list[str] = []
        self._is_sound = False
        self._cell: Attributes = {}
        self._next_column = 0

    def _start(self, tag: str, attributes: Attributes) -> None:
        name = self._tags.get(tag) or self._tags.setdefault(tag, local(tag))
        if name == "c":
            self._cell = attributes
            self._text.clear()
        elif name in {"v", "t"}:
            if not self._is_sound:
                self.parser.CharacterDataHandler = self._text.append
        elif name == "row":
            self._begin_row(attributes)
        elif name == "rPh":
            self._is_sound = True
        elif name == "col" and is_on(attributes.get("hidden", "")):
            first, last = int(attributes.get("min", "1")), int(attributes.get("max", "1"))
            self.hidden_columns.update(range(first - 1, min(last, MOST_COLUMNS)))
        elif name == "sheetFormatPr":
            self._hides_rows = is_on(attributes.get("zeroHeight", ""))
        elif name == "mergeCell" and len(self.merged) < MOST_MERGED:
            self._merge(attributes.get("ref", ""))

    def _end(self, tag: str) -> None:
        name = self._tags[tag]
        if name in {"v", "t"}:
            self.parser.CharacterDataHandler = None
        elif name == "c":
            self._add_cell()
        elif name == "row":
            self._rows.end(self._notes.get(self._rows.row, NO_NOTES))
        elif name == "rPh":
            self._is_sound = False

    def _begin_row(self, attributes: Attributes) -> None:
        number = int(attributes.get("r") or self._rows.row + 1)
        self._rows.begin(number, is_hidden=is_on(attributes.get("hidden", "1" if self._hides_rows else "")))
        self._next_column = 0

    def _add_cell(self) -> None:
        column = self._column()
        style = self._style()
        text = "".join(self._text)
        kind = self._cell.get("t", "n")
        if not text:
            self._rows.empty(column, style)
        elif kind == "s":
            shared, is_struck = self._strings[int(text)]
            self._rows.value(column, shared, style, is_struck=is_struck)
        elif kind == "n":
            is_exact = text.isdecimal() and len(text) <= EXACT_FIGURES
            self._rows.number(column, int(text) if is_exact else float(text), style)
        elif kind in {"str", "inlineStr"}:
            self._rows.value(column, unescaped(text), style)
        elif kind == "b":
            self._rows.value(column, is_on(text), style)
        elif kind == "d":
            self._rows.value(column, _iso(text), style)
        else:
            self._rows.error(column, style)

    def _column(self) -> int:
        name = self._cell.get("r")
        if name is None:
            column = self._next_column
        else:
            letters = name.rstrip(FIGURES)
            known = self._columns.get(letters)
            column = self._columns.setdefault(letters, column_of(letters)) if known is None else known
        self._next_column = column + 1
        return column

    def _style(self) -> Style:
        number = self._cell.get("s")
        if number is None:
            return PLAIN
        place = int(number)
        return self._styles[place] if place < len(self._styles) else PLAIN

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        begin, end = cell_of(first), cell_of(last or first)
        if begin and end:
            self.merged.append((*begin, *end))


def unescaped(text: str) -> str:
    """Return a text in which ``_x000D_`` and its like are the letters they stand for."""
    return ESCAPED.sub(_letter, text) if "_x" in text else text


def _letter(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    is_letter = (code >= FIRST_PRINTED or code in OF_TEXTS) and code not in SURROGATES
    return chr(code) if is_letter else match[0]


def column_of(letters: str) -> int:
    """Return the number of a column, A = 0.

    Raises:
        UnfitTableError: no spreadsheet has such a column.
    """
    number = 0
    for letter in letters.upper().replace("$", ""):
        if not "A" <= letter <= "Z" or number > MOST_COLUMNS:
            raise UnfitTableError(UnfitTableReason.COLUMNS, most=MOST_COLUMNS)
        number = number * 26 + ord(letter) - ord("A") + 1
    if not number:
        raise UnfitTableError(UnfitTableReason.DAMAGED)
    return number - 1


def cell_of(reference: str) -> tuple[int, int] | None:
    """Return row and column of a cell by its name; None if it names none."""
    match = CELL.fullmatch(reference)
    return (int(match[2]), column_of(match[1])) if match else None


def _iso(text: str) -> date | datetime | str:
    try:
        return day_of_iso(text)
    except ValueError:
        return text
