"""Reads XLSB: the parts of an Excel workbook as binary records ([MS-XLSB]), each a kind, a length and its contents.

Formulas count by their stored values. Macros and links to other workbooks are never opened.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from training.core.tables.formats import BUILT_IN, number_format
from training.core.tables.grid import MOST_MERGED
from training.core.tables.parts import Parts, Relations
from training.core.tables.rows import NO_NOTES, RowMaker
from training.core.tables.styles import OFFICE_THEME, PALETTE, PLAIN, THEME, WHITE, Style, tinted
from training.core.tables.unfit import LONGEST_CELL, MOST_COLUMNS, MOST_SHEETS, Tally, UnfitTableError, UnfitTableReason

WORKBOOK = "xl/workbook.bin"
# Kinds of records.
ROW, BLANK, RK, ERROR, BOOLEAN, REAL, TEXT, SHARED = range(8)
FORMULA_TEXT, FORMULA_REAL, FORMULA_BOOLEAN, FORMULA_ERROR = range(8, 12)
SHARED_ITEM, FONT, FORMAT, FILL, STYLE, COLUMNS, RICH_TEXT = 19, 43, 44, 45, 47, 60, 62
WORKBOOK_PROPERTIES, SHEET, MERGED, END_OF_ROWS, BEGIN_STYLES, END_STYLES = 153, 156, 176, 146, 617, 618
MORE = 0x80
MOST_SIZE_BYTES = 4
IS_1904, IS_HIDDEN_ROW, IS_HIDDEN_COLUMN, IS_STRUCK = 0x01, 0x10, 0x01, 0x08
SOLID = 1
BY_INDEX, BY_RGB, BY_THEME = 1, 2, 3
RK_HUNDREDTHS, RK_WHOLE = 0x01, 0x02
TINT_UNIT = 32_767


def read(parts: Parts, tally: Tally) -> bool:
    """Read all sheets with cells, and tell whether the workbook counts its days from 1904."""
    name = next((part for kind, part in parts.relations("").values() if kind == "officeDocument"), WORKBOOK)
    relations = parts.relations(name)
    is_1904 = False
    sheets: list[tuple[str, bool, str]] = []
    for kind, record in _records(parts, name):
        if kind == WORKBOOK_PROPERTIES:
            is_1904 = bool(record[0] & IS_1904)
        elif kind == SHEET:
            relation, end = _text(record, 8)
            title, _ = _text(record, end)
            sheets.append((title, record[:4] != bytes(4), relation))
    if len(sheets) > MOST_SHEETS:
        raise UnfitTableError(UnfitTableReason.UNPACKED)
    styles = _styles(parts, _first(relations, "styles"))
    strings = _shared_strings(parts, _first(relations, "sharedStrings"))
    for title, is_hidden, relation in sheets:
        kind_of_part, part = relations.get(relation, ("", ""))
        if kind_of_part == "worksheet":
            sheet = _Sheet(RowMaker(title, tally, is_1904=is_1904), styles, strings)
            for kind, record in _records(parts, part):
                sheet.take(kind, record)
            sheet.end_row()
            tally.book.end_sheet(
                title, is_hidden=is_hidden, hidden_columns=frozenset(sheet.hidden_columns), merged=sheet.merged
            )
    return is_1904


@dataclass
class _Sheet:
    rows: RowMaker
    styles: Sequence[Style]
    strings: Sequence[str]
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    is_in_row: bool = False

    def take(self, kind: int, record: bytes) -> None:
        if BLANK <= kind <= FORMULA_ERROR:
            self._take_cell(kind, record)
        elif kind == RICH_TEXT:
            self._take_cell(TEXT, record[:8] + record[9:])
        elif kind == ROW:
            self.end_row()
            row, _, _, flags = struct.unpack_from("<IIHH", record)
            self.rows.begin(row + 1, is_hidden=bool(flags >> 8 & IS_HIDDEN_ROW))
            self.is_in_row = True
        elif kind == END_OF_ROWS:
            self.end_row()
        elif kind == COLUMNS:
            first, last, _, _, flags = struct.unpack_from("<IIIIH", record)
            if flags & IS_HIDDEN_COLUMN:
                self.hidden_columns.update(range(first, min(last + 1, MOST_COLUMNS)))
        elif kind == MERGED and len(self.merged) < MOST_MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", record)
            self.merged.append((top + 1, left, bottom + 1, right))

    def end_row(self) -> None:
        if self.is_in_row:
            self.rows.end(NO_NOTES)
            self.is_in_row = False

    def _take_cell(self, kind: int, record: bytes) -> None:
        if not self.is_in_row:
            raise UnfitTableError(UnfitTableReason.DAMAGED)
        column, number = struct.unpack_from("<II", record)
        number &= 0xFFFFFF
        style = self.styles[number] if number < len(self.styles) else PLAIN
        if kind == BLANK:
            self.rows.empty(column, style)
        elif kind == RK:
            self.rows.number(column, _rk(record), style)
        elif kind in {REAL, FORMULA_REAL}:
            self.rows.number(column, struct.unpack_from("<d", record, 8)[0], style)
        elif kind == SHARED:
            self.rows.value(column, self.strings[int.from_bytes(record[8:12], "little")], style)
        elif kind in {TEXT, FORMULA_TEXT}:
            self.rows.value(column, _text(record, 8)[0], style)
        elif kind in {BOOLEAN, FORMULA_BOOLEAN}:
            self.rows.value(column, bool(record[8]), style)
        else:
            self.rows.error(column, style)


def _rk(record: bytes) -> float:
    """Return a number that is kept in four bytes."""
    (packed,) = struct.unpack_from("<i", record, 8)
    if packed & RK_WHOLE:
        number = float(packed >> 2)
    else:
        number = struct.unpack("<d", bytes(4) + struct.pack("<i", packed & ~3))[0]
    return number / 100 if packed & RK_HUNDREDTHS else number


def _first(relations: Relations, wanted: str) -> str | None:
    return next((part for kind, part in relations.values() if kind == wanted), None)


def _shared_strings(parts: Parts, name: str | None) -> list[str]:
    if name is None or name.lower() not in parts.names:
        return []
    return [_text(record, 1)[0] for kind, record in _records(parts, name) if kind == SHARED_ITEM]


def _styles(parts: Parts, name: str | None) -> list[Style]:
    codes = dict(BUILT_IN)
    struck: list[bool] = []
    fills: list[str] = []
    styles: list[Style] = []
    is_of_cells = False
    for kind, record in _records(parts, name) if name else ():
        if kind == FORMAT:
            codes[int.from_bytes(record[:2], "little")] = _text(record, 2)[0]
        elif kind == FONT:
            struck.append(bool(record[2] & IS_STRUCK))
        elif kind == FILL:
            fills.append(_colour(record[4:12]) if int.from_bytes(record[:4], "little") == SOLID else "")
        elif kind in {BEGIN_STYLES, END_STYLES}:
            is_of_cells = kind == BEGIN_STYLES
        elif kind == STYLE and is_of_cells:
            _, number, font, fill = struct.unpack_from("<HHHH", record)
            style = Style(number_format(codes.get(number, "General")), fills[fill], struck[font])
            styles.append(style)
    return styles


def _colour(record: bytes) -> str:
    kind, place = record[0] >> 1, record[1]
    (tint,) = struct.unpack_from("<h", record, 2)
    if kind == BY_INDEX:
        colour = PALETTE[place] if place < len(PALETTE) else ""
    elif kind == BY_THEME:
        colour = OFFICE_THEME[THEME[place]] if place < len(THEME) else ""
    elif kind == BY_RGB:
        colour = record[4:7].hex().upper()
    else:
        colour = ""
    if colour and tint:
        colour = tinted(colour, tint / TINT_UNIT)
    return "" if colour == WHITE else colour


def _text(record: bytes, place: int) -> tuple[str, int]:
    """Return a text and where it ends."""
    length = int.from_bytes(record[place : place + 4], "little")
    end = place + 4 + 2 * length
    if length > LONGEST_CELL or end > len(record):
        raise UnfitTableError(UnfitTableReason.DAMAGED)
    return record[place + 4 : end].decode("utf-16-le"), end


def _records(parts: Parts, name: str) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part."""
    rest, size = bytearray(), 0
    for block in parts.iterate(name):
        rest += block
        at = 0
        while (head := _head(rest, at)) is not None:
            kind, begin, size = head
            if begin + size > len(rest):
                break
            yield kind, bytes(rest[begin : begin + size])
            at = begin + size
        del rest[:at]
    if rest:
        raise UnfitTableError(UnfitTableReason.DAMAGED)


def _head(content: bytearray, at: int) -> tuple[int, int, int] | None:
    """Return kind, place of the contents, and length of a record; None if its head is not there yet."""
    if at >= len(content):
        return None
    kind = content[at]
    at += 1
    if kind & MORE:
        if at >= len(content):
            return None
        kind = kind & ~MORE | content[at] << 7
        at += 1
    size = 0
    for place in range(MOST_SIZE_BYTES):
        if at >= len(content):
            return None
        byte = content[at]
        at += 1
        size |= (byte & ~MORE) << 7 * place
        if not byte & MORE:
            break
    return kind, at, size
