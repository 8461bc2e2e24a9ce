"""Several people deciding about the same practical sign-offs at the same moment (V1, V2)."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User

from learners.models import CompetencyRecord, Revocation, TrainingRecord
from learners.policies.sign_offs import AlreadySignedOff, Assessment, NoFurtherAttempt, Status
from learners.services import competency
from learners.services.competency import open_further_attempt, revoke_sign_off, sign_off
from learners.services.records import AlreadyRevoked
from tests.concurrency.at_once import Job, all_at_once, everybody_first
from tests.factories.learners import AssessmentMethodFactory, CompetencyRecordFactory
from tests.factories.training import UserFactory
from training.core.groups import SUPERVISORS
from training.core.permissions import name_of
from training.core.refusals import Conflict

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 6
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def supervisor() -> User:
    user: User = UserFactory(groups=[SUPERVISORS])
    return user


@pytest.fixture
def superuser() -> User:
    user: User = UserFactory(is_superuser=True)
    return user


@pytest.fixture
def competent() -> Assessment:
    return Assessment(result=Status.COMPETENT, method_id=AssessmentMethodFactory().pk, assessed_on=date(2026, 3, 19))


NOT_COMPETENT = Assessment(result=Status.NOT_COMPETENT, remarks="Forks too high")


def signing(records: Sequence[CompetencyRecord], assessment: Assessment, by: User) -> Job:
    keys = [record.pk for record in records]
    return lambda: sign_off(record_ids=keys, assessment=assessment, by=by, now=NOW)


def test_v1_of_several_who_sign_off_one_worker_one_does_and_all_others_are_told(
    supervisor: User, competent: Assessment
) -> None:
    record = CompetencyRecordFactory()
    jobs = [signing([record], each, supervisor) for each in (competent, NOT_COMPETENT) * (PEOPLE // 2)]

    answers = all_at_once(jobs)

    assert Counter(type(answer) for answer in answers) == {list: 1, AlreadySignedOff: PEOPLE - 1}
    record.refresh_from_db()
    assert all(name_of(supervisor) in answer.message for answer in answers if isinstance(answer, AlreadySignedOff))
    assert record.assessed_by == supervisor
    if record.status == Status.COMPETENT:
        check_made(record, by=supervisor)
    else:
        assert (record.remarks, TrainingRecord.objects.exists()) == ("Forks too high", False)


def check_made(record: CompetencyRecord, *, by: User) -> None:
    """The record that a sign-off made is of the same worker, trainer, course, employer and sheet."""
    made = record.training_record
    assert made is not None
    assert (made.result, made.created_by, made.trainer_name) == ("PASSED", by, str(record.session.trainer))
    same = ("learner", "course", "course_version", "session", "company_name", "role_title", "evidence_hash")
    assert [getattr(made, field) for field in same] == [getattr(record, field) for field in same]


def test_v1_control_without_the_lock_the_slower_ones_run_into_the_record(
    supervisor: User, competent: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The constraint still keeps one record, but nobody is told who signed off, and when."""
    monkeypatch.setattr(competency, "_lock", everybody_first(competency._found, PEOPLE))

    answers = all_at_once([signing([CompetencyRecordFactory()], competent, supervisor)] * PEOPLE)

    assert Counter(type(answer) for answer in answers) == {list: 1, Conflict: PEOPLE - 1}


def test_v1_lists_that_overlap_are_signed_off_whole_or_not_at_all(supervisor: User, competent: Assessment) -> None:
    records = CompetencyRecordFactory.create_batch(4)
    lists = [records[:3], records[:0:-1]] * (PEOPLE // 2)

    answers = all_at_once([signing(each, competent, supervisor) for each in lists])

    assert Counter(type(answer) for answer in answers) == {list: 1, AlreadySignedOff: PEOPLE - 1}
    signed = CompetencyRecord.objects.filter(status=Status.COMPETENT)
    assert TrainingRecord.objects.count() == len(signed) == 3
    for record in signed:
        check_made(record, by=supervisor)


def test_v2_revoking_and_further_attempts_happen_once(supervisor: User, superuser: User, competent: Assessment) -> None:
    record = CompetencyRecordFactory()
    sign_off(record_ids=[record.pk], assessment=competent, by=supervisor, now=NOW)

    revoked = all_at_once(
        [lambda: revoke_sign_off(record_id=record.pk, reason="Wrong person", by=superuser, now=NOW)] * PEOPLE
    )
    opened = all_at_once([lambda: open_further_attempt(record_id=record.pk, by=supervisor, now=NOW)] * PEOPLE)

    assert Counter(type(answer) for answer in revoked) == {CompetencyRecord: 1, AlreadyRevoked: PEOPLE - 1}
    assert set(Revocation.objects.values_list("reason", "revoked_by")) == {("Wrong person", superuser.pk)}
    record.refresh_from_db()
    assert {each.record or each.competency_record for each in Revocation.objects.all()} == {
        record,
        record.training_record,
    }
    assert Counter(type(answer) for answer in opened) == {CompetencyRecord: 1, NoFurtherAttempt: PEOPLE - 1}
    further = CompetencyRecord.objects.get(attempt=2)
    same = ("learner", "session", "course_version", "trainer_name", "training_date", "evidence_hash")
    assert [getattr(further, field) for field in same] == [getattr(record, field) for field in same]
    assert (further.status, further.created_by) == (Status.PENDING_VERIFICATION, supervisor)
