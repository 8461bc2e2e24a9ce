"""Classes: the list, the page of one, capturing, exceptions, and voids."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.services.capture import capture_session, mark_exception, void_capture
from learners.models import LearnerHoursLog, LearnerProgression
from tests.attendance.services.test_capture import NOW
from tests.factories.learners import LearnerProgressionFactory
from tests.factories.training import MONDAYS, TrainerFactory, TrainingClassFactory, active_class
from tests.fixtures import client_of
from tests.html import fragment
from training.models import Trainer, TrainingClass
from training.policies.schedules import LAST_DAY, Frequency, Schedule
from training.services.classes import ClassPlan, edit_class, stop_class

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
MONDAY = date(2026, 3, 2)
COMING_MONDAY = date(2026, 3, 23)


@pytest.fixture(autouse=True)
def _on_18_march(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def training_class() -> TrainingClass:
    return active_class()


@pytest.fixture
def progression(training_class: TrainingClass) -> LearnerProgression:
    progression: LearnerProgression = LearnerProgressionFactory(training_class=training_class)
    return progression


def url(name: str, training_class: TrainingClass, day: date = MONDAY) -> str:
    return reverse(f"attendance:class_{name}", args=[training_class.pk, day])


def page(training_class: TrainingClass, month: str = "2026-03") -> str:
    return f"{reverse('attendance:class', args=[training_class.pk])}?month={month}"


def state(training_class: TrainingClass, day: date = MONDAY) -> str:
    return training_class.sessions.get(session_date=day).status


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


# The list


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(
    as_supervisor: Client, size: int, django_assert_num_queries: Any
):
    for _each in range(size):
        LearnerProgressionFactory()
    with django_assert_num_queries(11):
        response = as_supervisor.get("/classes/")
    lines = response.context["lines"]
    assert [(line.learners, line.captured, line.planned, line.missing) for line in lines] == [(1, 0, 8, 3)] * size


def test_the_list_is_searched_by_code_and_narrowed(as_supervisor: Client):
    wanted, other = active_class(), active_class()
    draft = TrainingClassFactory()

    def shown(query: str) -> set[TrainingClass]:
        return {line.training_class for line in as_supervisor.get(f"/classes/?{query}").context["lines"]}

    assert wanted.class_code
    assert shown("") == {wanted, other}
    assert shown(f"q={wanted.class_code.lower()}") == {wanted}
    assert shown("show=draft") == {draft}
    assert shown(f"show=all&client={other.client_id}") == {other}
    assert shown("show=stopped&course=none&client=-") == set()
    assert b"No class matches" in as_supervisor.get("/classes/?q=XYZ").content


def test_swapping_the_list_equals_reloading(as_supervisor: Client, training_class: TrainingClass):
    whole = as_supervisor.get("/classes/?show=all").content.decode()
    part = as_supervisor.get("/classes/?show=all", headers={**HTMX, "HX-Target": "classes"}).content.decode()
    for element in ("classes", "class-counts", "class-hours"):
        assert fragment(part, element) == fragment(whole, element)


def test_a_trainer_sees_own_classes_only(as_trainer: Client, trainer: Trainer, training_class: TrainingClass):
    own = active_class(agent=trainer)
    assert [line.training_class for line in as_trainer.get("/classes/").context["lines"]] == [own]
    assert as_trainer.get(page(own)).status_code == 200
    assert as_trainer.get(page(training_class)).status_code == 404
    missing = as_trainer.get("/classes/captures/").context["page"].object_list
    assert {meeting.training_class for meeting in missing} == {own}


# The page


def test_h1_the_month_names_blocked_days(as_supervisor: Client):
    schedule = Schedule(MONDAYS.frequency, MONDAYS.days, exceptions={date(2026, 4, 13): "Works outing"})
    training_class = active_class(schedule=schedule)
    days = as_supervisor.get(page(training_class, "2026-04")).context["board"].days
    assert [(line.calendar.day.day, line.state.word) for line in days] == [
        (6, "Easter Monday"),
        (13, "Works outing"),
        (20, "Scheduled"),
        (27, "Scheduled"),
    ]
    assert not any(line.can_except for line in days[:2])


def test_the_page_counts_what_has_become_of_the_meetings(
    as_supervisor: Client, supervisor: User, training_class: TrainingClass, progression: LearnerProgression
):
    who: dict[str, Any] = {"class_id": training_class.pk, "by": supervisor, "now": NOW}
    capture_session(session_date=MONDAY, **who)
    mark_exception(session_date=date(2026, 3, 9), status="agent_absent", **who)
    board = as_supervisor.get(page(training_class)).context["board"]
    summary = board.summary
    assert (summary.captured, summary.pending, summary.excepted, summary.missing) == (1, 6, 1, 1)
    assert (summary.hours_captured, summary.hours_planned, summary.percent) == (4, 28, 14)
    assert [(month.first.month, month.missing, month.is_current) for month in board.months] == [
        (3, 1, True),
        (4, 0, False),
    ]
    assert [(line.state.word, line.can_capture, line.can_except, line.can_void) for line in board.days] == [
        ("Recorded", False, False, False),
        ("Trainer absent", False, False, False),
        ("Hours not recorded", True, True, False),
        ("Scheduled", False, True, False),
        ("Scheduled", False, True, False),
    ]
    assert (board.in_progress, board.attendance_rate) == (1, 100)


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_takes_the_same_queries_for_any_number(
    as_supervisor: Client, training_class: TrainingClass, size: int, django_assert_num_queries: Any
):
    LearnerProgressionFactory.create_batch(size, training_class=training_class)
    with django_assert_num_queries(13):
        as_supervisor.get(page(training_class))


@pytest.mark.parametrize("month", ["", "2031-01", "yesterday", "2026-13"])
def test_a_month_that_is_none_is_the_nearest(as_supervisor: Client, training_class: TrainingClass, month: str):
    assert as_supervisor.get(page(training_class, month)).context["board"].month == date(2026, 3, 1)


def test_a_draft_without_anything_has_a_page(as_supervisor: Client):
    draft = TrainingClass.objects.create()
    assert b"A draft has no meetings yet" in as_supervisor.get(page(draft)).content


def test_an_auditor_reads_and_is_offered_nothing_to_do(
    as_auditor: Client, training_class: TrainingClass, progression: LearnerProgression
):
    response = as_auditor.get(page(training_class))
    assert b"/capture/" not in response.content.split(b"<main")[1]
    assert b"/exception/" not in response.content
    assert as_auditor.get(url("capture", training_class)).status_code == 403


def test_h1_days_of_a_month_stand_in_their_order_the_last_one_last(as_supervisor: Client):
    days = {LAST_DAY: MONDAYS.days[1], 10: MONDAYS.days[1]}
    training_class = active_class(schedule=Schedule(Frequency.MONTHLY, days))
    names = [name for name, _times in as_supervisor.get(page(training_class)).context["timetable"]]
    assert names == ["Day 10", "The last day"]


def test_h1_an_exception_outside_of_changed_days_keeps_its_month(
    as_supervisor: Client, supervisor: User, training_class: TrainingClass
):
    who: dict[str, Any] = {"class_id": training_class.pk, "by": supervisor, "now": NOW}
    mark_exception(session_date=date(2026, 4, 13), status="client_cancelled", **who)
    edit_class(changes=ClassPlan(end_date=date(2026, 3, 30)), **who)
    board = as_supervisor.get(page(training_class, "2026-04")).context["board"]
    assert [(line.calendar.day.day, line.state.word) for line in board.days] == [(13, "Client cancelled")]


# Capturing


def test_h2_the_dialog_offers_full_hours_for_everybody(
    as_supervisor: Client, training_class: TrainingClass, progression: LearnerProgression
):
    response = as_supervisor.get(url("capture", training_class), headers=HTMX)
    [(shown, field)] = response.context["form"].rows
    assert (shown, field.value()) == (progression, "4")
    assert 'max="4" step="0.5"' in str(field)
    assert b"<dialog" in response.content


def test_h2_a_capture_logs_what_was_typed(
    as_supervisor: Client, training_class: TrainingClass, progression: LearnerProgression
):
    full = LearnerProgressionFactory(training_class=training_class)
    hours = {f"hours-{progression.learner_id}": "2,5", f"hours-{full.learner_id}": "4"}
    response = as_supervisor.post(url("capture", training_class), {**hours, "notes": "Projector broken"})
    assert response["Location"] == page(training_class)
    assert told(response) == ["Hours of 2 Mar 2026 are recorded: 6.5 of 8 hours for 2 workers."]
    assert state(training_class) == "captured"
    assert LearnerHoursLog.objects.get(learner=progression.learner_id).hours_present == 2.5


def test_h2_swapping_after_a_capture_equals_reloading(
    as_supervisor: Client, training_class: TrainingClass, progression: LearnerProgression
):
    answer = as_supervisor.post(url("capture", training_class), headers=HTMX).content.decode()
    whole = as_supervisor.get(page(training_class)).content.decode()
    assert fragment(answer, "class-board") == fragment(whole, "class-board")
    assert fragment(answer, "dialogs") == fragment(whole, "dialogs")
    assert "are recorded: 4 of 4 hours for 1 worker." in answer


@pytest.mark.parametrize("typed", ["4.5", "0.25", "-1", "", "many", "NaN"])
def test_h2_wrong_hours_stand_at_their_row_and_save_nothing(
    as_supervisor: Client, training_class: TrainingClass, progression: LearnerProgression, typed: str
):
    other = LearnerProgressionFactory(training_class=training_class)
    name = f"hours-{progression.learner_id}"
    data = {name: typed, f"hours-{other.learner_id}": "3.5"}
    response = as_supervisor.post(url("capture", training_class), data, headers=HTMX)
    assert response.status_code == 422
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#capture-form", "outerHTML")
    form = response.context["form"]
    assert set(form.errors) == {name}
    assert 'aria-invalid="true"' in str(form[name])
    assert form[f"hours-{other.learner_id}"].value() == "3.5"
    assert not LearnerHoursLog.objects.exists()


def test_h2_whoever_left_while_the_page_was_open_is_told(
    as_supervisor: Client, training_class: TrainingClass, progression: LearnerProgression
):
    gone = LearnerProgressionFactory()
    response = as_supervisor.post(url("capture", training_class), {f"hours-{gone.learner_id}": "4"})
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [
        "Not in progress in this class on that day, or no longer active by then. Reload the page."
    ]


def test_h3_a_locked_meeting_answers_409_and_says_who_and_when(
    as_supervisor: Client, supervisor: User, training_class: TrainingClass, progression: LearnerProgression
):
    capture_session(class_id=training_class.pk, session_date=MONDAY, by=supervisor, now=NOW)
    for method in (as_supervisor.get, as_supervisor.post):
        response = method(url("capture", training_class))
        assert response.status_code == 409
        assert f"were recorded by {supervisor.get_full_name()}" in response.content.decode()
    assert LearnerHoursLog.objects.count() == 1


def test_h3_whoever_is_slower_keeps_what_was_typed_and_sees_the_month_as_it_is(
    as_supervisor: Client, supervisor: User, training_class: TrainingClass, progression: LearnerProgression
):
    capture_session(class_id=training_class.pk, session_date=MONDAY, by=supervisor, now=NOW)
    typed = {f"hours-{progression.learner_id}": "2.5"}
    response = as_supervisor.post(url("capture", training_class), typed, headers=HTMX)
    assert (response.status_code, response["HX-Retarget"]) == (409, "#capture-form")
    form = response.context["form"]
    assert "were recorded by" in form.non_field_errors()[0]
    assert [field.value() for _progression, field in form.rows] == ["2.5"]
    content, reloaded = response.content.decode(), as_supervisor.get(page(training_class)).content.decode()
    assert 'id="class-board" hx-swap-oob="true"' in content
    assert fragment(content, "class-board") == fragment(reloaded, "class-board")


@pytest.mark.parametrize("name", ["capture", "exception"])
def test_h3_a_page_that_is_out_of_date_is_brought_up_to_date(
    as_supervisor: Client, supervisor: User, training_class: TrainingClass, progression: LearnerProgression, name: str
):
    capture_session(class_id=training_class.pk, session_date=MONDAY, by=supervisor, now=NOW)
    ask = as_supervisor.get if name == "capture" else as_supervisor.post
    response = ask(url(name, training_class), {"status": "agent_absent"}, headers=HTMX)
    assert (response.status_code, response["HX-Retarget"]) == (409, "#class-board")
    content = response.content.decode()
    assert fragment(content, "class-board") == fragment(
        as_supervisor.get(page(training_class)).content.decode(), "class-board"
    )
    assert "were recorded by" in content


def test_h1_a_meeting_that_is_gone_from_the_schedule_is_told_with_the_month_as_it_is(
    as_supervisor: Client, training_class: TrainingClass, progression: LearnerProgression
):
    training_class.sessions.filter(session_date=MONDAY).delete()
    response = as_supervisor.post(url("capture", training_class), headers=HTMX)
    assert (response.status_code, response["HX-Retarget"]) == (422, "#class-board")
    assert b"does not meet on 2 Mar 2026" in response.content


@pytest.mark.parametrize(("day", "status"), [(COMING_MONDAY, 422), (date(2026, 3, 3), 404)])
def test_h3_other_days_are_not_captured(
    as_supervisor: Client, training_class: TrainingClass, progression: LearnerProgression, day: date, status: int
):
    assert as_supervisor.get(url("capture", training_class, day)).status_code == status
    assert as_supervisor.post(url("capture", training_class, day)).status_code == status


def test_h3_the_trainer_captures_own_classes_only(
    as_trainer: Client, trainer: Trainer, training_class: TrainingClass, progression: LearnerProgression
):
    own = LearnerProgressionFactory(training_class=active_class(agent=trainer)).training_class
    assert as_trainer.post(url("capture", own)).status_code == 302
    assert as_trainer.post(url("capture", training_class)).status_code == 404
    assert as_trainer.post(url("exception", training_class), {"status": "agent_absent"}).status_code == 404
    assert [state(own), state(training_class)] == ["captured", "pending"]


# Exceptions


@pytest.mark.parametrize("status", ["client_cancelled", "agent_absent"])
@pytest.mark.parametrize("day", [MONDAY, COMING_MONDAY])
def test_h3_an_exception_is_one_click_for_the_future_too(
    as_supervisor: Client, training_class: TrainingClass, status: str, day: date
):
    response = as_supervisor.post(url("exception", training_class, day), {"status": status})
    assert response["Location"] == page(training_class)
    assert state(training_class, day) == status


def test_h3_there_are_two_exceptions_only(as_supervisor: Client, training_class: TrainingClass):
    response = as_supervisor.post(url("exception", training_class), {"status": "captured"}, headers=HTMX)
    assert response.status_code == 422
    assert "Choose whether the client cancelled or the trainer was absent." in response.content.decode()
    assert state(training_class) == "pending"


# Detail and void


def test_the_detail_of_a_meeting_shows_every_row_and_void(
    as_auditor: Client, superuser: User, training_class: TrainingClass, progression: LearnerProgression
):
    who: dict[str, Any] = {"class_id": training_class.pk, "session_date": MONDAY, "by": superuser, "now": NOW}
    capture_session(**who)
    void_capture(**who, reason="Wrong day")
    response = as_auditor.get(url("meeting", training_class))
    assert [row.hours_present for row in response.context["detail"].rows] == [4, -4]
    assert b"Wrong day" in response.content
    assert b"<dialog" in as_auditor.get(url("meeting", training_class), headers=HTMX).content


def test_h4_a_superuser_voids_with_a_reason(
    as_superuser: Client, superuser: User, training_class: TrainingClass, progression: LearnerProgression
):
    capture_session(class_id=training_class.pk, session_date=MONDAY, by=superuser, now=NOW)
    refused = as_superuser.post(url("void", training_class), {"reason": " "}, headers=HTMX)
    assert (refused.status_code, refused["HX-Retarget"]) == (422, "#void-form")
    assert "reason" in refused.context["form"].errors
    response = as_superuser.post(url("void", training_class), {"reason": "Wrong day"})
    assert response.status_code == 302
    assert state(training_class) == "pending"
    progression.refresh_from_db()
    assert progression.hours_trained == 0
    assert as_superuser.get(url("void", training_class)).status_code == 409
    stale = as_superuser.post(url("void", training_class), {"reason": "Wrong day"}, headers=HTMX)
    assert (stale.status_code, stale["HX-Retarget"]) == (409, "#void-form")
    assert "nothing to take back" in stale.context["form"].non_field_errors()[0]


def test_h4_nobody_else_voids(as_supervisor: Client, as_trainer: Client, training_class: TrainingClass):
    for client in (as_supervisor, as_trainer):
        assert client.post(url("void", training_class), {"reason": "Wrong day"}).status_code == 403


# What is missing


def test_captures_missing_are_listed_oldest_first(as_supervisor: Client, supervisor: User):
    first = LearnerProgressionFactory().training_class
    stopped = active_class(agent=TrainerFactory())
    stop_class(class_id=stopped.pk, stop_date=date(2026, 3, 4), by=supervisor, now=NOW)
    capture_session(class_id=first.pk, session_date=MONDAY, by=supervisor, now=NOW)
    rows = as_supervisor.get("/classes/captures/").context["page"].object_list
    assert [(row.training_class, row.session_date.day) for row in rows] == [(stopped, 2), (first, 9), (first, 16)]
    assert client_of(supervisor).get("/classes/").context["missing"] == 3
