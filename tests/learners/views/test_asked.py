"""L4: a page asks whether a badge or name that looks like another one is meant, Admin too, and goes on when told so."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from learners.models import Learner
from tests.admin_forms import filled_in, one_query_per_choice
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory, TrainerFactory, VenueFactory
from tests.html import text_of
from training.models import Company, Trainer, Venue

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
BOX = 'type="checkbox" name="confirmed" value="'


def asked_in(page: str) -> str:
    """Return the word of the question on a page."""
    assert page.count(BOX) == 1
    return page.split(BOX)[1].split('"', maxsplit=1)[0]


def new_worker(**typed: Any) -> dict[str, Any]:
    return {
        "badge_id": "417",
        "first_name": "Amina",
        "last_name": "El Idrissi",
        "company": CompanyFactory().pk,
        "role": RoleFactory().pk,
        "start_date": "2026-03-02",
        **typed,
    }


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_l4_a_new_worker_is_asked_about_and_added_when_it_is_meant(as_supervisor: Client, headers: Any) -> None:
    LearnerFactory(badge_id="00417", first_name="Jana", last_name="Weiß")
    address, typed = reverse("learners:worker_new"), new_worker()
    answer = as_supervisor.post(address, typed, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The badge 417 looks like 00417 (Jana Weiß)" in text_of(page)
    assert 'value="Amina"' in page
    assert Learner.objects.count() == 1
    answer = as_supervisor.post(address, {**typed, "confirmed": asked_in(page)}, headers=headers)
    assert Learner.objects.filter(badge_id="417").count() == 1


def test_l4_another_question_is_asked_anew(as_supervisor: Client) -> None:
    worker = LearnerFactory(badge_id="00417", first_name="Jana", last_name="Weiß")
    address, typed = reverse("learners:worker_new"), new_worker()
    word = asked_in(as_supervisor.post(address, typed).content.decode())
    same_name = {"first_name": "Jana", "last_name": "Weiss", "company": worker.company_id}
    answer = as_supervisor.post(address, {**typed, **same_name, "confirmed": word})
    assert answer.status_code == 409
    assert "has the same name" in text_of(answer.content.decode())
    assert asked_in(answer.content.decode()) != word
    assert Learner.objects.count() == 1


def test_l4_a_new_badge_is_asked_about(as_supervisor: Client) -> None:
    LearnerFactory(badge_id="00417")
    worker = LearnerFactory(badge_id="PB-1")
    address, typed = reverse("learners:worker_badge", args=[worker.pk]), {"badge_id": "417", "was_mistyped": "replaced"}
    answer = as_supervisor.post(address, typed, headers=HTMX)
    assert answer.status_code == 409
    as_supervisor.post(address, {**typed, "confirmed": asked_in(answer.content.decode())}, headers=HTMX)
    worker.refresh_from_db()
    assert worker.badge_id == "417"


def test_l4_a_taken_badge_is_refused_at_its_field_with_the_name(as_supervisor: Client) -> None:
    LearnerFactory(badge_id="00417", first_name="Jana", last_name="Weiß")
    answer = as_supervisor.post(reverse("learners:worker_new"), new_worker(badge_id="\u200b00417"))
    assert answer.status_code == 422
    assert answer.context["form"]["badge_id"].errors == ["This badge belongs to Jana Weiß (00417)."]
    assert BOX not in answer.content.decode()


def test_l4_admin_asks_too(as_superuser: Client) -> None:
    LearnerFactory(badge_id="00417", first_name="Jana", last_name="Weiß")
    address = reverse("admin:learners_learner_add")
    typed = filled_in(as_superuser, address, **new_worker(status="ACTIVE"))
    with one_query_per_choice():
        answer = as_superuser.post(address, typed)
        page = answer.content.decode()
        assert "The badge 417 looks like 00417 (Jana Weiß)" in text_of(page)
        assert Learner.objects.count() == 1
        as_superuser.post(address, {**typed, "confirmed": asked_in(page)})
    assert Learner.objects.filter(badge_id="417").count() == 1


LIBRARY: Any = [
    (Company, CompanyFactory, "company", {"name": "Room 12"}, {"name": "Room 012"}),
    (Venue, VenueFactory, "venue", {"name": "Room 12"}, {"name": "Room 012", "capacity": 20}),
    (
        Trainer,
        TrainerFactory,
        "trainer",
        {"first_name": "Liam", "last_name": "O'Brien"},
        {"first_name": "Liam", "last_name": "OBrien", "kind": "INTERNAL"},
    ),
]


@pytest.mark.parametrize(("model", "factory", "what", "there", "typed"), LIBRARY)
@pytest.mark.parametrize("door", ["page", "admin"])
def test_l4_the_library_asks(
    as_superuser: Client, model: Any, factory: Any, what: str, there: Any, typed: Any, door: str
) -> None:
    factory(**there)
    before = model.objects.count()
    if door == "admin":
        address = reverse(f"admin:training_{what}_add")
        typed = filled_in(as_superuser, address, **typed)
    else:
        address = reverse(f"training:{what}_new")
    answer = as_superuser.post(address, typed)
    page = answer.content.decode()
    assert "has the same name or nearly the same one" in text_of(page)
    assert model.objects.count() == before
    as_superuser.post(address, {**typed, "confirmed": asked_in(page)})
    assert model.objects.count() == before + 1


@pytest.mark.parametrize(("model", "factory", "what", "there", "typed"), LIBRARY)
def test_l4_an_edit_of_the_library_asks(
    as_supervisor: Client, model: Any, factory: Any, what: str, there: Any, typed: Any
) -> None:
    factory(**there)
    other = factory()
    address = reverse(f"training:{what}_edit", args=[other.pk])
    answer = as_supervisor.post(address, typed)
    assert answer.status_code == 409
    as_supervisor.post(address, {**typed, "confirmed": asked_in(answer.content.decode())})
    other.refresh_from_db()
    assert {name: getattr(other, name) for name in there} == {name: typed[name] for name in there}
