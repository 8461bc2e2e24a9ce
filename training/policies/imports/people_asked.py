"""Questions about people (I4): the order of names, and badges that may not be what they look like."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from training.core.imports.declaration import ImportKind, Reads
from training.core.tables.grid import cell_name
from training.policies.imports.questions import IN_LATIN, KEEP, LEAVE_OUT, Json, Option, Question, QuestionKind, key_of
from training.policies.imports.tables import ColumnUse, TableLayout, TableUse
from training.policies.imports.used import Used
from training.policies.imports.values.badges import BadgeDoubt
from training.policies.imports.values.names import NameFacts, NameOrder, split_name
from training.policies.imports.values_asked import order_in_heading

NAMED = 5


def names_above(kind: ImportKind, table: TableUse) -> tuple[NameFacts, list[ColumnUse]]:
    """Return the names that stand above a grid on its side, and the columns that they stand above."""
    facts, uses = NameFacts(), [use for use in table.columns if use.head]
    if table.layout is TableLayout.SIDEWAYS:
        for line, name in enumerate(table.side_lines):
            if name in kind.names and kind.column(name).reads is Reads.FULL_NAME:
                for use in uses:
                    lines = table.shape.heading(use.index).lines
                    if line < len(lines):
                        facts.add(lines[line], 1, table.shape.heading_rows[line])
    return facts, uses


def names(kind: ImportKind, table: TableUse, used: Used) -> list[Question]:
    """Ask which part of a name is the last name, where neither commas nor capitals tell it."""
    found = []
    above, uses = names_above(kind, table)
    if above.asks_order():
        row = above.cells[0][0]
        cells = [cell_name(use.index, row, sheet=table.name) for use in uses[:NAMED]]
        found.append(_name_question(table, "full_name", above, cells, None))
    for use, column, seen in used:
        if column.reads is Reads.FULL_NAME and seen.names.asks_order():
            cells = [cell_name(use.index, row, sheet=table.name) for row, _text in seen.names.cells]
            proposal = order_in_heading(table.shape.heading(use.index).text)
            found.append(_name_question(table, column.name, seen.names, cells, proposal))
    return found


def _name_question(table: TableUse, column: str, names: NameFacts, cells: Sequence[str], proposal: Json) -> Question:
    text = names.cells[0][1]
    options = []
    for order in NameOrder:
        parts = split_name(text, order)
        shown = _("first name %(first)s, last name %(last)s") % {"first": parts.first, "last": parts.last}
        options.append(Option(order.value, shown))
    return Question(
        key=key_of(table.sheet, column, "names"),
        kind=QuestionKind.NAME_ORDER,
        sheet=table.sheet,
        column=column,
        value=text,
        text=_("Which part of “%(name)s” is the last name?") % {"name": text},
        options=options,
        proposal=proposal,
        cells=cells,
        count=names.open,
    )


def badges(table: TableUse, used: Used) -> list[Question]:
    """Ask about badges that a spreadsheet may have shortened, and about letters that look like others."""
    found = []
    for use, column, seen in used:
        if column.reads is not Reads.BADGE:
            continue
        shortened = _("“%(text)s” can be a number that a spreadsheet has shortened. Is it really written so?")
        alike = _("“%(text)s” has letters of another alphabet that look like Latin ones. Which are meant?")
        for doubt, question, text in (
            (BadgeDoubt.SCIENTIFIC, QuestionKind.SCIENTIFIC, shortened),
            (BadgeDoubt.LOOK_ALIKE, QuestionKind.LOOK_ALIKE, alike),
        ):
            if doubt not in seen.doubts:
                continue
            count, cells = seen.doubts[doubt]
            options = [Option(KEEP, _("Yes, keep it as it is")), Option(LEAVE_OUT, _("No: leave these rows out"))]
            if doubt is BadgeDoubt.LOOK_ALIKE:
                options = [
                    Option(IN_LATIN, _("The Latin ones")),
                    Option(KEEP, _("Those that stand there")),
                    Option(LEAVE_OUT, _("Leave these rows out")),
                ]
            found.append(
                Question(
                    key=key_of(table.sheet, column.name, doubt),
                    kind=question,
                    sheet=table.sheet,
                    column=column.name,
                    value=cells[0][1],
                    text=text % {"text": cells[0][1]},
                    options=options,
                    proposal=IN_LATIN if doubt is BadgeDoubt.LOOK_ALIKE else None,
                    cells=[cell_name(use.index, row, sheet=table.name) for row, _text in cells],
                    count=count,
                )
            )
    return found
