"""Workers of a class: start, hold, resume, complete, and hours on the profile."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.services.capture import capture_session
from learners.models import LearnerProgression
from learners.services.hours import void_hours
from tests.attendance.services.test_capture import NOW
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import active_class
from tests.html import fragment
from training.models import Trainer, TrainingClass

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
START = {"start_date": "2026-03-09", "on_collision": "refuse"}


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


def learners_url(training_class: TrainingClass) -> str:
    return reverse("attendance:class_learners", args=[training_class.pk])


def step_url(step: str, progression: LearnerProgression) -> str:
    return reverse(f"attendance:progression_{step}", args=[progression.pk])


def errors_of(response: Any) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = response.context["form"].errors
    return errors


# Start


def test_whoever_is_ticked_stays_while_others_are_searched(as_supervisor: Client, training_class: TrainingClass):
    ticked, found = LearnerFactory(last_name="Berg"), LearnerFactory(last_name="Silva")
    LearnerFactory(last_name="Silva", status="INACTIVE")
    LearnerProgressionFactory(training_class=training_class, learner__last_name="Silva")
    query = {"q": "silva", "learner": ticked.pk}
    whole = as_supervisor.get(learners_url(training_class), query)
    assert whole.context["candidates"] == [ticked, found]
    assert not whole.context["form"].is_bound
    part = as_supervisor.get(learners_url(training_class), query, headers={**HTMX, "HX-Target": "candidates"})
    assert fragment(part.content.decode(), "candidates") == fragment(whole.content.decode(), "candidates")


@pytest.mark.parametrize("size", [1, 3])
def test_the_search_takes_the_same_queries_for_any_number(
    as_supervisor: Client, training_class: TrainingClass, size: int, django_assert_num_queries: Any
):
    for _each in range(size):
        LearnerProgressionFactory(learner__last_name="Silva")
    with django_assert_num_queries(7):
        response = as_supervisor.get(learners_url(training_class), {"q": "silva"})
    assert len(response.context["candidates"]) == size


def test_h7_late_starters_start_on_their_day(as_supervisor: Client, training_class: TrainingClass):
    learner = LearnerFactory()
    response = as_supervisor.post(learners_url(training_class), {**START, "learner": [learner.pk]})
    assert [str(each) for each in get_messages(response.wsgi_request)] == ["1 worker started."]
    assert training_class.progressions.get().start_date == date(2026, 3, 9)


def test_h7_a_collision_is_refused_or_puts_the_other_programme_on_hold(
    as_supervisor: Client, training_class: TrainingClass
):
    other = LearnerProgressionFactory()
    data = {**START, "learner": [other.learner_id]}
    response = as_supervisor.post(learners_url(training_class), data)
    assert response.status_code == 422
    assert "Nobody is in two programmes" in response.context["form"].non_field_errors()[0]
    assert f'value="{other.learner_id}" checked' in response.content.decode()
    as_supervisor.post(learners_url(training_class), {**data, "on_collision": "hold"})
    other.refresh_from_db()
    assert other.status == "on_hold"
    assert training_class.progressions.get().learner_id == other.learner_id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start_date": "2026-05-30"}, "start_date"),
        ({"start_date": "soon"}, "start_date"),
        ({"learner": []}, "learner"),
        ({"learner": ["²", "x"]}, "learner"),
        ({"learner": ["999999"]}, "__all__"),
        ({"on_collision": "shrug"}, "on_collision"),
    ],
)
def test_what_cannot_be_started_stands_at_its_field(
    as_supervisor: Client, training_class: TrainingClass, changes: dict[str, Any], field: str
):
    data = {**START, "learner": [LearnerFactory().pk], **changes}
    response = as_supervisor.post(learners_url(training_class), data)
    assert (response.status_code, set(errors_of(response))) == (422, {field})
    assert not training_class.progressions.exists()


# Steps


def test_h7_hold_resume_and_complete_from_a_day_on(as_supervisor: Client, progression: LearnerProgression):
    for step, day, status in (
        ("hold", "2026-03-09", "on_hold"),
        ("resume", "2026-03-16", "in_progress"),
        ("complete", "2026-03-18", "completed"),
    ):
        assert b"<dialog" in as_supervisor.get(step_url(step, progression), headers=HTMX).content
        response = as_supervisor.post(step_url(step, progression), {"effective_date": day, "reason": "Leave"})
        assert response["Location"] == reverse("attendance:class", args=[progression.training_class_id])
        progression.refresh_from_db()
        assert progression.status == status
    assert progression.completion_date == date(2026, 3, 18)


@pytest.mark.parametrize("day", ["2026-03-19", "2026-03-01", ""])
def test_h7_a_day_that_cannot_be_is_refused_at_its_field(
    as_supervisor: Client, progression: LearnerProgression, day: str
):
    response = as_supervisor.post(step_url("hold", progression), {"effective_date": day}, headers=HTMX)
    assert (response.status_code, set(errors_of(response))) == (422, {"effective_date"})


def test_h7_a_step_that_is_not_in_the_table_answers_409(as_supervisor: Client, progression: LearnerProgression):
    assert as_supervisor.get(step_url("resume", progression)).status_code == 409


def test_h7_resuming_into_a_collision_asks_first(as_supervisor: Client, progression: LearnerProgression):
    as_supervisor.post(step_url("hold", progression), {"effective_date": "2026-03-09"})
    other = LearnerProgressionFactory(learner=progression.learner)
    data = {"effective_date": "2026-03-16"}
    refused = as_supervisor.post(step_url("resume", progression), data)
    assert (refused.status_code, set(errors_of(refused))) == (409, {"__all__"})
    as_supervisor.post(step_url("resume", progression), {**data, "holds_other": "on"})
    other.refresh_from_db()
    assert other.status == "on_hold"


def test_there_is_no_programme_of_that_number(as_supervisor: Client):
    assert as_supervisor.get("/progressions/999/hold/").status_code == 404


def test_h7_a_step_taken_in_another_tab_is_told_in_the_dialog(as_supervisor: Client, progression: LearnerProgression):
    data = {"effective_date": "2026-03-09", "reason": "Leave"}
    as_supervisor.post(step_url("hold", progression), data)
    again = as_supervisor.post(step_url("hold", progression), data, headers=HTMX)
    assert (again.status_code, errors_of(again)) == (409, {"__all__": ["This programme is on hold already."]})
    assert again.context["form"]["reason"].value() == "Leave"


def test_h7_after_a_step_htmx_stays_on_its_page(as_supervisor: Client, progression: LearnerProgression):
    response = as_supervisor.post(step_url("hold", progression), {"effective_date": "2026-03-09"}, headers=HTMX)
    assert response["HX-Refresh"] == "true"


# Hours by hand


def test_h5_hours_are_entered_by_hand(as_supervisor: Client, progression: LearnerProgression):
    dialog = as_supervisor.get(step_url("hours", progression), headers=HTMX)
    assert (b"<dialog" in dialog.content, dialog.context["form"]["log_date"].value()) == (True, date(2026, 3, 18))
    typed = {"log_date": "2026-03-17", "hours_trained": "7,5", "hours_present": "", "notes": "Made up for Monday"}
    response = as_supervisor.post(step_url("hours", progression), typed)
    assert response["Location"] == reverse("attendance:class", args=[progression.training_class_id])
    progression.refresh_from_db()
    assert [progression.hours_trained, progression.hours_present] == [7.5, 7.5]
    profile = as_supervisor.get(reverse("attendance:worker", args=[progression.learner_id])).content.decode()
    assert "7.5 of 7.5 hours" in profile
    assert "By hand: Made up for Monday" in profile


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"hours_present": "5"}, {"hours_present"}),
        ({"hours_trained": "lots", "log_date": "2026-03-19"}, {"hours_trained", "log_date"}),
        ({"hours_trained": "", "log_date": ""}, {"hours_trained", "log_date"}),
    ],
)
def test_h5_wrong_hours_stand_at_their_fields_with_what_was_typed(
    as_supervisor: Client, progression: LearnerProgression, changes: dict[str, str], fields: set[str]
):
    typed = {"log_date": "2026-03-17", "hours_trained": "4", "hours_present": "4", "notes": "Why", **changes}
    response = as_supervisor.post(step_url("hours", progression), typed, headers=HTMX)
    assert (response.status_code, set(errors_of(response))) == (422, fields)
    assert {name: response.context["form"][name].value() for name in typed} == typed
    assert b"<dialog" not in response.content


def test_h5_only_whoever_captures_the_class_enters_hours(
    as_trainer: Client, as_auditor: Client, trainer: Trainer, progression: LearnerProgression
):
    own = LearnerProgressionFactory(training_class=active_class(agent=trainer))
    path = reverse("attendance:class", args=[own.training_class_id])
    assert step_url("hours", own) in as_trainer.get(path).content.decode()
    assert as_trainer.get(step_url("hours", own)).status_code == 200
    assert as_trainer.get(step_url("hours", progression)).status_code == 404
    assert step_url("hours", own) not in as_auditor.get(path).content.decode()
    assert as_auditor.get(step_url("hours", own)).status_code == 403


def test_h5_a_programme_on_hold_takes_no_hours(as_supervisor: Client, progression: LearnerProgression):
    typed = {"log_date": "2026-03-09", "hours_trained": "4"}
    as_supervisor.post(step_url("hold", progression), {"effective_date": "2026-03-09"})
    assert as_supervisor.get(step_url("hours", progression)).status_code == 409
    refused = as_supervisor.post(step_url("hours", progression), typed, headers=HTMX)
    assert (refused.status_code, set(errors_of(refused))) == (409, {"__all__"})
    assert (
        step_url("hours", progression)
        not in as_supervisor.get(reverse("attendance:worker", args=[progression.learner_id])).content.decode()
    )


# The profile and Today


def test_h7_the_profile_shows_progress_steps_and_log(
    as_auditor: Client, supervisor: User, progression: LearnerProgression
):
    capture_session(class_id=progression.training_class_id, session_date=date(2026, 3, 2), by=supervisor, now=NOW)
    response = as_auditor.get(reverse("attendance:worker", args=[progression.learner_id]))
    hours = response.context["hours"]
    assert [(line.percent, line.attendance_rate) for line in hours.lines] == [(100, 100)]
    assert ([step.kind for step in hours.steps], [row.hours_present for row in hours.log]) == (["started"], [4])
    assert "Hours in classes" in response.content.decode()


def test_h4_the_log_tells_voided_hours_from_those_that_stand(
    as_auditor: Client, progression: LearnerProgression, superuser: User
):
    for day in (2, 3):
        progression.add_hours(4, 4, notes=f"Yard {day}", log_date=date(2026, 3, day))
    void_hours(log_id=progression.hours.get(notes="Yard 2").pk, reason="Twice", by=superuser, now=NOW)

    page = as_auditor.get(reverse("attendance:worker", args=[progression.learner_id]))

    assert "By hand: Yard 3" in page.text
    assert "By hand, taken back: Yard 2" in page.text
    assert "reversed: Twice" in page.text


def test_a_profile_without_classes_says_nothing_of_hours(as_auditor: Client):
    response = as_auditor.get(reverse("attendance:worker", args=[LearnerFactory().pk]))
    assert "Hours in classes" not in response.content.decode()


@pytest.mark.parametrize("login", ["as_supervisor", "as_trainer"])
def test_the_number_of_captures_missing_links_to_exactly_these_rows(
    request: pytest.FixtureRequest, login: str, trainer: Any
):
    active_class(agent=trainer)
    active_class()
    client: Client = request.getfixturevalue(login)
    page = client.get("/")
    board = page.context["board"]
    assert board.captures_missing == {"as_supervisor": 6, "as_trainer": 3}[login]
    rows = client.get("/classes/captures/").context["page"].object_list
    assert [each.pk for each in board.captures_missing_rows] == [each.pk for each in rows]
    assert 'href="/classes/captures/"' in page.content.decode()
