"""Restoring a backup into an empty place (B1).

The evidence comes first and the database last, in one transaction: nobody can serve a site that is restored in part.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import BinaryIO
from uuid import UUID

import structlog
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from config.backup import programs
from config.backup.keep import chosen
from config.backup.make import count_rows
from config.backup.manifest import DUMP, BackupError, Evidence, Manifest, evidence_of, in_batches, read_part
from config.backup.target import Target
from learners.evidence.store import list_stored, mark_of_store, put_back, readers, write_mark

logger = structlog.get_logger(__name__)

OUR_APPS = ("attendance", "config", "learners", "training")


class NotEmptyError(BackupError):
    """Something is there already, which a restore must not touch."""


@dataclass(frozen=True)
class Restored:
    """What was restored.

    Attributes:
        missing: keys of files that the backup does not have as they were stored.
        other_rows: tables with another number of rows than the backup says: expected, found.
    """

    manifest: Manifest
    missing: list[str]
    other_rows: dict[str, tuple[int, int]]


def restore(*, source: Target, generation: str | None, on_progress: Callable[[int, int], None]) -> Restored:
    """Restore evidence and database, as the owner that the database shall have.

    Args:
        generation: the name of the backup; None for the newest whole one.
        on_progress: is called with the number of files that are done, and of all.

    Raises:
        NotEmptyError: the database or the evidence store holds something; nothing was changed.
        BackupError: the backup is damaged, or of a newer program or PostgreSQL; nothing was changed.
        ProgramError: pg_restore is missing or failed; the database is as empty as it was.
        StoreUnavailable: the evidence store does not answer.
        TargetError: the source does not answer.
    """
    manifest = chosen(source, generation)
    _check_empty()
    _check_versions(manifest)
    with TemporaryFile() as dump:
        read_part(source, manifest, DUMP, dump)
        missing = _restore_evidence(source, manifest, on_progress=on_progress)
        _restore_database(dump)
    found = count_rows()
    expected = manifest.rows
    other = {
        table: (expected.get(table, 0), found.get(table, 0))
        for table in sorted({*expected, *found})
        if expected.get(table) != found.get(table)
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # else the first pages are planned as for empty tables
    write_mark(site=UUID(manifest.site))
    logger.info("backup_restored", files=manifest.files - len(missing), rows=sum(found.values()))
    return Restored(manifest, missing, other)


def _check_empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN "
            "('r', 'p', 'v', 'm', 'S') AND NOT EXISTS "
            "(SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
        )
        (tables,) = cursor.fetchone()
    if tables:
        raise NotEmptyError(
            f"The database {connection.settings_dict['NAME']} is not empty. Name an empty one in DATABASE_URL, "
            "as `createdb` makes it. Nothing was changed."
        )
    if mark_of_store(patiently=True) is not None or next(list_stored(), None) is not None:
        raise NotEmptyError(
            "The evidence store is not empty. Name an empty directory or bucket; if only an interrupted restore wrote "
            "there, empty it. Nothing was changed."
        )


def _check_versions(manifest: Manifest) -> None:
    if programs.server_version() < manifest.postgresql:
        raise BackupError(
            f"The backup is of PostgreSQL {manifest.postgresql}, and this server is {programs.server_version()}. "
            "Nothing was changed."
        )
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations)
    known |= {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    if any(app in OUR_APPS and (app, name) not in known for app, name in manifest.migrations):
        raise BackupError(
            f"The backup is of a newer program, {manifest.program} or later: restore it with that one. "
            "Nothing was changed."
        )


def _restore_evidence(source: Target, manifest: Manifest, *, on_progress: Callable[[int, int], None]) -> list[str]:
    missing: list[str] = []

    def put(each: Evidence) -> tuple[str, bool]:
        with TemporaryFile() as copy:
            found = source.read(each.place, copy)
            if found is None or found.sha256 != each.sha256:
                return each.key, False
            put_back(key=each.key, file=copy)
        return each.key, True

    done = 0
    with ThreadPoolExecutor(max(readers(), source.at_once)) as pool:
        for batch in in_batches(evidence_of(source, manifest)):
            for key, is_there in pool.map(put, batch):
                if not is_there:
                    missing.append(key)
                done += 1
                on_progress(done, manifest.files)
    return missing


def _restore_database(dump: BinaryIO) -> None:
    """Restore the dump in one transaction, as who is connected; extensions may belong to an administrator."""
    path = programs.program("pg_restore")
    wanted = [line for line in _lines(programs.run(path, "--list", source=dump)) if " COMMENT - EXTENSION " not in line]
    with NamedTemporaryFile("w", suffix=".list") as chosen_lines:
        chosen_lines.write("\n".join(wanted) + "\n")
        chosen_lines.flush()
        programs.run(
            path,
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            f"--use-list={chosen_lines.name}",
            f"--dbname={connection.settings_dict['NAME']}",
            source=dump,
        )


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line and not line.startswith(";"))
