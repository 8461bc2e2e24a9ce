"""What holds for every page: weight of a first visit, accessibility, themes, keys, toasts, signing in again."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from attendance.templatetags.navigation import NAVIGATION
from learners.templatetags.library import SECTIONS
from tests.factories.learners import LearnerFactory
from tests.journeys.accessibility import violations
from tests.journeys.looks import LOOKS

pytestmark = pytest.mark.django_db(transaction=True)

FIRST_VISIT_BYTES = 110 * 1024


def _paths() -> list[str]:
    """The pages of the top bar and of the library that exist, and those that belong to nobody's part of the site."""
    paths = ["/password/", "/jobs/", "/password/done/", "/no/such/page/", "/library/", "/library/trainers/new/"]
    paths += [reverse(name) for name, *_words in SECTIONS]
    for name, _word, _permission in NAVIGATION:
        try:
            paths.append(reverse(name))
        except NoReverseMatch:
            continue
    return paths


@pytest.fixture
def home(page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None]) -> Page:
    """A page of the site that needs no data, open in the supervisor's browser."""
    sign_in(supervisor)
    page.goto(f"{live_server.url}/password/")
    return page


def test_first_visit_is_light_and_asks_nobody_else(page: Page, live_server: LiveServer) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    answer = page.goto(f"{live_server.url}/login/", wait_until="networkidle")

    assert answer is not None
    assert [address for address in addresses if not address.startswith((live_server.url, "data:"))] == []
    found = [finders.find(match[1]) for address in addresses if (match := re.search(r"/static/([^?#]+)", address))]
    files = {Path(path) for path in found if path}
    assert any(file.suffix == ".woff2" for file in files)
    weight = len(gzip.compress(answer.body())) + sum(len(gzip.compress(file.read_bytes())) for file in files)
    assert weight <= FIRST_VISIT_BYTES


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_are_accessible_and_never_scroll_sideways(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], width, scheme
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    found = _check(page, f"{live_server.url}/login/")
    sign_in(supervisor)
    for path in _paths():
        found += _check(page, live_server.url + path)
    assert found == []


def _check(page: Page, address: str) -> list[str]:
    page.goto(address, wait_until="networkidle")
    found = [
        f"{address}: {violation['id']} {[node['target'] for node in violation['nodes']]}"
        for violation in violations(page)
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{address}: scrolls sideways")
    return found


def test_the_chosen_theme_is_in_the_next_page_as_the_server_sends_it(home: Page) -> None:
    home.locator("[data-menu] summary").click()
    home.get_by_role("button", name="Dark").click()
    expect(home.locator("html")).to_have_attribute("data-theme", "dark")

    answer = home.reload()

    assert answer is not None
    assert 'data-theme="dark"' in answer.text()
    home.locator("[data-menu] summary").click()
    home.get_by_role("button", name="As the system").click()
    answer = home.reload()
    assert answer is not None
    assert "data-theme=" not in answer.text().split("<body")[0]


def test_escape_closes_the_menu_and_gives_the_focus_back(home: Page) -> None:
    summary = home.locator("[data-menu] summary")
    summary.click()
    home.keyboard.press("Tab")
    home.keyboard.press("Escape")
    expect(home.locator("[data-menu]")).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()


def test_first_tab_stop_skips_to_the_content(home: Page, live_server: LiveServer) -> None:
    home.goto(f"{live_server.url}/password/done/")
    home.keyboard.press("Tab")
    expect(home.get_by_role("link", name="Skip to content")).to_be_focused()
    home.keyboard.press("Enter")
    expect(home.locator("main")).to_be_focused()


def test_toasts_leave_after_six_seconds_but_errors_stay(home: Page) -> None:
    home.clock.install()
    home.reload()
    home.evaluate("""() => {
        const toast = document.getElementById("failure-404").content.firstElementChild.cloneNode(true);
        toast.removeAttribute("data-stays");
        toast.id = "good-news";
        document.getElementById("toasts").append(toast);
    }""")
    _request(home, "/no/such/page/")
    error = home.locator("#toasts [data-stays]")
    expect(error).to_contain_text("no longer exists")

    home.clock.run_for(5_500)
    expect(home.locator("#good-news")).to_be_visible()
    home.clock.run_for(1_000)
    expect(home.locator("#good-news")).to_have_count(0)
    expect(error).to_be_visible()
    error.get_by_role("button", name="Close").click()
    expect(error).to_have_count(0)


def test_being_signed_out_keeps_the_page_and_ends_when_the_same_person_is_back(
    home: Page, context: BrowserContext, supervisor: User, auditor: User, sign_in: Callable[[User], None]
) -> None:
    home.get_by_label("Old password").fill("half typed")
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    _request(home, "/password/")
    notice = home.locator("#signed-out")
    expect(notice).to_contain_text(f"Sign in again as {supervisor.username}")

    sign_in(auditor)
    home.evaluate("window.dispatchEvent(new Event('focus'))")
    home.wait_for_load_state("networkidle")
    expect(notice).to_be_visible()

    sign_in(supervisor)
    home.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(notice).to_have_count(0)
    expect(home.get_by_label("Old password")).to_have_value("half typed")


def test_a_name_written_from_the_right_is_not_cut(home: Page, live_server: LiveServer) -> None:
    LearnerFactory(first_name="عبد الرحمن", last_name="العبدالله" * 9)
    home.goto(f"{live_server.url}/workers/")
    shows_its_first_letter = """name => {
        const range = document.createRange();
        range.setStart(name.firstChild, 0);
        range.setEnd(name.firstChild, 1);
        const [letter, cell] = [range, name.closest("th")].map((each) => each.getBoundingClientRect());
        return letter.left >= cell.left && letter.right <= cell.right;
    }"""
    assert home.locator("th bdi").evaluate(shows_its_first_letter)


def test_offline_is_said_and_tried_again_on_request(home: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    _request(home, "/password/")
    toast = home.get_by_role("alert")
    expect(toast).to_contain_text("cannot be reached")

    context.set_offline(False)
    with home.expect_response("**/password/") as answer:
        toast.get_by_role("button", name="Try again").click()
    assert answer.value.ok
    expect(toast).to_have_count(0)


def _request(page: Page, path: str) -> None:
    """Send an htmx request as a control of the page would, into a place of its own."""
    page.evaluate(
        """(path) => {
            const place = document.createElement("div");
            place.setAttribute("hx-swap", "none");
            document.querySelector(".page").append(place);
            htmx.ajax("GET", path, { source: place, target: place, swap: "none" }).catch(() => {});
        }""",
        path,
    )
