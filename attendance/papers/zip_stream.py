"""A ZIP file that is handed out while it is made: whatever its size, a piece of it is in memory at a time.

Python's own `zipfile` writes to what cannot seek back; all that is missing is a place to take the bytes from. Sizes and
checksums then stand behind each file, and again in the directory at the end: what is cut off is no ZIP file.
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

MODE = 0o100644


@dataclass(frozen=True)
class Member:
    """A file to be zipped. The name is a relative path with `/`."""

    name: str
    chunks: Iterable[bytes]


class _Tray:
    """Takes what is written, until it is taken away."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def take(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        if pieces:
            yield b"".join(pieces)


def zipped(members: Iterable[Member], *, made_at: datetime) -> Iterator[bytes]:
    """Return the ZIP file in pieces; a member is asked for when the one before it is out.

    Args:
        made_at: the date that every file in it gets, in the time zone of the site.
    """
    tray = _Tray()
    with zipfile.ZipFile(tray, "w") as archive:  # type: ignore[call-overload]
        for member in members:
            info = zipfile.ZipInfo(member.name, made_at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED  # scans hardly shrink; some readers want it where sizes follow
            info.external_attr = MODE << 16
            with archive.open(info, "w") as file:
                for chunk in member.chunks:
                    file.write(chunk)
                    yield from tray.take()
            yield from tray.take()
    yield from tray.take()
