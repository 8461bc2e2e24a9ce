"""Makes papers and puts them into the evidence store, several at a time, while the rest of the site is written."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from django.db import connection

from learners.evidence.incoming import Document
from learners.evidence.kinds import Kind
from learners.evidence.store import StoredFile, store
from training.selectors.site import site_identity

BACKGROUND = 10
IS_LINUX = sys.platform == "linux"

Subject = TypeVar("Subject")


@contextmanager
def filing_clerks() -> Iterator[Executor]:
    """Yield threads that file papers in the background; papers that are not begun when the block ends are dropped.

    On Linux, where each thread has its own priority, theirs is low: what is written meanwhile is more urgent.
    """
    threads = ThreadPoolExecutor(os.cpu_count(), initializer=partial(os.nice, BACKGROUND) if IS_LINUX else None)
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)


def file_papers(
    subjects: Sequence[Subject], paper: Callable[[Subject], tuple[bytes, int]], clerks: Executor
) -> Iterator[StoredFile]:
    """Begin to file a paper of every subject, and return the stored files in the order of the subjects, as they come.

    Args:
        paper: returns the PDF of a subject and its number of pages; runs in a thread.
    """

    site = site_identity()

    def filed(subject: Subject) -> StoredFile:
        try:
            content, pages = paper(subject)
        finally:
            connection.close()  # the thread's own: the paper bears the newest checkpoint of the log
        return store(document=Document.made_here(content, content_type=Kind.PDF, pages=pages, name=""), site=site)

    return clerks.map(filed, subjects)
