"""Makes a backup into the directory of the first argument, and kills itself before the file of the second is whole."""

import os
import signal
import sys
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402  # Django must be set up first

from config.backup.make import back_up  # noqa: E402
from config.backup.target import Target  # noqa: E402
from learners.evidence import directory  # noqa: E402


def main(place: str, step: str) -> None:
    real = directory.EvidenceDirectory._save

    def save(self: Any, name: str, content: Any) -> str:
        if step in name:
            fsync = os.fsync

            def die(descriptor: int) -> None:
                fsync(descriptor)
                os.kill(os.getpid(), signal.SIGKILL)

            os.fsync = die  # type: ignore[assignment]  # only for files that are open
        return real(self, name, content)

    directory.EvidenceDirectory._save = save  # type: ignore[method-assign]  # on purpose
    back_up(target=Target(place), now=timezone.now(), on_progress=lambda _done, _all: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
