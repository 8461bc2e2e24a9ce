"""Import classes from a CSV file; they keep the codes that they have (K2)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from training.core import progress_bar
from training.core.audit_context import as_command
from training.core.refusals import Refusal
from training.services.class_files import COLUMNS, read_rows
from training.services.class_import import import_classes


class Command(BaseCommand):
    help = (
        "Adds the classes of a CSV file as drafts, all rows or none. Codes are kept whatever their form; new codes go "
        "on past the highest sequential one. A row without a code gets a new one of its client. Columns: "
        f"{', '.join(COLUMNS)}; all but class_code may be left out or empty. Clients, courses, agents and venues are "
        "named as in the library."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check the file, write nothing")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            rows = read_rows(file.read_bytes())
            with as_command("import_classes"):
                report = import_classes(
                    rows=rows,
                    today=timezone.localdate(),
                    dry_run=dry_run,
                    progress=lambda done, total: progress_bar.draw(self.stderr, done, total),
                )
        except (OSError, Refusal) as error:
            raise CommandError(str(error)) from error
        for row in report.rows:
            line = f"Row {row.number}: {row.code or 'new code'}: {' '.join(row.problems) or 'good'}"
            self.stdout.write("".join(each if each.isprintable() else ascii(each)[1:-1] for each in line))
        wrong = sum(bool(row.problems) for row in report.rows)
        if wrong:
            raise CommandError(f"Nothing was saved: {wrong:,} of {len(report.rows):,} rows are wrong.")
        if not report.saved:
            self.stdout.write(f"Dry run: {len(report.rows):,} classes would be added.")
            return
        self.stdout.write(f"Classes added: {len(report.rows):,}.")
        if report.sequence_moved_to is not None:
            self.stdout.write(f"New codes go on after {report.sequence_moved_to}.")
