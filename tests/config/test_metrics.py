"""`/metrics`: right over all web processes, for whoever has the token, and without anybody's data (B5)."""

import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from learners.evidence.store import FAILURES
from tests.factories.jobs import JobFactory, PeriodicRunFactory
from tests.factories.learners import LearnerFactory
from tests.faults.web_site import page, running

TOKEN = "a token of the tests, twenty".replace(" ", "-")
CANARY = "Zyqwanda"
REQUESTS = 40
COUNTED = re.compile(r'^siteproof_request_seconds_count\{.*view="login"\} (\d+)\.0$', re.MULTILINE)


@pytest.fixture
def _switched_on(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    settings.MIDDLEWARE = ["config.metrics.MetricsMiddleware", *settings.MIDDLEWARE]


def metrics_of(client: Client) -> str:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_b5_metrics_are_off_unless_there_is_a_token(client: Client) -> None:
    assert settings.METRICS_TOKEN == ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.usefixtures("_switched_on")
@pytest.mark.parametrize("given", ["", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer Ä"])
def test_b5_metrics_want_the_token(client: Client, given: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": given})
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.django_db
@pytest.mark.usefixtures("_switched_on")
def test_b5_metrics_tell_how_jobs_runs_and_the_store_stand(client: Client) -> None:
    JobFactory()
    JobFactory(kind=CANARY)
    PeriodicRunFactory()
    PeriodicRunFactory(kind="verify_evidence", outcome="FAILED", failure="The store is away.")
    FAILURES.labels("save", "silent").inc()
    told = metrics_of(client)
    assert 'siteproof_jobs{kind="pack",state="WAITING"} 1.0' in told
    assert 'siteproof_jobs{kind="other",state="WAITING"} 1.0' in told
    assert 'siteproof_periodic_well{command="recalculate_compliance"} 1.0' in told
    assert 'siteproof_periodic_well{command="verify_evidence"} 0.0' in told
    assert re.search(r'siteproof_periodic_last_good_age_seconds\{command="recalculate_compliance"\} 6\d\.', told)
    assert 'siteproof_evidence_store_failures_total{doing="save",how="silent"}' in told


@pytest.mark.django_db
@pytest.mark.usefixtures("_switched_on")
def test_b5_nobody_is_in_the_metrics(client: Client) -> None:
    """What people are called, type and ask for is in no label."""
    worker = LearnerFactory(first_name=CANARY, last_name=CANARY, badge_id=CANARY)
    user = User.objects.create_user(CANARY, first_name=CANARY, is_superuser=True)
    client.post("/login/", {"username": CANARY, "password": CANARY})
    client.force_login(user)
    JobFactory(asked_by=user, title=CANARY, query=CANARY)
    for address in (f"/workers/?q={CANARY}", f"/workers/{worker.pk}/", f"/{CANARY}/", f"/search/?q={CANARY}"):
        client.get(address, headers={"User-Agent": CANARY})
    client.generic(CANARY, "/healthz")
    told = metrics_of(client)
    assert 'method="other"' in told
    assert 'view="attendance:worker"' in told
    assert CANARY.lower() not in told.lower()


@pytest.mark.django_db(transaction=True)
def test_b5_web_processes_count_together() -> None:
    assert connection.vendor == "postgresql"
    with running(METRICS_TOKEN=TOKEN) as port:
        before = _logins_counted(port)
        with ThreadPoolExecutor(8) as people:
            assert {status for status, _seconds in people.map(lambda _: page(port), range(REQUESTS))} == {200}
        # Whichever process answers says the same; each request was counted before its answer was sent whole.
        assert {_logins_counted(port) for _ in range(6)} == {before + REQUESTS}


def _logins_counted(port: int) -> int:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # our own address
        return sum(map(int, COUNTED.findall(answer.read().decode())))
