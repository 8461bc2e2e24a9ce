"""B4: nobody waits for ever, whoever holds what is needed, and every service says so and writes nothing.

The holder is a connection of its own, as a forgotten psql is one.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, transaction

from attendance.models import ListAct, SessionAttendee
from attendance.policies.corrections import Result, Seen
from attendance.services.attendees import add_attendees
from attendance.services.capture import capture_session
from attendance.services.corrections import correct_record
from attendance.services.evidence import upload_evidence
from attendance.services.finalize import finalize_session
from attendance.services.list_acts import undo_act
from attendance.services.marking import Mark, save_marks
from learners.evidence.reads import log_download
from learners.policies.sign_offs import Assessment, Status
from learners.services.competency import sign_off
from learners.services.compliance import recalculate_everyone
from learners.services.courses import delete_course
from learners.services.external_records import ExternalTraining, record_external
from learners.services.hours import enter_hours, rebuild_sums
from learners.services.learners import edit_learner
from learners.services.merging import merge_workers
from learners.services.methods import create_method
from learners.services.preview import try_out
from learners.services.progression import hold
from learners.services.reassignment import give_role
from learners.services.records import revoke_record
from learners.services.requirements import save_requirement
from learners.services.statuses import set_status
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.learners import (
    AssessmentMethodFactory,
    CompetencyRecordFactory,
    EvidenceUploadFactory,
    LearnerFactory,
    LearnerProgressionFactory,
    RoleFactory,
    TrainingRecordFactory,
)
from tests.factories.training import (
    CompanyFactory,
    CourseFactory,
    CourseVersionFactory,
    UserFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from training.core.refusals import Busy, Conflict, OutcomeUnknown, Unavailable, database_refusals
from training.models import Job, Session
from training.services.class_files import read_rows
from training.services.class_import import import_classes
from training.services.classes import stop_class
from training.services.companies import create_company
from training.services.courses import create_course
from training.services.jobs import cancel
from training.services.sessions import cancel_session
from training.services.trainers import create_trainer
from training.services.venues import edit_venue

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 4, 27, 12, 0, tzinfo=UTC)
TODAY = date(2026, 4, 27)
LIMIT_SECONDS = 0.3
PATIENCE_SECONDS = 10  # of a busy machine, far from for ever
Call = Callable[[], Any]


@pytest.fixture
def by() -> User:
    user: User = UserFactory(is_superuser=True)
    return user


@pytest.fixture
def short_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Waits end soon, of pages and of long jobs."""
    monkeypatch.setattr("training.core.long_jobs.MORE_TIME", {"lock_timeout": f"{LIMIT_SECONDS}s"})
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LIMIT_SECONDS}s'")
    yield
    connection.close()


def elsewhere() -> "psycopg.Connection[Any]":
    """Return a connection that is not the application's."""
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return psycopg.connect(**{name: parameters[name] for name in names if name in parameters})


@contextmanager
def everything_held() -> Iterator[None]:
    """Somebody has written to every table, and does not end."""
    tables = ", ".join(
        f'"{model._meta.db_table}"'
        for model in apps.get_models()
        if model._meta.app_label in {"training", "learners", "attendance", "config"} and model._meta.managed
    )
    with elsewhere() as holder:
        holder.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
        yield
        holder.rollback()


# What each service module does


def marking(by: User) -> Call:
    row = SessionAttendeeFactory()
    mark = Mark(row.learner_id, is_present=True, has_passed=True)
    return lambda: save_marks(session_id=row.session_id, marks=[mark], by=by, now=NOW)


def finalizing(by: User) -> Call:
    session, _rows = session_ready_to_finalize()
    return lambda: finalize_session(session_id=session.pk, by=by, now=NOW)


def capturing(by: User) -> Call:
    progression = LearnerProgressionFactory()
    day = progression.training_class.sessions.order_by("session_date")[0].session_date
    return lambda: capture_session(class_id=progression.training_class_id, session_date=day, by=by, now=NOW)


def correcting(by: User) -> Call:
    session, rows = session_ready_to_finalize()
    finalize_session(session_id=session.pk, by=by, now=NOW)
    record = session.records.get(learner=rows[0].learner)
    return lambda: correct_record(
        session_id=session.pk,
        learner_id=record.learner_id,
        result=Result.FAILED,
        seen=Seen(record_id=record.pk),
        reason="Left at noon",
        by=by,
        now=NOW,
    )


def adding(by: User) -> Call:
    session, learner = scheduled_session(), LearnerFactory()
    return lambda: add_attendees(session_id=session.pk, learner_ids=[learner.pk], by=by, now=NOW)


def undoing(by: User) -> Call:
    session = scheduled_session()
    assert session.start_time is not None
    learners, earlier = LearnerFactory.create_batch(2), session.start_time - timedelta(hours=1)
    add_attendees(session_id=session.pk, learner_ids=[each.pk for each in learners], by=by, now=earlier)
    act = ListAct.objects.get()
    return lambda: undo_act(session_id=session.pk, act_id=act.pk, by=by, now=earlier)


def uploading(by: User) -> Call:
    session = scheduled_session()
    return lambda: upload_evidence(session_id=session.pk, files=[files.upload(files.pdf())], by=by, now=NOW)


def signing_off(by: User) -> Call:
    record, method = CompetencyRecordFactory(), AssessmentMethodFactory()
    found = Assessment(result=Status.COMPETENT, method_id=method.pk, assessed_on=TODAY)
    return lambda: sign_off(record_ids=[record.pk], assessment=found, by=by, now=NOW)


def recalculating(by: User) -> Call:
    LearnerFactory()
    return lambda: list(recalculate_everyone(today=TODAY, now=NOW))


def recording(by: User) -> Call:
    learner, version, provider = LearnerFactory(), CourseVersionFactory(), CompanyFactory()
    training = ExternalTraining(
        course_id=version.course_id,
        provider_id=provider.pk,
        completion_date=TODAY,
        expiry_date=None,
        result="PASSED",
        comments="",
    )
    return lambda: record_external(
        learner_id=learner.pk, training=training, files=[files.upload(files.pdf())], by=by, now=NOW
    )


def entering_hours(by: User) -> Call:
    progression = LearnerProgressionFactory()
    return lambda: enter_hours(
        tracking_id=progression.pk, hours_trained=1, hours_present=1, log_date=TODAY, by=by, now=NOW
    )


def rebuilding(by: User) -> Call:
    progression = LearnerProgressionFactory()
    return lambda: rebuild_sums(tracking_ids=[progression.pk])


def merging(by: User) -> Call:
    one, other = LearnerFactory(), LearnerFactory()
    return lambda: merge_workers(duplicate_id=one.pk, survivor_id=other.pk, reason="Lost", by=by, now=NOW)


def requiring(by: User) -> Call:
    role, course = RoleFactory(), CourseFactory()
    return lambda: save_requirement(
        asker=role, course_id=course.pk, requirement_type="PRE_MOB", starts_on=TODAY, by=by, now=NOW
    )


def holding(by: User) -> Call:
    progression = LearnerProgressionFactory()
    return lambda: hold(tracking_id=progression.pk, effective_date=TODAY, by=by, now=NOW)


def of_worker(change: Callable[..., Any], **facts: Any) -> Callable[[User], Call]:
    def made(by: User) -> Call:
        learner = LearnerFactory()
        return lambda: change(learner_id=learner.pk, by=by, now=NOW, **facts)

    return made


def giving_role(by: User) -> Call:
    learner, role = LearnerFactory(), RoleFactory()
    return lambda: give_role(learner_ids=[learner.pk], role_id=role.pk, assigned_at=TODAY, by=by, now=NOW)


def revoking(by: User) -> Call:
    record = TrainingRecordFactory()
    return lambda: revoke_record(record_id=record.pk, reason="Wrong person", by=by, now=NOW)


def deleting_course(by: User) -> Call:
    course = CourseFactory()
    return lambda: delete_course(course_id=course.pk, by=by, now=NOW)


def downloading(by: User) -> Call:
    upload = EvidenceUploadFactory(session=scheduled_session())
    return lambda: log_download(upload=upload, learner=None, by=by, now=NOW)


def trying_out(by: User) -> Call:
    change = requiring(by)
    return lambda: try_out(change, today=TODAY)


def stopping(by: User) -> Call:
    training_class = active_class()
    return lambda: stop_class(class_id=training_class.pk, stop_date=date(2026, 4, 20), by=by, now=NOW)


def cancelling(by: User) -> Call:
    session = scheduled_session()
    return lambda: cancel_session(session_id=session.pk, reason="Storm", by=by, now=NOW)


def editing_venue(by: User) -> Call:
    venue = VenueFactory()
    return lambda: edit_venue(venue_id=venue.pk, facts={"capacity": 30}, by=by)


def stopping_a_job(by: User) -> Call:
    job = Job.objects.create(kind="test", title="Pack", query="", asked_by=by, asked_at=NOW)
    return lambda: cancel(job_id=job.pk, by=by, now=NOW)


WRITERS: dict[str, Callable[[User], Call]] = {
    "attendance.services.attendees": adding,
    "attendance.services.capture": capturing,
    "attendance.services.corrections": correcting,
    "attendance.services.evidence": uploading,
    "attendance.services.finalize": finalizing,
    "attendance.services.list_acts": undoing,
    "attendance.services.marking": marking,
    "learners.services.competency": signing_off,
    "learners.services.compliance": recalculating,
    "learners.services.courses": deleting_course,
    "learners.evidence.reads": downloading,
    "learners.services.external_records": recording,
    "learners.services.hours": entering_hours,
    "learners.services.learners": of_worker(edit_learner, facts={"first_name": "Olha"}),
    "learners.services.merging": merging,
    "learners.services.methods": lambda by: lambda: create_method(facts={"name": "Interview"}, by=by),
    "learners.services.preview": trying_out,
    "learners.services.progression": holding,
    "learners.services.reassignment": giving_role,
    "learners.services.records": revoking,
    "learners.services.requirements": requiring,
    "learners.services.statuses": of_worker(set_status, status="BLACKLISTED", reason="Alcohol"),
    "training.services.class_import": lambda by: (
        lambda: import_classes(rows=read_rows(b"class_code\nABA1001\n"), today=TODAY)
    ),
    "training.services.classes": stopping,
    "training.services.companies": lambda by: lambda: create_company(facts={"name": "Abacus"}, by=by),
    "training.services.courses": lambda by: lambda: create_course(code="HSE-999", by=by),
    "training.services.jobs": stopping_a_job,
    "training.services.sessions": cancelling,
    "training.services.trainers": lambda by: (
        lambda: create_trainer(facts={"first_name": "Grace", "last_name": "Hopper"}, by=by)
    ),
    "training.services.venues": editing_venue,
}
# These open no transaction: they are pieces of others, or ask the store.
PIECES = {
    "attendance.services.sheet_reading",
    "learners.services.effective",
    "learners.services.locks",
    "training.services.class_codes",
    "training.services.class_files",
    "training.services.job_kinds",
    "training.services.job_runs",  # what the worker does: it tries again by itself
    "training.services.library_rows",
}


def test_every_module_that_writes_is_walked() -> None:
    root = Path(__file__).parents[2]
    services = {
        f"{layer}.services.{file.stem}"
        for layer in ("training", "learners", "attendance")
        for file in (root / layer / "services").glob("*.py")
        if file.stem != "__init__"
    }
    evidence = {
        f"learners.evidence.{file.stem}"
        for file in (root / "learners" / "evidence").glob("*.py")
        if "with acting(" in file.read_text()
    }
    assert services | evidence == WRITERS.keys() | PIECES


def rows() -> dict[str, list[Any]]:
    """Return every row of the site."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.app_label in {"training", "learners", "attendance"} and model._meta.managed
    }


@pytest.mark.usefixtures("short_limits", "evidence_dir")
@pytest.mark.parametrize("module", WRITERS)
def test_a_service_that_waits_says_so_writes_nothing_and_works_afterwards(module: str, by: User) -> None:
    call = WRITERS[module](by)
    before = rows()

    with everything_held():
        started = time.monotonic()
        with pytest.raises(Busy, match="Somebody else is") as refused:
            call()
        assert time.monotonic() - started < PATIENCE_SECONDS

    assert (refused.value.status, refused.value.retry_seconds) == (503, 5)
    assert rows() == before
    call()
    assert (rows() != before) is (module != "learners.services.preview")  # which undoes what it tries


def test_a_wait_for_a_session_names_the_session(short_limits: None, by: User) -> None:
    call = marking(by)
    with elsewhere() as holder:
        holder.execute("SELECT FROM sessions FOR UPDATE")
        with pytest.raises(Busy) as refused:
            call()
        holder.rollback()
    assert refused.value.message == "Somebody else is working on this session. Try again."


def test_a_forgotten_transaction_is_ended_and_marking_goes_on(by: User) -> None:
    """It holds a session and does nothing more, whoever it is: the limit is the database's."""
    call = marking(by)
    with elsewhere() as admin:
        admin.autocommit = True
        name = connection.settings_dict["NAME"]
        admin.execute(f"ALTER DATABASE \"{name}\" SET idle_in_transaction_session_timeout = '1s'")
        try:
            forgotten = elsewhere()
        finally:
            admin.execute(f'ALTER DATABASE "{name}" RESET idle_in_transaction_session_timeout')
    forgotten.execute("SELECT FROM sessions FOR UPDATE")
    started = time.monotonic()

    (row,) = call()

    assert row.is_present
    assert time.monotonic() - started < PATIENCE_SECONDS
    with pytest.raises(psycopg.Error):
        forgotten.execute("SELECT 1")
    forgotten.close()


# COMMIT


def test_a_connection_lost_at_commit_says_that_nobody_knows(by: User, monkeypatch: pytest.MonkeyPatch) -> None:
    call = marking(by)
    connection.ensure_connection()
    commit = connection.connection.commit

    def cut() -> None:
        commit()
        connection.connection.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection.connection, "commit", cut)
    with pytest.raises(OutcomeUnknown) as unknown:
        call()

    assert unknown.value.message == "We do not know whether it was saved. Check before you try again."
    assert unknown.value.retry_seconds is None
    connection.close()
    assert Session.objects.get().attendees.get().is_present, "this time it was"


def test_a_connection_lost_before_commit_says_that_nothing_was_saved(by: User) -> None:
    call = marking(by)

    def killed() -> None:
        with database_refusals(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable, match="Nothing was saved"):
        killed()
    connection.close()
    (row,) = call()
    assert row.is_present


def test_a_constraint_that_is_checked_at_commit_is_known_not_to_be_saved(by: User) -> None:
    session = scheduled_session()
    with pytest.raises(Conflict), database_refusals(), transaction.atomic():
        SessionAttendee.objects.create(session=session, learner_id=0, line=1)
    assert not session.attendees.exists()
