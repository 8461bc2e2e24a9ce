"""A pack that the site has made, on the desk of somebody who has nothing but a browser (T5)."""

import shutil
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page

from attendance.services.evidence import upload_evidence
from attendance.services.finalize import finalize_session
from learners.models import Learner, TrainingRecord
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import LearnerFactory, RoleFactory, TrainingRecordFactory
from tests.factories.training import CompanyFactory, scheduled_session
from tests.jobs import run_waiting
from tests.journeys.verifying import drop_pack, open_page, said
from training.core.seals.verify_page.page import PAGE_NAME
from training.models import Job, LogCheckpoint, Session
from training.selectors.seals import newest_checkpoint
from training.services.jobs import ask, hand_out
from training.services.packs_made import write_log

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evidence_dir")]

SUMS, SUMMARY = "SHA256SUMS", "summary.pdf"
Damage = Callable[[Path], object]


def pack_by_job(query: str, *, by: User, place: Path) -> Path:
    """Have a pack made as people do, take it, and return its ZIP file, with `verify.html` from it beside it."""
    job = ask(kind="pack", title="Pack", query=query, by=by, now=timezone.now())
    run_waiting()
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.failure
    _job, file = hand_out(job_id=job.pk, by=by, now=timezone.now())
    with file, (place / "pack.zip").open("wb") as copy:
        shutil.copyfileobj(file, copy)
    with zipfile.ZipFile(place / "pack.zip") as archive:
        [page] = [name for name in archive.namelist() if name.endswith(f"/{PAGE_NAME}")]
        (place / PAGE_NAME).write_bytes(archive.read(page))
    return place / "pack.zip"


def finalized(learner: Learner, *, by: User) -> Session:
    """Return a finalized session that a worker has passed."""
    session = scheduled_session()
    SessionAttendeeFactory(session=session, present=True, learner=learner)
    sheet = SimpleUploadedFile("sheet.pdf", files.pdf())
    upload_evidence(session_id=session.pk, files=[sheet], by=by, now=timezone.now())
    finalize_session(session_id=session.pk, by=by, now=timezone.now())
    return session


def _last_byte(name: str) -> Damage:
    def damage(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    return damage


def _summary_and_list(folder: Path) -> None:
    (folder / SUMMARY).write_bytes(files.pdf())
    names = sorted(line[66:] for line in (folder / SUMS).read_text().splitlines())
    sums = "".join(f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (folder / SUMS).write_text(sums)


DAMAGES: dict[str, tuple[Damage, str]] = {
    "summary replaced, list anew": (
        _summary_and_list,
        f"covers is not proved: key.pem, {SUMMARY}.",
    ),
    "removed": (lambda folder: (folder / SUMMARY).unlink(), f"File {SUMMARY} is missing."),
    "renamed": (lambda folder: (folder / SUMMARY).rename(folder / "Summary.pdf"), "File Summary.pdf was added"),
    "added": (lambda folder: (folder / "more.pdf").write_bytes(b"x"), "File more.pdf was added"),
}


def test_t5_a_pack_of_the_site_holds_and_every_altered_file_is_named(
    offline: Page, supervisor: User, auditor: User, tmp_path: Path
) -> None:
    worker = LearnerFactory(badge_id="11156", first_name="Oksana", last_name="Kovalenko")
    finalized(worker, by=supervisor)
    write_log()
    on_paper = newest_checkpoint()
    assert on_paper is not None
    pack = pack_by_job(f"worker={worker.pk}", by=auditor, place=tmp_path)

    assert open_page(offline, tmp_path) == []
    assert drop_pack(offline, pack) == []
    text = said(offline)
    assert "It is consistent with itself." in text
    assert "1 training record is as it was sealed: not changed since" in text
    assert "1 record, 0 revocations" in text
    assert "The evidence of 1 record is in the pack as it was sealed." in text
    assert "Session with its list (1)" in text
    assert "11156 Oksana Kovalenko" in offline.locator("#leaves").inner_text()
    offline.fill("#held", on_paper.checkpoint.short)
    offline.click("#compare button")
    assert "is a beginning of this one" in offline.locator("#compared p").inner_text()

    with zipfile.ZipFile(pack) as archive:
        names = [name.partition("/")[2] for name in archive.namelist()]
        archive.extractall(tmp_path)
        [folder] = {name.partition("/")[0] for name in archive.namelist()}
    assert len(names) == 6
    damages = DAMAGES | {name: (_last_byte(name), name) for name in names if name != PAGE_NAME}
    unseen = {}
    for what, (damage, sentence) in damages.items():
        shutil.rmtree(tmp_path / "altered", ignore_errors=True)
        altered = shutil.copytree(tmp_path / folder, tmp_path / "altered" / folder)
        damage(altered)
        found = drop_pack(offline, Path(shutil.make_archive(str(tmp_path / "altered"), "zip", tmp_path / "altered")))
        if not any(sentence in each for each in found):
            unseen[what] = found
    assert unseen == {}
    replaced = tmp_path / folder / PAGE_NAME
    replaced.write_bytes(replaced.read_bytes().replace(b"Oksana", b"Oksama"))
    assert any("its badge or name was altered" in each for each in open_page(offline, tmp_path / folder))


def test_t5_a_pack_of_2000_workers_of_the_site_is_checked_in_a_minute(
    offline: Page, supervisor: User, auditor: User, tmp_path: Path, long: bool
) -> None:
    workers, sessions = (2_000, 8) if long else (40, 2)
    learners = LearnerFactory.create_batch(workers, company=CompanyFactory(), role=RoleFactory())
    made = []
    for _number in range(sessions):
        session = finalized(learners[0], by=supervisor)
        session.refresh_from_db()
        made.append(session)
    records = [
        TrainingRecordFactory.build(
            learner=learner,
            session=session,
            course_version=session.course_version,
            provider=None,
            created_by=supervisor,
            evidence_file_key=session.attendance_file_key,
            evidence_hash=session.attendance_file_hash,
            completion_date=timezone.localdate(),
            expiry_date=None,
            created_at=datetime.now(tz=UTC),
        )
        for learner, session in product(learners[1:], made)
    ]
    with transaction.atomic():
        TrainingRecord.objects.bulk_create(records, batch_size=1_000)
    begun = time.monotonic()
    pack = pack_by_job("", by=auditor, place=tmp_path)
    making = time.monotonic() - begun
    assert LogCheckpoint.objects.exists()

    assert open_page(offline, tmp_path) == []
    assert drop_pack(offline, pack) == []
    took = offline.evaluate("performance.now()")
    size = pack.stat().st_size / 1e6
    print(f"\n{workers * sessions} records: made in {making:.1f} s, {size:.1f} MB, checked in {took / 1000:.1f} s")  # noqa: T201  # the figure
    assert took < 60_000
