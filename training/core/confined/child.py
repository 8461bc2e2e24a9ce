"""What such a program does itself: it limits and confines itself before it reads, and answers on standard output.

An intruder in it would find nothing of use: it has no environment, limits its own time, memory and file size, and gives
up all access to files, network and other processes before it reads the first byte of a file.

Exit status 0 means that the answer is there, REFUSED that the reason is there as JSON. For any other status, and for
signals, see `limited`.
"""

import json
import os
import resource
import signal
import sys
from typing import Any, BinaryIO

from training.core.confined.confinement import confine

REFUSED = 3  # exit status
ANSWERED_BEFORE = b"\x1e"  # before an answer that stands, should the limits end the program


def begin(task: dict[str, Any]) -> list[BinaryIO]:
    """Limit and confine this process, and return the files that it was handed.

    From here on no module of ours can be imported: everything that is needed is imported before.
    """
    for what, most in (
        (resource.RLIMIT_AS, task["memory_bytes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, task["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, task["output_bytes"]),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(task["niceness"])
    signal.alarm(2 * task["cpu_seconds"])  # should whoever started it be gone
    sys.stderr = None  # what libraries remark about a file goes nowhere; unwritten, it would become the exit status
    confine()
    return [os.fdopen(descriptor, "rb") for descriptor in task["files"]]


def answer(content: bytes) -> None:
    """Write the answer, in place of an earlier one."""
    sys.stdout.buffer.flush()
    sys.stdout.buffer.seek(0)
    sys.stdout.buffer.truncate()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def refuse(words: dict[str, Any]) -> int:
    """Answer why the file is refused, and return the exit status for it."""
    answer(json.dumps(words).encode())
    return REFUSED
