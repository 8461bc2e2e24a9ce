"""Classes and hours over HTTP (H1 to H7)."""

from datetime import date, time

import pytest
from django.test import Client

from learners.models import LearnerProgression
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import SessionFactory, active_class
from training.models import TrainingClass
from training.policies.schedules import Frequency, Interval, Schedule

pytestmark = pytest.mark.django_db

CLASSES = "/api/v1/classes"
JSON = "application/json"
EVERY_DAY = Schedule(
    Frequency.WEEKLY,
    dict.fromkeys(range(1, 8), (Interval(time(8), time(12)),)),
    exceptions={date(2026, 3, 4): "Stocktaking"},
)


@pytest.fixture
def training_class() -> TrainingClass:
    return active_class(schedule=EVERY_DAY, start_date=date(2026, 3, 2), end_date=date(2026, 3, 13))


@pytest.fixture
def progressions(training_class: TrainingClass) -> list[LearnerProgression]:
    start = date(2026, 3, 2)
    made: list[LearnerProgression] = LearnerProgressionFactory.create_batch(
        2, training_class=training_class, start_date=start
    )
    return made


def meeting(training_class: TrainingClass, day: str) -> str:
    return f"{CLASSES}/{training_class.pk}/sessions/{day}"


def test_h1_days_are_told_with_what_blocks_them(as_planner: Client, training_class: TrainingClass):
    listed = as_planner.get(CLASSES, {"code": training_class.class_code or ""}).json()
    assert [each["id"] for each in listed["items"]] == [training_class.pk]
    assert as_planner.get(CLASSES, {"status": "STOPPED"}).json()["count"] == 0
    assert listed["items"][0]["status"] == "ACTIVE"

    days = as_planner.get(
        f"{CLASSES}/{training_class.pk}/sessions", {"from": "2026-03-03", "to": "2026-03-05", "limit": "2"}
    ).json()

    assert days["count"] == 3
    first, second = days["items"]
    assert (first["sessionDate"], first["status"], first["scheduledHours"]) == ("2026-03-03", "pending", 4.0)
    assert (second["sessionId"], second["status"], second["blocked"]) == (None, None, {"reason": "Stocktaking"})


def test_h2_hours_are_captured_once_and_told_with_the_worker(
    as_planner: Client, training_class: TrainingClass, progressions: list[LearnerProgression]
):
    late, _punctual = progressions
    address = f"{meeting(training_class, '2026-03-03')}/capture"
    stranger = {"learners": [{"learnerId": LearnerFactory().pk, "hoursPresent": 1}]}
    assert as_planner.post(address, stranger, JSON).status_code == 400

    captured = as_planner.post(address, {"learners": [{"learnerId": late.learner_id, "hoursPresent": 2.5}]}, JSON)

    assert captured.status_code == 200
    assert {**captured.json(), "session": captured.json()["session"]["status"]} == {
        "session": "captured",
        "learners": 2,
        "hoursTrained": 8.0,
        "hoursPresent": 6.5,
    }
    assert as_planner.post(address, {}, JSON).status_code == 409
    (line,) = as_planner.get(f"/api/v1/learners/{late.learner_id}/progressions").json()["items"]
    assert (line["hoursTrained"], line["hoursPresent"], line["hoursAbsent"]) == (4.0, 2.5, 1.5)
    assert line["attendanceRate"] == 62
    assert [(row["logDate"], row["hoursPresent"]) for row in line["log"]] == [("2026-03-03", 2.5)]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"learners": [{"learnerId": 1, "hoursPresent": -1}]}, 400),
        ({"learners": [{"learnerId": 1, "hoursPresent": "2"}]}, 400),
        ({"learners": "all"}, 400),
    ],
)
def test_h2_hours_that_cannot_be_are_a_problem(
    as_planner: Client, training_class: TrainingClass, body: object, status: int
):
    assert as_planner.post(f"{meeting(training_class, '2026-03-03')}/capture", body, JSON).status_code == status


@pytest.mark.usefixtures("progressions")
def test_h3_an_exception_logs_no_hours_and_locks_the_day(as_planner: Client, training_class: TrainingClass):
    address = meeting(training_class, "2026-03-05")

    marked = as_planner.post(f"{address}/exception", {"type": "client_cancelled", "notes": "Strike"}, JSON)

    assert marked.status_code == 200
    assert marked.json()["status"] == "client_cancelled"
    assert as_planner.post(f"{address}/capture", {}, JSON).status_code == 409
    assert as_planner.post(f"{address}/exception", {"type": "holiday"}, JSON).status_code == 400
    assert as_planner.post(f"{meeting(training_class, '2026-03-04')}/capture", {}, JSON).status_code == 400
    assert as_planner.post(f"{meeting(training_class, '2026-02-31')}/capture", {}, JSON).status_code == 400


def test_lists_take_the_same_queries_for_one_row_and_three(
    as_planner: Client, training_class: TrainingClass, django_assert_num_queries
):
    def log(learners: int) -> None:
        LearnerProgressionFactory.create_batch(learners, training_class=training_class)

    log(1)
    as_planner.get(CLASSES)
    with django_assert_num_queries(5) as few:
        as_planner.get(f"{CLASSES}/{training_class.pk}/sessions")
    active_class(schedule=EVERY_DAY)
    log(2)
    with django_assert_num_queries(len(few)):
        as_planner.get(f"{CLASSES}/{training_class.pk}/sessions")


def test_s4_a_meeting_of_a_class_is_told_and_blocks_nothing(as_planner: Client, training_class: TrainingClass):
    draft = SessionFactory(
        trainer=training_class.agent,
        start_time="2026-03-03T11:00:00+01:00",
        end_time="2026-03-03T12:00:00+01:00",
    )
    asked = {
        "startTime": "2026-03-03T11:30:00+01:00",
        "endTime": "2026-03-03T13:00:00+01:00",
        "trainerId": f"{training_class.agent_id}",
    }

    told = as_planner.get("/api/v1/training/resources/availability/check", asked).json()

    assert (told["trainerAvailable"], told["venueAvailable"], told["conflictingSession"]) == (True, None, None)
    assert told["tentative"] == [
        {
            "kind": "TRAINER",
            "sessionId": draft.pk,
            "classId": None,
            "startTime": "2026-03-03T11:00:00+01:00",
            "endTime": "2026-03-03T12:00:00+01:00",
        },
        {
            "kind": "TRAINER",
            "sessionId": None,
            "classId": training_class.pk,
            "startTime": "2026-03-03T08:00:00+01:00",
            "endTime": "2026-03-03T12:00:00+01:00",
        },
    ]
