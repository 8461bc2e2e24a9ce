"""Writes two years of sessions, each finalized like any other session, and the weeks that are booked ahead.

Lists, marks and sheets are written in bulk, as the services would have left them; records come from `finalize_session`.
"""

import random
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.contrib.auth.models import User
from django.db import connection

from attendance.models import SessionAttendee
from attendance.papers.sheet import file_name, sheet_codes
from attendance.policies.sheet_reading import as_printed, kept
from attendance.selectors.sheet import SheetContents
from attendance.services.finalize import finalize_session
from config.demo.diary import PlannedSession
from config.demo.library import Library
from config.demo.paper import Signed, signed_sheet
from config.demo.people import Person
from config.demo.plan import DrawnOutcome
from config.demo.progress import LoadingProgress
from learners.evidence.store import StoredFile
from learners.models import (
    CompetencyRecord,
    ComplianceItem,
    EvidenceUpload,
    Learner,
    LearnerArea,
    RoleRequirement,
    TrainingRecord,
)
from training.core.audit_context import as_command
from training.models import Session

SHARE_WITH_WALK_INS = 0.12
WHY_FAILED = (
    "Test 55 %, 80 % needed.",
    "Test 64 %, to repeat.",
    "Test 72 %, to repeat.",
    "Left before the end.",
    "Practical part not shown safely.",
)
WHY_ABSENT = ("", "", "", "Sick.", "Called to the unit.", "Night shift.")
WHY_CANCELLED = ("Trainer is ill.", "Unit upset: nobody can be released.", "Room needed for the turnaround meeting.")
READ_BY_SERVICES = (
    ComplianceItem,
    CompetencyRecord,
    Learner,
    LearnerArea,
    RoleRequirement,
    Session,
    SessionAttendee,
    TrainingRecord,
)
FILED_AT_ONCE = 50
SESSIONS_BETWEEN_STATISTICS = 150


@dataclass(frozen=True)
class PastSession:
    """A session that took place, with its list; the walk-ins are the last of it.

    Attributes:
        printed: the session as it was when the sheet was printed.
    """

    session: Session
    printed: Session
    attendees: list[SessionAttendee]
    outcomes: list[DrawnOutcome]
    by: User
    printed_at: datetime
    uploaded_at: datetime
    finalized_at: datetime

    @property
    def not_competent(self) -> set[tuple[int, int]]:
        """Session and worker of those who passed the theory and will not show the skill."""
        return {
            (self.session.pk, attendee.learner_id)
            for attendee, outcome in zip(self.attendees, self.outcomes, strict=True)
            if outcome is DrawnOutcome.NOT_COMPETENT
        }

    @property
    def sheet(self) -> SheetContents:
        """The sheet as it was printed."""
        assert self.printed.course_version is not None  # noqa: S101  # scheduled
        return SheetContents(self.printed, self.printed.course_version.title, self.attendees[: self.printed.last_line])

    def paper(self) -> tuple[bytes, int]:
        """Return the signed sheet and its number of pages."""
        signed = Signed(self.sheet, self.attendees[self.printed.last_line :], self.printed_at)
        return signed_sheet(signed), len(sheet_codes(self.sheet))


class Historian:
    """Writes the sessions of `people`, whose workers are `learners` in the same order."""

    def __init__(
        self,
        rng: random.Random,
        people: list[Person],
        learners: list[Learner],
        library: Library,
        *,
        supervisors: list[User],
        now: datetime,
    ) -> None:
        self.rng = rng
        self.people = people
        self.learners = learners
        self.library = library
        self.supervisors = supervisors
        self.now = now

    def write_lists(self, planned: list[PlannedSession]) -> list[PastSession]:
        """Write all sessions with their lists and marks; return those that took place, in the order of finalizing."""
        with as_command("demo", by=self.supervisors[0]):
            return sorted(self._write_lists(planned), key=lambda each: each.finalized_at)

    def finalize(
        self, held: list[PastSession], papers: Iterable[StoredFile], *, progress: LoadingProgress
    ) -> set[tuple[int, int]]:
        """Link each session to its signed sheet, and finalize it.

        Returns:
            session and worker of those who will not show the skill at the practical sign-off.
        """
        filed = progress.each("Finalized sessions", zip(held, papers, strict=True), total=len(held))
        for number, each in enumerate(self._linked(filed)):
            if number % SESSIONS_BETWEEN_STATISTICS == 0:
                analyze()
            with as_command("demo", by=each.by):
                finalize_session(session_id=each.session.pk, by=each.by, now=each.finalized_at)
        return {pair for each in held for pair in each.not_competent}

    def _write_lists(self, planned: list[PlannedSession]) -> list[PastSession]:
        sessions = [self._session(each) for each in planned]
        Session.objects.bulk_create(sessions)
        held: list[PastSession] = []
        booked: list[SessionAttendee] = []
        for each, session in zip(planned, sessions, strict=True):
            lead = timedelta(days=self.rng.randint(8, 40), hours=self.rng.randint(0, 8))
            session.created_at = min(each.start, self.now) - lead
            if session.status == Session.Status.CANCELLED or each.start > self.now:
                booked += [self._attendee(session, index, line) for line, index in enumerate(each.outcomes, start=1)]
                session.last_line = len(each.outcomes)
            else:
                held.append(self._held(each, session))
        Session.objects.bulk_update(sessions, ["created_at", "version", "last_line"], batch_size=500)
        attendees = [*booked, *(attendee for each in held for attendee in each.attendees)]
        SessionAttendee.objects.bulk_create(attendees, batch_size=2000)
        return held

    def _session(self, planned: PlannedSession) -> Session:
        by = self.rng.choice(self.supervisors)
        version = self.library.versions[planned.course.code]
        is_cancelled = all(outcome is DrawnOutcome.ABSENT for outcome in planned.outcomes.values())
        return Session(
            course=version.course,
            course_version=version,
            trainer=self.library.trainers[planned.trainer.name],
            venue=self.library.venues[planned.venue.name],
            start_time=planned.start,
            end_time=planned.end,
            status=Session.Status.CANCELLED if is_cancelled else Session.Status.SCHEDULED,
            cancellation_reason=self.rng.choice(WHY_CANCELLED) if is_cancelled else "",
            version=self.rng.choice((2, 3, 3, 4)),
            created_by=by,
            updated_by=by,
        )

    def _held(self, planned: PlannedSession, session: Session) -> PastSession:
        rng = self.rng
        by = session.created_by
        marked_by = session.trainer.user if session.trainer and session.trainer.user else by
        assert by is not None and marked_by is not None  # noqa: S101, PT018  # given in _session
        attendees = []
        for line, (index, outcome) in enumerate(planned.outcomes.items(), start=1):
            attendee = self._attendee(session, index, line)
            self._mark(
                attendee,
                self.people[index],
                outcome,
                by=marked_by,
                at=planned.end - timedelta(minutes=rng.randint(0, 20)),
            )
            attendees.append(attendee)
        walk_ins = rng.randint(1, 2) if len(attendees) > 4 and rng.random() < SHARE_WITH_WALK_INS else 0
        for attendee in attendees[len(attendees) - walk_ins :]:
            attendee.added_at = planned.start
        printed = copy(session)
        printed.last_line = len(attendees) - walk_ins
        session.last_line = len(attendees)
        session.version += 1 if walk_ins else 0
        uploaded_at = planned.end + timedelta(minutes=rng.randint(15, 100))
        finalized_at = uploaded_at + rng.choice((timedelta(minutes=7), timedelta(hours=1), timedelta(hours=18)))
        return PastSession(
            session=session,
            printed=printed,
            attendees=attendees,
            outcomes=list(planned.outcomes.values()),
            by=by,
            printed_at=planned.start - timedelta(minutes=rng.randint(20, 240)),
            uploaded_at=uploaded_at,
            finalized_at=min(finalized_at, self.now - timedelta(minutes=5)),
        )

    def _attendee(self, session: Session, index: int, line: int) -> SessionAttendee:
        return SessionAttendee(
            session=session,
            learner=self.learners[index],
            line=line,
            added_by=session.created_by,
            added_at=session.created_at,
        )

    def _mark(
        self, attendee: SessionAttendee, person: Person, outcome: DrawnOutcome, *, by: User, at: datetime
    ) -> None:
        """Note how it went for one person; employer and role are those of that day (R3)."""
        attendee.marked_by, attendee.marked_at, attendee.version = by, at, 2
        attendee.is_present = outcome is not DrawnOutcome.ABSENT
        attendee.has_passed = outcome in (DrawnOutcome.PASSED, DrawnOutcome.NOT_COMPETENT)
        if outcome is DrawnOutcome.ABSENT:
            attendee.remarks = self.rng.choice(WHY_ABSENT)
            return
        if outcome is DrawnOutcome.FAILED:
            attendee.remarks = self.rng.choice(WHY_FAILED)
        attendee.company = self.library.companies[person.company_on(at.date())]
        attendee.role = self.library.roles[person.role_on(at.date())]

    def _linked(self, filed: Iterator[tuple[PastSession, StoredFile]]) -> Iterator[PastSession]:
        """Link sessions to their sheets as an upload does, `FILED_AT_ONCE` at a time; yield each one that is linked."""
        while some := list(islice(filed, FILED_AT_ONCE)):
            uploads = []
            for each, stored in some:
                session = each.session
                session.attendance_file_key, session.attendance_file_hash = stored.key, stored.sha256
                uploads.append(
                    EvidenceUpload(
                        session=session,
                        **asdict(stored),
                        original_name=f"scan-{file_name(session)}",
                        reading=kept(as_printed(sheet_codes(each.sheet))),  # a reader would find what was drawn
                        uploaded_by=each.by,
                        uploaded_at=each.uploaded_at,
                    )
                )
            with as_command("demo", by=self.supervisors[0]):
                sessions = [each.session for each, _stored in some]
                Session.objects.bulk_update(sessions, ["attendance_file_key", "attendance_file_hash"])
                EvidenceUpload.objects.bulk_create(uploads)
            yield from (each for each, _stored in some)


def analyze() -> None:
    """Tell the query planner of the database what was written: within one transaction nothing else does."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in READ_BY_SERVICES)}")
