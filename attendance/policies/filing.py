"""Which dropped file proves which row, by what its name says (I12). Nothing is matched that could be another one's."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from training.core.sameness import plain_words

CERTIFICATE, BADGE, NAME, COURSE = 100, 10, 8, 4  # how much it says that a name of a file has these
WHO = NAME  # from here on it is known whose it is
CODE = re.compile(r"([a-z]{2,4})(?: )?(\d{3})(?!\d)")
LONG_WORD = 4  # letters of a word of a title that says something


@dataclass(frozen=True)
class FilingFacts:
    """What a row says that the name of its file may say too.

    Attributes:
        key: of the row.
        certificate: the name of a file, if the row has one.
        badges: those of the worker whom it means, and as it was pasted.
        names: of the worker.
        course: the key of the course; None while it is not known.
    """

    key: int
    certificate: str
    badges: Sequence[str]
    names: Sequence[str]
    course: int | None


@dataclass(frozen=True)
class CourseNames:
    """The code and the title of a course."""

    code: str
    title: str


def match_files(
    rows: Sequence[FilingFacts], files: Mapping[int, str], courses: Mapping[int, CourseNames]
) -> dict[int, int]:
    """Return by key of a row the key of the file that proves it.

    Each is the likeliest for the other, and no other is as likely.

    Args:
        files: names by key.
        courses: those of the site, by key.
    """
    by_row: dict[int, dict[int, int]] = defaultdict(dict)
    by_file: dict[int, dict[int, int]] = defaultdict(dict)
    known = {key: (_words(each.code), _title(each.title)) for key, each in courses.items()}
    for key, name in files.items():
        stem = _words(PurePosixPath(name).stem)
        said = _courses_in(stem, known)
        for row in rows:
            score = _score(row, name, stem, said)
            if score >= WHO:
                by_row[row.key][key] = by_file[key][row.key] = score
    found = {row: file for row, files_of in by_row.items() if (file := _best(files_of)) is not None}
    return {row: file for row, file in found.items() if _best(by_file[file]) == row}


def _score(row: FilingFacts, name: str, stem: str, said: frozenset[int]) -> int:
    if row.certificate and row.certificate.casefold() in {name.casefold(), PurePosixPath(name).stem.casefold()}:
        return CERTIFICATE
    if said and row.course not in said:
        return 0  # it names another course
    score = COURSE if said else 0
    if any(_stands_in(_words(badge), stem) for badge in row.badges if badge):
        score += BADGE
    words = set(stem.split())
    if any((parts := set(_words(each).split())) and parts <= words for each in row.names):
        score += NAME
    return score


def _courses_in(stem: str, courses: Mapping[int, tuple[str, frozenset[str]]]) -> frozenset[int]:
    """Return the courses that the name of a file says, by code, else by title."""
    codes = {f"{letters} {figures}" for letters, figures in CODE.findall(stem)}
    by_code = frozenset(key for key, (code, _title_words) in courses.items() if code in codes)
    words = set(stem.split())
    return by_code or frozenset(key for key, (_code, title) in courses.items() if title and title <= words)


def _stands_in(part: str, text: str) -> bool:
    return bool(part) and f" {part} " in f" {text} "


def _words(text: str) -> str:
    """Return the words and numbers of a text, with one blank between them."""
    return " ".join(re.findall(r"[^\W_]+", plain_words(text.replace("_", " "))))


def _title(title: str) -> frozenset[str]:
    return frozenset(word for word in _words(title).split() if len(word) >= LONG_WORD)


def _best(scores: Mapping[int, int]) -> int | None:
    """Return the key of the highest score; None where two have it."""
    most = max(scores.values())
    best = [key for key, score in scores.items() if score == most]
    return best[0] if len(best) == 1 else None
