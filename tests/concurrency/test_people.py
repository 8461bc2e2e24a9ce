"""L2, L3: merges that cross, a badge for two, a record that comes while its badge is merged, two nights at once.

Each race has a control that runs it with the lock, or the constraint, off, and shows that the test would notice.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Model

from learners.models import BadgePeriod, ComplianceItem, Learner, LearnerPeriod, Merge
from learners.policies.workers import CannotMerge
from learners.services import compliance, merging
from learners.services.compliance import recalculate
from learners.services.learners import LearnerFacts, create_learner, replace_badge
from learners.services.merging import merge_workers
from learners.services.records import revoke_record
from learners.services.statuses import end_departed
from tests.concurrency.at_once import all_at_once
from tests.factories.compliance import asked_of
from tests.factories.learners import LearnerFactory, RoleFactory, TrainingRecordFactory
from tests.factories.training import CompanyFactory, UserFactory
from training.core.refusals import Conflict, Refusal

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
PATIENCE = 0.3  # seconds given to whom a lock holds up; what comes out does not depend on it
Job = Callable[[], Any]


@pytest.fixture
def superuser() -> User:
    user: User = UserFactory(is_superuser=True)
    return user


def meanwhile(first: Job, second: Job, *, until: Event | None = None) -> Any:
    """Do `second` elsewhere while `first` is done but not yet committed; return what it says.

    Args:
        until: `first` is committed when this is set, or else when `second` has ended or has been held up.
    """

    def elsewhere() -> Any:
        try:
            return second()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            doing = pool.submit(elsewhere)
            if until is None:
                wait([doing], timeout=PATIENCE)
            else:
                assert until.wait(timeout=30)
        return doing.result(timeout=30)


# Merges that cross


def crossing(by: User) -> tuple[Job, Job]:
    one, other = LearnerFactory(), LearnerFactory()
    return (
        lambda: merge_workers(duplicate_id=one.pk, survivor_id=other.pk, reason="Lost card", by=by, now=NOW),
        lambda: merge_workers(duplicate_id=other.pk, survivor_id=one.pk, reason="Lost card", by=by, now=NOW),
    )


def test_l2_of_two_merges_that_cross_one_wins(superuser: User) -> None:
    answer = meanwhile(*crossing(superuser))
    assert isinstance(answer, CannotMerge)
    one, other = Learner.objects.order_by("pk")
    assert [(one.merged_into, one.status), (other.merged_into, other.status)] == [(other, "INACTIVE"), (None, "ACTIVE")]
    assert [(step.duplicate, step.survivor, step.kind) for step in Merge.objects.all()] == [(one, other, "MERGED")]


@pytest.fixture
def merges_lock_off(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Merges read without a lock; the event says that the second one has checked what it has read."""
    checked = Event()

    def unlocked(one: int, other: int) -> tuple[Learner, Learner]:
        return Learner.objects.get(pk=one), Learner.objects.get(pk=other)

    calls: list[Any] = []

    def check(*learners: Learner) -> None:
        calls.append(learners)
        if len(calls) > 1:
            checked.set()

    monkeypatch.setattr(merging, "_locked", unlocked)
    monkeypatch.setattr(merging, "_check_one_programme", check)
    return checked


def test_l2_the_database_refuses_a_circle_where_the_service_does_not(superuser: User, merges_lock_off: Event) -> None:
    answer = meanwhile(*crossing(superuser), until=merges_lock_off)
    assert isinstance(answer, Conflict)
    assert Learner.objects.filter(merged_into__isnull=False).count() == 1


def test_l2_control_without_lock_and_trigger_merges_make_a_circle(superuser: User, merges_lock_off: Event) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE learners_learner DISABLE TRIGGER learner_merged_one_step")
        try:
            meanwhile(*crossing(superuser), until=merges_lock_off)
        finally:
            cursor.execute("ALTER TABLE learners_learner ENABLE TRIGGER learner_merged_one_step")
    assert Learner.objects.filter(merged_into__isnull=False).count() == 2


# One badge for two


SPELLINGS = ["NEW-1", "new\u20131", "NEW 1\u00a0"]


def same_badge(by: User, spelled: str = "NEW-1") -> tuple[Job, Job]:
    one, other = LearnerFactory(), LearnerFactory()
    return (
        lambda: replace_badge(learner_id=one.pk, badge_id="NEW-1", by=by, now=NOW),
        lambda: replace_badge(learner_id=other.pk, badge_id=spelled, by=by, now=NOW),
    )


@contextmanager
def without(model: type[Model], name: str) -> Iterator[None]:
    """Take a constraint away for a while; its rows are put right before it comes back."""
    constraint = next(each for each in model._meta.constraints if each.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        for number, learner in enumerate(Learner.objects.all()):
            Learner.objects.filter(pk=learner.pk).update(badge_id=f"AGAIN-{number}")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # history refuses to be rewritten
            cursor.execute("UPDATE learners_badgeperiod SET badge_id = 'OLD-' || id")
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_l3_l4_of_two_who_get_one_badge_at_once_one_does(superuser: User, spelled: str) -> None:
    answer = meanwhile(*same_badge(superuser, spelled))
    assert isinstance(answer, Conflict)
    assert answer.message.startswith("This badge belongs")
    one, other = Learner.objects.order_by("pk")
    assert one.badge_id == "NEW-1"
    assert set(BadgePeriod.objects.filter(valid_to=None).values_list("learner", "badge_id")) == {
        (one.pk, "NEW-1"),
        (other.pk, other.badge_id),
    }


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_l3_l4_control_without_its_constraints_two_get_one_badge(superuser: User, spelled: str) -> None:
    with (
        without(BadgePeriod, "badge_of_one_person_for_good"),
        without(BadgePeriod, "badge_of_one_person_however_spelled"),
        without(Learner, "learner_badge_unique"),
        without(Learner, "learner_badge_once_however_spelled"),
    ):
        meanwhile(*same_badge(superuser, spelled))
        assert Learner.objects.filter(badge_key="new-1").count() == 2


def test_l4_of_two_new_workers_with_one_badge_in_two_spellings_one_is_there(superuser: User) -> None:
    company, role = CompanyFactory(), RoleFactory()

    def new(badge: str, name: str) -> Job:
        facts: LearnerFacts = {
            "badge_id": badge,
            "first_name": name,
            "last_name": "Berg",
            "start_date": TODAY,
            "company_id": company.pk,
            "role_id": role.pk,
        }
        return lambda: create_learner(facts=facts, by=superuser, now=NOW)

    answer = meanwhile(new("PB-1", "Ada"), new("pb\u20131", "Bo"))
    assert isinstance(answer, Conflict)
    assert answer.message == "This badge belongs to somebody already, perhaps spelled in another way."
    assert list(Learner.objects.values_list("badge_id", "first_name")) == [("PB-1", "Ada")]
    assert list(BadgePeriod.objects.values_list("badge_id", flat=True)) == ["PB-1"]


# A record under a badge that is being merged


def revoked_while_merged(by: User) -> tuple[Job, Job, Learner]:
    survivor, duplicate = LearnerFactory(), LearnerFactory()
    version = asked_of(survivor)
    record = TrainingRecordFactory(learner=duplicate, course_version=version, expiry_date=None)
    return (
        lambda: merge_workers(duplicate_id=duplicate.pk, survivor_id=survivor.pk, reason="Lost", by=by, now=NOW),
        lambda: revoke_record(record_id=record.pk, reason="Wrong person", by=by, now=NOW),
        survivor,
    )


def test_l2_c6_what_changes_under_a_badge_while_it_is_merged_reaches_the_survivor(superuser: User) -> None:
    merge, revoke, survivor = revoked_while_merged(superuser)
    meanwhile(merge, revoke)
    assert ComplianceItem.objects.get(learner=survivor).status == "NON_COMPLIANT"
    with transaction.atomic():
        assert recalculate(learner_ids=[survivor.pk], today=TODAY, now=NOW) == 0


def test_l2_c6_control_judging_only_who_is_named_misses_it(superuser: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compliance, "lock_people", lambda learner_ids: dict.fromkeys(learner_ids, True))
    merge, revoke, survivor = revoked_while_merged(superuser)
    meanwhile(merge, revoke)
    assert ComplianceItem.objects.get(learner=survivor).status == "COMPLIANT"


# Two nights at once


def test_l3_two_nightly_steps_at_once_end_everybody_once() -> None:
    leaving = [LearnerFactory(end_date=TODAY - timedelta(days=days)) for days in (1, 2, 3)]
    ended = all_at_once([lambda: end_departed(today=TODAY)] * 3)
    assert sum(ended) == len(leaving)
    left = LearnerPeriod.objects.filter(status="INACTIVE", valid_to=None).values_list("learner", "valid_from")
    assert sorted(left) == [(each.pk, each.end_date + timedelta(days=1)) for each in leaving]
