"""The store of evidence files: `STORAGES["evidence"]`, on disk or in S3 (E2, E4).

A file is stored under a key made of its hash, is never replaced, and counts as stored only when reading it back has
given the same bytes. Nothing here uses the database, and nothing may be called inside a transaction, since a store can
be slow.

The store holds a mark of the site to which it belongs. If the mark is not there, the volume is not mounted or the
bucket is somebody else's. Then nothing is stored there, and files are not reported as missing.
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
from prometheus_client import Counter

from learners.evidence import asking
from learners.evidence.erased import is_erased
from learners.evidence.incoming import Document
from learners.evidence.kinds import Kind
from training.core.refusals import Conflict, Refusal, Unavailable

if TYPE_CHECKING:  # a site with its evidence on disk does not load boto3
    from learners.evidence.bucket import EvidenceBucket
    from learners.evidence.directory import EvidenceDirectory

logger = structlog.get_logger(__name__)
FAILURES = Counter(  # for `config.metrics`
    "siteproof_evidence_store_failures",
    "How often the evidence store declined, did not answer or had no turn",
    ["doing", "how"],
)

CHUNK = 256 * 1024
REMOTE_READERS = 8
OURS = ".siteproof/"  # what lies there is no evidence
MARK = f"{OURS}site"
PROBE = f"{OURS}probe"
PROBE_COUNTS_FOR = timedelta(minutes=1)  # several processes write it
SMALL_BYTES = 64
ENDINGS = {Kind.PDF: "pdf", Kind.JPEG: "jpg", Kind.PNG: "png", Kind.TABLE: "table"}

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
    """The hash and the number of the bytes that the store holds under a key."""

    sha256: str
    size: int


class StoreUnavailable(Unavailable):
    """The store does not answer, is full, refuses, or returned other bytes than it was given (503)."""


class NotOurStore(StoreUnavailable):
    """The store has no mark of this site: its volume is not mounted, or it belongs to another site (503)."""


class EvidenceUnreadable(StoreUnavailable):
    """The store answers, but does not return this one file (503)."""


class EvidenceMissing(Refusal):
    """The store has no file under that key (404)."""

    status = 404


class EvidenceErased(EvidenceMissing):
    """The file was erased with the person whom it was about (404)."""


class EvidenceAltered(Conflict):
    """The file in the store is not the one that was stored."""


def store(*, document: Document, site: UUID) -> StoredFile:
    """Store a checked document under its hash, read it back and compare it (E2).

    If a file with the right bytes is there already, it is used. If a file with other bytes is there, it is left for
    `verify_evidence` to report, and the document is stored beside it.

    Args:
        site: the identity of this site, whose mark the store must have.

    Raises:
        StoreUnavailable: the store failed in any way, or is not this site's; then nothing may refer to the file.
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
    """Return a temporary copy of a stored file, compared with its hash; the caller closes it.

    Raises:
        EvidenceMissing: the store does not have it.
        EvidenceAltered: it has other bytes than those that were stored.
        StoreUnavailable: the store does not answer or does not return it.
    """
    copy = tempfile.TemporaryFile()  # noqa: SIM115  # the caller's
    try:
        _check(read_stored(key=key, copy=copy), key=key, sha256=sha256)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy


def put_back(*, key: str, file: BinaryIO) -> None:
    """Store a file of a backup under the key that rows name, in a store that is being restored.

    Raises:
        StoreUnavailable: it could not be stored.
    """
    file.seek(0)
    _ask("put back", lambda: _store()._save(key, File(file)), patiently=True)


def forget_stored(*, key: str) -> None:
    """Remove a file to which nothing refers any more. Workbooks of imports (I7), and what was erased (T6).

    Raises:
        StoreUnavailable: it could not be removed.
    """
    _ask("delete", lambda: _store().delete(key))


def check_stored(*, key: str, sha256: str) -> None:
    """Read a stored file again and compare it with its hash.

    Raises:
        EvidenceMissing, EvidenceAltered, StoreUnavailable: as `open_stored`.
    """
    _check(read_stored(key=key), key=key, sha256=sha256)


def read_stored(
    *, key: str, copy: BinaryIO | None = None, size: int | None = None, patiently: bool = False
) -> Content | None:
    """Read what the store holds under `key` and copy it; None if it holds nothing.

    Args:
        copy: the file into which the bytes are copied; None for no copy.
        size: how many bytes are expected at most; None for the largest file that the site accepts.
        patiently: wait as long as it takes, for commands.

    Raises:
        EvidenceUnreadable, StoreUnavailable: the store does not return it, or does not answer.
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
    """Yield the keys of all evidence in the store, one directory after the other, without waiting files of jobs.

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
    """Refuse if the store is not there at all, so that its files are not taken for missing.

    Raises:
        NotOurStore: it has no mark.
        StoreUnavailable: it does not answer.
    """
    if mark_of_store() is None:
        logger.error("evidence_store_not_marked")
        raise _not_there()


def mark_of_store(*, patiently: bool = False) -> str | None:
    """Return the identity of the site whose mark the store has; None where it has no mark.

    Raises:
        StoreUnavailable: it does not answer.
    """
    return _ask("read mark", lambda: _small_file(MARK), size=SMALL_BYTES, patiently=patiently)


def write_mark(*, site: UUID) -> None:
    """Write the mark of this site into the store, in place of any other.

    Raises:
        StoreUnavailable: the mark cannot be written.
    """
    _ask("mark", lambda: _replace(MARK, str(site)), size=SMALL_BYTES)


def check_store_is_ours(*, site: UUID, patiently: bool = False) -> None:
    """Refuse if the store is not this site's, so that nothing is written into it or reported of its files.

    Raises:
        NotOurStore: it has no mark, or that of another site.
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
    """Write a small file in place of the one of that name. On disk it is replaced at once, never overwritten."""
    _store()._save(key, ContentFile(content.encode()))


def readers() -> int:
    """Return how many files to read at the same time; with a remote store more, since each thread waits for it."""
    return 1 if isinstance(_store(), FileSystemStorage) else REMOTE_READERS


def _save(key: str, document: Document) -> str:
    document.file.seek(0)
    return _store().save(key, File(document.file))


def _check(found: Content | None, *, key: str, sha256: str) -> None:
    if found is None:
        check_store_answers()
        if is_erased(key):
            raise EvidenceErased(_("This file was erased together with the personal data of whom it was about."))
        logger.error("evidence_missing", key=key)
        raise EvidenceMissing(_("The file is missing in the evidence store. Tell your administrator at once."))
    if found.sha256 != sha256:
        logger.error("evidence_altered", key=key)
        raise EvidenceAltered(
            _("The file in the evidence store is not the one that was uploaded. Tell your administrator at once.")
        )


def _listing(directory: str) -> tuple[list[str], list[str]]:
    """Return the directories and files in a directory of the store; none if it was removed meanwhile."""
    try:
        directories, files = _store().listdir(directory)
    except FileNotFoundError:
        return [], []
    return directories, files


def _ask(what: str, question: Callable[[], Result], *, size: int = 0, patiently: bool = False) -> Result:
    """Ask the store. Whatever it or its driver raises becomes a refusal, of the one file or of the whole store."""
    try:
        return question() if patiently else asking.ask(_store(), question, size=size)
    except asking.BusyError as error:
        FAILURES.labels(what, "busy").inc()
        raise StoreUnavailable(
            _("Too many files are on their way to the evidence store. Nothing was changed; try again in a minute.")
        ) from error
    except asking.SilentError as error:
        FAILURES.labels(what, "silent").inc()
        logger.error("evidence_store_silent", doing=what)  # where it was waiting tells nothing
        raise StoreUnavailable(
            _("The evidence store does not answer. Nothing was changed; try again in a minute.")
        ) from error
    except Exception as error:
        reason = _store().reason(error)
        FAILURES.labels(what, "failed").inc()
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
