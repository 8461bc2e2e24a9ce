"""Workers whom the lists of two companies name (I9): asked once, remembered, and never moved to and fro.

A list is a file that holds everybody of certain companies, or the files of one sender. Where one list says another
employer than the worker has, and the one that the worker has was said by another list, a person says with whom the
worker is. The answer is kept as an agreed name of the badge, and holds while the worker has that employer.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from learners.models import Learner
from learners.policies.leavers import FileScope, Holds
from learners.services.imports.people import StoredWorker
from training.core.imports.declaration import Thing
from training.core.imports.rows import RowOutcome
from training.core.sameness import same_text
from training.models import Import, ImportAlias, ImportedRow
from training.services.imports.checking import Considered
from training.services.imports.contract import ImportTerms

ASKED = "employers"  # in `CheckedRow.found`: the names of those that can be meant
COMPANY = "company"


class Employers:
    """With whom the workers of an import are, where that is asked or was answered."""

    def __init__(self, terms: ImportTerms, scope: FileScope, names: Mapping[int, str]) -> None:
        """Args:
        names: of all companies, by key.
        """
        self._scope, self._names = scope, names
        self._sender = str(terms.choices.get("sender", ""))
        known = {same_text(name) for name in names.values()}
        said = {same_text(badge): same_text(str(name)) for badge, name in terms.employers.items() if name}
        self._answers = {badge: name for badge, name in said.items() if name in known or name in _to_come(terms)}
        self._remembered: Mapping[str, str] = {}
        self._lists: Mapping[int, tuple[str, str]] = {}

    def read(self, workers: Collection[StoredWorker]) -> None:
        """Read what was answered before, and which list said the employer, of workers for whom rows say another."""
        badges = {same_text(worker["badge_id"]) for worker in workers}
        agreed = ImportAlias.objects.filter(thing=Thing.EMPLOYER, text__in=badges, revoked_at=None)
        self._remembered = {
            text: same_text(self._names[key])
            for text, key in agreed.values_list("text", "key")
            if key is not None and key in self._names
        }
        told = ImportedRow.objects.filter(
            table=Learner._meta.db_table,
            key__in=[worker["id"] for worker in workers],
            after__has_key=COMPANY,
            of__state=Import.State.DONE,
        )
        last = told.order_by("key", "-pk").distinct("key").values_list("key", "of__sender", "after__company")
        self._lists = {key: (sender, same_text(str(name))) for key, sender, name in last}

    def is_elsewhere(self, row: Considered, badge: str, worker: StoredWorker | None, said: str | None) -> bool:
        """Leave a row out that says another employer than was answered, and tell whether it does.

        Args:
            said: the name of the employer in the row; None where it says none.
        """
        if said is None:
            return False
        answer = self._answer(badge, worker)
        if answer is not None:
            stored = [] if worker is None else [self._names[worker["company_id"]]]
            row.checked.found[ASKED] = _together(row, *stored, said) if same_text(badge) in self._answers else []
        if answer in (None, same_text(said)):
            return False
        row.leave_out(COMPANY, "other_employer", _("This worker is with another employer, as was answered."))
        return True

    def is_asked(self, row: Considered, worker: StoredWorker, said: Any, name: str) -> bool:
        """Ask about an employer whom another list disputes, and tell whether it was.

        Args:
            said: the key of the employer in the row, or what the import makes; `name` is its name.
        """
        stored = self._names[worker["company_id"]]
        if worker["status"] != Learner.Status.ACTIVE or self._answer(worker["badge_id"], worker) == same_text(name):
            return False
        other_scope = self._scope.holds is Holds.COMPANIES and not (
            self._scope.has(worker["company_id"]) and self._scope.has(said)
        )
        sender, told = self._lists.get(worker["id"], (self._sender, ""))
        if other_scope or (sender != self._sender and told == same_text(stored)):
            ask(row, stored, name)
            return True
        return False

    def _answer(self, badge: str, worker: StoredWorker | None) -> str | None:
        key = same_text(badge if worker is None else worker["badge_id"])
        if key in self._answers or worker is None:
            return self._answers.get(key)
        remembered = self._remembered.get(key)
        return remembered if remembered == same_text(self._names[worker["company_id"]]) else None


def ask(row: Considered, *names: str) -> None:
    """Ask with whom the worker of a row is."""
    row.checked.outcome = RowOutcome.ASKED
    row.checked.found[ASKED] = _together(row, *names)
    row.refuse(COMPANY, "two_lists", _("Another list has this worker with another employer. Say with whom."))


def _together(row: Considered, *names: str) -> Sequence[str]:
    return list(dict.fromkeys([*row.checked.found.get(ASKED, ()), *names]))


def _to_come(terms: ImportTerms) -> set[str]:
    """Return the companies that the import makes first, as names are compared."""
    answers = terms.things.get(Thing.COMPANY, {}).values()
    return {same_text(answer.name) for answer in answers if not isinstance(answer, int | str)}
