"""Writes programmes of many dates: 40 classes, their learners, and two years of captured hours.

Classes come from the services that the pages use; learners and hours are written in bulk, as the services would have
left them. Sums and progress follow from the log.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from attendance.services.capture import capture_session, mark_exception, void_capture
from config.demo.library import Library
from config.demo.people import Person
from learners.models import Learner, LearnerHoursLog, LearnerProgression, ProgressionEvent
from training.core.audit_context import as_command
from training.models import ClassAttendanceSession, Company, Course, CourseVersion, TrainingClass
from training.policies.public_holidays import public_holidays
from training.policies.schedules import LAST_DAY, Frequency, Interval, Schedule, class_days
from training.services.classes import ClassPlan, create_class, stop_class

HISTORY_DAYS = 730
FINISHED, RUNNING, COMING, DRAFTS = 28, 8, 2, 2
GROUP_SIZE = (8, 14)
SMALLEST_GROUP = 3
SHARE_CLIENT_CANCELLED, SHARE_AGENT_ABSENT = 0.03, 0.02
SHARE_THERE_ALL_DAY, SHARE_THERE_NOT_AT_ALL = 0.88, 0.05
SHARE_LATE, SHARE_ON_HOLD = 0.06, 0.05
FORGOTTEN = 4  # running classes whose last meeting nobody has captured
WHY_CANCELLED = ("Shutdown work needs everybody.", "Client asked to postpone.", "Crew is on night shift.")
WHY_ABSENT = ("Ill.", "Held up at another site.")

Status = ClassAttendanceSession.Status
Kind = ProgressionEvent.Kind


@dataclass(frozen=True)
class Programme:
    """A course that takes many dates."""

    code: str
    title: str
    hours: int


PROGRAMMES = (
    Programme("SKL-101", "Mechanical fitting, level 1", 120),
    Programme("SKL-102", "Electrical installation, level 1", 120),
    Programme("SKL-201", "Pipe welding, level 2", 160),
    Programme("SKL-301", "Reading drawings and isometrics", 40),
    Programme("LNG-101", "Technical English at work", 60),
    Programme("SUP-101", "Leading a crew", 48),
)


def _at(*hours: str) -> tuple[Interval, ...]:
    return tuple(Interval(*map(time.fromisoformat, each.split("-"))) for each in hours)


MORNING, AFTERNOON = "08:00-12:00", "13:00-16:30"
TIMETABLES = (
    Schedule(Frequency.WEEKLY, dict.fromkeys((1, 3), _at("13:00-16:00"))),
    Schedule(Frequency.WEEKLY, {2: _at(MORNING, AFTERNOON)}),
    Schedule(Frequency.WEEKLY, dict.fromkeys((1, 2, 3, 4), _at("06:30-08:30"))),
    Schedule(Frequency.WEEKLY, {5: _at(AFTERNOON), 6: _at(MORNING)}),
    Schedule(Frequency.BIWEEKLY, dict.fromkeys((4, 5), _at(MORNING, AFTERNOON))),
    Schedule(Frequency.MONTHLY, {10: _at(MORNING, AFTERNOON), 11: _at(MORNING), LAST_DAY: _at(MORNING, AFTERNOON)}),
)


@dataclass
class Pupil:
    """A learner's way through a class, which is decided before anything is written."""

    learner: Learner
    start: date
    held_from: date | None = None
    completed_on: date | None = None

    def is_there_on(self, day: date) -> bool:
        return self.start <= day and (self.held_from is None or day < self.held_from)


@dataclass
class Programmed:
    """A class with its pupils and meetings."""

    training_class: TrainingClass
    pupils: list[Pupil]
    meetings: list[ClassAttendanceSession] = field(default_factory=list)


class Classes:
    """Writes classes around `now`."""

    def __init__(
        self,
        rng: random.Random,
        people: Sequence[Person],
        learners: Sequence[Learner],
        library: Library,
        *,
        by: User,
        admin: User,
        now: datetime,
    ) -> None:
        self.rng = rng
        self.people = people
        self.learners = learners
        self.library = library
        self.by = by
        self.admin = admin
        self.now = now
        self.today = timezone.localdate(now)
        self._agents = cycle(library.trainers.values())
        self._free_from: dict[int, date] = {}  # index in the list of people: the day after their last class

    def write(self) -> None:
        """Write finished, running and coming classes, and two drafts that lack something."""
        with as_command("demo", by=self.by):
            self._courses = self._write_courses()
            programmed = list(self._programmed())
            self._hold(programmed)
            progressions = self._write_progressions(programmed)
            self._capture(programmed, progressions)
            self._stop_finished(programmed)
            self._write_present(programmed)
            self._write_drafts()

    def _write_courses(self) -> dict[str, Course]:
        author = {"created_by": self.by, "updated_by": self.by}
        courses = {each.code: Course(code=each.code, **author) for each in PROGRAMMES}
        Course.objects.bulk_create(courses.values())
        CourseVersion.objects.bulk_create(
            CourseVersion(
                course=courses[each.code],
                number=1,
                title=each.title,
                category="Programmes",
                duration_minutes=each.hours * 60,
                validity_months=0,
                status=CourseVersion.Status.PUBLISHED,
                **author,
            )
            for each in PROGRAMMES
        )
        return courses

    # Who is in which class, and when

    def _programmed(self) -> Iterator[Programmed]:
        rng = self.rng
        for number in range(FINISHED):
            start = self.today - timedelta(days=HISTORY_DAYS - number * (HISTORY_DAYS - 250) // FINISHED)
            yield self._programme(start)
        for _number in range(RUNNING):
            yield self._programme(None)
        for _number in range(COMING):
            yield self._programme(self.today + timedelta(days=rng.randint(5, 20)))

    def _programme(self, start: date | None) -> Programmed:
        """Write an active class; without a start it is one that is running today."""
        rng = self.rng
        programme, schedule = rng.choice(PROGRAMMES), rng.choice(TIMETABLES)
        if start is None:
            length = self._end(programme, schedule, self.today) - self.today
            start = self.today - length * rng.uniform(0.2, 0.8)
        end = self._end(programme, schedule, start)
        client, group = self._group(start, end)
        training_class = create_class(
            plan=ClassPlan(
                client_id=client.pk,
                class_type="SKILL" if programme.code.startswith("SKL") else "SOFT",
                course_id=self._courses[programme.code].pk,
                agent_id=next(self._agents).pk,
                venue_id=rng.choice(list(self.library.venues.values())).pk,
                start_date=start,
                end_date=end,
                schedule=schedule,
                course_hours=Decimal(programme.hours),
            ),
            by=self.by,
            now=min(self._moment(start, 10) - timedelta(days=12), self.now),
            activate=True,
        )
        late = start + (end - start) / 5
        return Programmed(
            training_class,
            [Pupil(self.learners[index], late if rng.random() < SHARE_LATE else start) for index in group],
        )

    def _end(self, programme: Programme, schedule: Schedule, start: date) -> date:
        """Return the day on which a class reaches its hours, 540 days after its start at the latest."""
        latest = start + timedelta(days=540)
        hours = Decimal(0)
        for each in class_days(schedule, start=start, end=latest, holidays=public_holidays(first=start, last=latest)):
            hours += 0 if each.blocked else each.hours
            if hours >= programme.hours:
                return each.day
        return latest

    def _group(self, start: date, end: date) -> tuple[Company, list[int]]:
        """Return a client and some of its people who are free from `start` on; nobody is in two classes at once."""
        by_company: dict[str, list[int]] = {}
        for index, person in enumerate(self.people):
            is_free = self._free_from.get(index, date.min) <= min(start, self.today)  # at most one is in progress now
            if is_free and person.status == Learner.Status.ACTIVE and person.start <= start:
                by_company.setdefault(person.company_on(start), []).append(index)
        groups = {name: free for name, free in by_company.items() if len(free) >= SMALLEST_GROUP}
        if not groups:
            return next(iter(self.library.companies.values())), []
        name = self.rng.choice(sorted(groups))
        group = self.rng.sample(groups[name], min(len(groups[name]), self.rng.randint(*GROUP_SIZE)))
        self._free_from |= dict.fromkeys(group, end + timedelta(days=1))
        return self.library.companies[name], sorted(group)

    def _hold(self, programmed: Iterable[Programmed]) -> None:
        """Put some learners on hold, and let the others complete the classes that are over."""
        for each in programmed:
            start, end = each.training_class.start_date, each.training_class.end_date
            assert start is not None and end is not None  # noqa: S101, PT018  # an active class has both
            for pupil in each.pupils:
                held_from = start + (end - start) / 2
                if held_from < self.today and self.rng.random() < SHARE_ON_HOLD:
                    pupil.held_from = held_from
                elif end < self.today:
                    pupil.completed_on = end

    # Writing in bulk

    def _write_progressions(self, programmed: Iterable[Programmed]) -> dict[tuple[int, int], LearnerProgression]:
        """Write the progression of every pupil, with its events; return them by the keys of class and learner."""
        written = []
        steps = []
        for each in programmed:
            for pupil in each.pupils:
                progression = LearnerProgression(
                    learner=pupil.learner,
                    training_class=each.training_class,
                    course_id=self._course_id(each.training_class),
                    start_date=pupil.start,
                    completion_date=pupil.completed_on,
                    status="on_hold" if pupil.held_from else "completed" if pupil.completed_on else "in_progress",
                )
                written.append(progression)
                steps.append((progression, Kind.STARTED, pupil.start, ""))
                if pupil.held_from:
                    steps.append((progression, Kind.HELD, pupil.held_from, "On another site for now."))
                if pupil.completed_on:
                    steps.append((progression, Kind.COMPLETED, pupil.completed_on, ""))
        LearnerProgression.objects.bulk_create(written)
        ProgressionEvent.objects.bulk_create(
            ProgressionEvent(
                progression=progression,
                kind=kind,
                effective_date=day,
                reason=reason,
                created_by=self.by,
                created_at=min(self._moment(day, 9), self.now),
            )
            for progression, kind, day, reason in steps
        )
        return {(each.training_class_id, each.learner_id): each for each in written}

    def _capture(
        self, programmed: Sequence[Programmed], progressions: dict[tuple[int, int], LearnerProgression]
    ) -> None:
        """Capture the meetings of the past, except those that somebody forgot."""
        by_class = {each.training_class.pk: each for each in programmed}
        past = ClassAttendanceSession.objects.filter(session_date__lt=self.today, training_class__in=by_class)
        for meeting in past.order_by("training_class_id", "session_date"):
            by_class[meeting.training_class_id].meetings.append(meeting)
        running = [each for each in programmed[FINISHED : FINISHED + RUNNING] if len(each.meetings) > 1]
        for each in running[:FORGOTTEN]:
            each.meetings.pop()
        log: list[LearnerHoursLog] = []
        for each in programmed:
            for meeting in each.meetings:
                self._close(meeting, each)
                if meeting.status == Status.CAPTURED:
                    log += self._log(meeting, each, progressions)
        LearnerHoursLog.objects.bulk_create(log, batch_size=5_000)
        ClassAttendanceSession.objects.bulk_update(
            [meeting for each in programmed for meeting in each.meetings],
            ["status", "captured_by", "captured_at", "updated_at", "notes"],
            batch_size=500,
        )

    def _close(self, meeting: ClassAttendanceSession, programmed: Programmed) -> None:
        agent = programmed.training_class.agent
        meeting.captured_by = agent.user if agent is not None and agent.user is not None else self.by
        meeting.captured_at = meeting.updated_at = self._moment(meeting.session_date, 17, self.rng.randint(0, 59))
        draw = self.rng.random()
        if draw < SHARE_CLIENT_CANCELLED or not any(
            each.is_there_on(meeting.session_date) for each in programmed.pupils
        ):
            meeting.status, meeting.notes = Status.CLIENT_CANCELLED, self.rng.choice(WHY_CANCELLED)
        elif draw < SHARE_CLIENT_CANCELLED + SHARE_AGENT_ABSENT:
            meeting.status, meeting.notes = Status.AGENT_ABSENT, self.rng.choice(WHY_ABSENT)
        else:
            meeting.status = Status.CAPTURED

    def _log(
        self,
        meeting: ClassAttendanceSession,
        programmed: Programmed,
        progressions: dict[tuple[int, int], LearnerProgression],
    ) -> Iterator[LearnerHoursLog]:
        for pupil in programmed.pupils:
            if pupil.is_there_on(meeting.session_date):
                yield LearnerHoursLog(
                    progression=progressions[meeting.training_class_id, pupil.learner.pk],
                    learner=pupil.learner,
                    training_class_id=meeting.training_class_id,
                    course_id=self._course_id(programmed.training_class),
                    log_date=meeting.session_date,
                    hours_trained=meeting.scheduled_hours,
                    hours_present=self._hours_present(meeting.scheduled_hours),
                    source=LearnerHoursLog.Source.ATTENDANCE,
                    session=meeting,
                    created_by=meeting.captured_by,
                    created_at=meeting.updated_at,
                )

    def _hours_present(self, scheduled: Decimal) -> Decimal:
        draw = self.rng.random()
        if draw < SHARE_THERE_ALL_DAY:
            return scheduled
        if draw < SHARE_THERE_ALL_DAY + SHARE_THERE_NOT_AT_ALL:
            return Decimal(0)
        return Decimal(self.rng.randrange(1, int(scheduled * 2))) / 2

    # What the services do

    def _stop_finished(self, programmed: Iterable[Programmed]) -> None:
        for each in programmed:
            end = each.training_class.end_date
            if end is not None and end < self.today:
                now = min(self._moment(end, 18), self.now)
                stop_class(class_id=each.training_class.pk, stop_date=end, by=self.by, now=now)

    def _write_present(self, programmed: Sequence[Programmed]) -> None:
        """Void one capture and make it again, and let the client cancel one coming meeting."""
        captured = [
            meeting
            for each in programmed[FINISHED : FINISHED + RUNNING]
            for meeting in each.meetings
            if meeting.status == Status.CAPTURED
        ]
        for meeting in captured[-1:]:
            where: dict[str, Any] = {"class_id": meeting.training_class_id, "session_date": meeting.session_date}
            void_capture(**where, reason="Captured for the wrong day.", by=self.admin, now=self.now)
            capture_session(**where, by=self.by, now=self.now)
        coming = ClassAttendanceSession.objects.filter(
            session_date__gt=self.today, training_class__in=[each.training_class.pk for each in programmed]
        )
        for meeting in coming.order_by("session_date", "training_class_id")[:1]:
            mark_exception(
                class_id=meeting.training_class_id,
                session_date=meeting.session_date,
                status=Status.CLIENT_CANCELLED,
                notes=WHY_CANCELLED[0],
                by=self.by,
                now=self.now,
            )

    def _write_drafts(self) -> None:
        clients = list(self.library.companies.values())
        whole = ClassPlan(
            client_id=clients[1].pk,
            class_type="SKILL",
            course_id=self._courses["SKL-301"].pk,
            agent_id=next(self._agents).pk,
            start_date=self.today + timedelta(days=30),
            end_date=self.today + timedelta(days=90),
            schedule=TIMETABLES[0],
        )
        for plan in (whole, ClassPlan(client_id=clients[2].pk, course_id=self._courses["SUP-101"].pk)):
            create_class(plan=plan, by=self.by, now=self.now - timedelta(days=2))

    def _moment(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return a time of a day in the site's time zone."""
        return timezone.make_aware(datetime.combine(day, time(hour, minute)))

    @staticmethod
    def _course_id(training_class: TrainingClass) -> int:
        assert training_class.course_id is not None  # noqa: S101  # constraint class_active_is_whole
        return training_class.course_id
