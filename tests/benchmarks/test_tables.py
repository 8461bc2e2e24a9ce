"""How long reading a table takes, in the limited process as an import does, and how much memory (I2, I10).

`pytest tests/benchmarks/test_tables.py --long -n0 -s` prints the table of docs/performance.md: for 600,000 rows and for
2,000,000 cells the seconds of the processor, in ratio to what only parsing the same file takes here, and the memory of
the process. Time of the processor is compared, since the reader stands back behind everything else on the machine.
"""

import csv
import io
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from xml.parsers import expat

import pytest
import xlsxwriter
from django.conf import settings

from training.core.tables.grid import Book
from training.core.tables.reading import read_book

ALLOWED = {"csv": 25, "xlsx": 8}  # times what parsing takes

READ_ALONE = """
import resource, sys
import django
django.setup()
from training.core.tables.reading import read_book
with open(sys.argv[1], "rb") as file:
    read_book(file, name="big", patience=600).close()
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def _xlsx(rows: int, columns: int) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
        for row in range(rows):
            sheet.write_string(row, 0, f"Worker {row}")
            for column in range(1, columns):
                sheet.write_number(row, column, 45000 + (row + column) % 500, day)
    return file.getvalue()


def _csv(rows: int, columns: int) -> bytes:
    days = ";".join(["01.02.2026"] * (columns - 1))
    return "".join(f"Wörker {row};{days}\r\n" for row in range(rows)).encode("cp1252")


def _parse_csv(content: bytes) -> None:
    for _ in csv.reader(io.StringIO(content.decode("cp1252"), newline=""), delimiter=";"):
        pass


def _parse_xlsx(content: bytes) -> None:
    """Parse the sheet with calls for elements and texts that do nothing: what any reader in Python pays."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: None
        parser.EndElementHandler = parser.CharacterDataHandler = lambda text: None
        parser.Parse(archive.read("xl/worksheets/sheet1.xml"), True)


MAKE: dict[str, tuple[Callable[[int, int], bytes], Callable[[bytes], None]]] = {
    "csv": (_csv, _parse_csv),
    "xlsx": (_xlsx, _parse_xlsx),
}


def _read(content: bytes) -> tuple[float, Book]:
    """Return the seconds of the processor that the reader took, and the book."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        before = _seconds_of_children()
        book = read_book(file, name="big", patience=600)
        return _seconds_of_children() - before, book


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("kind", MAKE)
def test_reading_is_a_small_multiple_of_parsing(kind: str, long: bool) -> None:
    make, parse = MAKE[kind]
    for rows, columns in ((600_000, 3), (20_000, 100)) if long else ((20_000, 3),):
        content = make(rows, columns)
        began = process_time()
        parse(content)
        parsed = process_time() - began
        taken, book = _read(content)
        with book:
            assert book.sheets[0].rows == rows
        assert taken < ALLOWED[kind] * parsed + 2  # and starting the process
        if long:
            size = len(content) / 1024**2
            sys.stdout.write(
                f"{kind:5} {rows:7,} × {columns:3} {size:6.1f} MiB {taken:6.1f} s, parsing {parsed:5.1f} s, "
                f"ratio {taken / parsed:4.1f}\n"
            )


@pytest.mark.parametrize("kind", MAKE)
def test_memory_of_the_process_is_bounded(kind: str, long: bool, tmp_path: Path) -> None:
    """Told by a small process of its own: that of the tests is large, and its children begin as large as it is."""
    rows, file = 600_000 if long else 20_000, tmp_path / "table"
    file.write_bytes(MAKE[kind][0](rows, 3))
    told = subprocess.run([sys.executable, "-c", READ_ALONE, file], capture_output=True, text=True, check=True)
    most = int(told.stdout) * 1024
    assert most < settings.IMPORT_MEMORY_BYTES / 2
    if long:
        sys.stdout.write(f"{kind:5} {rows:7,} rows: at most {most // 1024**2} MiB\n")
