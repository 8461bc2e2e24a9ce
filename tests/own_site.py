"""Sites beside that of the tests: each with a database, files and a web server of its own, started and stopped here."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from config.pytest_database import TEST_ENVIRONMENT

CHECKOUT = Path(__file__).resolve().parents[1]
STARTING_SECONDS = 180


class NotStarted(Exception):  # noqa: N818  # a sentence, not an error of ours
    """A site that was started does not answer."""


@contextmanager
def on_server() -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    """Connect to the server of the tests, as who may make databases there."""
    server = settings.DATABASES["default"]
    host, user, password = (str(server.get(key) or "") for key in ("HOST", "USER", "PASSWORD"))
    with psycopg.connect(host=host, user=user, password=password, dbname="postgres", autocommit=True) as connection:
        yield connection


def environment_on(database: str, directory: Path) -> dict[str, str]:
    """Return the environment of a site on a database of the server of the tests, with its files below `directory`."""
    server = settings.DATABASES["default"]
    host, user, password = (str(server.get(key) or "") for key in ("HOST", "USER", "PASSWORD"))
    return {
        **{name: value for name, value in os.environ.items() if name not in TEST_ENVIRONMENT},
        "DATABASE_URL": f"postgres://{user}:{password}@{'/' if host.startswith('/') else ''}{host}/{database}",
        "SECRET_KEY": "for tests only, and long enough to be one" * 2,
        "EVIDENCE_DIR": str(directory / "evidence"),
        "PAGE_IMAGE_DIR": str(directory / "pages"),
        "STATIC_ROOT": str(directory / "static"),
    }


@contextmanager
def new_environment(directory: Path, *, name: str, like: str = "template1") -> Iterator[dict[str, str]]:
    """Make a database on the server of the tests, and give the environment of a site on it.

    Its files lie below `directory`. The database is called `name` and the number of this process; it is dropped in the
    end.

    Args:
        like: the database that it is a copy of, such as `made_database()`; usually it is empty.
    """
    database, copied = sql.Identifier(f"{name}_{os.getpid()}"), sql.Identifier(like)
    with on_server() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(database, copied))
        try:
            yield environment_on(f"{name}_{os.getpid()}", directory)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_demo(
    environment: dict[str, str], port: int, *arguments: str, workers: int = 50
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the demo; give the process and what it said until it serves."""
    command = [sys.executable, "-u", "manage.py", "demo", "--workers", str(workers), "--port", str(port), *arguments]
    process = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("http://"):
                break
        wait_until_it_answers(port)
        yield process, said
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its web server too, where a test has failed
        process.communicate()


@contextmanager
def running_empty(environment: dict[str, str], port: int, *, username: str, password: str) -> Iterator[None]:
    """Serve a site on which there is nothing but the login of one superuser."""
    environment = {
        **environment,
        "DJANGO_SUPERUSER_PASSWORD": password,
        "WEB_BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": "1",
        "HTTPS": "0",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "STATIC_HASHED_NAMES": "0",
        "LOG_LEVEL": "WARNING",
    }
    for command in (
        ("migrate", "--verbosity=0"),
        ("createsuperuser", "--noinput", f"--username={username}", "--email=first@example.com"),
        ("collectstatic", "--noinput", "--verbosity=0"),
    ):
        subprocess.run([sys.executable, "manage.py", *command], cwd=CHECKOUT, env=environment, check=True)
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "python:config.web_server", "config.wsgi"],
        cwd=CHECKOUT,
        env=environment,
    )
    try:
        wait_until_it_answers(port)
        yield
    finally:
        server.terminate()
        server.wait(60)


def wait_until_it_answers(port: int) -> None:
    """Return as soon as the site on that port of this machine answers.

    Raises:
        NotStarted: it does not within three minutes.
    """
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise NotStarted(f"The site on port {port} does not answer.")
