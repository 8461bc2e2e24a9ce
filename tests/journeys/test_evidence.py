"""The signed sheet in a real browser: dropped, chosen, refused, replaced, without JavaScript, and from the phone."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from attendance.services.evidence import upload_evidence
from attendance.services.finalize import finalize_session
from attendance.services.marking import Mark, save_marks
from learners.models import TrainingRecord
from tests.factories import files, sheets
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.training import scheduled_session
from tests.journeys.accessibility import violations
from training.models import Session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

SHEET: FilePayload = {"name": "sheet.pdf", "mimeType": "application/pdf", "buffer": files.pdf()}
WEB_PAGE: FilePayload = {"name": "sheet.pdf", "mimeType": "application/pdf", "buffer": files.web_page()}
PHOTOS: list[FilePayload] = [
    {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": files.jpeg(text=text)} for text in ("one", "two")
]
INPUT = "#evidence input[type=file]"


@pytest.fixture
def session() -> Session:
    session = scheduled_session()
    SessionAttendeeFactory(session=session, present=True)
    return session


@pytest.fixture
def workspace(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], session: Session
) -> Page:
    sign_in(supervisor)
    page.goto(f"{live_server.url}/sessions/{session.pk}/")
    return page


def test_f5_uploading_the_sheet_opens_finalize(workspace: Page) -> None:
    expect(workspace.locator("#evidence")).to_contain_text("Missing")
    workspace.set_input_files(INPUT, SHEET)
    expect(workspace.locator("#evidence")).to_contain_text("Stored")
    expect(workspace.locator("#toasts")).to_contain_text("The signed sheet is stored.")
    expect(workspace.locator("#finalize")).not_to_contain_text("Evidence missing")
    picture = workspace.locator("#evidence .thumb img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320


def test_e1_a_refused_file_is_said_at_the_field_and_another_can_be_chosen(workspace: Page) -> None:
    workspace.set_input_files(INPUT, WEB_PAGE)
    expect(workspace.get_by_role("alert")).to_contain_text("looks like .html")
    expect(workspace.locator(INPUT)).to_be_focused()
    workspace.set_input_files(INPUT, SHEET)
    expect(workspace.locator("#evidence")).to_contain_text("Stored")
    expect(workspace.locator("#evidence-refusal")).to_have_count(0)


def test_e7_several_photos_replace_the_file(workspace: Page, session: Session) -> None:
    workspace.set_input_files(INPUT, SHEET)
    workspace.get_by_text("Replace the file").click()
    workspace.set_input_files(INPUT, PHOTOS)
    expect(workspace.locator("#evidence")).to_contain_text("2 pages")
    assert session.evidence_uploads.count() == 2


def test_e3_the_stored_file_is_checked_and_taken_along(workspace: Page) -> None:
    workspace.set_input_files(INPUT, SHEET)
    workspace.get_by_text("Check the file").click()
    expect(workspace.locator("#evidence-check")).to_contain_text("File matches its stored hash")
    with workspace.expect_download() as download:
        workspace.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == SHEET["buffer"]


def test_swapping_the_card_equals_reloading_the_page(workspace: Page) -> None:
    workspace.set_input_files(INPUT, SHEET)
    expect(workspace.locator("#evidence")).to_contain_text("Stored")
    swapped = workspace.locator("#evidence").inner_text()
    workspace.reload()
    expect(workspace.locator("#evidence")).to_have_text(swapped, use_inner_text=True)


def test_upload_and_refusal_without_javascript(
    browser: Browser, live_server: LiveServer, session: Session, supervisor: User, workspace: Page
) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=workspace.context.storage_state())
    page = context.new_page()
    page.goto(f"{live_server.url}/sessions/{session.pk}/")
    page.set_input_files(INPUT, WEB_PAGE)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("looks like .html")
    page.set_input_files(INPUT, SHEET)
    page.get_by_role("button", name="Upload").click()
    expect(page).to_have_url(f"{live_server.url}/sessions/{session.pk}/")
    expect(page.locator("#evidence")).to_contain_text("Stored")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_evidence_are_accessible(
    workspace: Page, live_server: LiveServer, session: Session, scheme: str
) -> None:
    workspace.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    workspace.set_input_files(INPUT, WEB_PAGE)
    expect(workspace.locator("#evidence-refusal")).to_be_visible()
    _assert_accessible(workspace)
    workspace.set_input_files(INPUT, SHEET)
    expect(workspace.locator("#evidence")).to_contain_text("Stored")
    _assert_accessible(workspace)
    workspace.goto(f"{live_server.url}/sessions/{session.pk}/evidence/check/")
    _assert_accessible(workspace)


def _assert_accessible(page: Page) -> None:
    assert [each["id"] for each in violations(page)] == []


def test_e8_a_page_of_another_session_is_said_and_finalize_asks(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None]
) -> None:
    """What went wrong: an unsigned page 1 of 3 of another session made 11 legal records."""
    session, other = sheets.session_of(2), sheets.session_of(40)
    marks = [Mark(each.learner_id, is_present=True, has_passed=True) for each in session.attendees.all()]
    save_marks(session_id=session.pk, marks=marks, by=supervisor, now=timezone.now())
    sign_in(supervisor)
    page.goto(f"{live_server.url}/sessions/{session.pk}/")
    wrong = sheets.pages_of((sheets.printed(other), 1))
    page.set_input_files(INPUT, {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": wrong})
    said = f"This is the sheet of another session: {other.reference}, page 1 of 3."
    expect(page.locator("#evidence .codes li.bad")).to_contain_text(said)

    page.locator("#finalize").get_by_role("button").click()
    dialog = page.locator("#finalize-dialog")
    expect(dialog).to_contain_text(said)
    picture = dialog.locator(".signed img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 960
    assert not violations(page)
    generate = dialog.get_by_role("button", name="Generate 2 records")
    generate.click()
    expect(dialog).to_be_visible()  # the browser asks for the tick
    assert not TrainingRecord.objects.exists()

    dialog.get_by_label("I have looked at the sheet").check()
    generate.click()
    expect(page.locator("#finalize")).to_contain_text("Finalized by")
    assert TrainingRecord.objects.count() == 2


def test_e3_the_profile_shows_the_page_with_the_workers_row_in_sight(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None]
) -> None:
    session = sheets.session_of(36)
    marks = [Mark(each.learner_id, is_present=True, has_passed=True) for each in session.attendees.all()]
    save_marks(session_id=session.pk, marks=marks, by=supervisor, now=timezone.now())
    sent = [files.upload(sheets.printed(session))]
    upload_evidence(session_id=session.pk, files=sent, by=supervisor, now=timezone.now())
    finalize_session(session_id=session.pk, by=supervisor, now=timezone.now())
    record = TrainingRecord.objects.get(learner__attendances__line=36)
    sign_in(supervisor)
    page.goto(f"{live_server.url}/workers/{record.learner_id}/")
    band = page.locator("#sheet .band polygon")
    expect(band).to_be_in_viewport()
    assert not violations(page)

    with page.context.expect_page() as opened:
        page.locator("#sheet").get_by_role("link", name="Open").click()
    expect(opened.value.locator(".band polygon")).to_be_in_viewport()
    expect(opened.value.get_by_text("signs on line 36")).to_be_attached()
    assert not violations(opened.value)
