"""What load balancers and monitors ask, without logging in."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import structlog
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import database_limits
from learners.selectors.compliance import freshness

logger = structlog.get_logger(__name__)

GRACE_OF_THE_NIGHTLY_RUN = timedelta(days=1)


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
    """Readiness: 200 when every part works, else 503; the answer says which part does not, and why."""
    answers = {name: _answer(name, check) for name, check in CHECKS.items()}
    is_ready = all(answer == "ok" for answer in answers.values())
    return JsonResponse(answers, status=200 if is_ready else 503)


def _answer(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except NotReadyError as reason:
        return str(reason)
    except Exception:  # whatever a driver or a store throws means that the part does not work
        logger.exception("readiness_check_failed", check=name)
        return "failed, see the log"
    return "ok"


def _check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _check_migrations() -> None:
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReadyError(f"{len(plan)} migrations are not applied; run `manage.py migrate`")


def _check_evidence_store() -> None:
    store = storages["evidence"]
    store.exists("readiness")  # a remote store raises when it cannot be reached
    if isinstance(store, FileSystemStorage):
        directory = Path(store.location)
        nearest = next(parent for parent in (directory, *directory.parents) if parent.exists())
        if not (nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)):
            raise NotReadyError("the evidence directory is not writable")


def _check_compliance() -> None:
    """A dead timer keeps nobody green, and is noticed here (C7). What ended last night has a day to be renewed."""
    held_until = freshness(timezone.localdate()).held_until
    if held_until is not None and held_until < timezone.localdate() - GRACE_OF_THE_NIGHTLY_RUN:
        raise NotReadyError(
            f"compliance was last brought up to date for {held_until:%Y-%m-%d}; run `manage.py recalculate_compliance`"
        )


def _check_limits() -> None:
    """Without them one forgotten transaction stops marking and finalizing for ever."""
    if names := database_limits.missing():
        raise NotReadyError(f"nothing bounds {', '.join(names)}; run `manage.py setup_database_roles` as the owner")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _check_database,
    "migrations": _check_migrations,
    "limits": _check_limits,
    "evidence": _check_evidence_store,
    "compliance": _check_compliance,
}
