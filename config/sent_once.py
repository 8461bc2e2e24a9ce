"""A POST with a key is done once: repeated, it is answered as it was the first time (ADR 39).

Programs choose the key (`Idempotency-Key`, `config.api_gate`), forms carry one (`training.templatetags.form_key`). The
row with the key is the claim, and committed before anything else happens: of several requests at the same moment one
gets it, and the others wait a little for its answer. A refused request gives the key up: it changed nothing, and may
be sent again, corrected or not. Where a request broke down, the audit tells whether anything of it was committed: every
change leaves an event in its own transaction, and the event names the context of the request.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from time import monotonic, sleep
from typing import Any

import pghistory
import structlog
from django.contrib.auth.models import User
from django.db import Error, connection
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac
from pghistory.models import Context

from config.models import IdempotentAnswer
from config.refusal_answers import is_unknown
from training.templatetags.form_key import FIELD

logger = structlog.get_logger(__name__)

ANSWERS_ARE_KEPT = timedelta(hours=24)
WAIT_SECONDS = 3.0  # a repeat waits so long for the first answer, and holds a thread meanwhile
PAUSE_SECONDS = 0.05
RUNS_AT_MOST = timedelta(minutes=5)  # a request without an answer after that was cut off
COMMITS_WITHIN = timedelta(seconds=5)  # if the connection was lost in COMMIT, the server may take so long to end it
CHUNK = 256 * 1024
OURS = frozenset({FIELD, "csrfmiddlewaretoken"})  # not part of the content: they differ each time

rows = IdempotentAnswer.objects


class SentOutcome(StrEnum):
    """What is known of a request that came with a key."""

    SAVED = "saved"  # all of it, or at least a part if the request broke down
    NOT_SAVED = "not_saved"  # refused, broken down before anything was saved, or never received
    RUNNING = "running"
    UNKNOWN = "unknown"  # cut off, and nothing tells how far it came


@dataclass(frozen=True)
class FirstRequest:
    """The request with this key that was there first, and what came of it."""

    row: IdempotentAnswer
    outcome: SentOutcome


def claim(
    *, user: User, key: str, fingerprint: str, now: datetime, page: str = ""
) -> tuple[IdempotentAnswer | None, FirstRequest | None]:
    """Claim a key for a request of a login; this takes one statement if nobody has the key.

    If a request with the same key and content is under way, wait for its answer, `WAIT_SECONDS` at most.

    Args:
        fingerprint: the request's `fingerprint_of`.
        page: the path that a form was sent from.

    Returns:
        the claim, to be given to `keep` or `give_up`, or None; then the request that has the key already, or None.
    """
    until = monotonic() + WAIT_SECONDS
    while True:
        mine = _insert(user=user, key=key, fingerprint=fingerprint, now=now, page=page)
        if mine is not None:
            return mine, None
        known = rows.filter(user=user, key=key).first()
        if known is None:
            continue  # given up or deleted between the two statements
        outcome = outcome_of(known, now=timezone.now())
        if known.fingerprint == fingerprint:
            if outcome is SentOutcome.NOT_SAVED:
                rows.filter(pk=known.pk, status=None, ended_at=known.ended_at).delete()
                continue
            if outcome is SentOutcome.RUNNING and monotonic() < until:
                sleep(PAUSE_SECONDS)
                continue
        return None, FirstRequest(known, outcome)


def outcome_of(row: IdempotentAnswer, *, now: datetime) -> SentOutcome:
    """Tell what came of a request; at most one statement."""
    if row.status is not None:
        return SentOutcome.SAVED
    if row.ended_at is None and now < row.created_at + RUNS_AT_MOST:
        return SentOutcome.RUNNING
    if row.context_id is not None and Context.objects.filter(pk=row.context_id).exists():
        return SentOutcome.SAVED
    if row.ended_at is None or row.context_id is None:
        return SentOutcome.UNKNOWN
    return SentOutcome.RUNNING if now < row.ended_at + COMMITS_WITHIN else SentOutcome.NOT_SAVED


def keep(row: IdempotentAnswer, **answer: Any) -> None:
    """Keep the answer of a request that succeeded, to be given again; one statement."""
    with _whatever_happens():
        rows.filter(pk=row.pk).update(**answer)


def give_up(row: IdempotentAnswer, response: HttpResponseBase) -> bool:
    """Let go of the key of a request that was refused or broke down, unless some of it was, or may have been, saved.

    Returns:
        whether the key is free.
    """
    with _whatever_happens():
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _leave_lost_connection()
        if not _is_lost_in_commit(response):
            committed = Context.objects.filter(pk=OuterRef("context_id"))
            if rows.filter(~Exists(committed), pk=row.pk).delete()[0]:
                return True
        rows.filter(pk=row.pk).update(ended_at=timezone.now())
    return False


def fingerprint_of(request: HttpRequest) -> str:
    """Return the keyed hash of address and content of a request. It does not reveal what was sent, such as a password.

    Uploaded files count with their content, which is read piece by piece.
    """
    digest = hashlib.sha256(request.get_full_path().encode())
    for part in _parts(request):
        digest.update(hashlib.sha256(part).digest())
    return salted_hmac("config.sent_once", digest.digest(), algorithm="sha256").hexdigest()


def _parts(request: HttpRequest) -> Iterator[bytes]:
    if request.content_type not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        yield request.body
        return
    for name, texts in sorted(request.POST.lists()):
        if name not in OURS:
            yield repr((name, texts)).encode(errors="backslashreplace")
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            yield repr((name, file.name, file.size)).encode(errors="backslashreplace")
            yield from file.chunks(CHUNK)
            file.seek(0)


def _insert(*, user: User, key: str, fingerprint: str, now: datetime, page: str) -> IdempotentAnswer | None:
    """Insert and return the claim, and delete the old rows of everybody; None if somebody has the key."""
    with pghistory.context() as context, connection.cursor() as cursor:
        cursor.execute(
            """
            WITH old AS (DELETE FROM config_idempotentanswer WHERE created_at < %(old)s)
            INSERT INTO config_idempotentanswer
              (user_id, key, fingerprint, context_id, content_type, body, page, created_at)
            VALUES (%(user)s, %(key)s, %(fingerprint)s, %(context)s, '', '', %(page)s, %(now)s)
            ON CONFLICT (user_id, key) DO NOTHING RETURNING id
            """,
            {
                "user": user.pk,
                "old": now - ANSWERS_ARE_KEPT,
                "key": key,
                "fingerprint": fingerprint,
                "context": context.id,
                "page": page,
                "now": now,
            },
        )
        found = cursor.fetchone()
    return IdempotentAnswer(pk=found[0], user=user, key=key, page=page) if found else None


def _is_lost_in_commit(response: HttpResponseBase) -> bool:
    return response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and is_unknown(response)


def _leave_lost_connection() -> None:
    if connection.connection is not None and not connection.in_atomic_block and not connection.is_usable():
        connection.close()


@contextmanager
def _whatever_happens() -> Iterator[None]:
    """Log an error of the database and go on: the request is answered even if its outcome cannot be stored."""
    try:
        yield
    except Error as error:
        logger.warning("answer_not_kept", kind=type(error).__name__)
