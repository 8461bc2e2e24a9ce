"""What one worker must have and what they have: items with why, records, practical sign-offs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from learners.models import CompetencyRecord, ComplianceItem, EvidenceUpload, Learner, TrainingRecord
from learners.models.requirement import RequirementType
from learners.selectors.evidence import original_among, sheets_of
from learners.selectors.learners import rows_of_people
from learners.standing import ItemStanding, standing_of_item
from training.models import CourseVersion
from training.templatetags.ui import day


@dataclass(frozen=True)
class Rule:
    """A rule that asks for a course, in words: where it comes from, and how it asks."""

    source: str
    asks: str


@dataclass(frozen=True)
class ItemLine:
    """One requirement of a worker with its answer and why (C5): the winning rule, the losing ones, the proof."""

    item: ComplianceItem
    course_title: str
    standing: ItemStanding
    rule: Rule | None
    other_rules: Sequence[Rule]


def item_lines(learner: Learner, *, today: date, warning_days: int) -> list[ItemLine]:
    """Return what is asked of a worker, worst first, each with its proof, in one query."""
    return item_lines_of([learner.pk], today=today, warning_days=warning_days)[learner.pk]


def item_lines_of(learner_ids: Collection[int], *, today: date, warning_days: int) -> dict[int, list[ItemLine]]:
    """Return by worker what `item_lines` returns for one, in one query; the keys are of survivors (L2)."""
    items = (
        ComplianceItem.objects.filter(learner__in=learner_ids)
        .select_related("course", "proof")
        .annotate(course_title=course_title())
    )
    lines: dict[int, list[ItemLine]] = {learner_id: [] for learner_id in learner_ids}
    for item in items:
        rules = [_rule(rule) for rule in item.rules]
        lines[item.learner_id].append(
            ItemLine(
                item=item,
                course_title=item.course_title,
                standing=standing_of_item(item, today, warning_days),
                rule=rules[0] if rules else None,
                other_rules=rules[1:],
            )
        )
    for each in lines.values():
        each.sort(key=lambda line: (line.standing.order, line.item.course.code))
    return lines


def records_of(learner: Learner) -> QuerySet[TrainingRecord]:
    """Return all records of a person (L2), newest first: failed ones too, and revoked ones with the revocation (R2)."""
    return (
        TrainingRecord.objects.filter(rows_of_people([learner.merged_into_id or learner.pk]))
        .select_related("course", "course_version", "session", "provider", "created_by", "revocation__revoked_by")
        .order_by("-completion_date", "-pk")
    )


def list_records(
    *, learner_id: int | None = None, course_id: int | None = None, expiring_before: date | None = None
) -> QuerySet[TrainingRecord]:
    """Return records with what is told of each, newest first, revoked ones included; what is None does not narrow."""
    records = TrainingRecord.objects.select_related("course", "provider", "revocation__revoked_by")
    for field, value in (
        ("learner", learner_id),
        ("course", course_id),
        ("expiry_date__lt", expiring_before),
    ):
        if value is not None:
            records = records.filter(**{field: value})
    return records.order_by("-completion_date", "-pk")


def sign_offs_of(learner: Learner) -> QuerySet[CompetencyRecord]:
    """Return the practical sign-offs of a person (L2), given, refused and owed, newest first."""
    return (
        CompetencyRecord.objects.filter(rows_of_people([learner.merged_into_id or learner.pk]))
        .select_related("course", "course_version", "session", "assessed_by", "method", "revocation__revoked_by")
        .order_by("-training_date", "-attempt", "-pk")
    )


def upload_of(record: TrainingRecord) -> EvidenceUpload | None:
    """Return who stored the file behind a record and when; None for a file that no upload names."""
    return original_among(sheets_of([record])[record.pk])


def course_title() -> Subquery:
    """The title of a row's `course`: of its published version, else of the latest that ever was."""
    versions = CourseVersion.objects.filter(course=OuterRef("course")).exclude(status=CourseVersion.Status.DRAFT)
    return Subquery(versions.order_by("-status", "-number").values("title")[:1])  # PUBLISHED sorts after ARCHIVED


def _rule(stored: dict) -> Rule:
    """Tell a rule as `learners.services.compliance` stores it."""
    sources = {"role": _("%(name)s role"), "area": _("%(name)s area")}
    if stored["type"] == RequirementType.PRE_MOB:
        asks = _("before site access")
    else:
        by = day(date.fromisoformat(stored["due"]))
        asks = _("within %(days)d days, by %(day)s") % {"days": stored["grace"], "day": by}
    return Rule(sources[stored["source"]] % {"name": stored["label"]}, asks)
