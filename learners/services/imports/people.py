"""The workers whom rows of an import are about, read for a whole part at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Max, Q

from learners.models import Learner, LearnerArea, LearnerPeriod, Role
from learners.selectors.area_names import area_names, told_apart
from learners.selectors.sameness import workers_by_badge
from training.core.sameness import same_text, shown_text
from training.models import Company
from training.services.imports.undoing import withdrawn

FACTS = (
    "id",
    "badge_id",
    "first_name",
    "last_name",
    "other_name",
    "email",
    "phone",
    "status",
    "status_reason",
    "start_date",
    "end_date",
    "company_id",
    "role_id",
    "role_assigned_at",
    "supervisor_id",
    "merged_into_id",
)


@dataclass(frozen=True)
class StoredWorker:
    """A worker as stored.

    Attributes:
        facts: by column of the table.
        areas: by key of the area, the key of the assignment.
        status_since: the day of the last change of status; None if it never changed (C8).
        was_withdrawn: not active because the import was undone that had brought the worker (I8).
    """

    facts: Mapping[str, Any]
    areas: Mapping[int, int]
    status_since: date | None
    was_withdrawn: bool = False

    def __getitem__(self, column: str) -> Any:
        return self.facts[column]

    @property
    def name(self) -> str:
        return f"{self['first_name']} {self['last_name']}".strip()


class People:
    """The workers whom badges or answers of a part mean, in a fixed number of queries."""

    def __init__(self, badges: Collection[str], keys: Collection[int]) -> None:
        """Read them.

        Args:
            badges: as the rows write them.
            keys: of workers whom somebody has chosen for a row.
        """
        self._by_badge = workers_by_badge(badges)
        named = {worn.learner_id for each in self._by_badge.values() for worn in each} | {*keys}
        rows = list(Learner.objects.filter(pk__in=named).values(*FACTS))
        merged = {row["merged_into_id"] for row in rows} - named - {None}
        rows += Learner.objects.filter(pk__in=merged).values(*FACTS)
        found = {row["id"]: row for row in rows}
        areas = _areas_of(found)
        since = status_since_of(found)
        gone = withdrawn(Learner, found)
        self._workers = {
            key: StoredWorker(row, areas.get(key, {}), since.get(key), key in gone) for key, row in found.items()
        }
        supervisors = {row["supervisor_id"] for row in rows} - {None}
        self._badges = dict(Learner.objects.filter(pk__in=supervisors).values_list("pk", "badge_id"))

    def of_badge(self, badge: str) -> StoredWorker | None:
        """Return who has or had a badge, be it a merged one; None where nobody has.

        Of twins from before L4 the one is meant whose badge is spelled so.
        """
        worn = self._by_badge.get(same_text(badge), [])
        spelled_so = [each for each in worn if each.badge_id == shown_text(badge)]
        found = spelled_so or worn
        return self._workers.get(found[0].learner_id) if found else None

    def of_key(self, key: int) -> StoredWorker | None:
        """Return the worker of a key that was named; None where there is none."""
        return self._workers.get(key)

    def survivor_of(self, worker: StoredWorker) -> StoredWorker:
        """Return the worker as whom this one is read (L2)."""
        survivor: int | None = worker["merged_into_id"]
        return worker if survivor is None else self._workers[survivor]

    def badge_of(self, key: int | None) -> str:
        """Return the badge of a worker or of somebody's supervisor; empty for none."""
        if key is None:
            return ""
        return self._badges[key] if key in self._badges else str(self._workers[key]["badge_id"])


def _areas_of(learners: Collection[int]) -> Mapping[int, Mapping[int, int]]:
    found: dict[int, dict[int, int]] = {}
    links = LearnerArea.objects.filter(learner__in=list(learners))
    for link, learner, area in links.values_list("pk", "learner_id", "area_id"):
        found.setdefault(learner, {})[area] = link
    return found


def status_since_of(learners: Collection[int]) -> Mapping[int, date]:
    """Return the day of the last change of status of each (C8): `learners.services.learners.status_since` for many."""
    periods = LearnerPeriod.objects.standing().filter(learner__in=list(learners), valid_to__isnull=False)
    others = periods.filter(~Q(status=F("learner__status")))
    return dict(others.values_list("learner").annotate(since=Max("valid_to")))


@dataclass(frozen=True)
class PlaceNames:
    """What companies, roles and areas are called in what is shown of an import: by name, never by key (I6).

    Where several have one name, it says which is meant.
    """

    companies: Mapping[int, str] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)
    areas: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "PlaceNames":
        roles = list(Role.objects.values_list("pk", "title", "code"))
        return cls(
            companies=dict(Company.objects.values_list("pk", "name")),
            roles=told_apart([(key, title, f"{title} ({code})") for key, title, code in roles]),
            areas=area_names(),
        )
