"""E5: `verify_evidence` names every stored file that is missing or altered, and no other."""

import hashlib
import io
import json
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from learners.evidence import verify as service
from learners.evidence.store import read_stored
from learners.models import EvidenceUpload
from tests.factories.learners import EvidenceUploadFactory, RegisterRecordFactory, TrainingRecordFactory
from tests.factories.training import UserFactory, scheduled_session
from tests.faults.object_store import make_bucket, moto_store, s3_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PAUSES", (0,))


def content_of(number: int) -> bytes:
    return b"%PDF " + str(number).encode() * (50 + number % 7)


def key_of(content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    return f"{sha256[:2]}/{sha256}.pdf"


def stored(directory: Path, content: bytes, **of: Any) -> EvidenceUpload:
    """Put a file into the store and return its row."""
    key = key_of(content)
    (directory / key).parent.mkdir(parents=True, exist_ok=True)
    (directory / key).write_bytes(content)
    upload: EvidenceUpload = EvidenceUploadFactory(
        key=key,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        **(of or {"session": scheduled_session()}),
    )
    return upload


def run(*arguments: str) -> tuple[int, str]:
    """Return exit status and what was printed."""
    out = io.StringIO()
    try:
        call_command("verify_evidence", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def report(*arguments: str) -> tuple[int, dict[str, Any]]:
    status, text = run("--json", "-", *arguments)
    return status, json.loads(text)


def remove(path: Path) -> None:
    path.unlink()


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


WAYS: dict[Callable[[Path], None], str] = {
    remove: "missing",
    alter: "altered",
    truncate: "other size",
    grow: "other size",
}


def test_e5_every_damaged_file_is_named_and_no_other(evidence_dir: Path, long: bool) -> None:
    files, damaged = (1000, 400) if long else (100, 40)
    session, user = scheduled_session(), UserFactory()
    uploads = [stored(evidence_dir, content_of(number), session=session, uploaded_by=user) for number in range(files)]
    chosen = random.Random(5).sample(uploads, damaged)  # noqa: S311  # the same files every time
    expected = {}
    for number, upload in enumerate(chosen):
        damage = list(WAYS)[number % 4]
        damage(evidence_dir / upload.key)
        expected[upload.key] = WAYS[damage]

    status, found = report()

    assert status == 1
    assert {each["key"]: each["damage"] for each in found["damaged"]} == expected
    assert (found["files"], found["sound"], found["surplus"]) == (files, files - damaged, [])


def test_e5_a_sound_store_ends_with_status_0(evidence_dir: Path) -> None:
    stored(evidence_dir, b"sheet")

    status, words = run()

    assert status == 0
    assert "Files read: 1, 5 bytes. All as they were stored." in words


def test_e5_nothing_uploaded_yet_is_fine(evidence_dir: Path) -> None:
    assert run() == (0, "Files read: 0, 0 bytes. All as they were stored.\n")


def test_e5_a_damaged_file_is_named_with_what_it_proves(evidence_dir: Path) -> None:
    sheet = stored(evidence_dir, b"sheet")
    assert sheet.session is not None
    of_sheet = {"session": sheet.session, "provider": None, "course_version": sheet.session.course_version}
    records = [
        TrainingRecordFactory(evidence_file_key=sheet.key, evidence_hash=sheet.sha256, **of_sheet) for _ in range(2)
    ]
    external = TrainingRecordFactory(evidence_file_key=key_of(b"certificate"))
    certificate = stored(evidence_dir, b"certificate", record=external)
    TrainingRecordFactory()  # of another file
    (evidence_dir / sheet.key).write_bytes(b"SHEET")
    (evidence_dir / certificate.key).write_bytes(b"longer than a certificate")

    status, found = report()
    words = run()[1]

    by_key = {each["key"]: each for each in found["damaged"]}
    assert status == 1
    assert by_key[sheet.key]["sessions"] == [sheet.session.reference]
    assert by_key[sheet.key]["records"] == [record.pk for record in records]
    assert by_key[sheet.key]["found"]["sha256"] == hashlib.sha256(b"SHEET").hexdigest()
    assert (by_key[certificate.key]["sessions"], by_key[certificate.key]["records"]) == ([], [external.pk])
    numbers = ", ".join(str(record.pk) for record in records)
    assert (
        f"ALTERED {sheet.key} (as long as it was, other content): session {sheet.session.reference}; records" in words
    )
    assert f"records {numbers}." in words
    assert f"OTHER SIZE {certificate.key} (25 bytes, stored were 11): records {external.pk}." in words
    assert "NOT as they were stored: 2." in words


def test_e5_a_surplus_file_is_listed_only(evidence_dir: Path) -> None:
    stored(evidence_dir, b"sheet")
    (evidence_dir / "zz").mkdir()
    (evidence_dir / "zz" / "left.part").write_bytes(b"half")

    status, found = report()

    assert status == 0
    assert found["surplus"] == ["zz/left.part"]
    assert "zz/left.part" in run()[1]


def test_e5_a_file_is_read_once_however_many_rows_name_it(evidence_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []

    def read(*, key: str, patiently: bool) -> Any:
        reads.append(key)
        return read_stored(key=key, patiently=patiently)

    monkeypatch.setattr(service, "read_stored", read)
    uploads = [stored(evidence_dir, b"sheet") for _ in range(3)]

    assert report()[1]["files"] == 1
    assert reads == [uploads[0].key]


def test_e5_one_file_that_cannot_be_read_is_a_finding(evidence_dir: Path) -> None:
    """A directory in its place, since the tests may run as root, whom no mode stops."""
    stored(evidence_dir, b"sheet")
    other = stored(evidence_dir, b"other")
    (evidence_dir / other.key).unlink()
    (evidence_dir / other.key).mkdir()

    status, found = report()

    assert status == 1
    assert [(each["key"], each["damage"]) for each in found["damaged"]] == [(other.key, "unreadable")]


@pytest.mark.parametrize("files", [1, 3])
def test_e5_queries_do_not_grow_with_the_files(evidence_dir: Path, files: int, django_assert_num_queries: Any) -> None:
    """Count, batch and its end, three for what the damaged ones prove, one for surplus ones."""
    for number in range(files):
        (evidence_dir / stored(evidence_dir, content_of(number)).key).write_bytes(b"")

    with django_assert_num_queries(10):
        run()


def test_e5_batches_cover_everything(evidence_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    uploads = [stored(evidence_dir, content_of(number)) for number in range(5)]
    (evidence_dir / max(upload.key for upload in uploads)).unlink()

    found = report()[1]

    assert (found["files"], len(found["damaged"])) == (5, 1)


def test_e5_a_large_file_passes_through_in_chunks(evidence_dir: Path) -> None:
    stored(evidence_dir, bytes(40 * 1024 * 1024))
    tracemalloc.start()
    try:
        assert run()[0] == 0
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


# A store, or a database, that does not answer


def test_e5_a_store_that_is_gone_is_no_verdict(evidence_dir: Path) -> None:
    stored(evidence_dir, b"sheet")
    evidence_dir.rename(evidence_dir.with_name("unplugged"))

    status, words = run()

    assert status == 2
    assert "Nothing is known about any file. The evidence store is not there" in words


def test_e5_a_store_that_leaves_half_way_is_no_verdict(evidence_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        stored(evidence_dir, content_of(number))

    def read_then_leave(*, key: str, patiently: bool) -> Any:
        content = read_stored(key=key, patiently=patiently)
        if evidence_dir.exists():
            evidence_dir.rename(evidence_dir.with_name("unplugged"))
        return content

    monkeypatch.setattr(service, "read_stored", read_then_leave)

    assert run()[0] == 2


def test_e5_a_store_that_hands_out_nothing_is_no_verdict(evidence_dir: Path) -> None:
    path = evidence_dir / stored(evidence_dir, b"sheet").key
    path.unlink()
    path.mkdir()

    status, words = run()

    assert status == 2
    assert "hands out no file at all" in words


def test_e5_every_file_missing_asks_for_the_disk(evidence_dir: Path) -> None:
    (evidence_dir / stored(evidence_dir, b"sheet").key).unlink()

    status, words = run()

    assert status == 1
    assert "Every file is missing. Is the disk of the store mounted" in words


def test_e5_a_database_that_does_not_answer_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**arguments: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("learners.management.commands.verify_evidence.verify_evidence", fail)

    status, words = run()

    assert status == 2
    assert "The database does not answer" in words


def test_e5_a_bucket_is_read_by_several_and_listed(settings: Any) -> None:
    uploads = [
        EvidenceUploadFactory(
            session=scheduled_session(),
            key=key_of(content),
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
        )
        for content in map(content_of, range(12))
    ]
    with moto_store() as url, override_settings(STORAGES={**settings.STORAGES, **s3_at(url)}):
        bucket: Any = storages["evidence"]
        assert run()[0] == 2, "there is no bucket yet"
        make_bucket()
        for number in range(11):
            bucket.bucket.put_object(Key=uploads[number].key, Body=content_of(number))
        bucket.bucket.put_object(Key=uploads[0].key, Body=b"other")
        bucket.bucket.put_object(Key="zz/surplus.pdf", Body=b"surplus")

        status, found = report()

    assert status == 1
    assert {each["key"]: each["damage"] for each in found["damaged"]} == {
        uploads[0].key: "other size",
        uploads[11].key: "missing",
    }
    assert found["surplus"] == ["zz/surplus.pdf"]


# The report


def test_e5_the_report_is_written_whole_beside_the_words(evidence_dir: Path, tmp_path: Path) -> None:
    stored(evidence_dir, b"sheet")
    target = tmp_path / "reports" / "evidence.json"
    target.parent.mkdir()

    status, words = run("--json", str(target))

    assert status == 0
    assert "Files read: 1" in words
    assert json.loads(target.read_text()) == {
        "files": 1,
        "extracts": 0,
        "bytes": 5,
        "sound": 1,
        "damaged": [],
        "surplus": [],
    }
    assert list(target.parent.iterdir()) == [target]


def test_e5_a_report_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    with CaptureQueriesContext(connection) as queries:
        status, words = run("--json", str(tmp_path / "nowhere" / "evidence.json"))

    assert status == 2
    assert "cannot be written" in words
    assert not queries.captured_queries


def test_e5_an_interrupted_run_leaves_nothing(
    evidence_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(evidence_dir, b"sheet")
    target = tmp_path / "evidence.json"

    def interrupt(**arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "read_stored", interrupt)

    status, words = run("--json", str(target))

    assert status == 130
    assert "no report" in words
    assert not target.exists()


def test_i7_extracts_of_old_registers_are_compared_too(evidence_dir: Path):
    sound, altered = RegisterRecordFactory(), RegisterRecordFactory()
    assert run() == (0, "Files read: 0, 0 bytes; extracts of old registers: 2. All as they were stored.\n")

    with connection.cursor() as cursor:  # as the owner of the tables could
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE learners_registerextract DROP CONSTRAINT register_extract_hash_is_of_content")
        cursor.execute("ALTER TABLE learners_registerextract DISABLE TRIGGER learners_registerextract_append_only")
        cursor.execute(
            "UPDATE learners_registerextract SET content = replace(content, 'Matrix', 'matrix') WHERE id = %s",
            [altered.extract.pk],
        )

    status, found = report()
    assert (status, found["extracts"], found["sound"]) == (1, 2, 1)
    assert [(each["key"], each["records"]) for each in found["damaged"]] == [(altered.evidence_file_key, [altered.pk])]
    assert f"ALTERED {altered.evidence_file_key} (as long as it was, other content): records {altered.pk}." in run()[1]
    assert sound.evidence_file_key not in run()[1]
