"""Filing certificates in a real browser (I12): forty cards in five minutes, by key and finger, and nothing is lost."""

import re
from collections.abc import Callable
from string import ascii_lowercase
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from attendance.models import FilingProof, FilingRow
from learners.models import Learner, TrainingRecord
from tests.factories import files
from tests.factories.learners import LearnerFactory
from tests.factories.training import CompanyFactory, CourseFactory, CourseVersionFactory
from tests.journeys.accessibility import violations
from tests.journeys.figures import Figures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

CARDS = 40
FIVE_MINUTES = 300


@pytest.fixture
def crew() -> list[Learner]:
    CourseVersionFactory(course=CourseFactory(code="HSE-001"), title="Fire Safety", validity_months=24)
    CourseVersionFactory(course=CourseFactory(code="HSE-002"), title="Working at Height", validity_months=36)
    CompanyFactory(name="Falkenberg Training")
    company = CompanyFactory()
    return [
        LearnerFactory(
            badge_id=f"{10000 + number}",
            first_name=f"Jan{ascii_lowercase[number // 26]}{ascii_lowercase[number % 26]}",
            last_name="Weiss",
            company=company,
        )
        for number in range(CARDS)
    ]


def rows(crew: list[Learner]) -> str:
    """Return rows as a spreadsheet puts them on the clipboard."""
    lines = ["Badge\tName\tCourse\tCompleted on\tValid until\tProvider"]
    lines += [
        f"{each.badge_id}\t{each.name}\t{'Fire Safety' if number % 2 else 'HSE-002'}\t{number % 28 + 1:02d}.05.2025\t"
        f"{number % 28 + 1:02d}.05.2027\tFalkenberg Training"
        for number, each in enumerate(crew)
    ]
    return "\r\n".join(lines)


def proof(name: str) -> Any:
    return {"name": name, "mimeType": "application/pdf", "buffer": files.pdf()}


def paste(page: Page, text: str) -> None:
    """Paste a text, as Ctrl+V does: into the field and with its event."""
    field = page.get_by_label("Rows from a spreadsheet")
    field.click()
    field.evaluate(
        """(field, text) => {
          const taken = new DataTransfer();
          taken.setData('text/plain', text);
          const event = new ClipboardEvent('paste', {clipboardData: taken, bubbles: true, cancelable: true});
          if (field.dispatchEvent(event)) document.execCommand('insertText', false, text);
        }""",
        text,
    )


def test_i12_forty_cards_in_five_minutes(
    page: Page,
    live_server: LiveServer,
    supervisor: User,
    sign_in: Callable[[User], None],
    figures: Figures,
    crew: list[Learner],
) -> None:
    sign_in(supervisor)
    page.goto(f"{live_server.url}/records/")
    names = [f"{each.badge_id} {'HSE-001' if number % 2 else 'HSE-002'}.pdf" for number, each in enumerate(crew)]
    names[7] = "scan0007.pdf"  # nobody can tell whose it is
    with figures.stage(f"File {CARDS} certificates", clicks=9, fields=4, keys=4, seconds=FIVE_MINUTES):
        page.get_by_role("link", name="File certificates").click()
        paste(page, rows(crew))
        expect(page.get_by_text(f"0 of {CARDS} ready")).to_be_visible()
        page.locator("input[type=file]").set_input_files([proof(name) for name in names])
        page.get_by_role("button", name="Send the files").click()  # they are under way, and are not sent twice
        expect(page.get_by_text(f"{CARDS} of {CARDS} files sent")).to_be_visible(timeout=240_000)
        expect(page.get_by_text(f"{CARDS - 1} of {CARDS} ready")).to_be_visible()
        page.get_by_role("row").filter(has_text="10007").get_by_role("link", name="Edit").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Certificate").select_option(label="scan0007.pdf")
        dialog.get_by_role("button", name="Save the row").click()
        page.get_by_role("button", name=f"File {CARDS} records").click()
        expect(page.get_by_text(f"{CARDS} records filed.")).to_be_visible(timeout=60_000)
    assert TrainingRecord.objects.filter(provider__name="Falkenberg Training").count() == CARDS
    assert TrainingRecord.objects.values("learner").distinct().count() == CARDS
    expect(page.get_by_role("link", name=re.compile(r"^Record \d+$"))).to_have_count(CARDS)


def test_i12_what_is_wrong_stays_by_its_row_and_a_reload_loses_nothing(
    page: Page, live_server: LiveServer, supervisor: User, sign_in: Callable[[User], None], crew: list[Learner]
) -> None:
    sign_in(supervisor)
    page.goto(f"{live_server.url}/records/filing/")
    paste(page, "Badge\tCourse\tCompleted on\n10000\tFire Safety\tsoon\n10001\tFire safty\t14.05.2025")
    expect(page.get_by_text("This is no date. “soon”")).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        [{"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"Hello"}, proof("10000.pdf")]
    )
    expect(page.get_by_text("is not a PDF, JPEG or PNG file")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("2 of 2 files sent")).to_be_visible(timeout=60_000)
    page.reload()
    expect(page.get_by_text("This is no date. “soon”")).to_be_visible()
    expect(page.get_by_text("“Fire safty” is no course of this site")).to_be_visible()
    expect(page.get_by_text("is not a PDF, JPEG or PNG file")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="10000.pdf")).to_be_visible()

    # By keyboard alone.
    edit = page.get_by_role("row").filter(has_text="10000.pdf").get_by_role("link", name="Edit")
    edit.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Completed on").fill("2025-05-14")
    dialog.get_by_label("Provider").select_option(label="Falkenberg Training")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 2 ready")).to_be_visible()
    page.get_by_role("button", name="File 1 record").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 record filed.")).to_be_visible(timeout=30_000)
    assert FilingRow.objects.filter(record=None).count() == 1
    assert FilingProof.objects.exclude(problem="").count() == 1

    for width in (1440, 820, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert [each["id"] for each in violations(page)] == [], width
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), width


def test_i12_a_finger_files_a_card(
    browser: Browser, live_server: LiveServer, supervisor: User, sign_in: Any, context: Any, crew: list[Learner]
) -> None:
    sign_in(supervisor)
    cookies = context.cookies()
    phone = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    phone.add_cookies(cookies)
    page = phone.new_page()
    page.goto(f"{live_server.url}/records/filing/")
    page.get_by_label("Rows from a spreadsheet").fill("10000\tFire Safety\t14.05.2025\t13.05.2027\tFalkenberg Training")
    page.get_by_role("button", name="Read the rows").tap()
    page.locator("input[type=file]").set_input_files([proof("10000.pdf")])
    expect(page.get_by_text("1 of 1 ready")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="File", exact=True).tap()
    expect(page.get_by_text("1 record filed.")).to_be_visible(timeout=30_000)
    assert TrainingRecord.objects.count() == 1
    phone.close()
