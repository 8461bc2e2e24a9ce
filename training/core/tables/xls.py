"""Reads XLS with xlrd, which knows the binary workbooks of Excel from 2.1 to 2003, their formats and colours."""

import io
from collections.abc import Callable
from functools import cache
from typing import BinaryIO

import xlrd
from xlrd.book import Book as XlsBook
from xlrd.sheet import Sheet

from training.core.tables.formats import number_format
from training.core.tables.rows import NO_NOTES, RowMaker
from training.core.tables.styles import WHITE, Style
from training.core.tables.unfit import LONGEST_CELL, MOST_SHEETS, Tally, UnfitTableError, UnfitTableReason

SOLID = 1


def read(file: BinaryIO, tally: Tally) -> bool:
    """Read all sheets with cells, and tell whether the workbook counts its days from 1904."""
    file.seek(0)
    try:
        book = xlrd.open_workbook(
            file_contents=file.read(), logfile=io.StringIO(), formatting_info=True, on_demand=True, ragged_rows=True
        )
    except xlrd.XLRDError as error:
        raise UnfitTableError(
            UnfitTableReason.PASSWORD if "encrypted" in str(error) else UnfitTableReason.DAMAGED
        ) from error
    if book.nsheets > MOST_SHEETS:
        raise UnfitTableError(UnfitTableReason.UNPACKED)
    style_of = _styles(book)
    is_1904 = bool(book.datemode)
    for place in range(book.nsheets):
        sheet = book.sheet_by_index(place)
        _read_rows(sheet, RowMaker(sheet.name, tally, is_1904=is_1904), style_of)
        tally.book.end_sheet(
            sheet.name,
            is_hidden=sheet.visibility != 0,
            hidden_columns=frozenset(column for column, about in sheet.colinfo_map.items() if about.hidden),
            merged=[(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells],
        )
        book.unload_sheet(place)
    return is_1904


def _styles(book: XlsBook) -> Callable[[int], Style]:
    formats = {key: number_format(about.format_str or "General") for key, about in book.format_map.items()}

    @cache
    def style_of(number: int) -> Style:
        about = book.xf_list[number]
        red_green_blue = book.colour_map.get(about.background.pattern_colour_index)
        is_filled = about.background.fill_pattern == SOLID and red_green_blue is not None
        fill = "".join(f"{each:02X}" for each in red_green_blue) if is_filled else ""
        return Style(
            formats[about.format_key], "" if fill == WHITE else fill, bool(book.font_list[about.font_index].struck_out)
        )

    return style_of


def _read_rows(sheet: Sheet, rows: RowMaker, style_of: Callable[[int], Style]) -> None:
    notes: dict[int, dict[int, str]] = {}
    for (row, column), note in sheet.cell_note_map.items():
        if text := note.text.strip()[:LONGEST_CELL]:
            notes.setdefault(row, {})[column] = text
    for row in range(sheet.nrows):
        about = sheet.rowinfo_map.get(row)
        rows.begin(row + 1, is_hidden=bool(about and about.hidden))
        for column, (kind, value) in enumerate(zip(sheet.row_types(row), sheet.row_values(row), strict=True)):
            if kind == xlrd.XL_CELL_EMPTY:
                continue
            style = style_of(sheet.cell_xf_index(row, column))
            if kind in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
                rows.number(column, value, style)
            elif kind == xlrd.XL_CELL_BOOLEAN:
                rows.value(column, bool(value), style)
            elif kind == xlrd.XL_CELL_ERROR:
                rows.error(column, style)
            else:
                rows.value(column, value, style)
        rows.end(notes.get(row, NO_NOTES))
