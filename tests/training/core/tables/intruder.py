"""What somebody would try who has taken over the reader of tables. Started as it is, from `test_reading`."""

import json
import os
import socket
import sys
from pathlib import Path

from training.core.confined import child


def main() -> int:
    """Try each, and answer what came of it."""
    task = json.loads(sys.argv[1])
    (file,) = child.begin(task)
    file.seek(0)
    tries = (
        lambda: Path(task["secret"]).read_bytes(),
        lambda: socket.socket(socket.AF_INET),
        lambda: os.pwrite(file.fileno(), b"changed", 0),
    )
    answers = []
    for each in tries:
        try:
            each()
        except OSError:
            answers.append("refused")
        else:
            answers.append("done")
    child.answer(", ".join([*answers, file.read().decode().strip()]).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
