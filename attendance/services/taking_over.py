"""Taking over from an old register (I11): the sample that people check, and the report that a superuser signs.

Signing changes nothing but the report, and withdrawing it undoes no import.
"""

import hashlib
import json
import secrets
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.models import (
    DifferenceExplained,
    RegisterComparison,
    RegisterDifference,
    RegisterSample,
    SampleCheck,
    SampledRecord,
    TakeOver,
    TakeOverWithdrawal,
)
from attendance.policies.taking_over import (
    SAMPLE,
    NotReady,
    check_can_sign,
    check_cut_over,
    check_note,
    check_size,
    choose_sample,
)
from attendance.selectors.taking_over import (
    candidates,
    difference_groups,
    errors_of,
    latest_comparison,
    latest_sample,
    readiness,
    register_counts,
    sample_counts,
    site_counts,
)
from training.core.permissions import Permission, check_may, name_of
from training.core.refusals import Conflict, check_found, check_reason
from training.core.transactions import acting, lock_row
from training.selectors.seals import anchored_checkpoint

Found = SampleCheck.Found


class NothingToSample(Conflict):
    """No record of an old register stands, so there is nothing to check (409)."""


class WithdrawnAlready(Conflict):
    """The acceptance was withdrawn before (409)."""


def explain_difference(
    *, comparison_id: int, what: str, course_id: int | None, reason: str, by: User, now: datetime
) -> DifferenceExplained:
    """Say why the cells of one course differ in one way. What was said before stays in the list.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such comparison, or nothing differs in it so.
        ReasonMissing: it is not said.
    """
    check_may(by, Permission.LEAD_TAKE_OVER)
    reason = check_reason(reason, _("Say why these cells differ."))
    cells = RegisterDifference.objects.filter(comparison=comparison_id, what=what, course=course_id)
    check_found(cells.first(), _("Nothing differs in this way."))
    with acting(by):
        return DifferenceExplained.objects.create(
            comparison_id=comparison_id,
            what=what,
            course_id=course_id,
            reason=reason,
            explained_by=by,
            explained_at=now,
        )


def draw_sample(*, by: User, now: datetime, size: int = SAMPLE) -> RegisterSample:
    """Draw a random sample of the records of old registers that stand, with every course and every company in it.

    Raises:
        NotPermitted: the person may not do this.
        SizeOutside: the size makes no sense.
        NothingToSample: no record of a register stands.
    """
    check_may(by, Permission.LEAD_TAKE_OVER)
    check_size(size)
    seed = secrets.token_hex(16)
    with acting(by):
        found, population = candidates(seed=seed, size=size)
        if not found:
            raise NothingToSample(_("No record of an old register stands. Bring the records in first."))
        chosen = choose_sample(found, size=size)
        sample = RegisterSample.objects.create(
            seed=seed,
            size=len(chosen),
            population=population,
            courses=len({each.course for each in found}),
            companies=len({each.company for each in found}),
            drawn_by=by,
            drawn_at=now,
        )
        SampledRecord.objects.bulk_create(
            SampledRecord(sample=sample, number=number, record_id=key) for number, key in enumerate(chosen, start=1)
        )
    return sample


def check_sampled(*, sampled_id: int, found: str, note: str, by: User, now: datetime) -> SampleCheck:
    """Keep what somebody has found who compared a sampled record with its original. The latest check holds.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such record in a sample.
        NoteMissing: it is not right, and nobody says with what.
    """
    check_may(by, Permission.LEAD_TAKE_OVER)
    sampled = check_found(SampledRecord.objects.filter(pk=sampled_id).first(), _("There is no such record."))
    check_note(found, note)
    with acting(by):
        return SampleCheck.objects.create(
            sampled=sampled, found=Found(found), note=note.strip(), checked_by=by, checked_at=now
        )


def sign_take_over(*, cut_over_on: date, by: User, now: datetime) -> TakeOver:
    """Sign the report of a take-over. It names the newest checkpoint that is kept outside, and is sealed itself.

    While no checkpoint is outside it is a trial, and says so wherever it is shown.

    Args:
        cut_over_on: the day from which the old workbook is closed.

    Raises:
        NotPermitted: this login is no superuser.
        StandsAlready, NotReady: 409.
        CutOverAhead: 400.
    """
    check_may(by, Permission.ACCEPT_TAKE_OVER)
    check_cut_over(cut_over_on, today=timezone.localdate(now))
    with acting(by):
        sample, comparison = latest_sample(), latest_comparison()
        if sample is None or comparison is None:
            check_can_sign(readiness())
            raise NotReady(_("Compare the old workbook and check a sample first."))
        lock_row(RegisterSample.objects.all(), sample.pk)  # two who sign at once: the second sees the first's report
        check_can_sign(readiness())
        kept = anchored_checkpoint()
        log = kept.checkpoint.short if kept else ""
        told = _content(sample, comparison, cut_over_on=cut_over_on, log=log, by=by, now=now)
        content = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return TakeOver.objects.create(
            content=content,
            sha256=hashlib.sha256(content.encode()).hexdigest(),
            is_trial=not log,
            cut_over_on=cut_over_on,
            sample=sample,
            comparison=comparison,
            signed_by=by,
            signed_at=now,
        )


def withdraw_take_over(*, take_over_id: int, reason: str, by: User, now: datetime) -> TakeOverWithdrawal:
    """Withdraw the acceptance of a take-over. What was brought in stays, and so does the report.

    Raises:
        NotPermitted: this login is no superuser.
        NotFound: there is no such report.
        ReasonMissing: it is not said why.
        WithdrawnAlready: 409.
    """
    check_may(by, Permission.ACCEPT_TAKE_OVER)
    reason = check_reason(reason, _("Say why the acceptance is withdrawn."))
    with acting(by):
        lock_row(TakeOver.objects.all(), take_over_id)
        one = check_found(
            TakeOver.objects.select_related("withdrawal").filter(pk=take_over_id).first(),
            _("There is no such report."),
        )
        if hasattr(one, "withdrawal"):
            raise WithdrawnAlready(_("This acceptance was withdrawn already."))
        return TakeOverWithdrawal.objects.create(take_over=one, reason=reason, withdrawn_by=by, withdrawn_at=now)


def _content(
    sample: RegisterSample,
    comparison: RegisterComparison,
    *,
    cut_over_on: date,
    log: str,
    by: User,
    now: datetime,
) -> dict[str, Any]:
    """Return what is signed. It names records by number and no worker, since it stands in every pack."""
    counts = sample_counts(sample)
    return {
        "version": 1,
        "is_trial": not log,
        "log": log,
        "cut_over_on": cut_over_on,
        "signed_by": name_of(by),
        "signed_at": now,
        "counts": {**site_counts(), "registers": register_counts()},
        "sample": {
            "number": sample.pk,
            "seed": sample.seed,
            "size": sample.size,
            "population": sample.population,
            "courses": sample.courses,
            "companies": sample.companies,
            "drawn_at": sample.drawn_at,
            "right": counts[Found.RIGHT],
            "wrong": counts[Found.WRONG],
            "not_found": counts[Found.NOT_FOUND],
            "errors": [
                {"number": each.number, "record": each.record_id, "found": each.found, "note": each.note}  # type: ignore[attr-defined]  # annotated
                for each in errors_of(sample)
            ],
        },
        "comparison": {
            "number": comparison.pk,
            "compared_at": comparison.compared_at,
            "files": comparison.files,
            "holds_everybody": comparison.holds_everybody,
            "same": comparison.same,
            "different": comparison.different,
            "only_there": comparison.only_there,
            "only_here": comparison.only_here,
            "unread": comparison.unread,
            "explained": [
                {"what": each.what, "course": each.course, "count": each.count, "reason": each.reason}
                for each in difference_groups(comparison)
            ],
        },
    }
