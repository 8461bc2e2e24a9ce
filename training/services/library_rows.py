"""The one way to add and change what the library keeps: companies, venues, trainers, qualifications, methods.

Whoever may keep the library may do so. Each of these things says in a module of its own what is known of it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db.models import QuerySet

from training.core.audited import Authored
from training.core.edits import check_unchanged
from training.core.permissions import Permission, check_may
from training.core.refusals import check_fields, check_found
from training.core.transactions import acting

Row = TypeVar("Row", bound=Authored)
Check = Callable[[Row], None]


def create_row(row: Row, facts: Mapping[str, Any], *, by: User, check: Check[Row] | None = None) -> Row:
    """Write a new row with these values.

    Args:
        check: is called with the row once it has the values, and raises what speaks against them.

    Raises:
        NotPermitted: the person may not do this.
        Invalid: a field breaks its rule, or what must be unique is taken; `errors` names it.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        return write_row(row, facts, by=by, check=check)


def edit_row(
    rows: QuerySet[Row],
    key: int,
    facts: Mapping[str, Any],
    *,
    missing: str,
    by: User,
    loaded: datetime | None,
    check: Check[Row] | None = None,
) -> Row:
    """Lock the row of this key, and give it these values.

    Args:
        rows: of one table, among which it is looked for.
        missing: what a person is told where there is no such row, already translated.
        loaded: `updated_at` of what the person had before them; None does not ask.
        check: as for `create_row`.

    Raises:
        NotPermitted, Invalid: as `create_row`.
        NotFound: there is no such row.
        Stale: somebody else was faster.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        row = check_found(rows.select_for_update(no_key=True).filter(pk=key).first(), missing)
        return write_row(row, facts, by=by, loaded=loaded, check=check)


def write_row(
    row: Row,
    facts: Mapping[str, Any],
    *,
    by: User,
    loaded: datetime | None = None,
    check: Check[Row] | None = None,
) -> Row:
    """Give a new or locked row these values, in the transaction of the caller.

    A row that would not change is left as it is, without an audit event.

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.
        check: as for `create_row`.

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
    if check is not None:
        check(row)
    check_fields(row)
    row.save()
    return row
