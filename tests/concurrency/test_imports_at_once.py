"""I6: imports of workers and of records and a finalize at once: each writes what it has shown, and none waits in vain.

The race has a control that runs it with the locks off, and shows that the test would notice.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from attendance.services.finalize import finalize_session
from attendance.services.imports import doing
from attendance.services.imports.agreeing import answer_questions
from attendance.services.imports.ahead import CheckedAhead, check_ahead
from attendance.services.imports.checking import check_import, check_rows
from attendance.services.imports.doing import do_import
from attendance.services.imports.staging import stage_import
from learners.models import Learner, RegisterExtract, TrainingRecord
from learners.services.imports.workers import WorkerRows
from tests.concurrency.at_once import all_at_once, everybody_first
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.imports import agreed, checked, read, workbook
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CompanyFactory, CourseVersionFactory, UserFactory
from tests.integrity import check_integrity
from training.core.groups import SUPERVISORS
from training.models import Company, Import, ImportedRow, Session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

PEOPLE = 40
BADGES = [f"1{number:04}" for number in range(PEOPLE)]
EXTRA = ("20001", "20002")  # one of whom each import of workers changes more, so that both write the same columns
DAY = timezone.localdate() - timedelta(days=30)


def site() -> Session:
    """Make workers of whom a course is asked, and a session of it whose list holds half of them."""
    company, role = CompanyFactory(name="Nordwind"), RoleFactory(title="Rigger")
    version = CourseVersionFactory(course__code="HSE-001", validity_months=24)
    RoleRequirementFactory(role=role, course=version.course)
    RoleRequirementFactory(role=role, course=CourseVersionFactory(course__code="HSE-002", validity_months=24).course)
    learners: list[Learner] = [
        LearnerFactory(badge_id=badge, first_name="Ada", last_name=f"Novak {badge}", company=company, role=role)
        for badge in (*BADGES, *EXTRA)
    ]
    session, _attendees = session_ready_to_finalize(course_version=version, learners=learners[: PEOPLE // 2])
    return session


def import_of_workers(by: User, column: str, values: Callable[[str], str], *, also: dict[str, str]) -> Import:
    heads = {"phone": "Phone", "email": "E-mail"}
    rows = [(badge, values(badge), "") for badge in BADGES]
    other = next(name for name in heads if name != column)
    rows += [(badge, "", value) for badge, value in also.items()]
    return checked(workbook(("Badge", heads[column], heads[other]), *rows), "workers", by=by)


def imports_of_workers(one: User, other: User) -> tuple[Import, Import]:
    """Check two imports that change the same workers: phones, and e-mail addresses."""
    return (
        import_of_workers(one, "phone", lambda badge: f"030{badge}", also={EXTRA[0]: "x@example.com"}),
        import_of_workers(other, "email", lambda badge: f"{badge}@example.com", also={EXTRA[1]: "030"}),
    )


def import_of_records(by: User) -> Import:
    """Check a register of the other course, of everybody, and of the same course of those who are on no list."""
    one = read(workbook(("Badge", "Course", "Completed on"), *_record_rows()), by=by)
    one = agreed(one, "records", by=by)
    choices = {"register": "Matrix", "provider": Company.objects.get(name="Nordwind").pk, "counts": "yes"}
    one = answer_questions(
        import_id=one.pk, answers={"choices": choices}, seen=one.changed_at, by=by, now=timezone.now()
    )
    assert stage_import(import_id=one.pk, by=by, now=timezone.now())
    return check_import(import_id=one.pk, by=by, now=timezone.now())


def _record_rows() -> list[tuple[str, str, date]]:
    return [(badge, "HSE-002", DAY) for badge in reversed(BADGES)] + [
        (badge, "HSE-001", DAY) for badge in BADGES[PEOPLE // 2 :]
    ]


def bringing_in(one: Import, by: User) -> Callable[[], Any]:
    return lambda: do_import(import_id=one.pk, fingerprint=one.fingerprint, by=by, now=timezone.now())


def test_i6_two_imports_of_workers_one_of_records_and_a_finalize_at_once(superuser: User):
    session = site()
    one, other = UserFactory(groups=[SUPERVISORS]), UserFactory(groups=[SUPERVISORS])
    phones, mails = imports_of_workers(one, other)
    records = import_of_records(superuser)
    assert records.counts == {"rows": PEOPLE + PEOPLE // 2, "new": PEOPLE + PEOPLE // 2}, records.report

    answers = all_at_once(
        [
            bringing_in(phones, one),
            bringing_in(mails, other),
            bringing_in(records, superuser),
            lambda: finalize_session(session_id=session.pk, by=superuser, now=timezone.now()),
        ]
    )

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert_all_is_there(session)
    check_integrity(today=timezone.localdate(), now=timezone.now())


def assert_all_is_there(session: Session) -> None:
    people = {each.badge_id: each for each in Learner.objects.all()}
    assert {badge: (people[badge].phone, people[badge].email) for badge in BADGES} == {
        badge: (f"030{badge}", f"{badge}@example.com") for badge in BADGES
    }
    assert (people[EXTRA[0]].email, people[EXTRA[1]].phone) == ("x@example.com", "030")
    session.refresh_from_db()
    assert session.is_finalized
    of = TrainingRecord.objects.values_list("learner__badge_id", "course__code", "session", "completion_date")
    finalized = {(badge, "HSE-001", session.pk) for badge in BADGES[: PEOPLE // 2]}
    registered = {(badge, "HSE-002", None) for badge in BADGES}
    registered |= {(badge, "HSE-001", None) for badge in BADGES[PEOPLE // 2 :]}
    assert {told[:3] for told in of} == finalized | registered
    assert len(of) == len(finalized | registered)
    assert RegisterExtract.objects.count() == len(registered)
    assert ImportedRow.objects.count() == 2 * (PEOPLE + 1) + len(registered)
    cleared = Learner.objects.filter(badge_id__in=BADGES, compliance_status="COMPLIANT")
    assert cleared.count() == PEOPLE


def two_that_change_the_same_workers() -> int:
    """Let two imports write, and return how many workers have what both say."""
    site()
    one, other = UserFactory(groups=[SUPERVISORS]), UserFactory(groups=[SUPERVISORS])
    phones, mails = imports_of_workers(one, other)
    answers = all_at_once([bringing_in(phones, one), bringing_in(mails, other)])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    return Learner.objects.filter(badge_id__in=BADGES).exclude(phone="").exclude(email="").count()


def test_i6_of_two_that_are_checked_before_either_is_locked_none_takes_back_what_the_other_wrote():
    with mock.patch.object(doing, "check_ahead", everybody_first(check_ahead, 2)):
        both = two_that_change_the_same_workers()
    assert both == PEOPLE


def test_control_without_comparing_one_import_takes_back_what_the_other_wrote():
    with (
        mock.patch.object(CheckedAhead, "still_holds", return_value=True),
        mock.patch.object(doing, "check_ahead", everybody_first(check_ahead, 2)),
    ):
        both = two_that_change_the_same_workers()
    assert both < PEOPLE


def test_control_without_locks_one_import_takes_back_what_the_other_wrote():
    with (
        mock.patch.object(WorkerRows, "lock"),
        mock.patch.object(doing, "check_ahead", return_value=None),
        mock.patch.object(doing, "check_rows", everybody_first(check_rows, 2)),
    ):
        both = two_that_change_the_same_workers()
    assert both < PEOPLE
