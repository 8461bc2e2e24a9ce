"""Signed-in browsers. Whatever a journey does, no script may fail and no content policy may be violated."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from tests.fixtures import client_of
from tests.journeys.figures import Figures


@pytest.fixture
def sign_in(context: BrowserContext, live_server: LiveServer) -> Callable[[User], None]:
    """Sign the browser in as a user, without the login page."""

    def sign_in_as(user: User) -> None:
        session = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])

    return sign_in_as


@pytest.fixture
def offline(page: Page) -> Iterator[Page]:
    """A browser without a network, which asks for nothing but the page itself."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    yield page
    assert [each for each in asked if not each.startswith("file://")] == []


@pytest.fixture
def figures() -> Iterator[Figures]:
    """What the stages of this journey take; `pytest -s` shows it as a table."""
    figures = Figures()
    yield figures
    print(f"\n{figures}")  # noqa: T201  # the figures


@pytest.fixture(autouse=True)
def _no_script_fails(context: BrowserContext) -> Iterator[None]:
    problems: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", note_violation)

    def note_violation(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            problems.append(message.text)

    context.on("page", watch)
    yield
    assert problems == []
