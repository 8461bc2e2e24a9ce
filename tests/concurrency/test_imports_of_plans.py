"""An import of sessions against people who book the same slot at the same moment (I6, S5)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from attendance.services.imports.kinds.sessions import SessionRows
from tests.bringing_in import bring_in, rows_of, terms_of
from tests.concurrency.at_once import Job, all_at_once, meanwhile
from tests.factories.training import (
    CourseVersionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    UserFactory,
    VenueFactory,
)
from training.core.groups import SUPERVISORS
from training.core.imports.rows import DraftRow
from training.core.refusals import Conflict
from training.models import Course, Session, Trainer, Venue
from training.policies.sessions import Booked
from training.services.sessions import Plan, create_scheduled, edit_session

pytestmark = pytest.mark.django_db(transaction=True)
SERVICE = SessionRows()
CLIENTS = 8
NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 16)
AT_EIGHT, AT_NINE, AT_NOON = (datetime(2026, 3, 16, hour, tzinfo=UTC) for hour in (7, 8, 11))


@pytest.fixture
def by() -> User:
    user: User = UserFactory(groups=[SUPERVISORS])
    return user


@pytest.fixture
def trainer() -> Trainer:
    trainer: Trainer = TrainerFactory(first_name="Marta", last_name="Lindqvist")
    course = CourseVersionFactory(course__code="HSE-001").course
    TrainerQualificationFactory(trainer=trainer, course=course)
    VenueFactory(name="Room 1")
    return trainer


def rows(*days: date) -> list[DraftRow]:
    row = {"course": "HSE-001", "starts_at": time(8), "ends_at": time(12), "trainer": "Marta Lindqvist"}
    return rows_of(*({**row, "day": day, "venue": "Room 1"} for day in days))


def book(trainer: Trainer, by: User, *, days: int = 0) -> Session:
    """Book the trainer from 09:00 to 12:00, in the room of the rows."""
    return create_scheduled(
        course_id=Course.objects.get().pk,
        trainer_id=trainer.pk,
        venue_id=Venue.objects.get(name="Room 1").pk,
        start_time=AT_NINE + timedelta(days=days),
        end_time=AT_NOON + timedelta(days=days),
        by=by,
        now=NOW,
    )


def bring_in_while_somebody_books(trainer: Trainer, by: User) -> Any:
    """Bring in two sessions while somebody has booked the slot of the first and has not yet committed."""
    terms = terms_of(by, now=NOW)
    drafts = rows(DAY, DAY + timedelta(days=1))
    return meanwhile(lambda: book(trainer, by), lambda: bring_in(SERVICE, drafts, terms))


def stored() -> list[tuple[Any, ...]]:
    return list(Session.objects.order_by("start_time").values_list("start_time", "end_time", "trainer", "status"))


def test_s5_an_import_waits_for_a_booking_and_names_it(trainer: Trainer, by: User):
    answer = bring_in_while_somebody_books(trainer, by)
    booked = Session.objects.get(start_time=AT_NINE)
    assert [(row.outcome.value, [str(each.sentence) for each in row.problems]) for row in answer] == [
        (
            "refused",
            [
                f"Marta Lindqvist already teaches {booked.reference} HSE-001 on Mon 16 Mar 2026, 09:00–12:00.",
                f"Room 1 is taken by {booked.reference} HSE-001 on Mon 16 Mar 2026, 09:00–12:00.",
            ],
        ),
        ("new", []),
    ]
    day = timedelta(days=1)
    assert stored() == [
        (AT_NINE, AT_NOON, trainer.pk, "SCHEDULED"),
        (AT_EIGHT + day, AT_NOON + day, trainer.pk, "SCHEDULED"),
    ]
    assert (answer[1].key, booked.version) == (Session.objects.latest("start_time").pk, 1)


def test_s5_control_without_its_locks_an_import_is_refused_as_a_whole_and_names_nobody(
    trainer: Trainer, by: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(SessionRows, "lock", lambda self, workers, terms: None)
    answer = bring_in_while_somebody_books(trainer, by)
    assert isinstance(answer, Conflict)
    assert "S-2026" not in str(answer)
    assert stored() == [(AT_NINE, AT_NOON, trainer.pk, "SCHEDULED")]


def test_s5_a_booking_waits_for_an_import_and_is_told_of_its_session(trainer: Trainer, by: User):
    terms = terms_of(by, now=NOW)
    answer = meanwhile(lambda: bring_in(SERVICE, rows(DAY), terms), lambda: book(trainer, by))
    made = Session.objects.get()
    assert isinstance(answer, Booked)
    assert f"Marta Lindqvist already teaches {made.reference}" in str(answer)
    assert stored() == [(AT_EIGHT, AT_NOON, trainer.pk, "SCHEDULED")]


def test_s5_imports_and_bookings_never_wait_in_a_circle(trainer: Trainer, by: User):
    """Each import names all days and trainers in another order; bookings move from trainer to trainer meanwhile."""
    course = Course.objects.get()
    for number in range(3):
        other = TrainerFactory(first_name="Tarek", last_name=f"Haddad {number}")
        TrainerQualificationFactory(trainer=other, course=course)
        VenueFactory(name=f"Hall {number}")
    trainers, venues = list(Trainer.objects.order_by("pk")), list(Venue.objects.order_by("pk"))
    moved = [book(trainer, by, days=30 + number) for number in range(CLIENTS)]
    terms = terms_of(by, now=NOW)

    def drafts(number: int) -> list[DraftRow]:
        places = list(range(len(trainers)))[:: 1 if number % 2 else -1]
        row = {"course": "HSE-001", "day": DAY, "starts_at": time(8), "ends_at": time(12)}
        return rows_of(*({**row, "trainer": str(trainers[at]), "venue": venues[at].name} for at in places))

    def move(number: int) -> Job:
        changes = Plan(
            trainer_id=trainers[-number % len(trainers)].pk,
            venue_id=venues[number % len(venues)].pk,
            start_time=AT_NINE,
            end_time=AT_NOON,
        )
        return lambda: edit_session(session_id=moved[number].pk, changes=changes, by=by, now=NOW)

    def job(number: int) -> Job:
        return move(number) if number % 2 else lambda: bring_in(SERVICE, drafts(number), terms)

    answers = all_at_once([job(number) for number in range(CLIENTS)])
    assert {type(answer) for answer in answers} <= {list, Session, Booked}
    written = {row.key for answer in answers if isinstance(answer, list) for row in answer if row.outcome == "new"}
    there = set(Session.objects.filter(start_time=AT_EIGHT).values_list("pk", flat=True))
    assert written == there
    assert {answer.pk for answer in answers if isinstance(answer, Session)} == set(
        Session.objects.filter(start_time=AT_NINE).values_list("pk", flat=True)
    )
