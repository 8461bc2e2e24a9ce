"""I2: XLSX and XLSM, as Excel writes them and as strangers do."""

# ruff: noqa: DTZ001  # spreadsheets know no time zone

import io
from datetime import date, datetime, time

import pytest
from xlsxwriter.workbook import Workbook

from tests.training.core.tables.workbooks import (
    MAIN,
    packed,
    read_here,
    relations,
    rows_of,
    values_of,
    xlsx,
    xlsx_of,
)
from training.core.tables.grid import GridRow
from training.core.tables.reader import refusal_of
from training.core.tables.unfit import Bounds, UnfitTableError, UnfitTableReason


def _crew(book: Workbook) -> None:
    look = book.add_format
    sheet = book.add_worksheet("Crew of May")
    sheet.merge_range(0, 2, 0, 5, "Register of crew")
    sheet.write_row(2, 2, ["Badge", "Name", "Done", "Valid", "Hours", "Ok", "Note"])
    sheet.write(3, 2, 417, look({"num_format": "00000"}))
    sheet.write(3, 3, "Anna Müller", look({"bg_color": "#C0C0C0"}))
    sheet.write(3, 4, 45000, look({"num_format": "dd.mm.yyyy"}))
    sheet.write(3, 5, 45000, look({"num_format": "mmm yyyy"}))
    sheet.write(3, 6, 1.6875, look({"num_format": "[h]:mm"}))
    sheet.write(3, 7, True)
    sheet.write_formula(3, 8, "=NA()", None, "#N/A")
    sheet.write(4, 2, "00418")
    sheet.write(4, 3, "Old Hand", look({"font_strikeout": True, "bg_color": "#FFFFFF"}))
    sheet.write(4, 4, 60, look({"num_format": "dd.mm.yyyy"}))
    sheet.write(4, 5, 0, look({"num_format": "dd.mm.yyyy"}))
    sheet.write(4, 6, 0.5, look({"num_format": "hh:mm"}))
    sheet.write(4, 7, False)
    sheet.write_comment(4, 3, "left in May", {"author": "HR"})
    sheet.set_row(4, None, None, {"hidden": True})
    sheet.write(5, 2, 10012.0)
    sheet.write(5, 3, "1.2E+05")
    sheet.write(5, 4, 1.2e5)
    sheet.write(5, 5, 45000.25, look({"num_format": "dd.mm.yyyy hh:mm"}))
    sheet.write_formula(5, 6, '="sto"&"red"', None, "stored")
    sheet.write_rich_string(5, 7, "in ", look({"bold": True}), "two")
    sheet.set_column(4, 4, 12, None, {"hidden": True})
    hidden = book.add_worksheet("Old list")
    hidden.write(9, 1, "x")
    hidden.hide()
    book.add_worksheet("Empty")
    book.add_chartsheet("Chart").set_chart(_chart(book))


def _chart(book: Workbook):
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "='Crew of May'!$C$4:$C$6"})
    return chart


def _one(code: str, value: float, **look: object) -> GridRow:
    def fill(book: Workbook) -> None:
        book.add_worksheet().write(0, 0, value, book.add_format({"num_format": code, **look}))

    (row,) = rows_of(xlsx(fill))
    return row


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}], ids=["shared strings", "inline strings"])
def test_i2_a_workbook_of_excel_is_read_as_it_is_shown(options: dict[str, bool]) -> None:
    with read_here(xlsx(_crew if not options else _streamed, **options)) as book:
        assert book.kind == "xlsx"
        if options:
            assert [row.cells for row in book.rows(0)] == [("Badge", "Müller\nAnna"), (417, "x")]
            return
        crew, old, empty = book.sheets
        rows = list(book.rows(0))
    assert (crew.name, crew.rows, crew.columns, crew.is_hidden) == ("Crew of May", 6, 9, False)
    assert crew.hidden_columns == {4}
    assert crew.merged == ((1, 2, 1, 5),)
    assert (old.is_hidden, old.rows, old.columns) == (True, 10, 2)
    assert (empty.rows, empty.columns) == (0, 0)
    assert rows == [
        GridRow(1, (None, None, "Register of crew")),
        GridRow(3, (None, None, "Badge", "Name", "Done", "Valid", "Hours", "Ok", "Note")),
        GridRow(
            4,
            (None, None, 417, "Anna Müller", date(2023, 3, 15), date(2023, 3, 15), "40:30:00", True, None),
            fills={3: "C0C0C0"},
            months=frozenset({5}),
            errors=frozenset({8}),
            shown={2: "00417"},
        ),
        GridRow(
            5,
            (None, None, "00418", "Old Hand", "29.02.1900", "00.01.1900", time(12), False),
            is_hidden=True,
            struck=frozenset({3}),
            notes={3: "left in May"},
        ),
        GridRow(6, (None, None, 10012, "1.2E+05", 120_000, datetime(2023, 3, 15, 6), "stored", "in two")),
    ]
    assert isinstance(rows[4].cells[2], int)
    assert isinstance(rows[4].cells[4], int)


def _streamed(book: Workbook) -> None:
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Badge", "Müller\nAnna"])
    sheet.write_row(1, 0, [417, "x"])


def test_i4_a_workbook_that_counts_from_1904() -> None:
    def fill(book: Workbook) -> None:
        book.add_worksheet().write_datetime(0, 0, datetime(2023, 3, 15), book.add_format({"num_format": "d.m.yyyy"}))

    with read_here(xlsx(fill, default_date_format="d.m.yyyy", date_1904=True)) as book:
        assert book.is_1904
        assert [row.cells for row in book.rows(0)] == [(date(2023, 3, 15),)]


def test_i4_a_year_alone_is_told_as_a_day_that_is_shown_without_its_day() -> None:
    assert _one("yyyy", 45000).months == {0}


def test_i4_a_day_that_excel_cannot_show_is_an_error() -> None:
    row = _one("dd.mm.yyyy", -5)
    assert (row.cells, row.errors) == ((None,), frozenset({0}))


@pytest.mark.parametrize("code", ["@", "00000"])
def test_i4_numbers_that_are_shown_as_texts(code: str) -> None:
    row = _one(code, 10012)
    assert row.cells == (10012,)
    assert row.shown == {0: "10012"}


def test_i2_colours_of_themes_and_palettes() -> None:
    """Grey as people choose it: white of the theme, darker by a quarter; and the 23rd colour of the old palette."""
    styles = (
        f'<styleSheet xmlns="{MAIN}"><fonts><font/><font><strike/></font><font><strike val="0"/></font></fonts><fills>'
        '<fill><patternFill patternType="solid"><fgColor theme="0" tint="-0.249977111117893"/></patternFill></fill>'
        '<fill><patternFill patternType="solid"><fgColor indexed="22"/></patternFill></fill>'
        '<fill><patternFill patternType="gray125"><fgColor rgb="FFFF0000"/></patternFill></fill>'
        '<fill><patternFill patternType="solid"><fgColor rgb="FFFFFFFF"/></patternFill></fill></fills>'
        '<cellXfs><xf fillId="0"/><xf fillId="1" fontId="1"/><xf fillId="2" fontId="2"/><xf fillId="3"/></cellXfs>'
        "</styleSheet>"
    )
    cells = "".join(f'<c r="{column}1" s="{style}"><v>1</v></c>' for style, column in enumerate("ABCD"))
    (row,) = rows_of(
        xlsx_of(
            f'<sheetData><row r="1">{cells}<c r="Z1" s="0"/></row></sheetData>',
            **{
                "xl/styles.xml": styles,
                "xl/_rels/workbook.xml.rels": relations(
                    ("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "styles", "/xl/styles.xml")
                ),
            },
        )
    )
    assert row.fills == {0: "BFBFBF", 1: "C0C0C0"}
    assert row.struck == {1}


def test_i2_comments_of_a_conversation_are_read_instead_of_their_placeholder() -> None:
    (row,) = rows_of(
        xlsx_of(
            '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>',
            **{
                "xl/worksheets/_rels/sheet1.xml.rels": relations(
                    ("r1", "comments", "../comments1.xml"), ("r2", "threadedComment", "../threaded1.xml")
                ),
                "xl/comments1.xml": f'<comments xmlns="{MAIN}"><commentList><comment ref="A1"><text><t>[Threaded '
                "comment]</t></text></comment></commentList></comments>",
                "xl/threaded1.xml": '<ThreadedComments><threadedComment ref="A1"><text>Gone?</text></threadedComment>'
                '<threadedComment ref="A1"><text>Yes.</text></threadedComment></ThreadedComments>',
            },
        )
    )
    assert row.notes == {0: "Gone?\nYes."}


def test_i2_rows_and_cells_that_do_not_say_where_they_are_follow_each_other() -> None:
    sheet = (
        '<sheetData><row><c><v>1</v></c><c t="b"><v>1</v></c></row><row r="7"><c r="C7"><v>2</v></c></row></sheetData>'
    )
    assert [(row.number, row.cells) for row in rows_of(xlsx_of(sheet))] == [(1, (1, True)), (7, (None, None, 2))]


def test_i2_prefixes_are_as_programs_like_them() -> None:
    sheet = (
        f'<x:sheetData xmlns:x="{MAIN}"><x:row r="2"><x:c r="B2" t="inlineStr"><x:is><x:r><x:t>An</x:t></x:r><x:r>'
        "<x:t>na_x000A_M</x:t></x:r><x:rPh><x:t>anna</x:t></x:rPh></x:is></x:c>"
        '<x:c r="C2" t="d"><x:v>2026-01-02</x:v></x:c></x:row></x:sheetData>'
    )
    assert values_of(xlsx_of(sheet)) == [(None, "Anna\nM", date(2026, 1, 2))]


def test_i2_a_blank_in_the_last_cell_of_a_small_workbook_is_read_all_the_same() -> None:
    def fill(book: Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Badge")
        sheet.write(1_048_575, 16_383, " ")

    first, last = rows_of(xlsx(fill))
    assert first.cells == ("Badge",)
    assert (last.number, len(last.cells), last.cells[-1]) == (1_048_576, 16_384, " ")


def _cells(count: int) -> str:
    return "".join(f"<row>{'<c><v>1</v></c>' * 100}</row>" for _ in range(count // 100))


ONE_CELL = '<sheetData><row r="1"><c r="A1" t="str"><v>{}</v></c></row></sheetData>'
SPREAD = "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(1, 2000))
REFUSED = {
    "a row twice": ('<sheetData><row r="2"/><row r="2"/></sheetData>', UnfitTableReason.DAMAGED),
    "a cell twice": (
        '<sheetData><row><c r="A1"><v>1</v></c><c r="A1"><v>1</v></c></row></sheetData>',
        UnfitTableReason.DAMAGED,
    ),
    "row beyond the last": ('<sheetData><row r="1048577"/></sheetData>', UnfitTableReason.DAMAGED),
    "column beyond the last": ('<sheetData><row><c r="XFE1"><v>1</v></c></row></sheetData>', UnfitTableReason.COLUMNS),
    "100,000 columns": (f"<sheetData><row>{'<c><v>1</v></c>' * 100_000}</row></sheetData>", UnfitTableReason.COLUMNS),
    "10 MB in a cell": (ONE_CELL.format("x" * 10 * 1024**2), UnfitTableReason.LONG_CELL),
    "too many cells": (f"<sheetData>{_cells(100_100)}</sheetData>", UnfitTableReason.CELLS),
    "too many rows": (f"<sheetData>{'<row><c><v>1</v></c></row>' * 10_001}</sheetData>", UnfitTableReason.ROWS),
    "values far apart": (f"<sheetData>{SPREAD}</sheetData>", UnfitTableReason.SPREAD),
    "a million and more empty rows": (f"<sheetData>{'<row/>' * 1_100_000}</sheetData>", UnfitTableReason.DAMAGED),
}


@pytest.mark.parametrize("case", REFUSED)
def test_i10_hostile_sheets_are_refused(case: str) -> None:
    sheet, reason = REFUSED[case]
    with pytest.raises(UnfitTableError) as refused:
        rows_of(xlsx_of(sheet))
    assert refused.value.reason is reason


def test_i10_the_cell_that_is_too_long_is_named() -> None:
    with pytest.raises(UnfitTableError) as refused:
        rows_of(xlsx_of(ONE_CELL.format("x" * 32_768)))
    assert refused.value.facts == {"cell": "Crew!A1"}
    assert rows_of(xlsx_of(ONE_CELL.format("x" * 32_767)))


def test_i10_no_entity_is_expanded() -> None:
    start = '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with pytest.raises(UnfitTableError) as refused:
        rows_of(xlsx_of(ONE_CELL.format("&b;"), start=start))
    assert refused.value.reason is UnfitTableReason.ENTITIES


def test_i10_a_bomb_is_seen_by_what_it_says_and_by_what_comes() -> None:
    bomb = xlsx_of("<sheetData>" + " " * 20 * 1024**2 + "</sheetData>")
    assert len(bomb) < 40_000
    small = Bounds(rows=100, cells=100, unpacked_bytes=1024**2)
    with pytest.raises(UnfitTableError) as refused:
        read_here(bomb, small)
    assert refused.value.reason is UnfitTableReason.UNPACKED
    refusal = refusal_of(io.BytesIO(_stating(bomb, 100)), io.BytesIO(), small)
    assert refusal is not None
    assert refusal.reason is UnfitTableReason.DAMAGED
    harmless = xlsx_of('<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>')
    refusal = refusal_of(io.BytesIO(_stating(harmless, 2**31)), io.BytesIO(), small)
    assert refusal is not None
    assert refusal.reason is UnfitTableReason.UNPACKED


def _stating(content: bytes, size: int) -> bytes:
    """Return a workbook whose directory states this size for its sheet."""
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/worksheets/sheet1.xml"))
    return content[: entry + 24] + size.to_bytes(4, "little") + content[entry + 28 :]


def test_i10_links_to_other_workbooks_and_macros_are_not_opened() -> None:
    sheet = '<sheetData><row><c r="A1"><f>[1]Other!A1</f><v>7</v></c></row></sheetData>'
    more = {"xl/vbaProject.bin": "macro", "xl/externalLinks/externalLink1.xml": "<broken"}
    assert values_of(xlsx_of(sheet, **more)) == [(7,)]


def test_i10_a_password_is_told() -> None:
    content = bytearray(packed({"xl/workbook.xml": "x"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    with pytest.raises(UnfitTableError) as refused:
        read_here(bytes(content))
    assert refused.value.reason is UnfitTableReason.PASSWORD
