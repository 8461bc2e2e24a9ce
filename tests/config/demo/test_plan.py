"""What the demo makes up, before any of it is written."""

import random
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from config.demo.catalogue import AWAY, catalogue
from config.demo.diary import Diary, PlannedCertificate, PlannedSession, keep_diary
from config.demo.names import languages
from config.demo.people import Person, asked_of, draw_people
from config.demo.plan import DrawnOutcome, draw_groups
from learners.policies.records import expiry_date
from training.core.printing import UNPRINTABLE, available_families, printable

TODAY = date(2026, 10, 22)  # a Thursday
ZONE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class MadeUp:
    people: list[Person]
    sessions: list[PlannedSession]
    certificates: list[PlannedCertificate]


def make_up(seed: int, workers: int) -> MadeUp:
    rng = random.Random(seed)  # noqa: S311
    people = draw_people(rng, catalogue(), workers=workers, today=TODAY)
    groups = draw_groups(rng, catalogue(), people, today=TODAY)
    return MadeUp(people, *keep_diary(rng, catalogue(), people, groups, today=TODAY, diary=Diary(ZONE)))


@pytest.fixture(scope="module")
def site() -> MadeUp:
    return make_up(1, 2_000)


def test_the_same_seed_makes_up_the_same_and_another_one_does_not() -> None:
    assert make_up(7, 300) == make_up(7, 300)
    assert make_up(7, 300) != make_up(8, 300)


def test_it_is_a_site_of_2000_workers_with_two_years_of_sessions(site: MadeUp) -> None:
    held = [session for session in site.sessions if session.start.date() < TODAY]

    assert len(site.people) == 2_000
    assert len({person.badge for person in site.people}) == 2_000
    assert 400 <= len(held) <= 750
    assert held[0].start.date() < TODAY - timedelta(days=700)
    assert any(session.start.date() > TODAY + timedelta(days=7) for session in site.sessions)


def test_everything_in_the_catalogue_is_used() -> None:
    site = catalogue()
    codes = {course.code for course in site.courses}

    assert (len(site.courses), len(site.roles), len(site.venues), len(site.trainers)) == (50, 20, 8, 15)
    assert len([company for company in site.companies if company.roles]) == 12
    asked = [*(area.asks for area in site.areas), *(role.asks for role in site.roles)]
    assert {each.course for asks in asked for each in asks} <= codes
    assert {role for company in site.companies for role in company.roles} == {role.code for role in site.roles}
    for course in site.courses:
        if course.at != AWAY:
            assert any(trainer.may_teach(course.code) for trainer in site.trainers), course.code
    deepest = max(len(list(site.areas_around(area.name))) for area in site.areas)
    assert deepest == 3


def test_nobody_is_in_two_places_at_once(site: MadeUp) -> None:
    taken: dict[Hashable, list[tuple[datetime, datetime]]] = defaultdict(list)
    for session in site.sessions:
        for each in (session.trainer.name, session.venue.name, *session.outcomes):
            taken[each].append((session.start, session.end))

    for times in taken.values():
        times.sort()
        assert all(end <= start for (_, end), (start, _) in pairwise(times))


def test_sessions_are_held_on_working_days_by_qualified_trainers(site: MadeUp) -> None:
    for session in site.sessions:
        assert session.trainer.may_teach(session.course.code)
        assert session.start.weekday() < 5
        assert time(7) <= session.start.time() < session.end.time() <= time(18)
        assert session.start.date() != TODAY  # that day is played by `present`


def test_nobody_is_listed_after_they_left(site: MadeUp) -> None:
    for session in site.sessions:
        assert all(site.people[index].is_there_on(session.start.date()) for index in session.outcomes)


def test_believably_many_workers_are_cleared(site: MadeUp) -> None:
    good_until: dict[tuple[int, str], date] = defaultdict(lambda: date.min)
    for index, code, day, months in _passes(site):
        expiry = expiry_date(day, validity_months=months) or date.max
        good_until[index, code] = max(expiry, good_until[index, code])
    active = [index for index, person in enumerate(site.people) if person.status == "ACTIVE"]

    def is_cleared(index: int) -> bool:
        asked = asked_of(site.people[index], catalogue(), today=TODAY)
        return all(
            good_until[index, code] >= TODAY or (since < due and due >= TODAY) for code, (since, due) in asked.items()
        )

    share = sum(map(is_cleared, active)) / len(active)
    assert 0.72 <= share <= 0.88


def _passes(site: MadeUp) -> Iterable[tuple[int, str, date, int]]:
    for certificate in site.certificates:
        for index in certificate.holders:
            yield index, certificate.course.code, certificate.day, certificate.course.months
    for session in site.sessions:
        for index, outcome in session.outcomes.items():
            if outcome is DrawnOutcome.PASSED and session.start.date() < TODAY:
                yield index, session.course.code, session.start.date(), session.course.months


def test_names_come_from_many_languages_and_can_be_printed() -> None:
    names = [name for each in languages() for name in (*each.men, *each.women, *each.families)]
    with_fonts_everywhere = [
        name for name in names if max(name) < "\u2e80" or "Noto Sans CJK SC" in available_families()
    ]

    assert len(languages()) >= 20
    assert not [name for name in with_fonts_everywhere if UNPRINTABLE in printable(name)]
