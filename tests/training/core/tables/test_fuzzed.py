"""I10: files that are damaged anywhere are read or refused, and nothing else happens; 2,000 of them with `--long`."""

import io
import json
import os
import random
import resource
import signal
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.training.core.tables.test_xlsx import _crew
from tests.training.core.tables.workbooks import BOUNDS, FIXTURES, packed, read_confined, xlsx
from training.core.tables.grid import Book
from training.core.tables.reader import refusal_of
from training.core.tables.reading import UnreadableTable
from training.core.tables.unfit import UnfitTableReason

MEMORY_BYTES, SECONDS = 1024**3, 20  # of the process that reads them, and for one file
FORMATS = ("csv", "xlsx", "xls", "xlsb", "ods")


def _whole(kind: str) -> bytes:
    if kind == "csv":
        rows = [f'{number:05};"Müller, {number}";{number % 28 + 1:02}.03.2026;x' for number in range(200)]
        return "\r\n".join(["Badge;Name;Done;Note", *rows]).encode("cp1252")
    if kind == "xlsx":
        return xlsx(_crew)
    return (FIXTURES / ("other_writer.xlsb" if kind == "xlsb" else f"crew.{kind}")).read_bytes()


def _damaged(content: bytes, chance: random.Random) -> bytes:
    """Return the file with some bytes changed, a piece cut out, doubled, or taken from elsewhere."""
    result = bytearray(content)
    for _ in range(chance.choice((1, 1, 3, 20))):
        place, length = chance.randrange(len(result)), chance.randrange(1, 200)
        match chance.randrange(5):
            case 0:
                result[place] = chance.randrange(256)
            case 1:
                result[place] ^= 1 << chance.randrange(8)
            case 2:
                del result[place : place + length]
            case 3:
                result[place:place] = result[place : place + length]
            case _:
                other = chance.randrange(len(result))
                result[place : place + length] = result[other : other + length]
        if not result:
            return b""
    return bytes(result)


def _damaged_within(content: bytes, chance: random.Random) -> bytes:
    """Return the packed file with one of its parts damaged before it was packed, which no check of sums finds."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice([name for name, part in parts.items() if part])
    return packed({**parts, name: _damaged(parts[name], chance)})


def _cases(kind: str, count: int) -> list[bytes]:
    chance, whole = random.Random(f"fuzzed {kind}"), _whole(kind)  # noqa: S311  # the same files each time
    is_packed = zipfile.is_zipfile(io.BytesIO(whole))
    return [
        _damaged_within(whole, chance) if is_packed and number % 2 else _damaged(whole, chance)
        for number in range(count)
    ]


def _read_all(cases: list[bytes]) -> dict[str, int]:
    """Return how many were read and refused for which reason, in this process, which limits itself."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    counts: dict[str, int] = {}
    for content in cases:
        signal.alarm(SECONDS)
        with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as output:
            file.write(content)
            refusal = refusal_of(file, output, BOUNDS)
            if refusal is None:
                book = Book(output)
                for sheet in range(len(book.sheets)):
                    numbers = [row.number for row in book.rows(sheet)]
                    assert numbers == sorted(set(numbers))
        key = refusal.reason if refusal else "read"
        counts[key] = counts.get(key, 0) + 1
    return counts


@pytest.mark.parametrize("kind", FORMATS)
def test_i10_damaged_files_are_read_or_refused(kind: str, long: bool, tmp_path: Path) -> None:
    cases = _cases(kind, 400 if long else 40)
    answer = tmp_path / "answer"
    before = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if (child := os.fork()) == 0:
        try:
            answer.write_text(json.dumps(_read_all(cases)))
        finally:
            os._exit(0)  # what was not written is missed below
    _, status, used = os.wait4(child, 0)
    assert status == 0, "a file aborted the process, or hung it"
    counts = json.loads(answer.read_text())
    assert sum(counts.values()) == len(cases)
    assert set(counts) - {"read", *UnfitTableReason} == set()
    assert len(counts) > 1  # else nothing was damaged, or nothing was ever read
    assert used.ru_maxrss * 1024 - before < MEMORY_BYTES / 2  # it begins with what the tests before have left


@pytest.mark.parametrize("kind", FORMATS)
def test_i10_damaged_files_leave_nothing_behind(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd"))
    for content in _cases(kind, 4):
        with suppress(UnreadableTable):
            read_confined(content).close()
    assert list(tmp_path.iterdir()) == []
    assert len(os.listdir("/proc/self/fd")) == before
