"""How many programs of a kind run at once on one machine, which limits what hostile files can use in total.

A place is a lock on a file. The program inherits the lock, so that it ends with the program and not with the process
that started it. So even after `kill -9` a place is neither taken for ever nor given away too early.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

LOOK_AGAIN_SECONDS = 0.05
PRIVATE = 0o700


class NoPlaceError(Exception):
    """All places were taken for as long as this could wait."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one kind of program.

    Attributes:
        name: of the files that are locked.
        at_once: how many of these programs run at once on one machine.
    """

    name: str
    at_once: int

    @contextmanager
    def taken(self, *, seconds: float) -> Iterator[int]:
        """Take a place, waiting at most `seconds`, and give its descriptor. Closing all its copies frees the place.

        Raises:
            NoPlaceError: none was free.
            OSError: the directory cannot be used.
        """
        directory = Path(settings.CACHES["page_images"]["LOCATION"])
        directory.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        until = time.monotonic() + seconds
        while (place := self._free(directory)) is None:
            if time.monotonic() >= until:
                raise NoPlaceError
            time.sleep(LOOK_AGAIN_SECONDS)
        try:
            yield place
        finally:
            os.close(place)

    def _free(self, directory: Path) -> int | None:
        for number in range(1, self.at_once + 1):
            place = os.open(directory / f"{self.name}-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(place)
            except BaseException:
                os.close(place)
                raise
            else:
                return place
        return None
