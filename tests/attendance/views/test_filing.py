"""The page on which certificates are filed (I12), with scripts and without."""

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from attendance.models import FilingPaste, FilingProof, FilingRow
from learners.models import TrainingRecord
from tests.factories import files
from tests.factories.learners import LearnerFactory
from tests.factories.training import CompanyFactory, CourseFactory, CourseVersionFactory
from tests.html import text_of, texts
from training.models import Company

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

HTMX = {"HX-Request": "true", "HX-Target": "filing"}
ROW = "10012\tJana Weiss\tHSE-001\t14.05.2025\t13.05.2027"
LIST = "//div[@id='filing']"


@pytest.fixture(autouse=True)
def provider() -> Company:
    CourseVersionFactory(course=CourseFactory(code="HSE-001"), title="Fire Safety", validity_months=24)
    LearnerFactory(badge_id="10012", first_name="Jana", last_name="Weiss")
    company: Company = CompanyFactory(name="Falkenberg Training")
    return company


def url(name: str = "filing", *args: Any) -> str:
    return reverse(f"attendance:{name}", args=args)


def paste(client: Client, provider: Company | None = None, text: str = ROW) -> Any:
    return client.post(url("filing_paste"), {"text": text, "provider": provider.pk if provider else ""})


def drop(client: Client, *names: str, headers: dict[str, str] | None = None, content: bytes | None = None) -> Any:
    sent = [files.upload(files.pdf() if content is None else content, name) for name in names]
    return client.post(url("filing_drop"), {"file": sent}, headers=headers)


def test_i12_without_javascript_rows_are_pasted_files_sent_and_all_filed(
    as_supervisor: Client, provider: Company
) -> None:
    assert paste(as_supervisor, provider)["Location"] == url()
    assert "0 of 1 ready" in as_supervisor.get(url()).text
    assert drop(as_supervisor, "10012.pdf", "other.pdf")["Location"] == url()
    page = as_supervisor.get(url())
    assert "1 of 1 ready" in page.text
    assert "other.pdf" in text_of(page, f"{LIST}//ul[@class='filing-files']")
    filed = as_supervisor.post(url("filing_file"))
    assert filed["Location"] == url()
    page = as_supervisor.get(url())
    record = TrainingRecord.objects.get()
    assert "1 record filed." in page.text
    assert f"Record {record.pk}" in text_of(page, f"{LIST}//td[@class='act']")
    as_supervisor.post(url("filing_remove"))
    assert not FilingRow.objects.exists()


def test_i12_swapping_equals_reloading(as_supervisor: Client, provider: Company) -> None:
    paste(as_supervisor, provider)
    swapped = drop(as_supervisor, "10012.pdf", headers=HTMX)
    assert swapped.status_code == 200
    page = as_supervisor.get(url())
    assert texts(swapped, f"{LIST}//td") == texts(page, f"{LIST}//td")
    assert "<html" not in swapped.text


def test_i12_one_row_is_filed_by_its_own_button(as_supervisor: Client, provider: Company) -> None:
    paste(as_supervisor, provider)
    drop(as_supervisor, "10012.pdf")
    row = FilingRow.objects.get()
    answer = as_supervisor.post(url("filing_file"), {"row": row.pk}, headers=HTMX)
    assert answer.status_code == 200
    assert "1 record filed." in answer.text
    assert TrainingRecord.objects.count() == 1


def test_i12_what_was_pasted_and_cannot_be_used_stays_in_the_field(as_supervisor: Client) -> None:
    for text in (" ", "a\tb\n" * 300):
        answer = paste(as_supervisor, text=text)
        assert answer.status_code == 422
        assert answer.context["paste_form"].errors["text"]
    assert "a\tb" in unescape(answer.text)
    assert not FilingPaste.objects.exists()


def test_i12_columns_and_questions_are_answered_on_the_page(as_supervisor: Client, provider: Company) -> None:
    paste(as_supervisor, text="10012\tHSE-001\t03/04/2025")
    page = as_supervisor.get(url())
    (form,) = page.context["asked"]
    assert not form.is_clear
    assert "What are the days in these cells?" in page.text
    data = {each.html_name: each.value() or "" for each in form}
    data |= {form["question-0"].html_name: "completed_on", form["provider"].html_name: provider.pk}
    as_supervisor.post(url("filing_agree", form.paste.pk), data)
    page = as_supervisor.get(url())
    (form,) = page.context["asked"]
    order = next(field for question, field in form.asked if question.kind == "day order")
    data = {each.html_name: each.value() or "" for each in form} | {order.html_name: "day month year"}
    as_supervisor.post(url("filing_agree", form.paste.pk), data)
    assert "3 Apr 2025" in text_of(as_supervisor.get(url()), f"{LIST}//table")


def test_i12_two_columns_said_to_be_one_are_refused_and_what_was_said_stays(as_supervisor: Client) -> None:
    paste(as_supervisor)
    (form,) = as_supervisor.get(url()).context["asked"]
    data = {each.html_name: each.value() or "" for each in form} | {form["column-1"].html_name: "badge_id"}
    answer = as_supervisor.post(url("filing_agree", form.paste.pk), data)
    assert answer.status_code == 422
    assert "Two columns are said to be the same" in answer.text
    assert answer.context["asked"][0]["column-1"].value() == "badge_id"
    assert FilingPaste.objects.get().columns is None


def test_i12_a_row_is_edited_in_a_dialog_with_what_is_wrong_by_its_field(
    as_supervisor: Client, provider: Company
) -> None:
    paste(as_supervisor, provider, "10012\tJana Weiss\tHSE-001\tsoon\t13.05.2027")
    drop(as_supervisor, "scan.pdf")
    row, proof = FilingRow.objects.get(), FilingProof.objects.get()
    dialog = as_supervisor.get(url("filing_edit", row.pk), headers={"HX-Request": "true"})
    assert "<dialog" in dialog.text
    FilingPaste.objects.update(columns=["badge_id", "full_name", "course", "completed_on", "expires_on"])
    data = {"badge_id": "10012", "course": row.pk, "expires_on": "2027-05-13", "is_permanent": "on"}
    refused = as_supervisor.post(url("filing_edit", row.pk), data)
    assert refused.status_code == 422
    assert "not both" in refused.text
    form = as_supervisor.get(url("filing_edit", row.pk)).context["form"]
    data = {each.html_name: each.value() or "" for each in form}
    data |= {"completed_on": "2025-05-14", "expires_on": "2027-05-13", "proof": proof.pk}
    data.pop("is_permanent")
    assert as_supervisor.post(url("filing_edit", row.pk), data)["Location"] == url()
    assert "1 of 1 ready" in as_supervisor.get(url()).text
    as_supervisor.post(url("filing_file"))
    assert as_supervisor.get(url("filing_edit", row.pk)).status_code == 409
    assert TrainingRecord.objects.get().evidence_uploads.get().original_name == "scan.pdf"


def test_i12_nothing_to_file_and_nothing_dropped_are_said(as_supervisor: Client) -> None:
    for name in ("filing_file", "filing_drop"):
        answer = as_supervisor.post(url(name), headers=HTMX)
        assert answer.status_code == 422
        assert "warnbox bad" in answer.text


def test_i12_a_refused_file_stays_with_its_reason_until_it_is_removed(as_supervisor: Client) -> None:
    drop(as_supervisor, "notes.pdf", content=b"Hello")
    for _twice in range(2):
        assert "is not a PDF, JPEG or PNG file" in text_of(as_supervisor.get(url()), f"{LIST}//ul")
    as_supervisor.post(url("filing_remove"), {"file": FilingProof.objects.get().pk}, headers=HTMX)
    assert not FilingProof.objects.exists()


def test_i12_the_page_takes_as_many_queries_for_three_rows_as_for_one(
    as_supervisor: Client, provider: Company, django_assert_num_queries: Any
) -> None:
    paste(as_supervisor, provider)
    with django_assert_num_queries(29):
        as_supervisor.get(url())
    FilingRow.objects.all().delete()
    FilingPaste.objects.all().delete()
    paste(as_supervisor, provider, "\n".join(ROW.replace("14.05", f"{day}.05") for day in (14, 15, 16)))
    with django_assert_num_queries(29):
        as_supervisor.get(url())


def test_i12_whoever_enters_external_records_is_led_there(
    as_supervisor: Client, as_auditor: Client, supervisor: User
) -> None:
    where = reverse("learners:records")
    assert url() in as_supervisor.get(where).text
    assert url() not in as_auditor.get(where).text
