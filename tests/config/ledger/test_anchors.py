"""Checkpoints are kept outside: in a directory, in a bucket that is locked, and as time stamps (T3)."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from moto.server import ThreadedMotoServer

from config.ledger.anchoring import anchor_all
from config.ledger.anchors import AnchorError, configured_anchors, stamped_at, trusted_roots
from config.ledger.log import grow
from tests.factories.learners import LearnerFactory
from training.models import LogAnchor, LogCheckpoint

pytestmark = pytest.mark.django_db

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def checkpoint() -> str:
    LearnerFactory()
    with connection.cursor() as cursor:
        grow(cursor, key=KEY, name="training.example.com/log")
    return LogCheckpoint.objects.latest("size").note


def test_t3_a_directory_keeps_each_checkpoint_once_and_tells_when(tmp_path: Path) -> None:
    first, second = checkpoint(), checkpoint()
    with override_settings(LOG_ANCHORS=[f"dir:{tmp_path}"]):
        assert anchor_all(using="default", now=NOW) == []
        assert anchor_all(using="default", now=NOW + timedelta(hours=1)) == []
        (anchor,) = configured_anchors()
        kept = list(anchor.kept())
    assert [(each.note, each.at) for each in kept] == [(first, NOW), (second, NOW)]
    assert LogAnchor.objects.count() == 2
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o444}


def test_t3_an_anchor_that_is_away_is_told_and_gets_everything_later(tmp_path: Path) -> None:
    checkpoint()
    place = tmp_path / "mount"
    with override_settings(LOG_ANCHORS=[f"dir:{place}", f"dir:{tmp_path}"], LOG_KEY_FILE=tmp_path / "key"):
        call_command("make_log_key", str(tmp_path / "key"))
        LearnerFactory()
        with pytest.raises(CommandError, match="the next run tries again"):
            call_command("seal_log")
        assert LogAnchor.objects.count() == 2  # the other anchor has both
        place.mkdir()
        call_command("seal_log")
    assert len(list(place.iterdir())) == 2


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(bucket: str) -> Iterator[dict[str, str]]:
    options = {
        "endpoint_url": bucket,
        "region_name": "eu-central-1",
        "access_key": "testing",
        "secret_key": "testing",
    }
    with override_settings(S3=options, LOG_ANCHORS=["s3://checkpoints/northgate"], LOG_LOCK_DAYS=30):
        yield options


def test_t3_a_bucket_keeps_checkpoints_locked(s3: dict[str, str]) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=s3["endpoint_url"],
        region_name="eu-central-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    client.create_bucket(
        Bucket="checkpoints",
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    note = checkpoint()
    assert anchor_all(using="default", now=NOW) == []
    (anchor,) = configured_anchors()
    (kept,) = anchor.kept()
    assert (kept.note, kept.at) == (note, NOW)
    head = client.head_object(Bucket="checkpoints", Key=kept.where.removeprefix("s3://checkpoints/"))
    assert head["ObjectLockMode"] == "COMPLIANCE"
    assert head["ObjectLockRetainUntilDate"] == NOW + timedelta(days=30)
    # What is laid over it later hides nothing.
    client.put_object(Bucket="checkpoints", Key=kept.where.removeprefix("s3://checkpoints/"), Body=b"forged")
    assert note in {each.note for each in anchor.kept()}


def test_t3_a_bucket_that_is_not_there_is_told(s3: dict[str, str]) -> None:
    checkpoint()
    with override_settings(LOG_ANCHORS=["s3://nowhere/log"]):
        (failure,) = anchor_all(using="default", now=NOW)
    assert "did not keep the checkpoint" in failure
    assert not LogAnchor.objects.exists()


AUTHORITY = """
[tsa]
default_tsa = here
[here]
dir = {dir}
serial = {dir}/serial
signer_cert = {dir}/tsa.pem
signer_key = {dir}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
[extensions]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = CA:FALSE
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A time stamp authority made with openssl: its address, and its root certificate."""
    place = tmp_path_factory.mktemp("authority")
    (place / "tsa.cnf").write_text(AUTHORITY.format(dir=place))
    (place / "serial").write_text("01\n")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=place, check=True, capture_output=True)

    new_key = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *new_key, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root", "-days", "30")
    openssl("req", *new_key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Time stamps")
    signing = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "30")
    openssl(
        "x509",
        "-req",
        "-in",
        "tsa.csr",
        *signing,
        "-out",
        "tsa.pem",
        "-extfile",
        "tsa.cnf",
        "-extensions",
        "extensions",
    )

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (place / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            words = ("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
            openssl(*words)
            self.send_response(200 if self.path == "/tsr" else 500)
            self.end_headers()
            self.wfile.write((place / "reply").read_bytes())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/tsr", place / "root.pem"
    server.shutdown()
    server.server_close()


def test_t3_an_authority_stamps_the_note(authority: tuple[str, Path]) -> None:
    address, root = authority
    note = checkpoint()
    with override_settings(LOG_ANCHORS=[f"rfc3161:{address}"], LOG_TSA_CERTIFICATES=root):
        assert anchor_all(using="default", now=NOW) == []
        token = bytes(LogAnchor.objects.get().token or b"")
        stamped = stamped_at(token, note, roots=trusted_roots(), who="authority")
        assert abs(datetime.now(UTC) - stamped) < timedelta(minutes=5)
        with pytest.raises(AnchorError, match="about something else"):
            stamped_at(token, f"{note}x", roots=trusted_roots(), who="authority")


def test_t3_a_stamp_by_somebody_who_is_not_trusted_is_refused(authority: tuple[str, Path], tmp_path: Path) -> None:
    address, _root = authority
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "k",
            "-out",
            "other.pem",
            "-subj",
            "/CN=O",
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    checkpoint()
    with override_settings(LOG_ANCHORS=[f"rfc3161:{address}"], LOG_TSA_CERTIFICATES=tmp_path / "other.pem"):
        (failure,) = anchor_all(using="default", now=NOW)
    assert "does not hold" in failure
    assert not LogAnchor.objects.exists()


@pytest.mark.parametrize("place", ["elsewhere", ""])
def test_t3_an_authority_that_does_not_stamp_is_told(authority: tuple[str, Path], place: str) -> None:
    address = re.sub("tsr$", place, authority[0]) if place else "http://127.0.0.1:9/tsr"
    checkpoint()
    with override_settings(LOG_ANCHORS=[f"rfc3161:{address}"]):
        (failure,) = anchor_all(using="default", now=NOW)
    assert "did not answer" in failure
