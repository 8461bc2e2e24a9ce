"""What a file is, by its content and never by its name (I2)."""

from enum import StrEnum
from typing import BinaryIO

from training.core.tables.parts import Parts
from training.core.tables.unfit import UnfitTableError, UnfitTableReason

HEAD_BYTES = 4096
DIRECTORY_ENTRY, SECTOR_SHIFT, FIRST_SECTOR = 128, 30, 48  # of an OLE file
MOST_ENTRIES = 10_000
ODS_MIME = b"application/vnd.oasis.opendocument.spreadsheet"
OLD_EXCEL = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")  # how Excel 2, 3 and 4 begin
OTHERS = {
    b"%PDF-": "PDF",
    b"{\\rtf": "RTF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"\x1f\x8b": "gzip",
    b"MZ": "EXE",
    b"\x7fELF": "EXE",
    b"SQLite format 3": "SQLite",
}
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<body", b"<meta", b"<style", b"<div", b"<svg")
SPACE_AND_MARK = b"\xef\xbb\xbf \t\r\n"


class TableKind(StrEnum):
    """The kinds that are read."""

    CSV = "csv"
    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"


def kind_of(file: BinaryIO, *, most_unpacked: int) -> tuple[TableKind, Parts | None]:
    """Return what a file is, and the parts of a packed workbook. Everything that looks like nothing else is a text.

    Raises:
        UnfitTableError: it is no table, is empty, or can only be opened with a password.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head.strip(SPACE_AND_MARK):
        raise UnfitTableError(UnfitTableReason.EMPTY)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        parts = Parts(file, most_bytes=most_unpacked)
        return _packed(parts), parts
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(file, head), None
    if head.startswith(OLD_EXCEL):
        raise UnfitTableError(UnfitTableReason.OLD_EXCEL)
    for beginning, looks in OTHERS.items():
        if head.startswith(beginning):
            raise UnfitTableError(UnfitTableReason.KIND, looks=looks)
    start = head.lstrip(SPACE_AND_MARK).lower()
    if start.startswith(MARKUP):
        is_sheet = b"urn:schemas-microsoft-com:office:spreadsheet" in start or b"opendocument" in start
        raise UnfitTableError(UnfitTableReason.KIND, looks="XML" if is_sheet or b"<html" not in start else "HTML")
    return TableKind.CSV, None


def _packed(parts: Parts) -> TableKind:
    names = parts.names
    if "mimetype" in names:
        kind = parts.content("mimetype")[: len(ODS_MIME) + 1].strip()
        if kind == ODS_MIME or (kind.startswith(ODS_MIME) and "content.xml" in names):
            return TableKind.ODS
        raise UnfitTableError(UnfitTableReason.KIND, looks="ODF")
    relations = parts.relations("") if "_rels/.rels" in names else {}
    main = next((part.lower() for kind, part in relations.values() if kind == "officeDocument"), "")
    if main.endswith(".bin") or "xl/workbook.bin" in names:
        return TableKind.XLSB
    if main.startswith("word/") or "word/document.xml" in names:
        raise UnfitTableError(UnfitTableReason.KIND, looks="Word")
    if main.startswith("ppt/") or "ppt/presentation.xml" in names:
        raise UnfitTableError(UnfitTableReason.KIND, looks="PowerPoint")
    if main.endswith(".xml") or "xl/workbook.xml" in names:
        return TableKind.XLSX
    if any(name.endswith(".iwa") or name == "index.zip" for name in names):
        raise UnfitTableError(UnfitTableReason.KIND, looks="Numbers")
    raise UnfitTableError(UnfitTableReason.KIND, looks="ZIP" if names else "")


def _ole(file: BinaryIO, head: bytes) -> TableKind:
    names = _entries(file, head)
    if "encryptedpackage" in names:
        raise UnfitTableError(UnfitTableReason.PASSWORD)
    if "worddocument" in names:
        raise UnfitTableError(UnfitTableReason.KIND, looks="Word")
    if "powerpoint document" in names:
        raise UnfitTableError(UnfitTableReason.KIND, looks="PowerPoint")
    if names & {"workbook", "book"}:
        return TableKind.XLS
    raise UnfitTableError(UnfitTableReason.KIND if names else UnfitTableReason.DAMAGED, looks="")


def _entries(file: BinaryIO, head: bytes) -> set[str]:
    """Return the names in the directory of an OLE file, as far as it stands together."""
    size = 1 << min(int.from_bytes(head[SECTOR_SHIFT : SECTOR_SHIFT + 2], "little"), 12)
    sector = int.from_bytes(head[FIRST_SECTOR : FIRST_SECTOR + 4], "little")
    names = set()
    file.seek((sector + 1) * size)
    for _ in range(MOST_ENTRIES):
        entry = file.read(DIRECTORY_ENTRY)
        length = int.from_bytes(entry[64:66], "little")
        if len(entry) < DIRECTORY_ENTRY or not 2 <= length <= 64 or entry[66] not in {1, 2, 5}:
            break
        names.add(entry[: length - 2].decode("utf-16-le", "replace").lower())
    return names
