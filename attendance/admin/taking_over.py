"""Admin of taking over from old registers (I11), and of what waits to be filed (I12): to read, and nothing else."""

from django.contrib import admin

from attendance.models import (
    DifferenceExplained,
    FilingPaste,
    FilingProof,
    FilingRow,
    RegisterComparison,
    RegisterDifference,
    RegisterSample,
    SampleCheck,
    SampledRecord,
    TakeOver,
    TakeOverWithdrawal,
)
from training.core.admin.guarded import ReadOnlyAdmin


@admin.register(RegisterComparison)
class RegisterComparisonAdmin(ReadOnlyAdmin):
    list_display = ("of", "same", "different", "only_there", "only_here", "unread", "compared_at", "compared_by")
    list_select_related = ("of", "compared_by")
    date_hierarchy = "compared_at"


@admin.register(RegisterDifference)
class RegisterDifferenceAdmin(ReadOnlyAdmin):
    list_display = ("comparison", "what", "learner", "course", "place", "there", "here")
    list_filter = ("what",)
    list_select_related = ("comparison", "learner", "course")


@admin.register(DifferenceExplained)
class DifferenceExplainedAdmin(ReadOnlyAdmin):
    list_display = ("comparison", "what", "course", "reason", "explained_at", "explained_by")
    list_select_related = ("comparison", "course", "explained_by")
    date_hierarchy = "explained_at"


@admin.register(RegisterSample)
class RegisterSampleAdmin(ReadOnlyAdmin):
    list_display = ("drawn_at", "size", "population", "courses", "companies", "seed", "drawn_by")
    list_select_related = ("drawn_by",)
    date_hierarchy = "drawn_at"


@admin.register(SampledRecord)
class SampledRecordAdmin(ReadOnlyAdmin):
    list_display = ("sample", "number", "record")
    list_select_related = ("sample", "record")


@admin.register(SampleCheck)
class SampleCheckAdmin(ReadOnlyAdmin):
    list_display = ("sampled", "found", "note", "checked_at", "checked_by")
    list_filter = ("found",)
    list_select_related = ("sampled", "checked_by")
    date_hierarchy = "checked_at"


@admin.register(TakeOver)
class TakeOverAdmin(ReadOnlyAdmin):
    """Signed reports. They are signed and withdrawn on the page of the take-over."""

    list_display = ("__str__", "is_trial", "cut_over_on", "signed_at", "signed_by", "sha256")
    list_filter = ("is_trial",)
    list_select_related = ("signed_by",)
    date_hierarchy = "signed_at"
    search_fields = ("sha256",)


@admin.register(TakeOverWithdrawal)
class TakeOverWithdrawalAdmin(ReadOnlyAdmin):
    list_display = ("take_over", "reason", "withdrawn_at", "withdrawn_by")
    list_select_related = ("take_over", "withdrawn_by")
    date_hierarchy = "withdrawn_at"


@admin.register(FilingPaste)
class FilingPasteAdmin(ReadOnlyAdmin):
    """Rows that somebody has pasted and not filed yet; they are removed some days after."""

    list_display = ("pasted_at", "owner", "provider")
    list_select_related = ("owner", "provider")
    date_hierarchy = "pasted_at"


@admin.register(FilingRow)
class FilingRowAdmin(ReadOnlyAdmin):
    list_display = ("paste", "row", "owner", "proof", "record")
    list_select_related = ("paste", "owner", "proof", "record")


@admin.register(FilingProof)
class FilingProofAdmin(ReadOnlyAdmin):
    list_display = ("name", "size", "problem", "owner", "dropped_at")
    list_select_related = ("owner",)
    date_hierarchy = "dropped_at"
