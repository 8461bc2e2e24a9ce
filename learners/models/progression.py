"""The programme of a worker, which is one course in one class: its state, its steps, and the log of hours behind it.

Reports and plain SQL rely on the names of these tables and columns, and write rows without some of them. So the names
stay, and defaults are defaults of the database.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learners.models.hours_rules import (
    Hours,
    as_hours,
    check_day,
    check_hours,
    check_meeting,
    check_meeting_held,
    check_source,
)
from training.core.audited import audited
from training.core.transactions import acting
from training.core.words import day
from training.models import ClassAttendanceSession

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


def _hours(label: "_StrOrPromise") -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(label, max_digits=9, decimal_places=1, db_default=Decimal(0))


@audited()
class LearnerProgression(models.Model):
    """One worker in one course of one class. A worker has at most one that is in progress.

    The three sums always equal the log: a trigger of migration `0016_squashed_guards` changes them with every row of
    the log, and refuses any other value (invariant 6). The legal steps are in `learners.policies.hours`.
    """

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("In progress")
        ON_HOLD = "on_hold", _("On hold")
        COMPLETED = "completed", _("Completed")

    tracking_id = models.BigAutoField(primary_key=True)
    learner = models.ForeignKey(
        "learners.Learner", verbose_name=_("worker"), on_delete=models.PROTECT, related_name="progressions"
    )
    course = models.ForeignKey(
        "training.Course",
        verbose_name=_("course"),
        on_delete=models.PROTECT,
        related_name="progressions",
        db_column="class_type_subject_id",
    )
    training_class = models.ForeignKey(
        "training.TrainingClass",
        verbose_name=_("class"),
        on_delete=models.PROTECT,
        related_name="progressions",
        db_column="class_id",
    )
    status = models.CharField(_("status"), max_length=20, choices=Status, db_default="in_progress")
    start_date = models.DateField(_("start date"))
    completion_date = models.DateField(_("completion date"), null=True, blank=True)
    hours_trained = _hours(_("hours trained"))
    hours_present = _hours(_("hours present"))
    hours_absent = _hours(_("hours absent"))
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated at"), db_default=Now(), editable=False)

    class Meta:
        db_table = "learner_lp_tracking"
        db_table_comment = "Progress of a learner through one course in one class; sums of learner_hours_log"
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ("-start_date", "-tracking_id")
        constraints = (
            models.UniqueConstraint(
                fields=("learner",),
                condition=Q(status="in_progress"),
                name="progression_one_in_progress",
                violation_error_message=_("This worker has another programme in progress."),
            ),
            models.UniqueConstraint(
                fields=("learner", "course", "training_class"),
                name="progression_once_per_class_and_course",
                violation_error_message=_("This worker is in that class already."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=("in_progress", "on_hold", "completed")),
                name="progression_status_known",
                violation_error_message=_("A programme is in progress, on hold or completed."),
            ),
            models.CheckConstraint(
                condition=Q(status="completed", completion_date__isnull=False)
                | (~Q(status="completed") & Q(completion_date__isnull=True)),
                name="progression_completed_has_date",
                violation_error_message=_("A completed programme has its completion date."),
            ),
            models.CheckConstraint(
                condition=Q(completion_date__isnull=True) | Q(completion_date__gte=F("start_date")),
                name="progression_completes_after_start",
                violation_error_message=_("A programme is completed on or after its start date."),
            ),
            models.CheckConstraint(
                condition=Q(hours_present__gte=0, hours_trained__gte=F("hours_present"))
                & Q(hours_absent=F("hours_trained") - F("hours_present")),
                name="progression_hours_add_up",
                violation_error_message=_("Hours present and absent add up to the hours trained."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.learner_id}: {self.course_id} ({self.status})"

    def add_hours(  # noqa: PLR0917  # H5 fixes the order
        self,
        hours_trained: Hours,
        hours_present: Hours,
        source: str = "manual",
        notes: str | None = None,
        session_id: int | None = None,
        created_by: User | int | None = None,
        *,
        log_date: date | None = None,
    ) -> bool:
        """Log hours of this programme; its sums change with the log (H5).

        Args:
            hours_trained, hours_present: with at most one decimal.
            source: one of `LearnerHoursLog.Source`.
            session_id: the meeting of this class to which the hours belong; its date counts.
            created_by: the login that enters them, or its key.
            log_date: the day, where there is no meeting; None means today on the site, which is read here.

        Returns:
            True: they are logged.

        Raises:
            WrongHours: hours, source, meeting or day cannot be right; nothing is logged.
            MeetingWasNotHeld: the meeting was marked with an exception (H3).
        """
        trained, present = as_hours(hours_trained), as_hours(hours_present)
        check_hours(trained=trained, present=present)
        check_source(source, known=LearnerHoursLog.Source.values)
        today = timezone.localdate()
        with acting(created_by if isinstance(created_by, User) else None):
            day = log_date or today
            if session_id is not None:  # locked before the progression, as captures do
                meetings = ClassAttendanceSession.objects.select_for_update(no_key=True)
                meeting = meetings.filter(pk=session_id, training_class=self.training_class_id).first()
                day = check_meeting(meeting.session_date if meeting else None, log_date=log_date)
                if meeting is not None:
                    check_meeting_held(meeting.status)
            check_day(day, today=today, left_on=self.learner.person.end_date)
            LearnerProgression.objects.select_for_update(no_key=True).get(pk=self.pk)
            LearnerHoursLog.objects.create(
                progression=self,
                learner_id=self.learner_id,
                training_class_id=self.training_class_id,
                course_id=self.course_id,
                log_date=day,
                hours_trained=trained,
                hours_present=present,
                source=source,
                session_id=session_id,
                created_by_id=created_by.pk if isinstance(created_by, User) else created_by,
                notes=notes,
            )
        self.refresh_from_db(fields=["hours_trained", "hours_present", "hours_absent", "updated_at"])
        return True


@audited()
class ProgressionEvent(models.Model):
    """A step of a programme: started, held, resumed or completed, from which day, by whom and why (H7). Append-only."""

    class Kind(models.TextChoices):
        STARTED = "started", _("Started")
        HELD = "held", _("Put on hold")
        RESUMED = "resumed", _("Resumed")
        COMPLETED = "completed", _("Completed")

    progression = models.ForeignKey(LearnerProgression, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    effective_date = models.DateField(_("effective date"))
    reason = models.TextField(_("reason"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        db_table = "learners_progressionevent"
        verbose_name = _("programme step")
        verbose_name_plural = _("programme steps")
        ordering = ("created_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("started", "held", "resumed", "completed")),
                name="progression_event_kind_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {day(self.effective_date)}"


@audited()
class LearnerHoursLog(models.Model):
    """Hours of one worker on one day (H2 to H6). Append-only; a reversal is the exact negative of another row."""

    class Source(models.TextChoices):
        SCHEDULE = "schedule", _("Schedule")
        ATTENDANCE = "attendance", _("Attendance")
        MANUAL = "manual", _("By hand")

    log_id = models.BigAutoField(primary_key=True)
    progression = models.ForeignKey(
        LearnerProgression,
        verbose_name=_("programme"),
        on_delete=models.PROTECT,
        related_name="hours",
        db_column="tracking_id",
    )
    learner = models.ForeignKey(
        "learners.Learner", verbose_name=_("worker"), on_delete=models.PROTECT, related_name="hours"
    )
    training_class = models.ForeignKey(
        "training.TrainingClass",
        verbose_name=_("class"),
        on_delete=models.PROTECT,
        related_name="hours",
        db_column="class_id",
        db_index=False,
    )
    course = models.ForeignKey(
        "training.Course",
        verbose_name=_("course"),
        on_delete=models.PROTECT,
        related_name="+",
        db_column="class_type_subject_id",
        db_index=False,
    )
    log_date = models.DateField(_("date"))
    hours_trained = models.DecimalField(_("hours trained"), max_digits=5, decimal_places=1)
    hours_present = models.DecimalField(_("hours present"), max_digits=5, decimal_places=1)
    source = models.CharField(_("source"), max_length=20, choices=Source, db_default="manual")
    session = models.ForeignKey(
        "training.ClassAttendanceSession",
        verbose_name=_("class meeting"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="hours",
        db_column="session_id",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_column="created_by",
        db_index=False,
    )
    notes = models.TextField(_("notes"), null=True, blank=True)  # noqa: DJ001  # absent in plain SQL inserts
    reversal_of = models.OneToOneField(
        "self",
        verbose_name=_("reversal of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversal",
        db_column="reversal_of",
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        db_table = "learner_hours_log"
        db_table_comment = "Hours of learners, one row per learner and capture or manual entry; append-only"
        verbose_name = _("hours log")
        verbose_name_plural = _("hours log")
        ordering = ("-log_date", "-log_id")
        indexes = (models.Index(fields=("training_class", "log_date"), name="hours_by_class_and_date"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(reversal_of__isnull=False) | Q(hours_present__gte=0, hours_trained__gte=F("hours_present")),
                name="hours_present_0_to_trained",
                violation_error_message=_("Hours present must be between 0 and the hours trained."),
            ),
            models.CheckConstraint(
                condition=Q(source__in=("schedule", "attendance", "manual")), name="hours_source_known"
            ),
        )

    def __str__(self) -> str:
        return f"{day(self.log_date)}: {self.hours_present}/{self.hours_trained}"

    @property
    def is_reversal(self) -> bool:
        return self.reversal_of_id is not None

    @property
    def is_reversed(self) -> bool:
        return hasattr(self, "reversal")

    @property
    def is_of_capture(self) -> bool:
        """Whether these hours belong to a captured meeting, so that only a void of all of it takes them back (H4)."""
        return (
            self.source == self.Source.ATTENDANCE
            and self.session is not None
            and self.session.status == ClassAttendanceSession.Status.CAPTURED
        )

    def negative(self, *, reason: str, by: User, now: datetime) -> "LearnerHoursLog":
        """Return the reversal of this row, which is not saved yet (invariant 6)."""
        return LearnerHoursLog(
            progression_id=self.progression_id,
            learner_id=self.learner_id,
            training_class_id=self.training_class_id,
            course_id=self.course_id,
            log_date=self.log_date,
            hours_trained=-self.hours_trained,
            hours_present=-self.hours_present,
            source=self.source,
            session_id=self.session_id,
            created_by=by,
            created_at=now,
            notes=reason,
            reversal_of=self,
        )
