"""The store of evidence files: `STORAGES["evidence"]`, on disk or in S3 (E2, E4).

A file lies under a key made of its hash, is never replaced, and counts as stored only when reading it back gave the
same bytes. Nothing here touches the database, and none of it may be called inside a transaction: a store can be slow.

The store holds a mark of the site that it belongs to. A volume that is not mounted, or somebody else's bucket, lacks
it: then nothing is stored there, and nobody takes its files for missing.
"""

import hashlib
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, TypeVar, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, storages
from django.utils.translation import gettext as _

from learners.evidence import asking
from learners.evidence.incoming import Document
from learners.evidence.kinds import Kind
from training.core.refusals import Conflict, Refusal, Unavailable

if TYPE_CHECKING:  # a site with its evidence on disk does not load boto3
    from learners.evidence.bucket import EvidenceBucket
    from learners.evidence.directory import EvidenceDirectory

logger = structlog.get_logger(__name__)

CHUNK = 256 * 1024
REMOTE_READERS = 8
OURS = ".siteproof/"  # what lies there is no evidence
MARK = f"{OURS}site"
PROBE = f"{OURS}probe"
PROBE_COUNTS_FOR = timedelta(minutes=1)  # several processes write it
SMALL_BYTES = 64
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
    """The store does not answer, is full, declines, or gave back other bytes than it was given."""


class NotOurStore(StoreUnavailable):
    """The store bears no mark of this site: its volume is not mounted, or it belongs to another site."""


class EvidenceUnreadable(StoreUnavailable):
    """The store answers, and does not hand out this one file."""


class EvidenceMissing(Refusal):
    """The store has no file under that key (404)."""

    status = 404


class EvidenceAltered(Conflict):
    """The file in the store is not the one that was stored."""


def store(*, document: Document, site: UUID) -> StoredFile:
    """Store a checked document under its hash, read it back and compare (E2).

    A file that is there already with the right bytes is used as it is. One that is there with other bytes is left
    for `verify_evidence` to report, and the document goes beside it.

    Args:
        site: the identity of this site, which the store must bear.

    Raises:
        StoreUnavailable: the store failed in whatever way, or is not this site's; nothing may be linked to the file.
    """
    key = f"{document.sha256[:2]}/{document.sha256}.{ENDINGS[document.content_type]}"
    found = read_stored(key=key, size=document.size)
    if found is None or found.sha256 != document.sha256:
        check_store_is_ours(site=site)
        if found is not None:
            logger.error("evidence_altered", key=key)
            key = key.replace(".", f"-{secrets.token_hex(4)}.")
        key = _ask("save", lambda: _save(key, document), size=document.size)
        kept = read_stored(key=key, size=document.size)
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


def read_stored(
    *, key: str, copy: BinaryIO | None = None, size: int | None = None, patiently: bool = False
) -> Content | None:
    """Read what the store holds under `key`, a chunk at a time, and copy it; None when it holds nothing.

    Args:
        size: bytes that are expected at most; without it the largest file that the site takes.
        patiently: wait as long as it takes; for commands, whom nobody waits for.

    Raises:
        EvidenceUnreadable, StoreUnavailable: it cannot be told.
    """

    def read() -> Content | None:
        digest, size = hashlib.sha256(), 0
        if copy is not None:
            copy.seek(0)
            copy.truncate()
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

    return _ask("read", read, size=settings.EVIDENCE_MAX_BYTES if size is None else size, patiently=patiently)


def list_stored(directory: str = "") -> Iterator[str]:
    """Return the keys of all evidence in the store, one directory after the other; files that wait are none.

    Raises:
        StoreUnavailable: it does not answer.
    """
    directories, files = _ask("list", lambda: _listing(directory), patiently=True)
    for name in sorted(files):
        yield f"{directory}{name}"
    for name in sorted(directories):
        if directory or name not in (OURS.rstrip("/"), settings.WAITING_PREFIX):
            yield from list_stored(f"{directory}{name}/")


# Whose store this is


def check_store_answers() -> None:
    """Refuse where the store is not there at all, so that nobody takes its files for missing.

    Raises:
        NotOurStore: it bears no mark.
        StoreUnavailable: it does not answer.
    """
    if mark_of_store() is None:
        logger.error("evidence_store_not_marked")
        raise _not_there()


def mark_of_store(*, patiently: bool = False) -> str | None:
    """Return the identity of the site that the store bears; None where it bears none.

    Raises:
        StoreUnavailable: it does not answer.
    """
    return _ask("read mark", lambda: _small_file(MARK), size=SMALL_BYTES, patiently=patiently)


def write_mark(*, site: UUID) -> None:
    """Let the store bear the identity of this site, whatever it bore before.

    Raises:
        StoreUnavailable: it does not take the mark.
    """
    _ask("mark", lambda: _replace(MARK, str(site)), size=SMALL_BYTES)


def check_store_is_ours(*, site: UUID, patiently: bool = False) -> None:
    """Refuse where the store is not this site's, so that nothing is written into it, or said of its files.

    Raises:
        NotOurStore: it bears no mark, or another site's.
        StoreUnavailable: it does not answer.
    """
    mark = mark_of_store(patiently=patiently)
    if mark is None:
        logger.error("evidence_store_not_marked")
        raise _not_there()
    if mark != str(site):
        logger.error("evidence_store_of_another_site", mark=mark)
        raise NotOurStore(
            _("The evidence store belongs to another site. Nothing was changed; tell your administrator.")
        )


def probe_store(*, now: datetime) -> None:
    """Write a small file into the store and read it back, as an upload would.

    Raises:
        StoreUnavailable: that did not work.
    """

    def probe() -> bool:
        _replace(PROBE, now.isoformat())
        found = _small_file(PROBE)
        return found is not None and abs(datetime.fromisoformat(found) - now) < PROBE_COUNTS_FOR

    if not _ask("probe", probe, size=SMALL_BYTES):
        logger.error("evidence_store_probe_differs")
        raise _unavailable()


def _small_file(key: str) -> str | None:
    try:
        with _store().open(key) as file:
            return cast("bytes", file.read(SMALL_BYTES)).decode(errors="replace")
    except FileNotFoundError:
        return None


def _replace(key: str, content: str) -> None:
    """Write a small file of ours. On disk a name is not overwritten but replaced."""
    _store()._save(key, ContentFile(content.encode()))


def readers() -> int:
    """Return how many files are worth reading at once: a remote store keeps each reader waiting."""
    return 1 if isinstance(_store(), FileSystemStorage) else REMOTE_READERS


def _save(key: str, document: Document) -> str:
    document.file.seek(0)
    return _store().save(key, File(document.file))


def _check(found: Content | None, *, key: str, sha256: str) -> None:
    if found is None:
        check_store_answers()
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


def _ask(what: str, question: Callable[[], Result], *, size: int = 0, patiently: bool = False) -> Result:
    """Ask the store; whatever it or its driver throws means that it, or one file in it, cannot be relied on now."""
    try:
        return question() if patiently else asking.ask(_store(), question, size=size)
    except asking.BusyError as error:
        raise StoreUnavailable(
            _("Too many files are on their way to the evidence store. Nothing was changed; try again in a minute.")
        ) from error
    except asking.SilentError as error:
        logger.error("evidence_store_silent", doing=what)  # where it was waiting tells nothing
        raise StoreUnavailable(
            _("The evidence store does not answer. Nothing was changed; try again in a minute.")
        ) from error
    except Exception as error:
        reason = _store().reason(error)
        logger.exception("evidence_store_failed", doing=what, reason=reason)
        if _store().is_full(error):
            raise StoreUnavailable(
                _("The evidence store is full. Nothing was changed; tell your administrator.")
            ) from error
        if _store().blames_one_file(error):
            raise EvidenceUnreadable(
                _("The evidence store declines: %(reason)s. Nothing was changed; tell your administrator.")
                % {"reason": reason}
            ) from error
        raise _unavailable() from error


def _store() -> "EvidenceDirectory | EvidenceBucket":
    return cast("EvidenceDirectory | EvidenceBucket", storages["evidence"])


def _unavailable() -> StoreUnavailable:
    return StoreUnavailable(_("The evidence store does not work at the moment. Nothing was changed; try again later."))


def _not_there() -> NotOurStore:
    return NotOurStore(
        _("The evidence store is not there: its disk may not be mounted. Nothing was changed; tell your administrator.")
    )
