"""How many readers run at once on one machine: it bounds what hostile files can take together.

A place is a lock on a file. The reader inherits it, so that it ends with the reader and not with the process that
started it, and no `kill -9` leaves a place taken for good or gives it away too early.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

AT_ONCE = 2
LOOK_AGAIN_SECONDS = 0.05
PRIVATE = 0o700


class NoPlaceError(Exception):
    """Every place was taken for as long as somebody could wait."""


@contextmanager
def taken(*, seconds: float) -> Iterator[int]:
    """Take a place, waiting at most `seconds`, and give its descriptor; closing every copy of it frees the place.

    Raises:
        NoPlaceError: none was free.
        OSError: the directory cannot be used.
    """
    directory = Path(settings.CACHES["page_images"]["LOCATION"])
    directory.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    until = time.monotonic() + seconds
    while (place := _free_place(directory)) is None:
        if time.monotonic() >= until:
            raise NoPlaceError
        time.sleep(LOOK_AGAIN_SECONDS)
    try:
        yield place
    finally:
        os.close(place)


def _free_place(directory: Path) -> int | None:
    for number in range(1, AT_ONCE + 1):
        place = os.open(directory / f"reader-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
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
