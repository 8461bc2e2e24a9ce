"""A ZIP file that is handed out while it is made, so that only a piece of it is in memory at a time.

Python's own `zipfile` can write to a stream that does not seek; this module adds only the place to take the bytes from.
Sizes and checksums then stand behind each file, and again in the directory at the end, so a ZIP file that was cut off
cannot be opened.
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

MODE = 0o100644


@dataclass(frozen=True)
class Member:
    """A file for the ZIP file. Its name is a relative path with `/`.

    Attributes:
        size: in bytes, of files that may be large: those of 2 GB and more are written in the longer form of ZIP64,
            which has to be known before their first byte.
    """

    name: str
    chunks: Iterable[bytes]
    size: int = 0


class _Tray:
    """A stream to write to, which keeps the bytes until somebody takes them."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing: no bytes wait elsewhere."""

    def take(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        if pieces:
            yield b"".join(pieces)


def zipped(members: Iterable[Member], *, made_at: datetime) -> Iterator[bytes]:
    """Yield the ZIP file in pieces. The next member is asked for only when the one before it has been handed out.

    Args:
        members: the files, in their order.
        made_at: the moment that every file in it gets, in the time zone of the site.
    """
    tray = _Tray()
    with zipfile.ZipFile(tray, "w") as archive:  # type: ignore[call-overload]
        for member in members:
            info = zipfile.ZipInfo(member.name, made_at.timetuple()[:6])
            # Scans hardly shrink, but some programs open a streamed ZIP file only if its members are compressed.
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = MODE << 16
            info.file_size = member.size
            with archive.open(info, "w") as file:
                for chunk in member.chunks:
                    file.write(chunk)
                    yield from tray.take()
            yield from tray.take()
    yield from tray.take()
