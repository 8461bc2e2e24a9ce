"""Whatever stands where an address, a form or a program's request has a number, a key or a day, nothing breaks.

Every address of the site is walked with every parameter that any page reads, as a supervisor. What cannot be a key
names nobody: it is never taken for somebody else's.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from config import urls
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import (
    AreaFactory,
    CompetencyRecordFactory,
    LearnerFactory,
    LearnerProgressionFactory,
    TrainingRecordFactory,
)
from training.core.keys import LARGEST_KEY, day_of_text, key_of, keys_of

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[1]
NASTY = {
    "5,000 digits": "9" * 5000,
    "beyond the column": str(2**63),
    "far beyond": "9" * 30,
    "negative": "-1",
    "zero": "0",
    "another script": "٣",
    "superscript": "²",
    "exponent": "1e5",
    "spaces": " 1",
    "NUL": "1\0",
    "surrogate": "\udc80",
    "no day": "9999-99-99",
    "year 0": "0000-01-01",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "year 10000": "10000-01-01",
    "by week": "2026-W01-1",
    "empty": "",
    "comma": ",",
}
# Read by a page, as its sources say; a new one is found by itself.
READ = re.compile(r"""(?:GET|POST|data)\.(?:get|getlist)\(\s*["'](\w+)["']""")
FORM_FIELDS = {"q", "page", "on", "from", "to", "group", "company", "role", "area", "status", "course", "trainer"}
FORM_FIELDS |= {"venue", "limit", "after", "before", "red", "week", "month", "client", "agent", "state", "start", "end"}
FORM_FIELDS |= {"start_time", "end_time", "start_date", "end_date", "capacity", "number", "version", "learner"}


def parameters() -> list[str]:
    """Return the name of every parameter that some view, form or selector reads."""
    read = {
        name
        for layer in ("config", "training", "learners", "attendance")
        for file in (ROOT / layer).rglob("*.py")
        for name in READ.findall(file.read_text())
    }
    return sorted(read | FORM_FIELDS)


def routes(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Return every address of the site, with its converters as Django writes them."""
    for pattern in get_resolver(urls.__name__).url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


PAGES = sorted({route for route in routes() if "(?P" not in route and not route.startswith(("static", "logout"))})


@pytest.fixture
def somebody() -> dict[str, int]:
    """One row of each kind, whose key is 3 nowhere by accident: keys are put where addresses want them."""
    row = SessionAttendeeFactory()
    progression = LearnerProgressionFactory()
    record = TrainingRecordFactory(learner=row.learner)
    return {
        "session": row.session_id,
        "class": progression.training_class_id,
        "progression": progression.pk,
        "record": record.pk,
        "sign-off": CompetencyRecordFactory().pk,
        "worker": LearnerFactory().pk,
        "area": AreaFactory().pk,
        "course": record.course_id,
    }


# Admin leads back to its list with a sentence, and whoever asks what came of a form is told that it never arrived.
ANSWERS_ANY_KEY = ("admin", "sent/")


def filled(route: str, somebody: dict[str, int]) -> str:
    """Return the address with keys of rows that are there."""
    first = route.removeprefix("api/v1/").split("/")[0].rstrip("s")
    own = somebody.get(first, somebody["worker"])
    address = re.sub(r"<day:\w+>", "2026-03-02", route)
    address = re.sub(r"<(?:int|path|str|slug|uuid)?:?\w*(?:course)\w*>", str(somebody["course"]), address)
    address = re.sub(r"<(?:int|path|str|slug|uuid)?:?\w*learner\w*>", str(somebody["worker"]), address)
    return "/" + re.sub(r"<[^>]+>", str(own), address)


def kinds_for(number: int, *, long: bool) -> list[str]:
    """Return what a page is tried with: in the short profile one kind after the other, so that each meets some."""
    kinds = list(NASTY)
    return kinds if long else [kinds[number % len(kinds)]]


def status_of(answer: Any) -> int:
    """Return the status once all of the answer was read: a file that is handed out is closed with its last byte."""
    if answer.streaming:
        for _piece in answer.streaming_content:
            pass
    status: int = answer.status_code
    return status


def test_no_parameter_breaks_a_page(as_supervisor: Client, somebody: dict[str, int], long: bool) -> None:
    as_supervisor.raise_request_exception = False

    broken = {}
    for number, route in enumerate(PAGES):
        address = filled(route, somebody)
        for turn, kind in enumerate(kinds_for(number, long=long), start=number):
            text = NASTY[kind].encode("utf-8", "surrogateescape")
            query = {name: [text, text] for name in parameters()}
            headers = {"HX-Request": "true"} if turn % 2 else {}
            status = status_of(as_supervisor.get(address, query, headers=headers))
            if status >= 500:
                broken[f"{address} {kind} {headers}"] = status
    assert broken == {}


def test_no_key_or_day_in_an_address_breaks_a_page(as_supervisor: Client, long: bool) -> None:
    as_supervisor.raise_request_exception = False

    broken, found = {}, []
    for number, route in enumerate(PAGES):
        for kind in kinds_for(number, long=long):
            text = NASTY[kind].encode("utf-8", "surrogateescape")
            quoted = "".join(f"%{byte:02X}" for byte in text) if kind != "5,000 digits" else NASTY[kind]
            if "<" not in route or not quoted:
                continue
            address = "/" + re.sub(r"<[^>]+>", quoted, route)
            status = status_of(as_supervisor.get(address))
            if status >= 500:
                broken[f"{route} {kind}"] = status
            if status == 200 and not route.startswith(ANSWERS_ANY_KEY):
                found.append(f"{route} {kind}")
    assert broken == {}
    assert found == [], "nothing has such a key"


def test_no_field_of_a_form_or_body_breaks_a_page(as_supervisor: Client, somebody: dict[str, int], long: bool) -> None:
    """What is sent: forms with every field that is read, and bodies of programs."""
    as_supervisor.raise_request_exception = False

    broken = {}
    for number, route in enumerate(PAGES):
        address = filled(route, somebody)
        for kind in kinds_for(number, long=long):
            text = NASTY[kind].encode("utf-8", "replace").decode()
            if route.startswith("api/"):
                body = {"learnerIds": [text], "courseId": text, "trainerId": text, "startTime": text, "reason": text}
                status = status_of(as_supervisor.post(address, body, "application/json"))
            else:
                status = status_of(as_supervisor.post(address, dict.fromkeys(parameters(), text)))
            if status >= 500:
                broken[f"{route} {kind}"] = status
    assert broken == {}


# The parser


@pytest.mark.parametrize("kind", NASTY)
def test_nothing_of_it_is_a_key(kind: str) -> None:
    assert key_of(NASTY[kind]) is None
    assert keys_of(["1", NASTY[kind]]) is None


def test_a_key_is_what_a_column_holds() -> None:
    assert [key_of("1"), key_of(str(LARGEST_KEY)), key_of(None), key_of("01")] == [1, LARGEST_KEY, None, None]
    assert keys_of(["3", "2"]) == [3, 2]


@pytest.mark.parametrize("text", ["2026-W01-1", "20260302", "2026-3-2", " 2026-03-02", "٢٠٢٦-03-02", "2026-02-30"])
def test_a_day_is_written_in_one_way(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # of datetime, or ours
        day_of_text(text)
    assert day_of_text("2026-03-02").isoformat() == "2026-03-02"


def test_nobody_parses_keys_by_hand() -> None:
    """One parser: what looks at digits itself stands in a list here, with its reason."""
    allowed = {
        "training/core/keys.py",
        "training/forms/classes.py",  # days of the month
        "attendance/selectors/agreed_headings.py",  # places of sheets and columns, which begin at 0
    }
    cells = ("training/core/tables/", "training/policies/imports/")  # figures in the cells of tables
    by_hand = {
        str(file.relative_to(ROOT))
        for layer in ("config", "training", "learners", "attendance")
        for file in (ROOT / layer).rglob("*.py")
        if "/demo/" not in str(file) and re.search(r"\.isdecimal\(|\.isdigit\(|int\(request\.", file.read_text())
    }
    assert {each for each in by_hand if not each.startswith(cells)} <= allowed
