"""I2: the plain form keeps what was read, waits in a file, and names cells as a spreadsheet does."""

import io
import tempfile
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from training.core.tables.grid import Book, BookWriter, GridRow, OtherEncoding, OtherForm, cell_name, column_name

FULL = GridRow(
    number=3,
    cells=(
        "a",
        1,
        1.5,
        Decimal("1.50"),
        True,
        date(2026, 1, 2),
        datetime.fromisoformat("2026-01-02T03:04"),
        time(5, 6),
        None,
        "ü\n",
    ),
    is_hidden=True,
    fills={1: "C0C0C0"},
    struck=frozenset({1}),
    notes={2: "left in May"},
    months=frozenset({5}),
    errors=frozenset({8}),
    shown={1: "00001"},
)


def _file() -> io.BytesIO:
    file = io.BytesIO()
    writer = BookWriter(file)
    writer.add(FULL)
    writer.end_sheet("Crew of May", is_hidden=True, hidden_columns=frozenset({1, 99}), merged=[(1, 0, 2, 3)])
    for number in range(1, 5000):
        writer.add(GridRow(number, ("x" * 300, number)))
    writer.end_sheet("Two")
    alternatives = [OtherEncoding("cp1250", (("A1", "ñ", "ń"),))]
    writer.finish("csv", encoding="cp1252", separator=";", encoding_alternatives=alternatives, is_1904=True)
    return file


def test_i2_a_row_comes_back_as_it_was_written() -> None:
    with Book(_file()) as book:
        assert list(book.rows(0)) == [FULL]
        assert [type(each) for each in next(book.rows(0)).cells] == [type(each) for each in FULL.cells]


def test_i2_the_outline_tells_the_sheets() -> None:
    with Book(_file()) as book:
        first, second = book.sheets
        assert (first.name, first.rows, first.columns, first.is_hidden) == ("Crew of May", 3, 10, True)
        assert first.hidden_columns == {1}
        assert first.merged == ((1, 0, 2, 3),)
        assert (second.name, second.rows, second.columns) == ("Two", 4999, 2)
        assert (book.kind, book.encoding, book.separator, book.is_1904) == ("csv", "cp1252", ";", True)
        assert book.encoding_alternatives == (OtherEncoding("cp1250", (("A1", "ñ", "ń"),)),)


def test_i2_two_readings_at_once_do_not_disturb_each_other() -> None:
    with Book(_file()) as book:
        both = list(zip(book.rows(1), book.rows(1), strict=True))
        assert len(both) == 4999
        assert all(one == other for one, other in both)


def test_i2_a_book_waits_in_a_file() -> None:
    with Book(_file()) as book, tempfile.TemporaryFile() as store:
        book.write_to(store)
        with Book.read_from(store) as again:
            assert again.sheets == book.sheets
            assert list(again.rows(0)) == [FULL]


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b'{"table":1}\n', b'{"table":2}\n{"kind":1}\n0000000000000012\n', _file().getvalue()[:-30]],
)
def test_i2_what_is_no_book_of_this_version_is_told(content: bytes) -> None:
    with pytest.raises(OtherForm):
        Book(io.BytesIO(content))


@pytest.mark.parametrize(
    ("sheet", "name"),
    [
        ("", "F27"),
        ("Sheet2", "Sheet2!F27"),
        ("Übersicht", "Übersicht!F27"),
        ("Crew of May", "'Crew of May'!F27"),
        ("O'Neil", "'O''Neil'!F27"),
        ("A1", "'A1'!F27"),
        ("R1C1", "'R1C1'!F27"),
        ("2026", "'2026'!F27"),
    ],
)
def test_i2_a_cell_is_called_as_the_spreadsheet_calls_it(sheet: str, name: str) -> None:
    assert cell_name(5, 27, sheet=sheet) == name


def test_i2_columns_are_called_by_letters() -> None:
    assert [column_name(each) for each in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_i10_a_letter_that_no_database_takes_is_shown_as_none_wherever_it_stands() -> None:
    file = io.BytesIO()
    writer = BookWriter(file)
    writer.add(GridRow(1, ("\0\0Fire", "\\\0", r"\u0000", r"\\u0000"), notes={0: "left\0"}, shown={1: "\0"}))
    writer.end_sheet("Crew\0")
    writer.finish("xlsb")
    with Book(file) as book:
        (row,) = book.rows(0)
        assert row.cells == ("\ufffd\ufffdFire", "\\\ufffd", r"\u0000", r"\\u0000")
        assert (row.notes, row.shown, book.sheets[0].name) == ({0: "left\ufffd"}, {1: "\ufffd"}, "Crew\ufffd")
