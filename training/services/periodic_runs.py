"""Runs of periodic commands (B2): which are to be begun, and what a run writes down about itself.

A command that is declared in `training.policies.periodic` writes its own row, in its own process, whoever started it.
So a run by cron or by hand counts as one, and the worker only decides what is due and starts the same command. Nothing
depends on the worker that started a run: a run tells every few seconds that it lives; after some silence it is taken
for lost, and is begun again.
"""

import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread
from types import FrameType
from typing import NoReturn, TextIO

import structlog
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from training.core import progress_bar
from training.core.refusals import Conflict, Refusal, database_refusals
from training.models import PeriodicRun
from training.policies.periodic import A_DAY, MOST_STOPS, Periodic, periodic_of, switched_on

logger = structlog.get_logger(__name__)

DUE_AT = "PERIODIC_RUN_DUE_AT"  # in the environment of a run that the worker begins: when it was due
ALIVE_SECONDS = 5
SILENCE = timedelta(seconds=15)  # after it, the process of a run is taken for lost
LONGEST_TEXT = 4000
KEPT = timedelta(days=400)
KEPT_OF_EACH_MINUTE = timedelta(days=2)

Outcome = PeriodicRun.Outcome
SIGTERM_STATUS, SIGINT_STATUS = 128 + signal.SIGTERM, 128 + signal.SIGINT


class RunGoesOn(Conflict):
    """This command is running in another process, or the run that was due has been made meanwhile (409)."""


@dataclass(frozen=True)
class Due:
    """A run that is to be begun, and the moment at which it was due."""

    periodic: Periodic
    at: datetime


def due(*, now: datetime) -> list[Due]:
    """Return the runs that are to be begun now, in the order of the table.

    What was missed for days is due once. A run that was stopped is begun again at once, `MOST_STOPS` times; one that
    failed after a while.
    """
    zone = timezone.get_default_timezone()
    wanted = []
    for periodic in switched_on():
        at = periodic.last_due(now, zone)
        of_kind = PeriodicRun.objects.filter(kind=periodic.command)
        runs = list(of_kind.filter(Q(started_at__gte=at) | Q(outcome=Outcome.RUNNING)).order_by("-started_at", "-pk"))
        if periodic.may_be_old is None and _is_to_run(periodic, runs, now):
            wanted.append(Due(periodic, at))
    return wanted


def _is_to_run(periodic: Periodic, runs: Sequence[PeriodicRun], now: datetime) -> bool:
    """Tell whether it is to be begun, after the runs that were begun since it was due, the latest first."""
    outcomes = [run.outcome for run in runs]
    if Outcome.RUNNING in outcomes or any(outcome in PeriodicRun.DONE for outcome in outcomes):
        return False
    if not runs or (outcomes[0] == Outcome.STOPPED and outcomes.count(Outcome.STOPPED) <= MOST_STOPS):
        return True
    return now >= (runs[0].ended_at or runs[0].started_at) + periodic.again_after


@database_refusals()
def begin(*, kind: str, due_at: datetime | None, now: datetime) -> PeriodicRun:
    """Write down that a run begins.

    Args:
        kind: the name of the command.
        due_at: when it was due; None where somebody runs it by hand, or cron does.

    Raises:
        RunGoesOn: another process runs it, or has made the run of `due_at`.
    """
    recover(now=now)
    try:
        with transaction.atomic():
            return PeriodicRun.objects.create(kind=kind, due_at=due_at, started_at=now, seen_at=now)
    except IntegrityError as error:
        raise RunGoesOn(_("%(command)s is running already, or has just ended.") % {"command": kind}) from error


@database_refusals()
def end(*, run: PeriodicRun, outcome: PeriodicRun.Outcome, failure: str, told: str, now: datetime) -> bool:
    """Write down how a run ended, and tell whether it was still taken for alive.

    Args:
        failure: why, in words; empty for a good one.
        told: what the command said; of a long text the end is kept.
    """
    mine = PeriodicRun.objects.filter(pk=run.pk, outcome=Outcome.RUNNING)
    ended = mine.update(outcome=outcome, failure=failure[-LONGEST_TEXT:], told=told[-LONGEST_TEXT:], ended_at=now)
    return bool(ended)


@database_refusals()
def recover(*, now: datetime) -> int:
    """End the runs whose process is lost, and return how many there were."""
    lost = PeriodicRun.objects.filter(outcome=Outcome.RUNNING, seen_at__lt=now - SILENCE)
    return lost.update(outcome=Outcome.STOPPED, ended_at=now, failure=_("Its process was lost."))


@database_refusals()
def purge(*, now: datetime) -> int:
    """Remove old runs, but never the last good one of a command, and return how many were removed."""
    gone = 0
    for kind in PeriodicRun.objects.order_by("kind").values_list("kind", flat=True).distinct():
        runs = PeriodicRun.objects.filter(kind=kind)
        good = runs.filter(outcome=Outcome.GOOD).order_by("-started_at").first()
        kept = KEPT_OF_EACH_MINUTE if _is_each_minute(kind) else KEPT
        old = runs.exclude(outcome=Outcome.RUNNING).filter(started_at__lt=now - kept)
        gone += (old.exclude(pk=good.pk) if good else old).delete()[0]
    return gone


def _is_each_minute(command: str) -> bool:
    periodic = periodic_of(command)
    return periodic is not None and periodic.every < A_DAY


# What a run writes down while it goes on, in its own process


@contextmanager
def recorded(periodic: Periodic) -> Iterator[None]:
    """Write down the run of a command that goes on inside: how far it is, that it lives, and how it ended.

    Where the database does not answer at the beginning the command runs all the same, and says itself what is wrong.
    A run that the worker began says nothing on the terminal: what it says stands in its row.

    Raises:
        RunGoesOn: it is running already.
        SystemExit: status 1, where the worker began a run that broke down; the log says why.
    """
    asked = os.environ.get(DUE_AT, "")
    due_at = datetime.fromisoformat(asked) if asked else None
    try:
        run = begin(kind=periodic.command, due_at=due_at, now=timezone.now())
    except RunGoesOn:
        if due_at is None:
            raise
        sys.exit(0)  # another worker was faster
    except Refusal:
        logger.warning("periodic_run_not_recorded", command=periodic.command)
        yield
        return
    logger.info("periodic_run_begins", command=periodic.command, run=run.pk)
    with _alive(run), _heard(shown=due_at is None) as heard:
        yield from _told(periodic, run, heard, by_worker=due_at is not None)


def _told(periodic: Periodic, run: PeriodicRun, heard: io.StringIO, *, by_worker: bool) -> Iterator[None]:
    if by_worker:
        signal.signal(signal.SIGTERM, _stop)
    outcome, failure = Outcome.GOOD, ""
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as exit_:
        outcome, failure = _read_exit(periodic, exit_, heard.getvalue())
        raise
    except Refusal as refusal:
        outcome, failure = Outcome.FAILED, refusal.message
        raise
    except Exception as error:
        outcome = Outcome.FAILED
        failure = _("It stopped because of an error (%(error)s). The log says where.") % {
            "error": type(error).__qualname__
        }
        logger.exception("periodic_run_failed", command=periodic.command, run=run.pk)
        if by_worker:
            sys.exit(1)  # the traceback with the message of the exception is for nobody's log (ADR 5)
        raise
    finally:
        _write_end(run, outcome, failure, heard.getvalue())


def _write_end(run: PeriodicRun, outcome: PeriodicRun.Outcome, failure: str, told: str) -> None:
    """Write down the end; a database that went away is told of in the log, and the run counts as lost."""
    try:
        end(run=run, outcome=outcome, failure=failure, told=told.replace("\0", ""), now=timezone.now())
    except Refusal:
        logger.warning("periodic_run_end_not_recorded", command=run.kind, run=run.pk)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _read_exit(periodic: Periodic, exit_: BaseException, told: str) -> tuple[PeriodicRun.Outcome, str]:
    code = exit_.code if isinstance(exit_, SystemExit) else SIGINT_STATUS
    if code in (None, 0):
        return Outcome.GOOD, ""
    if code in (SIGTERM_STATUS, SIGINT_STATUS):
        return Outcome.STOPPED, _("It was told to stop.")
    if isinstance(code, int) and code in periodic.findings:
        return Outcome.FOUND, str(periodic.findings[code])
    if isinstance(code, str):
        return Outcome.FAILED, code
    last = told.strip().rsplit("\n", 1)[-1]
    return Outcome.FAILED, last or _("It ended with status %(status)s.") % {"status": code}


@contextmanager
def _alive(run: PeriodicRun) -> Iterator[None]:
    """Write down every few seconds that the run goes on, and how far it is, from a thread with its own connection."""
    is_over, far = Event(), [0, 0]

    def tell(done: int, total: int) -> None:
        far[:] = [done, total]

    def say() -> None:
        try:
            while not is_over.wait(ALIVE_SECONDS):
                with suppress(DatabaseError):
                    _say_alive(run, *far)
        finally:
            connection.close()

    progress_bar.watch(tell)
    saying = Thread(target=say, name="alive", daemon=True)
    saying.start()
    try:
        yield
    finally:
        is_over.set()
        saying.join()
        with suppress(DatabaseError):
            _say_alive(run, *far)


def _say_alive(run: PeriodicRun, done: int, total: int) -> None:
    mine = PeriodicRun.objects.filter(pk=run.pk, outcome=Outcome.RUNNING)
    mine.update(seen_at=timezone.now(), done=done, total=total or None)


class _Ear(io.TextIOBase):
    """A stream that keeps what is written into it, and passes it on to another one."""

    def __init__(self, heard: io.StringIO, to: TextIO | None) -> None:
        self.heard, self.to = heard, to

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self.to is not None and self.to.isatty()

    def flush(self) -> None:
        if self.to is not None:
            self.to.flush()

    def write(self, text: str) -> int:
        if not text.startswith("\r"):  # a progress bar
            self.heard.write(text)
        if self.to is not None:
            self.to.write(text)
        return len(text)


@contextmanager
def _heard(*, shown: bool) -> Iterator[io.StringIO]:
    """Return what the command writes on standard output and standard error inside, and show it there or not."""
    heard = io.StringIO()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_Ear(heard, stream if shown else None) for stream in before)
    try:
        yield heard
    finally:
        sys.stdout, sys.stderr = before
