"""E2, E4: whatever a store in S3 does, an upload is linked whole or not at all, and no transaction waits for it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from attendance.services.evidence import upload_evidence
from learners.evidence import asking, bucket
from learners.evidence.store import (
    MARK,
    EvidenceAltered,
    EvidenceMissing,
    StoreUnavailable,
    check_stored,
    open_stored,
)
from learners.models import EvidenceUpload
from tests.factories import files
from tests.factories.training import scheduled_session
from tests.faults.object_store import BUCKET, ObjectStore, make_bucket, moto_store, object_store, s3_at
from tests.integrity import check_integrity
from training.models import Session

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
SIZES = {"small": 1, "19 MB": 19 * 1024 * 1024}
FAULTS = ["stall", "reset half-way", "403", "500", "503", "keeps half", "changes a byte"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting() -> list[str]:
    """What connections of this database were doing while the store was asked, other than nothing."""
    return []


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, waiting: list[str]) -> Iterator[ObjectStore]:
    """A store of this test, in use, with a watcher on the database."""
    monkeypatch.setattr(bucket, "READ_SECONDS", 1.5)
    monkeypatch.setattr(bucket, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(asking, "SECONDS_OF_REST", 0)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as watcher:
        watcher.autocommit = True

        def watch() -> None:
            rows = watcher.execute(
                "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend' AND state <> 'idle'"
            )
            waiting.extend(state for (state,) in rows)

        with object_store(watch) as server, override_settings(STORAGES=s3_at(server.url)):
            yield server


@pytest.fixture
def session() -> Session:
    return scheduled_session()


def _upload(session: Session, by: User, size: int = 1) -> EvidenceUpload:
    content = files.jpeg() + bytes(size)
    return upload_evidence(session_id=session.pk, files=[files.upload(content)], by=by, now=NOW)


def _assert_untouched(session: Session) -> None:
    session.refresh_from_db()
    assert not session.has_evidence
    assert not EvidenceUpload.objects.exists()
    check_integrity(today=NOW.date(), now=NOW)


@pytest.mark.parametrize("size", SIZES)
def test_e4_a_healthy_store_is_the_control(
    store: ObjectStore, session: Session, supervisor: User, waiting: list[str], size: str
) -> None:
    upload = _upload(session, supervisor, SIZES[size])
    session.refresh_from_db()
    assert session.attendance_file_key == upload.key
    assert len(store.objects[f"/{BUCKET}/{upload.key}"]) == upload.size
    assert store.requests.count("PUT") == 1
    assert "GET" in store.requests
    assert waiting == []
    with open_stored(key=upload.key, sha256=upload.sha256) as opened:
        assert len(opened.read()) == upload.size


def test_the_watcher_sees_an_open_transaction(store: ObjectStore, waiting: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        store.on_request()
        cursor.execute("ROLLBACK")
    assert waiting == ["idle in transaction"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("fault", FAULTS)
def test_e2_a_fault_while_storing_links_nothing(
    store: ObjectStore, session: Session, supervisor: User, waiting: list[str], fault: str, size: str
) -> None:
    store.faults = {"PUT": fault}
    with pytest.raises(StoreUnavailable, match="Nothing was changed"):
        _upload(session, supervisor, SIZES[size])
    _assert_untouched(session)
    assert waiting == []
    assert "PUT" in store.requests


@pytest.mark.parametrize("fault", FAULTS)
def test_e2_a_fault_while_reading_back_links_nothing(
    store: ObjectStore, session: Session, supervisor: User, waiting: list[str], fault: str
) -> None:
    store.faults = {"GET": fault}
    with pytest.raises(StoreUnavailable, match="Nothing was changed"):
        _upload(session, supervisor)
    _assert_untouched(session)
    assert waiting == []
    assert "GET" in store.requests


@pytest.mark.parametrize("fault", ["stall", "reset half-way", "403", "500", "503"])
def test_e2_a_fault_while_looking_links_nothing(
    store: ObjectStore, session: Session, supervisor: User, fault: str
) -> None:
    store.faults = {"HEAD": fault}
    with pytest.raises(StoreUnavailable):
        _upload(session, supervisor)
    _assert_untouched(session)
    assert "PUT" not in store.requests


def test_e2_a_store_that_refuses_connections_links_nothing(session: Session, supervisor: User) -> None:
    with override_settings(STORAGES=s3_at("http://127.0.0.1:9")), pytest.raises(StoreUnavailable):
        _upload(session, supervisor)
    _assert_untouched(session)


def test_e2_a_lost_answer_is_repeated_and_verified(store: ObjectStore, session: Session, supervisor: User) -> None:
    """The object is there although nobody said so: what counts is what reads back."""
    store.faults = {"PUT": "loses the answer"}
    with pytest.raises(StoreUnavailable):
        _upload(session, supervisor)
    _assert_untouched(session)
    store.faults = {}
    upload = _upload(session, supervisor)
    assert list(store.objects) == [f"/{BUCKET}/{MARK}", f"/{BUCKET}/{upload.key}"]


def test_e2_after_any_fault_the_same_file_can_be_sent_again(
    store: ObjectStore, session: Session, supervisor: User
) -> None:
    for fault in FAULTS:
        store.faults = {"PUT": fault}
        with pytest.raises(StoreUnavailable):
            _upload(session, supervisor)
    store.faults = {}
    upload = _upload(session, supervisor)
    check_stored(key=upload.key, sha256=upload.sha256)


def test_e3_reading_tells_altered_from_missing_from_down(
    store: ObjectStore, session: Session, supervisor: User
) -> None:
    upload = _upload(session, supervisor)
    path = f"/{BUCKET}/{upload.key}"
    content = store.objects[path]
    for damaged in (content[:-1], content[:-1] + b"x", b""):
        store.objects[path] = damaged
        with pytest.raises(EvidenceAltered):
            check_stored(key=upload.key, sha256=upload.sha256)
    del store.objects[path]
    with pytest.raises(EvidenceMissing):
        check_stored(key=upload.key, sha256=upload.sha256)
    store.objects[path] = content
    for fault in ("stall", "reset half-way", "403", "500", "503"):
        store.faults = {"GET": fault}
        with pytest.raises(StoreUnavailable):
            check_stored(key=upload.key, sha256=upload.sha256)


def test_e4_s3_as_moto_speaks_it(session: Session, supervisor: User) -> None:
    with moto_store() as url, override_settings(STORAGES=s3_at(url)):
        make_bucket()
        upload = _upload(session, supervisor, SIZES["19 MB"])
        check_stored(key=upload.key, sha256=upload.sha256)
        assert _upload(session, supervisor, SIZES["19 MB"]).key == upload.key


def test_e4_a_service_that_knows_no_trailing_checksums_takes_files(
    session: Session, supervisor: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over HTTPS boto3 sends the checksum behind the content unless it is told that this need not be."""
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    with object_store(lambda: None, certificate=certificate) as server, override_settings(STORAGES=s3_at(server.url)):
        upload = _upload(session, supervisor, SIZES["19 MB"])
        check_stored(key=upload.key, sha256=upload.sha256)
        assert len(server.objects[f"/{BUCKET}/{upload.key}"]) == upload.size
    session.refresh_from_db()
    assert session.attendance_file_key == upload.key


def test_a_service_that_knows_no_trailing_checksums_is_what_it_says(
    session: Session,
    supervisor: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The control: with the settings for AWS it refuses, and sentence and log say why."""
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    with object_store(lambda: None, certificate=certificate) as server, override_settings(STORAGES=s3_at(server.url)):
        storages["evidence"]._is_aws = True  # type: ignore[attr-defined]
        as_for_aws = storages["evidence"].get_default_settings()["client_config"]  # type: ignore[attr-defined]
        monkeypatch.setattr(storages["evidence"], "client_config", as_for_aws)
        with pytest.raises(StoreUnavailable, match=r"The evidence store declines: InvalidArgument \(400\)"):
            _upload(session, supervisor)
    _assert_untouched(session)
    assert "InvalidArgument (400)" in caplog.text


def self_signed(directory: Path) -> Path:
    """Make a key and a certificate for this machine, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = directory / "certificate.pem"
    file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return file
