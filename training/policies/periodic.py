"""What is done by the clock, in the site's time zone, and when it is due (B2). Without a database and without models.

`PERIODIC` is the one table: whoever brings another command that is to run by itself adds a row. The command keeps its
own name, and is run by the worker, by cron or by hand alike.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

A_MINUTE, AN_HOUR, A_DAY, A_WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
SUNDAY = 6
MOST_STOPS = 3


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Periodic:
    """A command that runs by itself.

    Attributes:
        command: its name, as given to `manage.py`.
        label: what it does, in words.
        every: one minute, one day or one week.
        at: the time of the site at which it is due; of no meaning where it is due each minute.
        weekday: of a weekly one, 0 for Monday.
        grace: how long after it was due it may be undone before somebody is told.
        arguments: with which the worker runs it.
        unless: options with which the command does something else, so that it is no run.
        findings: what exit statuses mean with which it ran to its end and found something wrong; any other but 0 means
            that it failed.
        is_on: whether this site runs it.
        may_be_old: for a command that the worker never begins, since it takes rights that the worker has not: how old
            its last run may be. A timer of the operator begins it; here it is only looked at.
    """

    command: str
    label: Any
    every: timedelta
    grace: timedelta
    at: time = time(0)
    weekday: int = SUNDAY
    arguments: Sequence[str] = ()
    unless: frozenset[str] = frozenset()
    findings: Mapping[int, Any] = field(default_factory=dict)
    is_on: Callable[[], bool] = _always
    may_be_old: Callable[[], timedelta] | None = None

    @property
    def again_after(self) -> timedelta:
        """How long after a failure it is tried again."""
        return min(self.every, AN_HOUR)

    def last_due(self, now: datetime, zone: tzinfo) -> datetime:
        """Return the last moment, not after `now`, at which it was due by the clock of the site."""
        if self.every == A_MINUTE:
            return now.replace(second=0, microsecond=0)
        today = now.astimezone(zone).date()
        day = today - timedelta(days=(today.weekday() - self.weekday) % 7) if self.every == A_WEEK else today
        due = self._on(day, zone)
        return due if due <= now else self._on(day - self.every, zone)

    def next_due(self, now: datetime, zone: tzinfo) -> datetime:
        """Return the first moment after `now` at which it is due."""
        last = self.last_due(now, zone)
        if self.every == A_MINUTE:
            return last + A_MINUTE
        return self._on(last.astimezone(zone).date() + self.every, zone)

    def _on(self, day: date, zone: tzinfo) -> datetime:
        return datetime.combine(day, self.at, tzinfo=zone)


PERIODIC: tuple[Periodic, ...] = (
    Periodic(
        command="seal_log",
        label=_("Give new seals their place in the log"),
        every=A_MINUTE,
        grace=timedelta(minutes=10),
    ),
    Periodic(
        command="recalculate_compliance",
        label=_("Renew answers that ran out"),
        every=A_DAY,
        at=time(0, 5),
        grace=timedelta(hours=6),
        arguments=("--due",),
    ),
    Periodic(
        command="clearsessions",
        label=_("Remove sessions that have ended"),
        every=A_DAY,
        at=time(3, 10),
        grace=A_DAY,
    ),
    Periodic(
        command="verify_evidence",
        label=_("Read all evidence again"),
        every=A_WEEK,
        at=time(3, 30),
        grace=A_DAY,
        findings={
            1: _(
                "Evidence is missing or not as it was stored. Run `manage.py verify_evidence`: it names each file and "
                "what it proves."
            )
        },
    ),
    Periodic(
        command="verify_ledger",
        label=_("Check all seals and the log"),
        every=A_WEEK,
        at=time(4, 30),
        grace=A_DAY,
        findings={
            1: _(
                "Something is not as it was sealed. Run `manage.py verify_ledger`: it names each row. Change nothing "
                "before somebody has looked into it."
            )
        },
    ),
    Periodic(
        command="backup",
        label=_("Back up database and evidence"),
        every=A_DAY,
        grace=A_DAY,
        unless=frozenset({"--verify"}),
        findings={1: _("Files of evidence are missing from the backup or damaged; the run names them.")},
        is_on=lambda: settings.BACKUP_MAX_AGE_HOURS > 0,
        may_be_old=lambda: timedelta(hours=settings.BACKUP_MAX_AGE_HOURS),
    ),
)

NO_RUN = frozenset({"-h", "--help", "--version"})


def periodic_of(command: str) -> Periodic | None:
    """Return the declaration of a command; None where it does not run by itself."""
    return next((each for each in PERIODIC if each.command == command), None)


def run_of(arguments: Sequence[str]) -> Periodic | None:
    """Return which periodic command these arguments of `manage.py` run; None where they run none.

    Args:
        arguments: the name of the command first.
    """
    periodic = periodic_of(arguments[0]) if arguments else None
    if periodic is None or (NO_RUN | periodic.unless) & {each.split("=")[0] for each in arguments[1:]}:
        return None
    return periodic


def switched_on() -> tuple[Periodic, ...]:
    """Return what this site runs by the clock."""
    return tuple(each for each in PERIODIC if each.is_on())
