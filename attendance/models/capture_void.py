"""Taking back the captured hours, or the exception, of a class meeting (H4)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited, not_blank


@audited()
class CaptureVoid(models.Model):
    """Who took back what was entered for a class meeting, when and why. Append-only.

    Inserting a row sets the meeting back to pending (trigger of migration `0010_squashed_guards`).
    """

    class_session = models.ForeignKey(
        "training.ClassAttendanceSession",
        verbose_name=_("class meeting"),
        on_delete=models.PROTECT,
        related_name="voids",
    )
    voided_status = models.CharField(_("status before"), max_length=30)
    reason = models.TextField(_("reason"))
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken back by"), on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField(_("taken back at"))

    class Meta:
        verbose_name = _("entry taken back")
        verbose_name_plural = _("entries taken back")
        ordering = ("-voided_at", "-pk")
        constraints = (
            not_blank("reason", name="capture_void_has_reason", message=_("Taking an entry back needs a reason.")),
        )

    def __str__(self) -> str:
        return self.reason
