"""Admin of the site itself, its jobs, and who took which files."""

from django.contrib import admin
from procrastinate.contrib.django import admin as _registers  # noqa: F401  # now, and not after this module
from procrastinate.contrib.django.models import ProcrastinateJob

from training.core.admin.guarded import ReadOnlyAdmin
from training.models import FileDownload, Job, Site


@admin.register(Site)
class SiteAdmin(ReadOnlyAdmin):
    """Written after every migrate from the settings."""


# Jobs. Procrastinate's own page would retry and abort behind the back of whoever asked.

admin.site.unregister(ProcrastinateJob)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """What people asked for, and why it failed; the file is for whoever asked."""

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
