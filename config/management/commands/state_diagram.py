from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import state_diagrams


class Command(BaseCommand):
    help = "Draw the legal states of all that has any into docs/states.md, from the tables by which services refuse."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is not up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        page = state_diagrams.PAGE
        text = page.read_text(encoding="utf-8")
        try:
            expected = state_diagrams.with_diagrams(text)
        except ValueError as error:
            raise CommandError(f"{page.name}: {error}.") from error
        if text == expected:
            self.stdout.write(f"{page.name} says what the tables say.")
        elif options["check"]:
            raise CommandError(f"{page.name} does not say what the tables say. Run: manage.py state_diagram")
        else:
            page.write_text(expected, encoding="utf-8")
            self.stdout.write(f"{page.name} is written.")
