"""What is decided about an old register as a whole, after it was brought in (I7, I8)."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from learners.models import RegisterImport, RegisterStanding, TrainingRecord
from learners.policies.registers import check_until
from learners.services.compliance import recalculate
from learners.services.locks import lock_people
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, check_found, check_reason
from training.core.transactions import acting, lock_row


class NothingToRevoke(Conflict):
    """Every record of the register is revoked already (409)."""


REVOKE = """
INSERT INTO learners_revocation (record_id, reason, revoked_at, revoked_on, revoked_by_id, undoes_id)
SELECT record.id, %(reason)s, %(now)s, %(today)s, %(by)s, record.register_import_id
  FROM learners_trainingrecord record
 WHERE record.register_import_id IS NOT NULL
   AND (record.register_import_id = %(of)s OR record.id = ANY(%(records)s::bigint[]))
   AND NOT EXISTS (SELECT FROM learners_revocation WHERE record_id = record.id)
 ORDER BY record.id
RETURNING record_id
"""


def revoke_import(*, register_import_id: int, reason: str, by: User, now: datetime) -> int:
    """Revoke all records that one bringing in of a register has made, with one reason (I8). Compliance follows at once.

    The profile of a worker tells it in one line. Certificates that were added stay where they are. The number of
    statements does not grow with the records.

    Returns:
        how many records were revoked.

    Raises:
        NotPermitted: the person is no superuser.
        ReasonMissing: the reason is blank.
        NotFound: there is no such register.
        NothingToRevoke: all of its records are revoked already.
    """
    check_may(by, Permission.REVOKE)
    reason = check_reason(reason, _("Say why the records of this register are revoked."))
    today = timezone.localdate(now)
    with acting(by):
        of = _locked(register_import_id)
        learner_ids = lock_people(_workers_of(of))
        revoked = _revoke(of=of.pk, records=(), reason=reason, by=by, now=now)
        if not revoked:
            raise NothingToRevoke(_("Every record of this register is revoked already."))
        recalculate(learner_ids=learner_ids, today=today, now=now)
    return len(revoked)


def revoke_records(keys: Collection[int], *, reason: str, by: User, now: datetime) -> set[int]:
    """Revoke these records of old registers, in the transaction that undoes their import, and judge their workers.

    Returns:
        the keys of those that are revoked by it; others were revoked before, or come from no register.
    """
    records = TrainingRecord.objects.filter(pk__in=list(keys)).order_by()
    learner_ids = lock_people(records.values_list("learner_id", flat=True).distinct())
    revoked = _revoke(of=None, records=keys, reason=reason, by=by, now=now)
    recalculate(learner_ids=learner_ids, today=timezone.localdate(now), now=now)
    return revoked


def _revoke(*, of: int | None, records: Collection[int], reason: str, by: User, now: datetime) -> set[int]:
    today = timezone.localdate(now)
    facts: dict[str, Any] = {"of": of, "records": list(records), "reason": reason, "by": by.pk}
    with connection.cursor() as cursor:
        cursor.execute(REVOKE, facts | {"now": now, "today": today})
        return {key for (key,) in cursor.fetchall()}


def decide_standing(
    *, register_import_id: int, counts: bool, counts_until: date | None, reason: str, by: User, now: datetime
) -> RegisterStanding:
    """Decide anew whether records of a register count without a certificate (I7). Compliance follows at once.

    Args:
        counts_until: the last day on which they count; None for good, and where they do not count.

    Raises:
        NotPermitted: the person is no superuser.
        ReasonMissing: the reason is blank.
        NotFound: there is no such register.
        UntilMissed: the last day is over.
    """
    check_may(by, Permission.IMPORT_REGISTER)
    reason = check_reason(reason, _("Say why the records of this register count, or do not."))
    today = timezone.localdate(now)
    check_until(counts_until, today=today)
    with acting(by):
        of = _locked(register_import_id)
        learner_ids = lock_people(_workers_of(of))
        standing = RegisterStanding.objects.create(
            register_import=of,
            counts=counts,
            counts_until=counts_until if counts else None,
            reason=reason,
            decided_by=by,
            decided_at=now,
            decided_on=today,
        )
        recalculate(learner_ids=learner_ids, today=today, now=now)
    return standing


def _locked(register_import_id: int) -> RegisterImport:
    """Lock a bringing in, so that two decisions about it come one after the other, and return it."""
    lock_row(RegisterImport.objects.all(), register_import_id, no_key=True)
    return check_found(RegisterImport.objects.filter(pk=register_import_id).first(), _("There is no such register."))


def _workers_of(of: RegisterImport) -> list[int]:
    records = TrainingRecord.objects.filter(register_import=of).order_by()
    return list(records.values_list("learner_id", flat=True).distinct())
