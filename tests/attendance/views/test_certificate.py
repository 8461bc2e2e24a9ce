"""Certificates: a PDF per passed record, whose code leads to the record."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pypdfium2
import pytest
import segno
from django.test import Client
from django.urls import reverse

from attendance.papers.certificate import print_certificate
from attendance.selectors.certificate import certificate_of, get_record
from learners.models import Learner, TrainingRecord
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import (
    HASH,
    KEY,
    EvidenceUploadFactory,
    LearnerFactory,
    RevocationFactory,
    TrainingRecordFactory,
)
from tests.factories.training import CourseVersionFactory, scheduled_session
from training.models import Trainer

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CORRECTED = "cd" * 32
DOTS_PER_MM = 8

pytestmark = pytest.mark.django_db


def address(record: TrainingRecord) -> str:
    return reverse("attendance:record_certificate", args=[record.pk])


def document(record: TrainingRecord) -> pypdfium2.PdfDocument:
    certificate = certificate_of(get_record(record.pk))
    where = f"https://site.example/records/{record.pk}/"
    return pypdfium2.PdfDocument(print_certificate(certificate, address=where, printed_at=NOW))


def text(record: TrainingRecord) -> str:
    (page,) = document(record)
    return re.sub(r"\s+", " ", page.get_textpage().get_text_bounded())


def of_session(**fields: Any) -> TrainingRecord:
    """Return a record of a session that names its trainer, with the upload of its sheet."""
    version = CourseVersionFactory(title="Working at Height")
    session = scheduled_session(course_version=version, course=version.course)
    EvidenceUploadFactory(session=session)
    SessionAttendeeFactory(session=session, learner=fields.setdefault("learner", LearnerFactory()))
    record: TrainingRecord = TrainingRecordFactory(
        session=session, provider=None, course_version=version, trainer_name="Grace Hopper", **fields
    )
    return record


def test_a_certificate_tells_who_what_until_when_and_the_proof():
    learner = LearnerFactory(first_name="Oksana", last_name="Kovalenko", badge_id="11156")
    record = of_session(learner=learner)

    printed = text(record)

    assert "Oksana Kovalenko" in printed
    assert f"Badge 11156, {record.role_title}, {record.company_name}" in printed
    assert f"Working at Height {record.course.code}" in printed
    assert "Completed on 1 Mar 2026" in printed
    assert "Valid until 1 Mar 2027" in printed
    assert "Trainer Grace Hopper" in printed
    assert record.session is not None
    assert f"Session {record.session.reference}" in printed
    assert f"Record {record.pk}" in printed
    assert f"Signed sheet, SHA-256 {HASH}" in printed
    assert "Printed 21 Nov 2026 10:00" in printed


def test_r1_an_external_one_names_the_provider():
    record = TrainingRecordFactory(provider__name="Rescue School", expiry_date=None)

    printed = text(record)

    assert "Provider Rescue School" in printed
    assert "no expiry" in printed
    assert "Session" not in printed


def test_c2_an_expired_one_says_so_from_the_day_after_its_last():
    assert "Was valid until 20 Nov 2026" in text(TrainingRecordFactory(expiry_date=date(2026, 11, 20)))
    assert "Valid until 21 Nov 2026" in text(TrainingRecordFactory(expiry_date=date(2026, 11, 21)))


def test_e6_the_newest_correction_stands_before_the_original():
    record = of_session()
    original = EvidenceUploadFactory._meta.model.objects.get()
    EvidenceUploadFactory(
        session=record.session,
        key=KEY.replace(HASH, CORRECTED),
        sha256=CORRECTED,
        corrects=original,
        reason="Wrong scan",
        uploaded_at=datetime(2026, 4, 2, 23, 0, tzinfo=UTC),
    )

    printed = text(record)

    assert f"Correcting sheet of 3 Apr 2026, SHA-256 {CORRECTED}" in printed
    assert printed.index(CORRECTED) < printed.index(HASH)


def test_l2_a_merged_badge_prints_the_person():
    survivor = LearnerFactory(badge_id="20001")
    record = of_session()
    Learner.objects.filter(pk=record.learner_id).update(status="INACTIVE", merged_into=survivor)

    assert f"{survivor.name} Badge 20001" in text(record)


@pytest.mark.parametrize(
    "names", [("محمد", "حداد"), ("ᏣᎳᎩ", "Kipiani"), ("W" * 100, "M" * 100), ('"}), #panic("x")', "*b* $x$")]
)
def test_names_in_any_script_stay_on_one_page(names: tuple[str, str]):
    record = TrainingRecordFactory(learner__first_name=names[0], learner__last_name=names[1])

    printed = text(record)

    assert f"Record {record.pk}" in printed
    assert ("[?] stands for letters that this server has no font for." in printed) == (names[0] == "ᏣᎳᎩ")


def test_the_code_holds_the_address_of_the_record():
    record = TrainingRecordFactory()
    code = segno.make_qr(f"https://site.example/records/{record.pk}/", error="m")
    module = 32 / code.symbol_size(border=0)[0]

    image = document(record)[0].render(scale=DOTS_PER_MM * 25.4 / 72).to_pil().convert("L")

    for row, line in enumerate(code.matrix):
        for column, dark in enumerate(line):
            place = (233 + (column + 0.5) * module, 151 + (row + 0.5) * module)
            value: Any = image.getpixel((round(place[0] * DOTS_PER_MM), round(place[1] * DOTS_PER_MM)))
            assert (value < 128) == bool(dark), (row, column)


def test_equal_records_at_one_moment_print_equal_bytes():
    certificate = certificate_of(get_record(TrainingRecordFactory().pk))
    first, second = (print_certificate(certificate, address="https://x/", printed_at=NOW) for _ in range(2))

    assert first == second


def test_a_certificate_costs_two_queries(django_assert_num_queries: Any):
    record = of_session()

    with django_assert_num_queries(2):
        certificate_of(get_record(record.pk))


# In the browser


def test_the_download_is_a_pdf_with_a_name(as_auditor: Client):
    record = TrainingRecordFactory()

    response = as_auditor.get(address(record))

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="certificate-{record.pk}.pdf"'
    assert response["Cache-Control"] == "no-store"
    assert response.content.startswith(b"%PDF")


def test_r2_a_revoked_record_has_none(as_supervisor: Client):
    record = RevocationFactory().record

    response = as_supervisor.get(address(record))

    assert response.status_code == 409
    assert f"Record {record.pk} was revoked on 2 Mar 2026, so it has no certificate." in response.content.decode()


def test_a_failed_record_has_none(as_supervisor: Client):
    record = TrainingRecordFactory(result="FAILED", expiry_date=None)

    response = as_supervisor.get(address(record))

    assert response.status_code == 409
    assert "was not passed, so it has no certificate." in response.content.decode()


def test_a_record_that_is_not_there_has_none(as_supervisor: Client):
    assert as_supervisor.get(reverse("attendance:record_certificate", args=[987])).status_code == 404


def test_a_trainer_gets_those_of_own_sessions(as_trainer: Client, trainer: Trainer):
    own = of_session()
    assert own.session is not None
    own.session.trainer = trainer
    own.session.save()

    assert as_trainer.get(address(own)).status_code == 200
    assert as_trainer.get(address(of_session())).status_code == 403
    assert as_trainer.get(address(TrainingRecordFactory())).status_code == 403


def test_the_code_leads_to_the_worker_opened_at_the_record(as_auditor: Client):
    record = of_session()

    response = as_auditor.get(reverse("attendance:record", args=[record.pk]))

    assert response["Location"] == f"/workers/{record.learner_id}/?record={record.pk}#sheet"
    assert as_auditor.get(response["Location"]).context["profile"].sheet.record == record


def test_l2_the_code_of_a_merged_badge_leads_to_the_survivor(as_auditor: Client):
    record, survivor = of_session(), LearnerFactory()
    Learner.objects.filter(pk=record.learner_id).update(status="INACTIVE", merged_into=survivor)

    response = as_auditor.get(reverse("attendance:record", args=[record.pk]))

    assert response["Location"] == f"/workers/{survivor.pk}/?record={record.pk}#sheet"


def test_the_code_leads_a_trainer_to_the_own_session(as_trainer: Client, trainer: Trainer):
    own = of_session()
    assert own.session is not None
    own.session.trainer = trainer
    own.session.save()

    response = as_trainer.get(reverse("attendance:record", args=[own.pk]))

    assert response["Location"] == f"/sessions/{own.session_id}/"


def test_who_is_not_signed_in_is_led_to_the_record_after_signing_in(client: Client):
    record = TrainingRecordFactory()

    response = client.get(reverse("attendance:record", args=[record.pk]))

    assert response["Location"] == f"/login/?next=/records/{record.pk}/"
