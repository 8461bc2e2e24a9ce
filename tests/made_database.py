"""The database of an empty site, as the migrations make it, of which the databases of tests are copies.

Making it takes a minute of a processor, a copy half a second. It stays on the server of the tests until a migration, or
a library that has some, is another one.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from tests.own_site import CHECKOUT, environment_on, on_server

PREFIX = f"siteproof_made_{hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]}_"
LOCK = 20_261_130  # of whoever makes it; the others wait for that
APPS = ("training", "learners", "attendance", "config")


def made_database() -> str:
    """Return the name of the database to copy; whoever asks first makes it. Nobody may be connected to it."""
    name = PREFIX + _digest()
    with on_server() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        there = {database for (database,) in found}
        if name not in there:
            for database in there:  # of migrations that were others
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
            _make(connection, name)
    return name


def _make(connection: "psycopg.Connection[tuple[Any, ...]]", name: str) -> None:
    unfinished = f"{PREFIX}unfinished"
    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=CHECKOUT,
            env=environment_on(unfinished, Path(directory)),
            check=True,
        )
    renaming = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    connection.execute(renaming.format(sql.Identifier(unfinished), sql.Identifier(name)))


def _digest() -> str:
    """Return what stands for everything that the tables of a new site come from."""
    files = [path for app in APPS for path in sorted((CHECKOUT / app / "migrations").glob("*.py"))]
    digest = hashlib.sha256(settings.TIME_ZONE.encode())
    for path in (*files, CHECKOUT / "uv.lock"):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
