"""Two people edit the same row: nobody overwrites what somebody else has changed meanwhile (S3).

How a form carries what the person had before them stands in `training/core/web/forms.py`.
"""

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext as _

from training.core.audited import Authored
from training.core.kinds import ConflictKind
from training.core.permissions import name_of
from training.core.refusals import Stale
from training.core.words import moment


def check_unchanged(row: Authored, loaded: datetime | None) -> None:
    """Refuse an edit of a row that somebody else has changed meanwhile.

    Args:
        row: as it is stored; locked.
        loaded: `updated_at` of the row when the person loaded it; None does not ask.

    Raises:
        Stale: says who changed it and when.
    """
    check_seen(
        loaded,
        row.updated_at,
        _("%(who)s changed this on %(when)s. Nothing is saved. Compare, then save again."),
        by=row.updated_by,
        at=row.updated_at,
    )


def check_seen(
    yours: int | datetime | None,
    theirs: int | datetime,
    sentence: str,
    *,
    by: AbstractUser | None,
    at: datetime,
    **thing: int,
) -> None:
    """Refuse an edit that rests on an older state than the stored one.

    Args:
        yours: the version, or the moment of the last change, that the person had before them; None does not ask.
        theirs: the same of the stored row.
        sentence: what the person is told, already translated, with places for `who` and `when`.
        by: who changed the row last; None where no login did.
        at: when.
        thing: the key of the row under its name in the API, such as `session_id`, for `conflict`.

    Raises:
        Stale: both states differ.
    """
    if yours is not None and yours != theirs:
        raise Stale(
            sentence % {"who": name_of(by) if by else _("Somebody"), "when": moment(at)},
            conflict={"kind": ConflictKind.VERSION, **thing, "theirs": _plain(theirs), "yours": _plain(yours)},
        )


def _plain(state: int | datetime) -> int | str:
    return state.isoformat() if isinstance(state, datetime) else state
