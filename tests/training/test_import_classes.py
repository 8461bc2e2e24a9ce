"""Taking over classes from a file (K2)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.factories.training import CompanyFactory, CourseFactory, TrainerFactory, TrainingClassFactory, VenueFactory
from training.models import TrainingClass
from training.services.class_files import COLUMNS, UnreadableFile, read_rows

pytestmark = pytest.mark.django_db
HEAD = ",".join(COLUMNS)


@pytest.fixture
def run(tmp_path: Path) -> Any:
    def run(text: str | bytes, *options: str) -> str:
        """Import a file with this content; the answer ends with the sentence of a refusal, where there is one."""
        file, out = tmp_path / "classes.csv", StringIO()
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            call_command("import_classes", str(file), *options, stdout=out)
        except CommandError as error:
            return f"{out.getvalue()}{error}"
        return out.getvalue()

    return run


@pytest.fixture
def next_number_comes_back() -> Iterator[None]:
    """A sequence is not rolled back with its test: later ones would begin with ten digits."""
    before = next_number()
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('class_code_seq', %s)", [before])


def codes() -> list[str | None]:
    return list(TrainingClass.objects.order_by("pk").values_list("class_code", flat=True))


def next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(pg_sequence_last_value('class_code_seq') + 1, 1001)")
        return int(cursor.fetchone()[0])


def test_k2_codes_of_any_form_are_kept_and_only_sequential_ones_move_the_sequence(run: Any):
    before = next_number()
    highest = before + 500
    out = run(f"class_code\nKUD021916-1\nABC{highest}\nABCD999999\nabc999999\nABC99999999999\nX\n")
    assert codes() == ["KUD021916-1", f"ABC{highest}", "ABCD999999", "abc999999", "ABC99999999999", "X"]
    assert out.endswith(f"Row 7: X: good\nClasses added: 6.\nNew codes go on after {highest}.\n")
    assert next_number() == highest + 1


def test_k2_the_sequence_never_moves_back(run: Any):
    before = next_number()
    assert "New codes go on" not in run(f"class_code\nABC{before - 1:04d}\n")
    assert next_number() == before


def test_k2_a_row_brings_what_it_names_and_stays_a_draft(run: Any):
    client, course = CompanyFactory(name="Kudos GmbH", code="KUD"), CourseFactory()
    agent, venue = TrainerFactory(email="agent@example.com"), VenueFactory()
    row = f"KUD021916-1,kud,SKILL,{course.code.lower()},Agent@example.com,{venue.name},2026-03-02,2026-04-27,40.5"
    run(f"{HEAD}\n{row}\n".replace(",", ";"))
    found = TrainingClass.objects.get()
    assert (found.client, found.course, found.agent, found.venue) == (client, course, agent, venue)
    assert (found.status, found.class_type, found.course_hours) == ("draft", "SKILL", Decimal("40.5"))
    assert (found.start_date, found.end_date) == (date(2026, 3, 2), date(2026, 4, 27))


def test_k2_a_row_without_a_code_gets_a_new_one_past_those_of_the_file(run: Any):
    CompanyFactory(name="Kudos GmbH")
    highest = next_number() + 3
    run(f"class_code,client\n,Kudos GmbH\nABC{highest},\n,Kudos GmbH\n")
    assert set(codes()) == {f"ABC{highest}", f"KUD{highest + 1}", f"KUD{highest + 2}"}


def test_k2_all_rows_or_none(run: Any):
    TrainingClassFactory(class_code="TAKEN-1")
    CompanyFactory(name="Twin", code="T1")
    CompanyFactory(name="Other", code="Twin")
    out = run(
        "class_code,client,start_date,end_date,course_hours\n"
        "GOOD-1,,,,\n"
        "TAKEN-1,,,,\n"
        "TWICE-1,,,,\n"
        "\n"
        "TWICE-1,Nobody,,,\n"
        f"{'x' * 51},twin,,,\n"
        ",,2.3.2026,2026-02-30,NaN\n"
        "LATE-1,,2026-03-02,2026-03-01,0\n"
        "WIDE-1,,,,,,\n"
    )
    lines = out.splitlines()
    assert lines[0] == "Row 2: GOOD-1: good"
    assert "Row 3: TAKEN-1: There is a class with the code TAKEN-1 already." in lines
    assert "Row 6: TWICE-1: The code TWICE-1 stands in more than one row. client “Nobody” is not known." in out
    assert "at most 50 characters" in lines[4]
    assert "can be any of 2" in lines[4]
    assert "start_date is no date" in lines[5]
    assert "end_date is no date" in lines[5]
    assert "course_hours is no number" in lines[5]
    assert "Without a code the row needs a client" in lines[5]
    assert (
        "end_date: The last day cannot be before the first day. course_hours: Course hours are more than 0" in lines[6]
    )
    assert "more cells than the head" in lines[7]
    assert lines[-1] == "Nothing was saved: 7 of 8 rows are wrong."
    assert codes() == ["TAKEN-1"]


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ('"A-1\nROW 3: good",', r"Row 2: A-1\nROW 3: good: A class code has at most 50 characters, none of"),
        ("\x1b[2JA-1,", r"Row 2: \x1b[2JA-1: A class code has at most 50 characters, none of them hidden"),
        ("A\u00a01,", r"Row 2: A\xa01: A class code has at most 50 characters, none of them hidden"),
        ("A-1,SKILL\x07", "Row 2: A-1: class_type: it holds characters that cannot be seen"),
    ],
)
def test_k2_what_cannot_be_seen_is_refused_and_never_reaches_the_terminal(run: Any, row: str, shown: str):
    out = run(f"class_code,class_type\n{row}\n")
    assert out.startswith(shown)
    assert out.count("\n") == 1
    assert codes() == []


@pytest.mark.parametrize(
    ("hours", "is_taken"),
    [("999999.9", True), ("0.5", True), ("1000000", False), ("1e400", False), ("-1", False), ("1.25", False)],
)
def test_k2_hours_that_no_column_holds_are_refused_in_a_sentence(run: Any, hours: str, is_taken: bool):
    out = run(f"class_code,course_hours\nA-1,{hours}\n")
    assert ("course_hours: Course hours are more than 0" not in out) is is_taken
    assert codes() == (["A-1"] if is_taken else [])


def test_k2_the_longest_sequential_code_moves_the_sequence_no_further(run: Any, next_number_comes_back: None):
    """Nine digits are the last that count; the next new code has ten and is a code all the same."""
    CompanyFactory(name="Kudos GmbH")
    out = run("class_code,client\nABC999999999,\nABC5000000000,\n,Kudos GmbH\n")
    assert "New codes go on after 999999999." in out
    assert set(codes()) == {"ABC999999999", "ABC5000000000", "KUD1000000000"}


def test_k2_a_dry_run_writes_nothing(run: Any):
    before = next_number()
    out = run(f"class_code\nABC{before + 100}\n", "--dry-run")
    assert out.endswith("Dry run: 1 classes would be added.\n")
    assert codes() == []
    assert next_number() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "must name the columns"),
        (b"code\nA\n", "must name the columns"),
        (b"class_code,prize\nA,1\n", "not known or there twice: prize"),
        (b"class_code,venue,venue\nA,,\n", "there twice: venue"),
        ("class_code\nÜBE\n".encode("utf-16"), "CSV UTF-8"),
        ("class_code\nÜBE\n".encode("cp1252"), "CSV UTF-8"),
        (b"class_code\nA\0B\n", "NUL"),
        (b'class_code\n"A\n', "CSV UTF-8"),
    ],
)
def test_a_file_that_is_no_table_of_classes_is_refused(content: bytes, words: str):
    with pytest.raises(UnreadableFile, match=words):
        read_rows(content)


def test_a_file_as_excel_saves_it_is_read_with_the_row_numbers_of_the_spreadsheet():
    rows = read_rows('\ufeffClass_Code;venue\r\n A-1 ;"Hall\n2"\r\n;\r\nA-2\r\n'.encode())
    assert [(row.number, row.cells) for row in rows] == [
        (2, {"class_code": "A-1", "venue": "Hall\n2"}),
        (4, {"class_code": "A-2"}),
    ]


def test_a_file_that_is_not_there_is_a_sentence(run: Any, tmp_path: Path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_classes", str(tmp_path / "none.csv"))
