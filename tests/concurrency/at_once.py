"""Several people doing something at the same moment, each in a thread and a database connection of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import wraps
from threading import Barrier, current_thread, main_thread
from typing import Any, TypeVar

from django.db import DatabaseError, connection, transaction

from training.core.refusals import Refusal

Job = Callable[[], Any]
Answer = TypeVar("Answer")


def all_at_once(jobs: Sequence[Job]) -> list[Any]:
    """Run every job in a thread and connection of its own; return results, refusals and errors in order."""
    barrier = Barrier(len(jobs))

    def run(job: Job) -> Any:
        connection.ensure_connection()
        barrier.wait(timeout=60)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(lambda job: _answer(lambda: run(job)), jobs))


def everybody_first(read: Callable[..., Answer], people: int) -> Callable[..., Answer]:
    """Return `read` such that nobody goes on with what he read before all of `people` have read: the worst luck.

    For controls with a lock off, which must collide each time and not only on a lucky machine. What the test itself
    reads, and what somebody reads again, goes on at once.
    """
    barrier = Barrier(people)
    met = set()

    @wraps(read)
    def read_and_wait(*args: Any, **kwargs: Any) -> Answer:
        answer = read(*args, **kwargs)
        thread = current_thread()
        if thread is not main_thread() and thread not in met:
            met.add(thread)
            barrier.wait(timeout=60)
        return answer

    return read_and_wait


def meanwhile(first: Job, second: Job) -> Any:
    """Do `second` elsewhere while `first` is done but not yet committed; return what came of `second`.

    `first` commits as soon as `second` is through or waits for it.
    """
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            doing = pool.submit(_answer, second)
            while not doing.done() and not _is_waited_for():
                wait([doing], timeout=0.01)
        return doing.result(timeout=60)


def _answer(job: Job) -> Any:
    """Return the result, refusal or error of a job, and leave the thread's connection."""
    try:
        return job()
    except (Refusal, DatabaseError) as answer:
        return answer
    finally:
        connection.close()


def _is_waited_for() -> bool:
    """Tell whether somebody waits for a lock that this connection holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        (waited_for,) = cursor.fetchone()
    return bool(waited_for)
