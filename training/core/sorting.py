"""Lists sorted by a column: from the address, without a script, and the same rows on no two pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import F, Model, QuerySet

Thing = TypeVar("Thing", bound=Model)
Columns = Mapping[str, Sequence[str]]  # by the word in addresses: the fields of a column, the first one first


@dataclass(frozen=True)
class Sort:
    """By which column a list is sorted; no column is its usual order."""

    column: str = ""
    is_down: bool = False

    @property
    def text(self) -> str:
        """How it stands in an address: `badge`, or `-badge` from the last to the first."""
        return f"-{self.column}" if self.is_down else self.column

    def after(self, column: str) -> "Sort":
        """Return what a press on the head of a column leads to: upwards, downwards, then the usual order."""
        if column != self.column:
            return Sort(column)
        return Sort() if self.is_down else Sort(column, is_down=True)


def sort_of(text: str, columns: Columns) -> Sort:
    """Return what an address asks for; what means nothing is the usual order."""
    column = text.removeprefix("-")
    return Sort(column, text.startswith("-")) if column in columns else Sort()


def sorted_by(rows: QuerySet[Thing], sort: Sort, columns: Columns) -> QuerySet[Thing]:
    """Return `rows` in that order, empty fields last, rows that say the same by key, so that pages do not overlap."""
    if not sort.column:
        return rows
    fields = columns[sort.column]
    if sort.is_down:
        return rows.order_by(*(F(field).desc(nulls_last=True) for field in fields), "-pk")
    return rows.order_by(*(F(field).asc(nulls_last=True) for field in fields), "pk")
