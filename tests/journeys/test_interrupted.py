"""What was typed or chosen survives a login that ended, and a server that failed, and is sent without doing it anew."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.training import (
    CourseVersionFactory,
    SessionFactory,
    TrainerQualificationFactory,
    VenueFactory,
    scheduled_session,
)
from training.models import Session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

SignIn = Callable[[User], None]


@pytest.fixture
def session() -> Session:
    session = scheduled_session(start_time=timezone.now() - timedelta(hours=5))
    SessionAttendeeFactory(session=session)
    return session


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(files.pdf())
    return path


@pytest.fixture
def workspace(page: Page, live_server: LiveServer, supervisor: User, sign_in: SignIn, session: Session) -> Page:
    sign_in(supervisor)
    page.goto(f"{live_server.url}/sessions/{session.pk}/")
    return page


def test_a_mark_is_saved_at_once_by_who_has_signed_in_again_elsewhere(
    workspace: Page, supervisor: User, sign_in: SignIn, session: Session
) -> None:
    """The new login has a new token, of which this page knows nothing yet."""
    workspace.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    sign_in(supervisor)
    row = workspace.locator("#attendees tr[data-row]")
    row.locator("[data-field=present]").click()
    expect(row.get_by_role("img", name="Saved")).to_be_visible()
    expect(workspace.locator("#signed-out")).to_have_count(0)
    expect(workspace.get_by_role("alert")).to_have_count(0)
    assert session.attendees.get().is_present


def test_a_sheet_chosen_after_the_login_had_ended_is_stored_when_the_person_is_back(
    workspace: Page, supervisor: User, sign_in: SignIn, sheet: Path
) -> None:
    workspace.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    workspace.set_input_files("#evidence input[type=file]", sheet)
    expect(workspace.locator("#signed-out")).to_be_visible()
    sign_in(supervisor)
    workspace.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(workspace.locator("#evidence")).to_contain_text("Stored")


def test_who_is_signed_out_with_a_dialog_open_can_sign_in_and_press_again(
    workspace: Page, supervisor: User, sign_in: SignIn, session: Session
) -> None:
    workspace.get_by_label("More actions").click()
    workspace.get_by_role("link", name="Cancel the session").click()
    dialog = workspace.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Storm")
    workspace.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    dialog.get_by_role("button", name="Cancel the session").click()
    with workspace.expect_popup():
        workspace.locator("#signed-out").get_by_role("link", name="Sign in").click()
    sign_in(supervisor)
    workspace.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(workspace.locator("#signed-out")).to_have_count(0)
    dialog.get_by_role("button", name="Cancel the session").click()
    expect(workspace.locator(".ctx")).to_contain_text("Cancelled")
    session.refresh_from_db()
    assert session.cancellation_reason == "Storm"


def test_the_same_file_can_be_chosen_again_after_its_upload_failed(workspace: Page, sheet: Path) -> None:
    workspace.on("filechooser", lambda chooser: chooser.set_files(sheet))
    workspace.route("**/evidence/", lambda route: route.fulfill(status=500), times=1)
    workspace.locator("#evidence label").click()
    toast = workspace.get_by_role("alert").filter(has_text="Nothing was saved")
    toast.get_by_role("button", name="Close").click()
    workspace.locator("#evidence label").click()
    expect(workspace.locator("#evidence")).to_contain_text("Stored")


def test_try_again_presses_the_same_button(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: SignIn
) -> None:
    """ "Schedule" that failed does not become "Save draft"."""
    start = timezone.now() + timedelta(days=3)
    course = CourseVersionFactory().course
    draft = SessionFactory(
        course=course,
        trainer=TrainerQualificationFactory(course=course).trainer,
        venue=VenueFactory(),
        start_time=start,
        end_time=start + timedelta(hours=2),
    )
    sign_in(supervisor)
    page.goto(f"{live_server.url}/sessions/{draft.pk}/edit/")
    page.route("**/edit/", lambda route: route.fulfill(status=500), times=1)
    page.get_by_role("button", name="Schedule").click()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".ctx")).to_contain_text("Scheduled")
    draft.refresh_from_db()
    assert draft.status == Session.Status.SCHEDULED
