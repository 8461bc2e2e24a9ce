"""What is wrong after finalize is put right in the browser, each in under a minute, and nothing is erased."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from attendance.services.evidence import upload_evidence
from attendance.services.finalize import finalize_session
from learners.models import Learner
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory, RoleFactory, RoleRequirementFactory
from tests.factories.training import CompanyFactory, CourseVersionFactory, scheduled_session
from tests.journeys.accessibility import violations
from training.models import CourseVersion, Session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

RIGHT: FilePayload = {"name": "right.jpg", "mimeType": "image/jpeg", "buffer": files.jpeg(text="The right one")}
WEB_PAGE: FilePayload = {"name": "sheet.pdf", "mimeType": "application/pdf", "buffer": files.web_page()}


@pytest.fixture
def version() -> CourseVersion:
    version: CourseVersion = CourseVersionFactory(title="Working at height", validity_months=24)
    return version


@pytest.fixture
def worker(version: CourseVersion) -> Learner:
    """Somebody whose role asks for the course."""
    worker: Learner = LearnerFactory(first_name="Oksana", last_name="Kovalenko", badge_id="10231", role=RoleFactory())
    RoleRequirementFactory(role=worker.role, course=version.course)
    return worker


@pytest.fixture
def session(version: CourseVersion, worker: Learner, superuser: User) -> Session:
    """A finalized session of this morning in which the worker passed."""
    start = timezone.now() - timedelta(hours=5)
    session = scheduled_session(
        course=version.course, course_version=version, start_time=start, end_time=start + timedelta(hours=4)
    )
    SessionAttendeeFactory(session=session, learner=worker, present=True)
    sent = [files.upload(files.pdf(), "wrong.pdf")]
    upload_evidence(session_id=session.pk, files=sent, by=superuser, now=timezone.now())
    finalize_session(session_id=session.pk, by=superuser, now=timezone.now())
    return session


@pytest.fixture
def office(page: Page, superuser: User, sign_in: Callable[[User], None]) -> Page:
    sign_in(superuser)
    return page


@contextmanager
def under_a_minute() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 60


def check_accessible(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert [each["id"] for each in violations(page)] == []


def test_f9_a_wrongly_passed_worker(office: Page, live_server: LiveServer, session: Session, worker: Learner) -> None:
    with under_a_minute():
        office.goto(f"{live_server.url}/sessions/{session.pk}/")
        office.get_by_role("link", name="Correct the record of Oksana Kovalenko").click()
        dialog = office.get_by_role("dialog")
        expect(dialog).to_contain_text("Record now")
        dialog.get_by_role("button", name="Correct the record").click()
        expect(dialog).to_contain_text("Choose the correct result.")
        dialog.get_by_label("Failed").check()
        dialog.get_by_label("Reason").fill("Left at noon")
        dialog.get_by_role("button", name="Correct the record").click()
        expect(office.locator("#toasts")).to_contain_text("The record of Oksana Kovalenko is corrected")
    expect(office.locator("tbody#attendees")).to_contain_text("Failed")
    expect(office.locator(".corrections")).to_contain_text("Left at noon")
    office.get_by_role("link", name="Oksana Kovalenko").first.click()
    expect(office.locator(".verdict")).to_contain_text("Not cleared")
    expect(office.locator("tr.revoked")).to_contain_text("Left at noon")
    expect(office.locator("section[aria-labelledby=records-heading] tbody tr")).to_have_count(2)
    assert [record.result for record in worker.records.order_by("pk")] == ["PASSED", "FAILED"]


def test_f9_somebody_who_was_not_listed(
    office: Page, live_server: LiveServer, session: Session, worker: Learner
) -> None:
    outsider = LearnerFactory(first_name="José", last_name="Núñez", badge_id="N-77", role=worker.role)
    office.goto(f"{live_server.url}/sessions/{session.pk}/")
    office.get_by_label("More actions").click()
    office.get_by_role("link", name="Correct a record").click()
    expect(office.get_by_label("Name or badge")).to_be_focused()  # the dialog is open
    office.keyboard.type("nunez jo")
    office.get_by_role("link", name="Choose José Núñez").click()
    check_accessible(office)
    dialog = office.get_by_role("dialog")
    dialog.get_by_label("Passed").check()
    dialog.get_by_label("Reason").fill("Signed on the back of the sheet")
    dialog.get_by_role("button", name="Correct the record").click()
    expect(office.locator(".corrections")).to_contain_text("José Núñez")
    assert outsider.records.get().session == session


def test_e6_a_wrong_scan(office: Page, live_server: LiveServer, session: Session, worker: Learner) -> None:
    with under_a_minute():
        office.goto(f"{live_server.url}/sessions/{session.pk}/")
        office.get_by_role("link", name="Add a correcting sheet").click()
        dialog = office.get_by_role("dialog")
        dialog.get_by_label("Reason").fill("The sheet of another session was scanned")
        dialog.locator("input[type=file]").set_input_files(WEB_PAGE)
        dialog.get_by_role("button", name="Store").click()
        expect(dialog.get_by_role("alert").first).to_contain_text("looks like .html")
        expect(dialog.get_by_label("Reason")).to_have_value("The sheet of another session was scanned")
        dialog.locator("input[type=file]").set_input_files(RIGHT)
        dialog.get_by_role("button", name="Store").click()
        expect(office.locator("#toasts")).to_contain_text("The correcting sheet is stored.")
    card = office.locator("#evidence")
    expect(card.locator(".file").nth(0)).to_contain_text("right.jpg")
    expect(card.locator(".file").nth(1)).to_contain_text("wrong.pdf")
    expect(card).to_contain_text("The sheet of another session was scanned")
    check_accessible(office)
    office.goto(f"{live_server.url}/workers/{worker.pk}/")
    pictures = office.locator("#sheet img")
    expect(pictures).to_have_count(2)
    first = pictures.first.evaluate("image => image.decode().then(() => image.naturalHeight)")
    assert first > 0
    with office.expect_download() as download:
        office.locator("#sheet").get_by_role("link", name="Download").first.click()
    assert download.value.path().read_bytes() == RIGHT["buffer"]


def test_r1_r2_an_external_certificate_is_recorded_and_revoked(
    office: Page, live_server: LiveServer, worker: Learner, version: CourseVersion
) -> None:
    CompanyFactory(name="Rescue Academy")
    office.goto(f"{live_server.url}/workers/{worker.pk}/")
    office.get_by_role("link", name="External training").click()
    office.get_by_label("Course", exact=True).select_option(str(version.course_id))
    office.get_by_label("Provider").select_option(label="Rescue Academy")
    office.get_by_label("Completed on").fill("2026-02-01")
    expect(office.get_by_label("Valid until")).to_have_value("2028-02-01")
    check_accessible(office)
    office.locator("input[type=file]").set_input_files(RIGHT)
    office.get_by_label("Provider").select_option("")
    office.get_by_role("button", name="Record").click()
    expect(office.get_by_text("This field is required.")).to_be_visible()
    office.get_by_label("Provider").select_option(label="Rescue Academy")  # the file is still chosen
    office.get_by_role("button", name="Record").click()
    office.wait_for_url("**/workers/*/?record=*")  # the certificate is checked, stored and read back first
    expect(office.locator("#toasts")).to_contain_text("Working at height is recorded.")
    expect(office.locator("#sheet")).to_contain_text("Rescue Academy")
    expect(office.locator(".verdict")).to_contain_text("Cleared")

    with under_a_minute():
        office.get_by_role("link", name="Correct the record: Working at height").click()
        office.get_by_label("Reason").fill("The certificate is forged")
        office.get_by_role("button", name="Revoke").click()
        expect(office.locator("tr.revoked")).to_contain_text("The certificate is forged")
    expect(office.locator(".verdict")).to_contain_text("Not cleared")


def test_r1_f9_without_javascript(
    browser: Browser, live_server: LiveServer, page: Page, office: Page, session: Session, worker: Learner
) -> None:
    """The same pages, by plain forms."""
    CompanyFactory(name="Rescue Academy")
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{live_server.url}/sessions/{session.pk}/")
    plain.get_by_role("link", name="Correct the record of Oksana Kovalenko").click()
    plain.get_by_label("Failed").check()
    plain.get_by_label("Reason").fill("Left at noon")
    plain.get_by_role("button", name="Correct the record").click()
    expect(plain.locator(".corrections")).to_contain_text("Left at noon")

    plain.get_by_role("link", name="Oksana Kovalenko").first.click()
    plain.get_by_role("link", name="External training").click()
    plain.get_by_label("Course", exact=True).select_option(index=1)
    plain.get_by_label("Provider").select_option(label="Rescue Academy")
    plain.get_by_label("Completed on").fill("2026-02-01")
    plain.locator("input[type=file]").set_input_files(RIGHT)
    plain.get_by_role("button", name="Record").click()
    expect(plain.get_by_text("Enter the last day on the certificate")).to_be_visible()
    plain.get_by_label("It does not expire").check()
    plain.locator("input[type=file]").set_input_files(RIGHT)
    plain.get_by_role("button", name="Record").click()
    expect(plain.locator(".verdict")).to_contain_text("Cleared")
    context.close()
    assert worker.records.filter(result="PASSED", session=None, expiry_date=None).exists()
