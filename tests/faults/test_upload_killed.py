"""E2: kill -9 inside an upload, at each step and at any moment, leaves the session as it was or linked whole."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection

from attendance.services.evidence import upload_evidence
from learners.evidence.store import check_stored
from learners.models import EvidenceUpload
from tests.factories import files
from tests.factories.training import scheduled_session
from tests.integrity import check_integrity, check_integrity_of
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

CHECKOUT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)

# What is called at each step, in order, and whether the kill comes before or after that call.
STEPS = {
    "received": ("learners.evidence.limited.run", "before"),
    "checked": ("learners.evidence.limited.run", "after"),
    "about to store": ("attendance.services.evidence.store", "before"),
    "written, not on the disk": ("learners.evidence.directory.os.fsync", "before"),
    "on the disk, not renamed": ("learners.evidence.directory.Path.replace", "before"),
    "renamed, not read back": ("learners.evidence.directory.Path.replace", "after"),
    "stored and read back": ("attendance.services.evidence.store", "after"),
    "about to lock": ("attendance.services.evidence.lock_session", "before"),
    "locked": ("attendance.services.evidence.lock_session", "after"),
    "upload written": ("learners.models.EvidenceUpload.save", "after"),
    "session written": ("django.db.models.query.QuerySet.update", "after"),
    "about to commit": ("django.db.backends.base.base.BaseDatabaseWrapper._commit", "before"),
    "committed": ("django.db.backends.base.base.BaseDatabaseWrapper._commit", "after"),
    "not answered": ("attendance.services.evidence._link", "after"),
}
IS_COMMITTED = {"committed", "not answered"}


@pytest.fixture
def session() -> Session:
    return scheduled_session()


def _start(session: Session, by: User, evidence_dir: Path, *step: str) -> subprocess.Popen[str]:
    words = [str(connection.settings_dict["NAME"]), str(session.pk), str(by.pk), *step]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.killed_upload", *words],
        cwd=CHECKOUT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "EVIDENCE_DIR": str(evidence_dir)},
        stdout=subprocess.PIPE,
        text=True,
    )


def _is_linked(session: Session) -> bool:
    """Whether the session is linked, and whole then; all of it is missing otherwise."""
    session.refresh_from_db()
    check_integrity_of(session, today=NOW.date(), now=NOW)
    uploads = list(EvidenceUpload.objects.filter(session=session))
    if not session.has_evidence:
        assert uploads == []
        return False
    (upload,) = uploads
    assert (upload.key, upload.sha256) == (session.attendance_file_key, session.attendance_file_hash)
    assert (upload.size, upload.pages) == (len(files.pdf()), 1)
    check_stored(key=upload.key, sha256=upload.sha256)
    return True


def _assert_can_be_repeated(session: Session, by: User, evidence_dir: Path) -> None:
    """A second try works, and finds the file of the first if it was there whole."""
    upload = upload_evidence(session_id=session.pk, files=[files.upload(files.pdf())], by=by, now=NOW)
    check_stored(key=upload.key, sha256=upload.sha256)
    assert list(evidence_dir.rglob("*.pdf")) == [evidence_dir / upload.key]


@pytest.mark.parametrize("step", STEPS)
def test_e2_killed_at_a_step(session: Session, supervisor: User, evidence_dir: Path, step: str) -> None:
    with _start(session, supervisor, evidence_dir, *STEPS[step]) as process:
        assert process.wait(60) == -signal.SIGKILL
    assert _is_linked(session) == (step in IS_COMMITTED)
    check_integrity(today=NOW.date(), now=NOW)
    _assert_can_be_repeated(session, supervisor, evidence_dir)


def test_e2_killed_at_any_moment(supervisor: User, evidence_dir: Path, long: bool) -> None:
    chance = random.Random(2026)  # noqa: S311  # the same moments every time
    for _ in range(200 if long else 4):
        session = scheduled_session()
        with _start(session, supervisor, evidence_dir) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0, 0.35))
            process.kill()
        _is_linked(session)  # asserts that it is so whole
    check_integrity(today=NOW.date(), now=NOW)


def test_the_control_links(session: Session, supervisor: User, evidence_dir: Path) -> None:
    with _start(session, supervisor, evidence_dir) as process:
        assert process.wait(60) == 0
    assert _is_linked(session)
