"""The rows of a session's list: who is on it, and whether they were present and passed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited


@audited()
class SessionAttendee(models.Model):
    """A learner on a session's list, with a line number that is never given twice.

    After finalize the triggers of migration `0010_squashed_guards` refuse every change. Employer and role are copied
    when the learner is first marked present (R3); taking the mark back clears them. While `marked_at` is null the
    learner is not marked.
    """

    class Status(models.TextChoices):
        REGISTERED = "REGISTERED", _("Registered")
        ATTENDED = "ATTENDED", _("Attended")
        NO_SHOW = "NO_SHOW", _("No show")

    session = models.ForeignKey(
        "training.Session", verbose_name=_("session"), on_delete=models.CASCADE, related_name="attendees"
    )
    learner = models.ForeignKey(
        "learners.Learner", verbose_name=_("worker"), on_delete=models.PROTECT, related_name="attendances"
    )
    line = models.PositiveIntegerField(_("line"))
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.REGISTERED, db_default=Status.REGISTERED
    )
    is_present = models.BooleanField(_("present"), default=False, db_default=False)
    has_passed = models.BooleanField(_("passed"), default=True, db_default=True)
    remarks = models.CharField(_("remarks"), max_length=500, blank=True, default="", db_default="")
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("marked by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    marked_at = models.DateTimeField(_("marked at"), null=True, blank=True)
    company = models.ForeignKey(
        "training.Company",
        verbose_name=_("employer when marked"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    role = models.ForeignKey(
        "learners.Role",
        verbose_name=_("role when marked"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    added_at = models.DateTimeField(_("added at"), default=timezone.now, db_default=Now(), editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)

    # In trails: `is_present` says something only once the learner is marked, `has_passed` only once present. Somebody
    # who was merely put on the list is neither absent nor passed.
    SAID_ONLY_WITH: ClassVar = {"is_present": "marked_at", "has_passed": "is_present"}

    class Meta:
        db_table = "session_attendees"
        verbose_name = _("attendee")
        verbose_name_plural = _("attendees")
        ordering = ("line",)
        constraints = (
            models.UniqueConstraint(
                fields=("session", "learner"),
                name="attendee_once_per_session",
                violation_error_message=_("This worker is on the list already."),
            ),
            models.UniqueConstraint(
                fields=("session", "line"),
                name="attendee_line_unique",
                violation_error_message=_("That line number is already used."),
            ),
            models.CheckConstraint(
                condition=Q(line__gte=1),
                name="attendee_line_from_1",
                violation_error_message=_("Lines are counted from 1."),
            ),
            models.CheckConstraint(
                condition=Q(marked_at__isnull=True, marked_by__isnull=True, is_present=False)
                | Q(marked_at__isnull=False, marked_by__isnull=False),
                name="attendee_mark_has_author",
                violation_error_message=_("A mark says who made it and when."),
            ),
            models.CheckConstraint(
                condition=Q(is_present=False) | Q(company__isnull=False, role__isnull=False),
                name="attendee_present_keeps_employer_and_role",
                violation_error_message=_("Who is present keeps the employer and role of that day."),
            ),
            models.CheckConstraint(
                condition=~Q(status="ATTENDED") | Q(is_present=True),
                name="attendee_attended_was_present",
                violation_error_message=_("Only who was present attended."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=("REGISTERED", "ATTENDED", "NO_SHOW")), name="attendee_status_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.line}: {self.learner}"

    @property
    def is_unmarked(self) -> bool:
        """Whether the learner was never marked, or the mark was taken back (A1)."""
        return self.marked_at is None
