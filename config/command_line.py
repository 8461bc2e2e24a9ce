"""The door of `manage.py`: a refusal or an error of the database ends it with one sentence and status 1."""

import sys
from collections.abc import Sequence

from django.core.management import execute_from_command_line
from django.db import Error

from training.core.refusals import Refusal, refusal_from


def run_command(arguments: Sequence[str]) -> None:
    """Run a command of `manage.py`.

    Args:
        arguments: as in `sys.argv`, the name of the program first.

    Raises:
        SystemExit: status 1, with a sentence: the command was refused, or the database failed or was too slow.
        Error: the error of the database itself, if `--traceback` is among the arguments.
    """
    try:
        execute_from_command_line(list(arguments))
    except Refusal as refusal:
        sys.exit(refusal.message)
    except Error as error:
        if "--traceback" in arguments:
            raise
        sys.exit(refusal_from(error).message)
