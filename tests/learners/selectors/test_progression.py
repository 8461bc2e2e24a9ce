"""Learners in classes as they are read (H7)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from learners.models import LearnerProgression
from learners.policies.hours import percent
from learners.selectors.progression import (
    hours_log,
    in_progress_on,
    progressions_of_class,
    progressions_of_learner,
    progressions_of_learner_as_of,
    steps,
)
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import CourseFactory, CourseVersionFactory, active_class

pytestmark = pytest.mark.django_db


def test_h7_progress_is_capped_and_rounded_down_and_attendance_stands_beside_it():
    training_class = active_class(course_hours=Decimal(10))
    over, part, new = LearnerProgressionFactory.create_batch(3, training_class=training_class)
    over.add_hours(12, 12)
    part.add_hours("9.9", "3.3")
    lines = {line.progression: line for line in progressions_of_class(training_class.pk)}
    assert [(lines[each].percent, lines[each].attendance_rate) for each in (over, part, new)] == [
        (100, 100),
        (99, 33),
        (0, None),
    ]


def test_h7_course_hours_are_the_class_s_else_the_published_version_s_else_unknown():
    course = CourseVersionFactory(duration_minutes=90).course
    CourseVersionFactory(course=course, number=2, status="DRAFT", duration_minutes=600)
    for training_class, hours in (
        (active_class(course=course, course_hours=Decimal(8)), Decimal(8)),
        (active_class(course=course), Decimal("1.5")),
        (active_class(course=CourseFactory()), None),
    ):
        LearnerProgressionFactory(training_class=training_class)
        (line,) = progressions_of_class(training_class.pk)
        assert line.course_hours == hours
        assert line.percent == (None if hours is None else 0)


def test_h7_a_share_of_nothing_is_unknown():
    assert percent(Decimal(3), Decimal(0)) is None
    assert percent(Decimal(3), None) is None
    assert percent(Decimal("2.99"), Decimal(3)) == 99


@pytest.mark.parametrize("size", [1, 3])
def test_h7_lists_take_one_query(size: int, django_assert_num_queries: Any):
    training_class = active_class()
    LearnerProgressionFactory.create_batch(size, training_class=training_class)
    learner = LearnerFactory()
    for _number in range(size):
        LearnerProgression.objects.update(status="on_hold")
        LearnerProgressionFactory(learner=learner)
    with django_assert_num_queries(1):
        lines = progressions_of_class(training_class.pk)
        assert [f"{line.progression.learner} {line.progression.learner.company}" for line in lines]
    with django_assert_num_queries(1):
        lines = progressions_of_learner(learner.pk)
        assert [f"{line.progression.training_class.client} {line.progression.course}" for line in lines]


def test_l2_programmes_of_a_merged_badge_are_read_with_the_survivor_s():
    survivor = LearnerFactory()
    duplicate = LearnerFactory(status="INACTIVE", merged_into=survivor)
    own, merged = LearnerProgressionFactory(learner=survivor), LearnerProgressionFactory(learner=duplicate)
    assert {line.progression for line in progressions_of_learner(survivor.pk)} == {own, merged}


def test_h2_whose_hours_are_captured_follows_the_last_step_in_effect():
    progression = LearnerProgressionFactory(start_date=date(2026, 3, 5))
    by, at = progression.steps.get().created_by, datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
    for kind, day in (("held", 9), ("resumed", 9), ("held", 16), ("resumed", 20), ("completed", 25)):
        progression.steps.create(kind=kind, effective_date=date(2026, 3, day), created_by=by, created_at=at, reason="")
    found = [day for day in range(1, 32) if in_progress_on(progression.training_class_id, date(2026, 3, day)).exists()]
    assert found == [*range(5, 16), *range(20, 26)]


def test_h2_a_progression_that_came_by_plain_sql_is_taken_by_its_state():
    known = LearnerProgressionFactory()
    for status, expected in (("in_progress", True), ("on_hold", False)):
        plain = LearnerProgression.objects.create(
            learner=LearnerFactory(),
            training_class=known.training_class,
            course=known.course,
            start_date=date(2026, 3, 2),
            status=status,
        )
        found = in_progress_on(known.training_class_id, date(2026, 3, 9))
        assert (plain in found) is expected


def test_c8_hours_and_state_of_another_day_are_those_of_the_log_and_the_steps(django_assert_num_queries: Any):
    training_class = active_class(course_hours=Decimal(20))
    progression = LearnerProgressionFactory(training_class=training_class, start_date=date(2026, 3, 5))
    by, at = progression.steps.get().created_by, datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
    for day, trained, present in ((6, 4, 3), (13, 6, 6)):
        progression.add_hours(trained, present, log_date=date(2026, 3, day))
    for kind, day in (("held", 9), ("resumed", 12), ("completed", 20)):
        progression.steps.create(kind=kind, effective_date=date(2026, 3, day), created_by=by, created_at=at, reason="")
    LearnerProgression.objects.update(status="completed", completion_date=date(2026, 3, 20))
    told: list[Any] = []
    for day in (4, 6, 10, 13, 20):
        with django_assert_num_queries(1):
            lines = progressions_of_learner_as_of(progression.learner_id, on=date(2026, 3, day))
        told += [
            (day, each.status, each.hours_trained, each.hours_absent, line.percent, each.completion_date)
            for line in lines
            for each in [line.progression]
        ]
    assert told == [
        (6, "in_progress", 4, 1, 20, None),
        (10, "on_hold", 4, 1, 20, None),
        (13, "in_progress", 10, 1, 50, None),
        (20, "completed", 10, 1, 50, date(2026, 3, 20)),
    ]
    assert progressions_of_learner(progression.learner_id)[0].progression.hours_trained == 10


def test_c8_a_programme_that_came_by_plain_sql_was_in_progress_until_its_completion():
    known = LearnerProgressionFactory()
    plain = LearnerProgression.objects.create(
        learner=LearnerFactory(),
        training_class=known.training_class,
        course=known.course,
        start_date=date(2026, 3, 2),
        status="completed",
        completion_date=date(2026, 3, 20),
    )
    states = [
        line.progression.status
        for day in (19, 20)
        for line in progressions_of_learner_as_of(plain.learner_id, on=date(2026, 3, day))
    ]
    assert states == ["in_progress", "completed"]


def test_h7_log_and_steps_say_who(django_assert_num_queries: Any):
    progressions = LearnerProgressionFactory.create_batch(3)
    for each in progressions:
        each.add_hours(4, 4, created_by=each.steps.get().created_by)
    keys = [each.pk for each in progressions]
    with django_assert_num_queries(2):
        assert [f"{row.created_by} {row.training_class} {getattr(row, 'reversal', None)}" for row in hours_log(keys)]
        assert [str(step.created_by) for step in steps(keys)]
