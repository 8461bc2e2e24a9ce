"""What was typed or chosen survives a login that ended, and a server that failed, and is sent without doing it anew."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from attendance.pages.evidence import evidence_card
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
    toast = workspace.get_by_role("alert").filter(has_text="It was not saved")
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
    page.get_by_role("button", name="Send again").click()
    expect(page.locator(".ctx")).to_contain_text("Scheduled")
    draft.refresh_from_db()
    assert draft.status == Session.Status.SCHEDULED


# The answer is lost on the way


def _cut_after(route: Route) -> None:
    """Let the request be done, and the connection be cut before its answer is through."""
    route.fetch(max_redirects=0)
    route.abort("connectionreset")


def _cut_before(route: Route) -> None:
    route.abort("connectionreset")


@pytest.fixture
def planning(page: Page, live_server: LiveServer, supervisor: User, sign_in: SignIn) -> Page:
    """The form of a new session, with a course chosen."""
    course = CourseVersionFactory(status="PUBLISHED").course
    sign_in(supervisor)
    page.goto(f"{live_server.url}/sessions/new/")
    page.get_by_label("Course", exact=True).select_option(str(course.pk))
    page.wait_for_load_state("networkidle")
    return page


def _cut_once(page: Page, pattern: str, cut: Callable[[Route], None]) -> None:
    page.route(pattern, cut, times=1)


def test_a_form_whose_answer_was_lost_finds_its_answer(planning: Page) -> None:
    """Done once; the page looks by itself, and goes where the answer would have led."""
    _cut_once(planning, "**/sessions/new/", _cut_after)
    planning.get_by_role("button", name="Save draft").click()
    expect(planning.locator("#toasts")).to_contain_text("Draft saved.")
    assert planning.url.endswith(f"/sessions/{Session.objects.get().pk}/")


def test_a_form_that_never_arrived_is_sent_again_by_its_person(planning: Page) -> None:
    _cut_once(planning, "**/sessions/new/", _cut_before)
    planning.get_by_role("button", name="Save draft").click()
    expect(planning.get_by_role("alert")).to_contain_text("It was not saved.")
    assert not Session.objects.exists()
    planning.get_by_role("button", name="Send again").click()
    expect(planning.locator("#toasts")).to_contain_text("Draft saved.")
    assert Session.objects.count() == 1


def test_while_nobody_can_be_asked_nothing_is_claimed(planning: Page) -> None:
    _cut_once(planning, "**/sessions/new/", _cut_after)
    planning.route("**/sent/**", _cut_before)
    planning.get_by_role("button", name="Save draft").click()
    expect(planning.get_by_role("alert")).to_contain_text("We do not know whether it was saved. This page is looking")
    planning.unroute("**/sent/**")
    planning.evaluate("window.dispatchEvent(new Event('online'))")
    expect(planning.locator("#toasts")).to_contain_text("Draft saved.")
    assert Session.objects.count() == 1


def test_what_was_changed_since_is_not_sent_by_itself(planning: Page) -> None:
    _cut_once(planning, "**/sessions/new/", _cut_after)
    planning.route("**/sent/**", _cut_before)
    planning.get_by_role("button", name="Save draft").click()
    expect(planning.get_by_role("alert")).to_contain_text("This page is looking")
    planning.locator("#session-form [name=day]").fill("2031-05-05")
    planning.unroute("**/sent/**")
    planning.evaluate("window.dispatchEvent(new Event('online'))")
    expect(planning.get_by_role("alert")).to_contain_text("It was saved as you had sent it.")
    assert Session.objects.get().start_time is None


def test_a_sheet_stored_before_the_server_broke_down_is_stored_once_and_shown(
    workspace: Page, session: Session, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 after COMMIT: the page finds out that it was saved, and shows what is stored."""

    def break_once(*_values: object) -> None:
        monkeypatch.setattr("attendance.views.evidence.evidence_card", evidence_card)
        raise RuntimeError

    monkeypatch.setattr("attendance.views.evidence.evidence_card", break_once)
    workspace.set_input_files("#evidence input[type=file]", sheet)
    expect(workspace.locator("#toasts")).to_contain_text("part of it was saved", timeout=15_000)
    expect(workspace.locator("#evidence")).to_contain_text("Stored")
    assert session.evidence_uploads.count() == 1


def test_a_mark_whose_answer_was_lost_is_found_saved(workspace: Page, session: Session) -> None:
    _cut_once(workspace, "**/marks/", _cut_after)
    row = workspace.locator("#attendees tr[data-row]")
    row.locator("[data-field=present]").click()
    expect(row).to_have_attribute("data-unsaved", "")
    expect(workspace.get_by_role("alert")).to_contain_text("We do not know whether this row was saved")
    expect(row.get_by_role("img", name="Saved")).to_be_visible(timeout=15_000)
    expect(workspace.get_by_role("alert")).to_have_count(0)
    assert session.attendees.get().is_present


def test_all_present_pressed_twice_on_purpose_is_done_twice(workspace: Page, session: Session) -> None:
    """What was answered gets another key: the second press is no repeat of the first."""
    workspace.get_by_role("button", name="All present", exact=True).click()
    expect(workspace.locator("#attendees tr[data-row]").get_by_role("img", name="Saved")).to_be_visible()
    session.attendees.update(is_present=False, has_passed=False, marked_at=None, marked_by=None)
    with workspace.expect_response("**/marks/") as answer:
        workspace.get_by_role("button", name="All present", exact=True).click()
    assert "idempotent-replayed" not in answer.value.headers
    assert session.attendees.get().is_present
