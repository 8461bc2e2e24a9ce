"""The log of all seals: it gives each seal its place, stores the tree, and signs checkpoints (T2).

One writer at a time: an advisory lock. Everything of one run is one transaction, so that a crash at any step leaves the
log as it was. A seal that was committed late is in the queue until the next run.
"""

from collections.abc import Callable
from typing import LiteralString, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from training.core.seals.checkpoints import Checkpoint, RefusedNoteError, read, sign, verifier_key
from training.core.seals.tree import TILE_HEIGHT, WIDTH
from training.selectors.seals import stored_tree
from training.selectors.site import site_identity

LOCK = 6962  # the advisory lock of the one writer
AT_ONCE = 100_000  # entries: keeps a run short, and its memory small

# A queue knows no late commits: what is not committed yet is not seen, stays, and comes in the next run. Ids follow one
# another within a run only; "all above the last id" would lose those that commit late.
# The range has no join, which a plan made for a small queue would loop through.
TAKE: LiteralString = """
    WITH next AS MATERIALIZED (SELECT seal_id FROM training_sealpending ORDER BY seal_id LIMIT %s), taken AS (
      DELETE FROM training_sealpending WHERE seal_id <= (SELECT max(seal_id) FROM next) RETURNING seal_id)
    INSERT INTO training_logentry (position, seal_id, leaf_hash)
    SELECT %s - 1 + row_number() OVER (ORDER BY id), id, leaf_hash FROM taken JOIN training_seal ON id = taken.seal_id
"""


class LogNotBegun(Exception):  # noqa: N818  # a refusal, in words for the operator
    """The database names a log that nobody with a key has begun; nothing was written."""


def log_name() -> str:
    """Return the origin of a log that begins now."""
    return settings.LOG_NAME or f"siteproof.local/{site_identity()}"


class Grown(NamedTuple):
    """What a run did: how many seals got their place, and the checkpoint that now holds."""

    taken: int
    checkpoint: Checkpoint


def grow(
    cursor: CursorWrapper,
    *,
    key: Ed25519PrivateKey,
    name: str,
    at_most: int = AT_ONCE,
    step: Callable[[str], None] = lambda _name: None,
) -> Grown | None:
    """Give committed seals their places, store the tiles that became full, and sign a checkpoint.

    Args:
        cursor: of a connection in whose transaction nothing else happens.
        key: signs the checkpoint; its public part is listed from then on.
        name: the origin of the log, where there is none yet.
        at_most: how many seals this run takes.
        step: is told before each step what comes; tests kill there.

    Returns:
        None if nothing waits, or if another writer is at work.

    Raises:
        LogNotBegun: the database says that a new log follows, and no checkpoint of its beginning is signed. Whoever
            owns the database could otherwise have the key sign whatever he likes as a restored backup.
    """
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
    if not cursor.fetchone()[0]:
        return None
    step("take")
    log, origin = _current(cursor, key=key, name=name)
    cursor.execute("SELECT coalesce(max(position) + 1, 0) FROM training_logentry")
    (old,) = cursor.fetchone()
    cursor.execute(TAKE, [at_most, old])
    taken = cursor.rowcount
    new = old + taken
    if not taken and _has_checkpoint(cursor, log=log, size=old):
        return None
    step("tiles")
    store_tiles(cursor, old=old, new=new)
    step("sign")
    checkpoint = sign_checkpoint(cursor, log=log, origin=origin, size=new, key=key)
    step("commit")
    return Grown(taken, checkpoint)


def sign_checkpoint(cursor: CursorWrapper, *, log: int, origin: str, size: int, key: Ed25519PrivateKey) -> Checkpoint:
    """Sign the checkpoint of so many entries, store it, list the key, and return it.

    Args:
        cursor: of the transaction that writes the log.
        log: the key of the log's row.
    """
    checkpoint = Checkpoint(origin, size, stored_tree(cursor).root(size))
    cursor.execute(
        "INSERT INTO training_logkey (verifier) SELECT %(key)s"
        " WHERE NOT EXISTS (SELECT FROM training_logkey WHERE verifier = %(key)s)",
        {"key": _verifier(origin, key)},
    )
    cursor.execute(
        "INSERT INTO training_logcheckpoint (log_id, size, note) VALUES (%s, %s, %s)",
        [log, size, sign(checkpoint, key)],
    )
    return checkpoint


def grow_whole(*, using: str, key: Ed25519PrivateKey, name: str, tell: Callable[[int, int], None]) -> Grown | None:
    """Do runs until nothing waits, each in a transaction of its own; as `grow`, for all runs together.

    Args:
        using: the alias of the database connection, whose role may write the log.
        tell: is told how many seals have their place, of how many.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM training_sealpending")
        (waiting,) = cursor.fetchone()
    all_taken, last = 0, None
    while True:
        tell(all_taken, max(waiting, all_taken))
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            grown = grow(cursor, key=key, name=name)
        if grown is None:
            return last
        all_taken += grown.taken
        last = Grown(all_taken, grown.checkpoint)
        if grown.taken < AT_ONCE:
            tell(all_taken, max(waiting, all_taken))
            return last


def _verifier(origin: str, key: Ed25519PrivateKey) -> str:
    return verifier_key(origin, key.public_key().public_bytes_raw())


def _current(cursor: CursorWrapper, *, key: Ed25519PrivateKey, name: str) -> tuple[int, str]:
    """Return the key and the origin of the log that is written; the first run begins it."""
    cursor.execute("SELECT id, origin, begins_at, follows FROM training_log ORDER BY id DESC LIMIT 1")
    row = cursor.fetchone()
    if row is None:
        cursor.execute("INSERT INTO training_log (origin, begins_at, follows) VALUES (%s, 0, '') RETURNING id", [name])
        return cursor.fetchone()[0], name
    log, origin, begins_at, follows = row
    if follows:
        _check_begun(cursor, log=log, origin=origin, size=begins_at + 1, key=key)
    return log, origin


def _check_begun(cursor: CursorWrapper, *, log: int, origin: str, size: int, key: Ed25519PrivateKey) -> None:
    """Refuse to go on with a log whose beginning nobody has signed; keys of the past are listed."""
    cursor.execute("SELECT verifier FROM training_logkey")
    known = [_verifier(origin, key), *(verifier for (verifier,) in cursor.fetchall())]
    cursor.execute("SELECT note FROM training_logcheckpoint WHERE log_id = %s AND size = %s", [log, size])
    found = cursor.fetchone()
    try:
        is_begun = found is not None and read(found[0], known=known).origin == origin
    except RefusedNoteError:
        is_begun = False
    if not is_begun:
        raise LogNotBegun(
            f"The database says that a new log, {origin}, has begun, and nobody with the key has begun it. If a backup "
            "was restored, run `begin_new_log` on what was restored. If not, change nothing and run `verify_ledger`."
        )


def _has_checkpoint(cursor: CursorWrapper, *, log: int, size: int) -> bool:
    cursor.execute("SELECT FROM training_logcheckpoint WHERE log_id = %s AND size = %s", [log, size])
    return size == 0 or cursor.rowcount > 0


def store_tiles(cursor: CursorWrapper, *, old: int, new: int) -> None:
    """Store the tiles that are full with some entries and were not with fewer.

    Args:
        cursor: of the transaction that writes the log.
        old: how many entries there were.
        new: how many there are now.
    """
    level = 0
    while (first := old // WIDTH ** (level + 1)) < (last := new // WIDTH ** (level + 1)):
        tree = stored_tree(cursor)  # a tree remembers which tiles were not there
        for number in range(first, last):
            hashes = (tree.subtree(TILE_HEIGHT * level, number * WIDTH + place) for place in range(WIDTH))
            cursor.execute(
                "INSERT INTO training_logtile (level, number, hashes) VALUES (%s, %s, %s)",
                [level, number, b"".join(hashes)],
            )
        level += 1
