"""What is said about a day today, and was known differently at the end of that day (C8).

Nothing in the dated history is ever erased (`learners.models.period`), so what was known at the end of a day can be
compared with what counts today. Wherever an answer about a day is shown, each difference is said: what was known on
that day, and by whom and when it was changed.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import Asker, ComplianceItem, Learner, RequirementPeriod, RequirementType
from learners.policies.answers import answers
from learners.selectors.as_of import DATED
from training.core.names_then import NamesThen
from training.core.words import day as day_in_words
from training.core.words import moment

# Periods that count, or counted, on the day, and of which something was entered only after it.
TOLD_LATER = """
  valid_from <= %(today)s AND (coalesce(valid_to > %(today)s, true) OR ended_at >= %(over)s)
  AND (entered_at >= %(over)s OR overruled_at >= %(over)s OR ended_at >= %(over)s AND valid_to <= %(today)s)"""

# A thing to which a period refers may have been deleted since; then its name is null.
VERSIONS = f"""
{answers(DATED)}, asker AS (
  SELECT learner_id, role_id AS role, NULL::bigint AS area FROM somebody
   UNION
  SELECT learner_id, NULL, around_id FROM place JOIN lies_in USING (area_id)
), version AS (
  SELECT 'worker' AS kind, ARRAY[person.learner_id] AS people, p.learner_id AS thing, NULL::bigint AS place,
         to_jsonb(p) AS says
    FROM person JOIN learners_learnerperiod p ON p.learner_id = person.key WHERE {TOLD_LATER}
   UNION ALL
  SELECT 'place', ARRAY[person.learner_id], p.learner_id, p.area_id, to_jsonb(p)
    FROM person JOIN learners_learnerareaperiod p ON p.learner_id = person.key WHERE {TOLD_LATER}
   UNION ALL
  SELECT 'rule', array_agg(asker.learner_id), p.requirement_id, p.area_id, to_jsonb(p)
    FROM asker JOIN learners_requirementperiod p ON p.role_id = asker.role OR p.area_id = asker.area
   WHERE {TOLD_LATER} GROUP BY p.id
   UNION ALL
  SELECT 'area', array_agg(asker.learner_id), p.area_id, NULL, to_jsonb(p)
    FROM asker JOIN learners_areaperiod p ON p.area_id = asker.area WHERE {TOLD_LATER} GROUP BY p.id
)
SELECT kind, people, thing, place, says,
       (SELECT title FROM learners_role WHERE id = (says ->> 'role_id')::bigint),
       (SELECT name FROM training_company WHERE id = (says ->> 'company_id')::bigint),
       (SELECT name FROM learners_area WHERE id = (says ->> 'area_id')::bigint),
       (SELECT name FROM learners_area WHERE id = (says ->> 'parent_id')::bigint),
       (SELECT code FROM training_course WHERE id = (says ->> 'course_id')::bigint)
  FROM version ORDER BY (says ->> 'id')::bigint
"""  # noqa: S608  # words of this module, values are parameters


class Matter(StrEnum):
    """What a period of the dated history is about: `kind` in `VERSIONS`."""

    WORKER = "worker"
    PLACE = "place"  # that a worker works in an area
    RULE = "rule"
    AREA = "area"


class LaterEntry(StrEnum):
    """Which entry changed what counts: the beginning of the columns that say who made it and when."""

    ENTERED = "entered"
    ENDED = "ended"
    OVERRULED = "overruled"


# Which rule of which role or area is meant: what asks, its key, and the key of the course.
RuleKey = tuple[Asker, int, int]

# By matter, the columns whose changes are told, in that order.
FIELDS = {
    Matter.WORKER: ("status", "role_id", "company_id", "start_date", "end_date", "role_assigned_at"),
    Matter.PLACE: ("assigned_at",),
    Matter.RULE: ("requirement_type", "grace_period_days", "starts_on"),
    Matter.AREA: ("name", "parent_id"),
}


@dataclass(frozen=True, kw_only=True)
class Later:
    """One thing that was known differently on the day.

    Attributes:
        what: its name, such as "Status".
        was: what was known at the end of the day; None where nothing was.
        says: what counts about the day now; None where nothing does.
        by: the name that whoever entered the change had then; None where it is not known.
        at: when the change was entered.
    """

    what: str
    was: str | None
    says: str | None
    by: str | None
    at: dt.datetime

    @property
    def sentence(self) -> str:
        """The difference in words: “Status: Blocked on that day, now Active. Changed later, by Ana Ruiz, on …”."""
        words = {
            "what": self.what,
            "was": self.was,
            "says": self.says,
            "by": self.by or _("somebody who is not named"),
            "at": moment(timezone.localtime(self.at)),
        }
        if self.was is None:
            return _("%(what)s: %(says)s. Entered later, by %(by)s, on %(at)s.") % words
        if self.says is None:
            return _("%(what)s: %(was)s on that day. Taken out later, by %(by)s, on %(at)s.") % words
        return _("%(what)s: %(was)s on that day, now %(says)s. Changed later, by %(by)s, on %(at)s.") % words


@dataclass(frozen=True, kw_only=True)
class _Version:
    """A period that counts, or counted, on the day. Of the periods of one thing, each replaced the one before.

    Attributes:
        people: keys of the workers whom it concerns.
        says: its columns, as JSON.
    """

    kind: Matter
    people: Sequence[int]
    says: Mapping[str, Any]
    role: str | None
    company: str | None
    area: str | None
    around: str | None
    course: str | None

    def moment_of(self, column: str) -> dt.datetime | None:
        text = self.says[column]
        return dt.datetime.fromisoformat(text) if text else None

    def was_known(self, over: dt.datetime) -> bool:
        """Tell whether it had been entered by the end of the day, the moment `over`."""
        entered_at = self.moment_of("entered_at")
        return entered_at is None or entered_at < over

    def stands(self, on: dt.date) -> bool:
        """Tell whether it counts about the day now."""
        valid_to = self.says["valid_to"]
        return self.says["overruled_at"] is None and (valid_to is None or dt.date.fromisoformat(valid_to) > on)


@dataclass(frozen=True, kw_only=True)
class _Change:
    """A difference between what was known and what counts now; `column` is empty where one of both is missing."""

    known: _Version | None
    now: _Version | None
    column: str
    by: int | None
    at: dt.datetime


def changed_later(learner_ids: Collection[int], *, on: dt.date) -> dict[int, list[Later]]:
    """Return by worker what was known differently at the end of a day; two queries.

    Facts of the worker come first, then the areas of the worker, then changed rules and areas. A rule that was entered
    later is not among them: its own line says so (`rules_later`).

    Args:
        learner_ids: keys of survivors (L2); what stands under another badge of the person is theirs.
        on: a day before today.
    """
    over = _end_of(on)
    changes: dict[int, list[_Change]] = defaultdict(list)
    new: set[int] = set()  # workers of whom nothing was known: that they have areas is no further news
    for versions in _versions(learner_ids, on, over):
        one = versions[0]
        for change in _compared(versions, on, over):
            if change.known is None and one.kind is Matter.WORKER:
                new |= {*one.people}
            if (
                change.known is not None
                or one.kind is Matter.WORKER
                or (one.kind is Matter.PLACE and not new & {*one.people})
            ):
                for person in one.people:
                    changes[person].append(change)
    names = NamesThen({change.by for found in changes.values() for change in found if change.by})
    return {person: [_in_words(change, names) for change in found] for person, found in changes.items()}


def rules_later(items: Iterable[ComplianceItem], *, on: dt.date) -> set[RuleKey]:
    """Return those rules of as-of items that nobody had entered by the end of that day (C8); one query.

    Args:
        items: as `learners.selectors.as_of.items_as_of` returns them for that day.
    """
    asked = {(Asker(rule["source"]), rule["id"], item.course_id) for item in items for rule in item.rules}
    over = _end_of(on)
    versions = RequirementPeriod.objects.filter(
        Q(role__in={pk for source, pk, _course in asked if source == Asker.ROLE})
        | Q(area__in={pk for source, pk, _course in asked if source == Asker.AREA}),
        Q(valid_to=None) | Q(valid_to__gt=on) | Q(ended_at__gte=over),
        Q(overruled_at=None) | Q(overruled_at__gte=over),
        valid_from__lte=on,
    )
    known: dict[RuleKey, bool] = defaultdict(bool)
    for role, area, course, entered_at in versions.values_list("role_id", "area_id", "course_id", "entered_at"):
        known[Asker.ROLE if role else Asker.AREA, role or area, course] |= entered_at is None or entered_at < over
    return {rule for rule, is_known in known.items() if not is_known} & asked


def _end_of(on: dt.date) -> dt.datetime:
    """Return the first moment after a day, in the time zone of the site."""
    return timezone.make_aware(dt.datetime.combine(on + dt.timedelta(days=1), dt.time.min))


def _versions(learner_ids: Collection[int], on: dt.date, over: dt.datetime) -> list[list[_Version]]:
    """Return the versions about the day of each thing, in the order in which they were entered; one query."""
    asked = {"learners": list(learner_ids), "course": None, "today": on, "over": over, "zone": settings.TIME_ZONE}
    found: dict[tuple[object, ...], list[_Version]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, asked)
        for kind, people, thing, place, says, role, company, area, around, course in cursor.fetchall():
            found[kind, thing, place].append(
                _Version(
                    kind=Matter(kind),
                    people=people,
                    says=json.loads(says),
                    role=role,
                    company=company,
                    area=area,
                    around=around,
                    course=course,
                )
            )
    order = list(FIELDS)
    return sorted(found.values(), key=lambda versions: order.index(versions[0].kind))


def _compared(versions: Sequence[_Version], on: dt.date, over: dt.datetime) -> list[_Change]:
    """Return the differences between what was known of one thing at the end of a day and what counts now."""
    known = next((version for version in versions if version.was_known(over)), None)
    now = next((version for version in versions if version.stands(on)), None)
    if known is None and now is None:
        return []
    if known is None:
        return [_change(known, now, "", now, LaterEntry.ENTERED)]
    if now is None:
        last = versions[-1]
        return [_change(known, now, "", last, LaterEntry.OVERRULED if last.says["overruled_at"] else LaterEntry.ENDED)]
    changes = []
    for column in FIELDS[now.kind]:
        says = now.says[column]
        if known.says[column] != says:
            author = now
            for version in reversed(versions[: versions.index(now)]):  # find who was the first to enter this value
                if version is known or version.says[column] != says:
                    break
                author = version
            changes.append(_change(known, now, column, author, LaterEntry.ENTERED))
    return changes


def _change(known: _Version | None, now: _Version | None, column: str, author: Any, entry: LaterEntry) -> _Change:
    return _Change(
        known=known, now=now, column=column, by=author.says[f"{entry}_by_id"], at=author.moment_of(f"{entry}_at")
    )


# In words


def _in_words(change: _Change, names: NamesThen) -> Later:
    one: Any = change.now or change.known
    return Later(
        what=_thing(one, change.column),
        was=_value(change.known, change.column) if change.known else None,
        says=_value(change.now, change.column) if change.now else None,
        by=names.at(change.by, change.at) if change.by else None,
        at=change.at,
    )


def _thing(version: _Version, column: str) -> str:
    """Return the name of what has changed."""
    if version.kind is Matter.WORKER:
        return {
            "": _("Worker"),
            "status": _("Status"),
            "role_id": _("Role"),
            "company_id": _("Employer"),
            "start_date": _("Start date"),
            "end_date": _("End date"),
            "role_assigned_at": _("Role counts from"),
        }[column]
    area = version.area or _("deleted area")
    if version.kind is not Matter.RULE:
        return _("Area %(name)s") % {"name": area}
    course = version.course or _("deleted course")
    if version.says["role_id"]:
        return _("%(course)s, required by the %(role)s role") % {"course": course, "role": _role(version)}
    return _("%(course)s, required by the area %(area)s") % {"course": course, "area": area}


def _value(version: _Version, column: str) -> str:
    """Return the value of a column in words; with an empty column, what the version says as a whole."""
    says = version.says
    if not column:
        return _whole(version)
    words = {
        "status": lambda: str(Learner.Status(says["status"]).label),
        "role_id": lambda: _role(version),
        "company_id": lambda: version.company or _("deleted company"),
        "name": lambda: str(says["name"]),
        "parent_id": lambda: _around(version),
        "requirement_type": lambda: _asks(says["requirement_type"]),
        "grace_period_days": lambda: _("days of grace: %(days)s") % {"days": says["grace_period_days"] or _("none")},
    }
    return words[column]() if column in words else _day(says[column])


def _whole(version: _Version) -> str:
    if version.kind is Matter.WORKER:
        return ", ".join(_value(version, column) for column in ("status", "role_id", "company_id"))
    if version.kind is Matter.PLACE:
        return _("since %(day)s") % {"day": _day(version.says["assigned_at"])}
    if version.kind is Matter.RULE:
        return _asks(version.says["requirement_type"])
    return str(version.says["name"])


def _role(version: _Version) -> str:
    return version.role or _("deleted role")


def _around(version: _Version) -> str:
    if version.says["parent_id"] is None:
        return _("inside no other")
    return _("inside %(area)s") % {"area": version.around or _("deleted area")}


def _asks(requirement_type: str) -> str:
    return _("before site access") if requirement_type == RequirementType.PRE_MOB else _("within days of grace")


def _day(text: str | None) -> str:
    return day_in_words(dt.date.fromisoformat(text)) if text else _("none")
