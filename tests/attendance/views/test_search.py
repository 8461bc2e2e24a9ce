"""The search in the top bar."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learners.models import Learner
from learners.services.learners import replace_badge
from tests.factories.compliance import one_of_each
from tests.factories.learners import LearnerFactory
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    SessionFactory,
    active_class,
    scheduled_session,
)
from tests.fixtures import client_of
from tests.html import text_of
from training.models import Trainer

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

    assert [row.learner for row in found.workers.rows] == [learner]
    assert list(found.sessions.rows) == [session]


def test_a_course_code_finds_the_course_and_its_sessions(as_supervisor: Client):
    session = scheduled_session()
    scheduled_session()

    found = as_supervisor.get(URL, {"q": session.course.code}).context["found"]

    assert list(found.sessions.rows) == [session]
    assert list(found.courses.rows) == [session.course]


def test_classes_courses_and_companies_are_found_each_under_its_heading(as_supervisor: Client):
    company = CompanyFactory(name="Nordhavn Shipyard", code="NHV")
    training_class = active_class(client=company)
    course = CourseVersionFactory(title="Nordic rescue at sea").course

    page = as_supervisor.get(URL, {"q": "nor"}).content.decode()

    for heading, address, shown in (
        ("Classes", reverse("attendance:class", args=[training_class.pk]), training_class.class_code),
        ("Courses", reverse("training:course", args=[course.pk]), "Nordic rescue at sea"),
        ("Companies", reverse("training:company", args=[company.pk]), "Nordhavn Shipyard"),
    ):
        assert f"{heading}</h2>" in page
        assert f'href="{address}">{shown}</a>' in page
    assert "Companies</h2>" in as_supervisor.get(URL, {"q": "nhv"}).content.decode()
    assert "Courses</h2>" in as_supervisor.get(URL, {"q": course.code.lower()}).content.decode()
    offered = suggestions(as_supervisor, "nor").content.decode()
    for option in (f"class-{training_class.pk}", f"course-{course.pk}", f"company-{company.pk}"):
        assert f'id="option-{option}"' in offered


def test_an_exact_class_code_opens_the_class(as_supervisor: Client):
    training_class = active_class()

    response = as_supervisor.get(URL, {"q": str(training_class).lower()})

    assert response["Location"] == reverse("attendance:class", args=[training_class.pk])


def test_nothing_is_found_by_what_is_not_shown(as_supervisor: Client):
    """Neither by phone or e-mail, nor by a title that a course does not have any more, nor by a note."""
    LearnerFactory(phone="+49 30 5550177", email="canary@example.com", status_reason="canary")
    course = CourseVersionFactory(title="Canary of old", status="ARCHIVED").course
    CourseVersionFactory(course=course, number=2, title="Rescue")
    CompanyFactory(name="Other", class_code_prefix="CAN")

    for text in ("5550177", "canary", "canary@example.com"):
        assert not as_supervisor.get(URL, {"q": text}).context["found"], text


def test_l2_l3_a_hit_by_a_former_badge_or_name_shows_it(as_supervisor: Client, superuser):
    learner = LearnerFactory(badge_id="NEW-1", first_name="Selma", last_name="Berg")
    replace_badge(learner_id=learner.pk, badge_id="NEW-2", by=superuser, now=timezone.now())
    LearnerFactory(badge_id="OLD-77", last_name="Formerly", merged_into=learner, status=Learner.Status.INACTIVE)

    for text, shown in (("new-1", "NEW-1"), ("formerly", "Oksana Formerly OLD-77")):
        for page in (
            suggestions(as_supervisor, text).content.decode(),
            as_supervisor.get(reverse("attendance:workers"), {"q": text}).content.decode(),
        ):
            assert f"before: <bdi>{shown}</bdi>" in " ".join(page.split()), text
    assert "before:" not in suggestions(as_supervisor, "selma").content.decode()


def test_a_session_that_is_found_by_its_venue_shows_it(as_supervisor: Client):
    scheduled_session(venue__name="Jetty 4")

    assert "Jetty 4" in text_of(as_supervisor.get(URL, {"q": "jetty"}), "//main")
    assert ", Jetty 4 " in text_of(suggestions(as_supervisor, "jetty"), '//a[@role="option"]')


def test_nothing_typed_and_nothing_found_are_sentences(as_supervisor: Client):
    assert "Type a name, a badge" in as_supervisor.get(URL).content.decode()
    assert "Nothing matches." in as_supervisor.get(URL, {"q": "zzzz"}).content.decode()


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
    assert text_of(page, '//a[@role="option"]') == f"Not cleared {expired.name} {expired.badge_id} {expired.role}"
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
    assert "<p>Nothing matches.</p>" in suggestions(as_supervisor, "zzzz").content.decode()


# Who may


def test_a_trainer_finds_own_sessions_and_classes_and_nothing_else(as_trainer: Client, trainer: Trainer):
    learner = LearnerFactory(last_name="Height", badge_id="90909")
    own, own_class = scheduled_session(trainer=trainer), active_class(agent=trainer, client__name="Height Ltd")
    other, other_class = scheduled_session(), active_class(client__name="Height Inc")

    page = as_trainer.get(URL, {"q": "height"})
    found = page.context["found"]

    assert list(found.sessions.rows) == [own]
    assert [found.workers.rows, found.courses.rows, found.companies.rows] == [(), (), ()]
    assert learner.badge_id not in page.content.decode()
    assert list(as_trainer.get(URL, {"q": "hei"}).context["found"].classes.rows) == [own_class]
    assert as_trainer.get(URL, {"q": own.reference})["Location"] == reverse("attendance:session", args=[own.pk])
    for text in (learner.badge_id, other.reference, str(other_class), other.course.code):
        assert as_trainer.get(URL, {"q": text}).status_code == 200, text
        assert not as_trainer.get(URL, {"q": text}).context["found"], text
    assert "data-search" in page.content.decode()


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

    found = response.context["found"]
    assert len(found.workers.rows) == len(found.sessions.rows) == len(found.courses.rows) == size
    assert len(queries) == 15
