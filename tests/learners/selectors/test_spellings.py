"""L4: whoever is looked for is found in every spelling, wherever people are looked for."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.pages.candidates import Wanted, candidates
from attendance.pages.corrections import candidates as correction_candidates
from attendance.pages.progression import candidates_of_class
from attendance.pages.search import Most, find
from attendance.pages.sessions import listing
from learners.models import Learner, WorkerNumber
from learners.pages.merging import merge_candidates
from learners.pages.worker_rows import worker_rows
from learners.selectors.as_of import list_workers_as_of
from learners.selectors.competency import QueueFilter, queue
from learners.selectors.learners import WorkerFilter, find_by_badge, list_workers, matches
from learners.services.learners import replace_badge
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import CompetencyRecordFactory, LearnerFactory
from tests.factories.training import MORNING, active_class, scheduled_session
from training.models import Session

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("UTC"))

WORKERS: list[tuple[str, str, str, list[str]]] = [
    (
        "00417",
        "Jana",
        "Weiß",
        ["Weiss", "weiß jana", "417", " 00417 ", "0417", "00 417", "\uff14\uff11\uff17"],
    ),
    ("PB-5", "Liam", "O'Brien", ["O’Brien", "obrien", "pb5", "PB–5", "O\u00b4Brien", "o brien", "pb 5", "PB-05"]),
    ("PB-7", "Sami", "Al-Masri", ["Al Masri", "almasri", "masri sami", "al\u2011masri", "sami almasri"]),
    ("PB-3", "Søren", "Kjær", ["Soeren", "Kjaer", "soren kjaer", "KJÆR søren"]),
    ("PB-1", "Uwe", "Müller", ["Mueller", "muller", "MÜLLER", "Mu\u0308ller", "P\u0412-1"]),
    ("PB-8", "Asa", "Aaberg", ["Åberg", "Åsa Aaberg"]),
    ("PB-9", "Jutta", "Mueller", ["Müller jutta", "mueller jutta"]),
    ("K-9", "Karim", "Almasri", ["al masri karim", "Al-Masri karim"]),
    ("PB-11", "Şükrü", "İnci", ["sukru", "INCI", "inci şükrü", "suekrue"]),
    ("PB-12", "Đorđe", "Łoś", ["dorde los", "Đorđe"]),
]
SPELLINGS = [(badge, typed) for badge, _first, _last, found_by in WORKERS for typed in found_by]
Search = Callable[[str], set[str]]


@pytest.fixture
def people() -> dict[str, Learner]:
    return {
        badge: LearnerFactory(badge_id=badge, first_name=first, last_name=last) for badge, first, last, _ in WORKERS
    }


def badges(learners: Any) -> set[str]:
    return {learner.badge_id for learner in learners}


@pytest.mark.parametrize(("badge", "typed"), SPELLINGS)
def test_l4_every_spelling_finds_the_worker(people: dict[str, Learner], badge: str, typed: str) -> None:
    assert badge in badges(Learner.objects.filter(matches(typed)))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("jo", {"JOE-1", "JON-1"}),
        ("joe", {"JOE-1"}),  # and not Jon, although oe may stand for ö
        ("417", {"00417", "41755"}),  # a badge begins with it
        ("0417", {"00417"}),  # with zeros in front only the whole badge is meant
        ("0041", {"00417"}),
        ("'", set()),
        ("-", set()),
        ("- joe", {"JOE-1"}),
    ],
)
def test_l4_nobody_else_is_found(typed: str, found: set[str]) -> None:
    for badge, first in (("JOE-1", "Joe"), ("JON-1", "Jon"), ("00417", "Ada"), ("41755", "Ada"), ("X-5", "Ada")):
        LearnerFactory(badge_id=badge, first_name=first, last_name="Berg")
    assert badges(Learner.objects.filter(matches(typed))) == found


def test_l3_l4_an_old_badge_is_found_in_every_spelling(supervisor: User) -> None:
    worker = LearnerFactory(badge_id="PB-005")
    replace_badge(learner_id=worker.pk, badge_id="NEW-1", by=supervisor, now=NOW)
    for typed in ("PB-005", "pb5", "PB–5", "pb 5", "pb-00"):
        assert list(Learner.objects.filter(matches(typed))) == [worker], typed
        row = worker_rows([worker], today=TODAY, warning_days=60, found_by=typed)[0]
        assert row.found_by == ["PB-005"], typed
    assert find_by_badge("pb–005") == worker
    assert find_by_badge("PB-5") is None  # that is another badge


def test_l4_a_name_in_another_script_is_searched() -> None:
    worker = LearnerFactory(first_name="Sami", last_name="Al-Masri", other_name="سامي المصري")
    assert list(Learner.objects.filter(matches("المصري سامي"))) == [worker]


def test_l4_a_number_is_found_as_a_whole_and_told_masked() -> None:
    worker = LearnerFactory()
    WorkerNumber.objects.create(learner=worker, kind="National ID", value="784-1990-1234567-1")
    for typed in ("784-1990-1234567-1", "784 1990 1234567 1", "784199012345671"):
        assert list(Learner.objects.filter(matches(typed))) == [worker]
        assert worker_rows([worker], today=TODAY, warning_days=60, found_by=typed)[0].found_by == ["National ID •••7-1"]
    for part in ("784-1990", "784", "7841990123456"):
        assert not Learner.objects.filter(matches(part)).exists()


def test_l2_l4_a_number_of_a_merged_badge_finds_the_survivor() -> None:
    survivor = LearnerFactory()
    merged = LearnerFactory(merged_into=survivor, status="INACTIVE")
    WorkerNumber.objects.create(learner=merged, kind="Passport", value="C01X00T47")
    assert list(Learner.objects.filter(matches("c01x00t47"), merged_into=None)) == [survivor]


# Every search of the site


@pytest.fixture
def searches(people: dict[str, Learner], supervisor: User) -> dict[str, Search]:
    session, other, training_class = scheduled_session(start_time=MORNING), LearnerFactory(), active_class()
    for learner in people.values():
        CompetencyRecordFactory(learner=learner)

    def by_the_top_bar(text: str) -> set[str]:
        found = find(text, user=supervisor, today=TODAY, warning_days=60, most=Most())
        return badges(row.learner for row in found.workers.rows)

    def by_the_picker(text: str) -> set[str]:
        found = candidates(session, Wanted(search=text), now=NOW, warning_days=60)
        return badges(each.learner for each in found)

    return {
        "top bar": by_the_top_bar,
        "picker": by_the_picker,
        "workers": lambda text: badges(list_workers(WorkerFilter(text=text), today=TODAY, warning_days=60)),
        "workers of another day": lambda text: badges(list_workers_as_of(WorkerFilter(text=text), on=date(2030, 1, 1))),
        "class": lambda text: badges(candidates_of_class(training_class, search=text, chosen=())),
        "verify": lambda text: badges(each.learner for each in queue(QueueFilter(text=text))),
        "correction": lambda text: badges(correction_candidates(text)),
        "merge": lambda text: badges(merge_candidates(other, text)),
    }


def test_l4_every_search_of_the_site_finds_every_spelling(searches: dict[str, Search]) -> None:
    missed = [
        (where, typed, badge)
        for badge, typed in SPELLINGS
        for where, search in searches.items()
        if badge not in search(typed)
    ]
    assert missed == []


def test_l4_sessions_are_found_by_who_is_on_their_list(people: dict[str, Learner]) -> None:
    session = scheduled_session()
    SessionAttendeeFactory(session=session, learner=people["PB-5"])
    assert list(listing(Session.objects.all(), "O’Brien")) == [session]
    assert list(listing(Session.objects.all(), "pb–5")) == [session]
    assert list(listing(Session.objects.all(), "Weiss")) == []


def test_l4_a_badge_in_another_spelling_opens_its_page(people: dict[str, Learner], as_supervisor: Client) -> None:
    answer = as_supervisor.get(reverse("attendance:search"), {"q": "pb\u20137\u00a0"})
    assert answer["Location"] == reverse("attendance:worker", args=[people["PB-7"].pk])


def test_p2_l4_a_search_is_one_statement(people: dict[str, Learner]) -> None:
    for text in ("weiß", "sami al masri", "00417"):
        with CaptureQueriesContext(connection) as queries:
            list(Learner.objects.filter(matches(text)))
        assert len(queries) == 1
