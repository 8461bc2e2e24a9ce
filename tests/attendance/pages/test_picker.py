"""Rules P1, P2, P4, C7 and L1 of the picker."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.pages.candidates import Candidate, CandidateGroup, Wanted, candidates, group_counts
from learners.models import ComplianceItem, Learner
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory, RevocationFactory, TrainingRecordFactory
from tests.factories.training import (
    MORNING,
    CourseFactory,
    CourseVersionFactory,
    SessionFactory,
    scheduled_session,
)
from training.models import CoursePrerequisite, Session

NOW = MORNING - timedelta(hours=1)
pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def a_session(**fields: Any) -> Session:
    return scheduled_session(start_time=MORNING, **fields)


def with_item(session: Session, name: str, status: str | None, **fields: Any) -> Learner:
    """Return a worker with a stored answer for the session's course; `key_date` as compliance stores it."""
    learner = LearnerFactory(first_name="", last_name=name)
    if status is not None:
        ComplianceItem.objects.create(
            learner=learner,
            course=session.course,
            requirement_type="PRE_MOB",
            status=status,
            updated_at=timezone.now(),
            **{"key_date": fields.get("expiry_date") or fields.get("due_date"), **fields},
        )
    return learner


def names(found: list[Candidate]) -> list[str]:
    return [candidate.learner.last_name for candidate in found]


def pick(session: Session, **wanted: Any) -> list[Candidate]:
    return candidates(session, Wanted(**wanted), now=NOW, warning_days=60)


def test_p1_red_then_yellow_then_expiring_then_everyone_else_by_name():
    session = a_session()
    with_item(session, "Valid Zoe", "COMPLIANT", expiry_date=days(61))
    with_item(session, "Not asked", None)
    with_item(session, "Permanent", "COMPLIANT")
    with_item(session, "Expiring later", "COMPLIANT", expiry_date=days(60))
    with_item(session, "Expiring soon", "COMPLIANT", expiry_date=days(1))
    with_item(session, "Due later", "PENDING", due_date=days(9))
    with_item(session, "Due soon", "PENDING", due_date=days(2))
    with_item(session, "Red new B", "NON_COMPLIANT", key_date=days(-1))
    with_item(session, "Red new A", "NON_COMPLIANT", key_date=days(-1))
    with_item(session, "Red old", "NON_COMPLIANT", expiry_date=days(-40))

    found = pick(session)

    assert names(found) == [
        "Red old",
        "Red new A",
        "Red new B",
        "Due soon",
        "Due later",
        "Expiring soon",
        "Expiring later",
        "Not asked",
        "Permanent",
        "Valid Zoe",
    ]
    assert [candidate.group for candidate in found] == [CandidateGroup.RED] * 3 + [CandidateGroup.YELLOW] * 2 + [
        CandidateGroup.EXPIRING
    ] * 2 + [CandidateGroup.OTHER] * 3
    assert [candidate.standing.kind for candidate in found] == ["bad"] * 3 + ["warn"] * 4 + ["none", "ok", "ok"]


def test_c7_an_answer_past_its_last_day_counts_as_red():
    session = a_session()
    with_item(session, "Red", "NON_COMPLIANT", key_date=days(-1))
    with_item(session, "Lapsed green", "COMPLIANT", expiry_date=days(-3), holds_until=days(-3))
    with_item(session, "Lapsed yellow", "PENDING", due_date=days(-2), holds_until=days(-2))
    with_item(session, "Last day", "COMPLIANT", expiry_date=TODAY, holds_until=TODAY)

    found = pick(session)

    assert names(found) == ["Lapsed green", "Lapsed yellow", "Red", "Last day"]
    assert [candidate.standing.word for candidate in found[:2]] == ["Out of date", "Out of date"]
    assert found[3].group is CandidateGroup.EXPIRING
    assert group_counts(session, search="", today=TODAY, warning_days=60) == {
        CandidateGroup.RED: 3,
        CandidateGroup.YELLOW: 0,
        CandidateGroup.EXPIRING: 1,
    }


def test_p1_nobody_on_the_list_and_l1_nobody_who_is_not_active():
    session = a_session()
    listed = with_item(session, "Listed", "NON_COMPLIANT", key_date=days(-1))
    SessionAttendeeFactory(session=session, learner=listed)
    survivor = with_item(session, "Survivor", "NON_COMPLIANT", key_date=days(-1))
    for status in ("INACTIVE", "BLACKLISTED"):
        other = with_item(session, status, "NON_COMPLIANT", key_date=days(-1))
        Learner.objects.filter(pk=other.pk).update(status=status)
    merged = with_item(session, "Merged", None)
    Learner.objects.filter(pk=merged.pk).update(status="INACTIVE", merged_into=survivor)

    assert names(pick(session)) == ["Survivor"]
    assert group_counts(session, search="", today=TODAY, warning_days=60)[CandidateGroup.RED] == 1


def test_p1_only_the_item_of_this_course_counts():
    session = a_session()
    learner = with_item(session, "Green here", "COMPLIANT", expiry_date=days(300))
    ComplianceItem.objects.create(
        learner=learner,
        course=CourseFactory(),
        requirement_type="PRE_MOB",
        status="NON_COMPLIANT",
        key_date=days(-1),
        updated_at=timezone.now(),
    )
    (found,) = pick(session)
    assert (found.group, found.standing.word) == (CandidateGroup.OTHER, "Valid")


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("wis", ["Wiśniewski"]),
        ("WIŚNIEWSKI łuk", ["Wiśniewski"]),
        ("luk wisn", ["Wiśniewski"]),
        ("iewski", []),
        ("77", ["O'Brien 100%"]),
        ("7701", ["O'Brien 100%"]),
        ("o'b", ["O'Brien 100%"]),
        ("100%", ["O'Brien 100%"]),
        ("10_%", []),
        ("الس", ["السيد"]),
        ("o", ["O'Brien 100%", "Wiśniewski", "السيد"]),
        (" ", ["O'Brien 100%", "Wiśniewski", "السيد"]),
    ],
)
def test_p2_search_takes_words_in_any_order_without_accents_and_case_or_a_badge(search: str, expected: list[str]):
    session = a_session()
    LearnerFactory(first_name="Łukasz", last_name="Wiśniewski", badge_id="501")
    LearnerFactory(first_name="Pat", last_name="O'Brien 100%", badge_id="7701")
    LearnerFactory(first_name="نور", last_name="السيد", badge_id="503")
    assert names(pick(session, search=search)) == expected


def test_p2_fifty_by_default_and_more_on_request():
    session = a_session()
    with_item(session, "Red", "NON_COMPLIANT", key_date=days(-1))
    LearnerFactory.create_batch(51)
    first, more = pick(session), pick(session, limit=100)
    assert (len(first), len(more)) == (50, 52)
    assert more[:50] == first
    assert first[0].group is CandidateGroup.RED


@pytest.mark.parametrize(("group", "expected"), [("red", ["Rr"]), ("yellow", ["Yy"]), ("expiring", ["Ee"])])
def test_the_strip_narrows_to_one_group_and_counts_exactly_its_rows(group: str, expected: list[str]):
    session = a_session()
    with_item(session, "Rr", "NON_COMPLIANT", key_date=days(-1))
    with_item(session, "Yy", "PENDING", due_date=days(1))
    with_item(session, "Ee", "COMPLIANT", expiry_date=days(1))
    with_item(session, "Other", None)
    assert names(pick(session, group=CandidateGroup(group))) == expected
    assert group_counts(session, search="", today=TODAY, warning_days=60)[CandidateGroup(group)] == 1
    assert group_counts(session, search="Other", today=TODAY, warning_days=60)[CandidateGroup(group)] == 0


def test_p4_a_clash_names_the_overlapping_session_and_back_to_back_is_none():
    session = a_session()
    learner = LearnerFactory()
    overlapping = scheduled_session(start_time=MORNING + timedelta(hours=3))
    SessionAttendeeFactory(session=overlapping, learner=learner)
    next_one = LearnerFactory()
    SessionAttendeeFactory(session=scheduled_session(start_time=session.end_time), learner=next_one)
    cancelled = LearnerFactory()
    SessionAttendeeFactory(
        session=scheduled_session(start_time=MORNING, status="CANCELLED", cancellation_reason="Storm"),
        learner=cancelled,
    )

    clashes = {candidate.learner: candidate.clash for candidate in pick(session)}
    assert clashes == {learner: overlapping, next_one: None, cancelled: None}


def test_p4_a_session_without_times_clashes_with_nothing():
    session = SessionFactory(start_time=None, end_time=None)
    SessionAttendeeFactory(session=scheduled_session(start_time=MORNING))
    assert [candidate.clash for candidate in pick(session)] == [None]


def test_p4_who_is_on_another_coming_session_of_the_course_is_marked_with_the_earliest():
    session = a_session()
    learner, other_course, past = LearnerFactory.create_batch(3)
    same = {"course_version": session.course_version}
    later = scheduled_session(start_time=MORNING + timedelta(days=9), **same)
    sooner = SessionFactory(course=session.course, start_time=MORNING + timedelta(days=2))
    for coming in (later, sooner):
        SessionAttendeeFactory(session=coming, learner=learner)
    SessionAttendeeFactory(session=scheduled_session(start_time=MORNING + timedelta(days=3)), learner=other_course)
    SessionAttendeeFactory(session=scheduled_session(start_time=MORNING - timedelta(days=3), **same), learner=past)

    booked = {candidate.learner: candidate.booked for candidate in pick(session)}
    assert booked == {learner: sooner, other_course: None, past: None}


def test_p4_missing_prerequisites_are_named_and_never_block():
    version = CourseVersionFactory()
    needed = [CourseVersionFactory(course__code="FIR-001"), CourseVersionFactory(course__code="GAS-002")]
    for each in needed:
        CoursePrerequisite.objects.create(course_version=version, course=each.course)
    session = a_session(course_version=version)
    holder, expired, revoked, failed = LearnerFactory.create_batch(4)
    for each in needed:
        TrainingRecordFactory(learner=holder, course_version=each, completion_date=days(-9), expiry_date=TODAY)
    TrainingRecordFactory(learner=expired, course_version=needed[0], completion_date=days(-400), expiry_date=days(-1))
    RevocationFactory(record=TrainingRecordFactory(learner=revoked, course_version=needed[0]))
    TrainingRecordFactory(learner=revoked, course_version=needed[1], expiry_date=None)
    TrainingRecordFactory(learner=failed, course_version=needed[1], result="FAILED", expiry_date=None)

    missing = {candidate.learner: candidate.missing for candidate in pick(session)}
    both = ["FIR-001", "GAS-002"]
    assert missing == {holder: [], expired: both, revoked: ["FIR-001"], failed: both}


@pytest.mark.parametrize("size", [1, 3])
def test_the_picker_takes_the_same_number_of_queries_for_any_number(size: int):
    version = CourseVersionFactory()
    session = a_session(course_version=version)
    CoursePrerequisite.objects.create(course_version=version, course=CourseFactory())
    for number in range(size):
        learner = with_item(session, f"Red {number}", "NON_COMPLIANT", key_date=days(-1))
        SessionAttendeeFactory(session=scheduled_session(start_time=MORNING + timedelta(hours=number)), learner=learner)
        LearnerFactory()
    with CaptureQueriesContext(connection) as queries:
        found = pick(session, search="o")
        group_counts(session, search="", today=TODAY, warning_days=60)
        for candidate in found:
            assert candidate.learner.company.name
            assert candidate.learner.role.title
    assert len(found) == size * 2
    assert len(queries) == 7
