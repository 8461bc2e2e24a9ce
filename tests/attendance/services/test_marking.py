"""Rules A1 to A3 and R3."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from attendance.models import SessionAttendee
from attendance.policies.lists import ListIsClosed, MarkingNotOpen
from attendance.services.marking import (
    Everybody,
    Mark,
    NotOnTheList,
    StaleMarks,
    mark_everybody,
    save_list,
    save_marks,
)
from learners.models import CompetencyRecord, Learner, TrainingRecord
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import MORNING, CompanyFactory, SessionFactory, UserFactory, scheduled_session
from training.core.groups import SUPERVISORS
from training.core.refusals import Invalid, NotPermitted
from training.models import Session, Trainer

NOW = MORNING + timedelta(hours=1)


def a_list(size: int, **fields) -> tuple[Session, list[SessionAttendee]]:
    session = scheduled_session()
    return session, SessionAttendeeFactory.create_batch(size, session=session, **fields)


def present(row: SessionAttendee, **fields) -> Mark:
    return Mark(row.learner_id, **{"is_present": True, "has_passed": True, **fields})


def state(row: SessionAttendee) -> tuple[bool, bool, str, int]:
    row.refresh_from_db()
    return row.is_present, row.has_passed, row.remarks, row.version


def test_a1_saves_any_part_of_the_list_any_number_of_times(supervisor: User):
    session, (one, two, three) = a_list(3)

    saved = save_marks(
        session_id=session.pk,
        marks=[present(three, remarks="Left early", has_passed=False), present(one)],
        by=supervisor,
        now=NOW,
    )
    save_marks(
        session_id=session.pk, marks=[Mark(one.learner_id, is_present=False, has_passed=False)], by=supervisor, now=NOW
    )

    assert [row.line for row in saved] == [1, 3]
    assert state(one) == (False, False, "", 3)
    assert state(two) == (False, True, "", 1)
    assert state(three) == (True, False, "Left early", 2)
    assert (one.marked_by, one.marked_at, two.marked_at) == (supervisor, NOW, None)


def test_a1_somebody_not_on_the_list_is_refused_and_nothing_is_saved(supervisor: User):
    session, (row,) = a_list(1)
    stranger = LearnerFactory()
    with pytest.raises(NotOnTheList) as refusal:
        save_marks(
            session_id=session.pk,
            marks=[present(row), Mark(stranger.pk, is_present=True, has_passed=True)],
            by=supervisor,
            now=NOW,
        )
    assert refusal.value.status == 400
    assert state(row) == (False, True, "", 1)


def test_a1_a_worker_named_twice_is_refused(supervisor: User):
    session, (row,) = a_list(1)
    with pytest.raises(NotOnTheList, match="twice"):
        save_marks(session_id=session.pk, marks=[present(row), present(row)], by=supervisor, now=NOW)
    assert state(row) == (False, True, "", 1)


def test_a1_one_stale_row_saves_nothing_and_all_stale_rows_are_named(supervisor: User):
    session, (one, two, three) = a_list(3)
    other = UserFactory(first_name="M.", last_name="Haddad", groups=[SUPERVISORS])
    save_marks(session_id=session.pk, marks=[present(one, remarks="Here"), present(two)], by=other, now=NOW)

    with pytest.raises(StaleMarks) as refusal:
        save_marks(
            session_id=session.pk,
            marks=[
                present(one, has_passed=False, remarks="Left at 10", version=1),
                Mark(two.learner_id, is_present=False, has_passed=False, version=1),
                present(three, version=1),
            ],
            by=supervisor,
            now=NOW,
        )

    assert refusal.value.status == 409
    assert str(one.learner) in str(refusal.value)
    assert str(two.learner) in str(refusal.value)
    assert refusal.value.conflict == {
        "kind": "VERSION",
        "rows": [
            {
                "learner_id": one.learner_id,
                "version": 2,
                "theirs": {"is_present": True, "has_passed": True, "remarks": "Here"},
                "yours": {"is_present": True, "has_passed": False, "remarks": "Left at 10"},
                "changed_by": "M. Haddad",
                "changed_at": NOW,
            },
            {
                "learner_id": two.learner_id,
                "version": 2,
                "theirs": {"is_present": True, "has_passed": True, "remarks": ""},
                "yours": {"is_present": False, "has_passed": False, "remarks": ""},
                "changed_by": "M. Haddad",
                "changed_at": NOW,
            },
        ],
    }
    assert state(three) == (False, True, "", 1)


def test_a1_the_same_mark_again_is_never_stale_and_changes_nothing(supervisor: User):
    session, (row,) = a_list(1)
    mark = present(row, remarks="Here", version=1)
    save_marks(session_id=session.pk, marks=[mark], by=supervisor, now=NOW)
    save_marks(session_id=session.pk, marks=[mark], by=UserFactory(is_superuser=True), now=NOW + timedelta(hours=1))
    assert state(row) == (True, True, "Here", 2)
    assert (row.marked_by, row.marked_at) == (supervisor, NOW)


def test_a1_without_a_version_the_last_word_counts_and_remarks_may_be_left_alone(supervisor: User):
    session, (row,) = a_list(1)
    save_marks(session_id=session.pk, marks=[present(row, remarks="Arrived 08:20")], by=supervisor, now=NOW)
    save_marks(session_id=session.pk, marks=[present(row, has_passed=False)], by=supervisor, now=NOW)
    assert state(row) == (True, False, "Arrived 08:20", 3)


@pytest.mark.parametrize("fields", [{"status": "CANCELLED", "cancellation_reason": "Storm"}])
def test_a1_a_cancelled_session_is_not_marked(supervisor: User, fields: dict):
    session, (row,) = a_list(1)
    Session.objects.filter(pk=session.pk).update(**fields)
    with pytest.raises(ListIsClosed):
        save_marks(session_id=session.pk, marks=[present(row)], by=supervisor, now=NOW)


@pytest.mark.parametrize("remarks", ["x" * 501, "nul\x00"])
def test_a1_remarks_that_cannot_be_stored_are_refused(supervisor: User, remarks: str):
    session, (row,) = a_list(1)
    with pytest.raises(Invalid):
        save_marks(session_id=session.pk, marks=[present(row, remarks=remarks)], by=supervisor, now=NOW)


@pytest.mark.parametrize("remarks", ["x" * 500, "مريض", "O'Brien </td><script>", "100 % _\\ {}"])
def test_a1_remarks_in_any_script_are_kept_as_typed(supervisor: User, remarks: str):
    session, (row,) = a_list(1)
    save_marks(session_id=session.pk, marks=[present(row, remarks=remarks)], by=supervisor, now=NOW)
    assert state(row)[2] == remarks


def test_a2_attendance_creates_no_record(supervisor: User):
    session, rows = a_list(2)
    save_marks(session_id=session.pk, marks=map(present, rows), by=supervisor, now=NOW)
    assert not TrainingRecord.objects.exists()
    assert not CompetencyRecord.objects.exists()


def test_a3_who_left_early_is_present_and_not_passed_and_a_remark_is_not_forced(supervisor: User):
    session, (row,) = a_list(1)
    save_marks(session_id=session.pk, marks=[present(row, has_passed=False)], by=supervisor, now=NOW)
    assert state(row) == (True, False, "", 2)


def test_r3_employer_and_role_are_those_of_the_first_mark_as_present(supervisor: User):
    session, (row,) = a_list(1)
    learner = row.learner
    then = (learner.company_id, learner.role_id)
    absent = Mark(learner.pk, is_present=False, has_passed=False)

    save_marks(session_id=session.pk, marks=[absent], by=supervisor, now=NOW)
    row.refresh_from_db()
    assert (row.company_id, row.role_id) == (None, None)

    save_marks(session_id=session.pk, marks=[present(row)], by=supervisor, now=NOW)
    Learner.objects.filter(pk=learner.pk).update(company=CompanyFactory(), role=RoleFactory())
    save_marks(session_id=session.pk, marks=[absent], by=supervisor, now=NOW)
    save_marks(session_id=session.pk, marks=[present(row)], by=supervisor, now=NOW)
    row.refresh_from_db()
    assert (row.company_id, row.role_id) == then


def test_a_trainer_marks_own_sessions_only(trainer_user: User, trainer: Trainer):
    own = SessionAttendeeFactory(session=scheduled_session(trainer=trainer))
    other = SessionAttendeeFactory()
    save_marks(session_id=own.session_id, marks=[present(own)], by=trainer_user, now=NOW)
    with pytest.raises(NotPermitted):
        save_marks(session_id=other.session_id, marks=[present(other)], by=trainer_user, now=NOW)


def test_an_auditor_marks_nothing(auditor: User):
    row = SessionAttendeeFactory()
    with pytest.raises(NotPermitted):
        save_marks(session_id=row.session_id, marks=[present(row)], by=auditor, now=NOW)
    with pytest.raises(NotPermitted):
        mark_everybody(session_id=row.session_id, what=Everybody.PRESENT, by=auditor, now=NOW)


@pytest.mark.parametrize("size", [1, 3, 500])
def test_a1_saving_takes_the_same_number_of_queries_for_any_number(supervisor: User, size: int):
    session, rows = a_list(size)
    with CaptureQueriesContext(connection) as queries:
        save_marks(session_id=session.pk, marks=map(present, rows), by=supervisor, now=NOW)
    assert len(queries) == 8
    assert session.attendees.filter(is_present=True, marked_by=supervisor).count() == size


def test_everybody_present_leaves_alone_what_was_said_about_single_workers(supervisor: User):
    session, (absent, failed, unmarked) = a_list(3)
    save_marks(
        session_id=session.pk,
        marks=[
            Mark(absent.learner_id, is_present=False, has_passed=False, remarks="Sick"),
            present(failed, has_passed=False),
        ],
        by=supervisor,
        now=NOW,
    )
    assert mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=NOW) == 1
    assert state(absent) == (False, False, "Sick", 2)
    assert state(failed) == (True, False, "", 2)
    assert state(unmarked) == (True, True, "", 2)
    assert unmarked.company_id == unmarked.learner.company_id


def test_everybody_passed_means_whoever_is_present(supervisor: User):
    session, (absent, failed, unmarked) = a_list(3)
    save_marks(
        session_id=session.pk,
        marks=[
            Mark(absent.learner_id, is_present=False, has_passed=False),
            present(failed, has_passed=False, remarks="Retest"),
        ],
        by=supervisor,
        now=NOW,
    )
    assert mark_everybody(session_id=session.pk, what=Everybody.PASSED, by=supervisor, now=NOW) == 1
    assert state(failed) == (True, True, "Retest", 3)
    assert state(absent)[0] is False
    assert state(unmarked) == (False, True, "", 1)


def test_the_rest_absent_marks_whoever_is_unmarked(supervisor: User):
    session, (here, unmarked) = a_list(2)
    save_marks(session_id=session.pk, marks=[present(here)], by=supervisor, now=NOW)
    assert mark_everybody(session_id=session.pk, what=Everybody.ABSENT, by=supervisor, now=NOW) == 1
    assert state(here) == (True, True, "", 2)
    assert state(unmarked) == (False, False, "", 2)
    assert unmarked.marked_at == NOW


# When marking opens, and marks that are taken back


@pytest.mark.parametrize(("minutes", "early"), [(30, timedelta(minutes=30, seconds=1)), (0, timedelta(seconds=1))])
def test_a1_marking_opens_shortly_before_the_start(supervisor: User, minutes: int, early: timedelta):
    session, (row, _other) = a_list(2)
    opens = MORNING - timedelta(minutes=minutes)
    with override_settings(MARKING_OPENS_MINUTES=minutes):
        with pytest.raises(MarkingNotOpen, match=r"opens on 2 Mar 2026 0[89]:[03]0, shortly before") as refusal:
            save_marks(session_id=session.pk, marks=[present(row)], by=supervisor, now=MORNING - early)
        assert refusal.value.status == 409
        for what in (Everybody.PRESENT, Everybody.PASSED, Everybody.ABSENT):
            with pytest.raises(MarkingNotOpen):
                mark_everybody(session_id=session.pk, what=what, by=supervisor, now=MORNING - early)
        assert not session.attendees.exclude(marked_at=None).exists()
        save_marks(session_id=session.pk, marks=[present(row)], by=supervisor, now=opens)
        assert mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=opens) == 1


def test_a1_a_draft_without_a_start_is_not_marked(supervisor: User):
    row = SessionAttendeeFactory(session=SessionFactory(start_time=None, end_time=None))
    with pytest.raises(MarkingNotOpen, match="no start time yet"):
        save_marks(session_id=row.session_id, marks=[present(row)], by=supervisor, now=NOW)


def test_a1_a_mark_is_taken_back_with_its_remarks_even_before_marking_opens(supervisor: User):
    session, (row, other) = a_list(2)
    save_marks(
        session_id=session.pk,
        marks=[present(row, has_passed=False, remarks="Left"), present(other)],
        by=supervisor,
        now=NOW,
    )
    Session.objects.filter(pk=session.pk).update(
        start_time=NOW + timedelta(days=7), end_time=NOW + timedelta(days=7, hours=1)
    )

    save_marks(session_id=session.pk, marks=[Mark.taken_back(row.learner_id, version=2)], by=supervisor, now=NOW)

    assert state(row) == (False, True, "", 3)
    assert (row.marked_by, row.marked_at, row.company, row.role) == (None, None, None, None)
    assert state(other) == (True, True, "", 2)
    assert mark_everybody(session_id=session.pk, what=Everybody.TAKEN_BACK, by=supervisor, now=NOW) == 1
    assert not session.attendees.exclude(marked_at=None).exists()


def test_r3_a_mark_that_was_taken_back_was_none_so_the_next_one_copies_anew(supervisor: User):
    session, (row,) = a_list(1)
    save_marks(session_id=session.pk, marks=[present(row)], by=supervisor, now=NOW)
    save_marks(session_id=session.pk, marks=[Mark.taken_back(row.learner_id)], by=supervisor, now=NOW)
    company, role = CompanyFactory(), RoleFactory()
    Learner.objects.filter(pk=row.learner_id).update(company=company, role=role)
    save_marks(session_id=session.pk, marks=[present(row)], by=supervisor, now=NOW)
    row.refresh_from_db()
    assert (row.company, row.role) == (company, role)


def test_a1_taking_back_what_somebody_changed_meanwhile_is_stale(supervisor: User):
    session, (row,) = a_list(1)
    save_marks(session_id=session.pk, marks=[present(row)], by=supervisor, now=NOW)
    save_marks(session_id=session.pk, marks=[present(row, remarks="Late")], by=supervisor, now=NOW)
    with pytest.raises(StaleMarks) as refusal:
        save_marks(session_id=session.pk, marks=[Mark.taken_back(row.learner_id, version=2)], by=supervisor, now=NOW)
    assert refusal.value.conflict is not None
    assert refusal.value.conflict["rows"][0]["yours"]["is_present"] is None
    assert state(row) == (True, True, "Late", 3)


def test_a1_taking_back_twice_is_harmless(supervisor: User):
    session, (row,) = a_list(1)
    save_marks(session_id=session.pk, marks=[present(row)], by=supervisor, now=NOW)
    for _time in range(2):
        mark = Mark.taken_back(row.learner_id, version=2)
        save_marks(session_id=session.pk, marks=[mark], by=supervisor, now=NOW)
    assert state(row) == (False, True, "", 3)


def test_a1_rows_and_the_word_for_everybody_are_saved_together_or_not_at_all(supervisor: User):
    session, (one, two) = a_list(2)
    with override_settings(MARKING_OPENS_MINUTES=24 * 60):
        save_marks(session_id=session.pk, marks=[present(one)], by=supervisor, now=NOW)
    back = [Mark.taken_back(one.learner_id)]
    two_days_before = MORNING - timedelta(days=2)

    with pytest.raises(MarkingNotOpen):
        save_list(session_id=session.pk, marks=back, everybody=Everybody.PRESENT, by=supervisor, now=two_days_before)

    assert state(one) == (True, True, "", 2)

    assert save_list(session_id=session.pk, marks=back, everybody=Everybody.PRESENT, by=supervisor, now=NOW) == 3
    assert state(one) == (True, True, "", 4)
    assert state(two) == (True, True, "", 2)
