"""Admin of who turned by imports (I5, I6)."""

from django.contrib import admin

from learners.admin.workers import WORKER_SEARCH
from learners.models import ImportTurn
from training.core.admin.guarded import ReadOnlyAdmin


@admin.register(ImportTurn)
class ImportTurnAdmin(ReadOnlyAdmin):
    list_display = ("of", "phase", "learner", "before", "after", "comes", "is_active", "is_as_told")
    list_filter = ("phase", "after")
    list_select_related = ("of", "learner")
    search_fields = WORKER_SEARCH
