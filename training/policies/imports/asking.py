"""Which questions the tables of an import raise, and what their cells tell without a question (I4)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from training.core.imports.declaration import ImportColumn, ImportKind, MonthMeans, Reads
from training.core.tables.grid import cell_name
from training.core.words import day as day_in_words
from training.policies.imports import people_asked, styles_asked, values_asked
from training.policies.imports.facts import ColumnFacts, TableFacts
from training.policies.imports.questions import LEAVE_OUT, Json, Option, Question, QuestionKind, key_of
from training.policies.imports.tables import ColumnUse, TableLayout, TableUse
from training.policies.imports.used import used_columns
from training.policies.imports.values.day_columns import DayCell, DayFacts
from training.policies.imports.values.days import DayOrder, day_in_order, read_day

NAMED = 5
COMMON_WINDOWS = (2000, 1950)


@dataclass
class _Asked:
    """The cells of a question, gathered over the columns that share it."""

    count: int = 0
    cells: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    orders: set[DayOrder] = field(default_factory=set)

    def add(self, table: TableUse, index: int, cells: Iterable[tuple[int, str]], count: int) -> None:
        self.count += count
        for row, text in cells:
            if len(self.cells) < NAMED:
                self.cells.append(cell_name(index, row, sheet=table.name))
                self.texts.append(text)


def told_by_cells(kind: ImportKind, tables: Sequence[TableUse], facts: Mapping[int, TableFacts]) -> dict[str, Json]:
    """Return what the cells of the columns tell by themselves, in the form of answers."""
    told: dict[str, Json] = {}
    for table in tables:
        above, uses = people_asked.names_above(kind, table)
        order_above = above.told_order()
        if order_above is not None:
            told.update({key_of(table.sheet, use.index, "names"): order_above.value for use in uses})
        for use, column, seen in used_columns(kind, table, facts):
            if column.reads is Reads.DAY:
                told.update(_told_days(table, use, seen.days))
            elif column.reads is Reads.FULL_NAME:
                order = seen.names.told_order()
                if order is not None:
                    told[key_of(table.sheet, use.index, "names")] = order.value
            elif column.reads in {Reads.MONTHS, Reads.MINUTES}:
                unit = values_asked.told_unit_of(column, table, use, seen)
                if unit is not None:
                    told[key_of(table.sheet, use.index, "unit")] = unit.value
    return told


def _told_days(table: TableUse, use: ColumnUse, days: DayFacts) -> dict[str, Json]:
    told: dict[str, Json] = {}
    for subject, is_dotted in (("order.dotted", True), ("order.plain", False)):
        order = days.told_order(is_dotted)
        if order is not None:
            told[key_of(table.sheet, use.index, subject)] = order.value
    window = days.told_window()
    if window is not None:
        told[key_of(table.sheet, use.index, "window")] = window
    if not days.asks_swapped():
        told[key_of(table.sheet, use.index, "swapped")] = False
    return told


def meaning_key(table: TableUse, use: ColumnUse) -> str:
    """Return the key of the question what a column with a vague heading means: one for all cells of a grid."""
    return key_of(table.sheet, "cells" if use.head else use.index, "meaning")


def questions_about(
    kind: ImportKind, tables: Sequence[TableUse], facts: Mapping[int, TableFacts], *, today: date
) -> Sequence[Question]:
    """Return the questions, those about columns first; each stands once, for all of its cells."""
    found: list[Question] = []
    for table in tables:
        found += _constants(kind, table)
        found += _meanings(kind, table, facts, today)
        found += _repeated(kind, table)
        found += _days(kind, table, facts)
        found += people_asked.names(kind, table, used_columns(kind, table, facts))
        found += people_asked.badges(table, used_columns(kind, table, facts))
        found += values_asked.units(table, used_columns(kind, table, facts))
    every = [(table, used_columns(kind, table, facts)) for table in tables]
    found += values_asked.day_length(kind, every)
    found += values_asked.marks(every)
    found += styles_asked.styles(kind, [(table, facts[table.sheet]) for table in tables if table.sheet in facts])
    return found


def _constants(kind: ImportKind, table: TableUse) -> list[Question]:
    found = []
    for name, value in table.constants.items():
        if name not in kind.names:
            continue
        words = {"value": value, "column": kind.column(name).label}
        said = _("“%(value)s” stands above the table. Is it the %(column)s of all its rows?") % words
        unsaid = _("The table does not say it: what is the %(column)s of all its rows?") % words
        options = (Option(value, value), Option("", _("No, it says nothing about the rows")))
        found.append(
            Question(
                key=key_of(table.sheet, "constant", name),
                kind=QuestionKind.CONSTANT,
                sheet=table.sheet,
                column=name,
                value=value,
                text=said if value else unsaid,
                options=options if value else (),
                takes="text",
                proposal=value or None,
                count=1,
            )
        )
    return found


def _meanings(kind: ImportKind, table: TableUse, facts: Mapping[int, TableFacts], today: date) -> list[Question]:
    """Ask what days are where their heading says only "Date", or where only a course stands above them."""
    vague: dict[str, list[tuple[ColumnUse, ColumnFacts]]] = defaultdict(list)
    for use, _column, seen in used_columns(kind, table, facts):
        if use.is_vague:
            vague[meaning_key(table, use)].append((use, seen))
    options = tuple(
        Option(column.name, str(column.label))
        for column in kind.columns
        if column.vague_words and column.reads is Reads.DAY
    )
    found = []
    for key, columns in vague.items():
        asked = _Asked()
        for use, seen in columns:
            cells = [(cell.row, cell.text) for cell in _some_days(seen.days)]
            asked.add(table, use.index, cells, seen.filled)
        found.append(
            Question(
                key=key,
                kind=QuestionKind.MEANING,
                sheet=table.sheet,
                column=columns[0][0].column,
                value=table.shape.heading(columns[0][0].index).text,
                text=_("What are the days in these cells?"),
                options=(*options, Option(LEAVE_OUT, _("Neither: leave them out"))),
                proposal=_proposed_meaning(kind, [seen for _use, seen in columns], today),
                cells=asked.cells,
                count=asked.count,
            )
        )
    return found


def _proposed_meaning(kind: ImportKind, columns: Sequence[ColumnFacts], today: date) -> Json:
    """Propose the column that may lie ahead where days of years to come are among them: none of those is done."""
    if any(year > today.year for seen in columns for year in seen.days.years):
        ends = [column.name for column in kind.columns if column.vague_words and column.may_lie_ahead]
        return ends[0] if len(ends) == 1 else None
    return None


def _some_days(days: DayFacts) -> list[DayCell]:
    return days.cells.get("any", [])


def _repeated(kind: ImportKind, table: TableUse) -> list[Question]:
    """Ask which column counts where several are the same, such as a course that stands twice above a matrix."""
    same: dict[tuple[str, str], list[ColumnUse]] = defaultdict(list)
    for use in table.columns:
        if use.column in kind.names and not (use.head and table.layout is TableLayout.SIDEWAYS):
            same[use.column, use.head].append(use)
    rows = table.shape.heading_rows or (table.shape.first_row,)
    return [
        Question(
            key=key_of(table.sheet, "repeated", column, head),
            kind=QuestionKind.REPEATED,
            sheet=table.sheet,
            column=column,
            value=head or str(kind.column(column).label),
            text=_("“%(heading)s” stands above several columns. Which of them counts?")
            % {"heading": head or kind.column(column).label},
            options=tuple(Option(use.index, cell_name(use.index, rows[0], sheet=table.name)) for use in uses),
            cells=[cell_name(use.index, rows[0], sheet=table.name) for use in uses[:NAMED]],
            count=len(uses),
        )
        for (column, head), uses in same.items()
        if len(uses) > 1
    ]


def _days(kind: ImportKind, table: TableUse, facts: Mapping[int, TableFacts]) -> list[Question]:
    found: list[Question] = []
    by_column: dict[str, list[tuple[ColumnUse, ImportColumn, ColumnFacts]]] = defaultdict(list)
    for use, column, seen in used_columns(kind, table, facts):
        if column.reads is Reads.DAY:
            by_column[column.name].append((use, column, seen))
    every = [each for columns in by_column.values() for each in columns]
    for name, columns in by_column.items():
        for subject, is_dotted in (("order.dotted", True), ("order.plain", False)):
            asked = _gathered(
                table, columns, f"open {is_dotted}", lambda days, dotted=is_dotted: days.asks_order(dotted)
            )
            if asked.count:
                proposal = _order_elsewhere(every, is_dotted)
                found.append(_order_question(table, name, subject, asked, proposal))
        asked = _gathered(table, columns, "short", DayFacts.asks_window)
        if asked.count:
            found.append(_century_question(table, name, columns, asked))
        asked = _gathered(table, columns, "month", DayFacts.asks_months)
        if asked.count:
            is_vague = any(use.is_vague for use, _column, _seen in columns)
            found.append(_month_question(table, columns[0][1], asked, is_vague=is_vague))
        asked = _gathered(table, columns, "true", DayFacts.asks_swapped)
        if asked.count:
            found.append(_swapped_question(table, name, asked))
    return found


def _gathered(table, columns, subject, asks) -> _Asked:  # type: ignore[no-untyped-def]
    asked = _Asked()
    for use, _column, seen in columns:
        if asks(seen.days):
            asked.add(
                table,
                use.index,
                [(cell.row, cell.text) for cell in seen.days.cells.get(subject, ())],
                seen.days.counts[subject],
            )
            if subject.startswith("open"):
                for orders in seen.days.orders[subject == "open True"]:
                    asked.orders |= orders
    return asked


def _order_elsewhere(columns: Sequence[tuple[ColumnUse, ImportColumn, ColumnFacts]], is_dotted: bool) -> Json:
    """Return the order that other columns of the same table tell, as a proposal."""
    told = {seen.days.told_order(is_dotted) for _use, _column, seen in columns} - {None}
    return next(iter(told)).value if len(told) == 1 else None  # type: ignore[union-attr]  # None was taken out


def _order_question(table: TableUse, column: str, subject: str, asked: _Asked, proposal: Json) -> Question:
    numbers = read_day(asked.texts[0]).numbers
    options = []
    for order in DayOrder:
        found = day_in_order(numbers, order, window=2000) if order in asked.orders and len(numbers) == 3 else None
        if order in asked.orders:
            shown = (
                _("%(text)s is %(day)s") % {"text": asked.texts[0], "day": day_in_words(found)} if found else str(order)
            )
            options.append(Option(order.value, shown))
    return Question(
        key=key_of(table.sheet, column, subject),
        kind=QuestionKind.DAY_ORDER,
        sheet=table.sheet,
        column=column,
        value=asked.texts[0],
        text=_("Which day is “%(text)s”? The other cells do not tell.") % {"text": asked.texts[0]},
        options=options,
        proposal=proposal,
        cells=asked.cells,
        count=asked.count,
    )


def _century_question(
    table: TableUse, column: str, columns: Sequence[tuple[ColumnUse, ImportColumn, ColumnFacts]], asked: _Asked
) -> Question:
    years = {year for _use, _column, seen in columns for year in seen.days.short_years}
    return Question(
        key=key_of(table.sheet, column, "window"),
        kind=QuestionKind.CENTURY,
        sheet=table.sheet,
        column=column,
        value=asked.texts[0],
        text=_("Years have two figures here, as in “%(text)s”. Which hundred years are meant?")
        % {"text": asked.texts[0]},
        options=tuple(
            Option(first, _("%(first)d to %(last)d") % {"first": first, "last": first + 99}) for first in COMMON_WINDOWS
        ),
        takes="number",
        proposal=2000 if max(years) < 50 else 1950,
        cells=asked.cells,
        count=asked.count,
    )


def _month_question(table: TableUse, column: ImportColumn, asked: _Asked, *, is_vague: bool) -> Question:
    return Question(
        key=key_of(table.sheet, column.name, "month"),
        kind=QuestionKind.MONTH,
        sheet=table.sheet,
        column=column.name,
        value=asked.texts[0],
        text=_("These cells hold a month and no day. Which day is meant?"),
        options=(
            Option(MonthMeans.FIRST_DAY.value, _("the first day of the month")),
            Option(MonthMeans.LAST_DAY.value, _("the last day of the month")),
            Option(LEAVE_OUT, _("none: leave these cells out")),
        ),
        proposal=None if is_vague else column.month.value,
        cells=asked.cells,
        count=asked.count,
    )


def _swapped_question(table: TableUse, column: str, asked: _Asked) -> Question:
    return Question(
        key=key_of(table.sheet, column, "swapped"),
        kind=QuestionKind.SWAPPED,
        sheet=table.sheet,
        column=column,
        value=asked.texts[0],
        text=_(
            "No date in this column is after the 12th, and all texts in it are. A spreadsheet may have turned day and "
            "month around. Has it?"
        ),
        options=(
            Option(False, _("No, the dates are right")),
            Option(True, _("Yes, turn day and month back")),
        ),
        cells=asked.cells,
        count=asked.count,
    )
