"""What stands beside the label of a field: "optional" only where the service takes it empty in that state."""

from datetime import date

import pytest
from django.template.loader import render_to_string

from learners.forms.external_records import ExternalRecordForm
from learners.forms.library import RequirementForm
from learners.forms.sign_offs import AssessmentForm
from learners.forms.workers import WorkerForm
from tests.factories.training import SessionFactory, active_class, scheduled_session
from training.forms.classes import ClassForm
from training.forms.library import TrainerForm
from training.forms.sessions import SessionForm

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


def mark_of(form, name: str) -> str:
    html = render_to_string("partials/_field.html", {"field": form[name]})
    return html.split('class="optional">')[1].split("<")[0] if 'class="optional">' in html else ""


def marks_of(form, *names: str) -> set[str]:
    return {mark_of(form, name) for name in names}


def test_s2_a_draft_of_a_session_says_what_scheduling_needs() -> None:
    what = ("day", "start", "end", "trainer", "venue")
    draft, scheduled = SessionFactory(), scheduled_session()
    assert marks_of(SessionForm(today=TODAY), *what) == {"needed to schedule"}
    assert marks_of(SessionForm(session=draft, today=TODAY), *what) == {"needed to schedule"}
    assert marks_of(SessionForm(session=scheduled, today=TODAY), *what) == {"needed"}
    assert mark_of(SessionForm(today=TODAY), "course") == ""
    assert mark_of(SessionForm(today=TODAY), "last_day") == "optional"


def test_a_draft_of_a_class_says_what_activating_needs() -> None:
    what = ("client", "course", "agent", "start_date", "end_date")
    assert marks_of(ClassForm(), *what) == {"needed to activate"}
    assert marks_of(ClassForm(training_class=active_class()), *what) == {""}
    assert mark_of(ClassForm(), "venue") == "optional"


def test_fields_that_hang_on_others_say_on_what() -> None:
    assert mark_of(TrainerForm(), "company") == "needed if external"
    assert mark_of(RequirementForm(asked=set(), requirement=None, today=TODAY), "grace_period_days") == (
        "needed with a grace period"
    )
    assert marks_of(WorkerForm(today=TODAY), "first_name", "last_name") == {"one of the two names is needed"}
    assert mark_of(AssessmentForm(), "remarks") == "needed if not competent"
    assert mark_of(AssessmentForm({"result": "NOT_COMPETENT"}), "method") == "needed if competent"
    assert mark_of(ExternalRecordForm(), "expiry_date") == ""
    assert mark_of(ExternalRecordForm({"is_permanent": "on"}), "expiry_date") == "leave empty"
