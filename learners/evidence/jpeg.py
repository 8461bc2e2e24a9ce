"""Checking JPEG files by their segments: where each picture ends, and what stands behind the last one (E1).

The segments are described by ISO/IEC 10918-1, further pictures behind the first (MPO) by CIPA DC-007. Phones append a
film in boxes (ISO/IEC 14496-12) or data of their own. Runs in the reader's process.
"""

import re
import struct
from dataclasses import dataclass

from learners.evidence.around import after_padding, check_archives, check_behind_picture, is_web_page
from learners.evidence.kinds import HEAD_BYTES, UnacceptableError, UnfitReason

START = b"\xff\xd8"
# In coded data a zero follows every 0xFF that is data; restart marks belong to it as well.
NEXT_MARK = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD9)))
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the others of this range are tables
SCAN, END, COMMENT = 0xDA, 0xD9, 0xFE
MAX_SCANS = 100  # programs write about ten; each costs as much as the whole picture
BOX_HEAD = 8
BOX_NAME = re.compile(rb"[ -~\xa9]{4}")
MOST_PARTS = 10_000


@dataclass(frozen=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int


def check(content: bytes) -> Size:
    """Check that every segment of a JPEG is there, that it needs no unusual effort, and what stands behind it.

    Raises:
        UnacceptableError: DAMAGED, EFFORT or TWO_KINDS.
    """
    if b"%PDF-" in content[:HEAD_BYTES]:
        raise UnacceptableError(UnfitReason.TWO_KINDS, "PDF")
    size, end = _picture(content, 0)
    check_archives(content)
    check_behind_picture(content, _end_of_camera_data(content, end))
    return size


def _picture(content: bytes, at: int) -> tuple[Size, int]:
    """Return the size of the picture that starts at `at`, and where it ends."""
    size, scans = None, 0
    at += len(START)
    while found := NEXT_MARK.match(content, at):
        mark, at = found[1][0], found.end()
        if mark == END:
            if size is None or scans == 0:
                break
            return size, at
        if mark in WITHOUT_LENGTH:
            continue
        body = _segment(content, at)
        at += 2 + len(body)
        if mark in FRAMES and len(body) >= 5:
            size = size or Size(width=int.from_bytes(body[3:5]), height=int.from_bytes(body[1:3]))
        elif mark == COMMENT and is_web_page(body):
            raise UnacceptableError(UnfitReason.TWO_KINDS, "web page")
        elif mark == SCAN:
            scans += 1
            at = _end_of_scan(content, at)
        if scans > MAX_SCANS:
            raise UnacceptableError(UnfitReason.EFFORT, "scans")
    raise UnacceptableError(UnfitReason.DAMAGED, "segments")


def _segment(content: bytes, at: int) -> bytes:
    length = int.from_bytes(content[at : at + 2])
    if length < 2 or at + length > len(content):
        raise UnacceptableError(UnfitReason.DAMAGED, "segment")
    return content[at + 2 : at + length]


def _end_of_scan(content: bytes, at: int) -> int:
    found = NEXT_MARK.search(content, at)
    if found is None:
        raise UnacceptableError(UnfitReason.DAMAGED, "no end mark")
    return found.start()


def _end_of_camera_data(content: bytes, at: int) -> int:
    """Return where the data that cameras append end: more pictures, and films in boxes. Nobody checks their content."""
    for _ in range(MOST_PARTS):
        at = (
            at if _end_of_box(content, at) > at else after_padding(content, at)
        )  # the length of a box starts with zeros
        try:
            following = _picture(content, at)[1] if content.startswith(START, at) else _end_of_box(content, at)
        except UnacceptableError:
            break
        if following == at:
            break
        at = following
    return at


def _end_of_box(content: bytes, at: int) -> int:
    """Return the end of the box of a film that starts at `at`; `at` itself if none starts there."""
    if len(content) < at + BOX_HEAD:
        return at
    length, name = struct.unpack_from(">I4s", content, at)
    if not BOX_NAME.fullmatch(name):
        return at
    if length == 1 and len(content) >= at + BOX_HEAD + 8:
        length = int.from_bytes(content[at + BOX_HEAD : at + BOX_HEAD + 8])
    elif length == 0:
        length = len(content) - at
    return at + length if BOX_HEAD <= length <= len(content) - at else at
