"""An upload in a process of its own, which kills itself at a step. The test beside it starts this as a program.

Arguments: database, session, user, and optionally what is called at the step, and "before" or "after" that call.
"""

import os
import pkgutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402  # Django must be set up first
from django.db import connection  # noqa: E402

from attendance.services.evidence import upload_evidence  # noqa: E402
from tests.factories import files  # noqa: E402


def deadly(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    """Return a function that kills this process before or after the call."""

    def kill(*arguments: Any, **options: Any) -> None:
        if when == "after":
            function(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    return kill


def main(database: str, session_id: str, user_id: str, call: str = "", when: str = "") -> None:
    connection.settings_dict["NAME"] = database
    by = User.objects.get(pk=user_id)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if call:
        mock.patch(call, deadly(pkgutil.resolve_name(call), when)).start()
    now = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    upload_evidence(session_id=int(session_id), files=[files.upload(files.pdf())], by=by, now=now)


if __name__ == "__main__":
    main(*sys.argv[1:])
