"""Practical sign-offs: competent or not, one or many, revoked, and tried again (V1, V2)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.evidence import store as evidence_store
from learners.evidence.store import StoreUnavailable, list_stored, open_stored
from learners.models import CompetencyRecord, ComplianceItem, EvidenceUpload, Learner, Revocation, TrainingRecord
from learners.policies.sign_offs import AlreadySignedOff, Assessment, HasRecord, NoFurtherAttempt, NotAssessable, Status
from learners.selectors.evidence import sheets_of
from learners.services import competency
from learners.services.competency import open_further_attempt, revoke_sign_off, sign_off
from learners.services.records import AlreadyRevoked
from tests.factories import files
from tests.factories.compliance import asked_of, judge, owes_sign_off
from tests.factories.learners import AssessmentMethodFactory, LearnerFactory, RevocationFactory, TrainingRecordFactory
from training.core.refusals import NotFound, NotPermitted, ReasonMissing, Refusal
from training.models import CourseVersion

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)
TRAINED = date(2026, 2, 1)  # as `owes_sign_off` writes it
ASSESSED = date(2026, 2, 20)


@pytest.fixture
def worker() -> Learner:
    learner: Learner = LearnerFactory(first_name="Oksana", last_name="Kovalenko", badge_id="11156")
    return learner


@pytest.fixture
def version(worker: Learner) -> CourseVersion:
    """A course that is asked of the worker's role before site access, with a practical sign-off."""
    return asked_of(worker, title="Forklift licence", requires_verification=True, validity_months=24)


@pytest.fixture
def pending(worker: Learner, version: CourseVersion) -> CompetencyRecord:
    record = owes_sign_off(worker, version)
    judge(worker, on=TODAY)
    return record


def competent(**fields: Any) -> Assessment:
    method = fields.pop("method", None) or AssessmentMethodFactory()
    return Assessment(**{"result": Status.COMPETENT, "method_id": method.pk, "assessed_on": ASSESSED, **fields})


NOT_COMPETENT = Assessment(result=Status.NOT_COMPETENT, remarks="Forks too high on the ramp")


def decide(
    records: Sequence[CompetencyRecord], assessment: Assessment, by: User, **more: Any
) -> list[CompetencyRecord]:
    return sign_off(record_ids=[each.pk for each in records], assessment=assessment, by=by, now=NOW, **more)


def item_of(record: CompetencyRecord) -> ComplianceItem:
    return ComplianceItem.objects.get(learner=record.learner_id, course=record.course_id)


# Competent


def test_v1_competent_makes_the_passed_record_of_the_day_of_the_training(
    pending: CompetencyRecord, supervisor: User
) -> None:
    method = AssessmentMethodFactory()

    decide([pending], competent(method=method, remarks=" Well done "), supervisor)

    pending.refresh_from_db()
    record = pending.training_record
    assert record is not None
    assert (pending.status, pending.method, pending.assessed_by) == (Status.COMPETENT, method, supervisor)
    assert (pending.assessed_on, pending.assessed_at, pending.remarks) == (ASSESSED, NOW, "Well done")
    assert (record.result, record.completion_date, record.expiry_date) == ("PASSED", TRAINED, date(2028, 2, 1))
    assert (record.learner, record.session, record.course_version) == (
        pending.learner,
        pending.session,
        pending.course_version,
    )
    assert (record.evidence_file_key, record.evidence_hash) == (pending.evidence_file_key, pending.evidence_hash)
    assert (record.course_title, record.trainer_name) == ("Forklift licence", pending.trainer_name)
    assert (record.company_name, record.role_title) == (pending.company_name, pending.role_title)
    assert (record.created_by, record.created_at, record.supersedes) == (supervisor, NOW, None)


@pytest.mark.parametrize("lost", ["None", ""])
def test_v1_a_sign_off_whose_trainer_was_lost_names_that_of_its_finalized_session(
    pending: CompetencyRecord, supervisor: User, lost: str
) -> None:
    CompetencyRecord.objects.filter(pk=pending.pk).update(trainer_name=lost)

    (signed,) = decide([pending], competent(), supervisor)

    assert signed.training_record is not None
    assert signed.training_record.trainer_name == str(pending.session.trainer)


def test_v1_c6_red_becomes_green_at_once(pending: CompetencyRecord, supervisor: User) -> None:
    before = item_of(pending)
    assert (before.status, before.awaiting_verification) == ("NON_COMPLIANT", True)

    decide([pending], competent(), supervisor)

    after = item_of(pending)
    assert (after.status, after.awaiting_verification, after.expiry_date) == ("COMPLIANT", False, date(2028, 2, 1))
    pending.learner.refresh_from_db()
    assert pending.learner.compliance_status == "COMPLIANT"


def test_l2_the_sign_off_of_a_merged_worker_counts_for_the_survivor(
    pending: CompetencyRecord, worker: Learner, supervisor: User
) -> None:
    survivor = LearnerFactory(role=worker.role)
    Learner.objects.filter(pk=worker.pk).update(merged_into=survivor, status=Learner.Status.INACTIVE)
    judge(survivor, on=TODAY)

    decide([pending], competent(), supervisor)

    survivor.refresh_from_db()
    assert survivor.compliance_status == "COMPLIANT"


def test_v1_a_permanent_course_gives_a_record_without_expiry(worker: Learner, supervisor: User) -> None:
    record = owes_sign_off(worker, asked_of(worker, validity_months=0))

    (signed,) = decide([record], competent(), supervisor)

    assert signed.training_record is not None
    assert signed.training_record.expiry_date is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"method_id": None}, "method"),
        ({"assessed_on": None}, "assessed_on"),
        ({"assessed_on": TODAY + timedelta(days=1)}, "assessed_on"),
        ({"assessed_on": TRAINED - timedelta(days=1)}, "assessed_on"),
        ({"method_id": 0}, "method"),
        ({"result": Status.PENDING_VERIFICATION}, "result"),
        ({"result": Status.NOT_COMPETENT, "remarks": " \t"}, "remarks"),
    ],
)
def test_v1_what_is_missing_or_cannot_be_is_refused_at_its_field(
    pending: CompetencyRecord, supervisor: User, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(NotAssessable) as refusal:
        decide([pending], competent(**change), supervisor)

    assert list(refusal.value.errors) == [field]
    pending.refresh_from_db()
    assert pending.status == Status.PENDING_VERIFICATION
    assert not TrainingRecord.objects.exists()


def test_v1_the_days_of_the_training_and_of_today_are_accepted(
    pending: CompetencyRecord, worker: Learner, supervisor: User
) -> None:
    other = owes_sign_off(LearnerFactory(), pending.course_version)

    decide([pending], competent(assessed_on=TRAINED), supervisor)
    decide([other], competent(assessed_on=TODAY), supervisor)

    assert TrainingRecord.objects.count() == 2


def test_a_method_that_is_not_offered_any_more_is_not_chosen_anew(pending: CompetencyRecord, supervisor: User) -> None:
    with pytest.raises(NotAssessable) as refusal:
        decide([pending], competent(method=AssessmentMethodFactory(is_active=False)), supervisor)

    assert "not offered" in refusal.value.errors["method"][0]


# Not competent


def test_v1_not_competent_stays_as_a_failed_attempt_and_makes_no_record(
    pending: CompetencyRecord, supervisor: User
) -> None:
    decide([pending], NOT_COMPETENT, supervisor)

    pending.refresh_from_db()
    assert (pending.status, pending.remarks) == (Status.NOT_COMPETENT, "Forks too high on the ramp")
    assert (pending.assessed_by, pending.assessed_on) == (supervisor, TODAY)
    assert not TrainingRecord.objects.exists()
    assert (item_of(pending).status, item_of(pending).awaiting_verification) == ("NON_COMPLIANT", False)


# Who is too late


@pytest.mark.parametrize(("first", "word"), [(True, "as competent"), (False, "as not competent")])
def test_v1_a_second_sign_off_is_told_who_did_it_and_when(
    pending: CompetencyRecord, supervisor: User, superuser: User, first: bool, word: str
) -> None:
    supervisor.first_name, supervisor.last_name = "Mona", "Haddad"
    supervisor.save()
    decide([pending], competent() if first else NOT_COMPETENT, supervisor)

    with pytest.raises(AlreadySignedOff) as refusal:
        decide([pending], NOT_COMPETENT, superuser)

    assert word in refusal.value.message
    assert "by Mona Haddad on 20 Mar 2026" in refusal.value.message
    assert refusal.value.status == 409
    assert refusal.value.conflict == {
        "kind": "STATE",
        "session_id": pending.session_id,
        "learner_id": pending.learner_id,
    }


def test_v2_a_pass_revoked_before_its_sign_off_leaves_the_queue(
    pending: CompetencyRecord, supervisor: User, superuser: User
) -> None:
    revoke_sign_off(record_id=pending.pk, reason="Slept through it", by=superuser, now=NOW)

    assert not item_of(pending).awaiting_verification
    with pytest.raises(AlreadySignedOff, match=r"revoked by .* on 20 Mar 2026"):
        decide([pending], competent(), supervisor)
    with pytest.raises(NoFurtherAttempt, match="does not count"):
        open_further_attempt(record_id=pending.pk, by=supervisor, now=NOW)


def test_f9_a_record_entered_since_is_not_contradicted(pending: CompetencyRecord, supervisor: User) -> None:
    TrainingRecordFactory(
        learner=pending.learner, session=pending.session, course_version=pending.course_version, provider=None
    )

    with pytest.raises(HasRecord, match=r"Oksana Kovalenko \(11156\) has a record of this session already"):
        decide([pending], competent(), supervisor)


def test_f9_a_revoked_record_of_the_session_is_named_as_replaced(pending: CompetencyRecord, supervisor: User) -> None:
    facts = {"learner": pending.learner, "session": pending.session, "course_version": pending.course_version}
    first = TrainingRecordFactory(**facts, provider=None)
    RevocationFactory(record=first)
    second = TrainingRecordFactory(**facts, provider=None, supersedes=first)
    RevocationFactory(record=second)

    (signed,) = decide([pending], competent(), supervisor)

    assert signed.training_record is not None
    assert signed.training_record.supersedes == second


def test_unknown_sign_offs_are_refused(supervisor: User, superuser: User) -> None:
    unknown = CompetencyRecord(pk=4711)
    for attempt in (
        lambda: decide([unknown], competent(), supervisor),
        lambda: revoke_sign_off(record_id=4711, reason="Wrong", by=superuser, now=NOW),
        lambda: open_further_attempt(record_id=4711, by=supervisor, now=NOW),
    ):
        with pytest.raises(NotFound):
            attempt()


# Many at once


def three(version: CourseVersion) -> list[CompetencyRecord]:
    return [owes_sign_off(LearnerFactory(), version) for _ in range(3)]


def test_v1_many_are_signed_off_alike(version: CourseVersion, supervisor: User) -> None:
    signed = decide(three(version), competent(), supervisor)

    assert {record.status for record in signed} == {Status.COMPETENT}
    assert TrainingRecord.objects.count() == 3
    for record in CompetencyRecord.objects.select_related("training_record"):
        assert record.training_record is not None
        assert record.training_record.learner_id == record.learner_id


def test_v1_one_that_was_signed_off_before_keeps_all_others_waiting_and_is_named(
    version: CourseVersion, supervisor: User
) -> None:
    records = three(version)
    decide(records[1:2], NOT_COMPETENT, supervisor)

    with pytest.raises(AlreadySignedOff) as refusal:
        decide(records, competent(), supervisor)

    assert refusal.value.message.startswith(f"Nobody was signed off. {records[1].learner.name}")
    assert records[0].learner.name not in refusal.value.message
    assert CompetencyRecord.objects.filter(status=Status.PENDING_VERIFICATION).count() == 2
    assert not TrainingRecord.objects.exists()


def test_v1_who_was_trained_after_the_day_of_the_assessment_is_named(version: CourseVersion, supervisor: User) -> None:
    records = three(version)
    CompetencyRecord.objects.filter(pk=records[2].pk).update(training_date=ASSESSED + timedelta(days=1))

    with pytest.raises(NotAssessable) as refusal:
        decide(records, competent(), supervisor)

    (sentence,) = refusal.value.errors["assessed_on"]
    assert records[2].learner.badge_id in sentence
    assert records[0].learner.badge_id not in sentence
    assert not TrainingRecord.objects.exists()


def test_v1_nobody_ticked_is_refused(supervisor: User) -> None:
    with pytest.raises(NotAssessable, match="Tick"):
        decide([], competent(), supervisor)


@pytest.mark.parametrize("number", [1, 3])
def test_a_bulk_takes_as_many_statements_as_one(version: CourseVersion, supervisor: User, number: int) -> None:
    records = three(version)[:number]
    assessment = competent()
    judge(*(record.learner for record in records), on=TODAY)

    with CaptureQueriesContext(connection) as queries:
        decide(records, assessment, supervisor)

    assert len(queries) == 17, [query["sql"][:90] for query in queries]


# The proof


def test_v1_another_proof_file_takes_the_place_of_the_sheet(
    pending: CompetencyRecord, supervisor: User, evidence_dir: Path
) -> None:
    sheet = (pending.evidence_file_key, pending.evidence_hash)
    proof = files.upload(files.pdf(text="Assessment form"), "assessment.pdf")

    (signed,) = decide([pending], competent(), supervisor, proof=[proof])

    record = signed.training_record
    assert record is not None
    upload = EvidenceUpload.objects.get(record=record)
    assert (record.evidence_file_key, record.evidence_hash) == (upload.key, upload.sha256)
    assert (upload.original_name, upload.uploaded_by, upload.session) == ("assessment.pdf", supervisor, None)
    with open_stored(key=upload.key, sha256=upload.sha256) as stored:
        assert stored.read() == files.pdf(text="Assessment form")
    assert sheets_of([record])[record.pk] == [upload]
    assert (signed.evidence_file_key, signed.evidence_hash) == sheet


def test_v1_one_proof_file_serves_all_that_are_signed_off_with_it(
    version: CourseVersion, supervisor: User, evidence_dir: Path
) -> None:
    decide(three(version), competent(), supervisor, proof=[files.upload(files.pdf())])

    assert EvidenceUpload.objects.filter(record__isnull=False).count() == 3
    assert len(list(list_stored())) == 1


def test_e2_when_the_store_is_down_nobody_is_signed_off(
    pending: CompetencyRecord, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_arguments: Any) -> None:
        raise StoreUnavailable("down")

    monkeypatch.setattr(competency, "store", broken)
    with pytest.raises(StoreUnavailable):
        decide([pending], competent(), supervisor, proof=[files.upload(files.pdf())])

    pending.refresh_from_db()
    assert pending.status == Status.PENDING_VERIFICATION


def test_e1_a_proof_that_is_none_is_refused_at_its_field(pending: CompetencyRecord, supervisor: User) -> None:
    with pytest.raises(Refusal) as refusal:
        decide([pending], competent(), supervisor, proof=[files.upload(files.web_page(), "form.pdf")])

    assert list(refusal.value.errors) == ["file"]
    assert refusal.value.status == 415


def test_a_proof_of_what_is_signed_off_already_is_not_even_stored(
    pending: CompetencyRecord, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide([pending], NOT_COMPETENT, supervisor)
    monkeypatch.setattr(evidence_store, "_store", lambda: pytest.fail("the store was asked"))

    with pytest.raises(AlreadySignedOff):
        decide([pending], competent(), supervisor, proof=[files.upload(files.pdf())])


def test_a_proof_of_a_skill_that_was_not_shown_is_refused(pending: CompetencyRecord, supervisor: User) -> None:
    with pytest.raises(NotAssessable) as refusal:
        decide([pending], NOT_COMPETENT, supervisor, proof=[files.upload(files.pdf())])

    assert list(refusal.value.errors) == ["file"]


# Revoking


def test_v2_a_revoked_sign_off_and_its_record_count_for_nothing_and_stay(
    pending: CompetencyRecord, supervisor: User, superuser: User
) -> None:
    (signed,) = decide([pending], competent(), supervisor)

    revoke_sign_off(record_id=pending.pk, reason=" Assessed the wrong person ", by=superuser, now=NOW)

    pending.refresh_from_db()
    assert (pending.status, pending.revoked_at) == (Status.COMPETENT, NOW)
    assert pending.training_record == signed.training_record
    reasons = Revocation.objects.values_list("reason", "revoked_by", "revoked_on")
    assert list(reasons) == [("Assessed the wrong person", superuser.pk, TODAY)] * 2
    assert item_of(pending).status == "NON_COMPLIANT"


def test_v2_a_record_that_was_revoked_by_itself_keeps_its_own_reason(
    pending: CompetencyRecord, supervisor: User, superuser: User
) -> None:
    (signed,) = decide([pending], competent(), supervisor)
    assert signed.training_record is not None
    RevocationFactory(record=signed.training_record, reason="Wrong day")

    revoke_sign_off(record_id=pending.pk, reason="Wrong person", by=superuser, now=NOW)

    assert Revocation.objects.get(record=signed.training_record).reason == "Wrong day"
    assert Revocation.objects.get(competency_record=pending).reason == "Wrong person"


def test_v2_revoking_needs_a_reason_and_a_superuser_and_happens_once(
    pending: CompetencyRecord, supervisor: User, superuser: User
) -> None:
    decide([pending], competent(), supervisor)

    with pytest.raises(NotPermitted):
        revoke_sign_off(record_id=pending.pk, reason="Wrong person", by=supervisor, now=NOW)
    with pytest.raises(ReasonMissing) as refusal:
        revoke_sign_off(record_id=pending.pk, reason=" \n", by=superuser, now=NOW)
    assert list(refusal.value.errors) == ["reason"]
    assert not Revocation.objects.exists()
    revoke_sign_off(record_id=pending.pk, reason="Wrong person", by=superuser, now=NOW)
    with pytest.raises(AlreadyRevoked, match=r"on 20 Mar 2026"):
        revoke_sign_off(record_id=pending.pk, reason="Wrong person", by=superuser, now=NOW)


# Further attempts


@pytest.mark.parametrize("first", ["not competent", "revoked sign-off", "revoked failure"])
def test_v2_a_further_attempt_stands_in_the_queue_with_the_facts_of_the_first(
    pending: CompetencyRecord, supervisor: User, superuser: User, first: str
) -> None:
    decide([pending], competent() if first == "revoked sign-off" else NOT_COMPETENT, supervisor)
    if first != "not competent":
        revoke_sign_off(record_id=pending.pk, reason="Wrong person", by=superuser, now=NOW)

    further = open_further_attempt(record_id=pending.pk, by=supervisor, now=NOW)

    further.refresh_from_db()
    assert (further.attempt, further.status, further.created_by) == (2, Status.PENDING_VERIFICATION, supervisor)
    for field in (
        "learner_id",
        "course_version_id",
        "session_id",
        "training_date",
        "trainer_name",
        "company_name",
        "role_title",
        "evidence_file_key",
        "evidence_hash",
    ):
        assert getattr(further, field) == getattr(pending, field), field
    assert item_of(pending).awaiting_verification


def test_v2_f9_the_record_of_the_further_attempt_replaces_the_revoked_one(
    pending: CompetencyRecord, supervisor: User, superuser: User
) -> None:
    (signed,) = decide([pending], competent(), supervisor)
    revoke_sign_off(record_id=pending.pk, reason="Wrong method", by=superuser, now=NOW)
    further = open_further_attempt(record_id=pending.pk, by=supervisor, now=NOW)

    (again,) = decide([further], competent(), supervisor)

    assert again.training_record is not None
    assert again.training_record.supersedes == signed.training_record
    assert item_of(pending).proof == again.training_record


def test_v2_there_is_no_further_attempt_beside_one_that_counts(pending: CompetencyRecord, supervisor: User) -> None:
    with pytest.raises(NoFurtherAttempt, match="Attempt 1 is open already"):
        open_further_attempt(record_id=pending.pk, by=supervisor, now=NOW)
    decide([pending], NOT_COMPETENT, supervisor)
    further = open_further_attempt(record_id=pending.pk, by=supervisor, now=NOW)
    with pytest.raises(NoFurtherAttempt, match="Attempt 2 is open already"):
        open_further_attempt(record_id=pending.pk, by=supervisor, now=NOW)
    decide([further], competent(), supervisor)
    with pytest.raises(NoFurtherAttempt, match="Attempt 2 is signed off as competent"):
        open_further_attempt(record_id=pending.pk, by=supervisor, now=NOW)


def test_f9_there_is_no_further_attempt_beside_a_record_that_counts(
    pending: CompetencyRecord, supervisor: User
) -> None:
    decide([pending], NOT_COMPETENT, supervisor)
    TrainingRecordFactory(
        learner=pending.learner,
        session=pending.session,
        course_version=pending.course_version,
        provider=None,
        result="FAILED",
        expiry_date=None,
    )

    with pytest.raises(HasRecord, match="failed"):
        open_further_attempt(record_id=pending.pk, by=supervisor, now=NOW)


# Who


def test_only_who_may_signs_off(pending: CompetencyRecord, auditor: User, trainer_user: User) -> None:
    for person in (auditor, trainer_user):
        with pytest.raises(NotPermitted):
            decide([pending], competent(), person)
        with pytest.raises(NotPermitted):
            open_further_attempt(record_id=pending.pk, by=person, now=NOW)
