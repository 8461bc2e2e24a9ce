"""The page on which a certificate from elsewhere is recorded (R1)."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from learners.models import Learner, TrainingRecord
from tests.factories import files
from tests.factories.learners import LearnerFactory
from tests.factories.training import CompanyFactory, CourseVersionFactory
from training.models import CourseVersion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def version() -> CourseVersion:
    version: CourseVersion = CourseVersionFactory(validity_months=24)
    return version


@pytest.fixture
def learner() -> Learner:
    learner: Learner = LearnerFactory()
    return learner


@pytest.fixture
def typed(version: CourseVersion) -> dict[str, Any]:
    return {
        "course": version.course_id,
        "provider": CompanyFactory().pk,
        "completion_date": "2026-02-01",
        "expiry_date": "2028-02-01",
        "result": "PASSED",
        "comments": "No. 4711",
    }


@pytest.fixture
def send(as_supervisor: Client, learner: Learner, typed: dict[str, Any]) -> Callable[..., Any]:
    """Sends the form; what is None is left away."""

    def run(*, headers: dict[str, str] | None = None, proof: bytes | None = files.pdf(), **other: Any) -> Any:
        data = {**typed, **other} | ({"file": files.upload(proof)} if proof else {})
        data = {name: value for name, value in data.items() if value is not None}
        return as_supervisor.post(_url(learner), data, headers=headers)

    return run


def _url(learner: Learner) -> str:
    return reverse("learners:worker_record_new", args=[learner.pk])


def _expiry(client: Client, learner: Learner, **typed: Any) -> Any:
    """Ask for the last day by the course, as HTMX does; return it, whether it is for good, and the page."""
    answer = client.get(_url(learner), typed, headers={**HTMX, "HX-Target": "expiry"})
    form = answer.context["form"]
    return form["expiry_date"].value() or "", bool(form["is_permanent"].value()), answer.text


def test_r1_without_javascript_the_record_is_made_and_its_certificate_open(
    send: Callable[..., Any], learner: Learner, as_supervisor: Client
) -> None:
    answer = send()
    record = TrainingRecord.objects.get()
    assert (record.learner, f"{record.expiry_date}", record.comments) == (learner, "2028-02-01", "No. 4711")
    assert answer["Location"] == f"{reverse('attendance:worker', args=[learner.pk])}?record={record.pk}"
    page = as_supervisor.get(answer["Location"])
    assert f"{record.course_title} is recorded." in unescape(page.text)
    assert page.context["profile"].sheet.record == record


def test_r1_with_htmx_the_browser_goes_to_the_worker(send: Callable[..., Any], learner: Learner) -> None:
    answer = send(headers=HTMX)
    assert answer["HX-Redirect"].startswith(reverse("attendance:worker", args=[learner.pk]))


def test_r1_the_last_day_is_proposed_from_course_and_completion(
    as_supervisor: Client, learner: Learner, version: CourseVersion
) -> None:
    course = version.course_id
    assert _expiry(as_supervisor, learner, course=course)[:2] == ("", False)
    last_day, is_permanent, page = _expiry(as_supervisor, learner, course=course, completion_date="2024-02-29")
    assert (last_day, is_permanent) == ("2026-02-28", False)
    assert "28 Feb 2026 according to the course" in page
    later = {"completion_date": "2024-03-01", "expiry_date": "2026-02-28", "proposed": "2026-02-28"}
    assert _expiry(as_supervisor, learner, course=course, **later)[0] == "2026-03-01"


def test_r1_a_last_day_that_somebody_typed_is_not_replaced(
    as_supervisor: Client, learner: Learner, version: CourseVersion
) -> None:
    typed = {"completion_date": "2024-03-01", "expiry_date": "2025-12-31", "proposed": "2026-02-28"}
    last_day, _, page = _expiry(as_supervisor, learner, course=version.course_id, **typed)
    assert last_day == "2025-12-31"
    assert "1 Mar 2026 according to the course" in page


def test_r1_a_course_that_lasts_for_good_proposes_no_last_day(as_supervisor: Client, learner: Learner) -> None:
    course = CourseVersionFactory(validity_months=0).course_id
    then = {"completion_date": "2024-03-01", "expiry_date": "2026-02-28", "proposed": "2026-02-28"}
    assert _expiry(as_supervisor, learner, course=course, **then)[:2] == ("", True)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"completion_date": f"{timezone.localdate() + timedelta(days=2)}"}, "cannot be completed in the future"),
        ({"expiry_date": "2026-01-31"}, "cannot expire before the training was completed"),
        ({"expiry_date": ""}, "Enter the last day on the certificate, or tick that it does not expire."),
        ({"is_permanent": "on"}, "Enter the last day, or tick that it does not expire, not both."),
        ({"completion_date": "0206-02-01"}, "Check the year."),
        ({"course": ""}, "This field is required."),
        ({"proof": None}, "No file was chosen."),
        ({"proof": b"Hello"}, "is not a PDF, JPEG or PNG file"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_r1_what_is_wrong_is_said_on_the_page_and_what_was_typed_stays(
    send: Callable[..., Any], other: dict[str, Any], sentence: str, headers: dict[str, str]
) -> None:
    answer = send(headers=headers, **other)
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert "No. 4711" in answer.text
    assert ("<html" in answer.text) is not bool(headers)
    assert not TrainingRecord.objects.exists()


def test_r1_no_last_day_is_for_good_where_it_is_ticked(send: Callable[..., Any]) -> None:
    send(expiry_date="", is_permanent="on")
    assert TrainingRecord.objects.get().expiry_date is None


def test_r1_the_same_form_sent_twice_is_told_so(send: Callable[..., Any]) -> None:
    send()
    answer = send(headers=HTMX)
    assert answer.status_code == 409
    assert "was recorded already, by" in unescape(answer.text)
    assert TrainingRecord.objects.count() == 1


def test_r1_the_page_of_a_merged_worker_is_the_survivors(as_supervisor: Client, learner: Learner) -> None:
    badge = LearnerFactory(merged_into=learner, status="INACTIVE")
    assert as_supervisor.get(_url(badge))["Location"] == _url(learner)
    assert as_supervisor.get(reverse("learners:worker_record_new", args=[0])).status_code == 404


def test_r1_the_worker_page_leads_there(as_supervisor: Client, as_auditor: Client, learner: Learner) -> None:
    page = reverse("attendance:worker", args=[learner.pk])
    assert _url(learner) in as_supervisor.get(page).text
    assert _url(learner) not in as_auditor.get(page).text


def test_r1_a_fail_asks_for_no_last_day_and_has_none(send: Callable[..., Any], learner: Learner):
    assert send(result="FAILED", expiry_date="").status_code == 302
    record = TrainingRecord.objects.get()
    assert (record.result, record.expiry_date) == ("FAILED", None)


def test_r1_while_a_fail_is_typed_no_last_day_is_shown(as_supervisor: Client, learner: Learner, typed: dict[str, Any]):
    asked = {**typed, "result": "FAILED", "expiry_date": ""}
    page = as_supervisor.get(_url(learner), asked, headers={**HTMX, "HX-Target": "expiry"})
    assert "valid on no day" in page.content.decode()
    assert 'name="expiry_date"' not in page.content.decode()


def test_r1_a_result_that_is_none_is_refused(send: Callable[..., Any]):
    assert send(result="PERHAPS").status_code == 422
    assert not TrainingRecord.objects.exists()
