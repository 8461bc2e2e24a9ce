"""Who leaves with an import that holds everybody, as its check tells it and as it may be done (I9)."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import ngettext

from learners.policies.leavers import MOST_PERCENT
from training.core.imports.rows import CheckedRow, RowOutcome
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, Invalid
from training.services.imports.contract import Checker, CheckerOfEverybody, WhoLeaves


class LeaversUnclear(Invalid):
    """It cannot be told who is missing from a file that holds everybody (400)."""


class ManyLeave(Conflict):
    """So many leave that a superuser has to say that it is right (409)."""


def leavers_by(checker: Checker, rows: Sequence[CheckedRow]) -> WhoLeaves | None:
    """Return who leaves by the rows of a file; None where it holds only changes, or its kind has nobody who leaves."""
    return checker.who_leaves(rows) if isinstance(checker, CheckerOfEverybody) else None


def leavers_as_json(leavers: WhoLeaves | None) -> dict[str, Any]:
    """Return what an import keeps of who leaves; their names stand in its rows."""
    if leavers is None:
        return {}
    return {
        "count": sum(row.outcome is RowOutcome.LEAVING for row in leavers.rows),
        "are_many": leavers.are_many,
        "why_nobody": leavers.why_nobody,
        "companies": [[each.name, each.leaving, each.active] for each in leavers.companies],
    }


def check_leavers(leavers: dict[str, Any], *, accepted: int | None, by: User) -> None:
    """I9: nobody leaves by a file that cannot tell, and many only if a superuser has said how many.

    Args:
        leavers: as `leavers_as_json` returns them.
        accepted: how many may leave, as somebody has said; None where nobody has.

    Raises:
        LeaversUnclear: it cannot be told who leaves.
        NotPermitted: the number was said by somebody who may not.
        ManyLeave: it was not said, or more leave.
    """
    if not leavers:
        return
    if leavers["why_nobody"]:
        raise LeaversUnclear(leavers["why_nobody"])
    if not leavers["are_many"]:
        return
    if accepted is not None:
        check_may(by, Permission.ACCEPT_LEAVERS)
        if leavers["count"] <= accepted:
            return
    text = ngettext(
        "%(count)d worker would leave, more than %(most)d in a hundred of a company. A superuser has to say that this "
        "number is right.",
        "%(count)d workers would leave, more than %(most)d in a hundred of a company. A superuser has to say that this "
        "number is right.",
        leavers["count"],
    )
    raise ManyLeave(text % {"count": leavers["count"], "most": MOST_PERCENT})
