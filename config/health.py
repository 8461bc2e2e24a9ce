"""What load balancers and monitors ask, without logging in."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Thread

import structlog
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import dangerous_role, database_limits
from config.backup.runs import last_good_backup
from config.database_roles import tables_written_by_triggers
from config.environment import IS_LOCAL
from learners.evidence.store import StoreUnavailable, check_store_is_ours, probe_store
from learners.selectors.compliance import freshness
from training.selectors.jobs import jobs_standing
from training.selectors.periodic import troubles
from training.selectors.site import site_identity

logger = structlog.get_logger(__name__)

GRACE_OF_THE_NIGHTLY_RUN = timedelta(days=1)
ANSWERS_WITHIN_SECONDS = 2.5  # a balancer that asks every few seconds must not wait for a database that is down
WELL, NOT_ANSWERED = "ok", "no answer"

Checks = Mapping[str, Callable[[], None]]


class NotReadyError(Exception):
    """A part of the site cannot serve; the message is for its operator and names no secrets."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: this process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Readiness: 200 when this process can serve, else 503; the answer says which part does not work, and why."""
    return _told(READINESS)


@require_safe
@never_cache
def monitor(request: HttpRequest) -> JsonResponse:
    """Monitoring: 503 when something is out of date or missing although the site can serve (C7).

    The answer names the part without details, which are in the log.
    """
    return _told(UP_TO_DATE)


def _told(checks: Checks) -> JsonResponse:
    answers = answers_of(checks)
    is_well = all(answer == WELL for answer in answers.values())
    return JsonResponse(answers, status=200 if is_well else 503)


def answers_of(checks: Checks) -> dict[str, str]:
    """Return the answer of each part by name, after `ANSWERS_WITHIN_SECONDS` at most.

    A part that has not answered by then, or was not asked yet, is told as `NOT_ANSWERED`.
    """
    answers = dict.fromkeys(checks, NOT_ANSWERED)

    def ask() -> None:
        try:
            for name, check in checks.items():
                answers[name] = _answer(name, check)
        finally:
            connection.close()

    asking = Thread(target=ask, name="health", daemon=True)
    asking.start()
    asking.join(ANSWERS_WITHIN_SECONDS)
    return dict(answers)


def _answer(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except NotReadyError as reason:
        return str(reason)
    except Exception:  # whatever a driver or a store throws means that the part does not work
        logger.exception("readiness_check_failed", check=name)
        return "failed, see the log"
    return WELL


def _check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _check_role() -> None:
    """Fail if the site serves as a role that can change what must never change, such as the owner of the tables.

    The server of a checkout has a single role and is not checked.
    """
    if IS_LOCAL:
        return
    with connection.cursor() as cursor:
        found = dangerous_role.dangers(cursor, kept=tables_written_by_triggers())
    if found:
        logger.error("database_role_is_dangerous", reasons=found[:10])
        raise NotReadyError("the database role may do more than it should; `manage.py check --deploy` says what")


def _check_migrations() -> None:
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReadyError(f"{len(plan)} migrations are not applied; run `manage.py migrate`")


def _check_evidence_store() -> None:
    try:
        check_store_is_ours(site=site_identity())
        probe_store(now=timezone.now())
    except StoreUnavailable as refusal:
        raise NotReadyError(str(refusal)) from refusal


def _check_compliance() -> None:
    """Fail if the nightly run has stopped (C7): an answer whose last day is over has one more day to be renewed."""
    held_until = freshness(timezone.localdate()).held_until
    if held_until is not None and held_until < timezone.localdate() - GRACE_OF_THE_NIGHTLY_RUN:
        logger.error("compliance_out_of_date", held_until=held_until.isoformat())
        raise NotReadyError("out of date")


def _check_backup() -> None:
    """Fail if the last good backup is too old (B1), and say how old it is. 0 hours: the site is backed up otherwise."""
    if not settings.BACKUP_MAX_AGE_HOURS:
        return
    last = last_good_backup()
    if last is None:
        raise NotReadyError("there was none yet")
    age = timezone.now() - last.began_at
    if age > timedelta(hours=settings.BACKUP_MAX_AGE_HOURS):
        raise NotReadyError(f"the last good one is {age // timedelta(hours=1)} hours old")


def _check_limits() -> None:
    """Fail if limits are missing: without them one forgotten transaction stops marking and finalizing for ever."""
    if names := database_limits.missing():
        logger.error("database_limits_missing", names=names)
        raise NotReadyError("missing; run `manage.py setup_database_roles`")


def _check_periodic() -> None:
    """Fail if something that runs by the clock did not run, failed, or found something wrong (B2)."""
    if found := troubles(now=timezone.now()):
        logger.error("periodic_runs_are_not_well", commands=[each.periodic.command for each in found])
        raise NotReadyError("did not run, failed or found something wrong: see /health/")


def _check_jobs() -> None:
    """Fail if jobs wait too long, or broke down within a day (B2)."""
    jobs = jobs_standing(now=timezone.now())
    if jobs.too_long or jobs.broke_down:
        logger.error("jobs_are_not_well", too_long=jobs.too_long, broke_down=jobs.broke_down)
        raise NotReadyError("some wait too long, or broke down: see /health/")


READINESS: Checks = {
    "database": _check_database,
    "role": _check_role,
    "migrations": _check_migrations,
    "evidence": _check_evidence_store,
}
UP_TO_DATE: Checks = {
    "compliance": _check_compliance,
    "limits": _check_limits,
    "periodic": _check_periodic,
    "jobs": _check_jobs,
    "backup": _check_backup,
}
