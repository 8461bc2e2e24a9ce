"""The newest checkpoint on paper, by which any copy in anybody's drawer pins the log (T3)."""

import pytest
from django.utils import timezone

from attendance.papers.certificate import print_certificate
from attendance.papers.sheet import print_sheet
from attendance.selectors.certificate import certificate_of, get_record
from attendance.selectors.sheet import sheet_of
from tests.attendance.papers.test_pack import text_of
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import TrainingRecordFactory
from training.selectors.seals import newest_checkpoint
from training.services.packs_made import write_log

pytestmark = pytest.mark.django_db


def test_t3_sheets_and_certificates_print_the_newest_checkpoint_and_nothing_where_there_is_none() -> None:
    session = SessionAttendeeFactory().session
    record = TrainingRecordFactory()

    def papers() -> list[str]:
        certificate = certificate_of(get_record(record.pk))
        sheet = print_sheet(sheet_of(session.pk), printed_at=timezone.now())
        return [
            text_of(sheet),
            text_of(print_certificate(certificate, address="https://x/", printed_at=timezone.now())),
        ]

    assert not any("Log:" in text for text in papers())
    write_log()
    newest = newest_checkpoint()
    assert newest is not None
    for text in papers():
        assert f"Log: {newest.checkpoint.short}" in text.replace("- ", "-")
