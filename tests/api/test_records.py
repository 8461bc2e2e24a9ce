"""Records, sign-offs, corrections and merges over HTTP: the same services, refused in the same words."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from learners.models import Learner, TrainingRecord
from tests.factories import files
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import (
    AssessmentMethodFactory,
    CompetencyRecordFactory,
    EvidenceUploadFactory,
    LearnerFactory,
    RegisterExtractFactory,
    RegisterImportFactory,
    RegisterRecordFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CompanyFactory, CourseVersionFactory
from training.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

RECORDS = "/api/v1/training/records"
COMPETENCY = "/api/v1/competency"
JSON = "application/json"


@pytest.fixture
def as_superuser_program(program_of: Callable[[User], Client], superuser: User) -> Client:
    return program_of(superuser)


def certificate(**changes: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "learnerId": LearnerFactory().pk,
        "courseId": CourseVersionFactory().course_id,
        "providerId": CompanyFactory().pk,
        "completionDate": f"{today - timedelta(days=30)}",
        "expiryDate": f"{today - timedelta(days=1)}",
        **changes,
    }


def send(client: Client, data: Any, content: bytes | None = None) -> Any:
    text = data if isinstance(data, str) else json.dumps(data)
    return client.post(RECORDS, {"file": files.upload(content or files.pdf(), "proof.pdf"), "data": text})


def test_r1_who_did_not_pass_has_a_record_without_a_last_day(as_planner: Client):
    made = send(as_planner, certificate(result="FAILED", expiryDate=None))
    assert (made.status_code, made.json()["result"], made.json()["expiryDate"]) == (201, "FAILED", None)

    refused = send(as_planner, certificate(result="FAILED"))
    assert refused.status_code == 400
    assert "valid on no day" in refused.content.decode()


def test_i7_a_record_says_from_which_register_it_came_and_the_list_is_narrowed_by_it(as_planner: Client):
    of = RegisterImportFactory(register="Matrix 2024", import_number=12)
    extract = RegisterExtractFactory(register_import=of, sheet="Matrix", row=27)
    waiting = RegisterRecordFactory(register_import=of, extract=extract, is_calculated=True)
    certified = RegisterRecordFactory(register_import=of)
    EvidenceUploadFactory(record=certified)
    by_hand = TrainingRecordFactory()

    found = {each["id"]: each for each in as_planner.get(RECORDS).json()["items"]}
    told = {"name": "Matrix 2024", "importNumber": 12, "sheet": "Matrix", "row": 27, "hasCertificate": False}
    assert (found[waiting.pk]["fromRegister"], found[waiting.pk]["calculated"]) == (told, True)
    assert found[certified.pk]["fromRegister"]["hasCertificate"]
    assert (found[by_hand.pk]["fromRegister"], found[by_hand.pk]["calculated"]) == (None, False)

    def narrowed(query: str) -> set[int]:
        return {each["id"] for each in as_planner.get(f"{RECORDS}?{query}").json()["items"]}

    assert narrowed("withoutCertificate=true") == {waiting.pk}
    assert narrowed("fromRegister=true") == {waiting.pk, certified.pk}
    assert narrowed("fromRegister=false") == {by_hand.pk}


def test_r1_an_external_record_comes_with_its_certificate_and_may_have_expired(as_planner: Client):
    facts = certificate()

    made = send(as_planner, facts)

    assert made.status_code == 201
    record = made.json()
    assert (record["learnerId"], record["expiryDate"]) == (facts["learnerId"], facts["expiryDate"])
    assert (record["sessionId"], record["revoked"], record["supersedes"]) == (None, None, None)
    assert record["evidence"]["sha256"] == TrainingRecord.objects.get(pk=record["id"]).evidence_hash
    again = send(as_planner, facts)
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"completionDate": f"{timezone.localdate() + timedelta(days=2)}"}, "completionDate"),
        ({"completionDate": "2026-02-30"}, "completionDate"),
        ({"courseId": 999_999_999}, "courseId"),
        ({"providerId": 999_999_999}, "providerId"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_r1_what_cannot_be_is_refused_at_its_field(as_planner: Client, changes: dict[str, Any], field: str):
    refused = send(as_planner, certificate(**changes))

    assert refused.status_code == 400
    assert field in refused.content.decode()
    assert not TrainingRecord.objects.exists()


@pytest.mark.parametrize("data", ["", "no json", "[]", "null", '{"learnerId": 1'])
def test_r1_data_that_is_no_object_is_a_problem(as_planner: Client, data: str):
    refused = send(as_planner, data)

    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"


def test_r1_a_proof_that_is_none_is_refused(as_planner: Client):
    assert send(as_planner, certificate(), b"<html>").status_code == 415


def test_v1_many_are_signed_off_or_none(as_planner: Client):
    first, second = CompetencyRecordFactory.create_batch(2)
    signed = {"status": "COMPETENT", "methodId": AssessmentMethodFactory().pk, "assessedOn": "2026-03-05"}
    missing = {"recordIds": [first.pk, 999_999_999], **signed}
    assert as_planner.post(f"{COMPETENCY}/bulk-verify", missing, JSON).status_code == 404
    assert not TrainingRecord.objects.exists()

    done = as_planner.post(f"{COMPETENCY}/bulk-verify", {"recordIds": [first.pk, second.pk], **signed}, JSON)

    assert done.status_code == 200
    assert [each["status"] for each in done.json()["items"]] == ["COMPETENT", "COMPETENT"]
    assert all(each["trainingRecordId"] for each in done.json()["items"])
    again = as_planner.patch(f"{COMPETENCY}/{first.pk}/verify", signed, JSON)
    assert again.status_code == 409
    assert as_planner.get(f"{COMPETENCY}/pending").json()["count"] == 0


def test_v1_each_result_says_what_it_lacks(as_planner: Client):
    address = f"{COMPETENCY}/{CompetencyRecordFactory().pk}/verify"

    competent = as_planner.patch(address, {"status": "COMPETENT"}, JSON)
    not_competent = as_planner.patch(address, {"status": "NOT_COMPETENT"}, JSON)

    assert competent.status_code == not_competent.status_code == 400
    assert set(competent.json()["errors"]) == {"methodId", "assessedOn"}
    assert set(not_competent.json()["errors"]) == {"remarks"}


def test_v2_a_failed_attempt_is_repeated_and_a_sign_off_revoked(as_planner: Client, as_superuser_program: Client):
    record = CompetencyRecordFactory()
    failed = {"status": "NOT_COMPETENT", "remarks": "Forks too high"}
    assert as_planner.patch(f"{COMPETENCY}/{record.pk}/verify", failed, JSON).json()["remarks"] == "Forks too high"

    further = as_planner.post(f"{COMPETENCY}/{record.pk}/new-attempt")

    assert further.status_code == 201
    assert (further.json()["attempt"], further.json()["status"]) == (2, "PENDING_VERIFICATION")
    assert as_planner.post(f"{COMPETENCY}/{record.pk}/new-attempt").status_code == 409
    address = f"{COMPETENCY}/{further.json()['id']}/revoke"
    assert as_superuser_program.post(address, {"reason": " "}, JSON).status_code == 400
    assert as_superuser_program.post(address, {"reason": "Wrong person"}, JSON).status_code == 200
    assert as_planner.get(f"{COMPETENCY}/pending").json()["count"] == 0


@pytest.fixture
def finalized(as_planner: Client) -> Session:
    content = files.pdf()
    session, _attendees = session_ready_to_finalize()
    assert as_planner.post(
        f"/api/v1/training/sessions/{session.pk}/evidence", {"file": files.upload(content, "sheet.pdf")}
    ).status_code == 201  # fmt: skip
    assert as_planner.post(f"/api/v1/training/sessions/{session.pk}/finalize").status_code == 200
    return session


def test_f9_a_wrong_pass_is_corrected_and_what_stood_is_revoked(finalized: Session, as_superuser_program: Client):
    record = TrainingRecord.objects.filter(session=finalized).latest("pk")
    address = f"/api/v1/training/sessions/{finalized.pk}/corrections"
    wrong = {"learnerId": record.learner_id, "result": "FAILED", "reason": "Failed the test"}
    assert as_superuser_program.post(address, wrong, JSON).status_code == 409  # a record stands that was not named

    made = as_superuser_program.post(address, {**wrong, "supersedes": record.pk}, JSON)

    assert made.status_code == 201
    assert made.json()["competencyRecord"] is None
    assert made.json()["record"]["supersedes"] == record.pk
    assert (made.json()["record"]["result"], made.json()["record"]["expiryDate"]) == ("FAILED", None)
    record.refresh_from_db()
    assert record.revocation.reason == "Failed the test"


def test_f9_where_the_skill_is_checked_a_pass_waits_for_its_sign_off(as_planner: Client, as_superuser_program: Client):
    version = CourseVersionFactory(requires_verification=True)
    session, (attendee, *_others) = session_ready_to_finalize(course=version.course, course_version=version)
    assert as_planner.post(f"/api/v1/training/sessions/{session.pk}/finalize").status_code == 200
    newcomer = LearnerFactory()
    body = {"learnerId": newcomer.pk, "result": "PASSED", "reason": "Was there, not on the list"}

    made = as_superuser_program.post(f"/api/v1/training/sessions/{session.pk}/corrections", body, JSON)

    assert made.status_code == 201
    assert made.json()["record"] is None
    assert made.json()["competencyRecord"]["status"] == "PENDING_VERIFICATION"
    assert attendee.learner_id != newcomer.pk


def test_e6_a_correcting_sheet_comes_beside_the_first(finalized: Session, as_superuser_program: Client):
    address = f"/api/v1/training/sessions/{finalized.pk}/evidence-corrections"

    without_reason = as_superuser_program.post(address, {"file": files.upload(files.png(), "s.png"), "reason": " "})
    made = as_superuser_program.post(address, {"file": files.upload(files.png(), "s.png"), "reason": "Page 2"})

    assert without_reason.status_code == 400
    assert made.status_code == 201
    assert made.json()["contentType"] == "image/png"
    assert finalized.evidence_uploads.filter(reason="Page 2", corrects__isnull=False).count() == 1


def test_l2_a_merged_badge_answers_as_the_worker_it_went_into(as_superuser_program: Client, as_planner: Client):
    facts = certificate()
    assert send(as_planner, facts).status_code == 201
    survivor: Learner = LearnerFactory()
    address = f"/api/v1/learners/{facts['learnerId']}"

    merged = as_superuser_program.post(f"{address}/merge", {"into": survivor.pk, "reason": "Two badges"}, JSON)

    assert merged.status_code == 200
    assert merged.json()["id"] == survivor.pk
    assert as_planner.get(address).json()["badgeId"] == survivor.badge_id
    assert as_planner.get(RECORDS, {"learnerId": survivor.pk}).json()["count"] == 1
    again = as_superuser_program.post(f"{address}/merge", {"into": survivor.pk, "reason": "Once more"}, JSON)
    assert again.status_code == 409


@pytest.mark.parametrize("name", files.UNUSABLE_NAMES)
def test_e1_a_name_that_cannot_be_used_is_named_as_the_fault(
    name: bytes, finalized: Session, as_superuser_program: Client
) -> None:
    """Here the field before the file has arrived too: it is not what is missing."""
    address = f"/api/v1/training/sessions/{finalized.pk}/evidence-corrections"
    answer = as_superuser_program.post(
        address, files.upload_named(name), content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["file"]
    assert "The name of the file cannot be used" in answer.json()["detail"]
