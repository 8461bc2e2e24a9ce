"""Every list of the API asks the database equally often for one row and for three."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.compliance import asked_of
from tests.factories.learners import (
    CompetencyRecordFactory,
    LearnerFactory,
    LearnerProgressionFactory,
    RevocationFactory,
)
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    TrainerFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

V1 = "/api/v1"
TRAINING = f"{V1}/training"
OVERHEAD = 6  # attempts of the address, token, its last use, rate, groups, count

Made = Callable[[int], str]


def courses(rows: int) -> str:
    CourseVersionFactory.create_batch(rows, status="PUBLISHED")
    return f"{TRAINING}/courses"


def trainers(rows: int) -> str:
    TrainerFactory.create_batch(rows, kind="EXTERNAL", company=CompanyFactory())
    return f"{TRAINING}/resources/trainers"


def venues(rows: int) -> str:
    VenueFactory.create_batch(rows)
    return f"{TRAINING}/resources/venues"


def learners(rows: int) -> str:
    LearnerFactory.create_batch(rows)
    return f"{V1}/learners"


def records(rows: int) -> str:
    RevocationFactory.create_batch(rows)
    return f"{TRAINING}/records"


def pending(rows: int) -> str:
    CompetencyRecordFactory.create_batch(rows)
    return f"{V1}/competency/pending"


def progressions(rows: int) -> str:
    learner = LearnerFactory()
    for number in range(rows):
        is_last = number == rows - 1
        LearnerProgressionFactory(
            learner=learner,
            training_class=active_class(),
            **({} if is_last else {"status": "completed", "completion_date": "2026-03-20"}),
        )
    return f"{V1}/learners/{learner.pk}/progressions"


def classes(rows: int) -> str:
    for _number in range(rows):
        active_class()
    return f"{V1}/classes"


def sessions(rows: int) -> str:
    for _number in range(rows):
        session_ready_to_finalize()
    return f"{TRAINING}/sessions"


def attendees(rows: int) -> str:
    session = scheduled_session()
    for line in range(rows):
        SessionAttendeeFactory(session=session, line=line + 1)
    return f"{TRAINING}/sessions/{session.pk}/attendees"


def suggestions(rows: int) -> str:
    session = scheduled_session()
    for learner in LearnerFactory.create_batch(rows):
        asked_of(learner)
    return f"{TRAINING}/sessions/{session.pk}/attendee-suggestions"


LISTS: dict[Made, int] = {
    courses: 1,
    trainers: 2,
    venues: 1,
    learners: 2,
    records: 1,
    pending: 1,
    progressions: 2,
    classes: 1,
    sessions: 4,
    attendees: 6,
    suggestions: 5,
}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("made", LISTS, ids=lambda made: made.__name__)
def test_a_list_asks_equally_often_for_one_row_and_for_three(
    made: Made, rows: int, as_planner: Client, django_assert_num_queries: Callable[[int], Any]
):
    address = made(rows)

    with django_assert_num_queries(OVERHEAD + LISTS[made]):
        answer = as_planner.get(address).json()

    assert len(answer["items"]) == answer["count"] == rows
