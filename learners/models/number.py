"""Other numbers of a worker: of a passport, an identity card, an HR system (L4)."""

from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import Authored, audited, key_of_text

SHOWN_END = 3  # characters of a number that everybody reads who reads workers


@audited(exclude=["value_key"])
class WorkerNumber(Authored):
    """A number by which others know a worker. It belongs to one worker of its kind, however it is spelled (L4).

    The setting `WORKER_NUMBER_KINDS` says which kinds are asked for; rows of other kinds stay. Whoever keeps workers
    reads the number, everybody else its end (`masked`). There is no dated history.
    """

    learner = models.ForeignKey(
        "learners.Learner", verbose_name=_("worker"), on_delete=models.PROTECT, related_name="numbers"
    )
    kind = models.CharField(_("kind"), max_length=40)
    value = models.CharField(_("number"), max_length=50)
    value_key = key_of_text("same_text", "value")

    class Meta:
        verbose_name = _("number of a worker")
        verbose_name_plural = _("numbers of workers")
        ordering = ("kind", "value")
        indexes = (
            models.Index(
                Func(F("value"), function="near_text", output_field=models.TextField()),
                name="worker_number_by_near_key",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "value_key"),
                name="worker_number_once_of_its_kind",
                violation_error_message=_("This number belongs to another worker."),
            ),
            models.UniqueConstraint(
                fields=("learner", "kind"),
                name="worker_has_one_number_of_a_kind",
                violation_error_message=_("This worker has a number of this kind already."),
            ),
            models.CheckConstraint(
                condition=Q(value_key__regex="[0-9]") & Q(value_key__length__gte=3),
                name="worker_number_3_or_more_with_a_digit",
                violation_error_message=_("A number has at least three characters, one of them a digit."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.masked}"

    @property
    def masked(self) -> str:
        """The number as it is told to those who do not keep workers: its end, if enough of it stays hidden."""
        end = self.value[-SHOWN_END:] if len(self.value) > 2 * SHOWN_END else ""
        return f"•••{end}"
