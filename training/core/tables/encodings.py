"""In which encoding a text file was written. No letter is ever replaced or left out to make one fit.

UTF-8 and UTF-16 prove themselves. Which of the older ones a file has is told by the words in it: by their letters, and
where these fit several by charset-normalizer, which knows how often letters stand in languages. If another one fits as
well and gives other letters, it is told, so that a person can be asked.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO

from charset_normalizer import from_bytes

from training.core.tables.letters import UNUSUAL, USUAL, languages_of
from training.core.tables.unfit import UnfitTableError, UnfitTableReason

BLOCK_BYTES = 1024**2
HEAD_BYTES = 64 * 1024
MOST_WORDS = 20_000  # different ones that are looked at
SAMPLE_BYTES = 32 * 1024
BYTE_ORDER_MARKS = {  # the longer ones first, as one begins with another
    codecs.BOM_UTF32_LE: "utf_32",
    codecs.BOM_UTF32_BE: "utf_32",
    codecs.BOM_UTF8: "utf_8_sig",
    codecs.BOM_UTF16_LE: "utf_16",
    codecs.BOM_UTF16_BE: "utf_16",
}
WORD = re.compile(rb"[A-Za-z'\x80-\xff]*[\x80-\xff][A-Za-z'\x80-\xff]*")
FOREIGN = re.compile(rb"[\x80-\xff]+")
HANZI = re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+")
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")  # without those that old programs put into texts

EQUAL = 0.05  # scores that differ by less are equal
GOOD, POOR = 0.9, 0.5
MOSTLY = 0.95
MOST_CONTROLS = 0.002  # of all bytes
OF_WORDS, OF_LANGUAGE = 0.5, 0.5


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a file, and others that fit as well.

    Attributes:
        name: as Python calls it.
        others: likelier ones first; they give other letters for some bytes.
    """

    name: str
    others: tuple[str, ...] = ()

    def chosen(self, name: str) -> "Encoding":
        """Return what a person has chosen, with the others beside it; the same where that does not fit the file."""
        if name not in self.others:
            return self
        return Encoding(name, tuple(each for each in (self.name, *self.others) if each != name))


def encoding_of(file: BinaryIO) -> Encoding:
    """Return the encoding of a text file, by the whole of it.

    Raises:
        UnfitTableError: it is no text, or is in no encoding that is known.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    for mark, name in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            if _decodes(file, name):
                return Encoding(name)
            raise UnfitTableError(UnfitTableReason.LETTERS)
    if b"\0" in head:
        return Encoding(_without_mark(file, head))
    if len(CONTROLS.findall(head)) > MOST_CONTROLS * len(head):
        raise UnfitTableError(UnfitTableReason.NO_TEXT)
    if _decodes(file, "utf_8"):
        return Encoding("utf_8")
    return _older(file)


def _decodes(file: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    file.seek(0)
    try:
        while block := file.read(BLOCK_BYTES):
            decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeError:
        return False
    return True


def _without_mark(file: BinaryIO, head: bytes) -> str:
    """Return which UTF-16 it is by the side on which separators and line breaks have their zeros."""
    left, right = head[0::2].count(0), head[1::2].count(0)
    for name, zeros in (("utf_16_le", right), ("utf_16_be", left)):
        if zeros > MOSTLY * (left + right) and _decodes(file, name):
            return name
    raise UnfitTableError(UnfitTableReason.NO_TEXT)


def _older(file: BinaryIO) -> Encoding:
    words, present, has_line_feeds = _words(file)
    usual = {name: _score(words, name, languages) for name, languages in USUAL.items() if _can(present, name)}
    best = max(usual.values(), default=0.0)
    if best < GOOD:
        if _is_chinese(words) and _decodes(file, "gb18030"):
            return Encoding("gb18030")
        unusual = {
            name: _score(words, name, languages)
            for name, languages in UNUSUAL.items()
            if _can(present, name) and (name != "mac_roman" or not has_line_feeds)
        }
        if max(unusual.values(), default=0.0) > best + EQUAL:
            usual, best = unusual, max(unusual.values())
    if best < POOR and (guess := _guess(file, words)):
        return Encoding(guess, tuple(name for name in usual if name != guess)[:1])
    if not usual:
        raise UnfitTableError(UnfitTableReason.LETTERS)
    fitting = [name for name, score in usual.items() if score >= best - EQUAL]
    return _likeliest(words, fitting, {name: usual[name] for name in fitting})


def _likeliest(words: Counter[bytes], fitting: list[str], scores: dict[str, float]) -> Encoding:
    first = max(fitting, key=lambda name: scores[name])  # the first of equals
    differing = [name for name in fitting if name != first and _differ(words, first, name)]
    equals = [name for name in (first, *differing) if scores[name] == scores[first]]
    if len(equals) > 1:
        sample = b"\n".join(word for word, _ in words.most_common())[:SAMPLE_BYTES]
        match = from_bytes(sample, cp_isolation=equals).best()
        if match is not None and match.encoding in equals:
            differing = [name for name in (first, *differing) if name != match.encoding]
            first = match.encoding
    return Encoding(first, tuple(differing))


def _words(file: BinaryIO) -> tuple[Counter[bytes], bytes, bool]:
    """Return words with bytes beyond ASCII, all such bytes, and whether the file has line feeds."""
    words: Counter[bytes] = Counter()
    present: set[int] = set()
    has_line_feeds = False
    file.seek(0)
    while block := file.read(BLOCK_BYTES):
        has_line_feeds = has_line_feeds or b"\n" in block
        for word in WORD.findall(block):
            if word in words or len(words) < MOST_WORDS:
                words[word] += 1
        present.update(block)
    return words, bytes(each for each in present if each >= 0x80), has_line_feeds


def _can(present: bytes, name: str) -> bool:
    try:
        present.decode(name)
    except UnicodeError:
        return False
    return True


def _score(words: Counter[bytes], name: str, languages: tuple[str, ...]) -> float:
    """Return from 0 to 1 how well an encoding fits: how many words it makes, and how many of them of one language."""
    fitting = 0
    by_language: Counter[str] = Counter()
    for word in words:
        found = languages_of(word.decode(name, "replace"), languages)
        fitting += bool(found)
        by_language.update(found)
    most = max(by_language.values(), default=0)
    return (OF_WORDS * fitting + OF_LANGUAGE * most) / len(words) if words else 0.0


def _differ(words: Counter[bytes], one: str, other: str) -> bool:
    return any(word.decode(one, "replace") != word.decode(other, "replace") for word in words)


def _is_chinese(words: Counter[bytes]) -> bool:
    runs = [run for word in words for run in FOREIGN.findall(word)]
    return sum(bool(HANZI.fullmatch(run)) for run in runs) > MOSTLY * len(runs)


def _guess(file: BinaryIO, words: Counter[bytes]) -> str | None:
    """Return what charset-normalizer thinks of the words, for a script that none of our languages has."""
    match = from_bytes(b" ".join(words)[:SAMPLE_BYTES]).best()
    return match.encoding if match is not None and _decodes(file, match.encoding) else None
