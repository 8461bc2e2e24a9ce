"""A worker comes, gets another badge, turns out to have a second one, and the mistake is undone: in the browser."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from learners.models import Learner
from tests.factories.learners import AreaFactory, LearnerFactory, RoleFactory, TrainingRecordFactory
from tests.factories.training import CompanyFactory
from tests.journeys.accessibility import violations

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def under_a_minute() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 60


def is_accessible(page: Page) -> None:
    assert [each["id"] for each in violations(page)] == []


def search(page: Page, badge: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(badge)
    page.keyboard.press("Enter")


def open_menu(page: Page, entry: str) -> None:
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name=entry).click()


def test_l2_l3_a_new_worker_a_new_badge_a_merge_and_its_undo(
    page: Page, live_server: LiveServer, superuser: User, sign_in: Callable[[User], None]
) -> None:
    company, role, area = CompanyFactory(name="Nordhavn"), RoleFactory(title="Rigger"), AreaFactory(name="Jetty")
    duplicate = LearnerFactory(badge_id="10544", first_name="Amina", last_name="Elidrissi", role=role, company=company)
    TrainingRecordFactory(learner=duplicate, course_version__title="Working at height")
    sign_in(superuser)

    with under_a_minute():
        page.goto(f"{live_server.url}/workers/")
        page.get_by_role("link", name="New worker").click()
        page.get_by_label("Badge").fill("10544")
        page.get_by_label("Last name").fill("El Idrissi")
        page.get_by_label("First name").fill("Amina")
        page.get_by_label("Employer").select_option("Nordhavn")
        page.get_by_label("Role", exact=True).select_option("Rigger")
        page.get_by_label("Jetty").check()
        page.get_by_role("button", name="Add worker").click()
        expect(page.get_by_text("This badge belongs to Amina Elidrissi (10544).")).to_be_visible()
        is_accessible(page)
        page.get_by_label("Badge").fill("10231")
        page.get_by_role("button", name="Add worker").click()
        is_meant = page.get_by_label("Yes, this is meant. Go on.")  # L4: the name is that of the other one
        expect(is_meant).to_be_visible()
        is_accessible(page)
        is_meant.check()
        page.get_by_role("button", name="Add worker").click()
        expect(page.get_by_role("heading", name="Amina El Idrissi")).to_be_visible()
    learner = Learner.objects.get(badge_id="10231")
    assert list(learner.areas.all()) == [area]

    with under_a_minute():
        open_menu(page, "New badge")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        is_accessible(page)
        dialog.get_by_label("New badge").fill("10999")
        dialog.get_by_role("button", name="Give the new badge").click()
        expect(page.locator(".sub")).to_contain_text("10999")
    search(page, "10231")
    expect(page).to_have_url(f"{live_server.url}/workers/{learner.pk}/")

    with under_a_minute():
        open_menu(page, "Merge another badge")
        page.get_by_placeholder("Other badge, or name").fill("elid")
        page.get_by_role("link", name="Compare").click()
        expect(page.get_by_role("row", name="Badge")).to_contain_text("10544")
        is_accessible(page)
        page.get_by_label("Reason").fill("Registered twice")
        page.get_by_role("button", name="Merge").click()
        expect(page.get_by_text("both badges are Amina El Idrissi now")).to_be_visible()
        expect(page.get_by_role("region", name="Training records")).to_contain_text("Working at height")
    search(page, "10544")
    expect(page).to_have_url(f"{live_server.url}/workers/{learner.pk}/")

    with under_a_minute():
        page.get_by_role("link", name="Undo").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason").fill("Two sisters")
        dialog.get_by_role("button", name="Undo the merge").click()
        expect(page.get_by_role("heading", name="Amina Elidrissi")).to_be_visible()
    expect(page).to_have_url(f"{live_server.url}/workers/{duplicate.pk}/")
    duplicate.refresh_from_db()
    assert (duplicate.status, duplicate.merged_into) == ("ACTIVE", None)
