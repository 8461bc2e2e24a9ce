"""Edits of rows that several people keep: what somebody else changed meanwhile is not overwritten, as S3 asks.

How a form carries what the person had before them stands in `training/core/web/forms.py`.
"""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from training.core.audited import Authored
from training.core.permissions import name_of
from training.core.refusals import Stale
from training.core.words import moment


def check_unchanged(row: Authored, loaded: datetime | None) -> None:
    """Refuse an edit of what somebody else changed meanwhile.

    Args:
        row: locked, as it is stored.
        loaded: `updated_at` of what the person had before them; None does not ask.

    Raises:
        Stale: says who changed it and when.
    """
    if loaded is not None and loaded != row.updated_at:
        who = name_of(row.updated_by) if row.updated_by else _("Somebody")
        raise Stale(
            _("%(who)s changed this on %(when)s. Nothing is saved. Compare, then save again.")
            % {"who": who, "when": moment(timezone.localtime(row.updated_at))},
            conflict={"kind": "VERSION", "theirs": row.updated_at.isoformat(), "yours": loaded.isoformat()},
        )
