"""The check of everything (T4): every leaf against its row, every row against its leaf, and the tree from the leaves.

Nothing that the database stores of the tree is believed, and none of its own functions is called: the SQL here uses
what PostgreSQL brings along. What proves that nothing was changed are checkpoints from outside. Without any, all that
can be said is that the ledger is consistent in itself.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from config.ledger.anchors import Anchored
from config.ledger.declaration import SealedTable
from config.ledger.erased import Erased
from config.ledger.outside import Outside, signer
from config.ledger.report import Discrepancy, LedgerReport, Wrong
from config.ledger.sealed_rows import RowCheck, seals_by_row
from config.ledger.sealed_tables import BY_KIND, SEALED_TABLES
from training.core.seals.checkpoints import RefusedNoteError, read
from training.core.seals.tree import Tree, full_tiles, hash_leaf, tree_over

TELL_EVERY = 2_000
NAMED_AT_MOST = 50  # rows of a range that is not as a checkpoint says
NO_HASH = bytes(32)

UNSEALED = """
SELECT r.{key} FROM public.{table} r
 WHERE {when} AND NOT EXISTS (SELECT FROM public.training_seal s WHERE s.kind = %s AND s.row_id = r.{key})
 ORDER BY r.{key}
"""
OUT_OF_QUEUE = """
SELECT id, kind, row_id FROM public.training_seal s
 WHERE NOT EXISTS (SELECT FROM public.training_logentry e WHERE e.seal_id = s.id)
   AND NOT EXISTS (SELECT FROM public.training_sealpending p WHERE p.seal_id = s.id) ORDER BY id
"""
FIRST_CHECKPOINT = """
SELECT note FROM public.training_logcheckpoint c JOIN public.training_log l ON l.id = c.log_id
 WHERE l.origin = %s AND c.size = %s
"""
QUEUE_WRONG = """
SELECT seal_id FROM public.training_sealpending p
 WHERE NOT EXISTS (SELECT FROM public.training_seal s WHERE s.id = p.seal_id)
    OR EXISTS (SELECT FROM public.training_logentry e WHERE e.seal_id = p.seal_id) ORDER BY 1
"""
NOT_OF_A_ROW = """
SELECT position, e.leaf_hash, s.id IS NULL FROM public.training_logentry e
  LEFT JOIN public.training_seal s ON s.id = e.seal_id
 WHERE s.id IS NULL OR s.kind <> ALL (%s) ORDER BY position
"""


ERASURES = "SELECT seals::text, rows::text FROM public.training_erasure ORDER BY id"


class LogPlace(NamedTuple):
    """An entry of the log: the hash that was worked out from its leaf, and what it is about."""

    leaf_hash: bytes
    about: str


def verify_ledger(
    *, anchored: Iterable[Anchored], keys: Sequence[str] = (), tell: Callable[[int, int], None] = lambda _d, _t: None
) -> LedgerReport:
    """Check every seal, every row and the whole log, as they are at one moment.

    Args:
        anchored: checkpoints from outside.
        keys: verifier keys that the caller trusts; those that the database lists are not believed where any are given.
        tell: is told how many seals are done, of how many.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        # Everything is read: a plan that begins quickly, or believes statistics of an empty table, takes minutes.
        cursor.execute("SET LOCAL cursor_tuple_fraction = 1; SET LOCAL enable_nestloop = off")
        # Nobody's function may pose as one of PostgreSQL's.
        cursor.execute("SET LOCAL search_path = pg_catalog, public, pg_temp")
        return _Check(cursor, anchored, keys=keys).report(tell)


class _Check:
    def __init__(self, cursor: CursorWrapper, anchored: Iterable[Anchored], *, keys: Sequence[str]) -> None:
        self.cursor = cursor
        self.keys = list(keys) or [key for (key,) in self._all("SELECT verifier FROM public.training_logkey")]
        self.logs = self._all("SELECT origin, begins_at, follows FROM public.training_log ORDER BY id")
        self.outside = Outside(anchored, keys=self.keys, origins={origin for origin, _at, _follows in self.logs})
        self.places: dict[int, LogPlace] = {}
        self.found = LedgerReport(findings=self.outside.findings)
        self.outside.leave_out(self._ends())

    def report(self, tell: Callable[[int, int], None]) -> LedgerReport:
        (self.found.seals,) = self._one("SELECT count(*) FROM public.training_seal")
        erased = Erased((seals, rows) for seals, rows in self._all(ERASURES))
        self.found.findings.extend(erased.findings(self.cursor))
        done = 0
        for sealed in SEALED_TABLES:
            for seals in seals_by_row(sealed):
                for seal in seals:
                    if seal.position is not None:
                        self.places[seal.position] = LogPlace(
                            hash_leaf(seal.leaf.encode()), f"{sealed.kind} {seal.row_id}"
                        )
                check = RowCheck(sealed, seals, outside=self.outside, erased=erased)
                self.found.findings.extend(check.findings())
                done += len(seals)
                if done % TELL_EVERY < len(seals):
                    tell(done, self.found.seals)
            self._check_unsealed(sealed)
        self._check_queue()
        self._check_log(self._hashes())
        tell(self.found.seals, self.found.seals)
        if not self.found.is_proved:
            self.found.notes.append(
                "No checkpoint from outside holds: at best the ledger is consistent in itself, which proves nothing to "
                "anybody who does not trust the owner of the database."
            )
        return self.found

    def _all(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = self.cursor.fetchall()
        return rows

    def _one(self, query: str) -> tuple[Any, ...]:
        return self._all(query)[0]

    def _say(self, wrong: Wrong, what: str, *, kind: str = "", row: int | None = None, at: int | None = None) -> None:
        self.found.findings.append(Discrepancy(wrong, what, kind, row, at, self.outside.around(at)))

    def _check_unsealed(self, sealed: SealedTable) -> None:
        query = UNSEALED.format(key=sealed.key, table=sealed.table, when=sealed.when or "true")
        for (key,) in self._all(query, [sealed.kind]):
            self._say(Wrong.ROW_UNSEALED, f"{sealed.kind} {key} has no seal.", kind=sealed.kind, row=key)

    def _check_queue(self) -> None:
        for seal, kind, row in self._all(OUT_OF_QUEUE):
            what = f"Seal {seal}, of {kind} {row}, is neither in the log nor waiting."
            self._say(Wrong.OUT_OF_QUEUE, what, kind=kind, row=row)
        for (seal,) in self._all(QUEUE_WRONG):
            self._say(Wrong.QUEUE_WRONG, f"Seal {seal} waits for a place, and is in the log or nowhere.")
        (self.found.waiting,) = self._one("SELECT count(*) FROM public.training_sealpending")

    def _hashes(self) -> list[bytes]:
        """Return the hashes of all entries by place: worked out from the leaf, or as stored where the leaf is gone."""
        for position, leaf_hash, is_gone in self._all(NOT_OF_A_ROW, [list(BY_KIND)]):
            self.places[position] = LogPlace(bytes(leaf_hash), "")
            wrong = Wrong.SEAL_GONE if is_gone else Wrong.SEAL_UNKNOWN
            what = "is gone" if is_gone else "is of an unknown kind"
            self._say(wrong, f"The seal of place {position:,} {what}.", at=position)
        (self.found.entries,) = self._one("SELECT coalesce(max(position) + 1, 0) FROM public.training_logentry")
        missing = [position for position in range(self.found.entries) if position not in self.places]
        for position in missing[:NAMED_AT_MOST]:
            self._say(Wrong.POSITIONS_GONE, f"Place {position:,} of the log is gone.", at=position)
        return [
            place.leaf_hash if (place := self.places.get(position)) else NO_HASH
            for position in range(self.found.entries)
        ]

    def _check_log(self, hashes: Sequence[bytes]) -> None:
        tree = tree_over(hashes)
        self._check_stored_tiles(hashes)
        self._check_stored_checkpoints(tree)
        good = 0
        for witness in self.outside.witnesses:
            size, root = witness.checkpoint.size, witness.checkpoint.root
            if size > len(hashes):
                self._say(
                    Wrong.LOG_CUT,
                    f"The log has {len(hashes):,} entries, and {witness.where} says {size:,}: it was cut off, or an "
                    "older backup was restored without saying so.",
                )
            elif tree.root(size) != root:
                self._say_range(good, size, witness.where)
            else:
                good = size
                self.found.outside.append(witness.short)

    def _say_range(self, first: int, size: int, where: str) -> None:
        about = [place.about for at in range(first, size) if (place := self.places.get(at)) and place.about]
        more = len(about) - NAMED_AT_MOST
        named = ", ".join(about[:NAMED_AT_MOST]) + (f" and {more:,} more" if more > 0 else "")
        what = f"Entries {first:,} to {size - 1:,} are not those of {where}. They are now about: {named}."
        self._say(Wrong.RANGE_ALTERED, what, at=size - 1)

    def _ends(self) -> dict[str, int]:
        """Return how many entries of each former log live on in the next one, and tell it.

        That a backup was restored is believed only of who has the key: the first checkpoint of the new log is signed by
        a key that signed checkpoints of the former one which are outside.
        """
        ends = {}
        for (origin, _begins, _follows), (following, begins_at, follows) in zip(self.logs, self.logs[1:], strict=False):
            former = {each.key for each in self.outside.witnesses if each.checkpoint.origin == origin}
            if former and not self._is_begun_by(former, following, size=begins_at + 1):
                self._say(
                    Wrong.LOG_FORGED,
                    f"The log {following} is said to follow {origin} after a restore, and no key of {origin} signed "
                    "its beginning.",
                )
                continue
            ends[origin] = begins_at
            newest = follows.splitlines()[1] if "\n" in follows else begins_at
            self.found.notes.append(
                f"A backup with {begins_at:,} entries of the log {origin} was restored, and a new log was begun. The "
                f"newest checkpoint outside said then: {newest} entries. What came after the backup is not here. If "
                "nobody restored a backup then, somebody who has the key took it away."
            )
        return ends

    def _is_begun_by(self, keys: Collection[str], origin: str, *, size: int) -> bool:
        public = {_public(key) for key in keys}
        known = [key for key in self.keys if _public(key) in public]
        for (note,) in self._all(FIRST_CHECKPOINT, [origin, size]):
            by = signer(note, known=known)
            if by and read(note, known=[by]).origin == origin:
                return True
        return False

    def _check_stored_tiles(self, hashes: Sequence[bytes]) -> None:
        expected = {(tile.level, tile.number): tile.hashes for tile in full_tiles(hashes)}
        rows = self._all("SELECT level, number, hashes FROM public.training_logtile")
        stored = {(level, number): bytes(tile) for level, number, tile in rows}
        for level, number in sorted(expected.keys() | stored.keys()):
            if expected.get((level, number)) != stored.get((level, number)):
                self._say(Wrong.TILE_ALTERED, f"Tile {level}/{number} is not what the leaves say.")

    def _check_stored_checkpoints(self, tree: Tree) -> None:
        for size, note in self._all("SELECT size, note FROM public.training_logcheckpoint ORDER BY id"):
            try:
                checkpoint = read(note, known=self.keys)
            except RefusedNoteError:
                checkpoint = None
            if (
                checkpoint is None
                or checkpoint.size != size
                or size > self.found.entries
                or tree.root(size) != checkpoint.root
            ):
                self._say(Wrong.CHECKPOINT_ALTERED, f"The stored checkpoint of {size:,} entries is not of this log.")


def _public(verifier: str) -> str:
    """Return the key itself from a verifier key, whose name is that of its log."""
    return verifier.split("+", 2)[2]
