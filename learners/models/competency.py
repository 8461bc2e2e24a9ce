"""Practical sign-off: owed after the theory, then given or refused."""

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from learners.models.record import TRAINER_NOT_NAMED
from training.core.audited import Authored, audited, not_blank
from training.models.session import SHA256_HEX


@audited()
class AssessmentMethod(Authored):
    """A way in which a skill is assessed, such as observation on the job."""

    name = models.CharField(_("name"), max_length=100, unique=True, validators=[MinLengthValidator(3)])
    description = models.TextField(_("description"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("assessment method")
        verbose_name_plural = _("assessment methods")
        ordering = ("name",)
        constraints = (not_blank("name", name="assessment_method_has_name", message=_("Enter the method's name.")),)

    def __str__(self) -> str:
        return self.name


@audited()
class CompetencyRecord(models.Model):
    """One attempt at a practical sign-off (F2, V1).

    Once it is decided, only `revoked_at` changes, and only through a `Revocation` (trigger of `0016_squashed_guards`).
    The legal steps from state to state are in `learners.policies.sign_offs`.
    """

    class Status(models.TextChoices):
        PENDING_VERIFICATION = "PENDING_VERIFICATION", _("To verify")
        COMPETENT = "COMPETENT", _("Competent")
        NOT_COMPETENT = "NOT_COMPETENT", _("Not competent")

    learner = models.ForeignKey(
        "learners.Learner", verbose_name=_("worker"), on_delete=models.PROTECT, related_name="competency_records"
    )
    course = models.ForeignKey("training.Course", verbose_name=_("course"), on_delete=models.PROTECT, related_name="+")
    course_version = models.ForeignKey(
        "training.CourseVersion", verbose_name=_("course version"), on_delete=models.PROTECT, related_name="+"
    )
    session = models.ForeignKey(
        "training.Session", verbose_name=_("session"), on_delete=models.PROTECT, related_name="competency_records"
    )
    attempt = models.PositiveIntegerField(_("attempt"), default=1)
    training_date = models.DateField(_("training date"))
    trainer_name = models.CharField(_("trainer"), max_length=201, blank=True)
    company_name = models.CharField(_("employer on that day"), max_length=150)
    role_title = models.CharField(_("role on that day"), max_length=100)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.PENDING_VERIFICATION)
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assessed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    assessed_on = models.DateField(_("date of assessment"), null=True, blank=True)
    assessed_at = models.DateTimeField(_("signed off at"), null=True, blank=True)
    method = models.ForeignKey(
        AssessmentMethod,
        verbose_name=_("method"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    remarks = models.TextField(_("remarks"), blank=True)
    evidence_file_key = models.CharField(_("evidence key"), max_length=200)
    evidence_hash = models.CharField(_("evidence SHA-256"), max_length=64)
    training_record = models.OneToOneField(
        "learners.TrainingRecord",
        verbose_name=_("training record"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="competency_record",
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("practical sign-off")
        verbose_name_plural = _("practical sign-offs")
        ordering = ("training_date", "pk")
        indexes = (
            models.Index(
                fields=("training_date", "id"),
                condition=Q(status="PENDING_VERIFICATION", revoked_at__isnull=True),
                name="competency_to_verify",
            ),
            models.Index(fields=("learner", "course"), name="competency_by_learner"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("session", "learner", "attempt"),
                name="competency_one_per_attempt",
                violation_error_message=_("That attempt exists already."),
            ),
            models.UniqueConstraint(
                fields=("session", "learner"),
                condition=Q(status__in=("PENDING_VERIFICATION", "COMPETENT"), revoked_at__isnull=True),
                name="competency_one_open_or_competent",
                violation_error_message=_("An attempt is open, or the worker is signed off already."),
            ),
            models.CheckConstraint(
                condition=Q(attempt__gte=1),
                name="competency_attempt_from_1",
                violation_error_message=_("Attempts are counted from 1."),
            ),
            models.CheckConstraint(
                condition=Q(
                    status="PENDING_VERIFICATION",
                    assessed_by__isnull=True,
                    assessed_at__isnull=True,
                    assessed_on__isnull=True,
                )
                | Q(
                    status="COMPETENT",
                    assessed_by__isnull=False,
                    assessed_at__isnull=False,
                    assessed_on__isnull=False,
                    method__isnull=False,
                    training_record__isnull=False,
                )
                | Q(
                    status="NOT_COMPETENT",
                    assessed_by__isnull=False,
                    assessed_at__isnull=False,
                    remarks__trim__length__gt=0,
                    training_record__isnull=True,
                ),
                name="competency_sign_off_is_whole",
                violation_error_message=_(
                    "Competent needs a method, a date and its record; not competent needs remarks."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(evidence_file_key="") & Q(evidence_hash__regex=SHA256_HEX),
                name="competency_has_evidence",
                violation_error_message=_("A practical sign-off has an evidence file with its SHA-256."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.course_version} #{self.attempt}"

    @property
    def is_pending(self) -> bool:
        """Whether the sign-off is owed; `learners.selectors.learners.pending_sign_offs` finds all of these."""
        return self.status == self.Status.PENDING_VERIFICATION and self.revoked_at is None

    @property
    def taught_by(self) -> str:
        """Who taught the theory: as written down then; where an old defect left that out, the session's trainer."""
        return str(self.session.trainer) if self.trainer_name in TRAINER_NOT_NAMED else self.trainer_name
