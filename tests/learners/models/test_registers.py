"""What the database itself keeps about old registers, whatever door something comes through (I7, invariant 5)."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from learners.models import RegisterExtract, TrainingRecord
from tests.factories.learners import (
    RegisterExtractFactory,
    RegisterImportFactory,
    RegisterRecordFactory,
    RegisterStandingFactory,
    RevocationFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CourseVersionFactory, scheduled_session
from training.models import CourseVersion

pytestmark = pytest.mark.django_db

APPEND_ONLY = [
    (RegisterImportFactory, {"register": "Another"}),
    (RegisterStandingFactory, {"counts_until": None}),
    (RegisterExtractFactory, {"sheet": "Another"}),
]


@pytest.mark.parametrize(("made", "change"), APPEND_ONLY)
def test_no_row_of_a_register_is_changed_or_deleted(made: Any, change: dict[str, Any]):
    row: Model = made()
    rows = type(row)._base_manager.filter(pk=row.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk])  # our own
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {row._meta.db_table} CASCADE")
    assert rows.exists()


def test_the_hash_of_an_extract_is_that_of_its_content():
    with pytest.raises(IntegrityError, match="register_extract_hash_is_of_content"), transaction.atomic():
        RegisterExtractFactory(sha256="ab" * 32)
    assert not RegisterExtract.objects.exists()


def test_the_evidence_hash_of_a_record_is_that_of_its_extract():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="record_hash_is_that_of_its_extract"), transaction.atomic():
        RegisterRecordFactory(evidence_hash="ab" * 32)
    assert not TrainingRecord.objects.exists()


@pytest.mark.parametrize("facts", [{"is_calculated": True}, {"extract": True}])
def test_only_a_record_of_a_register_is_calculated_or_has_an_extract(facts: dict[str, Any]):
    given = {"extract": RegisterExtractFactory()} if "extract" in facts else facts
    with pytest.raises(IntegrityError, match="record_from_register_says_which"), transaction.atomic():
        TrainingRecordFactory(**given)


def test_a_record_of_a_register_is_of_no_session():
    session = scheduled_session()
    with pytest.raises(IntegrityError, match="record_from_register_says_which"), transaction.atomic():
        RegisterRecordFactory(session=session, course_version=session.course_version)


def test_a_standing_says_why_and_a_last_day_only_if_it_counts():
    with pytest.raises(IntegrityError, match="register_standing_has_reason"), transaction.atomic():
        RegisterStandingFactory(reason="\t")
    with pytest.raises(IntegrityError, match="register_standing_until_if_it_counts"), transaction.atomic():
        RegisterStandingFactory(counts=False, counts_until="2027-01-01")


def test_an_import_brings_its_register_in_once():
    RegisterImportFactory(import_number=12)
    with pytest.raises(IntegrityError, match="register_once_per_import"), transaction.atomic():
        RegisterImportFactory(import_number=12)


def test_version_0_is_archived_and_numbers_stay_unique():
    course = CourseVersionFactory().course
    with pytest.raises(IntegrityError, match="course_version_number_from_0"), transaction.atomic():
        CourseVersionFactory(course=course, number=0, status="DRAFT")
    CourseVersionFactory(course=course, number=0, status="ARCHIVED")
    assert CourseVersion.objects.filter(course=course).count() == 2


def test_a_revocation_names_the_register_that_it_undoes():
    record = RegisterRecordFactory()
    revocation = RevocationFactory(record=record, undoes=record.register_import)
    assert revocation.undoes == record.register_import
