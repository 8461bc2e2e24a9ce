"""The verification queue: practical sign-offs that are owed, the oldest first, and what became of earlier ones (V1)."""

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
        company: key of the worker's employer of today.
    """

    text: str = ""
    course: int | None = None
    company: int | None = None


def queue(wanted: QueueFilter) -> QuerySet[CompetencyRecord]:
    """Return the sign-offs that are owed, the oldest first (V1); a merged worker's count as the survivor's (L2)."""
    return _narrowed(pending_sign_offs(), wanted).order_by("training_date", "pk")


def failed_or_revoked(wanted: QueueFilter) -> QuerySet[CompetencyRecord]:
    """Return the attempts that granted nothing, or do so no more, the last decision first (V1, V2)."""
    related = ("assessed_by", "method", "session", "revocation__revoked_by")
    records = _narrowed(lost_sign_offs(), wanted).select_related(*related)
    return records.order_by(Coalesce("revoked_at", "assessed_at").desc(), "-pk")


def lost_sign_offs() -> QuerySet[CompetencyRecord]:
    """Return all failed attempts and all revoked sign-offs."""
    return CompetencyRecord.objects.filter(
        Q(status=CompetencyRecord.Status.NOT_COMPETENT) | Q(revoked_at__isnull=False)
    )


def position_in_queue(record: CompetencyRecord, wanted: QueueFilter) -> int:
    """Return how many stand before a sign-off."""
    return queue(wanted).filter(_before(record)).count()


def next_in_queue(record_id: int, wanted: QueueFilter) -> int | None:
    """Return the key of whom the page opens after a sign-off: the next in line, or the first after the last one."""
    waiting = queue(wanted).exclude(pk=record_id).values_list("pk", flat=True)
    record = CompetencyRecord.objects.filter(pk=record_id).first()
    return (record and waiting.exclude(_before(record)).first()) or waiting.first()


def courses_among(records: QuerySet[CompetencyRecord]) -> Choices:
    """Return the courses of sign-offs, for a filter."""
    return list(Course.objects.filter(pk__in=records.values("course")).values_list("pk", "code"))


def companies_among(records: QuerySet[CompetencyRecord]) -> Choices:
    """Return the employers, as of today, of those whose sign-offs they are, for a filter."""
    people = Learner.objects.filter(pk__in=records.values(person=person_of()))
    return list(Company.objects.filter(pk__in=people.values("company")).order_by("name").values_list("pk", "name"))


def methods_on_offer() -> QuerySet[AssessmentMethod]:
    """Return the methods that a sign-off can choose; inactive ones stay on old sign-offs only."""
    return AssessmentMethod.objects.filter(is_active=True)


def list_methods() -> QuerySet[AssessmentMethod]:
    """Return all methods, those on offer first, each with how many `sign_offs` name it."""
    naming = CompetencyRecord.objects.filter(method=OuterRef("pk"))
    return AssessmentMethod.objects.annotate(sign_offs=number_of(naming, "method")).order_by("-is_active", "name")


def last_sign_off_by(user: User) -> CompetencyRecord | None:
    """Return what this person signed off last as competent, whose method and date the next one is likely to share."""
    signed = CompetencyRecord.objects.filter(assessed_by=user, status=CompetencyRecord.Status.COMPETENT)
    return signed.select_related("method").order_by("-assessed_at", "-pk").first()


def earlier_attempts(record: CompetencyRecord) -> QuerySet[CompetencyRecord]:
    """Return what became of the same person's earlier sign-offs of the course: failed, revoked or given (V1)."""
    people = ids_of_person(record.learner)
    signed = CompetencyRecord.objects.filter(learner__in=people, course=record.course_id).exclude(pk=record.pk)
    related = ("assessed_by", "method", "session", "revocation__revoked_by")
    return signed.select_related(*related).order_by("-assessed_at", "-pk")


def _narrowed(records: QuerySet[CompetencyRecord], wanted: QueueFilter) -> QuerySet[CompetencyRecord]:
    """Return those of the filter, with what a row names."""
    if wanted.course is not None:
        records = records.filter(course=wanted.course)
    if wanted.company is not None:
        records = records.filter(_of_people(Learner.objects.filter(company=wanted.company)))
    if wanted.text:
        records = records.filter(_of_people(Learner.objects.filter(matches(wanted.text))))
    return records.select_related("course", "course_version", "learner__merged_into")


def _of_people(people: QuerySet[Learner]) -> Q:
    """Return the condition of rows whose person is among these people; a merged worker's old facts are passed over."""
    return Q(learner__in=people.filter(merged_into__isnull=True)) | Q(learner__merged_into__in=people)


def _before(record: CompetencyRecord) -> Q:
    return Q(training_date__lt=record.training_date) | Q(training_date=record.training_date, pk__lt=record.pk)
