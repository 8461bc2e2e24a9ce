"""X6: many programs that send the same worker at once make one worker, and write once."""

from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from config.api_tokens import create_token
from learners.models import BadgePeriod, Learner, LearnerPeriod
from learners.services import by_badge
from tests.concurrency.at_once import all_at_once, everybody_first
from tests.factories.learners import RoleFactory
from tests.factories.training import CompanyFactory, UserFactory
from training.core.groups import SUPERVISORS

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAMS = 32


def put_at_once(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let all of them look for the badge, and find nobody, before the first makes the worker."""
    user = UserFactory(groups=[SUPERVISORS])
    secret = create_token(user=user, name="HR", by=UserFactory(is_superuser=True), now=timezone.now())[1]
    facts = {
        "firstName": "Jana",
        "lastName": "Weiß",
        "companyId": CompanyFactory().pk,
        "roleId": RoleFactory().pk,
        "startDate": "2026-03-02",
    }
    monkeypatch.setattr(by_badge, "_who_has", everybody_first(by_badge._who_has, PROGRAMS))

    def send() -> Any:
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        return client.put("/api/v1/learners/by-badge/00417", facts, "application/json")

    return all_at_once([send] * PROGRAMS)


def test_x6_of_32_that_send_one_worker_at_once_one_makes_it_and_the_others_find_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = put_at_once(monkeypatch)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: PROGRAMS - 1}
    (jana,) = Learner.objects.all()
    assert (jana.badge_id, jana.name) == ("00417", "Jana Weiß")
    assert {answer.json()["id"] for answer in answers} == {jana.pk}
    assert [each.learner_id for each in BadgePeriod.objects.all()] == [jana.pk]
    assert [each.learner_id for each in LearnerPeriod.objects.all()] == [jana.pk]
    assert list(apps.get_model("learners", "LearnerEvent").objects.values_list("pgh_label", flat=True)) == ["insert"]


def test_control_who_does_not_look_again_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_badge, "TRIES", 1)

    answers = put_at_once(monkeypatch)

    found = Counter(answer.status_code for answer in answers)
    assert found[201] == 1
    assert found[200] < PROGRAMS - 1
