"""Attendance lists for tests."""

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from attendance.models import FilingPaste, FilingRow, SessionAttendee
from learners.models import Learner
from tests.factories.learners import HASH, KEY, EvidenceUploadFactory, LearnerFactory
from tests.factories.training import UserFactory, scheduled_session
from training.models import Session


class SessionAttendeeFactory(DjangoModelFactory):
    """A learner on the list of a session, not yet marked. The line is the session's next."""

    class Meta:
        model = SessionAttendee

    session = factory.LazyFunction(scheduled_session)
    learner = factory.SubFactory(LearnerFactory)

    @factory.lazy_attribute
    def line(self) -> int:
        session: Session = self.session
        session.last_line += 1
        Session.objects.filter(pk=session.pk).update(last_line=session.last_line)
        return session.last_line

    class Params:
        present = factory.Trait(
            is_present=True,
            marked_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
            marked_by=factory.SubFactory(UserFactory),
            company=factory.SelfAttribute("learner.company"),
            role=factory.SelfAttribute("learner.role"),
        )


def session_ready_to_finalize(
    *, learners: list[Learner] | None = None, size: int = 2, **fields: Any
) -> tuple[Session, list[SessionAttendee]]:
    """Return a scheduled session with evidence linked and everybody present and passed, and its attendees.

    Args:
        learners: who attends; by default `size` new ones.
        fields: of the session, such as `start_time`.
    """
    session = scheduled_session(attendance_file_key=KEY, attendance_file_hash=HASH, **fields)
    EvidenceUploadFactory(session=session)
    learners = LearnerFactory.create_batch(size) if learners is None else learners
    marked_by = UserFactory()
    attendees: list[SessionAttendee] = [
        SessionAttendeeFactory(session=session, learner=learner, present=True, marked_by=marked_by)
        for learner in learners
    ]
    return session, attendees


class FilingRowFactory(DjangoModelFactory):
    """A row that somebody has pasted to file it, of which nothing could be read."""

    class Meta:
        model = FilingRow

    owner = factory.SubFactory(UserFactory)
    paste = factory.LazyAttribute(
        lambda row: FilingPaste.objects.create(
            owner=row.owner, text="10012\tHSE-001", pasted_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
        )
    )
    row = factory.Sequence(lambda number: number + 1)
