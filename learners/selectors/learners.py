"""Finding workers: who is cleared and who is not, search, lists.

A worker who was merged into another one is read as that one (L2) and never listed. Rows keep the key under which they
were written, so the rows of a person can stand under several keys. `ids_of_person`, `rows_of_people` and `person_of`
find them.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce

from learners.models import (
    ON_SITE,
    Area,
    BadgePeriod,
    CompetencyRecord,
    ComplianceStatus,
    Learner,
    LearnerArea,
    WorkerNumber,
)
from learners.policies import areas
from learners.policies.search_words import SearchWord, search_words
from learners.policies.standing import Group
from training.core.sameness import near_text, same_text
from training.selectors.sameness import NearText, SameText

LOOKS_LIKE_A_NUMBER = re.compile(r"\d")


@dataclass(frozen=True, kw_only=True)
class WorkerFilter:
    """What a list of workers is narrowed to; empty fields do not narrow.

    Attributes:
        text: words of name or badge (P2).
        company, role: keys.
        area: key of an area; workers of the areas inside it are meant as well.
    """

    group: Group | None = None
    text: str = ""
    company: int | None = None
    role: int | None = None
    area: int | None = None
    status: Learner.Status | None = None

    @property
    def without_group(self) -> "WorkerFilter":
        """The same filter without a group: what the counts above a list count, each of which is a link to its group."""
        return replace(self, group=None)

    @property
    def leaves_active(self) -> bool:
        """Whether the filter leaves all ACTIVE workers, apart from its group."""
        return self.without_group in (WorkerFilter(), WorkerFilter(status=Learner.Status.ACTIVE))


# One person, several keys (L2)


def ids_of_person(learner: Learner) -> list[int]:
    """Return the keys under which the rows of a person stand, that of the surviving badge first; one query.

    Args:
        learner: any badge of the person.
    """
    survivor = learner.merged_into_id or learner.pk
    merged = Learner.objects.filter(merged_into=survivor).order_by("pk").values_list("pk", flat=True)
    return [survivor, *merged]


def rows_of_people(survivors: Iterable[int], *, field: str = "learner") -> Q:
    """Return the condition of rows under any badge of these people.

    Args:
        survivors: keys of workers who are not merged into others.
        field: the row's reference to a worker.
    """
    survivors = list(survivors)
    badges = Learner.objects.filter(Q(pk__in=survivors) | Q(merged_into__in=survivors))
    return Q(**{f"{field}__in": badges.order_by().values("pk")})


def rows_of_badge(learner_id: int, *, field: str = "learner") -> Q:
    """Return the condition of rows under any badge of the person who has this one, merged or not; no extra query."""
    survivor = Learner.objects.filter(pk=learner_id).values(person=Coalesce("merged_into_id", "pk"))
    badges = Learner.objects.filter(Q(pk__in=survivor) | Q(merged_into__in=survivor))
    return Q(**{f"{field}__in": badges.order_by().values("pk")})


def person_of(field: str = "learner") -> Coalesce:
    """Return the expression of the key of the surviving badge of the worker to whom a row refers."""
    return Coalesce(F(f"{field}__merged_into_id"), F(f"{field}_id"))


def is_active_person(field: str = "learner") -> Q:
    """Return the condition that the worker to whom a row refers, or the survivor, is ACTIVE (L1, L2)."""
    active = Learner.Status.ACTIVE
    return Q(**{f"{field}__status": active, f"{field}__merged_into": None}) | Q(
        **{f"{field}__merged_into__status": active}
    )


# Groups


def is_on_site() -> Q:
    """Return the condition of the workers who are counted: ACTIVE and not merged into another one (C4, L2)."""
    return ON_SITE


def in_group(group: Group, *, today: dt.date, warning_days: int) -> Q:
    """Return the condition of a group. Counts and lists share it, so that they cannot disagree.

    Args:
        warning_days: the length in days of the warning window before an expiry.
    """
    return is_on_site() & _condition(group, today, warning_days)


def _condition(group: Group, today: dt.date, warning_days: int) -> Q:
    """Return the condition that tells the people of a group from other ACTIVE workers, by their stored answers."""
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

    The first query reads only the index `learner_on_site`, which has every column of these conditions.

    Args:
        warning_days: the length in days of the warning window before an expiry.
        among: the workers whom a filter leaves, without its group; everybody by default.
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
    """Return the practical sign-offs that are owed."""
    return CompetencyRecord.objects.filter(status=CompetencyRecord.Status.PENDING_VERIFICATION, revoked_at__isnull=True)


def sign_offs_owed() -> int:
    """Return how many practical sign-offs are owed, which is the number that pages and the API call "to verify".

    A partial index holds exactly these rows, so that the count reads nothing else.
    """
    return pending_sign_offs().count()


# Search and the list


def matches(text: str) -> Q:
    """Return the condition of workers in whose name or badge every word of `text` begins a word (P2).

    The order of the words, accents, apostrophes, hyphens and case do not matter, nor do the leading zeros of a badge
    (L4). Old badges of a worker are searched as well (L3), names and badges that were merged into the worker (L2), and
    other numbers, if the text is the whole of one.
    """
    words = search_words(text)
    if text.strip() and not words:
        return Q(pk__in=[])
    found = Q(*(_has(word) for word in words))
    return found | Q(pk__in=numbered(text).values(person=person_of())) if LOOKS_LIKE_A_NUMBER.search(text) else found


def _has(word: SearchWord) -> Q:
    """Return the condition that a word begins one of the names or badges of a person."""
    worn = old_badges().filter(began_badge(word))
    merged = Learner.objects.filter(said_in_key(word), merged_into__isnull=False).order_by()
    return said_in_key(word) | Q(pk__in=worn.values(person=person_of())) | Q(pk__in=merged.values("merged_into"))


def said_in_key(word: SearchWord) -> Q:
    """Return the condition that a word begins one of the names, or the badge, of a row of the workers' table."""
    return reduce(or_, (Q(search_key__contains=part) for part in word.parts))


def began_badge(word: SearchWord) -> Q:
    """Return the condition that one of `old_badges` begins with a word."""
    alike = (Q(near_key__startswith=badge) for badge in word.badges)
    return reduce(or_, alike, Q(same_key__startswith=word.badge))


def old_badges() -> QuerySet[Any]:
    """Return the badges that workers had before (L3), each with its `same_key` and its `near_key`."""
    worn = BadgePeriod.objects.standing().filter(valid_to__isnull=False)
    return worn.annotate(same_key=SameText(F("badge_id")), near_key=NearText(F("badge_id")))


def numbered(text: str) -> QuerySet[Any]:
    """Return the numbers of workers that a text is, each as a whole: a part of one would betray what is masked (L4)."""
    return WorkerNumber.objects.annotate(near_key=NearText(F("value"))).filter(near_key=near_text(text))


def find_by_badge(badge: str) -> Learner | None:
    """Return the worker who has or had exactly this badge (L3), and of a merged badge the survivor (L2).

    It may be spelled in another way (L4). Of twins from before L4 the one is meant whose badge is spelled so.

    Returns:
        None where nobody has or had it, or two people do and it is spelled as neither of theirs.
    """
    typed = badge.replace("\0", "")
    worn = BadgePeriod.objects.standing().annotate(key=SameText(F("badge_id"))).filter(key=same_text(typed))
    found = list(Learner.objects.filter(pk__in=worn.values(person=person_of()))[:2])
    if len(found) > 1:
        as_typed = worn.filter(badge_id__iexact=typed.strip())
        found = list(Learner.objects.filter(pk__in=as_typed.values(person=person_of()))[:2])
    return found[0] if len(found) == 1 else None


def list_workers(wanted: WorkerFilter, *, today: dt.date, warning_days: int) -> QuerySet[Learner]:
    """Return the workers whom a filter leaves, worst first, then by name; those who are not ACTIVE come last.

    The order reads only columns of the worker. A green worker is expiring if the stored answer ends within the window,
    for it ends with the next expiry.

    Args:
        warning_days: the length in days of the warning window before an expiry.
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
    """Return the workers whom a filter leaves, in no order."""
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
