"""The database itself notes when a session was first marked, whichever door the mark came through (S11)."""

from datetime import UTC, datetime

import pytest

from attendance.models import SessionAttendee
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.training import UserFactory, scheduled_session

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_s11_a_list_without_marks_leaves_the_session_unmarked():
    attendee = SessionAttendeeFactory()

    attendee.session.refresh_from_db()
    assert attendee.session.first_marked_at is None
    assert not attendee.session.has_mark_or_evidence


def test_s11_the_first_mark_counts_and_later_ones_do_not_move_it():
    marked, later = SessionAttendeeFactory(), SessionAttendeeFactory()
    other = SessionAttendeeFactory(session=marked.session)
    by = UserFactory()

    SessionAttendee.objects.filter(pk__in=(marked.pk, later.pk)).update(marked_at=FIRST, marked_by=by)
    SessionAttendee.objects.filter(pk=other.pk).update(marked_at=SECOND, marked_by=by)

    marked.session.refresh_from_db()
    assert marked.session.first_marked_at == FIRST
    assert marked.session.has_mark_or_evidence


def test_s11_a_row_that_arrives_marked_counts():
    attendee = SessionAttendeeFactory(session=scheduled_session(), present=True)

    attendee.session.refresh_from_db()
    assert attendee.session.first_marked_at == attendee.marked_at
