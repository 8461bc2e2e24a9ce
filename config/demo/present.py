"""Writes the day on which the demo is loaded: sessions in every state, through the services that the pages use."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from attendance.papers.sheet import file_name
from attendance.selectors.sheet import sheet_of
from attendance.services.attendees import add_attendees
from attendance.services.evidence import upload_evidence
from attendance.services.finalize import finalize_session
from attendance.services.marking import Mark, save_marks
from config.demo.catalogue import Catalogue
from config.demo.diary import Diary
from config.demo.library import Library
from config.demo.paper import Signed, signed_sheet
from learners.models import ComplianceItem, Learner
from training.core.audit_context import as_command
from training.models import Session
from training.services.sessions import cancel_session, create_draft, create_scheduled

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Scene:
    """One session of today; it starts in `starts_in` hours from now and takes `hours`."""

    course: str
    trainer: str
    starts_in: float
    hours: float
    people: int
    venue: str = ""
    marked: float = 0  # share of the list
    has_sheet: bool = False
    is_finalized: bool = False
    cancelled_because: str = ""


SCENES = (
    Scene("HSE-008", "Maria Fonseca", 2, 1.5, 21, venue="Training room C"),
    Scene("CHM-001", "Nadia Benali", -6.5, 1.5, 17, marked=1, has_sheet=True, is_finalized=True),
    Scene("HSE-002", "Ingrid Solberg", -4, 2, 22, marked=1, has_sheet=True),
    Scene("LCK-001", "Gerhard Weißenborn", -5, 3, 14, marked=0.85),
    Scene("WAH-001", "Pierre Moreau", -1.25, 6, 15, marked=0.5),
    Scene("HSE-010", "Tomasz Zieliński", 1.5, 4, 13),
    Scene("CSE-002", "Bram de Groot", 3, 4, 9, cancelled_because="Trainer is needed in the permit office."),
)


class Present:
    """Writes sessions around `now`."""

    def __init__(
        self,
        rng: random.Random,
        catalogue: Catalogue,
        library: Library,
        diary: Diary,
        *,
        by: User,
        now: datetime,
    ) -> None:
        self.rng = rng
        self.catalogue = catalogue
        self.library = library
        self.diary = diary
        self.by = by
        self.now = now
        self.hour = now - timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)
        self._listed: set[int] = set()

    def write(self) -> None:
        """Write the scenes of the day, and drafts that lack something."""
        with as_command("demo", by=self.by):
            for scene in SCENES:
                self._play(scene)
            self._write_drafts()

    def _play(self, scene: Scene) -> None:
        start = self.hour + timedelta(hours=scene.starts_in)
        end = start + timedelta(hours=scene.hours)
        session = create_scheduled(
            course_id=self.library.courses[scene.course].pk,
            trainer_id=self._trainer(scene, start, end),
            venue_id=self._venue(scene, start, end),
            start_time=start,
            end_time=end,
            by=self.by,
            now=self.now,
        )
        self._backdate(session, timedelta(days=9))
        listed = self._learners(session, scene.people)
        add_attendees(
            session_id=session.pk, learner_ids=listed, by=self.by, now=min(start, self.now) - timedelta(days=2)
        )
        marked = listed[: round(scene.marked * len(listed))]
        self._mark(session.pk, marked, is_over=end <= self.now, at=min(end, self.now))
        if scene.has_sheet:
            self._upload(session.pk, printed_at=start - 2 * QUARTER, at=end + QUARTER)
        if scene.is_finalized:
            finalize_session(session_id=session.pk, by=self.by, now=end + 3 * QUARTER)
        if scene.cancelled_because:
            cancel_session(session_id=session.pk, reason=scene.cancelled_because, by=self.by, now=self.now)

    def _mark(self, session_id: int, learner_ids: Sequence[int], *, is_over: bool, at: datetime) -> None:
        marks = []
        for learner_id in learner_ids:
            is_present = self.rng.random() < 0.93
            has_passed = is_present and (not is_over or self.rng.random() < 0.94)
            remarks = "Test 60 %, to repeat." if is_present and not has_passed else ""
            marks.append(Mark(learner_id, is_present=is_present, has_passed=has_passed, remarks=remarks))
        save_marks(session_id=session_id, marks=marks, by=self.by, now=at)

    def _upload(self, session_id: int, *, printed_at: datetime, at: datetime) -> None:
        sheet = sheet_of(session_id)
        for attendee in sheet.attendees:
            attendee.session = sheet.session
        content = signed_sheet(Signed(sheet, (), printed_at=printed_at))
        scan = SimpleUploadedFile(f"scan-{file_name(sheet.session)}", content, content_type="application/pdf")
        upload_evidence(session_id=session_id, files=[scan], by=self.by, now=at)

    def _write_drafts(self) -> None:
        """Write three drafts: a plan that is complete but not booked, one without a room, and a mere idea."""
        courses, trainers, venues = self.library.courses, self.library.trainers, self.library.venues
        start = self.hour + timedelta(days=9)
        whole = create_draft(
            course_id=courses["PRS-002"].pk,
            trainer_id=trainers["Radu Ionescu"].pk,
            venue_id=venues["Practice yard"].pk,
            start_time=start,
            end_time=start + timedelta(hours=6),
            by=self.by,
            now=self.now,
        )
        without_venue = create_draft(
            course_id=courses["HSE-001"].pk,
            trainer_id=trainers["Piotr Kowalczyk"].pk,
            start_time=start + timedelta(days=2),
            end_time=start + timedelta(days=2, hours=3),
            by=self.by,
            now=self.now,
        )
        idea = create_draft(course_id=courses["WAH-004"].pk, by=self.by, now=self.now)
        for draft, days in ((whole, 1), (without_venue, 3), (idea, 12)):
            self._backdate(draft, timedelta(days=days))
        for draft, people in ((whole, 11), (without_venue, 19)):
            add_attendees(
                session_id=draft.pk, learner_ids=self._learners(draft, people), by=self.by, now=self.now - 4 * QUARTER
            )

    def _backdate(self, session: Session, age: timedelta) -> None:
        """Make a session look as if it was planned `age` ago."""
        Session.objects.filter(pk=session.pk).update(created_at=self.now - age)

    def _trainer(self, scene: Scene, start: datetime, end: datetime) -> int:
        """Return the key of the scene's trainer, or of another one if that one is busy in a planned session."""
        others = [each for each in self.catalogue.trainers if each.may_teach(scene.course)]
        wanted = sorted(others, key=lambda each: each.name != scene.trainer)
        facts = next((each for each in wanted if self.diary.is_free(each, start, end)), wanted[0])
        self.diary.take([facts], start, end)
        return self.library.trainers[facts.name].pk

    def _venue(self, scene: Scene, start: datetime, end: datetime) -> int:
        at = self.catalogue.course(scene.course).at
        wanted = sorted(
            (each for each in self.catalogue.venues if each.kind == at),
            key=lambda each: (each.name != scene.venue, each.capacity < scene.people, each.capacity),
        )
        facts = next((each for each in wanted if self.diary.is_free(each, start, end)), wanted[0])
        self.diary.take([facts], start, end)
        return self.library.venues[facts.name].pk

    def _learners(self, session: Session, number: int) -> list[int]:
        """Return the keys of those who need the course most, as a supervisor would; on a large site nobody twice."""
        learners = Learner.objects.filter(status=Learner.Status.ACTIVE, merged_into=None)
        free = learners.exclude(pk__in=self._listed)
        items = ComplianceItem.objects.filter(course=session.course, learner__in=free)
        urgent = items.exclude(status="COMPLIANT").order_by("-status", "key_date", "learner__badge_id")
        later = items.filter(status="COMPLIANT", expiry_date__isnull=False).order_by("expiry_date", "learner__badge_id")
        chosen = [
            *urgent.values_list("learner_id", flat=True)[: number * 2 // 3],
            *later.values_list("learner_id", flat=True)[:number],
            *free.order_by("badge_id").values_list("pk", flat=True)[:number],
            *learners.order_by("badge_id").values_list("pk", flat=True)[:number],
        ]
        listed = list(dict.fromkeys(chosen))[:number]
        self._listed.update(listed)
        return listed
