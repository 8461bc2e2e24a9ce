"""How a table says what of its rows is sealed, from which both the trigger and the check are made (T1, T4).

A leaf is a JSON object of one line. It begins with the kind (`"seal":"record 1"`) and the **plain** fields, which are
columns of the row. Then come fields as they were **then**, read from other rows when the seal was made, the time of
sealing, and up to three **digests** of what names people: `person`, `comments`, `staff`. A digest is
sha256(field salt ‖ value), where the value is a JSON array of texts, the field salt sha256(row salt ‖ name of the
field), and the row salt sha256(draw ‖ key of the row): one draw of random bits for each statement, kept nowhere.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from django.apps import apps
from django.db import models

VERSION = 1
DIGESTS = ("person", "comments", "staff")
COLUMN_OF_ROW = re.compile(r"\br\.(\w+)")
TIMESTAMP = """to_json(to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))"""


@dataclass(frozen=True, kw_only=True)
class SealedTable:
    """What is sealed of one table. In all SQL here `r` is the row.

    Attributes:
        kind: the name of its seals in leaves.
        model: the label of its model.
        names: how columns are called in the leaf, where that is not the column without `_id`.
        person: SQL of the texts that name the worker, each.
        comments: SQL of the texts that somebody typed, each; columns of the row.
        staff: SQL of the texts that name trainer and login, each.
        then: fields that are read from other rows when the seal is made: SQL of JSON by name.
        joins: what `person`, `staff` and `then` read.
        left_out: columns that are in no leaf, each with its reason.
        when: the condition under which a row must have a seal; empty for all rows.
        changes: how rows are sealed anew when a sealed column changes; empty where none ever does. By "statement" all
            changed rows at once; by "row" where single rows change among many updates that change nothing sealed, so
            that PostgreSQL asks `once` row by row, before anything of ours runs.
        once: the condition, over OLD and NEW, under which a changed row is sealed; for "row" only.
        fills: what may change from seal to seal, by names in the leaf: from nothing to something, and only so; None
            where everything may.
        free_while: a field and its value in the leaf, while which everything may change.
        listed: SQL of a text whose SHA-256 is in the leaf, and which stands beside it; `salt` is the row's.
    """

    kind: str
    model: str
    names: Mapping[str, str] = field(default_factory=dict)
    person: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    then: Mapping[str, str] = field(default_factory=dict)
    joins: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    when: str = ""
    changes: Literal["", "statement", "row"] = ""
    once: str = ""
    fills: Collection[str] | None = ()
    free_while: tuple[str, str] | None = None
    listed: str = ""

    @cached_property
    def model_class(self) -> type[models.Model]:
        """The model of the rows."""
        return apps.get_model(self.model)

    @property
    def table(self) -> str:
        """The table of the rows."""
        return self.model_class._meta.db_table

    @property
    def key(self) -> str:
        """The column of the key."""
        return str(self.model_class._meta.pk.column)

    @property
    def digests(self) -> dict[str, tuple[str, ...]]:
        """The SQL of the texts behind each digest that the leaf has."""
        return {name: texts for name in DIGESTS if (texts := getattr(self, name))}

    @property
    def hidden(self) -> set[str]:
        """The columns that stand in digests only."""
        texts = [text for each in self.digests.values() for text in each]
        return {column for text in texts for column in COLUMN_OF_ROW.findall(text)}

    @property
    def plain(self) -> dict[str, str]:
        """The columns that stand in the leaf as they are, in order, by their names in the leaf."""
        kept = [column for column in self._fields if column not in {*self.left_out, *self.hidden, self.key}]
        return {"id": self.key} | {self.names.get(column, column.removesuffix("_id")): column for column in kept}

    @property
    def sealed_columns(self) -> list[str]:
        """The columns whose change makes a new seal."""
        return sorted({*self.plain.values(), *self.hidden} - {self.key})

    def of_row_itself(self, digest: str) -> list[int]:
        """Return which texts of a digest come from the row, and not from rows that are called otherwise later."""
        return [place for place, text in enumerate(self.digests.get(digest, ())) if COLUMN_OF_ROW.search(text)]

    def plain_text(self) -> str:
        """Return SQL of the beginning of the leaf, as PostgreSQL writes it from the row; no comma at its end."""
        parts = [f"""'{{"seal":"{self.kind} {VERSION}"'"""]
        for name, column in self.plain.items():
            parts += [f"""',"{name}":'""", _as_json(f"r.{column}", self._fields[column])]
        return f"concat({', '.join(parts)})"

    @cached_property
    def _fields(self) -> dict[str, models.Field]:
        return {str(each.column): each for each in self.model_class._meta.local_concrete_fields}


def _as_json(column: str, of: models.Field) -> str:
    """Return SQL of a column as JSON that does not depend on settings of the session."""
    while isinstance(of, models.ForeignKey):
        of = of.target_field
    match of:
        case models.DateTimeField():
            text = TIMESTAMP.format(column=column)
        case models.DateField():
            text = f"to_json(to_char({column}, 'YYYY-MM-DD'))"
        case models.CharField() | models.TextField() | models.UUIDField() | models.BooleanField():
            text = f"to_json({column})"
        case models.JSONField():
            text = f"to_json(encode(sha256(convert_to({column}::text, 'UTF8')), 'hex'))"
        case models.IntegerField() | models.DecimalField() | models.AutoField():
            text = column
        case _:
            raise TypeError(f"{of} cannot be sealed")
    return f"coalesce({text}::text, 'null')"
