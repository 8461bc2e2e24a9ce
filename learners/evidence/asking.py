"""How the evidence store is asked: by few at a time, within one budget for all tries, and not at all while silent.

A store that stalls must cost the site little more than its evidence. Questions run in threads of their own, so that
whoever asked goes on when the budget is used up, whatever the driver or the disk is waiting for; what comes of it later
harms nobody, for a file under its hash is the same file. Commands that read everything ask patiently instead.
"""

import contextvars
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

from learners.evidence import crowd

PLACES = 6  # of one process: a store that never answers keeps them
SECONDS_FOR_A_PLACE = 1.0
SECONDS = 8.0
BYTES_PER_SECOND = 1024**2  # the slowest store that is waited for
SECONDS_OF_REST = 5.0
SOON = 3.0  # seconds within which a try that failed may be repeated

Result = TypeVar("Result")


class SilentError(Exception):
    """The store has not answered within the budget, or did not a moment ago."""


class BusyError(Exception):
    """Too many wait for the store already, or for something else that has to do with evidence."""


class Store(Protocol):
    """What the storages of evidence say of their own errors."""

    def did_not_answer(self, error: BaseException) -> bool:
        """Tell whether nothing came back: the store is down, or stalls."""

    def may_pass(self, error: BaseException) -> bool:
        """Tell whether the same question may well be answered when it is asked again at once."""


class _Breaker:
    """Remembers that the store was silent; after a rest one question tries whether it is so still."""

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
    """Threads that ask, as many as there are places; each keeps the connection of its driver.

    They are daemons: a disk that never answers must not keep the process from ending.
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
    """One question, put by an asker. It keeps its place until the store lets go of it."""

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
        question: what to do with the store; may be asked twice.
        size: bytes that go to or come from the store at most; larger ones are waited for longer.

    Raises:
        SilentError: it does not answer.
        BusyError: too many wait for it already.
        Exception: whatever the store or its driver throws.
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
    """Ask, and once more where a connection was cut at once: it had been kept open, and the store had closed it."""
    begun = time.monotonic()
    try:
        return question()
    except Exception as error:
        if time.monotonic() - begun > SOON or not store.may_pass(error):
            raise
    return question()
