"""Which sessions a person sees, what a filter means, and what changed since somebody looked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.factories.training import (
    MORNING,
    CourseFactory,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    UserFactory,
    VenueFactory,
    scheduled_session,
)
from training.core.refusals import NotFound
from training.models import Session, Trainer
from training.pages.session_changes import changed_since
from training.selectors.sessions import (
    SessionFilter,
    Shown,
    count_by_state,
    get_session,
    in_reading_order,
    in_state,
    matching,
    visible_sessions,
    with_title,
)
from training.services.sessions import Plan, edit_session

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def one_of_each() -> dict[str, Session]:
    finalized = scheduled_session(start_time=NOW - 9 * HOUR, attendance_file_key="k", attendance_file_hash="0" * 64)
    Session.objects.filter(pk=finalized.pk).update(status="COMPLETED", finalized_at=NOW, finalized_by=UserFactory())
    SessionFactory(deleted_at=NOW)
    return {
        "ended": scheduled_session(start_time=NOW - 4 * HOUR),
        "running": scheduled_session(start_time=NOW - HOUR),
        "planned": scheduled_session(start_time=NOW + HOUR),
        "draft": SessionFactory(start_time=NOW + 2 * HOUR),
        "undated": SessionFactory(start_time=None, end_time=None),
        "finalized": finalized,
        "cancelled": SessionFactory(start_time=NOW, status="CANCELLED", cancellation_reason="Storm"),
    }


STATES = {
    Shown.OPEN: ["ended", "running", "planned", "draft", "undated"],
    Shown.TO_FINALIZE: ["ended"],
    Shown.COMING: ["running", "planned"],
    Shown.DRAFT: ["draft", "undated"],
    Shown.COMPLETED: ["finalized"],
    Shown.CANCELLED: ["cancelled"],
    Shown.ALL: ["undated", "draft", "planned", "cancelled", "running", "ended", "finalized"],
}


def test_every_state_of_the_strip_is_tested():
    assert set(STATES) == set(Shown)


@pytest.mark.parametrize("shown", Shown)
def test_each_state_lists_its_sessions_in_reading_order(
    one_of_each: dict[str, Session], supervisor: User, shown: Shown
):
    names = {session.pk: name for name, session in one_of_each.items()}
    found = in_reading_order(visible_sessions(supervisor).filter(in_state(shown, now=NOW)), shown)
    assert [names[session.pk] for session in found] == STATES[shown]


def test_the_counts_are_the_lengths_of_the_lists(
    one_of_each: dict[str, Session], supervisor: User, django_assert_num_queries: Any
):
    sessions = visible_sessions(supervisor)
    with django_assert_num_queries(1):
        counts = count_by_state(sessions, now=NOW)
    assert counts == {shown: len(names) for shown, names in STATES.items()}


def test_a_trainer_sees_own_sessions_only(trainer: Trainer, trainer_user: User, auditor: User):
    own, other = scheduled_session(trainer=trainer), scheduled_session()
    assert list(visible_sessions(trainer_user)) == [own]
    assert set(visible_sessions(auditor)) == {own, other}
    assert not visible_sessions(UserFactory()).exists()
    with pytest.raises(NotFound):
        get_session(other.pk, user=trainer_user)


def found_by(supervisor: User, **wanted: Any) -> set[Session]:
    return set(matching(visible_sessions(supervisor), SessionFilter(**wanted)))


def test_filters_by_what_the_plan_names(supervisor: User):
    session, _other = scheduled_session(), scheduled_session()
    assert found_by(supervisor, course_id=session.course_id) == {session}
    assert found_by(supervisor, trainer_id=session.trainer_id) == {session}
    assert found_by(supervisor, venue_id=session.venue_id) == {session}
    assert found_by(supervisor, venue_id=session.venue_id, trainer_id=0) == set()


def test_filters_by_days_of_the_site(supervisor: User):
    late = scheduled_session(start_time=datetime(2026, 3, 2, 22, 59, tzinfo=UTC))  # 23:59 in Berlin
    early = scheduled_session(start_time=datetime(2026, 3, 2, 23, 0, tzinfo=UTC))  # midnight
    SessionFactory(start_time=None, end_time=None)
    assert found_by(supervisor, last=date(2026, 3, 2)) == {late}
    assert found_by(supervisor, first=date(2026, 3, 3)) == {early}
    assert found_by(supervisor, first=date(2026, 3, 2), last=date(2026, 3, 3)) == {late, early}


@pytest.mark.parametrize(
    "text", ["wah", "HEIGHT", "ana silva", "silva ANA", "room b", "height silva", "{reference}", "{pk}", "s-1999-{pk}"]
)
def test_text_finds_words_in_any_order_anywhere(supervisor: User, text: str):
    session = scheduled_session(
        course_version__course__code="WAH-101",
        course_version__title="Working at height",
        trainer=TrainerFactory(first_name="Ana", last_name="Silva"),
        venue=VenueFactory(name="Room B"),
    )
    scheduled_session(course_version__title="First aid")
    assert found_by(supervisor, text=text.format(reference=session.reference, pk=session.pk)) == {session}


@pytest.mark.parametrize("text", ["zzz", "height zzz", "%", "_", "9" * 30, "\\"])
def test_text_that_nothing_mentions_finds_nothing(supervisor: User, text: str):
    scheduled_session(course_version__title="Working at height")
    assert found_by(supervisor, text=text) == set()


def test_the_title_is_of_the_pinned_version_else_of_the_published_else_of_the_newest(supervisor: User):
    first = CourseVersionFactory(title="First", status="ARCHIVED")
    CourseVersionFactory(course=first.course, number=2, title="Second")
    CourseVersionFactory(course=first.course, number=3, title="Third", status="DRAFT")
    pinned = scheduled_session(course_version=first)
    draft = SessionFactory(course=first.course)
    unpublished = SessionFactory(course=CourseVersionFactory(title="Unpublished", status="DRAFT").course)
    untold = SessionFactory(course=CourseFactory())
    titled: Any = with_title(visible_sessions(supervisor))
    assert {session.pk: session.title for session in titled} == {
        pinned.pk: "First",
        draft.pk: "Second",
        unpublished.pk: "Unpublished",
        untold.pk: "",
    }


def test_s3_what_changed_since_a_version_is_told_field_by_field(supervisor: User):
    session = SessionFactory(venue__name="Room A", start_time=MORNING)
    room_b = VenueFactory(name="Room B")
    later = MORNING + HOUR
    edit_session(session_id=session.pk, changes=Plan(venue_id=room_b.pk), by=supervisor, now=NOW)
    edit_session(session_id=session.pk, changes=Plan(start_time=later, trainer_id=None), by=supervisor, now=NOW)

    now = Session.objects.get(pk=session.pk)
    changes = [(change.label, change.before, change.after) for change in changed_since(now, 1)]
    assert changes == [
        ("Trainer", str(session.trainer), "–"),
        ("Venue", "Room A", "Room B"),
        ("Start", "2 Mar 2026 09:00", "2 Mar 2026 10:00"),
    ]
    assert [change.label for change in changed_since(now, 2)] == ["Trainer", "Start"]
    assert changed_since(now, 3) == []
    assert changed_since(now, 99) == []
