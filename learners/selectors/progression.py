"""Programmes of workers: progress, attendance, the log of hours, steps, and who is in progress on a day (H7)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from learners.models import LearnerHoursLog, LearnerProgression, ProgressionEvent
from learners.policies.hours import STATE_AFTER, percent
from training.models import CourseVersion


@dataclass(frozen=True)
class ProgressionLine:
    """A programme with its progress (H7).

    Attributes:
        course_hours: the hours that the course takes, as the class says, else as the published version of the course
            says; None where neither does.
        percent: hours trained of these in percent, at most 100; None where `course_hours` is.
        attendance_rate: hours present of hours trained in percent; None before the first hour.
    """

    progression: LearnerProgression
    course_hours: Decimal | None
    percent: int | None
    attendance_rate: int | None


@dataclass(frozen=True)
class Difference:
    """A programme whose stored sums differ from its log; both are hours trained, present and absent."""

    tracking_id: int
    stored: tuple[Decimal, Decimal, Decimal]
    logged: tuple[Decimal, Decimal, Decimal]


def progressions_of_class(class_id: int) -> list[ProgressionLine]:
    """Return the programmes of a class, by name of the worker; one query."""
    return _lines(LearnerProgression.objects.filter(training_class=class_id).order_by("learner__sort_key"))


def progressions_of_learner(learner_id: int) -> list[ProgressionLine]:
    """Return the programmes of a worker and of the badges merged into this one (L2), the latest first; one query."""
    theirs = Q(learner=learner_id) | Q(learner__merged_into=learner_id)
    return _lines(LearnerProgression.objects.filter(theirs).order_by("-start_date", "-pk"))


def progressions_of_learner_as_of(learner_id: int, *, on: date) -> list[ProgressionLine]:
    """Return the programmes that a worker had begun by a day, with hours and state of that day (C8); one query.

    Hours count by their date, and steps by their effective date, whenever they were entered. These objects are never
    saved.
    """
    theirs = Q(learner=learner_id) | Q(learner__merged_into=learner_id)
    logged = LearnerHoursLog.objects.filter(progression=OuterRef("pk"), log_date__lte=on).order_by()
    of_each = logged.values("progression")
    taken = ProgressionEvent.objects.filter(progression=OuterRef("pk"), effective_date__lte=on)
    begun = LearnerProgression.objects.filter(theirs, start_date__lte=on).annotate(
        trained_then=Coalesce(Subquery(of_each.annotate(sum=Sum("hours_trained")).values("sum")), Decimal(0)),
        present_then=Coalesce(Subquery(of_each.annotate(sum=Sum("hours_present")).values("sum")), Decimal(0)),
        step_then=Subquery(taken.order_by("-effective_date", "-pk").values("kind")[:1]),
    )
    found = list(_with_course(begun.order_by("-start_date", "-pk")))
    for each in found:
        each.hours_trained, each.hours_present = each.trained_then, each.present_then
        each.hours_absent = each.trained_then - each.present_then
        each.status = STATE_AFTER.get(each.step_then, each.status)  # rows written by plain SQL have no steps
        if each.completion_date and each.completion_date > on and each.step_then is None:
            each.status = LearnerProgression.Status.IN_PROGRESS
        if each.status != LearnerProgression.Status.COMPLETED:
            each.completion_date = None
    return [_line(each, each.course_minutes) for each in found]


def in_progress_keys(class_id: int, day: date) -> RawSQL:
    """Return the expression of the keys of the programmes whose hours are captured for a class on `day` (H2).

    Steps count by their effective dates, whenever they were entered: a hold from its day on, a completion from the day
    after. A programme without steps, written by plain SQL, counts by its present state. A worker who has left is in no
    class from the day after the last day on (L3). A person with several badges is there once (L2), with the surviving
    badge if that is in progress.
    """
    return RawSQL(  # no value of anybody's in the text
        """
        SELECT DISTINCT ON (person.id) tracking_id
          FROM learner_lp_tracking
          JOIN learners_learner badge ON badge.id = learner_id
          JOIN learners_learner person ON person.id = coalesce(badge.merged_into_id, badge.id)
         WHERE class_id = %s AND learner_lp_tracking.start_date <= %s AND coalesce(person.end_date >= %s, true)
           AND coalesce(
                 (SELECT kind FROM learners_progressionevent
                   WHERE progression_id = tracking_id
                     AND (effective_date < %s OR (effective_date = %s AND kind <> 'completed'))
                   ORDER BY effective_date DESC, id DESC LIMIT 1),
                 CASE WHEN learner_lp_tracking.status = 'in_progress' AND NOT EXISTS (
                        SELECT FROM learners_progressionevent WHERE progression_id = tracking_id) THEN 'started' END
               ) IN ('started', 'resumed')
         ORDER BY person.id, badge.id <> person.id, tracking_id
        """,
        (class_id, day, day, day, day),
    )


def in_progress_on(class_id: int, day: date) -> QuerySet[LearnerProgression]:
    """Return the programmes whose hours are captured for a class on `day` (H2), by name of the worker."""
    progressions = LearnerProgression.objects.filter(pk__in=in_progress_keys(class_id, day))
    return progressions.select_related("learner__company").order_by("learner__sort_key")


def hours_log(tracking_ids: Collection[int]) -> QuerySet[LearnerHoursLog]:
    """Return the hours of these programmes, the latest day first, with who entered them and their reversals."""
    related = ("created_by", "session", "reversal", "training_class", "course")
    return LearnerHoursLog.objects.filter(progression__in=tracking_ids).select_related(*related)


def steps(tracking_ids: Collection[int]) -> QuerySet[ProgressionEvent]:
    """Return the steps of these programmes, in the order in which they were entered, with who entered them."""
    return ProgressionEvent.objects.filter(progression__in=tracking_ids).select_related("created_by")


def hours_differences() -> list[Difference]:
    """Return the programmes whose sums differ from their log (H6), which the database is to prevent."""
    logged = LearnerHoursLog.objects.filter(progression=OuterRef("pk")).order_by().values("progression")
    trained = Coalesce(Subquery(logged.annotate(sum=Sum("hours_trained")).values("sum")), Decimal(0))
    present = Coalesce(Subquery(logged.annotate(sum=Sum("hours_present")).values("sum")), Decimal(0))
    wrong = (
        LearnerProgression.objects.annotate(trained=trained, present=present)
        .exclude(hours_trained=F("trained"), hours_present=F("present"), hours_absent=F("trained") - F("present"))
        .order_by("pk")
        .values_list("pk", "hours_trained", "hours_present", "hours_absent", "trained", "present")
    )
    return [
        Difference(tracking_id, (stored_trained, stored_present, stored_absent), (trained, present, trained - present))
        for tracking_id, stored_trained, stored_present, stored_absent, trained, present in wrong
    ]


def _lines(progressions: QuerySet[LearnerProgression]) -> list[ProgressionLine]:
    return [_line(each, each.course_minutes) for each in _with_course(progressions)]


def _with_course(progressions: QuerySet[LearnerProgression]) -> Any:
    """Return the programmes with worker, course and class, and with `course_minutes` of the published version."""
    published = CourseVersion.objects.filter(course=OuterRef("course"), status=CourseVersion.Status.PUBLISHED).values(
        "duration_minutes"
    )[:1]
    related = ("learner__company", "course", "training_class__client", "training_class__agent")
    return progressions.annotate(course_minutes=Subquery(published)).select_related(*related)


def _line(progression: LearnerProgression, course_minutes: int | None) -> ProgressionLine:
    hours = progression.training_class.course_hours
    if hours is None and course_minutes is not None:
        hours = Decimal(course_minutes) / 60
    return ProgressionLine(
        progression=progression,
        course_hours=hours,
        percent=percent(progression.hours_trained, hours),
        attendance_rate=percent(progression.hours_present, progression.hours_trained),
    )
