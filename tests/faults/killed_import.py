"""Does the job of an import in processes of their own, which kill themselves at a step. The test beside it starts this.

One process is set up once and forks for every line of JSON that it reads: the database, the job, the setting STORAGES,
and the step: the number of a statement from 0, counted from the lock on the import, or "commit" or "committed". It
answers with the exit code of the forked process.
"""

import json
import os
import sys
from typing import Any
from unittest import mock

import django

django.setup()

from django.db import connection  # noqa: E402  # Django must be set up first
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.test import override_settings  # noqa: E402

from attendance.services.imports import doing  # noqa: E402
from attendance.services.imports.steps import lock_import  # noqa: E402
from tests.faults.killed_finalize import DeadlyStatement, deadly  # noqa: E402
from training.services import job_runs  # noqa: E402


def work(database: str, job: int, storages: dict[str, Any], step: str) -> None:
    connection.settings_dict["NAME"] = database

    def locked(**what: Any) -> Any:
        if step in {"commit", "committed"}:
            commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]  # a method that the stubs leave out
            when = "before" if step == "commit" else "after"
            mock.patch.object(BaseDatabaseWrapper, "_commit", deadly(commit, when)).start()
        else:
            connection.execute_wrappers.append(DeadlyStatement(int(step), "after"))
        return lock_import(**what)

    with mock.patch.object(doing, "lock_import", locked), override_settings(STORAGES=storages):
        job_runs.run(job)


def main() -> None:
    for line in sys.stdin:
        process = os.fork()
        if not process:
            work(*json.loads(line))
            os._exit(0)
        _process, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  # the answer


if __name__ == "__main__":
    main()
