"""What kind of file this is by its content, never by its name (E1). Runs in the reader's process."""

import zipfile
from enum import StrEnum
from typing import BinaryIO

import puremagic

HEAD_BYTES = 1024  # where browsers and mail gateways look when they guess, and where PDF programs look for the header
TAIL_BYTES = 64 * 1024
# A byte order mark or blanks before the header of a PDF are harmless, and some scanners write them.
BEFORE_PDF_HEADER = b"\xef\xbb\xbf \t\r\n\0"
SIGNS_OF_A_WEB_PAGE = (b"<html", b"<!doctype html", b"<script", b"<svg", b"<?php")
LEAST_CONFIDENCE = 0.4
REFUSED = 3  # exit status of the reader


class Kind(StrEnum):
    """The accepted kinds, as the content type they are served with."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"


class Reason(StrEnum):
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
    """The file is refused; of several the one that `number` counts from 0, None where it is not one alone."""

    def __init__(self, reason: Reason, detail: str = "", number: int | None = None) -> None:
        super().__init__(reason, detail, number)
        self.reason = reason
        self.detail = detail
        self.number = number


def kind_of(file: BinaryIO) -> Kind:
    """Return what `file` is.

    Raises:
        UnacceptableError: it is something else, or something else as well (a polyglot).
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if head.lstrip(BEFORE_PDF_HEADER).startswith(b"%PDF-"):
        kind = Kind.PDF
    elif head.startswith(b"\xff\xd8\xff"):
        kind = Kind.JPEG
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        kind = Kind.PNG
    elif head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif"}:
        raise UnacceptableError(Reason.HEIC)
    else:
        raise UnacceptableError(Reason.KIND, _looks_like(head))
    _check_only_one_kind(file, kind, head)
    return kind


def _check_only_one_kind(file: BinaryIO, kind: Kind, head: bytes) -> None:
    """Refuse a file that a browser, a PDF program or an archive program could take for something else.

    What cameras append to a JPEG (a second picture, a film, maker's data) is none of that.
    """
    tail = tail_of(file)
    text = (head + tail).lower()
    if any(sign in text for sign in SIGNS_OF_A_WEB_PAGE):
        raise UnacceptableError(Reason.TWO_KINDS)
    if kind is not Kind.PDF and (b"%PDF-" in head or zipfile.is_zipfile(file)):
        raise UnacceptableError(Reason.TWO_KINDS)


def tail_of(file: BinaryIO, size: int = TAIL_BYTES) -> bytes:
    """Return the last `size` bytes of the file."""
    end = file.seek(0, 2)
    file.seek(max(0, end - size))
    return file.read(size)


def _looks_like(head: bytes) -> str:
    """Return the usual ending of such files ('.docx'); empty when nobody knows."""
    try:
        best = puremagic.magic_string(head)[0]
    except (puremagic.PureError, ValueError):
        return ""
    is_telling = best.confidence >= LEAST_CONFIDENCE and best.byte_match.strip(b"\0")
    return best.extension if is_telling else ""
