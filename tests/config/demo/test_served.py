"""The one command of the README, from an empty database to a page that answers, and stopped again."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from config.pytest_database import TEST_ENVIRONMENT

CHECKOUT = Path(__file__).resolve().parents[3]
DATABASE = "test_demo_served"


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a site of its own, with an empty database on the server of the tests."""
    server = settings.DATABASES["default"]
    host, user, password = (str(server.get(key) or "") for key in ("HOST", "USER", "PASSWORD"))
    name = f"{DATABASE}_{os.getpid()}"
    with psycopg.connect(host=host, user=user, password=password, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield {
                **{name: value for name, value in os.environ.items() if name not in TEST_ENVIRONMENT},
                "DATABASE_URL": f"postgres://{user}:{password}@{'/' if host.startswith('/') else ''}{host}/{name}",
                "SECRET_KEY": "for tests only, and long enough to be one" * 2,
                "EVIDENCE_DIR": str(tmp_path / "evidence"),
                "PAGE_IMAGE_DIR": str(tmp_path / "pages"),
                "STATIC_ROOT": str(tmp_path / "static"),
            }
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(autouse=True)
def _interrupts_arrive() -> Iterator[None]:
    """Started in the background by a shell, tests ignore Ctrl+C, and so would what they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_demo(environment: dict[str, str], port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the demo; give the process and what it said until it serves."""
    command = [sys.executable, "-u", "manage.py", "demo", "--workers", "50", "--port", str(port)]
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


def wait_until_it_answers(port: int) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("The demo does not answer.")


def page_after_sign_in(port: int, username: str, password: str) -> str:
    """Sign in as a person does, without a browser, and return the page that follows."""
    site = f"http://localhost:{port}"
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = browser.open(f"{site}/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token is not None
    fields = {"csrfmiddlewaretoken": token[1], "username": username, "password": password}
    answer = browser.open(f"{site}/login/", urllib.parse.urlencode(fields).encode())
    assert answer.url == f"{site}/"
    page: str = answer.read().decode()
    return page


def test_o2_one_command_loads_serves_tells_logins_and_stops(environment: dict[str, str]) -> None:
    port = free_port()
    with running_demo(environment, port) as (process, said):
        logins = dict(re.findall(r"^  (\w+) +(\w{4}-\w{4}-\w{4}) ", said, re.MULTILINE))

        assert "Loading the demo: 50 workers" in said
        assert list(logins) == ["supervisor", "trainer", "auditor", "admin"]
        assert "Sessions" in page_after_sign_in(port, "supervisor", logins["supervisor"])

        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=240) == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=5)

    with running_demo(environment, port) as (process, said):
        assert "Loading" not in said
        assert dict(re.findall(r"^  (\w+) +(\w{4}-\w{4}-\w{4}) ", said, re.MULTILINE)) == logins

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=240) == 0
