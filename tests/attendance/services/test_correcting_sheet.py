"""E6: after finalize a superuser adds a correcting sheet; rows already written never change."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from attendance.policies.corrections import NotFinalized, SameSheet
from attendance.selectors.evidence import newest_sheet, present_upload, present_uploads, sheets
from attendance.services import evidence
from attendance.services.evidence import correct_sheet, upload_evidence
from attendance.services.finalize import finalize_session
from learners.evidence.incoming import NothingSent
from learners.evidence.store import StoreUnavailable, store
from learners.models import EvidenceUpload, TrainingRecord
from learners.selectors.evidence import sheets_of
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory, session_ready_to_finalize
from tests.factories.training import scheduled_session
from training.core.refusals import NotPermitted, ReasonMissing, Refusal, Stale
from training.models import Session

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]


@pytest.fixture
def session(supervisor: User) -> Session:
    """A finalized session with its sheet and two records."""
    session = scheduled_session()
    SessionAttendeeFactory.create_batch(2, session=session, present=True)
    sent = [files.upload(files.pdf(), "sheet.pdf")]
    upload_evidence(session_id=session.pk, files=sent, by=supervisor, now=datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
    finalize_session(session_id=session.pk, by=supervisor, now=datetime(2026, 3, 2, 13, 0, tzinfo=UTC))
    return Session.objects.get(pk=session.pk)


def correct(session: Session, by: User, content: bytes = files.jpeg(), **other: Any) -> EvidenceUpload:
    newest = newest_sheet(session)
    facts: dict[str, Any] = {
        "corrects_id": newest.pk if newest else 0,
        "reason": " The wrong paper was scanned ",
        "now": NOW,
        **other,
    }
    return correct_sheet(session_id=session.pk, files=[files.upload(content, "right.jpg")], by=by, **facts)


def test_e6_the_correcting_sheet_stands_first_and_nothing_that_was_written_changes(
    session: Session, superuser: User, evidence_dir: Path
) -> None:
    before = (
        Session.objects.filter(pk=session.pk).values().get(),
        list(TrainingRecord.objects.order_by("pk").values()),
    )
    original = session.evidence_uploads.get()

    first = correct(session, superuser)

    first.refresh_from_db()
    assert (first.corrects, first.reason) == (original, "The wrong paper was scanned")
    assert (first.uploaded_by, first.uploaded_at) == (superuser, NOW)
    assert (evidence_dir / first.key).read_bytes() == files.jpeg()
    assert (evidence_dir / original.key).read_bytes() == files.pdf()
    second = correct(session, superuser, files.pdf(2))
    assert second.corrects == first
    assert sheets(session) == [second, first, original]
    records = list(TrainingRecord.objects.order_by("pk"))
    assert list(sheets_of(records).values()) == [[second, first, original]] * 2
    after = (Session.objects.filter(pk=session.pk).values().get(), list(TrainingRecord.objects.order_by("pk").values()))
    assert after == before


def test_e6_the_first_paper_may_turn_out_to_be_the_right_one(session: Session, superuser: User) -> None:
    original = session.evidence_uploads.get()
    correct(session, superuser)
    again = correct(session, superuser, files.pdf())
    assert (again.sha256, again.pk) == (original.sha256, newest_sheet(session).pk)  # type: ignore[union-attr]
    assert present_upload(session) == present_uploads([session])[session.pk] == original


def refused(session: Session, by: User, refusal: type[Refusal], content: bytes = files.jpeg(), **other: Any) -> str:
    with pytest.raises(refusal) as told:
        correct(session, by, content, **other)
    assert not EvidenceUpload.objects.filter(corrects__isnull=False).exists()
    return told.value.message


def test_e6_before_finalize_the_sheet_itself_is_replaced(superuser: User) -> None:
    session, _ = session_ready_to_finalize()
    assert "change its list, its marks or its signed sheet instead" in refused(session, superuser, NotFinalized)


def test_e6_a_reason_and_a_file_are_needed(session: Session, superuser: User) -> None:
    assert refused(session, superuser, ReasonMissing, reason=" ") == "Say why the sheet is corrected."
    refused(session, superuser, NothingSent, b"")


def test_e6_the_same_file_corrects_nothing(session: Session, superuser: User) -> None:
    sentence = refused(session, superuser, SameSheet, files.pdf())
    assert sentence == "This file is the sheet that is already stored. Choose the correcting sheet."


def test_e6_of_two_who_correct_the_same_sheet_the_second_is_told(session: Session, superuser: User) -> None:
    original = session.evidence_uploads.get()
    correct(session, superuser)
    with pytest.raises(Stale) as told:
        correct(session, superuser, files.pdf(2), corrects_id=original.pk)
    assert told.value.message == "Somebody else has added a correcting sheet in the meantime. Look at it first."


def test_e6_somebody_who_is_faster_while_the_file_is_stored(
    session: Session, superuser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = session.evidence_uploads.get()

    def slow(**document: Any) -> Any:
        monkeypatch.setattr(evidence, "store", store)  # the one of the evidence store: the next one is quick
        correct(session, superuser, files.pdf(2))
        return store(**document)

    monkeypatch.setattr(evidence, "store", slow)
    with pytest.raises(Stale):
        correct(session, superuser, corrects_id=original.pk)
    assert len(sheets(session)) == 2


def test_e2_a_store_that_fails_leaves_no_row(
    session: Session, superuser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: Any) -> None:
        raise StoreUnavailable("The evidence store does not work at the moment.")

    monkeypatch.setattr(evidence, "store", fails)
    refused(session, superuser, StoreUnavailable)


@pytest.mark.parametrize("kind", ["supervisor", "auditor", "trainer_user"])
def test_e6_only_superusers_correct_a_sheet(session: Session, kind: str, request: pytest.FixtureRequest) -> None:
    refused(session, request.getfixturevalue(kind), NotPermitted)
