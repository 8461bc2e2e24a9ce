"""C6: on generated sites a preview says what the rules say by the letter, and what is saved turns exactly those.

The oracle of compliance_oracle.py judges the site as it is and as it would be; the preview must tell the difference.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from learners.models import Learner
from learners.policies.outcome import Outcome
from learners.services.compliance import recalculate
from learners.services.preview import carry_out, try_out
from learners.services.reassignment import add_to_area, give_role, remove_from_area
from learners.services.requirements import delete_requirement, save_area, save_requirement
from tests.factories.training import UserFactory
from tests.learners.services.compliance_oracle import Rule, Site, answer_of, items_of
from tests.learners.services.test_compliance_properties import (
    AREAS,
    COURSES,
    ROLES,
    Built,
    Ground,
    agrees,
    days,
    examples,
    maybe_grace,
    sites,
)
from training.core.groups import SUPERVISORS

pytestmark = pytest.mark.django_db

Call = Callable[..., Any]


@dataclass(frozen=True)
class Changed:
    """A site as it would be, and the service that makes it so, with its arguments."""

    site: Site
    service: Call
    arguments: Mapping[str, Any]


@st.composite
def requirements(draw: st.DrawFn) -> tuple[str, Any]:
    source = draw(st.sampled_from(["role", "area"]))
    asker = draw(st.integers(0, (ROLES if source == "role" else AREAS) - 1))
    rule = Rule(source, asker, draw(st.integers(0, COURSES - 1)), grace=draw(maybe_grace), starts_on=draw(days))
    return draw(st.sampled_from(["save", "save", "remove"])), rule


changes = (
    requirements()
    | st.tuples(st.just("move"), st.tuples(st.integers(0, AREAS - 1), st.none() | st.integers(0, AREAS - 1)))
    | st.tuples(st.just("role"), st.tuples(st.integers(0, ROLES - 1), days))
    | st.tuples(st.sampled_from(["join", "leave"]), st.tuples(st.integers(0, AREAS - 1), days))
)


def changed(site: Site, here: Built, ground: Ground, change: tuple[str, Any], today: date) -> Changed | None:
    """Return a change by the letter and as a call; None where it cannot be asked for."""
    kind, what = change
    if kind in ("save", "remove"):
        return _other_rule(site, here, ground, what, is_saved=kind == "save")
    if kind == "move":
        return _moved(site, here, *what)
    number, day = what
    return _reassigned(site, here, kind, number, min(day, today))


def _other_rule(site: Site, here: Built, ground: Ground, rule: Rule, *, is_saved: bool) -> Changed | None:
    others = [each for each in site.rules if (each.source, each.asker, each.course) != _key(rule)]
    asker = (here.roles if rule.source == "role" else here.areas)[rule.asker]
    about = {"asker": asker, "course_id": ground.course_pk(rule.course)}
    if is_saved:
        kind = "PRE_MOB" if rule.grace is None else "POST_MOB"
        asked = {"requirement_type": kind, "grace_period_days": rule.grace, "starts_on": rule.starts_on}
        return Changed(replace(site, rules=[*others, rule]), save_requirement, {**about, **asked})
    if len(others) == len(site.rules):
        return None  # it is not asked
    return Changed(replace(site, rules=others), delete_requirement, about)


def _key(rule: Rule) -> tuple[str, int, int]:
    return rule.source, rule.asker, rule.course


def _moved(site: Site, here: Built, number: int, parent: int | None) -> Changed | None:
    around = parent
    while around is not None:
        if around == number:
            return None  # it would lie inside itself
        around = site.parents[around]
    parents = [parent if each == number else before for each, before in enumerate(site.parents)]
    area = here.areas[number]
    area.parent = None if parent is None else here.areas[parent]
    return Changed(replace(site, parents=parents), save_area, {"area": area})


def _reassigned(site: Site, here: Built, kind: str, number: int, day: date) -> Changed:
    """Give everybody who is not merged away a role or an area, or take the area away."""
    learners = zip(site.people, here.learners, strict=True)
    who = {"learner_ids": [learner.pk for person, learner in learners if person.merged_into is None]}
    people = []
    for person in site.people:
        areas = dict(person.areas)
        if person.merged_into is not None:
            other = person
        elif kind == "role":
            other = person if person.role == number else replace(person, role=number, role_assigned_at=day)
        elif kind == "join":
            other = replace(person, areas=list({number: day, **areas}.items()))
        else:
            other = replace(person, areas=[each for each in person.areas if each[0] != number])
        people.append(other)
    after = replace(site, people=people)
    if kind == "role":
        return Changed(after, give_role, {**who, "role_id": here.roles[number].pk, "assigned_at": day})
    area = {"area_id": here.areas[number].pk}
    if kind == "join":
        return Changed(after, add_to_area, {**who, **area, "assigned_at": day})
    return Changed(after, remove_from_area, {**who, **area})


def by_the_letter(before: Site, after: Site, learners: Sequence[Learner], ground: Ground, today: date) -> list[Any]:
    """Return who turns from what to what, and which courses, as the oracle says."""
    found: list[Any] = []
    for learner, was, would_be in zip(learners, before.people, after.people, strict=True):
        old = {course: item.status for course, item in items_of(was, before, today).items()}
        new = {course: item.status for course, item in items_of(would_be, after, today).items()}
        statuses = answer_of(was, before, today).status, answer_of(would_be, after, today).status
        courses = sorted(
            (ground.course_pk(course), old.get(course), new.get(course))
            for course in old.keys() | new.keys()
            if old.get(course) != new.get(course)
        )
        if courses or statuses[0] != statuses[1]:
            found.append((learner.pk, *statuses, courses))
    return found


def told(outcome: Outcome) -> list[Any]:
    return [
        (turn.learner_id, turn.before, turn.after, [tuple(each) for each in turn.courses]) for turn in outcome.turns
    ]


def test_c6_a_preview_says_what_the_rules_say_and_what_is_saved_turns_exactly_those(long: bool) -> None:
    ground, by = Ground(), UserFactory(groups=[SUPERVISORS])

    @examples(50, 3_000, long=long)
    @given(sites(), days, changes)
    def check(site: Site, today: date, change: tuple[str, Any]) -> None:
        now = datetime.combine(today, time(12), tzinfo=UTC)
        with ground.built(site) as here:
            recalculate(learner_ids=[learner.pk for learner in here.learners], today=today, now=now)
            then = changed(site, here, ground, change, today)
            if then is None:
                return
            note(f"{today}: {change}")
            call = partial(then.service, **then.arguments, by=by, now=now)
            outcome = try_out(call, today=today)
            assert told(outcome) == by_the_letter(site, then.site, here.learners, ground, today)
            agrees(here, site, today)
            carry_out(call, seen=outcome.fingerprint, today=today)
            agrees(here, then.site, today)

    check()
