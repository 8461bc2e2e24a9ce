"""Makes papers and puts them into the evidence store, several at a time, while the rest of the site is written."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from learners.evidence.incoming import Document
from learners.evidence.kinds import Kind
from learners.evidence.store import StoredFile, store
from training.selectors.site import site_identity

BACKGROUND = 10
IS_LINUX = sys.platform == "linux"

Subject = TypeVar("Subject")


@contextmanager
def filing_clerks() -> Iterator[Executor]:
    """Give threads that file papers in the background; whoever fails meanwhile does not wait for all of them.

    What they do can wait, what is written meanwhile cannot: on Linux a thread has a priority of its own.
    """
    threads = ThreadPoolExecutor(os.cpu_count(), initializer=partial(os.nice, BACKGROUND) if IS_LINUX else None)
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)


def file_papers(
    subjects: Sequence[Subject], paper: Callable[[Subject], tuple[bytes, int]], clerks: Executor
) -> Iterator[StoredFile]:
    """Begin to file the papers of all subjects, and return the stored ones in their order, as they come.

    Args:
        paper: returns the PDF of a subject and its number of pages; runs in a thread, without a database.
    """

    site = site_identity()

    def filed(subject: Subject) -> StoredFile:
        content, pages = paper(subject)
        return store(document=Document.made_here(content, content_type=Kind.PDF, pages=pages, name=""), site=site)

    return clerks.map(filed, subjects)
