"""Learners in classes as they are read: sums, progress, attendance, steps, and who is in progress on a day (H7)."""

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
    """A learner's way through one class.

    Attributes:
        course_hours: hours that the course takes: as the class says, else as the course's published version lasts.
        percent: hours trained of these, capped at 100; None where nobody has said how long the course is.
        attendance_rate: present of trained, in percent; None before the first hour.
    """

    progression: LearnerProgression
    course_hours: Decimal | None
    percent: int | None
    attendance_rate: int | None


@dataclass(frozen=True)
class Difference:
    """A progression whose sums are not those of its log; both as trained, present, absent."""

    tracking_id: int
    stored: tuple[Decimal, Decimal, Decimal]
    logged: tuple[Decimal, Decimal, Decimal]


def progressions_of_class(class_id: int) -> list[ProgressionLine]:
    """Return everybody in a class, by name; one query."""
    return _lines(LearnerProgression.objects.filter(training_class=class_id).order_by("learner__sort_key"))


def progressions_of_learner(learner_id: int) -> list[ProgressionLine]:
    """Return every programme of a learner and of badges merged into this one (L2), the latest first; one query."""
    theirs = Q(learner=learner_id) | Q(learner__merged_into=learner_id)
    return _lines(LearnerProgression.objects.filter(theirs).order_by("-start_date", "-pk"))


def progressions_of_learner_as_of(learner_id: int, *, on: date) -> list[ProgressionLine]:
    """Return every programme that a learner had begun by a day, with hours and state of that day (C8); one query.

    Hours count by their date and steps by their effective date, whenever they were entered. Never saved.
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
        each.status = STATE_AFTER.get(each.step_then, each.status)  # without steps, by plain SQL, it has its own
        if each.completion_date and each.completion_date > on and each.step_then is None:
            each.status = LearnerProgression.Status.IN_PROGRESS
        if each.status != LearnerProgression.Status.COMPLETED:
            each.completion_date = None
    return [_line(each, each.course_minutes) for each in found]


def in_progress_keys(class_id: int, day: date) -> RawSQL:
    """Return the expression of the keys of those whose hours are captured for a class on `day` (H2).

    Steps count by their effective dates, whenever they were entered: a hold from its day on, a completion from the day
    after. A progression that came without steps, by plain SQL, is taken by its present state. Whoever has left is in no
    class from the day after the last day on (L3). A person is there once, under whatever badges (L2): as the survivor,
    if that badge is in progress.
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
    """Return those whose hours are captured for a class on `day` (H2), by name."""
    progressions = LearnerProgression.objects.filter(pk__in=in_progress_keys(class_id, day))
    return progressions.select_related("learner__company").order_by("learner__sort_key")


def hours_log(tracking_ids: Collection[int]) -> QuerySet[LearnerHoursLog]:
    """Return the log of these progressions, the latest day first, with who entered it and what reversed it."""
    related = ("created_by", "session", "reversal", "training_class", "course")
    return LearnerHoursLog.objects.filter(progression__in=tracking_ids).select_related(*related)


def steps(tracking_ids: Collection[int]) -> QuerySet[ProgressionEvent]:
    """Return what happened to these progressions, as it was entered, and by whom."""
    return ProgressionEvent.objects.filter(progression__in=tracking_ids).select_related("created_by")


def hours_differences() -> list[Difference]:
    """Return the progressions whose sums are not those of their log (H6); the database keeps them from arising."""
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
    """Return the rows with what is told of class and course, `course_minutes` included."""
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
