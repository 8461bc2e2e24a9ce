"""A reading plan takes whatever stands in cells, and answers of every kind (I3, I4)."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.core.imports.registry import kinds
from training.core.imports.rows import FOR_GOOD
from training.core.tables.grid import GridRow, SheetOutline
from training.policies.imports import readers
from training.policies.imports.asking import told_by_cells
from training.policies.imports.facts import gather
from training.policies.imports.guessing import guess_tables
from training.policies.imports.plan import ReadingPlan
from training.policies.imports.problems import SENTENCES, ProblemCode
from training.policies.imports.questions import LEAVE_OUT
from training.policies.imports.shape import TableShape, find_tables
from training.policies.imports.tables import ColumnUse, TableLayout, TableUse
from training.policies.imports.values.days import read_day
from training.policies.imports.vocabulary import vocabulary_of

TODAY = dt.date(2026, 11, 30)
CELLS = st.one_of(
    st.none(),
    st.text(max_size=60),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.decimals(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.sampled_from(
        ["✓", "n/a", "03/04/2024", "12.03.24", "booked", "Mar 2024", "1.2E+05", "2 Jahre", "08:00–12:00", "31.12.9999"]
    ),
)
ROWS = st.lists(st.lists(CELLS, max_size=6), min_size=1, max_size=8)
STYLES = st.fixed_dictionaries(
    {
        "is_hidden": st.booleans(),
        "fills": st.dictionaries(st.integers(0, 5), st.sampled_from(["D9D9D9", "FF0000"]), max_size=3),
        "struck": st.frozensets(st.integers(0, 5), max_size=3),
        "months": st.frozensets(st.integers(0, 5), max_size=2),
        "errors": st.frozensets(st.integers(0, 5), max_size=2),
        "shown": st.dictionaries(st.integers(0, 5), st.text(max_size=8), max_size=2),
    }
)


@settings(max_examples=150, deadline=None)
@given(ROWS, STYLES, st.sampled_from(["records", "workers", "courses", "requirements", "sessions", "hours"]), st.data())
def test_no_cell_makes_a_plan_raise(cells, style, name, data):
    """Found, gathered, guessed, asked and read: whatever stands on a sheet, and whatever was answered."""
    vocabulary = vocabulary_of(kinds())
    kind = vocabulary.kind(name)
    heading = [str(column.label) for column in kind.columns[:6]]
    rows = [GridRow(1, tuple(heading))]
    rows += [GridRow(number, tuple(row), **style) for number, row in enumerate(cells, start=2)]
    outline = SheetOutline("Sheet1", len(rows), 6, merged=((1, 0, 1, 2),) if data.draw(st.booleans()) else ())
    for shape in find_tables(outline, rows, vocabulary):
        facts = gather(shape, rows)
        for guess in guess_tables(shape, facts, vocabulary, kind=name):
            use = TableUse(0, "Sheet1", shape, guess.layout, guess.uses, guess.constants, guess.side_lines)
            told = told_by_cells(kind, [use], {0: facts})
            plan = ReadingPlan(kind, [use], told, today=TODAY)
            questions = plan.questions({0: facts})
            assert len({question.key for question in questions}) == len(questions)
            answers = {
                question.key: data.draw(st.sampled_from([option.value for option in question.options] or ["S-2026-1"]))
                for question in questions
            }
            for answered in (plan, ReadingPlan(kind, [use], {**told, **answers}, today=TODAY)):
                for row in answered.rows(0, rows):
                    assert row.number > 1
                    assert all(problem.code in list(ProblemCode) for problem in row.problems)


def record_rows(*cells: tuple, months: frozenset[int] = frozenset()) -> list[GridRow]:
    return [
        GridRow(1, ("Badge", "Course", "Completed", "Valid until")),
        *(GridRow(number, ("B-1", "Fire", *pair), months=months) for number, pair in enumerate(cells, start=2)),
    ]


def read(rows: list[GridRow], answers: dict | None = None, *, columns: str = "badge_id course completed_on expires_on"):
    names = columns.split()
    use = TableUse(
        0,
        "Sheet1",
        TableShape((1,), 2, ()),
        TableLayout.LIST,
        [ColumnUse(index, name) for index, name in enumerate(names)],
    )
    shape = find_tables(SheetOutline("Sheet1", len(rows), 4), rows, vocabulary_of(kinds()))[0]
    use = TableUse(0, "Sheet1", shape, TableLayout.LIST, use.columns)
    kind = vocabulary_of(kinds()).kind("records")
    told = told_by_cells(kind, [use], {0: gather(shape, rows)})
    return list(ReadingPlan(kind, [use], {**told, **(answers or {})}, today=TODAY).rows(0, rows))


@pytest.mark.parametrize(
    ("done", "until", "code"),
    [
        ("booked", None, ProblemCode.BOOKED),
        (dt.date(2026, 12, 1), None, ProblemCode.AHEAD),
        ("✓", dt.date(2027, 1, 1), ProblemCode.TICK),
        (2024, None, ProblemCode.YEAR_ONLY),
        ("for life", None, ProblemCode.FOR_GOOD_HERE),
        ("until 31.03.2027", None, ProblemCode.IS_AN_END),
        (60, None, ProblemCode.LEAP_1900),
    ],
)
def test_i4_no_completion_is_invented(done, until, code):
    (row,) = read(record_rows((done, until)))
    assert "completed_on" not in row.values
    assert [(problem.column, problem.code) for problem in row.problems] == [("completed_on", code.value)]
    assert row.cells["completed_on"] == 2


def test_i4_today_is_not_ahead_and_an_end_may_be():
    (row,) = read(record_rows((TODAY, dt.date(2030, 1, 1))))
    assert (row.values["completed_on"], row.values["expires_on"], row.problems) == (TODAY, dt.date(2030, 1, 1), [])


def test_i4_for_life_is_an_end_that_is_none_and_an_empty_cell_is_no_value():
    first, second, third = read(
        record_rows(("2024-03-01", "for life"), ("2024-03-01", None), ("2024-03-01", "00.01.1900"))
    )
    assert first.values["expires_on"] == FOR_GOOD
    assert "expires_on" not in second.values
    assert "expires_on" not in third.values


def test_i4_a_question_that_is_not_answered_refuses_what_it_is_about_and_nothing_else():
    rows = record_rows(("03/04/2024", None), ("2024-05-06", None))
    unanswered, answered = read(rows), read(rows, {"0/completed_on/order.plain": "month day year"})
    assert [[problem.code for problem in row.problems] for row in unanswered] == [[ProblemCode.UNANSWERED.value], []]
    assert [row.values["completed_on"] for row in answered] == [dt.date(2024, 3, 4), dt.date(2024, 5, 6)]


def test_i4_months_can_be_left_out_by_an_answer():
    rows = record_rows((dt.date(2024, 3, 1), None), months=frozenset({2}))
    (row,) = read(rows, {"0/completed_on/month": LEAVE_OUT})
    assert [problem.code for problem in row.problems] == [ProblemCode.MONTH_LEFT_OUT.value]


def test_i4_true_and_one_are_different_cells():
    """They are equal in Python, and are read once each."""
    first, second, third = read(record_rows((True, None), (1, None), (1.0, None)))
    assert {row.problems[0].code for row in (first, second, third)} == {ProblemCode.TICK.value}
    assert (first.problems[0].value, second.problems[0].value) == ("True", "1")


def test_every_refusal_has_a_sentence_of_its_own():
    assert set(SENTENCES) == set(ProblemCode)
    assert len({str(sentence) for sentence in SENTENCES.values()}) == len(ProblemCode)


def test_i4_hours_are_decimal_numbers_with_commas_too():
    vocabulary = vocabulary_of(kinds())
    rows = [
        GridRow(1, ("Class code", "Date", "Badge", "Hours present")),
        GridRow(2, ("HAL1001", dt.date(2026, 2, 3), "B-1", "2,5")),
        GridRow(3, ("HAL1001", dt.date(2026, 2, 4), "B-1", 4.0)),
    ]
    shape = find_tables(SheetOutline("Hours", 3, 4), rows, vocabulary)[0]
    facts = gather(shape, rows)
    guess = guess_tables(shape, facts, vocabulary)[0]
    use = TableUse(0, "Hours", shape, guess.layout, guess.uses)
    plan = ReadingPlan(vocabulary.kind("hours"), [use], {}, today=TODAY)
    assert [row.values["hours_present"] for row in plan.rows(0, rows)] == [Decimal("2.5"), Decimal(4)]


def test_equal_cells_are_read_once_so_that_a_matrix_is_quick(monkeypatch):
    """15,000 cells with 30 different days take 30 readings of a day for each column, not 15,000."""
    calls = []

    def counted(value, **how):
        calls.append(value)
        return read_day(value, **how)

    days = [dt.date(2024, 1, 1) + dt.timedelta(days=each) for each in range(30)]
    courses = 15
    rows = [GridRow(1, ("Badge", "Name", *(f"HSE-{each:03}" for each in range(courses))))]
    rows += [
        GridRow(number, (f"B-{number}", "Weiss, Jana", *(days[(number + each) % 30] for each in range(courses))))
        for number in range(2, 1002)
    ]
    vocabulary = vocabulary_of(kinds())
    shape = find_tables(SheetOutline("Matrix", 1001, courses + 2), rows[:300], vocabulary)[0]
    facts = gather(shape, rows)
    guess = guess_tables(shape, facts, vocabulary)[0]
    use = TableUse(0, "Matrix", shape, guess.layout, guess.uses)
    kind = vocabulary.kind("records")
    answers = {**told_by_cells(kind, [use], {0: facts}), "0/cells/meaning": "completed_on"}
    monkeypatch.setattr(readers, "read_day", counted)
    drafts = list(ReadingPlan(kind, [use], answers, today=TODAY).rows(0, rows))
    assert len(drafts) == 15_000
    assert not any(draft.problems for draft in drafts)
    assert len(calls) == 30 * courses


def test_what_is_remembered_of_a_column_is_bounded():
    """A column of a hundred thousand different values keeps no more of them than it asks about."""
    rows = [GridRow(1, ("Badge", "Last name", "First name", "Employer", "Start date"))]
    rows += [
        GridRow(number, (f"B-{number:07}", f"Weiss{number}", "Jana", "Nordwind", dt.date(2024, 3, 1)))
        for number in range(2, 25_002)
    ]
    shape = find_tables(SheetOutline("Workers", 25_001, 5), rows[:300], vocabulary_of(kinds()))[0]
    facts = gather(shape, iter(rows))
    assert (facts.rows, facts.columns[0].filled, facts.columns[4].filled) == (25_000, 25_000, 25_000)
    assert facts.columns[0].distinct is None
    assert len(facts.columns[0].samples) == 5
    assert len(facts.columns[3].distinct or ()) == 1


MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905  # read at a glance
FORMS: dict[str, Callable[[dt.date], Any]] = {
    "true": lambda day: day,
    "iso": lambda day: day.isoformat(),
    "words": lambda day: f"{day.day} {MONTHS[day.month - 1]} {day.year}",
    "dots": lambda day: day.strftime("%d.%m.%Y"),
    "serial": lambda day: (day - dt.date(1899, 12, 30)).days,
    "month": lambda day: f"{MONTHS[day.month - 1]} {day.year}",
    "tick": lambda day: "✓",
    "booked": lambda day: f"booked {day.isoformat()}",
}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.dates(dt.date(2001, 1, 1), TODAY), st.sampled_from([*FORMS, "slashes", "short"])),
        min_size=1,
        max_size=14,
    ),
    st.booleans(),
)
def test_i4_whatever_a_column_mixes_no_completion_is_wrong_before_anything_is_answered(days, is_american: bool):
    """Days in every form side by side, written by people of one country: each is right, or it is refused."""
    slashes = "%m/%d/%Y" if is_american else "%d/%m/%Y"
    forms = {
        **FORMS,
        "slashes": lambda day: day.strftime(slashes),
        "short": lambda day: day.strftime(slashes.replace("Y", "y")),
    }
    read_rows = read(record_rows(*((forms[form](day), None) for day, form in days)))
    assert len(read_rows) == len(days)
    for row, (day, form) in zip(read_rows, days, strict=True):
        if "completed_on" in row.values:
            assert row.values["completed_on"] == day
            assert form not in {"month", "tick", "booked"}
        else:
            assert row.problems
