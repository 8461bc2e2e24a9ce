"""R1: training given elsewhere is recorded by hand, with its certificate."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from django.contrib.auth.models import User
from django.core.files.base import File

from learners.evidence.incoming import EvidenceNotAccepted, NothingSent
from learners.evidence.store import StoreUnavailable
from learners.models import ComplianceItem, EvidenceUpload, Learner, TrainingRecord
from learners.policies.records import CompletionAhead, ExpiryOfFailed, ExpiryTooEarly
from learners.selectors.evidence import sheets_of
from learners.services import external_records
from learners.services.compliance import recalculate
from learners.services.external_records import (
    ExternalTraining,
    IsMerged,
    NotOffered,
    RecordedAlready,
    record_external,
)
from learners.services.records import revoke_record
from tests.factories import files
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CompanyFactory, CourseFactory, CourseVersionFactory
from training.core.refusals import NotFound, NotPermitted, Refusal
from training.models import Company, CourseVersion

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # on the site it is the 3rd already
TODAY = date(2026, 3, 3)

pytestmark = pytest.mark.usefixtures("evidence_dir")


@pytest.fixture
def version(db: None) -> CourseVersion:
    version: CourseVersion = CourseVersionFactory(validity_months=24)
    return version


@pytest.fixture
def learner(version: CourseVersion) -> Learner:
    """Somebody whose role asks for the course, which they do not have."""
    learner: Learner = LearnerFactory()
    RoleRequirementFactory(role=learner.role, course=version.course)
    recalculate(learner_ids=[learner.pk], today=TODAY, now=NOW)
    return learner


@pytest.fixture
def provider(db: None) -> Company:
    provider: Company = CompanyFactory(name="Rescue Academy")
    return provider


@pytest.fixture
def record(learner: Learner, version: CourseVersion, provider: Company, supervisor: User) -> Callable[..., Any]:
    """Records the certificate, but for what is said otherwise."""

    def run(*, sent: list[File] | None = None, by: User = supervisor, of: int = learner.pk, **other: Any) -> Any:
        training = {
            "course_id": version.course_id,
            "provider_id": provider.pk,
            "completion_date": date(2026, 2, 1),
            "expiry_date": date(2028, 2, 1),
            "result": "PASSED",
            "comments": " No. 4711 ",
            **other,
        }
        proof = [files.upload(files.pdf(), "certificate.pdf")] if sent is None else sent
        return record_external(learner_id=of, training=cast(ExternalTraining, training), files=proof, by=by, now=NOW)

    return run


def test_r1_a_certificate_becomes_a_passed_record_and_compliance_follows_at_once(
    record: Callable[..., TrainingRecord], learner: Learner, version: CourseVersion, provider: Company, supervisor: User
) -> None:
    assert ComplianceItem.objects.get().status == "NON_COMPLIANT"

    made = record()

    made.refresh_from_db()
    assert (made.learner, made.course, made.course_version) == (learner, version.course, version)
    assert (made.completion_date, made.expiry_date, made.result) == (date(2026, 2, 1), date(2028, 2, 1), "PASSED")
    assert (made.provider, made.session, made.comments) == (provider, None, "No. 4711")
    assert (made.course_title, made.trainer_name) == (version.title, "")
    assert (made.company_name, made.role_title) == (learner.company.name, learner.role.title)
    assert (made.created_by, made.created_at) == (supervisor, NOW)
    item = ComplianceItem.objects.get()
    assert (item.status, item.proof, item.expiry_date) == ("COMPLIANT", made, date(2028, 2, 1))


def test_r1_the_proof_is_stored_and_found_behind_the_record(
    record: Callable[..., TrainingRecord], evidence_dir: Path
) -> None:
    made = record()
    (upload,) = sheets_of([made])[made.pk]
    assert (upload.record, upload.session, upload.original_name) == (made, None, "certificate.pdf")
    assert (upload.key, upload.sha256) == (made.evidence_file_key, made.evidence_hash)
    assert (evidence_dir / upload.key).read_bytes() == files.pdf()


def test_r1_e7_several_photographs_become_one_pdf(record: Callable[..., TrainingRecord]) -> None:
    made = record(sent=[files.upload(files.jpeg(text=side), f"{side}.jpg") for side in ("front", "back")])
    upload = made.evidence_uploads.get()
    assert (upload.content_type, upload.pages, upload.original_name) == ("application/pdf", 2, "front.jpg, back.jpg")


def test_r1_a_past_expiry_is_accepted_and_counts_as_expired(record: Callable[..., TrainingRecord]) -> None:
    made = record(completion_date=date(2024, 3, 2), expiry_date=date(2026, 3, 2))
    item = ComplianceItem.objects.get()
    assert (item.status, item.proof, item.expiry_date) == ("NON_COMPLIANT", made, date(2026, 3, 2))


def test_r1_no_expiry_is_for_good(record: Callable[..., TrainingRecord]) -> None:
    record(expiry_date=None)
    item = ComplianceItem.objects.get()
    assert (item.status, item.expiry_date, item.holds_until) == ("COMPLIANT", None, None)


def test_r1_completed_today_by_the_sites_date_is_not_in_the_future(record: Callable[..., TrainingRecord]) -> None:
    assert record(completion_date=TODAY).completion_date == TODAY


def test_r1_employer_and_role_are_those_of_that_day(record: Callable[..., TrainingRecord], learner: Learner) -> None:
    then = (learner.company.name, learner.role.title)
    learner.company, learner.role = CompanyFactory(), RoleFactory()
    learner.save()
    made = record(completion_date=date(2025, 5, 1))
    assert (made.company_name, made.role_title) == then


@pytest.mark.parametrize(
    ("other", "refusal", "field"),
    [
        ({"completion_date": date(2026, 3, 4)}, CompletionAhead, "completion_date"),
        ({"expiry_date": date(2026, 1, 31)}, ExpiryTooEarly, "expiry_date"),
        ({"course_id": 0}, NotOffered, "course"),
        ({"provider_id": 0}, NotOffered, "provider"),
        ({"sent": []}, NothingSent, "file"),
        ({"sent": [files.upload(b"Hello", "certificate.pdf")]}, EvidenceNotAccepted, "file"),
    ],
)
def test_r1_what_is_wrong_is_named_and_nothing_is_written(
    record: Callable[..., TrainingRecord], other: dict[str, Any], refusal: type[Refusal], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        record(**other)
    assert list(refused.value.errors) == [field]
    assert not TrainingRecord.objects.exists()
    assert not EvidenceUpload.objects.exists()


def test_r1_only_published_courses_and_active_companies_are_offered(
    record: Callable[..., TrainingRecord], provider: Company
) -> None:
    unpublished = CourseFactory()
    with pytest.raises(NotOffered):
        record(course_id=unpublished.pk)
    Company.objects.filter(pk=provider.pk).update(is_active=False)
    with pytest.raises(NotOffered):
        record()


def test_r1_the_same_form_sent_twice_makes_one_record(
    record: Callable[..., TrainingRecord], supervisor: User, superuser: User
) -> None:
    first = record()
    with pytest.raises(RecordedAlready) as refused:
        record(sent=[files.upload(files.jpeg(), "photo.jpg")], expiry_date=date(2027, 2, 1))
    assert refused.value.message == (
        f"{first.course_title} of 1 Feb 2026 was recorded already, by {supervisor.get_full_name()} on "
        "3 Mar 2026 00:30. If that record is wrong, have an administrator revoke it first."
    )
    revoke_record(record_id=first.pk, reason="Wrong expiry", by=superuser, now=NOW)
    assert record(expiry_date=date(2027, 2, 1)).expiry_date == date(2027, 2, 1)


def test_r1_l2_a_merged_badge_takes_no_records_and_its_own_count_as_the_persons(
    record: Callable[..., TrainingRecord], learner: Learner
) -> None:
    badge = LearnerFactory()
    record(of=badge.pk)
    Learner.objects.filter(pk=badge.pk).update(merged_into=learner, status="INACTIVE")
    with pytest.raises(IsMerged):
        record(of=badge.pk, completion_date=date(2026, 1, 1))
    with pytest.raises(RecordedAlready):
        record()


def test_r1_nobody_unknown(record: Callable[..., TrainingRecord]) -> None:
    with pytest.raises(NotFound):
        record(of=0)


@pytest.mark.parametrize("kind", ["auditor", "trainer_user"])
def test_r1_only_supervisors_enter_external_records(
    record: Callable[..., TrainingRecord], kind: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotPermitted):
        record(by=request.getfixturevalue(kind))


def test_e2_a_store_that_fails_leaves_no_record(
    record: Callable[..., TrainingRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: Any) -> None:
        raise StoreUnavailable("The evidence store does not work at the moment.")

    monkeypatch.setattr(external_records, "store", fails)
    with pytest.raises(StoreUnavailable):
        record()
    assert not TrainingRecord.objects.exists()


def test_r1_a_fail_is_recorded_and_grants_nothing(record: Callable[..., TrainingRecord], learner: Learner):
    made = record(result="FAILED", expiry_date=None)
    assert (made.result, made.expiry_date) == ("FAILED", None)
    assert not ComplianceItem.objects.filter(learner=learner, status="COMPLIANT").exists()


def test_r1_a_fail_has_no_last_day(record: Callable[..., TrainingRecord]):
    with pytest.raises(ExpiryOfFailed) as refused:
        record(result="FAILED")
    assert [*refused.value.errors] == ["expiry_date"]
    assert not TrainingRecord.objects.exists()
