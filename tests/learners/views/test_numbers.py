"""L4: who reads the other numbers of a worker, and who reads only their end."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from learners.models import Learner, WorkerNumber
from learners.services.learners import edit_learner
from tests.factories.learners import LearnerFactory

pytestmark = pytest.mark.django_db

NUMBER, END = "784-1990-1234567", "•••567"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def worker(supervisor: User) -> Learner:
    worker: Learner = LearnerFactory(other_name="سامي المصري")
    edit_learner(learner_id=worker.pk, facts={}, numbers={"Passport": NUMBER}, by=supervisor, now=NOW)
    return worker


def pages(worker: Learner) -> list[str]:
    return [
        reverse("attendance:worker", args=[worker.pk]),
        reverse("attendance:worker_trail", args=[worker.pk]),
        f"{reverse('attendance:workers')}?q={NUMBER}",
        f"{reverse('attendance:search')}?q={NUMBER}",
        f"/api/v1/learners/{worker.pk}",
        "/api/v1/learners",
    ]


@pytest.mark.parametrize("who", ["as_supervisor", "as_superuser"])
def test_l4_who_keeps_workers_reads_the_number(worker: Learner, who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    profile, trail, _workers, _search, one, _many = (client.get(page).content.decode() for page in pages(worker))
    assert NUMBER in profile
    assert "سامي المصري" in profile
    assert NUMBER in trail
    assert json.loads(one)["numbers"] == [{"kind": "Passport", "masked": END, "value": NUMBER}]


def test_l4_an_auditor_reads_its_end(worker: Learner, as_auditor: Client) -> None:
    profile, *others = pages(worker)
    shown = as_auditor.get(profile).content.decode()
    assert END in shown
    assert NUMBER not in shown
    for page in others:
        said = as_auditor.get(page).content.decode().replace(f'value="{NUMBER}"', "").replace(f"q={NUMBER}", "")
        assert NUMBER not in said.replace(f"“{NUMBER}”", ""), page
    assert as_auditor.get(f"/api/v1/learners/{worker.pk}").json()["numbers"] == [
        {"kind": "Passport", "masked": END, "value": None}
    ]


def test_l4_who_is_found_by_a_number_bears_its_end(worker: Learner, as_auditor: Client) -> None:
    assert END in as_auditor.get(reverse("attendance:workers"), {"q": NUMBER.replace("-", " ")}).content.decode()


def form_of(worker: Learner, **typed: Any) -> dict[str, Any]:
    return {
        "first_name": worker.first_name,
        "last_name": worker.last_name,
        "company": worker.company_id,
        "role": worker.role_id,
        "start_date": worker.start_date,
        **typed,
    }


def test_l4_the_form_asks_for_the_kinds_of_the_site(worker: Learner, as_supervisor: Client, settings: Any) -> None:
    settings.WORKER_NUMBER_KINDS = ["Seaman's book"]  # the passport that is there can still be removed
    address = reverse("learners:worker_edit", args=[worker.pk])
    form = as_supervisor.get(address).context["form"]
    assert [(field.label, field.value()) for field in form.numbers] == [("Seaman's book", None), ("Passport", NUMBER)]
    answer = as_supervisor.post(address, form_of(worker, number_0="SB-1", number_1=""))
    assert answer.status_code == 302
    assert list(WorkerNumber.objects.values_list("kind", "value")) == [("Seaman's book", "SB-1")]


def test_l4_a_refused_number_is_said_at_its_field_and_stays_typed(worker: Learner, as_supervisor: Client) -> None:
    WorkerNumber.objects.create(
        learner=LearnerFactory(first_name="Ada", last_name="Berg"), kind="HR number", value="77-1"
    )
    address = reverse("learners:worker_edit", args=[worker.pk])
    answer = as_supervisor.post(address, form_of(worker, number_0="77 1", number_2=NUMBER, phone="0660"))
    assert answer.status_code == 422
    form = answer.context["form"]
    assert [str(text) for text in form["number_0"].errors] == [
        f"This number belongs to {Learner.objects.get(last_name='Berg')}."
    ]
    assert form["number_0"].value() == "77 1"
    worker.refresh_from_db()
    assert worker.phone == ""
