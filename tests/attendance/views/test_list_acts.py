"""Taking things back in the browser: one mark, many marks, who was added or taken off (A1), with and without HTMX."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.models import ListAct, SessionAttendee
from learners.models import ComplianceItem
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory
from tests.factories.training import VenueFactory, scheduled_session
from tests.html import attendance_row, fragment, text_of
from training.models import Session, Trainer

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def a_list(size: int, *, hours: float = -2, **fields: Any) -> tuple[Session, list[SessionAttendee]]:
    """Return a session that starts so many hours from now, and its list."""
    session = scheduled_session(start_time=timezone.now() + timedelta(hours=hours), **fields)
    return session, SessionAttendeeFactory.create_batch(size, session=session)


def post(client: Client, name: str, session: Session, htmx: bool = True, **data: Any) -> Any:
    address = reverse(f"attendance:session_{name}", args=[session.pk])
    return client.post(address, data, headers=HTMX) if htmx else client.post(address, data, follow=True)


def page(client: Client, session: Session) -> str:
    return client.get(reverse("attendance:session", args=[session.pk])).text


def row_of(row: SessionAttendee) -> tuple[bool, bool, str, bool, int]:
    row.refresh_from_db()
    return row.is_present, row.has_passed, row.remarks, row.is_unmarked, row.version


def mark(client: Client, row: SessionAttendee, *ticks: str, remarks: str = "", **more: Any) -> Any:
    key = row.learner_id
    data = {f"remarks-{key}": remarks, **{f"{tick}-{key}": "on" for tick in ticks}, **more}
    return post(client, "marks", row.session, **data)


def version(learner_id: int, number: int) -> dict[str, Any]:
    """Return the field that says which version of a row was shown."""
    return {f"version-{learner_id}": number}


# When marking opens


def test_a1_before_marking_opens_the_page_says_from_when_and_switches_marking_off(as_supervisor: Client):
    session, (row,) = a_list(1, hours=30)
    html = page(as_supervisor, session)
    assert session.start_time is not None
    opens = timezone.localtime(session.start_time - timedelta(minutes=30))
    assert f"marking opens on {opens:%-d %b %Y %H:%M}" in html
    for field in ("present", "passed", "remarks"):
        assert re.search(rf'<input[^>]* disabled[^>]*name="{field}-{row.learner_id}"', html), field
    assert len(re.findall(r'name="everybody" value="(?:present|passed|absent)" disabled', html)) == 3
    assert 'name="learner"' in html  # P5: adding and removing stay open

    response = mark(as_supervisor, row, "present", "passed")
    assert response.status_code == 409
    assert f"marking opens on {opens:%-d %b %Y %H:%M}" in response.text
    assert row_of(row) == (False, True, "", True, 1)


def test_a1_shortly_before_the_start_the_page_marks(as_supervisor: Client):
    session, (row,) = a_list(1, hours=0.4)
    assert "too early" not in page(as_supervisor, session)
    assert mark(as_supervisor, row, "present", "passed").status_code == 200
    assert row_of(row) == (True, True, "", False, 2)


# One mark


def test_a1_a_row_takes_its_mark_back_and_is_swapped_as_the_page_shows_it(as_supervisor: Client):
    session, (row, other) = a_list(2)
    mark(as_supervisor, row, "present", remarks="Left early")
    html = page(as_supervisor, session)
    assert re.search(rf'name="take_back"[^>]*value="{row.learner_id}"', html)
    assert f'name="take_back" hx-params="take_back,version-{other.learner_id}"' not in html

    key = row.learner_id
    response = post(as_supervisor, "marks", session, take_back=key, **version(key, 2))

    assert row_of(row) == (False, True, "", True, 3)
    html = page(as_supervisor, session)
    assert attendance_row(response.text, key) == attendance_row(html, key)
    assert fragment(response.text, "totals") == fragment(html, "totals")
    assert not ListAct.objects.exists()


def test_a1_taking_back_a_mark_that_somebody_changed_asks_whose_values_count(as_supervisor: Client):
    session, (row,) = a_list(1)
    key = row.learner_id
    mark(as_supervisor, row, "present")
    mark(as_supervisor, row, "present", "passed", **version(key, 2))
    response = post(as_supervisor, "marks", session, take_back=key, **version(key, 2))
    assert response.status_code == 409
    assert "Yours: not marked" in text_of(response.text)
    assert f'{{"version-{key}": "3", "take_back": "{key}"}}' in response.text
    post(as_supervisor, "marks", session, take_back=key, **version(key, 3))
    assert row_of(row) == (False, True, "", True, 4)


def test_a1_a_mark_on_a_row_that_was_taken_back_meanwhile_says_so(as_supervisor: Client):
    session, (row,) = a_list(1)
    key = row.learner_id
    mark(as_supervisor, row, "present")
    post(as_supervisor, "marks", session, take_back=key, **version(key, 2))
    response = mark(as_supervisor, row, "present", "passed", **version(key, 2))
    assert response.status_code == 409
    assert "The mark was taken back in the meantime: not marked" in text_of(response.text)


@pytest.mark.parametrize("key", ["", "x", "1,2", "999999"])
def test_a1_what_is_no_row_is_refused(as_supervisor: Client, key: str):
    session, _rows = a_list(1)
    assert post(as_supervisor, "marks", session, take_back=key).status_code == 422


def test_a1_without_javascript_one_mark_is_taken_back_and_the_others_are_saved(as_supervisor: Client):
    session, (one, two, three) = a_list(3)
    for row in (one, two, three):
        mark(as_supervisor, row, "present", "passed")
    data: dict[str, Any] = {"take_back": one.learner_id}
    for row in (one, two, three):
        data |= {f"remarks-{row.learner_id}": "", f"version-{row.learner_id}": 2, f"present-{row.learner_id}": "on"}
    data |= {f"passed-{three.learner_id}": "on"}

    post(as_supervisor, "marks", session, htmx=False, **data)

    assert row_of(one) == (False, True, "", True, 3)
    assert row_of(two) == (True, False, "", False, 3)
    assert row_of(three) == (True, True, "", False, 2)


def test_a1_without_javascript_a_row_that_was_taken_back_stays_unmarked_when_the_list_is_saved(as_supervisor: Client):
    session, (one, two) = a_list(2)
    mark(as_supervisor, one, "present", "passed")
    post(as_supervisor, "marks", session, take_back=one.learner_id, **version(one.learner_id, 2))
    html = page(as_supervisor, session)
    assert f'name="unmarked-{one.learner_id}" value="on"' in html
    sent = re.findall(r'<input[^>]*type="(?:hidden|text)" form="attendance"[^>]*name="([\w-]+)"', html)
    data = {name: "on" if name.startswith("unmarked") else "3" if name.startswith("version") else "" for name in sent}

    post(as_supervisor, "marks", session, htmx=False, **data)

    assert row_of(one) == (False, True, "", True, 3)
    assert row_of(two) == (False, True, "", True, 1)


# Many at once


def test_a1_all_present_names_whom_it_concerned_and_is_undone(as_supervisor: Client):
    session, rows = a_list(6)
    mark(as_supervisor, rows[0], remarks="Sick")
    response = post(as_supervisor, "marks", session, everybody="present")

    offer = text_of(fragment(response.text, "list-act"))
    assert "All present: 5 workers" in offer
    assert f"{rows[1].learner.name}, {rows[2].learner.name}, {rows[3].learner.name} and 2 others" in offer
    assert fragment(page(as_supervisor, session), "list-act") == fragment(response.text, "list-act")

    act = ListAct.objects.get()
    undone = post(as_supervisor, "undo", session, act=act.pk)

    assert [row_of(row)[3] for row in rows] == [False, True, True, True, True, True]
    assert "Undone: All present: 5 workers." in undone.text
    html = page(as_supervisor, session)
    for row in rows:
        assert attendance_row(undone.text, row.learner_id) == attendance_row(html, row.learner_id)
    for part in ("totals", "list-act", "finalize", "last-line"):
        assert fragment(undone.text, part) == fragment(html, part)
    assert "<form" not in fragment(html, "list-act")

    again = post(as_supervisor, "undo", session, act=act.pk)
    assert again.status_code == 200
    assert "Undone already" in again.text


def test_a1_without_javascript_the_offer_is_a_form_and_names_who_was_changed_since(as_supervisor: Client):
    session, rows = a_list(2)
    post(as_supervisor, "marks", session, htmx=False, everybody="present")
    html = fragment(page(as_supervisor, session), "list-act")
    assert f'action="{reverse("attendance:session_undo", args=[session.pk])}"' in html
    mark(as_supervisor, rows[1], "present", **version(rows[1].learner_id, 2))

    act = re.search(r'name="act" value="(\d+)"', html)
    assert act is not None
    shown = post(as_supervisor, "undo", session, htmx=False, act=act[1])

    assert f"Changed since, so left as it is: {rows[1].learner.name}." in shown.text
    assert row_of(rows[0]) == (False, True, "", True, 3)
    assert row_of(rows[1]) == (True, False, "", False, 3)


@pytest.mark.parametrize("act", ["", "x", "999999"])
def test_a1_an_act_that_there_is_none_of_is_refused_in_a_sentence(as_supervisor: Client, act: str):
    session, _rows = a_list(1)
    response = post(as_supervisor, "undo", session, act=act)
    assert response.status_code == 409
    assert "nothing to undo on this list" in response.text


def test_a1_all_marks_are_taken_back_and_that_is_undone(as_supervisor: Client):
    session, rows = a_list(2)
    mark(as_supervisor, rows[0], "present", remarks="Late")
    response = post(as_supervisor, "marks", session, everybody="taken-back")
    assert "All marks taken back: 1 worker" in text_of(fragment(response.text, "list-act"))
    assert row_of(rows[0]) == (False, True, "", True, 3)
    post(as_supervisor, "undo", session, act=ListAct.objects.get().pk)
    assert row_of(rows[0]) == (True, False, "Late", False, 4)


def test_p5_a_removal_names_whom_it_took_off_and_brings_the_worker_back(as_supervisor: Client):
    session, rows = a_list(2, hours=30)
    response = post(as_supervisor, "remove", session, learner=rows[0].learner_id)
    assert response.headers["HX-Trigger"] == "list-changed"
    assert f"Taken off the list: 1 worker {rows[0].learner.name}" in text_of(fragment(response.text, "list-act"))
    back = post(as_supervisor, "undo", session, act=ListAct.objects.get().pk)
    assert session.attendees.get(line=1).learner == rows[0].learner
    assert attendance_row(back.text, rows[0].learner_id)
    assert back.headers["HX-Trigger"] == "list-changed"


def test_a1_who_may_not_undo_is_offered_nothing(as_trainer: Client, as_auditor: Client, trainer: Trainer):
    session, _rows = a_list(0, hours=30, trainer=trainer)
    people = ",".join(str(learner.pk) for learner in LearnerFactory.create_batch(2))
    response = post(as_trainer, "add", session, learner=people)
    assert "<form" not in fragment(response.text, "list-act")  # trainers take nobody off a list
    assert 'name="act"' not in page(as_auditor, session)
    assert post(as_auditor, "undo", session, act=1).status_code == 403


# The room


def reds(number: int, session: Session) -> None:
    for learner in LearnerFactory.create_batch(number):
        ComplianceItem.objects.create(
            learner=learner,
            course=session.course,
            requirement_type="PRE_MOB",
            status="NON_COMPLIANT",
            key_date=timezone.localdate(),
            updated_at=timezone.now(),
        )


def bulk_button(html: str) -> str:
    return text_of(fragment(html, "picker-bulk"))


def test_s7_the_bulk_button_adds_no_more_than_the_room_holds_and_says_so(as_supervisor: Client):
    session, _rows = a_list(1, hours=30, venue=VenueFactory(capacity=3))
    reds(4, session)
    html = page(as_supervisor, session)
    assert bulk_button(html) == "Add 2 red (fills the room)"
    (people,) = re.findall(r'value="([\d,]+)"', fragment(html, "picker-bulk"))
    response = post(as_supervisor, "add", session, learner=people)
    assert session.attendees.count() == 3
    assert bulk_button(response.text) == "The room is full"
    assert "Added to the list: 2 workers" in text_of(fragment(response.text, "list-act"))

    more = re.search(r'id="add-1"[^>]* value="(\d+)"', response.text)
    assert more is not None  # adding is never disabled
    assert "Venue Capacity Exceeded (4/3)." in post(as_supervisor, "add", session, learner=more[1]).text
    candidates = as_supervisor.get(reverse("attendance:session_candidates", args=[session.pk]), headers=HTMX)
    assert bulk_button(candidates.text) == "The room is full"


def test_s7_with_seats_to_spare_the_button_does_not_speak_of_the_room(as_supervisor: Client):
    session, _rows = a_list(1, hours=30, venue=VenueFactory(capacity=30))
    reds(4, session)
    assert bulk_button(page(as_supervisor, session)) == "Add 4 red"
