"""Writing one row of the library: companies, venues, trainers and their qualifications."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.contrib.auth.models import User

from training.models.base import Authored
from training.refusals import check_fields

Row = TypeVar("Row", bound=Authored)


def write_row(row: Row, facts: Mapping[str, Any], *, by: User) -> Row:
    """Give a new or locked row these values; one that would not change is left as it is, without an event.

    Raises:
        Invalid: a field breaks its rule; `errors` names it.
    """
    is_new = row.pk is None
    if not is_new and all(getattr(row, field) == value for field, value in facts.items()):
        return row
    for field, value in facts.items():
        setattr(row, field, value)
    if is_new:
        row.created_by = by
    row.updated_by = by
    check_fields(row)
    row.save()
    return row
