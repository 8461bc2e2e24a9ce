"""The check of seals against the rows that they are about (T4)."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from config.ledger.declaration import VERSION, SealedTable
from config.ledger.erased import ATTENDEES, Erased
from config.ledger.outside import Outside
from config.ledger.report import Discrepancy, Wrong
from training.core.seals.tree import hash_leaf

ROWS_AT_ONCE = 5_000
# A row says the time at which its transaction began, and gets its place when it was committed: an import of 100,000
# rows, or a statement that waited for a lock, may take some minutes.
LONGEST_TRANSACTION = timedelta(hours=1)

ROWS = """
SELECT s.id, s.row_id, s.leaf, s.leaf_hash, e.position, e.leaf_hash, o.salt, o.person, o.staff, s.list,
       r.{key}, {plain}, {comments}, {person}, {staff}, {listed}
  FROM public.training_seal s
  LEFT JOIN public.training_logentry e ON e.seal_id = s.id
  LEFT JOIN public.training_sealopening o ON o.seal_id = s.id
  LEFT JOIN public.{table} r ON r.{key} = s.row_id
 WHERE s.kind = %s ORDER BY s.row_id, s.id
"""


class SealOfRow(NamedTuple):
    """A seal with its place, its opening, and the row that it is about as it is now."""

    seal_id: int
    row_id: int
    leaf: str
    leaf_hash: bytes
    position: int | None
    entry_hash: bytes | None
    salt: bytes | None
    person: str | None
    staff: str | None
    listed: str
    key: int | None
    plain: str
    comments: str | None
    person_now: str
    staff_now: str
    listed_now: str | None


def seals_by_row(sealed: SealedTable) -> Iterator[Sequence[SealOfRow]]:
    """Return the seals of a table, those of one row together, from the oldest to the newest."""
    query = ROWS.format(
        key=sealed.key,
        table=sealed.table,
        plain=sealed.plain_text(),
        comments=_array(sealed.comments) if sealed.comments else "NULL",
        **{
            name: _array([sealed.digests[name][place] for place in sealed.of_row_itself(name)])
            for name in ("person", "staff")
        },
        listed=sealed.listed or "NULL",
    )
    for _row, seals in groupby(_fetched(query, sealed.kind), key=lambda each: each.row_id):
        yield list(seals)


def _array(texts: Sequence[str]) -> str:
    return f"json_build_array({', '.join(texts)})::text"


def _fetched(query: str, kind: str) -> Iterator[SealOfRow]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, [kind])
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from map(SealOfRow._make, rows)


class RowCheck:
    """The check of all seals of one row.

    Args:
        erased: what sealed erasures account for.
    """

    def __init__(self, sealed: SealedTable, seals: Sequence[SealOfRow], *, outside: Outside, erased: Erased) -> None:
        self.sealed, self.seals, self.outside, self.erased = sealed, seals, outside, erased
        self.name = f"{sealed.kind} {seals[0].row_id}"

    def findings(self) -> Iterator[Discrepancy]:
        """Return what is wrong."""
        before: dict[str, Any] | None = None
        for place, seal in enumerate(self.seals):
            told = _told(seal, self.sealed)
            if told is None or not _is_as_stored(seal):
                yield self._finding(seal, Wrong.LEAF_ALTERED, f"The leaf of {self.name} was altered.")
            if told is None:
                continue
            yield from self._digests(seal, told)
            if place == 0:
                yield from self._time(seal, told)
            elif before is not None:
                yield from self._step(seal, before, told)
            before = told
        if before is not None:
            yield from self._newest(self.seals[-1], before)

    def _finding(self, seal: SealOfRow, wrong: Wrong, what: str) -> Discrepancy:
        around = self.outside.around(seal.position)
        return Discrepancy(wrong, what, self.sealed.kind, seal.row_id, seal.position, around)

    def _digests(self, seal: SealOfRow, told: dict[str, Any]) -> Iterator[Discrepancy]:
        if self.sealed.listed and told.get("list") != sha256(seal.listed.encode()).hexdigest():
            yield self._finding(seal, Wrong.LIST_ALTERED, f"The list stored with {self.name} is another one.")
        if seal.salt is None:
            if seal.seal_id not in self.erased.seals and (self.sealed.digests or self.sealed.listed):
                yield self._finding(
                    seal, Wrong.OPENING_GONE, f"The salt of {self.name} is gone, and no erasure names it."
                )
            return
        for field, value in (("person", seal.person), ("staff", seal.staff)):
            if field in self.sealed.digests and told.get(field) != digest(seal.salt, field, value or ""):
                yield self._finding(
                    seal, Wrong.NAMES_ALTERED, f"What stands beside {self.name} as its {field} is not what was sealed."
                )

    def _time(self, seal: SealOfRow, told: dict[str, Any]) -> Iterator[Discrepancy]:
        """Find a first seal that says a time at which a checkpoint outside does not hold it yet."""
        latest = None if seal.position is None else self.outside.not_before(seal.position)
        if latest is None:
            return
        said = [told.get("sealed")] if told.get("late") else [told.get("at"), told.get("sealed")]
        for moment in said:
            if isinstance(moment, str) and datetime.fromisoformat(moment) + LONGEST_TRANSACTION < latest:
                what = f"{self.name} says that it is of {moment}"
                yield self._finding(
                    seal, Wrong.DATED_BACK, f"{what}, and the checkpoint of {latest:%Y-%m-%d %H:%M} UTC lacks it."
                )
                return

    def _step(self, seal: SealOfRow, before: dict[str, Any], told: dict[str, Any]) -> Iterator[Discrepancy]:
        if not self.sealed.changes:
            yield self._finding(seal, Wrong.SEALED_TWICE, f"{self.name} was sealed twice.")
            return
        free = self.sealed.free_while
        if self.sealed.fills is None or (free and before.get(free[0]) == free[1]):
            return
        changed = [name for name in self.sealed.plain if before.get(name) != told.get(name)]
        wrong = [name for name in changed if name not in self.sealed.fills or before.get(name) is not None]
        if wrong or not changed:
            yield self._finding(
                seal,
                Wrong.CHANGED_WRONGLY,
                f"{self.name} was sealed anew with another {', '.join(wrong) or 'text'}, which never changes.",
            )

    def _newest(self, seal: SealOfRow, told: dict[str, Any]) -> Iterator[Discrepancy]:
        """Compare the newest seal of a row with the row."""
        if seal.key is None:
            yield self._finding(seal, Wrong.ROW_GONE, f"{self.name} is gone.")
            return
        other: list[str] = []
        if not seal.leaf.startswith(f"{seal.plain},"):
            now = json.loads(f"{seal.plain}}}")
            other = [name for name in now if now[name] != told.get(name)]
        if seal.salt is not None:
            if seal.comments is not None and told.get("comments") != digest(seal.salt, "comments", seal.comments):
                other.append("comments")
            other += [
                name
                for name, opened, now in (
                    ("person", seal.person, seal.person_now),
                    ("staff", seal.staff, seal.staff_now),
                )
                if not self._opens_to(name, opened, json.loads(now))
            ]
        elif seal.seal_id in self.erased.seals and not self.erased.names(self.sealed.table, seal.row_id):
            other.append("what was hidden, which an erasure lets nobody open and did not empty")
        if other:
            yield self._finding(
                seal, Wrong.ROW_ALTERED, f"{self.name} was altered after it was sealed: {', '.join(other)}."
            )
        if seal.listed_now is not None and not _is_same_list(
            seal.listed, seal.listed_now, with_remarks=seal.salt is not None, erased=self.erased
        ):
            yield self._finding(seal, Wrong.LIST_ALTERED, f"The list of {self.name} was altered.")

    def _opens_to(self, name: str, opened: str | None, now: list[str | None]) -> bool:
        """Return whether a digest was made of what the row says now, as far as that comes from the row itself."""
        places = self.sealed.of_row_itself(name)
        with suppress(ValueError, IndexError, TypeError):
            texts = json.loads(opened or "[]")
            return [texts[place] for place in places] == now
        return False


def digest(salt: bytes, field: str, value: str) -> str:
    """Return the digest of a hidden value, as the leaf holds it."""
    return sha256(sha256(bytes(salt) + field.encode()).digest() + value.encode()).hexdigest()


def _told(seal: SealOfRow, sealed: SealedTable) -> dict[str, Any] | None:
    """Return what a leaf tells, if it can be read and is about its row."""
    with suppress(ValueError):
        told = json.loads(seal.leaf)
        if isinstance(told, dict) and told.get("seal") == f"{sealed.kind} {VERSION}" and told.get("id") == seal.row_id:
            return told
    return None


def _is_as_stored(seal: SealOfRow) -> bool:
    worked_out = hash_leaf(seal.leaf.encode())
    return worked_out == bytes(seal.leaf_hash) and (seal.entry_hash is None or worked_out == bytes(seal.entry_hash))


def _is_same_list(sealed: str, now: str, *, with_remarks: bool, erased: Erased) -> bool:
    """Return whether a list is still as it was sealed.

    Remarks cannot be compared where the salt was erased, nor those of lines that an erasure has emptied.
    """
    if sealed == now:
        return True
    with suppress(ValueError, IndexError, TypeError):
        before, after = json.loads(sealed), json.loads(now)
        return len(before) == len(after) and all(
            old[:-1] == new[:-1] and (old[-1] == new[-1] or not with_remarks or erased.names(ATTENDEES, new[0]))
            for old, new in zip(before, after, strict=True)
        )
    return False
