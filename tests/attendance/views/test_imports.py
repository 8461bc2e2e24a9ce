"""The pages of an import, from the file to what it wrote, as a supervisor goes through them (I3 to I8)."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from learners.models import Learner
from tests.attendance.services.imports.test_import import workbook, services  # noqa: F401
from tests.factories.learners import RoleFactory
from tests.factories.training import CompanyFactory
from tests.html import source_of, text_of, texts
from training.models import Import, ImportAlias, Job
from training.services.job_runs import run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

HTMX = {"HX-Request": "true", "HX-Target": "import-step"}


def work() -> None:
    """Do the jobs that were asked for, as the worker does."""
    for job in Job.objects.filter(state__in=Job.OPEN):
        run(job.pk)


def sent(page: str) -> dict[str, str]:
    """Return what the form of a step would send as it stands."""
    from lxml import html as markup

    form = markup.document_fromstring(page).xpath("//form[@id='columns' or @id='questions' or @id='do']")[0]
    return {name: value for name, value in form.form_values()}


def test_a_supervisor_brings_workers_in(as_supervisor: Client) -> None:
    CompanyFactory(name="Nordwind Scaffolding")
    RoleFactory(title="Rigger", code="RIG")
    file = workbook(
        ("Crew of May",),
        ("Badge", "First name", "Last name", "Employer", "Role", "Start date"),
        ("00417", "Jana", "Weiß", "Nordwind Scaffolding", "Rigger", date(2026, 3, 2)),
        ("00418", "Ada", "Novak", "Nordwind Scafolding", "Rigger", date(2026, 3, 2)),
        ("00419", "Uwe", "", "Nordwind Scaffolding", "Rigger", "soon"),
    )
    response = as_supervisor.get(reverse("attendance:imports"))
    assert response.status_code == 200
    response = as_supervisor.post(reverse("attendance:import_start"), {"file": file, "sender": "Nordwind"})
    assert response.status_code == 302, text_of(response)
    one = Import.objects.get()
    where = reverse("attendance:import", args=[one.pk])
    assert response["Location"] == where
    assert "Being read" in text_of(as_supervisor.get(where))
    work()
    page = as_supervisor.get(where)
    print(text_of(page))
    assert "Crew of May" not in texts(page, "//th")
    response = as_supervisor.post(reverse("attendance:import_agree", args=[one.pk]), sent(page.content.decode()))
    assert response.status_code == 302, text_of(response)
    work()
    page = as_supervisor.get(where)
    print(text_of(page))
    answers = sent(page.content.decode())
    (asked,) = [name for name in answers if name.startswith("thing-company-")]
    response = as_supervisor.post(reverse("attendance:import_answer", args=[one.pk]), answers)
    assert response.status_code == 422
    answers[asked] = str(CompanyFactory._meta.model.objects.get().pk)
    response = as_supervisor.post(reverse("attendance:import_answer", args=[one.pk]), answers)
    assert response.status_code == 302, text_of(response)
    work()
    page = as_supervisor.get(where)
    print(text_of(page))
    response = as_supervisor.get(reverse("attendance:import_refused", args=[one.pk]))
    assert response.status_code == 200
    response.close()
    do = sent(page.content.decode())
    response = as_supervisor.post(reverse("attendance:import_do", args=[one.pk]), do)
    assert response.status_code == 422
    print(text_of(response, "//form[@id='do']"))
    response = as_supervisor.post(reverse("attendance:import_do", args=[one.pk]), {**do, "only_good": "on"})
    assert response.status_code == 302, text_of(response)
    work()
    page = as_supervisor.get(where)
    print(text_of(page))
    assert set(Learner.objects.values_list("badge_id", flat=True)) == {"00417", "00418"}
    page = as_supervisor.get(reverse("attendance:aliases"))
    print(text_of(page))
    assert as_supervisor.post(reverse("attendance:alias_revoke", args=[ImportAlias.objects.get().pk])).status_code == 302
    response = as_supervisor.get(reverse("attendance:import_template", args=["workers"]))
    assert response.status_code == 200
    response.close()
