"""The site as it is served: gunicorn with its processes and threads, over the database of the tests."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from django.conf import settings
from django.db import connection

from config.pytest_database import TEST_ENVIRONMENT

CHECKOUT = Path(__file__).resolve().parents[2]
WORKERS = 2
THREADS = 10
STARTING_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(**environment: str) -> Iterator[int]:
    """Serve the test's database on a port of this machine, as `manage.py demo` does; yield the port."""
    port = free_port()
    database = connection.settings_dict
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    host, number = database["HOST"], database["PORT"]
    place = f"/{host}" if host.startswith("/") else f"{host}:{number}" if number else host
    inherited = {name: value for name, value in os.environ.items() if name not in TEST_ENVIRONMENT}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "python:config.web_server", "config.wsgi"],
        cwd=CHECKOUT,
        env={
            **inherited,
            "DATABASE_URL": f"postgres://{database['USER']}{password}@{place}/{database['NAME']}",
            "SECRET_KEY": settings.SECRET_KEY,
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "HTTPS": "0",
            "STATIC_HASHED_NAMES": "0",
            "WEB_BIND": f"127.0.0.1:{port}",
            "WEB_WORKERS": str(WORKERS),
            "WEB_THREADS": str(THREADS),
            "LOG_LEVEL": "WARNING",
            **environment,
        },
    )
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(60)


def page(port: int, path: str = "/login/", cookie: str = "") -> tuple[int, float]:
    """Ask for a page on a new connection; return its status and the seconds until its last byte."""
    began = time.monotonic()
    browser = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        browser.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = browser.getresponse()
        answer.read()
        return answer.status, time.monotonic() - began
    finally:
        browser.close()


def at_once(port: int, path: str, cookie: str = "") -> float:
    """Return the seconds that are no wait: one, or more where the machine itself is that busy, with nobody in the way.

    Every process has loaded what the page needs afterwards.
    """
    idle = [page(port, path, cookie)[1] for _ in range(4 * WORKERS)]
    return max(1.0, 4 * median(idle[WORKERS:]))


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError):
            if page(port, "/healthz")[0] == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the web server did not start")
