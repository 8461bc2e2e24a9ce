"""L2, L3: lists and the picker read merged badges as one person, and name who leaves."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.pages.candidates import Candidate, Wanted, candidates
from attendance.pages.finalize import finalize_preview
from attendance.pages.register import RegisterRow, register
from attendance.services.attendees import NotActive, add_attendees, duplicate_session
from attendance.services.finalize import finalize_session
from attendance.services.marking import Mark, save_marks
from learners.models import ComplianceItem, Learner, TrainingRecord
from learners.services.learners import replace_badge
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.compliance import asked_of, judge, passed
from tests.factories.learners import LearnerFactory, RoleRequirementFactory
from tests.factories.training import MORNING, CourseFactory, UserFactory, scheduled_session
from training.models import CoursePrerequisite, Session

pytestmark = pytest.mark.django_db

NOW = MORNING - timedelta(hours=1)
DAY = timezone.localdate(MORNING)


@pytest.fixture
def survivor() -> Learner:
    return LearnerFactory(badge_id="10231", last_name="Haddad")


@pytest.fixture
def merged(survivor: Learner) -> Learner:
    return LearnerFactory(badge_id="OLD-7", last_name="Hadad", merged_into=survivor, status="INACTIVE")


def pick(session: Session, search: str = "") -> list[Candidate]:
    return candidates(session, Wanted(search=search), now=NOW, warning_days=60)


def rows(session: Session) -> list[RegisterRow]:
    return register(Session.objects.get(pk=session.pk), now=NOW, warning_days=60)


# Picker


@pytest.mark.parametrize("text", ["10231", "OLD-7", "old", "had", "hadad 10231"])
def test_l2_p2_the_picker_finds_the_survivor_by_either_badge(text: str, survivor: Learner, merged: Learner) -> None:
    assert [each.learner for each in pick(scheduled_session(start_time=MORNING), text)] == [survivor]


def test_l3_p2_the_picker_finds_somebody_by_the_badge_before(survivor: Learner, supervisor: User) -> None:
    LearnerFactory(badge_id="10555")
    replace_badge(learner_id=survivor.pk, badge_id="10999", by=supervisor, now=NOW)
    session = scheduled_session(start_time=MORNING)
    assert [each.learner for each in pick(session, "10231")] == [survivor]
    assert pick(session, "231") == []


def test_l2_p1_who_is_on_the_list_under_the_old_badge_is_no_candidate(survivor: Learner, merged: Learner) -> None:
    session = scheduled_session(start_time=MORNING)
    SessionAttendeeFactory(session=session, learner=merged)
    assert pick(session) == []


def test_l2_p4_marks_of_the_old_badge_are_the_survivor_s(survivor: Learner, merged: Learner) -> None:
    session = scheduled_session(start_time=MORNING)
    overlapping = SessionAttendeeFactory(session=scheduled_session(start_time=MORNING), learner=merged).session
    coming = SessionAttendeeFactory(
        session=scheduled_session(
            start_time=MORNING + timedelta(days=2), course=session.course, course_version=session.course_version
        ),
        learner=merged,
    ).session
    wanted = CourseFactory()
    assert session.course_version is not None
    CoursePrerequisite.objects.create(course_version=session.course_version, course=wanted)
    assert pick(session)[0].missing == [wanted.code]
    passed(merged, asked_of(merged, course=wanted), expiry=None)
    (found,) = pick(session)
    assert (found.clash, found.booked, found.missing) == (overlapping, coming, [])


def test_l3_p4_a_candidate_who_leaves_before_the_session_is_marked(as_supervisor: Client) -> None:
    session = scheduled_session(start_time=MORNING)
    LearnerFactory(last_name="A", end_date=DAY)
    LearnerFactory(last_name="B", end_date=DAY - timedelta(days=1))
    assert [each.leaves for each in pick(session)] == [None, DAY - timedelta(days=1)]
    page = as_supervisor.get(reverse("attendance:session", args=[session.pk])).content.decode()
    assert f"Last day: {DAY - timedelta(days=1):%-d %b %Y}" in page


# Lists


def test_l2_p3_who_is_listed_under_the_old_badge_is_on_the_list(
    survivor: Learner, merged: Learner, supervisor: User
) -> None:
    session = SessionAttendeeFactory(learner=merged).session
    added = add_attendees(session_id=session.pk, learner_ids=[survivor.pk], by=supervisor, now=NOW)
    assert (added.added, added.already_listed) == (0, 1)


def test_l2_a_merged_badge_is_not_listed_and_the_sentence_names_the_survivor(merged: Learner, supervisor: User) -> None:
    session = scheduled_session(start_time=MORNING)
    with pytest.raises(NotActive, match=r"was merged into .*Haddad"):
        add_attendees(session_id=session.pk, learner_ids=[merged.pk], by=supervisor, now=NOW)


def test_l2_s8_a_copied_list_names_everybody_once(survivor: Learner, merged: Learner, supervisor: User) -> None:
    session = scheduled_session(start_time=MORNING)
    for learner in (merged, survivor):
        SessionAttendeeFactory(session=session, learner=learner)
    draft = duplicate_session(session_id=session.pk, by=supervisor, now=NOW)
    assert list(draft.attendees.values_list("learner", flat=True)) == [survivor.pk]


def test_l2_a_line_of_a_merged_badge_says_how_the_survivor_stands(survivor: Learner, merged: Learner) -> None:
    session = SessionAttendeeFactory(session=scheduled_session(start_time=MORNING), learner=merged).session
    RoleRequirementFactory(role=survivor.role, course=session.course)
    judge(survivor, on=DAY)
    (row,) = rows(session)
    assert (row.alert, row.standing.word, row.company, row.role) == (
        None,
        "Missing",
        survivor.company.name,
        survivor.role.title,
    )
    Learner.objects.filter(pk=survivor.pk).update(status="BLACKLISTED")
    assert tuple(rows(session)[0].alert or ()) == ("bad", "Blocked")


def test_l2_somebody_on_two_lines_is_named_in_red(survivor: Learner, merged: Learner) -> None:
    session = scheduled_session(start_time=MORNING)
    for learner in (survivor, merged):
        SessionAttendeeFactory(session=session, learner=learner)
    assert [(row.alert and row.alert.word, row.warning) for row in rows(session)] == [
        (None, ""),
        ("Twice", "Also on line 1"),
    ]


@pytest.mark.parametrize("days", [-1, 0])
def test_l3_a_coming_session_names_who_leaves_before_it(days: int, as_supervisor: Client) -> None:
    leaving = LearnerFactory(end_date=DAY + timedelta(days=days))
    session = SessionAttendeeFactory(session=scheduled_session(start_time=MORNING), learner=leaving).session
    (row,) = rows(session)
    warning = f"Last day: {DAY - timedelta(days=1):%-d %b %Y}"
    assert (row.alert and row.alert.word, row.warning) == (("Leaving", warning) if days else (None, ""))
    page = as_supervisor.get(reverse("attendance:session", args=[session.pk])).content.decode()
    assert (warning in page) == bool(days)


# Finalize


def test_l2_r3_f2_the_record_keeps_the_old_badge_and_counts_for_the_survivor(
    survivor: Learner, merged: Learner, supervisor: User
) -> None:
    session, _lines = session_ready_to_finalize(learners=[merged], start_time=MORNING)
    RoleRequirementFactory(role=survivor.role, course=session.course)
    judge(survivor, on=DAY)
    finalize_session(session_id=session.pk, by=UserFactory(is_superuser=True), now=MORNING + timedelta(days=1))
    assert TrainingRecord.objects.get().learner == merged
    assert ComplianceItem.objects.get(learner=survivor).status == "COMPLIANT"


def test_l2_r3_a_mark_keeps_the_survivor_s_employer(survivor: Learner, merged: Learner, supervisor: User) -> None:
    line = SessionAttendeeFactory(learner=merged)
    (saved,) = save_marks(
        session_id=line.session_id,
        marks=[Mark(merged.pk, is_present=True, has_passed=True)],
        by=supervisor,
        now=line.session.start_time,
    )
    assert (saved.company_id, saved.role_id) == (survivor.company_id, survivor.role_id)


def test_l1_l2_finalize_names_only_who_is_not_active_in_person(survivor: Learner, merged: Learner) -> None:
    session, _lines = session_ready_to_finalize(learners=[merged, LearnerFactory(status="BLACKLISTED")])
    blocked = finalize_preview(session, now=NOW).blocked
    assert [row.learner.status for row in blocked] == ["BLACKLISTED"]
