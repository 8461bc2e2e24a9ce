"""Who turns red, yellow or green by an import (I5, I6, I8)."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from learners.models.learner import ComplianceStatus


class ImportTurn(models.Model):
    """One worker for whom an import changes an answer.

    `learners.services.imports.turns` writes it in a few statements, however many workers there are. A check writes what
    it tells, which is forgotten with the rows that wait; what was done stays with the import. Nobody waits for a check,
    so nothing that it writes refers to a worker by a constraint, which would lock that worker.

    Attributes:
        row: the number of the waiting row of somebody who is not there yet.
        learner: None for such a person.
        is_active: whether the worker is counted afterwards (C4).
        comes: whether the worker was not counted before: is new, or is back.
        before: empty for somebody who is new.
        courses: a list of course, status before and status after, where they differ; None where it is not required.
        is_as_told: whether the check had told exactly that; None where that is not asked.
    """

    class Phase(models.TextChoices):
        TOLD = "told", _("told by the check")
        DONE = "done", _("when it was brought in")
        MISSED = "missed", _("told by the check, and not so when it was brought in")
        UNDONE = "undone", _("when it was undone")

    of = models.ForeignKey(
        "training.Import", verbose_name=_("import"), on_delete=models.CASCADE, related_name="+", db_index=False
    )
    phase = models.CharField(_("when"), max_length=6, choices=Phase)
    row = models.PositiveIntegerField(_("row"), null=True)
    learner = models.ForeignKey(
        "learners.Learner",
        verbose_name=_("worker"),
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    is_active = models.BooleanField(_("active"))
    comes = models.BooleanField(_("new or back"))
    before = models.CharField(_("before"), max_length=13, choices=ComplianceStatus, blank=True)
    after = models.CharField(_("after"), max_length=13, choices=ComplianceStatus)
    courses = models.JSONField(_("courses"), default=list, encoder=DjangoJSONEncoder)
    is_as_told = models.BooleanField(_("as the check said"), null=True)

    class Meta:
        verbose_name = _("turn by an import")
        verbose_name_plural = _("turns by imports")
        constraints = (models.UniqueConstraint(fields=("of", "phase", "learner"), name="import_turn_once"),)
        indexes = (models.Index(fields=("learner",), name="import_turn_by_learner"),)

    def __str__(self) -> str:
        return f"{self.before or '–'} → {self.after}"
