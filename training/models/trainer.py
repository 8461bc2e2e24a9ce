"""Trainers and what they may teach."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from training.core.audited import Authored, audited, key_of_text


@audited(exclude=["name_key"])
class Trainer(Authored):
    """A person who teaches sessions and classes, with a login if this person marks attendance or captures hours.

    Another trainer of the same `name_key` is asked about and never refused (L4, `training.core.sameness`).
    """

    class Kind(models.TextChoices):
        INTERNAL = "INTERNAL", _("Internal")
        EXTERNAL = "EXTERNAL", _("External")

    first_name = models.CharField(_("first name"), max_length=100, validators=[MinLengthValidator(2)])
    last_name = models.CharField(_("last name"), max_length=100, validators=[MinLengthValidator(2)])
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.INTERNAL)
    company = models.ForeignKey(
        "training.Company",
        verbose_name=_("company"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="trainers",
        help_text=_("Required for external trainers."),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("login"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="trainer",
    )
    is_active = models.BooleanField(_("active"), default=True)
    name_key = key_of_text("near_name", "first_name", "last_name")

    class Meta:
        verbose_name = _("trainer")
        verbose_name_plural = _("trainers")
        ordering = ("last_name", "first_name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(first_name__trim__length__gte=2, last_name__trim__length__gte=2),
                name="trainer_names_2_or_more",
                violation_error_message=_("First and last name have at least two characters each."),
            ),
            models.CheckConstraint(
                condition=~models.Q(name_key=""),
                name="trainer_name_is_seen",
                violation_error_message=_("Enter a name that can be seen."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="INTERNAL") | models.Q(kind="EXTERNAL", company__isnull=False),
                name="trainer_external_has_company",
                violation_error_message=_("An external trainer needs a company."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def owner_id(self) -> int | None:
        """The login of the trainer; None where there is none."""
        return self.user_id

    def clean(self) -> None:
        """Say beside the field what the constraint `trainer_external_has_company` would refuse."""
        if self.kind == self.Kind.EXTERNAL and self.company_id is None:
            raise ValidationError({"company": _("An external trainer needs a company.")})


@audited()
class TrainerQualification(Authored):
    """The permission of a trainer to teach a course, with its first and last day if it has any (S2)."""

    trainer = models.ForeignKey(
        Trainer, verbose_name=_("trainer"), on_delete=models.CASCADE, related_name="qualifications"
    )
    course = models.ForeignKey(
        "training.Course", verbose_name=_("course"), on_delete=models.PROTECT, related_name="qualifications"
    )
    certificate_number = models.CharField(_("certificate number"), max_length=60, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid through"), null=True, blank=True)

    class Meta:
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        ordering = ("course",)
        constraints = (
            models.UniqueConstraint(
                fields=("trainer", "course"),
                name="trainer_qualified_once_per_course",
                violation_error_message=_("This trainer has a qualification for that course already."),
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="trainer_qualification_dates_in_order",
                violation_error_message=_("A qualification cannot end before it begins."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.trainer}: {self.course}"

    def clean(self) -> None:
        """Say beside the field what the constraint `trainer_qualification_dates_in_order` would refuse."""
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": _("A qualification cannot end before it begins.")})
