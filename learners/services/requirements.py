"""Roles, areas and what they require. A change brings the answers of exactly those whom it concerns up to date (C6).

Changes of the rules, and changes of the workers to whom they apply, exclude each other. The former take
`lock_rules_to_change`, the latter (such as `learners.services.learners`) `lock_rules_to_apply`, always before any
worker is locked. Without that, each side could miss what the other has not committed yet, and a worker would keep an
answer by rules that do not apply any more.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import ProtectedError, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learners.models import Area, AreaRequirement, Learner, LearnerArea, Role, RoleRequirement
from learners.selectors.learners import with_areas_inside
from learners.services.compliance import recalculate
from training.core.edits import check_unchanged
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, Invalid, NotFound, check_fields
from training.core.transactions import acting
from training.services.courses import lock_course

RULES_LOCK = 5_190_601  # the number of the advisory lock, which nothing else in the application uses


class RoleInUse(Conflict):
    """Workers have the role, or attendance lists refer to it (409)."""


class AreaInUse(Conflict):
    """Other areas lie in the area, or workers are assigned to it (409)."""


def lock_rules_to_change() -> None:
    """Wait until nobody applies or changes the rules, and make others wait until this transaction ends."""
    _lock_rules("SELECT pg_advisory_xact_lock(%s)")


def lock_rules_to_apply() -> None:
    """Keep the rules from being changed until this transaction ends; others may apply them at the same time."""
    _lock_rules("SELECT pg_advisory_xact_lock_shared(%s)")


def _lock_rules(statement: str) -> None:
    assert connection.in_atomic_block, "a lock ends with its transaction"  # noqa: S101  # programming error
    with connection.cursor() as cursor:
        cursor.execute(statement, [RULES_LOCK])


# Requirements


def save_requirement(
    *,
    asker: Role | Area,
    course_id: int,
    requirement_type: str,
    starts_on: date,
    grace_period_days: int | None = None,
    by: User,
    now: datetime,
    loaded: datetime | None = None,
) -> RoleRequirement | AreaRequirement:
    """Add or change the requirement of a course by a role or an area, and judge the workers concerned anew.

    Args:
        requirement_type: one of `RequirementType`.
        starts_on: the day from which the course is required.
        grace_period_days: 1 to 365 for POST_MOB, None for PRE_MOB.
        loaded: `updated_at` of the requirement when the person loaded it; None does not ask.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such course.
        Stale: somebody else was faster.
        Invalid: a field breaks its rule.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        lock_rules_to_change()
        lock_course(course_id=course_id)
        requirement = _requirements(asker).filter(course_id=course_id).first() or _new_requirement(asker, by)
        check_unchanged(requirement, loaded)
        requirement.course_id = course_id
        requirement.requirement_type = requirement_type
        requirement.grace_period_days = grace_period_days
        requirement.starts_on = starts_on
        requirement.updated_by = by
        check_fields(requirement)
        requirement.save()
        _judge_anew(_learners_under(asker), course_id=course_id, now=now)
        return requirement


def delete_requirement(*, asker: Role | Area, course_id: int, by: User, now: datetime) -> None:
    """Delete the requirement of a course by a role or an area, and judge the workers concerned anew.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: the role or area does not require the course.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        lock_rules_to_change()
        deleted, _per_model = _requirements(asker).filter(course_id=course_id).delete()
        if not deleted:
            raise NotFound(_("%(asker)s no longer requires this course.") % {"asker": asker})
        _judge_anew(_learners_under(asker), course_id=course_id, now=now)


# Roles and areas


def save_role(*, role: Role, by: User, now: datetime, loaded: datetime | None = None) -> Role:
    """Save a new or changed role, and write its title into the answers that it is the reason for.

    Args:
        loaded: `updated_at` of the role when the person loaded it; None does not ask.

    Raises:
        NotPermitted: the person may not do this.
        Stale: somebody else was faster.
        Invalid: a field breaks its rule.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        lock_rules_to_change()
        _save(role, by, loaded)
        _judge_anew(_learners_under(role), now=now)
    return role


def delete_role(*, role_id: int, by: User) -> None:
    """Delete a role that nobody has or had, with its requirements.

    Raises:
        NotPermitted: the person may not do this.
        RoleInUse: workers have it, or had it when they attended a session.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        lock_rules_to_change()
        count = Learner.objects.filter(role_id=role_id).count()
        if count:
            raise RoleInUse(
                ngettext(
                    "This role cannot be deleted: %(count)d worker has it. Give that worker another role first.",
                    "This role cannot be deleted: %(count)d workers have it. Give them another role first.",
                    count,
                )
                % {"count": count}
            )
        try:
            Role.objects.filter(pk=role_id).delete()
        except ProtectedError as error:
            raise RoleInUse(_("This role cannot be deleted: attendance lists name it.")) from error


def save_area(*, area: Area, by: User, now: datetime, loaded: datetime | None = None) -> Area:
    """Save a new or changed area, and judge everybody who works in it or inside it by its new place.

    Args:
        loaded: `updated_at` of the area when the person loaded it; None does not ask.

    Raises:
        NotPermitted: the person may not do this.
        Stale: somebody else was faster.
        Invalid: a field breaks its rule, or the area would lie inside itself.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        lock_rules_to_change()
        if area.pk and area.parent_id in with_areas_inside(area.pk):
            message = _("An area cannot be part of itself. Choose another one, or none.")
            raise Invalid.of_fields({"parent": [message]})
        _save(area, by, loaded)
        _judge_anew(_learners_under(area), now=now)
    return area


def delete_area(*, area_id: int, by: User) -> None:
    """Delete an area in which no other area lies and nobody works, with its requirements.

    Raises:
        NotPermitted: the person may not do this.
        AreaInUse: areas lie in it, or workers are assigned to it.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        lock_rules_to_change()
        inside = Area.objects.filter(parent_id=area_id).order_by("name").first()
        if inside is not None:
            raise AreaInUse(
                _("This area cannot be deleted: %(inside)s is part of it. Move that one first.") % {"inside": inside}
            )
        count = LearnerArea.objects.filter(area_id=area_id).count()
        if count:
            raise AreaInUse(
                ngettext(
                    "This area cannot be deleted: %(count)d worker works there. Take that worker out of it first.",
                    "This area cannot be deleted: %(count)d workers work there. Take them out of it first.",
                    count,
                )
                % {"count": count}
            )
        Area.objects.filter(pk=area_id).delete()


def _save(thing: Role | Area, by: User, loaded: datetime | None) -> None:
    if thing.pk is None:
        thing.created_by = by
    elif loaded is not None:
        check_unchanged(type(thing)._default_manager.get(pk=thing.pk), loaded)
    thing.updated_by = by
    check_fields(thing)
    thing.save()


def _requirements(asker: Role | Area) -> QuerySet[RoleRequirement] | QuerySet[AreaRequirement]:
    if isinstance(asker, Role):
        return RoleRequirement.objects.filter(role=asker)
    return AreaRequirement.objects.filter(area=asker)


def _new_requirement(asker: Role | Area, by: User) -> RoleRequirement | AreaRequirement:
    if isinstance(asker, Role):
        return RoleRequirement(role=asker, created_by=by)
    return AreaRequirement(area=asker, created_by=by)


def _learners_under(asker: Role | Area) -> Iterable[int]:
    """Return the keys of the workers to whom the rules of a role or an area apply (C1), without merged badges."""
    if isinstance(asker, Role):
        return Learner.objects.filter(role=asker, merged_into__isnull=True).values_list("pk", flat=True)
    links = LearnerArea.objects.filter(area__in=with_areas_inside(asker.pk), learner__merged_into__isnull=True)
    return links.values_list("learner_id", flat=True)


def _judge_anew(learner_ids: Iterable[int], *, now: datetime, course_id: int | None = None) -> None:
    recalculate(learner_ids=learner_ids, course_id=course_id, today=timezone.localdate(now), now=now)
