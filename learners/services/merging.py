"""Merging two badges of one person, and undoing it (L2). No legal row changes, only how rows are read.

A row keeps the key of the badge under which it was written. `learners.selectors.learners` and the SQL of
`learners.services.compliance` read all badges of a person as one.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import Learner, LearnerProgression, Merge
from learners.policies.workers import CannotMerge, check_can_merge, check_merged
from learners.services.compliance import recalculate
from learners.services.effective import effective_on
from learners.services.learners import end_if_over, lock_learner
from learners.services.requirements import lock_rules_to_apply
from training.core.permissions import Permission, check_may
from training.core.refusals import NotFound, check_reason
from training.core.transactions import acting


def merge_workers(*, duplicate_id: int, survivor_id: int, reason: str, by: User, now: datetime) -> Learner:
    """Merge a badge into another one: both are read as one person, the survivor, also about earlier days (C8).

    Role, areas, employer and dates are those of the survivor; the duplicate is INACTIVE. Lines on lists stay as they
    are.

    Returns:
        the survivor, with new answers.

    Raises:
        NotPermitted: the person is no superuser.
        ReasonMissing: the reason is blank.
        NotFound: one of them does not exist.
        CannotMerge: one of them is merged already, only the duplicate is blocked, one supervises the other, or both
            are in a programme.
    """
    check_may(by, Permission.MERGE)
    reason = check_reason(reason, _("Say why these two badges are one person."))
    with acting(by):
        lock_rules_to_apply()
        duplicate, survivor = _locked(duplicate_id, survivor_id)
        merged_before = Learner.objects.filter(merged_into=duplicate).order_by("pk").first()
        check_can_merge(duplicate, survivor, merged_into_duplicate=merged_before)
        _check_one_programme(duplicate, survivor)
        _write_step(Merge.Kind.MERGED, duplicate, survivor, reason, by=by, now=now)
        duplicate.merged_into = survivor
        duplicate.status = Learner.Status.INACTIVE
        duplicate.status_reason = _("Merged into %(survivor)s.") % {"survivor": survivor}
        duplicate.updated_by = by
        duplicate.save(update_fields=["merged_into", "status", "status_reason", "updated_by", "updated_at"])
        return _judge_anew(duplicate, survivor, now=now)


def undo_merge(*, duplicate_id: int, reason: str, by: User, now: datetime) -> Learner:
    """Undo a merge: the badges are read as two people again, also about earlier days (C8).

    The duplicate has the status that it had before the merge. If its end date has passed since, it is INACTIVE from the
    day after (L3).

    Returns:
        the badge that was the duplicate, with new answers.

    Raises:
        NotPermitted: the person is no superuser.
        ReasonMissing: the reason is blank.
        NotFound: there is no such worker.
        NotMerged: there is nothing to undo.
    """
    check_may(by, Permission.MERGE)
    reason = check_reason(reason, _("Say why these two badges are two people."))
    with acting(by):
        lock_rules_to_apply()
        duplicate = lock_learner(learner_id=duplicate_id)
        survivor = check_merged(duplicate)
        merged = Merge.objects.filter(duplicate=duplicate, kind=Merge.Kind.MERGED).first()
        _write_step(Merge.Kind.UNDONE, duplicate, survivor, reason, by=by, now=now)
        duplicate.merged_into = None
        today = timezone.localdate(now)
        if merged is not None:
            duplicate.status, duplicate.status_reason = merged.status_before, merged.reason_before
        duplicate.updated_by = by
        with effective_on(merged.effective_on if merged else today):
            duplicate.save(update_fields=["merged_into", "status", "status_reason", "updated_by", "updated_at"])
        end_if_over(duplicate, today=today, by=by, reason=reason)
        _judge_anew(survivor, duplicate, now=now)
        return duplicate


def _locked(one: int, other: int) -> tuple[Learner, Learner]:
    found = Learner.objects.select_for_update(no_key=True).filter(pk__in=(one, other)).order_by("pk")
    learners = {learner.pk: learner for learner in found}
    if not {one, other} <= learners.keys():
        raise NotFound(_("There is no such worker. Search by name or badge."))
    return learners[one], learners[other]


def _check_one_programme(duplicate: Learner, survivor: Learner) -> None:
    """H7: nobody is in two programmes.

    Raises:
        CannotMerge: each badge is in one; the sentence names both classes.
    """
    running = LearnerProgression.objects.filter(
        learner__in=(duplicate, survivor), status=LearnerProgression.Status.IN_PROGRESS
    )
    classes = [str(each.training_class) for each in running.select_related("training_class").order_by("pk")]
    if len(classes) > 1:
        raise CannotMerge(
            _("Both badges are in a programme: %(classes)s. Complete one of them or put it on hold, then merge.")
            % {"classes": ", ".join(classes)}
        )


def _write_step(
    kind: Merge.Kind, duplicate: Learner, survivor: Learner, reason: str, *, by: User, now: datetime
) -> None:
    Merge.objects.create(
        kind=kind,
        duplicate=duplicate,
        survivor=survivor,
        status_before=duplicate.status,
        reason_before=duplicate.status_reason,
        reason=reason,
        effective_on=timezone.localdate(now),
        created_by=by,
        created_at=now,
    )


def _judge_anew(one: Learner, other: Learner, *, now: datetime) -> Learner:
    """Bring the answers of both up to date, and return `other` with its new ones."""
    recalculate(learner_ids=[one.pk, other.pk], today=timezone.localdate(now), now=now)
    other.refresh_from_db()
    return other
