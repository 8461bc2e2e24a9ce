"""L1, L3: blocked, not active, departed and back again."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from learners.models import ComplianceItem, Learner, LearnerPeriod
from learners.policies.workers import DatedBack, MergedAway, StatusNotPossible
from learners.services.effective import effective_on
from learners.services.learners import create_learner, edit_learner
from learners.services.statuses import end_departed, return_to_site, set_status
from tests.factories.compliance import asked_of, passed
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CompanyFactory
from training.core.refusals import Invalid, NotPermitted

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
YESTERDAY = TODAY - timedelta(days=1)

pytestmark = pytest.mark.django_db


def history(learner: Learner) -> list[tuple[str, date, date | None]]:
    periods = LearnerPeriod.objects.standing().filter(learner=learner).order_by("valid_from")
    return list(periods.values_list("status", "valid_from", "valid_to"))


def status(learner: Learner) -> str:
    return Learner.objects.get(pk=learner.pk).status


# Status by hand


@pytest.mark.parametrize(
    "step", [("ACTIVE", "BLACKLISTED"), ("BLACKLISTED", "ACTIVE"), ("ACTIVE", "INACTIVE"), ("INACTIVE", "ACTIVE")]
)
def test_l1_a_status_is_set_with_its_reason_and_audited(step: tuple[str, str], supervisor: User) -> None:
    before, after = step
    learner = LearnerFactory(status=before)
    changed = set_status(learner_id=learner.pk, status=after, reason=" Fight ", by=supervisor, now=NOW)
    assert (changed.status, changed.status_reason, changed.updated_by) == (after, "Fight", supervisor)
    events = Learner.pgh_event_model.objects  # type: ignore[attr-defined]  # set by pghistory
    event = events.filter(pgh_obj_id=learner.pk).latest("pgh_id")
    assert (event.status, event.status_reason) == (after, "Fight")


@pytest.mark.parametrize("reason", ["", " \t\n"])
def test_l1_a_status_needs_a_reason(reason: str, supervisor: User) -> None:
    learner = LearnerFactory()
    with pytest.raises(Invalid, match="Say why") as refused:
        set_status(learner_id=learner.pk, status="BLACKLISTED", reason=reason, by=supervisor, now=NOW)
    assert list(refused.value.errors) == ["reason"]
    with pytest.raises(Invalid, match="Say why"):
        edit_learner(learner_id=learner.pk, facts={"status": "BLACKLISTED"}, by=supervisor, now=NOW)
    assert status(learner) == "ACTIVE"


def test_l1_blocking_keeps_the_answers(supervisor: User) -> None:
    learner = LearnerFactory()
    course = asked_of(learner).course
    set_status(learner_id=learner.pk, status="BLACKLISTED", reason="Fight", by=supervisor, now=NOW)
    assert ComplianceItem.objects.get(learner=learner).course == course


def test_l1_l3_steps_that_are_not_possible_say_why(supervisor: User) -> None:
    def refused(learner: Learner, wanted: str) -> str:
        with pytest.raises((StatusNotPossible, MergedAway, Invalid)) as answer:
            set_status(learner_id=learner.pk, status=wanted, reason="Because", by=supervisor, now=NOW)
        return answer.value.message

    assert "is blocked already" in refused(LearnerFactory(status="BLACKLISTED"), "BLACKLISTED")
    assert "has left" in refused(LearnerFactory(status="INACTIVE", end_date=YESTERDAY), "ACTIVE")
    assert "statuses that are offered" in refused(LearnerFactory(), "ASLEEP")
    assert "was merged into" in refused(LearnerFactory(status="INACTIVE", merged_into=LearnerFactory()), "ACTIVE")


# The end


@pytest.mark.parametrize(("end_date", "expected"), [(YESTERDAY, "INACTIVE"), (TODAY, "ACTIVE"), (None, "ACTIVE")])
def test_l3_a_past_end_date_takes_effect_when_it_is_saved(
    end_date: date | None, expected: str, supervisor: User
) -> None:
    learner = LearnerFactory()
    changed = edit_learner(learner_id=learner.pk, facts={"end_date": end_date}, by=supervisor, now=NOW)
    assert (changed.status, status(learner)) == (expected, expected)


def test_l3_c8_who_left_days_ago_is_not_active_from_the_day_after(supervisor: User) -> None:
    learner = LearnerFactory(start_date=date(2025, 1, 1))
    edit_learner(learner_id=learner.pk, facts={"end_date": date(2026, 2, 20)}, by=supervisor, now=NOW)
    assert history(learner) == [
        ("ACTIVE", date(2025, 1, 1), date(2026, 2, 21)),
        ("INACTIVE", date(2026, 2, 21), None),
    ]


def test_l3_a_worker_who_is_entered_after_leaving_was_active_before(supervisor: User) -> None:
    learner = create_learner(
        facts={
            "badge_id": "20001",
            "last_name": "Diallo",
            "start_date": date(2026, 1, 1),
            "end_date": date(2026, 2, 20),
            "company_id": CompanyFactory().pk,
            "role_id": RoleFactory().pk,
        },
        by=supervisor,
        now=NOW,
    )
    assert learner.status == "INACTIVE"
    assert history(learner) == [
        ("ACTIVE", date(2026, 1, 1), date(2026, 2, 21)),
        ("INACTIVE", date(2026, 2, 21), None),
    ]


@pytest.mark.parametrize("missed", [0, 1, 45])
def test_l3_the_nightly_step_catches_up_however_many_nights_were_missed(missed: int) -> None:
    leaving, staying = LearnerFactory(end_date=YESTERDAY), LearnerFactory(end_date=TODAY + timedelta(days=60))
    blocked = LearnerFactory(end_date=YESTERDAY, status="BLACKLISTED")
    assert end_departed(today=TODAY + timedelta(days=missed)) == 1
    assert [status(each) for each in (leaving, staying, blocked)] == ["INACTIVE", "ACTIVE", "BLACKLISTED"]
    assert history(leaving) == [("ACTIVE", leaving.start_date, TODAY), ("INACTIVE", TODAY, None)]
    assert end_departed(today=TODAY + timedelta(days=missed)) == 0


def test_l3_c7_where_the_nightly_step_is_missing_nobody_stays_green(supervisor: User) -> None:
    learner = LearnerFactory()
    changed = edit_learner(learner_id=learner.pk, facts={"end_date": TODAY}, by=supervisor, now=NOW)
    assert changed.compliance_holds_until == TODAY


# Back again


def returned(learner: Learner, by: User, **facts: Any) -> Learner:
    values = {"start_date": TODAY, "company_id": learner.company_id, "role_id": learner.role_id, **facts}
    return return_to_site(learner_id=learner.pk, by=by, now=NOW, **values)


def test_l3_grace_counts_from_the_return_and_old_records_still_count(supervisor: User) -> None:
    learner = LearnerFactory(status="INACTIVE", end_date=date(2025, 6, 1))
    passed(learner, asked_of(learner), expiry=date(2026, 12, 31))
    within = RoleRequirementFactory(role=learner.role, requirement_type="POST_MOB", grace_period_days=10)
    back = returned(learner, supervisor)
    assert (back.status, back.start_date, back.end_date) == ("ACTIVE", TODAY, None)
    items = {item.course_id: item for item in ComplianceItem.objects.filter(learner=learner)}
    assert items.pop(within.course_id).due_date == date(2026, 3, 12)
    assert [item.status for item in items.values()] == ["COMPLIANT"]


def test_l3_who_returns_may_have_another_employer_and_role(supervisor: User) -> None:
    learner = LearnerFactory(status="INACTIVE", end_date=date(2025, 6, 1))
    company, role = CompanyFactory(), RoleFactory()
    back = returned(learner, supervisor, company_id=company.pk, role_id=role.pk)
    assert (back.company, back.role, back.role_assigned_at) == (company, role, TODAY)


def test_l3_c8_a_return_entered_late_counts_from_its_day(supervisor: User) -> None:
    learner = LearnerFactory()
    edit_learner(learner_id=learner.pk, facts={"end_date": date(2026, 2, 10)}, by=supervisor, now=NOW)
    returned(learner, supervisor, start_date=date(2026, 2, 20))
    assert history(learner)[-2:] == [
        ("INACTIVE", date(2026, 2, 11), date(2026, 2, 20)),
        ("ACTIVE", date(2026, 2, 20), None),
    ]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"status": "ACTIVE"}, "is active already"),
        ({"status": "BLACKLISTED"}, "is blocked"),
        ({"status": "INACTIVE", "end_date": TODAY}, "Enter a later day"),
        ({"status": "INACTIVE", "start_date": TODAY}, "Enter a later day"),
    ],
)
def test_l3_a_return_that_cannot_be_says_why(facts: dict[str, Any], sentence: str, supervisor: User) -> None:
    learner = LearnerFactory(**facts)
    with pytest.raises((StatusNotPossible, Invalid), match=sentence):
        returned(learner, supervisor)
    assert status(learner) == facts["status"]


@pytest.mark.parametrize("kind", ["auditor", "trainer_user"])
def test_only_those_who_keep_workers_may(kind: str, request: pytest.FixtureRequest) -> None:
    user, learner = request.getfixturevalue(kind), LearnerFactory()
    with pytest.raises(NotPermitted):
        set_status(learner_id=learner.pk, status="INACTIVE", reason="Because", by=user, now=NOW)
    with pytest.raises(NotPermitted):
        returned(learner, user)


# Dated back past the last change of status (C8)


def blocked_then_let_go(by: User) -> Learner:
    """Blocked on 1 February, not active since today; with a start and an end long before."""
    learner = LearnerFactory(start_date=date(2025, 1, 1))
    with effective_on(date(2026, 2, 1)):
        Learner.objects.filter(pk=learner.pk).update(status="BLACKLISTED", status_reason="Fight")
    set_status(learner_id=learner.pk, status="INACTIVE", reason="Contract ended", by=by, now=NOW)
    return learner


def test_c8_a_return_from_before_the_last_change_of_status_is_a_superusers(supervisor: User, superuser: User) -> None:
    learner = blocked_then_let_go(supervisor)
    before, day = history(learner), date(2026, 1, 15)
    with pytest.raises(DatedBack, match="only a superuser") as refused:
        returned(learner, supervisor, start_date=day, reason="It was a mistake")
    assert list(refused.value.errors) == ["start_date"]
    with pytest.raises(DatedBack, match="Say why") as refused:
        returned(learner, superuser, start_date=day, reason=" \t")
    assert list(refused.value.errors) == ["reason"]
    assert history(learner) == before

    back = returned(learner, superuser, start_date=day, reason="The fight was somebody else's")
    assert back.status_reason == "The fight was somebody else's"
    assert {status for status, *_days in history(learner)} == {"ACTIVE"}
    assert LearnerPeriod.objects.filter(learner=learner, status="BLACKLISTED", overruled_at=None).count() == 0
    assert LearnerPeriod.objects.filter(learner=learner, status="BLACKLISTED").exists()


def test_c8_a_return_on_the_day_of_the_last_change_leaves_what_was_before(supervisor: User) -> None:
    learner = blocked_then_let_go(supervisor)
    changed_on = timezone.localdate()
    return_to_site(
        learner_id=learner.pk,
        start_date=changed_on,
        company_id=learner.company_id,
        role_id=learner.role_id,
        by=supervisor,
        now=timezone.now(),
    )
    assert history(learner)[-2:] == [("BLACKLISTED", date(2026, 2, 1), changed_on), ("ACTIVE", changed_on, None)]


def lifted(by: User) -> Learner:
    """Blocked from 1 to 10 February, active since."""
    learner = LearnerFactory(start_date=date(2025, 1, 1))
    for day, status in ((date(2026, 2, 1), "BLACKLISTED"), (date(2026, 2, 10), "ACTIVE")):
        with effective_on(day):
            Learner.objects.filter(pk=learner.pk).update(status=status)
    return learner


def test_c8_an_end_date_before_the_last_change_of_status_is_a_superusers(supervisor: User, superuser: User) -> None:
    learner = lifted(supervisor)
    ends: dict[str, Any] = {"learner_id": learner.pk, "facts": {"end_date": date(2026, 1, 20)}, "now": NOW}
    with pytest.raises(DatedBack, match="only a superuser") as refused:
        edit_learner(**ends, by=supervisor, reason="He left in January")
    assert list(refused.value.errors) == ["end_date"]
    with pytest.raises(DatedBack, match="Say why"):
        edit_learner(**ends, by=superuser)
    assert "BLACKLISTED" in {status for status, *_days in history(learner)}

    changed = edit_learner(**ends, by=superuser, reason="He left in January")
    assert changed.status_reason.endswith("has passed. He left in January")
    assert history(learner)[-1] == ("INACTIVE", date(2026, 1, 21), None)


def test_c8_the_nightly_step_never_goes_back_past_a_change_of_status(supervisor: User) -> None:
    """The nights were missed, and somebody was blocked and let in again after the last day."""
    learner = lifted(supervisor)
    Learner.objects.filter(pk=learner.pk).update(end_date=date(2026, 1, 20))
    assert end_departed(today=TODAY) == 1
    statuses = [status for status, *_days in history(learner)]
    assert [each for number, each in enumerate(statuses) if [each] != statuses[number - 1 : number]] == [
        "ACTIVE",
        "BLACKLISTED",
        "INACTIVE",
    ]


def test_c8_role_and_employer_are_dated_back_by_a_supervisor(supervisor: User) -> None:
    learner, role, company = LearnerFactory(start_date=date(2025, 1, 1)), RoleFactory(), CompanyFactory()
    before = learner.role_id
    edit_learner(learner_id=learner.pk, facts={"end_date": date(2026, 2, 10)}, by=supervisor, now=NOW)
    returned(learner, supervisor, start_date=date(2026, 2, 20), role_id=role.pk, company_id=company.pk)
    periods = LearnerPeriod.objects.standing().filter(learner=learner).order_by("valid_from")
    assert list(periods.values_list("role", "valid_from")) == [
        (before, date(2025, 1, 1)),
        (before, date(2026, 2, 11)),
        (role.pk, date(2026, 2, 20)),
    ]
