"""How programs come in, how often, and what they are told where there is nothing: tokens, CSRF, limits, problems."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone
from django.utils.translation import trans_real

from attendance.models import SessionAttendee
from config.api_tokens import TokenAlreadyRevoked, create_token, revoke_token
from config.attempts import LIMITS, CountedBy
from config.errors import server_error
from config.models import ApiToken, IdempotentAnswer
from config.problems import ProblemMiddleware
from tests.factories import files
from tests.factories.learners import LearnerFactory
from tests.factories.training import CourseVersionFactory, scheduled_session
from tests.fixtures import client_of
from training.core.refusals import Conflict, NotPermitted
from training.models import Session

pytestmark = pytest.mark.django_db

SESSIONS = "/api/v1/training/sessions"
JSON = "application/json"
PROBLEM = "application/problem+json"


# Tokens and cookies


def test_a_token_is_kept_as_a_hash_and_notes_its_use(supervisor: User, superuser: User):
    token, secret = create_token(user=supervisor, name="HR", by=superuser, now=timezone.now())

    assert Client(headers={"Authorization": f"Bearer {secret}"}).get(SESSIONS).status_code == 200

    token.refresh_from_db()
    assert token.last_used_at is not None
    assert secret not in str(ApiToken.objects.values().get())


def test_a_revoked_token_opens_nothing(supervisor: User, superuser: User):
    token, secret = create_token(user=supervisor, name="HR", by=superuser, now=timezone.now())
    revoke_token(token_id=token.pk, by=superuser, now=timezone.now())

    response = Client(headers={"Authorization": f"Bearer {secret}"}).get(SESSIONS)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert "This token was revoked on" in response.json()["detail"]
    with pytest.raises(TokenAlreadyRevoked):
        revoke_token(token_id=token.pk, by=superuser, now=timezone.now())


def test_a_token_of_a_disabled_login_opens_nothing(program_of: Callable[[User], Client], supervisor: User):
    program = program_of(supervisor)
    User.objects.filter(pk=supervisor.pk).update(is_active=False)

    assert program.get(SESSIONS).status_code == 401


def test_a_cookie_of_a_disabled_login_opens_nothing(as_supervisor: Client, supervisor: User):
    assert as_supervisor.get(SESSIONS).status_code == 200
    User.objects.filter(pk=supervisor.pk).update(is_active=False)

    assert as_supervisor.get(SESSIONS).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer sp_wrong", "Basic eDp5", "Bearer \xff", "nonsense"])
def test_a_wrong_token_is_nobody_whatever_cookie_comes_with_it(as_supervisor: Client, header: str):
    assert as_supervisor.get(SESSIONS, headers={"Authorization": header}).status_code == 401


def test_a_token_opens_no_page(token_of: Callable[[User], str], supervisor: User):
    response = Client(headers={"Authorization": f"Bearer {token_of(supervisor)}"}).get("/")

    assert response.status_code == 302


def test_only_superusers_make_tokens(supervisor: User):
    with pytest.raises(NotPermitted):
        create_token(user=supervisor, name="HR", by=supervisor, now=timezone.now())


def test_the_audit_trail_names_the_login_of_the_token(as_planner: Client, supervisor: User):
    version = CourseVersionFactory(status="PUBLISHED")

    made = as_planner.post(f"{SESSIONS}/draft", {"courseId": version.course_id}, JSON).json()

    events = Session.pgh_event_model.objects  # type: ignore[attr-defined]  # set by pghistory
    context = events.select_related("pgh_context").get(pgh_obj_id=made["id"]).pgh_context
    assert (context.metadata["user"], context.metadata["door"]) == (supervisor.pk, "api")


def test_a_cookie_changes_nothing_without_the_csrf_token(supervisor: User):
    client = Client(enforce_csrf_checks=True)
    client.force_login(supervisor)
    body = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id}

    refused = client.post(f"{SESSIONS}/draft", body, JSON)

    assert (refused.status_code, refused["Content-Type"]) == (403, PROBLEM)
    assert "X-CSRFToken" in refused.json()["detail"]
    client.cookies["csrftoken"] = "a" * 32
    assert client.post(f"{SESSIONS}/draft", body, JSON, headers={"X-CSRFToken": "a" * 32}).status_code == 201


# Limits


def test_tokens_are_not_guessed_and_a_right_one_from_that_address_still_opens(
    auditor: User, token_of: Callable[[User], str], monkeypatch: pytest.MonkeyPatch
):
    now = timezone.now()
    monkeypatch.setattr("config.api_gate.timezone.now", lambda: now)
    free = LIMITS[CountedBy.TOKEN_FROM_ADDRESS].free
    found = [
        Client(headers={"Authorization": f"Bearer sp_{number}"}).get(SESSIONS, REMOTE_ADDR="198.51.100.66")
        for number in range(free + 2)
    ]

    assert [each.status_code for each in found] == [401] * free + [429] * 2
    assert (found[-1]["Content-Type"], found[-1]["Retry-After"]) == (PROBLEM, "2")
    assert "Wait 2 seconds" in found[-1].json()["detail"]
    right = Client(headers={"Authorization": f"Bearer {token_of(auditor)}"})
    assert right.get(SESSIONS, REMOTE_ADDR="198.51.100.66").status_code == 200


@override_settings(API_REQUESTS_PER_MINUTE=2)
def test_a_login_that_asks_too_often_is_told_how_long_to_wait(
    as_planner: Client, program_of: Callable[[User], Client], auditor: User, monkeypatch: pytest.MonkeyPatch
):
    now = timezone.now().replace(second=20)
    monkeypatch.setattr("config.api_gate.timezone.now", lambda: now)

    assert [as_planner.get(SESSIONS).status_code for _time in range(3)] == [200, 200, 429]
    refused = as_planner.get(SESSIONS)
    assert (refused["Retry-After"], refused["Content-Type"]) == ("40", PROBLEM)
    assert program_of(auditor).get(SESSIONS).status_code == 200
    now += timedelta(minutes=1)
    assert as_planner.get(SESSIONS).status_code == 200


# Once


def _key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


def test_a_repeated_post_is_answered_again_and_done_once(as_planner: Client):
    body = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id}

    first = as_planner.post(f"{SESSIONS}/draft", body, JSON, headers=_key("a1"))
    again = as_planner.post(f"{SESSIONS}/draft", body, JSON, headers=_key("a1"))

    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replayed"] == "true"
    assert Session.objects.count() == 1


def test_a_key_is_for_one_request_of_one_login(
    as_planner: Client, program_of: Callable[[User], Client], superuser: User
):
    body = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id}
    as_planner.post(f"{SESSIONS}/draft", body, JSON, headers=_key("a1"))
    other = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id}

    assert as_planner.post(f"{SESSIONS}/draft", other, JSON, headers=_key("a1")).status_code == 409
    assert program_of(superuser).post(f"{SESSIONS}/draft", other, JSON, headers=_key("a1")).status_code == 201


def test_what_was_refused_may_be_sent_again_with_its_key(as_planner: Client):
    session = scheduled_session()
    body = {"learnerIds": [LearnerFactory(status="BLACKLISTED").pk]}
    address = f"{SESSIONS}/{session.pk}/attendees"

    assert as_planner.post(address, body, JSON, headers=_key("a1")).status_code == 409
    assert not IdempotentAnswer.objects.exists()
    assert not SessionAttendee.objects.exists()


def test_a_request_that_was_cut_off_is_not_done_twice(as_planner: Client, supervisor: User):
    body = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id}
    as_planner.post(f"{SESSIONS}/draft", body, JSON, headers=_key("a1"))
    IdempotentAnswer.objects.update(status=None)

    assert as_planner.post(f"{SESSIONS}/draft", body, JSON, headers=_key("a1")).status_code == 409
    assert Session.objects.count() == 1


def test_a_request_that_broke_down_is_not_done_twice(as_planner: Client, monkeypatch: pytest.MonkeyPatch):
    """It may have been after the draft was made; nobody can tell."""

    def break_down(*_values: object, **_named: object) -> None:
        raise RuntimeError

    body = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id}
    as_planner.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("attendance.api.sessions.session_objects", break_down)
        unknown = as_planner.post(f"{SESSIONS}/draft", body, JSON, headers=_key("a1"))
        assert (unknown.status_code, unknown["Outcome-Unknown"], unknown["Retry-After"]) == (500, "true", "10")
        assert unknown.json()["type"] == "urn:siteproof:problem:outcome-unknown"
        assert "safe to send it again with the same Idempotency-Key" in unknown.json()["detail"]

    assert as_planner.post(f"{SESSIONS}/draft", body, JSON, headers=_key("a1")).status_code == 409
    assert Session.objects.count() == 1


def test_a_request_that_broke_down_before_anything_was_saved_is_done_when_it_is_repeated(
    as_planner: Client, monkeypatch: pytest.MonkeyPatch
):
    def break_down(*_values: object, **_named: object) -> None:
        raise RuntimeError

    body = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id}
    as_planner.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("attendance.api.sessions.create_draft", break_down)
        assert as_planner.post(f"{SESSIONS}/draft", body, JSON).json()["detail"].endswith("Check before you try again.")
        assert as_planner.post(f"{SESSIONS}/draft", body, JSON, headers=_key("a1")).status_code == 500

    assert as_planner.post(f"{SESSIONS}/draft", body, JSON, headers=_key("a1")).status_code == 201
    assert Session.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "é"])
def test_a_key_is_plain_and_short(as_planner: Client, key: str):
    body = {"courseId": CourseVersionFactory(status="PUBLISHED").course_id}

    assert as_planner.post(f"{SESSIONS}/draft", body, JSON, headers=_key(key)).status_code == 400


@pytest.mark.parametrize("headers", [{}, _key("a1")], ids=["once", "with a key"])
def test_an_upload_goes_to_a_file_and_never_into_memory(
    as_planner: Client, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    """E1: what comes in is written to disk as it comes, and no further than the limit."""
    received: list[object] = []

    def refuse(*, files: list[object], **_values: object) -> None:
        received.extend(files)
        raise Conflict("Enough seen")

    monkeypatch.setattr("attendance.api.lists.upload_evidence", refuse)
    address = f"{SESSIONS}/{scheduled_session().pk}/evidence"

    assert as_planner.post(address, {"file": files.upload(b"x", "a.pdf")}, headers=headers).status_code == 409
    (file,) = received
    assert isinstance(file, TemporaryUploadedFile)


@pytest.mark.django_db(transaction=True)
def test_an_upload_is_known_by_the_content_of_its_file(as_planner: Client, evidence_dir: object):
    address = f"{SESSIONS}/{scheduled_session().pk}/evidence"
    content = files.pdf()

    first = as_planner.post(address, {"file": files.upload(content, "sheet.pdf")}, headers=_key("a1"))
    again = as_planner.post(address, {"file": files.upload(content, "sheet.pdf")}, headers=_key("a1"))
    other = as_planner.post(address, {"file": files.upload(files.pdf(2), "sheet.pdf")}, headers=_key("a1"))

    assert (first.status_code, again.json(), other.status_code) == (201, first.json(), 409)


# Problems


def test_an_unknown_path_is_a_problem(as_planner: Client):
    response = as_planner.get("/api/v1/nothing")

    assert (response.status_code, response["Content-Type"]) == (404, PROBLEM)
    assert set(response.json()) == {"type", "title", "status", "detail"}


def test_a_wrong_method_is_a_problem_that_says_which_are_right(as_planner: Client):
    response = as_planner.put(f"{SESSIONS}/draft")

    assert (response.status_code, response["Content-Type"], response["Allow"]) == (405, PROBLEM, "POST")


@pytest.mark.parametrize("path", ["/api/v1/nothing", f"{SESSIONS}/draft", f"{SESSIONS}/999999999", SESSIONS])
def test_every_answer_has_the_headers_of_the_site_and_its_language(as_planner: Client, path: str):
    response = as_planner.get(path, headers={"Accept-Language": "de, en;q=0.5"})

    assert response["Content-Language"] == "en"
    assert "Accept-Language" in response["Vary"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert int(response["Content-Length"]) == len(response.content)


@override_settings(LANGUAGES=[("en", "English"), ("de", "Deutsch")])
def test_problems_are_told_in_the_language_that_was_asked_for(as_planner: Client, monkeypatch: pytest.MonkeyPatch):
    german = {"There is nothing at this address.": "Hier ist nichts.", "Check the year.": "Welches Jahr?"}
    catalog = trans_real.translation("de")
    monkeypatch.setattr(catalog, "gettext", lambda text: german.get(text, text))
    deutsch = {"Accept-Language": "de"}

    unknown = as_planner.get("/api/v1/nothing", headers=deutsch)
    misread = as_planner.get(SESSIONS, {"from": "0001-01-01"}, headers=deutsch)

    assert (unknown["Content-Language"], unknown.json()["detail"]) == ("de", "Hier ist nichts.")
    assert misread.json()["errors"]["from"] == ["Welches Jahr?"]


@pytest.mark.parametrize(
    ("method", "path", "sent", "field", "told"),
    [
        ("POST", "/draft", {}, "courseId", "This field is required."),
        ("POST", "/draft", {"courseId": "1"}, "courseId", "Send a whole number."),
        ("POST", "/draft", {"courseId": 1.5}, "courseId", "Send a whole number."),
        ("POST", "/draft", {"courseId": 0}, "courseId", "Send at least 1."),
        ("POST", "/draft", {"courseId": 1, "colour": ""}, "colour", "There is no such field."),
        ("POST", "/draft", [], "body", "Send an object."),
        ("POST", "/1/cancel", {"reason": 1}, "reason", "Send a text."),
        ("POST", "/1/attendees", {"learnerIds": 1}, "learnerIds", "Send a list."),
        ("POST", "/1/attendees", {"learnerIds": []}, "learnerIds", "Send at least 1."),
        (
            "PATCH",
            "/1/attendance",
            {"attendees": [{"learnerId": 1, "isPresent": 1, "hasPassed": True}]},
            "attendees.0.isPresent",
            "Send true or false.",
        ),
        ("GET", "?limit=501", None, "limit", "Send at most 500."),
        ("GET", "?limit=many", None, "limit", "Send a whole number."),
        (
            "GET",
            "?status=LOST",
            None,
            "status",
            "Send one of these: 'DRAFT', 'SCHEDULED', 'COMPLETED', 'CANCELLED'.",
        ),
        ("GET", f"/1/attendee-suggestions?search={'x' * 101}", None, "search", "Send at most 100 characters."),
    ],
)
def test_a_field_that_does_not_fit_is_told_in_plain_words(
    as_planner: Client, method: str, path: str, sent: Any, field: str, told: str
):
    response = as_planner.generic(method, f"{SESSIONS}{path}", json.dumps(sent), JSON)

    assert response.status_code == 400
    assert response.json()["errors"] == {field: [told]}


def test_a_body_that_is_no_json_is_a_problem(as_planner: Client):
    response = as_planner.post(f"{SESSIONS}/draft", "{", content_type=JSON)

    assert (response.status_code, response.json()["detail"]) == (400, "The request is malformed.")


def test_a_failure_is_a_problem(as_planner: Client, monkeypatch: pytest.MonkeyPatch):
    def fail(*_values: object, **_named: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("attendance.api.sessions.matching", fail)
    as_planner.raise_request_exception = False

    response = as_planner.get(SESSIONS)

    assert (response.status_code, response["Content-Type"]) == (500, PROBLEM)
    assert "secret" not in response.content.decode()


def test_a_failure_of_a_page_stays_a_page(rf: RequestFactory):
    response = ProblemMiddleware(server_error)(rf.get("/sessions/"))

    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "body", ["{", "[]", '"x"', "null", '{"courseId": "1"}', '{"courseId": 1.5}', '{"courseId": 1, "x": 1}', "\0"]
)
def test_a_body_that_is_none_is_bad_input_and_never_422(as_planner: Client, body: str):
    response = as_planner.generic("POST", f"{SESSIONS}/draft", body, JSON)

    assert (response.status_code, response["Content-Type"]) == (400, PROBLEM)
    assert json.loads(response.content)["detail"]


def test_the_document_and_its_page_are_for_logins(as_auditor: Client, auditor: User):
    assert Client().get("/api/openapi.json").status_code == 401
    assert Client().get("/api/docs").status_code == 302
    assert client_of(auditor).get("/api/openapi.json").json()["openapi"].startswith("3.")
    page = as_auditor.get("/api/docs").content.decode()
    assert "https://" not in page  # nothing from elsewhere
    assert "<script>" not in page  # nothing that the content policy refuses
