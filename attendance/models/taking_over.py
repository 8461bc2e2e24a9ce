"""Taking over from old registers (I11): comparisons, samples that people check, and the signed report. Append-only.

Rows are never changed (migration `0015_taking_over_guards`). What is decided anew is another row, and the latest holds.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import audited, not_blank
from training.models.session import SHA256_HEX


class RegisterComparison(models.Model):
    """One comparison of an old workbook with the site, cell by cell; nothing of it was brought in.

    Attributes:
        of: the import that read the workbook.
        files: name and SHA-256 of each of its files.
        holds_everybody: the workbook has everybody, so that whoever is missing in it is only here.
    """

    of = models.ForeignKey(
        "training.Import", verbose_name=_("import"), on_delete=models.PROTECT, related_name="comparisons"
    )
    files = models.JSONField(_("files"), default=list)
    holds_everybody = models.BooleanField(_("holds everybody"))
    same = models.PositiveIntegerField(_("the same"))
    different = models.PositiveIntegerField(_("different"))
    only_there = models.PositiveIntegerField(_("only there"))
    only_here = models.PositiveIntegerField(_("only here"))
    unread = models.PositiveIntegerField(_("not understood"))
    compared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("compared by"), on_delete=models.PROTECT, related_name="+"
    )
    compared_at = models.DateTimeField(_("compared at"))

    class Meta:
        verbose_name = _("comparison with a register")
        verbose_name_plural = _("comparisons with registers")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return ", ".join(each["name"] for each in self.files) or str(self.pk)


class RegisterDifference(models.Model):
    """A cell of an old workbook that does not say what the site says. What is the same is only counted.

    Attributes:
        place: of the cell, as the spreadsheet calls it; empty for what is only here.
        badge, course_code: as they stand in the workbook, where nobody or nothing of that name is known.
        there, here: what each says, in words.
    """

    class What(models.TextChoices):
        DIFFERENT = "different", _("Different")
        ONLY_THERE = "only there", _("Only there")
        ONLY_HERE = "only here", _("Only here")
        UNREAD = "unread", _("Not understood")

    is_derived: ClassVar[bool] = True  # that a comparison has named somebody keeps nobody (I8)

    comparison = models.ForeignKey(RegisterComparison, on_delete=models.PROTECT, related_name="cells", db_index=False)
    what = models.CharField(_("what"), max_length=10, choices=What.choices)
    learner = models.ForeignKey(
        "learners.Learner", verbose_name=_("worker"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    course = models.ForeignKey(
        "training.Course", verbose_name=_("course"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    badge = models.CharField(_("badge"), max_length=200, blank=True)
    course_code = models.CharField(_("course in the workbook"), max_length=200, blank=True)
    place = models.CharField(_("cell"), max_length=150, blank=True)
    there = models.TextField(_("there"), blank=True)
    here = models.TextField(_("here"), blank=True)

    class Meta:
        verbose_name = _("difference from a register")
        verbose_name_plural = _("differences from registers")
        ordering = ("pk",)
        indexes = (models.Index(fields=("comparison", "what", "course"), name="register_difference_by_what"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(what__in=("different", "only there", "only here", "unread")),
                name="register_difference_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.what}: {self.place}"


class DifferenceExplained(models.Model):
    """Why cells of one course are different in one way. The latest row of a group holds."""

    comparison = models.ForeignKey(RegisterComparison, on_delete=models.PROTECT, related_name="explained")
    what = models.CharField(_("what"), max_length=10, choices=RegisterDifference.What.choices)
    course = models.ForeignKey(
        "training.Course", verbose_name=_("course"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(_("explanation"))
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("explained by"), on_delete=models.PROTECT, related_name="+"
    )
    explained_at = models.DateTimeField(_("explained at"))

    class Meta:
        verbose_name = _("explained difference")
        verbose_name_plural = _("explained differences")
        ordering = ("pk",)
        constraints = (
            not_blank("reason", name="difference_explained_says_why", message=_("An explanation has words.")),
        )

    def __str__(self) -> str:
        return self.reason


class RegisterSample(models.Model):
    """A random sample of the records that stand of old registers.

    Attributes:
        seed: the records stand in the order of the MD5 of seed and key, so that anybody can draw the same again.
        population: of how many records it was drawn.
        courses, companies: how many of each the population has; every one of them is in the sample.
    """

    seed = models.CharField(_("seed"), max_length=32)
    size = models.PositiveIntegerField(_("size"))
    population = models.PositiveIntegerField(_("drawn from"))
    courses = models.PositiveIntegerField(_("courses"))
    companies = models.PositiveIntegerField(_("companies"))
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("drawn by"), on_delete=models.PROTECT, related_name="+"
    )
    drawn_at = models.DateTimeField(_("drawn at"))

    class Meta:
        verbose_name = _("sample of a register")
        verbose_name_plural = _("samples of registers")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=models.F("population")), name="register_sample_is_of_its_population"
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class SampledRecord(models.Model):
    """A record of a sample, with its number in it."""

    sample = models.ForeignKey(RegisterSample, on_delete=models.PROTECT, related_name="records", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    record = models.ForeignKey(
        "learners.TrainingRecord", verbose_name=_("record"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("sampled record")
        verbose_name_plural = _("sampled records")
        ordering = ("sample_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("sample", "number"), name="sampled_record_number_once"),
            models.UniqueConstraint(fields=("sample", "record"), name="sampled_record_once"),
        )

    def __str__(self) -> str:
        return f"{self.sample_id}:{self.number}"


class SampleCheck(models.Model):
    """What a person has found who looked at the original of a sampled record. The latest row holds."""

    class Found(models.TextChoices):
        RIGHT = "right", _("Right")
        WRONG = "wrong", _("Wrong")
        NOT_FOUND = "not found", _("Original not found")

    sampled = models.ForeignKey(SampledRecord, on_delete=models.PROTECT, related_name="checks")
    found = models.CharField(_("found"), max_length=9, choices=Found.choices)
    note = models.TextField(_("what is wrong, or where it was looked for"), blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("checked by"), on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(_("checked at"))

    class Meta:
        verbose_name = _("check of a sampled record")
        verbose_name_plural = _("checks of sampled records")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(found="right") | Q(found__in=("wrong", "not found"), note__trim__length__gt=0),
                name="sample_check_says_what_is_wrong",
                violation_error_message=_("Say what is wrong, or where the original was looked for."),
            ),
        )

    def __str__(self) -> str:
        return str(self.get_found_display())


@audited()
class TakeOver(models.Model):
    """A signed report: the site takes over from the old register.

    Attributes:
        content: what was signed, as JSON; always the same bytes, of which `sha256` is the hash. The seal will take it.
        is_trial: signed while there is no seal: it shows how a report will be, and takes nothing over.
        cut_over_on: the day from which the old workbook is closed.
    """

    content = models.TextField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    is_trial = models.BooleanField(_("trial"))
    cut_over_on = models.DateField(_("cut-over day"))
    sample = models.ForeignKey(RegisterSample, verbose_name=_("sample"), on_delete=models.PROTECT, related_name="+")
    comparison = models.ForeignKey(
        RegisterComparison, verbose_name=_("comparison"), on_delete=models.PROTECT, related_name="+"
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("signed by"), on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("take-over report")
        verbose_name_plural = _("take-over reports")
        ordering = ("-pk",)
        constraints = (models.CheckConstraint(condition=Q(sha256__regex=SHA256_HEX), name="take_over_has_hash"),)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@audited()
class TakeOverWithdrawal(models.Model):
    """The acceptance of a take-over is withdrawn. What was brought in stays."""

    take_over = models.OneToOneField(
        TakeOver, verbose_name=_("take-over report"), on_delete=models.PROTECT, related_name="withdrawal"
    )
    reason = models.TextField(_("reason"))
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("withdrawn by"), on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"))

    class Meta:
        verbose_name = _("withdrawn acceptance")
        verbose_name_plural = _("withdrawn acceptances")
        ordering = ("-pk",)
        constraints = (
            not_blank("reason", name="take_over_withdrawal_has_reason", message=_("Withdrawing needs a reason.")),
        )

    def __str__(self) -> str:
        return self.reason
