"""How many threads of one web process may be busy with evidence at once, those that wait to begin among them.

Readers and the store have bounds of their own, but whoever waits for one of them holds a thread too. Without this one
bound over both, uploads that wait took every thread, and nobody got a page until they were refused.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

MOST = max(1, settings.WEB_THREADS * 7 // 10)  # the other threads serve pages that need no evidence

_free = threading.BoundedSemaphore(MOST)


class CrowdedError(Exception):
    """So many are busy with evidence already that the next one is refused at once."""


@contextmanager
def joined() -> Iterator[None]:
    """Count this thread among those that are busy with evidence.

    Raises:
        CrowdedError: they are as many as may be. Nothing was waited for.
    """
    if not _free.acquire(blocking=False):
        raise CrowdedError
    try:
        yield
    finally:
        _free.release()
