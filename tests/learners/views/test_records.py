"""The list of records, and the page that adds the certificate of one from an old register (I7)."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learners.models import EvidenceUpload, TrainingRecord
from tests.factories import files
from tests.factories.learners import (
    EvidenceUploadFactory,
    LearnerFactory,
    RegisterExtractFactory,
    RegisterImportFactory,
    RegisterRecordFactory,
    RevocationFactory,
    TrainingRecordFactory,
)
from tests.html import text_of, texts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

ROWS = "//section[@id='records']//tbody/tr"
WAITING = "?origin=waiting"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def record() -> TrainingRecord:
    of = RegisterImportFactory(register="Matrix 2024")
    content = (
        '{"file":"matrix.xlsx","sha256":"","sheet":"Matrix","row":27,'
        '"cells":[{"cell":"F27","heading":"Fire Safety","as":"completed_on","value":"2026-03-01"}]}'
    )
    extract = RegisterExtractFactory(register_import=of, row=27, content=content)
    made: TrainingRecord = RegisterRecordFactory(register_import=of, extract=extract, is_calculated=True)
    return made


def open_list(client: Client, query: str = "", *, headers: dict[str, str] | None = None) -> Any:
    return client.get(reverse("learners:records") + query, headers=headers)


def add_page(record: TrainingRecord) -> str:
    return reverse("learners:record_certificate_add", args=[record.pk])


# The list


def test_i7_the_list_says_where_a_record_comes_from(as_supervisor: Client, record: TrainingRecord):
    TrainingRecordFactory(completion_date=date(2026, 2, 1))
    first, second = texts(open_list(as_supervisor), ROWS)
    assert first.startswith(record.learner.name)
    assert first.endswith("From the old register Add the certificate")
    assert "calculated" in first
    assert second.endswith("external")


def test_i7_what_waits_for_its_certificate_is_exactly_that(as_supervisor: Client, record: TrainingRecord):
    EvidenceUploadFactory(record=RegisterRecordFactory())
    RevocationFactory(record=RegisterRecordFactory())
    TrainingRecordFactory(register_import=record.register_import)
    TrainingRecordFactory()

    assert [record.learner.name in row for row in texts(open_list(as_supervisor, WAITING), ROWS)] == [True]
    assert len(texts(open_list(as_supervisor, "?origin=register"), ROWS)) == 4
    assert len(texts(open_list(as_supervisor), ROWS)) == 5


def test_the_filters_narrow_from_the_address_alone(as_supervisor: Client, record: TrainingRecord):
    other = RegisterRecordFactory()
    for query in (
        f"?q={record.learner.badge_id}",
        f"?course={record.course_id}",
        f"?register={record.register_import_id}",
    ):
        (row,) = texts(open_list(as_supervisor, query), ROWS)
        assert row.startswith(record.learner.name)
        assert other.learner.name not in row
    assert len(texts(open_list(as_supervisor, "?course=nonsense&origin=else&register=0"), ROWS)) == 2


def test_an_empty_list_says_so(as_supervisor: Client):
    assert "No training has been recorded yet." in text_of(open_list(as_supervisor), "//section[@id='records']")
    found = text_of(open_list(as_supervisor, WAITING), "//section[@id='records']")
    assert found == "No record matches. Search for fewer words, or show all records. Show all records"


def test_htmx_gets_the_list_alone(as_supervisor: Client, record: TrainingRecord):
    answer = open_list(as_supervisor, WAITING, headers={**HTMX, "HX-Target": "records"})
    assert "<html" not in answer.content.decode()
    assert texts(answer, ROWS) == texts(open_list(as_supervisor, WAITING), ROWS)


def test_l2_a_record_under_a_merged_badge_names_the_survivor(as_supervisor: Client):
    survivor = LearnerFactory()
    RegisterRecordFactory(learner=LearnerFactory(merged_into=survivor, status="INACTIVE"))
    (row,) = texts(open_list(as_supervisor), ROWS)
    assert row.startswith(survivor.name)


def test_the_number_of_queries_does_not_grow_with_the_rows(as_supervisor: Client):
    counts = []
    for number in (1, 2):
        for _ in range(number):
            RegisterRecordFactory()
        open_list(as_supervisor)
        with CaptureQueriesContext(connection) as queries:
            open_list(as_supervisor)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_auditors_read_the_list_and_add_nothing(as_auditor: Client, record: TrainingRecord):
    (row,) = texts(open_list(as_auditor), ROWS)
    assert "Add the certificate" not in row
    assert as_auditor.get(add_page(record)).status_code == 403


# The certificate


def test_i7_the_page_shows_what_the_register_said(as_supervisor: Client, record: TrainingRecord):
    page = as_supervisor.get(add_page(record))
    assert texts(page, "//table//tbody/tr") == ["F27 Fire Safety 1 Mar 2026"]
    assert "From the old register" in text_of(page, "//section[@aria-labelledby='register-title']/header")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_i7_the_certificate_is_added_and_opens_on_the_workers_page(
    as_supervisor: Client, record: TrainingRecord, headers: dict[str, str]
):
    answer = as_supervisor.post(add_page(record), {"file": files.upload(files.pdf(), "card.pdf")}, headers=headers)

    goal = f"{reverse('attendance:worker', args=[record.learner_id])}?record={record.pk}"
    assert answer.headers["HX-Redirect" if headers else "Location"] == goal
    assert EvidenceUpload.objects.get().record == record
    page = as_supervisor.get(goal)
    assert "Certificate added" in text_of(page, "//section[@aria-labelledby='records-heading']//tbody/tr")


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({}, 422, "Choose a file"),
        ({"file": files.upload(b"no file of ours", "card.pdf")}, 422, "This file"),
    ],
)
def test_i7_what_cannot_be_used_is_told_beside_the_file(
    as_supervisor: Client, record: TrainingRecord, sent: dict[str, Any], status: int, sentence: str
):
    answer = as_supervisor.post(add_page(record), sent)
    assert answer.status_code == status
    assert text_of(answer, "//*[@id='file-error']")
    assert not EvidenceUpload.objects.exists()


def test_i7_a_record_that_has_its_proof_is_told_so(as_supervisor: Client, record: TrainingRecord):
    EvidenceUploadFactory(record=record)
    page = as_supervisor.get(add_page(record))
    assert page.status_code == 409
    assert "This record has its proof already." in text_of(page)
    assert as_supervisor.get(reverse("learners:record_certificate_add", args=[0])).status_code == 404


def test_i7_a_revoked_record_takes_no_certificate(as_supervisor: Client, record: TrainingRecord):
    RevocationFactory(record=record)
    assert as_supervisor.get(add_page(record)).status_code == 409
