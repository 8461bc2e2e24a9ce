"""Files that are dropped as proof of rows (I12): judged at once, they wait in the private store until then."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.core.files.base import File
from django.utils.translation import gettext as _

from attendance.models import FilingProof
from attendance.services.filing_matches import check_room, match_proofs
from attendance.services.imports.receiving import forget, keep_file, open_kept
from learners.evidence.incoming import Document, display_name, received
from learners.evidence.kinds import Kind
from learners.evidence.store import StoredFile, store
from training.core.permissions import Permission, check_may
from training.core.refusals import Invalid, Refusal, Unavailable, check_found
from training.core.transactions import acting
from training.selectors.site import site_identity


@dataclass(frozen=True)
class Dropped:
    """How many files were kept, and how many were refused; those say why in their own row."""

    kept: int
    refused: int


def drop_proofs(*, files: Sequence[File], by: User, now: datetime) -> Dropped:
    """Judge dropped files one by one, keep the good ones, and look to which row each belongs (E1).

    A file that cannot be used stays in the list with the reason, until it is removed there.

    Raises:
        NotPermitted: the person may not do this.
        NothingDropped: no file came.
        TooMuchWaits: 409.
        EvidenceNotReceived, ReaderUnavailable, WaitingStoreUnavailable: the site cannot take them at the moment.
    """
    check_may(by, Permission.RECORD_EXTERNAL)
    if not files:
        raise NothingDropped.of_fields({"file": [_("No file was chosen. Choose the certificates.")]})
    check_room(FilingProof.objects.filter(owner=by, row__record=None).count() + len(files))
    kept: list[str] = []
    try:
        proofs = [_judged(file, kept, by=by, now=now) for file in files]
        with acting(by):
            FilingProof.objects.bulk_create(proofs)
            match_proofs(by, now=now)
    except BaseException:
        for key in kept:
            forget(key)
        raise
    return Dropped(len(kept), len(proofs) - len(kept))


class NothingDropped(Invalid):
    """No file came (400)."""


def remove_proof(*, proof_id: int, by: User) -> None:
    """Remove a dropped file that is not filed.

    Raises:
        NotPermitted, NotFound: the person may not do this, or has no such file.
    """
    check_may(by, Permission.RECORD_EXTERNAL)
    found = FilingProof.objects.filter(owner=by, pk=proof_id).first()
    forget_proofs([check_found(found, _("There is no such file."))])


def stored_proof(proof: FilingProof) -> StoredFile:
    """Store a waiting file as evidence; it was judged when it was dropped, and its hash is compared again.

    Raises:
        StoreUnavailable, WaitingStoreUnavailable: it cannot be stored at the moment.
    """
    with ExitStack() as stack:
        file = stack.enter_context(open_kept(proof.key))
        kind = Kind(proof.content_type)
        document = Document(file, kind, proof.pages, proof.size, proof.sha256, proof.name)
        return store(document=document, site=site_identity())


def forget_proofs(proofs: Sequence[FilingProof]) -> None:
    """Remove dropped files, from the store too."""
    for each in proofs:
        if each.key:
            forget(each.key)
        each.delete()


def _judged(file: File, kept: list[str], *, by: User, now: datetime) -> FilingProof:
    name = display_name(file.name or "")
    try:
        with received([file]) as document:
            key = keep_file(document.file, ending=".proof")
            kept.append(key)
            return FilingProof(
                owner=by,
                name=document.name,
                key=key,
                sha256=document.sha256,
                size=document.size,
                content_type=document.content_type,
                pages=document.pages,
                dropped_at=now,
            )
    except Unavailable:
        raise
    except Refusal as refusal:
        return FilingProof(owner=by, name=name, problem=refusal.message, dropped_at=now)
