"""Calendars of trainers and venues for programs that subscribe to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited
from training.models.session import SHA256_HEX


@audited()
class CalendarFeed(models.Model):
    """The secret address of one calendar, from the moment it was made until it was renewed or switched off (X4).

    Only the hash of the secret is kept: the address is shown once. A row is never changed but for its end. Whether the
    address works also depends on the trainer or the venue, and on the login that it hangs on
    (`training.selectors.feeds`).
    """

    trainer = models.ForeignKey(
        "training.Trainer",
        verbose_name=_("trainer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="feeds",
    )
    venue = models.ForeignKey(
        "training.Venue", verbose_name=_("venue"), null=True, blank=True, on_delete=models.PROTECT, related_name="feeds"
    )
    digest = models.CharField(_("SHA-256 of the secret"), max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made at"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ended by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(trainer__isnull=False, venue__isnull=True) | Q(trainer__isnull=True, venue__isnull=False),
                name="feed_of_trainer_or_venue",
                violation_error_message=_("A calendar is that of a trainer or of a venue."),
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=SHA256_HEX),
                name="feed_has_hash",
                violation_error_message=_("Of the secret of a calendar its hash is kept."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="feed_end_has_author",
                violation_error_message=_("An address that has ended says who ended it."),
            ),
            models.UniqueConstraint(
                fields=("trainer",),
                condition=Q(ended_at__isnull=True),
                name="feed_one_per_trainer",
                violation_error_message=_("This trainer has an address already."),
            ),
            models.UniqueConstraint(
                fields=("venue",),
                condition=Q(ended_at__isnull=True),
                name="feed_one_per_venue",
                violation_error_message=_("This venue has an address already."),
            ),
        )

    def __str__(self) -> str:
        return str(self.trainer or self.venue)
