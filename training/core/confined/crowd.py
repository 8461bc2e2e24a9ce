"""How many threads of one web process may work with files at once, including those that wait to begin.

Programs that open files and the evidence store have limits of their own, but whoever waits for one of them occupies a
thread. Without this limit over all, waiting uploads could take all threads, and nobody would get a page until they are
refused.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

MOST = max(1, settings.WEB_THREADS * 7 // 10)  # the other threads serve pages that need no file

_free = threading.BoundedSemaphore(MOST)


class CrowdedError(Exception):
    """As many threads as may work with files already do, so that this one is refused at once."""


@contextmanager
def joined() -> Iterator[None]:
    """Count this thread among those that work with files.

    Raises:
        CrowdedError: the limit is reached. It does not wait.
    """
    if not _free.acquire(blocking=False):
        raise CrowdedError
    try:
        yield
    finally:
        _free.release()
