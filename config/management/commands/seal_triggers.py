"""Prints the SQL of the triggers that seal rows, for a migration to keep."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.ledger import triggers
from config.ledger.sealed_tables import BY_KIND


class Command(BaseCommand):
    help = "Prints the SQL by which rows of the given kinds are sealed, as the declarations say it now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", nargs="*", help="which kinds (all)")
        parser.add_argument("--part", choices=["create", "late", "drop"], default="create", help="which SQL (create)")

    def handle(self, *args: Any, kind: list[str], part: str, **options: Any) -> None:
        make = {"create": triggers.create, "late": triggers.seal_late, "drop": triggers.drop}[part]
        for each in kind or BY_KIND:
            self.stdout.write(make(BY_KIND[each]))
