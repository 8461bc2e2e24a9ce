"""What a person is asked about a table (I4): each question once, with the cells that it stands for.

Answers are plain JSON values, kept by the key of their question. What the cells of a column tell by themselves has the
same form, so that both are stored together (`asking.told_by_cells`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Json = Any  # str, int, bool, None, or a list or dict of them

LEAVE_OUT = "leave out"  # the cell, or the row where it stands for one, is not taken
KEEP = "keep"  # it is taken as it is
NOTHING = ""  # the cell is as if it were empty


class QuestionKind(StrEnum):
    """What is asked, and what the answer is."""

    MEANING = "meaning"  # of a column of days: the name of a column of the kind, or LEAVE_OUT
    DAY_ORDER = "day order"  # a `DayOrder`
    SWAPPED = "day and month swapped"  # true or false: whether true dates have day and month turned around
    CENTURY = "century"  # the first year of the hundred years, such as 1950 or 2000
    MONTH = "month"  # a `MonthMeans`, or LEAVE_OUT
    NAME_ORDER = "name order"  # a `NameOrder`
    UNIT = "unit"  # a `SpanUnit`
    DAY_LENGTH = "length of a day"  # minutes of a day of training
    SCIENTIFIC = "scientific"  # KEEP or LEAVE_OUT
    LOOK_ALIKE = "look-alike letters"  # IN_LATIN, KEEP or LEAVE_OUT
    MARK = "mark"  # a value of the column, a number of months, a dict of values by column, NOTHING or LEAVE_OUT
    FILL = "colour"  # KEEP, LEAVE_OUT, or a dict of values by column, such as {"status": "INACTIVE"}
    STRUCK = "struck"  # like FILL
    HIDDEN = "hidden rows"  # KEEP or LEAVE_OUT
    CONSTANT = "constant"  # the text for the whole table, or NOTHING
    ENCODING = "encoding"  # of a text file, as Python calls it
    REPEATED = "repeated"  # the index of the sheet's column that counts


IN_LATIN = "latin"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer that can be chosen."""

    value: Json
    label: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question about a table.

    Attributes:
        key: by which its answer is kept; the same for the same table when it comes again.
        sheet: the index of the sheet; None where it is about the whole import.
        column: of the kind, if it is about one.
        value: what is asked about: a mark, a colour, a label.
        text: in words.
        options: the answers. Where `takes` is set, anything of that type besides: "text" or "number".
        proposal: which answer is likely; None where none is.
        cells: names of the first cells, or rows, that it stands for.
        count: how many there are.
    """

    key: str
    kind: QuestionKind
    sheet: int | None = None
    column: str = ""
    value: str = ""
    text: str
    options: Sequence[Option] = ()
    takes: str = ""
    proposal: Json = None
    cells: Sequence[str] = ()
    count: int = 0


Answers = Mapping[str, Json]


def key_of(*parts: object) -> str:
    """Return the key of a question."""
    return "/".join(str(part) for part in parts)
