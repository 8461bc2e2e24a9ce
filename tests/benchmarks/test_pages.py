"""How long a page takes on the server, and how many queries it makes, on a site loaded by the demo.

`pytest tests/benchmarks/test_pages.py --long -s` measures at demo size, 2,000 workers, and prints the table of
docs/performance.md; without `--long` a small site shows that the number of queries stays within the budget.
"""

import io
import statistics
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import RequestFactory, TestCase
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from config.demo.load import load
from config.demo.progress import Progress
from learners.models import Learner
from tests.factories.training import UserFactory
from tests.fixtures import client_of
from training.groups import SUPERVISORS
from training.models import Session

pytestmark = pytest.mark.django_db

WARM_UPS, ROUNDS = 3, 15
MOST_QUERIES = 25
MOST_MILLISECONDS = 100


@pytest.fixture(scope="module", autouse=True)
def _site(django_db_setup: None, django_db_blocker: DjangoDbBlocker, long: bool) -> Iterator[None]:
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()  # type: ignore[attr-defined]  # a private method of Django
        load(seed=1, workers=2_000 if long else 60, now=timezone.now(), progress=Progress(io.StringIO()))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield
        TestCase._rollback_atomics(atomics)  # type: ignore[attr-defined]  # likewise


@pytest.fixture
def get() -> Callable[[str], int]:
    """Ask for a page as a signed-in supervisor, past the N+1 detector of the test client, which costs time itself.

    Returns the size of the answer in bytes.
    """
    cookie = client_of(UserFactory(groups=[SUPERVISORS])).cookies[settings.SESSION_COOKIE_NAME].value
    browser = RequestFactory(HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={cookie}")
    handler = ClientHandler()

    def ask(address: str) -> int:
        headers = {"HX-Request": "true"} if "/candidates/" in address else {}
        answer: Any = handler(browser.get(address, headers=headers).environ)
        assert answer.status_code == 200, address
        return len(answer.content)

    return ask


def pages() -> dict[str, str]:
    """Return addresses by what they show: the busiest session and the worker with the most records among them."""
    open_session = Session.objects.filter(status=Session.Status.SCHEDULED).order_by("-last_line").first()
    worker = Learner.objects.filter(compliance_status="NON_COMPLIANT").order_by("pk").first()
    assert open_session is not None
    assert worker is not None
    return {
        "Today": "/",
        "Sessions": "/sessions/",
        "Week": "/sessions/week/",
        "New session": "/sessions/new/",
        "Workspace": f"/sessions/{open_session.pk}/",
        "Picker with search": f"/sessions/{open_session.pk}/candidates/?q=an",
        "Workers": "/workers/",
        "Workers with search": "/workers/?q=no",
        "Profile": f"/workers/{worker.pk}/",
        "Search": "/search/?q=an",
    }


def test_pages_are_quick_and_make_few_queries(get: Callable[[str], int], long: bool) -> None:
    slow = []
    for name, address in pages().items():
        for _ in range(WARM_UPS):
            size = get(address)
        with CaptureQueriesContext(connection) as queries:
            get(address)
        assert len(queries) <= MOST_QUERIES, name
        if not long:
            continue
        milliseconds = [_timed(get, address) for _ in range(ROUNDS)]
        median = statistics.median(milliseconds)
        print(f"| {name} | {median:.0f} | {max(milliseconds):.0f} | {len(queries)} | {size / 1024:.0f} |")  # noqa: T201  # the table
        if median >= MOST_MILLISECONDS:
            slow.append(f"{name}: {median:.0f} ms")
    assert slow == []


def _timed(get: Callable[[str], int], address: str) -> float:
    started = perf_counter()
    get(address)
    return (perf_counter() - started) * 1000
