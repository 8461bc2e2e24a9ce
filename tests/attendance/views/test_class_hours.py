"""The export of hours: what stands in it, its columns, and that no cell is a formula."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from attendance.services.capture import Presence, capture_session, void_capture
from attendance.views import classes as views
from learners.models import LearnerProgression
from tests.attendance.services.test_capture import NOW
from tests.factories.learners import LearnerProgressionFactory
from tests.factories.training import active_class
from tests.jobs import run_waiting
from tests.workbooks import book_of, midnight
from training.models import Job, Trainer

pytestmark = pytest.mark.django_db

MONDAYS = (date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16))


@pytest.fixture
def progression(superuser: User) -> LearnerProgression:
    """Three captures of one worker, 2.5 of 4 hours each; the last one is voided."""
    progression: LearnerProgression = LearnerProgressionFactory(learner__first_name="=1+1", learner__last_name="")
    who: dict[str, Any] = {"class_id": progression.training_class_id, "by": superuser, "now": NOW}
    for day in MONDAYS:
        capture_session(session_date=day, presences=[Presence(progression.learner_id, "2.5")], **who)
    void_capture(session_date=MONDAYS[-1], reason="Wrong day", **who)
    return progression


def read(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_hours_are_by_month_class_and_worker_without_what_was_voided(
    as_supervisor: Client, progression: LearnerProgression
):
    columns = ["trained", "month", "class", "present", "absent"]
    response = as_supervisor.post("/classes/hours/", {"format": "csv", "columns": columns})
    code = progression.training_class.class_code
    assert read(response) == [
        ["Month", "Class", "Hours trained", "Hours present", "Hours absent"],
        ["2026-03", code, "8.0", "5.0", "3.0"],
    ]
    assert response["Content-Disposition"].endswith('.csv"')


def test_the_export_is_narrowed_by_days(as_supervisor: Client, progression: LearnerProgression):
    asked = {"format": "csv", "columns": ["present"], "first": "2026-03-03", "last": "2026-03-31"}
    assert read(as_supervisor.post("/classes/hours/", asked)) == [["Hours present"], ["2.5"]]


def test_hours_are_added_up_over_what_no_column_names(
    as_supervisor: Client, superuser: User, progression: LearnerProgression
):
    LearnerProgressionFactory(training_class=progression.training_class, learner__company=progression.learner.company)
    alike = LearnerProgressionFactory(learner__first_name="=1+1", learner__last_name="")
    who: dict[str, Any] = {"by": superuser, "now": NOW}
    capture_session(class_id=progression.training_class_id, session_date=MONDAYS[2], **who)
    capture_session(class_id=alike.training_class_id, session_date=MONDAYS[0], **who)
    codes = [each.training_class.class_code for each in (progression, alike)]

    def rows(*columns: str) -> list[list[str]]:
        return read(as_supervisor.post("/classes/hours/", {"format": "csv", "columns": columns}))[1:]

    assert rows("month", "class", "trained") == [["2026-03", codes[0], "16.0"], ["2026-03", codes[1], "4.0"]]
    assert rows("month", "present") == [["2026-03", "17.0"]]
    assert rows("trained") == [["20.0"]]
    assert sorted(hours for _name, hours in rows("worker", "trained")) == ["12.0", "4.0", "4.0"]


def test_the_export_has_the_filters_of_the_list(
    as_supervisor: Client, superuser: User, progression: LearnerProgression
):
    other = LearnerProgressionFactory()
    capture_session(class_id=other.training_class_id, session_date=MONDAYS[0], by=superuser, now=NOW)
    client = other.training_class.client
    shown = as_supervisor.get(f"/classes/?client={client.pk}&page=1")
    link = f"/classes/hours/?client={client.pk}&amp;show=active"
    assert link in shown.content.decode()
    page = as_supervisor.get(link.replace("&amp;", "&"))
    assert {name: page.context["form"][name].value() for name in ("client", "show")} == {
        "client": str(client.pk),
        "show": "active",
    }
    asked = {"format": "csv", "columns": ["class"]}
    codes = [[other.training_class.class_code]]
    for narrowed in ({"client": client.pk}, {"q": codes[0][0]}, {"agent": other.training_class.agent_id}):
        assert read(as_supervisor.post("/classes/hours/", {**asked, **narrowed}))[1:] == codes
    assert read(as_supervisor.post("/classes/hours/", {**asked, "show": "stopped"}))[1:] == []


def test_days_in_the_wrong_order_are_refused(as_supervisor: Client):
    asked = {"format": "csv", "columns": ["class"], "first": "2026-03-31", "last": "2026-03-01"}
    response = as_supervisor.post("/classes/hours/", asked)
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"last"})


def test_no_cell_is_a_formula(as_supervisor: Client, progression: LearnerProgression):
    plain = as_supervisor.post("/classes/hours/", {"format": "csv", "columns": ["worker"]})
    assert read(plain)[1] == ["'=1+1"]
    book = as_supervisor.post("/classes/hours/", {"format": "xlsx", "columns": ["worker", "present"]})
    sheet = book_of(book).active
    assert [(cell.value, cell.data_type) for cell in sheet[2]] == [("=1+1", "s"), (5, "n")]


def test_months_and_hours_of_the_excel_file_can_be_filtered_and_added_up(
    as_supervisor: Client, progression: LearnerProgression
):
    asked = {"format": "xlsx", "columns": ["month", "class", "trained"]}
    sheet = book_of(as_supervisor.post("/classes/hours/", asked)).active
    assert [cell.value for cell in sheet[1]] == ["Month", "Class", "Hours trained"]
    assert [cell.value for cell in sheet[2]] == [midnight(date(2026, 3, 1)), progression.training_class.class_code, 8]
    assert [sheet.cell(2, column).number_format for column in (1, 3)] == ["mmm yyyy", "0.0"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:C2")
    assert sheet.column_dimensions["A"].width >= 14


def test_a_trainer_exports_own_classes_only(as_trainer: Client, trainer: Trainer, progression: LearnerProgression):
    own = LearnerProgressionFactory(training_class=active_class(agent=trainer))
    capture_session(class_id=own.training_class_id, session_date=MONDAYS[0], by=trainer.user, now=NOW)  # type: ignore[arg-type]  # it has one
    rows = read(as_trainer.post("/classes/hours/", {"format": "csv", "columns": ["class"]}))
    assert rows[1:] == [[own.training_class.class_code]]


def test_columns_are_asked_for(as_supervisor: Client):
    assert as_supervisor.get("/classes/hours/").status_code == 200
    response = as_supervisor.post("/classes/hours/", {"format": "csv"})
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"columns"})


@pytest.mark.parametrize("size", [1, 3])
def test_the_export_takes_the_same_queries_for_any_number(
    as_supervisor: Client, superuser: User, size: int, django_assert_num_queries: Any
):
    for _each in range(size):
        made = LearnerProgressionFactory()
        capture_session(class_id=made.training_class_id, session_date=MONDAYS[0], by=superuser, now=NOW)
    with django_assert_num_queries(10):  # three of them write down who took the file (X1)
        rows = read(as_supervisor.post("/classes/hours/", {"format": "csv", "columns": ["worker"]}))
    assert len(rows) == size + 1


def test_many_rows_are_made_by_a_job(
    as_trainer: Client, trainer: Trainer, progression: LearnerProgression, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(views, "ROWS_AT_ONCE", 0)
    own = LearnerProgressionFactory(training_class=active_class(agent=trainer))
    capture_session(class_id=own.training_class_id, session_date=MONDAYS[0], by=trainer.user, now=NOW)  # type: ignore[arg-type]  # it has one

    asked = as_trainer.post("/classes/hours/", {"format": "csv", "columns": ["class", "present"], "show": "all"})
    run_waiting()
    job = Job.objects.get()
    file = as_trainer.get(reverse("training:job_file", args=[job.pk]))

    assert asked["Location"] == reverse("training:job", args=[job.pk])
    assert "csrf" not in job.query
    assert read(file)[1:] == [[own.training_class.class_code, "4.0"]]


def test_n6_each_row_of_an_auditors_file_says_who_took_it(
    as_auditor: Client, auditor: User, progression: LearnerProgression
):
    head, row = read(as_auditor.post("/classes/hours/", {"format": "csv", "columns": ["present"]}))
    assert head == ["Hours present", "Exported by"]
    assert row[1].startswith(f"{auditor.get_full_name()}, ")
