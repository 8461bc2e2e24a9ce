"""Hours by hand, as somebody enters them for a programme (H5) and takes them back (invariant 6)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from learners.models import LearnerHoursLog
from learners.models.hours_rules import WrongHours
from learners.policies.hours import HoursStay, ProgressionNotInThisState
from learners.services.hours import enter_hours, log_hours, void_hours
from learners.services.progression import complete, hold
from tests.factories.learners import LearnerProgressionFactory
from tests.factories.training import active_class
from training.core.refusals import NotFound, NotPermitted, ReasonMissing
from training.models import Trainer

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
HOURS: dict[str, Any] = {"hours_trained": "4", "hours_present": "3.5", "log_date": date(2026, 3, 17), "now": NOW}


def test_h5_hours_by_hand_have_a_day_and_somebody_and_no_meeting(supervisor: User):
    progression = LearnerProgressionFactory()
    entered = enter_hours(tracking_id=progression.pk, notes=" Made up for Monday ", by=supervisor, **HOURS)
    row = LearnerHoursLog.objects.get()
    assert (row.source, row.session, row.created_by) == ("manual", None, supervisor)
    assert (row.log_date, row.notes) == (HOURS["log_date"], "Made up for Monday")
    assert [entered.hours_trained, entered.hours_present, entered.hours_absent] == [4, 3.5, 0.5]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"hours_trained": "many"}, "hours_trained", "as a number"),
        ({"hours_trained": ""}, "hours_trained", "as a number"),
        ({"hours_present": "nan"}, "hours_present", "as a number"),
        ({"hours_trained": "3"}, "hours_present", "between 0 and"),
        ({"hours_trained": "-1", "hours_present": "-2"}, "hours_trained", "between 0 and"),
        ({"hours_trained": "4.25"}, "hours_trained", "one decimal"),
        ({"hours_trained": "10000"}, "hours_trained", "too many"),
        ({"hours_trained": "0", "hours_present": "0"}, "hours_trained", "more than 0"),
        ({"log_date": date(2026, 3, 19)}, "log_date", "is in the future"),
        ({"log_date": date(2026, 3, 1)}, "log_date", "started on 2 Mar 2026"),
    ],
)
def test_h5_what_cannot_be_is_refused_at_its_field(supervisor: User, changes: dict[str, Any], field: str, words: str):
    progression = LearnerProgressionFactory()
    with pytest.raises(WrongHours, match=words) as refused:
        enter_hours(tracking_id=progression.pk, by=supervisor, **{**HOURS, **changes})
    assert set(refused.value.errors) == {field}
    assert not LearnerHoursLog.objects.exists()


@pytest.mark.parametrize(("step", "words"), [(hold, "on hold"), (complete, "completed")])
def test_h5_hours_by_hand_belong_to_the_programme_in_progress(supervisor: User, step: Any, words: str):
    progression = LearnerProgressionFactory()
    step(tracking_id=progression.pk, effective_date=date(2026, 3, 16), by=supervisor, now=NOW)
    with pytest.raises(ProgressionNotInThisState, match=words):
        enter_hours(tracking_id=progression.pk, by=supervisor, **HOURS)


def test_h5_a_trainer_enters_hours_of_own_classes_only(trainer: Trainer, trainer_user: User, auditor: User):
    own = LearnerProgressionFactory(training_class=active_class(agent=trainer))
    other = LearnerProgressionFactory()
    enter_hours(tracking_id=own.pk, by=trainer_user, **HOURS)
    for tracking_id, by in ((other.pk, trainer_user), (own.pk, auditor)):
        with pytest.raises(NotPermitted):
            enter_hours(tracking_id=tracking_id, by=by, **HOURS)
    with pytest.raises(NotFound):
        enter_hours(tracking_id=0, by=trainer_user, **HOURS)


# Taken back


def test_invariant_6_hours_entered_wrong_are_taken_back_with_a_reason_and_nothing_is_erased(superuser: User):
    progression = LearnerProgressionFactory()
    meeting = progression.training_class.sessions.get(session_date=date(2026, 3, 2))
    log_hours(progression.learner_id, 40, 40, session_id=meeting.pk)
    log_hours(progression.learner_id, 4, 3, log_date=date(2026, 3, 3))
    wrong = LearnerHoursLog.objects.get(hours_trained=40)
    void_hours(log_id=wrong.pk, reason=" Four, not forty ", by=superuser, now=NOW)
    reversal = LearnerHoursLog.objects.get(reversal_of=wrong)
    assert (reversal.hours_trained, reversal.hours_present, reversal.session) == (Decimal(-40), Decimal(-40), meeting)
    assert (reversal.notes, reversal.created_by, reversal.created_at) == ("Four, not forty", superuser, NOW)
    progression.refresh_from_db()
    assert (progression.hours_trained, progression.hours_present, progression.hours_absent) == (4, 3, 1)
    assert LearnerHoursLog.objects.count() == 3


def test_invariant_6_hours_are_taken_back_once(superuser: User):
    progression = LearnerProgressionFactory()
    progression.add_hours(4, 4, log_date=date(2026, 3, 2))
    row = LearnerHoursLog.objects.get()
    reversal = void_hours(log_id=row.pk, reason="Wrong", by=superuser, now=NOW)
    for log_id, words in ((row.pk, "already taken back"), (reversal.pk, "takes other hours back")):
        with pytest.raises(HoursStay, match=words):
            void_hours(log_id=log_id, reason="Again", by=superuser, now=NOW)
    progression.refresh_from_db()
    assert progression.hours_trained == 0


def test_invariant_6_hours_are_taken_back_by_a_superuser_who_says_why(superuser: User, supervisor: User):
    LearnerProgressionFactory().add_hours(4, 4, log_date=date(2026, 3, 2))
    log_id = LearnerHoursLog.objects.get().pk
    with pytest.raises(NotPermitted):
        void_hours(log_id=log_id, reason="Wrong", by=supervisor, now=NOW)
    with pytest.raises(ReasonMissing) as refused:
        void_hours(log_id=log_id, reason=" ", by=superuser, now=NOW)
    assert list(refused.value.errors) == ["reason"]
    with pytest.raises(NotFound):
        void_hours(log_id=0, reason="Wrong", by=superuser, now=NOW)
    assert LearnerHoursLog.objects.count() == 1
