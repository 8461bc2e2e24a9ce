"""The main job in a real browser: plan, fill, hold, prove, finalize, and the worker is green, by mouse and by keys."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, FilePayload, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from learners.models import Learner, Role, RoleRequirement, TrainingRecord
from learners.services.compliance import recalculate
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory, RoleRequirementFactory
from tests.factories.training import (
    CourseVersionFactory,
    TrainerQualificationFactory,
    UserFactory,
    VenueFactory,
    scheduled_session,
)
from tests.integrity import check_integrity
from training.core.groups import SUPERVISORS
from training.models import CourseVersion, Session, Venue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

PASSWORD = "a long passphrase for tests"  # of a login that exists in this test only
SHEET: FilePayload = {"name": "sheet.pdf", "mimeType": "application/pdf", "buffer": files.pdf()}


@pytest.fixture
def course() -> CourseVersion:
    return CourseVersionFactory(course__code="WAH-001", title="Working at height")


@pytest.fixture
def role(course: CourseVersion) -> Role:
    requirement: RoleRequirement = RoleRequirementFactory(course=course.course, role__title="Rigger")
    return requirement.role


@pytest.fixture
def workers(role: Role) -> list[Learner]:
    """Three who need the course and do not have it, named in three scripts."""
    names = [("Łukasz", "Wiśniewski"), ("Γιώργος", "Παπαδόπουλος"), ("محمد", "العبيدي")]
    workers: list[Any] = [
        LearnerFactory(first_name=first, last_name=last, badge_id=f"2000{number}", role=role)
        for number, (first, last) in enumerate(names, start=1)
    ]
    with transaction.atomic():
        recalculate(learner_ids=[worker.pk for worker in workers], today=timezone.localdate(), now=timezone.now())
    return workers


@pytest.fixture
def venue() -> Venue:
    return VenueFactory(name="Training room B")


@pytest.fixture
def frida() -> User:
    user = UserFactory(username="frida", first_name="Frida", last_name="Keller", groups=[SUPERVISORS])
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def test_whole_day_by_mouse(
    page: Page,
    live_server: LiveServer,
    frida: User,
    course: CourseVersion,
    workers: list[Learner],
    venue: Venue,
    yesterday: date,
) -> None:
    trainer = TrainerQualificationFactory(course=course.course).trainer

    page.goto(f"{live_server.url}/")
    page.get_by_label("Username").fill("frida")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")

    page.get_by_role("link", name="New session").first.click()
    page.locator("select[name=course]").select_option(str(course.course_id))
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".ctx")).to_contain_text("Draft")

    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Edit").click()
    page.locator("input[name=day]").fill(yesterday.isoformat())
    page.locator("input[name=start]").fill("08:00")
    page.locator("input[name=end]").fill("12:00")
    page.locator("select[name=trainer]").select_option(str(trainer.pk))
    page.locator("select[name=venue]").select_option(str(venue.pk))
    page.get_by_role("button", name="Schedule").click()
    expect(page.locator(".ctx")).to_contain_text("Scheduled")
    session = Session.objects.get()
    assert session.course_version == course

    page.get_by_label("Find workers by name or badge").fill("wisn")
    expect(page.locator("#picker-results li")).to_have_count(1)
    page.get_by_role("button", name="Łukasz Wiśniewski").click()
    expect(page.locator("#attendees tr")).to_have_count(1)
    page.get_by_label("Find workers by name or badge").fill("")
    expect(page.locator("#picker-results li")).to_have_count(2)
    page.get_by_role("button", name="Add 2 red").click()
    expect(page.locator("#attendees tr")).to_have_count(3)

    sheet = page.context.request.get(f"{live_server.url}{reverse('attendance:session_sheet', args=[session.pk])}")
    assert sheet.headers["content-type"] == "application/pdf"
    assert sheet.body().startswith(b"%PDF")

    page.get_by_role("button", name="All present", exact=True).click()
    expect(page.locator("#grid > header")).to_contain_text("3 present")
    failed = page.locator("#attendees tr", has_text="20002")
    failed.locator("[data-field=passed]").click()
    failed.locator("[data-field=remarks]").fill("Left at ten")
    failed.locator("[data-field=remarks]").blur()
    expect(page.locator("#grid > header")).to_contain_text("2 passed")

    page.set_input_files("#evidence input[type=file]", SHEET)
    expect(page.locator("#evidence")).to_contain_text("Stored")

    page.locator("#finalize").get_by_role("button", name="Finalize").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(
        "This will generate 3 Training Records (2 passed, 1 failed) and 0 pending verifications. "
        "This action cannot be undone."
    )
    dialog.get_by_role("button", name="Generate").click()
    expect(page.locator("#finalize")).to_contain_text("Finalized by Frida Keller")
    expect(page.locator("#attendees input")).to_have_count(0)

    page.get_by_role("link", name="Łukasz Wiśniewski").click()
    expect(page.get_by_text("Cleared", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == files.pdf()

    results = TrainingRecord.objects.order_by("learner__badge_id").values_list("result", flat=True)
    assert list(results) == ["PASSED", "FAILED", "PASSED"]
    check_integrity(today=timezone.localdate(), now=timezone.now())


def test_whole_day_by_keyboard_alone(
    page: Page,
    live_server: LiveServer,
    frida: User,
    course: CourseVersion,
    workers: list[Learner],
    venue: Venue,
    yesterday: date,
) -> None:
    """Tab, arrows, Space, Enter, `/` and Ctrl+Enter; the file chooser is the system's own and is answered for it."""
    trainer = TrainerQualificationFactory(course=course.course).trainer
    keys = page.keyboard
    answer_file_choosers(page)

    page.goto(f"{live_server.url}/login/")
    tab_to(page, "input[name=username]")
    keys.type("frida")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")

    tab_to(page, "a:has-text('New session')")
    keys.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/sessions/new/")
    tab_to(page, "select[name=course]")
    keys.type("WAH-001")
    tab_to(page, "input[name=day]")
    keys.type(yesterday.strftime("%m%d%Y"))
    tab_to(page, "input[name=start]")
    keys.type("0800AM")
    tab_to(page, "input[name=end]")
    keys.type("1200PM")
    tab_to(page, "select[name=trainer]")
    keys.type(trainer.first_name)
    tab_to(page, "select[name=venue]")
    keys.type(venue.name)
    tab_to(page, "button[value=schedule]")
    keys.press("Enter")
    expect(page.locator(".ctx")).to_contain_text("Scheduled")

    tab_to(page, "#picker-search")
    keys.type("20001")
    expect(page.locator("#picker-results li")).to_have_count(1)
    tab_to(page, "#picker-results li button")
    keys.press("Enter")
    expect(page.locator("#attendees tr")).to_have_count(1)
    tab_to(page, "#attendees [data-field=present]")
    keys.press("Space")
    expect(page.locator("#grid > header")).to_contain_text("1 present")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(page.locator("#attendees [data-field=remarks]")).to_be_focused()
    keys.type("On time")
    keys.press("Enter")

    tab_to(page, "#evidence input[type=file]")
    keys.press("Enter")
    expect(page.locator("#evidence")).to_contain_text("Stored")

    keys.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_contain_text("1 Training Record")
    keys.press("Control+Enter")
    expect(page.locator("#finalize")).to_contain_text("Finalized by Frida Keller")

    keys.press("/")
    keys.type("20001")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Łukasz Wiśniewski")
    expect(page.get_by_text("Cleared", exact=True)).to_be_visible()
    assert TrainingRecord.objects.get().comments == "On time"
    check_integrity(today=timezone.localdate(), now=timezone.now())


def answer_file_choosers(page: Page) -> None:
    """Choose the sheet in every file chooser that opens from now on.

    `expect_file_chooser` tells the browser so beside the key press, which sometimes comes first and opens nothing.
    """
    page.on("filechooser", lambda chooser: chooser.set_files(SHEET))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the first element of `selector` has the focus, as somebody without a mouse does."""
    target = page.locator(selector).first
    for _ in range(150):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not reach {selector}")


@pytest.fixture
def ready(course: CourseVersion, workers: list[Learner]) -> Session:
    """A session that began this morning, with everybody listed and nobody marked."""
    start = timezone.now() - timedelta(hours=5)
    session = scheduled_session(course_version=course, start_time=start, end_time=start + timedelta(hours=4))
    for worker in workers:
        SessionAttendeeFactory(session=session, learner=worker)
    return session


def test_sheet_is_chosen_while_a_remark_is_still_being_saved(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], ready: Session
) -> None:
    """The answer of the save is held back: one press of Enter on the file field is enough, and the focus stays."""
    held: list[Route] = []
    page.route("**/marks/", lambda route: held.append(route))  # noqa: PLW0108  # a built-in method is not taken
    answer_file_choosers(page)
    sign_in(supervisor)
    page.goto(f"{live_server.url}/sessions/{ready.pk}/")
    last = page.locator("#attendees tr[data-row]").last
    last.locator("[data-field=remarks]").fill("Came at nine")
    tab_to(page, "#evidence input[type=file]")
    page.keyboard.press("Enter")
    expect(page.locator("#evidence")).to_contain_text("Stored")
    expect(page.locator("#evidence").get_by_role("link", name="Open")).to_be_focused()

    [save] = held
    save.continue_()
    expect(last.get_by_role("img", name="Saved")).to_be_visible()
    expect(page.locator("#evidence").get_by_role("link", name="Open")).to_be_focused()
    assert ready.attendees.latest("line").remarks == "Came at nine"


def test_enter_saves_the_remark_of_every_row(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], ready: Session
) -> None:
    """It goes on to the next row, and stays where there is none; so does Shift+Enter upwards."""
    sign_in(supervisor)
    page.goto(f"{live_server.url}/sessions/{ready.pk}/")
    rows = page.locator("#attendees tr[data-row]")
    remarks = rows.locator("[data-field=remarks]")
    remarks.first.focus()
    for word in ("one", "two", "three"):
        page.keyboard.type(word)
        page.keyboard.press("Enter")
    expect(rows.get_by_role("img", name="Saved")).to_have_count(3)
    expect(remarks.last).to_be_focused()

    remarks.first.fill("one more")
    page.keyboard.press("Shift+Enter")
    expect(rows.first.locator("[name^=version-]")).to_have_value("3")
    expect(remarks.first).to_be_focused()
    saved = ready.attendees.order_by("line").values_list("remarks", flat=True)
    assert list(saved) == ["one more", "two", "three"]


def test_f4_double_click_on_the_last_button_finalizes_once(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], ready: Session
) -> None:
    sign_in(supervisor)
    page.goto(f"{live_server.url}/sessions/{ready.pk}/")
    page.get_by_role("button", name="All present", exact=True).click()
    expect(page.locator("#grid > header")).to_contain_text("3 present")
    page.set_input_files("#evidence input[type=file]", SHEET)
    expect(page.locator("#evidence")).to_contain_text("Stored")
    page.locator("#finalize").get_by_role("button", name="Finalize").click()
    page.get_by_role("dialog").get_by_role("button", name="Generate").dblclick()
    expect(page.locator("#finalize")).to_contain_text("Finalized by")
    assert TrainingRecord.objects.count() == 3

    page.go_back()
    page.go_forward()
    expect(page.locator("#attendees input")).to_have_count(0)


def test_a1_two_tabs_on_one_row(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], ready: Session
) -> None:
    """The second to save sees both values and loses nothing; "keep mine" then saves."""
    sign_in(supervisor)
    address = f"{live_server.url}/sessions/{ready.pk}/"
    other = page.context.new_page()
    page.goto(address)
    other.goto(address)
    first = page.locator("#attendees tr[data-row]").first
    second = other.locator("#attendees tr[data-row]").first

    first.locator("[data-field=remarks]").fill("From the gate")
    first.locator("[data-field=remarks]").blur()
    expect(first.get_by_role("img", name="Saved")).to_be_visible()
    second.locator("[data-field=remarks]").fill("From the office")
    second.locator("[data-field=remarks]").blur()

    conflict = other.locator("tr.conflict")
    expect(conflict).to_contain_text("Changed by")
    expect(second.locator("[data-field=remarks]")).to_have_value("From the office")
    conflict.get_by_role("button", name="keep mine").click()
    expect(conflict).to_have_count(0)
    expect(second.get_by_role("link")).to_be_focused()
    assert ready.attendees.order_by("line")[0].remarks == "From the office"


def test_ten_seconds_offline_lose_nothing(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], ready: Session
) -> None:
    sign_in(supervisor)
    page.goto(f"{live_server.url}/sessions/{ready.pk}/")
    row = page.locator("#attendees tr[data-row]").first
    page.context.set_offline(True)
    row.locator("[data-field=present]").click()
    expect(row.locator(".save")).to_contain_text("!")
    expect(page.locator("[data-grid-state=unsaved]")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("[data-grid-state=saved]")).to_be_visible()
    expect(page.locator("#grid > header")).to_contain_text("1 present")
    assert ready.attendees.order_by("line")[0].is_present


def test_main_job_without_javascript(
    browser: Browser, live_server: LiveServer, frida: User, ready: Session, workers: list[Learner]
) -> None:
    """Sign in, search, save attendance, upload, finalize and open the profile with plain forms and links."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/sessions/{ready.pk}/")
    page.get_by_label("Username").fill("frida")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    for box in page.locator("#attendees [data-field=present]").all():
        box.check()
    for box in page.locator("#attendees [data-field=passed]").all():
        box.check()
    page.get_by_role("button", name="Save attendance").click()
    expect(page.locator("#grid > header")).to_contain_text("3 passed")

    page.set_input_files("#evidence input[type=file]", SHEET)
    page.locator("#evidence").get_by_role("button", name="Upload").click()
    expect(page.locator("#evidence")).to_contain_text("Stored")

    page.locator("#finalize").get_by_role("button", name="Finalize").click()
    expect(page.get_by_text("This action cannot be undone.")).to_be_visible()
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("#finalize")).to_contain_text("Finalized by Frida Keller")

    page.locator("#search").fill("20002")
    page.locator("#search").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Γιώργος")
    expect(page.get_by_text("Cleared", exact=True)).to_be_visible()
    context.close()
