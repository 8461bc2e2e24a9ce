"""The audit trail in Admin, table by table: the only place that still shows deleted rows."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pghistory.models import Event

from training.core.admin.guarded import ReadOnlyAdmin
from training.core.keys import key_of
from training.core.kinds import EventKind
from training.core.trail import door_in_words

WORDS = {
    EventKind.KNOWN: gettext_lazy("existed before recording began"),
    EventKind.INSERT: gettext_lazy("added"),
    EventKind.UPDATE: gettext_lazy("changed"),
    EventKind.PASSWORD: gettext_lazy("password changed"),
    EventKind.DELETE: gettext_lazy("removed"),
}


class WhatFilter(admin.SimpleListFilter):
    title = gettext_lazy("what")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(label, str(word)) for label, word in WORDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(pgh_label=self.value())


class EventAdmin(ReadOnlyAdmin):
    """The events of one table. The list of that table links to them, so the index leaves them out."""

    list_display = ("at", "what", "row", "who", "door", "url")
    list_filter = (WhatFilter,)
    list_select_related = ("pgh_context",)
    date_hierarchy = "pgh_created_at"
    ordering = ("-pgh_id",)
    search_fields = ("pgh_obj_id",)
    search_help_text = gettext_lazy("Number of the row whose events you look for.")

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        return {}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add the user name at the time of each event; older events hold only the key of the login."""
        key = Cast(KeyTextTransform("user", "pgh_context__metadata"), BigIntegerField())
        known: Any = apps.get_model("training", "LoginEvent").objects
        then = known.filter(pgh_obj_id=OuterRef("acting_key"), pgh_created_at__lte=OuterRef("pgh_created_at"))
        name = KeyTextTransform("username", "pgh_context__metadata")
        events: QuerySet[Any] = super().get_queryset(request)
        told: QuerySet[Any] = events.annotate(acting_key=key).annotate(
            acting_name=Coalesce(
                name, Subquery(then.order_by("-pgh_id").values("username")[:1]), output_field=TextField()
            )
        )
        return told

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        key = key_of(text)
        return (queryset.none() if key is None else queryset.filter(pgh_obj_id=key)), False

    @admin.display(description=gettext_lazy("when"), ordering="pgh_created_at")
    def at(self, event: Any) -> datetime:
        return event.pgh_created_at  # type: ignore[no-any-return]  # a field of every event

    @admin.display(description=gettext_lazy("what"))
    def what(self, event: Any) -> str:
        return str(WORDS[event.pgh_label])

    @admin.display(description=gettext_lazy("row"), ordering="pgh_obj_id")
    def row(self, event: Any) -> int:
        return int(event.pgh_obj_id)

    @admin.display(description=gettext_lazy("who"))
    def who(self, event: Any) -> str:
        return event.acting_name or _("System")

    @admin.display(description=gettext_lazy("door"))
    def door(self, event: Any) -> str:
        return door_in_words(event.pgh_context.metadata) if event.pgh_context else ""

    @admin.display(description=gettext_lazy("address"))
    def url(self, event: Any) -> str:
        return self._context_of(event, "url")

    @staticmethod
    def _context_of(event: Any, key: str) -> str:
        return str(event.pgh_context.metadata.get(key, "")) if event.pgh_context else ""


def register_events(app_label: str) -> None:
    """Register the audit events of all tables of an app, so that they can be read."""
    for model in apps.get_app_config(app_label).get_models():
        if issubclass(model, Event):
            admin.site.register(model, EventAdmin)
