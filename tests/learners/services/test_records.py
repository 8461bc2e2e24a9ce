"""R2, F6: a record is revoked with a reason, stays, and counts for nothing."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User

from learners.models import ComplianceItem, Revocation, TrainingRecord
from learners.services.compliance import recalculate
from learners.services.records import AlreadyRevoked, revoke_record
from tests.factories.learners import LearnerFactory, RoleRequirementFactory, TrainingRecordFactory
from training.core.refusals import NotFound, NotPermitted, ReasonMissing

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # on the site it is the 3rd already
TODAY = date(2026, 3, 3)


@pytest.fixture
def record(db: None) -> TrainingRecord:
    """The proof that keeps a worker green."""
    record = TrainingRecordFactory()
    RoleRequirementFactory(role=record.learner.role, course=record.course)
    recalculate(learner_ids=[record.learner_id], today=TODAY, now=NOW)
    return record


def test_r2_f6_revoking_keeps_the_record_and_compliance_follows_at_once(
    record: TrainingRecord, superuser: User
) -> None:
    assert ComplianceItem.objects.get().status == "COMPLIANT"
    revocation = revoke_record(record_id=record.pk, reason=" Signed by somebody else ", by=superuser, now=NOW)
    assert (revocation.reason, revocation.revoked_at, revocation.revoked_on, revocation.revoked_by) == (
        "Signed by somebody else",
        NOW,
        TODAY,
        superuser,
    )
    item = ComplianceItem.objects.get()
    assert (item.status, item.proof, item.expiry_date) == ("NON_COMPLIANT", None, None)
    assert TrainingRecord.objects.get() == record


def test_c2_an_older_record_counts_when_the_newer_one_is_revoked(record: TrainingRecord, superuser: User) -> None:
    older = TrainingRecordFactory(
        learner=record.learner, course_version=record.course_version, expiry_date=date(2026, 9, 1)
    )
    revoke_record(record_id=record.pk, reason="Wrong person", by=superuser, now=NOW)
    item = ComplianceItem.objects.get()
    assert (item.status, item.proof) == ("COMPLIANT", older)


def test_r2_revoking_needs_a_reason(record: TrainingRecord, superuser: User) -> None:
    for blank in ("", "  ", "\n\t"):
        with pytest.raises(ReasonMissing) as refused:
            revoke_record(record_id=record.pk, reason=blank, by=superuser, now=NOW)
        assert list(refused.value.errors) == ["reason"]
    assert not Revocation.objects.exists()


def test_r2_once_is_enough(record: TrainingRecord, superuser: User) -> None:
    revoke_record(record_id=record.pk, reason="Wrong person", by=superuser, now=NOW)
    with pytest.raises(AlreadyRevoked) as refused:
        revoke_record(record_id=record.pk, reason="Again", by=superuser, now=NOW)
    assert refused.value.message == (f"This record was revoked already, by {superuser.get_full_name()} on 3 Mar 2026.")
    with pytest.raises(NotFound):
        revoke_record(record_id=0, reason="Nothing", by=superuser, now=NOW)


@pytest.mark.parametrize("kind", ["supervisor", "auditor", "trainer_user"])
def test_f6_only_superusers_revoke(record: TrainingRecord, kind: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotPermitted):
        revoke_record(record_id=record.pk, reason="Wrong", by=request.getfixturevalue(kind), now=NOW)
    assert not Revocation.objects.exists()


def test_revoking_for_a_worker_who_never_had_an_answer_gives_all_of_them(superuser: User) -> None:
    learner = LearnerFactory()
    other = RoleRequirementFactory(role=learner.role)
    record = TrainingRecordFactory(learner=learner)
    revoke_record(record_id=record.pk, reason="Wrong person", by=superuser, now=NOW)
    assert ComplianceItem.objects.get().course == other.course
