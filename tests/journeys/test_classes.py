"""Classes in a real browser: captured by keys, excepted by one click, planned with their days in sight."""

import re
from collections.abc import Callable
from datetime import time, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from attendance.services.capture import mark_exception
from learners.models import LearnerHoursLog, LearnerProgression
from tests.factories.learners import LearnerProgressionFactory
from tests.factories.training import CompanyFactory, CourseVersionFactory, TrainerFactory, active_class
from tests.journeys.accessibility import violations
from tests.journeys.looks import LOOKS
from training.models import ClassAttendanceSession, TrainingClass
from training.policies.schedules import Frequency, Interval, Schedule

pytestmark = pytest.mark.django_db(transaction=True)

EVERY_DAY = {day: (Interval(time(8), time(12)),) for day in range(1, 8)}
LONG_REASON = "Works closed between the years, " * 10


@pytest.fixture
def training_class() -> TrainingClass:
    """A class that has met for a week, four hours a day, with two workers; of one day there is much to say."""
    today = timezone.localdate()
    schedule = Schedule(Frequency.WEEKLY, EVERY_DAY, {today - timedelta(days=1): LONG_REASON})
    days = {"start_date": today - timedelta(days=7), "end_date": today + timedelta(days=7)}
    made = active_class(schedule=schedule, **days)
    for name in ("Berg", "Silva"):
        LearnerProgressionFactory(training_class=made, learner__last_name=name)
    return made


@pytest.fixture
def meeting(training_class: TrainingClass) -> ClassAttendanceSession:
    """Today's."""
    return training_class.sessions.get(session_date=timezone.localdate())


@pytest.fixture
def desk(page: Page, supervisor: User, sign_in: Callable[[User], None]) -> Page:
    """The supervisor's browser."""
    sign_in(supervisor)
    return page


def test_h2_a_meeting_is_captured_by_keys_alone(
    desk: Page, live_server: LiveServer, training_class: TrainingClass, meeting: ClassAttendanceSession
) -> None:
    desk.goto(f"{live_server.url}/classes/{training_class.pk}/")
    desk.locator(f"#capture-{meeting.session_date}").press("Enter")
    hours = desk.get_by_role("dialog").get_by_role("spinbutton")
    expect(hours).to_have_count(2)
    expect(hours.first).to_have_value("4")
    hours.first.focus()
    desk.keyboard.press("ArrowDown")
    expect(hours.first).to_have_value("3.5")
    desk.keyboard.press("Enter")
    expect(hours.last).to_be_focused()
    desk.keyboard.type("9")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_role("dialog").locator(".errorlist")).to_contain_text("Enter hours from 0 to 4")
    expect(hours.first).to_have_value("3.5")
    hours.last.fill("0")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#toasts")).to_contain_text("3.5 of 8 hours for 2 workers")
    expect(desk.get_by_role("dialog")).to_have_count(0)
    expect(desk.locator("#class-board")).to_contain_text("3.5/8")
    expect(desk.locator(f"#day-{meeting.session_date} a").first).to_be_focused()
    assert sorted(LearnerHoursLog.objects.values_list("hours_present", flat=True)) == [0, 3.5]


def test_h3_whoever_is_slower_reads_it_in_the_dialog_and_keeps_what_was_typed(
    desk: Page, live_server: LiveServer, training_class: TrainingClass, meeting: ClassAttendanceSession, superuser: User
) -> None:
    desk.goto(f"{live_server.url}/classes/{training_class.pk}/")
    desk.locator(f"#capture-{meeting.session_date}").click()
    hours = desk.get_by_role("dialog").get_by_role("spinbutton")
    expect(hours.first).to_be_focused()
    hours.first.fill("2")
    mark_exception(
        class_id=training_class.pk,
        session_date=meeting.session_date,
        status="agent_absent",
        by=superuser,
        now=timezone.now(),
    )
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_role("dialog").get_by_role("alert")).to_contain_text("was marked as trainer absent")
    expect(hours.first).to_have_value("2")
    expect(desk.locator(f"#capture-{meeting.session_date}")).to_have_count(0)
    desk.keyboard.press("Escape")
    expect(desk.locator(f"#day-{meeting.session_date} a").first).to_be_focused()


def test_what_goes_wrong_while_a_dialog_is_open_is_seen_and_answered_over_it(
    desk: Page, live_server: LiveServer, training_class: TrainingClass, meeting: ClassAttendanceSession
) -> None:
    desk.goto(f"{live_server.url}/classes/{training_class.pk}/")
    desk.locator(f"#capture-{meeting.session_date}").click()
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.context.set_offline(True)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#toasts")).to_contain_text("We do not know whether it was saved")
    desk.context.set_offline(False)
    expect(desk.locator("#toasts")).to_contain_text("It was not saved")
    desk.locator("#toasts").get_by_role("button", name="Send again").click()
    expect(desk.locator("#toasts")).to_contain_text("are recorded: 8 of 8 hours for 2 workers.")
    expect(desk.get_by_role("dialog")).to_have_count(0)


def test_h3_an_exception_is_one_click(
    desk: Page, live_server: LiveServer, training_class: TrainingClass, meeting: ClassAttendanceSession
) -> None:
    desk.goto(f"{live_server.url}/classes/{training_class.pk}/")
    row = desk.locator("tr").filter(has=desk.locator(f"#capture-{meeting.session_date}"))
    row.get_by_role("button", name="Client cancelled").click()
    expect(desk.locator("#toasts")).to_contain_text("Client cancelled. No hours are recorded.")
    expect(desk.locator(f"#capture-{meeting.session_date}")).to_have_count(0)
    expect(desk.locator(f"#day-{meeting.session_date} a").first).to_be_focused()
    meeting.refresh_from_db()
    assert meeting.status == "client_cancelled"


def test_k1_h1_a_class_is_planned_with_its_days_in_sight(desk: Page, live_server: LiveServer) -> None:
    client, agent = CompanyFactory(name="Acme Refining"), TrainerFactory(last_name="Smith")
    course = CourseVersionFactory().course
    desk.goto(f"{live_server.url}/classes/new/")
    desk.locator("select[name=client]").select_option(str(client.pk))
    desk.locator("select[name=course]").select_option(str(course.pk))
    desk.locator("select[name=agent]").select_option(str(agent.pk))
    first = timezone.localdate()
    desk.locator("input[name=start_date]").fill(first.isoformat())
    desk.locator("input[name=end_date]").fill((first + timedelta(days=13)).isoformat())
    desk.locator(f"input[name=day_{first.isoweekday()}]").fill("08:00-12:00")
    desk.locator("textarea[name=exceptions]").fill(f"{first + timedelta(days=7)} Works outing")
    expect(desk.locator("#class-days")).to_contain_text("Works outing")
    desk.get_by_role("button", name="Activate").click()
    expect(desk.locator("#toasts")).to_contain_text("The class is active.")
    assert re.fullmatch(r"ACM\d{4}", TrainingClass.objects.get().class_code or "")


def test_h7_a_worker_is_held_in_a_dialog(desk: Page, live_server: LiveServer, training_class: TrainingClass) -> None:
    desk.goto(f"{live_server.url}/classes/{training_class.pk}/")
    desk.get_by_role("link", name="Put on hold Oksana Berg").click()
    desk.get_by_role("dialog").get_by_role("button", name="Put on hold").click()
    expect(desk.locator("#toasts")).to_contain_text("Oksana Berg: put on hold.")
    assert LearnerProgression.objects.get(learner__last_name="Berg").status == "on_hold"


def test_h5_hours_by_hand_are_entered_where_they_are_missed(
    desk: Page, live_server: LiveServer, training_class: TrainingClass
) -> None:
    progression = LearnerProgression.objects.get(learner__last_name="Berg")
    desk.goto(f"{live_server.url}/workers/{progression.learner_id}/")
    desk.get_by_role("link", name="Hours Oksana Berg").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Hours trained").fill("4")
    dialog.get_by_label("Hours present").fill("5")
    desk.keyboard.press("Enter")
    expect(dialog.get_by_label("Hours present")).to_be_focused()
    expect(dialog.locator(".errorlist")).to_contain_text("between 0 and the hours trained")
    dialog.get_by_label("Hours present").fill("3.5")
    desk.keyboard.press("Enter")
    expect(desk.locator("#toasts")).to_contain_text("recorded.")
    expect(desk.locator(".progressions")).to_contain_text("3.5/4")


def test_h2_a_meeting_is_captured_without_javascript(
    browser,
    context: BrowserContext,
    live_server: LiveServer,
    supervisor: User,
    sign_in: Callable[[User], None],
    meeting: ClassAttendanceSession,
) -> None:
    sign_in(supervisor)
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state())
    page = plain.new_page()
    page.goto(f"{live_server.url}/classes/{meeting.training_class_id}/")
    page.locator(f"#capture-{meeting.session_date}").click()
    page.get_by_role("spinbutton").first.fill("2")
    page.get_by_role("button", name="Record hours").click()
    expect(page.locator("#toasts")).to_contain_text("6 of 8 hours for 2 workers")
    plain.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_class_pages_are_accessible_and_never_scroll_sideways(
    desk: Page, live_server: LiveServer, meeting: ClassAttendanceSession, width: int, scheme: str
) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    desk.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two words
    one = f"/classes/{meeting.training_class_id}/"
    progression = LearnerProgression.objects.first()
    assert progression is not None
    found: list[str] = []
    for path in (
        "/",
        "/classes/",
        "/classes/captures/",
        "/classes/hours/",
        "/classes/new/",
        f"{one}?month={timezone.localdate() - timedelta(days=1):%Y-%m}",
        f"{one}edit/",
        f"{one}stop/",
        f"{one}learners/?q=oksana",
        f"{one}{meeting.session_date}/",
        f"{one}{meeting.session_date}/capture/",
        f"/progressions/{progression.pk}/hold/",
        f"/progressions/{progression.pk}/hours/",
        f"/workers/{progression.learner_id}/",
    ):
        desk.goto(live_server.url + path, wait_until="networkidle")
        found += [
            f"{path}: {violation['id']} {[node['target'] for node in violation['nodes']]}"
            for violation in violations(desk)
        ]
        if desk.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path}: scrolls sideways")
    assert found == []
