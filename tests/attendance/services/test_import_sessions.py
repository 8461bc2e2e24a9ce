"""Sessions of an import: which is meant, what is planned, what is refused, and what undoing does (I1, I5, I6, I8)."""

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.services.imports.kinds.sessions import SessionRows
from tests.bringing_in import NOW, bring_in, check, outcomes, rows_of, sentences, terms_of
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.training import (
    CourseFactory,
    CourseVersionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
)
from training.core.imports.declaration import Thing
from training.core.imports.rows import CheckedRow
from training.core.refusals import Conflict, NotPermitted
from training.models import Course, Session, Trainer, Venue
from training.services.imports.contract import LEAVE_OUT, NewThing, UndoneRow, WrittenRow
from training.services.sessions import cancel_session, create_draft, create_scheduled, delete_draft, edit_session

pytestmark = pytest.mark.django_db
SERVICE = SessionRows()
DAY, EIGHT, NOON, EVENING = date(2026, 3, 16), time(8), time(12), time(18)
AT_EIGHT, AT_NOON = datetime(2026, 3, 16, 7, tzinfo=UTC), datetime(2026, 3, 16, 11, tzinfo=UTC)
Event: Any = apps.get_model("training", "SessionEvent")


@pytest.fixture(autouse=True)
def library() -> None:
    course = CourseVersionFactory(course=CourseFactory(code="HSE-001")).course
    for first in ("Marta", "Tarek"):
        TrainerQualificationFactory(trainer=TrainerFactory(first_name=first, last_name="Lindqvist"), course=course)
    VenueFactory(name="Room 1")
    VenueFactory(name="Room 2")


def row(**others: Any) -> dict[str, Any]:
    return {
        "course": "HSE-001",
        "day": DAY,
        "starts_at": EIGHT,
        "ends_at": NOON,
        "trainer": "Marta Lindqvist",
        "venue": "Room 1",
        **others,
    }


def marta() -> Trainer:
    return Trainer.objects.get(first_name="Marta")


def stored(by: User, **others: Any) -> Session:
    """Return a session as `row` says it."""
    plan = {
        "course_id": Course.objects.get(code="HSE-001").pk,
        "trainer_id": marta().pk,
        "venue_id": Venue.objects.get(name="Room 1").pk,
        "start_time": AT_EIGHT,
        "end_time": AT_NOON,
    }
    return create_scheduled(**{**plan, **others}, by=by, now=NOW)


def plans() -> list[tuple[Any, ...]]:
    sessions = Session.objects.order_by("pk")
    return list(sessions.values_list("course__code", "trainer__first_name", "venue__name", "start_time", "status"))


def as_written(rows: list[CheckedRow]) -> list[WrittenRow]:
    return [
        WrittenRow(
            sheet=row.draft.sheet,
            row=row.draft.number,
            key=row.key or 0,
            identity=row.identity,
            before=row.before,
            after=row.after,
        )
        for row in rows
        if row.outcome in {"new", "changed"}
    ]


def undo(rows: list[CheckedRow], by: User) -> list[tuple[str, str]]:
    undone: list[UndoneRow] = list(SERVICE.undo(as_written(rows), reason="Wrong file", by=by, now=NOW))
    return [(each.act.value, each.why) for each in undone]


# What is planned


def test_a_whole_row_is_scheduled_with_the_published_version(supervisor: User):
    checked = bring_in(SERVICE, rows_of(row()), terms_of(supervisor))
    assert outcomes(checked) == ["new"]
    session = Session.objects.get()
    assert (checked[0].key, checked[0].identity) == (session.pk, "HSE-001 2026-03-16 08:00 Marta Lindqvist Room 1")
    assert (checked[0].before, checked[0].after) == ({}, {**row(), "status": "scheduled"})
    assert (session.status, session.start_time, session.end_time) == ("SCHEDULED", AT_EIGHT, AT_NOON)
    assert session.course_version == session.course.versions.get()
    assert (session.trainer, session.venue) == (marta(), Venue.objects.get(name="Room 1"))
    assert (session.created_by, session.updated_by, session.created_at, session.version) == (
        supervisor,
        supervisor,
        NOW,
        1,
    )
    event = Event.objects.select_related("pgh_context").get(pgh_obj=session)
    assert (event.pgh_label, event.pgh_context.metadata["user"]) == ("insert", supervisor.pk)


def test_a_past_session_is_scheduled_and_never_finalized(supervisor: User):
    past = date(2025, 11, 3)
    rows = rows_of(row(day=past), row(day=past, starts_at=NOON, ends_at=EVENING, status="completed"))
    assert outcomes(bring_in(SERVICE, rows, terms_of(supervisor))) == ["new", "new"]
    assert [session.status for session in Session.objects.all()] == ["SCHEDULED", "SCHEDULED"]
    assert not Session.objects.exclude(finalized_at=None).exists()


def test_s1_what_lacks_something_is_a_draft_unless_the_row_wants_more(supervisor: User):
    rows = rows_of({"course": "HSE-001"}, row(trainer=None), row(status="draft"))
    assert outcomes(bring_in(SERVICE, rows, terms_of(supervisor))) == ["new", "new", "new"]
    assert [plan[-1] for plan in plans()] == ["DRAFT", "DRAFT", "DRAFT"]
    assert Session.objects.filter(course_version=None).count() == 3
    wanted = check(SERVICE, rows_of({"course": "HSE-001", "status": "scheduled"}), terms_of(supervisor))
    assert sentences(wanted) == [
        [
            "trainer: Choose a trainer.",
            "venue: Choose a venue.",
            "starts_at: Enter the day and the start time.",
            "ends_at: Enter the end time.",
        ]
    ]


def test_what_new_sessions_are_can_be_said_for_the_whole_import(supervisor: User):
    assert outcomes(bring_in(SERVICE, rows_of(row()), terms_of(supervisor, status="draft"))) == ["new"]
    assert [plan[-1] for plan in plans()] == ["DRAFT"]


def test_an_end_at_midnight_is_the_end_of_the_day(supervisor: User):
    rows = rows_of(row(starts_at=time(22), ends_at=time(0)))
    assert outcomes(bring_in(SERVICE, rows, terms_of(supervisor))) == ["new"]
    assert Session.objects.get().end_time == datetime(2026, 3, 16, 23, tzinfo=UTC)
    assert outcomes(check(SERVICE, rows, terms_of(supervisor))) == ["same"]


def test_a_length_stands_for_the_end_past_midnight_too(supervisor: User):
    rows = rows_of(row(ends_at=None, duration=90), row(starts_at=time(22), ends_at=time(2), duration=240))
    checked = bring_in(SERVICE, rows, terms_of(supervisor))
    assert outcomes(checked) == ["new", "new"]
    assert list(Session.objects.order_by("pk").values_list(F("end_time") - F("start_time"), flat=True)) == [
        timedelta(minutes=90),
        timedelta(hours=4),
    ]
    assert outcomes(bring_in(SERVICE, rows, terms_of(supervisor))) == ["same", "same"]
    without = rows_of(row(starts_at=time(22), ends_at=time(2)))
    assert outcomes(check(SERVICE, without, terms_of(supervisor))) == ["same"]


# Which session is meant


def test_the_same_file_again_writes_nothing(supervisor: User):
    rows = rows_of(
        row(), row(starts_at=NOON, ends_at=EVENING), {"course": "HSE-001"}, row(day=date(2026, 3, 17), venue="")
    )
    assert outcomes(bring_in(SERVICE, rows, terms_of(supervisor))) == ["new"] * 4
    events = Event.objects.count()
    again = bring_in(SERVICE, rows, terms_of(supervisor, now=NOW + timedelta(days=40)))
    assert outcomes(again) == ["same"] * 4
    assert [(each.before, each.after) for each in again] == [({}, {})] * 4
    assert Event.objects.count() == events


def test_a_reference_says_which_session_is_meant(supervisor: User):
    session = stored(supervisor)
    moved = row(reference=session.reference.lower(), day=date(2026, 3, 17), ends_at=None, venue="Room 2")
    checked = bring_in(SERVICE, rows_of(moved), terms_of(supervisor))
    assert (outcomes(checked), checked[0].identity, checked[0].key) == (["changed"], session.reference, session.pk)
    assert checked[0].before == {"day": DAY, "venue": "Room 1"}
    assert checked[0].after == {"day": date(2026, 3, 17), "venue": "Room 2"}
    session.refresh_from_db()
    assert (session.start_time, session.end_time) == (AT_EIGHT + timedelta(days=1), AT_NOON + timedelta(days=1))
    assert (session.venue, session.version, session.updated_by) == (Venue.objects.get(name="Room 2"), 2, supervisor)


@pytest.mark.parametrize("reference", ["S-2026-99999", "S-2019-{pk}", "HSE"])
def test_a_reference_that_is_nobodys_is_refused(supervisor: User, reference: str):
    session = create_draft(course_id=Course.objects.get().pk, by=supervisor, now=NOW)
    checked = check(SERVICE, rows_of(row(reference=reference.format(pk=session.pk))), terms_of(supervisor))
    assert sentences(checked) == [["reference: There is no session of this reference."]]


def test_without_a_reference_course_start_and_trainer_or_venue_say_which_is_meant(supervisor: User):
    session = stored(supervisor)
    rows = rows_of(row(trainer="Tarek Lindqvist", ends_at=time(11)))
    assert outcomes(bring_in(SERVICE, rows, terms_of(supervisor))) == ["changed"]
    session.refresh_from_db()
    assert (str(session.trainer), session.end_time) == ("Tarek Lindqvist", AT_NOON - timedelta(hours=1))
    other = rows_of(row(trainer="Marta Lindqvist", venue="Room 2"))
    assert outcomes(bring_in(SERVICE, other, terms_of(supervisor))) == ["new"]


def test_a_draft_is_filled_in_and_scheduled_as_the_row_says(supervisor: User):
    draft = create_draft(course_id=Course.objects.get().pk, start_time=AT_EIGHT, by=supervisor, now=NOW)
    assert outcomes(bring_in(SERVICE, rows_of(row()), terms_of(supervisor))) == ["changed"]
    draft.refresh_from_db()
    assert (draft.status, draft.trainer, draft.course_version) == ("DRAFT", marta(), None)
    checked = bring_in(SERVICE, rows_of(row(status="scheduled")), terms_of(supervisor))
    assert (checked[0].before, checked[0].after) == ({"status": "draft"}, {"status": "scheduled"})
    draft.refresh_from_db()
    assert (draft.status, draft.course_version) == ("SCHEDULED", draft.course.versions.get())


def test_several_that_can_be_meant_are_told_apart_by_their_references(supervisor: User):
    course = Course.objects.get().pk
    for _ in range(2):
        create_draft(course_id=course, start_time=AT_EIGHT, by=supervisor, now=NOW)
    checked = check(SERVICE, rows_of(row()), terms_of(supervisor))
    assert sentences(checked) == [["reference: Several sessions can be meant. Give the reference of one."]]


def test_a_cancelled_session_is_planned_anew(supervisor: User):
    session = stored(supervisor)
    cancel_session(session_id=session.pk, reason="Storm", by=supervisor, now=NOW)
    assert outcomes(check(SERVICE, rows_of(row()), terms_of(supervisor))) == ["new"]
    named = check(SERVICE, rows_of(row(reference=session.reference, venue="Room 2")), terms_of(supervisor))
    assert sentences(named) == [[": This session is cancelled and cannot be changed. Duplicate it to plan it again."]]
    same = check(SERVICE, rows_of(row(reference=session.reference, status="cancelled")), terms_of(supervisor))
    assert outcomes(same) == ["same"]


def test_two_rows_about_one_session(supervisor: User):
    stored(supervisor)
    same = check(SERVICE, rows_of(row(), row()), terms_of(supervisor))
    assert outcomes(same) == ["same", "left out"]
    other = check(SERVICE, rows_of(row(), row(ends_at=EVENING)), terms_of(supervisor), part=1)
    assert outcomes(other) == ["refused", "refused"]
    text = ": Two rows are about this session and say different things. Leave one."
    assert sentences(other) == [[text], [text]]


# What is refused


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"course": None}, "course: Choose a course."),
        ({"course": "HSE-999"}, "course: Nothing is known by this name."),
        ({"day": None}, "day: Enter the day."),
        ({"starts_at": None}, "starts_at: Enter the start time, or leave the day empty."),
        ({"day": None, "starts_at": None}, "starts_at: Enter the day and the start time as well."),
        ({"ends_at": time(7)}, "ends_at: End time must be after start time."),
        ({"duration": 90}, "ends_at: This end and this length do not agree. Correct one of them."),
        ({"day": date(2066, 3, 2)}, "starts_at: Check the year: this is more than 20 years away."),
        (
            {"day": date(2026, 3, 29), "starts_at": time(2, 30)},
            "starts_at: There is no 02:30 on that day: the clocks go forward. Choose a later time.",
        ),
        ({"trainer": "Kim New"}, "trainer: This one is not there yet. Bring it in first, then its sessions."),
        ({"trainer": "Old Hand"}, "trainer: Old Hand is no longer active. Choose another trainer."),
        ({"trainer": "Un Able"}, "trainer: Un Able is not qualified for HSE-001. Choose another trainer."),
        ({"venue": "Old room"}, "venue: Old room is no longer in use. Choose another venue."),
        (
            {"course": "HSE-002", "trainer": "Un Able"},
            "course: HSE-002 has no published version. Publish one, or choose another course.",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused_in_the_words_of_the_service(
    supervisor: User, others: dict[str, Any], said: str
):
    TrainerFactory(first_name="Old", last_name="Hand", is_active=False).qualifications.create(
        course=Course.objects.get(code="HSE-001")
    )
    VenueFactory(name="Old room", is_active=False)
    draft = CourseVersionFactory(course=CourseFactory(code="HSE-002"), status="DRAFT").course
    TrainerFactory(first_name="Un", last_name="Able").qualifications.create(course=draft)
    things = {Thing.TRAINER: {"Kim New": NewThing(Thing.TRAINER, "Kim New")}}
    checked = check(SERVICE, rows_of(row(**others)), terms_of(supervisor, things=things))
    assert outcomes(checked) == ["refused"]
    if others.get("day") == date(2066, 3, 2):
        assert sentences(checked)[0][0] == said
    else:
        assert sentences(checked) == [[said]]


def test_a_name_that_is_to_be_left_out_leaves_the_row_out(supervisor: User):
    things = {Thing.TRAINER: {"Nobody": LEAVE_OUT}}
    checked = check(SERVICE, rows_of(row(trainer="Nobody")), terms_of(supervisor, things=things))
    assert outcomes(checked) == ["left out"]


def test_a_cancelled_row_is_left_out_and_cancels_nothing(supervisor: User):
    checked = check(SERVICE, rows_of(row(status="cancelled")), terms_of(supervisor))
    assert outcomes(checked) == ["left out"]
    stored(supervisor)
    checked = check(SERVICE, rows_of(row(status="cancelled")), terms_of(supervisor))
    assert sentences(checked) == [["status: An import cancels no session. Cancel it on its page, with a reason."]]
    checked = check(SERVICE, rows_of(row(status="draft")), terms_of(supervisor))
    assert sentences(checked) == [["status: This session is scheduled already. Edit it to change its plan."]]


def test_s11_with_a_mark_the_course_stays_and_moving_needs_a_reason(supervisor: User):
    session = stored(supervisor)
    SessionAttendeeFactory(session=session, present=True)
    rows = rows_of(row(reference=session.reference, venue="Room 2"))
    said = ": Attendance or a signed sheet is stored. Say why trainer, venue or time change."
    assert sentences(check(SERVICE, rows, terms_of(supervisor))) == [[said]]
    assert outcomes(bring_in(SERVICE, rows, terms_of(supervisor, reason="Flood"))) == ["changed"]
    session.refresh_from_db()
    assert session.change_reason == "Flood"
    CourseVersionFactory(course=CourseFactory(code="HSE-003"))
    rows = rows_of(row(reference=session.reference, course="HSE-003"))
    assert (
        "course: An import gives no session another course. Plan another session."
        in sentences(check(SERVICE, rows, terms_of(supervisor)))[0]
    )


def test_s2_a_slot_that_is_taken_names_the_other_session(supervisor: User):
    other = stored(supervisor, start_time=AT_EIGHT + timedelta(hours=1), end_time=AT_NOON)
    checked = check(SERVICE, rows_of(row(), row(starts_at=NOON, ends_at=EVENING)), terms_of(supervisor))
    when = "Mon 16 Mar 2026, 09:00–12:00."
    assert sentences(checked) == [
        [
            f"trainer: Marta Lindqvist already teaches {other.reference} HSE-001 on {when}",
            f"venue: Room 1 is taken by {other.reference} HSE-001 on {when}",
        ],
        [],
    ]


@pytest.mark.parametrize("part", [None, 1])
def test_s2_rows_that_overlap_are_refused_by_name_and_back_to_back_is_fine(supervisor: User, part: int | None):
    rows = rows_of(
        row(),
        row(starts_at=time(9), ends_at=time(10), venue="Room 2"),
        row(starts_at=NOON, ends_at=EVENING),
        row(starts_at=time(9), ends_at=time(10), venue="Room 2", trainer="Tarek Lindqvist"),
    )
    checked = check(SERVICE, rows, terms_of(supervisor), part=part)
    assert sentences(checked) == [
        ["trainer: Marta Lindqvist already teaches row 3 HSE-001 on Mon 16 Mar 2026, 09:00–10:00."],
        ["trainer: Marta Lindqvist already teaches row 2 HSE-001 on Mon 16 Mar 2026, 08:00–12:00."],
        [],
        [],
    ]


def test_only_who_may_plan_brings_sessions_in(auditor: User, supervisor: User):
    checked = check(SERVICE, rows_of(row()), terms_of(supervisor))
    with pytest.raises(NotPermitted):
        SERVICE.write(checked, terms_of(auditor), tell=lambda done: None)
    with pytest.raises(NotPermitted):
        SERVICE.undo([], reason="Wrong", by=auditor, now=NOW)
    assert not Session.objects.exists()


def test_s5_who_books_without_the_locks_is_refused_by_the_table(supervisor: User):
    checked = check(SERVICE, rows_of(row()), terms_of(supervisor))
    stored(supervisor)
    with pytest.raises(Conflict, match="The trainer has another session at that time"):
        SERVICE.write(checked, terms_of(supervisor), tell=lambda done: None)
    assert Session.objects.count() == 1


# Undoing


def test_i8_sessions_that_were_made_are_cancelled(supervisor: User):
    checked = bring_in(SERVICE, rows_of(row(), {"course": "HSE-001"}), terms_of(supervisor))
    assert undo(checked, supervisor) == [("cancelled", ""), ("cancelled", "")]
    assert set(Session.objects.values_list("status", "cancellation_reason", "version", "updated_by")) == {
        ("CANCELLED", "Wrong file", 2, supervisor.pk)
    }
    assert outcomes(bring_in(SERVICE, rows_of(row()), terms_of(supervisor))) == ["new"]


def test_i8_what_was_changed_goes_back(supervisor: User):
    session = stored(supervisor)
    rows = rows_of(row(reference=session.reference, day=date(2026, 3, 17), venue="Room 2", trainer="Tarek Lindqvist"))
    checked = bring_in(SERVICE, rows, terms_of(supervisor))
    assert undo(checked, supervisor) == [("back", "")]
    session.refresh_from_db()
    assert (session.start_time, session.end_time, session.trainer) == (AT_EIGHT, AT_NOON, marta())
    assert session.venue == Venue.objects.get(name="Room 1")


def test_i8_a_trainer_of_before_who_has_another_name_now_is_not_guessed(supervisor: User):
    stored(supervisor)
    checked = bring_in(SERVICE, rows_of(row(trainer="Tarek Lindqvist")), terms_of(supervisor))
    Trainer.objects.filter(pk=marta().pk).update(last_name="Berg")
    why = "Trainer, venue or time of before cannot be found any more."
    assert undo(checked, supervisor) == [("left", why)]


def test_i8_what_cannot_go_back_is_left_and_says_why(supervisor: User):
    session = stored(supervisor)
    rows = rows_of(row(reference=session.reference, day=date(2026, 3, 17)))
    checked = bring_in(SERVICE, rows, terms_of(supervisor))
    other = stored(supervisor)
    assert undo(checked, supervisor) == [
        (
            "left",
            f"Marta Lindqvist already teaches {other.reference} HSE-001 on Mon 16 Mar 2026, 08:00–12:00. "
            f"Room 1 is taken by {other.reference} HSE-001 on Mon 16 Mar 2026, 08:00–12:00.",
        )
    ]


def test_i8_what_somebody_has_touched_since_is_left(supervisor: User):
    days = [date(2026, 3, day) for day in range(16, 21)]
    draft = create_draft(course_id=Course.objects.get().pk, start_time=AT_EIGHT - timedelta(7), by=supervisor, now=NOW)
    rows = rows_of(
        *(row(day=day) for day in days), {"course": "HSE-001"}, row(day=date(2026, 3, 9), status="scheduled")
    )
    checked = bring_in(SERVICE, rows, terms_of(supervisor))
    keys = [each.key or 0 for each in checked]
    assert keys[6] == draft.pk
    SessionAttendeeFactory(session=Session.objects.get(pk=keys[0]), present=True)
    edit_session(session_id=keys[1], changes={"end_time": AT_NOON + timedelta(1, 3600)}, by=supervisor, now=NOW)
    cancel_session(session_id=keys[2], reason="Storm", by=supervisor, now=NOW)
    SessionAttendeeFactory(session=Session.objects.get(pk=keys[3]))
    delete_draft(session_id=keys[5], by=supervisor, now=NOW)
    assert undo(checked, supervisor) == [
        ("left", "Attendance or a signed sheet is stored."),
        ("left", "Somebody has changed it since."),
        ("left", "This session is cancelled and cannot be changed. Duplicate it to plan it again."),
        ("cancelled", ""),  # it has a list, and a list is no mark
        ("cancelled", ""),
        ("left", "It was deleted since."),
        (
            "left",
            "The import has scheduled it, and no session becomes a draft again. Cancel it if it is not wanted.",
        ),
    ]


# As many as there are


def many(count: int) -> list[dict[str, Any]]:
    return [row(day=date(2026, 4, 1) + timedelta(days=each)) for each in range(count)]


def test_f8_the_number_of_statements_does_not_depend_on_the_rows(supervisor: User):
    counts = {}
    bring_in(SERVICE, [], terms_of(supervisor))  # the person's rights are read once
    for count in (1, 30, 3_000):
        Session.objects.all().delete()
        rows, terms = rows_of(*many(count)), terms_of(supervisor, now=datetime(2030, 1, 1, tzinfo=UTC))
        with CaptureQueriesContext(connection) as first:
            checked = bring_in(SERVICE, rows, terms)
        assert outcomes(checked) == ["new"] * count
        with CaptureQueriesContext(connection) as undoing:
            assert set(undo(checked, supervisor)) == {("cancelled", "")}
        counts[count] = (len(first), len(undoing))
    assert len(set(counts.values())) == 1, counts


ROW = st.fixed_dictionaries(
    {
        "course": st.sampled_from(["HSE-001", "HSE-002"]),
        "day": st.sampled_from([None, DAY, date(2026, 3, 17)]),
        "starts_at": st.sampled_from([None, EIGHT, time(10)]),
        "ends_at": st.sampled_from([None, time(9), NOON]),
        "trainer": st.sampled_from([None, "Marta Lindqvist", "Tarek Lindqvist"]),
        "venue": st.sampled_from([None, "Room 1", "Room 2"]),
        "status": st.sampled_from([None, "draft", "scheduled", "completed", "cancelled"]),
        "duration": st.sampled_from([None, None, None, 60]),
    }
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(ROW, max_size=5), rows=st.lists(ROW, min_size=1, max_size=7), part=st.integers(1, 7))
def test_checking_and_doing_agree_and_the_same_again_is_the_same(
    supervisor: User, before: list[dict[str, Any]], rows: list[dict[str, Any]], part: int
):
    """What is checked is what is written, whatever was there; then every written row says what is stored."""
    Session.objects.all().delete()
    CourseVersionFactory(course=CourseFactory(code="HSE-002")) if not Course.objects.filter(code="HSE-002") else None
    bring_in(SERVICE, rows_of(*before), terms_of(supervisor))
    drafts, terms = rows_of(*rows), terms_of(supervisor)
    shown = check(SERVICE, drafts, terms, part=part)
    known = {each.pk for each in Session.objects.all()}
    done = bring_in(SERVICE, drafts, terms)
    assert [said(each) for each in shown] == [said(each) for each in done]
    new = [each for each in done if each.outcome == "new"]
    assert {each.key for each in new} == {each.pk for each in Session.objects.all()} - known
    written = [each.draft for each in done if each.outcome in {"new", "changed", "same"}]
    events = Event.objects.count()
    again = bring_in(SERVICE, written, terms)
    assert set(outcomes(again)) <= {"same"}
    assert Event.objects.count() == events


def said(row: CheckedRow) -> tuple[Any, ...]:
    told = asdict(row)
    return row.outcome, row.identity, told["before"], told["after"], {str(each) for each in row.problems}
