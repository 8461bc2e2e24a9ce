"""The audit pack: what is in it, that its manifest holds on any machine, and what happens to damaged evidence."""

import hashlib
import io
import re
import subprocess
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import User

from attendance.papers import pack as packing
from attendance.papers.pack import MANIFEST, Pack, PackReads, make_pack, pack_of_worker, pack_of_workers
from attendance.papers.pack import packed as packed_and_read
from attendance.papers.pack_seals import CHECKPOINT, KEY
from learners.evidence.store import StoreUnavailable, open_stored
from learners.models import EvidenceRead, EvidenceUpload, Learner, TrainingRecord
from tests.factories.compliance import asked_of, judge
from tests.factories.learners import (
    EvidenceUploadFactory,
    LearnerFactory,
    RevocationFactory,
    TrainingRecordFactory,
)
from tests.factories.training import scheduled_session
from training.core.seals.verify_page.page import PAGE_NAME
from training.models import Session
from training.services.job_kinds import untold

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]


def store(directory: Path, content: bytes, **fields: Any) -> EvidenceUpload:
    """Put a file into the store, with its row."""
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"{sha256[:2]}/{sha256}.pdf"
    (directory / key).parent.mkdir(parents=True, exist_ok=True)
    (directory / key).write_bytes(content)
    upload: EvidenceUpload = EvidenceUploadFactory(key=key, sha256=sha256, size=len(content), **fields)
    return upload


def session_with_sheet(directory: Path, content: bytes = b"%PDF signed sheet") -> tuple[Session, EvidenceUpload]:
    session = scheduled_session()
    return session, store(directory, content, session=session)


def record_of(session: Session, sheet: EvidenceUpload, learner: Learner, **fields: Any) -> TrainingRecord:
    record: TrainingRecord = TrainingRecordFactory(
        learner=learner,
        session=session,
        course_version=session.course_version,
        provider=None,
        evidence_file_key=sheet.key,
        evidence_hash=sheet.sha256,
        **fields,
    )
    return record


def external_record(directory: Path, learner: Learner, content: bytes, **fields: Any) -> TrainingRecord:
    sha256 = hashlib.sha256(content).hexdigest()
    record: TrainingRecord = TrainingRecordFactory(
        learner=learner, evidence_file_key=f"{sha256[:2]}/{sha256}.pdf", evidence_hash=sha256, **fields
    )
    store(directory, content, record=record)
    return record


def packed(pack: Pack) -> Iterator[bytes]:
    return packed_and_read(pack, reads=PackReads(), tell=untold)


def unzip(pack: Pack) -> dict[str, bytes]:
    """Return every file of a pack by its name inside the one directory."""
    with zipfile.ZipFile(io.BytesIO(b"".join(packed(pack)))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(set(names)) == len(names)
        assert all(name.startswith(f"{pack.name}/") for name in names)
        return {name.removeprefix(f"{pack.name}/"): archive.read(name) for name in names}


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_bounded() for page in pages)
    return re.sub(r"[\s\u200b\ufffe\x02]+", " ", text)


def evidence_in(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.startswith("evidence/")}


@pytest.fixture
def learner() -> Learner:
    return LearnerFactory(first_name="Oksana", last_name="Kovalenko", badge_id="11156")


@pytest.fixture
def of_worker(learner: Learner, auditor: User) -> Pack:
    return pack_of_worker(learner, on=None, by=auditor, now=NOW)


def test_every_valid_record_is_in_with_its_evidence_as_it_was_stored(
    evidence_dir: Path, learner: Learner, of_worker: Pack
):
    session, sheet = session_with_sheet(evidence_dir)
    record_of(session, sheet, learner)
    external = external_record(evidence_dir, learner, b"%PDF certificate", expiry_date=TODAY)

    files = unzip(of_worker)

    assert set(evidence_in(files).values()) == {b"%PDF signed sheet", b"%PDF certificate"}
    assert set(evidence_in(files)) == {
        f"evidence/{session.reference}-{sheet.sha256[:8]}.pdf",
        f"evidence/record-{external.pk}-{external.evidence_hash[:8]}.pdf",
    }
    assert set(files) == {"summary.pdf", MANIFEST, KEY, CHECKPOINT, PAGE_NAME, *evidence_in(files)}


def test_what_does_not_count_is_not_in(evidence_dir: Path, learner: Learner, of_worker: Pack):
    external_record(evidence_dir, learner, b"expired", expiry_date=date(2026, 11, 20))
    external_record(evidence_dir, learner, b"failed", result="FAILED", expiry_date=None)
    RevocationFactory(record=external_record(evidence_dir, learner, b"revoked"))
    external_record(evidence_dir, LearnerFactory(), b"somebody else's")

    assert evidence_in(unzip(of_worker)) == {}


def test_the_manifest_is_accepted_by_sha256sum(evidence_dir: Path, learner: Learner, of_worker: Pack, tmp_path: Path):
    session, sheet = session_with_sheet(evidence_dir)
    record_of(session, sheet, learner)
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(io.BytesIO(b"".join(packed(of_worker)))) as archive:
        archive.extractall(unpacked)
    directory = unpacked / of_worker.name

    check = ["sha256sum", "--check", "--strict", MANIFEST]
    answer = subprocess.run(check, cwd=directory, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    listed = {line.split("  ")[1] for line in (directory / MANIFEST).read_text().splitlines()}
    there = {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}
    assert listed == there - {MANIFEST, CHECKPOINT, PAGE_NAME}

    (directory / "summary.pdf").write_bytes(b"other")
    assert subprocess.run(check, cwd=directory, capture_output=True, check=False).returncode == 1


def test_e6_corrections_are_in_beside_the_original(evidence_dir: Path, learner: Learner, of_worker: Pack):
    session, sheet = session_with_sheet(evidence_dir)
    record_of(session, sheet, learner)
    correction = store(evidence_dir, b"right scan", session=session, corrects=sheet, reason="Wrong scan")

    files = unzip(of_worker)

    names = [
        f"evidence/{session.reference}-correction-{correction.sha256[:8]}.pdf",
        f"evidence/{session.reference}-{sheet.sha256[:8]}.pdf",
    ]
    assert [files[name] for name in names] == [b"right scan", b"%PDF signed sheet"]
    text = text_of(files["summary.pdf"]).replace("- ", "-")
    assert text.index(names[0]) < text.index(names[1])


def test_a_sheet_that_workers_share_is_in_once(evidence_dir: Path, auditor: User):
    session, sheet = session_with_sheet(evidence_dir)
    learners = LearnerFactory.create_batch(3)
    for learner in learners:
        record_of(session, sheet, learner)

    files = unzip(pack_of_workers([each.pk for each in learners], subject="All", on=None, by=auditor, now=NOW))

    assert len(evidence_in(files)) == 1


def test_l2_records_under_a_merged_badge_are_the_persons(evidence_dir: Path, learner: Learner, of_worker: Pack):
    merged = LearnerFactory()
    external_record(evidence_dir, merged, b"under the old badge")
    Learner.objects.filter(pk=merged.pk).update(status="INACTIVE", merged_into=learner)

    assert list(evidence_in(unzip(of_worker)).values()) == [b"under the old badge"]


def test_c8_a_day_in_the_past_counts_what_counted_then(evidence_dir: Path, learner: Learner, auditor: User):
    Learner.objects.filter(pk=learner.pk).update(start_date=date(2026, 3, 1))
    external_record(evidence_dir, learner, b"then", completion_date=date(2026, 3, 1), expiry_date=date(2026, 6, 1))
    external_record(evidence_dir, learner, b"later", completion_date=date(2026, 5, 1), expiry_date=None)
    revoked = external_record(evidence_dir, learner, b"revoked since", completion_date=date(2026, 3, 2))
    RevocationFactory(record=revoked, revoked_on=date(2026, 4, 3))
    gone = external_record(evidence_dir, learner, b"revoked by then", completion_date=date(2026, 3, 2))
    RevocationFactory(record=gone, revoked_on=date(2026, 4, 2))
    on = date(2026, 4, 2)

    pack = pack_of_worker(learner, on=on, by=auditor, now=NOW)
    files = unzip(pack)

    assert pack.name == "audit-pack-11156-2026-04-02"
    assert set(evidence_in(files).values()) == {b"then", b"revoked since"}
    assert "As of 2 Apr 2026" in text_of(files["summary.pdf"])


def test_c8_a_record_that_was_entered_later_says_so(evidence_dir: Path, learner: Learner, auditor: User):
    entered = datetime(2026, 5, 1, tzinfo=UTC)
    external_record(evidence_dir, learner, b"late", completion_date=date(2026, 3, 1), created_at=entered)

    files = unzip(pack_of_worker(learner, on=date(2026, 4, 2), by=auditor, now=NOW))

    assert "entered later, 1 May 2026" in text_of(files["summary.pdf"])


def test_c8_what_was_known_differently_on_that_day_is_said(evidence_dir: Path, learner: Learner, auditor: User):
    files = unzip(pack_of_worker(learner, on=date(2026, 4, 2), by=auditor, now=NOW))

    assert "Worker: Active, " in text_of(files["summary.pdf"])
    assert "Entered later, by somebody who is not named, on " in text_of(files["summary.pdf"])


# The summary


def test_the_summary_tells_verdict_requirements_why_and_evidence(evidence_dir: Path, learner: Learner, of_worker: Pack):
    held, missing = asked_of(learner, title="Working at Height"), asked_of(learner, title="Confined Space")
    record = external_record(evidence_dir, learner, b"proof", course_version=held, course=held.course)
    other = external_record(evidence_dir, learner, b"further")
    judge(learner, on=TODAY)

    text = text_of(unzip(of_worker)["summary.pdf"]).replace("- ", "-")

    assert "Oksana Kovalenko" in text
    assert "11156" in text
    assert "Not cleared" in text
    assert "Confined Space missing" in text
    assert f"{missing.course.code} Confined Space" in text
    assert f"{learner.role.title} role, before site access" in text
    assert f"{held.course.code} Working at Height" in text
    assert f"Record {record.pk} evidence/record-{record.pk}-{record.evidence_hash[:8]}.pdf" in text
    assert f"Record {other.pk} evidence/record-{other.pk}-" in text
    assert text.index("Further valid records") < text.index(f"Record {other.pk}")


def test_the_summary_of_many_begins_with_their_verdicts(evidence_dir: Path, auditor: User):
    learners = LearnerFactory.create_batch(2)
    asked_of(learners[1], title="Confined Space")
    judge(*learners, on=TODAY)
    keys = [each.pk for each in learners]

    text = text_of(unzip(pack_of_workers(keys, subject="Employer: Acme", on=None, by=auditor, now=NOW))["summary.pdf"])

    assert "Employer: Acme" in text
    assert "Workers: 2" in text
    assert text.index("Cleared") < text.index("Not cleared")
    assert text.count(learners[0].name) == 2


def test_names_that_no_font_can_print_are_explained(of_worker: Pack, learner: Learner):
    Learner.objects.filter(pk=learner.pk).update(first_name="ᏣᎳᎩ")

    assert "[?] stands for letters" in text_of(unzip(of_worker)["summary.pdf"])


def test_nobody_matches_is_said(auditor: User):
    files = unzip(pack_of_workers([], subject="", on=None, by=auditor, now=NOW))

    assert "No worker matches." in text_of(files["summary.pdf"])


def test_many_workers_come_in_parts(evidence_dir: Path, auditor: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(packing, "WORKERS_AT_A_TIME", 2)
    session, sheet = session_with_sheet(evidence_dir)
    learners = LearnerFactory.create_batch(3)
    for learner in learners:
        record_of(session, sheet, learner)

    files = unzip(pack_of_workers([each.pk for each in learners], subject="", on=None, by=auditor, now=NOW))

    proof = {KEY, CHECKPOINT, PAGE_NAME}
    assert set(files) == {"summary-01.pdf", "summary-02.pdf", MANIFEST, *proof, *evidence_in(files)}
    assert len(evidence_in(files)) == 1
    assert "Part 2 of 2" in text_of(files["summary-02.pdf"])
    assert learners[2].name in text_of(files["summary-02.pdf"])


def test_names_of_files_are_plain_whatever_people_typed(evidence_dir: Path, auditor: User):
    learner = LearnerFactory(badge_id="../Ünï/.. 7", first_name="محمد", last_name="../../etc")
    external_record(evidence_dir, learner, b"proof")
    pack = pack_of_worker(learner, on=None, by=auditor, now=NOW)
    files = unzip(pack)

    assert pack.name == "audit-pack-n-7-2026-11-21"
    assert "محمد" in text_of(files["summary.pdf"])
    for name in files:
        assert re.fullmatch(r"[A-Za-z0-9./-]+", name)
        assert ".." not in name


# Damaged evidence


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda path: path.unlink(), "missing in the evidence store"),
        (lambda path: path.write_bytes(b"%PDF SIGNED sheet"), "altered in the evidence store"),
        (lambda path: (path.unlink(), path.mkdir()), "not readable in the evidence store"),
    ],
)
def test_a_damaged_file_stays_out_and_the_pack_says_so(
    evidence_dir: Path, learner: Learner, of_worker: Pack, damage: Any, what: str
):
    session, sheet = session_with_sheet(evidence_dir)
    record = record_of(session, sheet, learner)
    sound = external_record(evidence_dir, learner, b"sound")
    damage(evidence_dir / sheet.key)

    files = unzip(of_worker)

    assert list(evidence_in(files).values()) == [b"sound"]
    told = files["MISSING-EVIDENCE.txt"].decode()
    assert f"{sheet.key}: {what}. It proves record {record.pk}." in told
    assert sound.evidence_file_key not in told
    summary = text_of(files["summary.pdf"])
    assert "Evidence files NOT in this pack: 1." in summary
    assert f"Record {record.pk} NOT IN THIS PACK: {what}" in summary
    manifest = files[MANIFEST].decode()
    assert sheet.sha256 not in manifest
    assert "MISSING-EVIDENCE.txt" in manifest


def test_a_damaged_sheet_of_many_names_each_record(evidence_dir: Path, auditor: User):
    session, sheet = session_with_sheet(evidence_dir)
    learners = LearnerFactory.create_batch(2)
    records = [record_of(session, sheet, learner) for learner in learners]
    (evidence_dir / sheet.key).unlink()

    files = unzip(pack_of_workers([each.pk for each in learners], subject="", on=None, by=auditor, now=NOW))

    assert f"It proves record {records[0].pk}, {records[1].pk}." in files["MISSING-EVIDENCE.txt"].decode()


def test_a_store_that_is_down_gives_no_pack(evidence_dir: Path, learner: Learner, of_worker: Pack):
    session, sheet = session_with_sheet(evidence_dir)
    record_of(session, sheet, learner)
    evidence_dir.rename(evidence_dir.with_name("unplugged"))

    with pytest.raises(StoreUnavailable):
        next(packed(of_worker))


def test_a_store_that_leaves_half_way_breaks_the_pack(
    evidence_dir: Path, learner: Learner, of_worker: Pack, monkeypatch: pytest.MonkeyPatch
):
    for number in range(2):
        external_record(evidence_dir, learner, b"proof %d" % number)
    opened: list[str] = []

    def leave(**of: str) -> Any:
        if opened:
            raise StoreUnavailable("down")
        opened.append(of["key"])
        return open_stored(**of)

    monkeypatch.setattr(packing, "open_stored", leave)
    received = io.BytesIO()

    with pytest.raises(StoreUnavailable):
        received.writelines(packed(of_worker))

    assert received.tell() > 0
    assert not zipfile.is_zipfile(received)


# Reading it


def test_e3_every_file_is_logged_for_every_worker_it_proves(evidence_dir: Path, auditor: User):
    session, sheet = session_with_sheet(evidence_dir)
    correction = store(evidence_dir, b"right scan", session=session, corrects=sheet, reason="Wrong scan")
    learners = LearnerFactory.create_batch(2)
    for learner in learners:
        record_of(session, sheet, learner)

    product = make_pack(
        pack_of_workers([each.pk for each in learners], subject="", on=None, by=auditor, now=NOW), tell=untold
    )
    assert not EvidenceRead.objects.exists()  # nobody has it yet
    with product.file:
        product.log()

    reads = EvidenceRead.objects.values_list("upload", "learner", "kind", "read_by", "read_at")
    assert set(reads) == {
        (upload.pk, learner.pk, "DOWNLOAD", auditor.pk, NOW) for upload in (sheet, correction) for learner in learners
    }
    assert len(reads) == 4


@pytest.mark.parametrize("on", [None, date(2026, 4, 2)])
@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_workers_and_records(
    evidence_dir: Path, auditor: User, rows: int, on: date | None, django_assert_num_queries: Any
):
    learners = LearnerFactory.create_batch(rows)
    for learner in learners:
        asked_of(learner)
        for number in range(rows):
            external_record(evidence_dir, learner, b"%d %d" % (learner.pk, number), completion_date=date(2026, 3, 1))
    judge(*learners, on=TODAY)
    pack = pack_of_workers([each.pk for each in learners], subject="", on=on, by=auditor, now=NOW)

    with django_assert_num_queries(67 if on else 61):  # 54 for the seals, and for the log that is written twice
        unzip(pack)


def test_a_large_pack_passes_through_in_pieces(evidence_dir: Path, learner: Learner, of_worker: Pack):
    list(packed(of_worker))  # fonts are read once per process
    for number in range(3):
        external_record(evidence_dir, learner, bytes([number]) * 10 * 1024 * 1024)
    tracemalloc.start()
    try:
        largest = max(len(piece) for piece in packed(of_worker))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert largest < 1024 * 1024
    assert peak < 6 * 1024 * 1024


def test_the_first_piece_comes_before_the_second_file_is_read(
    evidence_dir: Path, learner: Learner, of_worker: Pack, monkeypatch: pytest.MonkeyPatch
):
    for number in range(2):
        external_record(evidence_dir, learner, b"proof %d" % number)
    opened: list[str] = []

    def note(**of: str) -> Any:
        opened.append(of["key"])
        return open_stored(**of)

    monkeypatch.setattr(packing, "open_stored", note)

    pieces: Iterator[bytes] = packed(of_worker)
    next(pieces)

    assert len(opened) == 1
    pieces.close()  # type: ignore[attr-defined]
