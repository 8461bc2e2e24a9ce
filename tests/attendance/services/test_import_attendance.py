"""Sessions, marks and hours through the whole engine: staged, checked, brought in, again, and undone (I5 to I8)."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from attendance.models import SessionAttendee
from attendance.selectors.named import Names, labels_of
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.rows import stage
from attendance.services.imports.undoing import preview_undo
from learners.models import LearnerHoursLog
from tests.bringing_in import library, rows_of, undo_as_shown
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import (
    CourseVersionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    UserFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from training.core.groups import SUPERVISORS
from training.core.imports.declaration import Thing
from training.core.imports.registry import kind_of
from training.core.permissions import may
from training.core.sameness import same_text
from training.models import ClassAttendanceSession, Import, ImportedRow, Session
from training.services.sessions import create_draft, delete_draft

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture
def by() -> User:
    user: User = UserFactory(groups=[SUPERVISORS])
    return user


def checked(kind: str, by: User, *rows: Mapping[str, Any], things: Mapping[Thing, Mapping[str, int]]) -> Import:
    """Return a checked import of rows as its questions and its table hold them."""
    known: dict[Thing, Mapping[str, Any]] = {
        **library(),
        **{thing: {same_text(text): key for text, key in each.items()} for thing, each in things.items()},
    }
    asked = {
        thing: [{"text": text, "written": text, "key": key} for text, key in texts.items()]
        for thing, texts in known.items()
    }
    one = Import.objects.create(
        kind=kind, title=f"{kind}.xlsx", state="ASKING", started_by=by, started_at=NOW, changed_at=NOW,
        questions={"things": asked}, counts={"rows": len(rows)},
    )  # fmt: skip
    with transaction.atomic():
        list(stage(one.pk, rows_of(*rows)))
    return check_import(import_id=one.pk, by=by, now=NOW)


def counts(one: Import) -> dict[str, int]:
    return {name: count for name, count in one.counts.items() if name != "rows"}


def bring_in_check_again_and_undo(
    kind: str, by: User, *rows: Mapping[str, Any], things: Mapping[Thing, Mapping[str, int]], acts: list[str]
) -> list[ImportedRow]:
    """Bring rows in, bring them in again, which writes nothing, and preview the undoing; then undo, which does it."""
    first = checked(kind, by, *rows, things=things)
    assert counts(first) == {"new": len(rows)}, first.report
    do_import(import_id=first.pk, fingerprint=first.fingerprint, by=by, now=NOW)
    written = list(ImportedRow.objects.filter(of=first).order_by("pk"))
    assert len(written) == len(rows)
    assert counts(checked(kind, by, *rows, things=things)) == {"same": len(rows)}
    admin = UserFactory(is_superuser=True)
    told = preview_undo(import_id=first.pk, by=admin, now=NOW).groups
    assert {each.act.value: each.count for each in told} == Counter(acts)
    assert Import.objects.get(pk=first.pk).state == "DONE"
    undone = undo_as_shown(first, by=admin, now=NOW)
    assert [(each.act.value, each.why) for each in undone] == [(act, "") for act in acts]
    return written


def test_sessions(by: User):
    course = CourseVersionFactory(course__code="HSE-001").course
    trainer = TrainerFactory(first_name="Marta", last_name="Lindqvist")
    TrainerQualificationFactory(trainer=trainer, course=course)
    VenueFactory(name="Room 1")
    row = {"course": "HSE-001", "day": DAY, "trainer": "Marta Lindqvist", "venue": "Room 1"}
    written = bring_in_check_again_and_undo(
        "sessions",
        by,
        {**row, "starts_at": time(8), "ends_at": time(12)},
        {**row, "starts_at": time(22), "duration": 240, "status": "completed"},
        things={},
        acts=["cancelled", "cancelled"],
    )
    sessions = Session.objects.order_by("pk")
    assert [(each.table, each.key, each.act) for each in written] == [
        ("sessions", session.pk, "new") for session in sessions
    ]
    assert [session.status for session in sessions] == ["CANCELLED", "CANCELLED"]


def test_sessions_that_were_changed_go_back(by: User):
    session = scheduled_session(course__code="HSE-001")
    VenueFactory(name="Hall")
    row = {"reference": session.reference, "course": str(session.course), "venue": "Hall", "starts_at": time(13)}
    first = checked("sessions", by, row, things={})
    assert counts(first) == {"changed": 1}, first.report
    do_import(import_id=first.pk, fingerprint=first.fingerprint, by=by, now=NOW)
    moved = Session.objects.get()
    assert (str(moved.venue), moved.start_time) != (str(session.venue), session.start_time)
    undone = undo_as_shown(first, by=UserFactory(is_superuser=True), now=NOW)
    back = Session.objects.get()
    assert [(each.act.value, each.why) for each in undone] == [("back", "")]
    assert (back.venue, back.start_time, back.end_time) == (session.venue, session.start_time, session.end_time)


def test_marks(by: User):
    session = scheduled_session(start_time=datetime(2026, 3, 2, 7, tzinfo=UTC), end_time=NOW)
    LearnerFactory(badge_id="0010001")
    LearnerFactory(badge_id="10002")
    row = {"session": session.reference, "is_present": "yes"}
    written = bring_in_check_again_and_undo(
        "marks",
        by,
        {**row, "badge_id": "0010001"},
        {**row, "badge_id": "10002", "has_passed": "no", "remarks": "Slept"},
        things={Thing.SESSION: {session.reference: session.pk}},
        acts=["cleared", "cleared"],
    )
    lines = SessionAttendee.objects.order_by("line")
    assert [(each.table, each.key) for each in written] == [("session_attendees", line.pk) for line in lines]
    assert [(line.marked_at, line.remarks) for line in lines] == [(None, ""), (None, "")]


def test_hours(by: User):
    training_class = active_class()
    LearnerProgressionFactory(training_class=training_class, learner__badge_id="10001")
    LearnerFactory(badge_id="10002")
    row = {"class_code": str(training_class), "session_date": DAY}
    written = bring_in_check_again_and_undo(
        "hours",
        by,
        {**row, "badge_id": "10001", "hours_trained": Decimal(4), "hours_present": Decimal("2.5")},
        {**row, "badge_id": "10002", "hours_present": Decimal(4), "started_on": DAY},
        {**row, "session_date": date(2026, 3, 9), "status": "client_cancelled"},
        things={Thing.CLASS: {str(training_class): training_class.pk}},
        acts=["voided", "voided", "voided"],
    )
    meetings = training_class.sessions.order_by("session_date")
    assert [each.key for each in written] == [meetings[0].pk, meetings[0].pk, meetings[1].pk]
    assert set(ClassAttendanceSession.objects.values_list("status", flat=True)) == {"pending"}
    assert sum(log.hours_present for log in LearnerHoursLog.objects.all()) == 0


def test_i4_sessions_are_named_by_reference_and_classes_by_code(by: User):
    session, draft = scheduled_session(), create_draft(course_id=CourseVersionFactory().course.pk, by=by, now=NOW)
    delete_draft(session_id=draft.pk, by=by, now=NOW)
    training_class = active_class()
    sessions, classes = Names(Thing.SESSION, sender=""), Names(Thing.CLASS, sender="")
    year, number = session.reference.split("-")[1:]
    for text in (session.reference, session.reference.lower(), f"S-{year}-{int(number)}"):
        assert sessions.key_of(text) == session.pk
    assert [sessions.key_of(text) for text in (draft.reference, f"S-1999-{number}", number)] == [None, None, None]
    assert classes.key_of(str(training_class).lower()) == training_class.pk
    assert sessions.things[session.pk].label.startswith(f"{session.reference} {session.course}")
    asked = {each.thing for kind in ("sessions", "marks", "hours") for each in kind_of(kind).columns if each.thing}
    assert asked - {Thing.WORKER} <= set(labels_of([each for each in asked if each is not Thing.WORKER]))


@pytest.mark.parametrize("name", ["sessions", "marks", "hours"])
def test_who_may_check_and_do_the_kinds_of_attendance(name: str, by: User, trainer_user: User, auditor: User):
    kind = kind_of(name)
    assert all(may(by, permission) for permission in (kind.checks, kind.does))
    assert not any(may(login, each) for login in (trainer_user, auditor) for each in (kind.checks, kind.does))
