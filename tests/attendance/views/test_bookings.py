"""Where somebody is booked: profile, Sessions by worker, marks on Today; and planning where nothing is."""

from datetime import datetime, time, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attendance.services.attendees import create_draft_for, create_scheduled_for
from learners.models import Learner
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.compliance import asked_of, judge, passed
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import SessionFactory, TrainerFactory, VenueFactory, active_class, scheduled_session
from tests.html import source_of
from training.models import CourseVersion, Session, Trainer

pytestmark = pytest.mark.django_db


def source_at(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return source_of(response)


def profile(learner: Learner) -> str:
    return reverse("attendance:worker", args=[learner.pk])


def plan_for(learner: Learner, version: CourseVersion) -> str:
    return f"{reverse('attendance:worker_session_new', args=[learner.pk])}?course={version.course_id}"


def in_days(days: int, **fields) -> Session:
    """Return a session at noon of a day, so that it ends on that day at whatever hour this runs."""
    day = timezone.localdate() + timedelta(days=days)
    noon = datetime.combine(day, time(12), tzinfo=timezone.get_current_timezone())
    return scheduled_session(start_time=noon, **fields)


def red(**fields) -> tuple[Learner, CourseVersion]:
    """Return somebody who is not cleared, and the course that is missing."""
    learner = LearnerFactory(**fields)
    version = asked_of(learner)
    judge(learner, on=timezone.localdate())
    return learner, version


# On the profile


def test_coming_sessions_and_class_meetings_stand_on_the_profile_earliest_first(as_supervisor: Client):
    learner = LearnerFactory()
    badge = LearnerFactory(merged_into=learner, status=Learner.Status.INACTIVE)
    later, sooner, over, other = (in_days(days) for days in (9, 2, -3, 4))
    undated = SessionFactory(start_time=None, end_time=None)
    cancelled = in_days(5)
    for session in (later, over, undated, cancelled):
        SessionAttendeeFactory(session=session, learner=learner)
    SessionAttendeeFactory(session=sooner, learner=badge)
    SessionAttendeeFactory(session=other)
    Session.objects.filter(pk=cancelled.pk).update(status="CANCELLED", cancellation_reason="Storm")
    today = timezone.localdate()
    training_class = active_class(start_date=today - timedelta(days=14), end_date=today + timedelta(days=13))
    LearnerProgressionFactory(training_class=training_class, learner=learner)

    coming = as_supervisor.get(profile(learner)).context["profile"].coming

    assert [each.session for each in coming.things if each.session] == [sooner, later, undated]
    meetings = [each.meeting for each in coming.things if each.meeting]
    assert [each.session_date for each in meetings] == sorted(
        training_class.sessions.filter(session_date__gte=today).values_list("session_date", flat=True)
    )
    assert len(meetings) == 2
    days = [each.day for each in coming.things if each.day]
    assert days == sorted(days)
    assert coming.things[-1].session == undated


def test_a_session_that_is_being_held_is_still_a_booking(as_supervisor: Client):
    now = timezone.now()
    row = SessionAttendeeFactory(session=scheduled_session(start_time=now, end_time=now + timedelta(hours=1)))

    assert len(as_supervisor.get(profile(row.learner)).context["profile"].coming) == 1


def test_who_is_booked_for_nothing_is_told_so_and_the_past_tells_nothing(as_supervisor: Client):
    learner = LearnerFactory()

    assert "On the list of no coming session" in source_at(as_supervisor, profile(learner))
    assert "Coming bookings" not in source_at(as_supervisor, f"{profile(learner)}?on=2026-01-01")


@pytest.mark.parametrize("size", [1, 3])
def test_bookings_cost_the_profile_the_same_queries(as_supervisor: Client, size: int):
    learner = LearnerFactory()
    for number in range(size):
        SessionAttendeeFactory(session=in_days(number + 1), learner=learner)

    with CaptureQueriesContext(connection) as queries:
        as_supervisor.get(profile(learner))

    assert len(queries) == 20


# Sessions by worker


def test_sessions_are_found_by_the_badge_and_by_the_name_of_who_is_on_the_list(as_supervisor: Client):
    learner = LearnerFactory(badge_id="AB-77", first_name="Selma", last_name="Çelik")
    old = LearnerFactory(badge_id="OLD-1", merged_into=learner, status=Learner.Status.INACTIVE)
    theirs, under_old_badge, other = in_days(2), in_days(-4), in_days(3)
    SessionAttendeeFactory(session=theirs, learner=learner)
    SessionAttendeeFactory(session=under_old_badge, learner=old)
    SessionAttendeeFactory(session=other, learner__badge_id="AB-771")

    def found(address: str) -> set[Session]:
        return {line.session for line in as_supervisor.get(address).context["lines"]}

    assert found("/sessions/?show=all&worker=ab-77") == {theirs, under_old_badge}
    assert found("/sessions/?show=all&worker=OLD-1") == {theirs, under_old_badge}
    assert found("/sessions/?show=coming&worker=celik+selma") == {theirs}
    assert found("/sessions/?show=all&worker=nobody") == set()
    assert "/sessions/?show=all&amp;worker=AB-77" in source_at(as_supervisor, profile(learner))
    counts = dict(as_supervisor.get("/sessions/?worker=AB-77").context["counts"])
    assert {shown.value: count for shown, count in counts.items()}["all"] == 2


def test_the_week_is_narrowed_by_worker_as_well(as_supervisor: Client):
    row = SessionAttendeeFactory(session=in_days(1))
    in_days(1)
    day = timezone.localdate(row.session.start_time)

    week = as_supervisor.get(f"/sessions/week/?week_of={day}&worker={row.learner.badge_id}").context["week"]

    assert [slot.line.session for each in week.days for slot in each.slots] == [row.session]


def test_a_trainer_finds_a_worker_on_own_lists_only(as_trainer: Client, trainer: Trainer):
    learner = LearnerFactory()
    own, other = in_days(2, trainer=trainer), in_days(3)
    for session in (own, other):
        SessionAttendeeFactory(session=session, learner=learner)

    lines = as_trainer.get(f"/sessions/?show=all&worker={learner.badge_id}").context["lines"]

    assert [line.session for line in lines] == [own]


@pytest.mark.parametrize("text", ["\0", "%", "x" * 101, "'", "%25%00"])
def test_a_worker_that_cannot_be_breaks_nothing(as_supervisor: Client, text: str):
    assert as_supervisor.get("/sessions/", {"worker": text}).status_code == 200


# Today


def test_p4_today_marks_who_is_on_a_coming_list_and_offers_to_plan_for_the_others(as_supervisor: Client):
    booked, version = red(last_name="Booked")
    waiting, nothing_planned = red(last_name="Waiting")
    offered, with_seats = red(last_name="Offered")
    session = in_days(4, course_version=version)
    SessionAttendeeFactory(session=session, learner=booked)
    full = in_days(5, course_version=nothing_planned, venue=VenueFactory(capacity=1))
    SessionAttendeeFactory(session=full)
    in_days(6, course_version=with_seats)

    page = source_at(as_supervisor, "/")

    day = timezone.localdate(session.start_time)
    assert f'class="booked" href="/sessions/{session.pk}/"' in page
    assert f"{day.day} {day:%b %Y}</a>" in page
    assert plan_for(waiting, nothing_planned) in page
    assert plan_for(booked, version) not in page
    assert plan_for(offered, with_seats) not in page


def test_p4_a_proof_that_runs_out_has_the_mark_as_well(as_supervisor: Client):
    learner = LearnerFactory()
    version = asked_of(learner)
    passed(learner, version, expiry=timezone.localdate() + timedelta(days=9))
    judge(learner, on=timezone.localdate())
    assert plan_for(learner, version) in source_at(as_supervisor, "/")

    session = in_days(4, course_version=version)
    SessionAttendeeFactory(session=session, learner=learner)

    assert f'class="booked" href="/sessions/{session.pk}/"' in source_at(as_supervisor, "/")


def test_auditors_see_the_marks_and_are_offered_nothing_to_plan(as_auditor: Client):
    learner, version = red()

    assert plan_for(learner, version) not in source_at(as_auditor, "/")
    assert plan_for(learner, version) not in source_at(as_auditor, profile(learner))


# Planning for somebody


@pytest.mark.parametrize("place", ["/", "profile", "cell"])
def test_a_course_without_a_coming_session_leads_to_planning_one_for_the_worker(as_supervisor: Client, place: str):
    learner, version = red()
    cell = reverse("attendance:matrix_cell", args=[learner.pk, version.course_id])
    response = as_supervisor.get(
        {"profile": profile(learner), "cell": cell}.get(place, place),
        headers={"HX-Request": "true"} if place == "cell" else {},
    )

    assert plan_for(learner, version) in response.content.decode()


def test_a_course_that_is_due_offers_it_on_the_profile_too(as_supervisor: Client):
    learner = LearnerFactory(role_assigned_at=timezone.localdate(), start_date=timezone.localdate())
    version = asked_of(learner, grace_days=30)
    judge(learner, on=timezone.localdate())

    assert plan_for(learner, version) in source_at(as_supervisor, profile(learner))


def test_the_form_says_who_will_be_on_the_list_and_keeps_it(as_supervisor: Client):
    learner, version = red()

    page = source_at(as_supervisor, plan_for(learner, version))
    assert f'<option value="{version.course_id}" selected>' in page
    assert "On its list:" in page
    assert learner.badge_id in page

    refused = as_supervisor.post(plan_for(learner, version), {"course": version.course_id, "action": "schedule"})
    assert refused.status_code == 422
    assert "On its list:" in refused.content.decode()
    assert not Session.objects.exists()

    saved = as_supervisor.post(plan_for(learner, version), {"course": version.course_id, "action": "save"})
    (session,) = Session.objects.all()
    assert saved["Location"] == reverse("attendance:session", args=[session.pk])
    assert list(session.attendees.values_list("learner", flat=True)) == [learner.pk]


def test_who_is_not_active_is_refused_and_no_session_is_left(as_supervisor: Client):
    learner, version = red(status=Learner.Status.BLACKLISTED)

    response = as_supervisor.post(plan_for(learner, version), {"course": version.course_id, "action": "save"})

    assert response.status_code == 409
    assert "Nobody was added" in response.content.decode()
    assert not Session.objects.exists()


def test_a_session_is_booked_with_its_list_in_one_step(supervisor: User):
    learners = LearnerFactory.create_batch(2)
    draft = SessionFactory()
    trainer = TrainerFactory()
    trainer.qualifications.create(course=draft.course)

    session = create_scheduled_for(
        learner_ids=[learner.pk for learner in learners],
        course_id=draft.course_id,
        trainer_id=trainer.pk,
        venue_id=VenueFactory().pk,
        start_time=timezone.now() + timedelta(days=1),
        end_time=timezone.now() + timedelta(days=1, hours=2),
        by=supervisor,
        now=timezone.now(),
    )

    assert session.status == Session.Status.SCHEDULED
    assert [row.learner for row in session.attendees.order_by("line")] == learners
    assert (
        create_draft_for(learner_ids=[], course_id=draft.course_id, by=supervisor, now=timezone.now()).status == "DRAFT"
    )
