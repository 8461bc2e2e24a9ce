"""Sends checkpoints to the anchors after they were committed, and remembers which one is where (T3)."""

from datetime import datetime

import structlog
from django.db import connections, transaction

from config.ledger.anchors import Anchor, AnchorError, configured_anchors

logger = structlog.get_logger(__name__)

AT_ONCE = 60  # checkpoints for each anchor in one run: an hour of them, when an anchor was away

MISSING = """
    SELECT id, size, note FROM training_logcheckpoint c
     WHERE NOT EXISTS (SELECT FROM training_loganchor a WHERE a.checkpoint_id = c.id AND a.anchor = %s)
     ORDER BY id DESC LIMIT %s
"""


def anchor_all(*, using: str, now: datetime) -> list[str]:
    """Send the checkpoints that an anchor has not got, the newest ones if there are many, and return what failed.

    Args:
        using: the alias of the database connection, whose role may write the log.
        now: the present moment.
    """
    return [failure for each in configured_anchors() if (failure := _send(each, using=using, now=now))]


def _send(anchor: Anchor, *, using: str, now: datetime) -> str:
    with connections[using].cursor() as cursor:
        cursor.execute(MISSING, [anchor.name, AT_ONCE])
        missing = cursor.fetchall()
    for checkpoint, size, note in reversed(missing):
        try:
            token = anchor.keep(note, size=size, now=now)
        except AnchorError as failure:
            logger.warning("checkpoint_not_anchored", anchor=anchor.name, size=size)
            return str(failure)
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(
                "INSERT INTO training_loganchor (checkpoint_id, anchor, token) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                [checkpoint, anchor.name, token],
            )
    return ""
