"""The list of sessions and the week: the right rows, in constant queries, for the right people."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.learners import HASH, KEY, LearnerFactory
from tests.factories.training import (
    MORNING,
    CourseFactory,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    scheduled_session,
)
from tests.html import fragment, text_of, texts
from training.models import Session, Trainer

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LIST, WEEK = "/sessions/", "/sessions/week/"


def swap(target: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": target}


def listed(response: Any) -> list[Session]:
    return [line.session for line in response.context["lines"]]


# The list


def test_open_sessions_are_listed_in_the_order_of_time(as_supervisor: Client):
    undated = SessionFactory(start_time=None, end_time=None)
    later, sooner = scheduled_session(start_time=MORNING + HOUR * 48), scheduled_session(start_time=MORNING)
    SessionFactory(status="CANCELLED", cancellation_reason="Storm")
    assert listed(as_supervisor.get(LIST)) == [sooner, later, undated]


def test_the_strip_counts_what_each_of_its_links_lists(as_supervisor: Client):
    scheduled_session(start_time=MORNING)
    scheduled_session(start_time=timezone.now() + 10 * HOUR)
    SessionFactory.create_batch(2)
    SessionFactory(status="CANCELLED", cancellation_reason="Storm")
    for shown, count in as_supervisor.get(LIST).context["counts"]:
        assert len(listed(as_supervisor.get(LIST, {"show": shown.value}))) == count, shown


def test_filters_narrow_list_and_counts_alike(as_supervisor: Client):
    wanted, other = scheduled_session(start_time=MORNING), scheduled_session(start_time=MORNING + 24 * HOUR)
    queries: list[dict[str, Any]] = [
        {"course": wanted.course_id},
        {"trainer": wanted.trainer_id},
        {"venue": wanted.venue_id},
        {"q": wanted.reference},
        {"last": "2026-03-02"},
    ]
    for query in queries:
        response = as_supervisor.get(LIST, {"show": "all", **query})
        assert listed(response) == [wanted], query
        assert dict(response.context["counts"])["all"] == 1
    assert listed(as_supervisor.get(LIST, {"show": "all", "first": "2026-03-03"})) == [other]


@pytest.mark.parametrize(
    "query", [{"show": "x", "course": "x", "first": "x"}, {"first": "0001-01-01", "last": "9999-12-31"}, {"page": "x"}]
)
def test_a_filter_that_makes_no_sense_narrows_nothing(as_supervisor: Client, query: dict[str, str]):
    session = scheduled_session()
    assert listed(as_supervisor.get(LIST, query)) == [session]


def test_htmx_gets_the_list_and_the_counts_alone(as_supervisor: Client):
    scheduled_session()
    page = as_supervisor.get(LIST).text
    fragment = as_supervisor.get(LIST, headers=swap("sessions")).text
    assert "<html" not in fragment
    section = fragment[fragment.index("<section") : fragment.index("</section>")]
    assert section in page
    assert 'id="session-counts"' in fragment
    assert 'hx-swap-oob="true"' in fragment
    assert "hx-swap-oob" not in page


def test_a_trainer_sees_own_sessions_only_and_no_filter_by_trainer(as_trainer: Client, trainer: Trainer):
    own = scheduled_session(trainer=trainer)
    other = scheduled_session()
    response = as_trainer.get(f"{LIST}?show=all&trainer={other.trainer_id}")
    assert listed(response) == [own]
    assert 'name="trainer"' not in response.text
    assert "New session" not in response.text
    assert str(other.trainer) not in response.text


def test_an_auditor_reads_everything_and_plans_nothing(as_auditor: Client):
    session = scheduled_session()
    response = as_auditor.get(LIST)
    assert listed(response) == [session]
    assert "New session" not in response.text
    assert "New session" not in as_auditor.get(WEEK).text


def test_an_empty_list_says_so_and_offers_the_next_step(as_supervisor: Client, as_auditor: Client):
    LearnerFactory()  # an empty site leads to the first steps instead
    assert "Plan a session" in as_supervisor.get(LIST).text
    assert "Plan a session" not in as_auditor.get(LIST).text
    assert "Show all sessions" in as_supervisor.get(LIST, {"q": "zzz"}).text


def test_fifty_rows_make_a_page(as_supervisor: Client):
    course, trainer, venue = CourseFactory(), TrainerFactory(), VenueFactory()
    SessionFactory.create_batch(51, course=course, trainer=trainer, venue=venue)
    assert len(listed(as_supervisor.get(LIST))) == 50
    second = as_supervisor.get(LIST, {"page": "2", "q": str(trainer)})
    assert len(listed(second)) == 1
    assert text_of(second, '//nav[@class="pages"]/span[1]') == "51–51 of 51"


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_however_long(
    as_supervisor: Client, count: int, django_assert_num_queries: Any
):
    for _session in range(count):
        SessionAttendeeFactory.create_batch(count, session=scheduled_session())
    with django_assert_num_queries(11):
        as_supervisor.get(LIST)


# Seats and the one thing to say


def state_of(client: Client, session: Session) -> tuple[str, str]:
    (line,) = client.get(LIST, {"show": "all", "q": session.reference}).context["lines"]
    return line.state.kind, line.state.word


def test_s7_more_people_than_seats_are_marked(as_supervisor: Client):
    session = scheduled_session(venue=VenueFactory(capacity=1))
    SessionAttendeeFactory(session=session)
    assert "Over capacity" not in as_supervisor.get(LIST).text
    SessionAttendeeFactory(session=session)
    response = as_supervisor.get(LIST)
    (row,) = texts(response, "//tbody/tr")
    assert " 2/1 " in row
    assert "Over capacity" in response.text  # the words of its mark


def test_what_an_ended_session_lacks_is_said(as_supervisor: Client):
    session = scheduled_session(start_time=MORNING)
    assert state_of(as_supervisor, session) == ("bad", "Sheet missing")
    Session.objects.filter(pk=session.pk).update(attendance_file_key=KEY, attendance_file_hash=HASH)
    SessionAttendeeFactory(session=session)
    assert state_of(as_supervisor, session) == ("bad", "Nobody present")
    SessionAttendeeFactory(session=session, present=True)
    assert state_of(as_supervisor, session) == ("warn", "Attendance 1/2")
    ready, _attendees = session_ready_to_finalize(start_time=MORNING + 24 * HOUR)
    assert state_of(as_supervisor, ready) == ("ok", "Ready to finalize")


def test_what_stands_against_a_draft_is_said(as_supervisor: Client):
    draft = SessionFactory(trainer=None, venue=None, start_time=None, end_time=None)
    assert state_of(as_supervisor, draft) == ("warn", "No trainer, venue, time")
    draft = SessionFactory(course=CourseFactory())
    assert state_of(as_supervisor, draft) == ("bad", "Course not published")
    draft = SessionFactory()
    assert state_of(as_supervisor, draft) == ("bad", "Trainer not qualified")
    TrainerQualificationFactory(trainer=draft.trainer, course=draft.course)
    assert state_of(as_supervisor, draft) == ("ok", "Ready to schedule")
    scheduled_session(venue=draft.venue, start_time=draft.start_time)
    assert state_of(as_supervisor, draft) == ("bad", "Venue is taken")
    scheduled_session(trainer=draft.trainer, start_time=draft.start_time)
    assert state_of(as_supervisor, draft) == ("bad", "Trainer is booked")


def test_what_has_become_of_a_session_is_said(as_supervisor: Client):
    now = timezone.now()
    assert state_of(as_supervisor, scheduled_session(start_time=now + HOUR)) == ("none", "Scheduled")
    assert state_of(as_supervisor, scheduled_session(start_time=now - HOUR)) == ("none", "In progress")
    cancelled = SessionFactory(status="CANCELLED", cancellation_reason="Storm")
    assert state_of(as_supervisor, cancelled) == ("none", "Cancelled")


# The week


def drawn(response: Any) -> list[list[tuple[Session, int, int, int, int]]]:
    return [
        [(slot.line.session, slot.first, slot.last, slot.lane, slot.width) for slot in day.slots]
        for day in response.context["week"].days
    ]


def test_a_week_has_seven_days_from_monday(as_supervisor: Client):
    monday = scheduled_session(start_time=MORNING)
    sunday = scheduled_session(start_time=MORNING + timedelta(days=6))
    scheduled_session(start_time=MORNING + timedelta(days=7))
    SessionFactory(start_time=MORNING, status="CANCELLED", cancellation_reason="Storm")
    SessionFactory(start_time=None, end_time=None)
    response = as_supervisor.get(WEEK, {"week_of": "2026-03-05"})
    assert drawn(response) == [[(monday, 36, 52, 1, 1)], [], [], [], [], [], [(sunday, 36, 52, 1, 1)]]
    assert "Week 10: 2 Mar 2026 – 8 Mar 2026" in response.text


def test_overlapping_sessions_stand_side_by_side(as_supervisor: Client):
    first = scheduled_session(start_time=MORNING, end_time=MORNING + 2 * HOUR)
    second = scheduled_session(start_time=MORNING + HOUR, end_time=MORNING + 3 * HOUR)
    third = scheduled_session(start_time=MORNING + 2 * HOUR, end_time=MORNING + 4 * HOUR)
    alone = scheduled_session(start_time=MORNING + 5 * HOUR, end_time=MORNING + 6 * HOUR)
    monday, *_rest = drawn(as_supervisor.get(WEEK, {"week_of": "2026-03-02"}))
    assert monday == [(first, 36, 44, 1, 1), (second, 40, 48, 2, 1), (third, 44, 52, 1, 1), (alone, 56, 60, 1, 2)]


def test_more_sessions_than_fit_side_by_side_are_counted_and_linked(as_supervisor: Client):
    version = CourseVersionFactory()
    for _number in range(8):
        scheduled_session(course_version=version, start_time=MORNING)
    response = as_supervisor.get(WEEK, {"week_of": "2026-03-02"})
    assert len(drawn(response)[0]) == 6
    link = f"{LIST}?show=all&first=2026-03-02&last=2026-03-02"
    assert texts(response, f'//a[@href="{link}"]') == ["+2 more"]


def test_a_session_over_midnight_is_drawn_on_both_days_and_the_day_gets_longer(as_supervisor: Client):
    night = scheduled_session(
        start_time=datetime(2026, 3, 2, 21, 10, tzinfo=UTC), end_time=datetime(2026, 3, 3, 3, 5, tzinfo=UTC)
    )
    response = as_supervisor.get(WEEK, {"week_of": "2026-03-02"})
    assert drawn(response)[:2] == [[(night, 88, 96, 1, 1)], [(night, 0, 17, 1, 1)]]
    assert "quarters-96" in response.text


def test_a_session_that_ends_at_midnight_is_not_drawn_on_the_next_day(as_supervisor: Client):
    late = scheduled_session(
        start_time=datetime(2026, 3, 2, 21, 0, tzinfo=UTC), end_time=datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    )
    assert drawn(as_supervisor.get(WEEK, {"week_of": "2026-03-02"}))[:2] == [[(late, 88, 96, 1, 1)], []]


def test_a_draft_without_an_end_is_drawn_an_hour_long(as_supervisor: Client):
    draft = SessionFactory(start_time=MORNING, end_time=None)
    assert drawn(as_supervisor.get(WEEK, {"week_of": "2026-03-02"}))[0] == [(draft, 36, 40, 1, 1)]


@pytest.mark.parametrize("day", ["x", "0001-01-01", "9999-12-31"])
def test_a_day_that_makes_no_sense_shows_this_week(as_supervisor: Client, day: str):
    today = timezone.localdate()
    week = as_supervisor.get(WEEK, {"week_of": day}).context["week"]
    assert week.monday == today - timedelta(days=today.weekday())


def test_the_week_of_one_trainer_or_venue(as_supervisor: Client):
    session = scheduled_session(start_time=MORNING)
    scheduled_session(start_time=MORNING)
    for query in (f"trainer={session.trainer_id}", f"venue={session.venue_id}", f"course={session.course_id}"):
        monday, *_rest = drawn(as_supervisor.get(f"{WEEK}?week_of=2026-03-02&{query}"))
        assert [slot[0] for slot in monday] == [session]


def test_a_trainer_sees_the_own_week(as_trainer: Client, trainer: Trainer):
    own = scheduled_session(trainer=trainer, start_time=MORNING)
    scheduled_session(start_time=MORNING)
    monday, *_rest = drawn(as_trainer.get(WEEK, {"week_of": "2026-03-02"}))
    assert [slot[0] for slot in monday] == [own]


def test_htmx_gets_the_week_alone(as_supervisor: Client):
    scheduled_session(start_time=MORNING)
    page = as_supervisor.get(WEEK, {"week_of": "2026-03-02"}).text
    swapped = as_supervisor.get(WEEK, {"week_of": "2026-03-02"}, headers=swap("week")).text
    assert "<html" not in swapped
    assert fragment(swapped, "week") == fragment(page, "week")


@pytest.mark.parametrize("count", [1, 3])
def test_the_week_takes_the_same_queries_however_full(
    as_supervisor: Client, count: int, django_assert_num_queries: Any
):
    for number in range(count):
        session = scheduled_session(start_time=MORNING + number * HOUR)
        SessionAttendeeFactory(session=session, learner=LearnerFactory())
    with django_assert_num_queries(9):
        as_supervisor.get(WEEK, {"week_of": "2026-03-02"})
