"""Roles and areas, with the number of their workers and the courses that they require."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from learners.models import Area, AreaRequirement, Learner, LearnerArea, Role, RoleRequirement
from learners.selectors.learners import is_on_site
from training.core.count_of import number_of
from training.core.refusals import NotFound, check_found
from training.models import Course
from training.selectors.courses import course_title

# Roles


def get_role(pk: int) -> Role:
    """Return a role.

    Raises:
        NotFound: there is no such role.
    """
    return check_found(list_roles().filter(pk=pk).first(), _("There is no such role. It may have been deleted."))


def list_roles(text: str = "") -> QuerySet[Role]:
    """Return roles by title, each with the numbers of its ACTIVE `workers` (C4) and of the `courses` it requires.

    Args:
        text: words that must all occur in title or code.
    """
    workers = Learner.objects.filter(is_on_site(), role=OuterRef("pk"))
    courses = RoleRequirement.objects.filter(role=OuterRef("pk"))
    roles = Role.objects.annotate(workers=number_of(workers, "role"), courses=number_of(courses, "role"))
    for word in text.replace("\0", " ").split():
        roles = roles.filter(Q(title__icontains=word) | Q(code__icontains=word))
    return roles


# Areas


@dataclass(frozen=True)
class AreaLine:
    """An area in the tree.

    Attributes:
        depth: how many areas it lies in; 0 for those that lie in no other.
        workers: the number of ACTIVE workers in it and in the areas inside it.
        courses: the number of courses that it requires itself.
    """

    area: Area
    depth: int
    workers: int
    courses: int

    @property
    def steps(self) -> range:
        """The numbers from 0 to its depth, for a template that indents its name."""
        return range(self.depth)


@dataclass(frozen=True)
class AreaTree:
    """Every area of the site, read once."""

    areas: dict[int, Area]
    children: dict[int | None, list[int]]

    def around(self, area_id: int) -> list[Area]:
        """Return the areas in which an area lies, the innermost first."""
        found = []
        parent = self.areas[area_id].parent_id
        while parent is not None:
            found.append(self.areas[parent])
            parent = self.areas[parent].parent_id
        return found

    def inside(self, area_id: int | None, depth: int = 0) -> Iterable[tuple[int, int]]:
        """Yield key and depth of every area inside an area, each before those inside it; None means the site."""
        for child in self.children[area_id]:
            yield child, depth
            yield from self.inside(child, depth + 1)


def get_area(pk: int) -> Area:
    """Return an area.

    Raises:
        NotFound: there is no such area.
    """
    return check_found(Area.objects.filter(pk=pk).first(), _("There is no such area. It may have been deleted."))


def area_tree() -> AreaTree:
    """Return the areas by name, in one query."""
    areas = {area.pk: area for area in Area.objects.order_by("name", "pk")}
    children: dict[int | None, list[int]] = defaultdict(list)
    for area in areas.values():
        children[area.parent_id].append(area.pk)
    return AreaTree(areas, children)


def list_areas(text: str = "") -> list[AreaLine]:
    """Return the areas as lines of a tree, in three queries.

    Args:
        text: words that must all occur in the name; the areas around a match are returned as well.
    """
    tree = area_tree()
    shown = _matching(tree, text)
    return [line for line in _area_lines(tree, _workers_by_area(tree), inside=None) if line.area.pk in shown]


@dataclass(frozen=True)
class AreaPage:
    """An area as its page shows it.

    Attributes:
        workers: the number of ACTIVE workers in it and in the areas inside it.
        around: the areas in which it lies, the outermost first.
        inside: the areas inside it, as lines of a tree.
        lines: its own requirements.
        inherited: the requirements of the areas around it, those of the innermost first (C1).
    """

    area: Area
    workers: int
    around: Sequence[Area]
    inside: Sequence[AreaLine]
    lines: "Sequence[RequirementLine]"
    inherited: "Sequence[RequirementLine]"


def area_page(area: Area) -> AreaPage:
    """Return what the page of an area shows, in five queries."""
    tree = area_tree()
    around = tree.around(area.pk)
    workers = _workers_by_area(tree)
    return AreaPage(
        area=area,
        workers=len(workers[area.pk]),
        around=around[::-1],
        inside=_area_lines(tree, workers, inside=area.pk),
        lines=requirements_of(area),
        inherited=inherited_requirements(around),
    )


def _area_lines(tree: AreaTree, workers: Mapping[int, set[int]], *, inside: int | None) -> list[AreaLine]:
    courses = dict(AreaRequirement.objects.order_by().values_list("area").annotate(Count("pk")))
    return [AreaLine(tree.areas[pk], depth, len(workers[pk]), courses.get(pk, 0)) for pk, depth in tree.inside(inside)]


def _workers_by_area(tree: AreaTree) -> dict[int, set[int]]:
    """Return by area the keys of the ACTIVE workers in it and in the areas inside it, each worker once."""
    links = LearnerArea.objects.filter(learner__in=Learner.objects.filter(is_on_site())).order_by()
    found: dict[int, set[int]] = defaultdict(set)
    for area_id, learner_id in links.values_list("area", "learner"):
        found[area_id].add(learner_id)
    for pk, _depth in reversed(list(tree.inside(None))):
        parent = tree.areas[pk].parent_id
        if parent is not None:
            found[parent] |= found[pk]
    return found


def _matching(tree: AreaTree, text: str) -> set[int]:
    words = text.replace("\0", " ").casefold().split()
    found = {pk for pk, area in tree.areas.items() if all(word in area.name.casefold() for word in words)}
    return found | {around.pk for pk in found for around in tree.around(pk)}


# Requirements


@dataclass(frozen=True)
class RequirementLine:
    """A course that a role or an area requires, with its title."""

    requirement: RoleRequirement | AreaRequirement
    course_title: str

    @property
    def course(self) -> Course:
        return self.requirement.course


def get_requirement(asker: Role | Area, course_id: int) -> RoleRequirement | AreaRequirement:
    """Return the requirement of a course by a role or an area.

    Raises:
        NotFound: the role or area does not require it.
    """
    for line in requirements_of(asker):
        if line.requirement.course_id == course_id:
            return line.requirement
    raise NotFound(_("%(asker)s no longer requires this course.") % {"asker": asker})


def requirements_of(asker: Role | Area) -> list[RequirementLine]:
    """Return what a role or an area itself requires, by course code, in one query."""
    if isinstance(asker, Role):
        return _lines(RoleRequirement.objects.filter(role=asker))
    return _lines(AreaRequirement.objects.filter(area=asker))


def all_requirements() -> list[RequirementLine]:
    """Return what all roles and after them all areas require, by their codes and names, in two queries."""
    of_roles = _lines(RoleRequirement.objects.select_related("role"))
    of_areas = _lines(AreaRequirement.objects.select_related("area"))
    return [
        *sorted(of_roles, key=lambda line: line.requirement.role.code),  # type: ignore[union-attr]  # a role's
        *sorted(of_areas, key=lambda line: line.requirement.area.name),  # type: ignore[union-attr]  # an area's
    ]


def inherited_requirements(around: Sequence[Area]) -> list[RequirementLine]:
    """Return what the areas around an area require of everybody inside (C1), in one query.

    Args:
        around: these areas, in the order in which their requirements are returned.
    """
    lines = _lines(AreaRequirement.objects.filter(area__in=around).select_related("area"))
    places = {area.pk: place for place, area in enumerate(around)}
    return sorted(lines, key=lambda line: places[line.requirement.area_id])  # type: ignore[union-attr]  # an area's


def _lines(requirements: QuerySet[RoleRequirement] | QuerySet[AreaRequirement]) -> list[RequirementLine]:
    found = requirements.select_related("course").annotate(title=course_title()).order_by(F("course__code"))
    return [RequirementLine(each, each.title or "") for each in found]
