"""The training matrix as its page shows it: a row for each worker, a cell for each course required of the worker."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.selectors.bookings import next_bookings
from learners.models import ComplianceItem, ComplianceStatus, Learner
from learners.pages.later import Later, changed_later
from learners.policies.standing import (
    Facts,
    Group,
    ItemStanding,
    Standing,
    Urgency,
    standing_of_item,
    standing_of_worker,
)
from learners.selectors.as_of import facts_as_of, list_workers_as_of, workers_as_of
from learners.selectors.learners import WorkerFilter, group_counts, pending_sign_offs, person_of, rows_of_people
from learners.selectors.matrix import (
    Column,
    Place,
    Rank,
    columns,
    columns_as_of,
    everyone,
    matrix_workers,
    walk,
    walk_by_name,
)
from training.core.kinds import StatusKind
from training.core.words import month as month_in_words

ROWS_PER_PAGE = 100
COUNTED_TO = 10_000  # the workers of a filter are counted up to this number


@dataclass(frozen=True, kw_only=True)
class MatrixFilter:
    """Which part of the matrix is asked for, and in which order.

    Attributes:
        red_course: only workers who are not cleared for this course; ignored on another day than today.
        shows_all: whether every course is a column, required of anybody or not.
        on: the day that is asked about; None for today.
        by_name: whether rows are sorted by name instead of the worst first.
    """

    workers: WorkerFilter
    red_course: int | None = None
    shows_all: bool = False
    on: dt.date | None = None
    by_name: bool = False


@dataclass(frozen=True, eq=False)
class MatrixCell:
    """How a worker stands with a required course.

    Items that show the same share one cell, so that a page with thousands of them is drawn quickly.

    Attributes:
        text: a number of days, or a month.
        expiry: the last valid day of the proof that counts, or of the last one that did.
        due: the day by which a course with a grace period has to be passed.
        day: the one of these two days that the status is about; None where it is about neither.
        is_missing: whether the worker is red without any record.
        is_to_verify: whether a practical sign-off waits, which is shown beside the status.
        booked: the day of the next coming session of this course that has the worker on its list (P4).
        is_from_register: whether an extract of an old register is all that proves it (I7).
    """

    standing: ItemStanding
    text: str
    expiry: dt.date | None
    due: dt.date | None
    day: dt.date | None
    is_missing: bool
    is_to_verify: bool
    booked: dt.date | None
    is_from_register: bool


@dataclass(frozen=True)
class MatrixRow:
    """A worker with the verdict, and a cell for each column.

    Attributes:
        cells: in the order of the columns; None where the course is not required.
        later: what is now known about the day that is shown, and was not known on it (C8).
    """

    learner: Learner
    standing: Standing
    cells: Sequence[MatrixCell | None]
    later: Sequence[Later] = ()

    @property
    def key(self) -> str:
        """The key of the worker as text: a template would format a number, which takes time in every row."""
        return str(self.learner.pk)

    @property
    def is_entered_later(self) -> bool:
        """Whether facts about that day were only added later, and none was changed."""
        return bool(self.later) and all(each.was is None for each in self.later)


@dataclass(frozen=True)
class Matrix:
    """One page of the matrix.

    Attributes:
        total: how many workers match the filter, counted up to `COUNTED_TO`.
        before, after: where the pages before and after this one begin; None where there is none.
    """

    columns: Sequence[Column]
    rows: Sequence[MatrixRow]
    total: int
    before: Place | None
    after: Place | None

    @property
    def is_counted_out(self) -> bool:
        """Whether the counting stopped, so that there may be more workers than `total`."""
        return self.total >= COUNTED_TO


def matrix(wanted: MatrixFilter, place: Place | None, *, now: dt.datetime, warning_days: int) -> Matrix:
    """Return one page of the matrix. The number of queries does not depend on its rows and columns.

    Args:
        wanted: the filter and the order.
        place: the row next to which the page begins; None for the first page.
        now: the present moment.
        warning_days: how many days before an expiry the warning begins.
    """
    today = timezone.localdate(now)
    learners = _learners(wanted, today=today, warning_days=warning_days)
    if wanted.on is not None or wanted.by_name:
        page = walk_by_name(learners, place, size=ROWS_PER_PAGE)
    else:
        page = walk(
            learners,
            place,
            status=wanted.workers.status,
            size=ROWS_PER_PAGE,
            today=today,
            warning_days=warning_days,
        )
    heads = _columns(wanted, learners, today=today)
    rows = _rows([pk for pk, _rank in page.rows], heads, on=wanted.on, now=now, warning_days=warning_days)
    return Matrix(
        columns=heads,
        rows=rows,
        total=learners.order_by().values("pk")[:COUNTED_TO].count(),
        before=_place(page.rows[0], is_backwards=True) if page.rows and page.has_before else None,
        after=_place(page.rows[-1]) if page.rows and page.has_after else None,
    )


@dataclass(frozen=True)
class WholeMatrix:
    """All rows of a filter, in the order of the pages; `rows` reads one page of them at a time."""

    columns: Sequence[Column]
    keys: Sequence[int]
    rows: Callable[[], Iterator[MatrixRow]]


def whole_matrix(wanted: MatrixFilter, *, now: dt.datetime, warning_days: int) -> WholeMatrix:
    """Return the columns and the workers of a filter. The rows are read only when they are asked for."""
    today = timezone.localdate(now)
    heads = _columns(wanted, _learners(wanted, today=today, warning_days=warning_days), today=today)
    keys = matrix_keys(wanted, now=now, warning_days=warning_days)

    def rows() -> Iterator[MatrixRow]:
        for start in range(0, len(keys), ROWS_PER_PAGE):
            page = keys[start : start + ROWS_PER_PAGE]
            yield from _rows(page, heads, on=wanted.on, now=now, warning_days=warning_days)

    return WholeMatrix(heads, keys, rows)


def matrix_keys(wanted: MatrixFilter, *, now: dt.datetime, warning_days: int) -> list[int]:
    """Return the keys of all workers of a filter in the order of the pages, in one query."""
    today = timezone.localdate(now)
    learners = _learners(wanted, today=today, warning_days=warning_days)
    if wanted.on is not None:
        return list(learners.values_list("pk", flat=True))
    if wanted.by_name:
        return list(learners.order_by("sort_key").values_list("pk", flat=True))
    return everyone(learners, today=today, warning_days=warning_days)


def matrix_counts(wanted: MatrixFilter, *, today: dt.date, warning_days: int) -> dict[Group, int]:
    """Return how many ACTIVE workers of a filter are in each group today, whichever group the filter chooses."""
    learners = _learners(replace(wanted, workers=wanted.workers.without_group), today=today, warning_days=warning_days)
    return group_counts(among=learners, today=today, warning_days=warning_days)


def _learners(wanted: MatrixFilter, *, today: dt.date, warning_days: int) -> QuerySet[Learner]:
    if wanted.on is not None:
        return list_workers_as_of(wanted.workers, on=wanted.on)
    return matrix_workers(wanted.workers, red_course=wanted.red_course, today=today, warning_days=warning_days)


def _columns(wanted: MatrixFilter, learners: QuerySet[Learner], *, today: dt.date) -> list[Column]:
    if wanted.on is not None:
        return columns_as_of(shows_all=wanted.shows_all, on=wanted.on)
    return columns(learners, shows_all=wanted.shows_all, today=today)


def _place(row: tuple[int, Rank], *, is_backwards: bool = False) -> Place:
    learner_id, rank = row
    return Place(rank, learner_id, is_backwards)


def _rows(
    keys: Sequence[int], heads: Sequence[Column], *, on: dt.date | None, now: dt.datetime, warning_days: int
) -> list[MatrixRow]:
    """Return the rows of these workers in the given order, in a constant number of queries."""
    today = timezone.localdate(now)
    found = Learner.objects.select_related("company", "role").in_bulk(keys)
    bookings: Mapping[tuple[int, int], dt.date] = {}
    owed: Collection[int] = ()
    later: Mapping[int, Sequence[Later]] = {}
    if on is not None:
        facts = facts_as_of(keys, on=on)
        then = workers_as_of(list(found.values()), facts, on=on)
        later = changed_later(keys, on=on)
        found = {pk: worker.learner for pk, worker in then.items()}
        owed = {fact.learner_id for fact in facts if fact.awaiting_verification}
    else:
        items = ComplianceItem.objects.filter(learner__in=keys)
        facts = [Facts._make(row) for row in items.values_list(*Facts._fields)]
        owed = set(pending_sign_offs().filter(rows_of_people(keys)).values_list(person_of(), flat=True))
        bookings = {place: booking.day for place, booking in next_bookings(keys, now=now).items()}
    cells = cells_by_worker(facts, bookings, day=on or today, warning_days=warning_days)
    return [
        MatrixRow(
            learner=found[pk],
            standing=standing_of_worker(
                found[pk],
                [cell.standing for cell in cells[pk].values()],
                is_to_verify=pk in owed,
                today=on or today,
            ),
            cells=[cells[pk].get(head.course_id) for head in heads],
            later=later.get(pk, ()),
        )
        for pk in keys
        if pk in found
    ]


def cells_by_worker(
    facts: Sequence[Facts], bookings: Mapping[tuple[int, int], dt.date], *, day: dt.date, warning_days: int
) -> dict[int, dict[int, MatrixCell]]:
    """Return the cells by the keys of worker and course. Items that show the same share one cell.

    Args:
        facts: the items.
        bookings: the day of the next coming session, by the keys of worker and course.
        day: the day that is shown.
        warning_days: how many days before an expiry the warning begins.
    """
    cells: dict[int, dict[int, MatrixCell]] = defaultdict(dict)
    made: dict[tuple[object, ...], MatrixCell] = {}
    month = cache(month_in_words)
    for fact in facts:
        booked = bookings.get((fact.learner_id, fact.course_id))
        what = (*fact[2:], booked)
        cell = made.get(what)
        if cell is None:
            standing = standing_of_item(fact, day, warning_days)
            last = _last_day(fact, standing)
            cell = made[what] = MatrixCell(
                standing=standing,
                text=_text(standing, last, day, month),
                expiry=fact.expiry_date,
                due=fact.due_date,
                day=last,
                is_missing=standing.kind == StatusKind.BAD and fact.expiry_date is None and fact.due_date is None,
                is_to_verify=fact.awaiting_verification,
                booked=booked,
                is_from_register=fact.is_from_register,
            )
        cells[fact.learner_id][fact.course_id] = cell
    return cells


def _last_day(fact: Facts, standing: ItemStanding) -> dt.date | None:
    """Return the day that the status of an item is about: the last valid day, or the day by which it has to be done."""
    if standing.order[0] == Urgency.DUE:
        return fact.due_date
    if standing.order[0] == Urgency.RED and fact.status != ComplianceStatus.NON_COMPLIANT:
        return fact.holds_until  # the last day of the stored answer, which has passed (C7)
    return fact.expiry_date or (fact.due_date if standing.order[0] == Urgency.RED else None)


def _text(standing: ItemStanding, last: dt.date | None, day: dt.date, month: Callable[[dt.date], str]) -> str:
    """Return the short text of a cell: the days that are left or have passed, or the month in which a pass ends.

    Args:
        standing: how the worker stands with the course.
        last: the day that the status is about; None where it is about none.
        day: the day that is shown.
        month: returns the text for the month that begins on a day.
    """
    place = standing.order[0]
    if last is None:
        return _("valid") if place == Urgency.FINE else _("none")
    if place == Urgency.FINE:
        return month(last.replace(day=1))
    return (
        _("%(days)d d") % {"days": (last - day).days}
        if place != Urgency.RED
        else _("−%(days)d d") % {"days": (day - last).days}
    )
