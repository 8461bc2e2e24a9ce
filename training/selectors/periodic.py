"""How what is done by the clock stands: last good, next due, and what an operator must know of (B2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from training.models import PeriodicRun
from training.policies.periodic import A_DAY, Periodic, switched_on

Outcome = PeriodicRun.Outcome


@dataclass(frozen=True)
class PeriodicStanding:
    """How a periodic command stands.

    Attributes:
        last_good: when its last good run ended.
        last: its last run that has ended.
        running: the run that goes on.
        next_due: when it is to be run next; in the past while it waits.
        trouble: what an operator must know, in words; empty where all is well.
    """

    periodic: Periodic
    last_good: datetime | None
    last: PeriodicRun | None
    running: PeriodicRun | None
    next_due: datetime
    trouble: str


def standings(*, now: datetime) -> list[PeriodicStanding]:
    """Return how everything stands that this site does by the clock, in the order of the table; three queries."""
    commands = [each.command for each in switched_on()]
    runs = PeriodicRun.objects.filter(kind__in=commands)
    of_kinds = runs.values_list("kind").annotate(
        good=Max("ended_at", filter=Q(outcome=Outcome.GOOD)),
        done=Max("started_at", filter=Q(outcome__in=PeriodicRun.DONE)),
    )
    good_and_done: dict[str, tuple[datetime | None, datetime | None]] = {
        kind: (good, done) for kind, good, done in of_kinds
    }
    ended = runs.exclude(outcome=Outcome.RUNNING).order_by("kind", "-started_at", "-pk").distinct("kind")
    last = {run.kind: run for run in ended}
    running = {run.kind: run for run in runs.filter(outcome=Outcome.RUNNING)}
    return [
        _standing(
            each,
            *good_and_done.get(each.command, (None, None)),
            last=last.get(each.command),
            running=running.get(each.command),
            now=now,
        )
        for each in switched_on()
    ]


def troubles(*, now: datetime) -> Sequence[PeriodicStanding]:
    """Return what did not run, failed, found something wrong or waits too long."""
    return [each for each in standings(now=now) if each.trouble]


def _standing(
    periodic: Periodic,
    good: datetime | None,
    done: datetime | None,
    *,
    last: PeriodicRun | None,
    running: PeriodicRun | None,
    now: datetime,
) -> PeriodicStanding:
    is_made = _is_made(periodic, done, now)
    trouble = ""
    if last is not None and last.outcome in (Outcome.FAILED, Outcome.FOUND):
        trouble = last.failure
    elif running is not None and now > running.started_at + A_DAY:
        trouble = _("It has been running for more than a day.")
    elif not is_made and running is None and _is_late(periodic, done, now):
        trouble = _("It has never run.") if last is None else _("It did not run when it was due.")
    return PeriodicStanding(
        periodic=periodic,
        last_good=good,
        last=last,
        running=running,
        next_due=_next_due(periodic, done, now),
        trouble=trouble,
    )


def _is_made(periodic: Periodic, done: datetime | None, now: datetime) -> bool:
    if done is None or periodic.may_be_old is not None:
        return False
    return done >= periodic.last_due(now, timezone.get_default_timezone())


def _next_due(periodic: Periodic, done: datetime | None, now: datetime) -> datetime:
    zone = timezone.get_default_timezone()
    if periodic.may_be_old is not None and done is not None:
        return done + periodic.every
    return periodic.next_due(now, zone) if _is_made(periodic, done, now) else periodic.last_due(now, zone)


def _is_late(periodic: Periodic, done: datetime | None, now: datetime) -> bool:
    """Tell whether a run that is due waits too long: on a site that has just been made nothing does for a day."""
    if done is None:
        began = _began()
        return began is None or now > began + max(periodic.grace, A_DAY)
    if periodic.may_be_old is not None:
        return now > done + periodic.may_be_old()
    return now > periodic.next_due(done, timezone.get_default_timezone()) + periodic.grace


def _began() -> datetime | None:
    """Return when the last migration of this app came: before it, there may have been nothing to run."""
    of_ours = MigrationRecorder.Migration.objects.filter(app="training")
    newest: datetime | None = of_ours.aggregate(newest=Max("applied"))["newest"]
    return newest
