"""Certificates that somebody is filing (I12): pasted rows and dropped files that wait until they are records.

They are kept from the moment that they are pasted or dropped, for their owner only, so that a reload, another machine
or a login that has ended loses nothing. What has been filed is a record; these rows are removed some days after.
"""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import not_blank
from training.models.session import SHA256_HEX


class FilingPaste(models.Model):
    """Rows as they were pasted from a spreadsheet, with what was said about them.

    Attributes:
        columns: names of the columns of records, from the left, as a person has said; null: as they were guessed.
        answers: by key of the question.
        provider: who gave the training, for rows that name nobody.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(_("pasted rows"))
    columns = models.JSONField(_("columns"), null=True)
    answers = models.JSONField(_("answers"), default=dict)
    provider = models.ForeignKey(
        "training.Company", verbose_name=_("provider"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    pasted_at = models.DateTimeField(_("pasted at"))

    class Meta:
        verbose_name = _("pasted rows")
        verbose_name_plural = _("pasted rows")
        ordering = ("pk",)
        constraints = (not_blank("text", name="filing_paste_has_rows", message=_("Something is pasted.")),)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class FilingProof(models.Model):
    """A file that was dropped as proof of a record, and was judged by the reader (E1).

    Attributes:
        key: in the store of waiting files; empty where the file was refused, and `problem` says why.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=255)
    key = models.CharField(_("key"), max_length=200, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size (bytes)"), default=0)
    content_type = models.CharField(_("kind"), max_length=100, blank=True)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    problem = models.TextField(_("why it was refused"), blank=True)
    dropped_at = models.DateTimeField(_("dropped at"))

    class Meta:
        verbose_name = _("dropped file")
        verbose_name_plural = _("dropped files")
        ordering = ("pk",)
        constraints = (
            not_blank("name", name="filing_proof_has_name", message=_("A file has a name.")),
            models.CheckConstraint(
                condition=Q(key="", problem__trim__length__gt=0)
                | (~Q(key="") & Q(problem="", sha256__regex=SHA256_HEX)),
                name="filing_proof_is_kept_or_refused",
                violation_error_message=_("A file is kept with its hash, or says why it was refused."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class FilingRow(models.Model):
    """A row that becomes a record once it says everything and has its proof.

    Attributes:
        row: its number among the pasted lines.
        read: by column, what was read of it, as JSON holds it; problems: what could not be read.
        typed: by column, what a person has said instead; it stays when the paste is read again.
        is_proof_chosen: a person has chosen the file, or said that none of them is it.
        record: what it became.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    paste = models.ForeignKey(FilingPaste, on_delete=models.CASCADE, related_name="rows", db_index=False)
    row = models.PositiveIntegerField(_("row"))
    read = models.JSONField(_("read"), default=dict, encoder=DjangoJSONEncoder)
    problems = models.JSONField(_("problems"), default=list)
    typed = models.JSONField(_("typed"), default=dict, encoder=DjangoJSONEncoder)
    proof = models.OneToOneField(
        FilingProof, verbose_name=_("proof"), null=True, on_delete=models.SET_NULL, related_name="row"
    )
    is_proof_chosen = models.BooleanField(_("proof chosen by hand"), default=False)
    record = models.OneToOneField(
        "learners.TrainingRecord", verbose_name=_("record"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("row to file")
        verbose_name_plural = _("rows to file")
        ordering = ("paste_id", "row")
        constraints = (models.UniqueConstraint(fields=("paste", "row"), name="filing_row_once"),)

    def __str__(self) -> str:
        return f"{self.paste_id}:{self.row}"
