"""E1, E2, E3: the signed sheet of a session, from the upload to the link."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction

from attendance.policies.lists import EvidenceIsClosed
from attendance.services import evidence
from attendance.services.evidence import upload_evidence
from learners.evidence.incoming import Document, EvidenceNotAccepted
from learners.evidence.store import StoredFile, StoreUnavailable, list_stored, store
from learners.models import EvidenceUpload
from tests.factories import files
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.training import SessionFactory, TrainerFactory, UserFactory, scheduled_session
from training.core.groups import TRAINERS
from training.core.refusals import NotFound, NotPermitted
from training.models import Session, Trainer

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("evidence_dir")


def _upload(session: Session, by: User, content: bytes | None = None, name: str = "sheet.pdf") -> EvidenceUpload:
    sent = [files.upload(files.pdf(2) if content is None else content, name)]
    return upload_evidence(session_id=session.pk, files=sent, by=by, now=NOW)


def test_e2_an_upload_is_stored_and_linked(supervisor: User, evidence_dir: Path) -> None:
    session = scheduled_session()
    upload = _upload(session, supervisor, name="../../Fire & safety.pdf")
    session.refresh_from_db()
    assert (session.attendance_file_key, session.attendance_file_hash) == (upload.key, upload.sha256)
    assert (session.updated_by, session.updated_at) == (supervisor, NOW)
    upload.refresh_from_db()
    assert (upload.original_name, upload.content_type, upload.pages) == ("Fire & safety.pdf", "application/pdf", 2)
    assert (upload.size, upload.uploaded_by, upload.uploaded_at) == (len(files.pdf(2)), supervisor, NOW)
    assert (evidence_dir / upload.key).read_bytes() == files.pdf(2)


def test_e2_evidence_is_no_change_of_the_sheets_version(supervisor: User) -> None:
    session = scheduled_session()
    _upload(session, supervisor)
    assert Session.objects.get(pk=session.pk).version == session.version


def test_e3_a_new_upload_replaces_the_link_and_keeps_the_old_file_and_row(supervisor: User, evidence_dir: Path) -> None:
    session = scheduled_session()
    first = _upload(session, supervisor)
    second = _upload(session, supervisor, files.jpeg(), "photo.jpg")
    session.refresh_from_db()
    assert session.attendance_file_key == second.key != first.key
    assert (evidence_dir / first.key).read_bytes() == files.pdf(2)
    assert list(session.evidence_uploads.all()) == [second, first]


def test_e3_the_same_file_again_is_no_news(supervisor: User) -> None:
    session = scheduled_session()
    first = _upload(session, supervisor)
    assert _upload(session, supervisor, name="other name.pdf") == first
    assert list(session.evidence_uploads.all()) == [first]


def test_e3_a_file_that_was_replaced_may_come_back(supervisor: User) -> None:
    session = scheduled_session()
    first = _upload(session, supervisor)
    _upload(session, supervisor, files.jpeg(), "photo.jpg")
    third = _upload(session, supervisor)
    session.refresh_from_db()
    assert (session.attendance_file_key, session.evidence_uploads.first()) == (first.key, third)


def test_e3_the_same_file_heals_a_store_that_has_another_one(supervisor: User, evidence_dir: Path) -> None:
    session = scheduled_session()
    first = _upload(session, supervisor)
    (evidence_dir / first.key).chmod(0o600)
    (evidence_dir / first.key).write_bytes(b"altered")
    second = _upload(session, supervisor)
    session.refresh_from_db()
    assert session.attendance_file_key == second.key != first.key


def test_e3_a_replacement_is_audited(supervisor: User) -> None:
    session = scheduled_session()
    first, second = _upload(session, supervisor), _upload(session, supervisor, files.jpeg())
    events = apps.get_model("training.SessionEvent").objects.filter(pgh_obj=session).exclude(attendance_file_key="")
    assert [event.attendance_file_key for event in events.order_by("pgh_id")] == [first.key, second.key]
    assert {event.pgh_context.metadata["user"] for event in events} == {supervisor.pk}


def test_e1_a_draft_takes_evidence(supervisor: User) -> None:
    session = SessionFactory()
    _upload(session, supervisor)
    assert Session.objects.get(pk=session.pk).has_evidence


def test_e1_a_cancelled_session_takes_none(supervisor: User, evidence_dir: Path) -> None:
    session = SessionFactory(status=Session.Status.CANCELLED, cancellation_reason="Trainer is ill")
    with pytest.raises(EvidenceIsClosed, match="cancelled"):
        _upload(session, supervisor)
    assert list(list_stored()) == []


def test_e1_a_finalized_session_takes_none(supervisor: User, evidence_dir: Path) -> None:
    session, _ = session_ready_to_finalize()
    _finalize(session, supervisor)
    with pytest.raises(EvidenceIsClosed, match="finalized"):
        _upload(session, supervisor)
    assert list(list_stored()) == []


def test_e1_a_session_finalized_while_the_file_was_being_stored_takes_none(
    supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check under the lock decides, not the one before the upload."""
    session, _ = session_ready_to_finalize()

    def slow(*, document: Document, site: UUID) -> StoredFile:
        _finalize(session, supervisor)
        return store(document=document, site=site)

    monkeypatch.setattr(evidence, "store", slow)
    with pytest.raises(EvidenceIsClosed):
        _upload(session, supervisor)
    assert session.evidence_uploads.count() == 1


def test_e2_a_refused_file_changes_nothing(supervisor: User, evidence_dir: Path) -> None:
    session = scheduled_session()
    first = _upload(session, supervisor)
    with pytest.raises(EvidenceNotAccepted):
        _upload(session, supervisor, files.web_page())
    session.refresh_from_db()
    assert session.attendance_file_key == first.key
    assert session.evidence_uploads.count() == 1


def test_e2_a_failing_store_changes_nothing(supervisor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(**arguments: object) -> None:
        raise StoreUnavailable("The evidence store does not work.")

    session = scheduled_session()
    monkeypatch.setattr(evidence, "store", down)
    with pytest.raises(StoreUnavailable):
        _upload(session, supervisor)
    assert not Session.objects.get(pk=session.pk).has_evidence
    assert not EvidenceUpload.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_e2_no_transaction_can_be_open_around_an_upload(supervisor: User) -> None:
    session = scheduled_session()
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        _upload(session, supervisor)


def test_the_trainer_of_a_session_may_upload(trainer: Trainer, trainer_user: User) -> None:
    session = scheduled_session(trainer=trainer)
    assert _upload(session, trainer_user).uploaded_by == trainer_user


def test_another_trainer_may_not(trainer: Trainer) -> None:
    other = TrainerFactory(user=UserFactory(groups=[TRAINERS]))
    session = scheduled_session(trainer=trainer)
    with pytest.raises(NotPermitted):
        _upload(session, other.user)


def test_an_auditor_may_not(auditor: User) -> None:
    with pytest.raises(NotPermitted):
        _upload(scheduled_session(), auditor)


def test_a_session_that_does_not_exist_takes_none(supervisor: User) -> None:
    with pytest.raises(NotFound):
        upload_evidence(session_id=0, files=[files.upload(files.pdf())], by=supervisor, now=NOW)


def _finalize(session: Session, by: User) -> None:
    Session.objects.filter(pk=session.pk).update(status=Session.Status.COMPLETED, finalized_at=NOW, finalized_by=by)
