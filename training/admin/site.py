"""Admin of the site itself, of its jobs, and of the downloads of files."""

from django.contrib import admin
from procrastinate.contrib.django import admin as _registers  # noqa: F401  # now, and not after this module
from procrastinate.contrib.django.models import ProcrastinateJob

from training.core.admin.guarded import ReadOnlyAdmin
from training.models import (
    CalendarFeed,
    Erasure,
    FileDownload,
    Job,
    Log,
    LogAnchor,
    LogCheckpoint,
    LogKey,
    PackMade,
    PeriodicRun,
    Seal,
    Site,
)


@admin.register(Site)
class SiteAdmin(ReadOnlyAdmin):
    """The site's row, which is written from the settings after every migrate."""


# Jobs. Procrastinate's own page could retry and abort jobs without telling the person who asked for them.

admin.site.unregister(ProcrastinateJob)


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    """The secret addresses of calendars; whoever may make one does so on the page of the trainer or venue."""

    list_display = ("created_at", "trainer", "venue", "created_by", "ended_at", "ended_by")
    list_select_related = ("trainer", "venue", "created_by", "ended_by")
    exclude = ("digest",)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """The jobs that people asked for, and why they failed. Only the person who asked gets the file."""

    list_display = ("asked_at", "kind", "asked_by", "state", "done", "total", "ended_at", "failure")
    list_filter = ("state", "kind")
    list_select_related = ("asked_by",)
    date_hierarchy = "asked_at"
    search_fields = ("asked_by__username",)


@admin.register(FileDownload)
class FileDownloadAdmin(ReadOnlyAdmin):
    list_display = ("taken_at", "kind", "file_name", "size", "taken_by")
    list_filter = ("kind",)
    list_select_related = ("taken_by",)
    date_hierarchy = "taken_at"
    search_fields = ("file_name", "sha256", "taken_by__username")


# The ledger. Openings, the queue, entries and tiles are not here: `manage.py verify_ledger` judges them, and an opening
# names people.

admin.site.register((Log, LogKey, Erasure), ReadOnlyAdmin)


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    """What each legal row said when it was written."""

    list_display = ("sealed_at", "kind", "row_id")
    list_filter = ("kind",)
    fields = ("kind", "row_id", "sealed_at", "leaf", "list")
    show_full_result_count = False


@admin.register(LogCheckpoint)
class LogCheckpointAdmin(ReadOnlyAdmin):
    list_display = ("made_at", "size", "log")
    list_select_related = ("log",)


@admin.register(LogAnchor)
class LogAnchorAdmin(ReadOnlyAdmin):
    list_display = ("anchored_at", "anchor", "checkpoint")
    list_select_related = ("checkpoint",)
    exclude = ("token",)


@admin.register(PackMade)
class PackMadeAdmin(ReadOnlyAdmin):
    list_display = ("made_at", "subject", "records", "revocations", "made_by")
    list_select_related = ("made_by",)
    date_hierarchy = "made_at"


@admin.register(PeriodicRun)
class PeriodicRunAdmin(ReadOnlyAdmin):
    """Runs of what is done by the clock, with what each of them said."""

    list_display = ("started_at", "kind", "outcome", "due_at", "ended_at", "done", "total", "failure")
    list_filter = ("outcome", "kind")
    date_hierarchy = "started_at"
