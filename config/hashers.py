"""Passwords are hashed one after the other: hashing is slow on purpose, and must not hold up the pages (ADR 29)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils.translation import gettext as _

from training.core.refusals import Unavailable

WAIT_SECONDS = 5
WAITING = 3  # each waits in a thread that could answer a page


class TooManyAtOnce(Unavailable):
    """More people are signing in at this moment than passwords can be checked (503)."""


class Queue:
    """Lets one at a time through; a few may wait for their turn, the others are refused (`TooManyAtOnce`)."""

    def __init__(self) -> None:
        self.turn = BoundedSemaphore(1)
        self.places = BoundedSemaphore(1 + WAITING)

    @contextmanager
    def one(self) -> Iterator[None]:
        if not self.places.acquire(blocking=False):
            raise _too_many()
        try:
            if not self.turn.acquire(timeout=WAIT_SECONDS):
                raise _too_many()
            try:
                yield
            finally:
                self.turn.release()
        finally:
            self.places.release()


STRANGERS, KNOWN = Queue(), Queue()
_queue = ContextVar("queue", default=STRANGERS)


@contextmanager
def ahead_of_strangers() -> Iterator[None]:
    """Hash in a separate queue for people who are known: signed in now, or earlier with the same browser."""
    token = _queue.set(KNOWN)
    try:
        yield
    finally:
        _queue.reset(token)


class BoundedArgon2(Argon2PasswordHasher):
    """Argon2id as OWASP recommends it where memory is shared with a site: 19 MiB, two rounds, one lane.

    Hashes with other parameters stay valid, and are replaced at the next login.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _queue.get().one():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _queue.get().one():
            return super().verify(password, encoded)


def _too_many() -> TooManyAtOnce:
    return TooManyAtOnce(_("Many people are signing in at this moment. Try again in a few seconds."))
