"""The seals of rows, and the log that holds them, as packs and papers show them (T3, T5)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby, islice
from typing import LiteralString

from django.db import connection
from django.db.backends.utils import CursorWrapper

from training.core.seals.checkpoints import Checkpoint, told_by
from training.core.seals.tree import WIDTH, Tree
from training.core.seals.verify_page.page import EarlierCheckpoint, Opened, SealInPack
from training.models import Log, LogCheckpoint, LogKey

AT_ONCE = 2_000  # seals: keeps in memory what they need of the tree
STANDS_STILL_AFTER_SECONDS = 300  # the worker writes the log each minute
NEWEST_BROUGHT = 100  # earlier checkpoints in a pack; about 1 KB each
DAYS_BROUGHT = 300

# Kinds of which every seal is shown, and not the newest only: what somebody was called before.
ALL_SEALS_OF = ("worker",)

SEALS: LiteralString = """
    SELECT s.id, s.kind, s.row_id FROM training_seal s
      JOIN unnest(%s::text[], %s::bigint[]) AS wanted (kind, row_id) USING (kind, row_id)
     ORDER BY s.kind, s.row_id, s.id DESC
"""
PLACES: LiteralString = "SELECT seal_id, position FROM training_logentry WHERE seal_id = ANY(%s)"
TOLD: LiteralString = """
    SELECT s.id, s.leaf, o.salt, o.person
      FROM training_seal s LEFT JOIN training_sealopening o ON o.seal_id = s.id
     WHERE s.id = ANY(%s)
"""
WAITS_SINCE: LiteralString = """
    SELECT now() - min(s.sealed_at) > make_interval(secs => %s)
      FROM training_sealpending p JOIN training_seal s ON s.id = p.seal_id
"""
# Of the log that is written now. Papers of today and yesterday are the ones that people bring, so of the newest
# checkpoints every one comes, and of the days before the last one of each day.
EARLIER: LiteralString = """
    WITH earlier AS (
      SELECT size, note, row_number() OVER (ORDER BY size DESC) AS age,
             row_number() OVER (PARTITION BY (made_at AT TIME ZONE 'UTC')::date ORDER BY size DESC) AS of_day,
             (made_at AT TIME ZONE 'UTC')::date AS day
        FROM training_logcheckpoint WHERE log_id = %s AND size > 0 AND size < %s)
    SELECT size, note FROM earlier
     WHERE age <= %s OR size = ANY(%s)
        OR (of_day = 1 AND day IN (SELECT DISTINCT day FROM earlier ORDER BY day DESC LIMIT %s))
     ORDER BY size
"""
UPPER_TILES: LiteralString = """
    SELECT level, number, hashes FROM training_logtile
     WHERE level > 0 OR number >= %s * (SELECT count(*) FROM training_logtile WHERE level = 1)
"""


@dataclass(frozen=True)
class KeptCheckpoint:
    """A checkpoint of the log.

    Attributes:
        log: the key of its log.
        note: as it was signed, to the letter.
    """

    log: int
    note: str
    made_at: datetime

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note tells."""
        return told_by(self.note)


@dataclass(frozen=True)
class RowSeal:
    """A seal, by its key, and the row that it seals."""

    key: int
    kind: str
    row: int


def newest_checkpoint() -> KeptCheckpoint | None:
    """Return the newest checkpoint of the log that is written now, in one query; None where there is none."""
    newest = LogCheckpoint.objects.order_by("-log", "-size").values_list("log", "note", "made_at").first()
    return KeptCheckpoint(*newest) if newest else None


def anchored_checkpoint() -> KeptCheckpoint | None:
    """Return the newest checkpoint of this log that is kept outside, in one query; None where there is none (T3)."""
    current = Log.objects.order_by("-pk").values("pk")[:1]
    kept = LogCheckpoint.objects.filter(log__in=current, anchors__isnull=False)
    newest = kept.order_by("-size").values_list("log", "note", "made_at").first()
    return KeptCheckpoint(*newest) if newest else None


def stands_still() -> bool:
    """Return whether seals have waited for their place for longer than a log that is written lets them."""
    with connection.cursor() as cursor:
        cursor.execute(WAITS_SINCE, [STANDS_STILL_AFTER_SECONDS])
        return bool(cursor.fetchone()[0])


def verifier_keys() -> list[str]:
    """Return the public keys of the log as verifier keys, the newest one last."""
    return list(LogKey.objects.order_by("pk").values_list("verifier", flat=True))


def signing_key(origin: str) -> str:
    """Return the verifier key that signs checkpoints of a log now, in one query."""
    return LogKey.objects.filter(verifier__startswith=f"{origin}+").values_list("verifier", flat=True).latest("pk")


def seals_of(wanted: Mapping[str, Collection[int]]) -> list[RowSeal]:
    """Return the newest seal of each row, of workers all of them, in one query.

    Args:
        wanted: by kind of seal the keys of the rows. A row that has no seal is left out.
    """
    pairs = [(kind, row) for kind, rows in wanted.items() for row in sorted(rows)]
    with connection.cursor() as cursor:
        cursor.execute(SEALS, [[kind for kind, _row in pairs], [row for _kind, row in pairs]])
        found = [RowSeal(*row) for row in cursor.fetchall()]
    by_row = groupby(found, key=lambda seal: (seal.kind, seal.row))
    return [seal for (kind, _row), seals in by_row for seal in (seals if kind in ALL_SEALS_OF else islice(seals, 1))]


def places_of(seals: Iterable[RowSeal]) -> dict[int, int]:
    """Return the places of seals in the log by their keys, in one query; what still waits has none."""
    with connection.cursor() as cursor:
        cursor.execute(PLACES, [[seal.key for seal in seals]])
        return dict(cursor.fetchall())


def told_in_pack(
    seals: Sequence[RowSeal], *, places: Mapping[int, int], size: int, files: Mapping[tuple[str, int], str]
) -> Iterator[SealInPack]:
    """Yield seals as `verify.html` shows them, in the order of their places, with a fixed number of queries for each
    `AT_ONCE` of them.

    Of the three digests only the one of the worker is opened: what was remarked, and which login acted, stays closed.

    Args:
        places: of all these seals, below `size`.
        size: how many entries the checkpoint covers that proves them.
        files: names of evidence in the pack, by kind and key of the row.
    """
    in_order = sorted(seals, key=lambda seal: places[seal.key])
    with connection.cursor() as cursor:
        cursor.execute(UPPER_TILES, [WIDTH])
        upper = {(level, number): bytes(hashes) for level, number, hashes in cursor.fetchall()}
        for start in range(0, len(in_order), AT_ONCE):
            part = in_order[start : start + AT_ONCE]
            tree = _tree_around(cursor, [places[seal.key] for seal in part], upper=upper)
            cursor.execute(TOLD, [[seal.key for seal in part]])
            told = {key: (leaf, salt, person) for key, leaf, salt, person in cursor.fetchall()}
            for seal in part:
                leaf, salt, person = told[seal.key]
                yield SealInPack(
                    position=places[seal.key],
                    leaf=leaf,
                    proof=tree.inclusion(places[seal.key], size),
                    opened={"person": Opened(sha256(bytes(salt) + b"person").digest(), person)} if person else {},
                    file=files.get((seal.kind, seal.row), ""),
                )


def earlier_checkpoints(before: KeptCheckpoint, *, asked: Collection[int] = ()) -> Iterator[EarlierCheckpoint]:
    """Yield checkpoints that somebody may hold on paper, with the proof that the log of a later one begins with them.

    Args:
        before: the later one.
        asked: sizes that somebody asks for; they come however old they are.
    """
    size = before.checkpoint.size
    with connection.cursor() as cursor:
        cursor.execute(UPPER_TILES, [WIDTH])
        upper = {(level, number): bytes(hashes) for level, number, hashes in cursor.fetchall()}
        cursor.execute(EARLIER, [before.log, size, NEWEST_BROUGHT, list(asked), DAYS_BROUGHT])
        earlier = cursor.fetchall()
        tree = _tree_around(cursor, [place for old, _note in earlier for place in (old - 1, old)], upper=upper)
        for old, note in earlier:
            yield EarlierCheckpoint(note=note, proof=tree.consistency(old, size))


def stored_tree(cursor: CursorWrapper) -> Tree:
    """Return the tree as tiles and entries in the database tell it."""

    def tile(level: int, number: int) -> bytes | None:
        cursor.execute("SELECT hashes FROM training_logtile WHERE level = %s AND number = %s", [level, number])
        row = cursor.fetchone()
        return bytes(row[0]) if row else None

    return Tree(tile, _leaves(cursor))


def _tree_around(cursor: CursorWrapper, positions: Iterable[int], *, upper: Mapping[tuple[int, int], bytes]) -> Tree:
    """Return the tree as `stored_tree`, with the lowest tiles around some positions read in one query.

    Args:
        upper: what `UPPER_TILES` gave.
    """
    cursor.execute(
        "SELECT level, number, hashes FROM training_logtile WHERE level = 0 AND number = ANY(%s)",
        [sorted({position // WIDTH for position in positions})],
    )
    tiles = {**upper, **{(level, number): bytes(hashes) for level, number, hashes in cursor.fetchall()}}
    return Tree(lambda level, number: tiles.get((level, number)), _leaves(cursor))


def _leaves(cursor: CursorWrapper) -> Callable[[int, int], list[bytes]]:
    def leaves(start: int, stop: int) -> list[bytes]:
        cursor.execute(
            "SELECT leaf_hash FROM training_logentry WHERE position >= %s AND position < %s ORDER BY position",
            [start, stop],
        )
        return [bytes(leaf) for (leaf,) in cursor.fetchall()]

    return leaves
