"""The verification queue: practical sign-offs that are owed, the oldest first, and those decided earlier (V1)."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from learners.models import AssessmentMethod, CompetencyRecord, Learner
from learners.selectors.learners import ids_of_person, matches, pending_sign_offs, person_of
from training.core.count_of import number_of
from training.models import Company, Course

Choices = list[tuple[int, str]]


@dataclass(frozen=True, kw_only=True)
class QueueFilter:
    """What the queue is narrowed to; empty fields do not narrow.

    Attributes:
        text: words of the worker's name or badge.
        course: key of the course.
        company: key of the company that employs the worker today.
    """

    text: str = ""
    course: int | None = None
    company: int | None = None


def queue(wanted: QueueFilter) -> QuerySet[CompetencyRecord]:
    """Return the sign-offs that are owed, the oldest first (V1). Those of a merged badge are the survivor's (L2)."""
    return _narrowed(pending_sign_offs(), wanted).order_by("training_date", "pk")


def failed_or_revoked(wanted: QueueFilter) -> QuerySet[CompetencyRecord]:
    """Return the failed attempts and the revoked sign-offs, the last decision first (V1, V2)."""
    related = ("assessed_by", "method", "session", "revocation__revoked_by")
    records = _narrowed(lost_sign_offs(), wanted).select_related(*related)
    return records.order_by(Coalesce("revoked_at", "assessed_at").desc(), "-pk")


def lost_sign_offs() -> QuerySet[CompetencyRecord]:
    """Return all failed attempts and all revoked sign-offs."""
    return CompetencyRecord.objects.filter(
        Q(status=CompetencyRecord.Status.NOT_COMPETENT) | Q(revoked_at__isnull=False)
    )


def position_in_queue(record: CompetencyRecord, wanted: QueueFilter) -> int:
    """Return how many sign-offs stand before this one in the queue."""
    return queue(wanted).filter(_before(record)).count()


def next_in_queue(record_id: int, wanted: QueueFilter) -> int | None:
    """Return the key of the sign-off that follows in the queue, after the last one the first; None if none is left."""
    waiting = queue(wanted).exclude(pk=record_id).values_list("pk", flat=True)
    record = CompetencyRecord.objects.filter(pk=record_id).first()
    return (record and waiting.exclude(_before(record)).first()) or waiting.first()


def courses_among(records: QuerySet[CompetencyRecord]) -> Choices:
    """Return the courses of these sign-offs, with their codes, for a filter."""
    return list(Course.objects.filter(pk__in=records.values("course")).values_list("pk", "code"))


def companies_among(records: QuerySet[CompetencyRecord]) -> Choices:
    """Return the present employers of the workers of these sign-offs, with their names, for a filter."""
    people = Learner.objects.filter(pk__in=records.values(person=person_of()))
    return list(Company.objects.filter(pk__in=people.values("company")).order_by("name").values_list("pk", "name"))


def methods_on_offer() -> QuerySet[AssessmentMethod]:
    """Return the methods that can be chosen for a sign-off, which are the active ones."""
    return AssessmentMethod.objects.filter(is_active=True)


def list_methods() -> QuerySet[AssessmentMethod]:
    """Return all methods, active ones first, each with `sign_offs`, the number of sign-offs that have it."""
    naming = CompetencyRecord.objects.filter(method=OuterRef("pk"))
    return AssessmentMethod.objects.annotate(sign_offs=number_of(naming, "method")).order_by("-is_active", "name")


def last_sign_off_by(user: User) -> CompetencyRecord | None:
    """Return the last sign-off as competent by this person; its method and date are proposed for the next one."""
    signed = CompetencyRecord.objects.filter(assessed_by=user, status=CompetencyRecord.Status.COMPETENT)
    return signed.select_related("method").order_by("-assessed_at", "-pk").first()


def earlier_attempts(record: CompetencyRecord) -> QuerySet[CompetencyRecord]:
    """Return the other sign-offs of the same person for the same course, the last decided first (V1, L2)."""
    people = ids_of_person(record.learner)
    signed = CompetencyRecord.objects.filter(learner__in=people, course=record.course_id).exclude(pk=record.pk)
    related = ("assessed_by", "method", "session", "revocation__revoked_by")
    return signed.select_related(*related).order_by("-assessed_at", "-pk")


def _narrowed(records: QuerySet[CompetencyRecord], wanted: QueueFilter) -> QuerySet[CompetencyRecord]:
    """Return the sign-offs that a filter leaves, with course, version and worker."""
    if wanted.course is not None:
        records = records.filter(course=wanted.course)
    if wanted.company is not None:
        records = records.filter(_of_people(Learner.objects.filter(company=wanted.company)))
    if wanted.text:
        records = records.filter(_of_people(Learner.objects.filter(matches(wanted.text))))
    return records.select_related("course", "course_version", "learner__merged_into")


def _of_people(people: QuerySet[Learner]) -> Q:
    """Return the condition of rows whose person is among these people; of a merged badge the survivor has to be."""
    return Q(learner__in=people.filter(merged_into__isnull=True)) | Q(learner__merged_into__in=people)


def _before(record: CompetencyRecord) -> Q:
    return Q(training_date__lt=record.training_date) | Q(training_date=record.training_date, pk__lt=record.pk)
