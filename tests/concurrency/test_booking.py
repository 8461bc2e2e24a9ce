"""Many people booking at the same moment: one winner, a sentence for everybody else, never a server error (S5).

Every race has a control that runs it with the locks off, and shows that the test would notice.
"""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.concurrency.at_once import Job, all_at_once, everybody_first, meanwhile
from tests.factories.training import (
    MORNING,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    UserFactory,
    VenueFactory,
)
from training.core.groups import SUPERVISORS
from training.models import Course, Session, Trainer, Venue
from training.policies import sessions as policies
from training.policies.sessions import Booked
from training.services import sessions
from training.services.courses import CourseBooked, delete_unbooked_course
from training.services.sessions import Plan, create_draft, create_scheduled, edit_session, schedule_session

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 32
NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
NOON = MORNING + timedelta(hours=4)


@pytest.fixture
def rounds(long: bool) -> int:
    return 60 if long else 3


@pytest.fixture
def supervisor() -> User:
    user: User = UserFactory(groups=[SUPERVISORS])
    return user


@pytest.fixture
def course() -> Course:
    course: Course = CourseVersionFactory().course
    return course


@pytest.fixture
def locks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lock no course, trainer or venue, and have everybody look for conflicts before anybody writes."""

    def read(model: Any, field: str, *, held: int | None, wanted: int | None) -> Any:
        return model.objects.filter(pk=wanted).first()

    monkeypatch.setattr(sessions, "_locked", read)
    monkeypatch.setattr(sessions, "_course", lambda course_id: Course.objects.get(pk=course_id))
    monkeypatch.setattr(policies, "check_free", everybody_first(policies.check_free, CLIENTS))


def qualified_trainers(course: Course, count: int) -> list[Trainer]:
    trainers: list[Trainer] = TrainerFactory.create_batch(count)
    for trainer in trainers:
        TrainerQualificationFactory(trainer=trainer, course=course)
    return trainers


def book_one_slot(course: Course, by: User, *, trainer: Trainer | None = None, venue: Venue | None = None) -> list[Any]:
    """Let every client book the same trainer, or the same venue, for the same morning, each in its own way."""
    free_trainers = iter(qualified_trainers(course, 0 if trainer else CLIENTS))
    slot = Plan(start_time=MORNING, end_time=NOON)

    def job(number: int) -> Job:
        plan: dict[str, Any] = {
            "course_id": course.pk,
            "trainer_id": trainer.pk if trainer else next(free_trainers).pk,
            "venue_id": venue.pk if venue else VenueFactory().pk,
            "start_time": MORNING,
            "end_time": NOON,
        }
        who: dict[str, Any] = {"by": by, "now": NOW}
        match number % 3:
            case 0:
                return lambda: create_scheduled(**plan, **who)
            case 1:
                draft = create_draft(**plan, **who)
                return lambda: schedule_session(session_id=draft.pk, **who)
        booked = create_scheduled(**{**plan, **_day(number)}, **who)
        return lambda: edit_session(session_id=booked.pk, changes=slot, **who)

    return all_at_once([job(number) for number in range(CLIENTS)])


def _day(number: int) -> Plan:
    """A morning of its own in the year before."""
    start = MORNING - timedelta(days=365 + number)
    return Plan(start_time=start, end_time=start + timedelta(hours=4))


def check_one_winner(answers: list[Any]) -> None:
    winners = [answer for answer in answers if isinstance(answer, Session)]
    losers = [answer for answer in answers if not isinstance(answer, Session)]
    assert Counter(type(loser) for loser in losers) == {Booked: CLIENTS - 1}
    assert len(winners) == 1
    assert {loser.conflict["session_id"] for loser in losers} == {winners[0].pk}
    assert all(winners[0].reference in str(loser) for loser in losers)
    booked = Session.objects.get(start_time=MORNING, status="SCHEDULED")
    same = ("pk", "course", "trainer", "venue", "end_time", "course_version")
    assert [getattr(booked, field) for field in same] == [getattr(winners[0], field) for field in same]
    assert booked.trainer is not None
    assert booked.course_version == booked.course.versions.get(status="PUBLISHED")


@pytest.mark.parametrize("resource", ["trainer", "venue"])
def test_s5_one_slot_has_one_winner_and_everybody_else_is_told_who(
    resource: str, course: Course, supervisor: User, rounds: int
):
    for _round in range(rounds):
        wanted: dict[str, Any] = (
            {"trainer": qualified_trainers(course, 1)[0]} if resource == "trainer" else {"venue": VenueFactory()}
        )
        check_one_winner(book_one_slot(course, supervisor, **wanted))
        Session.objects.filter(start_time=MORNING).update(status="CANCELLED", cancellation_reason="Next round")


@pytest.mark.usefixtures("locks_off")
def test_s5_control_without_locks_the_losers_are_not_told_who(course: Course, supervisor: User):
    """The constraint still lets one win, but nobody learns who it was, and some wait for each other in a circle."""
    answers = book_one_slot(course, supervisor, trainer=qualified_trainers(course, 1)[0])
    kinds = Counter(type(answer) for answer in answers)
    assert kinds.pop(Session) == 1
    assert Booked not in kinds


def mixed_bookings(course: Course, by: User, seed: int) -> list[Any]:
    """Let every client move its own booking to one of few trainers and venues, all in the same hours."""
    choose = random.Random(seed)  # noqa: S311  # which booking goes where is no secret
    trainers, venues = qualified_trainers(course, 6), VenueFactory.create_batch(6)
    free_trainers = qualified_trainers(course, CLIENTS)
    drafts = [
        SessionFactory(course=course, trainer=trainer, start_time=MORNING, end_time=NOON) for trainer in free_trainers
    ]
    booked = [schedule_session(session_id=draft.pk, by=by, now=NOW) for draft in drafts]

    def job(session: Session) -> Job:
        minutes = choose.randrange(0, 240, 30)
        start = MORNING + timedelta(minutes=minutes)
        changes = Plan(
            trainer_id=choose.choice(trainers).pk,
            venue_id=choose.choice(venues).pk,
            start_time=start,
            end_time=start + timedelta(hours=1),
        )
        return lambda: edit_session(session_id=session.pk, changes=changes, by=by, now=NOW)

    return all_at_once([job(session) for session in booked])


def test_s5_mixed_bookings_never_wait_in_a_circle(course: Course, supervisor: User, rounds: int):
    for number in range(rounds):
        answers = mixed_bookings(course, supervisor, seed=number)
        kinds = Counter(type(answer) for answer in answers)
        assert set(kinds) == {Session, Booked}, kinds
        for moved in answers:
            if isinstance(moved, Session):
                found = Session.objects.get(pk=moved.pk)
                plan = ("trainer", "venue", "start_time", "end_time", "course_version", "version")
                assert [getattr(found, field) for field in plan] == [getattr(moved, field) for field in plan]
        Session.objects.filter(status="SCHEDULED").update(status="CANCELLED", cancellation_reason="Next round")


@pytest.mark.usefixtures("locks_off")
def test_s5_control_without_locks_mixed_bookings_are_not_told_who(course: Course, supervisor: User):
    """Some run into the constraint, or wait in a circle."""
    kinds = Counter(type(answer) for answer in mixed_bookings(course, supervisor, seed=0))
    assert Booked not in kinds
    assert set(kinds) - {Session}


def delete_during_planning(course: Course, by: User) -> Any:
    """Ask for the deletion of a course while a draft of it is written and not yet committed; return the answer."""
    return meanwhile(
        lambda: create_draft(course_id=course.pk, by=by, now=NOW),
        lambda: delete_unbooked_course(course_id=course.pk, by=by, now=NOW),
    )


def test_a_course_is_not_deleted_while_somebody_plans_with_it(course: Course, supervisor: User):
    assert isinstance(delete_during_planning(course, supervisor), CourseBooked)


def test_control_without_the_lock_a_course_is_deleted_while_somebody_plans_with_it(
    course: Course, supervisor: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sessions, "_course", lambda course_id: Course.objects.get(pk=course_id))
    assert isinstance(delete_during_planning(course, supervisor), Course)
