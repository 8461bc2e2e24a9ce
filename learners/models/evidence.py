"""What is known of each stored evidence file, and who opened it. Append-only (migration `0016_squashed_guards`)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited
from training.models.session import SHA256_HEX


@audited()
class EvidenceUpload(models.Model):
    """One file that was hashed, stored under its hash, read back, and linked to a session or a record (E2).

    A later upload for the same session replaces the link, but neither this row nor the file (E3). After finalize,
    `corrects` refers to the upload that a correcting sheet corrects (E6).
    """

    session = models.ForeignKey(
        "training.Session", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence_uploads"
    )
    record = models.ForeignKey(
        "learners.TrainingRecord", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence_uploads"
    )
    key = models.CharField(_("key"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    content_type = models.CharField(_("content type"), max_length=50)
    original_name = models.CharField(_("original name"), max_length=255, blank=True)
    pages = models.PositiveIntegerField(_("pages"), default=1)
    reading = models.JSONField(
        _("what was read on it"),
        null=True,
        blank=True,
        help_text=_("Codes of sign-in sheets that were found on its pages (E8). Empty: nobody looked for any."),
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    corrects = models.ForeignKey(
        "self", verbose_name=_("corrects"), null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("evidence upload")
        verbose_name_plural = _("evidence uploads")
        ordering = ("-uploaded_at", "-pk")
        indexes = (models.Index(fields=("key",), name="evidence_by_key"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(session__isnull=False) | Q(record__isnull=False),
                name="evidence_of_session_or_record",
                violation_error_message=_("Evidence belongs to a session or to a record."),
            ),
            models.CheckConstraint(
                condition=~Q(key="") & Q(sha256__regex=SHA256_HEX) & Q(size__gt=0),
                name="evidence_has_key_hash_and_size",
                violation_error_message=_("Evidence is stored with its key, SHA-256 and size."),
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | Q(reason__trim__length__gt=0),
                name="evidence_correction_has_reason",
                violation_error_message=_("A correcting sheet needs a reason."),
            ),
        )

    def __str__(self) -> str:
        return self.original_name or self.key


class EvidenceRead(models.Model):
    """One opening or download of a stored file by somebody (E3)."""

    class Kind(models.TextChoices):
        DOWNLOAD = "DOWNLOAD", _("Downloaded")
        PREVIEW = "PREVIEW", _("Opened")

    upload = models.ForeignKey(EvidenceUpload, on_delete=models.PROTECT, related_name="reads")
    learner = models.ForeignKey(
        "learners.Learner",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="evidence_reads",
        help_text=_("On whose profile it was opened, if on one."),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(_("read at"))

    class Meta:
        verbose_name = _("evidence read")
        verbose_name_plural = _("evidence reads")
        ordering = ("-read_at", "-pk")
        indexes = (models.Index(fields=("read_at", "id"), name="evidence_read_at"),)

    def __str__(self) -> str:
        return f"{self.upload}: {self.kind}"
