"""Learners in classes: start, hold, resume, complete, and hours by hand (H5, H7)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from inspect import Parameter, signature
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from learners.models import Learner, LearnerHoursLog, LearnerProgression
from learners.models.hours_rules import WrongHours
from learners.policies.hours import ProgressionNotInThisState, WrongDate
from learners.services import progression as services
from learners.services.hours import NoProgression, log_hours
from learners.services.progression import (
    Collision,
    InAnotherProgramme,
    NotEnrollable,
    Started,
    complete,
    hold,
    resume,
    start_progressions,
)
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import TrainingClassFactory, UserFactory, active_class
from training.core.refusals import NotFound, NotPermitted
from training.models import TrainingClass
from training.services.classes import stop_class

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 18)
MONDAY = date(2026, 3, 2)

pytestmark = pytest.mark.django_db


@pytest.fixture
def training_class() -> TrainingClass:
    return active_class()


@pytest.fixture
def who(supervisor: User) -> dict[str, Any]:
    return {"by": supervisor, "now": NOW}


def steps(progression: LearnerProgression) -> list[tuple[str, date]]:
    return list(progression.steps.values_list("kind", "effective_date"))


def fresh(progression: LearnerProgression) -> LearnerProgression:
    return LearnerProgression.objects.get(pk=progression.pk)


def sums(progression: LearnerProgression) -> tuple[Any, ...]:
    found = fresh(progression)
    return found.hours_trained, found.hours_present, found.hours_absent


# Starting


def test_h7_learners_start_late_ones_later(training_class: TrainingClass, who: dict[str, Any], supervisor: User):
    early, late = LearnerFactory.create_batch(2)
    class_id = training_class.pk
    start_progressions(class_id=class_id, learner_ids=[early.pk], start_date=MONDAY, **who)
    done = start_progressions(class_id=class_id, learner_ids=[late.pk, early.pk], start_date=TODAY, **who)
    assert done == Started(started=1, already_in=1, held=0)
    first, second = LearnerProgression.objects.order_by("pk")
    assert (first.learner, first.status, first.start_date, first.course) == (
        early,
        "in_progress",
        MONDAY,
        training_class.course,
    )
    assert (second.learner, second.start_date) == (late, TODAY)
    assert steps(second) == [("started", TODAY)]
    assert second.steps.get().created_by == supervisor


@pytest.mark.parametrize("size", [1, 3])
def test_h7_starting_takes_a_constant_number_of_queries(
    training_class: TrainingClass, size: int, django_assert_num_queries: Any
):
    by = UserFactory(is_superuser=True)
    learners = [each.learner_id for each in LearnerProgressionFactory.create_batch(size)]
    with django_assert_num_queries(17):
        start_progressions(
            class_id=training_class.pk,
            learner_ids=learners,
            start_date=MONDAY,
            on_collision=Collision.HOLD,
            by=by,
            now=NOW,
        )


def test_h7_a_collision_is_refused_with_names(training_class: TrainingClass, who: dict[str, Any]):
    other = LearnerProgressionFactory()
    newcomer = LearnerFactory()
    with pytest.raises(services.InAnotherProgramme, match=f"{other.learner.name}.*{other.training_class}") as refused:
        start_progressions(
            class_id=training_class.pk, learner_ids=[other.learner_id, newcomer.pk], start_date=MONDAY, **who
        )
    assert refused.value.conflict == {
        "kind": "STATE",
        "learners": [{"learner_id": other.learner_id, "tracking_id": other.pk, "class_id": other.training_class_id}],
    }
    assert LearnerProgression.objects.count() == 1


@pytest.mark.parametrize(
    ("start_date", "logged_on", "held_from"),
    [
        (date(2026, 3, 9), None, date(2026, 3, 9)),
        (date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 17)),
        (date(2026, 4, 13), None, TODAY),
    ],
)
def test_h7_a_collision_can_put_the_old_one_on_hold_after_its_last_hours(
    training_class: TrainingClass,
    who: dict[str, Any],
    start_date: date,
    logged_on: date | None,
    held_from: date,
):
    old = LearnerProgressionFactory()
    if logged_on:
        old.add_hours(4, 4, log_date=logged_on)
    done = start_progressions(
        class_id=training_class.pk,
        learner_ids=[old.learner_id],
        start_date=start_date,
        on_collision=Collision.HOLD,
        **who,
    )
    assert done == Started(started=1, already_in=0, held=1)
    assert fresh(old).status == "on_hold"
    assert steps(old) == [("started", MONDAY), ("held", held_from)]


def test_h7_only_active_classes_take_learners(training_class: TrainingClass, who: dict[str, Any]):
    wanted = {"learner_ids": [LearnerFactory().pk], "start_date": MONDAY, **who}
    with pytest.raises(services.NotEnrollable, match="draft"):
        start_progressions(class_id=TrainingClassFactory().pk, **wanted)
    stop_class(class_id=training_class.pk, stop_date=TODAY, **who)
    with pytest.raises(services.NotEnrollable, match="stopped"):
        start_progressions(class_id=training_class.pk, **wanted)
    with pytest.raises(NotFound):
        start_progressions(class_id=0, **wanted)


def test_l1_blocked_inactive_and_unknown_workers_start_nothing(training_class: TrainingClass, who: dict[str, Any]):
    for learner_id, words in (
        (LearnerFactory(status="BLACKLISTED").pk, "is blocked"),
        (LearnerFactory(status="INACTIVE").pk, "is not active"),
        (0, "no worker with the number 0"),
    ):
        with pytest.raises(services.NotEnrollable, match=words):
            start_progressions(
                class_id=training_class.pk, learner_ids=[LearnerFactory().pk, learner_id], start_date=MONDAY, **who
            )
    assert not LearnerProgression.objects.exists()


@pytest.mark.parametrize("start_date", [date(2026, 3, 1), date(2026, 4, 28)])
def test_h7_a_start_lies_within_the_class(training_class: TrainingClass, who: dict[str, Any], start_date: date):
    with pytest.raises(WrongDate, match="runs from 2 Mar 2026 to 27 Apr 2026") as refused:
        start_progressions(class_id=training_class.pk, learner_ids=[LearnerFactory().pk], start_date=start_date, **who)
    assert list(refused.value.errors) == ["start_date"]


# Hold, resume, complete


def test_h7_hold_resume_and_complete_say_from_when_and_who(who: dict[str, Any], supervisor: User):
    progression = LearnerProgressionFactory()
    tracking_id = progression.pk
    hold(tracking_id=tracking_id, effective_date=date(2026, 3, 9), reason=" Ill ", **who)
    assert fresh(progression).status == "on_hold"
    resume(tracking_id=tracking_id, effective_date=date(2026, 3, 16), **who)
    assert fresh(progression).status == "in_progress"
    complete(tracking_id=tracking_id, effective_date=TODAY, **who)
    done = fresh(progression)
    assert (done.status, done.completion_date) == ("completed", TODAY)
    assert steps(progression) == [
        ("started", MONDAY),
        ("held", date(2026, 3, 9)),
        ("resumed", date(2026, 3, 16)),
        ("completed", TODAY),
    ]
    held = progression.steps.get(kind="held")
    assert (held.reason, held.created_by, held.created_at) == ("Ill", supervisor, NOW)


def test_h7_what_was_completed_by_mistake_is_resumed(who: dict[str, Any]):
    progression = LearnerProgressionFactory()
    complete(tracking_id=progression.pk, effective_date=MONDAY, **who)
    resume(tracking_id=progression.pk, effective_date=MONDAY, **who)
    assert (fresh(progression).status, fresh(progression).completion_date) == ("in_progress", None)


@pytest.mark.parametrize(
    ("taken", "refused", "words"),
    [
        ([], resume, "in progress already"),
        ([hold], hold, "on hold already"),
        ([complete], complete, "is completed"),
        ([complete], hold, "is completed"),
    ],
)
def test_h7_steps_follow_one_table(who: dict[str, Any], taken: list[Any], refused: Any, words: str):
    progression = LearnerProgressionFactory()
    for step in taken:
        step(tracking_id=progression.pk, effective_date=TODAY, **who)
    with pytest.raises(ProgressionNotInThisState, match=words):
        refused(tracking_id=progression.pk, effective_date=TODAY, **who)


@pytest.mark.parametrize(
    ("step", "effective", "words"),
    [
        (hold, TODAY + timedelta(days=1), "is in the future"),
        (hold, date(2026, 3, 1), "took effect on 2 Mar 2026"),
        (hold, date(2026, 3, 9), "recorded for 9 Mar 2026"),
        (complete, date(2026, 3, 8), "recorded for 9 Mar 2026"),
    ],
)
def test_h7_a_step_fits_what_is_known(who: dict[str, Any], step: Any, effective: date, words: str):
    progression = LearnerProgressionFactory()
    progression.add_hours(4, 4, log_date=date(2026, 3, 9))
    with pytest.raises(WrongDate, match=words) as refused:
        step(tracking_id=progression.pk, effective_date=effective, **who)
    assert list(refused.value.errors) == ["effective_date"]
    assert fresh(progression).status == "in_progress"


def test_h7_the_day_of_completion_may_have_hours(who: dict[str, Any]):
    progression = LearnerProgressionFactory()
    progression.add_hours(4, 4, log_date=date(2026, 3, 9))
    complete(tracking_id=progression.pk, effective_date=date(2026, 3, 9), **who)
    assert fresh(progression).status == "completed"


def test_h7_resuming_settles_a_collision(who: dict[str, Any]):
    first = LearnerProgressionFactory()
    hold(tracking_id=first.pk, effective_date=MONDAY, **who)
    second = LearnerProgressionFactory(learner=first.learner)
    with pytest.raises(services.InAnotherProgramme):
        resume(tracking_id=first.pk, effective_date=TODAY, **who)
    resume(tracking_id=first.pk, effective_date=TODAY, on_collision=Collision.HOLD, **who)
    assert (fresh(first).status, fresh(second).status) == ("in_progress", "on_hold")


def test_h7_a_programme_that_is_not_there_is_not_found(who: dict[str, Any]):
    with pytest.raises(NotFound):
        hold(tracking_id=0, effective_date=TODAY, **who)


def test_h7_only_those_who_plan_classes_may(trainer_user: User, auditor: User):
    progression = LearnerProgressionFactory()
    for by in (trainer_user, auditor):
        with pytest.raises(NotPermitted):
            hold(tracking_id=progression.pk, effective_date=TODAY, by=by, now=NOW)
        with pytest.raises(NotPermitted):
            start_progressions(class_id=progression.training_class_id, learner_ids=[], start_date=TODAY, by=by, now=NOW)


# Hours by hand


def test_h5_callers_that_pass_neither_session_nor_user_keep_working():
    progression = LearnerProgressionFactory()
    assert log_hours(progression.learner_id, 3, 2.5) is True
    row = LearnerHoursLog.objects.get()
    assert (row.source, row.notes, row.session, row.created_by) == ("manual", None, None, None)
    assert (row.log_date, row.progression) == (timezone.localdate(), progression)
    assert sums(progression) == (3, Decimal("2.5"), Decimal("0.5"))


def test_h5_arguments_have_their_places(supervisor: User):
    progression = LearnerProgressionFactory()
    meeting = progression.training_class.sessions.get(session_date=MONDAY)
    assert log_hours(progression.learner_id, 4, 4, "attendance", "Entered late", meeting.pk, supervisor)
    row = LearnerHoursLog.objects.get()
    assert (row.source, row.notes, row.session, row.created_by) == ("attendance", "Entered late", meeting, supervisor)
    assert row.log_date == MONDAY
    assert log_hours(progression.learner_id, 1, 1, created_by=supervisor.pk, log_date=date(2026, 3, 3))
    assert LearnerHoursLog.objects.latest("pk").created_by == supervisor


def test_h5_the_order_of_arguments_is_fixed():
    tail: list[tuple[str, Any]] = [("source", "manual"), ("notes", None), ("session_id", None), ("created_by", None)]
    hours = [("hours_trained", Parameter.empty), ("hours_present", Parameter.empty)]
    for function, who in ((log_hours, "learner_id"), (LearnerProgression.add_hours, "self")):
        *positional, log_date = signature(function).parameters.values()
        assert [(each.name, each.default) for each in positional] == [(who, Parameter.empty), *hours, *tail]
        assert {each.kind for each in positional} == {Parameter.POSITIONAL_OR_KEYWORD}
        assert (log_date.name, log_date.kind, log_date.default) == ("log_date", Parameter.KEYWORD_ONLY, None)


def test_h5_with_a_session_the_progression_of_its_class_counts(who: dict[str, Any]):
    """Though it is on hold, and another one is in progress."""
    first = LearnerProgressionFactory()
    hold(tracking_id=first.pk, effective_date=TODAY, **who)
    second = LearnerProgressionFactory(learner=first.learner)
    log_hours(first.learner_id, 4, 4, session_id=first.training_class.sessions.get(session_date=MONDAY).pk)
    log_hours(first.learner_id, 1, 1)
    assert (sums(first)[0], sums(second)[0]) == (4, 1)


def test_h5_without_a_programme_in_progress_it_is_refused(who: dict[str, Any]):
    progression = LearnerProgressionFactory()
    elsewhere = active_class().sessions.get(session_date=MONDAY)
    with pytest.raises(NoProgression, match="not in the class of that meeting"):
        log_hours(progression.learner_id, 1, 1, session_id=elsewhere.pk)
    hold(tracking_id=progression.pk, effective_date=TODAY, **who)
    with pytest.raises(NoProgression, match="in no programme"):
        log_hours(progression.learner_id, 1, 1)


@pytest.mark.parametrize(
    ("trained", "present"), [(1, 2), (1, -1), (-1, -1), (1.25, 1), ("one", 1), ("NaN", 1), (10_000, 1), (None, 1)]
)
def test_h5_hours_that_cannot_be_are_refused(trained: Any, present: Any):
    progression = LearnerProgressionFactory()
    with pytest.raises(WrongHours):
        log_hours(progression.learner_id, trained, present)
    assert sums(progression) == (0, 0, 0)


def test_h5_days_and_meetings_that_cannot_be_are_refused():
    progression = LearnerProgressionFactory()
    meeting = progression.training_class.sessions.get(session_date=MONDAY)
    strange = active_class().sessions.first()
    assert strange is not None
    for arguments, words in (
        ({"log_date": timezone.localdate() + timedelta(days=1)}, "not before it"),
        ({"session_id": meeting.pk, "log_date": date(2026, 3, 3)}, "date of its own"),
        ({"session_id": strange.pk}, "does not belong to the worker's class"),
        ({"source": "gossip"}, "one of: schedule, attendance, manual"),
    ):
        with pytest.raises(WrongHours, match=words):
            progression.add_hours(1, 1, **arguments)
    assert not LearnerHoursLog.objects.exists()


def test_h5_add_hours_knows_the_new_sums():
    progression = LearnerProgressionFactory()
    progression.add_hours("4", Decimal("3.5"))
    assert (progression.hours_trained, progression.hours_present, progression.hours_absent) == (
        4,
        Decimal("3.5"),
        Decimal("0.5"),
    )


# Merged badges


@pytest.fixture
def merged(supervisor: User) -> LearnerProgression:
    """A programme in progress under a badge that was merged into another one."""
    progression: LearnerProgression = LearnerProgressionFactory()
    Learner.objects.filter(pk=progression.learner_id).update(merged_into=LearnerFactory(), status="INACTIVE")
    progression.learner.refresh_from_db()
    return progression


def test_l2_h7_who_is_in_a_class_under_the_old_badge_is_in_it(merged: LearnerProgression, who: dict[str, Any]):
    survivor = merged.learner.merged_into
    assert survivor is not None
    done = start_progressions(class_id=merged.training_class_id, learner_ids=[survivor.pk], start_date=TODAY, **who)
    assert done == Started(started=0, already_in=1, held=0)


def test_l2_h7_nobody_is_in_two_programmes_under_two_badges(
    merged: LearnerProgression, training_class: TrainingClass, who: dict[str, Any]
):
    survivor = merged.learner.merged_into
    assert survivor is not None
    wanted: dict[str, Any] = {"class_id": training_class.pk, "learner_ids": [survivor.pk], "start_date": TODAY, **who}
    with pytest.raises(InAnotherProgramme):
        start_progressions(**wanted)
    assert start_progressions(**wanted, on_collision=Collision.HOLD) == Started(started=1, already_in=0, held=1)
    assert fresh(merged).status == "on_hold"
    with pytest.raises(InAnotherProgramme):
        resume(tracking_id=merged.pk, effective_date=TODAY, **who)


def test_l2_a_merged_badge_starts_nothing(
    merged: LearnerProgression, training_class: TrainingClass, who: dict[str, Any]
):
    with pytest.raises(NotEnrollable, match="was merged into"):
        start_progressions(class_id=training_class.pk, learner_ids=[merged.learner_id], start_date=TODAY, **who)


@pytest.mark.parametrize("badge", ["survivor", "merged"])
def test_l2_h5_hours_of_either_badge_go_to_the_programme_of_the_person(merged: LearnerProgression, badge: str):
    learner_id = merged.learner.merged_into_id if badge == "survivor" else merged.learner_id
    assert learner_id is not None
    assert log_hours(learner_id, 4, 3, log_date=merged.start_date)
    assert sums(merged) == (4, 3, 1)
