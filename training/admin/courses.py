"""Admin of the versions of courses and of their prerequisites.

Courses are in `learners.admin`, which knows the roles and areas that require them.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from training.core.admin.guarded import (
    ChosenOnceForm,
    GuardedAdmin,
    GuardedInline,
    ObjectAction,
    ReadOnlyAdmin,
    who_acts,
)
from training.core.trail import Source
from training.models import Course, CoursePrerequisite, CourseVersion
from training.services.courses import (
    Syllabus,
    archive_version,
    create_version,
    delete_draft_version,
    edit_draft_version,
    publish_version,
)

Published = CourseVersion.Status.PUBLISHED
Draft = CourseVersion.Status.DRAFT


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
    """Only drafts are edited; a published version is changed by publishing a new one (S12)."""

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
        """Hand the whole list of prerequisites to the service, as it stands on the page."""
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
