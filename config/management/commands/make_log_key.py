"""Makes the key that signs the log's checkpoints."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.ledger import log_key


class Command(BaseCommand):
    help = (
        "Makes the key with which `seal_log` signs checkpoints, in a new file that only its owner may read: the system "
        "user of the worker, and never that of the web process. Keep a copy in a safe."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file that is not there yet")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if file.exists():
            raise CommandError(f"{file} is there already. A key is never replaced: name another file.")
        try:
            log_key.make(file)
        except (OSError, log_key.NoKeyError) as error:
            raise CommandError(f"{file} cannot be made: {error}") from error
        self.stdout.write(f"{file} made. Set LOG_KEY_FILE to it, for the worker only.")
