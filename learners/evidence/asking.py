"""How the evidence store is asked: by a few threads, with one limit of time for all tries, and not while it is silent.

A store that stalls must not stop the rest of the site. Requests to the store run in threads of their own, so that
whoever asked goes on when the time is used up, whatever the driver or the disk is waiting for. If the request succeeds
later, that does no harm, because a file is stored under its hash. Commands that read everything wait as long as needed.
"""

import contextvars
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

from training.core.confined import crowd

PLACES = 6  # of one process: a store that never answers keeps them
SECONDS_FOR_A_PLACE = 1.0
SECONDS = 8.0
BYTES_PER_SECOND = 1024**2  # the slowest store that is waited for
SECONDS_OF_REST = 5.0
SOON = 3.0  # seconds within which a try that failed may be repeated

Result = TypeVar("Result")


class SilentError(Exception):
    """The store has not answered in time, or did not so a moment ago."""


class BusyError(Exception):
    """Too many threads already wait for the store or do other work with evidence."""


class Store(Protocol):
    """What a storage of evidence can say about its own errors."""

    def did_not_answer(self, error: BaseException) -> bool:
        """Tell whether there was no answer, because the store is down or stalls."""

    def may_pass(self, error: BaseException) -> bool:
        """Tell whether the same request may well succeed if it is repeated at once."""


class _Breaker:
    """Remembers that the store was silent. After a pause one request tries whether it answers again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silent_until: float | None = None

    def lets_through(self) -> bool:
        with self._lock:
            if self._silent_until is None:
                return True
            if time.monotonic() < self._silent_until:
                return False
            self._silent_until = time.monotonic() + SECONDS_OF_REST  # this one tries; the others rest on
            return True

    def note(self, *, is_silent: bool) -> None:
        with self._lock:
            self._silent_until = time.monotonic() + SECONDS_OF_REST if is_silent else None


class _Askers:
    """The threads that ask the store. Each keeps the connection of its driver.

    They are daemon threads, so that a disk that never answers does not keep the process from ending.
    """

    def __init__(self) -> None:
        self._questions: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._started = 0

    def put(self, question: Callable[[], None]) -> None:
        with self._lock:
            if self._started < PLACES:
                self._started += 1
                threading.Thread(target=self._ask, name="evidence store", daemon=True).start()
        self._questions.put(question)

    def _ask(self) -> None:
        while True:
            self._questions.get()()


class _Question(Generic[Result]):
    """One request to the store. It occupies its thread until the store answers, however long that takes."""

    def __init__(self, ask: Callable[[], Result], places: threading.Semaphore) -> None:
        self._ask, self._places = ask, places
        self._ended = threading.Event()
        self._result: Result | None = None
        self._error: BaseException | None = None
        self._context = contextvars.copy_context()  # the log of the thread names the request
        _askers.put(self.run)

    def run(self) -> None:
        try:
            self._result = self._context.run(self._ask)
        except BaseException as error:  # handed to whoever asked
            self._error = error
        finally:
            self._places.release()
            self._ended.set()

    def answer(self, *, seconds: float) -> Result:
        if not self._ended.wait(seconds):
            raise SilentError
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # set, since there is no error


_askers = _Askers()
_breaker = _Breaker()
_places = threading.BoundedSemaphore(PLACES)


def ask(store: Store, question: Callable[[], Result], *, size: int) -> Result:
    """Return what the store answers.

    Args:
        question: what to do with the store; it may be called twice.
        size: how many bytes are sent or received at most; more bytes are given more time.

    Raises:
        SilentError: the store does not answer in time.
        BusyError: too many wait for it already.
        Exception: whatever the store or its driver raises.
    """
    if not _breaker.lets_through():
        raise SilentError
    try:
        with crowd.joined():
            return _asked(store, question, size)
    except crowd.CrowdedError as error:
        raise BusyError from error


def _asked(store: Store, question: Callable[[], Result], size: int) -> Result:
    if not _places.acquire(timeout=SECONDS_FOR_A_PLACE):
        raise BusyError
    try:
        answer = _Question(lambda: _tried(store, question), _places).answer(seconds=SECONDS + size / BYTES_PER_SECOND)
    except Exception as error:
        is_silent = isinstance(error, SilentError) or store.did_not_answer(error)
        _breaker.note(is_silent=is_silent)
        if is_silent:
            raise SilentError from error
        raise
    _breaker.note(is_silent=False)
    return answer


def _tried(store: Store, question: Callable[[], Result]) -> Result:
    """Ask, and ask again if the connection was cut at once: the store may have closed one that was kept open."""
    begun = time.monotonic()
    try:
        return question()
    except Exception as error:
        if time.monotonic() - begun > SOON or not store.may_pass(error):
            raise
    return question()
