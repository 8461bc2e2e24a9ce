"""Lists of the library: contractors, trades, areas, courses, what is required, rooms, trainers."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from config.demo.workbooks.sheets import new_book
from learners.models import Area, AreaRequirement, RequirementType, Role, RoleRequirement
from training.models import Company, CourseVersion, Trainer, TrainerQualification, Venue

METHODS = {
    CourseVersion.DeliveryMethod.INSTRUCTOR_LED: "classroom",
    CourseVersion.DeliveryMethod.CBT: "e-learning",
    CourseVersion.DeliveryMethod.PRACTICAL: "practical",
    CourseVersion.DeliveryMethod.BLENDED: "theory and practice",
}
BEFORE_ACCESS = "M"
SITE = "Northgate Refinery"


def write_companies(path: Path) -> None:
    """Write the contractors, with the short names that other lists use."""
    rows = list(Company.objects.order_by("pk").values_list("name", "code"))
    with new_book(path) as pen:
        pen.table("Contractors", ("Contractor", "Short name"), rows, above=[[f"{SITE}: companies on site"]])


def write_roles(path: Path) -> None:
    """Write the trades."""
    with new_book(path) as pen:
        pen.table("Trades", ("Trade code", "Trade"), list(Role.objects.order_by("pk").values_list("code", "title")))


def write_areas(path: Path) -> None:
    """Write the areas, each with the one in which it lies."""
    rows = list(Area.objects.order_by("pk").values_list("name", "parent__name"))
    with new_book(path) as pen:
        pen.table("Areas", ("Area", "Part of"), rows)


def write_courses(path: Path) -> None:
    """Write the catalogue: the published version of each course."""
    published = CourseVersion.objects.filter(status=CourseVersion.Status.PUBLISHED).select_related("course")
    rows = [
        (
            version.course.code,
            version.title,
            version.category,
            version.duration_minutes,
            f"{version.validity_months} months" if version.validity_months else "permanent",
            METHODS[CourseVersion.DeliveryMethod(version.delivery_method)],
            "in-house" if version.provider_type == CourseVersion.ProviderType.INTERNAL else "accredited",
            "yes" if version.requires_verification else "no",
            "; ".join(sorted(each.code for each in version.prerequisites.all())),
        )
        for version in published.prefetch_related("prerequisites").order_by("course__code")
    ]
    head = (
        *("Course code", "Course title", "Group", "Duration (min)", "Validity", "Method", "Provider"),
        *("Practical sign-off", "Prerequisites"),
    )
    with new_book(path) as pen:
        pen.table("Catalogue", head, rows, above=[[f"{SITE}: training catalogue"]])


def write_requirements(path: Path) -> None:
    """Write what is required: two grids of what must be held before access, and a list of what has a deadline.

    A grid has no room for deadlines and first days. So the grids hold what has been required before access since the
    day on which most is, and the list all else.
    """
    since = always_required_since()
    courses = dict(
        CourseVersion.objects.filter(status=CourseVersion.Status.PUBLISHED)
        .order_by("course__code")
        .values_list("course__code", "title")
    )
    with new_book(path) as pen:
        for name, heading, table, asker in (
            ("By trade", "Trade", RoleRequirement, "role__title"),
            ("By area", "Area", AreaRequirement, "area__name"),
        ):
            plain = table._default_manager.filter(requirement_type=RequirementType.PRE_MOB, starts_on=since)
            asked: dict[str, set[str]] = {}
            for who, course in plain.order_by("pk").values_list(asker, "course__code"):
                asked.setdefault(who, set()).add(course)
            used = [code for code in courses if any(code in each for each in asked.values())]
            rows = [(who, *(BEFORE_ACCESS if code in codes else None for code in used)) for who, codes in asked.items()]
            pen.table(
                name,
                (heading, *used),
                rows,
                above=[[f"{SITE}: training required {name.lower()}"], [f"Valid since {since:%d.%m.%Y}"]],
                below=[f"{BEFORE_ACCESS} = mandatory before site access"],
            )
        head = ("Trade", "Area", "Course", "When required", "Within (days)", "Required from")
        pen.table("With deadline", head, list(_with_deadline(since)))


def always_required_since() -> date:
    """Return the first day of the oldest requirements."""
    days = [table._default_manager.order_by("starts_on").first() for table in (RoleRequirement, AreaRequirement)]
    return min(each.starts_on for each in days if each is not None)


def _with_deadline(since: date) -> Iterator[tuple[Any, ...]]:
    facts = ("course__code", "requirement_type", "grace_period_days", "starts_on")
    for table, asker in ((RoleRequirement, "role__title"), (AreaRequirement, "area__name")):
        rules = table._default_manager.exclude(requirement_type=RequirementType.PRE_MOB, starts_on=since)
        for who, course, kind, days, starts_on in rules.order_by("pk").values_list(asker, *facts):
            askers = (who, None) if table is RoleRequirement else (None, who)
            yield (
                *askers,
                course,
                "after access" if kind == RequirementType.POST_MOB else "before access",
                days,
                starts_on,
            )


def write_venues(path: Path) -> None:
    """Write the training rooms."""
    rows = list(Venue.objects.order_by("pk").values_list("name", "capacity", "location"))
    with new_book(path) as pen:
        pen.table("Training rooms", ("Room", "Seats", "Where"), rows)


def write_trainers(path: Path) -> None:
    """Write the trainers: one row for each course that somebody may teach."""
    taught: dict[int, list[TrainerQualification]] = {}
    for each in TrainerQualification.objects.select_related("course").order_by("course__code"):
        taught.setdefault(each.trainer_id, []).append(each)
    rows: list[tuple[Any, ...]] = []
    for trainer in Trainer.objects.select_related("company").order_by("pk"):
        kind = "external" if trainer.company else "internal"
        who = (f"{trainer.last_name}, {trainer.first_name}", kind, trainer.company.name if trainer.company else None)
        rows += [
            (*who, each.course.code, each.certificate_number, each.valid_from) for each in taught.get(trainer.pk, ())
        ] or [(*who, None, None, None)]
    head = ("Trainer", "Internal/External", "Company", "May teach", "Certificate No", "Qualified since")
    with new_book(path) as pen:
        pen.table("Trainers", head, rows)
