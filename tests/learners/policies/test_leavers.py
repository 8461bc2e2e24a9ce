"""I9 without a database: of whom a file holds everybody, the last day, and how many are many."""

from datetime import date

import pytest

from learners.policies.leavers import FileScope, Holds, ScopeLacking, are_many, last_day_of_leavers, scope_of

TODAY = date(2026, 3, 20)


@pytest.mark.parametrize(
    ("file_date", "last_day"),
    [
        (None, TODAY),
        (TODAY, date(2026, 3, 19)),
        (date(2026, 3, 1), date(2026, 2, 28)),
        (date(2026, 3, 21), TODAY),
        (date(2026, 12, 1), TODAY),
    ],
)
def test_i9_the_last_day_is_the_day_before_the_files_date_or_today(file_date: date | None, last_day: date) -> None:
    assert last_day_of_leavers(file_date, today=TODAY) == last_day


@pytest.mark.parametrize(
    ("leaving", "active", "many"),
    [
        ({1: 3}, {1: 20}, True),
        ({1: 2}, {1: 20}, False),  # two people are never many
        ({1: 5}, {1: 100}, False),  # five in a hundred are not more than five
        ({1: 6}, {1: 100}, True),
        ({1: 1, 2: 1, 3: 1}, {1: 2, 2: 50, 3: 50}, True),  # three people, and half of one company
        ({1: 1, 2: 1, 3: 1}, {1: 20, 2: 20, 3: 20}, False),
        ({}, {}, False),
    ],
)
def test_i9_many_are_three_people_and_more_than_five_in_a_hundred_of_a_company(
    leaving: dict[int, int], active: dict[int, int], many: bool
) -> None:
    assert are_many(leaving, active) is many


def test_i9_a_file_holds_only_changes_unless_somebody_says_of_whom_it_holds_everybody() -> None:
    assert scope_of({}) == FileScope(Holds.CHANGES)
    assert not scope_of({"companies": [1]}).is_everybody
    assert scope_of({"holds": "site", "companies": [1]}) == FileScope(Holds.SITE)
    assert scope_of({"holds": "companies", "companies": [1, 2]}).has(2)
    assert not scope_of({"holds": "companies", "companies": [1, 2]}).has(3)
    with pytest.raises(ScopeLacking):
        scope_of({"holds": "companies"})
