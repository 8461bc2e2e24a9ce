"""I2: ODS as LibreOffice writes it, and as strangers do."""

from datetime import date, datetime, time

import pytest

from tests.training.core.tables.workbooks import FIXTURES, ods_of, ods_table, read_here, rows_of, values_of
from training.core.tables.grid import GridRow
from training.core.tables.unfit import UnfitTableError, UnfitTableReason

# ruff: noqa: DTZ001  # spreadsheets know no time zone

TEXT = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
FLOAT = '<table:table-cell office:value-type="float" office:value="{}" {}/>'


def _table(rows: str) -> bytes:
    return ods_of(f'<table:table table:name="Crew">{rows}</table:table>')


def _row(cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{cells}</table:table-row>"


def test_i2_a_workbook_of_libreoffice_is_read_as_it_is_shown() -> None:
    with read_here((FIXTURES / "crew.ods").read_bytes()) as book:
        assert book.kind == "ods"
        crew, old, *_ = book.sheets
        rows = list(book.rows(0))
    assert (crew.name, crew.rows, crew.columns) == ("Crew of May", 6, 9)
    assert crew.hidden_columns == {4}
    assert crew.merged == ((1, 2, 1, 5),)
    assert (old.name, old.is_hidden, old.rows) == ("Old list", True, 10)
    assert rows[2] == GridRow(
        4,
        (None, None, 417, "Anna Müller", date(2023, 3, 15), date(2023, 3, 15), "40:30:00", 1, None),
        fills={3: "C0C0C0"},
        months=frozenset({5}),
        errors=frozenset({8}),
        shown={2: "00417"},
    )
    assert rows[3].cells[:4] == (None, None, "00418", "Old Hand")
    assert rows[3].cells[5:] == ("00.01.1900", time(12), 0)
    assert rows[3].is_hidden
    assert rows[3].struck == {3}
    assert rows[3].notes == {3: "left in May"}
    assert rows[4].cells == (None, None, 10012, "1.2E+05", 120_000, datetime(2023, 3, 15, 6), "stored", "in two")


def test_i2_days_of_1904_are_right() -> None:
    assert values_of((FIXTURES / "from1904.ods").read_bytes()) == [(date(2023, 3, 15),)]


def test_i2_paragraphs_blanks_and_notes() -> None:
    cell = (
        '<table:table-cell office:value-type="string"><office:annotation><dc:creator>HR</dc:creator>'
        '<text:p>left</text:p><text:p>in May</text:p></office:annotation><text:p>two<text:s text:c="3"/>words</text:p>'
        "<text:p><text:span>second</text:span> line</text:p></table:table-cell>"
    )
    (row,) = rows_of(_table(_row(cell)))
    assert row.cells == ("two   words\nsecond line",)
    assert row.notes == {0: "left\nin May"}


def test_i10_repeated_rows_and_columns_do_not_explode() -> None:
    rows = (
        _row('<table:table-cell table:number-columns-repeated="16384"/>', 'table:number-rows-repeated="5"')
        + _row(
            '<table:table-cell table:number-columns-repeated="3"/>'
            + FLOAT.format(7, 'table:number-columns-repeated="2"')
        )
        + _row(
            FLOAT.format(8, "") + '<table:table-cell table:number-columns-repeated="1048576"/>',
            'table:number-rows-repeated="3"',
        )
        + _row('<table:table-cell table:number-columns-repeated="16384"/>', 'table:number-rows-repeated="1048567"')
        + _row(
            '<table:table-cell table:number-columns-repeated="2000000000"/>', 'table:number-rows-repeated="2000000000"'
        )
    )
    assert [(row.number, row.cells) for row in rows_of(_table(rows))] == [
        (6, (None, None, None, 7, 7)),
        (7, (8,)),
        (8, (8,)),
        (9, (8,)),
    ]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (_row(FLOAT.format(7, ""), 'table:number-rows-repeated="1048576"'), UnfitTableReason.ROWS),
        (
            _row(FLOAT.format(7, 'table:number-columns-repeated="16384"'), 'table:number-rows-repeated="9"'),
            UnfitTableReason.CELLS,
        ),
        (_row(FLOAT.format(7, 'table:number-columns-repeated="2000000000"')), UnfitTableReason.COLUMNS),
        (
            _row("<table:table-cell/>", 'table:number-rows-repeated="1048576"') + _row(FLOAT.format(7, "")),
            UnfitTableReason.DAMAGED,
        ),
        (
            _row(
                '<table:table-cell office:value-type="string"><text:p>'
                + "x" * 10 * 1024**2
                + "</text:p></table:table-cell>"
            ),
            UnfitTableReason.LONG_CELL,
        ),
        (
            _row(TEXT.format('<text:s text:c="99999999999"/>x')),
            UnfitTableReason.LONG_CELL,
        ),
    ],
)
def test_i10_hostile_tables_are_refused(rows: str, reason: UnfitTableReason) -> None:
    with pytest.raises(UnfitTableError) as refused:
        rows_of(_table(rows))
    assert refused.value.reason is reason


def test_i2_contents_that_were_deleted_and_tables_within_cells_are_no_rows() -> None:
    deleted = (
        "<table:tracked-changes><table:deletion><table:table-row>"
        + FLOAT.format(1, "")
        + ("</table:table-row></table:deletion></table:tracked-changes>")
    )
    assert values_of(ods_of(deleted + ods_table([["kept"]]))) == [("kept",)]


def test_i2_values_of_all_types() -> None:
    cells = (
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell office:value-type="date" office:date-value="2026-01-02"/>'
        '<table:table-cell office:value-type="date" office:date-value="2026-01-02T06:30:00"/>'
        '<table:table-cell office:value-type="date" office:date-value="1899-12-30"/>'
        '<table:table-cell office:value-type="date" office:date-value="1850-05-01"/>'
        '<table:table-cell office:value-type="time" office:time-value="PT08H15M00S"/>'
        '<table:table-cell office:value-type="time" office:time-value="PT40H30M00S"/>'
        '<table:table-cell office:value-type="percentage" office:value="0.5"/>'
        '<table:table-cell office:value-type="float" office:value="0" calcext:value-type="error"><text:p>#N/A</text:p>'
        "</table:table-cell>"
        '<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>Err:502</text:p>'
        "</table:table-cell>"
    )
    (row,) = rows_of(_table(_row(cells)))
    assert row.cells == (
        *(
            True,
            date(2026, 1, 2),
            datetime(2026, 1, 2, 6, 30),
            "00.01.1900",
            "1850-05-01",
            time(8, 15),
            "40:30:00",
            0.5,
        ),
        *(None, None),
    )
    assert row.errors == {8, 9}


def test_i10_a_password_is_told() -> None:
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    with pytest.raises(UnfitTableError) as refused:
        rows_of(ods_of(ods_table([["x"]]), **{"META-INF/manifest.xml": manifest}))
    assert refused.value.reason is UnfitTableReason.PASSWORD
