"""Planning in a real browser: what is said while somebody types, and that nothing typed is ever lost."""

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Error, Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories.training import (
    CourseVersionFactory,
    SessionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    scheduled_session,
)
from tests.journeys.accessibility import violations
from tests.journeys.looks import LOOKS
from training.models import CourseVersion, Session, Trainer
from training.services.sessions import Plan, edit_session

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def course() -> CourseVersion:
    version: CourseVersion = CourseVersionFactory(
        course__code="WAH-001", title="Working at height", duration_minutes=240
    )
    return version


@pytest.fixture
def smith(course: CourseVersion) -> Trainer:
    trainer: Trainer = TrainerQualificationFactory(
        course=course.course, trainer=TrainerFactory(first_name="John", last_name="Smith")
    ).trainer
    return trainer


@pytest.fixture
def desk(page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None]) -> Page:
    """The supervisor's browser."""
    sign_in(supervisor)
    return page


def test_a_session_is_planned_with_what_is_said_on_the_way(
    desk: Page, live_server: LiveServer, course: CourseVersion, smith: Trainer
) -> None:
    TrainerFactory(first_name="Ana", last_name="Silva")
    room = VenueFactory(name="Room B")
    day = timezone.localdate() + timedelta(days=7)
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=7)
    other = scheduled_session(venue=room, start_time=noon)

    desk.goto(f"{live_server.url}/sessions/new/")
    trainers = desk.locator("select[name=trainer] option")
    expect(trainers).to_contain_text(["No trainer yet", str(other.trainer), "Ana Silva", "John Smith"], timeout=10_000)
    desk.locator("select[name=course]").select_option(str(course.course_id))
    expect(trainers).to_have_text(["No trainer yet", "John Smith (0h booked this week)"])
    desk.locator("input[name=day]").fill(day.isoformat())
    desk.locator("input[name=start]").fill("10:00")
    desk.locator("input[name=start]").blur()
    expect(desk.locator("input[name=end]")).to_have_value("14:00")
    desk.locator("select[name=trainer]").select_option(str(smith.pk))
    desk.locator("select[name=venue]").select_option(str(room.pk))
    findings = desk.locator("#findings")
    expect(findings).to_contain_text(f"Room B is taken by {other.reference}")
    expect(findings).to_contain_text("John Smith is free.")

    desk.get_by_role("button", name="Schedule").click()
    expect(desk.locator("#session-form .errorlist")).to_contain_text(f"Room B is taken by {other.reference}")
    assert desk.locator("input[name=start]").input_value() == "10:00"

    desk.locator("input[name=start]").fill("08:00")
    desk.locator("input[name=end]").fill("12:00")
    desk.locator("input[name=end]").blur()
    expect(findings).to_contain_text("Room B is free.")
    desk.get_by_role("button", name="Schedule").click()
    expect(desk.locator("#toasts")).to_contain_text("Saved and scheduled.")
    made = Session.objects.get(trainer=smith)
    assert timezone.localtime(made.start_time).hour == 8
    assert made.status == "SCHEDULED"


@pytest.fixture
def held(desk: Page) -> Iterator[list[Route]]:
    """The page's questions about trainers and overlaps; they get no answer before the test lets them go on."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    desk.route(re.compile("/sessions/new/(trainers|findings)/"), hold)
    yield waiting
    desk.unroute_all(behavior="ignoreErrors")


def answer(held: list[Route]) -> None:
    """Let every question go on that the page has not taken back."""
    while held:
        with contextlib.suppress(Error):
            held.pop().continue_()


def middle_of(button: Locator) -> tuple[float, float]:
    box = button.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize(("width", "is_answered_while_pressed"), [(1440, False), (820, True)])
def test_nobody_is_too_quick_for_a_button(
    desk: Page,
    live_server: LiveServer,
    course: CourseVersion,
    smith: Trainer,
    held: list[Route],
    width: int,
    is_answered_while_pressed: bool,
) -> None:
    """By the mouse itself, which waits for nothing: before the answers to a choice have come, and while they come."""
    desk.set_viewport_size({"width": width, "height": 900})
    desk.goto(f"{live_server.url}/sessions/new/?day={timezone.localdate()}&start=08:00&trainer={smith.pk}")
    save = desk.get_by_role("button", name="Save draft")
    save.scroll_into_view_if_needed()
    desk.locator("select[name=course]").select_option(str(course.course_id))
    desk.mouse.move(*middle_of(save))
    desk.mouse.down()
    if is_answered_while_pressed:
        desk.wait_for_timeout(150)  # until the page has asked for the overlaps too
        answer(held)
        expect(desk.locator("select[name=trainer] option")).to_have_count(2)
        expect(desk.locator("#findings .chk")).to_be_visible()
    desk.mouse.up()
    expect(desk.locator(".ctx")).to_contain_text("Draft")
    assert Session.objects.get().course == course.course


def test_an_answer_takes_nothing_from_under_who_is_typing(
    desk: Page, live_server: LiveServer, course: CourseVersion, smith: Trainer, held: list[Route]
) -> None:
    """The trainers that are offered change within the open list; the proposed end does not replace what is typed."""
    yesterday = timezone.localdate() - timedelta(days=1)  # of which there is something to say, at any hour
    desk.goto(f"{live_server.url}/sessions/new/?day={yesterday}&course={course.course_id}")
    desk.locator("input[name=start]").fill("08:00")
    end = desk.locator("input[name=end]")
    end.focus()
    desk.wait_for_timeout(150)
    desk.keyboard.type("09")
    answer(held)
    expect(desk.locator("#findings .chk")).to_be_visible()
    desk.keyboard.type("30AM")
    expect(end).to_have_value("09:30")

    held.clear()
    desk.locator("input[name=day]").fill(f"{timezone.localdate() + timedelta(days=7)}")
    trainer = desk.locator("select[name=trainer]")
    element = trainer.element_handle()
    trainer.focus()
    desk.unroute_all()
    answer(held)
    expect(desk.locator("select[name=trainer] option")).to_have_count(2)
    expect(trainer).to_be_focused()
    assert desk.evaluate("element => element === document.activeElement", element)


def test_the_chosen_trainer_stays_chosen_when_others_are_offered(
    desk: Page, live_server: LiveServer, course: CourseVersion, smith: Trainer
) -> None:
    """Whatever a browser chooses by itself among options that come one by one."""
    TrainerQualificationFactory(course=course.course, trainer=TrainerFactory(last_name="Zulu"))
    desk.goto(f"{live_server.url}/sessions/new/")
    trainer = desk.locator("select[name=trainer]")

    def after_the_answer_to(change: Callable[[], Any]) -> Locator:
        trainer.evaluate("list => { list.options[0].dataset.old = '' }")
        change()
        expect(trainer.locator("[data-old]")).to_have_count(0)
        return trainer

    course_list = desk.locator("select[name=course]")
    expect(after_the_answer_to(lambda: course_list.select_option(str(course.course_id)))).to_have_value("")
    expect(after_the_answer_to(lambda: trainer.select_option(str(smith.pk)))).to_have_value(str(smith.pk))
    day = f"{timezone.localdate()}"
    expect(after_the_answer_to(lambda: desk.locator("input[name=day]").fill(day))).to_have_value(str(smith.pk))


def test_the_focus_returns_to_the_entry_of_the_menu_that_opened_a_dialog(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/sessions/{SessionFactory().pk}/")
    desk.get_by_label("More actions").click()
    entry = desk.get_by_role("link", name="Cancel the session")
    entry.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_have_count(0)
    expect(entry).to_be_focused()


def test_s8_a_double_click_makes_one_copy(desk: Page, live_server: LiveServer) -> None:
    """The second press comes while the first is still being answered."""
    held: list[Route] = []
    desk.route("**/duplicate/", lambda route: held.append(route))  # noqa: PLW0108  # a built-in method is not taken
    desk.goto(f"{live_server.url}/sessions/{SessionFactory().pk}/")
    desk.get_by_label("More actions").click()
    place = desk.get_by_role("button", name="Duplicate as draft").bounding_box()
    assert place is not None
    for _press in range(2):
        desk.mouse.click(place["x"] + 5, place["y"] + 5)
        desk.wait_for_timeout(300)
    [copy] = held
    copy.continue_()
    expect(desk.locator("#toasts")).to_contain_text("This is the copy.")
    assert Session.objects.count() == 2


def test_a_change_by_somebody_else_is_shown_and_nothing_typed_is_lost(
    desk: Page, live_server: LiveServer, superuser: User
) -> None:
    session = SessionFactory(venue__name="Room B")
    desk.goto(f"{live_server.url}/sessions/{session.pk}/edit/")
    desk.locator("input[name=start]").fill("07:15")
    room_c = VenueFactory(name="Room C")
    edit_session(session_id=session.pk, changes=Plan(venue_id=room_c.pk), by=superuser, now=timezone.now())

    desk.get_by_role("button", name="Save draft").click()
    expect(desk.locator("#session-form")).to_contain_text(f"{superuser.get_full_name()} changed this session")
    expect(desk.locator("#session-form .kv")).to_contain_text("Room B → Room C")
    assert desk.locator("input[name=start]").input_value() == "07:15"

    desk.get_by_role("button", name="Save draft").click()
    expect(desk.locator("#toasts")).to_contain_text("Draft saved.")
    session.refresh_from_db()
    assert str(session.venue) == "Room B"
    assert session.start_time
    assert timezone.localtime(session.start_time).minute == 15


def test_a_session_is_cancelled_in_a_dialog_that_asks_why(desk: Page, live_server: LiveServer) -> None:
    session = scheduled_session()
    desk.goto(f"{live_server.url}/sessions/{session.pk}/")
    desk.get_by_label("More actions").click()
    desk.get_by_role("link", name="Cancel the session").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel the session").click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("Reason").fill("Storm")
    dialog.get_by_role("button", name="Cancel the session").click()
    expect(desk.locator(".ctx")).to_contain_text("Cancelled")
    session.refresh_from_db()
    assert session.cancellation_reason == "Storm"


def test_filters_of_the_list_stand_in_the_address_and_keep_the_words(desk: Page, live_server: LiveServer) -> None:
    wanted = scheduled_session(venue=VenueFactory(name="Simulator"))
    SessionFactory.create_batch(2)
    desk.goto(f"{live_server.url}/sessions/")
    expect(desk.locator("#sessions tbody tr")).to_have_count(3)
    desk.get_by_role("searchbox", name="Reference").fill("simul")
    expect(desk.locator("#sessions tbody tr")).to_have_count(1)
    expect(desk.locator("#session-counts [aria-current]")).to_contain_text("1 Open")
    expect(desk).to_have_url(re.compile("q=simul"))
    desk.locator("#session-counts a", has_text="To finalize").click()
    expect(desk.locator("#sessions")).to_contain_text(wanted.reference)
    desk.reload()
    expect(desk.get_by_role("searchbox", name="Reference")).to_have_value("simul")


def test_a_session_is_planned_without_javascript(
    browser, live_server: LiveServer, supervisor: User, course: CourseVersion, sign_in: Callable[[User], None], context
) -> None:
    sign_in(supervisor)
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state())
    page = plain.new_page()
    page.goto(f"{live_server.url}/sessions/new/")
    page.locator("select[name=course]").select_option(str(course.course_id))
    page.get_by_role("button", name="Schedule").click()
    expect(page.locator("#session-form .errorlist")).to_have_count(4)
    page.get_by_role("button", name="Save draft").click()
    expect(page).to_have_url(re.compile(r"/sessions/\d+/$"))
    assert Session.objects.get().status == "DRAFT"
    plain.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_planning_pages_are_accessible_and_never_scroll_sideways(
    desk: Page, live_server: LiveServer, width: int, scheme: str
) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    desk.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two words
    now = timezone.now()
    draft = SessionFactory(start_time=now)
    for _number in range(3):
        scheduled_session(start_time=now)
    found: list[str] = []
    for path in (
        "/sessions/",
        "/sessions/week/",
        f"/sessions/new/?venue={draft.venue_id}&day={timezone.localdate()}",
        f"/sessions/{draft.pk}/edit/",
        f"/sessions/{draft.pk}/cancel/",
        f"/sessions/{draft.pk}/delete/",
    ):
        desk.goto(live_server.url + path, wait_until="networkidle")
        found += [
            f"{path}: {violation['id']} {[node['target'] for node in violation['nodes']]}"
            for violation in violations(desk)
        ]
        if desk.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path}: scrolls sideways")
    assert found == []
