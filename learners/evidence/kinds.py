"""What kind of file this is by its content, never by its name (E1). Runs in the reader's process."""

from enum import StrEnum
from typing import BinaryIO

import puremagic

HEAD_BYTES = 1024  # where browsers and mail gateways look when they guess, and where PDF programs look for the header
HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"))
LEAST_CONFIDENCE = 0.4


class Kind(StrEnum):
    """The accepted kinds, as the content type they are served with."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TABLE = "application/octet-stream"  # the workbook of an import (I8): kept as it came, never shown as a page


class UnfitReason(StrEnum):
    """Why the reader refuses a file; `incoming` has the sentences."""

    KIND = "kind"  # neither PDF nor JPEG nor PNG; the detail is what it looks like
    HEIC = "heic"
    TWO_KINDS = "two kinds"
    DAMAGED = "damaged"
    PASSWORD = "password"  # noqa: S105  # a word
    ACTIVE = "active"  # runs something by itself when opened
    PIXELS = "pixels"
    PAGES = "pages"
    NOT_PICTURES = "not pictures"
    EFFORT = "effort"  # not answered within the limits of the process


class UnacceptableError(Exception):
    """The file is refused. Of several files `number` is the one, counted from 0; None if no single one is to blame."""

    def __init__(self, reason: UnfitReason, detail: str = "", number: int | None = None) -> None:
        super().__init__(reason, detail, number)
        self.reason = reason
        self.detail = detail
        self.number = number


def kind_of(file: BinaryIO) -> Kind:
    """Return the kind that `file` seems to be; `check` of the module for that kind tells whether it really is.

    Raises:
        UnacceptableError: it is of no accepted kind.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if b"%PDF-" in head:
        return Kind.PDF
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        raise UnacceptableError(UnfitReason.HEIC)
    raise UnacceptableError(UnfitReason.KIND, _looks_like(head))


def _looks_like(head: bytes) -> str:
    """Return the usual ending of such files, such as '.docx'; empty if it is not known."""
    try:
        best = puremagic.magic_string(head)[0]
    except (puremagic.PureError, ValueError):
        return ""
    is_telling = best.confidence >= LEAST_CONFIDENCE and best.byte_match.strip(b"\0")
    return best.extension if is_telling else ""
