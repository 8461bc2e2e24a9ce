"""The parts of a packed workbook, read with bounds: a bomb is seen by what it says and by what comes out of it."""

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from training.core.tables.unfit import UnfitTableError, UnfitTableReason

BLOCK_BYTES = 64 * 1024
MOST_MEMBERS = 20_000
IS_ENCRYPTED = 1  # a bit of the flags of a member

Attributes = dict[str, str]
Relations = dict[str, tuple[str, str]]  # by id: the last word of the type, and the part


class Parts:
    """The parts of a packed workbook by their names.

    Raises:
        UnfitTableError: it has too many parts, a password, or is a bomb by what it says.
    """

    def __init__(self, file: BinaryIO, *, most_bytes: int) -> None:
        self._archive = zipfile.ZipFile(file)
        members = self._archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise UnfitTableError(UnfitTableReason.UNPACKED)
        if any(each.flag_bits & IS_ENCRYPTED for each in members):
            raise UnfitTableError(UnfitTableReason.PASSWORD)
        self._names = {each.filename.replace("\\", "/").lower(): each for each in members}
        self._left = most_bytes

    @property
    def names(self) -> frozenset[str]:
        """The names in small letters, as programs differ in their case."""
        return frozenset(self._names)

    def iterate(self, name: str) -> Iterator[bytes]:
        """Yield a part, block by block.

        Raises:
            UnfitTableError: it is more than was left to unpack.
        """
        member = self._names[name.lower()]
        if member.file_size > self._left:
            raise UnfitTableError(UnfitTableReason.UNPACKED)
        with self._archive.open(member) as part:
            while block := part.read(BLOCK_BYTES):
                self._left -= len(block)
                if self._left < 0:
                    raise UnfitTableError(UnfitTableReason.UNPACKED)
                yield block

    def content(self, name: str) -> bytes:
        """Return a whole part, which should be small."""
        return b"".join(self.iterate(name))

    def relations(self, name: str) -> Relations:
        """Return what a part of an Office workbook leads to."""
        directory, base = posixpath.split(name)
        found: Relations = {}

        def start(tag: str, attributes: Attributes) -> None:
            if local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "").replace("\\", "/")
                part = posixpath.normpath(posixpath.join("/", directory, target)).lstrip("/")
                kind = attributes.get("Type", "").rpartition("/")[2]
                found[attributes.get("Id", "")] = (kind, part)

        relations = posixpath.join(directory, "_rels", f"{base}.rels")
        if relations.lower() in self._names:
            parse(self, relations, parser(start))
        return found


def local(tag: str) -> str:
    """Return the name of a tag without its prefix: programs choose prefixes as they like."""
    return tag.rpartition(":")[2]


def parser(
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], object] | None = None,
) -> expat.XMLParserType:
    """Return a parser that calls these, and reads no document types, so that no entity is ever expanded."""
    result = expat.ParserCreate()
    result.buffer_text = True
    result.buffer_size = BLOCK_BYTES
    result.StartDoctypeDeclHandler = _refuse_types
    result.StartElementHandler = start
    result.EndElementHandler = end
    result.CharacterDataHandler = text
    return result


def parse(parts: Parts, name: str, by: expat.XMLParserType) -> None:
    """Parse a whole part."""
    for block in parts.iterate(name):
        by.Parse(block, False)
    by.Parse(b"", True)


def _refuse_types(*declaration: object) -> None:
    raise UnfitTableError(UnfitTableReason.ENTITIES)
