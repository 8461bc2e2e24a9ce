"""Ordinary tables of the trade, in ten languages: what each must give, row by row, and what must be asked (I3, I4).

Beside each table in `tables/` stands a JSON file that people have checked: kind, layout, columns, rows without data,
the questions with answers, and every row with its values and its refused cells.
"""

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from tests.moving.reading import TABLES, read_table
from training.core.imports.registry import kinds
from training.core.tables.grid import GridRow, SheetOutline, cell_name, column_name
from training.policies.imports.asking import told_by_cells
from training.policies.imports.facts import Look, TableFacts, gather, look_of
from training.policies.imports.guessing import Guess, guess_tables
from training.policies.imports.plan import ReadingPlan
from training.policies.imports.problems import ProblemCode
from training.policies.imports.shape import LOOKED_AT, TableShape, find_tables
from training.policies.imports.tables import TableUse
from training.policies.imports.vocabulary import vocabulary_of

NAMES = sorted(path.stem for path in TABLES.glob("*.txt"))
TODAY = dt.date(2026, 11, 30)
RIGHT = 0.95  # of the columns, at least (I3)
DAYS = {"completed_on", "expires_on", "start_date", "end_date", "day", "session_date", "starts_on", "valid_until"}


class Table:
    """A table as far as it was understood, and what it must give."""

    def __init__(self, name: str) -> None:
        self.outline, self.rows = read_table(TABLES / f"{name}.txt")
        self.wanted: Mapping[str, Any] = json.loads((TABLES / f"{name}.json").read_text(encoding="utf-8"))
        vocabulary = vocabulary_of(kinds())
        self.shape: TableShape = find_tables(self.outline, self.rows[:LOOKED_AT], vocabulary)[0]
        self.facts: TableFacts = gather(self.shape, iter(self.rows))
        self.guess: Guess = guess_tables(self.shape, self.facts, vocabulary)[0]
        self.kind = vocabulary.kind(self.guess.kind)
        self.use = TableUse(
            0,
            self.outline.name,
            self.shape,
            self.guess.layout,
            self.guess.uses,
            self.guess.constants,
            self.guess.side_lines,
        )
        self.told = told_by_cells(self.kind, [self.use], {0: self.facts})

    def plan(self, answers: Mapping[str, Any]) -> ReadingPlan:
        return ReadingPlan(self.kind, [self.use], {**self.told, **answers}, today=TODAY)

    def columns(self) -> dict[str, str]:
        return {
            column_name(each.use.index): f"{each.use.column} of {each.use.head}" if each.use.head else each.use.column
            for each in self.guess.columns
        }

    def read(self, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows as the JSON files have them."""
        found = []
        for row in self.plan(answers).rows(0, iter(self.rows)):
            said: dict[str, Any] = {"row": row.number, **{name: plain(value) for name, value in row.values.items()}}
            if row.problems:
                said["refused"] = {
                    f"{cell_name(row.cells[each.column], row.number)} {each.column}"
                    if each.column in row.cells
                    else each.column: each.code
                    for each in row.problems
                }
            found.append(said)
        return found


def plain(value: Any) -> Any:
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value if not isinstance(value, str) else str(value)


@cache
def table(name: str) -> Table:
    return Table(name)


def test_there_are_enough_tables_in_all_languages_of_all_kinds():
    assert len(NAMES) >= 40
    assert {table(name).wanted["kind"] for name in NAMES} == {kind.name for kind in kinds()}


def test_i3_columns_are_guessed_right():
    right = wanted = 0
    for name in NAMES:
        truth, guessed = table(name).wanted["columns"], table(name).columns()
        is_kind = table(name).guess.kind == table(name).wanted["kind"]
        wanted += len(truth)
        right += sum(is_kind and guessed.get(column) == meaning for column, meaning in truth.items())
    assert wanted > 500
    assert right / wanted >= RIGHT, f"{right} of {wanted}"


@pytest.mark.parametrize("name", NAMES)
def test_i3_the_kind_and_its_layout_are_found(name: str):
    assert (table(name).guess.kind, table(name).guess.layout) == (
        table(name).wanted["kind"],
        table(name).wanted["layout"],
    )


@pytest.mark.parametrize("name", NAMES)
def test_i2_rows_without_data_are_left_out_and_named(name: str):
    assert {str(row): why.value for row, why in table(name).facts.left_out} == table(name).wanted["left_out"]


@pytest.mark.parametrize("name", NAMES)
def test_i4_what_must_be_asked_is_asked_and_nothing_else(name: str):
    asked = table(name).plan({}).questions({0: table(name).facts})
    assert [question.key for question in asked] == list(table(name).wanted["answers"])
    assert all(question.cells or question.key.startswith("0/constant/") for question in asked), "cells are named"


@pytest.mark.parametrize("name", NAMES)
def test_i4_every_row_gives_what_it_must_and_refused_cells_are_named(name: str):
    assert table(name).read(table(name).wanted["answers"]) == table(name).wanted["rows"]


@pytest.mark.parametrize("name", NAMES)
def test_i4_before_anything_is_answered_no_value_is_wrong(name: str):
    """What needs an answer is refused until then; what is not refused is as right as with all answers."""
    truth: dict[tuple[int, Any, Any, Any], dict[str, Any]] = {identity(row): row for row in table(name).wanted["rows"]}
    for row in table(name).read({}):
        wanted = truth.get(identity(row))
        refused = {each.split(" ")[-1] for each in row.get("refused", {})}
        if wanted is None or any(code == ProblemCode.UNANSWERED for code in row.get("refused", {}).values()):
            assert refused, f"row {row['row']} is not in the list, and nothing is refused"
            wanted = wanted or {}
        for column in DAYS & row.keys():
            assert wanted.get(column) in {row[column], None}, f"{column} of row {row['row']}"


def identity(row: Mapping[str, Any]) -> tuple[int, Any, Any, Any]:
    return (row["row"], row.get("course"), row.get("role"), row.get("badge_id"))


@pytest.mark.parametrize("name", NAMES)
def test_i4_cells_named_with_a_question_are_those_of_the_spreadsheet(name: str):
    numbers = {row.number for row in table(name).rows}
    for question in table(name).plan({}).questions({0: table(name).facts}):
        for cell in question.cells:
            assert int("".join(filter(str.isdecimal, cell.rpartition("!")[2]))) in numbers


@pytest.mark.parametrize("name", NAMES)
def test_i4_reading_a_table_again_gives_the_same(name: str):
    again = Table(name)
    assert (again.columns(), again.told, again.read({})) == (
        table(name).columns(),
        table(name).told,
        table(name).read({}),
    )


@pytest.mark.parametrize("name", NAMES)
def test_i3_what_was_agreed_can_wait_as_json(name: str):
    stored = json.loads(json.dumps(table(name).use.as_json()))
    kept = TableUse.from_json(stored)
    plan = ReadingPlan(table(name).kind, [kept], {**table(name).told, **table(name).wanted["answers"]}, today=TODAY)
    before = table(name).plan(table(name).wanted["answers"])
    assert list(plan.rows(0, iter(table(name).rows))) == list(before.rows(0, iter(table(name).rows)))
    assert json.loads(json.dumps(table(name).told)) == table(name).told


def test_a_table_that_begins_elsewhere_is_the_same_table():
    """Moved three columns to the right and five rows down, its headings and rows are found there."""
    plainly = [name for name in NAMES if not table(name).outline.merged and not any(map(_is_styled, table(name).rows))]
    assert len(plainly) > len(NAMES) / 2
    for name in plainly:
        moved = [GridRow(row.number + 5, (None, None, None, *row.cells)) for row in table(name).rows]
        shape, before = find_tables(table(name).outline, moved, vocabulary_of(kinds()))[0], table(name).shape
        assert [each.text for each in shape.headings] == [each.text for each in before.headings], name
        assert shape.headings[0].index == before.headings[0].index + 3, name
        assert shape.first_row == before.first_row + 5, name


DATES = {
    "slashes": ("03/04/2025", "05/06/2025", "11/12/2024"),
    "short years": ("03/04/25", "05/06/25", "11/12/24"),
    "dashes": ("03-04-2025", "05-06-2025", "11-12-2024"),
    "dots": ("3.4.2025", "5.6.2025", "11.12.2024"),
    "blanks": ("03 04 2025", "05 06 2025", "11 12 2024"),
    "figures only": ("20250304", "20250506", "20241112"),
    "Hijri": ("02/05/1446", "03/06/1446", "04/07/1446"),
    "ranges": ("03/04/2025 - 05/06/2025", "05/06/2025 - 07/08/2025", "01/12/2024 - 02/12/2024"),
    "with a time": ("03/04/2025 08:00", "05/06/2025 13:30", "11/12/2024 08:00"),
    "times": ("08:00", "13:30", "0800-1200"),
}


@pytest.mark.parametrize("values", DATES.values(), ids=DATES)
@pytest.mark.parametrize("heading", ["Contact no", "Phone", "Mobile"])
def test_i3_days_and_times_are_never_taken_for_phone_numbers(heading: str, values: tuple[str, ...]):
    assert "phone" not in used(guessed(heading, values))


NUMBERS = {
    "with a country": ("+49 151 1234567", "+44 20 7946 0958", "0049 30 12345"),
    "of a town": ("(030) 1234567", "0151/1234567", "01 02 03 04 05"),
    "in blocks": ("0151 12 12", "501 234 567", "0170 34 56"),
    "figures only": ("015112345678", "017098765432", "03012345678"),
    "extensions": ("45012", "45013", "44100"),
}


@pytest.mark.parametrize("values", NUMBERS.values(), ids=NUMBERS)
def test_i3_phone_numbers_stay_phone_numbers(values: tuple[str, ...]):
    assert "phone" in used(guessed("Phone", values))


@pytest.mark.parametrize(
    "values",
    [("001-12345", "001-12346", "002-00017"), ("0041700017", "0041700018", "0041700019"), ("123-456-789",) * 3],
    ids=["with a dash", "with noughts", "in blocks"],
)
def test_i3_numbers_of_workers_that_look_like_phones_are_badges_where_the_heading_says_so(values: tuple[str, ...]):
    assert used(guessed("Phone", ("+49 151 1", "+49 151 2", "+49 151 3"), badges=values))[0] == "badge_id"
    assert look_of("0041700017") is Look.CODE


def guessed(heading: str, values: tuple[str, ...], *, badges: tuple[str, ...] = ("10012", "10013", "10014")) -> Guess:
    """Return what a list of workers is taken for whose last column is asked about."""
    names = (("Jana", "Weiß"), ("Uwe", "Ott"), ("Cem", "Kaya"))
    cells = [("ID No.", "First name", "Last name", "Employer", heading)]
    cells += [(badge, *name, "Nordwind", value) for badge, name, value in zip(badges, names, values, strict=True)]
    rows = [GridRow(number, each) for number, each in enumerate(cells, 1)]
    vocabulary = vocabulary_of(kinds())
    shape = find_tables(SheetOutline("Workers", len(rows), 5), rows, vocabulary)[0]
    return guess_tables(shape, gather(shape, iter(rows)), vocabulary, kind="workers")[0]


def used(guess: Guess) -> list[str]:
    return [each.use.column for each in guess.columns]


def _is_styled(row: GridRow) -> bool:
    return bool(row.fills or row.months or row.errors or row.shown or row.struck or row.is_hidden)
