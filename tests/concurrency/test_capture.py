"""Many people capturing at the same moment: one of them for one date, and sums that add up exactly (H2, H6)."""

from collections import Counter
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from attendance.services import capture as services
from attendance.services.capture import (
    Captured,
    HoursAreLogged,
    NotScheduledThen,
    Presence,
    capture_session,
    mark_exception,
    void_capture,
)
from learners.models import LearnerHoursLog, LearnerProgression
from learners.models.hours_rules import MeetingWasNotHeld
from learners.selectors.progression import hours_differences
from learners.services.hours import log_hours
from learners.services.progression import InAnotherProgramme, Started, hold, start_progressions
from tests.concurrency.at_once import Job, all_at_once, everybody_first, meanwhile
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import UserFactory, active_class
from training.core.permissions import name_of
from training.core.refusals import Conflict
from training.models import ClassAttendanceSession, TrainingClass
from training.policies.classes import ClassNotPlannable
from training.policies.meetings import MeetingIsLocked
from training.policies.schedules import Frequency, Interval, Schedule
from training.services.classes import stop_class

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 32
LEARNERS = 5
NOW = datetime(2026, 4, 27, 12, 0, tzinfo=UTC)
EVERY_DAY = Schedule(Frequency.WEEKLY, dict.fromkeys(range(1, 8), (Interval(time(8), time(12)),)))
Meeting = ClassAttendanceSession


@pytest.fixture
def rounds(long: bool) -> int:
    return 100 if long else 2


@pytest.fixture
def by() -> User:
    user: User = UserFactory(is_superuser=True)
    return user


def class_of_learners() -> TrainingClass:
    training_class = active_class(schedule=EVERY_DAY)
    LearnerProgressionFactory.create_batch(LEARNERS, training_class=training_class)
    return training_class


def dates(training_class: TrainingClass) -> list[date]:
    return list(training_class.sessions.order_by("session_date").values_list("session_date", flat=True)[:CLIENTS])


def capture_one_date(by: User) -> list[Any]:
    training_class = class_of_learners()
    day = dates(training_class)[0]
    return all_at_once(
        [partial(capture_session, class_id=training_class.pk, session_date=day, by=by, now=NOW)] * CLIENTS
    )


def check_captured_once(answers: list[Any], by: User) -> None:
    assert Counter(type(answer) for answer in answers) == {Captured: 1, MeetingIsLocked: CLIENTS - 1}
    told = [answer.conflict or {} for answer in answers if isinstance(answer, MeetingIsLocked)]
    assert {(each["theirs"], each["changed_by"]) for each in told} == {("captured", name_of(by))}
    (captured,) = [answer.session for answer in answers if isinstance(answer, Captured)]
    assert (captured.captured_by, captured.captured_at) == (by, NOW)
    logged = set(captured.training_class.progressions.values_list("pk", "hours_present", "hours_absent"))
    assert logged == {
        (row.progression_id, row.hours_present, Decimal(0))
        for row in LearnerHoursLog.objects.filter(
            session=captured, created_by=by, log_date=captured.session_date, hours_trained=4, source="attendance"
        )
    }


def test_h2_of_many_captures_of_one_date_one_wins_and_hours_count_once(by: User, rounds: int):
    for _round in range(rounds):
        check_captured_once(capture_one_date(by), by)
    assert set(LearnerProgression.objects.values_list("hours_trained", flat=True)) == {Decimal(4)}
    assert LearnerHoursLog.objects.count() == LEARNERS * rounds


def test_h2_control_without_the_lock_the_losers_are_not_told_who(by: User, monkeypatch: pytest.MonkeyPatch):
    """The frozen row still lets one win, and the others hear from a trigger."""

    def read(*, class_id: int, session_date: date) -> Meeting | None:
        meetings = Meeting.objects.select_related("training_class__agent", "captured_by")
        return meetings.filter(training_class=class_id, session_date=session_date).first()

    monkeypatch.setattr(services, "lock_meeting", everybody_first(read, CLIENTS))
    assert Counter(type(answer) for answer in capture_one_date(by)) == {Captured: 1, Conflict: CLIENTS - 1}


def test_h6_captures_of_many_dates_that_share_learners_add_up_exactly(by: User, rounds: int):
    for _round in range(rounds):
        training_class = class_of_learners()
        learner_ids = list(training_class.progressions.order_by("pk").values_list("learner_id", flat=True))

        def job(number: int, day: date, class_id: int, learner_id: int) -> Job:
            if number % 4 == 0:
                return partial(log_hours, learner_id, 1, "0.5", log_date=day)
            presences = [Presence(learner_id, "1.5")]
            return partial(capture_session, class_id=class_id, session_date=day, presences=presences, by=by, now=NOW)

        answers = all_at_once(
            [
                job(number, day, training_class.pk, learner_ids[number % LEARNERS])
                for number, day in enumerate(dates(training_class))
            ]
        )
        assert Counter(type(answer) for answer in answers) == {Captured: 24, bool: 8}
        assert not hours_differences()
        assert sum(training_class.progressions.values_list("hours_trained", flat=True)) == 24 * LEARNERS * 4 + 8
        assert sum(training_class.progressions.values_list("hours_present", flat=True)) == (
            24 * (LEARNERS - 1) * 4 + 24 * Decimal("1.5") + 8 * Decimal("0.5")
        )


def test_h6_control_sums_that_are_read_and_written_back_lose_hours():
    training_class = class_of_learners()

    def naive(day: date) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for progression in training_class.progressions.order_by("pk"):
                LearnerHoursLog.objects.create(
                    progression=progression,
                    learner_id=progression.learner_id,
                    training_class=training_class,
                    course_id=progression.course_id,
                    log_date=day,
                    hours_trained=4,
                    hours_present=4,
                )
                progression.hours_trained += 4
                progression.hours_present += 4
                progression.save()

    all_at_once([partial(naive, day) for day in dates(training_class)])
    assert hours_differences()


def test_h6_captures_voids_and_holds_at_once_leave_sums_that_are_the_log_s(by: User, rounds: int):
    for _round in range(rounds):
        training_class = class_of_learners()
        class_id, days = training_class.pk, dates(training_class)[:4]
        tracking_ids = list(training_class.progressions.values_list("pk", flat=True))
        for day in days[:2]:
            capture_session(class_id=class_id, session_date=day, by=by, now=NOW)

        def job(number: int, day: date, class_id: int, tracking_id: int) -> Job:
            if number % 3 == 0:
                return partial(capture_session, class_id=class_id, session_date=day, by=by, now=NOW)
            if number % 3 == 1:
                return partial(void_capture, class_id=class_id, session_date=day, reason="Wrong", by=by, now=NOW)
            return partial(hold, tracking_id=tracking_id, effective_date=NOW.date(), by=by, now=NOW)

        answers = all_at_once(
            [job(number, days[number % 4], class_id, tracking_ids[number % LEARNERS]) for number in range(CLIENTS)]
        )
        assert not [answer for answer in answers if type(answer).__module__.startswith("django.db")], answers
        assert not hours_differences()
        captured = set(
            Meeting.objects.filter(training_class=class_id, status="captured").values_list("session_date", flat=True)
        )
        for progression in training_class.progressions.all():
            assert progression.hours_trained == 4 * len(captured)


def test_h3_a_class_stopped_while_it_is_captured_has_no_hours_after_its_stop(by: User, rounds: int):
    for _round in range(rounds):
        training_class = class_of_learners()
        days = dates(training_class)[:16]
        jobs: list[Job] = [
            partial(capture_session, class_id=training_class.pk, session_date=day, by=by, now=NOW) for day in days
        ]
        stop = days[7]
        jobs.insert(8, partial(stop_class, class_id=training_class.pk, stop_date=stop, by=by, now=NOW))
        answers = all_at_once(jobs)
        assert {type(answer) for answer in answers} <= {Captured, NotScheduledThen, TrainingClass, ClassNotPlannable}
        training_class.refresh_from_db()
        late = training_class.sessions.filter(session_date__gt=stop)
        if training_class.status == "stopped":
            assert not late.exists()
        else:
            assert late.filter(status="captured").exists()


def test_h3_hours_by_hand_and_an_exception_of_one_meeting_wait_for_each_other(by: User):
    training_class = class_of_learners()
    progression = training_class.progressions.first()
    first, second = training_class.sessions.order_by("session_date")[:2]
    assert progression is not None

    def jobs(meeting: Meeting) -> tuple[Job, Job]:
        what: dict[str, Any] = {"class_id": training_class.pk, "session_date": meeting.session_date}
        return (
            partial(progression.add_hours, 1, 1, session_id=meeting.pk),
            partial(mark_exception, status="agent_absent", by=by, now=NOW, **what),
        )

    log, mark = jobs(first)
    assert isinstance(meanwhile(log, mark), HoursAreLogged)
    log, mark = jobs(second)
    assert isinstance(meanwhile(mark, log), MeetingWasNotHeld)
    assert [each.session_id for each in LearnerHoursLog.objects.all()] == [first.pk]


def test_h7_of_two_programmes_started_at_once_one_is_in_progress(by: User, rounds: int):
    for _round in range(rounds):
        learner = LearnerFactory()
        classes = [active_class() for _number in range(8)]
        answers = all_at_once(
            [
                partial(
                    start_progressions,
                    class_id=each.pk,
                    learner_ids=[learner.pk],
                    start_date=date(2026, 3, 2),
                    by=by,
                    now=NOW,
                )
                for each in classes
            ]
        )
        assert Counter(type(answer) for answer in answers) == {Started: 1, InAnotherProgramme: 7}
        running = LearnerProgression.objects.get(learner=learner)
        assert (running.status, running.start_date) == ("in_progress", date(2026, 3, 2))
        told = [(answer.conflict or {})["learners"] for answer in answers if isinstance(answer, InAnotherProgramme)]
        there = {"learner_id": learner.pk, "tracking_id": running.pk, "class_id": running.training_class_id}
        assert all(each == [there] for each in told)
