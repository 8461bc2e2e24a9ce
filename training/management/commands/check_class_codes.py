"""Report on the class codes, and say whether a person must decide something (K2)."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from training.policies.class_codes import CodeReport
from training.selectors.class_codes import class_code_report


class Command(BaseCommand):
    help = (
        "Reports duplicate and empty class codes, the highest sequential number, the indexes of the codes and their "
        "sequence. Changes nothing. Exit status 1 when a person must decide something."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="for programs")

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        report = class_code_report()
        self.stdout.write(json.dumps(report.as_json(), indent=2) if as_json else _in_words(report))
        if report.problems:
            sys.exit(1)


def _in_words(report: CodeReport) -> str:
    sequence = report.sequence
    lines = [
        f"Classes: {report.classes:,}, of these without a code: {report.without_code:,}.",
        f"Sequential codes: {report.sequential:,}, the highest number is {report.highest_number or '–'}. "
        f"Other codes: {report.other:,}.",
        *(
            f"Index {each.name}: {'unique' if each.is_unique else 'not unique'}, "
            f"{'valid' if each.is_valid else 'NOT VALID'}{', partial' if each.is_partial else ''}."
            for each in report.indexes
        ),
        f"Sequence: next number {sequence.next_number}, owned by {sequence.owned_by or 'nothing'}."
        if sequence
        else "Sequence: none.",
        *(f"! {problem}" for problem in report.problems),
    ]
    return "\n".join([*lines, "A person must decide." if report.problems else "All is well."])
