"""The door of `manage.py`: what is refused, or what the database does not do in time, is one sentence and status 1."""

import sys
from collections.abc import Sequence

from django.core.management import execute_from_command_line
from django.db import Error

from training.core.refusals import Refusal, refusal_from


def run_command(arguments: Sequence[str]) -> None:
    """Run a command as `manage.py` is told.

    Raises:
        SystemExit: status 1, with a sentence, where it was refused or the database did not do it in time.
    """
    try:
        execute_from_command_line(list(arguments))
    except Refusal as refusal:
        sys.exit(refusal.message)
    except Error as error:
        if "--traceback" in arguments:
            raise
        sys.exit(refusal_from(error).message)
