"""Who leaves with a file that holds everybody (I9), without a database: of whom it speaks, from which day, how many."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from training.core.refusals import Invalid

MOST_PERCENT = 5  # of the workers of one company
LEAST_PEOPLE = 3  # fewer are never too many


class Holds(StrEnum):
    """Whom a file of workers holds."""

    CHANGES = "changes"  # whoever is not in it stays as they are
    SITE = "site"
    COMPANIES = "companies"


class ScopeLacking(Invalid):
    """A file holds everybody of certain companies, and nobody has said of which (400)."""


@dataclass(frozen=True)
class FileScope:
    """Of whom a file holds everybody.

    Attributes:
        companies: the keys of those whose workers it holds, where it does not hold the site.
    """

    holds: Holds = Holds.CHANGES
    companies: frozenset[int] = frozenset()

    @property
    def is_everybody(self) -> bool:
        """Whether somebody who is not in the file leaves."""
        return self.holds is not Holds.CHANGES

    def has(self, company: Any) -> bool:
        """Tell whether the file holds everybody of a company."""
        return self.holds is Holds.SITE or (self.holds is Holds.COMPANIES and company in self.companies)


def scope_of(choices: Mapping[str, Any]) -> FileScope:
    """Return of whom a file holds everybody, by what was chosen for the import.

    Raises:
        ScopeLacking: of certain companies, and none is named.
    """
    holds = Holds(choices.get("holds") or Holds.CHANGES)
    companies = frozenset(choices.get("companies") or ())
    if holds is Holds.COMPANIES and not companies:
        raise ScopeLacking(_("Say of which companies the file holds everybody."))
    return FileScope(holds, companies if holds is Holds.COMPANIES else frozenset())


def last_day_of_leavers(file_date: date | None, *, today: date) -> date:
    """Return the last day of those who are not in a file: the day before its date, or today.

    Args:
        file_date: the day of which the file is; None where nobody has said it. A day to come counts as none.
    """
    return today if file_date is None else min(file_date - timedelta(days=1), today)


def are_many(leaving: Mapping[int, int], active: Mapping[int, int]) -> bool:
    """Tell whether so many leave that a superuser has to say that it is right.

    Three people or more, and of any one company more than five in a hundred.

    Args:
        leaving: how many leave, by key of the company; active: how many are ACTIVE before.
    """
    if sum(leaving.values()) < LEAST_PEOPLE:
        return False
    return any(100 * count > MOST_PERCENT * active[company] for company, count in leaving.items())
