"""Write the page that verifies audit packs, as it is published with a release (T5)."""

from argparse import ArgumentParser
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from training.core.seals.verify_page.page import PAGE_NAME, page_without_data


class Command(BaseCommand):
    help = (
        "Write verify.html without data, and print its SHA-256 as sha256sum does. Published with a release, it "
        "verifies packs for whoever does not trust the page in a pack, or the site. Needs no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=Path(PAGE_NAME), help="where to write it")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        page = page_without_data()
        try:
            file.write_bytes(page)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{sha256(page).hexdigest()}  {file.name}")
