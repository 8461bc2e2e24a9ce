"""A new log after a restore: it names the checkpoint outside that it follows, so that nobody takes it for fraud (T6).

A backup that is older than the newest checkpoint outside lacks seals that were proved already. Growing the old log
would sign another tree of the same size. So a new one begins, with the same entries, under the next name; its first
leaf is its own row, which names the old checkpoint.
"""

import re
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections, transaction

from config.ledger.anchors import Anchored
from config.ledger.log import LOCK, sign_checkpoint, store_tiles
from config.ledger.outside import Outside
from training.selectors.seals import stored_tree

NUMBERED = re.compile(r"(.+)/(\d+)")
PLACE = """
WITH taken AS (
  DELETE FROM training_sealpending WHERE seal_id = (SELECT id FROM training_seal WHERE kind = 'log' AND row_id = %s)
  RETURNING seal_id)
INSERT INTO training_logentry (position, seal_id, leaf_hash)
SELECT %s, id, leaf_hash FROM taken JOIN training_seal ON id = seal_id
"""


class NotBegun(Exception):  # noqa: N818  # a refusal, in words for the operator
    """No new log was begun, and why."""


def begin_new_log(*, anchored: Iterable[Anchored], using: str, key: Ed25519PrivateKey) -> str:
    """Begin a new log that follows the newest checkpoint outside, and return its name; `seal_log` goes on with it.

    Its first checkpoint is signed here and nowhere else: so only who has the key can say that a backup was restored.

    Args:
        anchored: checkpoints from outside.
        key: the one that signed checkpoints which are outside; `verify_ledger` believes no other in this.
        using: the alias of the database connection, whose role may write the log.

    Raises:
        NotBegun: there is no log, nothing outside is newer than it, it is another one than a checkpoint outside says,
            or somebody is writing it.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise NotBegun("Somebody is writing the log. Stop the worker until this is done.")
        cursor.execute("SELECT origin FROM training_log ORDER BY id")
        origins = [origin for (origin,) in cursor.fetchall()]
        if not origins:
            raise NotBegun("There is no log yet: `seal_log` begins the first one.")
        cursor.execute("SELECT verifier FROM training_logkey")
        keys = [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT coalesce(max(position) + 1, 0) FROM training_logentry")
        (size,) = cursor.fetchone()
        of_this = [each for each in anchored if each.note.splitlines()[:1] == origins[-1:]]
        witnesses = Outside(of_this, keys=keys, origins=set(origins)).witnesses
        newest = witnesses[-1] if witnesses else None
        if newest is None or newest.checkpoint.size <= size:
            raise NotBegun("No checkpoint outside is newer than this log. It goes on as it is.")
        tree = stored_tree(cursor)
        held = [each.checkpoint for each in witnesses if 0 < each.checkpoint.size <= size]
        if any(each.root != tree.root(each.size) for each in held):
            raise NotBegun("This is not a backup of the log that the anchors know. Run `verify_ledger`.")
        note = next(each.note for each in of_this if _says(each.note, newest.checkpoint.size))
        origin = _next(origins[-1])
        cursor.execute(
            "INSERT INTO training_log (origin, begins_at, follows) VALUES (%s, %s, %s) RETURNING id",
            [origin, size, note],
        )
        (log,) = cursor.fetchone()
        cursor.execute(PLACE, [log, size])
        store_tiles(cursor, old=size, new=size + 1)
        sign_checkpoint(cursor, log=log, origin=origin, size=size + 1, key=key)
    return origin


def _says(note: str, size: int) -> bool:
    return note.splitlines()[1:2] == [str(size)]


def _next(origin: str) -> str:
    match = NUMBERED.fullmatch(origin)
    return f"{match[1]}/{int(match[2]) + 1}" if match else f"{origin}/2"
