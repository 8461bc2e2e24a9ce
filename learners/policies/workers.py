"""What may be done with a worker's status, badge and dates (L1 to L3), without a database.

Each `check_…` raises the reason why not, so that a button (`training.policies.sessions.allows`) and its POST cannot
disagree.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from learners.models import Learner
from training.core.edits import check_seen
from training.core.kinds import ConflictKind
from training.core.refusals import Conflict, Invalid, check_reason
from training.core.words import day as day_in_words

Status = Learner.Status

# The one table of legal steps (L1, L3): from which status to which a worker can be set by hand, always with a reason. A
# worker who has left comes back by `return_to_site` only, with a new start date. A merged badge is not changed at all.
STATUS_STEPS: Mapping[str, tuple[Status, ...]] = {
    Status.ACTIVE: (Status.INACTIVE, Status.BLACKLISTED),
    Status.INACTIVE: (Status.ACTIVE, Status.BLACKLISTED),
    Status.BLACKLISTED: (Status.ACTIVE, Status.INACTIVE),
}


class MergedAway(Conflict):
    """The badge was merged into another one, so that only that one is changed (409)."""


class StatusNotPossible(Conflict):
    """The worker's status, or the end date, does not allow the step (409)."""


class DatedBack(Invalid):
    """A change of status would count from a day before the last one (400); `errors` names the day or the reason."""


class CannotMerge(Conflict):
    """The two badges cannot be merged in their present state (409)."""


class NotMerged(Conflict):
    """There is no merge to undo (409)."""


def check_not_merged(learner: Learner) -> None:
    """L2: nothing of a merged badge is changed, only of the badge that stays.

    Raises:
        MergedAway: the worker was merged into another one.
    """
    if learner.merged_into is not None:
        raise MergedAway(
            _("%(worker)s was merged into %(survivor)s. Change that worker, or undo the merge first.")
            % {"worker": learner, "survivor": learner.merged_into},
            conflict={"kind": ConflictKind.STATE, "merged_into": learner.merged_into_id},
        )


def check_version(learner: Learner, version: datetime | None) -> None:
    """An edit of a worker whom somebody else has changed meanwhile is refused.

    Args:
        version: `updated_at` of what this person had before them; None does not ask.

    Raises:
        Stale: says who changed it and when.
    """
    check_seen(
        version,
        learner.updated_at,
        _("%(who)s changed this worker on %(when)s. Compare, then save again."),
        by=learner.updated_by,
        at=learner.updated_at,
        learner_id=learner.pk,
    )


def why_not_active(learner: Learner) -> str:
    """Return, as a part of a sentence, why a worker who is not ACTIVE cannot be put on a list (L1)."""
    if learner.merged_into is not None:
        words = _("%(worker)s was merged into %(survivor)s")
        return words % {"worker": learner, "survivor": learner.merged_into}
    words = _("%(worker)s is blocked") if learner.status == Status.BLACKLISTED else _("%(worker)s is not active")
    return words % {"worker": learner}


def has_left(learner: Learner, *, today: date) -> bool:
    """Tell whether the worker's last day has passed (L3)."""
    return learner.end_date is not None and learner.end_date < today


def check_can_set_status(learner: Learner, status: str, *, today: date) -> None:
    """L1, L3: only steps of the table are taken, and nobody becomes active who has left.

    Args:
        status: the wanted one, as it was sent.

    Raises:
        MergedAway: the worker was merged into another one.
        StatusNotPossible: the worker has this status already, or has left.
        Invalid: there is no such status.
    """
    check_not_merged(learner)
    if status == learner.status:
        raise StatusNotPossible(
            {
                Status.ACTIVE: _("%(worker)s is active already."),
                Status.INACTIVE: _("%(worker)s is not active already."),
                Status.BLACKLISTED: _("%(worker)s is blocked already."),
            }[Status(status)]
            % {"worker": learner}
        )
    if status not in STATUS_STEPS[learner.status]:
        raise Invalid(_("Choose one of the statuses that are offered."))
    if status == Status.ACTIVE and has_left(learner, today=today):
        raise StatusNotPossible(
            _("%(worker)s has left: the last day was %(day)s. Enter the return with its new start date.")
            % {"worker": learner, "day": day_in_words(learner.end_date)}
        )


def check_status_reason(reason: str) -> str:
    """L1: another status needs a reason; return it without white space around it.

    Raises:
        ReasonMissing: there is none.
    """
    return check_reason(reason, _("Say why the status changes."), field="status_reason")


def check_can_return(learner: Learner) -> None:
    """L3: only a worker who is not active returns.

    Raises:
        MergedAway: the worker was merged into another one.
        StatusNotPossible: the worker is active or blocked.
    """
    check_not_merged(learner)
    if learner.status == Status.ACTIVE:
        raise StatusNotPossible(_("%(worker)s is active already. Change the dates instead.") % {"worker": learner})
    if learner.status == Status.BLACKLISTED:
        raise StatusNotPossible(
            _("%(worker)s is blocked. Make the worker active first, and say why.") % {"worker": learner}
        )


def check_start_of_return(learner: Learner, start_date: date) -> None:
    """L3: a return begins after the last day, or if there is none after the start before it.

    Raises:
        Invalid: `errors["start_date"]` says why it does not.
    """
    if learner.end_date is not None and start_date <= learner.end_date:
        text = _("The last day before was %(day)s. Enter a later day.") % {"day": day_in_words(learner.end_date)}
        raise Invalid.of_fields({"start_date": [text]})
    if start_date <= learner.start_date:
        text = _("The start before was %(day)s. Enter a later day.") % {"day": day_in_words(learner.start_date)}
        raise Invalid.of_fields({"start_date": [text]})


def starts_again(learner: Learner, start_date: date) -> bool:
    """Tell whether a start is that of a return (L3): after the last day, or if there is none after the start before."""
    return start_date > (learner.end_date or learner.start_date)


def check_dated_back(day: date, *, status_since: date | None, may_date_back: bool, reason: str, field: str) -> None:
    """C8: only a superuser enters a status for days before its last change, and gives a reason.

    Args:
        day: the first day on which the new status is to count.
        status_since: the day of the last change, by the dated history; None where there was none.
        may_date_back: whether this is granted to the person.
        field: the name of the field in which the day was given.

    Raises:
        DatedBack: it is not granted, or the reason is missing.
    """
    if status_since is None or day >= status_since:
        return
    since = {"day": day_in_words(status_since)}
    if not may_date_back:
        text = _("The status changed on %(day)s. Enter that day or a later one: only a superuser may go back past it.")
        raise DatedBack.of_fields({field: [text % since]})
    if not reason.strip():
        text = _("The status changed on %(day)s. Say why the status before that day has to be corrected.")
        raise DatedBack.of_fields({"reason": [text % since]})


def check_departure(end_date: date, *, status_since: date | None, may_date_back: bool, reason: str) -> tuple[date, str]:
    """L3: whoever has left is not active from the day after the last day, if that day may be entered (C8).

    Args:
        end_date: the last day, which has passed.
        status_since, may_date_back, reason: as for `check_dated_back`.

    Returns:
        the first day on which the worker is not active, and why.

    Raises:
        DatedBack: the last day lies before the last change of status, and that is not granted or has no reason.
    """
    day = end_date + timedelta(days=1)
    check_dated_back(day, status_since=status_since, may_date_back=may_date_back, reason=reason, field="end_date")
    passed = last_day_has_passed(end_date)
    return day, f"{passed} {reason.strip()}" if status_since and day < status_since else passed


def last_day_has_passed(end_date: date) -> str:
    """Return why a worker whose last day has passed is not active (L3)."""
    return _("The end date, %(day)s, has passed.") % {"day": day_in_words(end_date)}


def check_can_merge(duplicate: Learner, survivor: Learner, *, merged_into_duplicate: Learner | None) -> None:
    """L2: two badges can be merged if neither is part of another merge, and nobody is unblocked by it.

    Args:
        merged_into_duplicate: a badge that was merged into the duplicate before; None where there is none.

    Raises:
        CannotMerge: the sentence says why not, and what to do first.
    """
    if duplicate.pk == survivor.pk:
        raise CannotMerge(_("These are the same badge. Choose the other badge of this person."))
    if duplicate.merged_into is not None:
        raise CannotMerge(
            _("%(worker)s was merged into %(other)s already. Undo that merge first.")
            % {"worker": duplicate, "other": duplicate.merged_into}
        )
    if survivor.merged_into is not None:
        raise CannotMerge(
            _("%(worker)s was merged into %(other)s. Merge into that one, or undo that merge first.")
            % {"worker": survivor, "other": survivor.merged_into}
        )
    if merged_into_duplicate is not None:
        raise CannotMerge(
            _("%(other)s was merged into %(worker)s. Undo that merge first, or merge the other way round.")
            % {"worker": duplicate, "other": merged_into_duplicate}
        )
    if duplicate.status == Status.BLACKLISTED and survivor.status != Status.BLACKLISTED:
        raise CannotMerge(
            _("%(worker)s is blocked and %(other)s is not. Block the other badge too, or lift the block, then merge.")
            % {"worker": duplicate, "other": survivor}
        )
    for one, other in ((duplicate, survivor), (survivor, duplicate)):
        if one.supervisor_id == other.pk:
            raise CannotMerge(
                _("%(worker)s is entered as supervisor of %(other)s. Choose another supervisor first.")
                % {"worker": other, "other": one}
            )


def check_merged(learner: Learner) -> Learner:
    """L2: return the badge into which this one was merged.

    Raises:
        NotMerged: it was merged into none.
    """
    if learner.merged_into is None:
        raise NotMerged(_("%(worker)s is not merged into another badge.") % {"worker": learner})
    return learner.merged_into
