"""Begins a new log after an older backup was restored (T6)."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.ledger import log_key
from config.ledger.anchors import AnchorError, configured_anchors
from config.ledger.following import NotBegun, begin_new_log


class Command(BaseCommand):
    help = (
        "After a restore of a backup that is older than the newest checkpoint outside: begins a new log with the next "
        "number in its name, whose first leaf names that checkpoint. Refused where the log is not behind it. Runs "
        "with the settings of the worker, before the worker does."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            anchored = [each for anchor in configured_anchors() for each in anchor.kept()]
            origin = begin_new_log(anchored=anchored, using=settings.LOG_DATABASE, key=log_key.configured())
        except (AnchorError, NotBegun, log_key.NoKeyError) as refusal:
            raise CommandError(f"{refusal} Nothing was begun.") from refusal
        self.stdout.write(f"The log {origin} is begun. `seal_log` goes on with it.")
