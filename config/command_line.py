"""The door of `manage.py`: a refusal, or a database that is too slow, ends it with one sentence and status 1."""

import os
import sys
from collections.abc import Sequence

import django
from django.core.management import execute_from_command_line
from django.db import Error

from training.core.refusals import Refusal, refusal_from
from training.policies.periodic import Periodic, run_of


def run_command(arguments: Sequence[str]) -> None:
    """Run a command of `manage.py`.

    Args:
        arguments: as in `sys.argv`, the name of the program first.

    Raises:
        SystemExit: status 1, with a sentence: it was refused, by the database too, or the database was too slow.
        Error: an error of the database that is a defect; with `--traceback` among the arguments, any error of it.
    """
    try:
        if periodic := run_of(arguments[1:]):
            _run_periodic(periodic, arguments)
        else:
            execute_from_command_line(list(arguments))
    except Refusal as refusal:
        sys.exit(refusal.message)
    except Error as error:
        if "--traceback" in arguments:
            raise
        sys.exit(refusal_from(error).message)


def _run_periodic(periodic: Periodic, arguments: Sequence[str]) -> None:
    """Run a command that also runs by itself, and write down how it went, whoever started it (B2)."""
    django.setup()
    from training.services.periodic_runs import RunGoesOn, recorded  # noqa: PLC0415  # they need the models

    try:
        with recorded(periodic):
            execute_from_command_line(list(arguments))
    except RunGoesOn as refusal:
        print(refusal.message, file=sys.stderr)  # noqa: T201
        sys.exit(os.EX_TEMPFAIL)  # 1 means of some that something was found
