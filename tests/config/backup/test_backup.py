"""Backup into a directory or a bucket (B1): whole, once for each file, honest about what is missing."""

import errno
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config.backup import programs
from config.backup.keep import remove_old
from config.backup.make import LOCK, back_up
from config.backup.manifest import DUMP, LIST, MANIFEST, read_manifest, whole_generations
from config.backup.runs import last_good_backup
from config.backup.target import Target, TargetError
from config.models import BackupRun
from learners.evidence.store import put_back
from learners.models import EvidenceUpload
from tests.config.backup.world import run, session_with_sheet
from tests.config.test_site_export import _another_connection
from tests.factories.learners import LearnerFactory
from tests.faults.object_store import REGION, make_bucket, moto_store, s3_at
from training.models import Erasure, Session

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "backups"
    place.mkdir()
    return place


@pytest.fixture
def sessions(evidence_dir: Path) -> list[Session]:
    learner = LearnerFactory()
    return [session_with_sheet(evidence_dir, [learner], number=number) for number in range(3)]


def new(place: Path) -> str:
    return back_up(target=Target(str(place)), now=timezone.now(), on_progress=lambda _done, _all: None).generation


def files(place: Path) -> dict[str, int]:
    return {str(path.relative_to(place)): path.stat().st_mtime_ns for path in place.rglob("*") if path.is_file()}


def test_b1_a_file_is_copied_once_and_the_manifest_tells_all(
    sessions: list[Session], place: Path, settings: Settings
) -> None:
    told, _ = run("backup", place)
    before = files(place)
    run("backup", place)

    assert "3 of 3 files" in told
    assert {name: at for name, at in files(place).items() if name in before} == before
    added = files(place).keys() - before.keys()
    assert {Path(name).name for name in added} == {DUMP, LIST, MANIFEST}
    assert all(path.stat().st_mode & 0o077 == 0 for path in place.rglob("*") if path.is_file())
    text = next(place.glob(f"generations/*/{MANIFEST}")).read_text()
    manifest = json.loads(text)
    assert (manifest["files"], manifest["rows"]["sessions"], manifest["good"]) == (3, 3, True)
    assert manifest["postgresql"] == programs.server_version()
    assert settings.SECRET_KEY not in text
    newest = BackupRun.objects.latest("pk")
    assert last_good_backup() == newest
    assert "3 files read" in run("backup", place, verify=True)[0]


def test_b1_what_the_store_does_not_have_is_named_and_the_rest_is_kept(
    sessions: list[Session], place: Path, evidence_dir: Path
) -> None:
    missing, altered, sound = (str(each.attendance_file_key) for each in sessions)
    (evidence_dir / missing).unlink()
    (evidence_dir / altered).write_bytes(b"another")

    _told, complaints = run("backup", place)

    assert f"MISSING {missing}" in complaints
    assert f"ALTERED {altered}" in complaints
    assert "NOT GOOD" in complaints
    assert [path.name for path in place.glob("evidence/*/*")] == [Path(sound).stem]
    assert last_good_backup() is None


def test_b1_nobody_misses_the_file_of_a_sheet_that_was_erased(
    sessions: list[Session], place: Path, evidence_dir: Path
) -> None:
    key = str(sessions[0].attendance_file_key)
    upload = EvidenceUpload.objects.get(key=key)
    Erasure.objects.create(seals=[], rows={"learners_evidenceupload": [upload.pk]}, reason="Over", erased_by="operator")
    (evidence_dir / key).unlink()

    assert "2 of 2 files" in run("backup", place)[0]


@pytest.mark.parametrize("part", ["evidence", DUMP, LIST, MANIFEST])
def test_b1_one_changed_byte_of_a_backup_is_found(sessions: list[Session], place: Path, part: str) -> None:
    new(place)
    victim = next(path for path in place.rglob("*") if path.is_file() and part in (path.name, path.parts[-3]))
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 0x80
    victim.write_bytes(bytes(content))

    if part in ("evidence", DUMP):
        _told, complaints = run("backup", place, verify=True)
        assert "DAMAGED" in complaints.upper()
    else:
        with pytest.raises(CommandError, match="is damaged"):
            run("backup", place, verify=True)


def test_b1_old_backups_go_and_no_file_that_another_one_names(
    sessions: list[Session], place: Path, evidence_dir: Path
) -> None:
    target = Target(str(place))
    first = new(place)
    extra = place / "evidence/00/0000"
    extra.parent.mkdir(exist_ok=True)
    extra.write_bytes(b"of an upload that was erased")
    half = place / "generations/20200101T000000Z-half" / DUMP
    half.parent.mkdir()
    half.write_bytes(b"of a backup that was killed")
    assert remove_old(target, keep=1) == 0
    assert extra.exists()
    (evidence_dir / str(sessions[0].attendance_file_key)).unlink()
    back_up(target=target, now=timezone.now() + timedelta(seconds=2), on_progress=lambda _done, _all: None)
    last = back_up(target=target, now=timezone.now() + timedelta(seconds=4), on_progress=lambda _done, _all: None)

    assert last.damaged == {}, "what was copied before is there, although the store has lost it"
    remove_old(target, keep=1)

    assert whole_generations(target) == [last.generation] != [first]
    assert not extra.exists()
    assert not half.exists()
    assert "3 files read" in run("backup", place, verify=True)[0]


def test_b1_a_bucket_holds_the_same(tmp_path: Path, settings: Settings) -> None:
    with moto_store() as url:
        settings.STORAGES = {**settings.STORAGES, **s3_at(url)}
        settings.BACKUP_S3 = s3_at(url)["evidence"]["OPTIONS"]
        make_bucket()
        evidence: Any = storages["evidence"]
        evidence.connection.create_bucket(Bucket="backups", CreateBucketConfiguration={"LocationConstraint": REGION})
        session_with_sheet(tmp_path, [], number=1)
        for path in tmp_path.glob("??/*.pdf"):
            with path.open("rb") as file:
                put_back(key=str(path.relative_to(tmp_path)), file=file)
        address = "s3://backups/site"

        assert "1 of 1 files" in run("backup", address, keep=1)[0]
        assert "1 files read" in run("backup", address, verify=True)[0]
        with pytest.raises(CommandError, match="no-such-bucket: cannot"):
            run("backup", "s3://no-such-bucket")


def test_b1_a_target_that_cannot_be_written_says_so_and_there_is_no_backup(
    sessions: list[Session], place: Path, tmp_path: Path, evidence_dir: Path
) -> None:
    for target, sentence in (
        (tmp_path / "not mounted", "is no directory"),
        (evidence_dir / "inside", "lie in each other"),
        (Path("/dev/full"), "is no directory"),
    ):
        if target.parent == evidence_dir:
            target.mkdir()
        with pytest.raises(CommandError, match=sentence) as refused:
            run("backup", target)
        assert refused.value.returncode == 2
    (place / "generations").write_text("a file is in the way")
    with pytest.raises(CommandError, match="cannot write generations"):
        run("backup", place)
    assert not BackupRun.objects.exists()


def test_b1_a_full_disk_leaves_no_backup_and_the_next_one_is_whole(
    sessions: list[Session], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = os.fsync, 3

    def full(descriptor: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TargetError, match=r"ENOSPC\. It is full"):
        new(place)
    monkeypatch.undo()

    assert whole_generations(Target(str(place))) == []
    assert not list(place.rglob("*.part"))
    assert read_manifest(Target(str(place)), new(place)).is_good


def test_b1_two_at_once_and_the_backups_of_another_site_are_refused(sessions: list[Session], place: Path) -> None:
    with _another_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(CommandError, match="Another backup of this site is running"):
            run("backup", place)
        other.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    (place / "site").write_text("00000000-0000-0000-0000-000000000000")
    with pytest.raises(CommandError, match="has the backups of another site"):
        run("backup", place)


def test_b1_pg_dump_must_not_be_older_than_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "server_version", lambda: 99)
    with pytest.raises(programs.ProgramError, match=r"PostgreSQL 99.*the newest here is of \d+\. Install"):
        programs.program("pg_dump")


def test_b1_monitor_tells_the_age_of_the_last_good_backup(client: Client, settings: Settings) -> None:
    assert client.get("/monitor").json()["backup"] == "ok"
    settings.BACKUP_MAX_AGE_HOURS = 26
    assert client.get("/monitor").json()["backup"] == "there was none yet"
    row = {"target": "/mnt", "files": 1, "bytes": 1, "ended_at": timezone.now()}
    BackupRun.objects.create(began_at=timezone.now() - timedelta(hours=30.5), damaged=0, **row)
    BackupRun.objects.create(began_at=timezone.now(), damaged=1, **row)
    assert client.get("/monitor").json()["backup"] == "the last good one is 30 hours old"
    BackupRun.objects.create(began_at=timezone.now(), damaged=0, **row)
    assert client.get("/monitor").json()["backup"] == "ok"
