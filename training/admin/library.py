"""Admin of companies, venues, trainers and their qualifications."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from training.core.admin.guarded import ChosenOnceForm, GuardedAdmin, GuardedInline, ReadOnlyAdmin, who_acts
from training.core.trail import Source
from training.models import Company, Trainer, TrainerQualification, Venue
from training.pages.library_trail import of_trainer
from training.services.companies import CompanyFacts, create_company, edit_company
from training.services.trainers import (
    QualificationFacts,
    TrainerFacts,
    create_qualification,
    create_trainer,
    edit_qualification,
    edit_trainer,
    remove_qualification,
)
from training.services.venues import VenueFacts, create_venue, edit_venue


@admin.register(Company)
class CompanyAdmin(GuardedAdmin):
    list_display = ("name", "code", "class_code_prefix", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "code")
    offered = Q(is_active=True)

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        facts: CompanyFacts = form.cleaned_data
        if change:
            edit_company(company_id=obj.pk, facts=facts, by=who_acts(request), confirmed=form.confirmed)
        else:
            obj.pk = create_company(facts=facts, by=who_acts(request), confirmed=form.confirmed).pk


@admin.register(Venue)
class VenueAdmin(GuardedAdmin):
    list_display = ("name", "capacity", "location", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "location")
    offered = Q(is_active=True)

    def save_model(self, request: HttpRequest, obj: Venue, form: Any, change: bool) -> None:
        facts: VenueFacts = form.cleaned_data
        if change:
            edit_venue(venue_id=obj.pk, facts=facts, by=who_acts(request), confirmed=form.confirmed)
        else:
            obj.pk = create_venue(facts=facts, by=who_acts(request), confirmed=form.confirmed).pk


class QualificationInline(GuardedInline):
    model = TrainerQualification
    form = ChosenOnceForm
    fields = ("course", "certificate_number", "valid_from", "valid_until")
    autocomplete_fields = ("course",)
    select_related = ("course", "trainer")


@admin.register(Trainer)
class TrainerAdmin(GuardedAdmin):
    list_display = ("last_name", "first_name", "kind", "company", "user", "is_active")
    list_display_links = ("last_name", "first_name")
    list_filter = ("is_active", "kind", ("company", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("company", "user")
    search_fields = ("first_name", "last_name", "email", "user__username")
    autocomplete_fields = ("company", "user")
    inlines = (QualificationInline,)
    offered = Q(is_active=True)

    def save_model(self, request: HttpRequest, obj: Trainer, form: Any, change: bool) -> None:
        values = dict(form.cleaned_data)
        for field in ("company", "user"):
            named = values.pop(field)
            values[f"{field}_id"] = named and named.pk
        facts: TrainerFacts = values  # type: ignore[assignment]  # the fields of the form are those of the facts
        if change:
            edit_trainer(trainer_id=obj.pk, facts=facts, by=who_acts(request), confirmed=form.confirmed)
        else:
            obj.pk = create_trainer(facts=facts, by=who_acts(request), confirmed=form.confirmed).pk

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        by = who_acts(request)
        for qualification in formset.deleted_objects:
            remove_qualification(qualification_id=qualification.pk, by=by)
        for qualification, _fields in formset.changed_objects:
            edit_qualification(qualification_id=qualification.pk, facts=_facts_of(qualification), by=by)
        for qualification in formset.new_objects:
            create_qualification(
                trainer_id=form.instance.pk,
                course_id=qualification.course_id,
                facts=_facts_of(qualification),
                by=by,
            )

    def history_of(self, obj: Trainer) -> Sequence[Source]:
        return of_trainer(obj)


def _facts_of(qualification: TrainerQualification) -> QualificationFacts:
    return QualificationFacts(
        certificate_number=qualification.certificate_number,
        valid_from=qualification.valid_from,
        valid_until=qualification.valid_until,
    )


@admin.register(TrainerQualification)
class TrainerQualificationAdmin(ReadOnlyAdmin):
    """All qualifications in one list; they are edited with their trainer."""

    list_display = ("trainer", "course", "certificate_number", "valid_from", "valid_until")
    list_filter = (("course", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("trainer", "course")
    date_hierarchy = "valid_until"
    search_fields = ("trainer__first_name", "trainer__last_name", "course__code", "certificate_number")
