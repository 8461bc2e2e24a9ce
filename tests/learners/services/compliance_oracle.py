"""Compliance by the letter of C1 to C4, C7 and L2, in slow and plain Python: the measure of the set-based SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """That the role or area number `asker` asks for a course."""

    source: str
    asker: int
    course: int
    grace: int | None  # None: before site access
    starts_on: date


@dataclass(frozen=True)
class Acceptance:
    """What was decided for the records of an old register that have no certificate (I7)."""

    counts: bool
    until: date | None


@dataclass(frozen=True)
class Record:
    """`acceptance` is None where a certificate or a signed sheet proves it."""

    course: int
    completion: date
    expiry: date | None
    passed: bool
    revoked: bool
    acceptance: Acceptance | None = field(default=None, compare=False)

    @property
    def last_day(self) -> date | None:
        """I7: without a certificate it lasts no longer than it is accepted."""
        days = [self.expiry, self.acceptance and self.acceptance.until]
        return min((day for day in days if day), default=None)


@dataclass(frozen=True)
class Person:
    """A badge; `merged_into` is the number of the one with which it is one person (L2)."""

    role: int
    role_assigned_at: date
    start_date: date
    end_date: date | None
    areas: Sequence[tuple[int, date]]
    records: Sequence[Record]
    to_verify: frozenset[int]
    merged_into: int | None


@dataclass(frozen=True)
class Site:
    """`parents` holds for each area the number of the one it lies in, or None."""

    parents: Sequence[int | None]
    rules: Sequence[Rule]
    people: Sequence[Person]


@dataclass(frozen=True)
class Item:
    requirement_type: str
    grace: int | None
    due: date | None
    status: str
    expiry: date | None
    key_date: date | None
    holds_until: date | None
    awaiting: bool
    proof: Record | None
    from_register: bool
    source: str
    asker: int
    rules: Sequence[tuple[str, int, date | None]]


@dataclass(frozen=True)
class Answer:
    status: str
    holds_until: date | None


def askers_of(person: Person, site: Site) -> list[tuple[str, int, date]]:
    """C1: the role, every assigned area, and all the areas around those; each with the day since which it asks."""
    found = [("role", person.role, person.role_assigned_at)]
    since: dict[int, date] = {}
    for area, assigned_at in person.areas:
        around: int | None = area
        while around is not None:
            since[around] = min(since.get(around, assigned_at), assigned_at)
            around = site.parents[around]
    return found + [("area", area, day) for area, day in since.items()]


def decisive_day(rule: Rule, assigned_at: date, person: Person) -> date:
    """The due date; before site access, the day since which it is asked."""
    return max(assigned_at, rule.starts_on, person.start_date) + timedelta(days=rule.grace or 0)


def strictness(rule: Rule, day: date) -> tuple[bool, date, bool, int]:
    """C1: before site access wins, then the earliest day; a role is named before an area, an older one first."""
    return rule.grace is not None, day, rule.source == "area", rule.asker


def badges_of(person: Person, site: Site) -> list[Person]:
    """L2: this badge, and those merged into it."""
    return [each for each in site.people if each is person or person is survivor_of(each, site)]


def survivor_of(person: Person, site: Site) -> Person | None:
    return None if person.merged_into is None else site.people[person.merged_into]


def best_proof(person: Person, site: Site, course: int) -> Record | None:
    """C2: the latest last day counts (none is the latest), then the latest completion. I7: only what is accepted."""
    records = [record for badge in badges_of(person, site) for record in badge.records]
    passed = [each for each in records if each.course == course and each.passed and not each.revoked]
    count = [each for each in passed if each.acceptance is None or each.acceptance.counts]
    return max(count, key=lambda each: (each.last_day or date.max, each.completion, _place(each, count)), default=None)


def _place(record: Record, records: list[Record]) -> int:
    return next(number for number, each in enumerate(records) if each is record)


def items_of(person: Person, site: Site, today: date) -> dict[int, Item]:
    asked: dict[int, list[tuple[Rule, date]]] = {}
    coming: dict[int, list[date]] = {}
    if person.merged_into is not None:
        return {}
    for source, asker, assigned_at in askers_of(person, site):
        for rule in site.rules:
            if (rule.source, rule.asker) == (source, asker):
                if rule.starts_on > today:
                    coming.setdefault(rule.course, []).append(rule.starts_on)
                else:
                    day = decisive_day(rule, assigned_at, person)
                    asked.setdefault(rule.course, []).append((rule, day))
    return {
        course: item_of(person, site, course, rules, coming.get(course, []), today) for course, rules in asked.items()
    }


def item_of(
    person: Person, site: Site, course: int, rules: list[tuple[Rule, date]], coming: list[date], today: date
) -> Item:
    rules.sort(key=lambda each: strictness(*each))
    winner, day = rules[0]
    proof = best_proof(person, site, course)
    ends = [start - ONE_DAY for start in coming]
    key_date: date | None
    last_day = proof.last_day if proof else None
    if proof and (last_day is None or last_day >= today):
        status, key_date = "COMPLIANT", last_day
        ends += [last_day] if last_day else []
    elif winner.grace is not None and today <= day:
        status, key_date = "PENDING", day
        ends += [day]
    else:
        red_since = day if winner.grace is None else day + ONE_DAY
        status = "NON_COMPLIANT"
        key_date = max(red_since, last_day + ONE_DAY) if last_day else red_since
    return Item(
        requirement_type="PRE_MOB" if winner.grace is None else "POST_MOB",
        grace=winner.grace,
        due=None if winner.grace is None else day,
        status=status,
        expiry=last_day,
        key_date=key_date,
        holds_until=min(ends, default=None),
        awaiting=any(course in badge.to_verify for badge in badges_of(person, site)),
        proof=proof,
        from_register=proof is not None and proof.acceptance is not None,
        source=winner.source,
        asker=winner.asker,
        rules=[(rule.source, rule.asker, None if rule.grace is None else due) for rule, due in rules],
    )


def answer_of(person: Person, site: Site, today: date) -> Answer:
    """C4: the worst item; C7: the first end of an item, the eve of a rule that starts to ask, or the last day (L3)."""
    items = items_of(person, site, today).values()
    statuses = {item.status for item in items}
    status = next((each for each in ("NON_COMPLIANT", "PENDING") if each in statuses), "COMPLIANT")
    ends = [item.holds_until for item in items if item.holds_until]
    if person.merged_into is None:
        ends += [person.end_date] if person.end_date else []
        askers = {(source, asker) for source, asker, _since in askers_of(person, site)}
        ends += [
            rule.starts_on - ONE_DAY
            for rule in site.rules
            if (rule.source, rule.asker) in askers and rule.starts_on > today
        ]
    return Answer(status, min(ends, default=None))
