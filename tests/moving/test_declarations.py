"""Every kind of import is declared once, and known in ten languages (I1)."""

import datetime as dt

import pytest

from learners.policies.import_workers import WORKERS
from learners.policies.worker_fields import WORKER_FIELDS
from training.core.imports.declaration import LANGUAGES, ImportColumn, ImportKind, MonthMeans, Reads
from training.core.imports.registry import kind_of, kinds
from training.core.permissions import GRANTS, LoginRole
from training.core.refusals import NotFound
from training.core.tables.grid import GridRow, SheetOutline
from training.policies.import_classes import CLASSES
from training.policies.imports.facts import gather
from training.policies.imports.folding import fold_heading
from training.policies.imports.guessing import guess_tables
from training.policies.imports.plan import ReadingPlan
from training.policies.imports.shape import find_tables
from training.policies.imports.tables import TableUse
from training.policies.imports.vocabulary import vocabulary_of
from training.services.class_files import COLUMNS

KINDS = {kind.name: kind for kind in kinds()}
COLUMNS_OF_KINDS = [(kind.name, column.name) for kind in kinds() for column in kind.columns]


def column(kind: str, name: str) -> ImportColumn:
    return KINDS[kind].column(name)


def test_i1_kinds_come_in_the_order_in_which_a_new_site_brings_them_in():
    names = list(KINDS)
    assert names.index("companies") < names.index("roles") < names.index("courses") < names.index("workers")
    assert names.index("workers") < names.index("records") < names.index("sessions") < names.index("marks")
    assert set(names) == {
        *("companies", "roles", "areas", "courses", "venues", "trainers", "requirements", "workers"),
        *("records", "sessions", "marks", "classes", "hours"),
    }


def test_i1_a_kind_that_is_not_there_is_not_found():
    assert kind_of("workers") is WORKERS
    with pytest.raises(NotFound):
        kind_of("spaceships")


@pytest.mark.parametrize(("kind", "name"), COLUMNS_OF_KINDS)
def test_i1_every_column_is_known_in_ten_languages(kind: str, name: str):
    words = column(kind, name).words
    assert set(words) == set(LANGUAGES)
    assert all(word.strip() for said in words.values() for word in said)
    assert str(column(kind, name).label).strip()
    assert str(column(kind, name).help_text).strip() or name in {field.name for field in WORKER_FIELDS}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_i1_a_kind_says_what_its_rows_are(kind: ImportKind):
    assert set(kind.words) == set(LANGUAGES)
    assert set(kind.identified_by) <= kind.names
    assert len(kind.names) == len(kind.columns)
    if kind.grid is not None:
        assert {*kind.grid.sides, kind.grid.heads, *kind.grid.cells} <= kind.names
    for each in kind.columns:
        assert bool(each.choices) == (each.reads is Reads.CHOICE)
        assert (each.thing is not None) or each.reads not in {Reads.THING, Reads.THINGS}
        for choice in each.choices:
            assert set(choice.words) == set(LANGUAGES), f"{each.name}: {choice.value}"


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_i1_nobody_may_do_what_nobody_may_check(kind: ImportKind):
    for role in LoginRole:
        if kind.does in GRANTS[role]:
            assert kind.checks in GRANTS[role]


def test_i1_no_word_of_a_column_of_choices_means_two_of_them():
    for name, column_name in COLUMNS_OF_KINDS:
        known: dict[str, str] = {}
        for choice in column(name, column_name).choices:
            for word in (word for said in choice.words.values() for word in said):
                folded = fold_heading(word) or word
                assert known.setdefault(folded, choice.value) == choice.value, f"{name}.{column_name}: {word}"


def test_i1_every_field_of_a_worker_has_a_column():
    assert {field.name for field in WORKER_FIELDS} | {"full_name", "areas"} == WORKERS.names


def test_k2_classes_have_the_columns_of_the_command():
    assert [each.name for each in CLASSES.columns] == list(COLUMNS)


def test_i1_contacts_are_personal():
    personal = {(name, each.name) for name, kind in KINDS.items() for each in kind.columns if each.is_personal}
    assert personal == {("workers", "email"), ("workers", "phone"), ("trainers", "email"), ("trainers", "phone")}


def test_i4_ends_mean_the_last_day_of_a_month_and_completions_are_never_ahead():
    ends = {each.name for kind in KINDS.values() for each in kind.columns if each.month is MonthMeans.LAST_DAY}
    assert ends == {"expires_on", "valid_until", "end_date"}
    past = {each.name for kind in KINDS.values() for each in kind.columns if not each.may_lie_ahead}
    assert past == {"completed_on", "session_date"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_i1_the_template_with_its_examples_is_read_as_its_kind(kind: ImportKind):
    """What is downloaded, filled in as the examples are, and sent again needs no correction."""
    columns = [each for each in kind.columns if each.reads is not Reads.FULL_NAME]
    rows = [GridRow(1, tuple(str(each.label) for each in columns))]
    for place in range(2):
        cells = tuple(each.examples[place] if place < len(each.examples) else "" for each in columns)
        rows.append(GridRow(place + 2, tuple(cell or None for cell in cells)))
    vocabulary = vocabulary_of(kinds())
    outline = SheetOutline(str(kind.label), 3, len(columns))
    shape = find_tables(outline, rows, vocabulary)[0]
    facts = gather(shape, rows)
    guess = guess_tables(shape, facts, vocabulary)[0]
    assert guess.kind == kind.name
    filled = {index: each.name for index, each in enumerate(columns) if any(each.examples)}
    assert {use.index: use.column for use in guess.uses if use.index in filled} == filled
    table = TableUse(0, str(kind.label), shape, guess.layout, guess.uses, guess.constants)
    plan = ReadingPlan(kind, [table], {}, today=dt.date(2026, 11, 30))
    assert plan.questions({0: facts}) == []
    assert [row.problems for row in plan.rows(0, rows)] == [[], []]
