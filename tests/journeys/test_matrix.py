"""The training matrix in a browser: by keys from cell to cell, a seat taken from a cell, in reach of everybody."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.compliance import asked_of, judge, one_of_each
from tests.factories.learners import LearnerFactory, RoleRequirementFactory
from tests.factories.training import CourseVersionFactory, scheduled_session
from tests.journeys.accessibility import violations

pytestmark = pytest.mark.django_db(transaction=True)


def test_cells_are_walked_by_keys_and_a_seat_is_taken_from_one(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None]
) -> None:
    first = LearnerFactory(first_name="Ada", last_name="Abel")
    second = LearnerFactory(first_name="Bo", last_name="Baker", role=first.role)
    version = asked_of(first, title="Work at height")
    RoleRequirementFactory(role=first.role, course=CourseVersionFactory(title="Site induction").course)
    judge(first, second, on=timezone.localdate())
    session = scheduled_session(
        course=version.course, course_version=version, start_time=timezone.now() + timedelta(days=3)
    )
    sign_in(supervisor)
    page.goto(live_server.url + reverse("attendance:matrix"))

    page.get_by_role("link", name="Ada Abel").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Bo Baker")
    dialog.get_by_role("button", name="Add to the session").click()
    expect(page.locator("#toasts")).to_contain_text("Bo Baker is on the list of")
    page.get_by_role("dialog").locator("footer").get_by_role("button", name="Close").click()

    cell = page.locator(f"#cell-{second.pk}-{version.course_id}")
    day = timezone.localdate(session.start_time)
    expect(cell).to_have_attribute("data-b", f"{day.day} {day:%b %Y}")
    expect(cell).to_be_focused()
    assert list(session.attendees.values_list("learner", flat=True)) == [second.pk]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (820, "dark")])
def test_matrix_and_profile_are_accessible_and_never_scroll_sideways(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], width: int, scheme: str
) -> None:
    workers = one_of_each(timezone.localdate())
    sign_in(supervisor)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    yesterday = timezone.localdate() - timedelta(days=1)
    profile = reverse("attendance:worker", args=[workers["expired"].pk])
    matrix = reverse("attendance:matrix")
    found = []
    for path in (
        matrix,
        f"{matrix}?on={yesterday}&columns=all",
        f"{matrix}?on=x",
        profile,
        f"{profile}?on={yesterday}",
    ):
        page.goto(live_server.url + path, wait_until="networkidle")
        found += _violations(page, path)
    page.goto(live_server.url + matrix)
    page.locator("[data-matrix] td.r").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += _violations(page, "cell")
    assert found == []


def _violations(page: Page, where: str) -> list[str]:
    found = [f"{where}: {each['id']}" for each in violations(page)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{where}: scrolls sideways")
    return found
