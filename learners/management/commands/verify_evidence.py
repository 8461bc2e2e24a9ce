"""Read every stored evidence file again and report those that are missing or altered (E5)."""

import json
import os
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from learners.evidence.store import StoreUnavailable
from learners.evidence.verify import Damage, DamagedFile, Report, verify_evidence
from training.core import progress_bar

STANDARD_OUTPUT = "-"
NOT_KNOWN = 2  # exit status: nothing can be said about any file
INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Reads every stored evidence file again and names each one that is missing, altered, of another size or "
        "unreadable, with the sessions and records that it proves. Changes nothing. Exit status 0: all are as they "
        "were stored; 1: some are not; 2: the store or the database did not answer, so nothing is known."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", metavar="FILE", dest="target", help="write the whole report there, for programs; - prints it"
        )

    def handle(self, *args: Any, target: str | None, **options: Any) -> None:
        report_file = Path(target) if target and target != STANDARD_OUTPUT else None
        if report_file and not os.access(report_file.absolute().parent, os.W_OK):
            raise CommandError(f"{report_file} cannot be written there.", returncode=NOT_KNOWN)
        try:
            report = verify_evidence(on_progress=lambda done, total: progress_bar.draw(self.stderr, done, total))
        except StoreUnavailable as refusal:
            raise CommandError(f"Nothing is known about any file. {refusal}", returncode=NOT_KNOWN) from refusal
        except DatabaseError as error:
            raise CommandError(
                "Nothing is known about any file. The database does not answer.", returncode=NOT_KNOWN
            ) from error
        except KeyboardInterrupt as interrupt:
            raise CommandError("Stopped before the end: no report.", returncode=INTERRUPTED) from interrupt
        if report_file:
            _write(report_file, report)
        self.stdout.write(_as_text(report) if target == STANDARD_OUTPUT else _in_words(report))
        if report.findings:
            sys.exit(1)


def _as_text(report: Report) -> str:
    return json.dumps(report.as_json(), indent=2)


def _write(file: Path, report: Report) -> None:
    """Write the report as JSON: the whole file, or none."""
    descriptor, part = tempfile.mkstemp(dir=file.absolute().parent)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(f"{_as_text(report)}\n")
        Path(part).replace(file)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _in_words(report: Report) -> str:
    lines = [_finding(finding) for finding in report.findings]
    if report.surplus:
        lines.append(f"Files that no upload names, which harm nobody: {len(report.surplus):,}.")
        lines += [f"  {key}" for key in report.surplus]
    missing = [finding for finding in report.findings if finding.damage is Damage.MISSING]
    if missing and len(missing) == report.files:
        lines.append("Every file is missing. Is the disk of the store mounted, or the bucket the right one?")
    lines.append(
        f"Files read: {report.files:,}, {report.bytes:,} bytes"
        + (f"; extracts of old registers: {report.extracts:,}. " if report.extracts else ". ")
        + (f"NOT as they were stored: {len(report.findings):,}." if report.findings else "All as they were stored.")
    )
    return "\n".join(lines)


def _finding(finding: DamagedFile) -> str:
    if finding.found is None:
        sizes = ""
    elif finding.damage is Damage.OTHER_SIZE:
        sizes = f" ({finding.found.size:,} bytes, stored were {finding.expected.size:,})"
    else:
        sizes = " (as long as it was, other content)"
    return f"{finding.damage.upper()} {finding.key}{sizes}: {_proves(finding)}."


def _proves(finding: DamagedFile) -> str:
    parts = []
    if finding.sessions:
        parts.append(f"session {', '.join(finding.sessions)}")
    for kind, numbers in (("records", finding.records), ("sign-offs", finding.sign_offs)):
        if numbers:
            parts.append(f"{kind} {', '.join(map(str, numbers))}")
    return "; ".join(parts)
