"""Where the table is on a sheet (I2): its headings, wherever they stand and in however many lines, and its rows."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from training.core.tables.grid import GridRow, SheetOutline
from training.policies.imports.cells import is_empty, number_of, text_of
from training.policies.imports.folding import fold_heading
from training.policies.imports.labels import Label, labels_in
from training.policies.imports.leftovers import RowFrame
from training.policies.imports.values.days import DayWhat, read_day
from training.policies.imports.vocabulary import Vocabulary

LOOKED_AT = 300  # rows from the top that decide the shape
DEEPEST = 80  # rows among which the heading is looked for
BELOW = 12  # rows below a heading that are compared with it
CANDIDATES = 3
MOST_LINES = 4  # of a heading
LONGEST_HEADING = 90
CORE_SHARE = 0.6
COURSE_CODE = re.compile(r"[A-Z]{2,4}-\d{3}")


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a column.

    Attributes:
        index: of the sheet's column; A is 0.
        text: all of it, from top to bottom.
        above: what stands over this column and others, such as a course over "done" and "valid until".
        own: the lowest line.
        lines: all of them, from top to bottom, empty ones too.
        is_hidden: the spreadsheet does not show this column.
    """

    index: int
    text: str
    above: str = ""
    own: str = ""
    lines: tuple[str, ...] = ()
    is_hidden: bool = False


@dataclass(frozen=True)
class TableShape:
    """A table on a sheet.

    Attributes:
        heading_rows: numbers of the rows that hold its headings, from the top; empty where it has none.
        first_row: number of the row after them.
        headings: of its columns, from the left; those without a heading have an empty text.
        titles: texts above the table, and the name of the sheet.
        labels: what is said above it with a label.
        core: columns that nearly every row fills; with_figures: those of them whose values have figures.
        wide_rows: numbers of rows with one merged cell over many columns.
        down: merged cells among its rows, which say one thing for several rows: first and last row, and column.
        score: how likely it is; only for comparing candidates.
    """

    heading_rows: tuple[int, ...]
    first_row: int
    headings: tuple[Heading, ...]
    titles: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    core: frozenset[int] = frozenset()
    with_figures: frozenset[int] = frozenset()
    wide_rows: frozenset[int] = frozenset()
    down: tuple[tuple[int, int, int], ...] = ()
    score: float = 0.0

    def heading(self, index: int) -> Heading:
        """Return the heading of a sheet's column; an empty one where the table has no such column."""
        return next((each for each in self.headings if each.index == index), Heading(index, ""))

    def as_json(self) -> dict[str, Any]:
        """Return the shape in plain values, to be stored until the table is read."""
        plain = asdict(self)
        return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in plain.items()}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Return the shape that `as_json` gave, after a round through JSON or not."""
        headings = tuple(Heading(**{**each, "lines": tuple(each["lines"])}) for each in plain["headings"])
        return cls(
            heading_rows=tuple(plain["heading_rows"]),
            first_row=plain["first_row"],
            headings=headings,
            titles=tuple(plain["titles"]),
            labels=tuple(Label(**each) for each in plain["labels"]),
            core=frozenset(plain["core"]),
            with_figures=frozenset(plain["with_figures"]),
            wide_rows=frozenset(plain["wide_rows"]),
            down=tuple((top, bottom, column) for top, bottom, column in plain["down"]),
            score=plain["score"],
        )

    @property
    def frame(self) -> RowFrame:
        """What tells rows of data from others."""
        headings = {
            each.index: frozenset({fold_heading(each.text), fold_heading(each.own), fold_heading(each.above)} - {""})
            for each in self.headings
        }
        columns = tuple(each.index for each in self.headings)
        return RowFrame(columns, headings, self.core, self.with_figures, self.wide_rows)


def find_tables(outline: SheetOutline, rows: Sequence[GridRow], vocabulary: Vocabulary) -> list[TableShape]:
    """Return where the table can be, the likeliest first.

    Args:
        rows: the first LOOKED_AT rows of the sheet that hold anything.
        vocabulary: by which headings are known.
    """
    sheet = _FirstRows(outline, rows, vocabulary)
    scored = sorted(((sheet.score(place), -place) for place in range(min(len(rows), DEEPEST))), reverse=True)
    found: list[TableShape] = []
    for score, place in scored[: CANDIDATES * 2]:
        shape = sheet.shape(-place, score)
        if shape and not any(set(shape.heading_rows) & set(each.heading_rows) for each in found):
            found.append(shape)
    return found[:CANDIDATES]


class _FirstRows:
    """The first rows of a sheet, while its table is looked for."""

    def __init__(self, outline: SheetOutline, rows: Sequence[GridRow], vocabulary: Vocabulary) -> None:
        self.outline, self.rows, self.vocabulary = outline, rows, vocabulary
        self.texts = [_texts(row) for row in rows]
        self.across: dict[int, list[tuple[int, int]]] = {}
        self.down: dict[int, set[int]] = {}
        for top, left, bottom, right in outline.merged:
            if right > left:
                self.across.setdefault(top, []).append((left, right))
            if bottom > top:
                for number in range(top, bottom):
                    self.down.setdefault(number, set()).update(range(left, right + 1))

    def known(self, texts: Mapping[int, str]) -> int:
        return sum(self.is_known(text) for text in texts.values())

    def is_known(self, text: str) -> bool:
        folded = fold_heading(text)
        return (
            folded in self.vocabulary.words
            or fold_heading(re.sub(r"\(.*?\)|\[.*?\]", " ", text)) in self.vocabulary.words
        )

    def score(self, place: int) -> float:
        """Return how much a row looks like the heading of what is below."""
        row, texts = self.rows[place], self.texts[place]
        filled = [column for column, value in enumerate(row.cells) if not is_empty(value)]
        headings = {column: text for column, text in texts.items() if _like_heading(text)}
        if not headings or len(headings) < 0.6 * len(filled):
            return -10.0
        below = self.rows[place + 1 : place + 1 + BELOW]
        if not below:
            return -5.0
        typed = sum(any(_is_typed(each, column) for each in below) for column in headings)
        covered = sum(
            any(column < len(each.cells) and not is_empty(each.cells[column]) for each in below) for column in headings
        )
        distinct = len({fold_heading(text) for text in headings.values()}) / len(headings)
        known = self.known(headings)
        labels = sum(text.rstrip().endswith((":", "：")) for text in headings.values())
        score = 3.0 * known + 1.0 * typed + 0.4 * min(len(headings), 15) + 0.3 * min(covered, 15) + 2 * distinct
        if len(headings) == 1 and len(filled) == 1:
            score -= 3.0
        score -= 2.0 * max(0, self.full_above(place, headings) - MOST_LINES)
        return score - 4.0 * labels - 0.02 * place

    def full_above(self, place: int, columns: Collection[int]) -> int:
        """Return how many rows above fill the same columns: more than the lines of a heading are rows of data."""
        return sum(
            all(column < len(row.cells) and not is_empty(row.cells[column]) for column in columns)
            for row in self.rows[:place]
        )

    def shape(self, place: int, score: float) -> TableShape | None:
        first, last = self.extent(place)
        lines = list(range(first, last + 1))
        columns = self.columns(lines, place)
        if not columns:
            return None
        headings = self.headings(lines, columns)
        above = self.rows[:first]
        shape = TableShape(
            heading_rows=tuple(self.rows[line].number for line in lines),
            first_row=self.rows[last].number + 1,
            headings=headings,
            titles=(*(text for texts in self.texts[:first] for text in texts.values()), self.outline.name),
            labels=tuple(labels_in(above, self.is_known)),
            wide_rows=frozenset(
                top
                for top, spans in self.across.items()
                if any(right - left >= max(2, len(columns) // 2) for left, right in spans)
            ),
            down=self.merged_down(self.rows[last].number, columns),
            score=score,
        )
        return _with_core(shape, self.rows[last + 1 : last + 41])

    def merged_down(self, heading: int, columns: Sequence[int]) -> tuple[tuple[int, int, int], ...]:
        return tuple(
            (top, bottom, left)
            for top, left, bottom, right in self.outline.merged
            if top > heading and bottom > top and left == right and left in columns
        )

    # The lines of a heading

    def extent(self, place: int) -> tuple[int, int]:
        """Return the first and the last line of the heading of which one is known."""
        first = last = place
        while first > 0 and place - first < 3 and self.belongs_above(first - 1, first):
            first -= 1
        while last + 1 < len(self.rows) and last - place < 2 and self.belongs_below(last, last + 1):
            last += 1
        return first, last

    def belongs_above(self, upper: int, lower: int) -> bool:
        """Tell whether a row is a line of the heading over the line below it."""
        above, own = self.texts[upper], self.texts[lower]
        if not own or not self.is_line(upper) or self.rows[lower].number - self.rows[upper].number > 1:
            return False
        if any(text.rstrip().endswith((":", "：")) for text in above.values()):
            return False
        left, right = min(own), max(own)
        number = self.rows[upper].number
        spans = [span for span in self.across.get(number, ()) if span[0] >= left and span[1] <= max(right, span[0])]
        if any(right_ - left_ < right - left for left_, right_ in spans if left_ in above):
            return True
        if self.down.get(number, set()) & set(above):
            return True
        inside = {column for column in above if left <= column <= right or column < left}
        if len(above) == 1 and len(own) > 2:
            return False  # a title
        repeated = [count for count in Counter(map(fold_heading, own.values())).values() if count > 1]
        if repeated and len(inside) >= 2:
            return True
        together = {column: f"{above.get(column, '')} {own.get(column, '')}".strip() for column in above | own}
        return self.known(together) > max(self.known(own), self.known(above)) and len(inside) >= 2

    def belongs_below(self, upper: int, lower: int) -> bool:
        """Tell whether a row is a further line of the heading above it, such as "done" and "valid until" by turns."""
        own, below = self.texts[upper], self.texts[lower]
        if not own or not self.is_line(lower) or self.rows[lower].number - self.rows[upper].number > 1:
            return False
        left = {column for column in own if self.is_known(own[column])}
        leading = min(own)
        number = self.rows[upper].number
        if leading not in below and self.down.get(number, set()) & {leading}:
            return True
        if leading in below:
            together = {column: f"{own.get(column, '')} {below.get(column, '')}".strip() for column in own | below}
            return self.known(together) > max(self.known(own), self.known(below)) and lower + 1 < len(self.rows)
        following = self.rows[lower + 1 : lower + 1 + BELOW]
        led = sum(leading < len(row.cells) and not is_empty(row.cells[leading]) for row in following)
        return (
            led > len(following) // 2 and not any(_is_mark(text) for text in below.values()) and not left & set(below)
        )

    def is_line(self, place: int) -> bool:
        row, texts = self.rows[place], self.texts[place]
        filled = sum(not is_empty(value) for value in row.cells)
        return bool(texts) and len(texts) == filled and all(_like_heading(text) for text in texts.values())

    # Its columns

    def columns(self, lines: Sequence[int], place: int) -> list[int]:
        """Return the columns of the table: those with a heading, and those without one that hold data between them."""
        headed = {column for line in lines for column in self.texts[line]}
        for line in lines:
            for left, right in self.across.get(self.rows[line].number, ()):
                if left in headed:
                    headed.update(range(left, right + 1))
        below = self.rows[lines[-1] + 1 : lines[-1] + 51]
        filled = Counter(column for row in below for column, value in enumerate(row.cells) if not is_empty(value))
        if not headed:
            return []
        first, last = min(headed), max(headed)
        while filled[last + 1] > len(below) // 3:  # values go on where the heading is empty
            last += 1
        most = max(filled.values(), default=0)
        columns = [column for column in range(first, last + 1) if column in headed or filled[column]]
        return _without_neighbours(columns, filled, most)

    def headings(self, lines: Sequence[int], columns: Sequence[int]) -> tuple[Heading, ...]:
        spread = [self.spread(line, columns, is_last=line == lines[-1]) for line in lines]
        hidden = self.outline.hidden_columns
        found = []
        for column in columns:
            parts = [texts[column] for texts in spread if column in texts]
            own = spread[-1].get(column, "")
            above = " ".join(dict.fromkeys(texts[column] for texts in spread[:-1] if column in texts))
            text = " ".join(dict.fromkeys(parts))
            lines_ = tuple(texts.get(column, "") for texts in spread)
            found.append(Heading(column, text, above, own, lines_, column in hidden))
        return tuple(found)

    def spread(self, line: int, columns: Sequence[int], *, is_last: bool) -> dict[int, str]:
        """Return the texts of a line of headings, each over all columns that it stands over."""
        texts = dict(self.texts[line])
        spans = self.across.get(self.rows[line].number, ())
        for left, right in spans:
            if left in texts:
                texts.update(dict.fromkeys(range(left, right + 1), texts[left]))
        if is_last or spans:
            return texts
        below = self.texts[line + 1]
        repeated = {word for word, count in Counter(map(fold_heading, below.values())).items() if count > 1}
        last = ""
        for column in columns:
            if column in texts:
                last = texts[column]
            elif last and fold_heading(below.get(column, "")) in repeated:
                texts[column] = last  # the file keeps no merged cells
            else:
                last = ""
        return texts


def _texts(row: GridRow) -> dict[int, str]:
    return {
        column: text_of(value)
        for column, value in enumerate(row.cells)
        if isinstance(value, str) and not is_empty(value)
    }


def _like_heading(text: str) -> bool:
    if len(text) > LONGEST_HEADING or (not any(map(str.isalpha, text)) and text not in {"#", "№"}):
        return False
    return read_day(text).what not in {DayWhat.DAY, DayWhat.OPEN, DayWhat.MONTH} and "@" not in text


def _is_typed(row: GridRow, column: int) -> bool:
    """Tell whether a cell holds what no heading does: a number, a day, or a text made of figures."""
    if column >= len(row.cells):
        return False
    value = row.cells[column]
    if isinstance(value, str):
        return any(map(str.isdecimal, value)) and not COURSE_CODE.fullmatch(value)
    return value is not None


def _is_mark(text: str) -> bool:
    return len(text) <= 2 or (any(map(str.isdecimal, text)) and not COURSE_CODE.search(text))


def _without_neighbours(columns: list[int], filled: Counter[int], most: int) -> list[int]:
    """Leave out what stands beside the table after an empty column, such as a legend."""
    for place in range(1, len(columns)):
        if columns[place] - columns[place - 1] > 1:
            rest = columns[place:]
            if max(filled[column] for column in rest) < 0.3 * most:
                return columns[:place]
            if place <= len(columns) // 2 and max(filled[column] for column in columns[:place]) < 0.3 * most:
                return columns[place:]
    return columns


def _with_core(shape: TableShape, rows: Sequence[GridRow]) -> TableShape:
    columns = [each.index for each in shape.headings]
    full = [
        row
        for row in rows
        if sum(column < len(row.cells) and not is_empty(row.cells[column]) for column in columns) > 1
    ] or list(rows)
    core, figures = set(), set()
    for column in columns:
        values = [row.cells[column] for row in full if column < len(row.cells) and not is_empty(row.cells[column])]
        if full and len(values) >= CORE_SHARE * len(full):
            core.add(column)
            with_figures = sum(
                number_of(value) is not None or any(map(str.isdecimal, text_of(value))) for value in values
            )
            if with_figures >= 0.8 * len(values):
                figures.add(column)
    return replace(shape, core=frozenset(core), with_figures=frozenset(figures))
