"""The pages that plan a class: what is typed is never lost, and every refusal stands at its field."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.services.capture import capture_session
from tests.factories.learners import LearnerProgressionFactory
from tests.factories.training import (
    MORNING,
    CompanyFactory,
    CourseVersionFactory,
    TrainerFactory,
    TrainingClassFactory,
    active_class,
)
from training.models import TrainingClass
from training.policies.schedules import LAST_DAY, Frequency, Interval, Schedule

pytestmark = pytest.mark.django_db

NEW = "/classes/new/"
DAYS = "/classes/new/days/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _on_2_march(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: MORNING)


def typed(**changes: Any) -> dict[str, Any]:
    """What a browser sends for a class that lacks nothing."""
    return {
        "client": CompanyFactory().pk,
        "course": CourseVersionFactory().course.pk,
        "agent": TrainerFactory().pk,
        "start_date": "2026-03-02",
        "end_date": "2026-04-27",
        "frequency": "weekly",
        "day_1": "08:00–12:00, 13:00-15:30",
        "action": "activate",
        **changes,
    }


def url(name: str, training_class: TrainingClass) -> str:
    return reverse(f"training:class_{name}", args=[training_class.pk])


def errors_of(response: Any) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = response.context["form"].errors
    return errors


def stored() -> TrainingClass:
    return TrainingClass.objects.get()


# New


def test_a_draft_may_lack_anything(as_supervisor: Client):
    response = as_supervisor.post(NEW, {"frequency": "weekly", "action": "save"})
    assert stored().status == "draft"
    assert response["Location"] == reverse("attendance:class", args=[stored().pk])


def test_k1_h1_a_class_is_planned_and_active_in_one_step(as_supervisor: Client):
    as_supervisor.post(NEW, typed(exceptions="2026-03-09 Works closed", works_on="2026-04-06", course_hours="40"))
    made = stored()
    assert (made.status, made.class_code is not None, made.course_hours) == ("active", True, Decimal(40))
    days = [meeting.session_date for meeting in made.sessions.all()]
    assert date(2026, 3, 9) not in days
    assert date(2026, 4, 6) in days
    assert set(made.sessions.values_list("scheduled_hours", flat=True)) == {Decimal("6.5")}


def test_what_an_active_class_lacks_stands_at_its_fields_and_nothing_is_saved(as_supervisor: Client):
    response = as_supervisor.post(NEW, {"frequency": "weekly", "action": "activate"}, headers=HTMX)
    assert response.status_code == 422
    assert {"client", "course", "agent", "start_date", "end_date", "frequency"} <= set(errors_of(response))
    assert not TrainingClass.objects.exists()


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("day_1", "eight", "Enter times such as 08:00–12:00, several with a comma between them."),
        ("day_1", "08:00-25:00", "Enter times such as 08:00–12:00, several with a comma between them."),
        ("day_1", "08:00-08:20", "Monday: its times must add up to full or half hours, now 20 minutes."),
        ("day_1", "08:00-10:00, 09:00-11:00", "Monday: two of its times overlap."),
        ("day_1", "10:00-08:00", "Monday: the end must be after the start."),
        ("exceptions", "Easter", "“Easter” does not begin with a date such as 2026-12-24."),
        ("exceptions", "2026-03-09", "Give a reason for every day without a meeting."),
        ("works_on", "soon", "“soon” is not a date. Enter dates such as 2026-10-03."),
        ("end_date", "2026-03-01", "The last day cannot be before the first day."),
    ],
)
def test_h1_a_refusal_stands_at_its_field(as_supervisor: Client, field: str, text: str, sentence: str):
    response = as_supervisor.post(NEW, typed(**{field: text}))
    assert response.status_code == 422
    assert errors_of(response) == {field: [sentence]}
    assert response.context["form"][field].value() == text
    assert not TrainingClass.objects.exists()


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        ("15 08:00-12:00\nlast 22:00-24:00", {15: (time(8), time(12)), LAST_DAY: (time(22), time(0))}),
        ("1 00:00–06:00", {1: (time(0), time(6))}),
    ],
)
def test_h1_days_of_the_month_are_typed_in_lines(as_supervisor: Client, lines: str, days: dict[int, Any]):
    as_supervisor.post(NEW, typed(frequency="monthly", month_days=lines))
    schedule = Schedule.from_json(stored().schedule)
    assert schedule.days == {day: (Interval(*times),) for day, times in days.items()}
    form = as_supervisor.get(url("edit", stored())).context["form"]
    assert form["month_days"].value() == lines.replace("-", "–").replace("24:00", "00:00")


@pytest.mark.parametrize("line", ["32 08:00-12:00", "first 08:00-12:00", "5", "²"])
def test_h1_a_day_of_the_month_that_cannot_be_is_refused(as_supervisor: Client, line: str):
    response = as_supervisor.post(NEW, typed(frequency="monthly", month_days=line))
    assert set(errors_of(response)) == {"month_days"}


# The days while it is typed


def test_h1_the_preview_names_blocked_days_and_saves_nothing(as_supervisor: Client):
    data = typed(exceptions="2026-03-09 Works closed")
    response = as_supervisor.get(DAYS, data, headers=HTMX)
    assert (response.context["meetings"], response.context["blocked"]) == (7, 2)
    page = response.content.decode()
    assert "Works closed" in page
    assert "Easter Monday" in page
    assert not TrainingClass.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"day_1": "eigh"}, {"end_date": "2926-01-01"}, {"end_date": ""}, {"frequency": "never"}]
)
def test_h1_the_preview_bears_what_is_typed_half(as_supervisor: Client, changes: dict[str, str]):
    response = as_supervisor.get(DAYS, typed(**changes), headers=HTMX)
    assert response.status_code == 200
    assert response.context["days"] == []


def test_h1_two_lines_of_one_day_of_the_month_are_two_times(as_supervisor: Client):
    lines = "29 09:00-10:30\n29 13:00-14:30"
    as_supervisor.post(NEW, typed(frequency="monthly", month_days=lines))
    schedule: Any = stored().schedule
    assert schedule["days"] == [{"day": 29, "times": [["09:00", "10:30"], ["13:00", "14:30"]]}]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"end_date": "2026-03-01"}, "The last day cannot be before the first day."),
        ({"end_date": "2926-01-01"}, "Check the year."),
        ({"end_date": "2046-01-01"}, "Check the year: this is more than 10 years away."),
        (
            {"exceptions": "2026-03-09 Works closed\n2026-03-09 Strike"},
            "“2026-03-09 Strike”: this date is entered twice",
        ),
    ],
)
def test_h1_the_preview_says_why_there_are_no_days(as_supervisor: Client, changes: dict[str, str], problem: str):
    response = as_supervisor.get(DAYS, typed(**changes, course_hours="many"), headers=HTMX)
    [said] = response.context["problems"]
    assert said.startswith(problem)


def test_h1_the_preview_of_other_days_keeps_what_was_before_them_and_what_was_captured(
    as_supervisor: Client, supervisor: User
):
    training_class = active_class()
    LearnerProgressionFactory(training_class=training_class)
    coming: dict[str, Any] = {
        "class_id": training_class.pk,
        "by": supervisor,
        "now": datetime(2026, 4, 27, 20, 0, tzinfo=UTC),
    }
    capture_session(session_date=date(2026, 4, 20), **coming)
    values: dict[str, Any] = {
        "class": training_class.pk,
        "version": training_class.version,
        "start_date": "2026-03-02",
        "end_date": "2026-04-27",
        "frequency": "weekly",
        "day_2": "08:00-12:00",
        "applies_from": "2026-04-01",
    }
    shown = as_supervisor.get(DAYS, values, headers=HTMX).context
    days = [each.day for each in shown["days"]]
    assert days == [
        *(date(2026, 3, day) for day in (2, 9, 16, 23, 30)),
        *(date(2026, 4, day) for day in (7, 14, 20, 21)),
    ]
    as_supervisor.post(url("edit", training_class), {**values, "agent": training_class.agent_id})
    assert list(training_class.sessions.values_list("session_date", flat=True)) == days
    assert shown["meetings"] == len(days)


def test_h1_the_preview_names_exceptions_that_change_nothing(as_supervisor: Client):
    data = typed(exceptions="2026-03-09 Works closed\n2025-03-10 Works closed", works_on="2026-04-06, 2026-04-07")
    response = as_supervisor.get(DAYS, data, headers=HTMX)
    assert response.context["others"] == [date(2025, 3, 10), date(2026, 4, 7)]
    assert "Mon 10 Mar 2025, Tue 7 Apr 2026" in response.content.decode()


def test_h1_the_preview_minds_days_alone(as_supervisor: Client):
    shown = as_supervisor.get(DAYS, typed(course_hours="many", agent="nobody"), headers=HTMX).context
    assert (shown["meetings"], shown["problems"]) == (8, [])


def test_swapping_the_preview_equals_reloading_the_form(as_supervisor: Client):
    training_class = active_class()
    form = as_supervisor.get(url("edit", training_class))
    values = {field.html_name: field.value() or "" for field in form.context["form"]}
    preview = as_supervisor.get(DAYS, {**values, "class": training_class.pk}, headers=HTMX)
    assert preview.content.decode().strip() in form.content.decode()


# Edit


def test_an_edit_keeps_what_was_not_touched(as_supervisor: Client):
    exceptions = {date(2026, 3, 9): "Works closed"}
    schedule = Schedule(Frequency.BIWEEKLY, {3: (Interval(time(8), time(12)),)}, exceptions, frozenset())
    training_class = active_class(schedule=schedule)
    form = as_supervisor.get(url("edit", training_class)).context["form"]
    values = {field.html_name: field.value() or "" for field in form}
    as_supervisor.post(url("edit", training_class), {**values, "class_type": "Evening"})
    before = training_class.schedule
    training_class.refresh_from_db()
    assert training_class.class_type == "Evening"
    assert training_class.schedule == before


def test_h1_days_that_leave_captured_hours_outside_are_refused_at_their_field(as_supervisor: Client, supervisor: User):
    training_class = active_class()
    LearnerProgressionFactory(training_class=training_class)
    capture_session(class_id=training_class.pk, session_date=date(2026, 3, 2), by=supervisor, now=MORNING)
    form = as_supervisor.get(url("edit", training_class)).context["form"]
    values = {field.html_name: field.value() or "" for field in form} | {"start_date": "2026-03-09"}
    response = as_supervisor.post(url("edit", training_class), values)
    assert (response.status_code, set(errors_of(response))) == (422, {"start_date"})
    assert "Hours are recorded for 2 Mar 2026" in errors_of(response)["start_date"][0]
    assert stored().start_date == date(2026, 3, 2)


def test_a_draft_that_cannot_be_activated_is_not_changed_either(as_supervisor: Client):
    draft = TrainingClassFactory(agent=None, class_type="Morning")
    values = typed(agent="", version=draft.version, class_type="Evening")
    response = as_supervisor.post(url("edit", draft), values)
    assert (response.status_code, set(errors_of(response))) == (422, {"agent"})
    draft.refresh_from_db()
    assert draft.class_type == "Morning"


def test_somebody_elses_change_is_told_and_the_next_try_is_on_their_version(as_supervisor: Client):
    training_class = TrainingClassFactory()
    values = typed(version=training_class.version, action="save", class_type="Evening")
    TrainingClass.objects.update(version=5, class_type="Morning")
    response = as_supervisor.post(url("edit", training_class), values)
    assert response.status_code == 409
    form = response.context["form"]
    assert "changed this class" in form.non_field_errors()[0]
    assert form["version"].value() == 5
    assert (form["class_type"].value(), form["class_type"].help_text) == ("Evening", "Now stored: Morning")
    assert as_supervisor.post(url("edit", training_class), {**values, "version": 5}).status_code == 302


def test_client_and_course_of_an_active_class_are_not_offered(as_supervisor: Client):
    form = as_supervisor.get(url("edit", active_class())).context["form"]
    assert {name for name, field in form.fields.items() if field.disabled} == {"client", "course"}


def test_what_an_active_class_needs_is_not_called_optional(as_supervisor: Client):
    training_class = active_class()
    form = as_supervisor.get(url("edit", training_class)).context["form"]
    assert {name for name, field in form.fields.items() if field.required} >= {"client", "agent", "start_date"}
    values = {field.html_name: field.value() or "" for field in form} | {"agent": "", "end_date": ""}
    response = as_supervisor.post(url("edit", training_class), values)
    assert errors_of(response) == {
        "agent": ["Choose the trainer."],
        "end_date": ["Enter the last day."],
    }


def test_a_stopped_class_is_not_edited(as_supervisor: Client):
    training_class = active_class()
    as_supervisor.post(url("stop", training_class), {"stop_date": "2026-03-09"})
    assert as_supervisor.get(url("edit", training_class)).status_code == 409


# Steps


def test_h3_stop_asks_for_the_day_and_start_again_brings_the_meetings_back(as_supervisor: Client):
    training_class = active_class()
    before = training_class.sessions.count()
    assert b"<dialog" in as_supervisor.get(url("stop", training_class), headers=HTMX).content
    wrong = as_supervisor.post(url("stop", training_class), {"stop_date": "2026-05-30"}, headers=HTMX)
    assert (wrong.status_code, set(errors_of(wrong))) == (422, {"stop_date"})
    as_supervisor.post(url("stop", training_class), {"stop_date": "2026-03-09"})
    assert training_class.sessions.count() == 2
    again = as_supervisor.post(url("stop", training_class), {"stop_date": "2026-03-16"}, headers=HTMX)
    assert errors_of(again) == {"__all__": ["This class is stopped already."]}
    as_supervisor.post(url("restart", training_class))
    assert training_class.sessions.count() == before


def test_a_draft_is_activated_from_its_page_and_what_it_lacks_stands_in_its_form(as_supervisor: Client):
    whole, bare = TrainingClassFactory(), TrainingClassFactory(agent=None)
    assert as_supervisor.post(url("activate", whole)).status_code == 302
    assert TrainingClass.objects.get(pk=whole.pk).status == "active"
    response = as_supervisor.post(url("activate", bare))
    assert (response.status_code, set(errors_of(response))) == (422, {"agent"})
    assert as_supervisor.post(url("activate", whole)).status_code == 409
    empty = as_supervisor.post(url("activate", TrainingClass.objects.create()))
    assert errors_of(empty)["frequency"] == ["Choose on which days the class meets."]


def test_only_drafts_are_deleted(as_supervisor: Client):
    draft, active = TrainingClassFactory(), active_class()
    assert as_supervisor.get(url("delete", draft)).status_code == 200
    assert as_supervisor.post(url("delete", draft))["Location"] == "/classes/"
    assert as_supervisor.get(url("delete", active)).status_code == 409
    refused = as_supervisor.post(url("delete", active), headers=HTMX)
    assert "Only drafts can be deleted" in errors_of(refused)["__all__"][0]
    assert stored() == active
