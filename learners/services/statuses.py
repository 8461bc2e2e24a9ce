"""The status of workers: blocked, not active, active again, left and come back (L1, L3)."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import Learner
from learners.policies.workers import check_can_return, check_can_set_status, check_dated_back, check_start_of_return
from learners.services.effective import effective_on
from learners.services.learners import LearnerFacts, end_if_over, judge_anew, lock_learner, status_since, write_facts
from learners.services.requirements import lock_rules_to_apply
from training.core.long_jobs import take_time
from training.core.permissions import Permission, check_may, may
from training.core.refusals import check_reason
from training.core.transactions import acting

CHUNK = 500  # workers who are locked in one transaction of the nightly run


def set_status(*, learner_id: int, status: str, reason: str, by: User, now: datetime) -> Learner:
    """Set the status of a worker from today on (L1). The answers are kept, whatever the status.

    Args:
        status: one of `Learner.Status`, as it was sent.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such worker.
        ReasonMissing: the reason is blank.
        Invalid: there is no such status.
        MergedAway, StatusNotPossible: 409.
    """
    check_may(by, Permission.KEEP_WORKERS)
    reason = check_reason(reason, _("Say why the status changes."))
    with acting(by):
        lock_rules_to_apply()
        learner = lock_learner(learner_id=learner_id)
        check_can_set_status(learner, status, today=timezone.localdate(now))
        write_facts(learner, {"status": status, "status_reason": reason}, by=by, now=now)
        judge_anew(learner, now=now)
    return learner


def return_to_site(
    *, learner_id: int, start_date: date, company_id: int, role_id: int, by: User, now: datetime, reason: str = ""
) -> Learner:
    """Make a worker who has left active again from a new start date on (L3).

    Grace periods count from the new start date; old records still count.

    Args:
        start_date: a day after the worker's last day. If it lies before today, the history says so from then on (C8).
        company_id, role_id: employer and role from then on. If the role is new, it is assigned from the start date.
        reason: needed if the start date lies before the last change of status, which only a superuser may enter (C8).

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such worker.
        MergedAway, StatusNotPossible: 409.
        Invalid: the start is not after the last day, or a field breaks its rule.
        DatedBack: the start lies before the last change of status, and that is not granted or has no reason.
    """
    check_may(by, Permission.KEEP_WORKERS)
    with acting(by):
        lock_rules_to_apply()
        learner = lock_learner(learner_id=learner_id)
        check_can_return(learner)
        check_start_of_return(learner, start_date)
        check_dated_back(
            start_date,
            status_since=status_since(learner),
            may_date_back=may(by, Permission.DATE_BACK_STATUS),
            reason=reason,
            field="start_date",
        )
        facts: LearnerFacts = {
            "status": Learner.Status.ACTIVE,
            "status_reason": reason.strip() or _("Returned to the site."),
            "start_date": start_date,
            "end_date": None,
            "company_id": company_id,
            "role_id": role_id,
        }
        if role_id != learner.role_id:
            facts["role_assigned_at"] = start_date
        with effective_on(min(start_date, timezone.localdate(now))):
            write_facts(learner, facts, by=by, now=now)
        judge_anew(learner, now=now)
    return learner


def end_departed(*, today: date) -> int:
    """Make everybody whose end date has passed INACTIVE from the day after it, however many nights were missed (L3).

    It runs before the nightly recalculation. Each chunk of workers is a transaction of its own. It can be repeated or
    run twice at once: whoever is no longer active when the lock is held is skipped.

    Returns:
        how many workers were made INACTIVE.
    """
    departed = Learner.objects.filter(status=Learner.Status.ACTIVE, end_date__lt=today).order_by("pk")
    learner_ids = list(departed.values_list("pk", flat=True))
    ended = 0
    for start in range(0, len(learner_ids), CHUNK):
        with acting(None):
            take_time()
            chunk = departed.filter(pk__in=learner_ids[start : start + CHUNK])
            for learner in chunk.select_for_update(no_key=True):
                ended += end_if_over(learner, today=today)
    return ended
