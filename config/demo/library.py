"""Writes what the site of the catalogue has and asks for: companies, courses, areas, roles, venues, trainers."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User

from config.demo.catalogue import ASKED_FOR_DAYS, AWAY, Asked, Catalogue, CatalogueCourse
from learners.models import Area, AreaRequirement, AssessmentMethod, RequirementType, Role, RoleRequirement
from learners.services.effective import effective_on
from training.models import Company, Course, CoursePrerequisite, CourseVersion, Trainer, TrainerQualification, Venue
from training.models.company import default_class_code_prefix

METHODS = (
    ("Observation on the job", "The assessor watches the task being done at the workplace."),
    ("Practical test", "A set task in the practice yard, with a check list."),
    ("Simulation", "An emergency or a fault is simulated."),
    ("Professional discussion", "Questions about a task that cannot be shown."),
)
IN_REVISION = ("HSE-007", "HSE-015", "WAH-004", "LFT-004")  # a draft of their next version waits

Author = dict[str, Any]  # who made a row and changed it last


@dataclass(frozen=True)
class Library:
    """What was written, by the names and codes of the catalogue; `versions` are the published ones."""

    companies: dict[str, Company]
    courses: dict[str, Course]
    versions: dict[str, CourseVersion]
    areas: dict[str, Area]
    roles: dict[str, Role]
    venues: dict[str, Venue]
    trainers: dict[str, Trainer]
    methods: list[AssessmentMethod]


def write_library(catalogue: Catalogue, users: dict[str, User], *, by: User, today: date) -> Library:
    """Write the catalogue; areas and roles are in force since `ASKED_FOR_DAYS` before `today`."""
    author: Author = {"created_by": by, "updated_by": by}
    companies = _write_companies(catalogue, author)
    courses = {
        course.code: course
        for course in Course.objects.bulk_create(Course(code=each.code, **author) for each in catalogue.courses)
    }
    with effective_on(today - timedelta(days=ASKED_FOR_DAYS)):
        areas = _write_areas(catalogue, author)
        roles = {
            role.code: role
            for role in Role.objects.bulk_create(
                Role(code=each.code, title=each.title, **author) for each in catalogue.roles
            )
        }
        _write_requirements(catalogue, courses, areas, roles, author, today=today)
    return Library(
        companies=companies,
        courses=courses,
        versions=_write_versions(catalogue, courses, author),
        areas=areas,
        roles=roles,
        venues=_write_venues(catalogue, author),
        trainers=_write_trainers(catalogue, companies, courses, users, author, today=today),
        methods=AssessmentMethod.objects.bulk_create(
            AssessmentMethod(name=name, description=description, **author) for name, description in METHODS
        ),
    )


def _write_companies(catalogue: Catalogue, author: Author) -> dict[str, Company]:
    companies = Company.objects.bulk_create(
        Company(name=each.name, code=each.code, class_code_prefix=default_class_code_prefix(each.name), **author)
        for each in catalogue.companies
    )
    return {company.name: company for company in companies}


def _write_venues(catalogue: Catalogue, author: Author) -> dict[str, Venue]:
    venues = Venue.objects.bulk_create(
        Venue(name=each.name, capacity=each.capacity, location=each.location, **author) for each in catalogue.venues
    )
    return {venue.name: venue for venue in venues}


def _write_areas(catalogue: Catalogue, author: Author) -> dict[str, Area]:
    areas: dict[str, Area] = {}
    for each in catalogue.areas:
        areas[each.name] = Area.objects.create(name=each.name, parent=areas.get(each.within), **author)
    return areas


def _write_requirements(
    catalogue: Catalogue,
    courses: dict[str, Course],
    areas: dict[str, Area],
    roles: dict[str, Role],
    author: Author,
    *,
    today: date,
) -> None:
    def rule(asked: Asked) -> dict[str, Any]:
        return {
            "course": courses[asked.course],
            "requirement_type": RequirementType.PRE_MOB if asked.grace is None else RequirementType.POST_MOB,
            "grace_period_days": asked.grace,
            "starts_on": today - timedelta(days=asked.days_ago),
            **author,
        }

    AreaRequirement.objects.bulk_create(
        AreaRequirement(area=areas[each.name], **rule(asked)) for each in catalogue.areas for asked in each.asks
    )
    RoleRequirement.objects.bulk_create(
        RoleRequirement(role=roles[each.code], **rule(asked)) for each in catalogue.roles for asked in each.asks
    )


def _write_versions(catalogue: Catalogue, courses: dict[str, Course], author: Author) -> dict[str, CourseVersion]:
    versions = [version for each in catalogue.courses for version in _versions(each, courses[each.code], author)]
    CourseVersion.objects.bulk_create(versions)
    CoursePrerequisite.objects.bulk_create(
        CoursePrerequisite(course_version=version, course=courses[code])
        for version in versions
        for code in catalogue.course(version.course.code).after
    )
    return {version.course.code: version for version in versions if version.status == CourseVersion.Status.PUBLISHED}


def _versions(facts: CatalogueCourse, course: Course, author: Author) -> list[CourseVersion]:
    """Return the archived versions of a course, the published one, and the draft of the next where there is one."""
    published = len(facts.before) + 1
    plans = [
        (number, months, CourseVersion.Status.PUBLISHED if number == published else CourseVersion.Status.ARCHIVED)
        for number, months in enumerate((*facts.before, facts.months), start=1)
    ]
    if facts.code in IN_REVISION:
        plans.append((published + 1, facts.months, CourseVersion.Status.DRAFT))
    provider = CourseVersion.ProviderType
    return [
        CourseVersion(
            course=course,
            number=number,
            title=facts.title,
            category=facts.category,
            duration_minutes=facts.minutes,
            validity_months=months,
            delivery_method=facts.method,
            provider_type=provider.REGISTERED_EXTERNAL if facts.at == AWAY else provider.INTERNAL,
            requires_verification=facts.checked,
            change_log="" if number == 1 else f"Valid for {months} months." if months else "Valid for good.",
            status=status,
            **author,
        )
        for number, months, status in plans
    ]


def _write_trainers(
    catalogue: Catalogue,
    companies: dict[str, Company],
    courses: dict[str, Course],
    users: dict[str, User],
    author: Author,
    *,
    today: date,
) -> dict[str, Trainer]:
    trainers = Trainer.objects.bulk_create(
        Trainer(
            first_name=each.first_name,
            last_name=each.last_name,
            kind=Trainer.Kind.EXTERNAL if each.company else Trainer.Kind.INTERNAL,
            company=companies[each.company] if each.company else None,
            user=users[each.login] if each.login else None,
            **author,
        )
        for each in catalogue.trainers
    )
    TrainerQualification.objects.bulk_create(
        TrainerQualification(
            trainer=trainer,
            course=courses[course.code],
            certificate_number=f"{course.code}-{trainer.pk:03d}",
            valid_from=today - timedelta(days=ASKED_FOR_DAYS),
            **author,
        )
        for facts, trainer in zip(catalogue.trainers, trainers, strict=True)
        for course in catalogue.courses
        if facts.may_teach(course.code) and course.at != AWAY
    )
    return {facts.name: trainer for facts, trainer in zip(catalogue.trainers, trainers, strict=True)}
