"""What opens when somebody presses a cell or the head of a column of the training matrix."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.pages.matrix import MatrixCell, MatrixFilter, cells_by_worker
from attendance.selectors.bookings import coming_lists, with_seats
from learners.models import ComplianceItem, Learner
from learners.pages.items import ItemLine, item_lines, item_lines_as_of
from learners.pages.later import Later, changed_later
from learners.policies.standing import Facts
from learners.selectors.learners import ids_of_person, person_of
from learners.selectors.matrix import matrix_workers
from training.core.refusals import check_found
from training.models import Course, Session
from training.selectors.courses import course_title

OFFERED_SESSIONS = 5
LONGEST_LIST = 500  # a session planned for a column lists at most this many workers


@dataclass(frozen=True)
class CellDetails:
    """One worker and one course: the status and its reasons, the proof, and the sessions where the training is offered.

    Attributes:
        line: the requirement; None where the course is not required of the worker.
        is_proof_entered_later: whether the proof was entered after the day that is shown (C8).
        later: what is now known about the day that is shown, and was not known on it (C8).
        booked: the next coming session of the course that has the worker on its list.
        sessions: coming sessions of the course with free seats.
    """

    learner: Learner
    course: Course
    title: str
    line: ItemLine | None
    cell: MatrixCell | None
    is_proof_entered_later: bool
    later: Sequence[Later]
    booked: Session | None
    sessions: Sequence[Session]


def cell_details(
    learner: Learner, course_id: int, *, on: dt.date | None, now: dt.datetime, warning_days: int
) -> CellDetails:
    """Return the details of one cell.

    Args:
        learner: the worker of the row.
        course_id: key of the course of the column.
        on: the day that is asked about (C8); None for today.
        now: the present moment.
        warning_days: how many days before an expiry the warning begins.

    Raises:
        NotFound: there is no such course.
    """
    course = get_course(course_id)
    day = on or timezone.localdate(now)
    if on is not None:
        lines = item_lines_as_of(learner, on=on, warning_days=warning_days)
    else:
        lines = item_lines(learner, today=day, warning_days=warning_days)
    line = next((each for each in lines if each.item.course_id == course_id), None)
    badges = ids_of_person(learner)
    booked = next_booking(badges, course_id, now=now) if on is None else None
    bookings = {(learner.pk, course_id): timezone.localdate(booked.start_time)} if booked else {}
    facts = [Facts(*(getattr(line.item, name) for name in Facts._fields))] if line else []
    offers = on is None and learner.status == Learner.Status.ACTIVE and booked is None
    return CellDetails(
        learner=learner,
        course=course,
        title=line.course_title if line else course.code,
        line=line,
        cell=cells_by_worker(facts, bookings, day=day, warning_days=warning_days)[learner.pk].get(course_id),
        is_proof_entered_later=bool(
            on and line and line.item.proof and timezone.localdate(line.item.proof.created_at) > on
        ),
        later=changed_later([learner.pk], on=on).get(learner.pk, []) if on is not None else [],
        booked=booked,
        sessions=sessions_with_seats(course_id, now=now) if offers else [],
    )


def get_course(course_id: int) -> Course:
    """Return a course by its key.

    Raises:
        NotFound: there is no such course.
    """
    return check_found(
        Course.objects.filter(pk=course_id, deleted_at__isnull=True).first(), _("There is no such course.")
    )


def next_booking(badges: Collection[int], course_id: int, *, now: dt.datetime) -> Session | None:
    """Return the next coming session of a course that has the person with these badges on its list, or None."""
    rows = coming_lists(now).filter(learner__in=badges, session__course=course_id)
    row = rows.select_related("session").order_by("session__start_time", "session").first()
    return row.session if row else None


def sessions_with_seats(course_id: int, *, now: dt.datetime) -> list[Session]:
    """Return the next scheduled sessions of a course that have free seats; `free` is how many."""
    sessions = with_seats([course_id], now=now).select_related("venue")
    return list(sessions.order_by("start_time", "pk")[:OFFERED_SESSIONS])


@dataclass(frozen=True)
class ColumnDetails:
    """The workers who are not cleared for a course: those a new session would list, and those on a list already."""

    course: Course
    title: str
    to_plan: Sequence[int]
    total: int
    already_booked: int

    @property
    def is_cut(self) -> bool:
        """Whether there are more workers than one list takes."""
        return len(self.to_plan) + self.already_booked < self.total


def column_details(wanted: MatrixFilter, course_id: int, *, now: dt.datetime, warning_days: int) -> ColumnDetails:
    """Return the workers of a filter who are not cleared for a course, those who have been so for longest first.

    Args:
        wanted: the filter of the matrix.
        course_id: key of the course of the column.
        now: the present moment.
        warning_days: how many days before an expiry the warning begins.

    Raises:
        NotFound: there is no such course.
    """
    course = get_course(course_id)
    today = timezone.localdate(now)
    learners = matrix_workers(wanted.workers, red_course=course_id, today=today, warning_days=warning_days)
    booked = coming_lists(now).filter(session__course=course_id).values(person=person_of())
    item = ComplianceItem.objects.filter(learner=OuterRef("pk"), course=course_id).values("key_date")
    to_plan = learners.exclude(pk__in=booked).order_by(Subquery(item), "sort_key").values_list("pk", flat=True)
    title = Course.objects.filter(pk=course_id).values_list(course_title("pk"), flat=True).get()
    return ColumnDetails(
        course=course,
        title=title or course.code,
        to_plan=list(to_plan[:LONGEST_LIST]),
        total=learners.count(),
        already_booked=learners.filter(pk__in=booked).count(),
    )
