"""E2, E4: a file is stored under its hash, read back, never replaced, and opened only if it is still the same."""

import errno
import hashlib
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile

from learners.evidence.directory import EvidenceDirectory
from learners.evidence.incoming import Document
from learners.evidence.kinds import Kind
from learners.evidence.store import (
    OURS,
    EvidenceAltered,
    EvidenceMissing,
    NotOurStore,
    StoredFile,
    StoreUnavailable,
    check_stored,
    open_stored,
    store,
    write_mark,
)
from tests.site import IDENTITY

CONTENT = b"%PDF of the third of March"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def _store(content: bytes = CONTENT) -> StoredFile:
    document = Document.made_here(content, content_type=Kind.PDF, pages=2, name="sheet.pdf")
    return store(document=document, site=IDENTITY)


def test_e2_the_key_is_made_of_the_hash(evidence_dir: Path) -> None:
    assert _store() == StoredFile(f"{SHA256[:2]}/{SHA256}.pdf", SHA256, len(CONTENT), "application/pdf", 2)
    assert (evidence_dir / SHA256[:2] / f"{SHA256}.pdf").read_bytes() == CONTENT


def test_e2_only_the_sites_account_reads_the_files(evidence_dir: Path) -> None:
    path = evidence_dir / _store().key
    assert [each.stat().st_mode & 0o777 for each in (evidence_dir, path.parent, path)] == [0o700, 0o700, 0o600]


def test_e2_the_same_file_again_is_not_written_again(evidence_dir: Path) -> None:
    path = evidence_dir / _store().key
    written_at = path.stat().st_mtime_ns
    assert _store().key == str(path.relative_to(evidence_dir))
    assert path.stat().st_mtime_ns == written_at
    assert _files(evidence_dir) == [path]


def test_e2_a_damaged_file_under_that_name_stays_as_proof_and_the_good_one_goes_beside_it(evidence_dir: Path) -> None:
    damaged = evidence_dir / _store().key
    damaged.write_bytes(b"damaged")
    again = _store()
    assert again.key.startswith(f"{SHA256[:2]}/{SHA256}-")
    assert (evidence_dir / again.key).read_bytes() == CONTENT
    assert damaged.read_bytes() == b"damaged"


def test_e2_what_reads_back_differently_is_not_stored(evidence_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(self: EvidenceDirectory, name: str, content: ContentFile) -> str:
        return save(self, name, ContentFile(content.read()[:-1]))

    save = EvidenceDirectory._save
    monkeypatch.setattr(EvidenceDirectory, "_save", careless)
    with pytest.raises(StoreUnavailable, match="Nothing was changed"):
        _store()


@pytest.mark.parametrize("method", ["open", "save"])
def test_e2_a_store_that_fails_is_a_sentence(evidence_dir: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(EvidenceDirectory, method, full)
    with pytest.raises(StoreUnavailable, match="Nothing was changed") as caught:
        _store()
    assert caught.value.status == 503


def test_e2_a_disk_that_fills_up_leaves_nothing(evidence_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("learners.evidence.directory.os.fsync", full)
    with pytest.raises(StoreUnavailable):
        _store()
    assert _files(evidence_dir) == []


def test_e3_a_stored_file_opens_and_matches(evidence_dir: Path) -> None:
    file = _store()
    check_stored(key=file.key, sha256=file.sha256)
    with open_stored(key=file.key, sha256=file.sha256) as opened:
        assert opened.read() == CONTENT


@pytest.mark.parametrize(
    "damage", [CONTENT[:-1], CONTENT + b" ", b"", CONTENT.replace(b"third", b"fifth")], ids=lambda each: each[-12:]
)
def test_e3_an_altered_file_is_found(evidence_dir: Path, damage: bytes) -> None:
    file = _store()
    (evidence_dir / file.key).write_bytes(damage)
    with pytest.raises(EvidenceAltered, match="not the one that was uploaded"):
        check_stored(key=file.key, sha256=file.sha256)
    with pytest.raises(EvidenceAltered):
        open_stored(key=file.key, sha256=file.sha256)


@pytest.mark.django_db
def test_e3_a_missing_file_is_found(evidence_dir: Path) -> None:
    file = _store()
    (evidence_dir / file.key).unlink()
    with pytest.raises(EvidenceMissing, match="missing in the evidence store"):
        check_stored(key=file.key, sha256=file.sha256)
    with pytest.raises(EvidenceMissing):
        open_stored(key=file.key, sha256=file.sha256)


def _files(directory: Path) -> list[Path]:
    """Return the files of evidence, without what is ours."""
    return [path for path in directory.rglob("*") if path.is_file() and not path.is_relative_to(directory / OURS)]


def test_e2_nothing_is_written_below_the_mount_point_of_a_volume_that_is_not_there(evidence_dir: Path) -> None:
    evidence_dir.rename(evidence_dir.with_name("volume"))
    evidence_dir.mkdir()
    with pytest.raises(NotOurStore, match="its disk may not be mounted"):
        _store()
    assert list(evidence_dir.iterdir()) == []


def test_e2_nothing_is_written_into_the_store_of_another_site(evidence_dir: Path) -> None:
    write_mark(site=uuid4())
    with pytest.raises(NotOurStore, match="belongs to another site"):
        _store()
    assert _files(evidence_dir) == []


def test_e3_a_volume_that_is_not_there_has_lost_no_file(evidence_dir: Path) -> None:
    file = _store()
    evidence_dir.rename(evidence_dir.with_name("volume"))
    with pytest.raises(NotOurStore):
        check_stored(key=file.key, sha256=file.sha256)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "is full"), (errno.EIO, "declines: EIO"), (errno.ENODEV, "does not work at the moment")],
)
def test_the_sentence_says_what_is_known(
    evidence_dir: Path, monkeypatch: pytest.MonkeyPatch, number: int, sentence: str
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(number, "whatever")

    monkeypatch.setattr("learners.evidence.directory.os.fsync", fail)
    with pytest.raises(StoreUnavailable, match=sentence):
        _store()
