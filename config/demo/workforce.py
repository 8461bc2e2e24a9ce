"""Writes the people of the demo site as workers, with a dated history of who was what when (C8)."""

from collections import defaultdict
from datetime import date

from django.contrib.auth.models import User

from config.demo.library import Library
from config.demo.people import Person
from learners.models import Learner, LearnerArea
from learners.services.effective import effective_on


def write_workforce(people: list[Person], library: Library, *, by: User) -> list[Learner]:
    """Write everybody as they came to the site, then what changed since; return them in the order of `people`."""
    learners = [
        Learner(
            badge_id=person.badge,
            first_name=person.first_name,
            last_name=person.last_name,
            start_date=person.start,
            end_date=person.end,
            company=library.companies[person.company_on(person.start)],
            role=library.roles[person.role_on(person.start)],
            role_assigned_at=person.start,
            created_by=by,
            updated_by=by,
        )
        for person in people
    ]
    Learner.objects.bulk_create(learners)
    LearnerArea.objects.bulk_create(
        LearnerArea(learner=learner, area=library.areas[name], assigned_at=assigned)
        for person, learner in zip(people, learners, strict=True)
        for name, assigned in person.areas
    )
    _write_supervisors(people, learners)
    _write_changes(people, learners, library)
    return learners


def _write_supervisors(people: list[Person], learners: list[Learner]) -> None:
    by_badge = {learner.badge_id: learner for learner in learners}
    supervised = []
    for person, learner in zip(people, learners, strict=True):
        if person.supervisor:
            learner.supervisor = by_badge[person.supervisor.badge]
            supervised.append(learner)
    Learner.objects.bulk_update(supervised, ["supervisor"])


def _write_changes(people: list[Person], learners: list[Learner], library: Library) -> None:
    """Write new roles, employers and statuses, day by day, each from its own day on."""
    changes: defaultdict[date, list[Learner]] = defaultdict(list)
    for person, learner in zip(people, learners, strict=True):
        if person.before:
            changes[person.before.until].append(learner)
        if person.status != Learner.Status.ACTIVE:
            changes[person.status_since].append(learner)
    now = {learner.pk: person for person, learner in zip(people, learners, strict=True)}
    for day, changed in sorted(changes.items()):
        for learner in changed:
            person = now[learner.pk]
            learner.company = library.companies[person.company_on(day)]
            learner.role = library.roles[person.role_on(day)]
            learner.role_assigned_at = person.role_since if day >= person.role_since else person.start
            learner.status = person.status if day >= person.status_since else Learner.Status.ACTIVE
        with effective_on(day):
            Learner.objects.bulk_update(changed, ["company", "role", "role_assigned_at", "status"])
