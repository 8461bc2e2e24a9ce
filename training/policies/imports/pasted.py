"""Rows that were copied from a spreadsheet and pasted (I12): found, guessed and read as the rows of a file are."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from training.core.imports.declaration import ImportKind
from training.core.imports.rows import DraftRow
from training.core.refusals import Invalid
from training.core.tables.grid import GridRow, SheetOutline, Value
from training.policies.imports.asking import told_by_cells
from training.policies.imports.facts import ColumnFacts, Look, TableFacts, gather
from training.policies.imports.folding import fold_heading
from training.policies.imports.guessing import guess_tables
from training.policies.imports.plan import ReadingPlan
from training.policies.imports.questions import Answers, Question, key_of
from training.policies.imports.shape import Heading, TableShape, find_tables
from training.policies.imports.tables import ColumnUse, TableLayout, TableUse
from training.policies.imports.values.days import read_day
from training.policies.imports.values.names import NameOrder
from training.policies.imports.vocabulary import Vocabulary

MOST_ROWS = 200
MOST_COLUMNS = 40
LONGEST_TEXT = 200_000  # characters
LONGEST_CELL = 2_000
SHEET = 0
SAMPLES = 3
MOST = 0.8  # share of values from which a column is taken for what they are
PAIR = 2
DAYS = ("completed_on", "expires_on")
FIRST_YEAR = 1900


class PasteUnusable(Invalid):
    """There are no rows in what was pasted, or too many to be looked at one by one (400)."""


@dataclass(frozen=True)
class PastedColumn:
    """A column of what was pasted: its heading, if it has one, some of its values, and what it was taken for."""

    index: int
    heading: str
    samples: Sequence[str]
    use: str
    is_vague: bool


@dataclass(frozen=True)
class Pasted:
    """What was pasted, as it was understood.

    Attributes:
        rows: as they were read; what could not be read stands in their problems.
        columns: of the table, with what each was taken for.
        questions: what a person has to say before all cells can be read, answered or not.
    """

    rows: Sequence[DraftRow]
    columns: Sequence[PastedColumn]
    questions: Sequence[Question]


def cells_of(text: str) -> list[GridRow]:
    """Return pasted text as rows of cells: as it is copied, with tabs between cells and quotes around several lines.

    Raises:
        PasteUnusable: there is nothing in it, or more than a person looks at one by one.
    """
    if len(text) > LONGEST_TEXT:
        raise _unusable(_("This is too much to look at row by row. Bring it in with Import instead."))
    lines = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter="\t")
    rows = []
    try:
        for number, line in enumerate(lines, start=1):
            cells = [cell.strip()[:LONGEST_CELL] or None for cell in line[:MOST_COLUMNS]]
            if any(cells):
                rows.append(GridRow(number, tuple(cells)))
    except csv.Error:
        raise _unusable(_("These rows cannot be read. Copy them in the spreadsheet once more.")) from None
    if not rows:
        raise _unusable(_("Nothing was pasted. Copy the rows in the spreadsheet, and paste them here."))
    if len(rows) > MOST_ROWS + 1:
        text = _(
            "These are %(rows)d rows. At most %(most)d are looked at one by one: bring them in with Import instead."
        )
        raise _unusable(text % {"rows": len(rows), "most": MOST_ROWS})
    return rows


Knows = Mapping[str, Callable[[str], bool]]  # by column, whether a text names such a thing of the site


def read_pasted(
    text: str,
    kind: ImportKind,
    vocabulary: Vocabulary,
    *,
    knows: Knows,
    columns: Sequence[str] | None,
    answers: Answers,
    today: date,
) -> Pasted:
    """Return what pasted rows say.

    Args:
        knows: by it columns without a heading are told: those whose texts are known.
        columns: what each column is, by the names of the kind's columns, where a person has said it; an empty name
            where a column is not used. None: as it is guessed.
        answers: by the keys of questions.
        today: of the site.

    Raises:
        PasteUnusable: as `cells_of`.
    """
    rows = cells_of(text)
    shape = _shape(rows, kind, vocabulary)
    facts = gather(shape, rows)
    if columns is not None:
        uses = [ColumnUse(each.index, name) for each, name in _beside(shape.headings, columns)]
    elif shape.heading_rows:
        uses = _by_headings(shape, facts, kind, vocabulary)
    else:
        uses = _by_contents(rows, facts, knows)
    table = TableUse(sheet=SHEET, name="", shape=shape, layout=TableLayout.LIST, columns=uses)
    told = {**_NAMES, **told_by_cells(kind, [table], {SHEET: facts}), **answers}
    plan = ReadingPlan(kind, [table], told, today=today)
    asked = [each for each in plan.questions({SHEET: facts}) if each.key not in _NAMES]
    return Pasted(
        rows=list(plan.rows(SHEET, rows)),
        columns=[_column(use, shape, facts) for use in uses],
        questions=[each for each in asked if each.key in answers or each.key not in told],
    )


# Workers are found by their badge, or by all words of their name in any order: it is not asked which is the last name.
_NAMES = {key_of(SHEET, "full_name", "names"): NameOrder.FIRST_LAST.value}


def _shape(rows: Sequence[GridRow], kind: ImportKind, vocabulary: Vocabulary) -> TableShape:
    """Return where the headings are, if any were copied: only what is known as a heading of the kind is one."""
    width = max(len(row.cells) for row in rows)
    found = find_tables(SheetOutline("", rows[-1].number, width), rows, vocabulary)
    shape = found[0] if found else None
    if shape is None or not any(_is_known(each, kind, vocabulary) for each in shape.headings):
        headed = rows[0] if len(rows) > 1 else None
        texts = [str(cell or "") for cell in headed.cells] if headed else []
        known = [Heading(index, text, own=text, lines=(text,)) for index, text in enumerate(texts)]
        if headed is None or not any(_is_known(each, kind, vocabulary) for each in known):
            return TableShape((), rows[0].number, tuple(Heading(index, "") for index in range(width)))
        shape = TableShape((headed.number,), headed.number + 1, tuple(known))
    named = {each.index for each in shape.headings}
    more = (Heading(index, "") for index in range(width) if index not in named)
    return replace(shape, headings=tuple(sorted((*shape.headings, *more), key=lambda each: each.index)))


def _is_known(heading: Heading, kind: ImportKind, vocabulary: Vocabulary) -> bool:
    texts = (fold_heading(heading.text), fold_heading(heading.own))
    return any(known.kind == kind.name for text in texts if text for known in vocabulary.words.get(text, ()))


def _by_headings(shape: TableShape, facts: TableFacts, kind: ImportKind, vocabulary: Vocabulary) -> list[ColumnUse]:
    guesses = guess_tables(shape, facts, vocabulary, kind=kind.name)
    best = next((guess for guess in guesses if guess.layout is TableLayout.LIST), None)
    known = {use.index: use for use in best.uses} if best else {}
    return [known.get(each.index, ColumnUse(each.index, "")) for each in shape.headings]


def _by_contents(rows: Sequence[GridRow], facts: TableFacts, knows: Knows) -> list[ColumnUse]:
    """Return what columns without a heading are, as far as their cells tell it for certain.

    Of two columns of days that of the earlier days is the completion, if that holds in every row: nothing expires
    before it is completed. What other columns of days are has to be asked.
    """
    uses = {index: ColumnUse(index, "") for index in sorted(facts.columns)}
    figures = (Look.CODE, Look.WHOLE)  # a badge could be a day that a spreadsheet has counted
    days = [index for index, seen in facts.columns.items() if seen.day_share >= MOST and not seen.share(*figures)]
    taken: set[str] = set()
    for index in sorted(facts.columns):
        name = "" if index in days else _told(facts.columns[index], knows)
        if name and name not in taken:
            taken.add(name)
            uses[index] = ColumnUse(index, name)
    if len(days) == PAIR and _rise(rows, *sorted(days)):
        uses |= {index: ColumnUse(index, name) for index, name in zip(sorted(days), DAYS, strict=True)}
    else:
        uses |= {index: ColumnUse(index, name, is_vague=True) for index, name in zip(sorted(days), DAYS, strict=False)}
    return list(uses.values())


def _told(seen: ColumnFacts, knows: Knows) -> str:
    values = [str(each.value) for each in (seen.distinct or {}).values()]
    for name, is_known in knows.items():
        if values and sum(map(is_known, values)) >= MOST * len(values):
            return name
    if seen.share(Look.CODE, Look.WHOLE) >= MOST:
        return "badge_id"
    return "full_name" if seen.share(Look.NAME, Look.COMMA_NAME) >= MOST else ""


def _rise(rows: Sequence[GridRow], first: int, second: int) -> bool:
    """Tell whether the first of two columns of days holds the earlier one wherever both are clear."""
    long = [row for row in rows if len(row.cells) > max(first, second)]
    pairs = [(_clear(row.cells[first], is_begin=True), _clear(row.cells[second], is_begin=False)) for row in long]
    clear = [(begin, end) for begin, end in pairs if begin is not None and end is not None]
    return bool(clear) and all(begin <= end for begin, end in clear)


def _clear(cell: Value, *, is_begin: bool) -> date | None:
    """Return the day of a cell; where its order is open, the last of the year for a begin, the first for an end."""
    reading = read_day(cell)
    if reading.day is not None:
        return reading.day
    years = [number for number in reading.numbers if number >= FIRST_YEAR]
    return (date(years[0], 12, 31) if is_begin else date(years[0], 1, 1)) if years else None


def _beside(headings: Sequence[Heading], columns: Sequence[str]) -> list[tuple[Heading, str]]:
    named = dict(enumerate(columns))
    return [(each, named.get(each.index, "")) for each in headings]


def _column(use: ColumnUse, shape: TableShape, facts: TableFacts) -> PastedColumn:
    samples = facts.columns[use.index].samples[:SAMPLES]
    return PastedColumn(use.index, shape.heading(use.index).text, samples, use.column, use.is_vague)


def _unusable(sentence: str) -> PasteUnusable:
    return PasteUnusable.of_fields({"text": [sentence]})
