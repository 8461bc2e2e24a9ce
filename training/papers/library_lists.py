"""The lists of the library that can be taken away as a file: courses, trainers, venues, companies, and their logs (X1).

What an address asks for stands here once, for the page and for the file. Columns whose names an import has are named
like them, and the first of these is what identifies a row (X2).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from training.core.list_files import TableColumn, at, yes_or_no
from training.core.sorting import Columns
from training.forms.library import LibraryFilterForm, course_filter, use_filter
from training.models import Company, Course, CoursePrerequisite, Trainer, Venue
from training.pages.library_courses import CourseRow, course_lines, courses_mentioning, get_course
from training.pages.library_lists import mentioning
from training.pages.library_places import companies_with_use, get_company, get_venue, venues_with_bookings
from training.pages.library_trail import of_company, of_course, of_trainer, of_venue
from training.pages.library_trainers import (
    QualificationLine,
    TrainerLine,
    bookings_of,
    get_trainer,
    qualification_lines,
    trainer_lines,
)
from training.papers.lists import (
    Asking,
    FoundRows,
    all_at_once,
    declare_list,
    import_column,
    in_chunks,
    page_at,
    page_of,
)
from training.papers.trails import declare_log
from training.policies.import_courses import COURSES
from training.policies.import_places import COMPANIES, VENUES
from training.policies.import_trainers import TRAINERS
from training.policies.imports.values.choices import join_things
from training.selectors.courses import course_title

# By the name of a column in addresses: the fields by which a list is sorted.
COMPANY_SORTS: Columns = {
    "company": ("name",),
    "code": ("code",),
    "prefix": ("class_code_prefix",),
    "trainers": ("trainer_count",),
    "classes": ("class_count",),
}
COURSE_SORTS: Columns = {"code": ("code",), "course": ("title", "code")}
TRAINER_SORTS: Columns = {
    "trainer": ("last_name", "first_name"),
    "kind": ("kind", "last_name"),
    "company": ("company__name", "last_name"),
}
VENUE_SORTS: Columns = {
    "venue": ("name",),
    "location": ("location", "name"),
    "seats": ("capacity",),
    "coming": ("coming",),
}


@dataclass(frozen=True)
class LibraryRows:
    """What the address of a list of the library asks for.

    Attributes:
        form: the filter.
        found: what the search leaves, whichever entry of the strip is chosen.
        rows: the rows of the list in their usual order.
    """

    form: LibraryFilterForm
    found: QuerySet[Any]
    rows: QuerySet[Any]


def companies_asked_for(query: QueryDict) -> LibraryRows:
    """Return the companies, with the numbers of their trainers and classes."""
    form = use_filter(query)
    found = mentioning(Company.objects.all(), form.text, "name", "code", "class_code_prefix")
    return LibraryRows(form, found, companies_with_use(found.filter(form.shown().condition)))


def courses_asked_for(query: QueryDict) -> LibraryRows:
    """Return the courses by code, with their titles."""
    form = course_filter(query)
    found = courses_mentioning(form.text)
    return LibraryRows(form, found, found.filter(form.shown().condition).annotate(title=course_title("pk")))


def trainers_asked_for(query: QueryDict) -> LibraryRows:
    """Return the trainers by name, with their companies."""
    form = use_filter(query)
    found = mentioning(Trainer.objects.select_related("company"), form.text, "first_name", "last_name", "company__name")
    rows = found.filter(form.shown().condition).order_by(Lower("last_name"), Lower("first_name"), "pk")
    return LibraryRows(form, found, rows)


def venues_asked_for(query: QueryDict, *, now: datetime) -> LibraryRows:
    """Return the venues by name, with how much is booked there."""
    form = use_filter(query)
    found = mentioning(Venue.objects.all(), form.text, "name", "location")
    return LibraryRows(form, found, venues_with_bookings(found.filter(form.shown().condition), now=now))


# Columns


def state(is_active: bool) -> str:
    """Return the word of the state of a thing of the library."""
    return _("In use") if is_active else _("Not in use")


@dataclass(frozen=True)
class CourseFileRow:
    """A course of the file, with the codes of the courses to be held before it."""

    line: CourseRow
    prerequisites: Sequence[str]


def _course_rows(courses: Iterable[Course]) -> list[CourseFileRow]:
    lines = course_lines(courses)
    links = CoursePrerequisite.objects.filter(course_version__in=[line.version for line in lines if line.version])
    before: dict[int, list[str]] = {}
    for version, code in links.order_by("course__code").values_list("course_version", "course__code"):
        before.setdefault(version, []).append(code)
    return [CourseFileRow(line, before.get(line.version.pk, []) if line.version else []) for line in lines]


def _is_offered(line: CourseRow) -> bool:
    return line.is_offered and line.course.deleted_at is None


def _state_of_course(line: CourseRow) -> str:
    if line.course.deleted_at is not None:
        return _("Deleted")
    if line.is_offered:
        return _("Offered")
    return _("Not offered")


COMPANY: Sequence[TableColumn[Any]] = (
    TableColumn("name", gettext_lazy("Company"), lambda each: each.name, width=32),
    TableColumn("code", gettext_lazy("Code"), lambda each: each.code or None, width=12),
    TableColumn("class_code_prefix", gettext_lazy("Class code prefix"), lambda each: each.class_code_prefix, width=12),
    TableColumn("trainers", gettext_lazy("Trainers in use"), lambda each: each.trainer_count, width=12),
    TableColumn("classes", gettext_lazy("Active classes"), lambda each: each.class_count, width=12),
    import_column(COMPANIES, "is_active", lambda each: yes_or_no(each.is_active), width=10),
)
COURSE: Sequence[TableColumn[CourseFileRow]] = (
    TableColumn("code", gettext_lazy("Code"), at("line.course.code"), width=11),
    TableColumn("title", gettext_lazy("Course"), at("line.version.title"), width=36),
    TableColumn("category", gettext_lazy("Category"), at("line.version.category"), width=20),
    TableColumn(
        "duration_minutes",
        gettext_lazy("Duration (minutes)"),
        at("line.version.duration_minutes"),
        width=12,
    ),
    TableColumn(
        "validity_months",
        gettext_lazy("Validity (months, 0 = permanent)"),
        at("line.version.validity_months"),
        width=18,
    ),
    TableColumn(
        "delivery_method",
        gettext_lazy("Delivery method"),
        at("line.version.get_delivery_method_display"),
        width=18,
    ),
    TableColumn(
        "provider_type",
        gettext_lazy("Provider type"),
        at("line.version.get_provider_type_display"),
        width=20,
    ),
    TableColumn(
        "minimum_score",
        gettext_lazy("Minimum pass score (%)"),
        at("line.version.minimum_score"),
        width=14,
    ),
    TableColumn(
        "requires_verification",
        gettext_lazy("Sign-off required"),
        lambda row: None if row.line.version is None else yes_or_no(row.line.version.requires_verification),
        width=12,
    ),
    import_column(COURSES, "prerequisites", lambda row: join_things(row.prerequisites), width=20),
    TableColumn("versions", gettext_lazy("Versions"), at("line.count"), width=10),
    TableColumn("state", gettext_lazy("State"), lambda row: _state_of_course(row.line), width=16),
    import_column(
        COURSES, "is_offered", lambda row: yes_or_no(row.line.is_offered and row.line.course.deleted_at is None)
    ),
)
TRAINER: Sequence[TableColumn[TrainerLine]] = (
    TableColumn("last_name", gettext_lazy("Last name"), lambda line: line.trainer.last_name, width=20),
    TableColumn("first_name", gettext_lazy("First name"), lambda line: line.trainer.first_name, width=20),
    TableColumn("kind", gettext_lazy("Kind"), lambda line: line.trainer.get_kind_display(), width=12),
    TableColumn("company", gettext_lazy("Company"), at("trainer.company.name"), 28),
    import_column(TRAINERS, "may_teach", lambda line: join_things(line.courses), width=28),
    TableColumn("valid", gettext_lazy("Qualifications that count today"), lambda line: line.valid, width=12),
    TableColumn("not_valid", gettext_lazy("Qualifications that do not"), lambda line: line.lapsed, width=12),
    TableColumn("booked", gettext_lazy("Booked this week (minutes)"), lambda line: line.booked_minutes, width=14),
    TableColumn("login", gettext_lazy("Login"), lambda line: yes_or_no(line.trainer.user_id), width=8),
    import_column(TRAINERS, "is_active", lambda line: yes_or_no(line.trainer.is_active), width=10),
    TableColumn("email", gettext_lazy("E-mail"), lambda line: line.trainer.email, width=28, is_contact=True),
    TableColumn("phone", gettext_lazy("Phone"), lambda line: line.trainer.phone, width=18, is_contact=True),
)
VENUE: Sequence[TableColumn[Any]] = (
    TableColumn("name", gettext_lazy("Venue"), lambda each: each.name, width=28),
    TableColumn("location", gettext_lazy("Location"), lambda each: each.location, width=28),
    TableColumn("capacity", gettext_lazy("Seats"), lambda each: each.capacity, width=10),
    TableColumn("coming", gettext_lazy("Coming sessions"), lambda each: each.coming, width=12),
    import_column(VENUES, "is_active", lambda each: yes_or_no(each.is_active), width=10),
)
QUALIFICATION: Sequence[TableColumn[QualificationLine]] = (
    import_column(TRAINERS, "last_name", at("qualification.trainer.last_name"), width=20),
    import_column(TRAINERS, "first_name", at("qualification.trainer.first_name"), width=20),
    import_column(TRAINERS, "kind", at("qualification.trainer.get_kind_display"), width=12),
    import_column(TRAINERS, "company", at("qualification.trainer.company.name"), width=28),
    import_column(TRAINERS, "may_teach", lambda line: line.qualification.course.code, width=11),
    TableColumn("title", gettext_lazy("Title"), lambda line: line.title, width=36),
    TableColumn(
        "certificate_number",
        gettext_lazy("Certificate number"),
        lambda line: line.qualification.certificate_number,
        width=20,
    ),
    TableColumn("valid_from", gettext_lazy("Valid from"), lambda line: line.qualification.valid_from, width=13),
    TableColumn("valid_until", gettext_lazy("Valid through"), lambda line: line.qualification.valid_until, width=13),
    TableColumn("coming", gettext_lazy("Coming sessions"), lambda line: len(line.relying), width=12),
    TableColumn("state", gettext_lazy("State"), lambda line: line.word, width=12),
)


# Files


def _find_companies(asking: Asking) -> FoundRows:
    rows = asking.sorted(companies_asked_for(asking.query).rows, COMPANY_SORTS)
    return FoundRows(COMPANY, *in_chunks(rows, list, key=lambda each: each.pk))


def _find_courses(asking: Asking) -> FoundRows:
    rows = asking.sorted(courses_asked_for(asking.query).rows, COURSE_SORTS)
    return FoundRows(COURSE, *in_chunks(rows, _course_rows, key=lambda row: row.line.course.pk))


def _find_trainers(asking: Asking) -> FoundRows:
    rows = asking.sorted(trainers_asked_for(asking.query).rows, TRAINER_SORTS)
    lines = partial(trainer_lines, today=asking.today)
    return FoundRows(TRAINER, *in_chunks(rows, lines, key=lambda line: line.trainer.pk))


def _find_venues(asking: Asking) -> FoundRows:
    rows = asking.sorted(venues_asked_for(asking.query, now=asking.now).rows, VENUE_SORTS)
    return FoundRows(VENUE, *in_chunks(rows, list, key=lambda each: each.pk))


def _find_qualifications(asking: Asking) -> FoundRows:
    trainer = get_trainer(asking.key("trainer"))
    coming = bookings_of(trainer, now=asking.now)
    warning_days = settings.EXPIRY_WARNING_DAYS
    lines = qualification_lines(trainer, coming=coming, today=asking.today, warning_days=warning_days)
    return all_at_once(QUALIFICATION, lines, subject=_("Qualifications of %(trainer)s") % {"trainer": trainer})


declare_list(
    "companies",
    gettext_lazy("Companies"),
    find=_find_companies,
    page=page_at("training:companies"),
    of_kind="companies",
)
declare_list(
    "courses", gettext_lazy("Courses"), find=_find_courses, page=page_at("training:courses"), of_kind="courses"
)
declare_list(
    "trainers",
    gettext_lazy("Trainers"),
    find=_find_trainers,
    page=page_at("training:trainers"),
    has_contacts=True,
    of_kind="trainers",
)
declare_list("venues", gettext_lazy("Venues"), find=_find_venues, page=page_at("training:venues"), of_kind="venues")
declare_list(
    "qualifications",
    gettext_lazy("Qualifications"),
    find=_find_qualifications,
    page=page_of("training:trainer", "trainer"),
    of_kind="trainers",
)
declare_log(
    "company-log",
    gettext_lazy("Audit log of a company"),
    lambda asking: of_company(get_company(asking.key("company"))),
    page=page_of("training:company_trail", "company"),
)
declare_log(
    "course-log",
    gettext_lazy("Audit log of a course"),
    lambda asking: of_course(get_course(asking.key("course"))),
    page=page_of("training:course_trail", "course"),
)
declare_log(
    "trainer-log",
    gettext_lazy("Audit log of a trainer"),
    lambda asking: of_trainer(get_trainer(asking.key("trainer")), tells_contact=asking.contacts),
    page=page_of("training:trainer_trail", "trainer"),
    has_contacts=True,
)
declare_log(
    "venue-log",
    gettext_lazy("Audit log of a venue"),
    lambda asking: of_venue(get_venue(asking.key("venue"))),
    page=page_of("training:venue_trail", "venue"),
)
