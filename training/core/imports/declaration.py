"""Kinds of imports (I1): the columns of each, the words by which they are known, and what identifies a row.

An app declares its kinds beside the services that write them. From the declaration come the page, the command, the API,
the templates to download and the documents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from training.core.permissions import Permission

LANGUAGES = ("en", "de", "fr", "es", "pt", "tr", "pl", "nl", "it", "ar")

Words = Mapping[str, Sequence[str]]  # by language: headings or values, as people write them


class Reads(StrEnum):
    """How the cells of a column are read (I4)."""

    TEXT = "text"
    BADGE = "badge"  # text, though a spreadsheet may hold it as a number
    FULL_NAME = "full name"  # "Jana Weiß" or "Weiß, Jana": gives first and last name
    DAY = "day"
    CLOCK = "clock"  # a time of day
    NUMBER = "number"
    WHOLE = "whole number"
    MONTHS = "months"  # how long something is valid: 24, "2 years"; 0 is for good
    MINUTES = "minutes"  # how long something takes: 90, "1.5 h"
    CHOICE = "choice"  # one of a few values, each with words of its own
    THING = "thing"  # something of the site, by its code or name
    THINGS = "things"  # several of them in one cell


class Thing(StrEnum):
    """What a cell can name. What is not known exactly is asked about once per value, workers per row (I4)."""

    COMPANY = "company"
    ROLE = "role"
    AREA = "area"
    COURSE = "course"
    VENUE = "venue"
    TRAINER = "trainer"
    WORKER = "worker"
    SESSION = "session"
    CLASS = "class"
    EMPLOYER = "employer"  # of a worker whom two lists name (I9); no column holds it, only answers that are remembered


class MonthMeans(StrEnum):
    """Which day is meant where a cell holds only a month (I4)."""

    FIRST_DAY = "first day"  # of a completion, a start
    LAST_DAY = "last day"  # of an expiry, an end


@dataclass(frozen=True, kw_only=True)
class ImportChoice:
    """A value that a column of choices can have, and the words by which it is known besides its own."""

    value: str
    label: Any
    words: Words


@dataclass(frozen=True, kw_only=True)
class ImportColumn:
    """A column of a kind.

    Attributes:
        name: by which services, answers and the API know it.
        label: its heading in templates and exports.
        words: other headings by which it is known, in the ten languages.
        examples: values for the template; the first rows of a list read across them.
        help_text: what it takes, in a sentence.
        is_needed: whether a row without a value is refused; of what is said once, whether an import asks for it.
        if_unsaid: of what is said once, what holds where nobody says it; the check tells so.
        choices: of a column of choices.
        thing: what a column of things names.
        vague_words: headings that can mean another column too, such as "Date": a person is asked which, where the other
            columns of the sheet do not tell.
        month: which day a month means, of a column of days.
        may_lie_ahead: whether a day after today is good, of a column of days.
        is_personal: e-mail, phone and other numbers: exported only with a permission of its own (X1).
    """

    name: str
    label: Any
    reads: Reads
    words: Words = field(default_factory=dict)
    examples: Sequence[str] = ()
    help_text: Any = ""
    is_needed: bool = False
    if_unsaid: Any = ""
    choices: Sequence[ImportChoice] = ()
    thing: Thing | None = None
    vague_words: Words = field(default_factory=dict)
    month: MonthMeans = MonthMeans.FIRST_DAY
    may_lie_ahead: bool = True
    is_personal: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportGrid:
    """A second layout of a kind: things stand at the sides, and each cell between them is a row.

    Attributes:
        sides: the columns that stand before the cells, such as badge and name; where the grid lies on its side, at the
            head.
        heads: the column whose values stand above the cells, such as the course.
        cells: the columns that a cell can fill. Where a head stands over several columns of the sheet, such as "done"
            and "valid until", each fills another one.
    """

    sides: Sequence[str]
    heads: str
    cells: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ImportKind:
    """A kind of thing that can be brought in.

    Attributes:
        name: in addresses, commands and the API.
        label: what its rows are, in the plural.
        words: names of sheets and titles above tables by which it is known.
        identified_by: the columns that say which thing a row is about. Two rows of a file that say the same are one too
            many.
        said_once: what can be said for all rows of an import at once, such as the provider of all records. What is a
            column too is asked only where the file has no such column.
        makes: what a row brings in, where other rows of the file can name it: the area around, a prerequisite.
        named_by: the columns that hold its names.
        may_name_nobody: whether a row can be about no worker though others are, as of a meeting that was not held. Its
            check refuses those that cannot.
        place: among the kinds, in the order in which a new site brings them in.
        checks: who may check a file.
        does: who may bring it in.
    """

    name: str
    label: Any
    columns: Sequence[ImportColumn]
    identified_by: Sequence[str]
    words: Words = field(default_factory=dict)
    grid: ImportGrid | None = None
    said_once: Sequence[ImportColumn] = ()
    makes: Thing | None = None
    named_by: Sequence[str] = ()
    may_name_nobody: bool = False
    place: int = 0
    checks: Permission = Permission.KEEP_WORKERS
    does: Permission = Permission.KEEP_WORKERS

    def column(self, name: str) -> ImportColumn:
        """Return a column by its name.

        Raises:
            KeyError: there is none, which is a programming error.
        """
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[str, ImportColumn]:
        return {each.name: each for each in self.columns}

    @property
    def names(self) -> frozenset[str]:
        """The names of the columns."""
        return frozenset(each.name for each in self.columns)
