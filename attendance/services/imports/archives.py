"""The ZIPs of certificates that came with an import, opened where they wait (I7).

Only names and sizes are trusted to the archive; what its files hold is judged by the limited reader, as evidence is.
"""

import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from attendance.policies.certificate_names import FileNames, NamedFile
from attendance.services.imports.receiving import CHUNK, open_kept
from training.core.refusals import Invalid
from training.models import Import

MOST_FILES = 100_000
MOST_LISTED_BYTES = 32 * 1024**2  # of the list of files at the end of an archive, all of which is read at once
END = struct.Struct("<4s4H2LH")  # the last record of an archive
END_AT = 65_535 + END.size  # a comment may follow it
END_64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64 = struct.Struct("<4sLQL")
IS_UTF8, IS_ENCRYPTED = 0x800, 0x1
CODES = ("utf-8", "cp1252", "cp850")  # in which programs write names without saying so


class ArchiveUnusable(Invalid):
    """A ZIP of certificates is damaged, or holds more files than are taken (400)."""


class FileOfArchiveUnusable(Invalid):
    """One file of a ZIP cannot be taken out (400)."""


class Archives:
    """The files of all ZIPs of an import, by path; of two of the same path in two ZIPs, both."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[zipfile.ZipFile, zipfile.ZipInfo]] = {}
        self._called: dict[str, str] = {}  # how a path can be read too, where its archive does not say the encoding
        self._names: FileNames | None = None

    def add(self, archive: zipfile.ZipFile, *, beside: str) -> None:
        """Add the files of an archive.

        Args:
            beside: what its paths begin with, where an archive before has the same.
        """
        for each in archive.infolist():
            if each.is_dir() or _is_of_the_system(each.filename):
                continue
            readings = _readings(each)
            path = readings[0] if readings[0] not in self._files else f"{beside}/{readings[0]}"
            self._files[path] = archive, each
            self._called |= {other: path for other in readings[1:] if other not in self._files}

    @property
    def paths(self) -> list[str]:
        """The paths of all files, in the order of the archives."""
        return list(self._files)

    def find(self, text: str) -> NamedFile:
        """Return which file a cell means."""
        if self._names is None:
            self._names = FileNames(self._files)
            self._others = FileNames(self._called)
        found = self._names.find(text)
        if found.wrong and not (other := self._others.find(text)).wrong:
            return NamedFile(self._called[other.path], other.first, other.last)
        return found

    @contextmanager
    def taken_out(self, path: str) -> Iterator[File]:
        """Give one file as a temporary copy, never larger than evidence may be.

        Raises:
            FileOfArchiveUnusable: it is damaged, protected by a password, or too large.
        """
        archive, info = self._files[path]
        name, limit = PurePosixPath(path).name, settings.EVIDENCE_MAX_BYTES
        if info.flag_bits & IS_ENCRYPTED:
            raise _unusable(_("“%(name)s” is protected by a password. Save it without one."), name)
        if info.file_size > limit:
            raise _too_large(name, info.file_size)
        with tempfile.TemporaryFile() as copy:
            try:
                _copy(archive, info, copy, limit=limit)
            except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
                raise _unusable(_("“%(name)s” cannot be taken out of the ZIP. Make the ZIP anew."), name) from error
            if copy.tell() > limit:
                raise _too_large(name, copy.tell())
            copy.flush()
            copy.seek(0)
            yield File(copy, name=name)


@contextmanager
def open_archives(one: Import) -> Iterator[Archives]:
    """Open the ZIPs of an import.

    Raises:
        ArchiveUnusable: one of them is none, or holds too many files.
        WaitingStoreUnavailable: it cannot be read now.
    """
    archives = Archives()
    with ExitStack() as stack:
        for file in one.files.filter(is_table=False).exclude(key=""):
            kept = stack.enter_context(open_kept(file.key))
            try:
                _check_list(kept, size=file.size)
                archive = stack.enter_context(zipfile.ZipFile(kept))
            except (zipfile.BadZipFile, struct.error, OSError, ValueError, NotImplementedError) as error:
                text = _("“%(name)s” is not a ZIP that can be read. Make it anew.")
                raise ArchiveUnusable(text % {"name": file.name}) from error
            archives.add(archive, beside=file.name)
        yield archives


def _check_list(file: BinaryIO, *, size: int) -> None:
    """Refuse an archive whose list of files alone would fill the memory.

    Raises:
        ArchiveUnusable: see there.
    """
    start = max(0, size - END_AT - LOCATOR_64.size)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0:
        raise zipfile.BadZipFile
    _sign, _disk, _first, _here, count, listed, _offset, _comment = END.unpack_from(tail, at)
    place = at - LOCATOR_64.size
    if place >= 0 and tail[place : place + 4] == b"PK\6\7":
        _sign, _disk, offset, _disks = LOCATOR_64.unpack_from(tail, place)
        file.seek(offset)
        *_others, count, listed, _offset = END_64.unpack(file.read(END_64.size))
    file.seek(0)
    if count > MOST_FILES or listed > MOST_LISTED_BYTES:
        text = _("The ZIP holds more than %(count)d files. Send it in parts, each with its rows.")
        raise ArchiveUnusable(text % {"count": MOST_FILES})


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, copy: BinaryIO, *, limit: int) -> None:
    """Copy a file, and one byte more than the limit at most: a bomb says of itself that it is small."""
    with archive.open(info) as source:
        while copy.tell() <= limit and (chunk := source.read(min(CHUNK, limit + 1 - copy.tell()))):
            copy.write(chunk)


def _readings(info: zipfile.ZipInfo) -> list[str]:
    """Return how the path of a file can be read, the likeliest first."""
    if info.flag_bits & IS_UTF8:
        return [info.filename]
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return [info.filename]
    found = []
    for code in CODES:
        try:
            found.append(raw.decode(code))
        except UnicodeDecodeError:
            continue
    return list(dict.fromkeys([*found, info.filename]))


def _is_of_the_system(path: str) -> bool:
    name = PurePosixPath(path).name
    return path.startswith("__MACOSX/") or name.startswith("._") or name in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _unusable(sentence: str, name: str) -> FileOfArchiveUnusable:
    return FileOfArchiveUnusable(sentence % {"name": name})


def _too_large(name: str, size: int) -> FileOfArchiveUnusable:
    text = _("“%(name)s” has %(size)s, the limit is %(limit)s. Scan it in a lower resolution.")
    sizes = {"size": filesizeformat(size), "limit": filesizeformat(settings.EVIDENCE_MAX_BYTES)}
    return FileOfArchiveUnusable(text % {"name": name, **sizes})
