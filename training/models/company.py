"""Companies: employers of workers, clients of classes, providers of external training."""

import re
import unicodedata
from typing import Any

from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from training.core.audited import Authored, audited, key_of_text, not_blank, one_of_a_key, twin_mark


def default_class_code_prefix(name: str) -> str:
    """Return the first three letters A–Z of `name` in upper case, padded with `X` (K1)."""
    letters = re.sub(r"[^A-Z]", "", unicodedata.normalize("NFKD", name).upper())
    return letters[:3].ljust(3, "X")


@audited(exclude=["name_key", "twin_key"])
class Company(Authored):
    """A company. An inactive one is offered for nothing new, and stays wherever it is named.

    Two names are the same if `name_key` is (L4, `training.core.sameness`).
    """

    name = models.CharField(_("name"), max_length=150, unique=True)
    code = models.CharField(
        _("code"), max_length=10, null=True, blank=True, unique=True, validators=[MinLengthValidator(2)]
    )
    class_code_prefix = models.CharField(
        _("class code prefix"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Enter exactly three letters A–Z."))],
        help_text=_("Three letters A–Z; left empty it is made from the name."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    name_key = key_of_text("same_text", "name")
    twin_key = twin_mark()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ("name",)
        constraints = (
            not_blank("name", name="company_has_name", message=_("Enter the company's name.")),
            models.CheckConstraint(
                condition=~models.Q(name_key=""),
                name="company_name_is_seen",
                violation_error_message=_("Enter a name that can be seen."),
            ),
            one_of_a_key(
                "name_key",
                name="company_name_once_however_spelled",
                message=_("There is a company of this name already, perhaps spelled in another way."),
            ),
            models.CheckConstraint(
                condition=models.Q(code__isnull=True) | models.Q(code__length__gte=2),
                name="company_code_2_to_10",
                violation_error_message=_("A company code has 2 to 10 characters."),
            ),
            models.CheckConstraint(
                condition=models.Q(class_code_prefix__regex=r"^[A-Z]{3}$"),
                name="company_class_code_prefix_3_letters",
                violation_error_message=_("The class code prefix is exactly three letters A–Z."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean_fields(self, exclude: Any = None) -> None:
        self._fill_in()
        super().clean_fields(exclude=exclude)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._fill_in()
        super().save(*args, **kwargs)

    def _fill_in(self) -> None:
        self.code = self.code or None
        self.class_code_prefix = self.class_code_prefix or default_class_code_prefix(self.name)
