"""The stored answers: for one worker and one required course, whether it is green, yellow or red, and why."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from learners.models.learner import ComplianceStatus
from learners.models.requirement import RequirementType
from training.core.audited import audited
from training.core.words import moment


@audited(exclude=["updated_at"])
class ComplianceItem(models.Model):
    """What C1 to C3 say about one worker and one course.

    Only `learners.services.compliance` writes it. It holds dates; days left are counted when they are shown (C5). An
    item whose `holds_until` has passed is no longer an answer, and counts as not cleared (C7).
    """

    is_derived: ClassVar[bool] = True  # that an answer names a rule or a course keeps neither (I8)

    learner = models.ForeignKey("learners.Learner", on_delete=models.CASCADE, related_name="items")
    course = models.ForeignKey("training.Course", on_delete=models.PROTECT, related_name="+")
    requirement_type = models.CharField(_("when required"), max_length=8, choices=RequirementType)
    grace_period_days = models.PositiveIntegerField(_("grace period (days)"), null=True)
    due_date = models.DateField(_("due"), null=True, help_text=_("Null for a requirement before site access."))
    status = models.CharField(_("status"), max_length=13, choices=ComplianceStatus)
    expiry_date = models.DateField(_("expiry"), null=True, help_text=_("Of the proof; of the last one if it lapsed."))
    key_date = models.DateField(
        _("order date"),
        null=True,
        help_text=_("Red: not cleared since. Yellow: due. Green: expiry; null = permanent."),
    )
    holds_until = models.DateField(_("holds until"), null=True)
    awaiting_verification = models.BooleanField(_("awaiting verification"), default=False)
    proof = models.ForeignKey(
        "learners.TrainingRecord",
        verbose_name=_("proof"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The record that counts, or the last one that did."),
    )
    is_from_register = models.BooleanField(
        _("from the old register"),
        default=False,
        db_default=False,
        help_text=_("The proof is an extract of an old register, without a certificate (I7)."),
    )
    role = models.ForeignKey(
        "learners.Role", verbose_name=_("required by role"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    area = models.ForeignKey(
        "learners.Area", verbose_name=_("required by area"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    rules = models.JSONField(
        _("rules"),
        default=list,
        help_text=_("Every rule that requires the course, the deciding one first."),
    )
    updated_at = models.DateTimeField(_("updated at"))

    class Meta:
        verbose_name = _("compliance item")
        verbose_name_plural = _("compliance items")
        indexes = (
            models.Index(fields=("course", "status", "key_date", "learner"), name="item_by_course_and_status"),
            models.Index(fields=("holds_until",), condition=Q(holds_until__isnull=False), name="item_by_holds_until"),
        )
        constraints = (
            models.UniqueConstraint(fields=("learner", "course"), name="item_one_per_learner_and_course"),
            models.CheckConstraint(
                condition=Q(status__in=("COMPLIANT", "PENDING", "NON_COMPLIANT")), name="item_status_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.course_id}: {self.status}"


class ComplianceRun(models.Model):
    """A finished run that brought all answers up to date, or all that had run out, whether or not anything changed.

    Pages say when the last one was (C7). `learners.services.compliance` writes it at the end of a run.
    """

    started_at = models.DateTimeField(_("started at"))
    judged_on = models.DateField(_("judged for the day"))
    only_due = models.BooleanField(_("only answers that had run out"))
    workers = models.PositiveIntegerField(_("workers judged"))
    changed = models.PositiveIntegerField(_("answers changed"))

    class Meta:
        verbose_name = _("compliance run")
        verbose_name_plural = _("compliance runs")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return moment(self.started_at)
