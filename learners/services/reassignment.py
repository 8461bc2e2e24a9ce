"""Another role or area for many workers at once: all of them or none. Their answers follow at once (C6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learners.models import Area, Learner, LearnerArea, Role
from learners.services.compliance import recalculate
from learners.services.requirements import lock_rules_to_apply
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, Invalid
from training.core.transactions import acting


@dataclass(frozen=True, kw_only=True)
class Reassigned:
    """How many workers were changed, and how many had the role or area already."""

    changed: int
    unchanged: int


class WorkersGone(Conflict):
    """Some of the chosen workers were merged into others since they were chosen, or never existed (409)."""


def give_role(*, learner_ids: Iterable[int], role_id: int, assigned_at: date, by: User, now: datetime) -> Reassigned:
    """Give workers a role; those who have it already keep their day of assignment.

    Args:
        assigned_at: the day from which the role counts for the others; not in the future.

    Raises:
        NotPermitted: the person may not do this.
        Invalid: the role is gone, or the day lies in the future.
        WorkersGone: nobody gets it.
    """
    check_may(by, Permission.KEEP_WORKERS)
    _check_not_in_the_future(assigned_at, now=now)
    with acting(by):
        lock_rules_to_apply()
        if not Role.objects.filter(pk=role_id).exists():
            message = _("This role does not exist any more. Choose another one.")
            raise Invalid.of_fields({"role": [message]})
        learners = _lock(learner_ids)
        changing = [learner.pk for learner in learners if learner.role_id != role_id]
        Learner.objects.filter(pk__in=changing).update(
            role_id=role_id, role_assigned_at=assigned_at, updated_at=now, updated_by=by
        )
        return _judged_anew(changing, among=learners, now=now)


def add_to_area(*, learner_ids: Iterable[int], area_id: int, assigned_at: date, by: User, now: datetime) -> Reassigned:
    """Assign workers to an area; those who are there already keep their day of assignment.

    Args:
        assigned_at: the day from which the others are assigned to it; not in the future.

    Raises:
        NotPermitted: the person may not do this.
        Invalid: the area is gone, or the day lies in the future.
        WorkersGone: nobody is added.
    """
    check_may(by, Permission.KEEP_WORKERS)
    _check_not_in_the_future(assigned_at, now=now)
    with acting(by):
        lock_rules_to_apply()
        if not Area.objects.filter(pk=area_id).exists():
            message = _("This area does not exist any more. Choose another one.")
            raise Invalid.of_fields({"area": [message]})
        learners = _lock(learner_ids)
        there = _there(area_id, learners)
        coming = [learner.pk for learner in learners if learner.pk not in there]
        LearnerArea.objects.bulk_create(
            LearnerArea(learner_id=learner_id, area_id=area_id, assigned_at=assigned_at) for learner_id in coming
        )
        return _judged_anew(coming, among=learners, now=now)


def remove_from_area(*, learner_ids: Iterable[int], area_id: int, by: User, now: datetime) -> Reassigned:
    """Take workers out of an area; assignments to areas inside it stay.

    Raises:
        NotPermitted: the person may not do this.
        WorkersGone: nobody is taken out.
    """
    check_may(by, Permission.KEEP_WORKERS)
    with acting(by):
        lock_rules_to_apply()
        learners = _lock(learner_ids)
        leaving = sorted(_there(area_id, learners))
        LearnerArea.objects.filter(area_id=area_id, learner__in=leaving).delete()
        return _judged_anew(leaving, among=learners, now=now)


def _check_not_in_the_future(assigned_at: date, *, now: datetime) -> None:
    if assigned_at > timezone.localdate(now):
        message = _("The day of assignment cannot lie in the future.")
        raise Invalid.of_fields({"assigned_at": [message]})


def _lock(learner_ids: Iterable[int]) -> list[Learner]:
    """Lock the chosen workers in the order of their keys, and return them.

    Raises:
        WorkersGone: one of them was merged into another one, or does not exist.
    """
    wanted = set(learner_ids)
    learners = list(Learner.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))
    merged = [learner.badge_id for learner in learners if learner.merged_into_id is not None]
    if merged:
        raise WorkersGone(
            _("Nothing is saved: these badges were merged into others: %(badges)s. Choose the workers again.")
            % {"badges": ", ".join(merged)}
        )
    missing = len(wanted) - len(learners)
    if missing:
        text = ngettext(
            "Nothing is saved: %(count)d of the chosen workers does not exist. Choose the workers again.",
            "Nothing is saved: %(count)d of the chosen workers do not exist. Choose the workers again.",
            missing,
        )
        raise WorkersGone(text % {"count": missing})
    return learners


def _there(area_id: int, learners: Iterable[Learner]) -> set[int]:
    """Return the keys of those who are assigned to the area itself."""
    links = LearnerArea.objects.filter(area_id=area_id, learner__in=learners)
    return set(links.values_list("learner_id", flat=True))


def _judged_anew(learner_ids: list[int], *, among: list[Learner], now: datetime) -> Reassigned:
    recalculate(learner_ids=learner_ids, today=timezone.localdate(now), now=now)
    return Reassigned(changed=len(learner_ids), unchanged=len(among) - len(learner_ids))
