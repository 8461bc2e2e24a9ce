"""Venues: rooms and yards where sessions are held."""

from django.core.validators import MaxValueValidator, MinLengthValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from training.core.audited import Authored, audited


@audited()
class Venue(Authored):
    """A place with a number of seats; more attendees than seats is a warning, never a block (S7)."""

    name = models.CharField(_("name"), max_length=100, validators=[MinLengthValidator(3)])
    capacity = models.PositiveIntegerField(
        _("capacity"), default=20, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    location = models.CharField(_("location"), max_length=150, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(name__trim__length__gte=3),
                name="venue_name_3_or_more",
                violation_error_message=_("A venue's name has at least three characters."),
            ),
            models.CheckConstraint(
                condition=models.Q(capacity__range=(1, 500)),
                name="venue_capacity_1_to_500",
                violation_error_message=_("A venue holds 1 to 500 people."),
            ),
        )

    def __str__(self) -> str:
        return self.name
