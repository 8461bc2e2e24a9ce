"""Where backups lie: a directory, or a part of a bucket. A file is whole under its name, or it is not there."""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeVar

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages

from learners.evidence.directory import EvidenceDirectory

if TYPE_CHECKING:  # who backs up into a directory does not load boto3
    from learners.evidence.bucket import WaitingBucket

BUCKET = re.compile(r"s3://(?P<bucket>[a-z0-9.-]{3,63})(?:/(?P<prefix>[^?#]*))?")
CHUNK = 256 * 1024
AT_ONCE_IN_A_BUCKET = 8

Result = TypeVar("Result")


class TargetError(Exception):
    """The place of the backups cannot be used; the message is for the operator and names no secret."""


class ReadBack(NamedTuple):
    """The hash and the number of bytes that were read."""

    sha256: str
    size: int


class Target:
    """The place of all backups of one site.

    Args:
        address: a directory that exists, or `s3://bucket/prefix`.

    Raises:
        TargetError: it is neither.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._storage: EvidenceDirectory | WaitingBucket
        if address.startswith("s3:"):
            self._storage, self.at_once = _bucket(address), AT_ONCE_IN_A_BUCKET
        else:
            self._storage, self.at_once = _directory(Path(address)), 1

    def put(self, name: str, file: BinaryIO) -> None:
        """Store a file from its beginning, in place of one of that name.

        Raises:
            TargetError: it could not be stored.
        """
        file.seek(0)
        self._do(f"write {name}", lambda: self._storage._save(name, File(file)))

    def put_text(self, name: str, text: str) -> None:
        """Store a small text, in place of one of that name. Raises TargetError."""
        self._do(f"write {name}", lambda: self._storage._save(name, ContentFile(text.encode())))

    def text(self, name: str) -> str | None:
        """Return a small text; None if there is none. Raises TargetError."""

        def read() -> bytes:
            with self._storage.open(name) as file:
                content: bytes = file.read()
                return content

        try:
            return self._do(f"read {name}", read).decode(errors="replace")
        except FileNotFoundError:
            return None

    def read(self, name: str, copy: BinaryIO | None = None) -> ReadBack | None:
        """Read a file to its end, copy it, and return what was read; None if it is not there. Raises TargetError."""

        def read() -> ReadBack:
            digest, size = hashlib.sha256(), 0
            with self._storage.open(name) as file:
                for chunk in file.chunks(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    if copy is not None:
                        copy.write(chunk)
            return ReadBack(digest.hexdigest(), size)

        try:
            return self._do(f"read {name}", read)
        except FileNotFoundError:
            return None

    def names(self, directory: str) -> Iterator[str]:
        """Yield the names of all files below a directory, whole ones only. Raises TargetError."""
        try:
            directories, files = self._do(f"list {directory}", lambda: self._storage.listdir(directory))
        except FileNotFoundError:
            return
        yield from (f"{directory}/{name}" for name in sorted(files) if not name.endswith(".part"))
        for name in sorted(directories):
            yield from self.names(f"{directory}/{name}")

    def remove(self, name: str) -> None:
        """Remove a file. Raises TargetError."""
        self._do(f"remove {name}", lambda: self._storage.delete(name))

    def _do(self, what: str, act: Callable[[], Result]) -> Result:
        try:
            return act()
        except FileNotFoundError:
            raise
        except Exception as error:  # whatever a driver throws
            full = " It is full." if self._storage.is_full(error) else ""
            raise TargetError(f"{self.address}: cannot {what}: {self._storage.reason(error)}.{full}") from error


def _directory(path: Path) -> EvidenceDirectory:
    if not path.is_dir():
        raise TargetError(f"{path} is no directory. Is its disk mounted? Make it once, by hand.")
    path = path.resolve()
    if isinstance(storages["evidence"], EvidenceDirectory):
        evidence = Path(storages["evidence"].location).resolve()
        if path.is_relative_to(evidence) or evidence.is_relative_to(path):
            raise TargetError(f"{path} and the evidence in {evidence} lie in each other. A backup lies elsewhere.")
    return EvidenceDirectory(location=str(path), base_url=None)


def _bucket(address: str) -> "WaitingBucket":
    match = BUCKET.fullmatch(address)
    if match is None:
        raise TargetError(f"{address} is not the address of a bucket, such as s3://backups/siteproof.")
    prefix = (match["prefix"] or "").strip("/")
    is_same_service = settings.BACKUP_S3["endpoint_url"] == settings.S3["endpoint_url"]
    if is_same_service and match["bucket"] == settings.EVIDENCE_S3_BUCKET:
        raise TargetError("The evidence lies in this bucket. A backup lies elsewhere.")
    from learners.evidence.bucket import WaitingBucket  # noqa: PLC0415  # see above

    return WaitingBucket(**settings.BACKUP_S3 | {"bucket_name": match["bucket"]}, location=prefix)
