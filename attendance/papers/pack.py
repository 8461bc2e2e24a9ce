"""The audit pack: a ZIP file with a summary, every valid record's evidence as it was stored, and a manifest.

Where the site has taken over from an old register, the signed report of that is in it too (I11).

A job makes it, some workers at a time, so a pack can have any size. Every file is read from the store and compared
with its hash before its first byte goes in. A file that is missing, altered or unreadable is left out, and the pack
says so: beside the record in the summary, in `MISSING-EVIDENCE.txt`, and because the manifest does not name it. So an
auditor never gets a file that only looks like proof. If the store fails half-way, no pack is made.
"""

import hashlib
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from io import SEEK_END
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.papers.dossiers import File, Held, dossiers
from attendance.papers.pack_seals import KEY, RowsOfPack, log_now, note_made, proof_members
from attendance.papers.pack_summary import PackSummary, print_summary
from attendance.papers.take_over import file_name, print_take_over
from attendance.papers.zip_stream import Member, zipped
from attendance.selectors.taking_over import standing_take_over
from learners.evidence.reads import log_downloads
from learners.evidence.store import (
    EvidenceAltered,
    EvidenceErased,
    EvidenceMissing,
    EvidenceUnreadable,
    check_store_answers,
    open_stored,
)
from learners.models import Learner
from training.core.permissions import name_of
from training.services.job_kinds import Product, Tell

WORKERS_AT_A_TIME = 100
CHUNK = 256 * 1024
MANIFEST = "SHA256SUMS"
DAMAGE = "MISSING-EVIDENCE.txt"


@dataclass(frozen=True)
class Pack:
    """What goes into a pack, and for whom it is made.

    Attributes:
        learner_ids: keys of the badges of today (L2), in the order of the summary.
        subject: the filter in words; empty for one worker.
        on: the day that is asked about (C8); None for today.
        held: sizes of checkpoints that somebody has on paper, which `verify.html` is to know (T3).
    """

    name: str
    learner_ids: Sequence[int]
    subject: str
    on: date | None
    by: User
    now: datetime
    held: Sequence[int] = ()


class PackReads:
    """Which uploads are in a pack, each once with every worker for whom it is proof. There may be a million of them."""

    def __init__(self) -> None:
        self._pairs = array("q")

    def add(self, uploads: Set[int], learner: int) -> None:
        """Add the uploads that prove the records of one worker."""
        for upload in sorted(uploads):
            self._pairs.extend((upload, learner))

    def __iter__(self) -> Iterator[tuple[int, int]]:
        yield from zip(self._pairs[::2], self._pairs[1::2], strict=True)


@dataclass
class _Contents:
    """What has gone in so far: names of evidence files by key, hashes by name, and by key why a file was left out."""

    names: dict[str, str] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    proves: dict[str, list[int]] = field(default_factory=dict)
    shown: RowsOfPack = field(default_factory=RowsOfPack)


def pack_of_worker(learner: Learner, *, on: date | None, by: User, now: datetime) -> Pack:
    """Return what to put into the pack of one worker."""
    badge = re.sub(r"[^A-Za-z0-9]+", "-", learner.badge_id).strip("-") or f"worker-{learner.pk}"
    return Pack(_name(badge, on, now), [learner.pk], "", on, by, now)


def pack_of_workers(learner_ids: Sequence[int], *, subject: str, on: date | None, by: User, now: datetime) -> Pack:
    """Return what to put into the pack of many workers.

    Args:
        learner_ids: keys of the badges of today (L2), in the order of the summary.
        subject: in words, which workers they are.
        on: the day that is asked about (C8); None for today.
        by: for whom it is made.
        now: the present moment.
    """
    return Pack(_name(f"{len(learner_ids)}-workers", on, now), learner_ids, subject, on, by, now)


def make_pack(pack: Pack, *, tell: Tell) -> Product:
    """Return the finished ZIP file of a pack, with the uploads in it, which are logged when it is handed out (E3).

    Args:
        pack: what goes in.
        tell: is told how many workers are done.

    Raises:
        StoreUnavailable: the store failed, so there is no pack.
    """
    reads = PackReads()
    file = TemporaryFile()  # noqa: SIM115  # whoever takes the product closes it
    try:
        file.writelines(packed(pack, reads=reads, tell=tell))
    except BaseException:
        file.close()
        raise
    log = partial(log_downloads, reads=reads, by=pack.by, now=pack.now)
    return Product(name=f"{pack.name}.zip", content_type="application/zip", file=file, log=log)


def packed(pack: Pack, *, reads: PackReads, tell: Tell) -> Iterator[bytes]:
    """Yield the ZIP file of a pack in pieces.

    Args:
        pack: what goes in.
        reads: is filled with the uploads that went in.
        tell: is told how many workers are done.

    Raises:
        StoreUnavailable: the store failed, at the first piece or half-way.
    """
    yield from zipped(_members(pack, reads, tell), made_at=timezone.localtime(pack.now))


def _name(what: str, on: date | None, now: datetime) -> str:
    return f"audit-pack-{what}-{on or timezone.localdate(now):%Y-%m-%d}"


def _members(pack: Pack, reads: PackReads, tell: Tell) -> Iterator[Member]:
    """Yield all files of a pack. They lie in one directory, and the names in the manifest are relative to it."""
    contents, log = _Contents(), log_now()
    contents.shown.workers.update(pack.learner_ids)
    parts = range(0, max(len(pack.learner_ids), 1), WORKERS_AT_A_TIME)
    for number, start in enumerate(parts, start=1):
        people = dossiers(
            pack.learner_ids[start : start + WORKERS_AT_A_TIME],
            on=pack.on,
            today=timezone.localdate(pack.now),
            warning_days=settings.EXPIRY_WARNING_DAYS,
        )
        if any(person.held for person in people):
            check_store_answers()
        for place, person in enumerate(people, start=start):
            tell(place, len(pack.learner_ids))
            reads.add({upload.pk for held in person.held for upload in held.sheets}, person.learner.pk)
            for held in person.held:
                yield from _evidence(pack, held, contents)
                contents.shown.add(held, names=contents.names)
        summary = PackSummary(
            name=pack.name,
            subject=pack.subject,
            workers=len(pack.learner_ids),
            on=pack.on,
            made_by=name_of(pack.by),
            made_at=pack.now,
            part=number,
            parts=len(parts),
            people=people,
            names=contents.names,
            damaged=contents.damaged,
            log=log,
        )
        name = "summary.pdf" if len(parts) == 1 else f"summary-{number:02d}.pdf"
        yield _member(pack, name, print_summary(summary), contents)
    report = standing_take_over()
    if report is not None:
        pdf = print_take_over(report, printed_at=pack.now, for_pack=True)
        yield _member(pack, file_name(report), pdf, contents)
        contents.shown.show("take-over", report.pk)
    if contents.damaged:
        yield _member(pack, DAMAGE, _damage(contents), contents)
    if log is not None:
        yield _member(pack, KEY, log.pem.encode(), contents)
    sums = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(contents.sums.items()))
    yield Member(f"{pack.name}/{MANIFEST}", [sums.encode()])
    made = note_made(contents.shown, sums=sums, subject=_subject(pack), by=pack.by, now=pack.now)
    if log is not None and not log.stands_still:
        wait = partial(tell, len(pack.learner_ids), len(pack.learner_ids))
        yield from proof_members(made, contents.shown, folder=pack.name, asked=pack.held, tell=wait)


def _subject(pack: Pack) -> str:
    """Return what the pack is about, for its seal; one worker by key, since the seal outlives the name."""
    return pack.subject or ", ".join(_("Worker %(key)s") % {"key": key} for key in pack.learner_ids) or _("Nobody")


def _member(pack: Pack, name: str, content: bytes, contents: _Contents) -> Member:
    contents.sums[name] = hashlib.sha256(content).hexdigest()
    return Member(f"{pack.name}/{name}", [content])


def _evidence(pack: Pack, held: Held, contents: _Contents) -> Iterator[Member]:
    """Yield the files of a record that are not in yet, as they were stored; note why others are left out.

    The extract of an old register goes in as it stands in the database: it names one person only (I7). One that was
    erased is empty (T6).
    """
    if held.record.extract is not None and held.record.extract.content:
        name = f"evidence/record-{held.record.pk}-extract-{held.record.evidence_hash[:8]}.json"
        contents.names[held.record.evidence_file_key] = name
        yield _member(pack, name, held.record.extract.content.encode(), contents)
    for key, sha256, is_correction in held.files:
        if key in contents.damaged:
            contents.proves[key].append(held.record.pk)
        if key in contents.names or key in contents.damaged:
            continue
        try:
            file = open_stored(key=key, sha256=sha256)
        except (EvidenceMissing, EvidenceAltered, EvidenceUnreadable) as refusal:
            contents.damaged[key] = _what(refusal)
            contents.proves[key] = [held.record.pk]
            continue
        with file:
            name = _evidence_name(held, File(key, sha256, is_correction), taken=contents.sums)
            contents.names[key], contents.sums[name] = name, sha256
            size = file.seek(0, SEEK_END)
            file.seek(0)
            yield Member(f"{pack.name}/{name}", _chunks(file), size)


def _evidence_name(held: Held, file: File, *, taken: Mapping[str, str]) -> str:
    """Return a file name in plain ASCII that every system accepts; nothing in it was typed by somebody."""
    record = held.record
    of = record.session.reference if record.session else f"record-{record.pk}"
    ending = re.sub(r"[^a-z0-9]", "", PurePosixPath(file.key).suffix.lower()) or "bin"
    name = f"evidence/{of}{'-correction' if file.is_correction else ''}-{file.sha256[:8]}"
    while f"{name}.{ending}" in taken:
        name += "x"
    return f"{name}.{ending}"


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _what(refusal: EvidenceMissing | EvidenceAltered | EvidenceUnreadable) -> str:
    match refusal:
        case EvidenceErased():
            return _("erased with the personal data of whom it was about")
        case EvidenceMissing():
            return _("missing in the evidence store")
        case EvidenceAltered():
            return _("altered in the evidence store")
        case _:
            return _("not readable in the evidence store")


def _damage(contents: _Contents) -> bytes:
    lines = [
        _("These evidence files are NOT in this pack, because the store does not hold what was uploaded:"),
        "",
        *(
            _("%(key)s: %(what)s. It proves record %(records)s.")
            % {"key": key, "what": what, "records": ", ".join(map(str, contents.proves[key]))}
            for key, what in contents.damaged.items()
        ),
        "",
        _("The administrator of the site looks into it with `manage.py verify_evidence`."),
    ]
    return "\n".join([*lines, ""]).encode()
