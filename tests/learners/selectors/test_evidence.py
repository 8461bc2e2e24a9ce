"""Which files prove a record: the newest correction first, the original last (E6)."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.models import EvidenceUpload, TrainingRecord
from learners.selectors.evidence import original_among, sheets_of, sheets_of_session
from tests.factories.learners import HASH, KEY, EvidenceUploadFactory, TrainingRecordFactory
from tests.factories.training import scheduled_session
from training.models import Session

pytestmark = pytest.mark.django_db


def _record(session: Session) -> TrainingRecord:
    record: TrainingRecord = TrainingRecordFactory(
        session=session, provider=None, course=session.course, course_version=session.course_version
    )
    return record


def _correcting(original: EvidenceUpload, *, on: date, sha256: str) -> EvidenceUpload:
    upload: EvidenceUpload = EvidenceUploadFactory(
        session=original.session,
        record=original.record,
        key=f"{sha256}.pdf",
        sha256=sha256,
        corrects=original,
        reason="Wrong scan",
        uploaded_at=datetime(on.year, on.month, on.day, 9, 0, tzinfo=UTC),
    )
    return upload


def test_e6_the_newest_correction_is_first_and_the_original_last() -> None:
    session = scheduled_session()
    EvidenceUploadFactory(session=session, key="replaced.pdf", sha256="ee" * 32)
    original = EvidenceUploadFactory(session=session)
    first = _correcting(original, on=date(2026, 4, 1), sha256="cd" * 32)
    second = _correcting(first, on=date(2026, 5, 1), sha256="ef" * 32)
    records = [_record(session), _record(session)]
    elsewhere = _record(scheduled_session())

    sheets = sheets_of([*records, elsewhere])

    assert [sheets[record.pk] for record in records] == [[second, first, original]] * 2
    assert sheets[elsewhere.pk] == []
    assert sheets_of_session(session.pk, key=KEY, sha256=HASH) == [second, first, original]
    assert original_among(sheets[records[0].pk]) == original


def test_e6_the_file_behind_an_external_record_is_its_own() -> None:
    record, other = TrainingRecordFactory(), TrainingRecordFactory()
    original = EvidenceUploadFactory(record=record)
    correction = _correcting(original, on=date(2026, 4, 1), sha256="cd" * 32)
    others = EvidenceUploadFactory(record=other)

    assert sheets_of([record, other]) == {record.pk: [correction, original], other.pk: [others]}


def test_e3_a_file_with_another_hash_is_not_the_one_behind_the_record() -> None:
    record = TrainingRecordFactory()
    EvidenceUploadFactory(record=record, sha256="cd" * 32)
    assert sheets_of([record]) == {record.pk: []}
    assert original_among(sheets_of([record])[record.pk]) is None


def test_e3_of_the_same_file_sent_twice_the_later_upload_counts() -> None:
    session = scheduled_session()
    EvidenceUploadFactory(session=session)
    later = EvidenceUploadFactory(session=session, uploaded_at=datetime(2026, 3, 3, tzinfo=UTC))
    assert sheets_of([record := _record(session)]) == {record.pk: [later]}


@pytest.mark.parametrize("count", [1, 3])
def test_e6_the_sheets_of_many_records_are_one_query(count: int, supervisor: User) -> None:
    session = scheduled_session()
    original = EvidenceUploadFactory(session=session, uploaded_by=supervisor)
    _correcting(original, on=date(2026, 4, 1), sha256="cd" * 32)
    records = [_record(session) for _ in range(count)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        uploads = [sheet.uploaded_by.username for sheets in sheets_of(records).values() for sheet in sheets]
    assert len(uploads) == 2 * count
    assert len(queries) == 1
