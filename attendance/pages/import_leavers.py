"""Who leaves by a file that holds everybody (I9): what the page of an import and its report say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from attendance.services.imports.rows import NOWHERE
from learners.models import Learner
from training.core.imports.rows import RowOutcome
from training.core.permissions import Permission, User, may
from training.models import Import, ImportedRow, ImportRow


@dataclass(frozen=True)
class LeaversCard:
    """The card about those who leave.

    Attributes:
        companies: name, how many leave, how many active workers it has, and that share in a hundred.
        why_nobody: why it cannot be told.
        needs_superuser: so many leave that a superuser has to say so; `may_accept`: this login is one.
    """

    count: int
    companies: Sequence[tuple[str, int, int, str]]
    why_nobody: str
    needs_superuser: bool
    may_accept: bool


def leavers_card(one: Import, by: User) -> LeaversCard | None:
    """Return the card about those who leave by an import; None where its file holds only changes."""
    told = one.report.get("leavers")
    if not told:
        return None
    return LeaversCard(
        count=told["count"],
        companies=[(name, gone, of, f"{100 * gone / of:.1f}") for name, gone, of in told["companies"]],
        why_nobody=told["why_nobody"],
        needs_superuser=told["are_many"],
        may_accept=may(by, Permission.ACCEPT_LEAVERS),
    )


def who_leaves(one: Import) -> list[dict[str, Any]]:
    """Return everybody who leaves, or has left, by an import, as programs read it."""
    waiting = ImportRow.objects.filter(of=one, outcome=RowOutcome.LEAVING).order_by("number")
    rows: list[Any] = list(waiting) or list(_written(one))
    workers = Learner.objects.select_related("company").in_bulk([_key(row) for row in rows])
    return [
        {
            "badge": row.identity,
            "name": workers[_key(row)].name,
            "company": str(workers[_key(row)].company),
            "lastDay": row.after["end_date"],
        }
        for row in rows
    ]


def _written(one: Import) -> Iterable[ImportedRow]:
    table = Learner._meta.db_table
    return one.written.filter(row=NOWHERE, table=table, act=ImportedRow.Act.CHANGED).order_by("pk")


def _key(row: Any) -> Any:
    if isinstance(row, ImportRow):
        return row.worker
    return row.key if row.table == Learner._meta.db_table and row.before else None
