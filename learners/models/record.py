"""Training records and their revocations: the legal core. Append-only (migration `0016_squashed_guards`)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited, not_blank
from training.core.words import day
from training.models.session import SHA256_HEX

TRAINER_NOT_NAMED = ("", "None")  # what an old defect has written where the trainer was not loaded


@audited()
class TrainingRecord(models.Model):
    """This worker passed or failed this course on this day.

    It is made by finalize, by a sign-off, by a correction (F9), or by hand for external training (R1), and never
    changed. The text columns hold what an auditor asks for, as it was on that day.
    """

    class Result(models.TextChoices):
        PASSED = "PASSED", _("Passed")
        FAILED = "FAILED", _("Failed")

    learner = models.ForeignKey(
        "learners.Learner", verbose_name=_("worker"), on_delete=models.PROTECT, related_name="records"
    )
    course = models.ForeignKey(
        "training.Course", verbose_name=_("course"), on_delete=models.PROTECT, related_name="records"
    )
    course_version = models.ForeignKey(
        "training.CourseVersion", verbose_name=_("course version"), on_delete=models.PROTECT, related_name="+"
    )
    completion_date = models.DateField(_("completion date"))
    expiry_date = models.DateField(_("expiry date"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=6, choices=Result)
    session = models.ForeignKey(
        "training.Session",
        verbose_name=_("session"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="records",
    )
    provider = models.ForeignKey(
        "training.Company",
        verbose_name=_("provider"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    evidence_file_key = models.CharField(_("evidence key"), max_length=200)
    evidence_hash = models.CharField(_("evidence SHA-256"), max_length=64)
    comments = models.TextField(_("comments"), blank=True)
    register_import = models.ForeignKey(
        "learners.RegisterImport",
        verbose_name=_("from the old register"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="records",
        db_index=False,
    )
    extract = models.ForeignKey(
        "learners.RegisterExtract",
        verbose_name=_("extract of the register"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="records",
        db_index=False,
        help_text=_("The proof of a record that came without a certificate (I7)."),
    )
    is_calculated = models.BooleanField(
        _("completion calculated"),
        default=False,
        db_default=False,
        help_text=_("Only the expiry was known: completion is expiry minus validity (I7)."),
    )
    supersedes = models.OneToOneField(
        "self",
        verbose_name=_("supersedes"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="superseded_by",
    )
    course_title = models.CharField(_("course title"), max_length=100)
    trainer_name = models.CharField(_("trainer"), max_length=201, blank=True)
    company_name = models.CharField(_("employer on that day"), max_length=150)
    role_title = models.CharField(_("role on that day"), max_length=100)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("training record")
        verbose_name_plural = _("training records")
        ordering = ("-completion_date", "-pk")
        indexes = (
            models.Index(fields=("learner", "course", "result"), name="record_by_learner_and_course"),
            models.Index(fields=("course", "expiry_date"), name="record_by_course_and_expiry"),
            models.Index(
                fields=("register_import", "learner"),
                condition=Q(register_import__isnull=False),
                name="record_by_register",
            ),
            models.Index(
                fields=("-completion_date", "-id"), condition=Q(extract__isnull=False), name="record_with_extract"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("session", "learner"),
                condition=Q(session__isnull=False, supersedes__isnull=True),
                name="record_one_per_session_and_learner",
                violation_error_message=_("This worker has a record of that session already."),
            ),
            models.CheckConstraint(
                condition=Q(session__isnull=False) | Q(provider__isnull=False),
                name="record_from_session_or_provider",
                violation_error_message=_("A record comes from a session or from a provider."),
            ),
            models.CheckConstraint(
                condition=~Q(evidence_file_key="") & Q(evidence_hash__regex=SHA256_HEX),
                name="record_has_evidence",
                violation_error_message=_("A record has an evidence file with its SHA-256."),
            ),
            models.CheckConstraint(
                condition=Q(expiry_date__isnull=True) | Q(result="PASSED", expiry_date__gte=F("completion_date")),
                name="record_expires_after_completion",
                violation_error_message=_("Only a passed record expires, and not before its completion."),
            ),
            models.CheckConstraint(condition=Q(result__in=("PASSED", "FAILED")), name="record_result_known"),
            models.CheckConstraint(
                condition=Q(session__isnull=True) | ~Q(trainer_name__in=TRAINER_NOT_NAMED),
                name="record_of_session_names_trainer",
                violation_error_message=_("A record of a session names its trainer."),
            ),
            models.CheckConstraint(
                condition=Q(register_import__isnull=False, session__isnull=True)
                | Q(register_import__isnull=True, extract__isnull=True, is_calculated=False),
                name="record_from_register_says_which",
                violation_error_message=_("A record from an old register names the register, and no session."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.course_title}, {day(self.completion_date)}"


@audited()
class Revocation(models.Model):
    """The revocation of a record or of a sign-off, which counts for nothing since then (R2, V2). Append-only."""

    record = models.OneToOneField(
        TrainingRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="revocation"
    )
    competency_record = models.OneToOneField(
        "learners.CompetencyRecord", null=True, blank=True, on_delete=models.PROTECT, related_name="revocation"
    )
    reason = models.TextField(_("reason"))
    revoked_at = models.DateTimeField(_("revoked at"))
    revoked_on = models.DateField(_("revoked on"), help_text=_("The site's date of that moment."))
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("revoked by"), on_delete=models.PROTECT, related_name="+"
    )
    undoes = models.ForeignKey(
        "learners.RegisterImport",
        verbose_name=_("undoes the import of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text=_("The old register whose records were all revoked at once (I8)."),
    )

    class Meta:
        verbose_name = _("revocation")
        verbose_name_plural = _("revocations")
        constraints = (
            not_blank("reason", name="revocation_has_reason", message=_("Revoking needs a reason.")),
            models.CheckConstraint(
                condition=Q(record__isnull=False, competency_record__isnull=True)
                | Q(record__isnull=True, competency_record__isnull=False),
                name="revocation_of_one_thing",
                violation_error_message=_("A revocation names one record."),
            ),
        )

    def __str__(self) -> str:
        return self.reason
