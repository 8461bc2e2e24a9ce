"""Bring the stored compliance answers up to date: for everyone, or nightly for those whose answer has run out (C6).

Before that, workers whose last day has passed are set to not active (L3).
"""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from learners.services.compliance import recalculate_everyone
from learners.services.statuses import end_departed
from training.core import progress_bar
from training.core.audit_context import as_command


class Command(BaseCommand):
    help = (
        "Work out the compliance of every worker anew. With --due only of those whose answer has run out: run that "
        "every night, soon after midnight. Running it twice, or two at once, does no harm."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--due", action="store_true", help="only workers whose answer has run out")

    def handle(self, *args: Any, **options: Any) -> None:
        started = monotonic()
        with as_command("recalculate_compliance"):
            today, now = timezone.localdate(), timezone.now()
            departed = end_departed(today=today)
            for progress in recalculate_everyone(today=today, now=now, only_due=options["due"]):
                progress_bar.draw(self.stderr, progress.done, progress.total)
        seconds = monotonic() - started
        self.stdout.write(
            f"Workers judged: {progress.done:,}. Answers changed: {progress.changed:,}. Left: {departed:,}. "
            f"Seconds: {seconds:.1f}."
        )
