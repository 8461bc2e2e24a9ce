"""Admin of classes, which are written on their own pages. Sessions are in `attendance.admin`, with their lists."""

from collections.abc import Sequence

from django.contrib import admin

from training.core.admin.guarded import ReadOnlyAdmin, ReadOnlyInline
from training.core.trail import Source
from training.models import ClassAttendanceSession, TrainingClass


class ClassSessionInline(ReadOnlyInline):
    model = ClassAttendanceSession
    fields = ("session_date", "status", "scheduled_hours", "captured_by", "captured_at")
    readonly_fields = fields
    show_change_link = True
    select_related = ("captured_by",)


@admin.register(TrainingClass)
class TrainingClassAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "client", "course", "agent", "status", "start_date", "end_date")
    list_filter = ("status", ("client", admin.RelatedOnlyFieldListFilter), ("agent", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("client", "course", "agent")
    date_hierarchy = "start_date"
    search_fields = ("class_code", "client__name", "course__code")
    inlines = (ClassSessionInline,)

    def history_of(self, obj: TrainingClass) -> Sequence[Source]:
        parts = Source(model=ClassAttendanceSession, ids=(obj.pk,), by="training_class", subject="session_date")
        return (*super().history_of(obj), parts)
