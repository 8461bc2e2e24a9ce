"""Questions about colours, struck texts and hidden rows (I2): asked once each; nothing is taken from them silently."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from training.core.imports.declaration import ImportKind
from training.core.tables.grid import cell_name
from training.policies.imports.facts import Colour, TableFacts
from training.policies.imports.questions import KEEP, LEAVE_OUT, Option, Question, QuestionKind, key_of
from training.policies.imports.tables import TableUse

NAMED = 5
LEFT = {"status": "INACTIVE"}  # what "grey = left" sets, where a kind has it


@dataclass
class _Gathered:
    count: int = 0
    cells: list[str] = field(default_factory=list)

    def add(self, count: int, cells: Sequence[str]) -> None:
        self.count += count
        self.cells = [*self.cells, *cells][:NAMED]


def styles(kind: ImportKind, tables: Sequence[tuple[TableUse, TableFacts]]) -> list[Question]:
    """Return a question for each colour of whole rows and of single cells, for struck ones, and for hidden rows."""
    rows: dict[str, _Gathered] = defaultdict(_Gathered)
    cells: dict[str, _Gathered] = defaultdict(_Gathered)
    struck = {True: _Gathered(), False: _Gathered()}  # whole rows, single cells
    hidden = _Gathered()
    for table, facts in tables:
        used = {use.index for use in table.columns if use.column}
        for colour, seen in facts.fills.items():
            _add(rows[colour], cells[colour], seen, table, used)
        _add(struck[True], struck[False], facts.struck, table, used)
        hidden.add(facts.hidden_rows, [_row(table, number) for number in facts.named_hidden])
    found = [_fill(kind, colour, each, of_rows=True) for colour, each in rows.items() if each.count]
    found += [_fill(kind, colour, each, of_rows=False) for colour, each in cells.items() if each.count]
    found += [_struck(kind, of_rows, each) for of_rows, each in struck.items() if each.count]
    if hidden.count:
        found.append(_hidden(hidden))
    return found


def _add(rows: _Gathered, cells: _Gathered, seen: Colour, table: TableUse, used: set[int]) -> None:
    rows.add(seen.rows, [_row(table, number) for number in seen.named_rows])
    mine = [(row, column) for row, column in seen.named_cells if column in used]
    if mine or (seen.cells and len(seen.named_cells) >= NAMED):
        cells.add(seen.cells, [cell_name(column, row, sheet=table.name) for row, column in mine])


def _row(table: TableUse, number: int) -> str:
    return cell_name(min((heading.index for heading in table.shape.headings), default=0), number, sheet=table.name)


def _answers(kind: ImportKind, *, of_rows: bool) -> tuple[Option, ...]:
    keep = Option(KEEP, _("Nothing: they count like the others"))
    if not of_rows:
        return (keep, Option(LEAVE_OUT, _("These cells do not count")))
    left = _left(kind)
    return (keep, Option(LEAVE_OUT, _("These rows do not count")), *left)


def _left(kind: ImportKind) -> tuple[Option, ...]:
    ((column, value),) = LEFT.items()
    if column in kind.names and value in {choice.value for choice in kind.column(column).choices}:
        return (Option(dict(LEFT), _("These people have left")),)
    return ()


def _fill(kind: ImportKind, colour: str, each: _Gathered, *, of_rows: bool) -> Question:
    what = "rows" if of_rows else "cells"
    text = (
        _("Rows have the colour #%(colour)s. What does it mean?")
        if of_rows
        else _("Cells have the colour #%(colour)s. What does it mean?")
    )
    return Question(
        key=key_of("fill", colour, what),
        kind=QuestionKind.FILL,
        value=colour,
        text=text % {"colour": colour},
        options=_answers(kind, of_rows=of_rows),
        cells=each.cells,
        count=each.count,
    )


def _struck(kind: ImportKind, of_rows: bool, each: _Gathered) -> Question:
    what = "rows" if of_rows else "cells"
    return Question(
        key=key_of("struck", what),
        kind=QuestionKind.STRUCK,
        value=what,
        text=_("Rows are struck through. What does it mean?")
        if of_rows
        else _("Cells are struck through. What does it mean?"),
        options=_answers(kind, of_rows=of_rows),
        proposal=LEAVE_OUT,
        cells=each.cells,
        count=each.count,
    )


def _hidden(each: _Gathered) -> Question:
    return Question(
        key=key_of("hidden", "rows"),
        kind=QuestionKind.HIDDEN,
        value="rows",
        text=_("The spreadsheet hides some rows. Do they count?"),
        options=(Option(KEEP, _("Yes, like the others")), Option(LEAVE_OUT, _("No, leave them out"))),
        cells=each.cells,
        count=each.count,
    )
