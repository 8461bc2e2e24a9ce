"""F6, F9: of many who put the same thing right at the same moment one does, and the others are told.

The control runs the race with the lock off, and shows that the test would notice.
"""

from collections import Counter
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from attendance.policies.corrections import Result, Seen
from attendance.selectors.corrections import standing_of
from attendance.services import corrections
from attendance.services.corrections import correct_record
from attendance.services.finalize import finalize_session
from learners.evidence.incoming import Document
from learners.evidence.kinds import Kind
from learners.evidence.store import StoredFile
from learners.models import CompetencyRecord, Learner, Revocation, TrainingRecord
from learners.policies.sign_offs import AlreadySignedOff, Assessment
from learners.services import external_records, records
from learners.services.competency import sign_off
from learners.services.external_records import ExternalTraining, RecordedAlready, record_external
from learners.services.records import AlreadyRevoked, revoke_record
from tests.concurrency.at_once import Job, all_at_once, everybody_first, meanwhile
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.learners import AssessmentMethodFactory, LearnerFactory
from tests.factories.training import CompanyFactory, CourseVersionFactory, UserFactory
from tests.integrity import check_integrity
from training.core.permissions import name_of
from training.core.refusals import Stale
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 16
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)


@pytest.fixture
def superuser() -> User:
    user: User = UserFactory(is_superuser=True)
    return user


@pytest.fixture
def session(superuser: User) -> Session:
    session, _ = session_ready_to_finalize(size=1, start_time=START, end_time=START + timedelta(hours=4))
    finalize_session(session_id=session.pk, by=superuser, now=START + timedelta(hours=5))
    return Session.objects.get(pk=session.pk)


@pytest.fixture
def wrong(session: Session) -> TrainingRecord:
    """The record that says passed."""
    record: TrainingRecord = session.records.get()
    return record


def failing(wrong: TrainingRecord, by: User) -> Job:
    """Correct what the person saw: that the worker passed."""
    assert wrong.session_id is not None
    session_id, seen = wrong.session_id, Seen(record_id=wrong.pk)
    return lambda: correct_record(
        session_id=session_id,
        learner_id=wrong.learner_id,
        result=Result.FAILED,
        seen=seen,
        reason="Left at noon",
        by=by,
        now=NOW,
    )


def revoking(wrong: TrainingRecord, by: User) -> Job:
    return lambda: revoke_record(record_id=wrong.pk, reason="Wrong person", by=by, now=NOW)


def kinds(answers: list[Any]) -> Counter[type]:
    return Counter(type(answer) for answer in answers)


def test_f6_of_16_one_revokes_and_15_are_told_who_did(wrong: TrainingRecord, superuser: User) -> None:
    answers = all_at_once([revoking(wrong, superuser)] * PEOPLE)
    assert kinds(answers) == {Revocation: 1, AlreadyRevoked: PEOPLE - 1}
    assert all(name_of(superuser) in answer.message for answer in answers if isinstance(answer, AlreadyRevoked))
    revocation = Revocation.objects.get()
    assert (revocation.record, revocation.reason, revocation.revoked_by) == (wrong, "Wrong person", superuser)
    check_integrity(today=TODAY, now=NOW)


def test_f9_of_16_one_corrects_and_15_are_told_what_it_says_now(wrong: TrainingRecord, superuser: User) -> None:
    answers = all_at_once([failing(wrong, superuser)] * PEOPLE)
    assert kinds(answers) == {TrainingRecord: 1, Stale: PEOPLE - 1}
    assert {answer.status for answer in answers if isinstance(answer, Stale)} == {409}
    check_corrected(wrong, superuser)
    check_integrity(today=TODAY, now=NOW)


def check_corrected(wrong: TrainingRecord, by: User) -> None:
    """One correcting record says failed, names the one that it replaces, and is of the same trainer, sheet and day."""
    right = wrong.learner.records.get(supersedes=wrong)
    assert (right.result, right.comments, right.created_by) == ("FAILED", "Left at noon", by)
    same = ("trainer_name", "course_title", "company_name", "role_title", "completion_date", "evidence_hash")
    assert [getattr(right, field) for field in same] == [getattr(wrong, field) for field in same]
    assert wrong.learner.records.count() == 2
    assert wrong.revocation.reason == "Left at noon"


def test_f9_control_without_the_lock_the_losers_run_into_the_database(
    wrong: TrainingRecord, superuser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last word has the database: one revocation, one correcting record."""

    def unlocked_person(session: Session, learner_id: int) -> Learner:
        return Learner.objects.get(pk=learner_id)

    monkeypatch.setattr(corrections, "_lock_person", unlocked_person)
    monkeypatch.setattr(records, "lock_learner", lambda **_: None)
    monkeypatch.setattr(records, "check_not_revoked", lambda record: None)
    monkeypatch.setattr(corrections, "standing_of", everybody_first(standing_of, PEOPLE))
    answers = all_at_once([failing(wrong, superuser)] * PEOPLE)
    assert Stale not in kinds(answers)  # nobody has seen anybody
    assert kinds(answers)[TrainingRecord] == 1
    assert Revocation.objects.count() == 1


def test_f9_who_revokes_while_somebody_corrects_is_told(wrong: TrainingRecord, superuser: User) -> None:
    answer = meanwhile(failing(wrong, superuser), revoking(wrong, superuser))
    assert isinstance(answer, AlreadyRevoked)
    check_corrected(wrong, superuser)


def test_f9_who_corrects_while_somebody_revokes_names_the_revoked_record(
    wrong: TrainingRecord, superuser: User
) -> None:
    answer = meanwhile(revoking(wrong, superuser), failing(wrong, superuser))
    assert isinstance(answer, TrainingRecord)
    assert answer.supersedes == wrong
    assert Revocation.objects.get().reason == "Wrong person"


def test_f9_v1_who_signs_off_while_somebody_corrects_is_told(superuser: User) -> None:
    version = CourseVersionFactory(requires_verification=True)
    session, (attendee,) = session_ready_to_finalize(
        size=1,
        course=version.course,
        course_version=version,
        start_time=START,
        end_time=START + timedelta(hours=4),
    )
    finalize_session(session_id=session.pk, by=superuser, now=START + timedelta(hours=5))
    waiting = CompetencyRecord.objects.get()
    found = Assessment(
        result=CompetencyRecord.Status.COMPETENT, method_id=AssessmentMethodFactory().pk, assessed_on=TODAY
    )
    answer = meanwhile(
        lambda: correct_record(
            session_id=session.pk,
            learner_id=attendee.learner_id,
            result=Result.FAILED,
            seen=Seen(sign_off_id=waiting.pk),
            reason="Left at noon",
            by=superuser,
            now=NOW,
        ),
        lambda: sign_off(record_ids=[waiting.pk], assessment=found, by=superuser, now=NOW),
    )
    assert isinstance(answer, AlreadySignedOff)
    assert [record.result for record in TrainingRecord.objects.all()] == ["FAILED"]
    check_integrity(today=TODAY, now=NOW)


def test_r1_of_four_who_record_the_same_certificate_one_does(superuser: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them have stored their file before anybody writes the record."""
    learner, version, provider = LearnerFactory(), CourseVersionFactory(), CompanyFactory()
    training = ExternalTraining(
        course_id=version.course_id,
        provider_id=provider.pk,
        completion_date=date(2026, 2, 1),
        expiry_date=None,
        result="PASSED",
        comments="",
    )
    certificate = Document.made_here(b"certificate", content_type=Kind.PDF, pages=1, name="certificate.pdf")
    monkeypatch.setattr(external_records, "received", lambda files: nullcontext(certificate))
    stored = StoredFile("ab/certificate.pdf", certificate.sha256, certificate.size, certificate.content_type, 1)
    monkeypatch.setattr(external_records, "store", everybody_first(lambda **_: stored, 4))

    def record() -> TrainingRecord:
        return record_external(learner_id=learner.pk, training=training, files=[], by=superuser, now=NOW)

    assert kinds(all_at_once([record] * 4)) == {TrainingRecord: 1, RecordedAlready: 3}
    made = learner.records.get()
    assert (made.provider, made.course, made.completion_date) == (provider, version.course, date(2026, 2, 1))
    assert (made.evidence_hash, made.created_by, made.course_title) == (certificate.sha256, superuser, version.title)
