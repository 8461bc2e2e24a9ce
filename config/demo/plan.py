"""Two years of training: who was trained in what, when, where and with what result; drawn without a database.

Every pair of a person and a course that is asked of them has a day on which it is needed next. Course by course these
days are taken in order: the first one opens a group, people who need it soon join, and what comes out decides when they
need it again. `diary` turns the groups into sessions.
"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from config.demo.catalogue import AWAY, Catalogue, CatalogueCourse
from config.demo.people import Person, asked_of
from learners.policies.records import expiry_date

HISTORY_DAYS = 730
AHEAD_DAYS = 28
# Some of what expired or fell due in the last weeks was forgotten: that is what turns people red.
FORGOTTEN_WITHIN_DAYS = 100
SHARE_FORGOTTEN = 0.12
SHARE_FORGOTTEN_AT_THE_GATE = 0.04
SHARE_CANCELLED = 0.015  # everybody is noted absent
# By kind of place: how many people make a group, and after how many days the next one comes at the latest.
GROUP_SIZES = {"hall": (40, 58), "room": (16, 23), "yard": (17, 23), AWAY: (6, 14)}
LONGEST_INTERVAL_DAYS = {"hall": 24, "room": 200, "yard": 200, AWAY: 90}
SHORTEST_INTERVAL_DAYS = 10
EARLIEST_BEFORE_ACCESS_DAYS = 60


class DrawnOutcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"
    NOT_COMPETENT = "not competent"  # passed the theory, not the practical sign-off


@dataclass(frozen=True)
class TrainingGroup:
    """People who are trained together. For a day that lies ahead, the outcomes only tell who is booked."""

    course: CatalogueCourse
    day: date
    outcomes: dict[int, DrawnOutcome]  # by index in the list of people


@dataclass(frozen=True, order=True)
class Need:
    """Somebody needs a course on `day`; `earliest` is the first day on which they can come."""

    day: date
    person: int
    earliest: date


def draw_groups(rng: random.Random, catalogue: Catalogue, people: list[Person], *, today: date) -> list[TrainingGroup]:
    """Return the groups of all courses until `AHEAD_DAYS` from today, by day."""
    asked = [asked_of(person, catalogue, today=today) for person in people]
    groups: list[TrainingGroup] = []
    for course in catalogue.courses:
        needs = [
            need
            for person, courses in enumerate(asked)
            if course.code in courses
            for need in _first_need(rng, person, *courses[course.code], today=today)
        ]
        groups += _groups_of_course(rng, course, needs, people, today=today)
    return sorted(groups, key=lambda group: (group.day, group.course.code))


def is_working_day(day: date) -> bool:
    """Tell whether a day is a weekday outside the days from Christmas to New Year."""
    return day.weekday() < 5 and (day.month, day.day) not in {(1, 1), *((12, each) for each in range(24, 32))}


def _first_need(rng: random.Random, person: int, since: date, due: date, *, today: date) -> Iterator[Need]:
    """Yield when somebody needs a course first: before access, or within the period of grace; unless forgotten."""
    is_before_access = since == due
    share = SHARE_FORGOTTEN_AT_THE_GATE if is_before_access else SHARE_FORGOTTEN
    if _is_forgotten(rng, due, share, today=today):
        return
    if is_before_access:
        day = since - timedelta(days=rng.randint(0, 9))
        yield Need(day, person, day - timedelta(days=EARLIEST_BEFORE_ACCESS_DAYS))
    else:
        yield Need(since + (due - since) * rng.uniform(0.4, 0.95), person, since + (due - since) * 0.3)


def _groups_of_course(
    rng: random.Random, course: CatalogueCourse, needs: list[Need], people: list[Person], *, today: date
) -> list[TrainingGroup]:
    """Return the groups of a course, which is held at regular intervals, and sooner again when many still wait."""
    if not needs:
        return []
    groups = []
    interval = _days_between_groups(course, len(needs))
    heapq.heapify(needs)
    opening = needs[0].day
    while opening <= today + timedelta(days=AHEAD_DAYS):
        day = _session_day(opening, today)
        attending = [
            person
            for person in _gather(needs, day, size=rng.randint(*GROUP_SIZES[course.at]), days_ahead=2 * interval)
            if people[person].is_there_on(day)
        ]
        outcomes = _draw_outcomes(rng, course, attending)
        if outcomes:
            groups.append(TrainingGroup(course, day, outcomes))
        if day < today:
            for person, outcome in outcomes.items():
                for need in _next_need(rng, course, person, day, outcome, today=today):
                    heapq.heappush(needs, need)
        soon = opening + timedelta(days=interval / 2)
        still_wait = sum(need.day < soon for need in needs)
        is_crowded = still_wait > len(outcomes) / 2
        opening += timedelta(days=SHORTEST_INTERVAL_DAYS if is_crowded else round(interval * rng.uniform(0.8, 1.2)))
    return groups


def _gather(needs: list[Need], day: date, *, size: int, days_ahead: float) -> list[int]:
    """Take those who come on `day` off the heap: the most urgent first, then who needs it some time ahead."""
    attending: list[int] = []
    stay_away = []
    while needs and len(attending) < size and needs[0].day <= day + timedelta(days=days_ahead):
        need = heapq.heappop(needs)
        if need.earliest > day or need.person in attending:
            stay_away.append(need)
        else:
            attending.append(need.person)
    for need in stay_away:
        heapq.heappush(needs, need)
    return attending


def _days_between_groups(course: CatalogueCourse, people: int) -> float:
    """Return how many days lie between two groups of a course, so that the groups are full."""
    per_day = people * (0.4 + HISTORY_DAYS / 30.4 / max(course.months, 24)) / HISTORY_DAYS
    interval = sum(GROUP_SIZES[course.at]) / 2 / per_day
    return min(max(interval, SHORTEST_INTERVAL_DAYS), LONGEST_INTERVAL_DAYS[course.at])


def _session_day(day: date, today: date) -> date:
    """Return `day` or the next working day away from today; `today` itself has its own sessions (`present`)."""
    step = timedelta(days=-1 if day < today else 1)
    while day == today or not is_working_day(day):
        day += step
    return day


def _draw_outcomes(rng: random.Random, course: CatalogueCourse, attending: list[int]) -> dict[int, DrawnOutcome]:
    if course.at == AWAY:
        return dict.fromkeys(attending, DrawnOutcome.PASSED)  # who failed there brought no certificate
    if rng.random() < SHARE_CANCELLED:
        return dict.fromkeys(attending, DrawnOutcome.ABSENT)
    weights = {
        DrawnOutcome.PASSED: 92,
        DrawnOutcome.FAILED: 3,
        DrawnOutcome.ABSENT: 4,
        DrawnOutcome.NOT_COMPETENT: 3 * course.checked,
    }
    return dict(zip(attending, rng.choices(list(weights), list(weights.values()), k=len(attending)), strict=True))


def _next_need(
    rng: random.Random, course: CatalogueCourse, person: int, day: date, outcome: DrawnOutcome, *, today: date
) -> Iterator[Need]:
    """Yield when somebody needs the course again, if ever."""
    if outcome is not DrawnOutcome.PASSED:
        again = day + timedelta(
            days=rng.randint(25, 45) if outcome is DrawnOutcome.NOT_COMPETENT else rng.randint(6, 25)
        )
        yield Need(again, person, again)
        return
    expiry = expiry_date(day, validity_months=course.months)
    if expiry is None or _is_forgotten(rng, expiry, SHARE_FORGOTTEN, today=today):
        return
    is_late = rng.random() < 0.02
    again = expiry + timedelta(days=rng.randint(1, 25) if is_late else -rng.randint(5, 60))
    yield Need(again, person, day + (expiry - day) * 0.6)


def _is_forgotten(rng: random.Random, due: date, share: float, *, today: date) -> bool:
    return today - timedelta(days=FORGOTTEN_WITHIN_DAYS) <= due < today and rng.random() < share
