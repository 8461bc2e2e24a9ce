"""Saving attendance through the browser: row by row with HTMX, and as one form without JavaScript (A1)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attendance.models import SessionAttendee
from attendance.services.attendees import add_attendees
from attendance.services.marking import Mark, save_marks
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory
from tests.factories.training import UserFactory, scheduled_session
from tests.html import attendance_row, fragment, group, text_of
from training.core.groups import SUPERVISORS
from training.models import Session, Trainer

HTMX = {"HX-Request": "true"}


def a_list(size: int, **fields) -> tuple[Session, list[SessionAttendee]]:
    session = scheduled_session(start_time=timezone.now() - timedelta(hours=2), **fields)
    return session, SessionAttendeeFactory.create_batch(size, session=session)


def row_url(row: SessionAttendee) -> str:
    return reverse("attendance:session_mark", args=[row.session_id, row.learner_id])


def marks_url(session: Session) -> str:
    return reverse("attendance:session_marks", args=[session.pk])


def page_of(session: Session) -> str:
    return reverse("attendance:session", args=[session.pk])


def save_row(client: Client, row: SessionAttendee, data: Mapping[str, Any]) -> Any:
    """Send one row as the page does when a field of it is left."""
    return client.post(marks_url(row.session), data, headers=HTMX)


def typed(row: SessionAttendee, *ticks: str, remarks: str = "", version: int = 1) -> dict[str, object]:
    """Return the fields of a row as a browser sends them."""
    key = row.learner_id
    return {f"version-{key}": version, f"remarks-{key}": remarks} | {f"{tick}-{key}": "on" for tick in ticks}


def changed_by_haddad(row: SessionAttendee, **fields) -> None:
    haddad = UserFactory(first_name="M.", last_name="Haddad", groups=[SUPERVISORS])
    mark = Mark(row.learner_id, **{"is_present": True, "has_passed": True, **fields})
    save_marks(session_id=row.session_id, marks=[mark], by=haddad, now=timezone.now())


def state(row: SessionAttendee) -> tuple[bool, bool, str, int]:
    row.refresh_from_db()
    return row.is_present, row.has_passed, row.remarks, row.version


def read_at(response: Any) -> float:
    """Return when the parts of an answer were read."""
    return float(group(r'id="totals" data-read-at="([\d.]+)"', response.text))


# Row by row


def test_a1_a_row_saves_itself_and_brings_its_next_version_and_the_totals(as_supervisor: Client):
    session, (row, _other) = a_list(2)
    response = save_row(as_supervisor, row, typed(row, "present", "passed", remarks=" Late "))
    assert response.status_code == 200
    assert state(row) == (True, True, "Late", 2)
    assert response.text.strip().startswith("<input")
    assert f'name="version-{row.learner_id}" value="2"' in response.text
    page = as_supervisor.get(page_of(session)).text
    for part in ("steps", "totals", "fact-venue", "fact-outcome", "finalize", "finalize-bar", "list-version"):
        assert fragment(response.text, part) == fragment(page, part), part
    save_cell = attendance_row(page, row.learner_id).split('<td class="save">')[1]
    assert re.sub(r"\s+", " ", response.text.split("<ol")[0]).strip() in save_cell


def test_an_answer_says_when_it_was_read_by_the_clock_of_the_database(
    as_supervisor: Client, monkeypatch: pytest.MonkeyPatch
):
    """Behind a load balancer the next answer may come from a machine whose clock is behind."""
    _session, (row, other) = a_list(2)
    first = save_row(as_supervisor, row, typed(row, "present"))
    behind = timezone.now() - timedelta(minutes=1)
    monkeypatch.setattr("attendance.views.workspace.timezone.now", lambda: behind)
    second = save_row(as_supervisor, other, typed(other, "present"))
    assert read_at(first) < read_at(second)


def test_an_answer_tells_the_version_of_the_list_that_others_have_changed_meanwhile(
    as_supervisor: Client, monkeypatch: pytest.MonkeyPatch
):
    session, (row,) = a_list(1)

    def saved_while_the_list_changes(**arguments: Any) -> Any:
        add_attendees(
            session_id=session.pk,
            learner_ids=[LearnerFactory().pk],
            by=UserFactory(groups=[SUPERVISORS]),
            now=timezone.now(),
        )
        return save_marks(**arguments)

    monkeypatch.setattr("attendance.views.workspace.save_marks", saved_while_the_list_changes)
    response = save_row(as_supervisor, row, typed(row, "present"))
    assert text_of(response, "//*[@id='list-version']") == f"list version {Session.objects.get().version}"
    assert Session.objects.get().version > session.version


def test_a1_a_stale_row_answers_409_with_both_values_below_the_row(as_supervisor: Client):
    _session, (row,) = a_list(1)
    changed_by_haddad(row, has_passed=False, remarks="Left 9:00")
    response = save_row(as_supervisor, row, typed(row, "present", "passed", remarks="Here"))
    assert response.status_code == 409
    assert response.headers["HX-Retarget"] == "closest tr"
    assert response.headers["HX-Reswap"] == "afterend"
    text = re.sub(r"\s+", " ", response.text)
    assert "Changed by M. Haddad" in text
    assert "present, not passed, “<bdi>Left 9:00</bdi>”" in text
    assert "present, passed, “<bdi>Here</bdi>”" in text
    assert f'{{"version-{row.learner_id}": "2", "resolves": "conflict"}}' in text
    assert state(row) == (True, False, "Left 9:00", 2)


def test_a1_keep_mine_saves_on_top_of_theirs_and_takes_the_conflict_away(as_supervisor: Client):
    _session, (row,) = a_list(1)
    changed_by_haddad(row, has_passed=False)
    mine = {**typed(row, "present", "passed", version=2), "resolves": "conflict"}
    response = save_row(as_supervisor, row, mine)
    assert response.status_code == 200
    assert f'<tr id="conflict-{row.learner_id}" hx-swap-oob="delete">' in response.text
    assert state(row) == (True, True, "", 3)


def test_a1_use_theirs_shows_the_row_as_it_is_stored(as_supervisor: Client):
    session, (row,) = a_list(1)
    changed_by_haddad(row, remarks="Left 9:00")
    swapped = as_supervisor.get(row_url(row), headers=HTMX).text
    page = as_supervisor.get(page_of(session)).text
    assert attendance_row(swapped, row.learner_id) == attendance_row(page, row.learner_id)
    assert "Left 9:00" in swapped
    assert f'<tr id="conflict-{row.learner_id}" hx-swap-oob="delete">' in swapped


def test_a1_remarks_that_are_too_long_are_refused_with_a_sentence(as_supervisor: Client):
    _session, (row,) = a_list(1)
    response = save_row(as_supervisor, row, typed(row, "present", remarks="x" * 501))
    assert response.status_code == 422
    assert "at most 500 characters" in response.text
    assert state(row) == (False, True, "", 1)


@pytest.mark.parametrize("version", ["x", "0", "-1"])
def test_a1_a_row_with_a_version_that_is_none_is_refused(as_supervisor: Client, version: str):
    _session, (row,) = a_list(1)
    data = typed(row, "present") | {f"version-{row.learner_id}": version}
    assert save_row(as_supervisor, row, data).status_code == 422
    assert state(row) == (False, True, "", 1)


def test_a1_a_row_that_was_unmarked_is_sent_without_a_version_and_stale_once_it_is_marked(as_supervisor: Client):
    session, (row,) = a_list(1)
    assert f'name="version-{row.learner_id}"' not in as_supervisor.get(page_of(session)).text
    data = {f"remarks-{row.learner_id}": "Mine", f"present-{row.learner_id}": "on"}
    assert save_row(as_supervisor, row, data).status_code == 200
    assert f'name="version-{row.learner_id}" value="2"' in as_supervisor.get(page_of(session)).text
    assert save_row(as_supervisor, row, data | {f"remarks-{row.learner_id}": "Late"}).status_code == 409
    assert state(row) == (True, False, "Mine", 2)


@pytest.mark.parametrize("size", [0, 2])
def test_a1_a_row_saves_itself_alone(as_supervisor: Client, size: int):
    session, rows = a_list(2)
    data = {name: value for row in rows[:size] for name, value in typed(row, "present").items()}
    response = as_supervisor.post(marks_url(session), data, headers=HTMX)
    assert response.status_code == 422
    assert [state(row)[0] for row in rows] == [False, False]


def test_a1_keep_mine_that_is_stale_again_puts_the_new_values_in_the_place_of_the_old(as_supervisor: Client):
    _session, (row,) = a_list(1)
    changed_by_haddad(row, has_passed=False)
    changed_by_haddad(row, remarks="Left 9:00", version=2)
    mine = {**typed(row, "present", "passed", version=2), "resolves": "conflict"}
    response = save_row(as_supervisor, row, mine)
    assert (response.status_code, response.headers["HX-Reswap"]) == (409, "outerHTML")
    assert "Left 9:00" in response.text


def test_a1_somebody_who_is_not_on_the_list_is_refused(as_supervisor: Client):
    session, _rows = a_list(1)
    elsewhere = SessionAttendeeFactory()
    response = as_supervisor.post(marks_url(session), typed(elsewhere, "present"), headers=HTMX)
    assert response.status_code == 422
    assert "not on the list any more" in response.text
    url = reverse("attendance:session_mark", args=[session.pk, elsewhere.learner_id])
    assert as_supervisor.get(url, headers=HTMX).status_code == 422


def test_a1_a_finalized_session_is_not_marked(as_supervisor: Client):
    session, (row,) = a_list(1)
    Session.objects.filter(pk=session.pk).update(status="CANCELLED", cancellation_reason="Storm")
    response = save_row(as_supervisor, row, typed(row, "present"))
    assert response.status_code == 409
    assert "cancelled" in response.text


def test_a3_a_fail_without_a_remark_is_saved_and_asked_about(as_supervisor: Client):
    session, (row,) = a_list(1)
    assert save_row(as_supervisor, row, typed(row, "present")).status_code == 200
    assert state(row) == (True, False, "", 2)
    assert "Why not passed?" in as_supervisor.get(page_of(session)).text


def test_trainers_mark_own_sessions_and_auditors_none(as_trainer: Client, trainer: Trainer, as_auditor: Client):
    _session, (own,) = a_list(1, trainer=trainer)
    _session, (other,) = a_list(1)
    assert save_row(as_trainer, own, typed(own, "present")).status_code == 200
    assert save_row(as_trainer, other, typed(other, "present")).status_code == 404
    assert save_row(as_auditor, own, typed(own, "present")).status_code == 403


@pytest.mark.parametrize("size", [1, 3])
def test_saving_a_row_takes_the_same_number_of_queries_for_any_list(as_supervisor: Client, size: int):
    _session, rows = a_list(size)
    with CaptureQueriesContext(connection) as queries:
        save_row(as_supervisor, rows[0], typed(rows[0], "present", "passed"))
    assert len(queries) == 19


# The whole list


def test_a1_without_javascript_the_whole_list_is_one_form(as_supervisor: Client):
    session, (one, two, untouched) = a_list(3)
    data = typed(one, "present", "passed") | typed(two, remarks="Sick") | typed(untouched)
    response = as_supervisor.post(marks_url(session), data, follow=True)
    assert "2 rows saved." in response.text
    assert state(one) == (True, True, "", 2)
    assert state(two) == (False, False, "Sick", 2)
    assert state(untouched) == (False, True, "", 1)
    assert untouched.marked_at is None


def test_a1_the_page_holds_every_field_of_that_form(as_supervisor: Client):
    session, (row,) = a_list(1)
    html = as_supervisor.get(page_of(session)).text
    key = row.learner_id
    for name in (f"present-{key}", f"passed-{key}", f"remarks-{key}"):
        assert re.search(rf'<input[^>]*form="attendance"[^>]*name="{name}"', html)
    assert f'<form id="attendance" method="post" action="{marks_url(session)}"' in html
    assert "Save attendance" in html


def test_a1_500_rows_save_in_one_form_and_the_same_number_of_queries(as_supervisor: Client):
    session, rows = a_list(500)
    data: dict[str, object] = {}
    for row in rows:
        data |= typed(row, "present", "passed", remarks="Here")
    with CaptureQueriesContext(connection) as queries:
        assert as_supervisor.post(marks_url(session), data).status_code == 302
    assert session.attendees.filter(is_present=True, has_passed=True, remarks="Here").count() == 500
    assert len(queries) == 14


def test_a1_a_stale_form_saves_nothing_and_keeps_everything_typed(as_supervisor: Client):
    session, (one, two) = a_list(2)
    changed_by_haddad(one, has_passed=False, remarks="Left 9:00")
    data = typed(one, "present", "passed", remarks="Mine") | typed(two, "present", remarks="<Retest>")
    response = as_supervisor.post(marks_url(session), data)
    assert response.status_code == 409
    assert f"Nothing was saved: {one.learner} was changed" in response.text
    assert "Changed by M. Haddad" in response.text
    assert "Left 9:00" in response.text
    for row, remarks in ((one, "Mine"), (two, "&lt;Retest&gt;")):
        shown = attendance_row(response.text, row.learner_id)
        assert f'value="{remarks}"' in shown
        assert re.search(r'data-field="present" checked', shown)
    assert state(two) == (False, True, "", 1)

    again = typed(one, "present", "passed", remarks="Mine", version=2) | typed(two, "present", remarks="<Retest>")
    assert as_supervisor.post(marks_url(session), again).status_code == 302
    assert state(one) == (True, True, "Mine", 3)
    assert state(two) == (True, False, "<Retest>", 2)


def test_one_button_marks_everybody_and_swaps_the_rows(as_supervisor: Client):
    session, rows = a_list(2)
    response = as_supervisor.post(marks_url(session), {"everybody": "present"}, headers=HTMX)
    page = as_supervisor.get(page_of(session)).text
    for row in rows:
        assert attendance_row(response.text, row.learner_id) == attendance_row(page, row.learner_id)
        assert state(row) == (True, True, "", 2)
    assert fragment(response.text, "totals") == fragment(page, "totals")


def test_without_javascript_the_button_saves_what_is_typed_first(as_supervisor: Client):
    session, (one, two) = a_list(2)
    data = typed(one, remarks="Sick") | typed(two) | {"everybody": "present"}
    as_supervisor.post(marks_url(session), data)
    assert state(one) == (False, False, "Sick", 2)
    assert state(two) == (True, True, "", 2)


def test_a_button_that_does_not_exist_is_refused(as_supervisor: Client):
    session, _rows = a_list(1)
    assert as_supervisor.post(marks_url(session), {"everybody": "gone"}).status_code == 422
