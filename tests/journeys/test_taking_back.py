"""Slips are taken back (A1): all present on a list, one mark by keyboard and by touch, and a worker taken off."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import APIResponse, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.training import scheduled_session
from tests.journeys.accessibility import violations
from training.models import Session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

SignIn = Callable[[User], None]


def a_list(size: int, *, hours: float) -> Session:
    session = scheduled_session(start_time=timezone.now() + timedelta(hours=hours))
    SessionAttendeeFactory.create_batch(size, session=session)
    return session


def open_workspace(page: Page, live_server: LiveServer, session: Session) -> None:
    page.goto(f"{live_server.url}/sessions/{session.pk}/")


def test_all_present_is_undone_after_a_reload_and_leaves_what_was_marked_before(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: SignIn
) -> None:
    session = a_list(4, hours=-1)
    sign_in(supervisor)
    open_workspace(page, live_server, session)
    page.locator("#attendees tr[data-row]").first.locator("[data-field=present]").click()
    expect(page.get_by_role("img", name="Saved")).to_have_count(1)

    page.get_by_role("button", name="All present", exact=True).click()
    expect(page.locator("#list-act")).to_contain_text("All present: 3 workers")
    expect(page.locator("#totals")).to_contain_text("4 present")
    page.reload()
    assert not violations(page)
    page.get_by_role("button", name="Undo").click()

    expect(page.locator("#totals")).to_contain_text("1 present")
    expect(page.locator("#totals")).to_contain_text("3 not marked")
    expect(page.locator("#list-act form")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("Undone: All present: 3 workers.")
    assert session.attendees.filter(is_present=True).count() == 1


def test_an_answer_that_was_overtaken_does_not_bring_back_old_totals(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: SignIn
) -> None:
    session = a_list(2, hours=-1)
    sign_in(supervisor)
    open_workspace(page, live_server, session)
    held: list[tuple[Route, APIResponse]] = []

    def hold_the_first(route: Route) -> None:
        answer = route.fetch()
        if held:
            route.fulfill(response=answer)
        else:
            held.append((route, answer))

    page.route("**/marks/", hold_the_first)
    rows = page.locator("#attendees tr[data-row]")
    with page.expect_request("**/marks/"):
        rows.first.locator("[data-field=present]").click()
    rows.nth(1).locator("[data-field=present]").click()
    expect(page.locator("#totals")).to_contain_text("2 present")

    ((route, answer),) = held
    route.fulfill(response=answer)
    expect(page.get_by_role("img", name="Saved")).to_have_count(2)
    expect(page.locator("#totals")).to_contain_text("2 present")


def test_a_mark_is_taken_back_by_one_key_and_the_row_keeps_the_focus(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: SignIn
) -> None:
    session = a_list(2, hours=-1)
    sign_in(supervisor)
    open_workspace(page, live_server, session)
    cell = page.locator("#attendees tr[data-row]").nth(1).locator("[data-field=present]")
    cell.click()
    expect(page.get_by_role("img", name="Saved")).to_have_count(1)

    cell.press("Delete")

    expect(page.locator("#totals")).to_contain_text("2 not marked")
    expect(page.get_by_role("img", name="Saved")).to_have_count(0)
    row = page.locator("#attendees tr[data-row]").nth(1)
    expect(row.locator("[data-field=passed]")).not_to_be_checked()
    expect(row.locator(":focus")).to_have_count(1)
    assert not session.attendees.exclude(marked_at=None).exists()


def test_a_mark_is_taken_back_by_a_finger(
    browser: object, live_server: LiveServer, supervisor: User, context: BrowserContext, sign_in: SignIn
) -> None:
    session = a_list(1, hours=-1)
    sign_in(supervisor)
    state = context.storage_state()
    touch = browser.new_context(  # type: ignore[attr-defined]  # the plugin's own fixture
        has_touch=True, is_mobile=True, viewport={"width": 820, "height": 1180}, storage_state=state
    )
    page = touch.new_page()
    open_workspace(page, live_server, session)
    page.locator("#attendees [data-field=present]").tap()
    button = page.get_by_role("button", name="Take back the mark")
    expect(button).to_be_visible()
    box = button.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    button.tap()
    expect(page.locator("#totals")).to_contain_text("1 not marked")
    touch.close()


def test_before_marking_opens_nobody_is_marked_and_who_was_taken_off_comes_back(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: SignIn
) -> None:
    session = a_list(2, hours=200)
    first = session.attendees.get(line=1).learner
    sign_in(supervisor)
    open_workspace(page, live_server, session)
    expect(page.get_by_role("button", name="All present", exact=True)).to_be_disabled()
    expect(page.locator(".too-early")).to_contain_text("marking opens on")
    assert not violations(page)

    row = page.locator("#attendees tr[data-row]").first
    row.hover()
    row.get_by_role("button", name="Take off the list").click()
    expect(page.locator("#attendees tr[data-row]")).to_have_count(1)
    expect(page.locator("#list-act")).to_contain_text(f"Taken off the list: 1 worker {first.name}")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#attendees tr[data-row]")).to_have_count(2)
    assert session.attendees.get(line=1).learner == first
