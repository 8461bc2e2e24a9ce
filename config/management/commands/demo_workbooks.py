"""The loaded demo as the workbooks from which it could have been moved in, to try the import with."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo.load import ForeignWorkers, is_loaded
from config.demo.workbooks.writing import write_workbooks


class Command(BaseCommand):
    help = (
        "Write the workbooks from which the loaded demo could have been moved in: lists of companies, courses and "
        "workers, a matrix of training, a plan. Load the demo first (manage.py demo --no-serve)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="where they are written")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not is_loaded():
                raise CommandError("The demo is not loaded. Load it first: manage.py demo --no-serve")
        except ForeignWorkers:
            raise CommandError("This is not the demo: its workers were made by somebody else.") from None
        for book in write_workbooks(options["directory"], now=timezone.now()):
            self.stdout.write(f"{book.kind:<14}{book.path}")
