"""Every path × method × kind of login of the API against one table. A path that is not in it fails the build."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from config.api import api
from learners.models import Learner, TrainingRecord
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import TrainingRecordFactory
from tests.factories.training import TrainerFactory, UserFactory, VenueFactory, scheduled_session
from tests.fixtures import client_of
from training.groups import TRAINERS
from training.models import Session, Trainer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

SUPERUSER = frozenset({"superuser"})
PLANNERS = SUPERUSER | {"supervisor"}
READERS = PLANNERS | {"auditor"}
ITS_MARKERS = PLANNERS | {"its trainer"}
ITS_READERS = READERS | {"its trainer"}
WITH_A_ROLE = ITS_READERS | {"other trainer"}
EVERYBODY = WITH_A_ROLE | {"login without a role", "anonymous"}

SESSIONS = "/api/v1/training/sessions"
ACCESS: dict[tuple[str, str], frozenset[str]] = {
    ("POST", f"{SESSIONS}/draft"): PLANNERS,
    ("GET", SESSIONS): WITH_A_ROLE,
    ("GET", f"{SESSIONS}/{{session_id}}"): ITS_READERS,
    ("PATCH", f"{SESSIONS}/{{session_id}}"): PLANNERS,
    ("PATCH", f"{SESSIONS}/{{session_id}}/schedule"): PLANNERS,
    ("POST", f"{SESSIONS}/{{session_id}}/cancel"): PLANNERS,
    ("GET", f"{SESSIONS}/{{session_id}}/attendee-suggestions"): ITS_MARKERS,
    ("GET", f"{SESSIONS}/{{session_id}}/attendees"): ITS_READERS,
    ("POST", f"{SESSIONS}/{{session_id}}/attendees"): ITS_MARKERS,
    ("DELETE", f"{SESSIONS}/{{session_id}}/attendees/{{learner_id}}"): PLANNERS,
    ("PATCH", f"{SESSIONS}/{{session_id}}/attendance"): ITS_MARKERS,
    ("POST", f"{SESSIONS}/{{session_id}}/evidence"): ITS_MARKERS,
    ("GET", f"{SESSIONS}/{{session_id}}/evidence"): ITS_READERS,
    ("POST", f"{SESSIONS}/{{session_id}}/finalize"): PLANNERS,
    ("GET", "/api/v1/training/courses"): READERS,
    ("GET", "/api/v1/training/resources/trainers"): READERS,
    ("GET", "/api/v1/training/resources/venues"): READERS,
    ("GET", "/api/v1/training/resources/availability/check"): PLANNERS,
    ("GET", "/api/v1/training/records"): READERS,
    ("POST", "/api/v1/training/records/{record_id}/revoke"): SUPERUSER,
    ("GET", "/api/v1/competency/pending"): READERS,
    ("GET", "/api/v1/compliance/stats"): READERS,
    ("GET", "/api/v1/compliance/{learner_id}"): READERS,
    ("GET", "/api/v1/learners"): READERS,
    ("GET", "/api/v1/learners/{learner_id}"): READERS,
}
BODIES: dict[str, Callable[[Session, Learner], dict[str, Any]]] = {
    f"{SESSIONS}/draft": lambda session, learner: {"courseId": session.course_id},
    f"{SESSIONS}/{{session_id}}": lambda session, learner: {"venueId": VenueFactory().pk},
    f"{SESSIONS}/{{session_id}}/schedule": lambda session, learner: {},
    f"{SESSIONS}/{{session_id}}/cancel": lambda session, learner: {"reason": "Storm"},
    f"{SESSIONS}/{{session_id}}/attendees": lambda session, learner: {"learnerIds": [learner.pk]},
    f"{SESSIONS}/{{session_id}}/attendance": lambda session, learner: {
        "attendees": [{"learnerId": learner.pk, "isPresent": True, "hasPassed": True}]
    },
    "/api/v1/training/records/{record_id}/revoke": lambda session, learner: {"reason": "Forged"},
}


@pytest.fixture
def people(trainer: Trainer, trainer_user: User, supervisor: User, auditor: User, superuser: User) -> dict[str, Client]:
    other = UserFactory(groups=[TRAINERS])
    TrainerFactory(user=other)
    clients = {
        "anonymous": Client(),
        "login without a role": client_of(UserFactory(is_staff=True)),
        "auditor": client_of(auditor),
        "its trainer": client_of(trainer_user),
        "other trainer": client_of(other),
        "supervisor": client_of(supervisor),
        "superuser": client_of(superuser),
    }
    assert set(clients) == EVERYBODY
    return clients


@pytest.mark.parametrize(("method", "path"), ACCESS)
def test_every_operation_lets_in_whom_the_table_names(
    method: str, path: str, people: dict[str, Client], trainer: Trainer
):
    for person, client in people.items():
        session = scheduled_session(trainer=trainer)
        learner = SessionAttendeeFactory(session=session).learner
        record = TrainingRecordFactory(learner=learner)
        response = _ask(client, method, path, session=session, learner=learner, record=record)
        answered = f"{method} {path} as {person}: {response.status_code} {getattr(response, 'content', b'')[:200]!r}"
        if person == "anonymous":
            assert response.status_code == 401, answered
        elif person in ACCESS[method, path]:
            assert response.status_code not in {401, 403} and response.status_code < 500, answered  # noqa: PT018
            assert response.status_code != 404 or _lacks_a_sheet(method, path), answered
        else:
            assert response.status_code in {403, 404}, answered
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json", answered


def test_every_operation_is_in_the_table():
    document = api.get_openapi_schema(path_prefix="/api/")

    documented = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods if method != "head"
    }

    assert documented == set(ACCESS)


def _lacks_a_sheet(method: str, path: str) -> bool:
    return (method, path) == ("GET", f"{SESSIONS}/{{session_id}}/evidence")


def _ask(client: Client, method: str, path: str, *, session: Session, learner: Learner, record: TrainingRecord) -> Any:
    address = path.format(session_id=session.pk, learner_id=learner.pk, record_id=record.pk)
    if method == "GET":
        times = {"startTime": "2026-03-01T08:00:00Z", "endTime": "2026-03-01T09:00:00Z"}
        return client.get(address, times if "availability" in path else {})
    if method == "POST" and path.endswith("/evidence"):
        return client.post(address, {"file": files.upload(files.pdf(), "sheet.pdf")})
    body = BODIES[path](session, learner) if path in BODIES else None
    return getattr(client, method.lower())(address, body, "application/json")
