"""I2: XLSB, the binary workbooks of today."""

import struct
from datetime import date, datetime

import pytest

from tests.training.core.tables.workbooks import (
    FIXTURES,
    read_here,
    record,
    rows_of,
    values_of,
    wide,
    xlsb_cell,
    xlsb_of,
    xlsb_row,
)
from training.core.tables.grid import GridRow
from training.core.tables.unfit import UnfitTableError, UnfitTableReason

# ruff: noqa: DTZ001  # spreadsheets know no time zone

GREY, BY_RGB, SOLID = b"\xc0\xc0\xc0\xff", 5, 1


def _double(value: float) -> bytes:
    return struct.pack("<d", value)


def _styles() -> bytes:
    fill = struct.pack("<I", SOLID) + bytes([BY_RGB, 0, 0, 0]) + GREY + bytes(8)
    xf = [struct.pack("<HHHH", 0, *each) + bytes(8) for each in ((0, 0, 0), (14, 0, 0), (164, 0, 0), (165, 1, 1))]
    return (
        record(44, struct.pack("<H", 164) + wide("mmm yyyy"))
        + record(44, struct.pack("<H", 165) + wide("00000"))
        + record(43, struct.pack("<HH", 220, 0) + bytes(20))
        + record(43, struct.pack("<HH", 220, 8) + bytes(20))
        + record(45, bytes(68))
        + record(45, fill)
        + record(626)
        + record(47, struct.pack("<HHHH", 0xFFFF, 14, 0, 0))  # of a named style: not of cells
        + record(627)
        + record(617)
        + b"".join(record(47, each) for each in xf)
        + record(618)
    )


def _sheet() -> bytes:
    return (
        record(60, struct.pack("<IIIIH", 4, 4, 2560, 0, 1))
        + record(145)
        + xlsb_row(
            3,
            xlsb_cell(7, 1, struct.pack("<I", 1)),
            xlsb_cell(6, 2, wide("Łukasz")),
            xlsb_cell(8, 3, wide("stored") + bytes(6)),
            xlsb_cell(62, 5, b"\0" + wide("rich")),
        )
        + xlsb_row(
            9,
            xlsb_cell(2, 0, struct.pack("<i", 417 << 2 | 2), style=3),
            xlsb_cell(2, 1, struct.pack("<i", 150 << 2 | 3)),
            xlsb_cell(5, 2, _double(45000), style=1),
            xlsb_cell(9, 3, _double(45000.0) + bytes(6), style=2),
            xlsb_cell(5, 4, _double(60), style=1),
            xlsb_cell(4, 5, b"\1"),
            xlsb_cell(10, 6, b"\0" + bytes(6)),
            xlsb_cell(3, 7, b"\x2a"),
            xlsb_cell(11, 8, b"\x2a" + bytes(6)),
            xlsb_cell(1, 9, b"", style=3),
            flags=0x1000,
        )
        + record(146)
        + record(176, struct.pack("<IIII", 0, 1, 2, 3))
    )


def test_i2_a_workbook_is_read_as_it_is_shown() -> None:
    strings = record(159, bytes(8)) + record(19, b"\0" + wide("Badge")) + record(19, b"\0" + wide("Name"))
    content = xlsb_of(_sheet(), styles=_styles(), strings=strings, state=1)
    with read_here(content) as book:
        assert book.kind == "xlsb"
        (crew,) = book.sheets
        rows = list(book.rows(0))
    assert (crew.name, crew.is_hidden, crew.rows, crew.columns) == ("Crew", True, 9, 9)
    assert crew.hidden_columns == {4}
    assert crew.merged == ((1, 2, 2, 3),)
    assert rows == [
        GridRow(3, (None, "Name", "Łukasz", "stored", None, "rich")),
        GridRow(
            9,
            (417, 1.5, date(2023, 3, 15), date(2023, 3, 15), "29.02.1900", True, False, None, None),
            is_hidden=True,
            fills={0: "C0C0C0"},
            struck=frozenset({0}),
            months=frozenset({3}),
            errors=frozenset({7, 8}),
            shown={0: "00417"},
        ),
    ]


def test_i2_a_workbook_of_another_program() -> None:
    assert values_of((FIXTURES / "other_writer.xlsb").read_bytes()) == [
        ("Badge", "Name", "Done"),
        (417, "Müller", date(2023, 3, 15)),
        ("00418", "Wałęsa", datetime(2023, 3, 15, 6)),
        (1.5, True),
        (-7, 123_456_789, 0.01),
    ]


def test_i4_a_workbook_that_counts_from_1904() -> None:
    content = xlsb_of(xlsb_row(1, xlsb_cell(5, 0, _double(43538), style=1)), styles=_styles(), is_1904=True)
    with read_here(content) as book:
        assert book.is_1904
        assert [row.cells for row in book.rows(0)] == [(date(2023, 3, 15),)]


def test_i10_a_value_in_the_last_cell_costs_one_row() -> None:
    first, last = rows_of(
        xlsb_of(xlsb_row(1, xlsb_cell(6, 0, wide("x"))) + xlsb_row(1_048_576, xlsb_cell(6, 16_383, wide(" "))))
    )
    assert (first.number, last.number, len(last.cells)) == (1, 1_048_576, 16_384)


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        (xlsb_row(1_048_577), UnfitTableReason.DAMAGED),
        (xlsb_row(1, xlsb_cell(6, 16_384, wide("x"))), UnfitTableReason.COLUMNS),
        (xlsb_cell(6, 0, wide("x")), UnfitTableReason.DAMAGED),
        (xlsb_row(1, xlsb_cell(6, 0, struct.pack("<I", 2**31))), UnfitTableReason.DAMAGED),
        (xlsb_row(2) + xlsb_row(1), UnfitTableReason.DAMAGED),
        (xlsb_row(1) + b"\x06\xff\xff\xff\x7f", UnfitTableReason.DAMAGED),
        (b"".join(xlsb_row(number, xlsb_cell(6, 0, wide("x"))) for number in range(1, 10_002)), UnfitTableReason.ROWS),
    ],
)
def test_i10_hostile_sheets_are_refused(sheet: bytes, reason: UnfitTableReason) -> None:
    with pytest.raises(UnfitTableError) as refused:
        rows_of(xlsb_of(sheet))
    assert refused.value.reason is reason
