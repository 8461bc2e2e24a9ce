"""Makes papers and puts them into the evidence store, several at a time."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import TypeVar

from config.demo.progress import Progress
from learners.evidence_files.incoming import Document
from learners.evidence_files.kinds import Kind
from learners.services.evidence_store import StoredFile, store

Subject = TypeVar("Subject")


def file_papers(
    subjects: Sequence[Subject], paper: Callable[[Subject], tuple[bytes, int]], *, step: str, progress: Progress
) -> Iterator[StoredFile]:
    """Yield the stored paper of each subject.

    Args:
        paper: returns the PDF of a subject and its number of pages; runs in a thread, without a database.
    """

    def filed(subject: Subject) -> StoredFile:
        content, pages = paper(subject)
        return store(document=Document.made_here(content, content_type=Kind.PDF, pages=pages, name=""))

    with ThreadPoolExecutor(cpu_count()) as threads:
        yield from progress.each(step, threads.map(filed, subjects), total=len(subjects))
