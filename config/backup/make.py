"""Making a backup: one snapshot of the database, then every evidence file that it names (B1).

A stored file never changes, so a copy made after the snapshot fits it. In the target a file lies under its hash and is
copied once, however many backups name it. The manifest comes last: a backup that was killed has none, and is none.
"""

import hashlib
import json
import secrets
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import BinaryIO

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from config.backup import programs
from config.backup.manifest import (
    DUMP,
    LIST,
    MANIFEST,
    BackupError,
    Evidence,
    Manifest,
    Part,
    check_whose,
    in_batches,
    place_of,
    sha256_of,
)
from config.backup.target import CHUNK, Target
from config.environment import CHECKOUT
from config.models import BackupRun
from learners.evidence.erased import erased_rows
from learners.evidence.store import EvidenceUnreadable, check_store_is_ours, read_stored, readers
from learners.models import EvidenceUpload
from training.models import LogCheckpoint
from training.selectors.site import site_identity

logger = structlog.get_logger(__name__)

LOCK = 7_305_102  # number of the advisory lock: one backup at a time
LOCK_WAIT = "60s"  # for a table that a migration changes

Progress = Callable[[int, int], None]


def back_up(*, target: Target, now: datetime, on_progress: Progress) -> Manifest:
    """Write a backup, and keep in the database that there is one.

    Args:
        now: when it begins. Everything that was committed before is in it.
        on_progress: is called with the number of files that are done, and of all.

    Returns:
        the manifest; it is not good if files are missing from it.

    Raises:
        BackupError: another backup is running, or this connection cannot make one.
        ProgramError: there is no pg_dump that fits, or it failed.
        StoreUnavailable: the evidence store does not answer, or is not this site's.
        TargetError: the target cannot be written.
    """
    if settings.DATABASES["default"].get("DISABLE_SERVER_SIDE_CURSORS"):
        raise BackupError(
            "A backup cannot go through PgBouncer. Let DATABASE_URL name PostgreSQL itself, and leave "
            "DATABASE_BEHIND_PGBOUNCER off for it."
        )
    with _one_at_a_time():
        manifest = _write(target, now=now, on_progress=on_progress)
        BackupRun.objects.create(
            began_at=now,
            ended_at=timezone.now(),
            target=target.address,
            generation=manifest.generation,
            manifest_sha256=sha256_of(manifest.as_text()),
            files=manifest.files,
            bytes=manifest.bytes,
            damaged=len(manifest.damaged),
        )
    logger.info("backup_made", files=manifest.files, damaged=len(manifest.damaged))
    return manifest


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            raise BackupError("Another backup of this site is running.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _write(target: Target, *, now: datetime, on_progress: Progress) -> Manifest:
    site = site_identity()
    check_store_is_ours(site=site, patiently=True)
    check_whose(target, str(site))
    generation = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    with TemporaryFile() as dump, TemporaryFile() as names:
        rows, checkpoint, files, size = _snapshot(dump, names)
        parts = {}
        for name, file in ((DUMP, dump), (LIST, names)):
            parts[name] = _part(file)
            target.put(place_of(generation, name), file)
        damaged = _copy_evidence(target, names, total=files, on_progress=on_progress)
    if damaged:
        check_store_is_ours(site=site, patiently=True)  # else all may be missing because the store left
    manifest = Manifest(
        generation=generation,
        site=str(site),
        began_at=now.isoformat(),
        ended_at=timezone.now().isoformat(),
        program=_program_version(),
        postgresql=programs.server_version(),
        migrations=sorted(list(key) for key in MigrationLoader(connection).graph.leaf_nodes()),
        rows=rows,
        checkpoint=checkpoint,
        dump=parts[DUMP],
        list=parts[LIST],
        files=files,
        bytes=size,
        damaged=damaged,
    )
    target.put_text(place_of(generation, MANIFEST), manifest.as_text())
    return manifest


def _snapshot(dump: BinaryIO, names: BinaryIO) -> tuple[dict[str, int], str, int, int]:
    """Dump the database and list the evidence that it names, as of one moment.

    Returns:
        the rows of each table, the newest checkpoint, and how many files there are, with how many bytes.
    """
    path = programs.program("pg_dump")
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute("SELECT set_config(%s, '0', true)", [limit])  # it waits while pg_dump works
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        programs.run(
            path,
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--lock-wait-timeout={LOCK_WAIT}",
            f"--snapshot={snapshot}",
            target=dump,
        )
        files = size = 0
        kept = EvidenceUpload.objects.exclude(pk__in=erased_rows(EvidenceUpload))
        rows = kept.order_by("key", "pk").values_list("key", "sha256", "size")
        last = None
        for row in rows.iterator():
            each = Evidence(*row)
            if each == last:
                continue
            last = each
            names.write(json.dumps(asdict(each)).encode() + b"\n")
            files, size = files + 1, size + each.size
        newest = LogCheckpoint.objects.order_by("-pk").values_list("note", flat=True).first()
        return count_rows(), newest or "", files, size


def count_rows() -> dict[str, int]:
    """Return the number of rows of every table of the database."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
            "ORDER BY relname"
        )
        rows = {}
        for (name,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {quote(name)}")  # noqa: S608  # a name of the catalogue
            (rows[name],) = cursor.fetchone()
        return rows


def _program_version() -> str:
    told = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(told["project"]["version"])


def _part(file: BinaryIO) -> Part:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return Part(digest.hexdigest(), size)


def _copy_evidence(target: Target, names: BinaryIO, *, total: int, on_progress: Progress) -> dict[str, str]:
    """Copy what the target does not have yet; return what could not be copied, and why.

    A file that lies there is taken for what its name says; `--verify` reads it.
    """
    there = set(target.names("evidence"))
    damaged: dict[str, str] = {}

    def copy(each: Evidence) -> tuple[Evidence, str]:
        return each, "" if each.place in there else _copy(target, each)

    names.seek(0)
    done = 0
    with ThreadPoolExecutor(max(readers(), target.at_once)) as pool:
        for lines in in_batches(names):
            for each, wrong in pool.map(copy, _parsed(lines)):
                if wrong:
                    damaged[each.key] = wrong
                done += 1
                on_progress(done, total)
    return damaged


def _parsed(lines: Sequence[bytes]) -> Iterator[Evidence]:
    return (Evidence(**json.loads(line)) for line in lines)


def _copy(target: Target, each: Evidence) -> str:
    """Copy a file, and return what is wrong with it; nothing, if it is as it was stored. Uses no database."""
    with TemporaryFile() as copy:
        try:
            found = read_stored(key=each.key, copy=copy, patiently=True)
        except EvidenceUnreadable:
            return "unreadable"
        if found is None:
            return "missing"
        if found.sha256 != each.sha256:
            return "altered"
        target.put(each.place, copy)
    return ""
