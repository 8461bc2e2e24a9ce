"""Planning classes: codes, states and the dated meetings that follow from the schedule (K1, H1, H3)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from django.contrib.auth.models import User

from tests.factories.training import (
    MONDAYS,
    MORNING,
    CompanyFactory,
    CourseVersionFactory,
    TrainerFactory,
    TrainingClassFactory,
    UserFactory,
    VenueFactory,
    active_class,
)
from training.core.refusals import NotFound, NotPermitted, Stale
from training.models import ClassAttendanceSession, TrainingClass
from training.policies import classes as policies
from training.policies.schedules import BadSchedule, Frequency, Interval, Schedule
from training.services import classes as services
from training.services.classes import ClassPlan, Synced

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)  # a Wednesday, two weeks into the class
MONDAYS_OF_MARCH = [date(2026, 3, day) for day in (2, 9, 16, 23, 30)]
TUESDAYS = Schedule(Frequency.WEEKLY, {2: (Interval(time(8), time(12)),)})

pytestmark = pytest.mark.django_db


def whole_plan(**changes: Any) -> ClassPlan:
    plan = {
        "client_id": CompanyFactory().pk,
        "course_id": CourseVersionFactory().course_id,
        "agent_id": TrainerFactory().pk,
        "start_date": date(2026, 3, 2),
        "end_date": date(2026, 4, 27),
        "schedule": MONDAYS,
    }
    return cast("ClassPlan", {**plan, **changes})


def dates(training_class: TrainingClass, **conditions: Any) -> list[date]:
    meetings = ClassAttendanceSession.objects.filter(training_class=training_class, **conditions)
    return list(meetings.order_by("session_date").values_list("session_date", flat=True))


def mark(training_class: TrainingClass, day: date, status: str = "captured") -> None:
    """Capture a meeting in plain SQL's way; capturing itself is tested where it lives."""
    ClassAttendanceSession.objects.filter(training_class=training_class, session_date=day).update(
        status=status, captured_by=UserFactory(), captured_at=MORNING
    )


def test_k1_a_class_has_its_code_as_soon_as_it_has_a_client(supervisor: User):
    draft = services.create_class(plan=ClassPlan(), by=supervisor, now=NOON)
    assert (draft.status, draft.class_code, draft.version) == ("draft", None, 1)
    changes = ClassPlan(client_id=CompanyFactory(name="Übersee Logistik").pk)
    named = services.edit_class(class_id=draft.pk, changes=changes, by=supervisor, now=NOON)
    assert named.class_code is not None
    assert named.class_code.startswith("UBE")
    further = services.create_class(plan=whole_plan(client_id=named.client_id), by=supervisor, now=NOON)
    assert further.class_code == f"UBE{int(named.class_code[3:]) + 1}"


def test_k1_a_code_never_changes(supervisor: User):
    draft = services.create_class(plan=whole_plan(), by=supervisor, now=NOON)
    changes = ClassPlan(client_id=CompanyFactory(name="Other").pk)
    changed = services.edit_class(class_id=draft.pk, changes=changes, by=supervisor, now=NOON)
    assert changed.class_code == draft.class_code


def test_h1_activating_a_class_makes_its_meetings_without_holidays(supervisor: User):
    active = services.create_class(plan=whole_plan(), by=supervisor, now=NOON, activate=True)
    assert active.status == "active"
    assert dates(active) == [*MONDAYS_OF_MARCH, date(2026, 4, 13), date(2026, 4, 20), date(2026, 4, 27)]  # not Easter
    assert set(active.sessions.values_list("status", "scheduled_hours")) == {("pending", Decimal(4))}


def test_h1_a_draft_has_no_meetings(supervisor: User):
    draft = services.create_class(plan=whole_plan(), by=supervisor, now=NOON)
    assert dates(draft) == []
    assert services.sync_sessions(class_id=draft.pk, now=NOON) == Synced()


def test_an_active_class_lacks_nothing(supervisor: User):
    with pytest.raises(policies.ClassNotPlannable) as refused:
        services.create_class(plan=ClassPlan(class_type="SKILL"), by=supervisor, now=NOON, activate=True)
    assert set(refused.value.errors) == {"client", "course", "agent", "start_date", "end_date", "schedule"}
    assert not TrainingClass.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end_date": date(2026, 3, 1)}, "end_date"),
        ({"end_date": date(2206, 3, 1)}, "end_date"),
        ({"course_hours": Decimal(0)}, "course_hours"),
        ({"course_hours": Decimal("1.25")}, "course_hours"),
        ({"class_type": "x" * 51}, "class_type"),
        ({"schedule": Schedule(Frequency.WEEKLY, {})}, "schedule"),
        ({"agent_id": 0}, "agent"),
        ({"venue_id": 0}, "venue"),
    ],
)
def test_h1_a_wrong_value_is_refused_with_its_field_in_a_draft_too(
    supervisor: User, changes: dict[str, Any], field: str
):
    with pytest.raises(policies.ClassNotPlannable) as refused:
        services.create_class(plan=whole_plan(**changes), by=supervisor, now=NOON)
    assert list(refused.value.errors) == [field]


def test_h1_a_class_that_never_meets_is_not_activated(supervisor: User):
    easter_monday = whole_plan(start_date=date(2026, 4, 6), end_date=date(2026, 4, 6))
    with pytest.raises(policies.ClassNotPlannable, match="never meets"):
        services.create_class(plan=easter_monday, by=supervisor, now=NOON, activate=True)


def test_what_is_inactive_is_offered_to_no_new_class_and_kept_in_old_ones(supervisor: User):
    gone = VenueFactory(is_active=False)
    with pytest.raises(policies.ClassNotPlannable, match="no longer in use"):
        services.create_class(plan=whole_plan(venue_id=gone.pk), by=supervisor, now=NOON)
    old = active_class(venue=VenueFactory())
    type(gone).objects.update(is_active=False)
    changes = ClassPlan(class_type="SKILL", venue_id=old.venue_id)
    assert services.edit_class(class_id=old.pk, changes=changes, by=supervisor, now=NOON).class_type == "SKILL"


def test_h1_other_days_count_from_today_on(supervisor: User):
    """Mondays that nobody has captured yet stay: they may have been held. No Tuesday appears in the past."""
    found = active_class()
    mark(found, date(2026, 3, 2))
    services.edit_class(class_id=found.pk, changes=ClassPlan(schedule=TUESDAYS), by=supervisor, now=NOON)
    assert dates(found, session_date__lt=date(2026, 4, 1)) == [
        *MONDAYS_OF_MARCH[:3],
        date(2026, 3, 24),
        date(2026, 3, 31),
    ]


def test_h1_other_days_can_count_from_the_first_day_on_and_spare_captured_and_excepted_ones(supervisor: User):
    found = active_class()
    mark(found, date(2026, 3, 2))
    mark(found, date(2026, 3, 23), "client_cancelled")
    services.edit_class(
        class_id=found.pk,
        changes=ClassPlan(schedule=TUESDAYS),
        applies_from=found.start_date,
        by=supervisor,
        now=NOON,
    )
    assert dates(found, session_date__lt=date(2026, 4, 1)) == [
        date(2026, 3, 2),
        date(2026, 3, 3),
        date(2026, 3, 10),
        date(2026, 3, 17),
        date(2026, 3, 23),
        date(2026, 3, 24),
        date(2026, 3, 31),
    ]


def test_h1_a_later_change_keeps_the_day_from_which_the_schedule_counts(supervisor: User):
    found = active_class()
    services.edit_class(class_id=found.pk, changes=ClassPlan(schedule=TUESDAYS), by=supervisor, now=NOON)
    services.edit_class(
        class_id=found.pk, changes=ClassPlan(end_date=date(2026, 5, 5)), by=supervisor, now=NOON + timedelta(days=20)
    )
    assert dates(found, session_date__lt=date(2026, 3, 20)) == MONDAYS_OF_MARCH[:3]
    assert dates(found)[-2:] == [date(2026, 4, 28), date(2026, 5, 5)]


def test_h1_other_times_change_the_hours_of_pending_meetings_only(supervisor: User):
    found = active_class()
    mark(found, date(2026, 3, 2))
    longer = Schedule(Frequency.WEEKLY, {1: (Interval(time(8), time(14, 30)),)})
    changes = ClassPlan(schedule=longer)
    services.edit_class(class_id=found.pk, changes=changes, applies_from=found.start_date, by=supervisor, now=NOON)
    hours = dict(found.sessions.values_list("session_date", "scheduled_hours"))
    assert hours.pop(date(2026, 3, 2)) == Decimal(4)
    assert set(hours.values()) == {Decimal("6.5")}


def test_h1_an_exception_takes_its_day_away_and_a_working_holiday_gives_one(supervisor: User):
    found = active_class()
    schedule = Schedule(
        Frequency.WEEKLY,
        MONDAYS.days,
        exceptions={date(2026, 3, 30): "Shutdown"},
        works_on=frozenset({date(2026, 4, 6)}),
    )
    services.edit_class(class_id=found.pk, changes=ClassPlan(schedule=schedule), by=supervisor, now=NOON)
    assert dates(found) == [
        *MONDAYS_OF_MARCH[:4],
        date(2026, 4, 6),
        date(2026, 4, 13),
        date(2026, 4, 20),
        date(2026, 4, 27),
    ]


def test_h1_syncing_follows_a_new_holiday_and_is_safe_to_repeat(supervisor: User, settings):
    settings.SITE_HOLIDAYS = ""
    found = active_class()
    settings.SITE_HOLIDAYS = "DE"
    assert services.sync_sessions(class_id=found.pk, now=NOON) == Synced(removed=1)
    assert services.sync_sessions(class_id=found.pk, now=NOON) == Synced()
    settings.SITE_HOLIDAYS = ""
    assert services.sync_sessions(class_id=found.pk, now=NOON) == Synced(added=1)


def test_h3_a_stopped_class_keeps_the_meetings_until_that_day(supervisor: User):
    found = active_class()
    mark(found, date(2026, 4, 27), "client_cancelled")
    stopped = services.stop_class(class_id=found.pk, stop_date=date(2026, 3, 16), by=supervisor, now=NOON)
    assert (stopped.status, stopped.stop_date) == ("stopped", date(2026, 3, 16))
    assert dates(found) == [*MONDAYS_OF_MARCH[:3], date(2026, 4, 27)]
    with pytest.raises(policies.ClassNotInThisState, match="is stopped"):
        services.edit_class(class_id=found.pk, changes=ClassPlan(class_type="X"), by=supervisor, now=NOON)


def test_h3_a_class_does_not_stop_before_its_captured_hours(supervisor: User):
    found = active_class()
    mark(found, date(2026, 3, 16))
    with pytest.raises(policies.ClassNotPlannable, match="recorded for 16 Mar 2026") as refused:
        services.stop_class(class_id=found.pk, stop_date=date(2026, 3, 15), by=supervisor, now=NOON)
    assert list(refused.value.errors) == ["stop_date"]
    assert len(dates(found)) == 8


@pytest.mark.parametrize("stop_date", [date(2026, 3, 1), date(2026, 4, 28)])
def test_h3_a_class_stops_on_one_of_its_days(supervisor: User, stop_date: date):
    found = active_class()
    with pytest.raises(policies.ClassNotPlannable, match="between its first and last day"):
        services.stop_class(class_id=found.pk, stop_date=stop_date, by=supervisor, now=NOON)


def test_h1_a_class_started_again_meets_from_today_on(supervisor: User):
    found = active_class()
    services.stop_class(class_id=found.pk, stop_date=date(2026, 3, 2), by=supervisor, now=NOON)
    again = services.restart_class(class_id=found.pk, by=supervisor, now=NOON)
    assert (again.status, again.stop_date) == ("active", None)
    assert dates(found) == [date(2026, 3, 2), *MONDAYS_OF_MARCH[3:], *dates(found)[3:]]


def test_h1_a_class_stopped_by_mistake_can_have_all_its_meetings_back(supervisor: User):
    found = active_class()
    before = dates(found)
    services.stop_class(class_id=found.pk, stop_date=date(2026, 3, 2), by=supervisor, now=NOON)
    services.restart_class(class_id=found.pk, applies_from=date(2026, 3, 3), by=supervisor, now=NOON)
    assert dates(found) == before


@pytest.mark.parametrize("service", [services.activate_class, services.restart_class])
def test_an_active_class_is_neither_activated_nor_started_again(supervisor: User, service: Any):
    with pytest.raises(policies.ClassNotInThisState):
        service(class_id=active_class().pk, by=supervisor, now=NOON)


def test_client_and_course_of_an_active_class_stay(supervisor: User):
    found = active_class()
    changes = ClassPlan(client_id=CompanyFactory().pk, course_id=CourseVersionFactory().course_id)
    with pytest.raises(policies.ClassNotPlannable) as refused:
        services.edit_class(class_id=found.pk, changes=changes, by=supervisor, now=NOON)
    assert set(refused.value.errors) == {"client", "course"}


def test_an_edit_of_a_version_that_somebody_changed_is_refused(supervisor: User):
    found = active_class()
    services.edit_class(class_id=found.pk, changes=ClassPlan(class_type="A"), version=2, by=supervisor, now=NOON)
    with pytest.raises(Stale, match="changed this class on 18 Mar 2026") as refused:
        services.edit_class(class_id=found.pk, changes=ClassPlan(class_type="B"), version=2, by=supervisor, now=NOON)
    assert refused.value.conflict == {"kind": "VERSION", "class_id": found.pk, "theirs": 3, "yours": 2}


def test_an_edit_that_changes_nothing_writes_nothing(supervisor: User):
    found = active_class()
    changes = ClassPlan(class_type="", schedule=MONDAYS, client_id=found.client_id)
    assert services.edit_class(class_id=found.pk, changes=changes, by=supervisor, now=NOON).version == found.version


def test_only_drafts_are_deleted(supervisor: User):
    services.delete_draft_class(class_id=TrainingClassFactory().pk, by=supervisor)
    found = active_class()
    with pytest.raises(policies.ClassNotInThisState):
        services.delete_draft_class(class_id=found.pk, by=supervisor)
    assert list(TrainingClass.objects.all()) == [found]


def test_a_class_that_is_not_there_is_not_found(supervisor: User):
    with pytest.raises(NotFound):
        services.edit_class(class_id=0, changes=ClassPlan(), by=supervisor, now=NOON)


def test_a_schedule_from_elsewhere_that_cannot_be_read_is_refused(supervisor: User):
    broken = TrainingClassFactory(schedule={"frequency": "sometimes"})
    with pytest.raises(BadSchedule):
        services.activate_class(class_id=broken.pk, by=supervisor, now=NOON)


def test_only_those_who_plan_classes_may(auditor: User, trainer_user: User):
    found = active_class()
    for user in (auditor, trainer_user):
        with pytest.raises(NotPermitted):
            services.create_class(plan=ClassPlan(), by=user, now=NOON)
        with pytest.raises(NotPermitted):
            services.stop_class(class_id=found.pk, stop_date=date(2026, 3, 16), by=user, now=NOON)
