"""F9, F6: a superuser puts right what a finalized session says of a worker; nothing is erased."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from attendance.models import SessionAttendee
from attendance.policies.corrections import NotFinalized, NothingToCorrect, Result, Seen
from attendance.selectors.corrections import standing_of
from attendance.services.corrections import OtherBadge, correct_record
from attendance.services.finalize import finalize_session
from learners.models import CompetencyRecord, ComplianceItem, Learner, Revocation, TrainingRecord
from learners.policies.sign_offs import Assessment
from learners.services.competency import sign_off
from learners.services.compliance import recalculate
from learners.services.records import revoke_record
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import (
    HASH,
    KEY,
    AssessmentMethodFactory,
    LearnerFactory,
    RoleFactory,
    RoleRequirementFactory,
)
from tests.factories.training import CompanyFactory, CourseVersionFactory
from tests.integrity import check_integrity
from training.core.refusals import NotFound, NotPermitted, ReasonMissing, Refusal, Stale
from training.models import CourseVersion, Session

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FINALIZED = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)
PASSED, FAILED = Result.PASSED, Result.FAILED

pytestmark = pytest.mark.django_db


def finalized(by: User, *, learners: list[Learner] | None = None, **version: Any) -> Session:
    """Return a finalized session of 2 March with a worker who passed and one who is green by it; see `passed_by`."""
    taught: CourseVersion = CourseVersionFactory(**version)
    session, attendees = session_ready_to_finalize(
        learners=learners,
        course_version=taught,
        course=taught.course,
        start_time=START,
        end_time=START + timedelta(hours=4),
    )
    for attendee in attendees:
        RoleRequirementFactory(role=attendee.learner.role, course=taught.course)
    recalculate(learner_ids=[each.learner_id for each in attendees], today=TODAY, now=FINALIZED)
    finalize_session(session_id=session.pk, by=by, now=FINALIZED)
    return Session.objects.get(pk=session.pk)


def passed_by(session: Session) -> Learner:
    learner: Learner = session.attendees.order_by("line")[0].learner
    return learner


def correct(session: Session, learner: Learner, result: Result, by: User, **other: Any) -> Any:
    """Correct what stands now, which the person sees."""
    seen = standing_of(session, learner.pk).seen
    facts: dict[str, Any] = {"seen": seen, "reason": "The scan was misread", "by": by, "now": NOW, **other}
    return correct_record(session_id=session.pk, learner_id=learner.pk, result=result, **facts)


def item_of(learner: Learner) -> ComplianceItem:
    return ComplianceItem.objects.get(learner=learner)


def test_f9_a_wrongly_passed_worker_failed_and_both_records_stay(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor)
    learner = passed_by(session)
    wrong = learner.records.get()
    assert item_of(learner).status == "COMPLIANT"

    right = correct(session, learner, FAILED, superuser)

    assert (right.result, right.expiry_date, right.supersedes, right.comments) == (
        "FAILED",
        None,
        wrong,
        "The scan was misread",
    )
    assert (right.course_version, right.completion_date) == (wrong.course_version, date(2026, 3, 2))
    assert (right.evidence_file_key, right.evidence_hash) == (KEY, HASH)
    assert (right.created_by, right.created_at) == (superuser, NOW)
    revocation = Revocation.objects.get(record=wrong)
    assert (revocation.reason, revocation.revoked_by) == ("The scan was misread", superuser)
    assert item_of(learner).status == "NON_COMPLIANT"
    check_integrity(today=TODAY, now=NOW)


def test_f9_a_wrongly_failed_worker_passed_with_the_expiry_of_the_sessions_version(
    supervisor: User, superuser: User
) -> None:
    session = finalized(supervisor, validity_months=24)
    learner = passed_by(session)
    correct(session, learner, FAILED, superuser)
    right = correct(session, learner, PASSED, superuser, reason="It was right after all")
    assert (right.expiry_date, right.supersedes.result) == (date(2028, 3, 2), "FAILED")
    assert list(learner.records.order_by("pk").values_list("result", flat=True)) == ["PASSED", "FAILED", "PASSED"]
    assert (item_of(learner).status, item_of(learner).proof) == ("COMPLIANT", right)


def test_f9_a_new_version_of_the_course_does_not_matter(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor)
    assert session.course_version
    CourseVersion.objects.filter(pk=session.course_version.pk).update(status="ARCHIVED")
    CourseVersionFactory(course=session.course, number=2, validity_months=1)
    right = correct(session, passed_by(session), FAILED, superuser)
    assert right.course_version == session.course_version


def test_f9_who_was_not_listed_gets_a_record_with_what_they_were_on_that_day(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor)
    learner = LearnerFactory()
    then = (learner.company.name, learner.role.title)
    learner.company, learner.role = CompanyFactory(), RoleFactory()
    learner.save()
    right = correct(session, learner, PASSED, superuser)
    assert (right.session, right.supersedes, right.result) == (session, None, "PASSED")
    assert (right.company_name, right.role_title) == then
    assert not SessionAttendee.objects.filter(learner=learner).exists()
    check_integrity(today=TODAY, now=NOW)


def test_f9_r3_who_was_marked_present_keeps_employer_and_role_of_the_list(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor)
    learner = passed_by(session)
    before = learner.records.get()
    learner.company = CompanyFactory()
    learner.save()
    right = correct(session, learner, FAILED, superuser)
    assert (right.company_name, right.role_title) == (before.company_name, before.role_title)


def test_f9_a_record_that_was_revoked_before_is_named(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor)
    learner = passed_by(session)
    wrong = learner.records.get()
    revoke_record(record_id=wrong.pk, reason="Wrong person", by=superuser, now=NOW)
    assert correct(session, learner, FAILED, superuser).supersedes == wrong


@pytest.mark.parametrize("names_it", [True, False])
def test_f9_the_revoked_record_may_be_named_or_not(supervisor: User, superuser: User, names_it: bool) -> None:
    session = finalized(supervisor)
    learner = passed_by(session)
    wrong = learner.records.get()
    revoke_record(record_id=wrong.pk, reason="Wrong person", by=superuser, now=NOW)
    seen = Seen(record_id=wrong.pk) if names_it else Seen()
    assert correct(session, learner, FAILED, superuser, seen=seen).supersedes == wrong


# Courses with a practical sign-off (F2, V1)


def test_f9_f2_a_pass_waits_for_its_sign_off_which_then_names_the_revoked_record(
    supervisor: User, superuser: User
) -> None:
    session = finalized(supervisor, requires_verification=True)
    learner = passed_by(session)
    (failed,) = [correct(session, learner, FAILED, superuser)]

    waiting = correct(session, learner, PASSED, superuser, reason="Failed by mistake")

    assert (waiting.status, waiting.attempt, waiting.remarks) == ("PENDING_VERIFICATION", 2, "Failed by mistake")
    assert (waiting.training_date, waiting.evidence_hash) == (date(2026, 3, 2), HASH)
    assert Revocation.objects.filter(record=failed).exists()
    assert item_of(learner).awaiting_verification
    assessment = Assessment(
        result=CompetencyRecord.Status.COMPETENT, method_id=AssessmentMethodFactory().pk, assessed_on=TODAY
    )
    sign_off(record_ids=[waiting.pk], assessment=assessment, by=supervisor, now=NOW)
    assert learner.records.get(result="PASSED").supersedes == failed
    check_integrity(today=TODAY, now=NOW)


def test_f9_a_pass_that_waits_is_revoked_by_a_fail(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor, requires_verification=True)
    learner = passed_by(session)
    waiting = learner.competency_records.get()
    right = correct(session, learner, FAILED, superuser)
    waiting.refresh_from_db()
    assert (waiting.revoked_at, waiting.revocation.reason) == (NOW, "The scan was misread")
    assert (right.result, right.supersedes) == ("FAILED", None)
    assert not item_of(learner).awaiting_verification


def test_f9_v2_with_the_record_of_a_sign_off_the_sign_off_is_revoked(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor, requires_verification=True)
    learner = passed_by(session)
    waiting = learner.competency_records.get()
    assessment = Assessment(
        result=CompetencyRecord.Status.COMPETENT, method_id=AssessmentMethodFactory().pk, assessed_on=TODAY
    )
    sign_off(record_ids=[waiting.pk], assessment=assessment, by=supervisor, now=NOW)
    signed = learner.records.get()

    right = correct(session, learner, FAILED, superuser)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.revoked_at, right.supersedes) == ("COMPETENT", NOW, signed)
    further = correct(session, learner, PASSED, superuser)
    assert further.attempt == 2


def test_f9_who_was_not_listed_waits_for_the_sign_off_as_well(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor, requires_verification=True)
    waiting = correct(session, LearnerFactory(), PASSED, superuser)
    assert (waiting.attempt, waiting.status) == (1, "PENDING_VERIFICATION")
    check_integrity(today=TODAY, now=NOW)


# Refusals


def refused(session: Session, learner: Learner, result: Result, by: User, refusal: type[Refusal], **other: Any) -> str:
    """Nothing is written; return the sentence."""
    before = (TrainingRecord.objects.count(), CompetencyRecord.objects.count(), Revocation.objects.count())
    with pytest.raises(refusal) as told:
        correct(session, learner, result, by, **other)
    assert (TrainingRecord.objects.count(), CompetencyRecord.objects.count(), Revocation.objects.count()) == before
    return told.value.message


def test_f9_only_a_finalized_session_is_corrected(superuser: User) -> None:
    session, (attendee, _) = session_ready_to_finalize()
    sentence = refused(session, attendee.learner, FAILED, superuser, NotFinalized)
    assert sentence == "This session is not finalized: change its list, its marks or its signed sheet instead."
    assert NotFinalized.status == 409


def test_f9_a_correction_says_something_else(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor)
    sentence = refused(session, passed_by(session), PASSED, superuser, NothingToCorrect)
    assert sentence == "The record already says this: Passed. There is nothing to correct."
    with_sign_off = finalized(supervisor, requires_verification=True)
    sentence = refused(with_sign_off, passed_by(with_sign_off), PASSED, superuser, NothingToCorrect)
    assert sentence == "The record already says this: passed, to verify. There is nothing to correct."


def test_f9_what_somebody_else_put_right_meanwhile_is_not_overruled(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor)
    learner = passed_by(session)
    seen = standing_of(session, learner.pk).seen
    correct(session, learner, FAILED, superuser)
    sentence = refused(session, learner, PASSED, superuser, Stale, seen=seen)
    assert sentence == "Somebody else has corrected this in the meantime. The record now says: Failed. Check it again."
    refused(session, learner, FAILED, superuser, Stale, seen=seen)
    refused(session, learner, PASSED, superuser, Stale, seen=Seen())


def test_f9_a_correction_needs_a_reason(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor)
    for blank in ("", " \n"):
        refused(session, passed_by(session), FAILED, superuser, ReasonMissing, reason=blank)


def test_f9_nobody_and_nothing_unknown(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor)
    facts: dict[str, Any] = {"result": FAILED, "seen": Seen(), "reason": "Wrong", "by": superuser, "now": NOW}
    with pytest.raises(NotFound):
        correct_record(session_id=session.pk, learner_id=0, **facts)
    with pytest.raises(NotFound):
        correct_record(session_id=0, learner_id=passed_by(session).pk, **facts)


def test_f9_l2_a_person_is_corrected_under_the_badge_that_the_session_knows(supervisor: User, superuser: User) -> None:
    session = finalized(supervisor)
    listed, survivor = passed_by(session), LearnerFactory()
    Learner.objects.filter(pk=listed.pk).update(merged_into=survivor, status="INACTIVE")
    sentence = refused(session, survivor, PASSED, superuser, OtherBadge)
    assert sentence == f"This person is on the list of the session under badge {listed.badge_id}. Correct that line."
    correct(session, listed, FAILED, superuser)
    assert listed.records.count() == 2


@pytest.mark.parametrize("kind", ["supervisor", "auditor", "trainer_user"])
def test_f9_only_superusers_correct(superuser: User, kind: str, request: pytest.FixtureRequest) -> None:
    session = finalized(superuser)
    refused(session, passed_by(session), FAILED, request.getfixturevalue(kind), NotPermitted)
