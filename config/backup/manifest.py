"""What a backup says of itself. A generation without its manifest did not end, and is none."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from tempfile import TemporaryFile
from typing import Any, BinaryIO, TypeVar

from config.backup.target import Target, TargetError

FORMAT = 1
BATCH = 100
GENERATIONS = "generations"
EVIDENCE = "evidence"
SITE = "site"  # a file that says whose backups these are
DUMP, LIST, MANIFEST = "database.dump", "evidence.jsonl", "manifest.json"

Item = TypeVar("Item")


class BackupError(Exception):
    """There is no such backup, or it cannot be used; the message is for the operator."""


@dataclass(frozen=True)
class Part:
    """A file of a generation."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Evidence:
    """A stored file that a row names: its key in the store, and what the row says of it."""

    key: str
    sha256: str
    size: int

    @property
    def place(self) -> str:
        """Its name in the target, where the same bytes lie once."""
        return f"{EVIDENCE}/{self.sha256[:2]}/{self.sha256}"


@dataclass(frozen=True)
class Manifest:
    """A whole backup.

    Attributes:
        began_at: when the snapshot was taken, ISO 8601: everything that was committed before is in it.
        rows: by table, how many rows it has.
        migrations: the newest migrations of each app.
        checkpoint: the newest checkpoint of the log of seals, as a signed note; empty if there was none.
        damaged: keys of files that are missing from it or were not as they were stored, and what is wrong.
    """

    generation: str
    site: str
    began_at: str
    ended_at: str
    program: str
    postgresql: int
    migrations: list[list[str]]
    rows: dict[str, int]
    checkpoint: str
    dump: Part
    list: Part
    files: int
    bytes: int
    damaged: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def is_good(self) -> bool:
        """Whether all evidence is in it, as it was stored."""
        return not self.damaged

    def as_text(self) -> str:
        """Return it as JSON, with a hash of all that it says, so that a damaged one is not believed."""
        told = asdict(self) | {"good": self.is_good}
        return json.dumps(told | {"sha256": _hash_of(told)}, indent=2, sort_keys=True) + "\n"


def in_batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield the items by the hundred, so that a pool of threads is not given all of them at once."""
    left = iter(items)
    while batch := list(islice(left, BATCH)):
        yield batch


def place_of(generation: str, name: str) -> str:
    """Return the name in the target of a file of a generation."""
    return f"{GENERATIONS}/{generation}/{name}"


def _hash_of(told: dict[str, Any]) -> str:
    return sha256_of(json.dumps(told, sort_keys=True))


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def whole_generations(target: Target) -> list[str]:
    """Return the generations that have a manifest, the oldest first. Raises TargetError."""
    names = (name.split("/") for name in target.names(GENERATIONS))
    return sorted({parts[1] for parts in names if len(parts) == 3 and parts[2] == MANIFEST})


def read_manifest(target: Target, generation: str) -> Manifest:
    """Return the manifest of a generation.

    Raises:
        BackupError: there is none, or this program cannot read it.
        TargetError: the target does not answer.
    """
    text = target.text(place_of(generation, MANIFEST))
    if text is None:
        raise BackupError(f"{target.address} has no whole backup {generation}.")
    try:
        told: dict[str, Any] = json.loads(text)
        if told.pop("sha256") != _hash_of(told):
            raise BackupError(f"The manifest of the backup {generation} is damaged.")
        told.pop("good")
        if told["format"] != FORMAT:
            raise BackupError(f"The backup {generation} was written by another version of the program.")
        return Manifest(**told | {"dump": Part(**told["dump"]), "list": Part(**told["list"])})
    except (ValueError, TypeError, KeyError) as error:
        raise BackupError(f"The manifest of the backup {generation} is damaged.") from error


def read_part(target: Target, manifest: Manifest, name: str, copy: BinaryIO | None = None) -> None:
    """Read the dump or the list of a generation, and compare it with the manifest.

    Raises:
        BackupError: it is missing or damaged.
        TargetError: the target does not answer.
    """
    expected = manifest.dump if name == DUMP else manifest.list
    found = target.read(place_of(manifest.generation, name), copy)
    if found is None or tuple(found) != (expected.sha256, expected.size):
        wrong = "missing" if found is None else "damaged"
        raise BackupError(f"{name} of the backup {manifest.generation} is {wrong}.")


def evidence_of(target: Target, manifest: Manifest) -> Iterator[Evidence]:
    """Yield the files that a backup names, those that are missing from it too. Raises as `read_part`."""
    with TemporaryFile() as copy:
        read_part(target, manifest, LIST, copy)
        copy.seek(0)
        for line in copy:
            yield Evidence(**json.loads(line))


def check_whose(target: Target, site: str) -> None:
    """Mark an empty target as this site's, and refuse one of another site: its backups would be thrown away.

    Raises:
        TargetError: it is another site's, or does not answer.
    """
    mark = target.text(SITE)
    if mark is None:
        target.put_text(SITE, site)
    elif mark.strip() != site:
        raise TargetError(f"{target.address} has the backups of another site.")
