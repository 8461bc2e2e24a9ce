"""Checking PNG files by their chunks: every checksum and every byte of the packed pixels, with little memory (E1).

Runs in the reader's process.
"""

import struct
import zlib
from collections.abc import Iterator

from learners.evidence.around import check_archives, check_behind_picture
from learners.evidence.jpeg import Size
from learners.evidence.kinds import HEAD_BYTES, UnacceptableError, UnfitReason

SIGNATURE = b"\x89PNG\r\n\x1a\n"
AT_ONCE = 1024 * 1024
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
# Adam7: first column and row, then the steps to the next ones.
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def size_of(content: bytes) -> Size:
    """Return the width and height that the header gives."""
    if len(content) < 33 or content[12:16] != b"IHDR":
        raise UnacceptableError(UnfitReason.DAMAGED, "no header")
    return Size(int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))


def check(content: bytes) -> None:
    """Check all of a PNG without keeping its pixels in memory.

    Raises:
        UnacceptableError: DAMAGED or TWO_KINDS. `zlib.error` means that it is damaged.
    """
    if b"%PDF-" in content[:HEAD_BYTES]:
        raise UnacceptableError(UnfitReason.TWO_KINDS, "PDF")
    size_of(content)
    wanted, unpacker, at = _unpacked_bytes(content[16:29]), zlib.decompressobj(), len(SIGNATURE)
    for name, body in _chunks(content):
        at += 12 + len(body)
        if name == b"IDAT" and wanted > 0:
            wanted -= _unpacked(unpacker, body, wanted)
    if wanted > 0:
        raise UnacceptableError(UnfitReason.DAMAGED, "pixels")
    check_archives(content)
    check_behind_picture(content, at)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and body of each chunk, the last one included."""
    at = len(SIGNATURE)
    while at + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        if len(content) < at + 12 + length or int.from_bytes(content[at + 8 + length : at + 12 + length]) != zlib.crc32(
            body, zlib.crc32(name)
        ):
            raise UnacceptableError(UnfitReason.DAMAGED, "sum")
        yield name, body
        at += 12 + length
        if name == b"IEND":
            return
    raise UnacceptableError(UnfitReason.DAMAGED, "no IEND")


def _unpacked(unpacker: "zlib._Decompress", packed: bytes, most: int) -> int:
    """Return how many bytes the packed data unpack to, at most `most`, without keeping them."""
    count = 0
    while packed and count < most and not unpacker.eof:
        count += len(unpacker.decompress(packed, AT_ONCE))
        packed = unpacker.unconsumed_tail
    return count


def _unpacked_bytes(header: bytes) -> int:
    """Return how many bytes the pixels have: each line has one byte before its pixels, and ends with a whole byte."""
    width, height, depth, colour, _packing, _filter, is_interlaced = struct.unpack(">IIBBBBB", header)
    if not width or not height or colour not in SAMPLES or is_interlaced > 1:
        raise UnacceptableError(UnfitReason.DAMAGED, "header")
    bits = depth * SAMPLES[colour]
    parts = PASSES if is_interlaced else ((0, 0, 1, 1),)
    sizes = [
        ((width - left + across - 1) // across, (height - top + down - 1) // down) for left, top, across, down in parts
    ]
    return sum(rows * (1 + (columns * bits + 7) // 8) for columns, rows in sizes if columns > 0 and rows > 0)
