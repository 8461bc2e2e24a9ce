"""Merges of two badges of one person, and their undoing (L2). Append-only (migration `0016_squashed_guards`)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from learners.models.learner import Learner
from training.core.audited import not_blank


class Merge(models.Model):
    """One step: a badge was merged into another one, the survivor, or that was undone.

    The present state is `Learner.merged_into`. A trigger keeps a survivor from being merged itself.
    """

    class Kind(models.TextChoices):
        MERGED = "MERGED", _("Merged")
        UNDONE = "UNDONE", _("Undone")

    kind = models.CharField(_("step"), max_length=6, choices=Kind)
    duplicate = models.ForeignKey(
        Learner, verbose_name=_("merged badge"), on_delete=models.PROTECT, related_name="merge_steps"
    )
    survivor = models.ForeignKey(
        Learner, verbose_name=_("surviving badge"), on_delete=models.PROTECT, related_name="survivor_steps"
    )
    status_before = models.CharField(
        _("status before"), max_length=11, choices=Learner.Status, help_text=_("Of the merged badge, before the step.")
    )
    reason_before = models.TextField(_("reason of that status"), blank=True)
    reason = models.TextField(_("reason"))
    effective_on = models.DateField(_("effective on"), help_text=_("The site's date of that moment."))
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ("-created_at", "-pk")
        constraints = (
            not_blank("reason", name="merge_has_reason", message=_("Merging needs a reason, and so does undoing it.")),
            models.CheckConstraint(condition=Q(kind__in=("MERGED", "UNDONE")), name="merge_kind_known"),
            models.CheckConstraint(
                condition=~Q(duplicate=F("survivor")),
                name="merge_of_two_badges",
                violation_error_message=_("A badge cannot be merged into itself."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.duplicate_id} → {self.survivor_id}"
