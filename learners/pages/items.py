"""What a worker must have, and why: the winning rule and where it comes from, the losing rules, the proof (C5)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from learners.models import Area, Asker, ComplianceItem, Learner, LearnerArea, RequirementType, TrainingRecord
from learners.pages.later import RuleKey, rules_later
from learners.policies.standing import ItemStanding, standing_of_item
from learners.selectors.as_of import items_as_of, ways_as_of
from training.core.words import day
from training.models import Course
from training.selectors.courses import course_title


@dataclass(frozen=True)
class Rule:
    """A rule that requires a course, in words: where it comes from, and when the course must be held.

    On another day the latter also says if nobody had entered the rule by then (C8).
    """

    source: str
    asks: str


@dataclass(frozen=True)
class ItemLine:
    """One required course of a worker with the answer and the reasons (C5): the winning rule, then the losing ones."""

    item: ComplianceItem
    course_title: str
    standing: ItemStanding
    rule: Rule | None
    other_rules: Sequence[Rule]


def item_lines(learner: Learner, *, today: date, warning_days: int) -> list[ItemLine]:
    """Return what is required of a worker, the worst first, each with its proof."""
    return item_lines_of([learner.pk], today=today, warning_days=warning_days)[learner.pk]


def item_lines_of(learner_ids: Collection[int], *, today: date, warning_days: int) -> dict[int, list[ItemLine]]:
    """Return by worker what `item_lines` returns, in three queries; the keys are those of survivors (L2)."""
    stored = (
        ComplianceItem.objects.filter(learner__in=learner_ids)
        .select_related("course", "proof")
        .annotate(course_title=course_title())
    )
    items: dict[int, list[ComplianceItem]] = {learner_id: [] for learner_id in learner_ids}
    titles: dict[int, str] = {}
    for item in stored:
        items[item.learner_id].append(item)
        titles[item.course_id] = item.course_title
    ways = _ways(learner_ids)
    return {
        learner_id: _lines(asked, titles, ways[learner_id], today=today, warning_days=warning_days)
        for learner_id, asked in items.items()
    }


def item_lines_as_of(learner: Learner, *, on: date, warning_days: int) -> list[ItemLine]:
    """Return what was required of a worker on a day, the worst first, each with its proof of that day (C8)."""
    return item_lines_of_many_as_of([learner.pk], on=on, warning_days=warning_days)[learner.pk]


def item_lines_of_many_as_of(learner_ids: Collection[int], *, on: date, warning_days: int) -> dict[int, list[ItemLine]]:
    """Return by worker what `item_lines_as_of` returns, in five queries; the keys are those of survivors (L2)."""
    found = items_as_of(learner_ids, on=on)
    wanted = Course.objects.filter(pk__in={item.course_id for item in found})
    courses = wanted.annotate(course_title=course_title("pk")).in_bulk()
    proofs = TrainingRecord.objects.in_bulk({item.proof_id for item in found if item.proof_id})
    items: dict[int, list[ComplianceItem]] = {learner_id: [] for learner_id in learner_ids}
    for item in found:
        item.course = courses[item.course_id]
        item.proof = proofs[item.proof_id] if item.proof_id else None
        items[item.learner_id].append(item)
    titles = {pk: course.course_title for pk, course in courses.items()}
    ways = ways_as_of(learner_ids, on=on)
    later = rules_later(found, on=on)
    return {
        learner_id: _lines(asked, titles, ways.get(learner_id, {}), later, today=on, warning_days=warning_days)
        for learner_id, asked in items.items()
    }


def _lines(
    items: Iterable[ComplianceItem],
    titles: Mapping[int, str],
    ways: Mapping[int, str],
    later: Collection[RuleKey] = (),
    *,
    today: date,
    warning_days: int,
) -> list[ItemLine]:
    lines = []
    for item in items:
        rules = [
            _rule(rule, ways, is_later=(rule["source"], rule["id"], item.course_id) in later) for rule in item.rules
        ]
        lines.append(
            ItemLine(
                item=item,
                course_title=titles[item.course_id],
                standing=standing_of_item(item, today, warning_days),
                rule=rules[0] if rules else None,
                other_rules=rules[1:],
            )
        )
    return sorted(lines, key=lambda line: (line.standing.order, line.item.course.code))


def _ways(learner_ids: Collection[int]) -> dict[int, dict[int, str]]:
    """Return by worker and outer area the name of the worker's own area inside it, in two queries."""
    areas = {area.pk: area for area in Area.objects.all()}
    ways: dict[int, dict[int, str]] = defaultdict(dict)
    places = LearnerArea.objects.filter(learner__in=learner_ids).order_by("area__name")
    for learner_id, own in places.values_list("learner", "area"):
        around = areas[own].parent_id
        while around is not None:
            ways[learner_id].setdefault(around, areas[own].name)
            around = areas[around].parent_id
    return ways


def _rule(stored: dict, ways: Mapping[int, str], *, is_later: bool) -> Rule:
    """Return a stored rule in words.

    Args:
        stored: as `learners.policies.answers` writes it.
        ways: by outer area, the name of the worker's own area inside it.
        is_later: on another day, nobody had entered the rule by then.
    """
    if stored["source"] == Asker.ROLE:
        source = _("%(name)s role") % {"name": stored["label"]}
    elif way := ways.get(stored["id"]):
        source = _("Area %(inside)s ← %(name)s") % {"inside": way, "name": stored["label"]}
    else:
        source = _("Area %(name)s") % {"name": stored["label"]}
    if stored["type"] == RequirementType.PRE_MOB:
        asks = _("before site access")
    else:
        by = day(date.fromisoformat(stored["due"]))
        asks = _("within %(days)d days, by %(day)s") % {"days": stored["grace"], "day": by}
    if is_later:
        asks = _("%(asks)s, entered later") % {"asks": asks}
    return Rule(source, asks)
