"""E4: a store that stalls costs those who need it a few seconds, and nobody else anything."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from learners.evidence import asking
from learners.evidence.asking import BusyError, SilentError, ask

BUDGET = 0.6


class Store:
    def did_not_answer(self, error: BaseException) -> bool:
        return isinstance(error, TimeoutError)

    def may_pass(self, error: BaseException) -> bool:
        return isinstance(error, ConnectionResetError)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS", BUDGET)
    monkeypatch.setattr(asking, "SECONDS_FOR_A_PLACE", 0.2)
    monkeypatch.setattr(asking, "SECONDS_OF_REST", 1.0)
    monkeypatch.setattr(asking, "_places", threading.BoundedSemaphore(asking.PLACES))


@pytest.fixture
def let_go() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def outcome(question: Callable[[], object]) -> tuple[type[BaseException] | None, float]:
    begun = time.monotonic()
    try:
        ask(Store(), question, size=0)
    except Exception as error:  # what it is, is what is asked
        return type(error), time.monotonic() - begun
    return None, time.monotonic() - begun


def test_of_many_who_ask_a_store_that_stalls_few_wait(let_go: threading.Event) -> None:
    waiting = []

    def stall() -> None:
        waiting.append(1)
        let_go.wait()

    with ThreadPoolExecutor(24) as pool:
        outcomes = list(pool.map(lambda _: outcome(stall), range(24)))

    assert {error for error, _seconds in outcomes} == {SilentError, BusyError}
    assert len(waiting) == asking.PLACES
    assert max(seconds for _error, seconds in outcomes) < 5 * BUDGET


def test_what_stalls_keeps_its_place_until_the_store_lets_go(let_go: threading.Event) -> None:
    for _ in range(asking.PLACES):
        with pytest.raises(SilentError):
            asking._Question(let_go.wait, _taken()).answer(seconds=0)
    assert outcome(lambda: None)[0] is BusyError
    let_go.set()
    time.sleep(0.2)
    assert outcome(lambda: None)[0] is None


def test_while_the_store_is_silent_nobody_waits_and_after_a_rest_one_tries(let_go: threading.Event) -> None:
    assert outcome(let_go.wait)[0] is SilentError
    error, seconds = outcome(lambda: None)
    assert (error, seconds < 0.2) == (SilentError, True)

    time.sleep(asking.SECONDS_OF_REST)
    assert outcome(lambda: None)[0] is None
    assert outcome(lambda: None)[0] is None


def test_an_error_that_is_an_answer_silences_nobody() -> None:
    def fail() -> None:
        raise PermissionError

    assert outcome(fail)[0] is PermissionError
    assert outcome(lambda: None)[0] is None


def test_a_connection_that_is_cut_at_once_is_tried_once_more() -> None:
    tries = []

    def cut_once() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionResetError

    assert outcome(cut_once)[0] is None
    assert len(tries) == 2


def test_nothing_else_is_tried_again() -> None:
    tries = []

    def fail() -> None:
        tries.append(1)
        raise PermissionError

    outcome(fail)
    assert len(tries) == 1


def _taken() -> threading.Semaphore:
    asking._places.acquire()
    return asking._places
