"""What runs by the clock: when it is begun, once, again, and what is written down of it (B2)."""

import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.command_line import run_command
from tests.factories.jobs import PeriodicRunFactory
from training.models import PeriodicRun
from training.policies.periodic import MOST_STOPS, periodic_of, switched_on
from training.selectors.periodic import standings, troubles
from training.services import periodic_runs
from training.services.periodic_runs import DUE_AT, RunGoesOn, begin, due, purge, recover

pytestmark = pytest.mark.django_db

Outcome = PeriodicRun.Outcome
AGES = (timedelta(hours=26), timedelta(hours=26, seconds=1))  # of a backup
NIGHTLY, WEEKLY = "recalculate_compliance", "verify_evidence"
NOON = datetime.fromisoformat("2026-12-02T12:00+01:00")  # a Wednesday
DUE = datetime.fromisoformat("2026-12-02T00:05+01:00")


def due_of(command: str, *, now: datetime = NOON) -> list[datetime]:
    return [each.at for each in due(now=now) if each.periodic.command == command]


def run(started_at: datetime, outcome: PeriodicRun.Outcome = Outcome.GOOD, kind: str = NIGHTLY) -> PeriodicRun:
    failure = "" if outcome in (Outcome.GOOD, Outcome.RUNNING) else "The store did not answer."
    ended_at = None if outcome == Outcome.RUNNING else started_at
    made: PeriodicRun = PeriodicRunFactory(
        kind=kind, started_at=started_at, ended_at=ended_at, outcome=outcome, failure=failure
    )
    return made


def test_b2_everything_is_due_on_a_site_where_nothing_ran() -> None:
    assert [each.periodic for each in due(now=NOON)] == list(switched_on())


def test_b2_what_was_missed_for_days_is_made_up_once() -> None:
    run(DUE - timedelta(days=9))
    assert due_of(NIGHTLY) == [DUE]
    run(NOON - timedelta(minutes=1))  # whoever ran it
    assert due_of(NIGHTLY) == []
    assert due_of(NIGHTLY, now=DUE + timedelta(days=1)) == [DUE + timedelta(days=1)]


def test_b2_what_failed_waits_and_what_was_stopped_does_not() -> None:
    run(DUE, Outcome.FAILED)
    assert due_of(NIGHTLY, now=DUE + timedelta(minutes=59)) == []
    assert due_of(NIGHTLY, now=DUE + timedelta(minutes=60)) == [DUE]

    for minute in range(MOST_STOPS):
        run(at := DUE + timedelta(minutes=61 + minute), Outcome.STOPPED)
        assert due_of(NIGHTLY, now=at + timedelta(seconds=5)) == [DUE]
    run(at := at + timedelta(minutes=1), Outcome.STOPPED)  # it is probably the cause
    assert due_of(NIGHTLY, now=at + timedelta(minutes=1)) == []


def test_b2_what_found_something_wrong_is_not_repeated_but_told() -> None:
    run(DUE - timedelta(days=1), Outcome.FOUND, kind=WEEKLY)
    assert due_of(WEEKLY) == []
    told = {each.periodic.command: each.trouble for each in troubles(now=NOON)}
    assert told[WEEKLY] == "The store did not answer."


def test_b2_one_run_of_a_command_goes_on_and_a_lost_one_makes_way() -> None:
    first = begin(kind=NIGHTLY, due_at=DUE, now=NOON)
    for due_at in (DUE, None):
        with pytest.raises(RunGoesOn, match="is running already"):
            begin(kind=NIGHTLY, due_at=due_at, now=NOON + periodic_runs.SILENCE)
    assert due_of(NIGHTLY) == []

    assert recover(now=NOON + periodic_runs.SILENCE + timedelta(seconds=1)) == 1
    first.refresh_from_db()
    assert (first.outcome, first.failure) == (Outcome.STOPPED, "Its process was lost.")
    assert due_of(NIGHTLY) == [DUE]


def test_b2_a_run_that_another_worker_has_made_is_not_made_again() -> None:
    PeriodicRunFactory(due_at=DUE, started_at=NOON)
    with pytest.raises(RunGoesOn):
        begin(kind=NIGHTLY, due_at=DUE, now=NOON)


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> Callable[..., PeriodicRun]:
    """Runs a command as `manage.py` does, with another body, and returns its row."""

    def run_by_hand(does: Callable[[], None], *, due_at: str = "", kind: str = WEEKLY) -> PeriodicRun:
        monkeypatch.setenv(DUE_AT, due_at)
        monkeypatch.setattr("config.command_line.execute_from_command_line", lambda _arguments: does())
        with pytest.raises(BaseException) as ended:  # noqa: PT011, PT012  # whatever it ends with
            run_command(["manage.py", kind])
            sys.exit(0)
        made = PeriodicRun.objects.get()
        made.exit = ended.value  # type: ignore[attr-defined]
        return made

    return run_by_hand


def says(words: str, status: int | str) -> Callable[[], None]:
    def do() -> None:
        print(words)  # noqa: T201
        sys.exit(status)

    return do


def defect() -> None:
    raise ValueError("of Ada Novak")


@pytest.mark.parametrize(
    ("does", "outcome", "failure"),
    [
        (says("All well.", 0), Outcome.GOOD, ""),
        (says("MISSING ab/cd: session S-1.", 1), Outcome.FOUND, "Evidence is missing or not as it was stored."),
        (says("Nothing is known. The store is away.", 2), Outcome.FAILED, "Nothing is known. The store is away."),
        (says("", "Somebody else is working."), Outcome.FAILED, "Somebody else is working."),
        (says("", 143), Outcome.STOPPED, "It was told to stop."),
        (defect, Outcome.FAILED, "It stopped because of an error (ValueError)."),
    ],
)
def test_b2_a_run_by_hand_says_how_it_ended(
    by_hand: Callable[..., PeriodicRun], does: Callable[[], None], outcome: str, failure: str
) -> None:
    made = by_hand(does)
    assert (made.kind, made.due_at, made.outcome) == (WEEKLY, None, outcome)
    assert made.failure.startswith(failure)
    assert bool(made.failure) == (outcome != Outcome.GOOD)
    assert "Novak" not in made.failure + made.told


def test_b2_a_run_of_the_worker_keeps_what_it_said_and_prints_nothing(
    by_hand: Callable[..., PeriodicRun], capfd: pytest.CaptureFixture[str]
) -> None:
    made = by_hand(says("Files read: 3.", 0), due_at=DUE.isoformat())
    assert (made.due_at, made.told) == (DUE, "Files read: 3.\n")
    assert "Files read" not in "".join(capfd.readouterr())


def test_b2_a_defect_of_the_worker_leaves_no_message_on_its_output(
    by_hand: Callable[..., PeriodicRun], capfd: pytest.CaptureFixture[str]
) -> None:
    made = by_hand(defect, due_at=DUE.isoformat())
    assert made.outcome == Outcome.FAILED
    assert isinstance(made.exit, SystemExit)  # type: ignore[attr-defined]
    assert "Novak" not in "".join(capfd.readouterr())


def test_b2_old_runs_go_and_the_last_good_one_stays() -> None:
    good = run(NOON - timedelta(days=900))
    run(NOON - timedelta(days=901))
    kept = run(NOON - timedelta(days=300), Outcome.FAILED)
    run(NOON - timedelta(days=3), kind="seal_log")
    last = run(NOON - timedelta(days=2, minutes=1), kind="seal_log")
    assert purge(now=NOON) == 2
    assert set(PeriodicRun.objects.all()) == {good, kept, last}


def test_b2_what_did_not_run_is_told_after_its_grace() -> None:
    now = timezone.now()
    for each in switched_on():
        run(now, kind=each.command)
    assert not troubles(now=now)
    nightly = periodic_of(NIGHTLY)
    assert nightly is not None
    late = nightly.next_due(now, timezone.get_default_timezone()) + nightly.grace
    assert NIGHTLY not in [each.periodic.command for each in troubles(now=late)]
    told = {each.periodic.command: each.trouble for each in troubles(now=late + timedelta(seconds=1))}
    assert told[NIGHTLY] == "It did not run when it was due."
    assert {each.periodic.command: each.next_due for each in standings(now=late)}[NIGHTLY] == late - nightly.grace


def test_b2_a_command_refuses_in_words_while_the_worker_runs_it(capsys: pytest.CaptureFixture[str]) -> None:
    run(timezone.now(), Outcome.RUNNING, kind="clearsessions")
    with pytest.raises(SystemExit) as ended:
        run_command(["manage.py", "clearsessions"])
    assert ended.value.code == os.EX_TEMPFAIL  # 1 means of some that something was found
    assert "clearsessions is running already" in capsys.readouterr().err


def test_b1_a_backup_is_never_begun_here_but_missed(settings: Any) -> None:
    """It runs as the owner of the tables, which the worker is not."""
    settings.BACKUP_MAX_AGE_HOURS = 26
    run(NOON, kind="backup")
    assert due_of("backup", now=NOON + timedelta(days=9)) == []
    told = [{each.periodic.command: each.trouble for each in standings(now=NOON + age)}["backup"] for age in AGES]
    assert told == ["", "It did not run when it was due."]
