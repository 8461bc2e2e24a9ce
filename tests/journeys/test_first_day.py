"""The first day on an empty site, in a real browser: five steps, each by its one button, until somebody works there."""

from collections.abc import Callable
from typing import Literal

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from learners.models import Learner
from tests.journeys.accessibility import violations
from tests.journeys.figures import Figures

LOOKS: tuple[tuple[int, Literal["dark", "light"]], ...] = ((1440, "light"), (1440, "dark"), (820, "light"))
pytestmark = pytest.mark.django_db(transaction=True)


def is_accessible(page: Page) -> None:
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert [each["id"] for each in violations(page)] == [], (width, scheme)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), width
    page.set_viewport_size({"width": 1440, "height": 900})


def test_the_first_day(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], figures: Figures
) -> None:
    sign_in(supervisor)
    page.goto(f"{live_server.url}/")
    expect(page.get_by_text("To do")).to_have_count(5)
    is_accessible(page)
    with figures.stage("First day on an empty site, until a session is planned", clicks=25, fields=16, seconds=120):
        _set_up(page, figures)
    assert Learner.objects.get().status == "ACTIVE"


def _set_up(page: Page, figures: Figures) -> None:
    def home() -> None:
        page.get_by_role("link", name="Today", exact=True).click()

    def step(action: str) -> None:
        page.get_by_role("link", name=action).click()

    step("Add a company")
    page.get_by_label("Name").fill("Nordhavn Shipyard")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nordhavn Shipyard")

    home()
    step("Add a course")
    page.get_by_label("Code").fill("hse-001")
    page.get_by_label("Title").fill("Site induction")
    page.get_by_label("Duration").fill("60")
    page.get_by_label("Validity").fill("12")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Version 1 offered")

    home()
    step("Add a trainer")
    page.get_by_label("First name").fill("Pierre")
    page.get_by_label("Last name").fill("Moreau")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pierre Moreau")

    home()
    step("Add a venue")
    page.get_by_label("Name").fill("Training room A")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Training room A")

    home()
    step("Add a role")
    page.get_by_label("Code").fill("RIG")
    page.get_by_label("Title").fill("Rigger")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rigger")
    page.get_by_role("link", name="Add a requirement").first.click()
    page.get_by_label("Course").select_option("HSE-001 Site induction")
    page.get_by_role("button", name="Preview the changes").click()
    page.get_by_role("button", name="Save the requirement").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rigger")

    home()
    expect(page.get_by_text("To do")).to_have_count(1)
    with figures.aside():  # an empty list leads back as well
        page.get_by_role("link", name="Workers", exact=True).click()
        page.get_by_role("link", name="First steps").click()
    step("Add a worker")
    page.get_by_label("Badge").fill("10001")
    page.get_by_label("First name").fill("Amina")
    page.get_by_label("Last name").fill("Elidrissi")
    page.get_by_label("Employer").select_option("Nordhavn Shipyard")
    page.get_by_label("Role", exact=True).select_option("Rigger")
    page.get_by_role("button", name="Add worker").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Amina Elidrissi")

    home()
    expect(page.get_by_text("0 of 1 active workers cleared to work")).to_be_visible()
    page.get_by_role("link", name="Plan a session of HSE-001 for Amina Elidrissi").click()
    expect(page.get_by_text("On its list:")).to_contain_text("Amina Elidrissi")
    with figures.aside():
        is_accessible(page)
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#toasts")).to_contain_text("Draft saved.")
