"""Write the whole site into a directory: every table as CSV, and the evidence beside (X3)."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.site_export import DirectoryNotEmpty, export_site
from learners.evidence.store import StoreUnavailable
from training.core import progress_bar

INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Writes every table as CSV, what each column holds, and every signed sheet and certificate into an empty "
        "directory. No password, token or session is among it. Exit status 1: some files are not as they were stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="an empty directory, or one that does not exist yet")

    def handle(self, *args: Any, directory: str | Path, **options: Any) -> None:
        directory = Path(directory)
        try:
            done = export_site(directory=directory, now=timezone.now(), on_progress=self._tell)
        except DirectoryNotEmpty as refusal:
            raise CommandError(refusal.message) from refusal
        except StoreUnavailable as refusal:
            raise CommandError(f"{directory} is not whole: {refusal} Remove it and try again.") from refusal
        except OSError as error:
            raise CommandError(f"{directory} is not whole: {error.strerror}. Remove it and try again.") from error
        except KeyboardInterrupt as interrupt:
            raise CommandError(
                f"Stopped before the end: {directory} is not whole. Remove it.", returncode=INTERRUPTED
            ) from interrupt
        self.stdout.write(
            f"{directory}: {len(done.rows)} tables, {sum(done.rows.values()):,} rows, {done.files:,} files."
        )
        if done.damaged:
            self.stderr.write(
                f"NOT as they were stored: {len(done.damaged):,} files, named in evidence.csv. "
                "verify_evidence says what they prove."
            )
            sys.exit(1)

    def _tell(self, done: int, total: int) -> None:
        progress_bar.draw(self.stderr, done, total)
