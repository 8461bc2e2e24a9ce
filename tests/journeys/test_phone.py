"""A trainer's day on a phone, by thumb."""

from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from attendance.models import SessionAttendee
from learners.models import LearnerHoursLog
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory
from tests.factories.training import active_class, scheduled_session
from tests.journeys.accessibility import violations
from tests.journeys.figures import Figures
from tests.journeys.photograph.camera import MEASURE
from training.models import Trainer
from training.policies.schedules import Frequency, Interval, Schedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

PHONE = {"width": 390, "height": 844}
PASSWORD = "a long passphrase for tests"  # of a login that exists in this test only
PHOTO: FilePayload = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": files.jpeg(text="sheet")}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser that is touched, on a phone."""
    context = browser.new_context(has_touch=True, viewport=PHONE)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.fixture
def context(page: Page):
    return page.context


def test_a_trainers_day_by_thumb(
    page: Page, live_server: LiveServer, trainer: Trainer, trainer_user: User, figures: Figures
) -> None:
    """Sign in, today, the session: a walk-in, all present, one absent, one failed, a photograph; then a meeting."""
    trainer_user.set_password(PASSWORD)
    trainer_user.save()
    began = timezone.now() - timedelta(hours=1)
    session = scheduled_session(trainer=trainer, start_time=began, end_time=began + timedelta(hours=4))
    listed = [SessionAttendeeFactory(session=session).learner for _ in range(4)]
    walk_in = LearnerFactory(first_name="Aynur", last_name="Ceylan Donaudampfschifffahrtsgesellschaftskapitän")
    today = timezone.localdate()
    every_day = Schedule(Frequency.WEEKLY, {day: (Interval(time(8), time(12)),) for day in range(1, 8)})
    training_class = active_class(agent=trainer, schedule=every_day, start_date=today, end_date=today)
    for _ in range(2):
        LearnerProgressionFactory(training_class=training_class)

    def look() -> None:
        with figures.aside():
            _is_right(page)

    page.goto(f"{live_server.url}/")
    with figures.stage("A trainer’s day at 390 px, by touch", clicks=10, fields=6, keys=1, seconds=120):
        page.get_by_label("Username").fill(trainer_user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).tap()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Today", timeout=30_000)
        look()

        page.get_by_role("link", name="Working at height").first.tap()
        expect(page.locator("#attendees tr")).to_have_count(4)
        look()
        page.get_by_label("Find workers by name or badge").fill("aynur")
        page.get_by_role("button", name=f"Add {walk_in.name}").tap()
        expect(page.locator("#attendees tr")).to_have_count(5)
        name = page.locator("#attendees tr", has_text=walk_in.name).locator("th")
        assert name.evaluate("name => name.getBoundingClientRect().width") > 120

        page.get_by_role("button", name="All present", exact=True).tap()
        expect(page.locator("#totals")).to_contain_text("5 present")
        absent, failed = (page.locator("#attendees tr", has_text=each.badge_id) for each in listed[:2])
        absent.locator("[data-field=present]").tap()
        expect(page.locator("#totals")).to_contain_text("4 present")
        failed.locator("[data-field=passed]").tap()
        failed.locator("[data-field=remarks]").fill("Left at ten")
        failed.locator("[data-field=remarks]").blur()
        expect(page.locator("#totals")).to_contain_text("3 passed")
        expect(failed.locator("td.save").get_by_label("Saved")).to_be_visible()
        page.set_input_files("#evidence input[type=file]", PHOTO)
        expect(page.locator("#evidence")).to_contain_text("Stored", timeout=30_000)
        look()

        page.get_by_role("link", name="Classes").tap()
        page.get_by_role("link", name=str(training_class)).first.tap()
        look()
        page.locator(f"#capture-{today}").tap()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("spinbutton").first.fill("3.5")
        look()
        dialog.get_by_role("button", name="Record hours").tap()
        expect(page.locator("#class-board")).to_contain_text("7.5/8", timeout=30_000)

    marked = SessionAttendee.objects.filter(session=session).order_by("line")
    assert [(each.is_present, each.has_passed, each.remarks) for each in marked] == [
        (False, False, ""),
        (True, False, "Left at ten"),
        *[(True, True, "")] * 3,
    ]
    assert session.evidence_uploads.count() == 1
    assert sorted(LearnerHoursLog.objects.values_list("hours_present", flat=True)) == [3.5, 4]


def _is_right(page: Page) -> None:
    """No sideways scroll, no cut word, nothing too small for a thumb, in both themes as axe wants it."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert [(each["id"], each["nodes"][0]["target"]) for each in violations(page)] == []
    assert page.evaluate(MEASURE, True) == []
