"""At any width the steps of an import, filing and taking over fit, whatever stands in the file (I3 to I8, I11, I12).

`test_widths` walks all addresses; here each is walked in the states that a file brings it to.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from attendance.models import RegisterComparison, RegisterSample
from attendance.services.imports.agreeing import answer_questions
from attendance.services.imports.checking import check_import
from attendance.services.imports.doing import do_import
from attendance.services.imports.staging import stage_import
from attendance.services.imports.undoing import preview_undo, undo_import
from tests.attendance.views.test_imports import work
from tests.factories import files
from tests.factories.imports import HEAD, agreed, checked, checked_as, read, workbook
from tests.factories.learners import (
    AreaFactory,
    LearnerFactory,
    RegisterImportFactory,
    RoleFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CompanyFactory, CourseVersionFactory
from tests.journeys.photograph.camera import MEASURE
from tests.journeys.test_widths import LONG_WORD, TOUCHED
from training.models import Import

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

FIRM = f"{LONG_WORD} Instandhaltung und Söhne GmbH & Co. KG"
ROLE = f"Deputy {LONG_WORD} for lifting and rigging"
NAME = ("Maximiliano-Konstantin", LONG_WORD)
START, DONE = date(2026, 3, 2), date(2025, 5, 14)


@pytest.fixture(params=[True, False], ids=["phone", "desk"])
def is_touched(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(browser: Browser, is_touched: bool) -> Iterator[Page]:
    context = browser.new_context(has_touch=is_touched, viewport={"width": TOUCHED[is_touched][0], "height": 844})
    yield context.new_page()
    context.close()


@pytest.fixture
def context(page: Page):
    return page.context


@pytest.fixture(autouse=True)
def site() -> None:
    company, role = CompanyFactory(name=FIRM), RoleFactory(title=ROLE, code="RIG")
    people = {"last_name": NAME[1], "company": company, "role": role, "start_date": START}
    learners = [
        LearnerFactory(badge_id=f"1000{number}", first_name=f"{NAME[0]} {numeral}".strip(), **people)
        for number, numeral in enumerate(("", "II", "III", "IV", "V"), start=1)
    ]
    for around in ("North", "South"):
        AreaFactory(name=f"Storage of {LONG_WORD}", parent=AreaFactory(name=f"{around} of {LONG_WORD}"))
    version = CourseVersionFactory(
        course__code="HSE-001", title=f"Rescue from heights for {LONG_WORD} and deputies", validity_months=24
    )
    TrainingRecordFactory(
        learner=learners[0],
        course=version.course,
        course_version=version,
        completion_date=DONE,
        expiry_date=date(2027, 5, 14),
        register_import=RegisterImportFactory(),
    )


def row(badge: str, *, firm: str = FIRM, start: Any = START, area: str = "") -> tuple[Any, ...]:
    return (badge, *NAME, firm, ROLE, start, area)


def steps_of_an_import(by: User) -> Iterator[tuple[str, str]]:
    """Yield the address of an import at each of its steps, with what it is called."""
    head = (*HEAD, "Areas")
    unknown = f"{LONG_WORD} Söhne KG & Partner {LONG_WORD}"
    file = workbook(head, row("10001"), row("10009", firm=unknown, area=f"Storage of {LONG_WORD}"))
    one = read(file, by=by)
    yield "columns", address(one)
    one = agreed(one, "workers", by=by)
    stage_import(import_id=one.pk, by=by, now=timezone.now())
    yield "questions", address(one)

    rows = [row("10001", start=date(2026, 3, 9)), row("10009"), row("10006", start=f"soon, says {LONG_WORD}")]
    one = agreed(read(workbook(HEAD, *(each[:6] for each in rows)), by=by), "workers", by=by)
    said = {"choices": {"holds": "site"}}
    one = answer_questions(import_id=one.pk, answers=said, seen=one.changed_at, by=by, now=timezone.now())
    stage_import(import_id=one.pk, by=by, now=timezone.now())
    one = check_import(import_id=one.pk, by=by, now=timezone.now())
    for shown in ("", "?show=leaving", "?show=changed", "?show=new", "?show=refused", "?show=asked"):
        yield f"check {shown}", address(one) + shown

    one = checked(workbook(HEAD, row("10001", start=date(2026, 3, 9))[:6]), "workers", by=by)
    one = do_import(import_id=one.pk, fingerprint=one.fingerprint, by=by, now=timezone.now())
    yield "done", address(one)
    seen = preview_undo(import_id=one.pk, by=by, now=timezone.now()).fingerprint
    yield "undo", f"{address(one)}?step=undo"
    reason = f"Wrong file of {LONG_WORD}"
    undo_import(import_id=one.pk, reason=reason, fingerprint=seen, by=by, now=timezone.now())
    yield "undone", address(one)


def address(one: Import) -> str:
    return reverse("attendance:import", args=[one.pk])


def filing_and_taking_over(client: Client, by: User) -> Iterator[tuple[str, str]]:
    """Yield the pages of filing and taking over with something in them."""
    where = reverse("attendance:filing")
    text = f"10001\t{' '.join(NAME)}\tHSE-001\t14.05.2025\t13.05.2027\n\t{' '.join(NAME)}\tUnknown {LONG_WORD}\tsoon"
    client.post(reverse("attendance:filing_paste"), {"text": text})
    yield "pasted", where
    name = f"10001 {LONG_WORD} {LONG_WORD}.pdf"
    sent = [files.upload(files.pdf(), name), files.upload(files.pdf(), "10001.pdf")]
    client.post(reverse("attendance:filing_drop"), {"file": sent})
    yield "dropped", where

    file = workbook(("Badge", "HSE-001"), ("10001", date(2025, 5, 15)), name="Training matrix")
    one = checked_as(file, "records", by=by, answer="completed_on")
    client.post(reverse("attendance:import_compare", args=[one.pk]), {"holds_everybody": "on"})
    work()
    compared = reverse("attendance:comparison", args=[RegisterComparison.objects.get().pk])
    for what in ("", "?what=different", "?what=only+here", "?what=only+there"):
        yield f"compared {what}", compared + what
    sample = reverse("attendance:taking_over_sample")
    client.post(sample, {"size": "80"})
    yield "sample", sample
    (sampled,) = RegisterSample.objects.get().records.all()
    said = {"found": "wrong", "note": f"The card says {LONG_WORD}"}
    client.post(reverse("attendance:taking_over_check", args=[sampled.pk]), said)
    yield "looked at", sample
    yield "taking over", reverse("attendance:taking_over")


@pytest.mark.parametrize("walk", ["import", "filing"])
def test_what_a_file_brings_fits_any_width(
    page: Page,
    live_server: LiveServer,
    superuser: User,
    as_superuser: Client,
    sign_in: Callable[[User], None],
    is_touched: bool,
    walk: str,
) -> None:
    sign_in(superuser)
    found = []
    pages = steps_of_an_import(superuser) if walk == "import" else filing_and_taking_over(as_superuser, superuser)
    for name, path in pages:
        answer = page.goto(live_server.url + path)
        assert answer is not None
        assert answer.ok, f"{name} answered {answer.status}"
        for width in TOUCHED[is_touched]:
            page.set_viewport_size({"width": width, "height": 844})
            faults = page.evaluate(MEASURE, is_touched)
            found += [f"{name} at {width}: {fault['kind']} {fault['what']}" for fault in faults]
    assert "\n".join(found) == ""
