"""Workers, and what their answers depend on: role, areas, status and dates."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import Area, Learner, LearnerArea
from learners.services.compliance import recalculate
from learners.services.requirements import lock_rules_to_apply
from training.permissions import Permission, check_may
from training.refusals import Invalid, Refusal, check_fields, database_refusals


class LearnerFacts(TypedDict, total=False):
    """What is known about a worker, by field of `Learner`. What is left out stays as it is."""

    badge_id: str
    first_name: str
    last_name: str
    email: str
    phone: str
    status: str
    start_date: date
    end_date: date | None
    company_id: int
    role_id: int
    role_assigned_at: date
    supervisor_id: int | None


class LearnerNotFound(Refusal):
    """There is no such worker (404)."""

    status = 404


class UnknownArea(Invalid):
    """An area does not exist (400)."""


def lock_learner(*, learner_id: int) -> Learner:
    """Lock one worker against every other writer of them and of their answers.

    Raises:
        LearnerNotFound: there is no such worker.
    """
    learner = Learner.objects.select_for_update(no_key=True).filter(pk=learner_id).first()
    if learner is None:
        raise LearnerNotFound(_("There is no such worker."))
    return learner


def create_learner(*, facts: LearnerFacts, by: User, now: datetime) -> Learner:
    """Add a worker; what the role asks for is judged at once (C6).

    Args:
        facts: at least badge, a name, start date, company and role. The role counts from the start date unless
            `role_assigned_at` says otherwise.

    Raises:
        NotPermitted: not granted.
        Invalid: a field breaks its rule, or the badge belongs to somebody.
    """
    check_may(by, Permission.KEEP_WORKERS)
    learner = Learner(created_by=by)
    with database_refusals(), transaction.atomic():
        lock_rules_to_apply()
        if "start_date" in facts:
            learner.role_assigned_at = facts["start_date"]
        _write(learner, facts, by=by)
        _judge_anew(learner, now=now)
    return learner


def change_learner(*, learner_id: int, facts: LearnerFacts, by: User, now: datetime) -> Learner:
    """Change what is known about a worker; the answers follow at once (C6), dated history too (C8).

    A new role counts from today unless `role_assigned_at` says otherwise. Whoever returns gets a new start date, from
    which grace periods count (L3).

    Raises:
        NotPermitted: not granted.
        LearnerNotFound: there is no such worker.
        Invalid: a field breaks its rule, or the badge belongs to somebody else.
    """
    check_may(by, Permission.KEEP_WORKERS)
    with database_refusals(), transaction.atomic():
        lock_rules_to_apply()
        learner = lock_learner(learner_id=learner_id)
        if facts.get("role_id", learner.role_id) != learner.role_id:
            learner.role_assigned_at = timezone.localdate(now)
        _write(learner, facts, by=by)
        _judge_anew(learner, now=now)
    return learner


def set_areas(*, learner_id: int, areas: Mapping[int, date], by: User, now: datetime) -> None:
    """Say where a worker works; the answers follow at once (C6), dated history too (C8).

    Args:
        areas: key of each area, with the day since which the worker is assigned to it. Areas left out are ended.

    Raises:
        NotPermitted: not granted.
        LearnerNotFound: there is no such worker.
        UnknownArea: an area does not exist.
    """
    check_may(by, Permission.KEEP_WORKERS)
    with database_refusals(), transaction.atomic():
        lock_rules_to_apply()
        learner = lock_learner(learner_id=learner_id)
        if Area.objects.filter(pk__in=areas).count() != len(areas):
            message = _("One of these areas does not exist any more. Reload the page and choose again.")
            raise UnknownArea(message, errors={"areas": [message]})
        links = LearnerArea.objects.filter(learner=learner)
        links.exclude(area_id__in=areas).delete()
        before = {link.area_id: link for link in links}
        for area_id, assigned_at in sorted(areas.items()):
            link = before.get(area_id) or LearnerArea(learner=learner, area_id=area_id)
            if link.assigned_at != assigned_at:
                link.assigned_at = assigned_at
                link.save()
        _judge_anew(learner, now=now)


def _write(learner: Learner, facts: LearnerFacts, *, by: User) -> None:
    for field, value in facts.items():
        setattr(learner, field, value.strip() if isinstance(value, str) else value)
    learner.updated_by = by
    check_fields(learner)
    learner.save()


def _judge_anew(learner: Learner, *, now: datetime) -> None:
    """Bring the worker's answers up to date, in the database and on the object in hand."""
    recalculate(learner_ids=[learner.pk], today=timezone.localdate(now), now=now)
    learner.refresh_from_db(fields=["compliance_status", "compliance_holds_until", "compliance_updated_at"])
