"""The auditor's minute: badge, verdict, signed sheet; and what else Today, workers and search do in a real browser."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from attendance.services.evidence import upload_evidence
from attendance.services.finalize import finalize_session
from learners.models import Learner
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.compliance import judge, one_of_each
from tests.factories.learners import LearnerFactory, RoleRequirementFactory
from tests.factories.training import CourseVersionFactory, scheduled_session
from tests.journeys.accessibility import violations

SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]


@pytest.fixture
def worker(supervisor: User) -> Learner:
    """A worker whose training at height ran out a month ago, with the signed sheets of two sessions in the store."""
    learner: Learner = LearnerFactory(first_name="Oksana", last_name="Kovalenko", badge_id="11156")
    for number, title in enumerate(("Work at height", "Permit to work"), start=1):
        version = CourseVersionFactory(title=title, validity_months=12)
        RoleRequirementFactory(role=learner.role, course=version.course)
        start = timezone.now() - timedelta(days=395 - 100 * number)
        session = scheduled_session(
            course_version=version, course=version.course, start_time=start, end_time=start + timedelta(hours=4)
        )
        SessionAttendeeFactory(session=session, present=True, learner__first_name="Somebody", learner__last_name="Else")
        SessionAttendeeFactory(session=session, learner=learner, present=True)
        sheet = SimpleUploadedFile("sheet.pdf", files.pdf(text=title))
        upload_evidence(session_id=session.pk, files=[sheet], by=supervisor, now=timezone.now())
        finalize_session(session_id=session.pk, by=supervisor, now=timezone.now())
    judge(learner, on=timezone.localdate())
    return learner


@pytest.fixture
def today(page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None]) -> Page:
    sign_in(supervisor)
    page.goto(live_server.url)
    return page


def is_drawn(page: Page) -> bool:
    """Tell whether the picture of the sheet's first page has arrived."""
    drawn: bool = page.locator("#sheet img").first.evaluate(
        "image => image.decode().then(() => image.naturalWidth > 0)"
    )
    return drawn


def test_badge_verdict_and_signed_sheet_take_one_click_and_a_few_seconds(today: Page, worker: Learner) -> None:
    begun = time.monotonic()
    today.keyboard.press("/")
    today.keyboard.type("11156")
    today.keyboard.press("Enter")
    expect(today.locator(".verdict b").first).to_have_text("Cleared")
    today.get_by_role("link", name="Signed sheet").first.click()
    expect(today.locator("#sheet")).to_contain_text("Line 2 of 2")
    assert is_drawn(today)
    assert time.monotonic() - begun < 20


def test_on_a_tablet_the_sheet_that_is_opened_comes_into_sight_and_its_rows_are_marked(
    today: Page, worker: Learner
) -> None:
    today.set_viewport_size({"width": 820, "height": 700})
    today.goto(f"{today.url}workers/{worker.pk}/")
    records = today.locator("section", has_text="Training records")
    expect(records.locator("tr.cur")).to_contain_text("Work at height")
    records.get_by_role("row", name="Permit to work").get_by_role("link", name="Signed sheet").click()
    expect(today.locator("#sheet-heading")).to_contain_text("Permit to work")
    expect(today.locator("#sheet-heading")).to_be_in_viewport()
    expect(today.locator("tr.cur")).to_have_count(2)
    expect(records.locator("tr.cur")).to_contain_text("Permit to work")
    today.reload()
    expect(records.locator("tr.cur")).to_contain_text("Permit to work")


def test_the_sheet_stays_in_sight_when_what_is_below_it_arrives(today: Page, worker: Learner) -> None:
    """The page is too short at first to show the sheet at the top; growing, the browser takes it back where it was."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    today.set_viewport_size({"width": 820, "height": 700})
    today.route("**/trail/", hold)
    today.goto(f"{today.url}workers/{worker.pk}/")
    records = today.locator("section", has_text="Training records")
    records.get_by_role("row", name="Permit to work").get_by_role("link", name="Signed sheet").click()
    expect(today.locator("#sheet-heading")).to_contain_text("Permit to work")
    today.wait_for_function("document.querySelector('.log.htmx-request')")
    (log,) = held
    log.continue_()
    expect(today.locator(".log li").first).to_be_attached()
    expect(today.locator("#sheet-heading")).to_be_in_viewport()


def test_choosing_another_record_swaps_the_sheet_alone(today: Page, worker: Learner) -> None:
    today.goto(f"{today.url}workers/{worker.pk}/")
    expect(today.locator("#sheet-heading")).to_contain_text("Work at height")
    today.evaluate("document.body.dataset.kept = 'yes'")
    row = today.locator("section", has_text="Training records").get_by_role("row", name="Permit to work")
    row.get_by_role("link", name="Signed sheet").click()
    expect(today.locator("#sheet-heading")).to_contain_text("Permit to work")
    assert today.evaluate("document.body.dataset.kept") == "yes"
    expect(today).to_have_url(re.compile(r"\?record="))
    assert is_drawn(today)
    today.reload()
    expect(today.locator("#sheet-heading")).to_contain_text("Permit to work")


def test_the_stored_file_is_checked_on_demand(today: Page, worker: Learner) -> None:
    today.goto(f"{today.url}workers/{worker.pk}/")
    today.get_by_role("link", name="Check the file").click()
    expect(today.locator("#evidence-check")).to_contain_text("File matches its stored hash")


def test_who_looked_at_the_sheet_stands_in_the_audit_log_of_a_superuser(
    today: Page, worker: Learner, supervisor: User, superuser: User, sign_in: Callable[[User], None]
) -> None:
    today.goto(f"{today.url}workers/{worker.pk}/")
    assert is_drawn(today)
    sign_in(superuser)
    today.reload()
    log = today.locator(".log")
    log.scroll_into_view_if_needed()
    expect(log).to_contain_text("Evidence read sheet.pdf")
    expect(log).to_contain_text(supervisor.get_full_name())
    expect(log).to_contain_text("Worker added")


def test_suggestions_are_chosen_with_the_arrows(today: Page, worker: Learner) -> None:
    today.keyboard.press("/")
    today.keyboard.type("oks")
    expect(today.get_by_role("option")).to_have_count(1)
    today.keyboard.press("ArrowDown")
    today.keyboard.press("Enter")
    expect(today.locator("h1")).to_have_text("Oksana Kovalenko")


def test_typing_narrows_the_list_and_its_address(today: Page, worker: Learner) -> None:
    one_of_each(timezone.localdate())
    today.goto(f"{today.url}workers/")
    expect(today.locator("#workers tbody tr")).to_have_count(12 + 2)
    today.get_by_label("Name or badge").fill("kovalenko oks")
    expect(today.locator("#workers tbody tr")).to_have_count(1)
    expect(today.get_by_label("Name or badge")).to_be_focused()
    expect(today).to_have_url(re.compile("q=kovalenko"))
    today.reload()
    expect(today.locator("#workers tbody tr")).to_have_count(1)


def test_without_javascript_search_list_profile_and_trail_work(
    browser: Browser, today: Page, live_server: LiveServer, worker: Learner
) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=today.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{live_server.url}/workers/")
    plain.get_by_label("Name or badge").fill("kovalenko")
    plain.get_by_role("button", name="Apply").click()
    plain.get_by_role("link", name="Oksana Kovalenko").click()
    row = plain.locator("section", has_text="Training records").get_by_role("row", name="Permit to work")
    row.get_by_role("link", name="Signed sheet").click()
    expect(plain.locator("#sheet-heading")).to_contain_text("Permit to work")
    plain.locator("section", has_text="Audit log").get_by_role("link", name="Open").click()
    expect(plain.locator(".log")).to_contain_text("Worker added")
    plain.get_by_role("combobox").fill("11156")
    plain.get_by_role("combobox").press("Enter")
    expect(plain.locator("h1")).to_have_text("Oksana Kovalenko")
    context.close()


def test_pages_have_no_serious_barrier_and_no_sideways_scroll(
    today: Page, live_server: LiveServer, worker: Learner
) -> None:
    one_of_each(timezone.localdate())
    found = []
    for path in ("", "workers/", f"workers/{worker.pk}/", f"workers/{worker.pk}/trail/", "search/?q=worker"):
        today.goto(f"{live_server.url}/{path}")
        for width in (1440, 820):
            today.set_viewport_size({"width": width, "height": 900})
            for scheme in SCHEMES:
                today.emulate_media(color_scheme=scheme)
                found += [
                    f"/{path} {width} {scheme}: {violation['id']} {violation['nodes'][0]['html']}"
                    for violation in violations(today)
                ]
            if today.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"/{path} {width}: scrolls sideways")
    assert found == []


def test_a_change_in_the_log_of_a_worker_is_one_running_text(
    today: Page, live_server: LiveServer, worker: Learner
) -> None:
    """No style of another list takes its parts for rows."""
    today.goto(f"{live_server.url}/workers/{worker.pk}/")
    today.locator("#log-heading, .log").first.scroll_into_view_if_needed()
    change = today.locator("li:has(> time) > .told").first
    expect(change).to_be_visible()
    assert change.evaluate("told => getComputedStyle(told).display") == "block"
