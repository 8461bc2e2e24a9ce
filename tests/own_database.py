"""A database beside the one of the other tests, for tests that change what a database is made of."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def own_database(alias: str) -> Iterator[BaseDatabaseWrapper]:
    """Make an empty database, and drop it in the end. Access to databases must be unblocked meanwhile.

    Args:
        alias: what it is called in `django.db.connections`; a part of its name.
    """
    default = connections["default"]
    test_name = default.creation._get_test_db_name()  # type: ignore[attr-defined]  # unknown to django-stubs
    name = f"{test_name}_{alias}_{os.getpid()}"
    with default._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    connections.settings[alias] = {**default.settings_dict, "NAME": name, "OPTIONS": {}}
    try:
        yield connections[alias]
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]
        with default._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def as_default(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Let everything that asks the default connection ask `database` meanwhile."""
    usual = connections["default"]
    connections["default"] = database
    try:
        yield
    finally:
        connections["default"] = usual
