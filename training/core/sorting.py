"""Lists sorted by a column, as their address says, without a script. No row stands on two pages of a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import F, Model, QuerySet

Thing = TypeVar("Thing", bound=Model)
Columns = Mapping[str, Sequence[str]]  # by the name of a column in addresses: the fields by which it is sorted


@dataclass(frozen=True)
class Sort:
    """The column by which a list is sorted; an empty one means the usual order of the list."""

    column: str = ""
    is_down: bool = False

    @property
    def text(self) -> str:
        """The sort as it is written in an address: `badge`, or `-badge` for descending order."""
        return f"-{self.column}" if self.is_down else self.column

    def after(self, column: str) -> "Sort":
        """Return the sort after a press on the head of a column: ascending, descending, then the usual order."""
        if column != self.column:
            return Sort(column)
        return Sort() if self.is_down else Sort(column, is_down=True)


def sort_of(text: str, columns: Columns) -> Sort:
    """Return the sort that an address asks for; the usual order where it names no column of the list."""
    column = text.removeprefix("-")
    return Sort(column, text.startswith("-")) if column in columns else Sort()


def sorted_by(rows: QuerySet[Thing], sort: Sort, columns: Columns) -> QuerySet[Thing]:
    """Return `rows` in the order of `sort`, empty fields last.

    Rows with equal fields are ordered by key, so that pages of the list do not overlap.
    """
    if not sort.column:
        return rows
    fields = columns[sort.column]
    if sort.is_down:
        return rows.order_by(*(F(field).desc(nulls_last=True) for field in fields), "-pk")
    return rows.order_by(*(F(field).asc(nulls_last=True) for field in fields), "pk")
