"""Admin of sessions: plans go through the services, what is finalized is read-only."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.models import SessionAttendee
from attendance.services.marking import Mark, save_marks
from learners.models import TrainingRecord
from tests.admin_forms import filled_in, messages_of, one_query_per_choice
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.training import (
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    scheduled_session,
)
from tests.html import group
from training.models import Session

pytestmark = pytest.mark.django_db

SESSION = "admin:training_session"


def change(client: Client, session: Session, **typed: Any) -> Any:
    address = reverse(f"{SESSION}_change", args=[session.pk])
    with one_query_per_choice():
        return client.post(address, filled_in(client, address, **typed))


def step(client: Client, name: str, session: Session, **typed: Any) -> Any:
    return client.post(reverse(f"{SESSION}_{name}", args=[session.pk]), typed)


def finalized(client: Client) -> Session:
    session, _attendees = session_ready_to_finalize()
    step(client, "finalize", session)
    session.refresh_from_db()
    return session


def test_s1_a_draft_needs_a_course_only(as_superuser: Client, superuser: User):
    course = CourseVersionFactory().course
    address = reverse(f"{SESSION}_add")

    as_superuser.post(address, filled_in(as_superuser, address, course=course.pk))

    session = Session.objects.get()
    assert (session.course, session.status, session.created_by) == (course, "DRAFT", superuser)


def test_a_plan_is_edited_through_the_service(as_superuser: Client, superuser: User):
    session, venue = SessionFactory(), VenueFactory()

    change(
        as_superuser,
        session,
        venue=venue.pk,
        start_time_0="2026-05-04",
        start_time_1="08:00",
        end_time_0="2026-05-04",
        end_time_1="12:00",
    )

    session.refresh_from_db()
    assert (session.venue, session.version, session.updated_by) == (venue, 2, superuser)
    assert session.start_time == datetime(2026, 5, 4, 6, 0, tzinfo=UTC)


def test_s2_a_conflict_is_told_at_its_field_and_nothing_is_saved(as_superuser: Client):
    busy = TrainerFactory()
    other = scheduled_session(trainer=busy)
    session = scheduled_session()
    TrainerQualificationFactory(trainer=busy, course=session.course)
    SessionAttendeeFactory(session=session)

    typed = {"trainer": busy.pk}
    for field in ("start_time", "end_time"):
        typed |= {f"{field}_0": getattr(other, field).date(), f"{field}_1": getattr(other, field).time()}
    before = (session.trainer, session.start_time)
    response = change(as_superuser, session, **typed)

    assert response.status_code == 200
    assert f"{busy} already teaches {other.reference}" in " ".join(response.context["adminform"].form.errors["trainer"])
    session.refresh_from_db()
    assert (session.trainer, session.start_time) == before


def test_s2_the_end_is_after_the_start(as_superuser: Client):
    session = SessionFactory()

    response = change(as_superuser, session, end_time_0="2026-01-01", end_time_1="08:00")

    assert response.context["adminform"].form.errors["end_time"] == ["End time must be after start time."]


@pytest.mark.parametrize(
    "typed",
    [
        {"start_time_0": "tomorrow"},
        {"start_time_0": "9999-12-31", "start_time_1": "23:59"},
        {"start_time_0": "0001-01-01", "start_time_1": "00:00"},
        {"start_time_0": "2026-03-29", "start_time_1": "02:30"},
        {"trainer": "9" * 30},
        {"course": ""},
        {"seen_version": "x"},
        {"reason": "\0"},
    ],
    ids=str,
)
def test_bad_input_is_a_sentence_and_nothing_is_saved(as_superuser: Client, typed: dict[str, str]):
    session = SessionFactory()

    response = change(as_superuser, session, **typed)

    assert response.status_code == 200
    assert messages_of(response)
    assert Session.objects.get().version == 1


def test_s3_an_edit_of_a_version_that_somebody_changed_is_told_once(as_superuser: Client, superuser: User):
    session, venue = SessionFactory(), VenueFactory()
    address = reverse(f"{SESSION}_change", args=[session.pk])
    typed = filled_in(as_superuser, address, venue=venue.pk)
    Session.objects.filter(pk=session.pk).update(version=2, updated_by=superuser)

    with one_query_per_choice():
        response = as_superuser.post(address, typed)

    assert "changed this session on" in messages_of(response)
    assert Session.objects.get().venue == session.venue
    form = response.context["adminform"].form
    assert form["venue"].value() == str(venue.pk)
    as_superuser.post(address, {**typed, "seen_version": form["seen_version"].value()})
    assert Session.objects.get().venue == venue


def test_s11_moving_a_marked_session_needs_a_reason(as_superuser: Client):
    session, _attendees = session_ready_to_finalize()
    venue = VenueFactory()

    response = change(as_superuser, session, venue=venue.pk)
    assert response.context["adminform"].form.errors["reason"]

    change(as_superuser, session, venue=venue.pk, reason="Burst pipe")
    session.refresh_from_db()
    assert (session.venue, session.change_reason) == (venue, "Burst pipe")


def test_s9_the_status_is_never_typed(as_superuser: Client):
    session = SessionFactory()

    change(as_superuser, session, status="COMPLETED", finalized_at="2026-01-01", attendance_file_key="forged")

    session.refresh_from_db()
    assert (session.status, session.finalized_at, session.attendance_file_key) == ("DRAFT", None, "")


def test_s2_scheduling_books_and_pins(as_superuser: Client):
    session = SessionFactory()

    response = step(as_superuser, "schedule", session)
    assert response.status_code == 422
    assert "is not qualified for" in response.content.decode()

    TrainerQualificationFactory(trainer=session.trainer, course=session.course)
    step(as_superuser, "schedule", session)
    session.refresh_from_db()
    assert (session.status, session.course_version) == ("SCHEDULED", session.course.versions.get())


def test_s8_cancelling_needs_a_reason(as_superuser: Client):
    session = scheduled_session()

    assert step(as_superuser, "cancel", session, reason="").status_code == 422
    step(as_superuser, "cancel", session, reason="Storm")

    session.refresh_from_db()
    assert (session.status, session.cancellation_reason) == ("CANCELLED", "Storm")
    assert step(as_superuser, "cancel", session, reason="Again").status_code == 409


def test_s8_only_drafts_are_deleted_and_softly(as_superuser: Client):
    draft, booked = SessionFactory(), scheduled_session()

    step(as_superuser, "remove", draft)
    assert step(as_superuser, "remove", booked).status_code == 409

    draft.refresh_from_db()
    assert draft.deleted_at is not None
    page = as_superuser.get(reverse(f"{SESSION}_change", args=[draft.pk])).content.decode()
    assert 'name="_save"' not in page


def test_f5_f7_finalize_says_what_it_will_do_and_goes_through_the_one_gate(as_superuser: Client, superuser: User):
    session, attendees = session_ready_to_finalize()
    SessionAttendeeFactory(session=session)

    page = as_superuser.get(reverse(f"{SESSION}_finalize", args=[session.pk])).content.decode()
    assert "This will generate 2 Training Records (2 passed, 0 failed) and 0 pending verifications." in page
    assert "1 worker is not marked and will be recorded absent." in page
    assert not TrainingRecord.objects.exists()

    assert step(as_superuser, "finalize", session).status_code == 302
    session.refresh_from_db()
    assert (session.status, session.finalized_by) == ("COMPLETED", superuser)
    assert TrainingRecord.objects.count() == len(attendees)


def test_f5_what_is_not_so_any_more_is_asked_about_again(as_superuser: Client, superuser: User):
    session, attendees = session_ready_to_finalize()
    url = reverse(f"{SESSION}_finalize", args=[session.pk])

    def confirmed(page: str) -> dict[str, str]:
        return {"confirmed": group(r'name="confirmed" value="([^"]+)"', page)}

    yes = confirmed(as_superuser.get(url).text)
    absent = [Mark(attendees[0].learner_id, is_present=False, has_passed=False)]
    save_marks(session_id=session.pk, marks=absent, by=superuser, now=timezone.now())

    answer = as_superuser.post(url, yes)
    assert answer.status_code == 409
    assert "This will generate 1 Training Record (1 passed, 0 failed)" in answer.text
    assert "nothing was done" in answer.text
    assert not TrainingRecord.objects.exists()

    assert as_superuser.post(url, confirmed(answer.text)).status_code == 302
    assert TrainingRecord.objects.count() == 1


def test_f1_f4_finalize_refuses_as_everywhere(as_superuser: Client):
    session = finalized(as_superuser)
    again = step(as_superuser, "finalize", session)
    assert again.status_code == 409
    assert "This session was finalized already" in again.content.decode()

    without_evidence = step(as_superuser, "finalize", scheduled_session())
    assert without_evidence.status_code == 422
    assert "Evidence missing" in without_evidence.content.decode()


def test_a_finalized_session_and_its_list_are_read_only(as_superuser: Client):
    session = finalized(as_superuser)
    attendee = session.attendees.all()[0]
    before = (Session.objects.values().get(), list(SessionAttendee.objects.values()))

    page = as_superuser.get(reverse(f"{SESSION}_change", args=[session.pk])).content.decode()
    assert 'name="_save"' not in page
    assert page.count("Oksana") == 2
    for address in (
        reverse(f"{SESSION}_change", args=[session.pk]),
        reverse(f"{SESSION}_delete", args=[session.pk]),
        reverse("admin:attendance_sessionattendee_change", args=[attendee.pk]),
        reverse("admin:attendance_sessionattendee_delete", args=[attendee.pk]),
        reverse("admin:attendance_sessionattendee_add"),
    ):
        assert as_superuser.post(address, {"status": "DRAFT", "is_present": ""}).status_code == 403
    assert step(as_superuser, "cancel", session, reason="Oops").status_code == 409
    assert step(as_superuser, "remove", session).status_code == 409
    assert (Session.objects.values().get(), list(SessionAttendee.objects.values())) == before


def test_a_long_list_does_not_keep_a_plan_from_being_saved(as_superuser: Client):
    """Rows that are only shown post nothing back, so Django's limit on fields is not reached."""
    session = SessionFactory()
    SessionAttendeeFactory.create_batch(3, session=session)
    address = reverse(f"{SESSION}_change", args=[session.pk])

    page = as_superuser.get(address).content.decode()

    assert page.count("Oksana") == 3
    assert 'name="attendees' not in page


def test_history_of_a_session_tells_its_list_too(as_superuser: Client):
    attendee = SessionAttendeeFactory()

    page = as_superuser.get(reverse(f"{SESSION}_history", args=[attendee.session.pk])).content.decode()

    assert str(attendee.learner) in page


def test_inactive_trainers_are_not_suggested(as_superuser: Client):
    TrainerFactory(last_name="Moreau", is_active=False)
    of = {"app_label": "training", "model_name": "session", "field_name": "trainer", "term": "Moreau"}

    assert as_superuser.get(reverse("admin:autocomplete"), of).json()["results"] == []


def test_who_was_only_put_on_the_list_is_not_told_as_passed_or_absent(as_superuser: Client):
    attendee = SessionAttendeeFactory()
    for address in (
        reverse("admin:attendance_sessionattendee_changelist"),
        reverse("admin:attendance_sessionattendee_change", args=[attendee.pk]),
        reverse("admin:training_session_change", args=[attendee.session_id]),
    ):
        page = as_superuser.get(address).text
        assert "not marked" in page
        assert "icon-yes" not in page
