"""Finding workers: who is cleared and who is not, search, the list, one worker.

A worker merged into another is read as that other one (L2) and never listed. Rows keep the key under which they were
written, so a person's rows stand under several keys: `ids_of_person`, `rows_of_people` and `person_of` find them.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Concat

from learners.models import (
    ON_SITE,
    Area,
    BadgePeriod,
    CompetencyRecord,
    ComplianceStatus,
    Fold,
    Learner,
    LearnerArea,
)
from learners.policies import areas
from learners.policies.standing import Group

MOST_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class WorkerFilter:
    """What a list of workers is narrowed to; empty fields do not narrow.

    `area` reaches the areas inside it as well.
    """

    group: Group | None = None
    text: str = ""
    company: int | None = None
    role: int | None = None
    area: int | None = None
    status: Learner.Status | None = None

    @property
    def without_group(self) -> "WorkerFilter":
        """The filter whose groups are counted above a list, so that each count is what its link would leave."""
        return replace(self, group=None)

    @property
    def leaves_active(self) -> bool:
        """Nobody ACTIVE is left out, whatever group is chosen."""
        return self.without_group in (WorkerFilter(), WorkerFilter(status=Learner.Status.ACTIVE))


# One person, several keys (L2)


def ids_of_person(learner: Learner) -> list[int]:
    """Return the keys under which a person's rows stand: the surviving worker's, then those merged into it; one query.

    Args:
        learner: the survivor, or one that was merged into it.
    """
    survivor = learner.merged_into_id or learner.pk
    merged = Learner.objects.filter(merged_into=survivor).order_by("pk").values_list("pk", flat=True)
    return [survivor, *merged]


def rows_of_people(survivors: Iterable[int], *, field: str = "learner") -> Q:
    """Return the condition of rows that stand under any key of these people.

    Args:
        survivors: keys of workers who are not merged into others.
        field: the row's reference to a worker.
    """
    survivors = list(survivors)
    badges = Learner.objects.filter(Q(pk__in=survivors) | Q(merged_into__in=survivors))
    return Q(**{f"{field}__in": badges.order_by().values("pk")})


def rows_of_badge(learner_id: int, *, field: str = "learner") -> Q:
    """Return the condition of rows of the person whose badge this is, be it merged or not; no query of its own."""
    survivor = Learner.objects.filter(pk=learner_id).values(person=Coalesce("merged_into_id", "pk"))
    badges = Learner.objects.filter(Q(pk__in=survivor) | Q(merged_into__in=survivor))
    return Q(**{f"{field}__in": badges.order_by().values("pk")})


def person_of(field: str = "learner") -> Coalesce:
    """Return the expression of the key of the person behind a row's reference to a worker: the survivor's."""
    return Coalesce(F(f"{field}__merged_into_id"), F(f"{field}_id"))


def is_active_person(field: str = "learner") -> Q:
    """Return the condition that the person behind a row's reference to a worker is ACTIVE (L1, L2)."""
    active = Learner.Status.ACTIVE
    return Q(**{f"{field}__status": active, f"{field}__merged_into": None}) | Q(
        **{f"{field}__merged_into__status": active}
    )


# Groups


def is_on_site() -> Q:
    """The people who are counted: ACTIVE and not merged away (C4, L2)."""
    return ON_SITE


def in_group(group: Group, *, today: dt.date, warning_days: int) -> Q:
    """Return the condition of a group; counts and lists share it, so that they cannot disagree."""
    return is_on_site() & _condition(group, today, warning_days)


def _condition(group: Group, today: dt.date, warning_days: int) -> Q:
    """Return what sets the people of a group apart from others on site, by the answers stored with them."""
    cleared = ~Q(compliance_status=ComplianceStatus.NON_COMPLIANT) & (
        Q(compliance_holds_until__isnull=True) | Q(compliance_holds_until__gte=today)
    )
    match group:
        case Group.NOT_CLEARED:  # with a red item, or with an answer past its last day (C7)
            return Q(compliance_status=ComplianceStatus.NON_COMPLIANT) | Q(compliance_holds_until__lt=today)
        case Group.DUE:
            return cleared & Q(compliance_status=ComplianceStatus.PENDING)
        case Group.EXPIRING:  # a proof's last day is in the warning window
            return cleared & Q(next_expiry__lte=today + dt.timedelta(days=warning_days))
        case Group.TO_VERIFY:  # a practical sign-off is owed; overlaps the other groups (C4)
            return Q(pk__in=pending_sign_offs().values(person=person_of()))
        case Group.CLEARED:
            return cleared


def group_counts(*, today: dt.date, warning_days: int, among: QuerySet[Learner] | None = None) -> dict[Group, int]:
    """Return how many ACTIVE workers each group holds, in two queries.

    The answers stored with the worker are counted in one pass over the index `learner_on_site`, which holds all that
    the conditions ask for.

    Args:
        among: the workers that a filter leaves; everybody by default. The filter must not name a group itself.
    """
    on_site = (Learner.objects.all() if among is None else among).filter(is_on_site()).order_by()
    by_answer = {
        group.name: Count("compliance_status", filter=_condition(group, today, warning_days))
        for group in Group
        if group is not Group.TO_VERIFY
    }
    counts = on_site.aggregate(**by_answer)
    counts[Group.TO_VERIFY.name] = on_site.filter(_condition(Group.TO_VERIFY, today, warning_days)).count()
    return {group: counts[group.name] for group in Group}


# Sign-offs that are owed


def pending_sign_offs() -> QuerySet[CompetencyRecord]:
    """Return the competency records that still wait for their sign-off."""
    return CompetencyRecord.objects.filter(status=CompetencyRecord.Status.PENDING_VERIFICATION, revoked_at__isnull=True)


def sign_offs_owed() -> int:
    """Return how many practical sign-offs are owed: the one number that stands as "to verify", at every door.

    What is pending stands in an index of its own, so that the count reads nothing else.
    """
    return pending_sign_offs().count()


# Search and the list


def matches(text: str) -> Q:
    """Every word of `text` begins a word of the name or the badge, in any order, accents and case ignored (P2).

    An old badge of the worker (L3) counts as well, and name and badges of those merged into this one (L2).
    """
    words = text.replace("\0", " ").split()[:MOST_WORDS]
    return Q(*(_begins(Fold(Value(f" {word}"))) for word in words))


def _begins(word: Fold) -> Q:
    """A folded word, with the blank before it, stands in what is known about a person."""
    old_badges = BadgePeriod.objects.standing().filter(valid_to__isnull=False)
    worn = old_badges.annotate(key=Fold(Concat(Value(" "), "badge_id"))).filter(key__contains=word)
    merged = Learner.objects.filter(merged_into__isnull=False, sort_key__contains=word).order_by()
    return (
        Q(sort_key__contains=word) | Q(pk__in=worn.values(person=person_of())) | Q(pk__in=merged.values("merged_into"))
    )


def find_by_badge(badge: str) -> Learner | None:
    """Return whom exactly this badge names or named (L3), case and blanks around it ignored; of a merged one the
    survivor (L2).
    """
    worn = BadgePeriod.objects.standing().filter(badge_id__iexact=badge.replace("\0", "").strip())
    return Learner.objects.filter(pk__in=worn.values(person=person_of())).first()


def list_workers(wanted: WorkerFilter, *, today: dt.date, warning_days: int) -> QuerySet[Learner]:
    """Return the workers of a filter with employer and role: worst first, then by name; who is not ACTIVE comes last.

    The order reads stored columns of the worker only: a green worker's answer ends with the next expiry.
    """
    order = Case(
        When(in_group(Group.NOT_CLEARED, today=today, warning_days=warning_days), then=0),
        When(is_on_site() & Q(compliance_status=ComplianceStatus.PENDING), then=1),
        When(is_on_site() & Q(compliance_holds_until__lte=today + dt.timedelta(days=warning_days)), then=2),
        When(is_on_site(), then=3),
        When(status=Learner.Status.BLACKLISTED, then=4),
        default=5,
        output_field=IntegerField(),
    )
    learners = workers_of(wanted, today=today, warning_days=warning_days).select_related("company", "role")
    return learners.order_by(order, "sort_key")


def workers_of(wanted: WorkerFilter, *, today: dt.date, warning_days: int) -> QuerySet[Learner]:
    """Return the workers of a filter, in no order."""
    learners = Learner.objects.filter(merged_into__isnull=True)
    if wanted.group is not None:
        learners = learners.filter(in_group(wanted.group, today=today, warning_days=warning_days))
    if wanted.text:
        learners = learners.filter(matches(wanted.text))
    if wanted.company is not None:
        learners = learners.filter(company=wanted.company)
    if wanted.role is not None:
        learners = learners.filter(role=wanted.role)
    if wanted.area is not None:
        in_areas = LearnerArea.objects.filter(area__in=with_areas_inside(wanted.area))
        learners = learners.filter(Exists(in_areas.filter(learner=OuterRef("pk"))))
    if wanted.status is not None:
        learners = learners.filter(status=wanted.status)
    return learners


def with_areas_inside(area_id: int) -> set[int]:
    """Return the keys of an area and of every area inside it, at any depth; one query."""
    return areas.with_areas_inside(area_id, parents=Area.objects.values_list("pk", "parent"))
