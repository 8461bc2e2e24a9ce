"""A form is done once: repeated, it is answered as it was the first time, and what is not known is not claimed."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.template import engines
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config import sent_once
from config.models import ApiToken, IdempotentAnswer
from config.sent_forms import LARGEST_KEPT_BYTES
from learners.models import EvidenceUpload
from tests.factories import files
from tests.factories.learners import LearnerFactory
from tests.factories.training import CourseVersionFactory, UserFactory, scheduled_session
from tests.fixtures import client_of
from training.core.groups import SUPERVISORS
from training.core.refusals import OutcomeUnknown
from training.models import Session
from training.services.sessions import create_draft
from training.templatetags.form_key import FIELD

pytestmark = pytest.mark.django_db

KEY = "k" * 22
NEW = "/sessions/new/"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/sessions/new/"}


@pytest.fixture
def form() -> dict[str, Any]:
    return {"course": CourseVersionFactory(status="PUBLISHED").course_id, "action": "save", FIELD: KEY}


def outcome(client: Client, key: str = KEY) -> dict[str, str]:
    """Ask as a script of the page does."""
    told: dict[str, str] = json.loads(client.get(f"/sent/{key}/", headers={"Accept": "application/json"}).content)
    return told


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["a browser", "htmx"])
def test_a_repeat_is_answered_as_the_first_time(as_supervisor: Client, form: dict[str, Any], headers: dict[str, str]):
    first = as_supervisor.post(NEW, form, headers=headers)
    again = as_supervisor.post(NEW, form, headers=headers)

    session = Session.objects.get()
    name = "HX-Redirect" if headers else "Location"
    assert first[name] == again[name] == f"/sessions/{session.pk}/"
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again["Idempotent-Replayed"] == "true"
    page = as_supervisor.get(again[name]).content.decode()
    assert page.count("Draft saved.") == 1


def test_a_message_that_was_read_is_said_again_to_who_repeats(as_supervisor: Client, form: dict[str, Any]):
    address = as_supervisor.post(NEW, form)["Location"]
    assert "Draft saved." in as_supervisor.get(address).content.decode()
    as_supervisor.post(NEW, form)
    assert "Draft saved." in as_supervisor.get(address).content.decode()


def test_control_without_a_key_each_one_is_done(as_supervisor: Client, form: dict[str, Any]):
    del form[FIELD]
    for _time in range(2):
        as_supervisor.post(NEW, form)
    assert Session.objects.count() == 2


def test_other_content_under_the_same_key_is_another_form(as_supervisor: Client, form: dict[str, Any]):
    """Back, corrected, sent."""
    as_supervisor.post(NEW, form)
    other = CourseVersionFactory(status="PUBLISHED").course_id
    as_supervisor.post(NEW, form | {"course": other})
    assert {session.course_id for session in Session.objects.all()} == {form["course"], other}


def test_another_token_of_the_same_login_is_no_other_content(as_supervisor: Client, form: dict[str, Any]):
    for token in ("a", "b"):
        as_supervisor.post(NEW, form | {"csrfmiddlewaretoken": token})
    assert Session.objects.count() == 1


def test_the_key_of_somebody_else_opens_nothing(as_supervisor: Client, superuser: User, form: dict[str, Any]):
    as_supervisor.post(NEW, form)
    stranger = client_of(superuser)
    assert outcome(stranger) == {"outcome": "not_saved", "page": ""}
    stranger.post(NEW, form)
    assert Session.objects.count() == 2


def test_a_refused_form_may_be_sent_again_with_its_key(as_supervisor: Client, form: dict[str, Any]):
    assert as_supervisor.post(NEW, form | {"course": ""}).status_code == 422
    assert not IdempotentAnswer.objects.exists()
    assert outcome(as_supervisor)["outcome"] == "not_saved"
    assert as_supervisor.post(NEW, form).status_code == 302


def test_a_key_that_is_none_is_refused_in_words(as_supervisor: Client, form: dict[str, Any]):
    answer = as_supervisor.post(NEW, form | {FIELD: "x"})
    assert (answer.status_code, Session.objects.count()) == (422, 0)
    assert "Reload the page" in answer.content.decode()


def test_it_costs_two_statements_and_reading_none(as_supervisor: Client, form: dict[str, Any]):
    as_supervisor.post(NEW, form | {FIELD: "j" * 22})
    with CaptureQueriesContext(connection) as with_key:
        as_supervisor.post(NEW, form)
    del form[FIELD]
    with CaptureQueriesContext(connection) as without:
        as_supervisor.post(NEW, form)
    assert len(with_key) - len(without) == 2
    with CaptureQueriesContext(connection) as reading:
        as_supervisor.get(NEW)
    assert not [query for query in reading if "idempotentanswer" in query["sql"]]


# Where there was no answer


@pytest.fixture
def breaks_after_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.views.sessions._saved", _break_down)


def _break_down(*_values: object, **_named: object) -> None:
    raise RuntimeError


@pytest.fixture
def planner(supervisor: User) -> Client:
    client = client_of(supervisor)
    client.raise_request_exception = False
    return client


@pytest.mark.usefixtures("breaks_after_commit")
def test_broken_down_after_something_was_saved(planner: Client, form: dict[str, Any]):
    answer = planner.post(NEW, form, headers={"Referer": f"http://testserver{NEW}"})

    assert (answer.status_code, answer["Outcome-Unknown"]) == (500, "true")
    page = answer.content.decode()
    assert "We do not know whether it was saved. Check before you try again." in page
    assert f'href="/sent/{KEY}/"' in page
    assert outcome(planner) == {"outcome": "saved", "page": NEW}
    assert "It was saved" in planner.get(f"/sent/{KEY}/").content.decode()
    again = planner.post(NEW, form)
    assert (again.status_code, again["Location"]) == (302, NEW)
    assert Session.objects.count() == 1
    assert "part of it was saved" in planner.get(NEW).content.decode()


def test_broken_down_before_anything_was_saved(planner: Client, form: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr("training.views.sessions.create_draft", _break_down)
        assert planner.post(NEW, form)["Outcome-Unknown"] == "true"

    assert outcome(planner)["outcome"] == "not_saved"
    assert planner.post(NEW, form).status_code == 302
    assert Session.objects.count() == 1


@pytest.mark.parametrize("was_committed", [True, False])
def test_the_connection_was_lost_in_commit(
    planner: Client, form: dict[str, Any], monkeypatch: pytest.MonkeyPatch, was_committed: bool
):
    def lose(**values: Any) -> None:
        if was_committed:
            create_draft(**values)
        raise OutcomeUnknown("We do not know whether it was saved. Check before you try again.")

    with monkeypatch.context() as patch:
        patch.setattr("training.views.sessions.create_draft", lose)
        answer = planner.post(NEW, form)
        assert (answer.status_code, answer["Outcome-Unknown"]) == (503, "true")
        assert f'href="/sent/{KEY}/"' in answer.content.decode()

    if not was_committed:
        monkeypatch.setattr(sent_once, "WAIT_SECONDS", 0)
        assert outcome(planner)["outcome"] == "running"  # the server may still be at it
        assert planner.post(NEW, form).status_code == 409
        IdempotentAnswer.objects.update(ended_at=timezone.now() - sent_once.COMMITS_WITHIN)
    assert outcome(planner)["outcome"] == ("saved" if was_committed else "not_saved")
    planner.post(NEW, form)
    assert Session.objects.count() == 1


def test_who_was_cut_off_is_told_to_look(planner: Client, form: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sent_once, "WAIT_SECONDS", 0)
    planner.post(NEW, form)
    Session.objects.all().delete()
    unanswered = {"status": None, "context_id": "0" * 32}
    IdempotentAnswer.objects.update(**unanswered)
    answer = planner.post(NEW, form, headers={"Referer": f"http://testserver{NEW}"})
    assert answer.status_code == 409
    assert "still being done. Check the result before you send it again." in answer.content.decode()
    IdempotentAnswer.objects.update(created_at=timezone.now() - sent_once.RUNS_AT_MOST)
    assert outcome(planner)["outcome"] == "unknown"
    answer = planner.post(NEW, form)
    assert answer.status_code == 409
    assert "we do not know whether it was saved" in answer.content.decode()
    assert not Session.objects.exists()


def test_what_failed_before_the_view_was_surely_not_saved(planner: Client, form: dict[str, Any]):
    def lose(execute: Any, sql: str, *values: Any) -> Any:
        if "django_session" in sql:
            raise OperationalError("the connection is lost")
        return execute(sql, *values)

    with connection.execute_wrapper(lose):
        answer = planner.post(NEW, form)
    assert answer.status_code in (500, 503)
    assert "Outcome-Unknown" not in answer
    assert "What you sent was not saved." in answer.content.decode()


# What is kept


def test_answers_are_forgotten_after_a_day(as_supervisor: Client, form: dict[str, Any]):
    as_supervisor.post(NEW, form)
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    as_supervisor.post(NEW, form)
    assert Session.objects.count() == 2
    assert IdempotentAnswer.objects.count() == 1


def test_a_redirect_is_kept_without_a_body(as_supervisor: Client, form: dict[str, Any]):
    as_supervisor.post(NEW, form)
    kept = IdempotentAnswer.objects.get()
    assert (bytes(kept.body), kept.headers) == (b"", {"Location": f"/sessions/{Session.objects.get().pk}/"})


def test_a_large_fragment_is_not_kept_and_its_repeat_goes_to_the_page(
    as_supervisor: Client, monkeypatch: pytest.MonkeyPatch
):
    session, learner = scheduled_session(), LearnerFactory()
    page = f"/sessions/{session.pk}/"
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    monkeypatch.setattr("config.sent_forms.LARGEST_KEPT_BYTES", 10)
    body = {"learner": learner.pk, FIELD: KEY}
    assert as_supervisor.post(f"{page}add/", body, headers=headers).content
    again = as_supervisor.post(f"{page}add/", body, headers=headers)
    assert (again["HX-Redirect"], session.attendees.count()) == (page, 1)
    assert LARGEST_KEPT_BYTES == 256 * 1024


def test_a_fragment_is_given_again_whole(as_supervisor: Client):
    session, learner = scheduled_session(), LearnerFactory()
    body = {"learner": learner.pk, FIELD: KEY}
    first, again = (
        as_supervisor.post(f"/sessions/{session.pk}/add/", body, headers={"HX-Request": "true"}) for _time in range(2)
    )
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again["Idempotent-Replayed"] == "true"
    plain = as_supervisor.post(f"/sessions/{session.pk}/add/", body)  # the same, by a browser without the script
    assert (plain.status_code, session.attendees.count()) == (302, 1)


def test_a_new_token_is_not_kept_in_clear(superuser: User):
    form = {"name": "HR", "scope": "read", "days": 30, FIELD: KEY}
    answer = client_of(superuser).post(f"/users/{superuser.pk}/tokens/new/", form)
    assert ApiToken.objects.count() == 1
    secret = answer.context["secret"]
    assert all(secret not in f"{bytes(each.body)!r}{each.messages}" for each in IdempotentAnswer.objects.all())


def test_the_fingerprint_of_a_password_cannot_be_guessed_without_the_key_of_the_site(
    as_supervisor: Client, form: dict[str, Any], settings: Any
):
    as_supervisor.post(NEW, form)
    before = IdempotentAnswer.objects.get().fingerprint
    IdempotentAnswer.objects.all().delete()
    client = client_of(UserFactory(groups=[SUPERVISORS]))
    settings.SECRET_KEY = "another"
    client.force_login(UserFactory(groups=[SUPERVISORS]))
    client.post(NEW, form)
    assert IdempotentAnswer.objects.get().fingerprint != before


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("evidence_dir")
def test_a_file_is_known_by_its_content(as_supervisor: Client):
    """The same form with another file is another request."""
    address = f"/sessions/{scheduled_session().pk}/evidence/"
    for content in (files.pdf(), files.pdf(), files.pdf(2)):
        as_supervisor.post(address, {"file": files.upload(content, "sheet.pdf"), FIELD: KEY})
    assert IdempotentAnswer.objects.count() == EvidenceUpload.objects.count() == 2


# Every form has one

TEMPLATES = Path(settings.CHECKOUT) / "templates"
POSTS = re.compile(r"<form\b[^>]*\bmethod=[\"']?post\b.*?</form>", re.IGNORECASE | re.DOTALL)
BY_SCRIPT = re.compile(r"<(\w+)\b(?:[^<>]|<[^<>]*>)*?\bhx-(?:put|patch|delete)\b")


def _templates() -> Iterator[Path]:
    yield from sorted(TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("template", _templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_form_is_without_a_key(template: Path):
    """The tag that Django asks of every form brings it; scripts add it to what has no form of its own."""
    text = template.read_text()
    forms = POSTS.findall(text)
    assert all("{% csrf_token %}" in form for form in forms)
    assert len(forms) == len(re.findall(r"method=[\"']?post\b", text, re.IGNORECASE))
    assert not BY_SCRIPT.search(text)


def test_the_tag_of_every_template_brings_a_key_of_its_own():
    page = engines["django"].from_string("{% csrf_token %}{% csrf_token %}").render({})
    keys = re.findall(rf'name="{FIELD}" value="([\w-]+)" autocomplete="off"', page)
    assert len(set(keys)) == 2


@pytest.mark.parametrize("address", ["/admin/config/apitoken/add/", "/password/", NEW])
def test_pages_and_admin_draw_it(superuser: User, address: str):
    assert f'name="{FIELD}"' in client_of(superuser).get(address).content.decode()
