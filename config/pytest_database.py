"""pytest plugin (``-p config.pytest_database``): the database is up before pytest-django reads the settings."""

import os
import secrets
import sys
from collections.abc import Generator

import pytest

from config import embedded_postgres, environment

TEST_ENVIRONMENT = {
    "DATABASE_POOL_SIZE": "0",  # a test owns its one connection
    "DATABASE_LOCK_SECONDS": "60",  # tests let 32 connections race on a busy machine
    "DATABASE_STATEMENT_SECONDS": "600",
    "DATABASE_IDLE_SECONDS": "600",
    "HTTPS": "0",
    "STATIC_HASHED_NAMES": "0",  # no collectstatic before a test run
}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    os.environ.update(TEST_ENVIRONMENT)
    _keep_bytecode()
    if environment.IS_LOCAL:
        try:
            embedded_postgres.join()
        except embedded_postgres.NoServerError as error:
            raise pytest.UsageError(str(error)) from error
    else:
        os.environ.setdefault("SECRET_KEY", "for tests only: " + secrets.token_urlsafe(50))
    return (yield)


def _keep_bytecode() -> None:
    """Let tests, and the processes that they start, keep what they have compiled.

    Many containers switch that off. Then each of a hundred sites, workers and commands that tests start compiles two
    thousand modules: 3 of the 5 seconds of processor time that its start takes.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
