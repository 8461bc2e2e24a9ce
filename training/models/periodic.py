"""Runs of what is done by the clock: nightly, weekly, every minute (B2)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import not_blank


class PeriodicRun(models.Model):
    """One run of a periodic command: when it was due, how far it came, how it ended, and why not well.

    The command writes its own row, whoever starts it: the worker, cron or a person (`training.services.periodic_runs`).
    Rows are removed after some weeks; they prove nothing. The legal steps are in `training.policies.periodic`.
    """

    class Outcome(models.TextChoices):
        RUNNING = "RUNNING", _("Running")
        GOOD = "GOOD", _("Good")
        FOUND = "FOUND", _("Something is wrong")  # it ran to its end, and what it looked at is not as it should be
        FAILED = "FAILED", _("Failed")
        STOPPED = "STOPPED", _("Stopped")  # by a signal, or its process was lost

    DONE = (Outcome.GOOD, Outcome.FOUND)

    kind = models.CharField(_("command"), max_length=50)
    due_at = models.DateTimeField(
        _("due at"), null=True, help_text=_("Empty where somebody else than the worker began.")
    )
    started_at = models.DateTimeField(_("started at"))
    seen_at = models.DateTimeField(_("last sign of life"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("of"), null=True)
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome.choices, default=Outcome.RUNNING)
    failure = models.TextField(_("why"), blank=True)
    told = models.TextField(_("what it said"), blank=True)

    class Meta:
        verbose_name = _("periodic run")
        verbose_name_plural = _("periodic runs")
        ordering = ("-started_at", "-pk")
        indexes = (models.Index(fields=("kind", "-started_at"), name="periodic_run_by_kind"),)
        constraints = (
            not_blank("kind", name="periodic_run_has_kind", message=_("A run names its command.")),
            models.UniqueConstraint(
                fields=("kind",),
                condition=Q(outcome="RUNNING"),
                name="periodic_run_one_at_a_time",
                violation_error_message=_("This command is running already."),
            ),
            models.UniqueConstraint(
                fields=("kind", "due_at"),
                condition=Q(outcome__in=("RUNNING", "GOOD", "FOUND")),
                name="periodic_run_once_when_due",
                violation_error_message=_("This run has been made already."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="RUNNING", ended_at__isnull=True)
                | (~Q(outcome="RUNNING") & Q(ended_at__isnull=False)),
                name="periodic_run_ended_has_its_time",
                violation_error_message=_("A run that has ended says when."),
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=("RUNNING", "GOOD")) | Q(failure__trim__length__gt=0),
                name="periodic_run_says_why",
                violation_error_message=_("A run that did not end well says why."),
            ),
        )

    def __str__(self) -> str:
        return self.kind
