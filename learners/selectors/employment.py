"""The employer and the role of a worker on a day, which a record keeps (R1, F9)."""

from datetime import date
from typing import NamedTuple

from learners.models import Learner, LearnerPeriod


class Employment(NamedTuple):
    """The name of the employer and the title of the role."""

    company_name: str
    role_title: str


def employment_on(learner: Learner, day: date) -> Employment:
    """Return employer and role on a day by the dated history (C8); before it begins, its first ones. One query."""
    periods = LearnerPeriod.objects.standing().filter(learner=learner).order_by("valid_from")
    named = list(periods.values_list("valid_from", "company__name", "role__title"))
    begun = [names for valid_from, *names in named if valid_from <= day]
    first = [names for _valid_from, *names in named[:1]]
    today = [(learner.company.name, learner.role.title)]  # history may name a role that was deleted since
    return Employment(*(begun or first or today)[-1])
