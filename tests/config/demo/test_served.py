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
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from config.management.commands.demo import Command
from tests.made_database import made_database
from tests.own_site import CHECKOUT, free_port, new_environment, running_demo


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a site of its own, with an empty database on the server of the tests."""
    with new_environment(tmp_path, name="test_demo_served") as made:
        yield made


@pytest.fixture
def environment_with_tables(tmp_path: Path) -> Iterator[dict[str, str]]:
    """As `environment`, but the tables are there already, so that the site only has to be loaded."""
    with new_environment(tmp_path, name="test_demo_loads", like=made_database()) as made:
        yield made


@pytest.fixture(autouse=True)
def _interrupts_arrive() -> Iterator[None]:
    """Started in the background by a shell, tests ignore Ctrl+C, and so would what they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


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


def test_two_first_starts_at_once_make_one_site_and_the_second_serves_it_too(
    environment_with_tables: dict[str, str],
) -> None:
    ports = [free_port(), free_port()]
    with ThreadPoolExecutor(2) as pool, ExitStack() as running:
        demos = list(pool.map(lambda port: running.enter_context(running_demo(environment_with_tables, port)), ports))

        said = [said for _process, said in demos]
        assert sorted("Loading the demo" in each for each in said) == [False, True]
        (waiting,) = [each for each in said if "Loading the demo" not in each]
        assert "Another start of the demo is making the site; waiting for it." in waiting
        logins = re.findall(r"^  (\w+) +(\w{4}-\w{4}-\w{4}) ", waiting, re.MULTILINE)
        for port in ports:
            assert "Sessions" in page_after_sign_in(port, *logins[0])


def test_its_web_server_ends_with_a_killed_demo(environment_with_tables: dict[str, str]) -> None:
    port = free_port()
    with running_demo(environment_with_tables, port) as (process, _said):
        process.kill()
        process.wait()

        deadline = time.monotonic() + 40
        while _is_taken(port):
            assert time.monotonic() < deadline, "gunicorn goes on without its demo"
            time.sleep(0.2)


@pytest.mark.parametrize("moment", [0.1, 0.5, 1, "Making the tables.", "Loading the demo"])
def test_ctrl_c_at_any_moment_prints_no_traceback(environment: dict[str, str], moment: float | str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "manage.py", "demo", "--workers", "400", "--port", str(free_port())],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    if isinstance(moment, str):
        assert any(line.startswith(moment) for line in process.stdout)
        time.sleep(0.5)
    else:
        time.sleep(moment)
    os.killpg(process.pid, signal.SIGINT)
    said, _nothing = process.communicate(timeout=120)

    assert "Traceback" not in said, said
    assert process.returncode in (130, -signal.SIGINT), said
    if isinstance(moment, str):
        assert "Stopped. Nothing was loaded.\n" in said


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_ctrl_c_in_a_finalizer_stops_the_work_and_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Python drops what is raised there, and would print it as an error of ours."""

    class Finalized:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)  # the handler runs here

    command = Command()
    before = signal.getsignal(signal.SIGINT), sys.unraisablehook
    with command._interruptible():
        Finalized()
        with pytest.raises(KeyboardInterrupt):
            command._stop_if_interrupted()

    assert capsys.readouterr().err == ""
    assert (signal.getsignal(signal.SIGINT), sys.unraisablehook) == before


def test_ctrl_c_that_a_finalizer_swallows_comes_again() -> None:
    program = """
import sys, time, manage
class Finalized:
    def __del__(self):
        raise KeyboardInterrupt
sys.unraisablehook = manage.interrupt_again
try:
    Finalized()
    time.sleep(20)
except KeyboardInterrupt:
    sys.exit(7)
"""
    assert subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, timeout=30, check=False).returncode == 7
