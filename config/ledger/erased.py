"""What sealed erasures account for: salts that are gone, and rows whose personal columns are empty (T6).

An erasure names, by table, the rows that were emptied, which must hold exactly what `config.erasure.personal` says;
and rows from whose texts a mention was taken, with the hash of what is left. A row that is named and holds anything
else was altered, and so was one whose salt an erasure took without naming it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from django.db.backends.utils import CursorWrapper

from config.erasure.personal import EMPTIED
from config.ledger.report import Discrepancy, Wrong
from config.ledger.sealed_tables import BY_TABLE

# Under this name an erasure keeps, by table and key, the hash of the texts from which a mention was taken.
REWRITTEN = "rewritten"
ATTENDEES = "session_attendees"  # not sealed row by row: their remarks stand in the list of the session
HASHED = "encode(sha256(convert_to({}, 'UTF8')), 'hex')"

# What an erased row holds, unless it was sealed anew since then with another salt.
ALTERED = """
SELECT r.{key} FROM public.{table} r WHERE r.{key} = ANY (%s) AND ({is_empty}) IS NOT TRUE
   AND NOT EXISTS (SELECT FROM public.training_seal s JOIN public.training_sealopening o ON o.seal_id = s.id
                    WHERE s.kind = %s AND s.row_id = r.{key}) ORDER BY 1
"""
TEXTS = """
SELECT r.{key}, {hashed} FROM public.{table} r WHERE r.{key} = ANY (%s)
   AND NOT EXISTS (SELECT FROM public.training_seal s JOIN public.training_sealopening o ON o.seal_id = s.id
                    WHERE s.kind = %s AND s.row_id = r.{key}) ORDER BY 1
"""


def hidden_text(table: str) -> str:
    """Return SQL of all texts of a row that stand in digests, as one; empty for a table that has none."""
    columns = ["remarks"] if table == ATTENDEES else sorted(BY_TABLE[table].hidden) if table in BY_TABLE else []
    return f"json_build_array({', '.join(f'r.{column}' for column in columns)})::text" if columns else ""


class Erased:
    """Everything that erasures name.

    Attributes:
        seals: the keys of seals that can no longer be opened.
        rows: by table, the keys of emptied rows.
        texts: by table and key, the hash of what is left after a mention was taken; the newest erasure counts.
    """

    def __init__(self, told: Iterable[tuple[str, str]]) -> None:
        """Read what erasures say, each as the JSON of its seals and rows, the oldest first."""
        self.seals: set[int] = set()
        self.rows: dict[str, set[int]] = defaultdict(set)
        self.texts: dict[str, dict[int, str]] = defaultdict(dict)
        for seals, rows in told:
            with suppress(ValueError, TypeError, AttributeError):  # else it accounts for nothing
                self._read(json.loads(seals), json.loads(rows))

    def _read(self, seals: list[int], rows: dict[str, Any]) -> None:
        for table, keys in rows.items():
            if table == REWRITTEN:
                for each, texts in keys.items():
                    self.texts[each].update({int(key): text for key, text in texts.items()})
            else:
                self.rows[table] |= {key for key in keys if isinstance(key, int)}
        self.seals |= {key for key in seals if isinstance(key, int)}

    def names(self, table: str, key: int) -> bool:
        """Return whether an erasure names a row."""
        return key in self.rows.get(table, ()) or key in self.texts.get(table, ())

    def findings(self, cursor: CursorWrapper) -> Iterator[Discrepancy]:
        """Return the rows that hold something else than their erasure left in them."""
        for table in sorted({*self.rows, *self.texts} & {*BY_TABLE, ATTENDEES}):
            sealed = BY_TABLE.get(table)
            kind, key = (sealed.kind, sealed.key) if sealed else ("attendee", "id")
            for row in {*self._not_empty(table, key, kind, cursor), *self._other_texts(table, key, kind, cursor)}:
                what = f"{kind} {row} was erased, and holds something else than its erasure left in it."
                yield Discrepancy(Wrong.ROW_ALTERED, what, kind, row)

    def _not_empty(self, table: str, key: str, kind: str, cursor: CursorWrapper) -> list[int]:
        sealed = BY_TABLE.get(table)
        columns = EMPTIED.get(sealed.model, {}) if sealed else EMPTIED["attendance.SessionAttendee"]
        hidden = sealed.hidden if sealed else {"remarks"}
        empty = [f"r.{each} IS NOT DISTINCT FROM ({columns[each]})" for each in hidden if each in columns]
        query = ALTERED.format(table=table, key=key, is_empty=" AND ".join(empty) or "true")
        cursor.execute(query, [sorted(self.rows.get(table, ())), kind])
        return [row for (row,) in cursor.fetchall()]

    def _other_texts(self, table: str, key: str, kind: str, cursor: CursorWrapper) -> list[int]:
        texts = {row: text for row, text in self.texts.get(table, {}).items() if row not in self.rows.get(table, ())}
        query = TEXTS.format(table=table, key=key, hashed=HASHED.format(hidden_text(table)))
        cursor.execute(query, [sorted(texts), kind])
        return [row for row, text in cursor.fetchall() if text != texts[row]]
