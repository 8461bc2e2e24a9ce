"""Compare the sums of every progression with its log, and rebuild those that differ (H6)."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from learners.selectors.progression import hours_differences
from learners.services.hours import rebuild_sums
from training.core.audit_context import as_command


class Command(BaseCommand):
    help = (
        "Reports every progression whose hours are not the sums of its log, which the database keeps from arising. "
        "Exit status 1 when there are any left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="rebuild these sums from the log")

    def handle(self, *args: Any, fix: bool, **options: Any) -> None:
        differences = hours_differences()
        for each in differences:
            stored, logged = (", ".join(f"{each_sum:.1f}" for each_sum in sums) for sums in (each.stored, each.logged))
            self.stdout.write(f"Progression {each.tracking_id}: {stored}; its log says {logged}.")
        if not differences:
            self.stdout.write("The hours of every progression are the sums of its log.")
        elif fix:
            with as_command("recalculate_hours"):
                rebuilt = rebuild_sums(tracking_ids=[each.tracking_id for each in differences])
            self.stdout.write(f"Rebuilt: {rebuilt:,}.")
        else:
            self.stdout.write("Trained, present, absent. Run again with --fix to rebuild them from the log.")
            sys.exit(1)
