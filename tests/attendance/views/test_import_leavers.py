"""I9 on the page: who leaves is shown by name before it is done, and many leave only with a superuser's tick."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html as markup

from learners.models import Learner
from tests.attendance.views.test_imports import STEP, as_it_stands, work
from tests.factories.imports import HEAD, workbook
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory
from tests.html import text_of, texts
from training.models import Company, Import, ImportAlias

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

START = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def site() -> None:
    role = RoleFactory(title="Rigger", code="RIG")
    company = CompanyFactory(name="Nordwind")
    for badge in ("00417", "00418", "00419", "00420"):
        LearnerFactory(
            badge_id=badge, first_name=f"F{badge}", last_name=f"L{badge}", company=company, role=role, start_date=START
        )
    LearnerFactory(badge_id="00900", company=CompanyFactory(name="Baltic Steel"))


def row(badge: str, company: str = "Nordwind") -> tuple[Any, ...]:
    return (badge, f"F{badge}", f"L{badge}", company, "Rigger", START)


def to_questions(client: Client, *badges: str) -> str:
    """Send a list, agree to its columns, and return the address of the import."""
    client.post(reverse("attendance:import_start"), {"file": workbook(HEAD, *map(row, badges)), "sender": "HR"})
    one = Import.objects.latest("pk")
    work()
    where = reverse("attendance:import", args=[one.pk])
    client.post(reverse("attendance:import_agree", args=[one.pk]), as_it_stands(client.get(where)))
    work()
    return where


def to_check(client: Client, where: str, **said: Any) -> Any:
    """Answer the questions, and return the page of the check."""
    page = client.get(f"{where}?step=questions")
    client.post(where + "answer/", {**as_it_stands(page), **said})
    work()
    return client.get(where)


def test_i9_a_superuser_ticks_the_number_of_those_who_leave(as_superuser: Client) -> None:
    nordwind = Company.objects.get(name="Nordwind")
    where = to_questions(as_superuser, "00417")
    page = to_check(as_superuser, where, **{"once-holds": "companies", "once-companies": [str(nordwind.pk)]})

    assert texts(page, "//section[@aria-labelledby='leaving-heading']//tbody/tr/*") == ["Nordwind", "3", "4", "75.0 %"]
    assert "3 leaving" in texts(page, "//nav[@class='sev'][contains(@aria-label, 'Rows')]/a")
    assert texts(page, "//section[@aria-label='Rows']//tbody//th") == [
        f"{badge} F{badge} L{badge}, Nordwind" for badge in ("00418", "00419", "00420")
    ]
    do = as_it_stands(page)
    assert "accept_leavers" not in do, "nobody has ticked it yet"

    refused = as_superuser.post(where + "do/", do)
    assert refused.status_code == 409
    assert "3 workers would leave" in text_of(refused, "//form[@id='do']")
    assert not Learner.objects.exclude(end_date=None).exists()

    (tick,) = markup.document_fromstring(page.content.decode()).xpath("//input[@name='accept_leavers']")
    assert as_superuser.post(where + "do/", {**do, "accept_leavers": tick.get("value")})["Location"] == where
    work()
    gone = Learner.objects.exclude(end_date=None)
    assert set(gone.values_list("badge_id", flat=True)) == {"00418", "00419", "00420"}
    page = as_superuser.get(where)
    assert "1 the same" in text_of(page, f"{STEP}//dl")
    assert "3 leaving" in text_of(page, f"{STEP}//dl")
    assert "00418 F00418 L00418, Nordwind" in texts(page, "//section[@aria-label='Rows']//tbody//th")


def test_i9_a_supervisor_is_told_that_an_administrator_has_to_do_it(as_supervisor: Client) -> None:
    page = to_check(as_supervisor, to_questions(as_supervisor, "00417"), **{"once-holds": "site"})

    assert texts(page, "//input[@name='accept_leavers']") == []
    assert "An administrator brings this file in" in text_of(page, "//form[@id='do']")
    where = reverse("attendance:import", args=[Import.objects.get().pk])
    assert as_supervisor.post(where + "do/", {**as_it_stands(page), "accept_leavers": "4"}).status_code in {403, 409}
    assert not Learner.objects.exclude(end_date=None).exists()


def test_i9_companies_have_to_be_named(as_supervisor: Client) -> None:
    page = to_check(as_supervisor, to_questions(as_supervisor, "00417"), **{"once-holds": "companies"})

    assert "Say of which companies the file holds everybody." in text_of(page, STEP)
    assert texts(page, f"{STEP}//select[@name='once-companies']") != []


def test_i9_nobody_leaves_where_it_cannot_be_told(as_superuser: Client) -> None:
    where = to_questions(as_superuser, "77777")
    page = to_check(as_superuser, where, **{"once-holds": "site", "once-start_date": ""})
    Import.objects.update(report={"leavers": {"count": 0, "are_many": False, "why_nobody": "So.", "companies": []}})
    assert "So." in text_of(as_superuser.get(where), "//section[@aria-labelledby='leaving-heading']")
    assert as_superuser.post(where + "do/", as_it_stands(page)).status_code in {409, 422}


def test_i9_with_whom_a_worker_is_is_asked_once_and_listed_with_the_agreed_names(as_supervisor: Client) -> None:
    baltic = Company.objects.get(name="Baltic Steel")
    moved = workbook(HEAD, row("00417", "Baltic Steel"))
    as_supervisor.post(reverse("attendance:import_start"), {"file": moved, "sender": "Baltic"})
    one = Import.objects.get()
    where = reverse("attendance:import", args=[one.pk])
    work()
    as_supervisor.post(where + "agree/", as_it_stands(as_supervisor.get(where)))
    work()
    page = to_check(as_supervisor, where, **{"once-holds": "companies", "once-companies": [str(baltic.pk)]})
    assert "1 to be asked" in texts(page, "//nav[@class='sev'][contains(@aria-label, 'Rows')]/a")

    page = as_supervisor.get(f"{where}?step=questions")
    (field,) = markup.document_fromstring(page.content.decode()).xpath("//select[starts-with(@name, 'employer-')]")
    assert [option.text for option in field.iter("option")] == ["Choose …", "Nordwind", "Baltic Steel"]
    answers = {**as_it_stands(page), "once-companies": [str(baltic.pk)], field.get("name"): "nordwind"}
    as_supervisor.post(where + "answer/", answers)
    work()

    assert "1 left out" in texts(as_supervisor.get(where), "//nav[@class='sev'][contains(@aria-label, 'Rows')]/a")
    listed = as_supervisor.get(reverse("attendance:aliases"))
    assert texts(listed, "//section[@aria-labelledby='names-heading']//tbody/tr/*")[:3] == [
        "00417",
        "employer of a badge",
        "Nordwind",
    ]
    as_supervisor.post(reverse("attendance:alias_revoke", args=[ImportAlias.objects.get(thing="employer").pk]))
    listed = as_supervisor.get(reverse("attendance:aliases"))
    assert texts(listed, "//section[@aria-labelledby='names-heading']//tbody/tr") == []
