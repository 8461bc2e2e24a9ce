"""Turns groups into certificates, or into sessions where nobody is in two places at once."""

import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.demo.catalogue import AWAY, Catalogue, CatalogueCourse, CatalogueTrainer, CatalogueVenue
from config.demo.people import Person
from config.demo.plan import HISTORY_DAYS, DrawnOutcome, TrainingGroup, is_working_day
from learners.policies.records import expiry_date

STARTS = (time(8), time(13), time(10), time(7), time(15))
LONGEST_DELAY_DAYS = 15


@dataclass(frozen=True)
class PlannedSession:
    course: CatalogueCourse
    trainer: CatalogueTrainer
    venue: CatalogueVenue
    start: datetime
    end: datetime
    outcomes: dict[int, DrawnOutcome]  # by index in the list of people


@dataclass(frozen=True)
class PlannedCertificate:
    """One certificate for a group: of a company that trains elsewhere, or from before the site had SiteProof."""

    course: CatalogueCourse
    provider: str
    day: date
    holders: list[int]


class Diary:
    """Remembers at which times people, trainers and venues are taken."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._taken: dict[Hashable, list[tuple[datetime, datetime]]] = defaultdict(list)

    def is_free(self, who: Hashable, start: datetime, end: datetime) -> bool:
        return all(end <= other_start or other_end <= start for other_start, other_end in self._taken[who])

    def take(self, who: Iterable[Hashable], start: datetime, end: datetime) -> None:
        for each in who:
            self._taken[each].append((start, end))

    def slots(self, day: date, minutes: int) -> Iterable[tuple[datetime, datetime]]:
        """Yield the times of a day at which training of that length can be held."""
        for start in STARTS:
            begins = datetime.combine(day, start, self.zone)
            ends = begins + timedelta(minutes=minutes)
            if ends.time() <= time(18) and ends.date() == day:
                yield begins, ends


def keep_diary(
    rng: random.Random,
    catalogue: Catalogue,
    people: list[Person],
    groups: list[TrainingGroup],
    *,
    today: date,
    diary: Diary,
) -> tuple[list[PlannedSession], list[PlannedCertificate]]:
    """Return the sessions in the order of their start, and the certificates in the order of their days."""
    sessions: list[PlannedSession] = []
    certificates: list[PlannedCertificate] = []
    load: Counter[CatalogueTrainer] = Counter()
    for group in groups:
        if group.course.at == AWAY or group.day < today - timedelta(days=HISTORY_DAYS):
            certificates += _certificate(rng, catalogue, group, today=today)
            continue
        session = _book(catalogue, people, group, today=today, diary=diary, load=load)
        if session is not None:
            sessions.append(session)
    sessions.sort(key=lambda session: (session.start, session.venue.name))
    return sessions, certificates


def _book(
    catalogue: Catalogue,
    people: list[Person],
    group: TrainingGroup,
    *,
    today: date,
    diary: Diary,
    load: Counter[CatalogueTrainer],
) -> PlannedSession | None:
    """Find the first day, hour, trainer and venue for a group; None where all are taken for weeks."""
    trainers = sorted(
        (trainer for trainer in catalogue.trainers if trainer.may_teach(group.course.code)), key=lambda each: load[each]
    )
    venues = sorted(
        (venue for venue in catalogue.venues if venue.kind == group.course.at),
        key=lambda venue: (venue.capacity < len(group.outcomes), venue.capacity),
    )
    for delay in range(LONGEST_DELAY_DAYS):
        day = group.day + timedelta(days=delay)
        if day == today or not is_working_day(day):
            continue
        outcomes = {index: outcome for index, outcome in group.outcomes.items() if people[index].is_there_on(day)}
        for start, end in diary.slots(day, group.course.minutes):
            trainer = next((each for each in trainers if diary.is_free(each, start, end)), None)
            venue = next((each for each in venues if diary.is_free(each, start, end)), None)
            if outcomes and trainer and venue and all(diary.is_free(index, start, end) for index in outcomes):
                diary.take([trainer, venue, *outcomes], start, end)
                load[trainer] += 1
                return PlannedSession(group.course, trainer, venue, start, end, outcomes)
    return None


def _certificate(
    rng: random.Random, catalogue: Catalogue, group: TrainingGroup, *, today: date
) -> Iterable[PlannedCertificate]:
    """Yield the certificate of a group, if it was still valid when SiteProof came to the site."""
    holders = [index for index, outcome in group.outcomes.items() if outcome is DrawnOutcome.PASSED]
    expiry = expiry_date(group.day, validity_months=group.course.months)
    lies_ahead = group.day >= today
    if holders and not lies_ahead and (expiry is None or expiry >= today - timedelta(days=HISTORY_DAYS)):
        yield PlannedCertificate(group.course, rng.choice(catalogue.schools), group.day, holders)
