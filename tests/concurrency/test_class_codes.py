"""Many people creating classes at the same moment, some of whom give up: every code once, no error (K1)."""

from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, TextField, Value
from django.db.models.functions import Concat

from tests.concurrency.at_once import Job, all_at_once, everybody_first
from tests.factories.training import CompanyFactory, UserFactory
from training.core.groups import SUPERVISORS
from training.models import TrainingClass
from training.services import classes
from training.services.class_files import read_rows
from training.services.class_import import import_classes
from training.services.classes import ClassPlan, create_class

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 32
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class GivenUp(Exception):  # noqa: N818  # somebody's mind, not an error
    """The person closed the page after the class was written."""


@pytest.fixture
def rounds(long: bool) -> int:
    return 100 if long else 3


@pytest.fixture
def supervisor() -> User:
    user: User = UserFactory(groups=[SUPERVISORS])
    return user


def create_many(by: User, rounds: int) -> list[Any]:
    """Let every client create a class in each round; every fourth one rolls back. Return codes and errors."""
    client = CompanyFactory(name="Abacus")

    def job(number: int) -> Job:
        def create() -> str | None:
            try:
                with transaction.atomic():
                    created = create_class(plan=ClassPlan(client_id=client.pk), by=by, now=NOW)
                    if number % 4 == 0:
                        raise GivenUp
            except GivenUp:
                return None
            return created.class_code

        return create

    answers = [answer for _round in range(rounds) for answer in all_at_once([job(each) for each in range(CLIENTS)])]
    return [answer for answer in answers if answer is not None]


def test_k1_no_code_twice_and_no_error(supervisor: User, rounds: int):
    codes = create_many(supervisor, rounds)
    assert len(codes) == CLIENTS * 3 // 4 * rounds
    assert not [each for each, count in Counter(codes).items() if count > 1 or not str(each).startswith("ABA")]
    assert set(TrainingClass.objects.values_list("class_code", flat=True)) == set(codes)
    assert set(TrainingClass.objects.values_list("client__name", "created_by")) == {("Abacus", supervisor.pk)}


def test_k1_control_counting_up_from_the_highest_code_collides(supervisor: User, monkeypatch: pytest.MonkeyPatch):
    def highest_and_one(prefix: str) -> Concat:
        highest = TrainingClass.objects.aggregate(highest=Max("class_code"))["highest"] or "ABA1000"
        return Concat(Value(prefix), Value(str(int(highest[3:]) + 1)), output_field=TextField())

    monkeypatch.setattr(classes, "next_code", everybody_first(highest_and_one, CLIENTS))
    assert [answer for answer in create_many(supervisor, 1) if isinstance(answer, Exception)]


def test_k2_importing_and_creating_at_once_never_meet_in_a_code(supervisor: User, rounds: int):
    """Each import brings codes just ahead of those that are given out."""
    client = CompanyFactory(name="Abacus")

    def create() -> str | None:
        return create_class(plan=ClassPlan(client_id=client.pk), by=supervisor, now=NOW).class_code

    for number in range(rounds):
        before = create()
        assert before is not None
        ahead = [f"ABA{int(before[3:]) + 50 * (number + 1) + step}" for step in range(20)]
        rows = read_rows("\n".join(["class_code", *ahead]).encode())
        (report, *codes) = all_at_once([partial(import_classes, rows=rows, today=NOW.date()), *[create] * CLIENTS])
        assert report.saved
        assert not [code for code in codes if not isinstance(code, str)]
        assert len({*codes, *ahead}) == CLIENTS + 20
