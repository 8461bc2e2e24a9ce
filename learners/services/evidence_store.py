"""The store of evidence files: `STORAGES["evidence"]`, on disk or in S3 (E2, E4).

A file lies under a key made of its hash, is never replaced, and counts as stored only when reading it back gave the
same bytes. Nothing here touches the database, and none of it may be called inside a transaction: a store can be slow.
"""

import hashlib
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, TypeVar, cast

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages
from django.utils.translation import gettext as _

from learners.evidence_files.incoming import Document
from learners.evidence_files.kinds import Kind
from training.refusals import Conflict, Refusal, Unavailable

if TYPE_CHECKING:  # a site with its evidence on disk does not load boto3
    from learners.evidence_files.bucket import EvidenceBucket
    from learners.evidence_files.directory import EvidenceDirectory

logger = structlog.get_logger(__name__)

CHUNK = 256 * 1024
REMOTE_READERS = 8
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


@dataclass(frozen=True)
class Content:
    """What the store holds under a key: the hash of the bytes that were read, and how many they were."""

    sha256: str
    size: int


class StoreUnavailable(Unavailable):
    """The store does not answer, is full, or gave back other bytes than it was given."""


class EvidenceUnreadable(StoreUnavailable):
    """The store answers, and does not hand out this one file."""


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
    found = read_stored(key=key)
    if found is None or found.sha256 != document.sha256:
        if found is not None:
            logger.error("evidence_altered", key=key)
            key = key.replace(".", f"-{secrets.token_hex(4)}.")
        document.file.seek(0)
        key = _ask("save", lambda: _store().save(key, File(document.file)))
        kept = read_stored(key=key)
        if kept is None or kept.sha256 != document.sha256:
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
        _check(read_stored(key=key, copy=copy), key=key, sha256=sha256)
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
    _check(read_stored(key=key), key=key, sha256=sha256)


def read_stored(*, key: str, copy: BinaryIO | None = None) -> Content | None:
    """Read what the store holds under `key`, a chunk at a time, and copy it; None when it holds nothing.

    Raises:
        EvidenceUnreadable, StoreUnavailable: it cannot be told.
    """

    def read() -> Content | None:
        digest, size = hashlib.sha256(), 0
        try:
            with _store().open(key) as stored:
                for chunk in stored.chunks(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    if copy is not None:
                        copy.write(chunk)
        except FileNotFoundError:
            return None
        return Content(digest.hexdigest(), size)

    return _ask("read", read)


def list_stored(directory: str = "") -> Iterator[str]:
    """Return the keys of everything in the store, one directory after the other; files that wait are no evidence.

    Raises:
        StoreUnavailable: it does not answer.
    """
    directories, files = _ask("list", lambda: _listing(directory))
    for name in sorted(files):
        yield f"{directory}{name}"
    for name in sorted(directories):
        if directory or name != settings.WAITING_PREFIX:
            yield from list_stored(f"{directory}{name}/")


def check_store_answers() -> None:
    """Refuse where the store is not there at all, so that nobody takes its files for missing.

    Raises:
        StoreUnavailable: it does not answer, or its directory is gone.
    """
    _ask("list", lambda: _store().listdir(""))


def readers() -> int:
    """Return how many files are worth reading at once: a remote store keeps each reader waiting."""
    return 1 if isinstance(_store(), FileSystemStorage) else REMOTE_READERS


def _check(found: Content | None, *, key: str, sha256: str) -> None:
    if found is None:
        logger.error("evidence_missing", key=key)
        raise EvidenceMissing(_("The file is missing in the evidence store. Tell your administrator at once."))
    if found.sha256 != sha256:
        logger.error("evidence_altered", key=key)
        raise EvidenceAltered(
            _("The file in the evidence store is not the one that was uploaded. Tell your administrator at once.")
        )


def _listing(directory: str) -> tuple[list[str], list[str]]:
    """A directory that is gone by the time it is listed is an empty one."""
    try:
        directories, files = _store().listdir(directory)
    except FileNotFoundError:
        return [], []
    return directories, files


def _ask(what: str, question: Callable[[], Result]) -> Result:
    """Ask the store; whatever it or its driver throws means that it, or one file in it, cannot be relied on now."""
    try:
        return question()
    except Exception as error:
        logger.exception("evidence_store_failed", doing=what)
        refusal = EvidenceUnreadable if _store().blames_one_file(error) else StoreUnavailable
        raise _unavailable(refusal) from error


def _store() -> "EvidenceDirectory | EvidenceBucket":
    return cast("EvidenceDirectory | EvidenceBucket", storages["evidence"])


def _unavailable(refusal: type[StoreUnavailable] = StoreUnavailable) -> StoreUnavailable:
    return refusal(
        _("The evidence store does not work at the moment: it is down, or full. Nothing was changed; try again later.")
    )
