"""Dates and times are written in one way, which nobody misreads."""

import ast
import datetime as dt
import re
from pathlib import Path

import pytest
from django.contrib.admin.utils import display_for_value
from django.utils.formats import date_format, get_format
from django.utils.translation import override

from config.environment import CHECKOUT
from training.core import words

DAY = dt.date(2028, 1, 5)
APPS = ("attendance", "config", "learners", "training")
# What a template may write with Django's own filter: what programs read, and the number of a week.
FOR_PROGRAMS = {"c", "Y-m-d", "Y-m", "W", "U.u"}
# Python that writes a date by a pattern of its own: names of files, keys in addresses, and what is typed into fields.
BY_PATTERN = {
    "attendance/pages/classes.py": "a month in an address",
    "attendance/papers/matrix.py": "days in a CSV file, as programs read them",
    "attendance/papers/pack.py": "name of a file",
    "attendance/papers/person.py": "name of a file",
    "attendance/papers/session_lists.py": "times in a file, as spreadsheets read them",
    "attendance/services/imports/kinds/plans.py": "what a row is known by, which pages show in the words of the site",
    "attendance/tasks.py": "names of files",
    "attendance/views/capture.py": "a month in an address",
    "config/backup/make.py": "name of a folder",
    "config/ledger/outside.py": "moments in UTC, as checkpoints have them",
    "config/ledger/sealed_rows.py": "moments in UTC, as checkpoints have them",
    "config/pages/site_health.py": "a share in percent",
    "config/admin.py": "name of a file, and moments in it as spreadsheets read them",
    "config/demo/certificates.py": "number of a made-up certificate",
    "config/demo/paper.py": "handwriting of the demo",
    "config/demo/workbooks/library.py": "days as people type them into a workbook",
    "config/demo/workbooks/people.py": "days as people type them into a workbook",
    "learners/forms/external_records.py": "value of a day field, as browsers want it",
    "training/core/list_files.py": "days and moments in a CSV file, as programs read them",
    "training/papers/lists.py": "name of a file",
    "training/forms/sessions.py": "value of a time field, as browsers want it",
    "training/policies/schedules.py": "the stored schedule",
}


def test_months_are_words_and_years_have_four_digits() -> None:
    assert [words.day(DAY), words.month(DAY), words.weekday(DAY)] == ["5 Jan 2028", "Jan 2028", "Wed 5 Jan 2028"]


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (DAY, dt.date(2028, 2, 1), "5 Jan 2028 – 1 Feb 2028"),
        (DAY, DAY, "5 Jan 2028"),
        (DAY, None, "from 5 Jan 2028"),
        (None, DAY, "until 5 Jan 2028"),
        (None, None, "–"),
    ],
)
def test_a_range_of_days_names_both_years_and_an_open_end_in_words(
    first: dt.date | None, last: dt.date | None, told: str
) -> None:
    assert words.day_range(first, last) == told


def test_times_of_a_day_have_an_en_dash_and_an_open_end_none() -> None:
    assert words.clock_range(dt.time(8), dt.time(12, 30)) == "08:00–12:30"
    assert words.clock_range(dt.time(8), None) == "08:00"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "5 seconds"),
        (12, "10 seconds"),
        (13, "15 seconds"),
        (89, "90 seconds"),
        (90, "2 minutes"),
        (299, "5 minutes"),
    ],
)
def test_what_is_not_known_exactly_is_told_roughly(seconds: float, told: str) -> None:
    assert words.roughly(seconds) == told


def test_admin_writes_dates_as_the_pages_do() -> None:
    at = dt.datetime(2028, 7, 1, 22, 30, tzinfo=dt.UTC)
    assert display_for_value(DAY, "") == words.day(DAY)
    assert display_for_value(at, "") == words.moment(at) == "2 Jul 2028 00:30"
    assert date_format(DAY, "YEAR_MONTH_FORMAT") == words.month(DAY)


def test_a_typed_date_that_is_two_days_is_refused() -> None:
    with override("en"):
        assert not [each for each in get_format("DATE_INPUT_FORMATS") if each.startswith(("%m", "%d/", "%d."))]


def test_templates_write_dates_with_the_filters_of_the_site() -> None:
    found = {
        (template.name, pattern)
        for template in (CHECKOUT / "templates").rglob("*.html")
        for pattern in re.findall(r"""\|(?:date|time):["']([^"']*)["']""", template.read_text())
    }
    assert found
    assert {each for each in found if each[1] not in FOR_PROGRAMS} == set()
    loose = re.compile(r"\|(?:date|time|timesince|timeuntil|naturalday)\b(?!:)|\{% now ")
    assert [path.name for path in (CHECKOUT / "templates").rglob("*.html") if loose.search(path.read_text())] == []


def _writes_by_pattern(path: Path) -> bool:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    patterns = [
        ast.unparse(node.format_spec) for node in nodes if isinstance(node, ast.FormattedValue) and node.format_spec
    ]
    called = [node.attr for node in nodes if isinstance(node, ast.Attribute)]
    return "strftime" in called or any("%" in pattern for pattern in patterns)


def test_sentences_write_dates_with_the_words_of_the_site() -> None:
    code = [path for app in APPS for path in (CHECKOUT / app).rglob("*.py") if "migrations" not in path.parts]
    found = {str(path.relative_to(CHECKOUT)) for path in code if _writes_by_pattern(path)}
    assert found == set(BY_PATTERN)
