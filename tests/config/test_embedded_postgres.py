"""The embedded server, run from a checkout of its own: the module is copied, and so are its places on the machine."""

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
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
if sys.stdin.readline():
    import psycopg
    with psycopg.connect(host=str(embedded_postgres.RUN), user="siteproof", dbname="siteproof") as connection:
        print(connection.execute("SELECT current_schema()").fetchone()[0], flush=True)
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

    def processes(self) -> list[int]:
        """Return the process ids of keeper, server and their like: whatever names a place of this checkout."""
        names = [os.fsencode(place) for place in (self.module.HOME, self.module.RUN, self.root)]
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if any(name in (place / "cmdline").read_bytes() for name in names):
                    found.append(int(place.name))
        return found

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


def _wait_for(file: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not file.exists():
        assert time.monotonic() < deadline, f"{file.name} did not come"
        time.sleep(0.02)


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


SLOW_SERVER = """#!/bin/sh
case "$*" in *-k*) trap '' INT; touch {marker}; sleep 1.5;; esac
exec {installed} "$@"
"""


def test_who_leaves_while_the_server_has_only_just_been_started_leaves_nothing_behind(
    checkout: Checkout, tmp_path: Path
) -> None:
    """Ctrl+C in the first second of a start: a server that does not mind signals yet misses the first one."""
    checkout.join().communicate("")
    installed = checkout.module._programs()
    slow = checkout.module.HOME / "slow"
    slow.mkdir(mode=0o777)
    slow.chmod(0o777)  # the server's account leaves its mark here
    for program in installed.iterdir():
        if program.name != "postgres":
            (slow / program.name).symlink_to(program)
    (slow / "postgres").write_text(SLOW_SERVER.format(installed=installed / "postgres", marker=slow / "started"))
    (slow / "postgres").chmod(0o755)  # as programs are
    user = checkout.start_user("-S", PATH=f"{slow}:/usr/bin:/bin")
    _wait_for(slow / "started")

    user.kill()

    _wait_for_end(*checkout.processes())
    checkout.join()
    assert checkout.execute("SELECT 1") == [(1,)]


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.4, 0.8, 1.6, 2.4])
def test_interrupted_at_any_moment_of_the_first_start(checkout: Checkout, seconds: float) -> None:
    user = checkout.start_user()
    time.sleep(seconds)
    user.send_signal(signal.SIGINT)
    user.communicate()

    checkout.join().communicate("")

    _wait_for_end(*checkout.processes())
    assert not list(checkout.module.HOME.glob("programs-*.*"))


def test_what_is_waited_for_is_said(checkout: Checkout) -> None:
    checkout.join().communicate("")
    held = checkout.module._lock("users", fcntl.LOCK_EX)
    newcomer = checkout.start_user()
    assert newcomer.stderr is not None
    assert newcomer.stderr.readline() == "The database server of this checkout is stopping; waiting for it.\n"
    os.close(held)
    _expect_joined(newcomer)


def test_a_server_that_never_gets_ready_is_given_up(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout.join().communicate("")
    held = checkout.module._lock("users", fcntl.LOCK_EX)
    monkeypatch.setattr(checkout.module, "LONGEST_WAIT_SECONDS", 0.1)
    with pytest.raises(checkout.module.NoServerError, match=r"end its keeper, process \d+, and start again"):
        checkout.module.join()
    os.close(held)


def test_the_first_start_says_what_takes_so_long(checkout: Checkout) -> None:
    user = checkout.join()
    assert user.communicate("")[1] == "Making the database of this checkout, once; that takes some seconds.\n"
    assert checkout.join().communicate("")[1] == ""


def test_settings_of_the_shell_for_other_servers_are_passed_over(checkout: Checkout) -> None:
    others = {
        "PGPORT": "6543",
        "PGHOSTADDR": "127.0.0.9",
        "PGSERVICE": "nowhere",
        "PGOPTIONS": "-c search_path=elsewhere",
        "PGTARGETSESSIONATTRS": "read-only",
        "PGREQUIREAUTH": "scram-sha-256",
    }
    user = checkout.start_user(**others)
    _expect_joined(user)
    assert user.stdin is not None
    user.stdin.write("ask\n")
    user.stdin.flush()
    assert user.stdout is not None
    assert user.stdout.readline() == "public\n"


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
