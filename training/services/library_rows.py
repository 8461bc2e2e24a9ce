"""Writing one row of the library: companies, venues, trainers and their qualifications."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import User

from training.core.audited import Authored
from training.core.edits import check_unchanged
from training.core.refusals import check_fields

Row = TypeVar("Row", bound=Authored)


def write_row(row: Row, facts: Mapping[str, Any], *, by: User, loaded: datetime | None = None) -> Row:
    """Give a new or locked row these values; one that would not change is left as it is, without an event.

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.

    Raises:
        Stale: somebody else was faster.
        Invalid: a field breaks its rule; `errors` names it.
    """
    check_unchanged(row, loaded)
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
