"""Marks of an import: which line is meant, what is marked, what is refused, and what undoing does (I1, I5, I6, I8)."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.models import SessionAttendee
from attendance.services.imports.kinds.marks import MarkRows
from attendance.services.marking import Mark, save_marks
from learners.models import Learner
from learners.services.merging import merge_workers
from tests.bringing_in import NOW, bring_in, check, outcomes, rows_of, sentences, terms_of
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory
from tests.factories.training import scheduled_session
from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow
from training.core.permissions import roles_of
from training.core.refusals import NotPermitted
from training.models import Session
from training.services.imports.contract import LEAVE_OUT, ImportTerms, UndoneRow, WrittenRow
from training.services.sessions import cancel_session

pytestmark = pytest.mark.django_db
SERVICE = MarkRows()
MORNING = datetime(2026, 3, 2, 7, tzinfo=UTC)
Event: Any = apps.get_model("attendance", "SessionAttendeeEvent")


@pytest.fixture
def session() -> Session:
    return scheduled_session(start_time=MORNING, end_time=MORNING + timedelta(hours=4))


def terms(by: User, *sessions: Session, **others: Any) -> ImportTerms:
    things = {**others.pop("things", {}), Thing.SESSION: {each.reference: each.pk for each in sessions}}
    return terms_of(by, things=things, **others)


def row(session: Session, badge: str = "10001", present: str = "yes", **others: Any) -> dict[str, Any]:
    return {"session": session.reference, "badge_id": badge, "is_present": present, **others}


def listed(session: Session) -> list[tuple[Any, ...]]:
    lines = SessionAttendee.objects.filter(session=session).order_by("line")
    return list(
        lines.values_list("line", "learner__badge_id", "is_present", "has_passed", "remarks", "marked_by", "version")
    )


def undo(rows: list[CheckedRow], by: User) -> list[tuple[str, str]]:
    written = [
        WrittenRow(
            sheet=0,
            row=each.draft.number,
            key=each.key or 0,
            identity=each.identity,
            before=each.before,
            after=each.after,
        )
        for each in rows
        if each.outcome in {"new", "changed"}
    ]
    undone: list[UndoneRow] = list(SERVICE.undo(written, reason="Wrong list", by=by, now=NOW))
    return [(each.act.value, each.why) for each in undone]


# What is marked


def test_who_is_listed_is_marked_and_who_is_missing_is_added(session: Session, supervisor: User):
    SessionAttendeeFactory(session=session, learner=LearnerFactory(badge_id="10001"))
    LearnerFactory(badge_id="10002")
    LearnerFactory(badge_id="10003")
    rows = rows_of(
        row(session),
        row(session, "10002", has_passed="no", remarks=" Slept "),
        row(session, "10003", "no"),
    )
    checked = bring_in(SERVICE, rows, terms(supervisor, session))
    assert outcomes(checked) == ["changed", "new", "new"]
    assert [each.identity for each in checked] == [f"{session.reference} 1000{each}" for each in (1, 2, 3)]
    assert (checked[0].before, checked[0].after) == (
        {"is_present": "", "has_passed": ""},
        {"is_present": "yes", "has_passed": "yes"},
    )
    assert (checked[1].before, checked[1].after) == ({}, {"is_present": "yes", "has_passed": "no", "remarks": "Slept"})
    assert listed(session) == [
        (1, "10001", True, True, "", supervisor.pk, 2),
        (2, "10002", True, False, "Slept", supervisor.pk, 1),
        (3, "10003", False, False, "", supervisor.pk, 1),
    ]
    assert [each.key for each in checked] == list(SessionAttendee.objects.order_by("line").values_list("pk", flat=True))
    marked = SessionAttendee.objects.get(learner__badge_id="10002")
    assert (marked.company, marked.role, marked.added_by, marked.added_at, marked.marked_at) == (
        marked.learner.company,
        marked.learner.role,
        supervisor,
        NOW,
        NOW,
    )
    session.refresh_from_db()
    assert (session.version, session.last_line, session.first_marked_at, session.updated_by) == (2, 3, NOW, supervisor)


def test_the_session_can_be_chosen_for_the_whole_import(session: Session, supervisor: User):
    LearnerFactory(badge_id="10001")
    rows = rows_of({"badge_id": "10001", "is_present": "yes"})
    assert outcomes(bring_in(SERVICE, rows, terms(supervisor, session=session.pk))) == ["new"]
    assert len(listed(session)) == 1
    assert sentences(check(SERVICE, rows, terms(supervisor))) == [["session: There is no session of this reference."]]


def test_lists_of_several_sessions_are_marked_at_once(session: Session, supervisor: User):
    other = scheduled_session(start_time=MORNING, end_time=MORNING + timedelta(hours=4))
    LearnerFactory(badge_id="10001")
    LearnerFactory(badge_id="10002")
    rows = rows_of(row(session), row(other), row(other, "10002", "no"))
    assert outcomes(bring_in(SERVICE, rows, terms(supervisor, session, other))) == ["new"] * 3
    assert [line[:3] for line in listed(session)] == [(1, "10001", True)]
    assert [line[:3] for line in listed(other)] == [(1, "10001", True), (2, "10002", False)]


def test_the_same_file_again_writes_nothing(session: Session, supervisor: User):
    for badge in ("10001", "10002", "10003"):
        LearnerFactory(badge_id=badge)
    rows = rows_of(row(session), row(session, "10002", has_passed="no"), row(session, "10003", "no", remarks="Sick"))
    bring_in(SERVICE, rows, terms(supervisor, session))
    before, events = listed(session), Event.objects.count()
    again = bring_in(SERVICE, rows, terms(supervisor, session, now=NOW + timedelta(days=1)))
    assert (outcomes(again), [(each.before, each.after) for each in again]) == (["same"] * 3, [({}, {})] * 3)
    assert (listed(session), Event.objects.count()) == (before, events)


def test_empty_cells_change_nothing_of_a_mark(session: Session, supervisor: User):
    line = SessionAttendeeFactory(session=session, present=True, has_passed=False, remarks="Late")
    rows = rows_of(row(session, line.learner.badge_id))
    assert outcomes(bring_in(SERVICE, rows, terms(supervisor, session))) == ["same"]
    changed = bring_in(SERVICE, rows_of(row(session, line.learner.badge_id, "no")), terms(supervisor, session))
    assert (changed[0].before, changed[0].after) == (
        {"is_present": "yes", "has_passed": "no"},
        {"is_present": "no", "has_passed": ""},
    )
    assert listed(session)[0][2:5] == (False, False, "Late")


# Who is meant


def test_l2_a_merged_badge_means_the_survivor_under_whatever_badge_is_listed(
    session: Session, supervisor: User, superuser: User
):
    duplicate, survivor = LearnerFactory(badge_id="10001"), LearnerFactory(badge_id="10002")
    line = SessionAttendeeFactory(session=session, learner=duplicate)
    merge_workers(duplicate_id=duplicate.pk, survivor_id=survivor.pk, reason="Twice", by=superuser, now=NOW)
    checked = bring_in(SERVICE, rows_of(row(session, "10002"), row(session, "10001")), terms(supervisor, session))
    assert (outcomes(checked), checked[0].key) == (["changed", "left out"], line.pk)
    assert [each[:3] for each in listed(session)] == [(1, "10001", True)]


def test_l4_without_a_badge_name_and_employer_say_who_is_meant(session: Session, supervisor: User):
    one = LearnerFactory(first_name="Jana", last_name="Weiß", badge_id="10001")
    said = {"first_name": "Jana", "last_name": "Weiss"}
    employed = {**said, "company": one.company.name}
    rows = rows_of(
        row(session, "", **employed), row(session, "", **said), row(session, "", last_name="Berg"), row(session, "")
    )
    checked = check(SERVICE, rows, terms(supervisor, session))
    assert outcomes(checked) == ["new", "asked", "refused", "refused"]
    assert (checked[0].identity, list(checked[1].candidates)) == (f"{session.reference} 10001", [one.pk])
    assert sentences(checked)[2:] == [
        ["last_name: There is no such worker. Bring the workers in first."],
        ["badge_id: Enter the badge, or name and employer."],
    ]
    two = LearnerFactory(first_name="Jana", last_name="Weiss", company=one.company)
    checked = check(SERVICE, rows[:1], terms(supervisor, session))
    assert (outcomes(checked), list(checked[0].candidates)) == (["asked"], [one.pk, two.pk])
    answered = terms(supervisor, session, people={(0, 2): two.pk})
    assert [each.identity for each in check(SERVICE, rows[:1], answered)] == [f"{session.reference} {two.badge_id}"]
    assert outcomes(check(SERVICE, rows[:1], terms(supervisor, session, people={(0, 2): None}))) == ["left out"]


def test_i4_a_badge_beside_quite_another_name_is_asked_about(session: Session, supervisor: User):
    one = LearnerFactory(first_name="Jana", last_name="Weiß", badge_id="10001")
    checked = check(SERVICE, rows_of(row(session, first_name="Ali", last_name="Haddad")), terms(supervisor, session))
    assert (outcomes(checked), list(checked[0].candidates)) == (["asked"], [one.pk])
    assert sentences(checked) == [["badge_id: Badge or name can mean somebody else. Say who it is."]]


# What is refused


def test_what_cannot_be_marked_is_refused_in_the_words_of_the_list(session: Session, supervisor: User):
    LearnerFactory(badge_id="10001")
    LearnerFactory(badge_id="10003")
    gone = LearnerFactory(badge_id="10002", status=Learner.Status.BLACKLISTED, status_reason="Fight")
    ahead = scheduled_session(start_time=NOW + timedelta(days=9), end_time=NOW + timedelta(days=9, hours=1))
    cancelled = scheduled_session(start_time=MORNING, end_time=NOW)
    cancel_session(session_id=cancelled.pk, reason="Storm", by=supervisor, now=NOW)
    rows = rows_of(
        row(session, "99999"),
        row(session, "10002"),
        row(session, "10003", ""),
        row(ahead),
        row(cancelled),
        row(session, "10001", remarks="x" * 501),
        {"session": "S-2026-0", "badge_id": "10001", "is_present": "yes"},
    )
    checked = check(SERVICE, rows, terms(supervisor, session, ahead, cancelled))
    assert sentences(checked) == [
        ["badge_id: There is no such worker. Bring the workers in first."],
        [f"badge_id: {gone} is blocked."],
        ["is_present: Say whether the worker was present."],
        [
            "session: It is too early to mark attendance: marking opens on "
            "11 Mar 2026 09:30, shortly before the session starts."
        ],
        ["session: This session is cancelled: its list and attendance cannot be changed any more."],
        ["remarks: Remarks have at most 500 characters. Shorten them; nothing was saved."],
        ["session: Nothing is known by this name."],
    ]


def test_l1_who_is_listed_already_is_marked_though_blocked_since(session: Session, supervisor: User):
    line = SessionAttendeeFactory(session=session, learner__status=Learner.Status.BLACKLISTED)
    rows = rows_of(row(session, line.learner.badge_id))
    assert outcomes(bring_in(SERVICE, rows, terms(supervisor, session))) == ["changed"]


def test_a_finalized_list_is_refused(supervisor: User):
    session = scheduled_session(start_time=MORNING, end_time=NOW)
    line = SessionAttendeeFactory(session=session, present=True)
    Session.objects.filter(pk=session.pk).update(
        status="COMPLETED",
        finalized_at=NOW,
        finalized_by=supervisor,
        attendance_file_key="k",
        attendance_file_hash="a" * 64,
    )
    session.refresh_from_db()
    checked = check(SERVICE, rows_of(row(session, line.learner.badge_id, "no")), terms(supervisor, session))
    text = "session: This session is finalized: its list and attendance cannot be changed any more."
    assert sentences(checked) == [[text]]
    written = WrittenRow(sheet=0, row=2, key=line.pk, identity="", before={}, after={"is_present": "yes"})
    undone = SERVICE.undo([written], reason="Wrong", by=supervisor, now=NOW)
    assert [(each.act.value, each.why) for each in undone] == [
        ("left", "This session is finalized: its list and attendance cannot be changed any more.")
    ]


def test_two_rows_about_one_worker(session: Session, supervisor: User):
    LearnerFactory(badge_id="10001")
    assert outcomes(check(SERVICE, rows_of(row(session), row(session)), terms(supervisor, session))) == [
        "new",
        "left out",
    ]
    other = check(SERVICE, rows_of(row(session), row(session, present="no")), terms(supervisor, session), part=1)
    text = "badge_id: Two rows are about this worker and say different things. Leave one."
    assert sentences(other) == [[text], [text]]


def test_a_session_that_is_to_be_left_out_leaves_the_row_out(session: Session, supervisor: User):
    LearnerFactory(badge_id="10001")
    things = terms_of(supervisor, things={Thing.SESSION: {session.reference: LEAVE_OUT}})
    assert outcomes(check(SERVICE, rows_of(row(session)), things)) == ["left out"]


def test_only_who_may_mark_brings_marks_in(session: Session, supervisor: User, auditor: User):
    LearnerFactory(badge_id="10001")
    checked = check(SERVICE, rows_of(row(session)), terms(supervisor, session))
    with pytest.raises(NotPermitted):
        SERVICE.write(checked, terms(auditor, session), tell=lambda done: None)
    with pytest.raises(NotPermitted):
        SERVICE.undo([], reason="Wrong", by=auditor, now=NOW)
    assert listed(session) == []


# Undoing


def test_i8_marks_are_cleared_or_go_back_and_what_changed_since_is_left(session: Session, supervisor: User):
    lines = [SessionAttendeeFactory(session=session) for _ in range(2)]
    marked = SessionAttendeeFactory(session=session, present=True, has_passed=False, remarks="Late")
    gone = SessionAttendeeFactory(session=session)
    LearnerFactory(badge_id="10001")
    badges = [line.learner.badge_id for line in (*lines, marked, gone)]
    rows = rows_of(*(row(session, badge, "no", remarks="?") for badge in badges), row(session))
    checked = bring_in(SERVICE, rows, terms(supervisor, session))
    save_marks(session_id=session.pk, marks=[Mark(lines[1].learner_id, True, True)], by=supervisor, now=NOW)
    SessionAttendee.objects.get(pk=gone.pk).delete()
    assert undo(checked, supervisor) == [
        ("cleared", ""),
        ("left", "Somebody has changed it since."),
        ("back", ""),
        ("left", "The worker was taken off the list since."),
        ("cleared", ""),
    ]
    assert [(line[1], *line[2:6]) for line in listed(session)] == [
        (badges[0], False, True, "", None),
        (badges[1], True, True, "?", supervisor.pk),
        (badges[2], True, False, "Late", supervisor.pk),
        ("10001", False, True, "", None),
    ]
    assert outcomes(bring_in(SERVICE, rows[4:], terms(supervisor, session))) == ["changed"]


# As many as there are


@pytest.mark.parametrize("are_listed", [False, True])
def test_f8_the_number_of_statements_does_not_depend_on_the_rows(supervisor: User, are_listed: bool):
    company, role = (each := LearnerFactory()).company, each.role
    roles_of(supervisor)  # read once for each login
    counts = {}
    for count in (1, 30, 3_000):
        session = scheduled_session(start_time=MORNING, end_time=NOW)
        people = Learner.objects.bulk_create(
            Learner(
                badge_id=f"{count}-{number}",
                first_name="A",
                last_name="B",
                company=company,
                role=role,
                role_assigned_at=NOW.date(),
                start_date=NOW.date(),
            )
            for number in range(count)
        )
        SessionAttendee.objects.bulk_create(
            SessionAttendee(session=session, learner=person, line=line)
            for line, person in enumerate(people if are_listed else [], start=1)
        )
        rows = rows_of(*(row(session, person.badge_id) for person in people))
        with CaptureQueriesContext(connection) as writing:
            checked = bring_in(SERVICE, rows, terms(supervisor, session))
        assert set(outcomes(checked)) == {"changed" if are_listed else "new"}
        with CaptureQueriesContext(connection) as undoing:
            assert set(undo(checked, supervisor)) == {("cleared", "")}
        counts[count] = (len(writing), len(undoing))
    assert len(set(counts.values())) == 1, counts


BADGES = ["10001", "10002", "10003", "10004"]
ROW = st.fixed_dictionaries(
    {
        "badge_id": st.sampled_from([*BADGES, "99999"]),
        "is_present": st.sampled_from(["yes", "no", None]),
        "has_passed": st.sampled_from(["yes", "no", None]),
        "remarks": st.sampled_from([None, "Late"]),
    }
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(ROW, max_size=4), rows=st.lists(ROW, min_size=1, max_size=6), part=st.integers(1, 6))
def test_checking_and_doing_agree_and_the_same_again_is_the_same(
    supervisor: User, before: list[dict[str, Any]], rows: list[dict[str, Any]], part: int
):
    session = scheduled_session(start_time=MORNING, end_time=NOW)
    for badge in BADGES:
        if not Learner.objects.filter(badge_id=badge).exists():
            LearnerFactory(badge_id=badge, status="ACTIVE" if badge != "10004" else "BLACKLISTED")
    SessionAttendeeFactory(session=session, learner=Learner.objects.get(badge_id="10001"))
    agreed = terms(supervisor, session=session.pk)
    bring_in(SERVICE, rows_of(*before), agreed)
    drafts = rows_of(*rows)
    shown = check(SERVICE, drafts, agreed, part=part)
    done = bring_in(SERVICE, drafts, agreed)
    assert [told(each) for each in shown] == [told(each) for each in done]
    for each in done:
        if each.outcome in {"new", "changed", "same"}:
            line = SessionAttendee.objects.get(session=session, learner__badge_id=each.draft.values["badge_id"])
            assert line.is_present == (each.draft.values["is_present"] == "yes")
    events = Event.objects.count()
    written = [each.draft for each in done if each.outcome in {"new", "changed", "same"}]
    assert set(outcomes(bring_in(SERVICE, written, agreed))) <= {"same"}
    assert Event.objects.count() == events


def told(row: CheckedRow) -> tuple[Any, ...]:
    said = asdict(row)
    return row.outcome, row.identity, said["before"], said["after"], {str(each) for each in row.problems}
