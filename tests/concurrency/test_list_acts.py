"""A1: what was done to a list is undone once, whoever presses at the same moment, and takes nobody's mark along."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from attendance.policies.lists import check_can_undo
from attendance.services import list_acts
from attendance.services.attendees import add_attendees
from attendance.services.list_acts import Undone, undo_act
from attendance.services.marking import Everybody, Mark, mark_everybody, save_marks
from tests.concurrency.at_once import all_at_once, everybody_first, meanwhile
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory
from tests.factories.training import MORNING, UserFactory, scheduled_session
from training.core.groups import SUPERVISORS
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 8
NOW = MORNING + timedelta(hours=1)
BEFORE = MORNING - timedelta(hours=1)
SAID = ("learner", "line", "is_present", "has_passed", "remarks", "marked_by", "marked_at", "company", "role")


@pytest.fixture
def by() -> User:
    user: User = UserFactory(groups=[SUPERVISORS])
    return user


@pytest.fixture
def session(by: User) -> Session:
    """A session with four on its list, one of them marked absent by hand."""
    session = scheduled_session()
    first, *_others = SessionAttendeeFactory.create_batch(4, session=session)
    absent = Mark(first.learner_id, is_present=False, has_passed=False, remarks="Sick")
    save_marks(session_id=session.pk, marks=[absent], by=by, now=MORNING)
    return session


def rows_of(session: Session) -> list[tuple[Any, ...]]:
    return list(session.attendees.order_by("line").values_list(*SAID))


def undoing(session: Session, by: User) -> Callable[[], Undone]:
    act = session.list_acts.latest("pk")
    return lambda: undo_act(session_id=session.pk, act_id=act.pk, by=by, now=NOW)


def test_of_many_who_undo_one_does_and_the_rows_are_as_before(session: Session, by: User) -> None:
    before = rows_of(session)
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=by, now=NOW)
    versions = dict(session.attendees.values_list("learner", "version"))

    answers = all_at_once([undoing(session, by)] * PEOPLE)

    assert sorted((each.was_undone, each.restored) for each in answers) == [(False, 3)] + [(True, 0)] * (PEOPLE - 1)
    assert rows_of(session) == before
    first = session.attendees.get(line=1).learner_id
    once_more = {learner: version + (learner != first) for learner, version in versions.items()}
    assert dict(session.attendees.values_list("learner", "version")) == once_more
    assert session.list_acts.get().undone_by == by


def test_of_many_who_undo_an_addition_one_does_and_nobody_comes_off_twice(by: User) -> None:
    session = scheduled_session()
    stays = SessionAttendeeFactory(session=session)
    add_attendees(
        session_id=session.pk, learner_ids=[each.pk for each in LearnerFactory.create_batch(3)], by=by, now=BEFORE
    )
    act = session.list_acts.get()

    answers = all_at_once([lambda: undo_act(session_id=session.pk, act_id=act.pk, by=by, now=BEFORE)] * PEOPLE)

    assert sorted((each.was_undone, each.restored) for each in answers) == [(False, 3)] + [(True, 0)] * (PEOPLE - 1)
    assert list(session.attendees.values_list("learner", "line")) == [(stays.learner_id, 1)]
    session.refresh_from_db()
    assert (session.version, session.last_line) == (3, 4)  # the list changed twice, and no line is given again


def test_a_mark_that_comes_while_it_is_undone_waits_and_stands_after_it(session: Session, by: User) -> None:
    other = UserFactory(groups=[SUPERVISORS])
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=by, now=NOW)
    last = session.attendees.get(line=4)
    failed = Mark(last.learner_id, is_present=True, has_passed=False, remarks="Came at 10")

    meanwhile(undoing(session, by), lambda: save_marks(session_id=session.pk, marks=[failed], by=other, now=NOW))

    one, two, three, four = session.attendees.order_by("line")
    assert (one.is_present, one.remarks, one.marked_by) == (False, "Sick", by)
    assert (two.marked_at, three.marked_at) == (None, None)
    assert (four.is_present, four.has_passed, four.remarks, four.marked_by) == (True, False, "Came at 10", other)


def test_a_mark_that_came_first_is_left_and_named(session: Session, by: User) -> None:
    other = UserFactory(groups=[SUPERVISORS])
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=by, now=NOW)
    last = session.attendees.get(line=4)
    failed = Mark(last.learner_id, is_present=True, has_passed=False, remarks="Came at 10")

    undone = meanwhile(
        lambda: save_marks(session_id=session.pk, marks=[failed], by=other, now=NOW), undoing(session, by)
    )

    assert (undone.restored, list(undone.left)) == (2, [last.learner])
    last.refresh_from_db()
    assert (last.has_passed, last.remarks, last.marked_by) == (False, "Came at 10", other)


def test_control_without_the_lock_several_believe_that_they_have_undone_it(
    session: Session, by: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark_everybody(session_id=session.pk, what=Everybody.PRESENT, by=by, now=NOW)

    def read(*, session_id: int) -> Session:
        return Session.objects.get(pk=session_id)

    monkeypatch.setattr(list_acts, "lock_session", read)
    monkeypatch.setattr(list_acts, "check_can_undo", everybody_first(check_can_undo, PEOPLE))
    answers = all_at_once([undoing(session, by)] * PEOPLE)

    assert sum(not each.was_undone for each in answers if isinstance(each, Undone)) > 1
