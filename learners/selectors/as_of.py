"""What was required and held on another day (C8), by the rules of today's answers applied to the dated history.

A record counts from its completion on, and a revocation from its own day on, whenever they were entered. Whether
records of an old register count without a certificate is what held on that day, or before anybody had decided, what was
decided first; a certificate counts for the days before it came as well (I7). Role, employer, status, areas and
requirements are those of that day, by the periods that nobody has overruled; `learners.pages.later` says what was known
differently on that day itself. A person with several badges is one (L2): the history of the surviving badge counts, and
before it begins that of the newest merged one.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from learners.models import (
    AreaPeriod,
    ComplianceItem,
    ComplianceStatus,
    Learner,
    LearnerAreaPeriod,
    LearnerPeriod,
    RequirementPeriod,
    Role,
)
from learners.policies.answers import RECORDS, Sources, answers
from learners.policies.areas import with_areas_inside
from learners.policies.standing import Facts
from learners.selectors.learners import WorkerFilter, matches
from training.core.keys import day_of_text
from training.core.refusals import Invalid
from training.models import Company

# An area has no first day, unlike assignments to it and its requirements. So its first period counts for days before it
# as well.
AREAS = """
SELECT DISTINCT ON (area_id) area_id AS id, parent_id, name FROM learners_areaperiod
 WHERE overruled_at IS NULL AND coalesce(valid_to > %(today)s, true) ORDER BY area_id, valid_from
"""

HOLDS = "overruled_at IS NULL AND valid_from <= %(today)s AND coalesce(valid_to > %(today)s, true)"

PEOPLE = f"""
SELECT DISTINCT ON (person.learner_id) person.learner_id, period.learner_id AS badge, role_id, role_assigned_at,
       company_id, start_date, end_date,
       CASE WHEN status = 'ACTIVE' AND end_date < %(today)s THEN 'INACTIVE' ELSE status END AS status
  FROM person JOIN learners_learnerperiod period ON period.learner_id = person.key
 WHERE {HOLDS}
 ORDER BY person.learner_id, period.learner_id = person.learner_id DESC, period.learner_id DESC
"""  # noqa: S608  # words of this module, values are parameters

DATED = Sources(
    rules=f"""
    SELECT 'role' AS source, role_id AS source_id, coalesce(role.title, (
             SELECT title FROM learners_roleevent WHERE pgh_obj_id = role_id ORDER BY pgh_id DESC LIMIT 1)) AS label,
           course_id, requirement_type, grace_period_days, starts_on
      FROM learners_requirementperiod q LEFT JOIN learners_role role ON role.id = role_id
     WHERE role_id IS NOT NULL AND {HOLDS}
     UNION ALL
    SELECT 'area', area_id, coalesce(area.name, ''), course_id, requirement_type, grace_period_days, starts_on
      FROM learners_requirementperiod q LEFT JOIN ({AREAS}) area ON area.id = area_id
     WHERE area_id IS NOT NULL AND {HOLDS}""",  # noqa: S608  # words of this module, values are parameters
    areas=AREAS,
    people=PEOPLE,
    places=f"""
    SELECT somebody.learner_id, area_id, assigned_at
      FROM somebody JOIN learners_learnerareaperiod link ON link.learner_id = badge WHERE {HOLDS}""",  # noqa: S608  # words of this module, values are parameters
    records=RECORDS,
    counts="""completion_date <= %(today)s
      AND NOT EXISTS (SELECT FROM learners_revocation WHERE record_id = record.id AND revoked_on <= %(today)s)""",
    is_owed="""training_date <= %(today)s
      AND coalesce(coalesce(assessed_on, (assessed_at AT TIME ZONE %(zone)s)::date) > %(today)s, true)
      AND NOT EXISTS (SELECT FROM learners_revocation
                       WHERE competency_record_id = sign_off.id AND revoked_on <= %(today)s)""",
    acceptances="""
    SELECT DISTINCT ON (register_import_id) register_import_id, counts, counts_until
      FROM learners_registerstanding
     ORDER BY register_import_id, decided_on > %(today)s,
              CASE WHEN decided_on > %(today)s THEN id ELSE -id END""",
)

ITEMS = f"""
{answers(DATED)}
SELECT learner_id, course_id, requirement_type, grace_period_days, due_date, status, expiry_date, key_date, holds_until,
       awaiting_verification, proof_id, is_from_register, role_id, area_id, rules
  FROM answer ORDER BY learner_id, course_id
"""  # noqa: S608  # words of this module, values are parameters
FACTS = f"""
{answers(DATED)}
SELECT {", ".join(Facts._fields)} FROM answer
"""  # noqa: S608  # words of this module, values are parameters
SOMEBODY = f"""
{answers(DATED)}
SELECT somebody.*, (SELECT coalesce(array_agg(name ORDER BY name), '{{}}')
                      FROM place JOIN ({AREAS}) area ON id = area_id WHERE place.learner_id = somebody.learner_id)
  FROM somebody
"""  # noqa: S608  # words of this module, values are parameters

WAYS = f"""
{answers(DATED)}
SELECT learner_id, around_id, min(name) FROM place JOIN lies_in USING (area_id) JOIN ({AREAS}) area ON id = area_id
 WHERE around_id <> area_id GROUP BY learner_id, around_id
"""  # noqa: S608  # words of this module, values are parameters


class NotADay(Invalid):
    """The day that is asked about is not a date, or lies in the future (400)."""


def day_of(text: str, *, today: date) -> date | None:
    """Return the day that an address asks about (`?on=2026-03-02`); None for today.

    Args:
        text: the day as it stands in the address; empty where none is asked for.

    Raises:
        NotADay: it is not a date, or lies in the future.
    """
    if not text:
        return None
    try:
        on = day_of_text(text)
    except ValueError:
        raise NotADay(_("“%(text)s” is not a date. Write it as 2026-03-02.") % {"text": text[:20]}) from None
    if on > today:
        raise NotADay(_("That day has not come yet. Choose today or an earlier day."))
    return on if on < today else None


def items_as_of(learner_ids: Collection[int], *, on: date) -> list[ComplianceItem]:
    """Return what was required of these workers on a day, as compliance items that are never saved; one query."""
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, _asked(learner_ids, on))
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [ComplianceItem(**row | {"rules": json.loads(row["rules"])}) for row in rows]


def facts_as_of(learner_ids: Collection[int], *, on: date) -> list[Facts]:
    """Return what was required of these workers on a day, without the reasons; one query."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS, _asked(learner_ids, on))
        return [Facts._make(row) for row in cursor.fetchall()]


def ways_as_of(learner_ids: Collection[int], *, on: date) -> dict[int, dict[int, str]]:
    """Return by worker and outer area the name of the worker's own area inside it on that day; one query.

    That own area is why a requirement of the outer area concerned the worker (C1).
    """
    ways: dict[int, dict[int, str]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(WAYS, _asked(learner_ids, on))
        for learner, around, name in cursor.fetchall():
            ways[learner][around] = name
    return ways


@dataclass(frozen=True)
class Then:
    """A worker as on a day, which is never saved, and the names of the worker's areas then."""

    learner: Learner
    areas: Sequence[str]


def workers_as_of(learners: Sequence[Learner], facts: Sequence[Facts | ComplianceItem], *, on: date) -> dict[int, Then]:
    """Return by key these workers as they were on a day, without those whom the site did not know yet.

    Args:
        facts: their items on that day; the worst of them is the compliance status of the worker (C4).
    """
    with connection.cursor() as cursor:
        cursor.execute(SOMEBODY, _asked([learner.pk for learner in learners], on))
        names = [column.name for column in cursor.description or ()]
        rows = {row[0]: dict(zip([*names[:-1], "areas"], row, strict=True)) for row in cursor.fetchall()}
    roles = Role.objects.in_bulk([row["role_id"] for row in rows.values()])
    companies = Company.objects.in_bulk([row["company_id"] for row in rows.values()])
    statuses = defaultdict(set)
    for fact in facts:
        statuses[fact.learner_id].add(fact.status)
    found = {}
    for learner in learners:
        if learner.pk in rows:
            row, then = rows[learner.pk], copy(learner)
            then.role = roles.get(row["role_id"]) or Role(title=_("deleted role"))
            then.company = companies.get(row["company_id"]) or Company(name=_("deleted company"))
            for field in ("role_assigned_at", "status", "start_date", "end_date"):
                setattr(then, field, row[field])
            then.compliance_status = _worst(statuses[learner.pk])
            then.compliance_holds_until = None
            found[learner.pk] = Then(then, row["areas"])
    return found


def list_workers_as_of(wanted: WorkerFilter, *, on: date) -> QuerySet[Learner]:
    """Return by name the workers whom a filter would have left on that day; its group is ignored."""
    periods = LearnerPeriod.objects.filter(_holds(on))
    narrowed = periods
    if wanted.company is not None:
        narrowed = narrowed.filter(company=wanted.company)
    if wanted.role is not None:
        narrowed = narrowed.filter(role=wanted.role)
    if wanted.status is not None:
        has_left = Q(status=Learner.Status.ACTIVE, end_date__lt=on)
        is_inactive = wanted.status == Learner.Status.INACTIVE
        is_so = Q(status=wanted.status)
        narrowed = narrowed.filter(is_so | has_left if is_inactive else is_so & ~has_left)
    of_merged = narrowed.filter(learner__merged_into__isnull=False)
    under_own_badge = Q(Exists(narrowed.filter(learner=OuterRef("pk"))))
    under_another = ~Exists(periods.filter(learner=OuterRef("pk"))) & Q(pk__in=of_merged.values("learner__merged_into"))
    learners = Learner.objects.filter(under_own_badge | under_another, merged_into__isnull=True)
    if wanted.text:
        learners = learners.filter(matches(wanted.text))
    if wanted.area is not None:
        places = LearnerAreaPeriod.objects.filter(_holds(on), area__in=_areas_inside(wanted.area, on))
        of_merged_there = places.filter(learner__merged_into__isnull=False).values("learner__merged_into")
        learners = learners.filter(Q(Exists(places.filter(learner=OuterRef("pk")))) | Q(pk__in=of_merged_there))
    return learners.order_by("sort_key")


def courses_as_of(*, on: date) -> QuerySet[RequirementPeriod, int]:
    """Return the keys of the courses that any role or area required on that day."""
    asked = RequirementPeriod.objects.filter(_holds(on), starts_on__lte=on)
    return asked.order_by().values_list("course", flat=True).distinct()


def _asked(learner_ids: Collection[int], on: date) -> dict[str, Any]:
    return {"learners": list(learner_ids), "course": None, "today": on, "zone": settings.TIME_ZONE}


def _holds(on: date) -> Q:
    return Q(overruled_at=None, valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def _worst(statuses: set[str]) -> str:
    """Return the worst of some statuses, which decides about the worker (C4)."""
    worst_first = (ComplianceStatus.NON_COMPLIANT, ComplianceStatus.PENDING)
    return next((status for status in worst_first if status in statuses), ComplianceStatus.COMPLIANT)


def _areas_inside(area_id: int, on: date) -> set[int]:
    """Return the keys of an area and of every area that lay inside it on that day; one query."""
    first = AreaPeriod.objects.standing().filter(Q(valid_to=None) | Q(valid_to__gt=on)).order_by("area", "valid_from")
    return with_areas_inside(area_id, parents=first.distinct("area").values_list("area", "parent"))
