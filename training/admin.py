"""Admin of the library, of classes and of logins.

Courses are in `learners.admin`, which knows who requires them; sessions in `attendance.admin`, with their lists.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import admin as _registers  # noqa: F401  # now, and not after this module
from procrastinate.contrib.django.models import ProcrastinateJob

from training.core.admin.events import register_events
from training.core.admin.guarded import (
    ChosenOnceForm,
    GuardedAdmin,
    GuardedInline,
    ObjectAction,
    ReadOnlyAdmin,
    ReadOnlyInline,
    ServiceForm,
    who_acts,
)
from training.core.trail import Source
from training.models import (
    ClassAttendanceSession,
    Company,
    Course,
    CoursePrerequisite,
    CourseVersion,
    FileDownload,
    GroupPermission,
    Job,
    Login,
    LoginGroup,
    LoginPermission,
    Membership,
    Site,
    Trainer,
    TrainerQualification,
    TrainingClass,
    Venue,
)
from training.pages.library_trail import of_trainer
from training.services.companies import CompanyFacts, create_company, edit_company
from training.services.courses import (
    Syllabus,
    archive_version,
    create_version,
    delete_draft_version,
    edit_draft_version,
    publish_version,
)
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

Published = CourseVersion.Status.PUBLISHED
Draft = CourseVersion.Status.DRAFT


@admin.register(Company)
class CompanyAdmin(GuardedAdmin):
    list_display = ("name", "code", "class_code_prefix", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "code")
    offered = Q(is_active=True)

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        facts: CompanyFacts = form.cleaned_data
        if change:
            edit_company(company_id=obj.pk, facts=facts, by=who_acts(request))
        else:
            obj.pk = create_company(facts=facts, by=who_acts(request)).pk


@admin.register(Venue)
class VenueAdmin(GuardedAdmin):
    list_display = ("name", "capacity", "location", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "location")
    offered = Q(is_active=True)

    def save_model(self, request: HttpRequest, obj: Venue, form: Any, change: bool) -> None:
        facts: VenueFacts = form.cleaned_data
        if change:
            edit_venue(venue_id=obj.pk, facts=facts, by=who_acts(request))
        else:
            obj.pk = create_venue(facts=facts, by=who_acts(request)).pk


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
            edit_trainer(trainer_id=obj.pk, facts=facts, by=who_acts(request))
        else:
            obj.pk = create_trainer(facts=facts, by=who_acts(request)).pk

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


# Versions of courses


class PrerequisiteInline(GuardedInline):
    model = CoursePrerequisite
    form = ChosenOnceForm
    autocomplete_fields = ("course",)
    select_related = ("course",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj)


def _is_draft(version: CourseVersion | None) -> bool:
    return version is None or version.status == Draft


@admin.register(CourseVersion)
class CourseVersionAdmin(GuardedAdmin):
    """Drafts are edited; what was published changes by a new version only (S12)."""

    list_display = ("course", "number", "title", "status", "duration_minutes", "validity_months")
    list_display_links = ("course", "number", "title")
    list_filter = ("status", "category", "delivery_method", "provider_type", "requires_verification")
    list_select_related = ("course",)
    search_fields = ("course__code", "title", "category")
    autocomplete_fields = ("course",)
    fields = (
        "course",
        ("number", "status"),
        "title",
        "category",
        ("duration_minutes", "validity_months", "minimum_score"),
        ("delivery_method", "provider_type"),
        "requires_verification",
        "change_log",
    )
    readonly_fields = ("number", "status")
    inlines = (PrerequisiteInline,)
    object_actions = (
        ObjectAction(
            name="publish",
            label=gettext_lazy("Publish"),
            question=gettext_lazy(
                "Sessions scheduled from now on use this version, and it can no longer be edited. The version "
                "published until now is archived; sessions already scheduled keep it."
            ),
            run=lambda version, by, now: publish_version(version_id=version.pk, by=by, now=now),
            done=gettext_lazy("The version is published."),
            is_offered=_is_draft,
        ),
        ObjectAction(
            name="archive",
            label=gettext_lazy("Archive"),
            question=gettext_lazy("The course cannot be booked until another version is published."),
            run=lambda version, by, now: archive_version(version_id=version.pk, by=by, now=now),
            done=gettext_lazy("The version is archived."),
            is_offered=lambda version: version.status == Published,
        ),
        ObjectAction(
            name="remove",
            label=gettext_lazy("Delete draft"),
            question=gettext_lazy("This deletes the draft for good; the audit log keeps it."),
            run=lambda version, by, now: delete_draft_version(version_id=version.pk, by=by),
            done=gettext_lazy("The draft is deleted."),
            is_offered=_is_draft,
            removes=True,
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.readonly_fields if obj is None else (*self.readonly_fields, "course")

    def save_model(self, request: HttpRequest, obj: CourseVersion, form: Any, change: bool) -> None:
        values = form.cleaned_data
        syllabus: Any = {field: values[field] for field in Syllabus.__annotations__ if field in values}
        by, now = who_acts(request), timezone.now()
        if change:
            edit_draft_version(version_id=obj.pk, syllabus=syllabus, by=by, now=now)
        else:
            course: Course = values["course"]
            made = create_version(course_id=course.pk, syllabus=syllabus, prerequisites=(), by=by, now=now)
            obj.pk, obj.number = made.pk, made.number

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Hand over the whole list of prerequisites, as it stands on the page."""
        formset.save(commit=False)
        if formset.has_changed():
            rows = (row for row in formset.cleaned_data if row and not row.get("DELETE"))
            edit_draft_version(
                version_id=form.instance.pk,
                syllabus={},
                prerequisites=[row["course"].pk for row in rows],
                by=who_acts(request),
                now=timezone.now(),
            )

    def history_of(self, obj: CourseVersion) -> Sequence[Source]:
        parts = Source(model=CoursePrerequisite, ids=(obj.pk,), by="course_version", subject="course")
        return (*super().history_of(obj), parts)


@admin.register(CoursePrerequisite)
class CoursePrerequisiteAdmin(ReadOnlyAdmin):
    """All prerequisites in one list; they are edited with their version."""

    list_display = ("course_version", "course")
    list_select_related = ("course_version__course", "course")
    search_fields = ("course_version__course__code", "course__code")


# Classes: written on their own pages


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


# Logins


class NewLoginForm(ServiceForm, AdminUserCreationForm):
    pass


class LoginForm(ServiceForm, UserChangeForm):
    """A login, with a guard against locking oneself out."""

    editor: User

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        is_kept = self.cleaned_data.get("is_active") and self.cleaned_data.get("is_superuser")
        if self.instance.pk == self.editor.pk and not is_kept:
            raise ValidationError(_("You cannot take away your own access. Ask another superuser to do it."))
        return cleaned


admin.site.unregister(Group)
admin.site.unregister(User)


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    """The groups are those of the permission table: written after every migrate, edited by nobody."""

    audited_as = LoginGroup
    search_fields = ("name",)
    fields = ("name",)

    def history_of(self, obj: Group) -> Sequence[Source]:
        return (
            Source(model=Membership, ids=(obj.pk,), by="group", subject="user"),
            Source(model=GroupPermission, ids=(obj.pk,), by="group", subject="permission"),
            *super().history_of(obj),
        )


@admin.register(User)
class UserAdmin(auth_admin.UserAdmin, GuardedAdmin):
    """Logins are made and stopped, never deleted: records and events name them."""

    audited_as = Login
    form = LoginForm
    add_form = NewLoginForm
    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("Person"), {"fields": ("first_name", "last_name", "email")}),
        (
            gettext_lazy("What this login may do"),
            {
                "fields": ("is_active", "groups", "is_superuser"),
                "description": gettext_lazy(
                    "HSE supervisor: every page; does not revoke, take back, correct, merge or manage logins. "
                    "Trainer: own "
                    "sessions and classes only; name this login on the trainer's page. Auditor: reads everything and "
                    "changes nothing. Superuser: everything, this administration included. A login that is not "
                    "active is cut off at once."
                ),
            },
        ),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups",)

    def history_of(self, obj: User) -> Sequence[Source]:
        return (
            Source(model=Membership, ids=(obj.pk,), by="user", subject="group"),
            Source(model=LoginPermission, ids=(obj.pk,), by="user", subject="permission"),
            *super().history_of(obj),
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.editor = who_acts(request)
        return form


register_events("training")
