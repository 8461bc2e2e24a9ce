"""Workbooks for the tests, made part by part, so that each can be as wrong as a stranger's."""

import io
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from training.core.tables.grid import Book, BookWriter, GridRow
from training.core.tables.reader import read
from training.core.tables.reading import read_book
from training.core.tables.unfit import Bounds

FIXTURES = Path(__file__).parent / "files"
BOUNDS = Bounds(rows=10_000, cells=100_000, unpacked_bytes=50 * 1024**2)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODS_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)


def read_here(content: bytes, bounds: Bounds = BOUNDS) -> Book:
    """Read in this process, which is quick; the readers are the same."""
    output = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the book
    try:
        with tempfile.TemporaryFile() as file:
            file.write(content)
            read(file, BookWriter(output), bounds)
        return Book(output)
    except BaseException:
        output.close()
        raise


def rows_of(content: bytes, sheet: int = 0) -> list[GridRow]:
    """Return the rows of one sheet, read in this process."""
    with read_here(content) as book:
        return list(book.rows(sheet))


def values_of(content: bytes, sheet: int = 0) -> list[tuple[Any, ...]]:
    """Return the values of the rows of one sheet, read in this process."""
    return [row.cells for row in rows_of(content, sheet)]


def read_confined(content: bytes, name: str = "crew") -> Book:
    """Read as the site does, in the limited process."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return read_book(file, name=name)


def xlsx(fill: Callable[[xlsxwriter.Workbook], None], **options: Any) -> bytes:
    """Return a workbook as Excel writes it; `fill` adds its sheets."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as book:
        fill(book)
    return file.getvalue()


def packed(parts: Mapping[str, bytes | str]) -> bytes:
    """Return an archive of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def relations(*targets: tuple[str, str, str]) -> str:
    """Return the part that says where others are: id, type and target of each."""
    each = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>' for name, kind, target in targets
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{RELATIONS}">{each}</Relationships>'


def xlsx_of(sheet: str, *, start: str = "", **more: str) -> bytes:
    """Return a workbook whose only sheet holds this XML within `worksheet`, in front of it `start`."""
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Crew" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": relations(("r1", "worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?>{start}<worksheet xmlns="{MAIN}">{sheet}</worksheet>',
    }
    return packed({**parts, **more})


def ods_of(tables: str, *, styles: str = "", **more: str) -> bytes:
    """Return an OpenDocument workbook with these tables."""
    content = (
        f'<?xml version="1.0"?><office:document-content {ODS_SPACES} xmlns:number="n" xmlns:fo="f" xmlns:calcext="c" '
        f'xmlns:dc="d"><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content, **more})


def ods_table(rows: Iterable[Sequence[str]], name: str = "Crew") -> str:
    """Return a table of texts."""
    lines = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(each)}</text:p></table:table-cell>'
            for each in row
        )
        + "</table:table-row>"
        for row in rows
    )
    return f"<table:table table:name={quoteattr(name)}>{lines}</table:table>"


def record(kind: int, content: bytes = b"") -> bytes:
    """Return a record of a binary workbook."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(content), b""
    while True:
        size, low = size >> 7, size & 0x7F
        length += bytes([low | (0x80 if size else 0)])
        if not size:
            return head + length + content


def wide(text: str) -> bytes:
    """Return a text of a binary workbook."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb_of(sheet: bytes, *, styles: bytes = b"", strings: bytes = b"", is_1904: bool = False, state: int = 0) -> bytes:
    """Return a binary workbook whose only sheet holds these records."""
    workbook = record(153, struct.pack("<II", int(is_1904), 0) + wide("")) + record(
        156, struct.pack("<II", state, 1) + wide("r1") + wide("Crew")
    )
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": workbook,
        "xl/_rels/workbook.bin.rels": relations(
            ("r1", "worksheet", "worksheets/sheet1.bin"),
            ("r2", "styles", "styles.bin"),
            ("r3", "sharedStrings", "sharedStrings.bin"),
        ),
        "xl/worksheets/sheet1.bin": sheet,
        "xl/styles.bin": styles,
        "xl/sharedStrings.bin": strings,
    }
    return packed(parts)


def xlsb_row(number: int, *cells: bytes, flags: int = 0) -> bytes:
    """Return a row of a binary workbook, numbered from 1."""
    return record(0, struct.pack("<IIHH", number - 1, 0, 300, flags) + bytes(5)) + b"".join(cells)


def xlsb_cell(kind: int, column: int, content: bytes, style: int = 0) -> bytes:
    """Return a cell of a binary workbook."""
    return record(kind, struct.pack("<II", column, style) + content)
