"""Checks every seal against its row, every row against its seal, and the log against checkpoints from outside (T4)."""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from config.ledger.anchors import Anchored, AnchorError, configured_anchors
from config.ledger.report import Discrepancy, LedgerReport
from config.ledger.verify import verify_ledger
from training.core import progress_bar

STANDARD_OUTPUT = "-"
NOT_KNOWN = 2  # exit status: nothing can be said
LISTED = 200


class Command(BaseCommand):
    help = (
        "Works out everything that is sealed from the rows, and compares it with the log and with the checkpoints that "
        "the anchors keep. Changes nothing. Exit status 0: all is as it was sealed; 1: something is not; 2: nothing is "
        "known, because the database or an anchor did not answer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", metavar="FILE", dest="target", help="write the report there; - prints it")
        parser.add_argument(
            "--checkpoint",
            metavar="FILE",
            type=Path,
            action="append",
            default=[],
            help="a checkpoint that you keep yourself, beside those of the anchors; may be given several times",
        )
        parser.add_argument(
            "--key",
            action="append",
            default=[],
            help="a verifier key that you keep yourself; then those in the database are not believed",
        )

    def handle(self, *args: Any, target: str | None, checkpoint: list[Path], key: list[str], **options: Any) -> None:
        try:
            anchored = [each for anchor in configured_anchors() for each in anchor.kept()]
            anchored += [_given(file) for file in checkpoint]
            report = verify_ledger(
                anchored=anchored,
                keys=key,
                tell=lambda done, total: progress_bar.draw(self.stderr, done, total),
            )
        except (AnchorError, OSError) as error:
            raise CommandError(f"Nothing is known. {error}", returncode=NOT_KNOWN) from error
        except DatabaseError as error:
            raise CommandError("Nothing is known. The database does not answer.", returncode=NOT_KNOWN) from error
        text = json.dumps(report.as_json(), indent=2)
        if target and target != STANDARD_OUTPUT:
            Path(target).write_text(f"{text}\n", encoding="utf-8")
        self.stdout.write(text if target == STANDARD_OUTPUT else _in_words(report))
        if report.findings:
            sys.exit(1)


def _given(file: Path) -> Anchored:
    """Return a checkpoint from a file; when it was there is known by the file's own time only."""
    return Anchored(file.read_text(encoding="utf-8"), datetime.fromtimestamp(file.stat().st_mtime, UTC), str(file))


def _in_words(report: LedgerReport) -> str:
    lines = [_line(finding) for finding in report.findings[:LISTED]]
    if len(report.findings) > LISTED:
        lines.append(f"… and {len(report.findings) - LISTED:,} more; --json has them all.")
    lines += report.notes
    if report.outside:
        lines.append(f"Checkpoints from outside that hold: {len(report.outside):,}, the newest {report.outside[-1]}.")
    waiting = f", {report.waiting:,} wait for their place" if report.waiting else ""
    verdict = f"NOT as sealed: {len(report.findings):,}." if report.findings else "All is as it was sealed."
    lines.append(f"Seals: {report.seals:,}, in the log {report.entries:,}{waiting}. {verdict}")
    return "\n".join(lines)


def _line(finding: Discrepancy) -> str:
    before, after = finding.between
    around = "; ".join(part for part in (before and f"not yet in {before}", after and f"in {after}") if part)
    return f"{finding.wrong.upper()}: {finding.what}{f' ({around})' if around else ''}"
