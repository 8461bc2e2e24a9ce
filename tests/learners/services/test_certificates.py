"""The certificate of a record from an old register, added later (I7)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from learners.evidence.incoming import NothingSent
from learners.evidence.store import StoreUnavailable, store
from learners.models import ComplianceItem, EvidenceUpload, Learner, TrainingRecord
from learners.selectors.as_of import items_as_of
from learners.services import certificates
from learners.services.certificates import HasProof, add_certificate
from learners.services.compliance import recalculate
from learners.services.records import AlreadyRevoked
from tests.factories import files
from tests.factories.learners import (
    LearnerFactory,
    RegisterRecordFactory,
    RegisterStandingFactory,
    RevocationFactory,
    RoleFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from training.core.refusals import NotFound, NotPermitted

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)


@pytest.fixture
def record(db: None) -> TrainingRecord:
    """A record of a course that is asked of its worker, from a register that does not count."""
    learner = LearnerFactory(role=RoleFactory())
    made: TrainingRecord = RegisterRecordFactory(learner=learner)
    RegisterStandingFactory(register_import=made.register_import, counts=False)
    RoleRequirementFactory(role=learner.role, course=made.course)
    return made


@pytest.fixture
def add(record: TrainingRecord, supervisor: User) -> Callable[..., EvidenceUpload]:
    def run(*, of: int = record.pk, by: User = supervisor, sent: Any = None) -> EvidenceUpload:
        proof = [files.upload(files.pdf(), "card.pdf")] if sent is None else sent
        return add_certificate(record_id=of, files=proof, by=by, now=NOW)

    return run


def status(learner: Learner) -> str:
    return ComplianceItem.objects.get(learner=learner).status


def test_i7_a_certificate_makes_the_record_count_like_any_other_at_once(
    add: Callable[..., EvidenceUpload], record: TrainingRecord, supervisor: User
):
    upload = add()

    assert (upload.record, upload.uploaded_by, upload.uploaded_at) == (record, supervisor, NOW)
    assert (upload.original_name, upload.content_type) == ("card.pdf", "application/pdf")
    item = ComplianceItem.objects.get(learner=record.learner)
    assert (item.status, item.expiry_date, item.is_from_register) == ("COMPLIANT", record.expiry_date, False)
    same = TrainingRecord.objects.get(pk=record.pk)
    assert (same.evidence_hash, same.extract_id) == (record.evidence_hash, record.extract_id)


def test_c8_it_counts_for_days_before_it_came_as_well(add: Callable[..., EvidenceUpload], record: TrainingRecord):
    learner, on = record.learner, TODAY - timedelta(days=5)
    [before] = items_as_of([learner.pk], on=on)
    add()
    [after] = items_as_of([learner.pk], on=on)
    assert (before.status, after.status, after.is_from_register) == ("NON_COMPLIANT", "COMPLIANT", False)


def test_i7_a_second_certificate_is_refused(add: Callable[..., EvidenceUpload]):
    add()
    with pytest.raises(HasProof, match="has its proof already"):
        add(sent=[files.upload(files.png(), "again.png")])
    assert EvidenceUpload.objects.count() == 1


def test_i7_a_record_that_came_with_its_proof_takes_none(add: Callable[..., EvidenceUpload]):
    with pytest.raises(HasProof):
        add(of=TrainingRecordFactory().pk)


def test_i7_a_revoked_record_takes_none(add: Callable[..., EvidenceUpload], record: TrainingRecord):
    RevocationFactory(record=record)
    with pytest.raises(AlreadyRevoked):
        add()
    assert not EvidenceUpload.objects.exists()


def test_i7_there_is_no_such_record(add: Callable[..., EvidenceUpload]):
    with pytest.raises(NotFound):
        add(of=0)


def test_i7_auditors_add_none(add: Callable[..., EvidenceUpload], auditor: User):
    with pytest.raises(NotPermitted):
        add(by=auditor)


def test_i7_nothing_sent(add: Callable[..., EvidenceUpload]):
    with pytest.raises(NothingSent):
        add(sent=[])


def test_i7_a_store_that_fails_leaves_the_record_as_it_was(
    add: Callable[..., EvidenceUpload], record: TrainingRecord, monkeypatch: pytest.MonkeyPatch
):
    recalculate_now(record)

    def fails(**_: Any) -> None:
        raise StoreUnavailable("The evidence store does not work at the moment.")

    monkeypatch.setattr(certificates, "store", fails)
    with pytest.raises(StoreUnavailable):
        add()
    assert not EvidenceUpload.objects.exists()
    assert status(record.learner) == "NON_COMPLIANT"


def test_i7_who_was_faster_is_told_under_the_lock(
    add: Callable[..., EvidenceUpload], record: TrainingRecord, monkeypatch: pytest.MonkeyPatch
):
    """Somebody else adds one while this one is being stored."""
    first, storing = add, store

    def overtaken(**given: Any) -> Any:
        monkeypatch.setattr(certificates, "store", storing)
        first(sent=[files.upload(files.png(), "first.png")])
        return storing(**given)

    monkeypatch.setattr(certificates, "store", overtaken)
    with pytest.raises(HasProof):
        add()
    assert EvidenceUpload.objects.get().original_name == "first.png"


def recalculate_now(record: TrainingRecord) -> None:
    with transaction.atomic():
        recalculate(learner_ids=[record.learner_id], today=TODAY, now=NOW)
