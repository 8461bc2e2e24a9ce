"""The search in the top bar."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learners.models import Learner
from tests.factories.compliance import one_of_each
from tests.factories.learners import LearnerFactory
from tests.factories.training import SessionFactory, scheduled_session
from tests.fixtures import client_of

pytestmark = pytest.mark.django_db

URL = "/search/"


def suggestions(client: Client, text: str):
    return client.get(URL, {"q": text}, headers={"HX-Request": "true"})


def test_an_exact_badge_opens_the_profile(as_supervisor: Client):
    learner = LearnerFactory(badge_id="NG-11156")
    LearnerFactory(badge_id="NG-111567")

    response = as_supervisor.get(URL, {"q": " ng-11156 "})

    assert response["Location"] == reverse("attendance:worker", args=[learner.pk])


def test_l2_a_merged_badge_opens_the_survivor(as_supervisor: Client):
    survivor = LearnerFactory()
    LearnerFactory(badge_id="OLD-77", merged_into=survivor, status=Learner.Status.INACTIVE)

    assert as_supervisor.get(URL, {"q": "OLD-77"})["Location"] == reverse("attendance:worker", args=[survivor.pk])


def test_an_exact_reference_opens_the_session(as_supervisor: Client):
    session = SessionFactory()

    response = as_supervisor.get(URL, {"q": session.reference.lower()})

    assert response["Location"] == reverse("attendance:session", args=[session.pk])


@pytest.mark.parametrize("text", ["S-2026-999999999999999999", "S-", "s", "S-2026-0"])
def test_a_reference_of_nothing_lists_nothing(as_supervisor: Client, text: str):
    assert as_supervisor.get(URL, {"q": text}).status_code == 200


def test_a_badge_that_looks_like_the_number_of_a_session_opens_the_worker(as_supervisor: Client):
    session = SessionFactory()
    learner = LearnerFactory(badge_id=f"{session.pk:04d}")

    assert as_supervisor.get(URL, {"q": learner.badge_id})["Location"].startswith("/workers/")


def test_anything_else_lists_workers_and_sessions(as_supervisor: Client):
    learner = LearnerFactory(first_name="Łukasz", last_name="Height")
    session = scheduled_session(course_version__title="Working at height")
    LearnerFactory()

    found = as_supervisor.get(URL, {"q": "height"}).context["found"]

    assert [row.learner for row in found.workers] == [learner]
    assert list(found.sessions) == [session]


def test_a_course_code_finds_its_sessions(as_supervisor: Client):
    session = scheduled_session()
    scheduled_session()

    assert list(as_supervisor.get(URL, {"q": session.course.code}).context["found"].sessions) == [session]


def test_nothing_typed_and_nothing_found_are_sentences(as_supervisor: Client):
    assert "Type a name, a badge" in as_supervisor.get(URL).content.decode()
    assert "No worker or session matches." in as_supervisor.get(URL, {"q": "zzzz"}).content.decode()


@pytest.mark.parametrize("text", ["\0", "%", "'", '"><script>alert(1)</script>', "x" * 5000, "\u202e", "  ", "\\"])
def test_hostile_text_runs_nothing_and_breaks_nothing(as_supervisor: Client, text: str):
    LearnerFactory()

    for response in (as_supervisor.get(URL, {"q": text}), suggestions(as_supervisor, text)):
        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()


# Suggestions


def test_suggestions_are_options_with_verdict_name_and_badge(as_supervisor: Client):
    expired = one_of_each(timezone.localdate())["expired"]

    page = suggestions(as_supervisor, "expired").content.decode()

    assert page.count('role="option"') == 1
    assert f'id="option-worker-{expired.pk}"' in page
    assert "Not cleared" in page
    assert expired.badge_id in page
    assert "<html" not in page


def test_there_are_eight_suggestions_at_most(as_supervisor: Client):
    for number in range(9):
        LearnerFactory(first_name="Height", last_name=f"Number {number}")
        scheduled_session(course_version__title="Working at height")

    page = suggestions(as_supervisor, "height").content.decode()

    assert page.count("option-worker-") == 5
    assert page.count("option-session-") == 3


def test_nothing_typed_suggests_nothing_and_no_match_says_so(as_supervisor: Client):
    assert suggestions(as_supervisor, " ").content.decode().strip() == ""
    assert "<p>No worker or session matches.</p>" in suggestions(as_supervisor, "zzzz").content.decode()


# Who may


def test_trainers_do_not_search_the_site(as_trainer: Client):
    learner = LearnerFactory()

    assert as_trainer.get(URL, {"q": learner.badge_id}).status_code == 403
    assert suggestions(as_trainer, learner.badge_id).status_code == 403


def test_auditors_search(auditor):
    learner = LearnerFactory()

    assert client_of(auditor).get(URL, {"q": learner.badge_id}).status_code == 302


@pytest.mark.parametrize("size", [1, 3])
def test_a_search_costs_the_same_queries_however_many_rows(as_supervisor: Client, size: int):
    for number in range(size):
        LearnerFactory(last_name="Height")
        scheduled_session(start_time=timezone.now() + timedelta(days=number + 1), course_version__title="Height")

    with CaptureQueriesContext(connection) as queries:
        response = as_supervisor.get(URL, {"q": "height"})

    assert len(response.context["found"].workers) == len(response.context["found"].sessions) == size
    assert len(queries) == 9
