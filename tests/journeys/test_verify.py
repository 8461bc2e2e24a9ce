"""The verification queue in a real browser: by keyboard alone, several at once, and a wrong sign-off put right."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from attendance.services.evidence import upload_evidence
from attendance.services.finalize import finalize_session
from learners.models import CompetencyRecord, Learner, TrainingRecord
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import AssessmentMethodFactory, LearnerFactory
from tests.factories.training import CourseVersionFactory, scheduled_session
from tests.journeys.accessibility import violations

SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
NAMES = ("Anna", "Bert", "Cleo", "Dora")
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]


@pytest.fixture
def waiting(supervisor: User) -> list[CompetencyRecord]:
    """Four workers of one finalized session who wait for their practical sign-off, in this order."""
    version = CourseVersionFactory(title="Forklift licence", requires_verification=True)
    start = timezone.now() - timedelta(days=10)
    session = scheduled_session(
        course_version=version, course=version.course, start_time=start, end_time=start + timedelta(hours=4)
    )
    for name in NAMES:
        SessionAttendeeFactory(session=session, present=True, learner=LearnerFactory(first_name=name))
    upload_evidence(session_id=session.pk, files=[files.upload(files.pdf())], by=supervisor, now=timezone.now())
    finalize_session(session_id=session.pk, by=supervisor, now=timezone.now())
    AssessmentMethodFactory(name="Simulation")
    return list(CompetencyRecord.objects.order_by("pk"))


@pytest.fixture
def queue(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], waiting: object
) -> Page:
    sign_in(supervisor)
    page.goto(f"{live_server.url}/verify/")
    return page


def opened(page: Page, name: str) -> None:
    """Wait until the worker of that name is open, and the keyboard stands on the row."""
    expect(page.locator("#sign-off-heading")).to_contain_text(name)
    expect(page.locator("[data-queue] [aria-current]")).to_contain_text(name)


def test_v1_the_queue_is_signed_off_by_keyboard_alone(queue: Page) -> None:
    queue.locator("#verify-one").get_by_label("Method").select_option(label="Simulation")
    queue.keyboard.press("Control+Enter")
    opened(queue, "Bert")
    expect(queue.locator("#nav-verify")).to_have_text("3")
    expect(queue.locator("#toasts")).to_contain_text("is signed off as competent")
    expect(queue.locator("[data-queue] [aria-current]")).to_be_focused()

    queue.keyboard.press("j")
    queue.keyboard.press("ArrowDown")
    opened(queue, "Dora")
    queue.keyboard.press("k")
    opened(queue, "Cleo")
    assert queue.locator(".document img").first.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")

    queue.keyboard.down("Control")
    queue.keyboard.down("Enter")
    opened(queue, "Dora")
    queue.keyboard.down("Enter")  # held: the next one was not looked at yet
    queue.keyboard.up("Enter")
    queue.keyboard.up("Control")
    opened(queue, "Dora")
    assert sorted(TrainingRecord.objects.values_list("learner__first_name", flat=True)) == ["Anna", "Cleo"]
    queue.keyboard.press("Control+Enter")
    opened(queue, "Bert")
    queue.keyboard.press("Control+Enter")
    expect(queue.locator("#verify")).to_contain_text("No practical sign-off is waiting.")
    expect(queue.locator("#nav-verify")).to_be_hidden()


def test_v1_ticks_stay_while_choosing_and_are_signed_off_together(queue: Page) -> None:
    queue.keyboard.press("j")
    opened(queue, "Bert")
    queue.keyboard.press("Space")
    queue.keyboard.press("j")
    opened(queue, "Cleo")
    queue.keyboard.press("Space")
    together = queue.locator("#verify-many")
    together.get_by_role("button", name="Sign off 2 ticked as competent").click()
    expect(together).to_contain_text("This field is required.")
    expect(together.get_by_label("Method")).to_be_focused()
    together.get_by_label("Method").select_option(label="Simulation")
    together.get_by_role("button", name="Sign off 2 ticked as competent").click()
    expect(queue.locator("#toasts")).to_contain_text("2 workers are signed off as competent.")
    expect(queue.locator("[data-queue] li")).to_have_count(2)
    expect(together).to_be_hidden()


def test_v1_ticked_workers_are_not_competent_together_once_it_is_said_why(queue: Page) -> None:
    queue.locator("[data-select-all]").check()
    together = queue.locator("#verify-many")
    together.get_by_role("button", name="4 ticked are not competent").click()
    expect(together.get_by_label("Remarks")).to_be_focused()
    together.get_by_label("Remarks").fill("Forks too high")
    together.get_by_role("button", name="4 ticked are not competent").click()
    expect(queue.locator("#verify")).to_contain_text("No practical sign-off is waiting.")
    assert set(CompetencyRecord.objects.values_list("status", "remarks")) == {("NOT_COMPETENT", "Forks too high")}


def test_a_wrong_file_is_refused_beside_it_and_a_chosen_one_stays_chosen(queue: Page) -> None:
    queue.get_by_text("Use another file as proof").click()
    queue.locator("#verify-one input[type=file]").set_input_files(
        {"name": "form.pdf", "mimeType": "application/pdf", "buffer": files.pdf(text="Assessment form")}
    )
    queue.get_by_role("button", name="Competent", exact=True).click()
    expect(queue.locator("#verify-fields")).to_contain_text("This field is required.")
    queue.locator("#verify-one").get_by_label("Method").select_option(label="Simulation")
    queue.get_by_role("button", name="Competent", exact=True).click()
    opened(queue, "Bert")
    record = TrainingRecord.objects.get()
    assert record.evidence_uploads.get().original_name == "form.pdf"


def test_v2_a_superuser_puts_a_wrong_sign_off_right_in_under_a_minute(
    queue: Page, live_server: LiveServer, superuser: User, sign_in: Callable[[User], None]
) -> None:
    queue.locator("#verify-one").get_by_label("Method").select_option(label="Simulation")
    queue.keyboard.press("Control+Enter")
    opened(queue, "Bert")
    anna = Learner.objects.get(first_name="Anna")
    sign_in(superuser)

    begun = time.monotonic()
    queue.goto(f"{live_server.url}/workers/{anna.pk}/")
    lines = queue.locator("#sign-offs")
    lines.get_by_role("link", name="Revoke").click()
    queue.get_by_label("Reason").fill("The form names another worker")
    queue.keyboard.press("Control+Enter")
    expect(lines).to_contain_text("The form names another worker")
    expect(queue.locator(".verdict, #verdict").first).to_be_visible()
    lines.get_by_role("button", name="Further attempt").click()
    lines.get_by_role("link", name="Sign off").click()
    opened(queue, "Anna")
    expect(queue.locator(".earlier")).to_contain_text("The form names another worker")
    queue.locator("#verify-one").get_by_label("Remarks").fill("Forks too high")
    queue.get_by_role("button", name="Not competent").click()
    opened(queue, "Bert")
    assert time.monotonic() - begun < 60

    assert TrainingRecord.objects.filter(learner=anna).count() == 1
    states = CompetencyRecord.objects.filter(learner=anna).order_by("attempt").values_list("status", "revoked_at")
    assert [(status, revoked_at is not None) for status, revoked_at in states] == [
        ("COMPETENT", True),
        ("NOT_COMPETENT", False),
    ]


def test_without_javascript_one_and_several_are_signed_off(
    browser: Browser, queue: Page, live_server: LiveServer
) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=queue.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{live_server.url}/verify/")
    plain.locator("[data-queue]").get_by_role("link", name="Bert").click()
    plain.locator("#verify-one").get_by_label("Method").select_option(label="Simulation")
    plain.get_by_role("button", name="Competent", exact=True).click()
    opened(plain, "Cleo")
    expect(plain.locator("#toasts")).to_contain_text("is signed off as competent")
    for box in plain.locator("[data-select]").all():
        box.check()
    plain.locator("#verify-many").get_by_role("button", name="ticked as competent").click()
    expect(plain.locator("#verify")).to_contain_text("No practical sign-off is waiting.")
    assert TrainingRecord.objects.count() == len(NAMES)
    context.close()


def test_pages_have_no_serious_barrier_and_no_sideways_scroll(
    queue: Page,
    live_server: LiveServer,
    superuser: User,
    sign_in: Callable[[User], None],
    waiting: list[CompetencyRecord],
) -> None:
    sign_in(superuser)
    found = []
    for path in ("verify/", "verify/history/", "library/methods/", f"sign-offs/{waiting[0].pk}/revoke/"):
        queue.goto(f"{live_server.url}/{path}")
        for width in (1440, 820):
            queue.set_viewport_size({"width": width, "height": 900})
            for scheme in SCHEMES:
                queue.emulate_media(color_scheme=scheme)
                found += [
                    f"/{path} {width} {scheme}: {violation['id']} {violation['nodes'][0]['html']}"
                    for violation in violations(queue)
                ]
            if queue.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"/{path} {width}: scrolls sideways")
    assert found == []
