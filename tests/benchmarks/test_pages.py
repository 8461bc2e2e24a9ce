"""How long a page takes on the server, and how many queries it makes, on a site loaded by the demo.

`pytest tests/benchmarks/test_pages.py --long -n0 -s` measures at demo size, 2,000 workers and a list of 200, and prints
the table of docs/performance.md; without `--long` a small site shows that the queries stay within the budget.

Of each page the medians of the whole time, of the processor's time and of the time spent waiting for the database are
told. On a machine with other work the first one says little and the second one too much; the ratio to another page of
the same run remains.
"""

import gzip
import io
import statistics
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.services.attendees import add_attendees
from learners.models import Learner
from tests.factories.training import UserFactory
from tests.fixtures import client_of
from training.core.groups import SUPERVISORS
from training.models import Session

pytestmark = pytest.mark.django_db(transaction=True)  # what is measured is committed and vacuumed, as on a site

WARM_UPS, ROUNDS = 3, 15
MOST_QUERIES = 25
MOST_MILLISECONDS = 100
MOST_KILOBYTES = 20  # compressed, as a proxy sends it
LONG_LIST = 200


@pytest.fixture(autouse=True)
def _site(evidence_dir: Path, long: bool) -> None:
    call_command("demo", no_serve=True, workers=2_000 if long else 60, stdout=io.StringIO())
    if long:
        _fill_a_list()


def _fill_a_list() -> None:
    """Put as many people on the list of one coming session as the page of a session is measured with."""
    session = Session.objects.filter(status=Session.Status.SCHEDULED, start_time__gt=timezone.now()).earliest(
        "start_time"
    )
    others = Learner.objects.filter(status=Learner.Status.ACTIVE).exclude(attendances__session=session)
    wanted = others.order_by("badge_id").values_list("pk", flat=True)[: LONG_LIST - session.attendees.count()]
    by = UserFactory(groups=[SUPERVISORS])
    add_attendees(session_id=session.pk, learner_ids=list(wanted), by=by, now=timezone.now())


@pytest.fixture
def get() -> Callable[[str], bytes]:
    """Ask for a page as a signed-in supervisor, past the N+1 detector of the test client, which costs time itself."""
    cookie = client_of(UserFactory(groups=[SUPERVISORS])).cookies[settings.SESSION_COOKIE_NAME].value
    browser = RequestFactory(HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={cookie}")
    handler = ClientHandler()

    def ask(address: str) -> bytes:
        headers = {"HX-Request": "true"} if "/candidates/" in address else {}
        answer: Any = handler(browser.get(address, headers=headers).environ)
        assert answer.status_code == 200, address
        content: bytes = answer.content
        return content

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
        "Matrix": "/matrix/?columns=all",
        "Matrix, deep": f"/matrix/?after=3-{worker.pk}",
        "Matrix of another day": f"/matrix/?on={timezone.localdate() - timedelta(days=200)}",
        "Profile": f"/workers/{worker.pk}/",
        "Search": "/search/?q=an",
    }


def test_pages_are_quick_and_make_few_queries(get: Callable[[str], bytes], long: bool) -> None:
    missed = []
    for name, address in pages().items():
        for _ in range(WARM_UPS):
            page = get(address)
        with CaptureQueriesContext(connection) as queries:
            get(address)
        asked = len(queries)  # before the next request forgets them
        assert 0 < asked <= MOST_QUERIES, name
        if not long:
            continue
        took = [_timed(get, address) for _ in range(ROUNDS)]
        whole, processor, database = (statistics.median(each) for each in zip(*took, strict=True))
        weight = len(gzip.compress(page)) / 1024
        print(f"| {name} | {whole:.0f} | {processor:.0f} | {database:.0f} | {asked} | {weight:.1f} |")  # noqa: T201  # the table
        if whole >= MOST_MILLISECONDS or weight > MOST_KILOBYTES:
            missed.append(f"{name}: {whole:.0f} ms, {weight:.1f} KB")
    assert missed == []


class Took(NamedTuple):
    """Milliseconds of one answer: until it was there, of the processor, and waiting for the database."""

    whole: float
    processor: float
    database: float


def _timed(get: Callable[[str], bytes], address: str) -> Took:
    waited = 0.0

    def wait(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal waited
        started = perf_counter()
        try:
            return execute(*arguments)
        finally:
            waited += perf_counter() - started

    started, started_processor = perf_counter(), process_time()
    with connection.execute_wrapper(wait):
        get(address)
    return Took((perf_counter() - started) * 1000, (process_time() - started_processor) * 1000, waited * 1000)
