"""Mark the evidence store as this site's, if `migrate` could not be sure that it is."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from learners.evidence.mark import adopt_store
from training.core.refusals import Refusal


class Command(BaseCommand):
    help = (
        "Marks the evidence store as this site's: after a restore into an empty store, or a move to another one. Until "
        "then nothing is uploaded, and no file is called missing. Look first that its disk is mounted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from-another-site", action="store_true", help="although it bears the mark of another site, which is gone"
        )

    def handle(self, *args: Any, from_another_site: bool, **options: Any) -> None:
        try:
            held = adopt_store(from_another_site=from_another_site)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"The store bears the mark of this site now. It holds {held.found} of the {held.named} newest files."
        )
        if held.found < held.named:
            self.stdout.write("Run `manage.py verify_evidence`: it names every file that is missing.")
