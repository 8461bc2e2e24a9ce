"""Who works on the demo site: drawn from a seed, without a database."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from config.demo.catalogue import Catalogue, CatalogueArea, CatalogueRole
from config.demo.names import draw_name
from learners.models import Learner

FIRST_BADGE = 10_012
SHARE_WHO_LEFT = 0.06
SHARE_WITH_NEW_ROLE = 0.05
SHARE_WITH_NEW_EMPLOYER = 0.03
SHARE_IN_TWO_AREAS = 0.12
BLOCKED_PER_1000 = 2
WEEKS_BETWEEN_ARRIVALS = 6
LEADING_ROLES = ("SHIFT-LEAD", "FOREMAN")


@dataclass(frozen=True)
class Before:
    """What was different for a person until a day: role or employer."""

    until: date
    role: str
    company: str


@dataclass
class Person:
    """A worker. Codes and names refer to the catalogue; `areas` come with the day of assignment."""

    badge: str
    first_name: str
    last_name: str
    company: str
    role: str
    role_since: date
    start: date
    end: date | None
    status: Learner.Status
    status_since: date
    areas: list[tuple[str, date]]
    before: Before | None = None
    supervisor: "Person | None" = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def role_on(self, day: date) -> str:
        return self.before.role if self.before and day < self.before.until else self.role

    def company_on(self, day: date) -> str:
        return self.before.company if self.before and day < self.before.until else self.company

    def is_there_on(self, day: date) -> bool:
        """Whether they can be on a list of that day: not gone and not blocked."""
        return (self.end is None or day <= self.end) and (self.status == "ACTIVE" or day < self.status_since)


def draw_people(rng: random.Random, catalogue: Catalogue, *, workers: int, today: date) -> list[Person]:
    """Return `workers` people in the order of their badges, which were given in the order of arrival."""
    people = [
        _draw_person(rng, catalogue, company=company, role=role, today=today)
        for company, role in _posts(rng, catalogue, workers)
    ]
    people.sort(key=lambda person: person.start)
    badge = FIRST_BADGE
    for person in people:
        person.badge = str(badge)
        badge += rng.choice((1, 1, 1, 2, 3, 5))
    _give_supervisors(rng, people)
    for person in rng.sample(people, workers * BLOCKED_PER_1000 // 1000):
        if person.status == "ACTIVE":
            person.status = Learner.Status.BLACKLISTED
            person.status_since = max(person.start, today - timedelta(days=rng.randint(5, 300)))
    return people


def _posts(rng: random.Random, catalogue: Catalogue, workers: int) -> list[tuple[str, str]]:
    posts = [
        (company.name, role)
        for company in catalogue.companies
        for role, number in company.roles.items()
        for _ in range(number)
    ]
    if workers <= len(posts):
        return rng.sample(posts, workers)
    return posts + rng.choices(posts, k=workers - len(posts))


def _draw_person(rng: random.Random, catalogue: Catalogue, *, company: str, role: str, today: date) -> Person:
    first_name, last_name = draw_name(rng)
    is_contractor = company != catalogue.operator
    start = _arrival(catalogue, company, today - timedelta(days=_days_on_site(rng, is_contractor=is_contractor)))
    end, status, status_since = None, Learner.Status.ACTIVE, start
    if (today - start).days > 60 and rng.random() < SHARE_WHO_LEFT:
        end = start + timedelta(days=rng.randint(30, (today - start).days - 1))
        status, status_since = Learner.Status.INACTIVE, end + timedelta(days=1)
    elif is_contractor and rng.random() < 0.4:
        end = today + timedelta(days=rng.randint(15, 420))
    person = Person(
        badge="",
        first_name=first_name,
        last_name=last_name,
        company=company,
        role=role,
        role_since=start,
        start=start,
        end=end,
        status=status,
        status_since=status_since,
        areas=[],
    )
    if status == "ACTIVE" and (today - start).days > 200:
        _draw_change(rng, catalogue, person, today=today)
    person.areas = [(name, start) for name in _draw_areas(rng, catalogue, role)]
    return person


def _days_on_site(rng: random.Random, *, is_contractor: bool) -> int:
    """Return how many days ago somebody came: contractors come and go, the operator's people stay."""
    bands = [(1, 25), (26, 365), (366, 730), (731, 1825), (1826, 5500)]
    (band,) = rng.choices(bands, weights=(7, 28, 24, 29, 12) if is_contractor else (1, 9, 12, 33, 45))
    return rng.randint(*band)


def _arrival(catalogue: Catalogue, company: str, day: date) -> date:
    """Return the Monday on or before `day` on which people of a company come: they come together."""
    number = next(index for index, each in enumerate(catalogue.companies) if each.name == company)
    since_arrival = (day.toordinal() - 1 - 7 * number) % (7 * WEEKS_BETWEEN_ARRIVALS)
    return day - timedelta(days=since_arrival)


def _draw_change(rng: random.Random, catalogue: Catalogue, person: Person, *, today: date) -> None:
    day = today - timedelta(days=rng.randint(20, min(700, (today - person.start).days - 30)))
    if rng.random() < SHARE_WITH_NEW_ROLE:
        former_role = rng.choice(
            [role.code for role in catalogue.roles if role.code not in (person.role, *LEADING_ROLES)]
        )
        person.before = Before(day, former_role, person.company)
        person.role_since = day
    elif rng.random() < SHARE_WITH_NEW_EMPLOYER:
        others = [
            each.name for each in catalogue.companies if person.role in each.roles and each.name != person.company
        ]
        if others:
            person.before = Before(day, person.role, rng.choice(others))


def _draw_areas(rng: random.Random, catalogue: Catalogue, role: str) -> Iterator[str]:
    place = next(each.place for each in catalogue.roles if each.code == role)
    candidates = [area for area in catalogue.areas if area.people and place in ("", area.within)]
    if role in LEADING_ROLES and rng.random() < 0.5:  # they look after a whole part of the site
        yield rng.choices(candidates, weights=[area.people for area in candidates])[0].within
        return
    first = rng.choices(candidates, weights=[area.people for area in candidates])[0]
    yield first.name
    others = [area for area in candidates if area is not first]
    if rng.random() < SHARE_IN_TWO_AREAS:
        yield rng.choices(others, weights=[area.people for area in others])[0].name


def _give_supervisors(rng: random.Random, people: list[Person]) -> None:
    """Shift supervisors and foremen look after the others of their company."""
    leaders: dict[str, list[Person]] = {}
    for person in people:
        if person.role in LEADING_ROLES and person.status == "ACTIVE":
            leaders.setdefault(person.company, []).append(person)
    for person in people:
        if person.role not in LEADING_ROLES and person.company in leaders and rng.random() < 0.8:
            person.supervisor = rng.choice(leaders[person.company])


def asked_of(person: Person, catalogue: Catalogue, *, today: date) -> dict[str, tuple[date, date]]:
    """Return, by course, the day since which it is asked of somebody and the day by which they must have it (C1)."""
    role: CatalogueRole = next(each for each in catalogue.roles if each.code == person.role)
    rules = [(asked, person.role_since) for asked in role.asks]
    for name, assigned in person.areas:
        area: CatalogueArea
        for area in catalogue.areas_around(name):
            rules += [(asked, assigned) for asked in area.asks]
    strictest: dict[str, tuple[bool, date, date]] = {}
    for asked, assigned in rules:
        since = max(assigned, person.start, today - timedelta(days=asked.days_ago))
        rule = (asked.grace is not None, since + timedelta(days=asked.grace or 0), since)
        strictest[asked.course] = min(rule, strictest.get(asked.course, rule))
    return {course: (since, due) for course, (_, due, since) in sorted(strictest.items())}
