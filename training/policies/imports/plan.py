"""Reading the rows of agreed tables into draft rows (I3, I4): compiled once, then one row after the other."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from training.core.imports.declaration import ImportColumn, ImportKind, Reads, Thing
from training.core.imports.rows import CellProblem, DraftRow
from training.core.tables.grid import GridRow
from training.policies.imports.asking import meaning_key, questions_about
from training.policies.imports.cells import Cell, text_of
from training.policies.imports.facts import TableFacts, fill_of_row, filled_columns, is_struck_row
from training.policies.imports.leftovers import RowSorter
from training.policies.imports.merged import merged_rows
from training.policies.imports.problems import ProblemCode, problem
from training.policies.imports.questions import LEAVE_OUT, NOTHING, Answers, Question, key_of
from training.policies.imports.readers import THE_DAY, THE_NEXT, Read, Reader, What, reader_of
from training.policies.imports.tables import ColumnUse, TableLayout, TableUse


class ReadingPlan:
    """How the tables of an import are read.

    Args:
        kind: what their rows are.
        tables: as they were agreed, one for each sheet.
        answers: by the keys of questions, together with what the cells tell (`told_by_cells`). What is not answered is
            refused where it matters, never guessed.
        today: of the site.
    """

    def __init__(self, kind: ImportKind, tables: Sequence[TableUse], answers: Answers, *, today: date) -> None:
        self.kind = kind
        self.tables = {table.sheet: table for table in tables}
        self._answers = answers
        self._today = today

    def rows(self, sheet: int, rows: Iterable[GridRow]) -> Iterator[DraftRow]:
        """Yield the rows of the kind that a sheet holds, as they were read. Never raises because of what cells hold.

        Args:
            sheet: the index of the sheet, as in its table.
            rows: of the sheet, from the top.
        """
        table = self.tables[sheet]
        reading = _TableReading(self.kind, table, self._answers, self._today)
        sorter = RowSorter(table.shape.frame)
        first = table.shape.first_row
        for row in merged_rows(table.shape.down, rows):
            if row.number >= first and sorter.sort(row) is None:
                yield from reading.rows(row)

    def questions(self, facts: Mapping[int, TableFacts]) -> Sequence[Question]:
        """Return what has to be asked before the tables can be read, answered or not.

        Args:
            facts: of each table, by the index of its sheet.
        """
        return questions_about(self.kind, list(self.tables.values()), facts, today=self._today)


class _Column:
    """A sheet's column with its reader."""

    __slots__ = ("column", "index", "name", "read")

    def __init__(self, column: ImportColumn, index: int, read: Reader) -> None:
        self.column, self.index, self.name, self.read = column, index, column.name, read


class _Draft:
    """A draft row while its cells are read."""

    __slots__ = ("cells", "is_left_out", "problems", "values")

    def __init__(self) -> None:
        self.cells: dict[str, int] = {}
        self.values: dict[str, Any] = {}
        self.problems: list[CellProblem] = []
        self.is_left_out = False

    def put(self, name: str, index: int, read: Read) -> None:
        what = read.what
        if what is What.EMPTY:
            return
        self.cells[name] = index
        if what is What.VALUE:
            self.values[name] = read.value
        elif what is What.VALUES:
            for each, value in read.value.items():
                self.cells[each] = index
                self.values[each] = value
        elif what is What.PROBLEM:
            self.problems.append(read.value)
        else:
            self.is_left_out = True


class _TableReading:
    """Reads the rows of one table."""

    def __init__(self, kind: ImportKind, table: TableUse, answers: Answers, today: date) -> None:
        self._kind, self._table, self._answers, self._today = kind, table, answers, today
        self._sheet = table.sheet
        self._in_table = [heading.index for heading in table.shape.headings]
        self._constants = self._read_constants()
        uses = self._meant(table.columns)
        if table.layout is TableLayout.LIST:
            self._lone, self._groups = [self._column(use) for use in uses], []
        else:
            self._lone = [self._column(use) for use in uses if not use.head]
            self._groups = self._heads([use for use in uses if use.head])
        have = {each.name for each in self._lone} | set(self._constants)
        have |= {each.name for _fixed, columns in self._groups for each in columns}
        self._next_clock = next(
            (each.name for each in kind.columns if each.reads is Reads.CLOCK and each.name not in have), ""
        )
        self._first_day = next(
            (each.name for each in kind.columns if each.reads is Reads.DAY and each.name not in have), ""
        )
        once = {each.name for each in kind.said_once} - have
        self._needed = [each.name for each in kind.columns if each.is_needed and each.name not in once]
        self._people = [
            each.name for each in kind.columns if each.thing is Thing.WORKER and each.name in kind.identified_by
        ]
        self._person = {*self._people, *kind.names.intersection(kind.identified_by, {"first_name", "last_name"})}
        self._make: Callable[[GridRow], Iterator[_Draft]] = (
            self._of_list if table.layout is TableLayout.LIST else self._of_grid
        )

    # Compiling

    def _meant(self, uses: Sequence[ColumnUse]) -> list[ColumnUse]:
        """Return the columns that are used, each for what was answered where its heading is vague."""
        meant: list[ColumnUse] = []
        for use in uses:
            if not use.column or use.column not in self._kind.names:
                continue
            if not use.is_vague:
                meant.append(use)
                continue
            answer = self._answers.get(meaning_key(self._table, use))
            if answer in self._kind.names:
                meant.append(ColumnUse(use.index, str(answer), use.head))
            elif answer != LEAVE_OUT:
                meant.append(use)  # stays vague: its cells are refused
        return [use for use in meant if self._counts(use, meant)]

    def _counts(self, use: ColumnUse, uses: Sequence[ColumnUse]) -> bool:
        """Tell whether a column counts, where several are the same."""
        same = [each.index for each in uses if (each.column, each.head) == (use.column, use.head)]
        if len(same) == 1:
            return True
        return self._answers.get(key_of(self._sheet, "repeated", use.column, use.head)) in {use.index, None}

    def _column(self, use: ColumnUse) -> _Column:
        column = self._kind.column(use.column)
        uses = [each.index for each in self._table.columns if (each.column, each.head) == (use.column, use.head)]
        is_open = use.is_vague or (
            len(uses) > 1 and self._answers.get(key_of(self._sheet, "repeated", use.column, use.head)) is None
        )
        if is_open:
            return _Column(column, use.index, _unanswered(column))
        reader = reader_of(
            column,
            self._answers,
            sheet=self._sheet,
            index=use.index,
            today=self._today,
            is_1904=self._table.is_1904,
            asked_as=next((each.column for each in self._table.columns if each.index == use.index), ""),
        )
        return _Column(column, use.index, reader)

    def _heads(self, uses: Sequence[ColumnUse]) -> list[tuple[dict[str, Read], list[_Column]]]:
        """Return the columns of cells, those under one head together, with what the head itself says."""
        groups: dict[Any, tuple[dict[str, Read], list[_Column]]] = {}
        for use in uses:
            if self._table.layout is TableLayout.SIDEWAYS:
                groups[use.index] = (self._sides_of(use.index), [self._column(use)])
            else:
                assert self._kind.grid is not None  # noqa: S101  # only a kind with a grid has heads
                fixed = {self._kind.grid.heads: self._read_text(self._kind.grid.heads, use.head, use.index)}
                groups.setdefault(use.head, (fixed, []))[1].append(self._column(use))
        return list(groups.values())

    def _sides_of(self, index: int) -> dict[str, Read]:
        """Return what stands at the head of a grid on its side: a worker, or a role."""
        heading = self._table.shape.heading(index)
        return {
            name: self._read_text(name, text, index)
            for name, text in zip(self._table.side_lines, heading.lines, strict=False)
            if name and text
        }

    def _read_text(self, name: str, text: str, index: int) -> Read:
        reader = reader_of(self._kind.column(name), self._answers, sheet=self._sheet, index=index, today=self._today)
        return reader(text, False, "")

    def _read_constants(self) -> dict[str, Read]:
        """Return the values for the whole table that a person has agreed to."""
        found: dict[str, Read] = {}
        for name in self._table.constants:
            answer = self._answers.get(key_of(self._sheet, "constant", name))
            if answer is None:
                found[name] = Read(What.PROBLEM, problem(name, ProblemCode.UNANSWERED, self._table.constants[name]))
            elif answer != NOTHING:
                found[name] = self._read_text(name, str(answer), 0)
        return found

    # Reading

    def rows(self, row: GridRow) -> Iterator[DraftRow]:
        styled = self._by_style(row) if row.is_hidden or row.fills or row.struck else _PLAIN
        if styled is None:
            return
        values, problems, without = styled
        if without:
            row = _without(row, without)
        for draft in self._make(row):
            if draft.is_left_out:
                continue
            draft.values.update(values)
            if problems:
                mine = set(draft.cells.values())
                draft.problems += [each for columns, each in problems if not columns or mine.intersection(columns)]
            yield DraftRow(self._sheet, row.number, draft.cells, draft.values, draft.problems)

    def _of_list(self, row: GridRow) -> Iterator[_Draft]:
        draft = _Draft()
        self._put_all(draft, row, self._lone)
        if draft.cells or draft.is_left_out:
            self._finish(draft)
            yield draft

    def _of_grid(self, row: GridRow) -> Iterator[_Draft]:
        cells, width = row.cells, len(row.cells)
        side = _Draft()
        self._put_all(side, row, self._lone)
        for fixed, columns in self._groups:
            if not any(
                (column.index < width and cells[column.index] is not None) or column.index in row.errors
                for column in columns
            ):
                continue
            draft = _Draft()
            self._put_all(draft, row, columns)
            if not draft.cells or draft.is_left_out:
                continue
            for name, read in fixed.items():
                draft.put(name, columns[0].index, read)
            draft.cells.update(side.cells)
            draft.values.update(side.values)
            draft.problems += side.problems
            draft.is_left_out = side.is_left_out
            self._finish(draft)
            yield draft

    def _put_all(self, draft: _Draft, row: GridRow, columns: Sequence[_Column]) -> None:
        cells, width, months, shown, errors = row.cells, len(row.cells), row.months, row.shown, row.errors
        for column in columns:
            index = column.index
            if errors and index in errors:
                draft.cells[column.name] = index
                draft.problems.append(problem(column.name, ProblemCode.FORMULA_ERROR))
            elif index < width and cells[index] is not None:
                draft.put(
                    column.name,
                    index,
                    column.read(cells[index], index in months, shown.get(index, "") if shown else ""),
                )

    def _finish(self, draft: _Draft) -> None:
        """Add what the row does not hold itself, and refuse what is missing."""
        for name, read in self._constants.items():
            if name not in draft.values:
                draft.put(name, 0, read)
                draft.cells.pop(name, None)
        values = draft.values
        for special, name in ((THE_NEXT, self._next_clock), (THE_DAY, self._first_day)):
            if special in values:
                value, index = values.pop(special), draft.cells.pop(special)
                if name:
                    values.setdefault(name, value)
                    draft.cells.setdefault(name, index)
        refused = {each.column for each in draft.problems}
        for name in self._needed:
            if name not in values and name not in refused:
                draft.problems.append(problem(name, ProblemCode.MISSING))
        if (
            self._people
            and not self._kind.may_name_nobody
            and not self._person.intersection(values)
            and not refused.intersection(self._person | {"full_name"})
        ):
            draft.problems.append(problem(self._people[0], ProblemCode.MISSING))

    # Fills, struck and hidden rows

    def _by_style(self, row: GridRow) -> "_Styled | None":
        """Return what was answered about colours and struck texts; None where the row is left out."""
        filled = filled_columns(row, self._in_table)
        values: dict[str, Any] = {}
        problems: list[tuple[Sequence[int], CellProblem]] = []
        without: set[int] = set()
        asked: list[tuple[str, Sequence[int]]] = []
        if row.is_hidden:
            asked.append((key_of("hidden", "rows"), ()))
        whole = fill_of_row(row, filled)
        if whole:
            asked.append((key_of("fill", whole, "rows"), ()))
        for column in filled:
            colour = row.fills.get(column, "")
            if colour and colour != whole:
                asked.append((key_of("fill", colour, "cells"), (column,)))
        if is_struck_row(row, filled):
            asked.append((key_of("struck", "rows"), ()))
        elif row.struck.intersection(filled):
            asked.append((key_of("struck", "cells"), tuple(row.struck.intersection(filled))))
        for key, columns in asked:
            answer = self._answers.get(key)
            if answer is None:
                if not columns or self._matters(columns):
                    problems.append((columns, problem(self._name_at(columns), ProblemCode.UNANSWERED)))
            elif isinstance(answer, Mapping):
                values.update(answer)
            elif answer == LEAVE_OUT:
                if not columns:
                    return None
                without.update(columns)
        return values, problems, without

    def _matters(self, columns: Sequence[int]) -> bool:
        """Tell whether a column is used at all: colours of others mean nothing."""
        return any(use.index in columns and use.column for use in self._table.columns)

    def _name_at(self, columns: Sequence[int]) -> str:
        return next((use.column for use in self._table.columns if use.index in columns), "")


_Styled = tuple[dict[str, Any], list[tuple[Sequence[int], CellProblem]], set[int]]
_PLAIN: _Styled = ({}, [], set())


def _without(row: GridRow, columns: set[int]) -> GridRow:
    cells = tuple(None if column in columns else value for column, value in enumerate(row.cells))
    return GridRow(row.number, cells, months=row.months, shown=row.shown, errors=row.errors - columns)


def _unanswered(column: ImportColumn) -> Reader:
    def read(value: Cell, is_month: bool, shown: str) -> Read:
        if not text_of(value):
            return Read(What.EMPTY)
        return Read(What.PROBLEM, problem(column.name, ProblemCode.UNANSWERED, value))

    return read
