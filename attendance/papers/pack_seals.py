"""What proves an audit pack: the seals of what it shows, and the checkpoint that covers them (T5).

`verify.html` gets them. It says nothing of verdicts: the dated history and the rules behind them are sealed too, but
the page does not calculate who is cleared, and says so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.contrib.auth.models import User
from django.db.models import Q

from attendance.papers.dossiers import Held
from attendance.papers.zip_stream import Member
from learners.models import CompetencyRecord, Merge, Revocation
from training.core.seals.checkpoints import fingerprint, public_pem
from training.core.seals.verify_page.page import PAGE_NAME, PackSeals, SealInPack, page_of_pack
from training.models import PackMade
from training.selectors.seals import (
    RowSeal,
    earlier_checkpoints,
    newest_checkpoint,
    seals_of,
    signing_key,
    stands_still,
    told_in_pack,
    verifier_keys,
)
from training.services.packs_made import await_checkpoint, note_pack, write_log

CHECKPOINT = "checkpoint.txt"
KEY = "key.pem"
OF_RECORDS, OF_REVOCATIONS, OF_PACKS = "record", "revocation", "pack"


@dataclass(frozen=True)
class PackLog:
    """The log as it is when a pack is begun, which the summary prints.

    Attributes:
        short: the newest checkpoint in its form for paper.
        key: the public key that signs it, as a verifier key.
        since: when that checkpoint was made.
        stands_still: nothing gets its place any more, so this pack cannot be sealed.
    """

    short: str
    key: str
    since: datetime
    stands_still: bool

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the key in hexadecimal digits, as openssl prints it."""
        return fingerprint(self.key)

    @property
    def pem(self) -> str:
        """The key as openssl reads it."""
        return public_pem(self.key)


def log_now() -> PackLog | None:
    """Return the log as it is now, written up to now where this process may; None where no log is kept."""
    write_log()
    newest = newest_checkpoint()
    if newest is None:
        return None
    checkpoint = newest.checkpoint
    return PackLog(checkpoint.short, signing_key(checkpoint.origin), newest.made_at, stands_still())


@dataclass
class RowsOfPack:
    """The rows that a pack shows, collected while it is made.

    Attributes:
        records: keys of records.
        workers: keys of badges: those that the pack is about, and those under which records stand.
        by_kind: keys of other rows by the kind of their seals.
        files: names of evidence in the pack, by kind and key of the row whose seal has its hash.
    """

    records: list[int] = field(default_factory=list)
    workers: set[int] = field(default_factory=set)
    by_kind: dict[str, set[int]] = field(default_factory=dict)
    files: dict[tuple[str, int], str] = field(default_factory=dict)

    def add(self, held: Held, *, names: Mapping[str, str]) -> None:
        """Add a record with what proves it.

        Args:
            names: of the evidence files in the pack, by their keys.
        """
        record = held.record
        self.records.append(record.pk)
        self.workers.add(record.learner_id)
        self._name(OF_RECORDS, record.pk, names.get(record.evidence_file_key))
        for upload in held.sheets:
            self.show("upload", upload.pk)
            self._name("upload", upload.pk, names.get(upload.key))
        if record.session is not None:
            self.show("session", record.session.pk)
            self._name("session", record.session.pk, names.get(record.session.attendance_file_key))
        if record.register_import_id is not None:
            self.show("register", record.register_import_id)
        if record.extract_id is not None:
            self.show("register-extract", record.extract_id)

    def show(self, kind: str, row: int) -> None:
        """Add a row by the kind of its seals."""
        self.by_kind.setdefault(kind, set()).add(row)

    def _name(self, kind: str, row: int, name: str | None) -> None:
        if name is not None:
            self.files[kind, row] = name

    def complete(self) -> None:
        """Add what hangs on the rows: sign-offs, revocations and merges, as they are now."""
        sign_offs = set(CompetencyRecord.objects.filter(training_record__in=self.records).values_list("pk", flat=True))
        revoked = Q(record__in=self.records) | Q(competency_record__in=sign_offs)
        merged = Q(duplicate__in=self.workers) | Q(survivor__in=self.workers)
        self.by_kind |= {
            "sign-off": sign_offs,
            OF_REVOCATIONS: set(Revocation.objects.filter(revoked).values_list("pk", flat=True)),
            "merge": set(Merge.objects.filter(merged).values_list("pk", flat=True)),
            "worker": self.workers,
        }

    @property
    def revocations(self) -> int:
        """How many revocations are shown."""
        return len(self.by_kind[OF_REVOCATIONS])


def note_made(shown: RowsOfPack, *, sums: str, subject: str, by: User, now: datetime) -> PackMade:
    """Note and seal which files a pack holds, and how many records and revocations it shows.

    Args:
        sums: the list of its files.
    """
    shown.complete()
    return note_pack(
        subject=subject,
        files_sha256=sha256(sums.encode()).hexdigest(),
        files=sums.count("\n"),
        records=len(set(shown.records)),
        revocations=shown.revocations,
        by=by,
        now=now,
    )


def proof_members(
    made: PackMade, shown: RowsOfPack, *, folder: str, asked: Sequence[int], tell: Callable[[], None]
) -> Iterator[Member]:
    """Yield `verify.html` and the checkpoint, once one covers everything that the pack shows.

    Args:
        folder: of the pack in its ZIP file.
        asked: sizes of earlier checkpoints that somebody holds.
        tell: is called while the checkpoint is waited for.

    Raises:
        LogStandsStill: no such checkpoint came.
    """
    seals = seals_of({OF_PACKS: [made.pk], OF_RECORDS: shown.records, **shown.by_kind})
    newest, places = await_checkpoint(seals, tell=tell)
    checkpoint = newest.checkpoint

    def told(these: Sequence[RowSeal]) -> Iterator[SealInPack]:
        return told_in_pack(these, places=places, size=checkpoint.size, files=shown.files)

    page = PackSeals(
        origin=checkpoint.origin,
        keys=verifier_keys(),
        checkpoint=newest.note,
        files=next(told([seal for seal in seals if seal.kind == OF_PACKS]), None),
        records=told([seal for seal in seals if seal.kind == OF_RECORDS]),
        others=told([seal for seal in seals if seal.kind not in (OF_PACKS, OF_RECORDS)]),
        older=earlier_checkpoints(newest, asked=asked),
    )
    yield Member(f"{folder}/{PAGE_NAME}", page_of_pack(page))
    yield Member(f"{folder}/{CHECKPOINT}", [newest.note.encode()])
