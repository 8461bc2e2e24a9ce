"""Counting the rows of a subquery no further than anybody wants to know."""

from typing import Any

from django.db.models import IntegerField, Subquery


class CountOf(Subquery):
    """How many rows a subquery has, up to its limit."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field: Any = IntegerField()
