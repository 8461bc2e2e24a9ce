"""docs/rules.md: a line for every rule that is cited, tests that exist, and the steps that the code knows."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from django.db.models import Model

from config.environment import CHECKOUT
from config.state_diagrams import MACHINES
from learners.models import CompetencyRecord, Learner, LearnerProgression
from training.models import ClassAttendanceSession, CourseVersion, Job, Session, TrainingClass

RULES = CHECKOUT / "docs" / "rules.md"
LOOKED_AT = ("training", "learners", "attendance", "config", "templates", "static", "tests", "docs")

# Where people cite rules: docstrings and comments, and the whole of a document. SQL in triple quotes is looked at too.
CITING = {
    ".py": re.compile(r'#.*|"""[\s\S]*?"""'),
    ".html": re.compile(r"{#.*?#}|{%\s*comment\s*%}[\s\S]*?{%\s*endcomment\s*%}|<!--[\s\S]*?-->"),
    ".css": re.compile(r"/\*[\s\S]*?\*/"),
    ".js": re.compile(r"/\*[\s\S]*?\*/|//.*"),
    ".typ": re.compile(r"//.*"),
    ".md": re.compile(r"[\s\S]+"),
}
NUMBER = re.compile(r"\b[A-Z]\d{1,2}\b|\b[Ii]nvariants? \d(?:(?:, | and | to )\d)*")
BY_NAME = re.compile(r"def test_((?:[a-z]\d{1,2}_|invariant_\d_)+)")  # tests bear the numbers that they hold
IN_CODE_MARKS = re.compile(r"`[^`\n]*`")  # what stands there is data: cells of a sheet, the text of a code
NO_RULES = {
    "A4",  # the size of paper
}

LINE = re.compile(r"^\*\*([A-Z]\d{1,2}|Invariant \d)\*\* (.+)$", re.MULTILINE)
A_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
A_FILE = re.compile(r"`((?:training|learners|attendance|config|tests)/[\w/]+\.\w+)(?:::\w+)?`")
# What docs/rules.md calls the things that have states.
IN_WORDS: dict[type[Model], str] = {
    Session: "session",
    TrainingClass: "class",
    Learner: "worker",
    LearnerProgression: "programme",
    ClassAttendanceSession: "meeting",
    CourseVersion: "version of a course",
    CompetencyRecord: "sign-off",
    Job: "job",
}
A_STEP = re.compile(r"^\| (\w[\w -]*) \| (`.+?`) \| (`.+?`) \| .+ \|$", re.MULTILINE)


def numbers_in(text: str) -> set[str]:
    """Return the rules that a comment, a docstring or a document cites; of a range its ends."""
    found: set[str] = set()
    for number in NUMBER.findall(IN_CODE_MARKS.sub(" ", text)):
        digits = re.findall(r"\d", number) if number[0] in "Ii" and number[1] == "n" else []
        found |= {f"Invariant {digit}" for digit in digits} or {number}
    return found - NO_RULES


def cited_in(path: Path) -> set[str]:
    """Return the rules that a file cites."""
    text = path.read_text()
    found = set[str]().union(*(numbers_in(each) for each in CITING[path.suffix].findall(text)))
    if path.suffix == ".py":
        for name in BY_NAME.findall(text):
            found |= {f"Invariant {digit}" for digit in re.findall(r"invariant_(\d)", name)}
            found |= {number.upper() for number in re.findall(r"(?<![a-z])[a-z]\d{1,2}(?=_)", name)}
    return found


@cache
def cited() -> dict[str, Path]:
    """Return every rule that anything but docs/rules.md cites, with one of the files that do."""
    paths = [path for top in LOOKED_AT for path in (CHECKOUT / top).rglob("*") if path.suffix in CITING]
    return {number: path for path in paths if path != RULES for number in cited_in(path)}


def lines() -> list[tuple[str, str]]:
    return LINE.findall(RULES.read_text())


def test_every_rule_that_is_cited_has_a_line() -> None:
    written = {number for number, _text in lines()}
    assert {number: str(path) for number, path in cited().items() if number not in written} == {}


def test_every_line_is_of_a_rule_that_is_cited() -> None:
    """What nothing serves and nothing holds is not built."""
    assert {number for number, _text in lines()} - cited().keys() == set()


def test_no_rule_has_two_lines() -> None:
    assert [number for number, times in Counter(number for number, _text in lines()).items() if times > 1] == []


def test_every_line_names_tests_that_exist() -> None:
    missing = []
    for number, text in lines():
        named = A_TEST.findall(text)
        if not named:
            missing.append(f"{number} names no test")
        missing += [f"{number}: {path}::{name}" for path, name in named if not _is_there(path, name)]
    assert missing == []


def test_every_file_and_test_that_is_named_exists() -> None:
    """In the parts about locks and steps too, and however a test is named there."""
    text = RULES.read_text()
    assert [path for path in A_FILE.findall(text) if not (CHECKOUT / path).is_file()] == []
    assert [f"{path}::{name}" for path, name in A_TEST.findall(text) if not _is_there(path, name)] == []


def _is_there(path: str, name: str) -> bool:
    file = CHECKOUT / path
    return file.is_file() and f"\ndef {name}(" in file.read_text()


def test_steps_from_state_to_state_are_those_of_the_code() -> None:
    in_words: dict[str, set[tuple[str, str]]] = {}
    for what, start, end in A_STEP.findall(RULES.read_text()):
        states = [re.findall(r"`(\w+)`", column) for column in (start, end)]
        in_words.setdefault(what, set()).update((one, other) for one in states[0] for other in states[1])
    in_code = {IN_WORDS[machine.model]: {(step.before, step.after) for step in machine.steps()} for machine in MACHINES}
    by_one_statement = {"line of a list"}
    assert {what: steps for what, steps in in_words.items() if what not in by_one_statement} == in_code


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.py", '"""Only drafts are deleted (S8).\n\nAnd F1 to F8."""\n', {"S8", "F1", "F8"}),
        ("a.py", "x = 1  # H5 fixes the order\n", {"H5"}),
        ("a.py", 'assert book["C3"].value == "A2"\n', set()),
        ("a.py", 'PAPER = "A4"  # A4, as printers have it\nimport x  # noqa: S101\n', set()),
        ("a.py", '"""A code reads `SITEPROOF/S-2026-0412/V3/P1-2`."""\n', set()),
        ("a.py", '"""Invariants 4 and 5, invariant 6."""\n', {"Invariant 4", "Invariant 5", "Invariant 6"}),
        ("test_a.py", "def test_l2_r3_f2_the_record():\n    pass\n", {"L2", "R3", "F2"}),
        ("test_a.py", "def test_invariant_5_who_did_it():\n    pass\n", {"Invariant 5"}),
        ("a.html", "<h1>H1</h1>{# P5 #}{% comment %}The newest first (E6).{% endcomment %}", {"P5", "E6"}),
        ("a.css", "a { color: #A1B2C3; } /* four marks (E8) */", {"E8"}),
        ("a.md", "Sessions (S1 to S11) on A4.", {"S1", "S11"}),
    ],
)
def test_a_citation_is_told_from_what_only_looks_like_one(
    tmp_path: Path, name: str, text: str, found: set[str]
) -> None:
    (tmp_path / name).write_text(text)
    assert cited_in(tmp_path / name) == found
