"""The profile of a worker as on another day (C8)."""

from datetime import UTC, date, datetime, time, timedelta

import pghistory
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attendance.pages.worker import Profile, worker_profile, worker_profile_as_of
from learners.models import Learner, LearnerArea
from learners.policies.standing import Verdict
from tests.factories.compliance import asked_of, judge, one_of_each, owes_sign_off, passed
from tests.factories.learners import (
    AreaFactory,
    AreaRequirementFactory,
    LearnerAreaFactory,
    LearnerFactory,
    LearnerProgressionFactory,
    RevocationFactory,
    RoleFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CompanyFactory
from tests.html import source_of, texts
from training.core.permissions import name_of

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))


def open_profile(client: Client, learner: Learner, on: date, **headers: str):
    return client.get(reverse("attendance:worker", args=[learner.pk]), {"on": f"{on}"}, headers=headers)


def profile_on(learner: Learner, on: date) -> Profile:
    return worker_profile_as_of(learner, on=on, record_id=None, warning_days=60)


def effective(day: date) -> None:
    """Let the changes of this transaction take effect on a day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('siteproof.effective_on', %s, true)", [f"{day}"])


@pytest.fixture
def learner() -> Learner:
    """A rigger of Northgate since long ago."""
    worker: Learner = LearnerFactory(role__title="Rigger", company__name="Northgate")
    return worker


def test_c8_the_page_says_which_day_it_shows_and_leads_back(as_supervisor: Client, learner: Learner):
    passed(learner, asked_of(learner, title="Work at height"), expiry=date(2026, 2, 10))
    judge(learner, on=timezone.localdate())

    page = source_of(open_profile(as_supervisor, learner, date(2026, 2, 10)))

    assert "<b>As of 10 Feb 2026</b>" in page
    assert '<a href="?">Back to today</a>' in page
    assert "<b>Cleared</b>" in page
    assert "Next session" not in page
    assert "<b>Not cleared</b>" in source_of(open_profile(as_supervisor, learner, date(2026, 2, 11)))


def test_c8_today_asked_for_by_its_date_is_the_page_of_today(as_supervisor: Client, learner: Learner):
    response = open_profile(as_supervisor, learner, timezone.localdate())

    assert response.context["profile"].as_of is None
    assert texts(response, '//b[starts-with(., "As of ")]') == []


def test_c8_role_employer_status_and_areas_are_those_of_the_day(learner: Learner):
    place = LearnerAreaFactory(learner=learner, area=AreaFactory(name="Unit 4"))
    effective(FEBRUARY)
    Learner.objects.filter(pk=learner.pk).update(role=RoleFactory(title="Welder"), company=CompanyFactory(name="Other"))
    place.delete()
    effective(MARCH)
    Learner.objects.filter(pk=learner.pk).update(status=Learner.Status.BLACKLISTED)
    learner.refresh_from_db()

    def then(on: date) -> tuple[str, str, list[str], Verdict]:
        profile = profile_on(learner, on)
        return str(profile.learner.role), str(profile.learner.company), list(profile.areas), profile.verdict

    assert then(JANUARY) == ("Rigger", "Northgate", ["Unit 4"], Verdict.CLEARED)
    assert then(FEBRUARY) == ("Welder", "Other", [], Verdict.CLEARED)
    assert then(MARCH) == ("Welder", "Other", [], Verdict.BLOCKED)


def test_c8_requirements_and_the_tree_are_those_of_the_day(learner: Learner):
    effective(date(2025, 1, 1))
    process, unit = AreaFactory(name="Process area"), AreaFactory(name="Unit 4")
    LearnerAreaFactory(learner=learner, area=unit)
    AreaRequirementFactory(area=process, starts_on=date(2025, 1, 1))
    ended = RoleRequirementFactory(role=learner.role, starts_on=date(2025, 1, 1))
    effective(FEBRUARY)
    unit.parent = process
    unit.save()
    effective(MARCH)
    ended.delete()

    def sources(on: date) -> list[str]:
        return sorted(each.line.rule.source for each in profile_on(learner, on).requirements if each.line.rule)

    assert sources(JANUARY) == ["Rigger role"]
    assert sources(FEBRUARY) == ["Area Unit 4 ← Process area", "Rigger role"]
    assert sources(MARCH) == ["Area Unit 4 ← Process area"]


def test_c8_a_role_that_was_deleted_since_still_asks_by_its_name(learner: Learner):
    old = learner.role
    asked_of(learner)
    effective(FEBRUARY)
    Learner.objects.filter(pk=learner.pk).update(role=RoleFactory(title="Welder"))
    old.requirements.all().delete()
    old.delete()
    learner.refresh_from_db()

    (then,) = profile_on(learner, JANUARY).requirements

    assert then.line.rule is not None
    assert then.line.rule.source == "Rigger role"


def test_c8_a_record_counts_from_its_completion_and_says_that_it_was_entered_later(
    as_supervisor: Client, learner: Learner
):
    version = asked_of(learner)
    TrainingRecordFactory(
        learner=learner,
        course_version=version,
        completion_date=FEBRUARY,
        expiry_date=None,
        created_at=datetime(2026, 3, 1, 22, 59, tzinfo=UTC),
    )

    assert profile_on(learner, FEBRUARY - timedelta(days=1)).verdict is Verdict.NOT_CLEARED
    assert profile_on(learner, FEBRUARY - timedelta(days=1)).records == []
    profile = profile_on(learner, FEBRUARY)
    assert profile.verdict is Verdict.CLEARED
    assert [each.is_proof_entered_later for each in profile.requirements] == [True]
    assert [each.is_entered_later for each in profile_on(learner, MARCH).records] == [False]
    page = source_of(open_profile(as_supervisor, learner, FEBRUARY))
    assert "<small>entered later</small>" in page
    assert "Entered later, 1 Mar 2026 23:59" in page


def test_c8_a_revocation_counts_from_its_own_day(as_supervisor: Client, learner: Learner):
    version = asked_of(learner)
    record = TrainingRecordFactory(
        learner=learner, course_version=version, completion_date=JANUARY, created_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    RevocationFactory(record=record, revoked_on=MARCH)

    assert profile_on(learner, FEBRUARY).verdict is Verdict.CLEARED
    assert profile_on(learner, MARCH).verdict is Verdict.NOT_CLEARED
    assert "Revoked later, 1 Mar 2026" in source_of(open_profile(as_supervisor, learner, FEBRUARY))
    assert 'class="revoked' in source_of(open_profile(as_supervisor, learner, MARCH))


def test_c8_a_sign_off_is_owed_from_the_training_until_its_assessment(learner: Learner):
    sign_off = owes_sign_off(learner, asked_of(learner))  # trained on 1 February
    (before,), (owed,) = profile_on(learner, JANUARY).requirements, profile_on(learner, FEBRUARY).requirements
    assert (before.line.item.awaiting_verification, owed.line.item.awaiting_verification) == (False, True)

    type(sign_off).objects.filter(pk=sign_off.pk).update(
        status="NOT_COMPETENT",
        assessed_by=sign_off.created_by,
        assessed_at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC),  # 1 March here
        remarks="Not yet",
    )
    (then,), (after,) = profile_on(learner, date(2026, 2, 28)).sign_offs, profile_on(learner, MARCH).sign_offs
    assert (then.status, after.status) == ("PENDING_VERIFICATION", "NOT_COMPETENT")
    (on_the_eve,), (assessed,) = (
        profile_on(learner, date(2026, 2, 28)).requirements,
        profile_on(learner, MARCH).requirements,
    )
    assert (on_the_eve.line.item.awaiting_verification, assessed.line.item.awaiting_verification) == (True, False)


def test_c8_before_the_first_day_the_site_did_not_know_the_worker(as_supervisor: Client, learner: Learner):
    page = source_of(open_profile(as_supervisor, learner, date(2024, 12, 31)))

    assert "This worker was not registered yet on that day." in page
    assert "<b>Not active</b>" in page


def test_c8_training_from_before_somebody_was_registered_is_announced_and_shown(
    as_supervisor: Client, learner: Learner
):
    """A site that has moved in knows records that are older than what it knows of their workers."""
    TrainingRecordFactory(learner=learner, course_title="Work at height", completion_date=date(2024, 11, 1))

    page = source_of(open_profile(as_supervisor, learner, date(2024, 12, 31)))

    assert "not registered yet on that day, so no role and no requirement is known of it. The training" in page
    assert "Work at height" in page


def test_l3_from_the_day_after_the_end_date_a_worker_was_not_active(learner: Learner):
    effective(JANUARY)
    Learner.objects.filter(pk=learner.pk).update(end_date=FEBRUARY)
    learner.refresh_from_db()

    assert profile_on(learner, FEBRUARY).verdict is Verdict.CLEARED
    assert profile_on(learner, FEBRUARY + timedelta(days=1)).verdict is Verdict.NOT_ACTIVE


def test_l2_a_person_with_two_badges_is_one_and_the_older_badge_tells_of_the_time_before(learner: Learner):
    """The surviving badge is the newer one: what was so before it came is known by the merged one."""
    old = LearnerFactory(role__title="Welder", start_date=date(2020, 1, 1), role_assigned_at=date(2020, 1, 1))
    LearnerArea.objects.create(learner=old, area=AreaFactory(name="Unit 9"), assigned_at=date(2020, 1, 1))
    version = asked_of(learner)
    passed(old, version, expiry=None)
    Learner.objects.filter(pk=old.pk).update(status=Learner.Status.INACTIVE, merged_into=learner)

    before = profile_on(learner, date(2022, 1, 1))
    assert (str(before.learner.role), list(before.areas)) == ("Welder", ["Unit 9"])
    now = profile_on(learner, MARCH)
    assert (str(now.learner.role), now.verdict) == ("Rigger", Verdict.CLEARED)
    assert [each.record.learner for each in now.records] == [old]


def test_c8_as_of_today_is_the_page_of_today_for_everybody():
    today = timezone.localdate()
    for state, worker in one_of_each(today).items():
        if state == "stale":
            continue  # not judged today
        stored = worker_profile(worker, record_id=None, today=today, now=timezone.now(), warning_days=60)
        then = profile_on(worker, today)
        assert then.verdict == stored.verdict, state
        assert then.counts == stored.counts, state
        assert [each.line.standing for each in then.requirements] == [
            each.line.standing for each in stored.requirements
        ], state


def test_c8_swapping_the_sheet_keeps_the_day(as_supervisor: Client, learner: Learner):
    version = asked_of(learner)
    passed(learner, version, expiry=None)
    address = f"?record={learner.records.get().pk}&amp;on=2026-02-01"

    assert address in source_of(open_profile(as_supervisor, learner, FEBRUARY))
    part = source_of(open_profile(as_supervisor, learner, FEBRUARY, **{"HX-Request": "true", "HX-Target": "sheet"}))
    assert part in source_of(open_profile(as_supervisor, learner, FEBRUARY))


def test_c8_hours_are_those_of_that_day_and_nothing_is_entered_there(as_supervisor: Client, learner: Learner):
    progression = LearnerProgressionFactory(learner=learner, start_date=JANUARY)
    progression.add_hours(4, 3, log_date=JANUARY + timedelta(days=5))
    progression.add_hours(7, 7, log_date=MARCH)

    then = source_of(open_profile(as_supervisor, learner, FEBRUARY))
    before = source_of(open_profile(as_supervisor, learner, JANUARY - timedelta(days=1)))

    assert ">3/4<" in then
    assert "7 of 7 hours" not in then
    assert reverse("attendance:progression_hold", args=[progression.pk]) not in then
    assert "Hours in classes" not in before


def known_since(day: date) -> None:
    """Put back the clock of what was written up to now: nobody but the owner of the database can do that."""
    at = datetime.combine(day, time(12), tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in ("learnerperiod", "learnerareaperiod", "requirementperiod", "areaperiod"):
            for column in ("entered_at", "ended_at", "overruled_at"):
                cursor.execute(
                    f"UPDATE learners_{table} SET {column} = %s WHERE {column} > now() - interval '1 hour'", [at]
                )
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_c8_a_block_that_was_dated_away_is_named_with_who_and_when(
    as_supervisor: Client, supervisor: User, learner: Learner
):
    known_since(date(2025, 1, 1))
    effective(FEBRUARY)
    Learner.objects.filter(pk=learner.pk).update(status="BLACKLISTED")
    known_since(FEBRUARY)
    assert profile_on(learner, MARCH).later == []

    effective(JANUARY)
    with pghistory.context(user=supervisor.pk):
        Learner.objects.filter(pk=learner.pk).update(status="ACTIVE")
    learner.refresh_from_db()

    profile = profile_on(learner, MARCH)
    assert profile.verdict is Verdict.CLEARED
    (later,) = profile.later
    assert (later.what, later.was, later.says, later.by) == ("Status", "Blocked", "Active", name_of(supervisor))
    page = source_of(open_profile(as_supervisor, learner, MARCH))
    assert f"Status: Blocked on that day, now Active. Changed later, by {name_of(supervisor)}, on " in page
    assert profile_on(learner, JANUARY).later == []  # nothing is told differently about that day


def test_c8_places_and_rules_that_were_dated_away_are_named(learner: Learner):
    effective(date(2025, 1, 1))
    link = LearnerAreaFactory(learner=learner, area=AreaFactory(name="Unit 4"), assigned_at=JANUARY)
    gone = RoleRequirementFactory(role=learner.role, starts_on=JANUARY, course__code="HSE-700")
    softer = AreaRequirementFactory(area=AreaFactory(name="Tanks"), starts_on=JANUARY, course__code="HSE-701")
    LearnerAreaFactory(learner=learner, area=softer.area, assigned_at=JANUARY)
    known_since(date(2025, 1, 1))

    effective(FEBRUARY)
    link.delete()
    gone.delete()
    softer.requirement_type, softer.grace_period_days = "POST_MOB", 30
    softer.save()

    told = [each.sentence.rsplit(" on ", 1)[0] for each in profile_on(learner, MARCH).later]
    assert told == [
        "Area Unit 4: since 1 Jan 2026 on that day. Taken out later, by somebody who is not named,",
        "HSE-700, required by the Rigger role: before site access on that day. Taken out later, by somebody who is not "
        "named,",
        "HSE-701, required by the area Tanks: before site access on that day, now within days of grace. Changed "
        "later, by "
        "somebody who is not named,",
        "HSE-701, required by the area Tanks: days of grace: none on that day, now days of grace: 30. Changed "
        "later, by "
        "somebody who is not named,",
    ]
    assert profile_on(learner, JANUARY).later == []


def test_c8_a_rule_that_was_entered_later_says_so(learner: Learner):
    known_since(date(2025, 1, 1))
    RoleRequirementFactory(role=learner.role, starts_on=JANUARY)

    (requirement,) = profile_on(learner, FEBRUARY).requirements

    assert requirement.line.rule is not None
    assert requirement.line.rule.asks == "before site access, entered later"
    known_since(date(2025, 1, 1))
    (requirement,) = profile_on(learner, FEBRUARY).requirements
    assert requirement.line.rule is not None
    assert requirement.line.rule.asks == "before site access"


def test_c8_rows_from_before_this_was_kept_count_as_known(learner: Learner):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE learners_learnerperiod SET entered_at = NULL")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert profile_on(learner, FEBRUARY).later == []


@pytest.mark.parametrize("size", [1, 3])
def test_c8_the_profile_of_another_day_costs_the_same_queries_however_many_rows(
    as_supervisor: Client, learner: Learner, size: int
):
    for _number in range(size):
        passed(learner, asked_of(learner), expiry=date(2026, 3, 1))
        owes_sign_off(learner, asked_of(learner))
        LearnerAreaFactory(learner=learner)

    with CaptureQueriesContext(connection) as queries:
        open_profile(as_supervisor, learner, FEBRUARY)

    assert len(queries) == 24
