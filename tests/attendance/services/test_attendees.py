"""Rules P3, P5, S7, S11 and L1 of the class list."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.models import SessionAttendee
from attendance.policies.lists import CannotRemove, ListIsClosed
from attendance.services.attendees import NotActive, UnknownLearners, add_attendees, duplicate_session, remove_attendee
from learners.models import Learner
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.learners import LearnerFactory
from tests.factories.training import MORNING, SessionFactory, TrainerFactory, VenueFactory, scheduled_session
from training.core.refusals import NotPermitted
from training.models import Session, Trainer

NOW = MORNING - timedelta(days=1)


def lines_of(session: Session) -> list[tuple[int, int]]:
    return list(session.attendees.order_by("line").values_list("line", "learner_id"))


def test_p3_adds_any_number_in_the_order_given_and_counts_who_was_listed(supervisor: User):
    session = scheduled_session()
    one, two, three = LearnerFactory.create_batch(3)

    first = add_attendees(session_id=session.pk, learner_ids=[three.pk, one.pk, three.pk], by=supervisor, now=NOW)
    again = add_attendees(session_id=session.pk, learner_ids=[one.pk, two.pk, three.pk], by=supervisor, now=NOW)

    assert (first.added, first.already_listed) == (2, 0)
    assert (again.added, again.already_listed) == (1, 2)
    assert lines_of(session) == [(1, three.pk), (2, one.pk), (3, two.pk)]
    row = session.attendees.get(learner=one)
    assert (row.added_by, row.added_at) == (supervisor, NOW)


def test_p3_adding_only_listed_workers_changes_nothing(supervisor: User):
    row = SessionAttendeeFactory()
    version = Session.objects.get(pk=row.session_id).version

    added = add_attendees(session_id=row.session_id, learner_ids=[row.learner_id], by=supervisor, now=NOW)

    assert (added.added, added.already_listed) == (0, 1)
    assert Session.objects.get(pk=row.session_id).version == version


def test_p5_lines_are_never_reused(supervisor: User):
    session = scheduled_session(start_time=MORNING)
    one, two, three = LearnerFactory.create_batch(3)
    add_attendees(session_id=session.pk, learner_ids=[one.pk, two.pk], by=supervisor, now=NOW)
    remove_attendee(session_id=session.pk, learner_id=two.pk, by=supervisor, now=NOW)
    add_attendees(session_id=session.pk, learner_ids=[three.pk, two.pk], by=supervisor, now=NOW)

    assert lines_of(session) == [(1, one.pk), (3, three.pk), (4, two.pk)]


def test_s11_a_changed_list_raises_the_version_of_the_session(supervisor: User):
    session = scheduled_session(start_time=MORNING)
    learner = LearnerFactory()

    add_attendees(session_id=session.pk, learner_ids=[learner.pk], by=supervisor, now=NOW)
    session.refresh_from_db()
    assert (session.version, session.updated_by) == (2, supervisor)

    remove_attendee(session_id=session.pk, learner_id=learner.pk, by=supervisor, now=NOW)
    session.refresh_from_db()
    assert session.version == 3


def test_s7_more_people_than_seats_is_a_warning_and_never_a_block(supervisor: User):
    session = scheduled_session(venue=VenueFactory(capacity=2))
    people = [learner.pk for learner in LearnerFactory.create_batch(3)]

    assert add_attendees(session_id=session.pk, learner_ids=people[:2], by=supervisor, now=NOW).capacity_warning == ""
    added = add_attendees(session_id=session.pk, learner_ids=people, by=supervisor, now=NOW)

    assert added.added == 1
    assert added.capacity_warning == "Venue Capacity Exceeded (3/2)."


def test_s7_a_draft_without_a_venue_has_no_capacity(supervisor: User):
    session = SessionFactory(venue=None)
    added = add_attendees(session_id=session.pk, learner_ids=[LearnerFactory().pk], by=supervisor, now=NOW)
    assert (added.added, added.capacity_warning) == (1, "")


@pytest.mark.parametrize(("status", "reason"), [("BLACKLISTED", "is blocked"), ("INACTIVE", "is not active")])
def test_l1_who_is_not_active_is_refused_by_name_and_nothing_is_saved(supervisor: User, status: str, reason: str):
    session = scheduled_session()
    fine = LearnerFactory()
    refused = LearnerFactory(first_name="Zoë", last_name="O'Néill", status=status)

    with pytest.raises(NotActive) as refusal:
        add_attendees(session_id=session.pk, learner_ids=[fine.pk, refused.pk], by=supervisor, now=NOW)

    assert refusal.value.status == 409
    assert f"Zoë O'Néill ({refused.badge_id}) {reason}" in str(refusal.value)
    assert refusal.value.conflict == {
        "kind": "STATE",
        "learners": [{"learner_id": refused.pk, "badge_id": refused.badge_id, "status": status}],
    }
    assert lines_of(session) == []


def test_l1_who_is_on_the_list_already_stays_whatever_the_status(supervisor: User):
    row = SessionAttendeeFactory()
    Learner.objects.filter(pk=row.learner_id).update(status="BLACKLISTED")
    added = add_attendees(session_id=row.session_id, learner_ids=[row.learner_id], by=supervisor, now=NOW)
    assert added.already_listed == 1


def test_an_unknown_worker_is_refused_and_nothing_is_saved(supervisor: User):
    session = scheduled_session()
    with pytest.raises(UnknownLearners) as refusal:
        add_attendees(session_id=session.pk, learner_ids=[LearnerFactory().pk, 987654], by=supervisor, now=NOW)
    assert refusal.value.status == 400
    assert "987654" in str(refusal.value)
    assert lines_of(session) == []


def test_p5_a_cancelled_session_takes_nobody(supervisor: User):
    session = scheduled_session(status=Session.Status.CANCELLED, cancellation_reason="Storm")
    with pytest.raises(ListIsClosed):
        add_attendees(session_id=session.pk, learner_ids=[LearnerFactory().pk], by=supervisor, now=NOW)


def test_p5_walk_ins_are_added_after_the_start_by_the_trainer_of_the_session(trainer_user: User, trainer: Trainer):
    own, other = scheduled_session(trainer=trainer, start_time=MORNING), scheduled_session()
    learner = LearnerFactory()

    added = add_attendees(
        session_id=own.pk, learner_ids=[learner.pk], by=trainer_user, now=MORNING + timedelta(hours=1)
    )
    assert added.added == 1
    with pytest.raises(NotPermitted):
        add_attendees(session_id=other.pk, learner_ids=[learner.pk], by=trainer_user, now=NOW)


def test_an_auditor_adds_nobody(auditor: User):
    with pytest.raises(NotPermitted):
        add_attendees(session_id=scheduled_session().pk, learner_ids=[LearnerFactory().pk], by=auditor, now=NOW)


def test_p5_a_row_is_removed_before_the_start_while_unmarked(supervisor: User):
    row = SessionAttendeeFactory(session=scheduled_session(start_time=MORNING))
    remove_attendee(session_id=row.session_id, learner_id=row.learner_id, by=supervisor, now=NOW)
    assert not SessionAttendee.objects.filter(pk=row.pk).exists()


def test_p5_after_the_start_nobody_is_removed(supervisor: User):
    row = SessionAttendeeFactory(session=scheduled_session(start_time=MORNING))
    with pytest.raises(CannotRemove, match="Mark the worker absent"):
        remove_attendee(session_id=row.session_id, learner_id=row.learner_id, by=supervisor, now=MORNING)


def test_p5_who_is_marked_is_not_removed(supervisor: User):
    row = SessionAttendeeFactory(session=scheduled_session(start_time=MORNING), present=True)
    with pytest.raises(CannotRemove, match="marked already"):
        remove_attendee(session_id=row.session_id, learner_id=row.learner_id, by=supervisor, now=NOW)


def test_who_is_not_on_the_list_cannot_be_removed(supervisor: User):
    session = scheduled_session(start_time=MORNING)
    with pytest.raises(UnknownLearners, match="not on the list"):
        remove_attendee(session_id=session.pk, learner_id=LearnerFactory().pk, by=supervisor, now=NOW)


def test_a_trainer_removes_nobody(trainer_user: User, trainer: Trainer):
    row = SessionAttendeeFactory(session=scheduled_session(start_time=MORNING, trainer=trainer))
    with pytest.raises(NotPermitted):
        remove_attendee(session_id=row.session_id, learner_id=row.learner_id, by=trainer_user, now=NOW)


def test_s8_a_duplicate_is_a_draft_with_the_plan_and_the_list_and_no_marks_or_evidence(supervisor: User):
    session, rows = session_ready_to_finalize(size=3)
    rows[0].delete()
    Learner.objects.filter(pk=rows[1].learner_id).update(status="BLACKLISTED")

    draft = duplicate_session(session_id=session.pk, by=supervisor, now=NOW)

    draft = Session.objects.get(pk=draft.pk)
    assert draft.pk != session.pk
    assert (draft.status, draft.course, draft.trainer, draft.venue) == (
        "DRAFT",
        session.course,
        session.trainer,
        session.venue,
    )
    assert (draft.start_time, draft.course_version, draft.attendance_file_key, draft.first_marked_at) == (
        None,
        None,
        "",
        None,
    )
    assert (draft.created_by, draft.last_line) == (supervisor, 1)
    (row,) = draft.attendees.all()
    assert (row.learner, row.line, row.marked_at, row.is_present) == (rows[2].learner, 1, None, False)


@pytest.mark.parametrize("status", ["CANCELLED", "DRAFT"])
def test_s8_a_session_of_any_state_is_duplicated_without_what_is_offered_no_more(supervisor: User, status: str):
    session = scheduled_session(
        status=status, cancellation_reason="Storm", trainer=TrainerFactory(is_active=False), venue=None
    )
    draft = duplicate_session(session_id=session.pk, by=supervisor, now=NOW)
    assert (draft.trainer, draft.venue, draft.attendees.count()) == (None, None, 0)


@pytest.mark.parametrize("size", [1, 3, 60])
def test_p3_adding_takes_the_same_number_of_queries_for_any_number(supervisor: User, size: int):
    session = scheduled_session()
    people = [learner.pk for learner in LearnerFactory.create_batch(size)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        add_attendees(session_id=session.pk, learner_ids=people, by=supervisor, now=NOW)
    assert len(queries) == (10 if size == 1 else 11)  # more than one: what can be undone is noted (A1)
