"""The pages of an import, from the file to what it wrote, as a supervisor goes through them (I3 to I8)."""

from datetime import date, timedelta
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html as markup

from attendance.services.imports import undoing
from learners.models import Learner
from tests.bringing_in import brought
from tests.exported import exported_rows
from tests.factories.imports import HEAD, ImportFactory, agreed, checked, read, workbook
from tests.factories.learners import LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory
from tests.html import text_of, texts
from training.models import Company, Import, ImportAlias, ImportHeadings, Job
from training.services.job_runs import run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

START = date(2026, 3, 2)
STEP = "//div[@id='import-step']"
FIRMS = ({"name": "Nordwind"}, {"name": "Südwind"}, {"name": "Westwind"})


def work() -> None:
    """Do the jobs that were asked for, as the worker does."""
    for job in Job.objects.filter(state__in=Job.OPEN):
        run(job.pk)


def as_it_stands(page: Any) -> dict[str, str]:
    """Return what the form of the present step would send if nobody touched it."""
    part = markup.document_fromstring(page.content.decode())
    (form,) = part.xpath(f"{STEP}//form[not(contains(@class, 'export-entry'))]")
    return dict(form.form_values())


def test_a_page_says_when_nothing_takes_the_work_up(as_supervisor: Client) -> None:
    as_supervisor.post(reverse("attendance:import_start"), {"file": workbook(HEAD)})
    where = reverse("attendance:import", args=[Import.objects.get().pk])
    assert "run_jobs" not in text_of(as_supervisor.get(where), STEP)

    Job.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    assert "run_jobs" in text_of(as_supervisor.get(where), STEP)


def test_a_supervisor_finds_the_imports_from_where_lists_are_kept(as_supervisor: Client, as_auditor: Client) -> None:
    where = f'href="{reverse("attendance:imports")}"'
    for name in ("attendance:today", "attendance:workers", "training:library", "training:companies"):
        assert where in as_supervisor.get(reverse(name)).content.decode(), name
        assert where not in as_auditor.get(reverse(name)).content.decode(), name


def test_a_supervisor_brings_workers_in(as_supervisor: Client) -> None:
    CompanyFactory(name="Nordwind Scaffolding")
    RoleFactory(title="Rigger", code="RIG")
    file = workbook(
        ("Crew of May",),
        HEAD,
        ("00417", "Jana", "Weiß", "Nordwind Scaffolding", "Rigger", START),
        ("00418", "Ada", "Novak", "Nordwind Scafolding", "Rigger", START),
        ("00419", "Uwe", "Ott", "Nordwind Scaffolding", "Rigger", "soon"),
        ("Total", 3),
    )
    sent = as_supervisor.post(reverse("attendance:import_start"), {"file": file, "sender": "Nordwind"})
    one = Import.objects.get()
    where = reverse("attendance:import", args=[one.pk])
    assert sent["Location"] == where
    assert "Being read" in text_of(as_supervisor.get(where), STEP)
    work()

    page = as_supervisor.get(where)
    assert texts(page, f"{STEP}//tbody//th") == list(HEAD)
    assert texts(page, f"{STEP}//select/option[@selected]") == [
        "Workers",
        "Badge",
        "First name",
        "Last name",
        "Employer",
        "Role",
        "Start date",
    ]
    assert "row 6 (totals)" in text_of(page, f"{STEP}//footer")
    agreed = as_supervisor.post(reverse("attendance:import_agree", args=[one.pk]), as_it_stands(page))
    assert agreed["Location"] == where
    work()

    page = as_supervisor.get(where)
    answers = as_it_stands(page)
    (asked,) = [name for name in answers if name.startswith("thing-company-")]
    nothing_said = as_supervisor.post(reverse("attendance:import_answer", args=[one.pk]), answers)
    assert nothing_said.status_code == 422
    answers[asked] = str(Company.objects.get().pk)
    assert as_supervisor.post(reverse("attendance:import_answer", args=[one.pk]), answers)["Location"] == where
    work()

    page = as_supervisor.get(where)
    assert texts(page, "//nav[@class='sev'][contains(@aria-label, 'Rows')]/a") == ["2 new", "0 changed", "1 refused"]
    assert texts(page, "//section[@aria-labelledby='turns-heading']//ul[@class='turns']/li") == [
        "0 turn red",
        "0 turn yellow",
        "0 turn green",
        "2 new or back, green",
        "0 keep their colour, with other courses",
    ]
    assert texts(page, "//section[@aria-labelledby='turns-heading']//tbody/tr/th") == ["Jana Weiß", "Ada Novak"]
    rows = exported_rows(as_supervisor, "import-turns", f"?import={one.pk}")
    assert [(row["Badge"], row["Before"], row["After"], row["Change"]) for row in rows] == [
        ("00417", "", "Cleared", "new"),
        ("00418", "", "Cleared", "new"),
    ]
    assert "F5" in text_of(page, "//section[@aria-labelledby='refused-heading']//td[contains(@class, 'mono')]")
    do = as_it_stands(page)
    refused = as_supervisor.post(reverse("attendance:import_do", args=[one.pk]), do)
    assert refused.status_code == 422
    assert "1 row cannot be brought in" in text_of(refused, "//form[@id='do']")
    assert not Learner.objects.exists()
    good = as_supervisor.post(reverse("attendance:import_do", args=[one.pk]), {**do, "only_good": "on"})
    assert good["Location"] == where
    work()

    assert set(Learner.objects.values_list("badge_id", flat=True)) == {"00417", "00418"}
    page = as_supervisor.get(where)
    assert "2 new, 1 refused" in text_of(page, f"{STEP}//dl")
    assert texts(page, "//section[@aria-labelledby='turns-heading']//tbody/tr/th") == ["Ada Novak", "Jana Weiß"]
    rows = exported_rows(as_supervisor, "import-turns", f"?import={one.pk}")
    assert {(row["Badge"], row["As the check said"]) for row in rows} == {("00417", "yes"), ("00418", "yes")}
    listed = as_supervisor.get(reverse("attendance:imports"))
    assert "2 new, 1 refused" in text_of(listed, "//section[@aria-labelledby='imports-heading']//tbody")


def test_i8_undoing_says_before_and_after_what_goes_back_and_what_stays(
    as_superuser: Client, as_supervisor: Client, superuser: User
) -> None:
    one = brought("companies", *FIRMS, by=superuser)
    LearnerFactory(company=Company.objects.get(name="Südwind"))
    page, undo = (reverse(f"attendance:{name}", args=[one.pk]) for name in ("import", "import_undo"))

    sent = as_superuser.post(reverse("attendance:import_undo_preview", args=[one.pk]))

    assert sent["Location"] == f"{page}?step=undo"
    going_on = as_superuser.get(sent["Location"])
    assert text_of(going_on, f"{STEP}//h2") == "Looking at what undoing would do"
    assert f'hx-get="{page}?step=undo"' in going_on.text
    assert "Undo the import" not in going_on.text
    work()
    shown = as_superuser.get(page, {"step": "undo"})
    assert texts(shown, "//ul[@class='undone']/li/div") == [
        "2 become inactive Nordwind , Westwind",
        "1 stay as they are: Something else names it: workers. Südwind",
    ]
    assert Company.objects.filter(is_active=True).count() == 3
    (form,) = markup.document_fromstring(shown.text).xpath("//form[@id='undo-form']")
    seen = dict(form.form_values())
    unsaid = as_superuser.post(undo, {**seen, "reason": " "})
    assert unsaid.status_code == 422
    assert text_of(unsaid, f"{STEP}//h2") == "What undoing would do"
    assert as_superuser.post(undo, {**seen, "reason": "Wrong file", "fingerprint": "f" * 64}).status_code == 409
    assert not Job.objects.filter(state__in=Job.OPEN).exists()
    assert as_superuser.post(undo, {**seen, "reason": "Wrong file"})["Location"] == page
    for client in (as_superuser, as_supervisor):
        assert text_of(client.get(page), f"{STEP}//h2") == "Being undone"
    work()
    done = as_superuser.get(page)
    assert "1 stay as they are" in text_of(done, "//section[@aria-labelledby='undone-heading']")
    assert list(Company.objects.filter(is_active=True).values_list("name", flat=True)) == ["Südwind"]


def test_i8_what_cannot_be_undone_as_it_was_shown_stays_done_and_says_why(
    as_superuser: Client, as_supervisor: Client, superuser: User
) -> None:
    one = brought("companies", *FIRMS, by=superuser)
    page, undo = (reverse(f"attendance:{name}", args=[one.pk]) for name in ("import", "import_undo"))
    as_superuser.post(reverse("attendance:import_undo_preview", args=[one.pk]))
    assert text_of(as_supervisor.get(page), f"{STEP}//dl")  # who may not undo is shown what it wrote
    work()
    assert "Undo the import" not in as_supervisor.get(page, {"step": "undo"}).text
    seen = Import.objects.get().report["undo_preview"]["fingerprint"]
    LearnerFactory(company=Company.objects.get(name="Nordwind"))
    as_superuser.post(undo, {"reason": "Wrong file", "fingerprint": seen})
    work()

    one.refresh_from_db()
    assert (one.state, Job.objects.latest("pk").state) == ("DONE", "FAILED")
    shown = as_superuser.get(page, {"step": "undo"})
    assert "Look again at what it would do" in text_of(shown, f"{STEP}//*[@role='alert']")
    again = reverse("attendance:import_undo_preview", args=[one.pk])
    assert markup.document_fromstring(shown.text).xpath(f"//form[@action='{again}']")
    as_superuser.post(again)
    work()
    one.refresh_from_db()
    assert one.failure == ""
    left = texts(as_superuser.get(page, {"step": "undo"}), "//ul[@class='undone']/li/div")
    assert left[-1] == "1 stay as they are: Something else names it: workers. Nordwind"


def test_i8_an_undo_that_breaks_off_changes_nothing_and_says_so(
    as_superuser: Client, superuser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = brought("companies", *FIRMS, by=superuser)
    page = reverse("attendance:import", args=[one.pk])
    monkeypatch.setattr(undoing, "count_turns", mock.Mock(side_effect=RuntimeError))
    as_superuser.post(reverse("attendance:import_undo_preview", args=[one.pk]))
    work()

    shown = as_superuser.get(page, {"step": "undo"})
    assert "It stopped because of an error." in text_of(shown, f"{STEP}//*[@role='alert']")
    assert as_superuser.get(f"/api/v1/imports/{one.pk}").json()["failure"].startswith("It stopped")
    assert Company.objects.filter(is_active=True).count() == 3


def test_i8_a_program_looks_first_and_undoes_what_it_has_seen(as_superuser: Client, superuser: User) -> None:
    one = brought("companies", *FIRMS, by=superuser)
    where, json = f"/api/v1/imports/{one.pk}", "application/json"
    said = {"reason": "Wrong file", "fingerprint": "f" * 64}
    assert as_superuser.get(where).json()["undoPreview"] is None
    assert as_superuser.post(f"{where}/undo", said, json).status_code == 409

    assert as_superuser.post(f"{where}/undo/preview").status_code == 202
    work()
    seen = as_superuser.get(where).json()["undoPreview"]
    groups = [{"act": "inactive", "why": "", "count": 3, "names": ["Nordwind", "Südwind", "Westwind"]}]
    assert (seen["groups"], seen["turns"]["phase"], seen["turns"]["workers"]) == (groups, "undone", [])
    said["fingerprint"] = seen["fingerprint"]
    assert as_superuser.post(f"{where}/undo", {**said, "reason": " "}, json).status_code == 400
    answer = as_superuser.post(f"{where}/undo", said, json)
    assert (answer.status_code, answer.json()["state"]) == (202, "DONE")
    work()

    told = as_superuser.get(where).json()
    assert (told["state"], told["undone"], told["undoPreview"]) == ("UNDONE", groups, None)
    assert not Company.objects.filter(is_active=True).exists()


def test_agreed_names_are_listed_and_revoked(as_supervisor: Client) -> None:
    company = CompanyFactory(name="Nordwind Scaffolding")
    alias = ImportAlias.objects.create(
        thing="company",
        sender="Nordwind",
        text="nordwind-scafolding",
        written="Nordwind Scafolding",
        key=company.pk,
        agreed_by_id=as_supervisor.session["_auth_user_id"],
        agreed_at="2026-05-01T08:00:00Z",
    )
    page = as_supervisor.get(reverse("attendance:aliases"))
    assert texts(page, "//tbody/tr/*")[:4] == ["Nordwind Scafolding", "company", "Nordwind Scaffolding", "Nordwind"]

    as_supervisor.post(reverse("attendance:alias_revoke", args=[alias.pk]))

    alias.refresh_from_db()
    assert alias.revoked_at is not None
    assert texts(as_supervisor.get(reverse("attendance:aliases")), "//tbody/tr") == []


def test_each_kind_has_a_template(as_supervisor: Client) -> None:
    page = as_supervisor.get(reverse("attendance:imports"))
    part = markup.document_fromstring(page.content.decode())
    links = part.xpath("//section[@aria-labelledby='kinds-heading']//a/@href")
    assert len(links) == 13
    for link in links:
        response = as_supervisor.get(link)
        assert response.getvalue().startswith(b"PK")
        response.close()


def test_i5_no_rows_to_mend_before_the_check(as_supervisor: Client, supervisor: User):
    one = ImportFactory(started_by=supervisor)

    response = as_supervisor.get(reverse("attendance:import_refused", args=[one.pk]))

    assert response.status_code == 409
    assert "not checked" in response.content.decode()


def test_another_kind_shows_its_columns_before_anything_is_agreed_on(as_supervisor: Client) -> None:
    CompanyFactory(name="Nordwind Scaffolding")
    RoleFactory(title="Rigger", code="RIG")
    file = workbook(HEAD, ("00417", "Jana", "Weiß", "Nordwind Scaffolding", "Rigger", START))
    as_supervisor.post(reverse("attendance:import_start"), {"file": file, "sender": ""})
    work()
    one = Import.objects.get()
    where = reverse("attendance:import", args=[one.pk])
    stands = as_it_stands(as_supervisor.get(where))
    assert (stands["kind"], stands["shown"]) == ("workers", "workers")

    shown = as_supervisor.post(reverse("attendance:import_agree", args=[one.pk]), {**stands, "kind": "trainers"})

    assert texts(shown, f"{STEP}//select/option[@selected]")[:3] == ["Trainers", "Not used", "First name"]
    one.refresh_from_db()
    assert (one.kind, one.layout) == ("", {})
    assert as_it_stands(shown)["shown"] == "trainers"


def test_an_answer_that_is_not_offered_can_be_written(as_supervisor: Client) -> None:
    CompanyFactory(name="Nordwind Scaffolding")
    RoleFactory(title="Rigger", code="RIG")
    head = tuple(each for each in HEAD if each != "Employer")
    file = workbook(("Employer:", "Nordwind"), (), head, ("00417", "Jana", "Weiß", "Rigger", START))
    as_supervisor.post(reverse("attendance:import_start"), {"file": file, "sender": ""})
    work()
    one = Import.objects.get()
    where = reverse("attendance:import", args=[one.pk])
    answer = reverse("attendance:import_answer", args=[one.pk])
    as_supervisor.post(reverse("attendance:import_agree", args=[one.pk]), as_it_stands(as_supervisor.get(where)))
    work()
    stands = as_it_stands(as_supervisor.get(where))
    assert stands["column-0"] == '"Nordwind"'

    refused = as_supervisor.post(answer, {**stands, "column-0": "other"})
    assert refused.status_code == 422
    assert "Write it beside “other”" in text_of(refused, STEP)
    as_supervisor.post(answer, {**stands, "column-0": "other", "column-0-other": "Nordwind Scaffolding"})
    work()

    page = as_supervisor.get(where)
    assert "Bring in 1 row" in text_of(page, STEP)


def test_two_people_importing_at_once_are_told_of_each_other(as_supervisor: Client, superuser: Any) -> None:
    CompanyFactory(name="Nordwind Scaffolding")
    RoleFactory(title="Rigger", code="RIG")
    rows = (HEAD, ("00417", "Jana", "Weiß", "Nordwind Scaffolding", "Rigger", START))
    mine = checked(workbook(*rows, file_name="mine.xlsx"), "workers", by=supervisor_of(as_supervisor))
    theirs = checked(workbook(*rows, file_name="theirs.xlsx"), "workers", by=superuser)

    told = f"{superuser.get_full_name() or superuser.username} is bringing in theirs.xlsx"
    assert told in text_of(as_supervisor.get(reverse("attendance:imports")), "//main")
    assert told in text_of(as_supervisor.get(reverse("attendance:import", args=[mine.pk])), STEP)
    assert as_supervisor.get(reverse("attendance:import", args=[theirs.pk])).status_code == 404


def test_every_step_can_be_left_and_resumed(as_supervisor: Client) -> None:
    CompanyFactory(name="Nordwind Scaffolding")
    RoleFactory(title="Rigger", code="RIG")
    file = workbook(HEAD, ("00417", "Jana", "Weiß", "Nordwind Scaffolding", "Rigger", START))
    as_supervisor.post(reverse("attendance:import_start"), {"file": file, "sender": ""})
    one = Import.objects.get()
    where = reverse("attendance:import", args=[one.pk])
    for told, then in (("Heading", "import_agree"), ("Bring in 1 row", "import_do")):
        work()
        stands, again = (as_it_stands(as_supervisor.get(where)) for _once in range(2))
        assert told in text_of(as_supervisor.get(where), STEP)
        assert as_typed(again) == as_typed(stands)
        as_supervisor.post(reverse(f"attendance:{then}", args=[one.pk]), again)
        assert "You can leave this page" in text_of(as_supervisor.get(where), STEP)
    work()
    assert "1 new" in text_of(as_supervisor.get(where), f"{STEP}//dl")


def test_agreed_columns_are_listed_and_revoked(as_supervisor: Client) -> None:
    rows = (HEAD, ("00417", "Jana", "Weiß", "Nordwind Scaffolding", "Rigger", START))
    agreed(read(workbook(*rows), by=supervisor_of(as_supervisor)), "workers", by=supervisor_of(as_supervisor))
    page = as_supervisor.get(reverse("attendance:aliases"))
    table = "//section[@aria-labelledby='columns-heading']//tbody/tr"
    assert texts(page, f"{table}/*")[:4] == [", ".join(HEAD), "Workers", "0", "Nordwind"]

    as_supervisor.post(reverse("attendance:headings_revoke", args=[ImportHeadings.objects.get().pk]))

    assert not ImportHeadings.objects.exists()
    assert texts(as_supervisor.get(reverse("attendance:aliases")), table) == []


def supervisor_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def as_typed(form: dict[str, str]) -> dict[str, str]:
    """Return what of a form people see or have typed."""
    return {name: value for name, value in form.items() if name not in {"csrfmiddlewaretoken", "form_key"}}
