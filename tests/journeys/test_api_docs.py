"""The API's document in a browser, under the site's content policy (conftest.py fails on any violation)."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.training import CourseVersionFactory
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_login_browses_the_document_and_tries_it_out(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None]
):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/api/docs")
    expect(page).to_have_url(f"{live_server.url}/login/?next=/api/docs")
    sign_in(supervisor)
    version = CourseVersionFactory(status="PUBLISHED")

    page.goto(f"{live_server.url}/api/docs")
    draft = page.locator(".opblock", has_text="/api/v1/training/sessions/draft")
    draft.locator(".opblock-summary-control").click()
    draft.get_by_role("button", name="Try it out").click()
    draft.locator("textarea").fill(f'{{"courseId": {version.course_id}}}')
    draft.get_by_role("button", name="Execute").click()

    expect(draft.locator(".live-responses-table tbody .response-col_status")).to_contain_text("201")
    assert Session.objects.get().course_id == version.course_id
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
