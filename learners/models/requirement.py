"""Roles and areas, and the courses that they require of the people in them."""

from enum import StrEnum
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import Authored, audited, not_blank


@audited()
class Role(Authored):
    """What somebody does on the site. Every worker has exactly one role; a role in use cannot be deleted."""

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9-]{3,20}$", _("Use 3 to 20 capital letters, digits and dashes."))],
    )
    title = models.CharField(_("title"), max_length=100)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ("title", "code")
        constraints = (
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9-]{3,20}$"),
                name="role_code_form",
                violation_error_message=_("A role code has 3 to 20 capital letters, digits and dashes."),
            ),
            not_blank("title", name="role_has_title", message=_("Enter the role's title.")),
        )

    def __str__(self) -> str:
        return self.title


@audited()
class Area(Authored):
    """A part of the site. Areas lie in each other to any depth, never in a circle (trigger `area_not_in_a_circle`)."""

    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ("name", "pk")
        constraints = (
            not_blank("name", name="area_has_name", message=_("Enter the area's name.")),
            models.UniqueConstraint(
                fields=("parent", "name"),
                nulls_distinct=False,
                name="area_name_unique_beside_its_siblings",
                violation_error_message=_("There is an area of that name in the same place."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Asker(StrEnum):
    """What requires a course: `source` in the rules that are stored with a compliance item."""

    ROLE = "role"
    AREA = "area"


class RequirementType(models.TextChoices):
    """When a course must be held: before anybody may enter the site, or within days of the assignment (C1)."""

    PRE_MOB = "PRE_MOB", _("Before site access")
    POST_MOB = "POST_MOB", _("Within a grace period")


class Requirement(Authored):
    """A course that a role or an area requires, before site access or within a number of days (C1)."""

    course = models.ForeignKey("training.Course", verbose_name=_("course"), on_delete=models.PROTECT, related_name="+")
    requirement_type = models.CharField(_("when required"), max_length=8, choices=RequirementType)
    grace_period_days = models.PositiveIntegerField(
        _("grace period (days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Only with a grace period: 1 to 365."),
    )
    starts_on = models.DateField(_("required from"), help_text=_("The day from which it is required."))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.course)


def _requirement_constraints(table: str, owner: str, message: Any) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(
            fields=(owner, "course"), name=f"{table}_once_per_course", violation_error_message=message
        ),
        models.CheckConstraint(
            condition=Q(requirement_type="PRE_MOB", grace_period_days__isnull=True)
            | Q(requirement_type="POST_MOB", grace_period_days__isnull=False, grace_period_days__range=(1, 365)),
            name=f"{table}_grace_with_post_mob_only",
            violation_error_message=_(
                "A requirement within a grace period needs 1 to 365 days; one before site access has none."
            ),
        ),
    ]


@audited()
class RoleRequirement(Requirement):
    """A course that a role requires."""

    role = models.ForeignKey(Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="requirements")

    class Meta:
        verbose_name = _("role requirement")
        verbose_name_plural = _("role requirements")
        ordering = ("course",)
        constraints = _requirement_constraints("role_requirement", "role", _("This role already requires that course."))


@audited()
class AreaRequirement(Requirement):
    """A course that an area requires, and with it every area inside."""

    area = models.ForeignKey(Area, verbose_name=_("area"), on_delete=models.CASCADE, related_name="requirements")

    class Meta:
        verbose_name = _("area requirement")
        verbose_name_plural = _("area requirements")
        ordering = ("course",)
        constraints = _requirement_constraints("area_requirement", "area", _("This area already requires that course."))
