"""The check and what it wrote, as people read it: days, times and numbers as elsewhere, workers by badge and name."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.services.imports.doing import do_import
from learners.models import Learner
from learners.services.merging import merge_workers
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.imports import HEAD, checked, workbook
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory, RoleFactory
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    TrainerQualificationFactory,
    VenueFactory,
    active_class,
    scheduled_session,
)
from tests.html import texts
from training.models import Import, Session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

ROWS = "//section[@aria-label='Rows']//tbody/tr"
START = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def site() -> None:
    company = CompanyFactory(name="Nordwind")
    role = RoleFactory(title="Rigger", code="RIG")
    LearnerFactory(badge_id="00417", first_name="Jana", last_name="Weiß", company=company, role=role, start_date=START)


def page_of(client: Client, one: Import) -> Any:
    return client.get(reverse("attendance:import", args=[one.pk]))


def done(one: Import, *, by: User) -> Import:
    return do_import(import_id=one.pk, fingerprint=one.fingerprint, only_good=True, by=by, now=timezone.now())


def before_and_after(client: Client, one: Import, *, by: User) -> Iterator[Any]:
    """Yield the page of the check, and that of what was brought in."""
    assert one.state == Import.State.CHECKED
    yield page_of(client, one)
    yield page_of(client, done(one, by=by))


def test_times_and_days_of_a_plan_are_shown_as_elsewhere(as_superuser: Client, superuser: User) -> None:
    course = CourseVersionFactory(course__code="HSE-001", title="Fire safety").course
    held = TrainerQualificationFactory(course=course, trainer__first_name="Marta", trainer__last_name="Lund")
    VenueFactory(name="Room 1")
    day = timezone.localdate() + timedelta(days=30)
    head = ("Course", "Day", "Start", "Duration", "Trainer", "Venue")
    planned = ("HSE-001", day, "22:30", "2 h", str(held.trainer), "Room 1")
    one = checked(workbook(head, planned, name="Sessions"), "sessions", by=superuser)
    shown = f"{day.day} {day:%b %Y}"

    for page in before_and_after(as_superuser, one, by=superuser):
        (row,) = texts(page, ROWS)
        assert f"Day: {shown} · Start: 22:30 · End: 00:30" in row
        assert "Duration: 2 h" in row
        assert f"HSE-001 {shown} 22:30 Marta Lund Room 1" in row
        assert ":00:00" not in row
        assert day.isoformat() not in row


def test_a_worker_who_is_changed_is_shown_by_badge_and_name(as_superuser: Client, superuser: User) -> None:
    row = ("00417", "Jana", "Groß", "Nordwind", "Rigger", START)
    new = ("00418", "Ada", "Novak", "Nordwind", "Rigger", START)
    one = checked(workbook(HEAD, row, new), "workers", by=superuser)
    assert texts(page_of(as_superuser, one), f"{ROWS}/th") == ["00417 Jana Weiß"]
    assert texts(page_of(as_superuser, done(one, by=superuser)), f"{ROWS}/th") == ["00417 Jana Groß", "00418 Ada Novak"]


def test_refused_rows_and_those_that_stay_the_same_name_the_worker_too(as_superuser: Client, superuser: User) -> None:
    row = ("00417", "Jana", "Weiß", "Nordwind", "Rigger", START)
    one = checked(workbook(HEAD, row), "workers", by=superuser)
    page = as_superuser.get(reverse("attendance:import", args=[one.pk]), {"show": "same"})
    assert texts(page, f"{ROWS}/th") == ["00417 Jana Weiß"]


def test_records_are_shown_with_the_name_of_their_worker(as_superuser: Client, superuser: User) -> None:
    CourseVersionFactory(course__code="HSE-001", validity_months=24)
    head = ("Badge", "Course", "Completed on", "Provider")
    one = checked(workbook(head, ("00417", "HSE-001", START, "Nordwind")), "records", by=superuser)
    for page in before_and_after(as_superuser, one, by=superuser):
        assert texts(page, f"{ROWS}/th") == ["00417 · HSE-001 · Nordwind · 2 Mar 2026 Jana Weiß"]


def test_marks_are_shown_with_the_name_of_their_worker(as_superuser: Client, superuser: User) -> None:
    session = started_session()
    SessionAttendeeFactory(session=session, learner=Learner.objects.get())
    LearnerFactory(badge_id="00500", first_name="Uwe", last_name="Ott")
    head = ("Session", "Badge", "Present")
    rows = [(session.reference, "00417", "yes"), (session.reference, "00500", "yes")]
    one = checked(workbook(head, *rows, name="Marks"), "marks", by=superuser)
    assert one.counts == {"rows": 2, "changed": 1, "new": 1}, one.report

    where = reverse("attendance:import", args=[one.pk])
    shown = [texts(as_superuser.get(where, {"show": show}), f"{ROWS}/th") for show in ("changed", "new")]
    both = [f"{session.reference} 00417 Jana Weiß", f"{session.reference} 00500 Uwe Ott"]
    assert shown == [both[:1], both[1:]]
    assert sorted(texts(page_of(as_superuser, done(one, by=superuser)), f"{ROWS}/th")) == both


def test_hours_are_shown_with_the_name_of_their_worker_and_without_noughts(
    as_superuser: Client, superuser: User
) -> None:
    held = active_class()
    LearnerProgressionFactory(learner=Learner.objects.get(), training_class=held, course=held.course)
    day = held.sessions.order_by("session_date").first().session_date  # type: ignore[union-attr]  # it meets
    head = ("Class", "Date", "Badge", "Hours present")
    one = checked(workbook(head, (str(held), day, "00417", 2.5), name="Hours"), "hours", by=superuser)
    assert one.counts == {"rows": 1, "new": 1}, one.report

    for page in before_and_after(as_superuser, one, by=superuser):
        assert texts(page, f"{ROWS}/th") == [f"{held} {day.day} {day:%b %Y} 00417 Jana Weiß"]
        (changes,) = texts(page, f"{ROWS}/td[2]")
        assert changes.startswith("Hours trained: 4 · Hours present: 2.5")


def test_l2_whoever_was_merged_is_named_as_the_one_that_stays(as_superuser: Client, superuser: User) -> None:
    session = started_session()
    old = LearnerFactory(badge_id="00400", first_name="J.", last_name="Weis")
    kept = Learner.objects.get(badge_id="00417")
    SessionAttendeeFactory(session=session, learner=old)
    merge_workers(survivor_id=kept.pk, duplicate_id=old.pk, reason="One person", by=superuser, now=timezone.now())
    rows = [(session.reference, "00400", "yes")]
    one = checked(workbook(("Session", "Badge", "Present"), *rows, name="Marks"), "marks", by=superuser)
    assert texts(page_of(as_superuser, one), f"{ROWS}/th") == [f"{session.reference} 00417 Jana Weiß"]
    assert texts(page_of(as_superuser, done(one, by=superuser)), f"{ROWS}/th") == [
        f"{session.reference} 00417 Jana Weiß"
    ]


def started_session() -> Session:
    start = timezone.now() - timedelta(hours=2)
    return scheduled_session(start_time=start, end_time=start + timedelta(hours=4))
