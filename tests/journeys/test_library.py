"""The library in a real browser: a course from its first draft to a session planned with its second version."""

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.training import CourseVersionFactory, TrainerQualificationFactory, scheduled_session
from tests.journeys.accessibility import violations
from training.models import CourseVersion, Session

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS: tuple[tuple[int, int, Literal["dark", "light"]], ...] = ((1440, 900, "dark"), (820, 1180, "light"))


@pytest.fixture
def desk(page: Page, supervisor: User, sign_in: Callable[[User], None]) -> Page:
    """The supervisor's browser."""
    sign_in(supervisor)
    return page


def check(page: Page) -> None:
    """Fail where a page is hard to use for somebody, in both themes and at both widths."""
    for width, height, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        found = [(each["id"], each["nodes"]) for each in violations(page)]
        assert found == [], page.url
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url


def test_s12_a_course_is_made_published_revised_and_planned_with(desk: Page, live_server: LiveServer) -> None:
    CourseVersionFactory(course__code="HSE-001", title="Site induction")
    desk.goto(f"{live_server.url}/")
    desk.get_by_role("link", name="Library").click()
    desk.get_by_role("link", name="Courses").click()
    desk.get_by_role("link", name="New course").click()
    desk.get_by_label("Code").fill("wah-1")
    desk.get_by_label("Title").fill("Working at height")
    desk.get_by_label("Duration").fill("240")
    desk.get_by_label("Validity").fill("24")
    desk.get_by_label("HSE-001 Site induction").check()
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".errorlist")).to_have_text("Use two to four letters, a dash and three digits.")
    expect(desk.get_by_label("Code")).to_be_focused()
    expect(desk.get_by_label("HSE-001 Site induction")).to_be_checked()
    check(desk)
    desk.get_by_label("Code").fill("wah-001")
    desk.keyboard.press("Enter")

    desk.get_by_role("link", name="Publish").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("The course can be booked from now on.")
    dialog.get_by_role("button", name="Publish").click()
    expect(desk.locator("h1")).to_contain_text("Version 1 offered")

    desk.get_by_role("link", name="New version").click()
    expect(desk.get_by_label("Title")).to_have_value("Working at height")
    desk.get_by_label("Validity").fill("12")
    desk.get_by_label("What changed").fill("New law")
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".versions .differs")).to_have_text("12 months changed")
    desk.get_by_role("link", name="Publish").click()
    expect(dialog).to_contain_text("Validity24 months12 months")
    check(desk)
    dialog.get_by_role("button", name="Publish").click()
    expect(desk.locator("h1")).to_contain_text("Version 2 offered")
    check(desk)

    desk.get_by_role("link", name="Plan a session").click()
    desk.get_by_role("button", name="Save draft").click()
    expect(desk.locator("#toasts")).to_contain_text("Draft saved.")
    assert Session.objects.get().course.code == "WAH-001"
    assert dict(CourseVersion.objects.filter(course__code="WAH-001").values_list("number", "status")) == {
        1: "ARCHIVED",
        2: "PUBLISHED",
    }


def test_a_qualification_is_removed_by_keyboard_with_its_session_named(desk: Page, live_server: LiveServer) -> None:
    session = scheduled_session(start_time=timezone.now() + timedelta(days=7))
    assert session.trainer is not None
    TrainerQualificationFactory(trainer=session.trainer)
    desk.goto(f"{live_server.url}/library/trainers/{session.trainer.pk}/", wait_until="networkidle")
    check(desk)
    desk.get_by_role("link", name=f"Remove the qualification for {session.course}").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("dialog")).to_contain_text(session.reference)
    desk.get_by_role("button", name="Remove the qualification").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("main .warnbox")).to_contain_text(session.reference)
    check(desk)
