"""What proves an audit pack, and what is said where nothing can (T3, T5)."""

import io
import json
import subprocess
import zipfile
from base64 import b64decode
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from attendance.papers.pack import MANIFEST, Pack, PackReads, pack_of_worker, packed
from attendance.papers.pack_proof import CHECK_FILES, CHECK_SIGNATURE
from attendance.papers.pack_seals import CHECKPOINT, KEY
from attendance.papers.zip_stream import Member, zipped
from learners.models import Learner
from learners.services.records import revoke_record
from tests.attendance.papers.test_pack import NOW, external_record, record_of, session_with_sheet, text_of
from tests.factories.learners import CompetencyRecordFactory, LearnerFactory
from tests.factories.packs import BEFORE_DATA, MADE_AT
from tests.factories.training import UserFactory
from training.core.seals.checkpoints import fingerprint, read
from training.core.seals.tree import hash_leaf, is_consistent, root_from_inclusion
from training.core.seals.verify_page.page import PAGE_NAME
from training.models import LogCheckpoint, LogKey, PackMade, Seal
from training.selectors import seals
from training.services import packs_made
from training.services.job_kinds import untold
from training.services.packs_made import LogStandsStill, write_log

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]


@pytest.fixture
def learner(evidence_dir: Path) -> Learner:
    """A worker with two records, one of them of a session."""
    worker: Learner = LearnerFactory(badge_id="B-7", first_name="Zoë", last_name='O"Neill')
    session, sheet = session_with_sheet(evidence_dir)
    record_of(session, sheet, worker)
    external_record(evidence_dir, worker, b"%PDF certificate")
    return worker


@pytest.fixture
def pack(learner: Learner, auditor: User) -> Pack:
    return pack_of_worker(learner, on=None, by=auditor, now=NOW)


@pytest.fixture
def no_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process may not write the log."""
    monkeypatch.setattr(packs_made, "_WRITERS", [])


def unzipped(pack: Pack, place: Path) -> Path:
    """Unpack a pack, and return its folder."""
    content = b"".join(packed(pack, reads=PackReads(), tell=untold))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(place)
    return place / pack.name


def told(folder: Path) -> dict[str, Any]:
    """Return what `verify.html` is told."""
    text = (folder / PAGE_NAME).read_bytes().partition(BEFORE_DATA)[2].partition(b"</script>")[0]
    data: dict[str, Any] = json.loads(text)
    return data


def hashes(proof: str) -> list[bytes]:
    raw = b64decode(proof)
    return [raw[at : at + 32] for at in range(0, len(raw), 32)]


def test_t5_every_seal_of_what_is_shown_is_told_and_leads_to_the_checkpoint(
    learner: Learner, pack: Pack, tmp_path: Path
):
    proof = CompetencyRecordFactory(training_record=learner.records.latest("pk"), learner=learner)
    learner.first_name = "Zoe"
    learner.save()
    data = told(unzipped(pack, tmp_path))

    checkpoint = read(data["checkpoint"], known=data["keys"])
    all_told = [data["files"], *data["records"], *data["others"]]
    for seal in all_told:
        leaf_hash = hash_leaf(seal["leaf"].encode())
        assert (
            root_from_inclusion(leaf_hash, seal["position"], checkpoint.size, hashes(seal["proof"])) == checkpoint.root
        )
    kinds = [json.loads(seal["leaf"])["seal"].removesuffix(" 1") for seal in all_told]
    # The session was never finalized, so it has no seal; the worker has one for each name.
    assert sorted(kinds) == ["pack", "record", "record", "sign-off", "upload", "upload", "worker", "worker"]
    for seal in data["records"]:
        salt, text = seal["open"]["person"]
        leaf = json.loads(seal["leaf"])
        assert sha256(bytes.fromhex(salt) + text.encode()).hexdigest() == leaf["person"]
        assert json.loads(text) == ["B-7", 'Zoë O"Neill']
        assert set(seal["open"]) == {"person"}
        content = (tmp_path / pack.name / seal["file"]).read_bytes()
        assert sha256(content).hexdigest() == leaf["evidence"]
    assert proof.pk in [json.loads(seal["leaf"])["id"] for seal in data["others"]]


def test_t5_the_seal_of_a_pack_has_its_list_and_counts_a_revocation_since(
    learner: Learner, auditor: User, tmp_path: Path
):
    on = NOW.date()
    record = learner.records.latest("pk")
    revoke_record(
        record_id=record.pk, reason="Wrong person", by=UserFactory(is_superuser=True), now=NOW + timedelta(days=1)
    )
    folder = unzipped(pack_of_worker(learner, on=on, by=auditor, now=NOW), tmp_path)

    data, made = told(folder), PackMade.objects.get()
    listed = (folder / MANIFEST).read_bytes()
    assert json.loads(data["files"]["leaf"])["list"] == made.files_sha256 == sha256(listed).hexdigest()
    assert (made.files, made.records, made.revocations) == (listed.count(b"\n"), 2, 1)
    assert [json.loads(seal["leaf"])["seal"] for seal in data["others"]].count("revocation 1") == 1
    assert made.subject == f"Worker {learner.pk}"


def test_t3_checkpoints_on_older_papers_are_told_with_their_proofs(
    learner: Learner, pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(seals, "NEWEST_BROUGHT", 1)
    monkeypatch.setattr(seals, "DAYS_BROUGHT", 0)
    for _number in range(3):
        LearnerFactory()
        write_log()
    sizes = sorted(LogCheckpoint.objects.values_list("size", flat=True))
    asked = Pack(**{**vars(pack), "held": (sizes[0],)})
    folder = unzipped(asked, tmp_path)

    data = told(folder)
    newest = read(data["checkpoint"], known=data["keys"])
    older = [read(each["note"], known=data["keys"]) for each in data["older"]]
    assert [each.size for each in older] == [sizes[0], sizes[2]]
    for checkpoint, each in zip(older, data["older"], strict=True):
        assert is_consistent(checkpoint.size, checkpoint.root, newest.size, newest.root, hashes(each["proof"]))
    assert older[-1].short in text_of((folder / "summary.pdf").read_bytes())


def test_t5_sha256sum_and_openssl_check_a_pack_by_the_commands_of_its_summary(pack: Pack, tmp_path: Path):
    folder = unzipped(pack, tmp_path)
    summary = text_of((folder / "summary.pdf").read_bytes())
    for command in (*CHECK_FILES, *CHECK_SIGNATURE):
        assert command in summary
    key = fingerprint(LogKey.objects.get().verifier)
    assert key in summary.replace(" ", "")

    commands = "\n".join([*CHECK_FILES, *CHECK_SIGNATURE])
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", commands], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    assert f"{KEY}: OK" in done
    assert "Signature Verified Successfully" in done
    assert key in done


@pytest.mark.usefixtures("no_writer")
def test_t5_a_site_without_a_log_makes_the_pack_and_says_that_nothing_is_sealed(pack: Pack, tmp_path: Path):
    folder = unzipped(pack, tmp_path)
    names = {path.name for path in folder.iterdir()}
    assert names == {"summary.pdf", MANIFEST, "evidence"}
    assert "NOT SEALED. This site keeps no log" in text_of((folder / "summary.pdf").read_bytes())
    assert Seal.objects.filter(kind="pack", row_id=PackMade.objects.get().pk).exists()


def test_t5_a_log_that_stands_still_is_not_waited_for_and_said(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_log()
    LearnerFactory()
    monkeypatch.setattr(packs_made, "_WRITERS", [])
    monkeypatch.setattr(seals, "STANDS_STILL_AFTER_SECONDS", -1)
    folder = unzipped(pack, tmp_path)
    assert not (folder / PAGE_NAME).exists()
    assert not (folder / CHECKPOINT).exists()
    assert "NOT SEALED. The log of this site has stood still since" in text_of((folder / "summary.pdf").read_bytes())


def test_t5_a_pack_whose_checkpoint_does_not_come_is_refused(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_log()
    monkeypatch.setattr(packs_made, "_WRITERS", [])
    monkeypatch.setattr(packs_made, "LONGEST_WAIT_SECONDS", -1)
    with pytest.raises(LogStandsStill, match="stands still"):
        unzipped(pack, tmp_path)


def test_large_files_of_a_zip_file_are_told_in_the_form_that_holds_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 50)  # bytes, instead of 2 GB
    members = [Member("large", [b"x" * 100], 100), Member("small", [b"y" * 10])]
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped(members, made_at=MADE_AT)))) as archive:
        assert (archive.read("large"), archive.read("small")) == (b"x" * 100, b"y" * 10)
        assert archive.testzip() is None
