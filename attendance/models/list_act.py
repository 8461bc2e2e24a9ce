"""What one press of a button did to a session's list, kept so that it can be undone (A1)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited


@audited(exclude=["learner_ids", "versions"])
class ListAct(models.Model):
    """One bulk act on a list, or one removal from it. Only the latest act of a session can be undone.

    The act names the rows that it changed. Their earlier values stand in the audit events of the rows, so no mark and
    no remark is stored twice (ADR 40).
    """

    class Kind(models.TextChoices):
        PRESENT = "PRESENT", _("All present")
        PASSED = "PASSED", _("All present passed")
        ABSENT = "ABSENT", _("Rest absent")
        TAKEN_BACK = "TAKEN_BACK", _("All marks taken back")
        ADDED = "ADDED", _("Added to the list")
        REMOVED = "REMOVED", _("Taken off the list")

    session = models.ForeignKey(
        "training.Session", verbose_name=_("session"), on_delete=models.PROTECT, related_name="list_acts"
    )
    kind = models.CharField(_("what was done"), max_length=10, choices=Kind)
    workers = models.PositiveIntegerField(_("workers"))
    learner_ids = ArrayField(models.BigIntegerField(), verbose_name=_("keys of the workers, by line"))
    versions = ArrayField(models.IntegerField(), verbose_name=_("version of each row after the act"))
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("done by"), on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(_("done at"))
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    class Meta:
        verbose_name = _("bulk act")
        verbose_name_plural = _("bulk acts")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="list_act_undone_by_somebody",
                violation_error_message=_("What was undone says by whom and when."),
            ),
            models.CheckConstraint(
                condition=Q(learner_ids__len=F("workers"), versions__len=F("workers"), workers__gte=1),
                name="list_act_names_its_rows",
                violation_error_message=_("An act on the list names every row that it changed, with its version."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("PRESENT", "PASSED", "ABSENT", "TAKEN_BACK", "ADDED", "REMOVED")),
                name="list_act_kind_known",
            ),
        )

    def __str__(self) -> str:
        return str(self.get_kind_display())
