"""The employer and the role of a worker on a day, which a record keeps (R1, F9)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from learners.models import Learner, LearnerPeriod


class Employment(NamedTuple):
    """The name of the employer and the title of the role."""

    company_name: str
    role_title: str


@dataclass(frozen=True)
class Career:
    """Where somebody worked and as what: by the first day of each, the earliest first, and today."""

    periods: Sequence[tuple[date, Employment]]
    today: Employment  # history may name a role that was deleted since

    def on(self, day: date) -> Employment:
        """Return employer and role on a day by the dated history (C8); before it begins, its first ones."""
        begun = [employment for valid_from, employment in self.periods if valid_from <= day]
        first = [employment for _valid_from, employment in self.periods[:1]]
        return (begun or first or [self.today])[-1]


def employment_on(learner: Learner, day: date) -> Employment:
    """Return employer and role on a day by the dated history (C8); before it begins, its first ones. One query."""
    periods = LearnerPeriod.objects.standing().filter(learner=learner).order_by("valid_from")
    named = [(begin, Employment(*names)) for begin, *names in periods.values_list("valid_from", *_NAMES)]
    return Career(named, Employment(learner.company.name, learner.role.title)).on(day)


def careers_of(learner_ids: Collection[int]) -> Mapping[int, Career]:
    """Return by key the careers of workers, in two queries; unknown keys are left out."""
    keys = list(learner_ids)
    periods: dict[int, list[tuple[date, Employment]]] = defaultdict(list)
    named = LearnerPeriod.objects.standing().filter(learner__in=keys).order_by("valid_from")
    for learner_id, begin, *names in named.values_list("learner_id", "valid_from", *_NAMES):
        periods[learner_id].append((begin, Employment(*names)))
    today = Learner.objects.filter(pk__in=keys).values_list("pk", *_NAMES)
    return {pk: Career(periods[pk], Employment(*names)) for pk, *names in today}


_NAMES = ("company__name", "role__title")
