"""Questions about values (I4): units of lengths of time, and marks, each asked about once wherever it stands."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from training.core.imports.declaration import ImportColumn, ImportKind, Reads
from training.core.tables.grid import cell_name
from training.policies.import_words import FIRST_NAME, LAST_NAME
from training.policies.imports.facts import ColumnFacts
from training.policies.imports.folding import fold_heading
from training.policies.imports.questions import LEAVE_OUT, NOTHING, Json, Option, Question, QuestionKind, key_of
from training.policies.imports.readers import DAY_LENGTH, units_of
from training.policies.imports.tables import ColumnUse, TableUse
from training.policies.imports.used import Used
from training.policies.imports.values.choices import key_of_mark, words_of_choices
from training.policies.imports.values.names import NameOrder
from training.policies.imports.values.spans import SpanUnit, read_span, told_unit, unit_in

NAMED = 5
MOST_MARKS = 60  # a column with more different values is no column of marks
NEAR = 80  # how similar a value and a word are from which it is proposed
DAY_LENGTHS = (480, 450, 420, 360)


def told_unit_of(column: ImportColumn, table: TableUse, use: ColumnUse, seen: ColumnFacts) -> SpanUnit | None:
    """Return the unit of the bare numbers of a column, as its heading or the numbers tell it."""
    units = units_of(column)
    named = unit_in(table.shape.heading(use.index).text)
    if named in units:
        return named
    return told_unit(sorted(seen.bare_numbers), units) if seen.bare_numbers else None


def units(table: TableUse, used: Used) -> list[Question]:
    """Ask for the unit of bare numbers where neither the heading nor the numbers tell it."""
    found = []
    for use, column, seen in used:
        if column.reads not in {Reads.MONTHS, Reads.MINUTES} or not any(seen.bare_numbers):
            continue
        if told_unit_of(column, table, use, seen) is not None:
            continue
        bare = [value for value in (seen.distinct or {}).values() if _is_bare(column, value.value)]
        rows = [row for value in bare for row in value.rows]
        found.append(
            Question(
                key=key_of(table.sheet, column.name, "unit"),
                kind=QuestionKind.UNIT,
                sheet=table.sheet,
                column=column.name,
                value=str(min(number for number in seen.bare_numbers if number)),
                text=_("Numbers stand here without a unit. What do they count?"),
                options=tuple(
                    Option(unit.value, _UNIT_LABELS()[unit]) for unit in SpanUnit if unit in units_of(column)
                ),
                cells=[cell_name(use.index, row, sheet=table.name) for row in rows[:NAMED]],
                count=sum(value.count for value in bare),
            )
        )
    return found


def _UNIT_LABELS() -> dict[SpanUnit, str]:  # noqa: N802
    return {
        SpanUnit.MINUTES: _("minutes"),
        SpanUnit.HOURS: _("hours"),
        SpanUnit.DAYS: _("days"),
        SpanUnit.WEEKS: _("weeks"),
        SpanUnit.MONTHS: _("months"),
        SpanUnit.YEARS: _("years"),
    }


def _is_bare(column: ImportColumn, value: Json) -> bool:
    span = read_span(value, units_of(column))
    return span is not None and span.unit is None and span.amount != 0


def day_length(kind: ImportKind, every: Sequence[tuple[TableUse, Used]]) -> list[Question]:
    """Ask how long a day of training is, where durations are told in days."""
    cells: list[str] = []
    count, text = 0, ""
    for table, used in every:
        for use, column, seen in used:
            if column.reads is not Reads.MINUTES:
                continue
            are_days = told_unit_of(column, table, use, seen) is SpanUnit.DAYS
            for value in (seen.distinct or {}).values():
                span = read_span(value.value, units_of(column))
                if span and span.amount and (span.unit is SpanUnit.DAYS or (are_days and span.unit is None)):
                    count += value.count
                    text = text or str(value.value)
                    cells += [cell_name(use.index, row, sheet=table.name) for row in value.rows]
    if not count:
        return []
    return [
        Question(
            key=DAY_LENGTH,
            kind=QuestionKind.DAY_LENGTH,
            column="duration_minutes" if "duration_minutes" in kind.names else "",
            value=text,
            text=_("Durations are told in days, as in “%(text)s”. How many minutes has a day of training?")
            % {"text": text},
            options=tuple(Option(minutes, _("%(minutes)d minutes") % {"minutes": minutes}) for minutes in DAY_LENGTHS),
            takes="number",
            cells=cells[:NAMED],
            count=count,
        )
    ]


def marks(every: Sequence[tuple[TableUse, Used]]) -> list[Question]:
    """Ask about each value of columns of choices and of lengths of time that is not known, once wherever it stands."""
    found: dict[str, Question] = {}
    for table, used in every:
        for use, column, seen in used:
            if column.reads not in {Reads.CHOICE, Reads.MONTHS, Reads.MINUTES} or seen.distinct is None:
                continue
            unknown = [value for value in seen.distinct.values() if not _is_known(column, value.value)]
            if len(unknown) > MOST_MARKS:
                continue
            for value in unknown:
                key = key_of("mark", column.name, key_of_mark(value.value))
                cells = [cell_name(use.index, row, sheet=table.name) for row in value.rows]
                known = found.get(key)
                if known is None:
                    found[key] = _mark_question(column, str(value.value), key, cells, value.count)
                else:
                    together = (*known.cells, *cells)[:NAMED]
                    found[key] = _with(known, cells=together, count=known.count + value.count)
    return list(found.values())


def _with(question: Question, *, cells: Sequence[str], count: int) -> Question:
    return Question(
        key=question.key, kind=question.kind, column=question.column, value=question.value, text=question.text,
        options=question.options, takes=question.takes, proposal=question.proposal, cells=cells, count=count,
    )  # fmt: skip


def _is_known(column: ImportColumn, value: Json) -> bool:
    if column.reads is Reads.CHOICE:
        return key_of_mark(value) in words_of_choices(column)
    return read_span(value, units_of(column)) is not None


def _mark_question(column: ImportColumn, text: str, key: str, cells: Sequence[str], count: int) -> Question:
    is_choice = column.reads is Reads.CHOICE
    options = [Option(choice.value, str(choice.label)) for choice in column.choices]
    return Question(
        key=key,
        kind=QuestionKind.MARK,
        column=column.name,
        value=text,
        text=_("What does “%(text)s” mean in the column %(column)s?") % {"text": text, "column": column.label},
        options=(
            *options,
            Option(NOTHING, _("Nothing: as if the cell were empty")),
            Option(LEAVE_OUT, _("Leave these rows out")),
        ),
        takes="" if is_choice else "number",
        proposal=_nearest(column, text) if is_choice else None,
        cells=cells[:NAMED],
        count=count,
    )


def _nearest(column: ImportColumn, text: str) -> Json:
    known = words_of_choices(column)
    near = process.extractOne(key_of_mark(text), [word for word in known if len(word) > 3], scorer=fuzz.ratio)
    return known[near[0]] if near and near[1] >= NEAR else None


_FIRST = frozenset(fold_heading(word) for said in FIRST_NAME.values() for word in said)
_LAST = frozenset(fold_heading(word) for said in LAST_NAME.values() for word in said)
_SURELY_LAST = _LAST - _FIRST


def order_in_heading(heading: str) -> Json:
    """Return the order of names that a heading says, such as "Nazwisko i imię". Few heed it: it is only proposed."""
    words = fold_heading(heading).split()
    firsts = [place for place, word in enumerate(words) if word in _FIRST]
    lasts = [place for place, word in enumerate(words) if word in _SURELY_LAST]
    if not firsts or not lasts:
        return None
    return (NameOrder.LAST_FIRST if lasts[0] < firsts[-1] else NameOrder.FIRST_LAST).value
