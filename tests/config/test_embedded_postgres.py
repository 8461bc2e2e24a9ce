"""The embedded server, run from a checkout of its own: the module is copied, and so are its places on the machine."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import psycopg
import pytest

from config import embedded_postgres

SECONDS = 30

USER_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from config import embedded_postgres
embedded_postgres.join()
print("joined", flush=True)
sys.stdin.read()
"""


class Checkout:
    """A checkout with nothing but the module under test, and the processes that use its server."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.users: list[subprocess.Popen[str]] = []
        (root / "config").mkdir(parents=True)
        (root / "config" / "__init__.py").touch()
        file = shutil.copy(embedded_postgres.__file__, root / "config")
        spec = importlib.util.spec_from_file_location("copied_embedded_postgres", file)
        assert spec is not None
        assert spec.loader is not None
        self.module: ModuleType = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)

    def start_user(self, *python_options: str, **environment: str) -> subprocess.Popen[str]:
        """Start a process that joins the server and stays until its standard input ends."""
        user = subprocess.Popen(
            [sys.executable, *python_options, "-c", USER_PROGRAM, self.root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self.users.append(user)
        return user

    def join(self, *python_options: str, **environment: str) -> subprocess.Popen[str]:
        """Start a user and wait until it has joined."""
        user = self.start_user(*python_options, **environment)
        _expect_joined(user)
        return user

    def execute(self, query: str) -> list[tuple]:
        with psycopg.connect(host=str(self.module.RUN), user="siteproof", dbname="siteproof") as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def server(self) -> int:
        """Return the process id of the running postmaster."""
        return int((self.module.HOME / "data" / "postmaster.pid").read_text().splitlines()[0])

    def keeper(self) -> int:
        """Return the process id of the keeper, the postmaster's parent."""
        return int(Path(f"/proc/{self.server()}/stat").read_text().rpartition(")")[2].split()[1])


def _expect_joined(user: subprocess.Popen[str]) -> None:
    assert user.stdout is not None
    assert user.stderr is not None
    assert user.stdout.readline() == "joined\n", user.stderr.read()


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _wait_for_end(*pids: int) -> None:
    deadline = time.monotonic() + SECONDS
    while any(map(_is_running, pids)):
        assert time.monotonic() < deadline, "the server or its keeper was orphaned"
        time.sleep(0.02)


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    checkout = Checkout(tmp_path / "a checkout")
    yield checkout
    for user in checkout.users:
        user.kill()
        user.communicate()
    if (checkout.module.HOME / "data" / "postmaster.pid").exists():
        _wait_for_end(checkout.server())
    for place in (checkout.module.RUN, checkout.module.HOME):
        shutil.rmtree(place, ignore_errors=True)


def test_second_user_joins_the_same_server(checkout: Checkout) -> None:
    checkout.join()
    server = checkout.server()
    checkout.join()
    assert checkout.server() == server
    assert _is_running(server)


def test_users_that_start_together_get_one_server(checkout: Checkout) -> None:
    users = [checkout.start_user() for _ in range(6)]
    for user in users:
        _expect_joined(user)
    assert checkout.execute("SELECT 1") == [(1,)]


def test_server_stays_for_the_remaining_user_and_leaves_with_the_last(checkout: Checkout) -> None:
    first, last = checkout.join(), checkout.join()
    server, keeper = checkout.server(), checkout.keeper()
    first.communicate("")
    assert checkout.execute("SELECT 1") == [(1,)]
    last.communicate("")
    _wait_for_end(server, keeper)


def test_data_outlives_the_server(checkout: Checkout) -> None:
    user = checkout.join()
    checkout.execute("CREATE TABLE kept AS SELECT 7 AS answer")
    user.communicate("")
    checkout.join()
    assert checkout.execute("SELECT answer FROM kept") == [(7,)]


def test_killed_user_leaves_no_server_behind(checkout: Checkout) -> None:
    user = checkout.join()
    server, keeper = checkout.server(), checkout.keeper()
    user.kill()
    _wait_for_end(server, keeper)


@pytest.mark.parametrize("victim", ["keeper", "server"])
def test_after_a_kill_the_next_user_gets_a_fresh_server_with_the_data(checkout: Checkout, victim: str) -> None:
    checkout.join()
    checkout.execute("CREATE TABLE kept AS SELECT 7 AS answer")
    server, keeper = checkout.server(), checkout.keeper()
    os.kill(getattr(checkout, victim)(), signal.SIGKILL)
    _wait_for_end(server, keeper)
    checkout.join()
    assert checkout.server() != server
    assert checkout.execute("SELECT answer FROM kept") == [(7,)]


def test_interrupted_creation_is_started_over(checkout: Checkout) -> None:
    checkout.join().communicate("")
    data, unfinished = checkout.module.HOME / "data", checkout.module.HOME / "data.new"
    data.rename(unfinished)
    (unfinished / "global" / "pg_control").unlink()
    checkout.join()
    assert checkout.execute("SELECT 1") == [(1,)]


def test_without_the_wheel_the_programs_on_the_path_are_used(checkout: Checkout, tmp_path: Path) -> None:
    checkout.join().communicate("")
    installed = checkout.module._programs() / "postgres"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "postgres").symlink_to(installed)
    checkout.join("-S", PATH=str(tmp_path / "bin"))  # -S hides installed packages
    assert checkout.execute("SELECT 1") == [(1,)]


def test_without_wheel_and_path_the_newest_debian_programs_are_used(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("9", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
    monkeypatch.setattr(checkout.module.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(checkout.module.shutil, "which", lambda name: None)
    monkeypatch.setattr(checkout.module, "DEBIAN_PROGRAMS", tmp_path)
    assert checkout.module._programs() == tmp_path / "17" / "bin"


def test_without_any_programs_the_message_says_what_to_do(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkout.module.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(checkout.module.shutil, "which", lambda name: None)
    monkeypatch.setattr(checkout.module, "DEBIAN_PROGRAMS", tmp_path)
    with pytest.raises(checkout.module.NoServerError, match=r"Set DATABASE_URL, or .*embedded-postgres.*apt install"):
        checkout.module.join()


def test_data_of_another_version_is_refused_with_advice(checkout: Checkout) -> None:
    checkout.join().communicate("")
    (checkout.module.HOME / "data" / "PG_VERSION").write_text("14\n")
    _, errors = checkout.start_user().communicate()
    assert "is of PostgreSQL 14" in errors
    assert "Dump it with the old one, or delete" in errors


def test_a_place_is_never_met_half_made(checkout: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody comes between making a directory and giving it away."""
    module, chown, owner = checkout.module, os.chown, checkout.module.OWNER.pw_uid
    place = tmp_path / "machine" / "place"
    place.parent.mkdir()

    def chown_after_another(path: Path, user: int, group: int) -> None:
        monkeypatch.setattr(os, "chown", chown)
        module._private_directory(place, owner=owner)
        chown(path, user, group)

    monkeypatch.setattr(os, "chown", chown_after_another)
    module._private_directory(place, owner=owner)

    assert list(place.parent.iterdir()) == [place]


def test_place_prepared_by_somebody_else_is_refused(checkout: Checkout) -> None:
    checkout.module.RUN.mkdir()
    checkout.module.RUN.chmod(0o777)
    with pytest.raises(checkout.module.NoServerError, match="belongs to someone else"):
        checkout.module.join()
