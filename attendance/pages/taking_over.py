"""The page that leads a new site through taking over from its old register, in order (I11)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from attendance.models import RegisterComparison, RegisterDifference, RegisterSample, SampleCheck, TakeOver
from attendance.policies.taking_over import Readiness
from attendance.selectors.taking_over import (
    DifferenceGroup,
    difference_groups,
    has_seal,
    latest_comparison,
    latest_sample,
    readiness,
    sample_counts,
    standing_take_over,
)
from learners.models import Area, AreaRequirement, Learner, Role, RoleRequirement, TrainingRecord
from training.core.kinds import StatusKind
from training.models import Company, Course, Trainer


@dataclass(frozen=True)
class TakingOverStep:
    """A step, with where it stands.

    Attributes:
        told: what is there.
        kind: OK where it is done as far as the site can tell, WAIT where something is there, NONE where nothing is.
        links: address and text of what it leads to.
    """

    word: str
    purpose: str
    told: str
    kind: StatusKind
    links: Sequence[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class TakingOver:
    """All that the page shows."""

    steps: Sequence[TakingOverStep]
    has_seal: bool
    comparison: RegisterComparison | None
    groups: Sequence[DifferenceGroup]
    sample: RegisterSample | None
    counts: dict[str, int]
    ready: Readiness
    stands: TakeOver | None
    reports: Sequence[TakeOver]

    @property
    def no_seal(self) -> str:
        """The sentence that says why a take-over is a trial; empty once a checkpoint of the seals is kept outside."""
        if self.has_seal:
            return ""
        return _(
            "Every record is sealed, but no checkpoint of the seals is kept outside this site yet, so nothing could be "
            "proved to somebody who does not trust it. A real take-over waits for that: your administrator sets "
            "LOG_ANCHORS. Until then everything here can be tried, and a signed report is a trial."
        )


def taking_over() -> TakingOver:
    """Return where the site is, in a fixed number of queries."""
    comparison, sample, ready, found = latest_comparison(), latest_sample(), readiness(), has_seal()
    counts = sample_counts(sample) if sample else {}
    stands = standing_take_over()
    return TakingOver(
        steps=[
            _safe(found),
            *_library(),
            _workers(),
            _trainers(),
            _records(),
            _parallel(comparison, ready),
            _sample(ready),
            _cut_over(stands),
        ],
        has_seal=found,
        comparison=comparison,
        groups=difference_groups(comparison) if comparison else [],
        sample=sample,
        counts=counts,
        ready=ready,
        stands=stands,
        reports=list(TakeOver.objects.select_related("signed_by", "withdrawal__withdrawn_by").order_by("-pk")),
    )


def cells_of(comparison: RegisterComparison, what: str, course: int | None) -> QuerySet[RegisterDifference]:
    """Return the cells of a comparison that differ, of one kind and one course if these are asked for."""
    cells = RegisterDifference.objects.filter(comparison=comparison).select_related("learner", "course").order_by("pk")
    if what in RegisterDifference.What.values:
        cells = cells.filter(what=what)
    return cells.filter(course=course) if course else cells


def found_choices() -> list[tuple[str, Any]]:
    """Return what can be found out about a sampled record."""
    return list(SampleCheck.Found.choices)


def _safe(found: bool) -> TakingOverStep:
    return TakingOverStep(
        word=_("Seal, anchors and backup"),
        purpose=_("What is recorded from the first day on can be proven later, and is not lost."),
        told=_("On") if found else _("No checkpoint outside yet"),
        kind=StatusKind.OK if found else StatusKind.BAD,
    )


def _library() -> list[TakingOverStep]:
    requirements = RoleRequirement.objects.count() + AreaRequirement.objects.count()
    steps = [
        (_("Companies"), _("Employers, clients, and who gives trainings."), Company.objects.count()),
        (_("Roles and areas"), _("What people work as, and where."), Role.objects.count() + Area.objects.count()),
        (_("Courses"), _("Each with a published version."), Course.objects.filter(deleted_at=None).count()),
        (_("Requirements"), _("Which role and which area requires which course."), requirements),
    ]
    return [_counted(word, purpose, count) for word, purpose, count in steps]


def _workers() -> TakingOverStep:
    return _counted(
        _("Workers"), _("Everybody who has to be trained."), Learner.objects.filter(merged_into=None).count()
    )


def _trainers() -> TakingOverStep:
    return _counted(_("Trainers"), _("With what they may teach."), Trainer.objects.count())


def _records() -> TakingOverStep:
    count = TrainingRecord.objects.filter(register_import__isnull=False, revocation__isnull=True).count()
    return _counted(
        _("Records of the old register"), _("With their certificates, or marked as from the register."), count
    )


def _counted(word: str, purpose: str, count: int) -> TakingOverStep:
    told = _("%(count)d on the site") % {"count": count} if count else _("None yet")
    kind = StatusKind.OK if count else StatusKind.NONE
    return TakingOverStep(word, purpose, told, kind, [(reverse("attendance:imports"), _("Import"))])


def _parallel(comparison: RegisterComparison | None, ready: Readiness) -> TakingOverStep:
    links = [(reverse("attendance:imports"), _("Import and compare"))]
    told, kind = _("Nothing was compared yet"), StatusKind.NONE
    if comparison is not None:
        links.insert(0, (reverse("attendance:comparison", args=[comparison.pk]), _("Latest comparison")))
        told, kind = _("Every difference is explained"), StatusKind.OK
        if ready.unexplained:
            told, kind = _("%(count)d groups are not explained") % {"count": ready.unexplained}, StatusKind.WARN
    return TakingOverStep(
        word=_("Weeks in parallel"),
        purpose=_(
            "The old workbook goes on for some weeks. Check it with Import, choose Compare only, explain what differs."
        ),
        told=told,
        kind=kind,
        links=links,
    )


def _sample(ready: Readiness) -> TakingOverStep:
    told, kind = _("Not drawn yet"), StatusKind.NONE
    if ready.sampled:
        told = _("%(checked)d of %(sampled)d checked") % {"checked": ready.checked, "sampled": ready.sampled}
        kind = StatusKind.OK if ready.checked == ready.sampled else StatusKind.WAIT
    return TakingOverStep(
        word=_("Sample against the originals"),
        purpose=_("Records drawn at random, of every course and employer: somebody looks at the original of each."),
        told=told,
        kind=kind,
        links=[(reverse("attendance:taking_over_sample"), _("Sample"))],
    )


def _cut_over(stands: TakeOver | None) -> TakingOverStep:
    told, kind = _("Not signed"), StatusKind.NONE
    if stands is not None:
        told = _("Trial report %(number)d") if stands.is_trial else _("Report %(number)d, signed")
        told, kind = told % {"number": stands.pk}, StatusKind.WAIT if stands.is_trial else StatusKind.OK
    return TakingOverStep(
        word=_("Cut-over day"),
        purpose=_("The old workbook is closed, and an administrator signs the report on this page."),
        told=told,
        kind=kind,
    )
