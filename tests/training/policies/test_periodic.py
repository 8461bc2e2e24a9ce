"""When something is due by the clock of the site, without a database (B2)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import get_commands

from training.policies.periodic import A_DAY, A_MINUTE, A_WEEK, PERIODIC, Periodic, run_of

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTLY = Periodic("nightly", "", every=A_DAY, at=time(0, 5), grace=A_DAY)
WEEKLY = Periodic("weekly", "", every=A_WEEK, at=time(3, 30), grace=A_DAY)
EACH_MINUTE = Periodic("minute", "", every=A_MINUTE, grace=A_MINUTE)


@pytest.mark.parametrize(
    ("periodic", "now", "last", "following"),
    [
        # 23:04 UTC is 00:04 in Berlin
        (NIGHTLY, "2026-11-30T23:04+00:00", "2026-11-30T00:05+01:00", "2026-12-01T00:05+01:00"),
        (NIGHTLY, "2026-11-30T23:05+00:00", "2026-12-01T00:05+01:00", "2026-12-02T00:05+01:00"),
        # The days on which the clock is put on and back have 23 and 25 hours
        (NIGHTLY, "2026-03-29T12:00+02:00", "2026-03-29T00:05+01:00", "2026-03-30T00:05+02:00"),
        (NIGHTLY, "2026-10-25T12:00+01:00", "2026-10-25T00:05+02:00", "2026-10-26T00:05+01:00"),
        (WEEKLY, "2026-12-06T03:29+01:00", "2026-11-29T03:30+01:00", "2026-12-06T03:30+01:00"),
        (WEEKLY, "2026-12-06T03:30+01:00", "2026-12-06T03:30+01:00", "2026-12-13T03:30+01:00"),
        (EACH_MINUTE, "2026-12-06T03:30:59+01:00", "2026-12-06T03:30+01:00", "2026-12-06T03:31+01:00"),
    ],
)
def test_b2_what_is_due_is_due_by_the_clock_of_the_site(
    periodic: Periodic, now: str, last: str, following: str
) -> None:
    moment = datetime.fromisoformat(now).astimezone(UTC)
    assert periodic.last_due(moment, BERLIN) == datetime.fromisoformat(last)
    assert periodic.next_due(moment, BERLIN) == datetime.fromisoformat(following)


def test_b2_every_declared_command_is_there_once() -> None:
    commands = [each.command for each in PERIODIC]
    assert len(set(commands)) == len(commands)
    assert set(commands) <= set(get_commands())


def test_b2_a_run_is_told_from_its_arguments() -> None:
    nightly = run_of(["recalculate_compliance", "--due"])
    assert nightly is not None
    assert nightly.again_after == timedelta(hours=1)
    assert run_of(["recalculate_compliance"]) is nightly  # it does more
    assert run_of(["recalculate_compliance", "--help"]) is None
    assert run_of(["migrate"]) is None
    assert run_of([]) is None
