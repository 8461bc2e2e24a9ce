"""I2, I10: whatever is sent is read in the limited process, or refused with a sentence that says what to do."""

import io
import tempfile
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factories import files
from tests.training.core.tables.workbooks import (
    FIXTURES,
    packed,
    read_confined,
    relations,
    xlsx,
    xlsx_of,
)
from training.core.confined import crowd, limited
from training.core.tables import reading
from training.core.tables.reading import TablesBusy, UnreadableTable, read_book
from training.core.tables.unfit import UnfitTableReason

KINDS: dict[str, Callable[[], bytes]] = {
    "csv": lambda: b"Badge;Name\n00417;Anna\n",
    "xlsx": lambda: xlsx(lambda book: book.add_worksheet().write_row(0, 0, ["Badge", "Name"])),
    "xls": (FIXTURES / "crew.xls").read_bytes,
    "xlsb": (FIXTURES / "other_writer.xlsb").read_bytes,
    "ods": (FIXTURES / "crew.ods").read_bytes,
}


def _ole(name: str) -> bytes:
    """Return the beginning of an OLE file with one entry in its directory."""
    entry = name.encode("utf-16-le").ljust(64, b"\0") + (2 * len(name) + 2).to_bytes(2, "little") + b"\2"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\0") + b"\x09\0"
    return head.ljust(512, b"\0") + entry.ljust(128, b"\0") + bytes(512)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "is empty"),
    "blanks": (lambda: b" \r\n ", "is empty"),
    "PDF": (files.pdf, "is a PDF file"),
    "Word": (lambda: packed({"_rels/.rels": relations(("a", "officeDocument", "word/document.xml"))}), "Word document"),
    "old Word": (lambda: _ole("WordDocument"), "Word document"),
    "slides": (lambda: packed({"ppt/presentation.xml": ""}), "PowerPoint"),
    "text document": (lambda: packed({"mimetype": "application/vnd.oasis.opendocument.text"}), "but no table"),
    "Numbers": (lambda: packed({"Index/Document.iwa": "x", "preview.jpg": "x"}), "In Numbers, export it to Excel"),
    "archive": (lambda: packed({"crew.csv": "Badge"}), "Unpack it"),
    "archive in an archive": (
        lambda: packed({"a.zip": packed({"b.zip": packed({"xl/workbook.xml": ""})})}),
        "Unpack it",
    ),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(50), "Unpack it"),
    "RTF": (lambda: b"{\\rtf1 crew}", "text document"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), "is no table"),
    "program": (lambda: b"MZ" + bytes(500), "is no table"),
    "web page": (lambda: b"<html><table><tr><td>Badge</td></tr></table></html>", "web page"),
    "XML": (lambda: b'<?xml version="1.0"?><Workbook/>', "XML file"),
    "bytes": (lambda: bytes(range(256)) * 20, "bytes that no text has"),
    "Excel with a password": (lambda: _ole("EncryptedPackage"), "password"),
    "Excel 4": (lambda: b"\x09\x04\x06\x00\x00\x04\x10\x00" + bytes(50), "before 1993"),
    "half a workbook": (lambda: KINDS["xlsx"]()[:2000], "is damaged"),
    "workbook without its parts": (lambda: packed({"xl/workbook.xml": "<workbook/"}), "is damaged"),
    "entities": (lambda: xlsx_of("<sheetData/>", start='<!DOCTYPE x [<!ENTITY a "a">]>'), "declarations"),
    "open quotation mark": (lambda: b'Name;Note\nJo;"begun\nAl;x\n', "In row 2"),
    "10 MB in a cell": (lambda: b"Name;Note\nJo;" + b"x" * 10 * 1024**2, "row 2 of “crew” holds more than 32,767"),
    "100,000 columns": (lambda: b";x" * 100_000, "more than 16,384 columns"),
}


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything temporary lands in one directory, so that what is left there is seen."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def _is_clean(directory: Path) -> bool:
    return not list(directory.iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_i2_every_kind_is_read_in_the_limited_process(kind: str, tmp_path: Path) -> None:
    with read_confined(KINDS[kind](), name="something.else") as book:
        assert book.kind == kind
        assert "Badge" in [each for row in book.rows(0) for each in row.cells]
    assert _is_clean(tmp_path)


@pytest.mark.parametrize("case", REFUSED)
def test_i10_what_is_not_read_is_refused_with_a_sentence(case: str, tmp_path: Path) -> None:
    content, words = REFUSED[case]
    with pytest.raises(UnreadableTable, match=words) as refused:
        read_confined(content())
    assert refused.value.status == 400
    assert "“crew”" in refused.value.message
    assert _is_clean(tmp_path)


def test_i10_a_file_that_is_too_large_is_not_even_opened(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.IMPORT_MAX_BYTES = 1024
    monkeypatch.setattr(limited, "run", None)
    with pytest.raises(UnreadableTable, match=r"at most 1.0\xa0KB"):
        read_confined(b"Badge;Name\n" * 1000)


def test_i10_a_bomb_is_refused(settings: Any, tmp_path: Path) -> None:
    settings.IMPORT_MAX_BYTES = 1024**2
    bomb = xlsx_of("<sheetData>" + " " * 21 * 1024**2 + "</sheetData>")
    assert len(bomb) < 40_000
    with pytest.raises(UnreadableTable, match="when it is unpacked"):
        read_confined(bomb)
    assert _is_clean(tmp_path)


@pytest.mark.parametrize(
    ("setting", "most", "words"),
    [("IMPORT_MAX_ROWS", 1200, "more than 1,200 rows"), ("IMPORT_MAX_CELLS", 2401, "more than 2,401 filled cells")],
)
def test_i10_so_many_rows_and_cells_are_read_and_no_more(setting: str, most: int, words: str, settings: Any) -> None:
    setattr(settings, setting, most)
    read_confined(b"x;y\n" * 1200).close()
    with pytest.raises(UnreadableTable, match=words):
        read_confined(b"x;y\n" * 1201)


@pytest.mark.parametrize(
    ("setting", "value"), [("IMPORT_CPU_SECONDS", 1), ("IMPORT_WALL_SECONDS", 0.01), ("IMPORT_OUTPUT_BYTES", 50_000)]
)
def test_i10_what_needs_more_than_the_limits_is_refused(setting: str, value: float, settings: Any) -> None:
    setattr(settings, setting, value)
    rows = "<row>" + "<c><v>45000</v></c>" * 20 + "</row>"
    with pytest.raises(UnreadableTable, match="more time or memory"):
        read_confined(xlsx_of(f"<sheetData>{rows * 30_000}</sheetData>"))


def test_i10_memory_is_bounded(settings: Any) -> None:
    settings.IMPORT_MEMORY_BYTES = 150 * 1024**2
    strings = "".join(f"<si><t>{'x' * 1000}{number}</t></si>" for number in range(150_000))
    content = xlsx_of(
        "<sheetData/>",
        **{
            "xl/sharedStrings.xml": f"<sst>{strings}</sst>",
            "xl/_rels/workbook.xml.rels": relations(
                ("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "sharedStrings", "sharedStrings.xml")
            ),
        },
    )
    with pytest.raises(UnreadableTable, match="more time or memory"):
        read_confined(content)
    settings.IMPORT_MEMORY_BYTES = 1024**3
    read_confined(content).close()


def test_i10_the_reading_process_stays_small() -> None:
    """Ours, not the limited one: a book is never in memory as a whole."""
    with read_confined(b"Badge;Name\n" * 50_000) as book:
        tracemalloc.start()
        assert sum(1 for _ in book.rows(0)) == 50_000
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 5 * 1024**2


def test_i2_a_file_in_memory_is_read_too() -> None:
    with read_book(io.BytesIO(KINDS["csv"]()), name="crew.csv") as book:
        assert [row.cells for row in book.rows(0)] == [("Badge", "Name"), ("00417", "Anna")]


def test_tables_leave_threads_and_places_to_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert max(1, crowd.MOST // 4) >= reading.MOST_AT_ONCE
    assert reading.READERS.name != "reader"
    monkeypatch.setattr(reading, "_free", threading.BoundedSemaphore(1))
    reading._free.acquire()
    with pytest.raises(TablesBusy, match="Try again in a minute"):
        read_confined(KINDS["csv"]())
    reading._free.release()
    with (
        reading.READERS.taken(seconds=10),
        reading.READERS.taken(seconds=10),
        pytest.raises(TablesBusy, match="Too many tables"),
    ):
        read_book(io.BytesIO(KINDS["csv"]()), name="crew.csv", patience=0.2)
    read_confined(KINDS["csv"]()).close()


def test_a_reader_that_breaks_is_not_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "ENVIRONMENT", {"PYTHONHOME": "/nowhere"})
    with pytest.raises(TablesBusy, match="Tell your administrator"):
        read_confined(KINDS["csv"]())
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(TablesBusy, match="Try again"):
        read_confined(KINDS["csv"]())


def test_i10_the_reader_of_tables_is_confined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can open neither a secret beside it nor write anything but its answer."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    program = limited.Program("tests.training.core.tables.intruder", reading.READERS, 10, 20, 1024**3, 1024**2, 15)
    with tempfile.TemporaryFile() as file:
        file.write(b"Badge\n")
        file.flush()
        with limited.run(program, "read", [file], patience=10, secret=str(secret)) as answer:
            assert answer.read() == b"refused, refused, refused, Badge"


def test_every_reason_has_a_sentence_of_its_own() -> None:
    facts = {"most": 5, "size": 6, "row": 7, "sheet": "Crew", "cell": ""}
    sentences = {reading.sentence("crew.csv", reason, facts) for reason in UnfitTableReason}
    assert len(sentences) == len(UnfitTableReason)
    assert all("crew.csv" in each for each in sentences)
