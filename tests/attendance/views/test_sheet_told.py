"""E8, E3 through every door: what a sheet tells on the card, before finalize, in Admin and API, and where it opens."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from attendance.services.finalize import finalize_session
from attendance.services.marking import Mark, save_marks
from learners.models import TrainingRecord
from tests.factories import files, sheets
from tests.factories.attendance import session_ready_to_finalize
from training.models import Session

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
HTMX = {"HX-Request": "true"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]


@pytest.fixture
def other() -> Session:
    return sheets.session_of(40)


@pytest.fixture
def session(supervisor: User) -> Session:
    """A session that took place, everybody present."""
    session = sheets.session_of(20)
    marks = [Mark(each.learner_id, is_present=True, has_passed=True) for each in session.attendees.all()]
    save_marks(session_id=session.pk, marks=marks, by=supervisor, now=NOW)
    session.refresh_from_db()
    return session


def send(client: Client, session: Session, content: bytes, *, htmx: bool = True) -> str:
    url = reverse("attendance:session_evidence", args=[session.pk])
    answer = client.post(url, {"file": files.upload(content)}, headers=HTMX if htmx else None, follow=True)
    assert answer.status_code == 200
    return html.unescape(answer.text)


def card(text: str) -> str:
    found = re.search(r'<ul class="codes">.*?</ul>', html.unescape(text), re.DOTALL)
    assert found
    return found[0]


def wrong(other: Session) -> bytes:
    return sheets.pages_of((sheets.printed(other), 1))


def test_e8_the_card_says_it_at_once_and_after_a_reload(
    as_supervisor: Client, session: Session, other: Session
) -> None:
    swapped = send(as_supervisor, session, wrong(other))
    assert f"This is the sheet of another session: {other.reference}, page 1 of 3." in swapped
    reloaded = as_supervisor.get(reverse("attendance:session", args=[session.pk]))
    assert card(swapped) == card(reloaded.text)
    assert "look at it" in reloaded.text


def test_e8_finalize_shows_the_first_page_and_asks(as_supervisor: Client, session: Session, other: Session) -> None:
    send(as_supervisor, session, wrong(other))
    url = reverse("attendance:session_finalize", args=[session.pk])
    question = as_supervisor.get(url, headers=HTMX).text
    assert reverse("attendance:session_evidence_page", args=[session.pk, 1]) in question
    assert "SHA-256" not in question
    assert f"another session: {other.reference}" in question
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', question)
    ticked = re.search(r'name="sheet_confirmed" value="([^"]+)" form="finalize-form" required', question)
    assert confirmed
    assert ticked

    unticked = as_supervisor.post(url, {"confirmed": confirmed[1]}, headers=HTMX)
    assert unticked.status_code == 422
    assert "Look at the signed sheet, then tick the box. Nothing has been done yet." in unticked.text
    assert not TrainingRecord.objects.exists()

    done = as_supervisor.post(url, {"confirmed": confirmed[1], "sheet_confirmed": ticked[1]})
    assert done.status_code == 302
    assert TrainingRecord.objects.count() == 20


def test_e8_the_right_sheet_is_not_asked_about(as_supervisor: Client, session: Session) -> None:
    send(as_supervisor, session, sheets.printed(session), htmx=False)
    question = as_supervisor.get(reverse("attendance:session_finalize", args=[session.pk])).text
    assert f"This is the sheet of {session.reference}, pages 1, 2 of 2" in question
    assert "sheet_confirmed" not in question


def test_e8_admin_asks_as_well(as_superuser: Client, session: Session, other: Session) -> None:
    send(as_superuser, session, wrong(other))
    url = reverse("admin:training_session_finalize", args=[session.pk])
    question = as_superuser.get(url).text
    assert f"another session: {other.reference}" in question
    confirmed = html.unescape(re.search(r'name="confirmed" value="([^"]+)"', question)[1])  # type: ignore[index]
    refused = as_superuser.post(url, {"confirmed": confirmed})
    assert refused.status_code == 422
    assert "Look at the signed sheet, then tick this box." in refused.text
    assert not TrainingRecord.objects.exists()
    assert as_superuser.post(url, {"confirmed": confirmed, "looked": "on"}).status_code == 302
    assert TrainingRecord.objects.count() == 20


def test_e8_the_api_tells_and_does_not_stand_in_the_way(
    as_supervisor: Client, session: Session, other: Session
) -> None:
    send(as_supervisor, session, wrong(other))
    url = f"/api/v1/training/sessions/{session.pk}"
    sheet = as_supervisor.get(url).json()["evidence"]["sheet"]
    assert sheet["pages"] == [
        {"filePage": 1, "issuedHere": True, "reference": other.reference, "listVersion": other.version}
        | {"page": 1, "pages": 3}
    ]
    assert sheet["warnings"] == sheet["told"]
    assert other.reference in sheet["warnings"][0]
    assert as_supervisor.post(f"{url}/finalize").json()["trainingRecords"] == 20


def test_the_api_says_null_where_nobody_looked(as_supervisor: Client) -> None:
    url = f"/api/v1/training/sessions/{session_ready_to_finalize()[0].pk}"
    assert as_supervisor.get(url).json()["evidence"]["sheet"] is None


@pytest.fixture
def record(as_supervisor: Client, supervisor: User, session: Session) -> TrainingRecord:
    """The record of who signed on line 20, which is on page 2."""
    send(as_supervisor, session, sheets.printed(session))
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    return TrainingRecord.objects.get(learner__attendances__line=20)


def test_e3_the_profile_opens_the_sheet_at_the_workers_line(as_supervisor: Client, record: TrainingRecord) -> None:
    page = html.unescape(as_supervisor.get(reverse("attendance:worker", args=[record.learner_id])).text)
    pictures = re.findall(r'<img src="[^"]*/evidence/(\d+)\.png', page)
    assert pictures == ["2", "1"]
    assert page.count('<svg class="band"') == 1
    assert f"Line 20, <bdi>{record.learner.name}</bdi>" in page
    assert "The line is on page 2 of 2, which is shown first." in page
    assert reverse("attendance:record_evidence_view", args=[record.pk]) in page


@pytest.mark.parametrize("door", ["session", "record"])
def test_e3_a_sheet_opens_in_the_browser(as_auditor: Client, record: TrainingRecord, door: str) -> None:
    of = record.pk if door == "record" else record.session_id
    page = html.unescape(as_auditor.get(reverse(f"attendance:{door}_evidence_view", args=[of])).text)
    pictures = re.findall(r'<img src="[^"]*/evidence/(\d+)\.png\?sheet=\d+&width=1920', page)
    assert pictures == (["2", "1"] if door == "record" else ["1", "2"])
    assert ("<polygon" in page) == (door == "record")
    assert "style=" not in page
    assert f"This is the sheet of {record.session}" in page


def test_e3_a_sheet_from_elsewhere_says_so(as_supervisor: Client, supervisor: User, session: Session) -> None:
    send(as_supervisor, session, files.pdf(2))
    finalize_session(session_id=session.pk, by=supervisor, now=NOW)
    record = TrainingRecord.objects.get(learner__attendances__line=20)
    page = html.unescape(as_supervisor.get(reverse("attendance:record_evidence_view", args=[record.pk])).text)
    assert "No code of this session’s sheet was found in the file" in page
    assert "<polygon" not in page
