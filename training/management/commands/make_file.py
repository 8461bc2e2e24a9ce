"""Make the file of a job at once, without the worker, for use in a shell or from cron."""

import os
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.http import QueryDict
from django.utils import timezone

from training.core import progress_bar
from training.core.refusals import Refusal
from training.services.job_kinds import kind_of, kinds


class Command(BaseCommand):
    help = (
        "Writes an audit pack, the matrix or hours into a file, with the rights of a login, which counts as the one "
        "who reads the evidence in it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=kinds())
        parser.add_argument(
            "query",
            nargs="?",
            default="",
            help="as the address of the page says it: company=3&on=2026-02-01; of one worker: worker=12",
        )
        parser.add_argument("--by", required=True, help="user name of the login")
        parser.add_argument("--to", required=True, type=Path, help="the file")

    def handle(self, *args: Any, kind: str, query: str, by: str, to: str | Path, **options: Any) -> None:
        user = User.objects.filter(username=by).first()
        if user is None:
            raise CommandError(f"There is no login named {by}.")
        try:
            kind_of(kind).check(user)
            product = kind_of(kind).make(QueryDict(query), by=user, now=timezone.now(), tell=self._tell)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        if product is None:
            raise CommandError(f"{kind} makes no file.")
        with product.file:
            product.file.seek(0)
            try:
                with open(to, "xb", opener=_private) as file:  # Path.open takes no opener
                    shutil.copyfileobj(product.file, file)
            except OSError as error:
                raise CommandError(f"{to} cannot be written: {error.strerror}.") from error
            product.log()
        self.stdout.write(f"{to}: {product.name}")

    def _tell(self, done: int, total: int) -> None:
        progress_bar.draw(self.stderr, done + 1, total)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
