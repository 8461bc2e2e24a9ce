"""Restore a backup into an empty database and an empty evidence store, and check what came (B1)."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from config.backup.manifest import BackupError
from config.backup.programs import ProgramError
from config.backup.restore import Restored, restore
from config.backup.target import Target, TargetError
from learners.evidence.store import StoreUnavailable
from training.core import progress_bar

NOTHING_RESTORED = 2  # exit status
LISTED = 200
NEXT = """
Next:
1. {erasures}
   Where a checkpoint outside is newer than the log: `begin_new_log`, before the worker.
2. Set SECRET_KEY as it was, and the password of the application's role (ALTER ROLE … PASSWORD).
3. Start the web processes and the worker as the application's role, and look at /readyz and /monitor.
4. What was done after {began_at} is not there: enter it again from the signed sheets.
"""


class Command(BaseCommand):
    help = (
        "Restores a backup into an empty database and an empty evidence store, gives the application's role its "
        "rights, and checks everything. Run it as the owner that the tables shall have. Exit status 0: all is there "
        "and as it was; 1: restored, but not all is well; 2: nothing was restored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="a directory, or s3://bucket/prefix")
        parser.add_argument("--generation", help="which backup; otherwise the newest")
        parser.add_argument("--role", default="siteproof_app", help="the role of the application (siteproof_app)")
        parser.add_argument("--log-role", default="", help="the role that writes the log of all seals, if there is one")

    def handle(self, *args: Any, source: str, generation: str | None, role: str, log_role: str, **options: Any) -> None:
        try:
            restored = restore(source=Target(source), generation=generation, on_progress=self._tell)
        except (BackupError, ProgramError, StoreUnavailable, TargetError) as refusal:
            raise CommandError(str(refusal), returncode=NOTHING_RESTORED) from refusal
        except (OSError, DatabaseError) as error:
            raise CommandError(f"Nothing was restored: {error}", returncode=NOTHING_RESTORED) from error
        manifest = restored.manifest
        self.stdout.write(
            f"Restored: backup {manifest.generation}, begun at {manifest.began_at}, "
            f"{sum(manifest.rows.values()):,} rows, {manifest.files - len(restored.missing):,} of "
            f"{manifest.files:,} files."
        )
        failed = self._compare(restored)
        if _is_of_an_older_program():
            failed += self._step("Tables brought to this version", "migrate", verbosity=0)
        failed += self._step("Rights", "setup_database_roles", role=role, log_role=log_role)
        if settings.ERASURES_LIST:
            failed += self._step("Erasures repeated", "erase_personal_data", repeat=True)
        failed += self._step("Compliance", "recalculate_compliance")
        failed += self._step("Evidence", "verify_evidence")
        failed += self._step("Ledger", "verify_ledger")
        self.stdout.write(NEXT.format(began_at=manifest.began_at, erasures=_erasures()))
        if failed:
            self.stderr.write(f"NOT all is well: {', '.join(failed)}. See above.")
            sys.exit(1)

    def _compare(self, restored: Restored) -> list[str]:
        for key in restored.missing[:LISTED]:
            self.stderr.write(f"NOT IN THE BACKUP {key}")
        for table, (expected, found) in restored.other_rows.items():
            self.stderr.write(f"{table}: {found:,} rows instead of {expected:,}")
        if not restored.other_rows:
            self.stdout.write(f"Rows: all {len(restored.manifest.rows):,} tables have as many as the backup says.")
        return ["files"] * bool(restored.missing) + ["rows"] * bool(restored.other_rows)

    def _step(self, what: str, command: str, **options: Any) -> list[str]:
        """Run a command, and return what did not go well: the others still say what they find."""
        self.stdout.write(f"{what}:")
        try:
            call_command(command, stdout=self.stdout, stderr=self.stderr, **options)
        except CommandError as refusal:
            self.stderr.write(str(refusal))
            return [what.lower()]
        except OSError as error:  # such as a list of erasures that cannot be read
            self.stderr.write(f"{what}: {error.strerror}")
            return [what.lower()]
        except SystemExit as end:
            return [what.lower()] if end.code else []
        return []

    def _tell(self, done: int, total: int) -> None:
        progress_bar.draw(self.stderr, done, total)


def _erasures() -> str:
    if settings.ERASURES_LIST:
        return "The erasures of ERASURES_LIST were repeated, unless it says otherwise above."
    return (
        "ERASURES_LIST is not set: whoever was erased since is here again. Set it and run "
        "`erase_personal_data --repeat`, as the owner; until then nobody may use the site."
    )


def _is_of_an_older_program() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
