"""The rows and columns of the training matrix: which workers stand on a page, worst first, and which courses.

A page begins at the row where the page before it ended, which is found through an index. So a deep page of a large site
takes as long as the first.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from learners.models import ComplianceItem, ComplianceStatus, Learner
from learners.selectors.as_of import courses_as_of
from learners.selectors.learners import WorkerFilter, is_on_site, workers_of
from training.core.count_of import CountOf
from training.models import Course
from training.selectors.courses import course_title

COUNTED_TO = 1_000  # counting further would take longer the larger the site is


class Rank(IntEnum):
    """The groups of rows, in the order in which they follow each other; the values stand in addresses."""

    NOT_CLEARED = 0
    DUE = 1
    EXPIRING = 2
    CLEARED = 3
    BLOCKED = 4
    NOT_ACTIVE = 5


@dataclass(frozen=True)
class Place:
    """The row after which a page begins, or before which it ends when somebody pages backwards."""

    rank: Rank
    learner_id: int
    is_backwards: bool = False


@dataclass(frozen=True)
class Walk:
    """The keys of the workers of one page with their ranks, and whether there are pages before and after it."""

    rows: Sequence[tuple[int, Rank]]
    has_before: bool
    has_after: bool


def is_red(today: dt.date) -> tuple[Q, Q]:
    """Return the two conditions of red items, judged red or past their last day (C7); each of them has an index."""
    judged = Q(status=ComplianceStatus.NON_COMPLIANT)
    return judged, Q(holds_until__lt=today) & ~judged


def red_for(course_id: int, *, today: dt.date) -> Q:
    """Return the condition of ACTIVE workers who are not cleared for a course."""
    judged, stale = is_red(today)
    items = ComplianceItem.objects.filter(judged | stale, course=course_id, learner=OuterRef("pk"))
    return is_on_site() & Q(Exists(items))


def walk(
    learners: QuerySet[Learner],
    place: Place | None,
    *,
    status: Learner.Status | None,
    size: int,
    today: dt.date,
    warning_days: int,
) -> Walk:
    """Return one page of `learners`: worst first, in each rank the most pressing first, then by name.

    The ranks are read one after the other, each along its own index, until the page is full. Nobody else is sorted.

    Args:
        place: where the page begins; None for the first page.
        status: the status that all of `learners` have; None if they have several.
        size: the number of rows on a page.
        warning_days: the length in days of the warning window before an expiry.
    """
    stretches = [each for each in _stretches(today, warning_days) if status in (None, each.status)]
    return _walk(stretches, learners, place, size)


def walk_by_name(learners: QuerySet[Learner], place: Place | None, *, size: int) -> Walk:
    """Return one page of `learners` by name, all with the same rank, since ranks of other days are not stored."""
    place = place and replace(place, rank=Rank.CLEARED)
    return _walk([_Stretch(Rank.CLEARED, Q())], learners, place, size)


def _walk(stretches: Sequence["_Stretch"], learners: QuerySet[Learner], place: Place | None, size: int) -> Walk:
    beside = place and Learner.objects.only(*_KEYS).filter(pk=place.learner_id).first()
    backwards = bool(place and beside and place.is_backwards)
    found: list[_Row] = []
    for rank in sorted({stretch.rank for stretch in stretches}, reverse=backwards):
        rows: list[_Row] = []
        for stretch in stretches:
            people = learners
            if place and beside:
                if rank > place.rank if backwards else rank < place.rank:
                    continue
                if rank == place.rank:
                    people = people.filter(_beyond(stretch, beside, backwards=backwards))
            if stretch.rank == rank:
                rows += stretch.rows(people, most=size + 1 - len(found), backwards=backwards)
        found += sorted(rows, key=_order, reverse=backwards)
        if len(found) > size:
            break
    page = [(pk, rank) for pk, rank, *_key in found[:size]]
    if backwards:
        return Walk(page[::-1], has_before=len(found) > size, has_after=True)
    return Walk(page, has_before=beside is not None, has_after=len(found) > size)


def everyone(learners: QuerySet[Learner], *, today: dt.date, warning_days: int) -> list[int]:
    """Return the keys of all `learners` in the order of `walk`."""
    found = [row for stretch in _stretches(today, warning_days) for row in stretch.rows(learners)]
    return [pk for pk, *_key in sorted(found, key=_order)]


@dataclass(frozen=True)
class Column:
    """A course of the matrix, and how many ACTIVE workers are not cleared for it; None on another day."""

    course_id: int
    code: str
    title: str
    reds: int | None

    @property
    def is_counted_out(self) -> bool:
        """Whether counting stopped at `COUNTED_TO`, so that there may be more."""
        return self.reds is not None and self.reds >= COUNTED_TO


def columns(learners: QuerySet[Learner], *, shows_all: bool, today: dt.date) -> list[Column]:
    """Return by code the courses that are required of any of `learners`, or all courses; one query.

    Reds among the ACTIVE ones of `learners` are counted up to `COUNTED_TO`. A subquery counts each course on its own
    and stops early; grouping all items by course would read every item of the site.

    Args:
        shows_all: return all courses, required or not.
    """
    items = ComplianceItem.objects.filter(course=OuterRef("pk"))
    asked = items.filter(learner__in=learners.values("pk")).order_by().values("pk")[:1]
    reds = items.filter(learner__in=learners.filter(is_on_site()).values("pk"))
    judged, stale = (CountOf(reds.filter(each).order_by().values("pk")[:COUNTED_TO]) for each in is_red(today))
    courses = Course.objects.filter(deleted_at__isnull=True).order_by("code")
    found = courses.annotate(title=course_title("pk"), asked=CountOf(asked), judged=judged, stale=stale)
    return [
        Column(course.pk, course.code, course.title or "", min(course.judged + course.stale, COUNTED_TO))
        for course in found
        if shows_all or course.asked
    ]


def columns_as_of(*, shows_all: bool, on: dt.date) -> list[Column]:
    """Return by code the courses that were required of anybody on a day, or all courses; one query."""
    courses = Course.objects.all() if shows_all else Course.objects.filter(pk__in=courses_as_of(on=on))
    return [
        Column(course.pk, course.code, course.title or "", None)
        for course in courses.annotate(title=course_title("pk")).order_by("code")
    ]


_Row = tuple[int, Rank, dt.date | None, str]  # key of a worker, rank, and the two keys of the order in it
_KEYS = ("sort_key", "compliance_status", "compliance_holds_until", "not_cleared_since", "next_expiry")


@dataclass(frozen=True)
class _Stretch:
    """Rows of one rank that follow each other in an index, ordered by the column `day`, if any, then by name."""

    rank: Rank
    condition: Q
    day: str | None = None
    status: Learner.Status = Learner.Status.ACTIVE

    def rows(self, learners: QuerySet[Learner], *, most: int | None = None, backwards: bool = False) -> list[_Row]:
        """Return the first of `learners` who belong to the stretch; backwards the last ones.

        Args:
            most: how many at most; None for all.
        """
        fields = [self.day, "sort_key"] if self.day else ["sort_key"]
        people = learners.filter(self.condition).order_by(*(f"-{field}" if backwards else field for field in fields))
        keys = people.values_list("pk", *fields)[:most]
        return [(key[0], self.rank, key[1] if self.day else None, key[-1]) for key in keys]


def _beyond(stretch: _Stretch, beside: Learner, *, backwards: bool) -> Q:
    """Return the condition of the rows of a stretch after a worker of the same rank; backwards those before."""
    beyond = "lt" if backwards else "gt"
    by_name = Q(**{f"sort_key__{beyond}": beside.sort_key})
    if stretch.day is None:
        return by_name
    is_stale = stretch.rank is Rank.NOT_CLEARED and beside.compliance_status != ComplianceStatus.NON_COMPLIANT
    day = getattr(beside, "compliance_holds_until" if is_stale else _DAYS[stretch.rank]) or dt.date.min
    return Q(**{f"{stretch.day}__{beyond}e": day}) & (Q(**{f"{stretch.day}__{beyond}": day}) | by_name)


_DAYS = {Rank.NOT_CLEARED: "not_cleared_since", Rank.EXPIRING: "next_expiry"}


def _order(row: _Row) -> tuple[int, dt.date, str]:
    _pk, rank, day, key = row
    return rank, day or dt.date.min, key


def _stretches(today: dt.date, warning_days: int) -> list[_Stretch]:
    """Return the stretches in which every worker occurs exactly once."""
    window = today + dt.timedelta(days=warning_days)
    holds = Q(compliance_holds_until__isnull=True) | Q(compliance_holds_until__gte=today)
    red = Q(compliance_status=ComplianceStatus.NON_COMPLIANT)
    green = is_on_site() & Q(compliance_status=ComplianceStatus.COMPLIANT) & holds
    late = Q(next_expiry__isnull=True) | Q(next_expiry__gt=window)
    return [
        _Stretch(Rank.NOT_CLEARED, is_on_site() & red, _DAYS[Rank.NOT_CLEARED]),
        _Stretch(Rank.NOT_CLEARED, is_on_site() & ~red & ~holds, "compliance_holds_until"),
        _Stretch(Rank.DUE, is_on_site() & Q(compliance_status=ComplianceStatus.PENDING) & holds),
        _Stretch(Rank.EXPIRING, green & Q(next_expiry__lte=window), _DAYS[Rank.EXPIRING]),
        _Stretch(Rank.CLEARED, green & late),
        _Stretch(Rank.BLOCKED, Q(status=Learner.Status.BLACKLISTED), status=Learner.Status.BLACKLISTED),
        _Stretch(Rank.NOT_ACTIVE, Q(status=Learner.Status.INACTIVE), status=Learner.Status.INACTIVE),
    ]


def matrix_workers(
    wanted: WorkerFilter, *, red_course: int | None, today: dt.date, warning_days: int
) -> QuerySet[Learner]:
    """Return the workers whom a filter leaves, with `red_course` only those who are not cleared for that course."""
    learners = workers_of(wanted, today=today, warning_days=warning_days)
    return learners if red_course is None else learners.filter(red_for(red_course, today=today))
