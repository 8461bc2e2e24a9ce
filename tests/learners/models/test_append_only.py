"""Invariant 5: what is legally binding refuses every change, whatever door it comes through."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, NotSupportedError, connection, transaction
from django.db.models import Model

from attendance.models import SessionAttendee
from attendance.services.finalize import finalize_session
from learners.models import CompetencyRecord, EvidenceRead, EvidenceUpload, TrainingRecord
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import (
    LearnerFactory,
    RevocationFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CourseVersionFactory, UserFactory, scheduled_session
from training.models import Session

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)

# A field of each legally binding row, and another value for it.
BINDING: dict[str, tuple[str, Any]] = {
    "training.Session": ("cancellation_reason", "Never happened"),
    "attendance.SessionAttendee": ("remarks", "Was not there"),
    "learners.TrainingRecord": ("comments", "Changed"),
    "learners.Revocation": ("reason", "Changed"),
    "learners.EvidenceUpload": ("original_name", "changed.pdf"),
    "learners.EvidenceRead": ("kind", "PREVIEW"),
}


@pytest.fixture
def finalized(supervisor: User) -> Session:
    """A finalized session with a record that is revoked, and evidence that was read."""
    session, (attendee, _other) = session_ready_to_finalize(start_time=START)
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    record = TrainingRecord.objects.get(learner=attendee.learner_id)
    RevocationFactory(record=record)
    upload = EvidenceUpload.objects.get()
    EvidenceRead.objects.create(upload=upload, kind=EvidenceRead.Kind.DOWNLOAD, read_by=supervisor, read_at=NOW)
    return Session.objects.get(pk=session.pk)


# Doors


def by_save(row: Model, field: str, value: Any) -> None:
    setattr(row, field, value)
    row.save()


def by_update(row: Model, field: str, value: Any) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**{field: value})


def by_bulk_update(row: Model, field: str, value: Any) -> None:
    setattr(row, field, value)
    type(row)._default_manager.bulk_update([row], [field])


def by_upsert(row: Model, field: str, value: Any) -> None:
    setattr(row, field, value)
    type(row)._default_manager.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=[field])


def by_delete(row: Model, field: str, value: Any) -> None:
    row.delete()


def by_raw_delete(row: Model, field: str, value: Any) -> None:
    queryset = type(row)._default_manager.filter(pk=row.pk)
    queryset._raw_delete(queryset.db)


def by_sql(*statements: str) -> Callable[[Model, str, Any], None]:
    def run(row: Model, field: str, value: Any) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                column = row._meta.get_field(field).column  # type: ignore[union-attr]  # a field of a table
                cursor.execute(statement.format(table=row._meta.db_table, column=column, pk=row.pk), [])

    return run


DOORS: dict[str, Callable[[Model, str, Any], None]] = {
    "save": by_save,
    "update": by_update,
    "bulk_update": by_bulk_update,
    "upsert": by_upsert,
    "delete": by_delete,
    "raw delete": by_raw_delete,
    "UPDATE": by_sql("UPDATE {table} SET {column} = {column} || ' ' WHERE id = {pk}"),
    "UPDATE of everything": by_sql("UPDATE {table} SET id = id"),
    "DELETE": by_sql("DELETE FROM {table} WHERE id = {pk}"),
    "TRUNCATE": by_sql("TRUNCATE {table}"),
    "TRUNCATE CASCADE": by_sql("TRUNCATE {table} CASCADE"),
    "MERGE": by_sql(
        "MERGE INTO {table} t USING (SELECT {pk} AS pk) s ON t.id = s.pk WHEN MATCHED THEN DELETE",
    ),
}


@contextmanager
def refused() -> Iterator[None]:
    """Expect that the database refuses, itself or because other tables refer to this one (TRUNCATE)."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises((IntegrityError, NotSupportedError)), transaction.atomic():
        yield


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("label", BINDING)
def test_invariant_5_no_door_changes_a_binding_row(finalized: Session, label: str, door: str) -> None:
    model = apps.get_model(label)
    before = list(model._default_manager.order_by("pk").values())
    row = model._default_manager.earliest("pk")
    with refused():
        DOORS[door](row, *BINDING[label])
    assert list(model._default_manager.order_by("pk").values()) == before


def test_the_doors_are_open_where_nothing_is_binding() -> None:
    """The control: the same doors change what is not yet binding."""
    for door in ("save", "update", "bulk_update", "upsert", "UPDATE", "raw delete"):
        session = scheduled_session()
        DOORS[door](session, "cancellation_reason", "Changed")
        assert not Session.objects.filter(pk=session.pk, cancellation_reason="").exists()


# A finalized session


def test_invariant_5_nobody_is_added_to_the_list_of_a_finalized_session(finalized: Session) -> None:
    with pytest.raises(IntegrityError, match="its attendance list cannot be changed"), transaction.atomic():
        SessionAttendee.objects.create(session=finalized, learner=LearnerFactory(), line=99)


def test_invariant_5_nobody_is_moved_onto_the_list_of_a_finalized_session(finalized: Session) -> None:
    other, (attendee, _second) = session_ready_to_finalize()
    with pytest.raises(IntegrityError, match="its attendance list cannot be changed"), transaction.atomic():
        SessionAttendee.objects.filter(pk=attendee.pk).update(session=finalized, line=99)
    assert SessionAttendee.objects.get(pk=attendee.pk).session == other


@pytest.mark.parametrize("step", [("COMPLETED", "SCHEDULED"), ("COMPLETED", "CANCELLED"), ("CANCELLED", "SCHEDULED")])
def test_s9_an_end_is_an_end(finalized: Session, step: tuple[str, str]) -> None:
    before, after = step
    session = finalized
    if before == "CANCELLED":
        session, _ = session_ready_to_finalize(status="CANCELLED", cancellation_reason="Storm")
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(status=after, finalized_at=None, finalized_by=None)


# Sign-offs


def sign_off() -> CompetencyRecord:
    """Return a competency record of a finalized session, assessed as not competent."""
    version = CourseVersionFactory(requires_verification=True)
    session, _ = session_ready_to_finalize(course_version=version, start_time=START)
    by = UserFactory(is_superuser=True)
    finalize_session(session_id=session.pk, by=by, now=NOW)
    record = CompetencyRecord.objects.earliest("pk")
    CompetencyRecord.objects.filter(pk=record.pk).update(
        status="NOT_COMPETENT", remarks="Did not clip on", assessed_by=by, assessed_at=NOW
    )
    return CompetencyRecord.objects.get(pk=record.pk)


def test_invariant_5_a_pending_sign_off_may_be_given() -> None:
    assert sign_off().status == "NOT_COMPETENT"


@pytest.mark.parametrize(
    "change", [{"status": "PENDING_VERIFICATION", "assessed_by": None, "assessed_at": None}, {"remarks": "Was fine"}]
)
def test_invariant_5_a_given_sign_off_is_not_changed(change: dict[str, Any]) -> None:
    record = sign_off()
    with pytest.raises(IntegrityError, match="is signed off and cannot be changed"), transaction.atomic():
        CompetencyRecord.objects.filter(pk=record.pk).update(**change)


def test_invariant_5_a_sign_off_is_revoked_by_a_revocation_and_only_so() -> None:
    record = sign_off()
    with pytest.raises(IntegrityError, match="is revoked by a revocation"), transaction.atomic():
        CompetencyRecord.objects.filter(pk=record.pk).update(revoked_at=NOW)
    RevocationFactory(record=None, competency_record=record, revoked_at=NOW)
    record.refresh_from_db()
    assert record.revoked_at == NOW
    with pytest.raises(IntegrityError), transaction.atomic():
        CompetencyRecord.objects.filter(pk=record.pk).update(revoked_at=None)


@pytest.mark.parametrize("door", ["raw delete", "DELETE", "TRUNCATE", "TRUNCATE CASCADE"])
@pytest.mark.parametrize("make", [LearnerFactory, sign_off], ids=["worker", "sign-off"])
def test_workers_and_sign_offs_are_never_deleted(make: Callable[[], Model], door: str) -> None:
    row = make()
    with refused():
        DOORS[door](row, "id", None)
    assert type(row)._default_manager.filter(pk=row.pk).exists()


# Records


def test_invariant_4_a_record_supersedes_a_revoked_one_of_the_same_worker_and_session(finalized: Session) -> None:
    revoked = TrainingRecord.objects.get(revocation__isnull=False)
    valid = TrainingRecord.objects.get(revocation__isnull=True)
    facts = {"session": finalized, "provider": None, "course_version": revoked.course_version}
    for wrong in (
        {"learner": revoked.learner, "supersedes": valid},
        {"learner": valid.learner, "supersedes": revoked},
        {"learner": revoked.learner, "supersedes": revoked, "session": None, "provider": revoked.learner.company},
    ):
        with pytest.raises(IntegrityError, match="is not a revoked record of the same worker"), transaction.atomic():
            TrainingRecordFactory(**{**facts, **wrong})
    assert TrainingRecordFactory(**facts, learner=revoked.learner, supersedes=revoked).pk


@pytest.mark.parametrize("reason", ["", " ", "\t\n"])
def test_invariant_5_a_reason_is_never_blank(reason: str) -> None:
    record = TrainingRecordFactory()
    with pytest.raises(IntegrityError, match="revocation_has_reason"), transaction.atomic():
        RevocationFactory(record=record, reason=reason)


# The audit trail

EVENTS = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
AUDITED = [model.pgh_tracked_model for model in EVENTS]


@pytest.mark.parametrize("model", EVENTS, ids=lambda model: model.__name__)
def test_invariant_5_audit_events_refuse_every_change(model: Any) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O'",
            [table],
        )
        triggers = {name for (name,) in cursor.fetchall()}
    assert {f"{model._meta.db_table}_append_only", f"{model._meta.db_table}_no_truncate"} <= triggers


@pytest.mark.parametrize("statement", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["training_sessionevent", "learners_trainingrecordevent", "learners_learnerevent"])
def test_invariant_5_audit_events_refuse_plain_sql(finalized: Session, table: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match=table), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


@pytest.mark.parametrize("model", AUDITED, ids=lambda model: model.__name__)
def test_no_audited_table_is_emptied_past_its_audit(model: Any) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(IntegrityError, match="cannot be emptied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pghistory_context SET metadata = '{}'",
        "UPDATE pghistory_context SET metadata = metadata || '{\"user\": 0}'",
        "DELETE FROM pghistory_context",
        "TRUNCATE pghistory_context CASCADE",
    ],
)
def test_invariant_5_who_did_it_is_not_forgotten(finalized: Session, statement: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("nobody", ["", "None"])
def test_a_record_of_a_session_names_its_trainer(nobody: str) -> None:
    session = scheduled_session()
    with pytest.raises(IntegrityError, match="record_of_session_names_trainer"), transaction.atomic():
        TrainingRecordFactory(session=session, provider=None, trainer_name=nobody)
    assert TrainingRecordFactory(trainer_name=nobody).trainer_name == nobody, "external training has a provider instead"


def test_records_that_lost_their_trainer_before_stay_as_they_are() -> None:
    """NOT VALID: no old row is read, so a database that holds such rows migrates, and nothing rewrites them (O3)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'record_of_session_names_trainer'")
        assert cursor.fetchall() == [(False,)]
