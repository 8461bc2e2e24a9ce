"""Venues: rooms and yards where sessions are held."""

from django.core.validators import MaxValueValidator, MinLengthValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from training.core.audited import Authored, audited, key_of_text, one_of_a_key, twin_mark


@audited(exclude=["name_key", "twin_key"])
class Venue(Authored):
    """A place with a number of seats; more attendees than seats is a warning, never a block (S7).

    Two names are the same if `name_key` is (L4, `training.core.sameness`).
    """

    name = models.CharField(_("name"), max_length=100, validators=[MinLengthValidator(3)])
    capacity = models.PositiveIntegerField(
        _("capacity"), default=20, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    location = models.CharField(_("location"), max_length=150, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    name_key = key_of_text("same_text", "name")
    twin_key = twin_mark()

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
                condition=~models.Q(name_key=""),
                name="venue_name_is_seen",
                violation_error_message=_("Enter a name that can be seen."),
            ),
            one_of_a_key(
                "name_key",
                name="venue_name_once_however_spelled",
                message=_("There is a venue of this name already, perhaps spelled in another way."),
            ),
            models.CheckConstraint(
                condition=models.Q(capacity__range=(1, 500)),
                name="venue_capacity_1_to_500",
                violation_error_message=_("A venue holds 1 to 500 people."),
            ),
        )

    def __str__(self) -> str:
        return self.name
