"""E4: of the threads of a web process some always serve pages, however many people wait for readers and the store."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

from learners.evidence import asking, limited
from tests.factories import files
from training.core.confined import crowd

PEOPLE = 24


class Store:
    def did_not_answer(self, error: BaseException) -> bool:
        return False

    def may_pass(self, error: BaseException) -> bool:
        return False


@pytest.fixture
def slow_store() -> Iterator[Callable[[], object]]:
    let_go = threading.Event()
    yield let_go.wait
    let_go.set()


def test_a_web_process_keeps_threads_for_pages() -> None:
    assert 0 < crowd.MOST < settings.WEB_THREADS


def test_who_comes_when_all_may_be_busy_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, slow_store: Callable[[], object]
) -> None:
    """Half of them want a reader, of which none is free, and half wait for a store that is silent."""
    monkeypatch.setattr(asking, "SECONDS", 2.0)
    monkeypatch.setattr(asking, "_places", threading.BoundedSemaphore(asking.PLACES))
    monkeypatch.setattr(asking, "_breaker", asking._Breaker())
    at_once = threading.Barrier(PEOPLE)

    def read() -> None:
        limited.run("check", [io.BytesIO(files.pdf())], patience=2.0)

    def ask() -> None:
        asking.ask(Store(), slow_store, size=0)

    def one(number: int) -> float:
        at_once.wait()
        began = time.monotonic()
        with pytest.raises((limited.ReaderUnavailable, asking.BusyError, asking.SilentError)):
            (read if number % 2 else ask)()
        return time.monotonic() - began

    with limited.READERS.taken(seconds=10), limited.READERS.taken(seconds=10), ThreadPoolExecutor(PEOPLE) as people:
        waited = list(people.map(one, range(PEOPLE)))

    assert sum(seconds > 0.9 for seconds in waited) == crowd.MOST
