"""I8: an import that two people undo at once is undone once.

The race has a control that runs it with the lock off, and shows that the test would notice.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import DataError
from django.db.models import QuerySet

from attendance.services.imports import undoing
from attendance.services.imports.steps import WrongState
from attendance.services.imports.undoing import check_can_undo_import, preview_undo, undo_import
from learners.models import Learner
from tests.bringing_in import NOW, brought
from tests.concurrency.at_once import Job, all_at_once, everybody_first
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory, UserFactory
from training.models import Import

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(hours=1)
JANA, ADA = "00417", "00418"


@pytest.fixture
def one() -> Import:
    """An import that has changed one worker and brought another."""
    LearnerFactory(badge_id=JANA, phone="1")
    CompanyFactory(name="Nordwind")
    RoleFactory(title="Rigger")
    ada = {"last_name": "Novak", "first_name": "Ada", "company": "Nordwind", "role": "Rigger", "start_date": NOW.date()}
    rows = {"badge_id": JANA, "phone": "2"}, {"badge_id": ADA, **ada}
    return brought("workers", *rows, by=UserFactory(is_superuser=True))


def undone_by_two(one: Import, monkeypatch: pytest.MonkeyPatch) -> tuple[list[User], list[Any]]:
    """Let two people undo an import at once, as both have seen it, and each with a reason of their own."""
    people: list[User] = [UserFactory(is_superuser=True), UserFactory(is_superuser=True)]
    seen = preview_undo(import_id=one.pk, by=people[0], now=LATER).fingerprint
    monkeypatch.setattr(undoing, "check_can_undo_import", everybody_first(check_can_undo_import, 2))

    def undo(by: User) -> Job:
        return lambda: undo_import(import_id=one.pk, reason=f"Said by {by.pk}", fingerprint=seen, by=by, now=LATER)

    return people, all_at_once([undo(by) for by in people])


def test_i8_of_two_who_undo_an_import_one_does_and_the_other_is_told(
    one: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, answers = undone_by_two(one, monkeypatch)

    assert Counter(type(answer) for answer in answers) == {list: 1, WrongState: 1}
    (who,) = (by for by, answer in zip(people, answers, strict=True) if isinstance(answer, list))
    check_undone_once(one, who)


def test_i8_control_without_the_lock_the_other_breaks_off_at_turns_of_the_first(
    one: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The locks of the kind still keep one undo; but the other ends with an error and not with a sentence."""

    def unlocked(*, import_id: int, by: User) -> Import:
        return Import.objects.get(pk=import_id)

    monkeypatch.setattr(undoing, "lock_import", everybody_first(unlocked, 2))
    people, answers = undone_by_two(one, monkeypatch)

    assert Counter(type(answer) for answer in answers) == {list: 1, DataError: 1}
    (who,) = (by for by, answer in zip(people, answers, strict=True) if isinstance(answer, list))
    check_undone_once(one, who)


def check_undone_once(one: Import, who: User) -> None:
    """Everything is back, in the name of one of them, and each thing was written once."""
    one.refresh_from_db()
    assert (one.state, one.undone_by, one.undo_reason) == ("UNDONE", who, f"Said by {who.pk}")
    assert {each["act"]: each["count"] for each in one.report["undone"]} == {"back": 1, "inactive": 1}
    jana, ada = Learner.objects.get(badge_id=JANA), Learner.objects.get(badge_id=ADA)
    assert (jana.phone, ada.status) == ("1", "INACTIVE")
    undone = events("learners", "LearnerEvent").filter(
        pgh_context__metadata__reason__in=[f"Import {one.pk} undone: Said by {by.pk}" for by in User.objects.all()]
    )
    assert Counter(undone.values_list("badge_id", "pgh_label")) == {(JANA, "update"): 1, (ADA, "update"): 1}
    ended = events("training", "ImportEvent").filter(state="UNDONE", pgh_obj_id=one.pk)
    assert list(ended.values_list("undone_by", flat=True)) == [who.pk]


def events(app: str, name: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = apps.get_model(app, name).objects.all()
    return rows
