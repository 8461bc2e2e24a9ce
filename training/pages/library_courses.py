"""Courses and their versions as the library shows them: the list, one course, and its versions side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from training.core.refusals import check_found
from training.core.trail import Change
from training.core.words import NOTHING, duration
from training.models import Course, CoursePrerequisite, CourseVersion, Session

Draft, Published = CourseVersion.Status.DRAFT, CourseVersion.Status.PUBLISHED


class ShownCourses(TextChoices):
    """The entries of the strip above the list of courses; the values stand in addresses."""

    ALL = "all", gettext_lazy("All")
    OFFERED = "offered", gettext_lazy("Offered")
    DRAFT = "draft", gettext_lazy("With a draft")
    NOT_OFFERED = "not-offered", gettext_lazy("Not offered")
    DELETED = "deleted", gettext_lazy("Deleted")

    @property
    def condition(self) -> Q:
        """The condition of an entry of the strip; the list and the count beside the entry share it."""
        kept = Q(deleted_at__isnull=True)
        match self:
            case ShownCourses.OFFERED:
                return kept & Q(_has(Published))
            case ShownCourses.DRAFT:
                return kept & Q(_has(Draft))
            case ShownCourses.NOT_OFFERED:
                return kept & ~Q(_has(Published))
            case ShownCourses.DELETED:
                return ~kept
        return kept


@dataclass(frozen=True)
class CourseRow:
    """A course of the list.

    Attributes:
        version: the published version, else the newest; None while there is none.
        draft: the newest draft; None where there is none.
        count: how many versions there are.
    """

    course: Course
    version: CourseVersion | None
    draft: CourseVersion | None
    count: int

    @property
    def is_offered(self) -> bool:
        return self.version is not None and self.version.status == Published

    @property
    def validity(self) -> str:
        return validity(self.version.validity_months) if self.version is not None else NOTHING


@dataclass(frozen=True)
class ComparedCell:
    """What one version says about one fact, and whether that differs from the version before it."""

    text: str
    differs: bool


@dataclass(frozen=True)
class ComparedVersion:
    """One version beside others, with the numbers of scheduled and of finalized sessions that pin it."""

    version: CourseVersion
    planned: int
    held: int


@dataclass(frozen=True)
class Comparison:
    """The versions of a course side by side, newest first: a column for each, a row for each fact."""

    columns: Sequence[ComparedVersion]
    rows: Sequence[tuple[str, Sequence[ComparedCell]]]


@dataclass(frozen=True)
class Publication:
    """What publishing a draft will do.

    Attributes:
        before: the published version that it replaces; None where there is none.
        changes: what differs from that version.
        planned: the number of scheduled sessions that keep that version (S12).
        drafts: the number of drafts of sessions, which will pin the new version.
    """

    before: CourseVersion | None
    changes: Sequence[Change]
    planned: int
    drafts: int


def courses_mentioning(text: str) -> QuerySet[Course]:
    """Return the courses, including deleted ones, in whose code or titles every word of `text` occurs."""
    courses = Course.objects.order_by("code")
    for word in text.split():
        titled = CourseVersion.objects.filter(course=OuterRef("pk"), title__icontains=word)
        courses = courses.filter(Q(code__icontains=word) | Q(Exists(titled)))
    return courses


def count_courses(courses: QuerySet[Course]) -> dict[ShownCourses, int]:
    """Return how many of `courses` each entry of the strip holds, in one query."""
    counts = courses.order_by().aggregate(**{each.name: Count("pk", filter=each.condition) for each in ShownCourses})
    return {each: counts[each.name] for each in ShownCourses}


def course_lines(courses: Iterable[Course]) -> list[CourseRow]:
    """Return the lines of one page of the list, in one query besides that of `courses`."""
    versions: dict[int, list[CourseVersion]] = {}
    rows = list(courses)
    for version in CourseVersion.objects.filter(course__in=rows).order_by("-number"):
        versions.setdefault(version.course_id, []).append(version)
    return [_line(course, versions.get(course.pk, [])) for course in rows]


def get_course(pk: int) -> Course:
    """Return a course, deleted or not, with its versions, the newest first, and their prerequisites.

    Raises:
        NotFound: there is no such course.
    """
    links = Prefetch("prerequisite_links", CoursePrerequisite.objects.select_related("course").order_by("course__code"))
    versions = CourseVersion.objects.prefetch_related(links).select_related("updated_by").order_by("-number")
    return check_found(
        Course.objects.prefetch_related(Prefetch("versions", versions)).filter(pk=pk).first(),
        _("There is no such course."),
    )


def get_version(pk: int) -> CourseVersion:
    """Return a version of a course that is not deleted, with the course and the prerequisites.

    Raises:
        NotFound: there is no such version.
    """
    links = Prefetch("prerequisite_links", CoursePrerequisite.objects.select_related("course").order_by("course__code"))
    versions = CourseVersion.objects.select_related("course").prefetch_related(links)
    return check_found(
        versions.filter(pk=pk, course__deleted_at__isnull=True).first(),
        _("There is no such version; it may have been deleted."),
    )


def line_of(course: Course) -> CourseRow:
    """Return the line of the list for a course from `get_course`."""
    return _line(course, list(course.versions.all()))


def compared(course: Course) -> Comparison:
    """Return the versions of a course from `get_course` side by side, in one more query."""
    pinning = Session.objects.order_by().filter(course=course).values_list("course_version_id", "status")
    pinned = {(version_id, status): count for version_id, status, count in pinning.annotate(count=Count("pk"))}
    versions = list(course.versions.all())
    columns = [
        ComparedVersion(
            each,
            planned=pinned.get((each.pk, Session.Status.SCHEDULED), 0),
            held=pinned.get((each.pk, Session.Status.COMPLETED), 0),
        )
        for each in versions
    ]
    told = [facts(each) for each in versions]
    rows = []
    for label in told[0] if told else ():
        texts = [each[label] for each in told]
        befores = [*texts[1:], texts[-1]]  # the oldest version has none before it
        is_compared = label != _change_log()
        cells = [
            ComparedCell(text, is_compared and text != before) for text, before in zip(texts, befores, strict=True)
        ]
        rows.append((label, cells))
    return Comparison(columns, rows)


def publication(version: CourseVersion) -> Publication:
    """Return what publishing a draft from `get_version` will do."""
    sessions = Session.objects.filter(course=version.course, deleted_at__isnull=True)
    before = version.course.versions.prefetch_related("prerequisite_links__course").filter(status=Published).first()
    changes = []
    if before is not None:
        old, new = facts(before), facts(version)
        changes = [
            Change(label, old[label], new[label])
            for label in new
            if old[label] != new[label] and label != _change_log()
        ]
    return Publication(
        before=before,
        changes=changes,
        planned=sessions.filter(status=Session.Status.SCHEDULED, course_version=before).count() if before else 0,
        drafts=sessions.filter(status=Session.Status.DRAFT).count(),
    )


def planned_with(version: CourseVersion) -> int:
    """Return how many scheduled sessions pin a version; they keep it when it is archived (S12)."""
    return version.sessions.filter(status=Session.Status.SCHEDULED).count()


def facts(version: CourseVersion) -> dict[str, str]:
    """Return everything that a version says, in words by label; its prerequisites must be prefetched."""
    codes = ", ".join(str(link.course) for link in version.prerequisite_links.all())
    told = {
        "title": version.title,
        "category": version.category,
        "duration_minutes": duration(version.duration_minutes),
        "validity_months": validity(version.validity_months),
        "delivery_method": version.get_delivery_method_display(),
        "provider_type": version.get_provider_type_display(),
        "minimum_score": _("%(score)d %%") % {"score": version.minimum_score},
        "requires_verification": _("required") if version.requires_verification else _("not required"),
    }
    labels = {"duration_minutes": _("Duration"), "validity_months": _("Validity"), "minimum_score": _("Pass score")}
    labels["requires_verification"] = _("Practical sign-off")
    words = {labels.get(field) or _label(field): text or NOTHING for field, text in told.items()}
    return {**words, _("Prerequisites"): codes or NOTHING, _change_log(): version.change_log or NOTHING}


def validity(months: int) -> str:
    """Return how long a pass is valid: "12 months", or "permanent" for 0."""
    if months == 0:
        return _("permanent")
    return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}


def _has(status: CourseVersion.Status) -> Exists:
    return Exists(CourseVersion.objects.filter(course=OuterRef("pk"), status=status))


def _line(course: Course, versions: Sequence[CourseVersion]) -> CourseRow:
    published = next((each for each in versions if each.status == Published), None)
    draft = next((each for each in versions if each.status == Draft), None)
    return CourseRow(course, published or (versions[0] if versions else None), draft, len(versions))


def _label(field: str) -> str:
    return capfirst(str(CourseVersion._meta.get_field(field).verbose_name))  # type: ignore[union-attr]  # plain fields


def _change_log() -> str:
    return _("What changed")
