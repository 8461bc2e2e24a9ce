"""The workers who could be put on a session's list, the most urgent first (P1 to P4)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    Exists,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.utils import timezone

from attendance.models import SessionAttendee
from attendance.pages.course_standing import leaves_before, standing_for_course
from learners.models import ComplianceStatus, Learner, TrainingRecord
from learners.policies.standing import Facts, ItemStanding
from learners.selectors.learners import is_on_site, matches, person_of, rows_of_people
from learners.selectors.records import counting_on
from training.core.count_of import CountOf
from training.models import Course, CourseVersion, Session

PAGE_SIZE = 50
LONGEST_PAGE = 500
SHORTEST_SEARCH = 2
# The fields that a candidate is shown with. Reading all fields of a worker takes twice as long.
SHOWN = ("badge_id", "first_name", "last_name", "end_date", "company__name", "role__title")
COUNTED_TO = 1000  # counting further would take longer on a larger site


class CandidateGroup(StrEnum):
    """The groups of P1 in its order. Their values stand in addresses."""

    RED = "red"
    YELLOW = "yellow"
    EXPIRING = "expiring"
    OTHER = "other"


COUNTED = (CandidateGroup.RED, CandidateGroup.YELLOW, CandidateGroup.EXPIRING)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which candidates the picker is asked for.

    Attributes:
        search: words of the name in any order, or the badge; a text of fewer than two letters finds everybody (P2).
        group: one group only; None for all.
        limit: how many rows at most.
    """

    search: str = ""
    group: CandidateGroup | None = None
    limit: int = PAGE_SIZE

    def query(self, **changes: str | int | None) -> str:
        """Return this, with the given changes, as the query of an address, without values that are the default."""
        usual = {"q": "", "group": None, "limit": PAGE_SIZE}
        values = {"q": self.search, "group": self.group, "limit": self.limit} | changes
        return f"?{urlencode({name: value for name, value in values.items() if value not in (None, usual[name])})}"


@dataclass(frozen=True)
class Candidate:
    """One row of the picker, with its warnings (P4).

    Attributes:
        item: the stored answer for the course of the session; None where the course is not required.
        clash: a session at the same time that has this worker on its list.
        booked: the next coming session of the same course that has this worker on its list.
        missing: codes of prerequisites for which the worker has no valid record.
        leaves: the worker's last day, if that is before the session (L3).
    """

    learner: Learner
    group: CandidateGroup
    item: Facts | None
    standing: ItemStanding
    clash: Session | None = None
    booked: Session | None = None
    missing: list[str] = field(default_factory=list)
    leaves: dt.date | None = None

    @property
    def key(self) -> str:
        """The key of the worker as text: a template would format a number, which takes time in every row."""
        return str(self.learner.pk)


def candidates(session: Session, wanted: Wanted, *, now: dt.datetime, warning_days: int) -> list[Candidate]:
    """Return the first ACTIVE workers who are not on the list, in the order of P1.

    An answer past its last day counts as red (C7). The number of queries does not depend on the number of rows.

    Args:
        session: the session of the list.
        wanted: which candidates, and how many at most.
        now: the present moment.
        warning_days: how many days before an expiry the warning begins.
    """
    today = timezone.localdate(now)
    ranked = _ranked(session, wanted, today=today, warning_days=warning_days)
    ids = [each.learner_id for each in ranked]
    learners = Learner.objects.select_related("company", "role").only(*SHOWN).in_bulk(ids)
    clashes, bookings = _other_lists(session, ids, now=now)
    missing = _missing_prerequisites(session, ids, today=today)
    return [
        Candidate(
            learner=learners[each.learner_id],
            group=each.group,
            item=each.item,
            standing=standing_for_course(each.item, today=today, warning_days=warning_days),
            clash=clashes.get(each.learner_id),
            booked=bookings.get(each.learner_id),
            missing=missing.get(each.learner_id, []),
            leaves=learners[each.learner_id].end_date if leaves_before(session, learners[each.learner_id]) else None,
        )
        for each in ranked
    ]


def group_counts(
    session: Session, *, search: str, today: dt.date, warning_days: int, groups: Collection[CandidateGroup] = COUNTED
) -> dict[CandidateGroup, int]:
    """Return how many candidates each group has, counted up to `COUNTED_TO`, in one query.

    Args:
        session: the session of the list.
        search: as in `Wanted`.
        today: the site's date.
        warning_days: how many days before an expiry the warning begins.
        groups: the groups to count.
    """
    people = _people(session, search)
    conditions = _conditions(today, warning_days)
    counts = Course.objects.filter(pk=session.course_id).values_list(
        *(
            CountOf(people.filter(reduce(or_, conditions[group])).order_by().values("pk")[:COUNTED_TO])
            for group in groups
        )
    )
    return dict(zip(groups, counts.get(), strict=True))


def candidate_count(session: Session, *, search: str) -> int:
    """Return how many workers could be added to the list, in one query."""
    return _people(session, search).count()


def _people(session: Session, search: str) -> QuerySet[Learner]:
    """Return the ACTIVE workers who are not on the list under any badge (L2).

    Each has `item`, the stored answer for the course of the session.
    """
    listed = SessionAttendee.objects.filter(session=session).annotate(person=person_of())
    people = Learner.objects.filter(is_on_site(), ~Exists(listed.filter(person=OuterRef("pk"))))
    if len(search.strip()) >= SHORTEST_SEARCH:
        people = people.filter(matches(search))
    return people.annotate(item=FilteredRelation("items", condition=Q(items__course=session.course_id)))


def _conditions(today: dt.date, warning_days: int) -> dict[CandidateGroup, list[Q]]:
    """Return each group as conditions, one for each stretch of the index (course, status, key date) that it covers."""
    window = today + dt.timedelta(days=warning_days)
    holds = Q(item__holds_until__isnull=True) | Q(item__holds_until__gte=today)
    green = Q(item__status=ComplianceStatus.COMPLIANT)
    yellow = Q(item__status=ComplianceStatus.PENDING)
    return {
        CandidateGroup.RED: [
            Q(item__status=ComplianceStatus.NON_COMPLIANT),
            (green | yellow) & Q(item__holds_until__lt=today),
        ],
        CandidateGroup.YELLOW: [yellow & holds],
        CandidateGroup.EXPIRING: [green & holds & Q(item__expiry_date__lte=window)],
        CandidateGroup.OTHER: [
            Q(item__isnull=True)
            | (green & holds & (Q(item__expiry_date__isnull=True) | Q(item__expiry_date__gt=window)))
        ],
    }


@dataclass(frozen=True)
class _Ranked:
    """A worker in the order of P1, with the stored answer for the course."""

    learner_id: int
    group: CandidateGroup
    item: Facts | None


def _ranked(session: Session, wanted: Wanted, *, today: dt.date, warning_days: int) -> list[_Ranked]:
    """Return the first workers in the order of P1, in one query.

    The query walks each stretch along its index and stops at the limit, instead of sorting all workers.
    """
    people = _people(session, wanted.search)
    walks: list[QuerySet[Learner, tuple[Any, ...]]] = []
    for group, conditions in _conditions(today, warning_days).items():
        if wanted.group not in (None, group):
            continue
        order = ["sort_key"] if group is CandidateGroup.OTHER else ["item__key_date", "sort_key"]
        place = Value(list(CandidateGroup).index(group))
        facts = [f"item__{name}" for name in Facts._fields]
        walks += [
            people.filter(condition).order_by(*order).values_list("pk", "sort_key", place, *facts)[: wanted.limit]
            for condition in conditions
        ]
    first, *others = walks
    found = []
    for learner_id, name, place, *facts in first.union(*others, all=True):
        group, item = list(CandidateGroup)[place], Facts._make(facts) if facts[0] else None
        key_date = item.key_date if item and group is not CandidateGroup.OTHER else None
        found.append((place, key_date or dt.date.min, name, _Ranked(learner_id, group, item)))
    return [ranked for *_order, ranked in sorted(found)[: wanted.limit]]


def _other_lists(
    session: Session, learner_ids: Collection[int], *, now: dt.datetime
) -> tuple[dict[int, Session], dict[int, Session]]:
    """Return by the key of the worker a session at the same time, and the next coming one of the same course."""
    wanted = Q(
        course=session.course_id,
        start_time__gt=now,
        status__in=(Session.Status.DRAFT, Session.Status.SCHEDULED),
    )
    if session.start_time and session.end_time:
        wanted |= Q(start_time__lt=session.end_time, end_time__gt=session.start_time)
    # The latest first, so that the earliest one overwrites it.
    others = (
        Session.objects.filter(wanted, deleted_at__isnull=True)
        .exclude(status=Session.Status.CANCELLED)
        .exclude(pk=session.pk)
        .order_by("-start_time", "-pk")
    )
    listed = defaultdict(list)
    lists = SessionAttendee.objects.filter(rows_of_people(learner_ids), session__in=others.order_by().values("pk"))
    for session_id, person in lists.values_list("session_id", person_of()):
        listed[session_id].append(person)
    clashes, bookings = {}, {}
    for other in others.filter(pk__in=listed):
        for person in listed[other.pk]:
            if _overlap(session, other):
                clashes[person] = other
            if other.course_id == session.course_id and other.start_time and other.start_time > now:
                bookings[person] = other
    return clashes, bookings


def _overlap(one: Session, other: Session) -> bool:
    if not (one.start_time and one.end_time and other.start_time and other.end_time):
        return False
    return one.start_time < other.end_time and other.start_time < one.end_time


def _missing_prerequisites(session: Session, learner_ids: Collection[int], *, today: dt.date) -> dict[int, list[str]]:
    """Return by worker key the codes of prerequisites without a record that is valid on the day (P4, C2)."""
    version = session.course_version or session.course.versions.filter(status=CourseVersion.Status.PUBLISHED).first()
    if version is None:
        return {}
    wanted = dict(version.prerequisites.order_by("code").values_list("pk", "code"))
    if not wanted:
        return {}
    held = defaultdict(set)
    records = TrainingRecord.objects.filter(rows_of_people(learner_ids), course__in=wanted)
    proofs = counting_on(records, on=today)
    for learner_id, course_id in proofs.values_list(person_of(), "course_id"):
        held[learner_id].add(course_id)
    return {
        learner_id: [code for course_id, code in wanted.items() if course_id not in held[learner_id]]
        for learner_id in learner_ids
    }
