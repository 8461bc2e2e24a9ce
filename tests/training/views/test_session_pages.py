"""The pages that plan a session: what is typed is never lost, and every refusal stands at its field."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from tests.factories.training import (
    MORNING,
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    scheduled_session,
)
from tests.fixtures import client_of
from tests.html import text_of
from training.core.refusals import Conflict
from training.models import Session, Trainer
from training.services.sessions import Plan, edit_session

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
NEW = "/sessions/new/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def session() -> Session:
    """A draft that lacks nothing, on Monday 2 March 2026 from 09:00 to 13:00."""
    qualification = TrainerQualificationFactory(course=CourseVersionFactory(title="Fire safety").course)
    made: Session = SessionFactory(
        course=qualification.course, trainer=qualification.trainer, venue__name="Room B", start_time=MORNING
    )
    return made


def typed(stored: Session, **changes: Any) -> dict[str, Any]:
    """What a browser sends for the plan of this session."""
    return {
        "course": stored.course_id,
        "day": "2026-03-02",
        "start": "09:00",
        "end": "13:00",
        "last_day": "",
        "trainer": stored.trainer_id,
        "venue": stored.venue_id,
        "version": stored.version,
        "action": "save",
        **changes,
    }


def edit_url(session: Session) -> str:
    return reverse("training:session_edit", args=[session.pk])


def errors_of(response: Any) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = response.context["form"].errors
    return errors


# New


def test_s1_a_draft_is_saved_with_a_course_alone(as_supervisor: Client, session: Session):
    response = as_supervisor.post(NEW, {"course": session.course_id, "action": "save"})
    made = Session.objects.exclude(pk=session.pk).get()
    assert made.status == "DRAFT"
    assert response.status_code == 302
    assert response["Location"] == reverse("attendance:session", args=[made.pk])


def test_s2_a_session_is_planned_and_booked_in_one_step(as_supervisor: Client, supervisor: User, session: Session):
    as_supervisor.post(NEW, typed(session, action="schedule"))
    made = Session.objects.exclude(pk=session.pk).get()
    assert (made.status, made.trainer, made.start_time, made.created_by) == (
        "SCHEDULED",
        session.trainer,
        MORNING,
        supervisor,
    )


def test_s4_another_draft_on_the_slot_is_a_warning_and_no_block(as_supervisor: Client, session: Session):
    response = as_supervisor.post(NEW, typed(session, action="schedule"))
    warnings = [str(message) for message in get_messages(response.wsgi_request)]
    assert Session.objects.filter(status="SCHEDULED").exists()
    assert [sentence for sentence in warnings if session.reference in sentence] == [
        f"{session.trainer} is also planned for the draft {session.reference} {session.course} "
        "on Mon 2 Mar 2026, 09:00–13:00.",
        f"Room B is also planned for the draft {session.reference} {session.course} on Mon 2 Mar 2026, 09:00–13:00.",
    ]


def test_htmx_is_sent_on_to_the_new_session(as_supervisor: Client, session: Session):
    response = as_supervisor.post(NEW, typed(session), headers=HTMX)
    made = Session.objects.exclude(pk=session.pk).get()
    assert response["HX-Redirect"] == reverse("attendance:session", args=[made.pk])


def test_s2_a_refused_booking_leaves_no_draft_and_loses_nothing_typed(as_supervisor: Client, session: Session):
    data = typed(session, action="schedule", venue="", end="08:00")
    response = as_supervisor.post(NEW, data)

    assert response.status_code == 422
    assert errors_of(response) == {"end": ["End time must be after start time."]}
    assert 'value="08:00"' in response.text
    assert Session.objects.count() == 1


def test_s2_what_is_missing_is_told_at_each_field(as_supervisor: Client, session: Session):
    response = as_supervisor.post(NEW, {"course": session.course_id, "action": "schedule"})
    assert response.status_code == 422
    assert set(errors_of(response)) == {"trainer", "venue", "day", "end"}


def test_s2_a_conflict_names_the_other_session_at_the_field(as_supervisor: Client, session: Session):
    other = scheduled_session(venue=session.venue, start_time=MORNING)
    response = as_supervisor.post(NEW, typed(session, action="schedule"))
    assert response.status_code == 409
    assert other.reference in errors_of(response)["venue"][0]


def test_bad_input_is_told_at_its_field(as_supervisor: Client):
    response = as_supervisor.post(NEW, {"course": "x", "day": "someday", "start": "25:00", "trainer": "-1"})
    assert response.status_code == 422
    assert set(errors_of(response)) == {"course", "day", "start", "trainer"}


def test_an_address_fills_in_fields(as_supervisor: Client, session: Session):
    response = as_supervisor.get(f"{NEW}?course={session.course_id}&day=2026-10-22&nonsense=1")
    assert response.context["form"]["course"].value() == str(session.course_id)
    assert 'value="2026-10-22"' in response.text


@pytest.mark.parametrize("given", [{"course": "x"}, {"day": "0000-00-00"}, {"trainer": "9" * 30}])
def test_an_address_that_makes_no_sense_breaks_nothing(as_supervisor: Client, given: dict[str, str]):
    assert as_supervisor.get(NEW, given).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_form_takes_the_same_queries_however_much_is_on_offer(
    as_supervisor: Client, session: Session, count: int, django_assert_num_queries: Any
):
    TrainerFactory.create_batch(count)
    VenueFactory.create_batch(count)
    CourseVersionFactory.create_batch(count)
    with django_assert_num_queries(8):
        as_supervisor.get(NEW)


# Edit


def test_s3_an_edit_changes_the_plan(as_supervisor: Client, session: Session):
    as_supervisor.post(edit_url(session), typed(session, start="10:00", trainer=""))
    session.refresh_from_db()
    assert (session.start_time, session.trainer) == (MORNING + timedelta(hours=1), None)


def test_s3_the_form_shows_what_is_stored_and_sent_back_it_changes_nothing(as_supervisor: Client, session: Session):
    shown = as_supervisor.get(edit_url(session)).context["form"]
    sent = {
        field.html_name: field.value() if field.value() is not None else ""
        for field in shown
        if field.html_name != "last_day"
    }
    response = as_supervisor.post(edit_url(session), {**sent, "start": "09:00", "end": "13:00"})
    assert response.status_code == 302
    session.refresh_from_db()
    assert session.version == 1


def test_s3_a_draft_is_edited_and_booked_in_one_step(as_supervisor: Client, session: Session):
    as_supervisor.post(edit_url(session), typed(session, start="10:00", action="schedule"))
    session.refresh_from_db()
    assert (session.status, session.start_time) == ("SCHEDULED", MORNING + timedelta(hours=1))


def test_s3_an_edit_of_a_stale_version_says_what_changed_and_loses_nothing_typed(
    as_supervisor: Client, superuser: User, session: Session
):
    stale = typed(session, start="10:00")
    other_room = VenueFactory(name="Room C")
    edit_session(session_id=session.pk, changes=Plan(venue_id=other_room.pk), by=superuser, now=NOW)

    response = as_supervisor.post(edit_url(session), stale)
    assert response.status_code == 409
    assert superuser.get_full_name() in response.text
    assert [(change.label, change.before, change.after) for change in response.context["changes"]] == [
        ("Venue", "Room B", "Room C")
    ]
    assert response.context["form"]["start"].value() == "10:00"
    session.refresh_from_db()
    assert session.start_time == MORNING

    again = as_supervisor.post(edit_url(session), {**stale, "version": response.context["form"]["version"].value()})
    assert again.status_code == 302
    session.refresh_from_db()
    assert (session.start_time, str(session.venue)) == (MORNING + timedelta(hours=1), "Room B")


def test_s3_a_changed_list_is_told_as_such(as_supervisor: Client, session: Session):
    Session.objects.filter(pk=session.pk).update(version=2, last_line=1)
    response = as_supervisor.post(edit_url(session), typed(session, start="10:00"))
    assert response.status_code == 409
    assert "Only the list of attendees has changed." in response.text


def test_s11_the_reason_is_asked_for_and_kept(as_supervisor: Client, session: Session):
    Session.objects.filter(pk=session.pk).update(first_marked_at=NOW)
    assert "Reason for the change" in as_supervisor.get(edit_url(session)).text

    refused = as_supervisor.post(edit_url(session), typed(session, start="10:00"))
    assert refused.status_code == 422
    assert set(errors_of(refused)) == {"reason"}

    as_supervisor.post(edit_url(session), typed(session, start="10:00", reason="Trainer came late"))
    session.refresh_from_db()
    assert session.change_reason == "Trainer came late"


def test_s11_without_mark_or_evidence_no_reason_is_asked_for(as_supervisor: Client, session: Session):
    assert "Reason for the change" not in as_supervisor.get(edit_url(session)).text


def test_s11_a_fixed_course_is_told_at_the_course(as_supervisor: Client, session: Session):
    Session.objects.filter(pk=session.pk).update(first_marked_at=NOW)
    other = CourseVersionFactory()
    response = as_supervisor.post(edit_url(session), typed(session, course=other.course_id, reason="Wrong"))
    assert response.status_code == 409
    assert set(errors_of(response)) == {"course"}


@pytest.mark.parametrize("page", ["edit", "cancel"])
def test_s3_a_session_that_is_over_has_no_form(as_supervisor: Client, page: str):
    session = SessionFactory(status="CANCELLED", cancellation_reason="Storm")
    response = as_supervisor.get(reverse(f"training:session_{page}", args=[session.pk]))
    assert response.status_code == 409
    assert "cancelled" in text_of(response, "//main")


def test_a_session_that_never_was_is_not_found(as_supervisor: Client):
    for page in ("edit", "cancel", "delete"):
        assert as_supervisor.get(reverse(f"training:session_{page}", args=[999])).status_code == 404
    assert as_supervisor.post(reverse("training:session_schedule", args=[999])).status_code == 404


def test_one_fragment_two_doors(as_supervisor: Client, session: Session):
    """What HTMX swaps in is what the page shows."""
    data = typed(session, end="08:00")
    page = as_supervisor.post(edit_url(session), data).text
    fragment = as_supervisor.post(edit_url(session), data, headers=HTMX).text
    assert without_token(fragment) in without_token(page)
    assert "<html" not in fragment


def without_token(html: str) -> str:
    return "\n".join(line for line in html.strip().splitlines() if "csrfmiddlewaretoken" not in line)


# Schedule, cancel, delete


def test_s2_a_draft_is_booked_as_it_is(as_supervisor: Client, session: Session):
    response = as_supervisor.post(reverse("training:session_schedule", args=[session.pk]))
    session.refresh_from_db()
    assert session.status == "SCHEDULED"
    assert response["Location"] == reverse("attendance:session", args=[session.pk])


def test_s2_what_stands_against_a_draft_is_shown_in_its_form(as_supervisor: Client, session: Session):
    Session.objects.filter(pk=session.pk).update(venue=None)
    response = as_supervisor.post(reverse("training:session_schedule", args=[session.pk]))
    assert response.status_code == 422
    assert errors_of(response) == {"venue": ["Choose a venue."]}
    assert response.context["form"]["trainer"].value() == session.trainer_id


def test_s2_a_conflict_of_a_draft_is_shown_in_its_form(as_supervisor: Client, session: Session):
    scheduled_session(venue=session.venue, start_time=MORNING)
    response = as_supervisor.post(reverse("training:session_schedule", args=[session.pk]))
    assert response.status_code == 409
    assert set(errors_of(response)) == {"venue"}


def test_s8_cancelling_asks_for_a_reason(as_supervisor: Client, session: Session):
    url = reverse("training:session_cancel", args=[session.pk])
    assert as_supervisor.get(url).status_code == 200
    assert as_supervisor.post(url, {"reason": "  "}).status_code == 422
    session.refresh_from_db()
    assert session.status == "DRAFT"

    as_supervisor.post(url, {"reason": "Storm"})
    session.refresh_from_db()
    assert (session.status, session.cancellation_reason) == ("CANCELLED", "Storm")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_s8_a_reason_is_kept_when_somebody_was_faster(
    as_supervisor: Client, session: Session, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    def refused(**_values: object) -> None:
        raise Conflict("This session is finalized.")

    monkeypatch.setattr("training.views.sessions.cancel_session", refused)
    url = reverse("training:session_cancel", args=[session.pk])

    response = as_supervisor.post(url, {"reason": "Storm"}, headers=headers)

    assert response.status_code == 409
    assert "This session is finalized." in response.text
    assert response.context["form"]["reason"].value() == "Storm"
    assert ">\nStorm</textarea>" in response.text


def test_s8_cancelling_is_a_dialog_over_the_page_where_htmx_asks(as_supervisor: Client, session: Session):
    url = reverse("training:session_cancel", args=[session.pk])
    dialog = as_supervisor.get(url, headers=HTMX).text
    assert dialog.lstrip().startswith("<dialog")
    refused = as_supervisor.post(url, {"reason": ""}, headers=HTMX)
    assert refused.status_code == 422
    assert refused.text.lstrip().startswith("<form")
    done = as_supervisor.post(url, {"reason": "Storm"}, headers=HTMX)
    assert done["HX-Redirect"] == reverse("attendance:session", args=[session.pk])


def test_s8_a_draft_is_deleted_after_asking_once_more(as_supervisor: Client, session: Session):
    url = reverse("training:session_delete", args=[session.pk])
    assert "<dialog" in as_supervisor.get(url, headers=HTMX).text
    assert as_supervisor.get(url).status_code == 200
    session.refresh_from_db()
    assert session.deleted_at is None

    assert as_supervisor.post(url)["Location"] == reverse("attendance:sessions")
    session.refresh_from_db()
    assert session.deleted_at is not None


def test_s8_a_scheduled_session_is_not_deleted(as_supervisor: Client):
    url = reverse("training:session_delete", args=[scheduled_session().pk])
    assert as_supervisor.get(url).status_code == 409
    assert as_supervisor.post(url).status_code == 409


# While it is typed


def test_s4_a_typed_plan_is_commented(as_supervisor: Client, session: Session):
    response = as_supervisor.get("/sessions/new/findings/", typed(session), headers=HTMX)
    assert f"Room B is also planned for the draft {session.reference}" in response.text
    own = as_supervisor.get("/sessions/new/findings/", typed(session, session=session.pk), headers=HTMX)
    assert "Room B is free." in own.text


def test_an_empty_end_of_a_new_session_is_filled_in(as_supervisor: Client, session: Session):
    response = as_supervisor.get("/sessions/new/findings/", typed(session, end="", start="10:00"), headers=HTMX)
    assert 'name="end" value="14:00"' in response.text
    edited = typed(session, end="", start="10:00", session=session.pk)
    assert 'name="end"' not in as_supervisor.get("/sessions/new/findings/", edited, headers=HTMX).text


@pytest.mark.parametrize("nonsense", [{}, {"course": "x", "day": "y", "start": "z", "trainer": "-", "session": "x"}])
@pytest.mark.parametrize("url", ["/sessions/new/findings/", "/sessions/new/trainers/"])
def test_half_typed_plans_break_nothing(as_supervisor: Client, url: str, nonsense: dict[str, str]):
    assert as_supervisor.get(url, nonsense, headers=HTMX).status_code == 200


def test_s6_the_trainers_of_the_chosen_course_are_offered(as_supervisor: Client, session: Session):
    TrainerFactory(first_name="Ana", last_name="Silva")
    response = as_supervisor.get("/sessions/new/trainers/", {"course": session.course_id}, headers=HTMX)
    assert f"{session.trainer} (0h booked this week)" in response.text
    assert "Ana Silva" not in response.text


# Who may


@pytest.mark.parametrize("who", ["auditor", "trainer_user"])
def test_only_who_plans_may_open_these_pages(who: str, trainer: Trainer, request: pytest.FixtureRequest):
    client = client_of(request.getfixturevalue(who))
    session = SessionFactory(trainer=trainer)
    for page in ("edit", "cancel", "delete"):
        url = reverse(f"training:session_{page}", args=[session.pk])
        assert client.get(url).status_code == 403
        assert client.post(url, {"reason": "Storm"}).status_code == 403
    assert client.post(reverse("training:session_schedule", args=[session.pk])).status_code == 403
    for url in (NEW, "/sessions/new/findings/", "/sessions/new/trainers/"):
        assert client.get(url).status_code == 403
    assert client.post(NEW, {"course": session.course_id}).status_code == 403
    assert Session.objects.get().status == "DRAFT"
