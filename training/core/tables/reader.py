"""The program that reads tables: `python -m training.core.tables.reader '{"task": "read", …}'`.

It is limited and confined as `child` says, writes the book on standard output while it reads, and takes back everything
that it wrote if it refuses the file.
"""

import errno
import json
import os
import sys
from typing import Any, BinaryIO

from training.core.confined import child
from training.core.tables import delimited, ods, xls, xlsb, xlsx
from training.core.tables.grid import BookWriter, Writable
from training.core.tables.recognised import TableKind, kind_of
from training.core.tables.unfit import Bounds, Tally, UnfitTableError, UnfitTableReason

OUTPUT = 1
BLOCK_BYTES = 1024**2


class BookOutput:
    """Standard output in blocks. Nothing is written but by `write` and `flush`, not even when the program ends."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size >= BLOCK_BYTES:
            self.flush()

    def flush(self) -> None:
        rest = memoryview(b"".join(self._pieces))
        self._pieces.clear()
        self._size = 0
        while rest:
            rest = rest[os.write(OUTPUT, rest) :]


def main(task: dict[str, Any]) -> int:
    """Read one file and return the exit status."""
    (file,) = child.begin(task)
    bounds = Bounds(rows=task["rows"], cells=task["cells"], unpacked_bytes=task["unpacked_bytes"])
    if refusal := refusal_of(file, BookOutput(), bounds, encoding=task.get("encoding", "")):
        return child.refuse({"reason": refusal.reason, "facts": refusal.facts})
    return 0


def refusal_of(file: BinaryIO, output: Writable, bounds: Bounds, *, encoding: str = "") -> UnfitTableError | None:
    """Read a file, and return why it is refused if it is; then what was written counts for nothing."""
    try:
        read(file, BookWriter(output), bounds, encoding=encoding)
    except UnfitTableError as error:
        return error
    except MemoryError:
        return UnfitTableError(UnfitTableReason.EFFORT)
    except OSError as error:
        return UnfitTableError(UnfitTableReason.EFFORT if error.errno == errno.EFBIG else UnfitTableReason.DAMAGED)
    except Exception:  # whatever a library raises for a damaged file
        return UnfitTableError(UnfitTableReason.DAMAGED)
    return None


def read(file: BinaryIO, book: BookWriter, bounds: Bounds, *, encoding: str = "") -> None:
    """Read a file into a book.

    Args:
        encoding: of a text file, if a person has chosen it among those that fit.

    Raises:
        UnfitTableError: the file is refused. A damaged one raises whatever its library does.
    """
    kind, parts = kind_of(file, most_unpacked=bounds.unpacked_bytes)
    tally = Tally(book, bounds)
    if kind is TableKind.CSV:
        delimited.read(file, tally, encoding=encoding)
        return
    packed = {TableKind.XLSX: xlsx.read, TableKind.XLSB: xlsb.read, TableKind.ODS: ods.read}
    book.finish(kind, is_1904=packed[kind](parts, tally) if parts else xls.read(file, tally))


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
