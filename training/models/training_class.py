"""Training classes, which are programmes delivered to one client over many dates, and their dated meetings.

Reports and plain SQL rely on the names of these tables and columns, and write rows without some of them. So the names
stay, and defaults are defaults of the database.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited
from training.core.words import day


@audited()
class TrainingClass(models.Model):
    """A programme for one client, with a unique class code such as ABC1001 (K1).

    A draft may lack everything but its key. `schedule` holds the rule of its dates, as `training.policies.schedules`
    writes and reads it (H1). The code is made of the client's prefix and a number of the sequence `class_code_seq`
    (migration `0007_class_code_sequence`), or comes with an import. It never changes.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        STOPPED = "stopped", _("Stopped")

    class_id = models.BigAutoField(primary_key=True)
    class_code = models.CharField(  # noqa: DJ001  # null while a draft has none: empty codes are refused
        _("class code"), max_length=50, null=True, blank=True, editable=False
    )
    client = models.ForeignKey(
        "training.Company",
        verbose_name=_("client"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="classes",
    )
    class_type = models.CharField(_("class type"), max_length=50, blank=True, db_default="")
    course = models.ForeignKey(
        "training.Course",
        verbose_name=_("course"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="classes",
    )
    agent = models.ForeignKey(
        "training.Trainer",
        verbose_name=_("trainer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="classes",
    )
    venue = models.ForeignKey(
        "training.Venue",
        verbose_name=_("venue"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="classes",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, db_default="draft")
    start_date = models.DateField(_("first day"), null=True, blank=True)
    end_date = models.DateField(_("last day"), null=True, blank=True)
    stop_date = models.DateField(_("stopped on"), null=True, blank=True)
    schedule = models.JSONField(_("schedule"), null=True, blank=True)
    course_hours = models.DecimalField(
        _("course hours"),
        max_digits=7,
        decimal_places=1,
        null=True,
        blank=True,
        help_text=_("Hours a worker needs to complete the course in this class, for 100 % progress."),
    )
    version = models.PositiveIntegerField(_("version"), db_default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    updated_at = models.DateTimeField(_("updated at"), db_default=Now(), editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("updated by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        db_table = "classes"
        db_table_comment = "Training classes: programmes delivered to one client over many dates"
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        ordering = ("-class_id",)
        indexes = (
            models.Index(fields=("agent", "status"), name="class_by_agent_and_status"),
            models.Index(fields=("client", "status"), name="class_by_client_and_status"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("class_code",),
                name="class_code_unique",
                violation_error_message=_("This class code is taken."),
            ),
            models.CheckConstraint(
                condition=~Q(class_code=""),
                name="class_code_not_empty",
                violation_error_message=_("A class code is never empty."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "active", "stopped")),
                name="class_status_known",
                violation_error_message=_("A class is a draft, active or stopped."),
            ),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(start_date__isnull=True) | Q(end_date__gte=F("start_date")),
                name="class_ends_after_start",
                violation_error_message=_("The last day cannot be before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(status="stopped", stop_date__isnull=False)
                | (~Q(status="stopped") & Q(stop_date__isnull=True)),
                name="class_stopped_has_date",
                violation_error_message=_("A stopped class has the date on which it stopped."),
            ),
            models.CheckConstraint(
                condition=Q(status="draft")
                | Q(
                    class_code__isnull=False,
                    client__isnull=False,
                    course__isnull=False,
                    agent__isnull=False,
                    start_date__isnull=False,
                    end_date__isnull=False,
                    schedule__isnull=False,
                ),
                name="class_active_is_whole",
                violation_error_message=_(
                    "An active class needs a code, client, course, trainer, first and last day and a schedule."
                ),
            ),
            models.CheckConstraint(
                condition=Q(course_hours__isnull=True) | Q(course_hours__gt=0),
                name="class_course_hours_positive",
                violation_error_message=_("Course hours are more than 0."),
            ),
        )

    def __str__(self) -> str:
        return self.class_code or f"#{self.pk}"

    @property
    def owner_id(self) -> int | None:
        """The login of its trainer; None where there is none. Trainers may do more with their own classes."""
        return self.agent.user_id if self.agent else None


@audited()
class ClassAttendanceSession(models.Model):
    """One dated meeting of a class (H1 to H4).

    Once it is captured or excepted it is frozen by the trigger `class_session_is_frozen`; only a `CaptureVoid` makes it
    pending again. The legal steps from state to state are in `training.policies.meetings`.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        CAPTURED = "captured", _("Recorded")
        CLIENT_CANCELLED = "client_cancelled", _("Client cancelled")
        AGENT_ABSENT = "agent_absent", _("Trainer absent")

    session_id = models.BigAutoField(primary_key=True)
    training_class = models.ForeignKey(
        TrainingClass,
        verbose_name=_("class"),
        on_delete=models.CASCADE,
        related_name="sessions",
        db_column="class_id",
        db_index=False,
    )
    session_date = models.DateField(_("date"))
    status = models.CharField(_("status"), max_length=30, choices=Status, db_default="pending")
    scheduled_hours = models.DecimalField(_("scheduled hours"), max_digits=5, decimal_places=1)
    notes = models.TextField(_("notes"), null=True, blank=True)  # noqa: DJ001  # absent in plain SQL inserts
    captured_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_column="captured_by",
    )
    captured_at = models.DateTimeField(_("recorded at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated at"), db_default=Now(), editable=False)

    class Meta:
        db_table = "class_attendance_sessions"
        db_table_comment = (
            "Dated meetings of training classes. status: pending (not held or not captured), captured (hours are in "
            "learner_hours_log), client_cancelled and agent_absent (no hours)"
        )
        verbose_name = _("class meeting")
        verbose_name_plural = _("class meetings")
        ordering = ("session_date",)
        indexes = (
            models.Index(fields=("training_class",), name="class_session_by_class"),
            models.Index(fields=("session_date",), condition=Q(status="pending"), name="class_session_pending_by_date"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("training_class", "session_date"),
                name="class_session_one_per_date",
                violation_error_message=_("The class already has a meeting on that date."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=("pending", "captured", "client_cancelled", "agent_absent")),
                name="class_session_status_known",
                violation_error_message=_(
                    "A class meeting is pending, recorded, cancelled by the client, or its trainer was absent."
                ),
            ),
            models.CheckConstraint(
                condition=Q(scheduled_hours__gt=0, scheduled_hours__lte=Decimal("24")),
                name="class_session_hours_0_to_24",
                violation_error_message=_("A class meeting lasts more than 0 and at most 24 hours."),
            ),
            models.CheckConstraint(
                condition=Q(status="pending", captured_at__isnull=True, captured_by__isnull=True)
                | (~Q(status="pending") & Q(captured_at__isnull=False, captured_by__isnull=False)),
                name="class_session_capture_has_author",
                violation_error_message=_("A meeting that is recorded or was not held says who entered it and when."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.training_class}, {day(self.session_date)}"
