"""Many people doing something at the same moment, each in a thread and a database connection of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import DatabaseError, connection

from training.refusals import Refusal

Job = Callable[[], Any]


def all_at_once(jobs: Sequence[Job]) -> list[Any]:
    """Run every job in a thread and connection of its own; return results, refusals and errors in order."""
    barrier = Barrier(len(jobs))

    def run(job: Job) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            return job()
        except (Refusal, DatabaseError) as answer:
            return answer
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))
