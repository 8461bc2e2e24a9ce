"""Where a site is on its way from an old register (I11): counts, comparison, sample, and the signed report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery

from attendance.models import (
    DifferenceExplained,
    RegisterComparison,
    RegisterDifference,
    RegisterSample,
    SampleCheck,
    SampledRecord,
    TakeOver,
)
from attendance.policies.taking_over import Readiness, SampleCandidate
from learners.models import RegisterImport, TrainingRecord
from training.selectors.seals import anchored_checkpoint

Found = SampleCheck.Found

# Records of registers that stand, in the order of a hash of seed and key; enough of them to choose a sample.
CANDIDATES = """
WITH standing AS (
  SELECT r.id, r.course_id, l.company_id, md5(%(seed)s || r.id) AS place
    FROM learners_trainingrecord r
    JOIN learners_learner b ON b.id = r.learner_id
    JOIN learners_learner l ON l.id = coalesce(b.merged_into_id, b.id)
   WHERE r.register_import_id IS NOT NULL
     AND NOT EXISTS (SELECT FROM learners_revocation v WHERE v.record_id = r.id)
), ranked AS (
  SELECT id, course_id, company_id, place,
         row_number() OVER (PARTITION BY course_id ORDER BY place) AS of_course,
         row_number() OVER (PARTITION BY company_id ORDER BY place) AS of_company,
         row_number() OVER (ORDER BY place) AS of_all,
         count(*) OVER () AS population
    FROM standing
)
SELECT id, course_id, company_id, population FROM ranked
 WHERE of_course = 1 OR of_company = 1 OR of_all <= %(size)s
 ORDER BY place
"""


def has_seal() -> bool:
    """Tell whether what is recorded could be proved to somebody else: a checkpoint of the seals is kept outside.

    Until then a signed report is a trial (I11).
    """
    return anchored_checkpoint() is not None


def candidates(*, seed: str, size: int) -> tuple[list[SampleCandidate], int]:
    """Return the records from which a sample is chosen, in their random order, and of how many they are; one query."""
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, {"seed": seed, "size": size})
        rows = cursor.fetchall()
    return [SampleCandidate(*row[:3]) for row in rows], rows[0][3] if rows else 0


def latest_sample() -> RegisterSample | None:
    """Return the sample that was drawn last."""
    return RegisterSample.objects.select_related("drawn_by").order_by("-pk").first()


def latest_comparison() -> RegisterComparison | None:
    """Return the comparison that was made last."""
    return RegisterComparison.objects.select_related("compared_by").order_by("-pk").first()


def sampled_records(sample: RegisterSample) -> Any:
    """Return the query of a sample's records in its order, each with the latest `found` and `note`."""
    latest = SampleCheck.objects.filter(sampled=OuterRef("pk")).order_by("-pk")
    return (
        SampledRecord.objects.filter(sample=sample)
        .annotate(found=Subquery(latest.values("found")[:1]), note=Subquery(latest.values("note")[:1]))
        .select_related(
            "record__learner__company",
            "record__course",
            "record__provider",
            "record__register_import",
            "record__extract",
        )
        .order_by("number")
    )


def sample_counts(sample: RegisterSample) -> dict[str, int]:
    """Return how many records of a sample were found right, wrong or not at all."""
    found = sampled_records(sample).order_by().values_list("found", flat=True)
    counts: dict[str, int] = dict.fromkeys(Found.values, 0)
    for each in found:
        if each:
            counts[each] += 1
    return counts


@dataclass(frozen=True)
class DifferenceGroup:
    """Cells of one course that differ in one way; `reason` explains them, empty while nobody has."""

    what: str
    course_id: int | None
    course: str
    count: int
    reason: str
    explained_by: str


def difference_groups(comparison: RegisterComparison) -> list[DifferenceGroup]:
    """Return what differs in a comparison, by kind and course, with what explains it; two queries."""
    explained: dict[tuple[str, int | None], DifferenceExplained] = {}
    for each in DifferenceExplained.objects.filter(comparison=comparison).select_related("explained_by").order_by("pk"):
        explained[each.what, each.course_id] = each
    counts = (
        RegisterDifference.objects.filter(comparison=comparison)
        .order_by("what", "course__code")
        .values_list("what", "course", "course__code")
        .annotate(count=Count("pk"))
    )
    return [
        DifferenceGroup(
            what=what,
            course_id=course_id,
            course=code or "",
            count=count,
            reason=said.reason if (said := explained.get((what, course_id))) else "",
            explained_by=said.explained_by.get_full_name() or said.explained_by.get_username() if said else "",
        )
        for what, course_id, code, count in counts
    ]


def standing_take_over() -> TakeOver | None:
    """Return the signed report that stands: the last one, unless it was withdrawn."""
    last = TakeOver.objects.select_related("signed_by", "withdrawal").order_by("-pk").first()
    return last if last is not None and not hasattr(last, "withdrawal") else None


def readiness() -> Readiness:
    """Return what a signature still needs."""
    sample, comparison = latest_sample(), latest_comparison()
    counts = sample_counts(sample) if sample else {}
    groups = difference_groups(comparison) if comparison else []
    return Readiness(
        sampled=sample.size if sample else 0,
        checked=sum(counts.values()),
        has_comparison=comparison is not None,
        unexplained=sum(not each.reason for each in groups),
        stands=standing_take_over() is not None,
    )


def register_counts() -> list[dict[str, Any]]:
    """Return of every old register that was brought in: name, import, records, and how many of them are revoked."""
    rows = RegisterImport.objects.order_by("pk").annotate(
        all=Count("records"), revoked=Count("records", filter=Q(records__revocation__isnull=False))
    )
    return [
        {"register": each.register, "import": each.import_number, "records": each.all, "revoked": each.revoked}
        for each in rows
    ]


def site_counts() -> Mapping[str, int]:
    """Return how many records stand on the site, and how many of them came from registers."""
    standing = TrainingRecord.objects.filter(revocation__isnull=True)
    return standing.aggregate(records=Count("pk"), from_registers=Count("pk", filter=Q(register_import__isnull=False)))


def errors_of(sample: RegisterSample) -> Sequence[SampledRecord]:
    """Return the records of a sample that were not found right."""
    return list(sampled_records(sample).exclude(found=Found.RIGHT).exclude(found=None))
