"""What somebody would try who has taken over the reader: a task that the reader itself does not have.

Started as the reader is, by `limited`, from `test_confinement`; `free` leaves the confinement out.
"""

import errno
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from learners.evidence import reader
from training.core.confined import child

WEB_PROCESS = os.getppid()


def intrude(files: list[BinaryIO], task: dict[str, Any]) -> bytes:
    """Try each, and tell which succeeded."""
    (file,) = files
    tries: dict[str, Callable[[], Any]] = {
        "environment of the web process": lambda: Path(f"/proc/{WEB_PROCESS}/environ").read_bytes(),
        "memory of the web process": lambda: Path(f"/proc/{WEB_PROCESS}/maps").read_bytes(),
        "first process": lambda: Path("/proc/1/cmdline").read_bytes(),
        "accounts of the machine": lambda: Path("/etc/passwd").read_bytes(),
        "secret key": lambda: Path(task["secret"]).read_bytes(),
        "source of the settings": lambda: Path(task["settings"]).read_bytes(),
        "names of evidence files": lambda: os.listdir(task["directory"]),
        "new file": lambda: (Path(task["directory"]) / "new").write_bytes(b"x"),
        "database": lambda: _connect(task["database"]),
        "network": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 53)),
        "socket without a name": lambda: socket.socket(socket.AF_UNIX).bind("\0siteproof-intruder"),
        "signal to the web process": lambda: os.kill(WEB_PROCESS, 0),
        "another open file of the web process": lambda: os.fstat(task["descriptor"]),
        "another process": _fork,
        "change of the file that is read": lambda: os.pwrite(file.fileno(), b"changed", 0),
    }
    return json.dumps([name for name, attempt in tries.items() if _succeeds(attempt)]).encode()


def _succeeds(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EACCES, errno.EBADF):
            raise
        return False
    return True


def _connect(address: list[Any]) -> None:
    host, port = address
    if host.startswith("/"):
        socket.socket(socket.AF_UNIX).connect(f"{host}/.s.PGSQL.{port}")
    else:
        socket.create_connection((host, port), timeout=5)


def _fork() -> None:
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)


if __name__ == "__main__":
    words = json.loads(sys.argv[1])
    reader.TASKS["intrude"] = intrude
    if words["free"]:
        setattr(child, "confine", lambda: None)  # noqa: B010  # mypy knows no such name of it
    sys.exit(reader.main(words))
