"""What is wanted is near: by few Tabs, without a toast upon it, and on paper with everything of the screen."""

from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory
from tests.factories.training import scheduled_session
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

TOAST = """kind => {
    const toast = document.getElementById("failure-404").content.firstElementChild.cloneNode(true);
    toast.toggleAttribute("data-stays", kind === "error");
    toast.classList.add(kind);
    document.getElementById("toasts").append(toast);
}"""
OVERLAP = """button => {
    const [a, b] = [document.getElementById("toasts"), button].map((each) => each.getBoundingClientRect());
    return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}"""


@pytest.fixture
def session() -> Session:
    """A session with three workers on its list, and thirty more to choose from."""
    session = scheduled_session()
    for _ in range(3):
        SessionAttendeeFactory(session=session)
    LearnerFactory.create_batch(30)
    return session


@pytest.fixture
def workspace(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], session: Session
) -> Page:
    sign_in(supervisor)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_server.url}/sessions/{session.pk}/")
    return page


def _tabs_to(page: Page, selector: str, *, most: int) -> int:
    """Return how many presses of the Tab key lead from where the focus is to one of these elements."""
    for presses in range(1, most + 1):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return presses
    raise AssertionError(f"{most} Tabs do not lead to {selector}")


def test_few_tabs_lead_to_the_first_tick_box(workspace: Page) -> None:
    straight = _tabs_to(workspace, "[data-field=present]", most=40)
    workspace.reload()
    to_skip = _tabs_to(workspace, ".skip[href='#attendees']", most=3)
    workspace.keyboard.press("Enter")
    after_skip = _tabs_to(workspace, "[data-field=present]", most=3)

    assert (straight, to_skip, after_skip) <= (30, 2, 2)


def test_the_arrows_go_through_those_who_can_be_added(workspace: Page) -> None:
    buttons = workspace.locator("#picker-add li button")
    buttons.first.focus()
    workspace.keyboard.press("ArrowDown")
    workspace.keyboard.press("ArrowDown")
    expect(buttons.nth(2)).to_be_focused()
    workspace.keyboard.press("Enter")
    expect(workspace.locator("#attendees tr")).to_have_count(4)
    expect(workspace.locator("#picker-add li button[tabindex='0']")).to_have_count(1)
    expect(buttons.nth(2)).to_be_focused()
    workspace.keyboard.press("End")
    expect(buttons.last).to_be_focused()


@pytest.mark.parametrize("width", [1440, 820, 390])
def test_toasts_are_few_and_never_lie_upon_finalize(workspace: Page, width: int) -> None:
    workspace.set_viewport_size({"width": width, "height": 900})
    workspace.evaluate(TOAST, "error")
    for _ in range(6):
        workspace.evaluate(TOAST, "news")

    expect(workspace.locator("#toasts .news")).to_have_count(3)
    expect(workspace.locator("#toasts .error")).to_have_count(1)
    buttons = workspace.locator(".btn.pri", has_text="Finalize").locator("visible=true")
    assert buttons.count() >= 1
    for button in buttons.all():
        assert button.evaluate(OVERLAP) is False


def test_paper_has_the_site_every_column_and_no_chrome(workspace: Page, session: Session) -> None:
    workspace.goto(workspace.url.replace(f"/sessions/{session.pk}/", "/sessions/?show=all"))
    sheets = pypdfium2.PdfDocument(BytesIO(workspace.pdf(format="A4", prefer_css_page_size=True)))
    text = "".join(sheets[0].get_textpage().get_text_range().split())  # wherever a line ends

    printed = (
        "SiteProof",
        "Printed on",
        "1 / 1",
        "Reference",
        "Trainer",
        "Venue",
        session.reference,
        str(session.venue),
    )
    assert [word for word in printed if "".join(word.split()) not in text] == []
    assert [word for word in ("Newsession", "Logout", "Matrix") if word in text] == []
