"""Everywhere that a record from an old register is shown it says so, and that it has no certificate (I7)."""

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from attendance.papers.certificate import certificate_data
from attendance.papers.dossiers import dossiers
from attendance.papers.pack import PackReads, pack_of_worker, packed
from attendance.papers.pack_summary import PackSummary, summary_data
from attendance.selectors.certificate import certificate_of, get_record
from learners.models import Learner, TrainingRecord
from learners.selectors.records import waiting_for_certificate
from learners.services.registers import revoke_import
from tests.factories.compliance import judge
from tests.factories.learners import (
    EvidenceUploadFactory,
    RegisterImportFactory,
    RegisterRecordFactory,
    RegisterStandingFactory,
    RevocationFactory,
    RoleRequirementFactory,
    TrainingRecordFactory,
)
from tests.html import text_of, texts
from training.core.words import day
from training.services.job_kinds import untold

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

COMPLIANCE = "//section[@aria-labelledby='compliance-heading']//tbody/tr"
RECORDS = "//section[@aria-labelledby='records-heading']"
SHEET = "//section[@id='sheet']"
MARK = "From the old register"
HTMX = {"HX-Request": "true"}


def today() -> date:
    return timezone.localdate()


@pytest.fixture
def record() -> TrainingRecord:
    """A record of a required course, from a register that counts for two weeks more."""
    of = RegisterImportFactory(register="Matrix 2024")
    made: TrainingRecord = RegisterRecordFactory(
        register_import=of, expiry_date=today() + timedelta(days=900), is_calculated=True
    )
    decided_at = datetime(2026, 3, 1, tzinfo=UTC)
    RegisterStandingFactory(register_import=of, counts_until=today() + timedelta(days=14), decided_at=decided_at)
    RoleRequirementFactory(role=made.learner.role, course=made.course)
    judge(made.learner, on=today())
    return made


def profile(client: Client, learner: Learner, query: str = "") -> Any:
    return client.get(reverse("attendance:worker", args=[learner.pk]) + query)


def test_i7_the_profile_marks_requirement_and_record_and_says_until_when(as_supervisor: Client, record: TrainingRecord):
    page = profile(as_supervisor, record.learner)
    until = day(today() + timedelta(days=14))
    (requirement,) = texts(page, COMPLIANCE)
    assert f"{MARK} accepted until {until}" in requirement
    assert "calculated" in requirement
    assert requirement.startswith("Expiring")
    (row,) = texts(page, f"{RECORDS}//tbody/tr")
    assert f"{MARK} calculated" in row
    assert "Extract" in row


def test_i7_the_extract_stands_where_a_signed_sheet_would(as_supervisor: Client, record: TrainingRecord):
    card = text_of(profile(as_supervisor, record.learner), SHEET)
    assert "This row of the register is all that proves the training." in card
    assert "Register Matrix 2024" in card
    assert "Download" not in card


def test_i7_once_the_certificate_is_there_it_opens_and_the_extract_stays(as_supervisor: Client, record: TrainingRecord):
    EvidenceUploadFactory(record=record)
    judge(record.learner, on=today())
    page = profile(as_supervisor, record.learner)
    (requirement,) = texts(page, COMPLIANCE)
    assert MARK not in requirement
    assert "Certificate added" in text_of(page, f"{RECORDS}//tbody/tr")
    card = text_of(page, SHEET)
    assert "Download" in card
    assert "What the old register said" in card


def test_c8_a_certificate_that_came_after_the_day_is_marked(as_supervisor: Client, record: TrainingRecord):
    EvidenceUploadFactory(record=record, uploaded_at=timezone.now())
    yesterday = today() - timedelta(days=1)
    page = profile(as_supervisor, record.learner, f"?on={yesterday:%Y-%m-%d}")
    assert "certificate entered later" in text_of(page, COMPLIANCE)
    assert "Certificate entered later" in text_of(page, f"{RECORDS}//tbody/tr")


def test_i8_an_import_that_was_undone_is_one_line(as_supervisor: Client, record: TrainingRecord, superuser: User):
    for _ in range(3):
        RegisterRecordFactory(learner=record.learner, register_import=record.register_import)
    other = TrainingRecordFactory(learner=record.learner)
    assert record.register_import is not None
    revoke_import(register_import_id=record.register_import.pk, reason="Wrong file", by=superuser, now=timezone.now())

    page = profile(as_supervisor, record.learner)

    (row,) = texts(page, f"{RECORDS}//tbody/tr")
    assert other.course_title in row
    line = text_of(page, f"{RECORDS}/footer")
    assert line.startswith("4 records of the register “Matrix 2024” were revoked when that import was undone.")
    assert line.endswith("Wrong file")


def test_c8_before_it_was_undone_its_records_are_shown(as_supervisor: Client, record: TrainingRecord, superuser: User):
    assert record.register_import is not None
    revoke_import(register_import_id=record.register_import.pk, reason="Wrong file", by=superuser, now=timezone.now())
    yesterday = today() - timedelta(days=1)
    page = profile(as_supervisor, record.learner, f"?on={yesterday:%Y-%m-%d}")
    assert "Revoked later" in text_of(page, f"{RECORDS}//tbody/tr")


def test_i7_the_cell_of_the_matrix_is_marked_and_says_so(as_supervisor: Client, record: TrainingRecord):
    page = as_supervisor.get(reverse("attendance:matrix"))
    (cell,) = texts(page, "//table[@data-matrix]/tbody/tr/td[not(@class='st')]")
    assert cell.startswith("Expiring, from the old register")
    assert len(texts(page, "//table[@data-matrix]//span[@class='old']")) == 1
    details = as_supervisor.get(
        reverse("attendance:matrix_cell", args=[record.learner_id, record.course_id]), headers=HTMX
    )
    assert MARK in text_of(details)
    assert "calculated" in text_of(details)


def test_i7_today_counts_what_waits_and_leads_to_exactly_those_rows(as_supervisor: Client, record: TrainingRecord):
    RegisterRecordFactory()
    EvidenceUploadFactory(record=RegisterRecordFactory())
    RevocationFactory(record=RegisterRecordFactory())
    page = as_supervisor.get(reverse("attendance:today"))
    link = "//a[contains(@href, 'origin=waiting')]"
    assert text_of(page, link) == "2 records have no certificate"
    listed = as_supervisor.get(reverse("learners:records") + "?origin=waiting")
    rows = texts(listed, "//section[@id='records']//tbody/tr")
    assert len(rows) == waiting_for_certificate().count() == 2


def test_i7_today_is_silent_where_nothing_waits(as_supervisor: Client):
    assert texts(as_supervisor.get(reverse("attendance:today")), "//a[contains(@href, 'origin=waiting')]") == []


def test_i7_there_is_no_file_to_open_and_the_page_says_why(as_supervisor: Client, record: TrainingRecord):
    for name in ("record_evidence", "record_evidence_view", "record_evidence_check"):
        page = as_supervisor.get(reverse(f"attendance:{name}", args=[record.pk]))
        assert page.status_code == 404
        assert "comes from the old register without a certificate" in text_of(page)


# Papers


def files_of(record: TrainingRecord, by: User) -> dict[str, bytes]:
    pack = pack_of_worker(record.learner, on=None, by=by, now=timezone.now())
    content = b"".join(packed(pack, reads=PackReads(), tell=untold))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}


def test_i7_a_pack_has_the_extract_and_says_that_it_is_all(record: TrainingRecord, supervisor: User):
    found = files_of(record, supervisor)
    name = f"evidence/record-{record.pk}-extract-{record.evidence_hash[:8]}.json"
    assert record.extract is not None
    assert found[name].decode() == record.extract.content
    assert f"{record.evidence_hash}  {name}" in found["SHA256SUMS"].decode()
    assert "MISSING-EVIDENCE.txt" not in found
    assert b"%PDF" in found["summary.pdf"]


def test_i7_a_pack_holds_nothing_that_is_not_accepted(record: TrainingRecord, supervisor: User):
    RegisterStandingFactory(register_import=record.register_import, counts=False)
    assert [name for name in files_of(record, supervisor) if name.startswith("evidence/")] == []


def test_i7_the_summary_of_a_pack_names_the_register(record: TrainingRecord, supervisor: User):
    people = dossiers([record.learner_id], on=None, today=today(), warning_days=60)
    summary = PackSummary(
        name="pack",
        subject="",
        workers=1,
        on=None,
        made_by="Mona",
        made_at=timezone.now(),
        part=1,
        parts=1,
        people=people,
        names={record.evidence_file_key: "evidence/extract.json"},
        damaged={},
        log=None,
    )
    [line] = summary_data(summary)["people"][0]["required"]
    assert "FROM THE OLD REGISTER “Matrix 2024”, no certificate" in line["record"]
    assert "completion calculated from the expiry" in line["record"]
    assert line["files"] == ["evidence/extract.json"]
    assert line["until"] == day(today() + timedelta(days=14))


def test_i7_a_certificate_to_print_says_what_nobody_has_seen(record: TrainingRecord):
    def printed() -> str:
        found = certificate_of(get_record(record.pk))
        return json.dumps(
            certificate_data(found, address="https://site.example/", printed_at=timezone.now(), names_role=True)
            | {"qr": ""},
            ensure_ascii=False,
        )

    assert "no certificate seen" in printed()
    assert "Completed on, calculated" in printed()
    assert "Extract of the old register, SHA-256" in printed()
    assert "“Matrix 2024”" in printed()

    upload = EvidenceUploadFactory(record=record, sha256="ef" * 32)
    assert "no certificate seen" not in printed()
    assert upload.sha256 in printed()
