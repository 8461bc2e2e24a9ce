"""Every path × method × kind of login of the API against one table. A path that is not in it fails the build."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from config.api import api
from learners.models import CompetencyRecord, Learner, TrainingRecord
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.imports import DoneImportFactory, ImportFactory
from tests.factories.jobs import job_with_file
from tests.factories.learners import CompetencyRecordFactory, LearnerFactory, TrainingRecordFactory
from tests.factories.training import TrainerFactory, UserFactory, VenueFactory, active_class, scheduled_session
from tests.fixtures import client_of
from training.core.groups import TRAINERS
from training.models import Import, Job, Session, Trainer, TrainingClass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

SUPERUSER = frozenset({"superuser"})
PLANNERS = SUPERUSER | {"supervisor"}
READERS = PLANNERS | {"auditor"}
ITS_MARKERS = PLANNERS | {"its trainer"}
ITS_READERS = READERS | {"its trainer"}
WITH_A_ROLE = ITS_READERS | {"other trainer"}
EVERYBODY = WITH_A_ROLE | {"login without a role", "anonymous"}

SESSIONS, CLASSES, IMPORTS = "/api/v1/training/sessions", "/api/v1/classes", "/api/v1/imports"
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
    ("POST", f"{SESSIONS}/{{session_id}}/undo"): ITS_MARKERS,
    ("POST", f"{SESSIONS}/{{session_id}}/evidence"): ITS_MARKERS,
    ("GET", f"{SESSIONS}/{{session_id}}/evidence"): ITS_READERS,
    ("POST", f"{SESSIONS}/{{session_id}}/finalize"): PLANNERS,
    ("POST", f"{SESSIONS}/{{session_id}}/corrections"): SUPERUSER,
    ("POST", f"{SESSIONS}/{{session_id}}/evidence-corrections"): SUPERUSER,
    ("GET", "/api/v1/training/courses"): READERS,
    ("GET", "/api/v1/training/resources/trainers"): READERS,
    ("GET", "/api/v1/training/resources/venues"): READERS,
    ("GET", "/api/v1/training/resources/availability/check"): PLANNERS,
    ("GET", "/api/v1/training/records"): READERS,
    ("POST", "/api/v1/training/records"): PLANNERS,
    ("POST", "/api/v1/training/records/{record_id}/revoke"): SUPERUSER,
    ("GET", "/api/v1/competency/pending"): READERS,
    ("PATCH", "/api/v1/competency/{record_id}/verify"): PLANNERS,
    ("POST", "/api/v1/competency/bulk-verify"): PLANNERS,
    ("POST", "/api/v1/competency/{record_id}/revoke"): SUPERUSER,
    ("POST", "/api/v1/competency/{record_id}/new-attempt"): PLANNERS,
    ("GET", "/api/v1/compliance/stats"): READERS,
    ("GET", "/api/v1/compliance/{learner_id}"): READERS,
    ("GET", "/api/v1/learners"): READERS,
    ("GET", "/api/v1/learners/{learner_id}"): READERS,
    ("PUT", "/api/v1/learners/by-badge/{badge}"): PLANNERS,
    ("POST", "/api/v1/learners/{learner_id}/merge"): SUPERUSER,
    ("GET", "/api/v1/learners/{learner_id}/progressions"): READERS,
    ("GET", "/api/v1/jobs/{job_id}"): frozenset({"supervisor"}),
    ("POST", IMPORTS): PLANNERS,
    ("GET", f"{IMPORTS}/{{import_id}}"): frozenset({"supervisor"}),
    ("POST", f"{IMPORTS}/{{import_id}}/confirm"): frozenset({"supervisor"}),
    ("POST", f"{IMPORTS}/{{import_id}}/undo"): SUPERUSER,
    ("POST", f"{IMPORTS}/{{import_id}}/undo/preview"): SUPERUSER,
    ("GET", CLASSES): WITH_A_ROLE,
    ("GET", f"{CLASSES}/{{class_id}}/sessions"): ITS_READERS,
    ("POST", f"{CLASSES}/{{class_id}}/sessions/{{session_date}}/capture"): ITS_MARKERS,
    ("POST", f"{CLASSES}/{{class_id}}/sessions/{{session_date}}/exception"): ITS_MARKERS,
}


@dataclass
class Things:
    """What an address names, anew for each request."""

    session: Session
    learner: Learner
    record: TrainingRecord
    sign_off: CompetencyRecord
    training_class: TrainingClass
    job: Job
    waiting: Import
    done: Import

    @property
    def address(self) -> dict[str, Any]:
        return {
            "session_id": self.session.pk,
            "learner_id": self.learner.pk,
            "badge": self.learner.badge_id,
            "record_id": self.record.pk,
            "class_id": self.training_class.pk,
            "job_id": self.job.pk,
            "import_id": self.waiting.pk,
            "session_date": self.training_class.start_date,
        }


BODIES: dict[str, Callable[[Things], dict[str, Any]]] = {
    f"{SESSIONS}/draft": lambda things: {"courseId": things.session.course_id},
    f"{SESSIONS}/{{session_id}}": lambda things: {"venueId": VenueFactory().pk},
    f"{SESSIONS}/{{session_id}}/schedule": lambda things: {},
    f"{SESSIONS}/{{session_id}}/cancel": lambda things: {"reason": "Storm"},
    f"{SESSIONS}/{{session_id}}/attendees": lambda things: {"learnerIds": [things.learner.pk]},
    f"{SESSIONS}/{{session_id}}/attendance": lambda things: {
        "attendees": [{"learnerId": things.learner.pk, "isPresent": True, "hasPassed": True}]
    },
    f"{SESSIONS}/{{session_id}}/undo": lambda things: {"actId": 1},
    f"{SESSIONS}/{{session_id}}/corrections": lambda things: {
        "learnerId": things.learner.pk,
        "result": "FAILED",
        "reason": "Mixed up",
    },
    "/api/v1/training/records/{record_id}/revoke": lambda things: {"reason": "Forged"},
    "/api/v1/competency/{record_id}/verify": lambda things: {"status": "NOT_COMPETENT", "remarks": "Unsafe"},
    "/api/v1/competency/bulk-verify": lambda things: {
        "recordIds": [things.sign_off.pk],
        "status": "NOT_COMPETENT",
        "remarks": "Unsafe",
    },
    "/api/v1/competency/{record_id}/revoke": lambda things: {"reason": "Wrong person"},
    "/api/v1/learners/by-badge/{badge}": lambda things: {"lastName": "Winter"},
    "/api/v1/learners/{learner_id}/merge": lambda things: {"into": LearnerFactory().pk, "reason": "Same person"},
    f"{IMPORTS}/{{import_id}}/confirm": lambda things: {"fingerprint": "f" * 64},
    f"{IMPORTS}/{{import_id}}/undo": lambda things: {"reason": "Wrong file", "fingerprint": "f" * 64},
    f"{CLASSES}/{{class_id}}/sessions/{{session_date}}/capture": lambda things: {},
    f"{CLASSES}/{{class_id}}/sessions/{{session_date}}/exception": lambda things: {"type": "agent_absent"},
}
FILES: dict[str, Callable[[Things], dict[str, Any]]] = {
    f"{SESSIONS}/{{session_id}}/evidence": lambda things: {},
    IMPORTS: lambda things: {"kind": "workers"},
    f"{SESSIONS}/{{session_id}}/evidence-corrections": lambda things: {"reason": "Wrong scan"},
    "/api/v1/training/records": lambda things: {
        "data": json.dumps(
            {
                "learnerId": things.learner.pk,
                "courseId": things.session.course_id,
                "providerId": things.learner.company_id,
                "completionDate": "2026-01-15",
                "expiryDate": None,
            }
        )
    },
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
    method: str, path: str, people: dict[str, Client], trainer: Trainer, supervisor: User
):
    things = None
    for person, client in people.items():
        if things is None:
            things = _new_things(trainer, supervisor)
        response = _ask(client, method, path, things)
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
        if method != "GET" and person in ACCESS[method, path]:
            things = None  # what one person changes must not decide about the next


def test_every_operation_is_in_the_table():
    document = api.get_openapi_schema(path_prefix="/api/")

    documented = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods if method != "head"
    }

    assert documented == set(ACCESS)


def _new_things(trainer: Trainer, supervisor: User) -> Things:
    session = scheduled_session(trainer=trainer)
    learner = SessionAttendeeFactory(session=session).learner
    return Things(
        session=session,
        learner=learner,
        record=TrainingRecordFactory(learner=learner),
        sign_off=CompetencyRecordFactory(),
        training_class=active_class(agent=trainer),
        job=job_with_file(asked_by=supervisor),
        waiting=ImportFactory(started_by=supervisor),
        done=DoneImportFactory(),
    )


def _lacks_a_sheet(method: str, path: str) -> bool:
    return (method, path) == ("GET", f"{SESSIONS}/{{session_id}}/evidence")


def _ask(client: Client, method: str, path: str, things: Things) -> Any:
    keys = things.address
    if path.startswith("/api/v1/competency"):
        keys["record_id"] = things.sign_off.pk
    if path.startswith(IMPORTS) and path.endswith(("/undo", "/undo/preview")):
        keys["import_id"] = things.done.pk
    address = path.format(**keys)
    if method == "GET":
        times = {"startTime": "2026-03-01T08:00:00Z", "endTime": "2026-03-01T09:00:00Z"}
        return client.get(address, times if "availability" in path else {})
    if method == "POST" and path in FILES:
        return client.post(address, {"file": files.upload(files.pdf(), "sheet.pdf"), **FILES[path](things)})
    body = BODIES[path](things) if path in BODIES else None
    return getattr(client, method.lower())(address, body, "application/json")
