"""C8: whatever is changed, in whatever order and dated back however far, no period vanishes, and both questions are
answered as a plain table of days answers them: what counts about a day, and what was known about it at any later time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from learners.models import Learner, LearnerArea, LearnerAreaPeriod, LearnerPeriod
from learners.models.period import Period
from learners.pages.later import changed_later
from tests.factories.learners import AreaFactory, LearnerFactory, RoleFactory
from tests.factories.training import CompanyFactory

pytestmark = pytest.mark.django_db

DAYS = 30
TODAY = timezone.localdate()
FIRST = TODAY - timedelta(days=DAYS)
ONCE = ("valid_to", "ended_at", "ended_by_id", "overruled_at", "overruled_by_id")
STATUSES = ("ACTIVE", "INACTIVE", "BLACKLISTED")

Table = dict[date, Any]  # what holds on each day; None: nothing


@dataclass(frozen=True)
class Step:
    """Something that is entered on a day (counted from the first) and takes effect on the same or an earlier one."""

    entered: int
    back: int
    values: tuple[int, ...]


steps = st.lists(
    st.builds(Step, st.integers(2, DAYS - 1), st.integers(0, DAYS), st.tuples(*[st.integers(0, 2)] * 4)),
    min_size=1,
    max_size=6,
).map(lambda found: sorted(found, key=lambda step: step.entered))


def days(since: date = FIRST) -> list[date]:
    return [since + timedelta(days=number) for number in range((TODAY - since).days + 1)]


def effective(day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('siteproof.effective_on', %s, true)", [f"{day}"])


def entered_on(day: date, model: type[Period]) -> None:
    """Put back the clock of what was written just now: the database gives nobody a way to do so, but its owner."""
    at = timezone.make_aware(datetime.combine(day, time(12)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for column in ("entered_at", "ended_at", "overruled_at"):
            cursor.execute(
                f"UPDATE {model._meta.db_table} SET {column} = %s WHERE {column} > now() - interval '1 hour'", [at]
            )
        cursor.execute("SET LOCAL session_replication_role = origin")


class Witness:
    """Remembers every row that it has seen, and what must not change about it any more."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, Any]] = {}

    def check(self, model: type[Period]) -> None:
        rows: Any = model._default_manager.values()
        now: dict[int, dict[str, Any]] = {row["id"]: row for row in rows}
        for pk, before in self.rows.items():
            assert pk in now, "a period vanished"
            changed = {name for name, value in before.items() if value != now[pk][name]}
            assert changed <= set(ONCE)
            assert all(before[name] is None for name in changed), "what is set once was set again"
            assert before["overruled_at"] is None or not changed, "what is overruled does not change any more"
        self.rows = now


def counts(periods: Sequence[Any], day: date) -> list[Any]:
    return [
        each
        for each in periods
        if each.overruled_at is None and each.valid_from <= day and (each.valid_to is None or each.valid_to > day)
    ]


def was_known(periods: Sequence[Any], day: date, *, at: date) -> list[Any]:
    """What counted about a day at the end of the day `at`, from the rows alone."""

    def by_then(moment: datetime | None) -> bool:
        return moment is not None and timezone.localdate(moment) <= at

    return [
        each
        for each in periods
        if by_then(each.entered_at)
        and not by_then(each.overruled_at)
        and each.valid_from <= day
        and (each.valid_to is None or each.valid_to > day or not by_then(each.ended_at))
    ]


def compare(periods: Sequence[Any], known: dict[date, Table], told: Callable[[Any], Any]) -> None:
    """Compare the rows with the tables that were known at the end of each day on which something was entered."""

    def one(found: list[Any]) -> Any:
        assert len(found) <= 1, "two periods count at the same time"
        return told(found[0]) if found else None

    table = known[max(known)]
    for day in days():
        note(f"{day}")
        assert one(counts(periods, day)) == table[day]
        for at, then in known.items():
            note(f"as known on {at}")
            assert one(was_known(periods, day, at=at)) == then[day]


def examples(quick: int, full: int, *, long: bool) -> settings:
    return settings(
        max_examples=full if long else quick,
        deadline=None,
        derandomize=not long,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


COLUMNS = ("status", "role_id", "company_id", "end_date")
WORDS = {"Status": 0, "Role": 1, "Employer": 2, "End date": 3}


def test_c8_facts_of_a_worker_are_kept_whatever_is_dated_back(long: bool) -> None:
    roles, companies = RoleFactory.create_batch(3), CompanyFactory.create_batch(3)

    def values_of(step: Step) -> tuple[Any, ...]:
        status, role, company, end = step.values
        ends = (None, TODAY + timedelta(days=100), TODAY + timedelta(days=200))
        return STATUSES[status], roles[role].pk, companies[company].pk, ends[end]

    @examples(40, 2_000, long=long)
    @given(steps)
    def check(entered: list[Step]) -> None:
        with transaction.atomic():
            begin, witness = FIRST + timedelta(days=2), Witness()
            row: list[Any] = ["ACTIVE", roles[0].pk, companies[0].pk, None]
            effective(begin)
            learner = LearnerFactory(
                role=roles[0], company=companies[0], end_date=None, start_date=begin, role_assigned_at=begin
            )
            entered_on(begin, LearnerPeriod)
            table: Table = {day: tuple(row) if day >= begin else None for day in days()}
            known = {begin: dict(table)}
            for step in entered:
                today = FIRST + timedelta(days=step.entered)
                since = max(FIRST, today - timedelta(days=step.back))
                effective(since)
                new = values_of(step)
                Learner.objects.filter(pk=learner.pk).update(**dict(zip(COLUMNS, new, strict=True)))
                witness.check(LearnerPeriod)
                entered_on(today, LearnerPeriod)
                witness = Witness()
                witness.check(LearnerPeriod)
                changed = [number for number in range(len(COLUMNS)) if row[number] != new[number]]
                row = list(new)
                if changed:
                    for day in days(since):
                        old = table[day]
                        table[day] = (
                            new
                            if old is None
                            else tuple(
                                new[number] if number in changed else old[number] for number in range(len(COLUMNS))
                            )
                        )
                known[today] = dict(table)
            effective(TODAY)
            periods = list(LearnerPeriod.objects.filter(learner=learner))
            compare(periods, known, lambda each: tuple(getattr(each, column) for column in COLUMNS))
            for on in days()[:-1]:
                then: Table = next((known[at] for at in sorted(known, reverse=True) if at <= on), dict.fromkeys(days()))
                later = changed_later([learner.pk], on=on).get(learner.pk, [])
                note(f"as of {on}: {[each.sentence for each in later]}")
                if then[on] is None:
                    assert [each.what for each in later] == (["Worker"] if table[on] else [])
                else:
                    differs = {number for number in WORDS.values() if then[on][number] != table[on][number]}
                    assert {WORDS[each.what] for each in later} == differs
            transaction.set_rollback(True)

    check()


def test_c8_places_are_kept_whatever_is_dated_back(long: bool) -> None:
    learner, area = LearnerFactory(), AreaFactory()

    @examples(40, 2_000, long=long)
    @given(steps)
    def check(entered: list[Step]) -> None:
        with transaction.atomic():
            witness, link = Witness(), None
            table: Table = dict.fromkeys(days())
            known = {FIRST: dict(table)}
            for step in entered:
                today = FIRST + timedelta(days=step.entered)
                since = max(FIRST, today - timedelta(days=step.back))
                assigned = FIRST + timedelta(days=5 * step.values[0])
                effective(since)
                if link is None:
                    link = LearnerArea.objects.create(learner=learner, area=area, assigned_at=assigned)
                    table |= dict.fromkeys(days(min(since, assigned)), assigned)
                elif step.values[1]:
                    link.delete()
                    link = None
                    table |= dict.fromkeys(days(since))
                elif link.assigned_at != assigned:
                    link.assigned_at = assigned
                    link.save()
                    is_gap = True
                    for day in days(since):  # it is there from that day on, up to where it was there already
                        is_gap = is_gap and table[day] is None
                        if is_gap or table[day] is not None:
                            table[day] = assigned
                witness.check(LearnerAreaPeriod)
                entered_on(today, LearnerAreaPeriod)
                witness = Witness()
                witness.check(LearnerAreaPeriod)
                known[today] = dict(table)
            effective(TODAY)
            compare(list(LearnerAreaPeriod.objects.all()), known, lambda each: each.assigned_at)
            transaction.set_rollback(True)

    check()
