"""Finalizes in processes of their own, which kill themselves at a step. The test beside it starts this as a program.

One process is set up once and forks for every line that it reads: database, session, user, step ("-", the number of a
statement from 0, or "commit") and whether the kill comes "before" or "after" it. It answers with the number of the
forked process, and when that has ended, with its exit code.
"""

import os
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
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

from attendance.services.finalize import finalize_session  # noqa: E402

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    """Return a function that kills this process before or after the call."""

    def call(*arguments: Any) -> Any:
        if when == "after":
            function(*arguments)
        die()

    return call


class DeadlyStatement:
    """Kills this process before or after the statement with a number."""

    def __init__(self, number: int, when: str) -> None:
        self.countdown, self.when = number, when

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.countdown -= 1
        return (deadly(execute, self.when) if self.countdown == -1 else execute)(*arguments)


def finalize(database: str, session_id: str, user_id: str, step: str, when: str) -> None:
    connection.settings_dict["NAME"] = database
    by = User.objects.get(pk=user_id)
    if step == "commit":
        commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]  # a method that the stubs leave out
        mock.patch.object(BaseDatabaseWrapper, "_commit", deadly(commit, when)).start()
    if step.isdigit():
        connection.execute_wrappers.append(DeadlyStatement(int(step), when))
    finalize_session(session_id=int(session_id), by=by, now=NOW)


def main() -> None:
    for line in sys.stdin:
        process = os.fork()
        if not process:
            finalize(*line.split())
            os._exit(0)
        print(process, flush=True)  # noqa: T201  # the answer
        _process, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  # the answer


if __name__ == "__main__":
    main()
