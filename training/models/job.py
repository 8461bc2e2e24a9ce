"""Work that somebody asked for and that takes longer than a page may: packs, large exports."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from training.core.audited import not_blank
from training.models.session import SHA256_HEX


class Job(models.Model):
    """A job: what was asked for, by whom, how far it is, why it failed, and where its file waits, if it makes one.

    The row of procrastinate (`task_id`) carries the key of this row and nothing else. Jobs and their files are removed
    after some days (`training.services.job_runs.purge`); that somebody took a file stays in `FileDownload`.

    `run` counts how often the work was begun. A worker that was wrongly taken for dead finds another number here, and
    changes nothing any more. The legal steps from state to state are in `training.policies.jobs`.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("Waiting")
        RUNNING = "RUNNING", _("Running")
        DONE = "DONE", _("Ready")
        FAILED = "FAILED", _("Failed")
        CANCELLED = "CANCELLED", _("Cancelled")

    OPEN = (State.WAITING, State.RUNNING)

    kind = models.CharField(_("kind"), max_length=30)
    title = models.CharField(_("what"), max_length=300)
    query = models.TextField(_("asked for"), blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    task_id = models.BigIntegerField(_("task"), null=True)
    run = models.PositiveIntegerField(_("begun"), default=0)
    lost = models.PositiveIntegerField(_("times its worker was lost"), default=0)
    started_at = models.DateTimeField(_("started at"), null=True)
    seen_at = models.DateTimeField(_("last sign of life"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), null=True)
    failure = models.TextField(_("failure"), blank=True)
    broke_down = models.BooleanField(
        _("broke down"),
        default=False,
        db_default=False,
        help_text=_("It failed by an error or lost its workers; an operator has to look. Other failures are refusals."),
    )
    file_key = models.CharField(_("key"), max_length=200, blank=True)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    file_type = models.CharField(_("content type"), max_length=100, blank=True)
    file_size = models.PositiveBigIntegerField(_("size (bytes)"), null=True)
    file_sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    taken_at = models.DateTimeField(_("first taken at"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-asked_at", "-pk")
        indexes = (
            models.Index(fields=("asked_by", "-asked_at"), name="job_by_who_asked"),
            models.Index(fields=("asked_at",), condition=Q(state__in=("WAITING", "RUNNING")), name="job_open"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("asked_by", "kind"),
                condition=Q(state__in=("WAITING", "RUNNING")),
                name="job_one_at_a_time",
                violation_error_message=_("One of these is being made for you already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=("WAITING", "RUNNING"), ended_at__isnull=True)
                | Q(state__in=("DONE", "FAILED", "CANCELLED"), ended_at__isnull=False),
                name="job_ended_has_its_time",
                violation_error_message=_("A job that has ended says when."),
            ),
            models.CheckConstraint(
                condition=Q(file_key="", file_name="", file_sha256="", file_size__isnull=True)
                | (~Q(file_key="") & ~Q(file_name="") & Q(file_sha256__regex=SHA256_HEX) & Q(file_size__isnull=False)),
                name="job_file_is_whole",
                violation_error_message=_("A job that has made a file names it, with its hash and its size."),
            ),
            models.CheckConstraint(
                condition=~Q(state="FAILED") | Q(failure__trim__length__gt=0),
                name="job_failed_says_why",
                violation_error_message=_("A job that failed says why."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in self.OPEN


class FileDownload(models.Model):
    """One download of a file that was made for somebody: by a job, or while a page waited (X1).

    Append-only (migration `0018_squashed_guards`). The job and its file are removed after some days; this row stays.
    """

    job = models.PositiveBigIntegerField(
        _("number of the job"), default=0, help_text=_("0 for a short file, which no job made.")
    )
    kind = models.CharField(_("kind"), max_length=30)
    query = models.TextField(_("asked for"), blank=True, default="", db_default="")
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken by"), on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField(_("taken at"))

    class Meta:
        verbose_name = _("file download")
        verbose_name_plural = _("file downloads")
        ordering = ("-taken_at", "-pk")
        indexes = (models.Index(fields=("taken_at", "id"), name="file_download_at"),)
        constraints = (
            not_blank("file_name", name="file_download_has_name", message=_("A download names its file.")),
            models.CheckConstraint(
                condition=Q(sha256__regex=SHA256_HEX),
                name="file_download_has_hash",
                violation_error_message=_("A download says which bytes were taken."),
            ),
        )

    def __str__(self) -> str:
        return self.file_name
