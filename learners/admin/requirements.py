"""Admin of courses, roles and areas: what can be required, and what requires it (C1)."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.models import Area, AreaRequirement, Role, RoleRequirement
from learners.pages.library_trail import of_area, of_role
from learners.services.courses import delete_course
from learners.services.requirements import (
    delete_area,
    delete_role,
    save_area,
    save_role,
)
from training.core.admin.guarded import (
    GuardedAdmin,
    ObjectAction,
    ReadOnlyAdmin,
    ReadOnlyInline,
    who_acts,
)
from training.core.trail import Source
from training.models import Course, CourseVersion
from training.pages.library_trail import of_course
from training.services.courses import create_course


class VersionInline(ReadOnlyInline):
    model = CourseVersion
    fields = ("number", "title", "status", "duration_minutes", "validity_months", "requires_verification")
    readonly_fields = fields
    ordering = ("-number",)
    show_change_link = True


class DeletedFilter(admin.SimpleListFilter):
    title = gettext_lazy("deleted")
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(deleted_at__isnull=self.value() != "yes")


@admin.register(Course)
class CourseAdmin(GuardedAdmin):
    """A course has only a code; its versions say what is taught."""

    list_display = ("code", "published_title", "version_count", "deleted_at")
    list_filter = (DeletedFilter,)
    ordering = ("code",)
    search_fields = ("code", "versions__title")
    fields = ("code",)
    inlines = (VersionInline,)
    offered = Q(deleted_at__isnull=True)
    object_actions = (
        ObjectAction(
            name="remove",
            label=gettext_lazy("Delete course"),
            question=gettext_lazy(
                "The course is no longer offered anywhere. Its versions, past sessions and records stay as they are."
            ),
            run=lambda course, by, now: delete_course(course_id=course.pk, by=by, now=now),
            done=gettext_lazy("The course is deleted."),
            is_offered=lambda course: course.deleted_at is None,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Course]:
        published = CourseVersion.objects.filter(course=OuterRef("pk"), status=CourseVersion.Status.PUBLISHED).values(
            "title"
        )
        courses: QuerySet[Course] = super().get_queryset(request)
        return courses.annotate(title=Subquery(published), count=Count("versions"))

    @admin.display(description=gettext_lazy("published version"), empty_value="–", ordering="title")
    def published_title(self, course: Any) -> str | None:
        return course.title and str(course.title)

    @admin.display(description=gettext_lazy("versions"), ordering="count")
    def version_count(self, course: Any) -> int:
        return int(course.count)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes to an existing course: its code must not change, because records and sheets name it."""
        return False

    def save_model(self, request: HttpRequest, obj: Course, form: Any, change: bool) -> None:
        obj.pk = create_course(code=form.cleaned_data["code"], by=who_acts(request)).pk

    def object_links(self, obj: Course) -> Sequence[tuple[str, str]]:
        if obj.deleted_at is not None:
            return ()
        url = reverse(f"{self.admin_site.name}:training_courseversion_add", query={"course": obj.pk})
        return ((_("New version"), url),)

    def history_of(self, obj: Course) -> Sequence[Source]:
        return of_course(obj)


class RequirementInline(ReadOnlyInline):
    """The requirements, with links to the pages that show whose answer changes before they save (C6)."""

    fields = ("course", "requirement_type", "grace_period_days", "starts_on", "pages")
    readonly_fields = fields
    select_related = ("course",)
    page: str  # URL name of the page that changes a requirement; `…_remove` is the page that removes it

    @admin.display(description=gettext_lazy("with a preview"))
    def pages(self, requirement: RoleRequirement | AreaRequirement) -> str:
        asker = requirement.role_id if isinstance(requirement, RoleRequirement) else requirement.area_id
        change, remove = (
            reverse(name, args=[asker, requirement.course_id]) for name in (self.page, f"{self.page}_remove")
        )
        return format_html('<a href="{}">{}</a> · <a href="{}">{}</a>', change, _("Change"), remove, _("Remove"))


class RoleRequirementInline(RequirementInline):
    model = RoleRequirement
    page = "learners:role_requirement"


class AreaRequirementInline(RequirementInline):
    model = AreaRequirement
    page = "learners:area_requirement"


@admin.register(Role)
class RoleAdmin(GuardedAdmin):
    list_display = ("code", "title", "worker_count", "requirement_count")
    list_display_links = ("code", "title")
    ordering = ("title", "code")
    search_fields = ("code", "title")
    inlines = (RoleRequirementInline,)
    object_actions = (
        ObjectAction(
            name="remove",
            label=gettext_lazy("Delete role"),
            question=gettext_lazy("The role is deleted with its requirements; the audit log keeps both."),
            run=lambda role, by, now: delete_role(role_id=role.pk, by=by),
            done=gettext_lazy("The role is deleted."),
            removes=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        roles: QuerySet[Role] = super().get_queryset(request)
        return roles.annotate(workers=Count("learners", distinct=True), courses=Count("requirements", distinct=True))

    @admin.display(description=gettext_lazy("workers"), ordering="workers")
    def worker_count(self, role: Any) -> int:
        return int(role.workers)

    @admin.display(description=gettext_lazy("required courses"), ordering="courses")
    def requirement_count(self, role: Any) -> int:
        return int(role.courses)

    def save_model(self, request: HttpRequest, obj: Role, form: Any, change: bool) -> None:
        if form.has_changed():
            save_role(role=obj, by=who_acts(request), now=timezone.now())

    def object_links(self, obj: Role) -> Sequence[tuple[str, str]]:
        return ((_("Add a requirement"), reverse("learners:role_requirement_new", args=[obj.pk])),)

    def history_of(self, obj: Role) -> Sequence[Source]:
        return of_role(obj)


@admin.register(Area)
class AreaAdmin(GuardedAdmin):
    """Areas. The area around one is chosen here only once; it is changed on a page that previews the change first."""

    list_display = ("name", "parent", "requirement_count")
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    ordering = ("name", "pk")
    list_select_related = ("parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)
    inlines = (AreaRequirementInline,)
    object_actions = (
        ObjectAction(
            name="remove",
            label=gettext_lazy("Delete area"),
            question=gettext_lazy("The area is deleted with its requirements; the audit log keeps both."),
            run=lambda area, by, now: delete_area(area_id=area.pk, by=by),
            done=gettext_lazy("The area is deleted."),
            removes=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Area]:
        areas: QuerySet[Area] = super().get_queryset(request)
        return areas.annotate(courses=Count("requirements"))

    @admin.display(description=gettext_lazy("required courses"), ordering="courses")
    def requirement_count(self, area: Any) -> int:
        return int(area.courses)

    def save_model(self, request: HttpRequest, obj: Area, form: Any, change: bool) -> None:
        if form.has_changed():
            save_area(area=obj, by=who_acts(request), now=timezone.now())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("parent",) if obj is not None else ()

    def object_links(self, obj: Area) -> Sequence[tuple[str, str]]:
        return (
            (_("Add a requirement"), reverse("learners:area_requirement_new", args=[obj.pk])),
            (_("Move in the tree"), reverse("learners:area_edit", args=[obj.pk])),
        )

    def history_of(self, obj: Area) -> Sequence[Source]:
        return of_area(obj)


class RequirementAdmin(ReadOnlyAdmin):
    """All requirements in one list; they are edited with the role or area that has them."""

    list_filter = ("requirement_type", ("course", admin.RelatedOnlyFieldListFilter))
    date_hierarchy = "starts_on"


@admin.register(RoleRequirement)
class RoleRequirementAdmin(RequirementAdmin):
    list_display = ("role", "course", "requirement_type", "grace_period_days", "starts_on")
    list_display_links = ("role", "course")
    list_select_related = ("role", "course")
    search_fields = ("role__title", "role__code", "course__code")


@admin.register(AreaRequirement)
class AreaRequirementAdmin(RequirementAdmin):
    list_display = ("area", "course", "requirement_type", "grace_period_days", "starts_on")
    list_display_links = ("area", "course")
    list_select_related = ("area", "course")
    search_fields = ("area__name", "course__code")
