"""Workers as lists show them: one word about each, why, and what runs out next."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext as _

from learners.models import ComplianceItem, ComplianceStatus, Learner
from learners.policies.search_words import search_words
from learners.policies.standing import Standing, standing_of_item, standing_of_worker
from learners.selectors.learners import (
    LOOKS_LIKE_A_NUMBER,
    began_badge,
    numbered,
    old_badges,
    pending_sign_offs,
    person_of,
    rows_of_people,
    said_in_key,
)
from training.core.kinds import StatusKind

STANDING_FACTS = ("status", "due_date", "expiry_date", "key_date", "holds_until")  # of an item


@dataclass(frozen=True)
class Reason:
    """A reason for the status of a worker: a course, and what is the matter with it."""

    kind: StatusKind
    code: str
    text: str
    course_id: int


@dataclass(frozen=True)
class WorkerRow:
    """A row of a list of workers.

    Attributes:
        standing: the one word about the worker.
        reasons: why, the worst first.
        next_expiry: the training that expires next within the warning window; None where there is none.
        found_by: former names and badges by which a search has found the worker (L2, L3).
    """

    learner: Learner
    standing: Standing
    reasons: Sequence[Reason]
    next_expiry: Reason | None
    found_by: Sequence[str] = ()


def worker_rows(
    learners: Sequence[Learner], *, today: dt.date, warning_days: int, found_by: str = ""
) -> list[WorkerRow]:
    """Return the rows of these workers, in two queries.

    Args:
        warning_days: the length in days of the warning window before an expiry.
        found_by: the words that were searched for. Former names and badges that they match are shown, which takes two
            more queries.
    """
    before = _known_before(learners, found_by) if found_by.strip() and learners else {}
    items = _notable_items(learners, today=today, warning_days=warning_days)
    owed: dict[int, list[tuple[str, int]]] = defaultdict(list)
    found = pending_sign_offs().filter(rows_of_people(learner.pk for learner in learners))
    for person, code, course_id in found.values_list(person_of(), "course__code", "course"):
        owed[person].append((code, course_id))
    rows = []
    for learner in learners:
        told = sorted(
            ((item.course, standing_of_item(item, today, warning_days)) for item in items[learner.pk]),
            key=lambda each: (each[1].order, each[0].code),
        )
        standing = standing_of_worker(
            learner, [each for _course, each in told], is_to_verify=learner.pk in owed, today=today
        )
        reasons = [Reason(each.kind, course.code, each.time, course.pk) for course, each in told]
        next_expiry = next(
            (Reason(each.kind, course.code, each.time, course.pk) for course, each in told if each.is_expiring), None
        )
        reasons += [
            Reason(StatusKind.WAIT, code, _("to verify"), course_id) for code, course_id in sorted(owed[learner.pk])
        ]
        rows.append(WorkerRow(learner, standing, reasons, next_expiry, before.get(learner.pk, ())))
    return rows


def _known_before(learners: Sequence[Learner], text: str) -> dict[int, list[str]]:
    """Return by worker the former and merged badges, and other numbers, by which words of `text` have found them."""
    keys = [learner.pk for learner in learners]
    words = search_words(text)
    begun = reduce(or_, (began_badge(word) for word in words), Q(pk__in=[]))
    said = reduce(or_, (said_in_key(word) for word in words), Q(pk__in=[]))
    found: dict[int, list[str]] = defaultdict(list)
    for person, badge in old_badges().filter(rows_of_people(keys), begun).values_list(person_of(), "badge_id"):
        found[person].append(badge)
    for other in Learner.objects.filter(said, merged_into__in=keys).order_by("sort_key"):
        found[other.merged_into_id].append(f"{other.name} {other.badge_id}")  # type: ignore[index]  # merged ones only
    if LOOKS_LIKE_A_NUMBER.search(text):
        for number in numbered(text).filter(rows_of_people(keys)).annotate(person=person_of()):
            found[number.person].append(str(number))
    return {person: list(dict.fromkeys(texts)) for person, texts in found.items()}


def _notable_items(
    learners: Iterable[Learner], *, today: dt.date, warning_days: int
) -> dict[int, list[ComplianceItem]]:
    """Return by worker the items that are not simply valid, with their courses, in one query."""
    found: dict[int, list[ComplianceItem]] = defaultdict(list)
    simply_valid = (
        Q(status=ComplianceStatus.COMPLIANT)
        & (Q(holds_until__isnull=True) | Q(holds_until__gte=today))
        & (Q(expiry_date__isnull=True) | Q(expiry_date__gt=today + dt.timedelta(days=warning_days)))
    )
    items = ComplianceItem.objects.filter(~simply_valid, learner__in=learners).select_related("course")
    for item in items.only("learner", *STANDING_FACTS, "course__code"):
        found[item.learner_id].append(item)
    return found
