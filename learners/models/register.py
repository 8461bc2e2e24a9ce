"""Old registers that were brought in, and how long their records count without a certificate (I7).

Append-only (migration `0018_register_guards`).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited, not_blank
from training.models.session import SHA256_HEX


@audited()
class RegisterImport(models.Model):
    """One bringing in of an old register, such as a matrix that was kept in a spreadsheet.

    Attributes:
        register: its name. A register that comes again under it is compared with what it said before.
        import_number: key of the import that brought it, where one did.
    """

    register = models.CharField(_("register"), max_length=150)
    import_number = models.PositiveBigIntegerField(_("number of the import"), null=True, blank=True)
    brought_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("brought in by"), on_delete=models.PROTECT, related_name="+"
    )
    brought_at = models.DateTimeField(_("brought in at"))

    class Meta:
        verbose_name = _("old register")
        verbose_name_plural = _("old registers")
        ordering = ("-pk",)
        constraints = (
            not_blank("register", name="register_has_name", message=_("A register has a name.")),
            models.UniqueConstraint(
                fields=("import_number",),
                name="register_once_per_import",
                violation_error_message=_("This import has brought its register in already."),
            ),
        )

    def __str__(self) -> str:
        return self.register


@audited()
class RegisterStanding(models.Model):
    """Whether the records of one bringing in count without a certificate, and until which day. The latest one holds.

    `learners.policies.answers` reads it. A record with a certificate asks for none (C2).
    """

    register_import = models.ForeignKey(
        RegisterImport, verbose_name=_("old register"), on_delete=models.PROTECT, related_name="standings"
    )
    counts = models.BooleanField(_("records count"))
    counts_until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The last day on which they count. Empty: for good.")
    )
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"))
    decided_on = models.DateField(_("decided on"), help_text=_("The site's date of that moment."))

    class Meta:
        verbose_name = _("standing of a register")
        verbose_name_plural = _("standings of registers")
        ordering = ("-pk",)
        constraints = (
            not_blank("reason", name="register_standing_has_reason", message=_("Say why.")),
            models.CheckConstraint(
                condition=Q(counts=True) | Q(counts_until__isnull=True),
                name="register_standing_until_if_it_counts",
                violation_error_message=_("A last day is given only for records that count."),
            ),
        )

    def __str__(self) -> str:
        return self.reason


class RegisterExtract(models.Model):
    """What a row of an old register said, which is the proof of a record without a certificate (I7).

    The record has the SHA-256 of `content` as its evidence hash: keys in the database compare both. It is its own
    history, so that a person's data stand here once.

    Attributes:
        content: JSON as UTF-8: the agreed cells with their headings, sheet and row, name and SHA-256 of the workbook.
    """

    register_import = models.ForeignKey(
        RegisterImport, verbose_name=_("old register"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sheet = models.CharField(_("sheet"), max_length=100)
    row = models.PositiveIntegerField(_("row"))
    content = models.TextField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("extract of a register")
        verbose_name_plural = _("extracts of registers")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=("id", "sha256"), name="register_extract_of_hash"),
            models.CheckConstraint(condition=Q(sha256__regex=SHA256_HEX), name="register_extract_has_hash"),
        )

    def __str__(self) -> str:
        return f"{self.sheet}, {self.row}"
