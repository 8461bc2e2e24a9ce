"""Which dropped file belongs to which row that waits to be filed, and how much may wait (I12)."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from attendance.models import FilingRow
from attendance.policies.filing import match_files
from attendance.selectors.filing import course_names, facts_of, filing_rows, filing_states, free_proofs
from training.core.refusals import Conflict

MOST_WAITING = 500  # rows, and files, of one login


class TooMuchWaits(Conflict):
    """So much waits to be filed already that more would be lost sight of (409)."""


def match_proofs(by: User, *, now: datetime) -> None:
    """Give rows without a file the one that its name says is theirs. What a person has chosen stays."""
    files = {each.pk: each.name for each in free_proofs(by) if each.key}
    rows = [row for row in filing_rows(by) if not row.record_id and not row.proof_id and not row.is_proof_chosen]
    if not files or not rows:
        return
    states = filing_states(rows, by=by, now=now)
    found = match_files(facts_of(states), files, course_names())
    matched = [row for row in rows if row.pk in found]
    for row in matched:
        row.proof_id = found[row.pk]
    FilingRow.objects.bulk_update(matched, ["proof"])


def check_room(count: int) -> None:
    """Refuse more rows, or files, than somebody keeps an eye on.

    Raises:
        TooMuchWaits: file or remove some of them.
    """
    if count > MOST_WAITING:
        text = _("At most %(most)d rows and as many files wait at once. File or remove some of them first.")
        raise TooMuchWaits(text % {"most": MOST_WAITING})
