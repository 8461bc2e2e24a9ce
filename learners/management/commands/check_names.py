"""List what is the same in another spelling, from before spellings were compared (L4)."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from learners.selectors.twins import twins


class Command(BaseCommand):
    help = (
        "Lists badges, companies, venues and trainers that are the same however they are spelled, one line for each. "
        "Changes nothing. Exit status 1 when there are any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="for programs")

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        found = twins()
        if as_json:
            self.stdout.write(json.dumps([{"kind": each.kind, "same": each.things} for each in found], indent=2))
        else:
            for each in found:
                self.stdout.write(f"{each.kind}: {' = '.join(each.things)}")
            self.stdout.write("A person must decide." if found else "All is well.")
        if found:
            sys.exit(1)
