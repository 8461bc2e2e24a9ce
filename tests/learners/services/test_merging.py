"""L2: two badges become one person, and two people again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from learners.models import ComplianceItem, Learner, LearnerPeriod, Merge, TrainingRecord
from learners.policies.workers import CannotMerge, NotMerged
from learners.selectors.learners import find_by_badge
from learners.services.effective import effective_on
from learners.services.merging import merge_workers, undo_merge
from tests.factories.compliance import asked_of, judge, owes_sign_off, passed
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from training.core.refusals import Conflict, Invalid, NotFound, NotPermitted, database_refusals

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)

pytestmark = pytest.mark.django_db


def merge(duplicate: Learner, survivor: Learner, by: User, reason: str = "Two badges") -> Learner:
    with effective_on(TODAY):
        return merge_workers(duplicate_id=duplicate.pk, survivor_id=survivor.pk, reason=reason, by=by, now=NOW)


def undo(duplicate: Learner, by: User, *, now: datetime = NOW) -> Learner:
    return undo_merge(duplicate_id=duplicate.pk, reason="Two people", by=by, now=now)


def everything_about(learner: Learner) -> dict[str, Any]:
    """Return what merging could change, but for who changed it last and when."""
    row = Learner.objects.filter(pk=learner.pk).values().get()
    kept = {
        name: value
        for name, value in row.items()
        if name not in ("updated_at", "updated_by_id", "compliance_updated_at")
    }
    items = list(
        ComplianceItem.objects.filter(learner=learner).order_by("course").values_list("course", "status", "proof")
    )
    return kept | {"items": items}


def legal_rows() -> list[Any]:
    return list(TrainingRecord.objects.order_by("pk").values_list())


def test_l2_what_stands_under_the_duplicate_counts_for_the_survivor(superuser: User) -> None:
    survivor, duplicate = LearnerFactory(badge_id="10231"), LearnerFactory(badge_id="10544")
    version, other = asked_of(survivor), asked_of(survivor)
    passed(duplicate, version, expiry=date(2026, 12, 31))
    owes_sign_off(duplicate, other)
    judge(survivor, duplicate, on=TODAY)
    before = legal_rows()

    merged = merge(duplicate, survivor, superuser)

    items = {item.course_id: item for item in ComplianceItem.objects.filter(learner=survivor)}
    assert items[version.course_id].status == "COMPLIANT"
    assert items[other.course_id].awaiting_verification
    assert merged.compliance_status == "NON_COMPLIANT"
    duplicate.refresh_from_db()
    assert (duplicate.merged_into, duplicate.status) == (survivor, "INACTIVE")
    assert not ComplianceItem.objects.filter(learner=duplicate).exists()
    assert find_by_badge("10544") == survivor
    assert legal_rows() == before


@pytest.mark.parametrize("status", ["ACTIVE", "INACTIVE", "BLACKLISTED"])
def test_l2_undoing_restores_exactly(status: str, superuser: User) -> None:
    survivor = LearnerFactory(status="BLACKLISTED" if status == "BLACKLISTED" else "ACTIVE")
    duplicate = LearnerFactory(status=status, status_reason="As it was")
    for learner in (survivor, duplicate):
        passed(duplicate, asked_of(learner), expiry=date(2026, 12, 31))
    judge(survivor, duplicate, on=TODAY)
    before = [everything_about(learner) for learner in (survivor, duplicate)]

    merge(duplicate, survivor, superuser)
    assert [everything_about(learner) for learner in (survivor, duplicate)] != before
    undo(duplicate, superuser)

    assert [everything_about(learner) for learner in (survivor, duplicate)] == before


def test_l2_c8_an_undone_merge_leaves_the_history_that_there_would_be_without_it(superuser: User) -> None:
    duplicate = LearnerFactory()
    merge(duplicate, LearnerFactory(), superuser)
    periods = LearnerPeriod.objects.standing().filter(learner=duplicate)
    assert periods.get(valid_to=None).status == "INACTIVE"
    undo(duplicate, superuser, now=NOW + timedelta(days=30))
    assert set(periods.values_list("status", flat=True)) == {"ACTIVE"}


def test_l2_l3_who_has_left_meanwhile_is_not_active_after_undoing(superuser: User) -> None:
    duplicate = LearnerFactory(end_date=TODAY + timedelta(days=3))
    merge(duplicate, LearnerFactory(), superuser)
    assert undo(duplicate, superuser, now=NOW + timedelta(days=30)).status == "INACTIVE"
    open_period = LearnerPeriod.objects.standing().get(learner=duplicate, valid_to=None)
    assert open_period.valid_from == TODAY + timedelta(days=4)


def test_l2_every_step_is_kept_with_who_and_why(superuser: User) -> None:
    survivor, duplicate = LearnerFactory(), LearnerFactory()
    merge(duplicate, survivor, superuser, reason=" Lost card ")
    undo(duplicate, superuser)
    merge(duplicate, survivor, superuser)
    steps = Merge.objects.filter(duplicate=duplicate, survivor=survivor, created_by=superuser).order_by("pk")
    assert list(steps.values_list("kind", "status_before", "reason")) == [
        ("MERGED", "ACTIVE", "Lost card"),
        ("UNDONE", "INACTIVE", "Two people"),
        ("MERGED", "ACTIVE", "Two badges"),
    ]
    with pytest.raises(Conflict, match="append-only"), database_refusals(), transaction.atomic():
        steps.update(reason="Another")


# What cannot be merged


def test_l2_a_merge_is_one_step_deep(superuser: User) -> None:
    first, second, third = (LearnerFactory(last_name=name) for name in ("First", "Second", "Third"))
    merge(first, second, superuser)
    with pytest.raises(CannotMerge, match=r"First .* was merged into .*Second .*already. Undo that merge first"):
        merge(first, third, superuser)
    with pytest.raises(CannotMerge, match=r"First .* was merged into .*Second .*. Merge into that one"):
        merge(third, first, superuser)
    with pytest.raises(CannotMerge, match=r"First .* was merged into .*Second .*. Undo that merge first, or"):
        merge(second, third, superuser)
    merge(third, second, superuser)
    merged = Learner.objects.order_by("pk").values_list("pk", "merged_into_id")
    assert list(merged) == [(first.pk, second.pk), (second.pk, None), (third.pk, second.pk)]


def test_l2_the_database_keeps_merges_one_step_deep() -> None:
    first, second, third = (LearnerFactory() for _ in range(3))
    Learner.objects.filter(pk=first.pk).update(merged_into=second, status="INACTIVE")
    for duplicate, survivor in ((third, first), (second, third)):
        with (
            pytest.raises(Conflict, match=r"Undo that merge first|undo that merge first"),
            database_refusals(),
            transaction.atomic(),
        ):
            Learner.objects.filter(pk=duplicate.pk).update(merged_into=survivor, status="INACTIVE")


def test_l2_a_badge_is_not_merged_into_itself(superuser: User) -> None:
    learner = LearnerFactory()
    with pytest.raises(CannotMerge, match="the same badge"):
        merge(learner, learner, superuser)


def test_l1_l2_merging_unblocks_nobody(superuser: User) -> None:
    blocked, active = LearnerFactory(status="BLACKLISTED"), LearnerFactory()
    with pytest.raises(CannotMerge, match=r"is blocked and .* is not"):
        merge(blocked, active, superuser)
    merge(active, blocked, superuser)
    stands = Learner.objects.order_by("pk").values_list("pk", "status", "merged_into_id")
    assert list(stands) == [(blocked.pk, "BLACKLISTED", None), (active.pk, "INACTIVE", blocked.pk)]


def test_l2_nobody_comes_to_supervise_themselves(superuser: User) -> None:
    boss = LearnerFactory(last_name="Boss")
    learner = LearnerFactory(supervisor=boss)
    for one, other in ((boss, learner), (learner, boss)):
        with pytest.raises(CannotMerge, match=r"Boss .* is entered as supervisor"):
            merge(one, other, superuser)


def test_h7_l2_nobody_comes_to_be_in_two_programmes(superuser: User) -> None:
    survivor, duplicate = LearnerFactory(), LearnerFactory()
    for learner in (survivor, duplicate):
        LearnerProgressionFactory(learner=learner)
    with pytest.raises(CannotMerge, match="Both badges are in a programme"):
        merge(duplicate, survivor, superuser)


def test_l2_a_reason_is_needed(superuser: User) -> None:
    survivor, duplicate = LearnerFactory(), LearnerFactory()
    with pytest.raises(Invalid, match="Say why"):
        merge(duplicate, survivor, superuser, reason=" ")
    with pytest.raises(Invalid, match="Say why"):
        undo_merge(duplicate_id=duplicate.pk, reason="", by=superuser, now=NOW)
    assert not Merge.objects.exists()


def test_l2_what_is_not_merged_is_not_taken_apart(superuser: User) -> None:
    with pytest.raises(NotMerged):
        undo(LearnerFactory(), superuser)
    with pytest.raises(NotFound):
        undo_merge(duplicate_id=0, reason="Two people", by=superuser, now=NOW)
    with pytest.raises(NotFound):
        merge_workers(duplicate_id=LearnerFactory().pk, survivor_id=0, reason="Lost", by=superuser, now=NOW)


@pytest.mark.parametrize("kind", ["supervisor", "auditor", "trainer_user"])
def test_l2_only_a_superuser_merges(kind: str, request: pytest.FixtureRequest) -> None:
    user, learner = request.getfixturevalue(kind), LearnerFactory()
    with pytest.raises(NotPermitted):
        merge(learner, LearnerFactory(), user)
    with pytest.raises(NotPermitted):
        undo(learner, user)
