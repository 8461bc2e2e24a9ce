"""Evidence through the browser: who may send and open it, what a refusal looks like, how files are handed out."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage
from django.test import Client, override_settings
from django.urls import reverse

from learners.evidence.store import check_stored
from learners.models import EvidenceRead, EvidenceUpload, TrainingRecord
from tests.factories import files
from tests.factories.learners import EvidenceUploadFactory, TrainingRecordFactory
from tests.factories.training import SessionFactory, scheduled_session
from tests.html import ALERT, text_of
from training.models import Session, Trainer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def session(trainer: Trainer) -> Session:
    """A scheduled session of the trainer who is logged in as `as_trainer`."""
    return scheduled_session(trainer=trainer)


@pytest.fixture
def upload(session: Session, evidence_dir: Path) -> EvidenceUpload:
    """The signed sheet of the session, two pages."""
    upload = _put(evidence_dir, files.pdf(2), session=session)
    Session.objects.filter(pk=session.pk).update(attendance_file_key=upload.key, attendance_file_hash=upload.sha256)
    return upload


@pytest.fixture
def record(evidence_dir: Path) -> TrainingRecord:
    """An external record with its certificate."""
    sha256 = hashlib.sha256(files.png()).hexdigest()
    record: TrainingRecord = TrainingRecordFactory(evidence_file_key=f"{sha256[:2]}/{sha256}.png", evidence_hash=sha256)
    _put(evidence_dir, files.png(), record=record, content_type="image/png")
    return record


def _put(directory: Path, content: bytes, content_type: str = "application/pdf", **of: Any) -> EvidenceUpload:
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"{sha256[:2]}/{sha256}.{content_type[-3:]}"
    (directory / key).parent.mkdir(parents=True, exist_ok=True)
    (directory / key).write_bytes(content)
    upload: EvidenceUpload = EvidenceUploadFactory(
        key=key, sha256=sha256, size=len(content), content_type=content_type, pages=2, **of
    )
    return upload


def _post(client: Client, session: Session, *sent: tuple[bytes, str], htmx: bool = False) -> Any:
    url = reverse("attendance:session_evidence", args=[session.pk])
    data = {"file": [files.upload(content, name) for content, name in sent]}
    return client.post(url, data, headers=HTMX if htmx else None)


def _content(answer: Any) -> bytes:
    """Return what was downloaded, whole or in parts; the file behind it is closed then."""
    return b"".join(answer)


def _urls(upload: EvidenceUpload) -> list[str]:
    """Return every door to the sheet of a session."""
    key = upload.session_id
    return [
        reverse("attendance:session_evidence", args=[key]),
        reverse("attendance:session_evidence_page", args=[key, 1]),
        reverse("attendance:session_evidence_check", args=[key]),
    ]


# Uploading


def test_e2_an_upload_without_javascript_returns_to_the_session(as_supervisor: Client, session: Session) -> None:
    answer = _post(as_supervisor, session, (files.pdf(), "sheet.pdf"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("attendance:session", args=[session.pk]))
    session.refresh_from_db()
    check_stored(key=session.attendance_file_key, sha256=session.attendance_file_hash)


def test_e2_an_upload_by_htmx_swaps_the_card(as_trainer: Client, session: Session) -> None:
    answer = _post(as_trainer, session, (files.pdf(2), "Unterschriften <b>.pdf"), htmx=True)
    assert answer.status_code == 200
    assert 'id="evidence"' in answer.text
    assert text_of(answer, '//div[@class="file"]/div/b') == "Unterschriften <b>.pdf"
    assert text_of(answer, '//div[@class="file"]/div/small').startswith("2 pages, ")


def test_e7_several_pictures_are_one_upload(as_supervisor: Client, session: Session) -> None:
    _post(as_supervisor, session, (files.jpeg(), "1.jpg"), (files.png(), "2.png"))
    upload = session.evidence_uploads.get()
    assert (upload.content_type, upload.pages, upload.original_name) == ("application/pdf", 2, "1.jpg, 2.png")


BAD: dict[str, Callable[[], tuple[bytes, str]]] = {
    "empty": lambda: (b"", "sheet.pdf"),
    "HTML named PDF": lambda: (files.web_page(), "sheet.pdf"),
    "HTML and PDF": lambda: (b"<html>" + files.pdf(), "sheet.pdf"),
    "PDF and HTML": lambda: (files.pdf() + files.web_page(), "sheet.pdf"),
    "truncated JPEG": lambda: (files.jpeg()[:-1000], "photo.jpg"),
    "SVG": lambda: (files.drawing(), "photo.png"),
    "virus test text": lambda: (files.EICAR, "sheet.pdf"),
    "archive": lambda: (files.archive(), "sheet.zip"),
}


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("case", BAD)
def test_e1_a_bad_file_is_a_sentence_at_its_field(
    as_supervisor: Client, session: Session, case: str, htmx: bool
) -> None:
    answer = _post(as_supervisor, session, BAD[case](), htmx=htmx)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'aria-invalid="true" aria-describedby="evidence-refusal"' in answer.text
    assert ("<html" in answer.text) != htmx
    assert not Session.objects.get(pk=session.pk).has_evidence


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/sheet.pdf",
        "..\\..\\sheet.pdf",
        "x" * 300 + ".pdf",
        "نموذج\u202e.pdf",
        "%00.pdf",
        "\r\nX: y.pdf",
        "'\"><script>.pdf",
    ],
)
def test_e1_a_hostile_name_is_harmless(as_supervisor: Client, session: Session, evidence_dir: Path, name: str) -> None:
    assert _post(as_supervisor, session, (files.pdf(), name)).status_code == 302
    upload = session.evidence_uploads.get()
    assert len(upload.original_name) <= 255
    assert not set(upload.original_name) & set("/\\\r\n\0\u202e")
    assert list(evidence_dir.parent.rglob("*.pdf")) == [evidence_dir / upload.key]


def test_e1_without_a_file_the_page_says_so(as_supervisor: Client, session: Session) -> None:
    answer = as_supervisor.post(reverse("attendance:session_evidence", args=[session.pk]))
    assert answer.status_code == 422
    assert "No file was chosen" in answer.text


@override_settings(EVIDENCE_MAX_BYTES=100_000)
def test_e1_one_byte_over_the_limit_is_refused_and_not_kept(as_supervisor: Client, session: Session) -> None:
    whole = files.jpeg() + bytes(100_000 - len(files.jpeg()))
    answer = _post(as_supervisor, session, (whole + b"\0", "photo.jpg"), htmx=True)
    assert answer.status_code == 422
    assert "the limit is 97.7" in answer.text
    assert _post(as_supervisor, session, (whole, "photo.jpg")).status_code == 302


@override_settings(EVIDENCE_MAX_BYTES=1000)
def test_e1_much_over_the_limit_costs_no_disk(
    as_supervisor: Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    monkeypatch.setattr(
        "tempfile._TemporaryFileWrapper.write", lambda self, data: written.append(len(data)), raising=False
    )
    answer = _post(as_supervisor, session, (bytes(3_000_000), "1.pdf"), (bytes(3_000_000), "2.pdf"), htmx=True)
    assert text_of(answer, ALERT).startswith("The files have 5.7 MB together, the limit is 1000 bytes.")
    assert sum(written) == 1001


def test_e2_a_disk_full_while_receiving_is_a_sentence(
    as_supervisor: Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile._TemporaryFileWrapper.write", full, raising=False)
    answer = _post(as_supervisor, session, (files.pdf(), "sheet.pdf"), htmx=True)
    assert answer.status_code == 503
    assert "Nothing was changed" in answer.text


@pytest.mark.parametrize("htmx", [True, False])
def test_e2_a_full_store_is_a_sentence_and_the_session_stays(
    as_supervisor: Client, session: Session, monkeypatch: pytest.MonkeyPatch, htmx: bool
) -> None:
    def full(self: object, *arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "save", full)
    answer = _post(as_supervisor, session, (files.pdf(), "sheet.pdf"), htmx=htmx)
    assert answer.status_code == 503
    assert "Nothing was changed" in answer.text
    assert not Session.objects.get(pk=session.pk).has_evidence


def test_e1_a_cancelled_session_answers_409_with_the_card(as_supervisor: Client) -> None:
    session = SessionFactory(status=Session.Status.CANCELLED, cancellation_reason="Trainer is ill")
    answer = _post(as_supervisor, session, (files.pdf(), "sheet.pdf"), htmx=True)
    assert answer.status_code == 409
    assert "cancelled" in text_of(answer, ALERT)
    assert 'type="file"' not in answer.text


# Opening


def test_e3_a_download_is_an_attachment_that_can_do_nothing(as_supervisor: Client, upload: EvidenceUpload) -> None:
    answer = as_supervisor.get(reverse("attendance:session_evidence", args=[upload.session_id]))
    assert _content(answer) == files.pdf(2)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{upload.session}-evidence.pdf"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"


def test_e3_a_download_is_logged(as_supervisor: Client, supervisor: User, upload: EvidenceUpload) -> None:
    _content(as_supervisor.get(reverse("attendance:session_evidence", args=[upload.session_id])))
    read = EvidenceRead.objects.get()
    assert (read.upload, read.kind, read.read_by) == (upload, EvidenceRead.Kind.DOWNLOAD, supervisor)


def test_e3_a_record_opens_its_own_file_and_names_the_worker(as_auditor: Client, record: TrainingRecord) -> None:
    answer = as_auditor.get(reverse("attendance:record_evidence", args=[record.pk]))
    assert _content(answer) == files.png()
    assert answer["Content-Disposition"].endswith(f'"record-{record.pk}-evidence.png"')
    assert EvidenceRead.objects.get().learner == record.learner


def test_e3_a_page_is_a_picture(as_trainer: Client, upload: EvidenceUpload) -> None:
    url = reverse("attendance:session_evidence_page", args=[upload.session_id, 2])
    answer = as_trainer.get(url, {"width": 320})
    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "no-store"


def test_e3_looking_at_pages_is_logged_once(as_auditor: Client, record: TrainingRecord) -> None:
    for page in (1, 1):
        as_auditor.get(reverse("attendance:record_evidence_page", args=[record.pk, page]))
    read = EvidenceRead.objects.get()
    assert (read.kind, read.learner) == (EvidenceRead.Kind.PREVIEW, record.learner)


@pytest.mark.parametrize(("page", "width"), [(0, 960), (3, 960), (1, 961), (1, 100_000), (1, "wide")])
def test_e3_no_other_page_or_width_is_drawn(
    as_supervisor: Client, upload: EvidenceUpload, page: int, width: int | str
) -> None:
    url = reverse("attendance:session_evidence_page", args=[upload.session_id, page])
    assert as_supervisor.get(url, {"width": width}).status_code == 404


def test_e3_the_stored_file_is_compared_on_demand(as_supervisor: Client, upload: EvidenceUpload) -> None:
    url = reverse("attendance:session_evidence_check", args=[upload.session_id])
    assert "File matches its stored hash" in as_supervisor.get(url, headers=HTMX).text
    assert upload.sha256 in as_supervisor.get(url).text


@pytest.mark.parametrize("name", ["session_evidence", "session_evidence_page", "session_evidence_check"])
@pytest.mark.parametrize(("damage", "sentence"), [("alter", "not the one that was uploaded"), ("remove", "missing")])
def test_e3_an_altered_or_missing_file_is_said_so(
    as_supervisor: Client, upload: EvidenceUpload, evidence_dir: Path, name: str, damage: str, sentence: str
) -> None:
    path = evidence_dir / upload.key
    path.write_bytes(files.web_page()) if damage == "alter" else path.unlink()
    page = [1] if name.endswith("page") else []
    answer = as_supervisor.get(reverse(f"attendance:{name}", args=[upload.session_id, *page]))
    assert answer.status_code in (200, 404, 409)
    assert sentence in answer.text
    assert not EvidenceRead.objects.exists()


def test_a_session_without_a_sheet_says_so(as_supervisor: Client, session: Session) -> None:
    answer = as_supervisor.get(reverse("attendance:session_evidence", args=[session.pk]))
    assert answer.status_code == 404
    assert "no signed sheet yet" in answer.text


@pytest.mark.parametrize("name", ["session_evidence", "record_evidence"])
def test_what_does_not_exist_is_404(as_supervisor: Client, name: str) -> None:
    assert as_supervisor.get(reverse(f"attendance:{name}", args=[0])).status_code == 404


# Who may


def test_e3_the_trainer_of_the_session_and_the_auditor_may_open_it(
    as_trainer: Client, as_auditor: Client, upload: EvidenceUpload
) -> None:
    for url in _urls(upload):
        for client in (as_trainer, as_auditor):
            answer = client.get(url)
            assert answer.status_code == 200
            _content(answer)


def test_e3_another_trainer_may_not(as_trainer: Client, session: Session, upload: EvidenceUpload) -> None:
    Session.objects.filter(pk=session.pk).update(trainer=scheduled_session().trainer)
    assert [as_trainer.get(url).status_code for url in _urls(upload)] == [403, 403, 403]


@pytest.mark.parametrize("name", ["record_evidence", "record_evidence_page", "record_evidence_check"])
def test_e3_a_trainer_may_not_open_external_certificates(as_trainer: Client, record: TrainingRecord, name: str) -> None:
    url = reverse(f"attendance:{name}", args=[record.pk, *([1] if name.endswith("page") else [])])
    assert as_trainer.get(url).status_code == 403


def test_e3_nobody_without_a_login(client: Client, upload: EvidenceUpload) -> None:
    for url in _urls(upload):
        assert client.get(url)["Location"].startswith("/login/")


def test_e1_an_auditor_uploads_nothing(as_auditor: Client, session: Session) -> None:
    assert _post(as_auditor, session, (files.pdf(), "sheet.pdf")).status_code == 403
    assert not Session.objects.get(pk=session.pk).has_evidence


@pytest.mark.parametrize("name", files.UNUSABLE_NAMES)
@pytest.mark.parametrize("htmx", [False, True])
def test_e1_a_name_that_cannot_be_used_is_named_as_the_fault(
    as_trainer: Client, session: Session, name: bytes, htmx: bool
) -> None:
    answer = as_trainer.post(
        reverse("attendance:session_evidence", args=[session.pk]),
        files.upload_named(name),
        content_type="multipart/form-data; boundary=b",
        headers=HTMX if htmx else None,
    )
    assert answer.status_code == 422
    assert "The name of the file cannot be used" in answer.content.decode()
    assert not EvidenceUpload.objects.exists()


@pytest.mark.parametrize("htmx", [False, True])
def test_e3_who_sends_the_same_sheet_on_purpose_is_told_that_it_is_there(
    as_supervisor: Client, session: Session, htmx: bool
) -> None:
    for sentence in ("The signed sheet is stored.", "This file is already stored as the sheet of this session."):
        answer = _post(as_supervisor, session, (files.pdf(), "sheet.pdf"), htmx=htmx)
        page = answer if htmx else as_supervisor.get(answer["Location"])
        assert sentence.replace("'", "&#x27;") in page.content.decode()
    assert session.evidence_uploads.count() == 1
