"""Admin of imports: that they were, and what was agreed for later. What waits is read by its owner only (I3)."""

from django.contrib import admin

from training.core.admin.guarded import ReadOnlyAdmin
from training.models import Import, ImportAlias, ImportedRow, ImportFile, ImportHeadings, ImportRow

OF_THE_OWNER = ("outline", "layout", "questions", "answers", "report")


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """Imports and how far they came. What their files hold is on their page, for whoever started them."""

    list_display = ("started_at", "title", "kind", "state", "started_by", "done_at", "done_by", "undone_at")
    list_filter = ("state", "kind")
    list_select_related = ("started_by", "done_by")
    date_hierarchy = "started_at"
    search_fields = ("title", "sender", "started_by__username")
    exclude = OF_THE_OWNER


@admin.register(ImportFile)
class ImportFileAdmin(ReadOnlyAdmin):
    """The files of imports; they are opened on the page of the import."""

    list_display = ("of", "number", "name", "size", "sha256", "is_table")
    list_select_related = ("of",)
    search_fields = ("name", "sha256")
    exclude = ("key", "book_key", "evidence_key")


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnlyAdmin):
    """How many rows wait, and where they stand; not what they say."""

    list_display = ("of", "number", "sheet", "row", "outcome")
    list_filter = ("outcome",)
    list_select_related = ("of",)
    fields = list_display


@admin.register(ImportedRow)
class ImportedRowAdmin(ReadOnlyAdmin):
    """What the rows of imports wrote."""

    list_display = ("of", "sheet", "row", "act", "table", "identity")
    list_filter = ("act", "table")
    list_select_related = ("of",)
    search_fields = ("identity",)


@admin.register(ImportAlias)
class ImportAliasAdmin(ReadOnlyAdmin):
    """What names mean in the files of a sender; they are revoked on the page of agreed names."""

    list_display = ("written", "thing", "sender", "agreed_at", "agreed_by", "revoked_at", "revoked_by")
    list_filter = ("thing", "sender")
    list_select_related = ("agreed_by", "revoked_by")
    search_fields = ("written", "sender")


@admin.register(ImportHeadings)
class ImportHeadingsAdmin(ReadOnlyAdmin):
    """The columns that were agreed on for tables that may come again."""

    list_display = ("kind", "agreed_at", "agreed_by", "headings")
    list_filter = ("kind",)
    list_select_related = ("agreed_by",)
