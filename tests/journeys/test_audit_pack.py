"""An auditor at the desk: from Today to a worker's pack and certificate, in a real browser."""

import hashlib
import time
import zipfile
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from attendance.services.evidence import upload_evidence
from attendance.services.finalize import finalize_session
from learners.models import Learner
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory
from tests.factories.training import scheduled_session
from tests.jobs import run_waiting
from tests.journeys.accessibility import violations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]


@pytest.fixture
def worker(supervisor: User) -> Learner:
    """A worker who passed a session, with its signed sheet in the store."""
    session = scheduled_session()
    learner: Learner = SessionAttendeeFactory(
        session=session, present=True, learner=LearnerFactory(badge_id="11156")
    ).learner
    sheet = SimpleUploadedFile("sheet.pdf", files.pdf())
    upload_evidence(session_id=session.pk, files=[sheet], by=supervisor, now=timezone.now())
    finalize_session(session_id=session.pk, by=supervisor, now=timezone.now())
    return learner


def test_from_today_to_a_pack_and_a_certificate(
    page: Page, live_server: LiveServer, auditor: User, sign_in: Callable[[User], None], worker: Learner
) -> None:
    sign_in(auditor)
    page.goto(live_server.url)
    begun = time.monotonic()
    page.keyboard.press("/")
    page.keyboard.type("11156")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Audit pack").click()
    expect(page.get_by_text("It starts as soon as another file is finished.")).to_be_visible()
    assert violations(page) == []
    run_waiting()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()  # which comes by itself
    expect(page.get_by_text("is ready.")).to_be_visible()
    assert violations(page) == []
    assert time.monotonic() - begun < 20
    assert download.value.suggested_filename == f"audit-pack-11156-{timezone.localdate():%Y-%m-%d}.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        sums = next(archive.read(name) for name in archive.namelist() if name.endswith("SHA256SUMS"))
        assert hashlib.sha256(files.pdf()).hexdigest() in sums.decode()

    page.goto(f"{live_server.url}/workers/{worker.pk}/")
    link = page.get_by_role("link", name="Certificate to print")
    certificate = page.request.get(f"{live_server.url}{link.get_attribute('href')}")
    assert certificate.body().startswith(b"%PDF")

    record = worker.records.get()
    page.goto(f"{live_server.url}/records/{record.pk}/")
    expect(page.locator("#sheet")).to_contain_text("Line 1 of 1")
