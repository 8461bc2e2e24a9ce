"""Lists and sessions that plain SQL enters mean what those of the site mean: their defaults live in the database."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from attendance.models import SessionAttendee
from attendance.services.marking import Everybody, mark_everybody
from tests.factories.learners import LearnerFactory
from tests.factories.training import MORNING, CourseFactory, UserFactory, scheduled_session
from training.models import Session

pytestmark = pytest.mark.django_db

KEYS = {"id", "learner", "line"}
MOMENTS = {"added_at", "created_at", "updated_at"}


def enter(statement: str, values: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING id", values)
        return int(cursor.fetchone()[0])


def facts(row: models.Model) -> dict[str, object]:
    """Return what a stored row says, but for its keys and the moments at which it was written."""
    row.refresh_from_db()
    return {
        field.name: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if field.name not in KEYS | MOMENTS
    }


def assert_written_now(row: models.Model) -> None:
    moments = [getattr(row, name) for name in MOMENTS if hasattr(row, name)]
    assert moments
    assert all(abs(timezone.now() - moment) < timedelta(minutes=1) for moment in moments)


def test_a_line_of_a_list_needs_its_session_worker_and_number_alone():
    session = scheduled_session()
    ours = SessionAttendee.objects.create(session=session, learner=LearnerFactory(), line=1)
    plain = SessionAttendee.objects.get(
        pk=enter(
            "INSERT INTO session_attendees (session_id, learner_id, line) VALUES (%s, %s, 2)",
            [session.pk, LearnerFactory().pk],
        )
    )

    assert facts(plain) == facts(ours)
    assert plain.is_unmarked
    assert_written_now(plain)
    assert_written_now(ours)
    events = apps.get_model("attendance.SessionAttendeeEvent").objects.filter(id__in=(ours.pk, plain.pk))
    assert [event.pgh_label for event in events] == ["insert", "insert"]

    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=UserFactory(is_superuser=True), now=MORNING)
    marked = session.attendees.values_list("is_present", "has_passed", "version")
    assert list(marked) == [(True, True, 2)] * 2


def test_a_line_of_a_list_has_no_number_by_default():
    """The next one is the session's to give: two that are entered at once would get the same."""
    with pytest.raises(IntegrityError, match='"line"'), transaction.atomic():
        enter(
            "INSERT INTO session_attendees (session_id, learner_id) VALUES (%s, %s)",
            [scheduled_session().pk, LearnerFactory().pk],
        )


def test_s1_a_session_needs_a_course_alone():
    course = CourseFactory()
    ours = Session.objects.create(course=course)
    plain = Session.objects.get(pk=enter("INSERT INTO sessions (course_id) VALUES (%s)", [course.pk]))

    assert facts(plain) == facts(ours)
    assert plain.status == Session.Status.DRAFT
    assert plain.reference == f"S-{timezone.localdate().year}-{plain.pk:04d}"
    assert_written_now(plain)
    assert_written_now(ours)


@pytest.mark.parametrize("model", [SessionAttendee, Session])
def test_python_and_database_have_the_same_defaults(model: type[models.Model]):
    """A form and a row that is not stored yet ask Python, whatever writes without Django asks the database."""
    for field in model._meta.concrete_fields:
        if field.has_db_default() and field.name not in MOMENTS:
            assert field.db_default == field.get_default(), field.name
        else:
            assert not field.has_default() or field.name in MOMENTS, field.name
