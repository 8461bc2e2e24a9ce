from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path
from django.utils import timezone
from pghistory.models import Context

from config import urls
from config.api_tokens import create_token
from tests.factories.training import CompanyFactory, CourseVersionFactory, UserFactory
from training.core.audit_context import as_command, as_person
from training.core.permissions import signed_in
from training.core.trail import Source, trail
from training.models import Login, Session

PASSWORD = "correct horse battery"


@signed_in
def _add_company(request: HttpRequest) -> HttpResponse:
    CompanyFactory()
    return HttpResponse()


urlpatterns = [path("add", _add_company), path("api/v1/add", _add_company), *urls.urlpatterns]


@pytest.mark.parametrize(("address", "door"), [("/add", "page"), ("/api/v1/add", "api")])
@override_settings(ROOT_URLCONF=__name__)
def test_an_event_knows_who_made_it_and_from_where(client: Client, superuser: User, address: str, door: str) -> None:
    client.force_login(superuser)
    client.post(f"{address}?q=search", REMOTE_ADDR="192.0.2.7")
    assert Context.objects.get().metadata == {
        "user": superuser.pk,
        "username": superuser.username,
        "name": superuser.get_full_name(),
        "url": address,
        "door": door,
        "ip": "192.0.2.7",
    }


def test_an_event_names_the_token_that_acted_and_who_it_was_then(client: Client, superuser: User) -> None:
    User.objects.filter(pk=superuser.pk).update(first_name="Robert", last_name="Aldous")
    token, secret = create_token(user=superuser, name="Planning board", by=superuser, now=timezone.now())
    course = CourseVersionFactory().course
    answer = client.post(
        "/api/v1/training/sessions/draft",
        {"courseId": course.pk},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 201, answer.content
    User.objects.filter(pk=superuser.pk).update(first_name="Bob", last_name="Ireland")

    (entry,) = trail([Source(model=Session, ids=(answer.json()["id"],))]).entries

    assert (entry.who, entry.door) == ("Robert Aldous", f"API, by token {token.pk} (Planning board)")
    client.force_login(superuser)
    events = client.get("/admin/training/sessionevent/").content.decode()
    assert f"API, by token {token.pk} (Planning board)" in events


def test_a_service_and_a_command_name_who_acts_as_a_request_does(superuser: User) -> None:
    for context in (as_person(superuser), as_command("demo", by=superuser)):
        with context:
            company = CompanyFactory()
        (event,) = company.events.select_related("pgh_context")
        who = event.pgh_context.metadata
        named = (superuser.pk, superuser.username, superuser.get_full_name())
        assert (who["user"], who["username"], who["name"]) == named


@pytest.mark.django_db
def test_one_request_may_write_before_and_after_it_signs_somebody_in(client: Client) -> None:
    """The context of a request only grows (invariant 5): who signs in is added, and nobody was named before."""
    user = UserFactory(username="walter", password=Argon2PasswordHasher().encode(PASSWORD, "salt of sixteen!"))

    answer = client.post("/login/", {"username": "walter", "password": PASSWORD})

    assert answer.status_code == 302
    events: Any = Login.pgh_event_model  # type: ignore[attr-defined]  # set by pghistory
    event = events.objects.get(pgh_obj_id=user.pk, pgh_label="password")  # hashed anew
    assert "user" not in event.pgh_context.metadata
