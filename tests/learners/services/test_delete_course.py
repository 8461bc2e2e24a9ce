"""A course is deleted softly, and never while it is required or booked."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User

from learners.services.courses import CourseRequired, delete_course
from tests.factories.learners import AreaRequirementFactory, RoleRequirementFactory
from tests.factories.training import CourseFactory, SessionFactory, active_class, scheduled_session
from training.core.refusals import NotFound, NotPermitted
from training.models import Course
from training.services.classes import stop_class
from training.services.courses import CourseBooked

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)


def test_a_course_that_nothing_needs_is_deleted_softly(supervisor: User):
    course = SessionFactory(status="CANCELLED", cancellation_reason="Storm").course

    delete_course(course_id=course.pk, by=supervisor, now=NOW)

    course.refresh_from_db()
    assert (course.deleted_at, course.updated_by) == (NOW, supervisor)
    with pytest.raises(NotFound):
        delete_course(course_id=course.pk, by=supervisor, now=NOW)


def test_a_required_course_is_not_deleted_and_the_refusal_says_by_whom(supervisor: User):
    course = CourseFactory(code="HSE-001")
    RoleRequirementFactory(course=course, role__title="Welder")
    AreaRequirementFactory(course=course, area__name="Tank farm")

    with pytest.raises(CourseRequired) as caught:
        delete_course(course_id=course.pk, by=supervisor, now=NOW)

    assert str(caught.value) == (
        "HSE-001 cannot be deleted: it is required by Tank farm, Welder. Remove that requirement first."
    )
    assert Course.objects.get(pk=course.pk).deleted_at is None


@pytest.mark.parametrize("make", [SessionFactory, scheduled_session])
def test_a_booked_course_is_not_deleted_and_the_refusal_names_the_session(make, supervisor: User):
    session = make()

    with pytest.raises(CourseBooked, match=session.reference):
        delete_course(course_id=session.course_id, by=supervisor, now=NOW)

    assert Course.objects.get(pk=session.course_id).deleted_at is None


def test_a_course_that_a_class_needs_is_not_deleted_until_the_class_stops(supervisor: User):
    training_class = active_class()
    course_id = training_class.course_id
    assert course_id is not None

    with pytest.raises(CourseBooked, match=f"class {training_class}"):
        delete_course(course_id=course_id, by=supervisor, now=NOW)

    stop_class(class_id=training_class.pk, stop_date=date(2026, 3, 2), by=supervisor, now=NOW)
    delete_course(course_id=course_id, by=supervisor, now=NOW)
    assert Course.objects.get(pk=course_id).deleted_at == NOW


def test_a_deleted_draft_books_nothing(supervisor: User):
    session = SessionFactory(deleted_at=NOW)
    delete_course(course_id=session.course_id, by=supervisor, now=NOW)
    assert Course.objects.get(pk=session.course_id).deleted_at == NOW


def test_only_who_keeps_the_library_may(auditor: User):
    with pytest.raises(NotPermitted):
        delete_course(course_id=CourseFactory().pk, by=auditor, now=NOW)
