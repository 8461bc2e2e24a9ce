"""Gives seals their place in the log, signs a checkpoint, and sends it to the anchors (T2, T3)."""

from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from psycopg import errors

from config.ledger import log_key
from config.ledger.anchoring import anchor_all
from config.ledger.log import LogNotBegun, grow_whole, log_name
from training.core import progress_bar

logger = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = (
        "Gives the seals of new legal rows their place in the log, signs a checkpoint, and sends it to every anchor. "
        "The worker runs it each minute. It may be broken off at any moment, and goes on the next time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = log_key.configured()
            grown = grow_whole(
                using=settings.LOG_DATABASE,
                key=key,
                name=log_name(),
                tell=lambda done, total: progress_bar.draw(self.stderr, done, total),
            )
            failures = anchor_all(using=settings.LOG_DATABASE, now=timezone.now())
        except (log_key.NoKeyError, LogNotBegun) as refusal:
            raise CommandError(str(refusal)) from refusal
        except DatabaseError as error:
            if isinstance(error.__cause__, errors.InsufficientPrivilege):
                raise CommandError(
                    "This database role may not write the log. Set LOG_DATABASE_URL to the role that "
                    "`setup_database_roles --log-role` has set up."
                ) from error
            raise
        if grown:
            self.stdout.write(f"{grown.taken:,} seals got their place. Checkpoint: {grown.checkpoint.short}")
        else:
            self.stdout.write("No seal waits for its place, or another run is giving places out.")
        for failure in failures:
            self.stderr.write(failure)
        if failures:
            raise CommandError("A checkpoint is not at every anchor yet; the next run tries again.")
