"""Rule A1: what was done to a list at one press can be undone until the next time, and puts back exactly what was."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.models import ListAct, SessionAttendee
from attendance.policies.lists import CannotRemove, ListIsClosed, NothingToUndo
from attendance.services.attendees import add_attendees, remove_attendee
from attendance.services.list_acts import Undone, undo_act
from attendance.services.marking import Everybody, Mark, mark_everybody, save_marks
from learners.models import Learner
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory
from tests.factories.training import MORNING, UserFactory, scheduled_session
from training.core.groups import SUPERVISORS
from training.core.refusals import NotPermitted
from training.models import Session, Trainer

NOW = MORNING + timedelta(hours=1)
BEFORE = MORNING - timedelta(hours=1)
KEPT = ("pk", "learner_id", "line", "status", "is_present", "has_passed", "remarks", "marked_by_id", "marked_at")
FIELDS = (*KEPT, "company_id", "role_id", "added_at", "added_by_id")


def rows_of(session: Session) -> list[tuple[Any, ...]]:
    """Return everything of a list but the versions of its rows, which only rise."""
    return list(session.attendees.order_by("line").values_list(*FIELDS))


def undo(session: Session, by: User, *, act: ListAct | None = None, now: Any = NOW) -> Undone:
    act = act or session.list_acts.latest("pk")
    return undo_act(session_id=session.pk, act_id=act.pk, by=by, now=now)


def a_marked_list(by: User) -> tuple[Session, list[SessionAttendee]]:
    """Return a list with somebody absent, somebody failed with a remark, and two who are not marked."""
    session = scheduled_session()
    rows = SessionAttendeeFactory.create_batch(4, session=session)
    marks = [
        Mark(rows[0].learner_id, is_present=False, has_passed=False, remarks="Sick"),
        Mark(rows[1].learner_id, is_present=True, has_passed=False, remarks="Test 60 %"),
    ]
    save_marks(session_id=session.pk, marks=marks, by=by, now=MORNING)
    return session, rows


@pytest.mark.parametrize("what", list(Everybody))
def test_a1_undoing_a_bulk_mark_puts_back_every_row_as_it_was(supervisor: User, what: Everybody):
    other = UserFactory(groups=[SUPERVISORS])
    session, rows = a_marked_list(other)
    Learner.objects.filter(pk=rows[1].learner_id).update(company=LearnerFactory().company)  # R3: the mark keeps the old
    before = rows_of(session)

    changed = mark_everybody(session_id=session.pk, what=what, by=supervisor, now=NOW)
    assert rows_of(session) != before
    undone = undo(session, supervisor)

    assert rows_of(session) == before
    assert (undone.restored, list(undone.left), undone.was_undone) == (changed, [], False)
    act = session.list_acts.get()
    assert (act.workers, act.done_by, act.undone_by, act.undone_at) == (changed, supervisor, supervisor, NOW)


def test_a1_an_undone_act_is_undone_once_however_often_it_is_sent(supervisor: User):
    session, _rows = a_marked_list(supervisor)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=NOW)
    undo(session, supervisor)
    versions = list(session.attendees.values_list("version", flat=True))

    again = undo(session, UserFactory(groups=[SUPERVISORS]))

    assert (again.restored, again.was_undone) == (0, True)
    assert list(session.attendees.values_list("version", flat=True)) == versions
    assert session.list_acts.get().undone_by == supervisor


def test_a1_a_row_that_somebody_has_changed_since_is_left_and_named(supervisor: User):
    session, rows = a_marked_list(supervisor)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=NOW)
    late = Mark(rows[3].learner_id, is_present=True, has_passed=False, remarks="Came at 10")
    save_marks(session_id=session.pk, marks=[late], by=supervisor, now=NOW)

    undone = undo(session, supervisor)

    assert (undone.restored, list(undone.left)) == (1, [rows[3].learner])
    three, four = session.attendees.filter(line__gte=3).order_by("line")
    assert three.marked_at is None
    assert (four.is_present, four.has_passed, four.remarks) == (True, False, "Came at 10")


def test_a1_only_the_latest_act_can_be_undone_and_one_that_changes_nothing_is_none(supervisor: User):
    session, _rows = a_marked_list(supervisor)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=NOW)
    first = session.list_acts.get()
    mark_everybody(session_id=session.pk, what=Everybody.ABSENT, by=supervisor, now=NOW)  # nobody is left for it
    assert session.list_acts.get() == first
    mark_everybody(session_id=session.pk, what=Everybody.PASSED, by=supervisor, now=NOW)
    before = rows_of(session)

    with pytest.raises(NothingToUndo, match="All present passed"):
        undo(session, supervisor, act=first)

    assert rows_of(session) == before


def test_a1_an_act_of_another_list_is_not_undone_here(supervisor: User):
    session, _rows = a_marked_list(supervisor)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=NOW)
    with pytest.raises(NothingToUndo, match="nothing to undo"):
        undo(scheduled_session(), supervisor, act=session.list_acts.get())


def test_a1_undoing_an_addition_takes_off_who_is_still_as_added(supervisor: User):
    session = scheduled_session()
    listed = SessionAttendeeFactory(session=session)
    one, two, three = LearnerFactory.create_batch(3)
    add_attendees(session_id=session.pk, learner_ids=[one.pk, two.pk, three.pk], by=supervisor, now=BEFORE)
    save_marks(
        session_id=session.pk, marks=[Mark(two.pk, is_present=True, has_passed=True)], by=supervisor, now=MORNING
    )
    save_marks(session_id=session.pk, marks=[Mark.taken_back(two.pk)], by=supervisor, now=MORNING)

    undone = undo(session, supervisor, now=BEFORE)

    assert list(session.attendees.order_by("line").values_list("learner", flat=True)) == [listed.learner_id, two.pk]
    assert list(undone.left) == [two]
    session.refresh_from_db()
    assert (session.last_line, session.version) == (4, 3)
    add_attendees(session_id=session.pk, learner_ids=[one.pk], by=supervisor, now=BEFORE)
    assert session.attendees.get(learner=one).line == 5  # never given twice


def test_p5_an_addition_is_not_undone_once_the_session_has_started(supervisor: User):
    session = scheduled_session()
    people = [learner.pk for learner in LearnerFactory.create_batch(2)]
    add_attendees(session_id=session.pk, learner_ids=people, by=supervisor, now=BEFORE)
    with pytest.raises(CannotRemove, match="has started"):
        undo(session, supervisor, now=MORNING)
    assert session.attendees.count() == 2


def test_p3_adding_one_worker_is_taken_back_by_removing_and_leaves_the_offer_before(supervisor: User):
    session, _rows = a_marked_list(supervisor)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=NOW)
    add_attendees(session_id=session.pk, learner_ids=[LearnerFactory().pk], by=supervisor, now=NOW)
    assert session.list_acts.get().kind == ListAct.Kind.PRESENT


def test_a1_undoing_a_removal_brings_the_same_row_back_to_its_line(supervisor: User):
    session = scheduled_session()
    SessionAttendeeFactory.create_batch(3, session=session, added_by=supervisor, added_at=BEFORE)
    before = rows_of(session)
    two = session.attendees.get(line=2)
    remove_attendee(session_id=session.pk, learner_id=two.learner_id, by=supervisor, now=BEFORE)
    add_attendees(session_id=session.pk, learner_ids=[LearnerFactory().pk], by=supervisor, now=BEFORE)

    undone = undo(session, supervisor)

    assert (undone.restored, rows_of(session)[:3]) == (1, before)
    assert session.attendees.get(line=4)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=NOW)
    undo(session, supervisor)
    assert rows_of(session)[:3] == before


@pytest.mark.parametrize("since", ["added again", "blocked"])
def test_a1_who_was_taken_off_and_cannot_come_back_is_named(supervisor: User, since: str):
    row = SessionAttendeeFactory()
    session, learner = row.session, row.learner
    remove_attendee(session_id=session.pk, learner_id=learner.pk, by=supervisor, now=BEFORE)
    if since == "blocked":
        Learner.objects.filter(pk=learner.pk).update(status="BLACKLISTED")
    else:
        add_attendees(session_id=session.pk, learner_ids=[learner.pk], by=supervisor, now=BEFORE)

    undone = undo(session, supervisor)

    assert (undone.restored, list(undone.left)) == (0, [learner])
    assert session.attendees.count() == (0 if since == "blocked" else 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "CANCELLED", "cancellation_reason": "Storm"},
        {"status": "COMPLETED", "finalized_at": NOW, "attendance_file_key": "a", "attendance_file_hash": "a" * 64},
    ],
    ids=lambda fields: fields["status"],
)
def test_a1_nothing_is_undone_once_the_session_is_cancelled_or_finalized(supervisor: User, fields: dict[str, Any]):
    session, _rows = a_marked_list(supervisor)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=NOW)
    before = rows_of(session)
    if "finalized_at" in fields:
        fields = fields | {"finalized_by": supervisor}
    Session.objects.filter(pk=session.pk).update(**fields)
    with pytest.raises(ListIsClosed):
        undo(session, supervisor)
    assert rows_of(session) == before


def test_a1_whoever_may_do_it_may_undo_it_and_nobody_else(
    supervisor: User, auditor: User, trainer: Trainer, trainer_user: User
):
    session = scheduled_session(trainer=trainer)
    SessionAttendeeFactory.create_batch(2, session=session)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=NOW)
    with pytest.raises(NotPermitted):
        undo(session, auditor)
    assert undo(session, trainer_user).restored == 2
    people = [learner.pk for learner in LearnerFactory.create_batch(2)]
    add_attendees(session_id=session.pk, learner_ids=people, by=trainer_user, now=BEFORE)
    with pytest.raises(NotPermitted):  # a trainer takes nobody off a list
        undo(session, trainer_user, now=BEFORE)


def test_a1_the_audit_tells_the_act_and_that_it_was_undone(supervisor: User):
    session, rows = a_marked_list(supervisor)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=NOW)
    undo(session, supervisor)

    acts = ListAct.pgh_event_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]  # set by pghistory
    assert [(act.pgh_label, act.kind, act.workers, act.undone_by_id) for act in acts] == [
        ("insert", "PRESENT", 2, None),
        ("update", "PRESENT", 2, supervisor.pk),
    ]
    marks = SessionAttendee.pgh_event_model.objects.filter(pgh_obj_id=rows[2].pk)  # type: ignore[attr-defined]
    assert list(marks.order_by("pgh_id").values_list("version", "is_present")) == [(1, False), (2, True), (3, False)]


@pytest.mark.parametrize("size", [1, 3, 200])
def test_a1_undoing_takes_the_same_number_of_queries_for_any_number(supervisor: User, size: int):
    session = scheduled_session()
    SessionAttendeeFactory.create_batch(size, session=session)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=supervisor, now=NOW)
    with CaptureQueriesContext(connection) as queries:
        assert undo(session, supervisor, act=session.list_acts.get()).restored == size
    assert len(queries) == 8
