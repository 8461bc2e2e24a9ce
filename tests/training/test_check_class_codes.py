"""Saying how the class codes stand (K2)."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories.training import TrainingClassFactory

pytestmark = pytest.mark.django_db


def run(*options: str) -> tuple[int, str]:
    """Return exit status and output."""
    out = StringIO()
    try:
        call_command("check_class_codes", *options, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def _sequence_past_2000() -> None:
    """Sequences are not rolled back with a test: this one only ever goes forward."""
    execute("SELECT setval('class_code_seq', greatest(2000, coalesce(pg_sequence_last_value('class_code_seq'), 0)))")


def test_k2_good_codes_are_exit_status_0():
    for code in ("ABC1001", "ABC1002", "KUD021916-1", None):
        TrainingClassFactory(class_code=code)
    status, out = run()
    assert status == 0
    assert out.startswith(
        "Classes: 4, of these without a code: 1.\n"
        "Sequential codes: 2, the highest number is 1002. Other codes: 1.\n"
        "Index class_code_unique: unique, valid.\n"
    )
    assert out.endswith("owned by classes.class_code.\nAll is well.\n")


def test_k2_for_programs_there_is_json():
    TrainingClassFactory(class_code="ABC1001")
    status, out = run("--json")
    report = json.loads(out)
    assert status == 0
    assert (report["classes"], report["sequential"], report["highest_number"], report["problems"]) == (1, 1, 1001, [])
    assert report["indexes"] == [
        {"name": "class_code_unique", "is_unique": True, "is_valid": True, "is_partial": False}
    ]
    assert report["sequence"]["type"] == "bigint"


def test_k2_duplicate_and_empty_codes_are_exit_status_1():
    """As before the migrations that bring the constraints."""
    execute("ALTER TABLE classes DROP CONSTRAINT class_code_unique, DROP CONSTRAINT class_code_not_empty")
    first, second = (TrainingClassFactory(class_code="ABC1001").pk for _ in range(2))
    empty = TrainingClassFactory(class_code="").pk
    status, out = run()
    assert status == 1
    assert f"! Code ABC1001 belongs to classes {first}, {second}." in out
    assert f"! The code of classes {empty} is empty." in out
    assert "! Constraint class_code_unique is missing." in out
    assert out.endswith("A person must decide.\n")


def test_k2_a_sequence_that_would_hand_out_a_taken_number_is_exit_status_1():
    TrainingClassFactory(class_code="ABC999999")
    status, out = run()
    assert status == 1
    assert "there is a code with 999999 already" in out


def test_k2_a_code_of_blanks_is_empty_and_goes_as_the_report_says():
    """An older table may hold one; the constraint keeps only the text without any character out."""
    blank = TrainingClassFactory(class_code="  ").pk
    status, out = run()
    assert status == 1
    (remedy,) = (line.partition("remove it: ")[2] for line in out.splitlines() if f"code of classes {blank} is" in line)
    execute(remedy)
    assert run()[0] == 0


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("DROP SEQUENCE class_code_seq", "Sequence class_code_seq is missing"),
        ("ALTER SEQUENCE class_code_seq CACHE 20", "not as migrations made it"),
        ("ALTER SEQUENCE class_code_seq OWNED BY NONE", "not as migrations made it"),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'class_code_unique'::regclass",
            "Index class_code_unique is not valid",
        ),
    ],
)
def test_k2_a_damaged_sequence_or_index_is_exit_status_1(damage: str, words: str):
    execute(damage)
    status, out = run()
    assert status == 1
    assert words in out
