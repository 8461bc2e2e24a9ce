"""What is decided under a lock is decided by what the row names then, not by what it named when the waiting began.

Every race has a control with the locking query as it was, joined to what the row names: PostgreSQL rechecks the new row
against the old joined ones, and a changed relation comes back empty.
"""

import ast
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q

from attendance.services import attendees, capture, finalize
from attendance.services.attendees import Added, add_attendees
from attendance.services.capture import capture_session
from attendance.services.finalize import FinalizeResult, finalize_session
from learners.models import CompetencyRecord, Learner, TrainingRecord
from learners.services.learners import lock_learner
from learners.services.merging import merge_workers
from tests.concurrency.at_once import meanwhile
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.learners import HASH, KEY, EvidenceUploadFactory, LearnerFactory, LearnerProgressionFactory
from tests.factories.training import (
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    UserFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from tests.locking import LOCKS, is_bare, joins_allowed
from training.core.permissions import name_of
from training.core.refusals import NotFound
from training.models import ClassAttendanceSession, CourseVersion, Session, Trainer, TrainingClass
from training.policies.classes import ClassNotPlannable
from training.policies.meetings import MeetingIsLocked
from training.services import classes, sessions
from training.services.classes import ClassPlan, edit_class
from training.services.sessions import Plan, edit_session, schedule_session

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture
def by() -> User:
    user: User = UserFactory(is_superuser=True, first_name="Maria", last_name="Haddad")
    return user


def qualified(session: Session, **names: str) -> Trainer:
    trainer: Trainer = TrainerFactory(**names)
    TrainerQualificationFactory(trainer=trainer, course=session.course)
    return trainer


# As it was


def joined_session(*, session_id: int) -> Session:
    related = ("course", "course_version", "trainer", "venue")
    locked = Session.objects.select_for_update(of=("self",)).select_related(*related)
    session = locked.filter(deleted_at__isnull=True, pk=session_id).first()
    if session is None:
        raise NotFound("There is no such session; it may have been deleted.")
    return session


def joined_meeting(*, class_id: int, session_date: date) -> ClassAttendanceSession | None:
    locked = ClassAttendanceSession.objects.select_for_update(of=("self",))
    found = locked.select_related("training_class__agent", "captured_by")
    return found.filter(training_class_id=class_id, session_date=session_date).first()


def joined_class(*, class_id: int) -> TrainingClass:
    locked = TrainingClass.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("client", "course", "agent", "venue", "updated_by").get(pk=class_id)


@pytest.fixture
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lock sessions, classes and meetings together with what they name."""
    for module in (sessions, finalize, attendees):
        monkeypatch.setattr(module, "lock_session", joined_session)
    monkeypatch.setattr(capture, "lock_meeting", joined_meeting)
    monkeypatch.setattr(classes, "lock_class", joined_class)
    with joins_allowed():
        yield


# Another trainer, while it is finalized


def finalize_while_trainer_changes(by: User, *, verified: bool = False) -> tuple[Any, Session]:
    version = CourseVersionFactory(requires_verification=verified)
    session, _attendees = session_ready_to_finalize(start_time=START, course_version=version)
    other = qualified(session, first_name="Grace", last_name="Hopper")
    change = Plan(trainer_id=other.pk)
    answer = meanwhile(
        partial(edit_session, session_id=session.pk, changes=change, reason="Ill", by=by, now=NOW),
        partial(finalize_session, session_id=session.pk, by=by, now=NOW),
    )
    return answer, session


def test_f2_records_name_the_trainer_who_came_while_finalize_waited(by: User) -> None:
    answer, session = finalize_while_trainer_changes(by)

    assert isinstance(answer, FinalizeResult)
    records = TrainingRecord.objects.filter(session=session)
    assert list(records.values_list("trainer_name", flat=True)) == ["Grace Hopper"] * 2


def test_f2_sign_offs_name_the_trainer_who_came_while_finalize_waited(by: User) -> None:
    _answer, session = finalize_while_trainer_changes(by, verified=True)

    sign_offs = CompetencyRecord.objects.filter(session=session)
    assert list(sign_offs.values_list("trainer_name", flat=True)) == ["Grace Hopper"] * 2


@pytest.mark.usefixtures("as_it_was")
def test_f2_control_a_join_in_the_lock_loses_the_trainer(by: User) -> None:
    with pytest.raises(AssertionError):
        finalize_while_trainer_changes(by)
    assert not TrainingRecord.objects.exists()


# Scheduled, while it is finalized


def finalize_while_scheduled(by: User) -> tuple[Any, Session]:
    session: Session = SessionFactory(start_time=START, attendance_file_key=KEY, attendance_file_hash=HASH)
    TrainerQualificationFactory(trainer=session.trainer, course=session.course)
    EvidenceUploadFactory(session=session)
    SessionAttendeeFactory.create_batch(2, session=session, present=True)
    answer = meanwhile(
        partial(schedule_session, session_id=session.pk, by=by, now=NOW),
        partial(finalize_session, session_id=session.pk, by=by, now=NOW),
    )
    return answer, session


def test_s9_finalize_that_waited_for_scheduling_knows_the_version_that_it_pinned(by: User) -> None:
    answer, session = finalize_while_scheduled(by)

    assert isinstance(answer, FinalizeResult)
    versions = CourseVersion.objects.filter(course=session.course)
    records = TrainingRecord.objects.filter(session=session)
    assert set(records.values_list("course_version", "course_title")) == set(versions.values_list("pk", "title"))
    assert records.count() == 2


@pytest.mark.usefixtures("as_it_was")
def test_s9_control_a_join_in_the_lock_loses_the_version(by: User) -> None:
    with pytest.raises(AssertionError):
        finalize_while_scheduled(by)


# Another course or room, while somebody adds


def add_while_changed(by: User, **change: int) -> Any:
    session = scheduled_session(start_time=START)
    for course in CourseVersion.objects.filter(course__in=filter(None, [change.get("course_id")])):
        TrainerQualificationFactory(trainer=session.trainer, course=course.course)
    people = [LearnerFactory().pk for _number in range(3)]
    return meanwhile(
        partial(edit_session, session_id=session.pk, changes=Plan(**change), by=by, now=NOW),  # type: ignore[typeddict-item]
        partial(add_attendees, session_id=session.pk, learner_ids=people, by=by, now=NOW),
    )


def test_p5_people_are_added_to_a_session_whose_course_just_changed(by: User) -> None:
    assert add_while_changed(by, course_id=CourseVersionFactory().course_id) == Added(3, 0, "")
    assert [attendee.line for attendee in Session.objects.get().attendees.order_by("line")] == [1, 2, 3]


@pytest.mark.usefixtures("as_it_was")
def test_p5_control_a_join_in_the_lock_loses_the_session(by: User) -> None:
    assert isinstance(add_while_changed(by, course_id=CourseVersionFactory().course_id), NotFound)


def test_s7_the_warning_counts_the_seats_of_the_room_that_was_just_chosen(by: User) -> None:
    answer = add_while_changed(by, venue_id=VenueFactory(capacity=2).pk)

    assert answer == Added(added=3, already_listed=0, capacity_warning="Venue Capacity Exceeded (3/2).")


@pytest.mark.usefixtures("as_it_was")
def test_s7_control_a_join_in_the_lock_loses_the_warning(by: User) -> None:
    assert add_while_changed(by, venue_id=VenueFactory(capacity=2).pk) == Added(3, 0, "")


# Captured, while somebody else captures


def slower(by: User) -> Any:
    training_class = active_class()
    LearnerProgressionFactory(training_class=training_class)
    what: dict[str, Any] = {"class_id": training_class.pk, "session_date": DAY, "now": NOW}
    other = UserFactory(is_superuser=True)
    return meanwhile(partial(capture_session, by=by, **what), partial(capture_session, by=other, **what))


def test_h3_the_slower_one_is_told_who_captured(by: User) -> None:
    answer = slower(by)

    assert isinstance(answer, MeetingIsLocked)
    assert answer.conflict is not None
    assert answer.conflict["changed_by"] == name_of(by)
    assert name_of(by) in answer.message


@pytest.mark.usefixtures("as_it_was")
def test_h3_control_a_join_in_the_lock_loses_who_captured(by: User) -> None:
    answer = slower(by)

    assert isinstance(answer, MeetingIsLocked)
    assert name_of(by) not in answer.message


# A class whose agent changes, while its room is chosen


def edit_class_twice(by: User) -> tuple[Any, Trainer]:
    training_class, agent = active_class(), TrainerFactory()
    edit = partial(edit_class, class_id=training_class.pk, by=by, now=NOW)
    answer = meanwhile(
        partial(edit, changes=ClassPlan(agent_id=agent.pk)),
        partial(edit, changes=ClassPlan(venue_id=VenueFactory().pk)),
    )
    return answer, agent


def test_h1_a_class_is_edited_with_the_agent_that_it_was_just_given(by: User) -> None:
    answer, agent = edit_class_twice(by)

    assert isinstance(answer, TrainingClass)
    answer.refresh_from_db()
    assert (answer.agent, answer.venue is None, answer.version) == (agent, False, 4)


@pytest.mark.usefixtures("as_it_was")
def test_h1_control_a_join_in_the_lock_loses_the_agent(by: User) -> None:
    answer, agent = edit_class_twice(by)

    assert isinstance(answer, ClassNotPlannable) or answer.agent != agent


# A badge that is merged, while it is locked


def locked_while_merged(by: User, lock: Callable[..., Any]) -> list[str]:
    """Return the badges that the slower one has locked, as another connection finds them."""
    duplicate, survivor = LearnerFactory(badge_id="OLD"), LearnerFactory(badge_id="NEW")

    def lock_and_look() -> list[str]:
        with transaction.atomic():
            lock(learner_id=duplicate.pk)
            with ThreadPoolExecutor(1) as pool:
                free = pool.submit(_badges_free).result(timeout=60)
        return sorted({"OLD", "NEW"} - free)

    merge = partial(merge_workers, duplicate_id=duplicate.pk, survivor_id=survivor.pk, reason="Lost", by=by, now=NOW)
    locked: list[str] = meanwhile(merge, lock_and_look)
    return locked


def _badges_free() -> set[str]:
    try:
        with transaction.atomic():
            return set(Learner.objects.select_for_update(skip_locked=True).values_list("badge_id", flat=True))
    finally:
        connection.close()


def joined_learner(*, learner_id: int) -> None:
    survivor = Learner.objects.filter(pk=learner_id).values("merged_into")
    locked = Learner.objects.select_for_update(no_key=True).filter(Q(pk=learner_id) | Q(pk__in=survivor))
    assert list(locked.order_by("pk"))


def test_l2_who_waited_for_a_merge_has_locked_the_survivor_too(by: User) -> None:
    assert locked_while_merged(by, lock_learner) == ["NEW", "OLD"]


def test_l2_control_a_sub_select_in_the_lock_leaves_the_survivor_free(by: User) -> None:
    with joins_allowed():
        assert locked_while_merged(by, joined_learner) == ["OLD"]


# Everywhere else


@pytest.mark.parametrize(
    ("statement", "bare"),
    [
        ('SELECT "t"."id" FROM "sessions" "t" WHERE "t"."id" = 1 LIMIT 1 FOR UPDATE', True),
        ('SELECT "t"."id" AS "pk" FROM "t" WHERE ("t"."id" IN (1, 2)) ORDER BY 1 ASC FOR NO KEY UPDATE', True),
        ("SELECT id FROM learners_learner WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE", True),
        ('SELECT "t"."id", "v"."id" FROM "t" LEFT OUTER JOIN "v" ON ("t"."v" = "v"."id") FOR UPDATE OF "t"', False),
        ('SELECT "t"."id" FROM "t" WHERE "t"."id" IN (SELECT "u"."t" FROM "u") FOR UPDATE', False),
        ("SELECT t.id FROM t, u WHERE t.id = u.id FOR SHARE", False),
    ],
)
def test_the_watch_over_locking_queries_knows_a_bare_one(statement: str, bare: bool) -> None:
    assert is_bare(statement) == bare


def test_no_query_of_the_suite_locks_by_a_join() -> None:
    """The watch itself: `tests/conftest.py` puts it around every connection."""
    with transaction.atomic(), pytest.raises(AssertionError, match="one table"):
        list(Session.objects.select_for_update(of=("self",)).select_related("trainer"))


def test_locking_queries_inside_functions_of_the_database_are_bare() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                AND proname NOT LIKE 'procrastinate%'"""  # a library's, which locks no row of ours
        )
        sources = cursor.fetchall()
    locking = [
        (name, statement)
        for name, source in sources
        for statement in re.split(r";|\bLOOP\b", source)
        if LOCKS.search(statement) and "SELECT" in statement
    ]
    assert [name for name, statement in locking if not is_bare(statement[statement.index("SELECT") :])] == []
    assert locking


def test_locking_queries_that_no_test_runs_are_bare_too() -> None:
    """What joins is not written beside `select_for_update`, and `of=` is needed by joins only."""
    root = Path(__file__).parents[2]
    layers = [
        path for layer in ("config", "attendance", "learners", "training") for path in (root / layer).rglob("*.py")
    ]
    calls = [
        (path.relative_to(root), ast.unparse(node))
        for path in layers
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and "select_for_update" in ast.unparse(node)
    ]
    assert calls
    assert [call for call in calls if re.search(r"of=|select_related|annotate|alias\(", call[1])] == []
