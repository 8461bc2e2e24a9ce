"""Bring the meetings of classes in line with their schedules and the public holidays (H1)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from training.core import progress_bar
from training.core.audit_context import as_command
from training.core.refusals import Refusal
from training.models import TrainingClass
from training.services.classes import Synced, sync_sessions


class Command(BaseCommand):
    help = (
        "Adds, removes and changes pending meetings until they are those of each class's schedule. Captured and "
        "excepted ones are never touched. Planning a class does it for that class; run this after SITE_HOLIDAYS or "
        "the holidays package changed. Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("codes", nargs="*", metavar="CODE", help="only these classes")

    def handle(self, *args: Any, codes: list[str], **options: Any) -> None:
        classes = TrainingClass.objects.exclude(status=TrainingClass.Status.DRAFT).order_by("pk")
        found = dict((classes.filter(class_code__in=codes) if codes else classes).values_list("pk", "class_code"))
        if unknown := sorted(set(codes) - set(found.values())):
            raise CommandError(f"No active or stopped class has the code {', '.join(unknown)}.")
        changed, refused = 0, []
        with as_command("sync_class_sessions"):
            for number, (class_id, code) in enumerate(found.items(), start=1):
                try:
                    synced = sync_sessions(class_id=class_id, now=timezone.now())
                except Refusal as refusal:
                    refused.append(str(code))
                    self.stdout.write(f"{code}: {refusal}")
                else:
                    changed += self._tell(code, synced)
                progress_bar.draw(self.stderr, number, len(found))
        self.stdout.write(f"Classes: {len(found):,}. Changed: {changed:,}.")
        if refused:
            raise CommandError(f"Not in step, for the reasons above: {', '.join(refused)}.")

    def _tell(self, code: str | None, synced: Synced) -> bool:
        """Print what changed in the meetings of a class; return whether anything did."""
        if synced == Synced():
            return False
        self.stdout.write(f"{code}: {synced.added} added, {synced.removed} removed, {synced.changed} with other hours.")
        return True
