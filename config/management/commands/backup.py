"""Back up database and evidence into a directory or a bucket, or read a backup back (B1)."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from config.backup.keep import remove_old, verify_backup
from config.backup.make import back_up
from config.backup.manifest import BackupError
from config.backup.programs import ProgramError
from config.backup.target import Target, TargetError
from learners.evidence.store import StoreUnavailable
from training.core import progress_bar

NO_BACKUP = 2  # exit status
INTERRUPTED = 130
LISTED = 200


class Command(BaseCommand):
    help = (
        "Writes the database, as of one moment, and every file of evidence that it names. Run it as the owner of the "
        "tables. Exit status 0: a good backup; 1: files of it are missing or damaged, and named; 2: there is none."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", help="a directory that exists, or s3://bucket/prefix")
        parser.add_argument("--keep", type=int, help="how many good backups stay; the others are removed")
        parser.add_argument("--verify", action="store_true", help="make none, but read one back to its last byte")
        parser.add_argument("--generation", help="with --verify: which one; otherwise the newest")

    def handle(
        self, *args: Any, target: str, keep: int | None, verify: bool, generation: str | None, **options: Any
    ) -> None:
        if keep is not None and keep < 1:
            raise CommandError("At least one backup stays: --keep 1.", returncode=NO_BACKUP)
        try:
            place = Target(target)
            wrong = self._verify(place, generation) if verify else self._back_up(place, keep)
        except (BackupError, ProgramError, StoreUnavailable, TargetError) as refusal:
            raise CommandError(f"There is no good backup. {refusal}", returncode=NO_BACKUP) from refusal
        except OSError as error:
            raise CommandError(
                f"There is no good backup. Temporary files: {error.strerror}.", returncode=NO_BACKUP
            ) from error
        except DatabaseError as error:
            raise CommandError("There is no good backup. The database declines.", returncode=NO_BACKUP) from error
        except KeyboardInterrupt as interrupt:
            raise CommandError("Stopped before the end: no backup.", returncode=INTERRUPTED) from interrupt
        if wrong:
            for name, what in list(wrong.items())[:LISTED]:
                self.stderr.write(f"{what.upper()} {name}")
            self.stderr.write(f"NOT GOOD: {len(wrong):,} of its files. The rest is there.")
            sys.exit(1)

    def _back_up(self, target: Target, keep: int | None) -> dict[str, str]:
        manifest = back_up(target=target, now=timezone.now(), on_progress=self._tell)
        self.stdout.write(
            f"{target.address}: backup {manifest.generation}, {sum(manifest.rows.values()):,} rows, "
            f"{manifest.files - len(manifest.damaged):,} of {manifest.files:,} files."
        )
        if keep and manifest.is_good:
            removed = remove_old(target, keep=keep)
            self.stdout.write(f"Old backups removed: {removed}.")
        return manifest.damaged

    def _verify(self, target: Target, generation: str | None) -> dict[str, str]:
        manifest, wrong = verify_backup(target, generation=generation, on_progress=self._tell)
        self.stdout.write(
            f"{target.address}: backup {manifest.generation}, begun at {manifest.began_at}, "
            f"{manifest.files:,} files read."
        )
        return wrong

    def _tell(self, done: int, total: int) -> None:
        progress_bar.draw(self.stderr, done, total)
