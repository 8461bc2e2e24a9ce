"""I2: XLS, the binary workbooks of before 2007."""

from datetime import date, datetime, time

import pytest

from tests.training.core.tables.workbooks import FIXTURES, read_here
from training.core.tables.grid import GridRow
from training.core.tables.unfit import UnfitTableError, UnfitTableReason

# ruff: noqa: DTZ001  # spreadsheets know no time zone

INTERFACE, WITH_PASSWORD = b"\xe1\x00\x02\x00", b"\x2f\x00\x02\x00"


def test_i2_a_workbook_is_read_as_it_is_shown() -> None:
    with read_here((FIXTURES / "crew.xls").read_bytes()) as book:
        assert book.kind == "xls"
        crew, old, *_ = book.sheets
        rows = list(book.rows(0))
    assert (crew.name, crew.rows, crew.columns) == ("Crew of May", 6, 9)
    assert crew.hidden_columns == {4}
    assert crew.merged == ((1, 2, 1, 5),)
    assert (old.name, old.is_hidden, old.rows) == ("Old list", True, 10)
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
        GridRow(
            6, (None, None, 10012, "1.2E+05", 120_000, datetime(2023, 3, 15, 6), 0, "in two")
        ),  # 0 is what LibreOffice stored
    ]


def test_i4_a_workbook_that_counts_from_1904() -> None:
    with read_here((FIXTURES / "from1904.xls").read_bytes()) as book:
        assert book.is_1904
        assert [row.cells for row in book.rows(0)] == [(date(2023, 3, 15),)]


def test_i10_a_password_is_told() -> None:
    content = (FIXTURES / "crew.xls").read_bytes()
    assert content.count(INTERFACE) == 1
    with pytest.raises(UnfitTableError) as refused:
        read_here(content.replace(INTERFACE, WITH_PASSWORD))
    assert refused.value.reason is UnfitTableReason.PASSWORD
