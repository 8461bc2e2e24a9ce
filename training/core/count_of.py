"""Counting the rows of a subquery."""

from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce


class CountOf(Subquery):
    """How many rows a subquery has. With a limit on the subquery the database counts no further than that."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field: Any = IntegerField()


def number_of(rows: QuerySet[Any], owner: str) -> Coalesce:
    """Return the expression of how many of `rows` an outer row has, 0 where it has none.

    Several of them can stand in one query, where joins would multiply each other.

    Args:
        rows: already narrowed to the outer row by `OuterRef`.
        owner: the field of `rows` by which they were narrowed.
    """
    return Coalesce(Subquery(rows.order_by().values(owner).annotate(number=Count("pk")).values("number")), 0)
