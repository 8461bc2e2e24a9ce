"""Creating and changing workers: badge, role, areas, employer and dates. For status: `learners.services.statuses`."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TypedDict

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import Area, Learner, LearnerArea, LearnerPeriod
from learners.policies.workers import (
    check_departure,
    check_not_merged,
    check_status_reason,
    check_version,
    has_left,
    last_day_has_passed,
)
from learners.services.compliance import recalculate
from learners.services.effective import badge_was_mistyped, effective_on
from learners.services.identity import check_badge, check_is_meant, check_names, write_numbers
from learners.services.locks import lock_people
from learners.services.requirements import lock_rules_to_apply
from training.core.permissions import Permission, check_may, may
from training.core.refusals import Invalid, check_fields, check_found
from training.core.sameness import shown_text
from training.core.transactions import acting


class LearnerFacts(TypedDict, total=False):
    """What is known about a worker, by field of `Learner`. A field that is left out stays as it is."""

    badge_id: str
    first_name: str
    last_name: str
    other_name: str
    email: str
    phone: str
    status: str
    status_reason: str
    start_date: date
    end_date: date | None
    company_id: int
    role_id: int
    role_assigned_at: date
    supervisor_id: int | None


class UnknownArea(Invalid):
    """One of the areas does not exist (400)."""


def lock_learner(*, learner_id: int) -> Learner:
    """Lock a worker and the worker's answers, and of a merged one the survivor too; return the worker.

    Raises:
        NotFound: there is no such worker.
    """
    lock_people([learner_id])
    return check_found(Learner.objects.filter(pk=learner_id).first(), _("There is no such worker."))


def create_learner(
    *,
    facts: LearnerFacts,
    by: User,
    now: datetime,
    areas: Mapping[int, date] | None = None,
    numbers: Mapping[str, str] | None = None,
    confirmed: str | None = "",
) -> Learner:
    """Add a worker, and judge at once what role and areas require (C6).

    Args:
        facts: at least badge, a name, start date, company and role. The role counts from the start date unless
            `role_assigned_at` says otherwise.
        areas: by the key of each area, the day from which the worker is assigned to it.
        numbers: other numbers of the worker, by their kind (L4).
        confirmed: the word of the questions that the person confirmed (`training.core.questions`); None where nobody
            can be asked.

    Raises:
        NotPermitted: the person may not do this.
        Invalid: a field breaks its rule, the badge or a number is or was somebody's, or an area does not exist.
        ConfirmationNeeded: the badge looks like another one, or a worker of this employer has the same name (L4, 409).
    """
    check_may(by, Permission.KEEP_WORKERS)
    learner = Learner(created_by=by)
    with acting(by):
        lock_rules_to_apply()
        if "start_date" in facts:
            learner.role_assigned_at = facts["start_date"]
        write_facts(learner, facts, by=by, now=now, confirmed=confirmed)
        if areas:
            _write_areas(learner, areas)
        if numbers:
            write_numbers(learner, numbers, kinds=settings.WORKER_NUMBER_KINDS, by=by)
        judge_anew(learner, now=now)
    return learner


def edit_learner(
    *,
    learner_id: int,
    facts: LearnerFacts,
    by: User,
    now: datetime,
    areas: Mapping[int, date] | None = None,
    version: datetime | None = None,
    reason: str = "",
    numbers: Mapping[str, str] | None = None,
    confirmed: str | None = "",
) -> Learner:
    """Change what is known about a worker; answers (C6) and dated history (C8) follow at once.

    A new role counts from today unless `role_assigned_at` says otherwise. A new badge replaces the old one, which
    still finds the worker (L3). If the end date has passed, the worker is not active from the day after it (L3).
    Another status needs a reason.

    Args:
        areas: as for `set_areas`; None leaves them as they are.
        version: `updated_at` of the worker when the person loaded it; None does not ask.
        reason: why an end date lies before the last change of status, which only a superuser may enter (C8).
        numbers: other numbers by their kind (L4), an empty one to remove it; kinds that are left out stay.
        confirmed: as for `create_learner`.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such worker.
        MergedAway: the worker was merged into another one.
        Stale: somebody else was faster.
        DatedBack: the end date lies before the last change of status.
        Invalid: a field breaks its rule, the badge or a number is or was somebody else's, or an area does not exist.
        ConfirmationNeeded: the new badge looks like that of somebody else (L4, 409).
    """
    check_may(by, Permission.KEEP_WORKERS)
    with acting(by):
        lock_rules_to_apply()
        learner = lock_learner(learner_id=learner_id)
        check_not_merged(learner)
        check_version(learner, version)
        if facts.get("role_id", learner.role_id) != learner.role_id:
            learner.role_assigned_at = timezone.localdate(now)
        write_facts(learner, facts, by=by, now=now, reason=reason, confirmed=confirmed)
        if areas is not None:
            _write_areas(learner, areas)
        if numbers:
            write_numbers(learner, numbers, kinds=settings.WORKER_NUMBER_KINDS, by=by)
        judge_anew(learner, now=now)
    return learner


def set_areas(*, learner_id: int, areas: Mapping[int, date], by: User, now: datetime) -> None:
    """Set the areas of a worker; answers (C6) and dated history (C8) follow at once.

    Args:
        areas: by the key of each area, the day from which the worker is assigned to it. Assignments to other areas end.

    Raises:
        NotPermitted, NotFound, MergedAway: as `edit_learner`.
        UnknownArea: an area does not exist.
    """
    edit_learner(learner_id=learner_id, facts={}, areas=areas, by=by, now=now)


def replace_badge(
    *,
    learner_id: int,
    badge_id: str,
    by: User,
    now: datetime,
    was_mistyped: bool = False,
    confirmed: str | None = "",
) -> Learner:
    """Give a worker another badge. The old one still finds the worker, and nobody else can get it (L3).

    Args:
        was_mistyped: the old badge was a typing mistake. Then it finds nobody any more, and can be given to somebody.
        confirmed: as for `create_learner`.

    Raises:
        NotPermitted, NotFound, MergedAway: as `edit_learner`.
        Invalid: it is no badge, the same one, or it is or was somebody else's.
        ConfirmationNeeded: it looks like that of somebody else (L4, 409).
    """
    check_may(by, Permission.KEEP_WORKERS)
    with acting(by):
        learner = lock_learner(learner_id=learner_id)
        check_not_merged(learner)
        if shown_text(badge_id) == learner.badge_id:
            message = _("This is the badge that the worker has.")
            raise Invalid.of_fields({"badge_id": [message]})
        if was_mistyped:
            with badge_was_mistyped():
                write_facts(learner, {"badge_id": badge_id}, by=by, now=now, confirmed=confirmed)
        else:
            write_facts(learner, {"badge_id": badge_id}, by=by, now=now, confirmed=confirmed)
    return learner


# For other services of workers, which have locked the worker


def write_facts(
    learner: Learner, facts: LearnerFacts, *, by: User, now: datetime, reason: str = "", confirmed: str | None = ""
) -> None:
    """Write what is known about a new worker, or about one whom the caller has locked.

    Args:
        reason: why an end date lies before the last change of status (C8).
        confirmed: as for `create_learner`.

    Raises:
        DatedBack: it does, and that is not granted or there is no reason.
        Invalid: a field breaks its rule, or the badge is or was somebody else's.
        ConfirmationNeeded: as `create_learner`, about what is new.
    """
    status, end_date, today = learner.status, learner.end_date, timezone.localdate(now)
    for field, value in facts.items():
        setattr(learner, field, value.strip() if isinstance(value, str) else value)
    learner.badge_id = shown_text(learner.badge_id)
    learner.updated_by = by
    if learner.pk is not None and learner.status != status:
        check_status_reason(facts.get("status_reason", ""))
    check_badge(learner)
    check_names(learner)
    check_fields(learner)
    check_is_meant(learner, confirmed=confirmed)
    typed = learner.end_date
    if learner.pk is not None and learner.status == Learner.Status.ACTIVE and has_left(learner, today=today):
        learner.end_date = end_date  # the new one is written by `end_if_over`, together with the status
    learner.save()
    learner.end_date = typed
    end_if_over(learner, today=today, by=by, reason=reason or facts.get("status_reason", ""))


def status_since(learner: Learner) -> date | None:
    """Return the day since which a worker has this status, by the dated history (C8); None if it never changed."""
    others = LearnerPeriod.objects.standing().filter(learner=learner).exclude(status=learner.status)
    since: date | None = others.aggregate(since=Max("valid_to"))["since"]
    return since


def end_if_over(learner: Learner, *, today: date, by: User | None = None, reason: str = "") -> bool:
    """L3: make an ACTIVE worker whose end date has passed INACTIVE from the day after it.

    Args:
        by: the login that entered the end date; None for the nightly run, which goes back to the last change of status
            at most.
        reason: why the end date lies before that change, if it does.

    Returns:
        whether the worker was made INACTIVE.

    Raises:
        DatedBack: the end date lies before the last change of status, and that is not granted or has no reason (C8).
    """
    if learner.status != Learner.Status.ACTIVE or not has_left(learner, today=today):
        return False
    assert learner.end_date is not None  # noqa: S101  # has_left has looked
    since = status_since(learner)
    if by is None:
        day, passed = (
            max(learner.end_date + timedelta(days=1), since or date.min),
            last_day_has_passed(learner.end_date),
        )
    else:
        granted = may(by, Permission.DATE_BACK_STATUS)
        day, passed = check_departure(learner.end_date, status_since=since, may_date_back=granted, reason=reason)
    learner.status, learner.status_reason = Learner.Status.INACTIVE, passed
    with effective_on(day):
        learner.save(update_fields=["end_date", "status", "status_reason", "updated_at"])
    return True


def judge_anew(learner: Learner, *, now: datetime) -> None:
    """Bring the worker's answers up to date, in the database and on this object."""
    recalculate(learner_ids=[learner.pk], today=timezone.localdate(now), now=now)
    learner.refresh_from_db(fields=["compliance_status", "compliance_holds_until", "compliance_updated_at"])


def _write_areas(learner: Learner, areas: Mapping[int, date]) -> None:
    if Area.objects.filter(pk__in=areas).count() != len(areas):
        message = _("One of these areas does not exist any more. Reload the page and choose again.")
        raise UnknownArea.of_fields({"areas": [message]})
    links = LearnerArea.objects.filter(learner=learner)
    links.exclude(area_id__in=areas).delete()
    before = {link.area_id: link for link in links}
    for area_id, assigned_at in sorted(areas.items()):
        link = before.get(area_id) or LearnerArea(learner=learner, area_id=area_id)
        if link.assigned_at != assigned_at:
            link.assigned_at = assigned_at
            link.save()
