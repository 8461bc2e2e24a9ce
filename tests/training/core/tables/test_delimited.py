"""I2: text files as programs of all countries write them."""

from collections.abc import Sequence

import pytest

from tests.training.core.tables.workbooks import read_here, rows_of, values_of
from training.core.tables.unfit import UnfitTableError, UnfitTableReason

PEOPLE = [("Badge", "Name", "Hours"), ("00417", "Anna Weber", "40,5"), ("1.2E+05", "Jo Doe", "8")]
UTF = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
NAMES = {
    "cp1252": ["Jürgen Müller", "Søren Ångström", "François Lefèvre", "Peña Núñez", "João Conceição"],
    "cp1250": ["Łukasz Wałęsa", "Żaneta Święch", "Jiří Dvořák", "Zoltán Erdős", "Jürgen Müller"],
    "cp1254": ["Şükrü Y\u0131lmaz", "İpek Doğan", "Çağlar Öztürk", "Ayşe Güneş"],
    "gb18030": ["张伟", "王小明", "李娜", "欧阳建国"],
    "iso8859_2": ["Łukasz Wąs", "Święta Jaśmina", "Paweł Źrebiec", "Bożena Ślęzak"],
    "cp850": ["Jürgen Müller", "Jörg Schäfer", "Günther Höß", "René Grün"],
}


def _csv(rows: Sequence[tuple[str, ...]], *, separator: str = ";", end: str = "\r\n") -> str:
    return "".join(separator.join(row) + end for row in rows)


@pytest.mark.parametrize("encoding", UTF)
@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_i2_separators_line_ends_and_unicode(encoding: str, separator: str, end: str) -> None:
    rows = [*PEOPLE, ("5", "Łukasz, Żaneta", "ş")]
    with read_here(_csv(rows, separator=separator, end=end).encode(encoding)) as book:
        assert [row.cells for row in book.rows(0)] == rows
        assert book.separator == separator
        assert book.kind == "csv"
        assert book.encoding_alternatives == ()


@pytest.mark.parametrize("encoding", NAMES)
def test_i2_old_encodings_are_known_by_the_letters_of_names(encoding: str) -> None:
    rows = [("Badge", "Name"), *((str(number), name) for number, name in enumerate(NAMES[encoding]))]
    with read_here(_csv(rows).encode(encoding)) as book:
        assert [row.cells for row in book.rows(0)] == rows
        assert book.encoding == encoding


def test_i2_iso_8859_9_is_read_as_its_windows_twin() -> None:
    rows = [("Name",), *((name,) for name in NAMES["cp1254"])]
    with read_here(_csv(rows).encode("iso8859_9")) as book:
        assert [row.cells for row in book.rows(0)] == rows


def test_i2_cyrillic_is_no_heap_of_accents() -> None:
    rows = [("Badge", "Имя"), ("1", "Иванов Пётр"), ("2", "Кузнецова Анна"), ("3", "Смирнов Алексей Николаевич")]
    assert values_of(_csv(rows).encode("cp1251")) == rows


def test_i2_where_two_encodings_fit_the_other_one_is_told_with_its_cells() -> None:
    """One Polish name by whose letter alone it might be Spanish."""
    with read_here(_csv([("Badge", "Name"), ("1", "Kamiński")]).encode("cp1250")) as book:
        (row,) = [row.cells for row in book.rows(0) if row.number == 2]
        taken = {book.encoding: row[1]}
        for other in book.encoding_alternatives:
            ((cell, was, would_be),) = other.cells
            assert (cell, was) == ("B2", row[1])
            taken[other.encoding] = would_be
    assert taken["cp1250"] == "Kamiński"
    assert taken["cp1252"] == "Kamiñski"


def test_i2_letters_that_all_encodings_share_are_not_asked_about() -> None:
    with read_here(_csv([("Name",), ("Müller",), ("Gerüstbau",)]).encode("cp1252")) as book:
        assert book.encoding_alternatives == ()


def test_i2_no_letter_is_ever_lost() -> None:
    """All letters of the Windows encodings come back from one of the encodings that are told."""
    for encoding, names in NAMES.items():
        for name in names:
            with read_here(f"Name\r\n{name}\r\n".encode(encoding)) as book:
                found = [row.cells[0] for row in book.rows(0)][1:]
                told = [would_be for other in book.encoding_alternatives for _, _, would_be in other.cells]
                assert "\ufffd" not in str(found[0])
                assert name in [*found, *told] or encoding in {"iso8859_2", "cp850"}


def test_i2_a_separator_that_is_said_is_taken_and_not_shown() -> None:
    assert values_of(b"sep=;\r\nBadge;Name\r\n1;Jo, Al\r\n") == [("Badge", "Name"), ("1", "Jo, Al")]
    assert [row.number for row in rows_of(b"sep=^\nBadge^Name\n")] == [1]


def test_i2_decimal_commas_do_not_part_cells() -> None:
    assert values_of(b"Kurs;Stunden;Tage\r\nA;40,5;1,5\r\nB;8,25;2,0\r\n") == [
        ("Kurs", "Stunden", "Tage"),
        ("A", "40,5", "1,5"),
        ("B", "8,25", "2,0"),
    ]


def test_i2_quoted_line_breaks_stay_in_their_cell_and_rows_count_as_in_a_spreadsheet() -> None:
    rows = rows_of(b'Name,Note\n"Doe, Jo","two\nlines ""so"""\n\nAl,3" pipe\n')
    assert [(row.number, row.cells) for row in rows] == [
        (1, ("Name", "Note")),
        (2, ("Doe, Jo", 'two\nlines "so"')),
        (4, ("Al", '3" pipe')),
    ]


def test_i2_ragged_rows_and_empty_columns_at_the_end() -> None:
    assert values_of(b"a,b,c,,\n1,,3,,\n4\n,,,,\n5,6,7,8,9\n") == [
        ("a", "b", "c"),
        ("1", None, "3"),
        ("4",),
        ("5", "6", "7", "8", "9"),
    ]


def test_i2_a_list_of_one_column_is_a_table() -> None:
    assert values_of(b"Badge\n00417\n00418\n\x1a") == [("Badge",), ("00417",), ("00418",)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", UnfitTableReason.EMPTY),
        (b"\xef\xbb\xbf \r\n\t", UnfitTableReason.EMPTY),
        (b"Badge;Name\n1;J\0o\n", UnfitTableReason.NO_TEXT),
        (b"Badge;Name\n" + b"\x01\x02\x03" * 50, UnfitTableReason.NO_TEXT),
        ("Badge;Name\n".encode("utf-16") + b"x", UnfitTableReason.LETTERS),
        (b"Name;Note\nJo;" + b"x" * 10 * 1024**2 + b"\n", UnfitTableReason.LONG_CELL),
        (b'Name;Note\nJo;"never closed\nAl;2\nCy;3\n', UnfitTableReason.UNCLOSED),
        (b'Name;Note\nJo;"never closed\n' + b"Al;2\n" * 20_000, UnfitTableReason.UNCLOSED),
        (b";".join([b"x"] * 100_000) + b"\n", UnfitTableReason.COLUMNS),
        (b"x\n" * 10_001, UnfitTableReason.ROWS),
        (b"x;y;z;x;y;z;x;y;z;x;y;z;\n" * 9_000, UnfitTableReason.CELLS),
    ],
)
def test_i10_texts_that_are_no_tables_are_refused(content: bytes, reason: UnfitTableReason) -> None:
    with pytest.raises(UnfitTableError) as refused:
        read_here(content)
    assert refused.value.reason is reason
    if reason in {UnfitTableReason.UNCLOSED, UnfitTableReason.LONG_CELL}:
        assert refused.value.facts["row"] == 2


# Files of the trade that other readers failed on.
CASES = {
    "sep line": (
        b"sep=;\r\nclass_code;client;course;agent;start_date;end_date;course_hours\r\n"
        b"ZZA4;Halloran Mechanical;HSE-001;;2026-12-01;2027-02-01;40\r\n",
        ("ZZA4", "Halloran Mechanical", "HSE-001", None, "2026-12-01", "2027-02-01", "40"),
    ),
    "cp1252": (
        b"class_code;client;course;agent;start_date;end_date;course_hours\n"
        b"ZZA5;M\xfcller Ger\xfcstbau;HSE-001;;2026-12-01;2027-02-01;40\r\n",
        ("ZZA5", "Müller Gerüstbau", "HSE-001", None, "2026-12-01", "2027-02-01", "40"),
    ),
    "semicolon and decimal comma": (
        b"\xef\xbb\xbfclass_code;client;course;agent;start_date;end_date;course_hours\n"
        b"ZZA7;Halloran Mechanical;HSE-001;;2026-12-01;2027-02-01;40,5\r\n",
        ("ZZA7", "Halloran Mechanical", "HSE-001", None, "2026-12-01", "2027-02-01", "40,5"),
    ),
    "empty columns at the end": (
        b"class_code,client,course,agent,start_date,end_date,course_hours,,\n"
        b"ZZC4,Halloran Mechanical,HSE-001,,,,40,,\n",
        ("ZZC4", "Halloran Mechanical", "HSE-001", None, None, None, "40"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_i2_files_of_the_trade(case: str) -> None:
    content, row = CASES[case]
    heading, first = values_of(content)
    assert heading == ("class_code", "client", "course", "agent", "start_date", "end_date", "course_hours")
    assert first == row
