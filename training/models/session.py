"""Training sessions: one course version, one trainer, one venue, one time range, one class list."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from training.core.audited import Authored, audited

SHA256_HEX = r"^[0-9a-f]{64}$"


if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


def time_range() -> Func:
    """Return `tstzrange(start_time, end_time, '[)')`: back-to-back sessions do not overlap (invariant 2).

    Made of Django's own parts alone: the migrations of the constraints repeat it, and may name nothing of ours.
    """
    return Func("start_time", "end_time", RangeBoundary(), function="TSTZRANGE", output_field=DateTimeRangeField())


def _no_overlap(resource: str, name: str, message: "_StrOrPromise") -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[
            (resource, RangeOperators.EQUAL),
            (time_range(), RangeOperators.OVERLAPS),
        ],
        condition=Q(status__in=("SCHEDULED", "COMPLETED")),
        violation_error_message=message,
    )


@audited()
class Session(Authored):
    """One HSE training event.

    The triggers of migration `0005_squashed_guards` freeze a finalized session, and refuse every step that is not in
    the table of legal steps below (S9). `version` counts changes of the plan and of the list, but not marks: the
    sign-in sheet prints it, so that people see when a sheet is out of date (S11). `first_marked_at` is written by the
    triggers of migration `attendance.0011_sessions`, so that the course is fixed whatever way a mark comes in.
    """

    # As in `Authored`, and with defaults of the database too.
    created_at = models.DateTimeField(_("created at"), auto_now_add=True, db_default=Now())
    updated_at = models.DateTimeField(_("updated at"), auto_now=True, db_default=Now())

    class Status(models.TextChoices):
        DRAFT = "DRAFT", _("Draft")
        SCHEDULED = "SCHEDULED", _("Scheduled")
        COMPLETED = "COMPLETED", _("Finalized")
        CANCELLED = "CANCELLED", _("Cancelled")

    course = models.ForeignKey(
        "training.Course", verbose_name=_("course"), on_delete=models.PROTECT, related_name="sessions"
    )
    course_version = models.ForeignKey(
        "training.CourseVersion",
        verbose_name=_("course version"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sessions",
        help_text=_("Pinned when the session is scheduled."),
    )
    trainer = models.ForeignKey(
        "training.Trainer",
        verbose_name=_("trainer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sessions",
    )
    venue = models.ForeignKey(
        "training.Venue",
        verbose_name=_("venue"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sessions",
    )
    start_time = models.DateTimeField(_("start"), null=True, blank=True)
    end_time = models.DateTimeField(_("end"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, db_default=Status.DRAFT)
    attendance_file_key = models.CharField(
        _("key of the signed sheet"), max_length=200, blank=True, default="", db_default="", editable=False
    )
    attendance_file_hash = models.CharField(
        _("SHA-256 of the signed sheet"), max_length=64, blank=True, default="", db_default="", editable=False
    )
    finalized_at = models.DateTimeField(_("finalized at"), null=True, blank=True, editable=False)
    finalized_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("finalized by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    cancellation_reason = models.TextField(_("reason for cancelling"), blank=True, default="", db_default="")
    change_reason = models.TextField(
        _("reason for the last change"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Needed once attendance is marked or a signed sheet is stored."),
    )
    first_marked_at = models.DateTimeField(_("first marked at"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)
    last_line = models.PositiveIntegerField(_("last line number given"), default=0, db_default=0, editable=False)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)

    class Meta:
        db_table = "sessions"
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ("-start_time", "-pk")
        indexes = (
            models.Index(fields=("status", "start_time"), name="session_by_status_and_start"),
            models.Index(fields=("trainer", "start_time"), name="session_by_trainer_and_start"),
            models.Index(fields=("venue", "start_time"), name="session_by_venue_and_start"),
            models.Index(fields=("start_time",), name="session_by_start"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(start_time__isnull=True) | Q(end_time__isnull=True) | Q(end_time__gt=F("start_time")),
                name="session_end_after_start",
                violation_error_message=_("End time must be after start time."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("SCHEDULED", "COMPLETED"))
                | Q(
                    course_version__isnull=False,
                    trainer__isnull=False,
                    venue__isnull=False,
                    start_time__isnull=False,
                    end_time__isnull=False,
                ),
                name="session_scheduled_is_whole",
                violation_error_message=_("A scheduled session needs a course version, trainer, venue, start and end."),
            ),
            _no_overlap(
                "trainer",
                "session_trainer_not_double_booked",
                _("The trainer has another session at that time."),
            ),
            _no_overlap("venue", "session_venue_not_double_booked", _("The venue is taken at that time.")),
            models.CheckConstraint(
                condition=Q(status="COMPLETED", finalized_at__isnull=False, finalized_by__isnull=False)
                | (~Q(status="COMPLETED") & Q(finalized_at__isnull=True, finalized_by__isnull=True)),
                name="session_completed_means_finalized",
                violation_error_message=_("A session is finalized only by the Finalize button."),
            ),
            models.CheckConstraint(
                condition=Q(finalized_at__isnull=True) | ~Q(attendance_file_key=""),
                name="session_finalized_has_evidence",
                violation_error_message=_("A finalized session has a signed attendance sheet."),
            ),
            models.CheckConstraint(
                condition=Q(attendance_file_key="", attendance_file_hash="")
                | (~Q(attendance_file_key="") & Q(attendance_file_hash__regex=SHA256_HEX)),
                name="session_evidence_has_hash",
                violation_error_message=_("A signed sheet is stored with its SHA-256."),
            ),
            models.CheckConstraint(
                condition=~Q(status="CANCELLED") | Q(cancellation_reason__trim__length__gt=0),
                name="session_cancelled_has_reason",
                violation_error_message=_("Cancelling needs a reason."),
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(status="DRAFT"),
                name="session_only_drafts_deleted",
                violation_error_message=_("Only drafts can be deleted."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=("DRAFT", "SCHEDULED", "COMPLETED", "CANCELLED")), name="session_status_known"
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """`S-<year created>-<id>`, as printed on the sheet."""
        return f"S-{timezone.localtime(self.created_at).year}-{self.pk:04d}"

    @property
    def owner_id(self) -> int | None:
        """The login of its trainer; None where there is none. Trainers may do more with their own sessions."""
        return self.trainer.user_id if self.trainer else None

    @property
    def is_finalized(self) -> bool:
        return self.finalized_at is not None

    @property
    def has_evidence(self) -> bool:
        return bool(self.attendance_file_key)

    @property
    def has_mark_or_evidence(self) -> bool:
        """Whether the course is fixed, and a change of trainer, venue or time needs a reason (S11)."""
        return self.first_marked_at is not None or self.has_evidence


# The one table of legal steps (S9), kept by the trigger `session_step_is_legal` as well.
# COMPLETED is reached through attendance.services.finalize and nowhere else.
SESSION_STEPS: dict[str, frozenset[str]] = {
    Session.Status.DRAFT: frozenset({Session.Status.SCHEDULED, Session.Status.CANCELLED}),
    Session.Status.SCHEDULED: frozenset({Session.Status.COMPLETED, Session.Status.CANCELLED}),
    Session.Status.COMPLETED: frozenset(),
    Session.Status.CANCELLED: frozenset(),
}
