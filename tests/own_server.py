"""A PostgreSQL server beside that of the tests, for tests that kill one: all others use theirs meanwhile."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from config import embedded_postgres

START_SECONDS = 60
SEEN_SECONDS = 2.0  # within which a server sees that one of its processes was killed
NAME = "siteproof"


class OwnServer:
    """A server with a copy of the empty database of the tests. It can be killed, and started again."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.data = place / "data"
        self.programs = embedded_postgres._programs()
        self._server: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make the cluster, and the tables of the test's own database in it."""
        options = ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        self._run("initdb", "-D", self.data, "-U", NAME, *options, stdout=subprocess.DEVNULL, check=True)
        self.start()
        self._run("createdb", "-h", self.place, "-U", NAME, NAME, check=True)
        usual = connection.settings_dict
        address = ["-h", str(usual["HOST"]), "-U", str(usual["USER"])]
        dump = self._run(
            "pg_dump", *address, "--no-owner", "--no-privileges", usual["NAME"], stdout=subprocess.PIPE, check=True
        )
        quiet = ["-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1"]
        self._run("psql", "-h", self.place, "-U", NAME, "-d", NAME, *quiet, stdin=None, input=dump.stdout, check=True)

    def start(self) -> None:
        """Start the server, again if it was killed, and wait until it takes connections."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self._server is None or self._server.poll() is not None:  # those that it had may not have left yet
                self._server = subprocess.Popen(
                    **embedded_postgres._as_owner(
                        *(self.programs / "postgres", "-D", self.data, "-k", self.place),
                        *("-c", "listen_addresses=", "-c", "max_connections=30", "-c", "shared_buffers=32MB"),
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
                )
            if self.answers():
                return
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)

    def recover(self) -> None:
        """Start the server if it was killed, and wait until it has seen what was killed, and has recovered."""
        quiet_since = time.monotonic()
        deadline = quiet_since + START_SECONDS
        while time.monotonic() - quiet_since < SEEN_SECONDS:
            self.start()
            if not self.answers():
                quiet_since = time.monotonic()
            assert time.monotonic() < deadline, "the server did not recover"
            time.sleep(0.1)

    def answers(self) -> bool:
        """Tell whether the server takes connections; while it recovers it does not."""
        return self._run("pg_isready", "-q", "-h", self.place, "-U", NAME, "-d", NAME).returncode == 0

    def kill(self) -> None:
        """Kill the server; its other processes leave when they see that."""
        assert self._server is not None
        self._server.kill()
        self._server.wait()

    def stop(self) -> None:
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait()

    def _run(self, program: str, *arguments: Any, **options: Any) -> subprocess.CompletedProcess[bytes]:
        return embedded_postgres._run(self.programs / program, *map(str, arguments), **options)


@contextmanager
def own_server() -> Iterator[tuple[OwnServer, BaseDatabaseWrapper]]:
    """Start a server of its own, and stop it in the end. Access to databases must be unblocked meanwhile.

    Yields:
        the server, and a connection to its database.
    """
    place = Path(tempfile.mkdtemp(prefix="siteproof-own-"))
    os.chown(place, embedded_postgres.OWNER.pw_uid, -1)
    server, alias = OwnServer(place), "own_server"
    try:
        server.make()
        usual = connections["default"].settings_dict
        connections.settings[alias] = {**usual, "HOST": str(place), "USER": NAME, "NAME": NAME, "PORT": ""}
        try:
            yield server, connections[alias]
        finally:
            with suppress(Exception):
                connections[alias].close()
            del connections[alias], connections.settings[alias]
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)
