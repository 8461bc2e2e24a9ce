"""A day of the HSE supervisor, from the plan to the audit, with the figures of `docs/quality.md` (`-s` shows them)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import product

import pypdfium2
import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import FilePayload, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from attendance.models import SessionAttendee
from learners.models import Learner, LearnerHoursLog, TrainingRecord
from tests.factories import sheets
from tests.factories.compliance import judge
from tests.factories.learners import LearnerFactory, LearnerProgressionFactory, RoleRequirementFactory
from tests.factories.training import (
    CompanyFactory,
    CourseVersionFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    VenueFactory,
    active_class,
)
from tests.integrity import check_integrity
from tests.journeys.figures import Figures
from training.models import CourseVersion, Session, Trainer, TrainingClass, Venue
from training.policies.schedules import Frequency, Interval, Schedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

FIRST_NAMES = ("Amina", "Bogdan", "Chidi", "Elena", "Goran", "Inés")
LAST_NAMES = ("Ahmadi", "Costa", "Dubois", "Fernández", "Haddad", "Kovalenko", "Lindqvist", "Okafor", "Rossi", "Weber")
SEATS = 54
ABSENT, FAILED, WRONGLY_PASSED = (7, 31), 19, 42  # lines of the sheet
SLIPS = (12, 13)
SLOW = 30_000  # milliseconds that the page may take for a file or a whole list


@dataclass(frozen=True)
class Site:
    """Two companies, sixty riggers who need the course and do not have it, and a class that meets today."""

    course: CourseVersion
    trainer: Trainer
    venue: Venue
    workers: Sequence[Learner]
    training_class: TrainingClass


@pytest.fixture
def site() -> Site:
    today = timezone.localdate()
    course = CourseVersionFactory(course__code="WAH-001", title="Working at height", duration_minutes=240)
    role = RoleRequirementFactory(course=course.course, role__title="Rigger").role
    companies = CompanyFactory(name="Nordhavn Shipyard"), CompanyFactory(name="Delta Scaffolding")
    workers = [
        LearnerFactory(first_name=first, last_name=last, badge_id=f"{20_000 + n}", role=role, company=companies[n % 2])
        for n, (first, last) in enumerate(product(FIRST_NAMES, LAST_NAMES), start=1)
    ]
    judge(*workers, on=today)
    mornings = Schedule(Frequency.WEEKLY, {today.isoweekday(): (Interval(time(8), time(12)),)})
    last_day = today + timedelta(days=27)
    training_class = active_class(client=companies[0], schedule=mornings, start_date=today, end_date=last_day)
    for worker in workers[:8]:
        LearnerProgressionFactory(training_class=training_class, learner=worker)
    return Site(
        course=course,
        trainer=TrainerQualificationFactory(
            course=course.course, trainer=TrainerFactory(first_name="John", last_name="Smith")
        ).trainer,
        venue=VenueFactory(name="Training hall", capacity=SEATS),
        workers=workers,
        training_class=training_class,
    )


def test_a_supervisors_day(
    page: Page,
    live_server: LiveServer,
    sign_in: Callable[[User], None],
    supervisor: User,
    auditor: User,
    superuser: User,
    site: Site,
    figures: Figures,
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})

    def arrive(user: User) -> None:
        sign_in(user)
        page.goto(f"{live_server.url}/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Today")

    arrive(supervisor)
    with figures.stage("Plan and schedule a session", clicks=2, fields=5):
        session = _plan(page, site)
    with figures.stage(f"Fill the room: {SEATS} workers", clicks=2):
        page.get_by_role("button", name="Add 50 red").click()
        page.get_by_role("button", name="Add 4 red (fills the room)").click()
        expect(page.locator("#attendees tr")).to_have_count(SEATS, timeout=SLOW)
    answer = page.context.request.get(f"{live_server.url}{reverse('attendance:session_sheet', args=[session.pk])}")
    sheet = answer.body()
    assert session.attendees.count() == SEATS

    with figures.stage(f"Mark {SEATS}: two absent, one failed with a remark", clicks=4, fields=1, keys=1):
        _mark(page)
    _slip(page)
    with figures.stage("Take back three slips, and put them right", clicks=4):
        _take_back(page)
    assert _marks_of(session) == [
        (line, line not in ABSENT, line not in (*ABSENT, FAILED), "Left at ten" if line == FAILED else "")
        for line in range(1, SEATS + 1)
    ]

    with figures.stage("Upload the signed sheet, three pages", clicks=0, fields=1):
        page.set_input_files("#evidence input[type=file]", _scanned(sheet))
        expect(page.locator("#evidence")).to_contain_text("Stored", timeout=SLOW)
        expect(page.locator("#evidence .codes")).to_contain_text(f"This is the sheet of {session.reference}")
    with figures.stage("Finalize: 52 records", clicks=2):
        page.locator("#finalize").get_by_role("button", name="Finalize").click()
        page.get_by_role("dialog").get_by_role("button", name="Generate 52 records").click()
        expect(page.locator("#finalize")).to_contain_text("Finalized by", timeout=SLOW)
    _check_records(session, by=supervisor)

    arrive(auditor)
    with figures.stage("Audit by badge, to the worker’s own line on the signed sheet", clicks=0, fields=1, keys=2):
        worker = session.attendees.get(line=1).learner
        _search(page, worker.badge_id)
        _stands_on_the_sheet(page, worker, 1)
    with figures.stage("Audit by name, to the worker’s own line on the signed sheet", clicks=0, fields=1, keys=3):
        worker = session.attendees.get(line=SEATS).learner
        _search(page, worker.name, is_suggested=True)
        _stands_on_the_sheet(page, worker, SEATS)

    arrive(superuser)
    wronged = session.attendees.get(line=WRONGLY_PASSED).learner
    with figures.stage("Put right a wrong pass (a superuser)", clicks=3, fields=2, keys=2):
        _search(page, wronged.badge_id)
        _correct(page)
    results = wronged.records.order_by("pk").values_list("result", "comments", "supersedes__result")
    assert list(results) == [("PASSED", "", None), ("FAILED", "Left at noon", "PASSED")]

    arrive(supervisor)
    with figures.stage("Record the hours of a class meeting", clicks=4, fields=1):
        _capture(page, site.training_class)
    assert sorted(LearnerHoursLog.objects.values_list("hours_present", flat=True)) == [3.5, *[4] * 7]
    with figures.stage("Edit a class: another day of the week", clicks=2, fields=2):
        day = _change_its_day(page)
    _check_meetings(page, site.training_class, day)
    check_integrity(today=timezone.localdate(), now=timezone.now())


def _plan(page: Page, site: Site) -> Session:
    """On the last day on which it was eight o’clock, so that the session has begun at whatever hour this runs."""
    day = timezone.localdate(timezone.now() - timedelta(hours=8))
    page.get_by_role("link", name="New session").first.click()
    page.get_by_label("Course").select_option(str(site.course.course_id))
    page.locator("input[name=day]").fill(day.isoformat())
    page.locator("input[name=start]").fill("08:00")
    page.locator("select[name=trainer]").select_option(str(site.trainer.pk))
    page.locator("select[name=venue]").select_option(str(site.venue.pk))
    expect(page.locator("input[name=end]")).to_have_value("12:00")  # proposed from the duration of the course
    page.get_by_role("button", name="Schedule").click()
    expect(page.locator(".ctx")).to_contain_text("Scheduled")
    return Session.objects.get()


def _row(page: Page, line: int) -> Locator:
    return page.locator(f"#attendees tr:has(#w{line})")


def _mark(page: Page) -> None:
    page.get_by_role("button", name="All present", exact=True).click()
    expect(page.locator("#totals")).to_contain_text(f"{SEATS} present", timeout=SLOW)
    for line in ABSENT:
        _row(page, line).locator("[data-field=present]").click()
    failed = _row(page, FAILED)
    failed.locator("[data-field=passed]").click()
    failed.locator("[data-field=remarks]").fill("Left at ten")
    page.keyboard.press("Enter")
    expect(page.locator("#totals")).to_contain_text("51 passed")
    expect(failed.get_by_role("img", name="Saved")).to_be_visible()


def _slip(page: Page) -> None:
    """Somebody is marked absent and the next one failed, in the wrong lines; then a press passes who had failed."""
    wrong, next_to_it = (_row(page, line) for line in SLIPS)
    wrong.locator("[data-field=present]").click()
    next_to_it.locator("[data-field=passed]").click()
    expect(page.locator("#totals")).to_contain_text("49 passed")
    page.get_by_role("button", name="All present passed").click()
    expect(page.locator("#totals")).to_contain_text("51 passed", timeout=SLOW)


def _take_back(page: Page) -> None:
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#totals")).to_contain_text("49 passed", timeout=SLOW)
    for line in SLIPS:
        _row(page, line).get_by_role("button", name="Take back the mark").click()
    expect(page.locator("#totals")).to_contain_text("2 not marked")
    page.get_by_role("button", name="All present", exact=True).click()
    expect(page.locator("#totals")).to_contain_text("51 passed", timeout=SLOW)


def _marks_of(session: Session) -> list[tuple[int, bool, bool, str]]:
    marked = SessionAttendee.objects.filter(session=session).exclude(marked_at=None).order_by("line")
    return list(marked.values_list("line", "is_present", "has_passed", "remarks"))


def _scanned(sheet: bytes) -> FilePayload:
    """Return the printed sheet as a scanner sends it: one picture a page."""
    pages = [sheets.picture(sheet, page) for page in range(1, len(pypdfium2.PdfDocument(BytesIO(sheet))) + 1)]
    assert len(pages) == 3
    return {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": sheets.as_pdf(pages)}


def _check_records(session: Session, *, by: User) -> None:
    """Every line has made what it says, and nothing else has made anything."""
    session.refresh_from_db()
    lines = {each.learner_id: each for each in session.attendees.select_related("learner__company")}
    records = TrainingRecord.objects.order_by("pk")
    assert {record.learner_id for record in records} == {
        learner for learner, each in lines.items() if each.line not in ABSENT
    }
    assert len(records) == SEATS - len(ABSENT)
    for record in records:
        line = lines[record.learner_id]
        failed = line.line == FAILED
        assert (record.result, record.comments) == (("FAILED", "Left at ten") if failed else ("PASSED", ""))
        assert (record.session_id, record.course_version_id) == (session.pk, session.course_version_id)
        assert (record.company_name, record.role_title) == (line.learner.company.name, "Rigger")
        assert record.evidence_hash == session.attendance_file_hash
        assert record.created_by == by
    check_integrity(today=timezone.localdate(), now=timezone.now())


def _search(page: Page, text: str, *, is_suggested: bool = False) -> None:
    """A badge opens its worker; a name, which others may have too, is chosen among those below the field."""
    page.keyboard.press("/")
    page.keyboard.type(text)
    if is_suggested:
        expect(page.get_by_role("option")).to_have_count(1)
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def _stands_on_the_sheet(page: Page, worker: Learner, line: int) -> None:
    """The verdict, and the worker's own line, banded and in sight on the picture of its page."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(worker.name)
    expect(page.locator(".verdict b").first).to_have_text("Cleared")
    sheet = page.locator("#sheet")
    expect(sheet).to_contain_text(f"Line {line} of {SEATS}")
    drawn = sheet.locator("img").first.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    assert drawn
    expect(sheet.locator(".band polygon")).to_be_in_viewport()


def _correct(page: Page) -> None:
    page.get_by_role("link", name="Correct the record: Working at height").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Failed").check()
    dialog.get_by_label("Reason").fill("Left at noon")
    dialog.get_by_role("button", name="Correct the record").click()
    expect(page.locator("#toasts")).to_contain_text("is corrected")


def _capture(page: Page, training_class: TrainingClass) -> None:
    """One worker has left half an hour earlier."""
    page.get_by_role("link", name="Classes", exact=True).click()
    page.get_by_role("link", name=str(training_class)).first.click()
    page.locator(f"#capture-{timezone.localdate()}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton").first.fill("3.5")
    dialog.get_by_role("button", name="Record hours").click()
    expect(page.locator("#class-board")).to_contain_text("31.5/32")


def _change_its_day(page: Page) -> date:
    """Move the meetings to the afternoon of the day after; return the first of them."""
    today = timezone.localdate()
    tomorrow = today + timedelta(days=1)
    page.get_by_role("link", name="Edit", exact=True).click()
    page.locator(f"input[name=day_{today.isoweekday()}]").fill("")
    page.locator(f"input[name=day_{tomorrow.isoweekday()}]").fill("13:00-16:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".facts").first).to_contain_text("13:00–16:00")
    return tomorrow


def _check_meetings(page: Page, training_class: TrainingClass, first: date) -> None:
    """What was captured keeps its times; what follows has the new ones."""
    today = timezone.localdate()
    meetings = training_class.sessions.order_by("session_date")
    assert list(meetings.values_list("session_date", "status", "scheduled_hours")) == [
        (today, "captured", Decimal(4)),
        *((first + timedelta(weeks=week), "pending", Decimal(3)) for week in range(4)),
    ]
    board = page.locator("#class-board")
    expect(board.locator("tr").filter(has=page.locator(f"#day-{today}"))).to_contain_text("08:00–12:00")
