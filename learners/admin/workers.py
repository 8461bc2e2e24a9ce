"""Admin of workers: who they are, where they work, and the stored answers about them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.models import (
    AreaPeriod,
    BadgePeriod,
    ComplianceItem,
    ComplianceRun,
    Learner,
    LearnerArea,
    LearnerAreaPeriod,
    LearnerPeriod,
    Merge,
    RequirementPeriod,
    TrainingRecord,
    WorkerNumber,
)
from learners.policies.worker_fields import WORKER_FIELDS, Card, attribute_of, fields_in
from learners.selectors.learners import matches
from learners.services.learners import LearnerFacts, create_learner, edit_learner, set_areas
from training.core.admin.guarded import (
    GuardedAdmin,
    GuardedInline,
    ReadOnlyAdmin,
    ReadOnlyInline,
    ServiceForm,
    who_acts,
)
from training.core.trail import Source

WORKER_SEARCH = ("learner__badge_id", "learner__first_name", "learner__last_name")


class LearnerForm(ServiceForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if assigned := self.fields.get("role_assigned_at"):
            assigned.required = False
            assigned.help_text = gettext_lazy(
                "The day from which the role counts. If left empty: the start date of a new worker, today for a "
                "new role."
            )


class LearnerAreaInline(GuardedInline):
    model = LearnerArea
    autocomplete_fields = ("area",)
    select_related = ("area",)


class NumberForm(ServiceForm):
    """A number of a worker; its kind is one of those that are kept here, and is chosen once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [self.instance.kind] if self.instance.pk else settings.WORKER_NUMBER_KINDS
        self.fields["kind"].widget = forms.Select(choices=[(kind, kind) for kind in kinds])
        self.fields["kind"].disabled = bool(self.instance.pk)


class NumberInline(GuardedInline):
    model = WorkerNumber
    form = NumberForm
    fields = ("kind", "value")


class ItemInline(ReadOnlyInline):
    model = ComplianceItem
    fields = ("course", "status", "requirement_type", "due_date", "expiry_date", "awaiting_verification", "holds_until")
    readonly_fields = fields
    show_change_link = True
    select_related = ("course",)


class RecordInline(ReadOnlyInline):
    model = TrainingRecord
    fields = ("completion_date", "course", "course_title", "result", "expiry_date", "session")
    readonly_fields = fields
    show_change_link = True
    select_related = ("course", "session")


@admin.register(Learner)
class LearnerAdmin(GuardedAdmin):
    """Workers are never deleted. After any change their stored answers are recalculated at once (C6)."""

    form = LearnerForm
    list_display = ("badge_id", "last_name", "first_name", "status", "company", "role", "compliance_status")
    list_display_links = ("badge_id", "last_name", "first_name")
    list_filter = (
        "status",
        "compliance_status",
        ("company", admin.RelatedOnlyFieldListFilter),
        ("role", admin.RelatedOnlyFieldListFilter),
        ("areas", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("company", "role")
    date_hierarchy = "start_date"
    search_fields = ("badge_id", "first_name", "last_name")
    autocomplete_fields = ("company", "role", "supervisor")
    fields = (
        *(tuple(field.name for field in row) for row in fields_in(Card.PERSON)),
        ("status", "status_reason"),
        *(tuple(field.name for field in row) for row in fields_in(Card.WORK)),
        "merged_into",
        ("compliance_status", "compliance_holds_until", "compliance_updated_at"),
    )
    readonly_fields = ("merged_into", "compliance_status", "compliance_holds_until", "compliance_updated_at")
    inlines = (LearnerAreaInline, NumberInline, ItemInline, RecordInline)
    offered = Q(status=Learner.Status.ACTIVE)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Learner], search_term: str
    ) -> tuple[QuerySet[Learner], bool]:
        """Search as on all pages: words of the name in any order, or the badge; accents and case are ignored (P2)."""
        return self.suggested(request, queryset.filter(matches(search_term))), False

    def save_model(self, request: HttpRequest, obj: Learner, form: Any, change: bool) -> None:
        by, now = who_acts(request), timezone.now()
        if not change:
            facts = _facts(form, form.fields)
            obj.pk = create_learner(facts=facts, confirmed=form.confirmed, by=by, now=now).pk
        elif form.has_changed():
            facts = _facts(form, form.changed_data)
            edit_learner(learner_id=obj.pk, facts=facts, confirmed=form.confirmed, by=by, now=now)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Hand all areas of the worker, and the changed numbers, to the service, as they stand on the page."""
        formset.save(commit=False)
        if formset.model is WorkerNumber and formset.has_changed():
            removed = {row.kind: "" for row in formset.deleted_objects}
            changed = [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]
            edit_learner(
                learner_id=form.instance.pk,
                facts={},
                numbers=removed | {row.kind: row.value for row in changed},
                by=who_acts(request),
                now=timezone.now(),
            )
        if formset.model is LearnerArea and formset.has_changed():
            rows = (row for row in formset.cleaned_data if row and not row.get("DELETE"))
            set_areas(
                learner_id=form.instance.pk,
                areas={row["area"].pk: row["assigned_at"] for row in rows},
                by=who_acts(request),
                now=timezone.now(),
            )

    def object_links(self, obj: Learner) -> Sequence[tuple[str, str]]:
        """Link to the page that merges: it shows both badges side by side, so Admin has no second one (L2)."""
        if obj.merged_into_id is not None:
            return ((_("Undo the merge"), reverse("learners:worker_unmerge", args=[obj.pk])),)
        return ((_("Merge another badge"), reverse("learners:worker_merge", args=[obj.pk])),)

    def history_of(self, obj: Learner) -> Sequence[Source]:
        areas = Source(model=LearnerArea, ids=(obj.pk,), by="learner", subject="area", fields=("assigned_at",))
        merges: Any = {"fields": ("kind", "reason", "status_before"), "at": "created_at", "who": "created_by"}
        return (
            *super().history_of(obj),
            areas,
            Source(model=WorkerNumber, ids=(obj.pk,), by="learner", subject="kind", fields=("value",)),
            Source(model=Merge, ids=(obj.pk,), by="duplicate", subject="survivor", **merges),
            Source(model=Merge, ids=(obj.pk,), by="survivor", subject="duplicate", **merges),
        )


def _facts(form: Any, names: Any) -> LearnerFacts:
    """Return the values of these fields for the service. An empty day of assignment is left to the service."""
    facts: Any = {}
    for field in WORKER_FIELDS:
        if field.name in names:
            value = form.cleaned_data[field.name]
            facts[attribute_of(field)] = value.pk if isinstance(value, Model) else value
    if not facts.get("role_assigned_at"):
        facts.pop("role_assigned_at", None)
    return facts  # type: ignore[no-any-return]  # the declared fields are those of LearnerFacts


@admin.register(LearnerArea)
class LearnerAreaAdmin(ReadOnlyAdmin):
    """Which worker works in which area, in one list; it is edited with the worker."""

    list_display = ("learner", "area", "assigned_at")
    list_filter = (("area", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("learner", "area")
    date_hierarchy = "assigned_at"
    search_fields = (*WORKER_SEARCH, "area__name")


@admin.register(WorkerNumber)
class WorkerNumberAdmin(ReadOnlyAdmin):
    """The other numbers of workers, in one list; they are edited with the worker."""

    list_display = ("learner", "kind", "value")
    list_filter = ("kind",)
    list_select_related = ("learner",)
    search_fields = (*WORKER_SEARCH, "value")


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    """Which badges were merged and why, and which merges were undone."""

    list_display = ("created_at", "kind", "duplicate", "survivor", "reason", "created_by")
    list_filter = ("kind",)
    list_select_related = ("duplicate", "survivor", "created_by")
    date_hierarchy = "effective_on"
    search_fields = ("duplicate__badge_id", "survivor__badge_id", "survivor__last_name", "reason")


@admin.register(ComplianceRun)
class ComplianceRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "judged_on", "only_due", "workers", "changed")
    list_filter = ("only_due",)
    date_hierarchy = "started_at"


@admin.register(ComplianceItem)
class ComplianceItemAdmin(ReadOnlyAdmin):
    list_display = ("learner", "course", "status", "requirement_type", "due_date", "expiry_date", "holds_until")
    list_display_links = ("learner", "course")
    list_filter = (
        "status",
        "requirement_type",
        "awaiting_verification",
        ("course", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("learner", "course")
    date_hierarchy = "expiry_date"
    search_fields = (*WORKER_SEARCH, "course__code")


# Dated history (C8), written by triggers. A period may name a row that is gone, so names are fetched by queries apart.


class PeriodAdmin(ReadOnlyAdmin):
    date_hierarchy = "valid_from"
    ordering = ("-valid_from", "-pk")
    named: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related(*self.named)


@admin.register(LearnerPeriod)
class LearnerPeriodAdmin(PeriodAdmin):
    list_display = ("learner", "role", "company", "status", "valid_from", "valid_to")
    list_filter = ("status",)
    search_fields = WORKER_SEARCH
    named = ("learner", "role", "company")


@admin.register(BadgePeriod)
class BadgePeriodAdmin(PeriodAdmin):
    list_display = ("badge_id", "learner", "valid_from", "valid_to")
    search_fields = ("badge_id", "learner__first_name", "learner__last_name")
    named = ("learner",)


@admin.register(LearnerAreaPeriod)
class LearnerAreaPeriodAdmin(PeriodAdmin):
    list_display = ("learner", "area", "valid_from", "valid_to")
    search_fields = WORKER_SEARCH
    named = ("learner", "area")


@admin.register(AreaPeriod)
class AreaPeriodAdmin(PeriodAdmin):
    list_display = ("name", "parent", "valid_from", "valid_to")
    search_fields = ("name",)
    named = ("area", "parent")


@admin.register(RequirementPeriod)
class RequirementPeriodAdmin(PeriodAdmin):
    list_display = ("requirement_id", "role", "area", "course", "requirement_type", "valid_from", "valid_to")
    list_filter = ("requirement_type",)
    search_fields = ("role__title", "area__name", "course__code")
    named = ("role", "area", "course")
