"""`/metrics` for Prometheus (B5): how requests go in all web processes, and how jobs, proof and the site stand.

Each web process counts in files of its own in a directory that they share; whoever answers adds them up
(`config.web_server` makes the directory). What stands in the database is asked for when somebody looks. Labels are
names of views, kinds and commands: nothing that somebody typed, and nobody's name, number or address.
"""

import hmac
import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import prometheus_client as prometheus
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from config.backup.runs import last_good_backup
from learners.evidence.store import FAILURES
from training.models import Job, LogCheckpoint, SealPending
from training.selectors.periodic import standings
from training.services.job_kinds import kinds

SHARED = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
NO_VIEW, OTHER = "none", "other"

REQUESTS = prometheus.Histogram(
    "siteproof_request_seconds",
    "How long requests took, by the name of their view",
    ["view", "method", "status"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
POOL = {
    name: prometheus.Gauge(f"siteproof_{name}", what, multiprocess_mode="livesum")
    for name, what in {
        "pool_size": "Database connections of all web processes",
        "pool_available": "Database connections that nobody uses",
        "requests_waiting": "Threads that wait for a database connection",
    }.items()
}


class MetricsMiddleware:
    """Count each request with its view, status and duration, and note how full the pool of this process is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else NO_VIEW
        method = request.method if request.method in METHODS else OTHER
        REQUESTS.labels(view or NO_VIEW, method, response.status_code).observe(time.perf_counter() - began)
        pool = getattr(connection, "pool", None)  # PostgreSQL's connections have one, or None
        if pool is not None:
            stats = pool.get_stats()
            for name, gauge in POOL.items():
                gauge.set(stats.get(name, 0))
        return response


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus's text format, to whoever has the token of the setting METRICS_TOKEN; without it, 404."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = prometheus.CollectorRegistry()
    if SHARED in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types here
    else:
        for each in (REQUESTS, FAILURES, *POOL.values()):
            registry.register(each)
    registry.register(_Standing(timezone.now()))
    return HttpResponse(prometheus.generate_latest(registry), content_type=prometheus.CONTENT_TYPE_LATEST)


class _Standing(Collector):
    """What stands in the database at a moment."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def describe(self) -> Iterable[Any]:
        """Return nothing, so that registering asks for nothing."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        jobs = GaugeMetricFamily("siteproof_jobs", "Jobs by kind and state", labels=["kind", "state"])
        known = set(kinds())
        for kind, state, count in Job.objects.values_list("kind", "state").annotate(Count("pk")).order_by():
            jobs.add_metric([kind if kind in known else OTHER, state], count)
        yield jobs
        good = GaugeMetricFamily(
            "siteproof_periodic_last_good_age_seconds",
            "Since when the last good run of a periodic command ended; absent where there was none",
            labels=["command"],
        )
        well = GaugeMetricFamily(
            "siteproof_periodic_well",
            "0 where a periodic command did not run, failed or found something wrong",
            labels=["command"],
        )
        for each in standings(now=self.now):
            if each.last_good is not None:
                good.add_metric([each.periodic.command], (self.now - each.last_good).total_seconds())
            well.add_metric([each.periodic.command], 0 if each.trouble else 1)
        yield from (good, well)
        made_at = LogCheckpoint.objects.order_by("-pk").values_list("made_at", flat=True).first()
        if made_at is not None:
            age = (self.now - made_at).total_seconds()
            yield GaugeMetricFamily("siteproof_checkpoint_age_seconds", "Since the last checkpoint was signed", age)
        backup = last_good_backup()
        if backup is not None:
            age = (self.now - backup.began_at).total_seconds()
            yield GaugeMetricFamily("siteproof_backup_age_seconds", "Since the last good backup began", age)
        waiting = SealPending.objects.count()
        yield GaugeMetricFamily("siteproof_seals_waiting", "Seals that have no place in the log yet", waiting)
