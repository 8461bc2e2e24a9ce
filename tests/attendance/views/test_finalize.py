"""Finalize through the browser: the button, the question, and doing it (F1, F5)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attendance.services.marking import Mark, save_marks
from learners.models import Learner, TrainingRecord
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.training import CourseVersionFactory, VenueFactory, scheduled_session
from tests.html import fragment, group
from training.models import Session

HTMX = {"HX-Request": "true"}


def ready(size: int = 2, **fields) -> Session:
    session, _attendees = session_ready_to_finalize(size=size, start_time=timezone.now() - timedelta(hours=5), **fields)
    return session


def url(session: Session) -> str:
    return reverse("attendance:session_finalize", args=[session.pk])


def page(session: Session) -> str:
    return reverse("attendance:session", args=[session.pk])


def test_f5_the_button_is_disabled_without_evidence_and_says_why(as_supervisor: Client):
    session = scheduled_session(start_time=timezone.now() - timedelta(hours=5))
    SessionAttendeeFactory(session=session, present=True)
    card = fragment(as_supervisor.get(page(session)).text, "finalize")
    assert 'aria-disabled="true"' in card
    assert "hx-get" not in card
    assert "Evidence missing" in card


def test_f5_the_question_says_what_will_happen_and_names_the_unmarked(as_supervisor: Client):
    session = ready(size=3, venue=VenueFactory(capacity=2))
    failed = session.attendees.earliest("line")
    session.attendees.filter(pk=failed.pk).update(has_passed=False)
    SessionAttendeeFactory(session=session)
    html = as_supervisor.get(url(session), headers=HTMX).text
    assert (
        "This will generate 3 Training Records (2 passed, 1 failed) and 0 pending verifications. "
        "This action cannot be undone." in html
    )
    assert "1 worker is not marked and will be recorded absent." in html
    assert "Venue Capacity Exceeded (4/2)." in html
    assert "Generate 3 records" in html


def test_f5_practical_courses_say_how_many_are_to_be_verified(as_supervisor: Client):
    session = ready(course_version=CourseVersionFactory(requires_verification=True))
    html = as_supervisor.get(url(session), headers=HTMX).text
    assert "0 Training Records (0 passed, 0 failed) and 2 pending verifications." in html
    assert "Generate 2 to verify" in html


def test_l1_the_question_names_who_is_blocked_by_now(as_supervisor: Client):
    session = ready()
    learner = session.attendees.earliest("line").learner
    Learner.objects.filter(pk=learner.pk).update(status="BLACKLISTED")
    assert str(learner) in as_supervisor.get(url(session), headers=HTMX).text


def test_the_question_of_htmx_and_of_the_page_is_the_same(as_supervisor: Client):
    session = ready()
    swapped = as_supervisor.get(url(session), headers=HTMX).text
    whole = as_supervisor.get(url(session)).text
    assert fragment(swapped, "confirm-facts") == fragment(whole, "confirm-facts")


def test_f5_finalizing_by_htmx_goes_to_the_locked_workspace(as_supervisor: Client):
    session = ready()
    response = as_supervisor.post(url(session), headers=HTMX)
    assert response.headers["HX-Redirect"] == page(session)
    html = as_supervisor.get(page(session)).text
    assert "Session finalized. 2 training records made." in html
    assert "Finalized by" in html
    for control in ("data-row", 'id="picker"', "data-needs-saved", 'name="everybody"'):
        assert control not in html
    record = TrainingRecord.objects.earliest("pk")
    assert f"{reverse('attendance:worker', args=[record.learner_id])}?record={record.pk}" in html


def test_f5_finalizing_works_without_javascript(as_supervisor: Client):
    session = ready()
    assert "Generate 2 records" in as_supervisor.get(url(session)).text
    response = as_supervisor.post(url(session), follow=True)
    assert response.redirect_chain == [(page(session), 302)]
    assert TrainingRecord.objects.count() == 2


def test_f4_the_second_press_is_refused_with_who_was_first(as_supervisor: Client):
    session = ready()
    as_supervisor.post(url(session))
    response = as_supervisor.post(url(session), headers=HTMX)
    assert response.status_code == 409
    assert "finalized already" in response.text
    assert TrainingRecord.objects.count() == 2


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_f5_what_is_not_so_any_more_is_asked_about_again(
    as_supervisor: Client, superuser: User, headers: dict[str, str]
):
    """Two who have traded places leave every number as it was."""

    def mark(*marks: Mark) -> None:
        save_marks(session_id=session.pk, marks=marks, by=superuser, now=timezone.now())

    session = ready()
    first, second = session.attendees.order_by("line")
    mark(Mark(first.learner_id, is_present=False, has_passed=False))
    confirmed = group(r'name="confirmed" value="([^"]+)"', as_supervisor.get(url(session), headers=headers).text)
    mark(Mark(first.learner_id, is_present=True, has_passed=True), Mark(second.learner_id, False, False))

    answer = as_supervisor.post(url(session), {"confirmed": confirmed}, headers=headers)

    assert answer.status_code == 409
    assert "nothing was done" in answer.text
    assert "This will generate 1 Training Record (1 passed, 0 failed)" in answer.text
    assert not TrainingRecord.objects.exists()
    now = group(r'name="confirmed" value="([^"]+)"', answer.text)
    as_supervisor.post(url(session), {"confirmed": now}, headers=headers)
    assert TrainingRecord.objects.get().learner == first.learner


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_f1_what_is_missing_is_said_and_nothing_is_made(as_supervisor: Client, headers: dict[str, str]):
    session = scheduled_session(start_time=timezone.now() - timedelta(hours=5))
    SessionAttendeeFactory(session=session, present=True)
    question = as_supervisor.get(url(session), headers=headers)
    assert "Evidence missing" in question.text
    assert "data-hotkey" not in question.text
    answer = as_supervisor.post(url(session), headers=headers)
    assert answer.status_code == 422
    assert "Evidence missing" in answer.text
    assert not TrainingRecord.objects.exists()


@pytest.mark.parametrize("size", [1, 3])
def test_the_question_takes_the_same_number_of_queries_for_any_list(as_supervisor: Client, size: int):
    session = ready(size=size)
    with CaptureQueriesContext(connection) as queries:
        as_supervisor.get(url(session), headers=HTMX)
    assert len(queries) == 9


@pytest.mark.parametrize("size", [1, 3])
def test_the_locked_page_takes_the_same_number_of_queries_for_any_list(as_supervisor: Client, size: int):
    session = ready(size=size)
    as_supervisor.post(url(session))
    as_supervisor.get(page(session))
    with CaptureQueriesContext(connection) as queries:
        assert as_supervisor.get(page(session)).text.count('<th scope="row" id="w') == size
    assert len(queries) == 21
