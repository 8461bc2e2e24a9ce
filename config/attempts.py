"""How often passwords and tokens may be guessed (ADR 29).

Each attempt is counted before the password is checked, so that sixty attempts at the same moment count as sixty. A few
failures are free; after them each failure doubles the wait. Names and addresses are stored as keyed hashes, because
people sometimes type a password into the field for the name.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from math import ceil
from operator import or_

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.models import Attempts
from training.core.refusals import Refusal

ROWS_ARE_KEPT = timedelta(days=7)
DOUBLINGS = 20  # after so many every wait has reached its longest


class TooManyAttempts(Refusal):
    """Too many guesses failed (429). The next one is checked after `seconds`."""

    status = 429

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True)
class Limit:
    """How guessing is slowed.

    Args:
        free: how many attempts may fail before anybody has to wait, since people mistype.
        first: the wait after the last of these; each further failure doubles it.
        longest: no wait is longer than this.
        forgotten: after so long without an attempt the count starts again.
    """

    free: int
    first: timedelta
    longest: timedelta
    forgotten: timedelta = timedelta(hours=1)

    def wait(self, failures: int) -> timedelta:
        """Return how long to wait after that many failures."""
        beyond = failures - self.free
        if beyond < 0:
            return timedelta(0)
        doubled: timedelta = self.first * 2 ** min(beyond, DOUBLINGS)
        return min(doubled, self.longest)


class CountedBy(StrEnum):
    """What attempts are counted by."""

    NAME_FROM_ADDRESS = "name from address"
    ADDRESS = "address"  # slows one password tried on many names; many people may share one address
    NAME = "name"  # slows guesses of one name from many addresses; not asked where the name signed in before
    NAME_IN_BROWSER = "name in browser"  # instead of the three above, in a browser where the name signed in before
    OLD_PASSWORD = "old password"  # noqa: S105  # names the form
    SECOND_FACTOR = "second factor"  # of a login, wherever it asks for a code
    TOKEN_FROM_ADDRESS = "token from address"  # noqa: S105  # no token
    FEED_FROM_ADDRESS = "calendar from address"
    INVITATION_FROM_ADDRESS = "invitation from address"


LIMITS = {
    CountedBy.NAME_FROM_ADDRESS: Limit(free=5, first=timedelta(seconds=5), longest=timedelta(minutes=15)),
    CountedBy.ADDRESS: Limit(free=30, first=timedelta(seconds=2), longest=timedelta(minutes=5)),
    CountedBy.NAME: Limit(free=10, first=timedelta(seconds=5), longest=timedelta(minutes=5)),
    CountedBy.NAME_IN_BROWSER: Limit(free=10, first=timedelta(seconds=5), longest=timedelta(minutes=15)),
    CountedBy.OLD_PASSWORD: Limit(free=5, first=timedelta(seconds=5), longest=timedelta(minutes=15)),
    CountedBy.SECOND_FACTOR: Limit(free=5, first=timedelta(seconds=5), longest=timedelta(minutes=15)),
    CountedBy.TOKEN_FROM_ADDRESS: Limit(free=30, first=timedelta(seconds=2), longest=timedelta(minutes=5)),
    CountedBy.FEED_FROM_ADDRESS: Limit(free=30, first=timedelta(seconds=2), longest=timedelta(minutes=5)),
    CountedBy.INVITATION_FROM_ADDRESS: Limit(free=30, first=timedelta(seconds=2), longest=timedelta(minutes=5)),
}
# A success here shows that the earlier failures came from the same person, so the count starts again. Elsewhere it
# takes back its own attempt only: otherwise anybody who has an account could sign in to clear the count, and guess on.
FORGIVEN_BY_SUCCESS = (
    CountedBy.NAME_FROM_ADDRESS,
    CountedBy.NAME_IN_BROWSER,
    CountedBy.OLD_PASSWORD,
    CountedBy.SECOND_FACTOR,
)


@dataclass(frozen=True, order=True)
class Counter:
    """One thing that attempts are counted by. `who` is the keyed hash of a name, an address or both."""

    kind: CountedBy
    who: str


def counter(kind: CountedBy, *who: str) -> Counter:
    """Return the counter of a name, an address or both. Capital and small letters count as the same."""
    return Counter(kind, salted_hmac(f"attempts {kind}", "\n".join(who).casefold(), algorithm="sha256").hexdigest())


def begin(counters: Collection[Counter], *, now: datetime) -> None:
    """Count an attempt as failed before the password or token is checked; `succeeded` takes it back.

    Raises:
        TooManyAttempts: one of the counters says to wait. Nothing is counted, and the caller must not check anything.
    """
    with transaction.atomic():
        fresh = [Attempts(kind=each.kind, who=each.who, failures=0, last_at=now) for each in sorted(counters)]
        Attempts.objects.bulk_create(fresh, ignore_conflicts=True)
        standing = list(_rows(counters).select_for_update().order_by("kind", "who"))
        wait = max((_wait(each, now=now) for each in standing), default=timedelta(0))
        if wait > timedelta(0):
            raise too_many(wait)
        for each in standing:
            limit = LIMITS[CountedBy(each.kind)]
            each.failures = (each.failures if now - each.last_at < limit.forgotten else 0) + 1
            each.last_at = max(now, each.last_at)
        Attempts.objects.bulk_update(standing, ("failures", "last_at"))


def succeeded(counters: Collection[Counter], *, now: datetime) -> None:
    """Take back an attempt that was right, and delete counters that were not used for `ROWS_ARE_KEPT`."""
    forgiven = [each for each in counters if each.kind in FORGIVEN_BY_SUCCESS]
    others = [each for each in counters if each.kind not in FORGIVEN_BY_SUCCESS]
    if forgiven:
        _rows(forgiven).update(failures=0)
    if others:
        take_back(others)
    Attempts.objects.filter(last_at__lt=now - ROWS_ARE_KEPT).delete()


def take_back(counters: Collection[Counter]) -> None:
    """Stop counting an attempt that was right, or that was not checked in the end."""
    _rows(counters).update(failures=Greatest(F("failures") - 1, 0))


def forget(counters: Collection[Counter]) -> int:
    """Set these counters to zero because an operator asks for it, and return how many of them existed."""
    return _rows(counters).update(failures=0)


def too_many(wait: timedelta) -> TooManyAttempts:
    """Return the refusal that says how long to wait."""
    seconds = max(1, ceil(wait.total_seconds()))
    if seconds < 60:
        time = ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    else:
        time = ngettext("%(n)d minute", "%(n)d minutes", ceil(seconds / 60)) % {"n": ceil(seconds / 60)}
    sentence = _("Too many attempts failed. Wait %(time)s, then try again.") % {"time": time}
    return TooManyAttempts(sentence, seconds=seconds)


def _rows(counters: Collection[Counter]) -> QuerySet[Attempts]:
    return Attempts.objects.filter(reduce(or_, (Q(kind=each.kind, who=each.who) for each in counters)))


def _wait(row: Attempts, *, now: datetime) -> timedelta:
    limit = LIMITS[CountedBy(row.kind)]
    return row.last_at + limit.wait(row.failures) - now if now - row.last_at < limit.forgotten else timedelta(0)
