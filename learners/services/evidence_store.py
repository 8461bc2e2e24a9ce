"""The store of evidence files: `STORAGES["evidence"]`, on disk or in S3 (E2, E4).

A file lies under a key made of its hash, is never replaced, and counts as stored only when reading it back gave the
same bytes. Nothing here touches the database, and none of it may be called inside a transaction: a store can be slow.
"""

import hashlib
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

import structlog
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.utils.translation import gettext as _

from learners.evidence_files.incoming import Document
from learners.evidence_files.kinds import Kind
from training.refusals import Conflict, Refusal, Unavailable

logger = structlog.get_logger(__name__)

CHUNK = 256 * 1024
ENDINGS = {Kind.PDF: "pdf", Kind.JPEG: "jpg", Kind.PNG: "png"}

Result = TypeVar("Result")


@dataclass(frozen=True)
class StoredFile:
    """A file that was stored and read back."""

    key: str
    sha256: str
    size: int
    content_type: str
    pages: int


class StoreUnavailable(Unavailable):
    """The store does not answer, is full, or gave back other bytes than it was given."""


class EvidenceMissing(Refusal):
    """The store has no file under that key (404)."""

    status = 404


class EvidenceAltered(Conflict):
    """The file in the store is not the one that was stored."""


def store(*, document: Document) -> StoredFile:
    """Store a checked document under its hash, read it back and compare (E2).

    A file that is there already with the right bytes is used as it is. One that is there with other bytes is left
    for `verify_evidence` to report, and the document goes beside it.

    Raises:
        StoreUnavailable: the store failed in whatever way; nothing may be linked to the file.
    """
    key = f"{document.sha256[:2]}/{document.sha256}.{ENDINGS[document.content_type]}"
    found = _digest_or_none(key)
    if found != document.sha256:
        if found is not None:
            logger.error("evidence_altered", key=key)
            key = key.replace(".", f"-{secrets.token_hex(4)}.")
        document.file.seek(0)
        key = _ask("save", lambda: _store().save(key, File(document.file)))
        if _digest_or_none(key) != document.sha256:
            logger.error("evidence_not_stored_whole", key=key)
            raise _unavailable()
    return StoredFile(key, document.sha256, document.size, document.content_type, document.pages)


def open_stored(*, key: str, sha256: str) -> BinaryIO:
    """Return a temporary copy of a stored file, known to be the one that was stored; the caller closes it.

    Raises:
        EvidenceMissing, EvidenceAltered, StoreUnavailable: it cannot be had; the sentence says which.
    """
    copy = tempfile.TemporaryFile()  # noqa: SIM115  # the caller's
    try:
        _check(_digest_or_none(key, copy), key=key, sha256=sha256)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy


def check_stored(*, key: str, sha256: str) -> None:
    """Read a stored file again and compare it with its hash.

    Raises:
        EvidenceMissing, EvidenceAltered, StoreUnavailable: as `open_stored`.
    """
    _check(_digest_or_none(key), key=key, sha256=sha256)


def _check(found: str | None, *, key: str, sha256: str) -> None:
    if found is None:
        logger.error("evidence_missing", key=key)
        raise EvidenceMissing(_("The file is missing in the evidence store. Tell your administrator at once."))
    if found != sha256:
        logger.error("evidence_altered", key=key)
        raise EvidenceAltered(
            _("The file in the evidence store is not the one that was uploaded. Tell your administrator at once.")
        )


def _digest_or_none(key: str, copy: BinaryIO | None = None) -> str | None:
    """Return the hash of what the store holds under `key`, and copy it; None when it holds nothing."""

    def read() -> str | None:
        digest = hashlib.sha256()
        try:
            with _store().open(key) as stored:
                for chunk in stored.chunks(CHUNK):
                    digest.update(chunk)
                    if copy is not None:
                        copy.write(chunk)
        except FileNotFoundError:
            return None
        return digest.hexdigest()

    return _ask("read", read)


def _ask(what: str, question: Callable[[], Result]) -> Result:
    """Ask the store; whatever it or its driver throws means that it cannot be relied on now."""
    try:
        return question()
    except Exception as error:
        logger.exception("evidence_store_failed", doing=what)
        raise _unavailable() from error


def _store() -> Storage:
    return storages["evidence"]


def _unavailable() -> Refusal:
    return StoreUnavailable(
        _("The evidence store does not work at the moment: it is down, or full. Nothing was changed; try again later.")
    )
