"""Roles, areas, what they require, and assessment methods as files (X1)."""

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.models import RoleRequirement
from learners.pages.library_trail import of_area, of_role
from learners.pages.requirements import (
    AreaLine,
    RequirementLine,
    all_requirements,
    area_page,
    area_tree,
    get_area,
    get_role,
    list_areas,
    list_roles,
    requirements_of,
)
from learners.selectors.area_names import area_names
from learners.selectors.competency import list_methods
from training.core.list_files import TableColumn, at
from training.core.sorting import Columns
from training.forms.library import LONGEST_SEARCH
from training.papers.library_lists import state
from training.papers.lists import Asking, FoundRows, all_at_once, declare_list, in_chunks, page_at, page_of
from training.papers.trails import declare_log

ROLE_SORTS: Columns = {"role": ("title",), "code": ("code",), "workers": ("workers",), "courses": ("courses",)}

ROLE: Sequence[TableColumn[Any]] = (
    TableColumn("code", gettext_lazy("Code"), lambda role: role.code, width=20),
    TableColumn("title", gettext_lazy("Role"), lambda role: role.title, width=32),
    TableColumn("description", gettext_lazy("Description"), lambda role: role.description, width=48),
    TableColumn("workers", gettext_lazy("Workers"), lambda role: role.workers, width=10),
    TableColumn("courses", gettext_lazy("Required courses"), lambda role: role.courses, width=12),
)
METHOD: Sequence[TableColumn[Any]] = (
    TableColumn("name", gettext_lazy("Method"), lambda method: method.name, width=28),
    TableColumn("description", gettext_lazy("Description"), lambda method: method.description, width=48),
    TableColumn("sign_offs", gettext_lazy("Sign-offs"), lambda method: method.sign_offs, width=10),
    TableColumn("state", gettext_lazy("State"), lambda method: state(method.is_active), width=14),
)
AREA: Sequence[TableColumn[AreaLine]] = (
    TableColumn("name", gettext_lazy("Area"), lambda line: line.area.name, width=32),
    TableColumn("part_of", gettext_lazy("Part of"), at("area.parent.name"), width=32),
    TableColumn("workers", gettext_lazy("Workers"), lambda line: line.workers, width=10),
    TableColumn("courses", gettext_lazy("Required courses"), lambda line: line.courses, width=12),
)


def _role(line: RequirementLine) -> str | None:
    return line.requirement.role.code if isinstance(line.requirement, RoleRequirement) else None


def _area(line: RequirementLine) -> str | None:
    return None if isinstance(line.requirement, RoleRequirement) else line.requirement.area.name


REQUIREMENT: Sequence[TableColumn[RequirementLine]] = (
    TableColumn("role", gettext_lazy("Role"), _role, width=20),
    TableColumn("area", gettext_lazy("Area"), _area, width=28),
    TableColumn("course", gettext_lazy("Course"), lambda line: line.course.code, width=11),
    TableColumn("title", gettext_lazy("Course title"), lambda line: line.course_title, width=36),
    TableColumn(
        "requirement_type",
        gettext_lazy("When required"),
        lambda line: line.requirement.get_requirement_type_display(),
        width=22,
    ),
    TableColumn(
        "grace_period_days",
        gettext_lazy("Grace period (days)"),
        lambda line: line.requirement.grace_period_days,
        width=12,
    ),
    TableColumn("starts_on", gettext_lazy("Required from"), lambda line: line.requirement.starts_on, width=13),
)


def text_of(query: QueryDict) -> str:
    """Return what was searched for in the list of roles or areas."""
    return query.get("q", "")[:LONGEST_SEARCH]


def _find_roles(asking: Asking) -> FoundRows:
    rows = asking.sorted(list_roles(text_of(asking.query)), ROLE_SORTS)
    return FoundRows(ROLE, *in_chunks(rows, list, key=lambda role: role.pk))


def _find_areas(asking: Asking) -> FoundRows:
    areas, names = area_tree().areas, area_names()
    for key, area in areas.items():
        area.name = names[key]
    lines = list_areas(text_of(asking.query))
    for line in lines:
        line.area.parent = areas[line.area.parent_id] if line.area.parent_id else None
    return all_at_once(AREA, lines)


def _find_methods(asking: Asking) -> FoundRows:
    return FoundRows(METHOD, *in_chunks(list_methods(), list, key=lambda method: method.pk))


def _find_role_requirements(asking: Asking) -> FoundRows:
    role = get_role(asking.key("role"))
    lines = requirements_of(role)
    for line in lines:
        line.requirement.role = role  # type: ignore[union-attr]  # of a role
    return all_at_once(REQUIREMENT, lines, subject=_("Courses that %(asker)s requires") % {"asker": role})


def _find_area_requirements(asking: Asking) -> FoundRows:
    """Return what an area requires, and after it what the areas around it require."""
    page = area_page(get_area(asking.key("area")))
    for line in page.lines:
        line.requirement.area = page.area  # type: ignore[union-attr]  # of an area
    subject = _("Courses that %(asker)s requires") % {"asker": page.area}
    return all_at_once(REQUIREMENT, _told_apart([*page.lines, *page.inherited]), subject=subject)


def _find_requirements(asking: Asking) -> FoundRows:
    """Return what all roles require, and after it what all areas require."""
    return all_at_once(REQUIREMENT, _told_apart(all_requirements()))


def _told_apart(lines: Sequence[RequirementLine]) -> Sequence[RequirementLine]:
    """Return lines whose areas are named so that an import finds each of them again (X2)."""
    names = area_names()
    for line in lines:
        if not isinstance(line.requirement, RoleRequirement):
            line.requirement.area.name = names[line.requirement.area_id]
    return lines


declare_list("roles", gettext_lazy("Roles"), find=_find_roles, page=page_at("learners:roles"), of_kind="roles")
declare_list("areas", gettext_lazy("Areas"), find=_find_areas, page=page_at("learners:areas"), of_kind="areas")
declare_list(
    "requirements",
    gettext_lazy("Requirements"),
    find=_find_requirements,
    page=page_at("learners:roles"),
    of_kind="requirements",
)
declare_list("methods", gettext_lazy("Assessment methods"), find=_find_methods, page=page_at("learners:methods"))
declare_list(
    "role-requirements",
    gettext_lazy("Requirements of a role"),
    find=_find_role_requirements,
    page=page_of("learners:role", "role"),
    of_kind="requirements",
)
declare_list(
    "area-requirements",
    gettext_lazy("Requirements of an area"),
    find=_find_area_requirements,
    page=page_of("learners:area", "area"),
    of_kind="requirements",
)
declare_log(
    "role-log",
    gettext_lazy("Audit log of a role"),
    lambda asking: of_role(get_role(asking.key("role"))),
    page=page_of("learners:role_trail", "role"),
)
declare_log(
    "area-log",
    gettext_lazy("Audit log of an area"),
    lambda asking: of_area(get_area(asking.key("area"))),
    page=page_of("learners:area_trail", "area"),
)
