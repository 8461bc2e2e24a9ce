"""What the cells of a column of days tell about each other (I4): day and month, century, months without a day."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from training.core.imports.declaration import MonthMeans
from training.policies.imports.values.days import DayOrder, DayReading, DayWhat, day_in_order, full_year

NAMED = 5  # cells that are named with a question
NEAR = 10  # years around those with four figures in which one of two figures is expected
WIDE = 15  # days of a column spread wider than this, its years do not
FEWEST = 5  # different cells by which days and years are told apart
LAST_TWO_WAYS = 12  # a day up to here can be a month


class DayCell(NamedTuple):
    """A cell of a column of days: its row, and what is asked about it."""

    row: int
    text: str


@dataclass
class DayFacts:
    """The days of a column, gathered cell by cell.

    Attributes:
        whats: how many cells say what.
        orders: of days in figures with and without dots: how many cells are days in which orders.
        has_long: with and without dots, whether there are years of four figures.
        years: all of four figures; short_years: all of two.
        firsts, lasts: first and last numbers where years have two figures and no dots are between.
        true_days: how many true dates there are; true_last: the highest day of a month among them.
        cells: for each subject of a question, the first cells that it stands for.
    """

    whats: Counter[DayWhat] = field(default_factory=Counter)
    orders: dict[bool, Counter[frozenset[DayOrder]]] = field(
        default_factory=lambda: {False: Counter(), True: Counter()}
    )
    has_long: dict[bool, bool] = field(default_factory=lambda: {False: False, True: False})
    years: set[int] = field(default_factory=set)
    short_years: set[int] = field(default_factory=set)
    firsts: set[int] = field(default_factory=set)
    lasts: set[int] = field(default_factory=set)
    true_days: int = 0
    true_last: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    cells: dict[str, list[DayCell]] = field(default_factory=dict)

    def add(self, reading: DayReading, count: int, cell: DayCell) -> None:
        """Add cells that say the same."""
        self.whats[reading.what] += count
        if reading.what in {DayWhat.DAY, DayWhat.OPEN, DayWhat.MONTH}:
            self._name("any", count, cell)
        if reading.what is DayWhat.DAY and reading.day:
            self.years.add(reading.day.year)
        if reading.is_true_day and reading.day:
            self.true_days += count
            self.true_last = max(self.true_last, reading.day.day)
            self._name("true", count, cell)
        if reading.what is DayWhat.MONTH:
            self._name("month", count, cell)
            if reading.is_short:
                self.short_years.add(reading.numbers[0])
                self._name("short", count, cell)
        if reading.what is DayWhat.OPEN:
            self._add_open(reading, count, cell)

    def _add_open(self, reading: DayReading, count: int, cell: DayCell) -> None:
        self.orders[reading.is_dotted][reading.orders] += count
        if len(reading.orders) > 1:
            self._name(f"open {reading.is_dotted}", count, cell)
        if not reading.is_short:
            self.has_long[reading.is_dotted] = True
            self.years.add(reading.numbers[2])
            return
        place = 0 if reading.orders == {DayOrder.YMD} else 2
        self.short_years.add(reading.numbers[place])
        self._name("short", count, cell)
        if not reading.is_dotted:
            self.firsts.add(reading.numbers[0])
            self.lasts.add(reading.numbers[2])

    def _name(self, subject: str, count: int, cell: DayCell) -> None:
        self.counts[subject] += count
        named = self.cells.setdefault(subject, [])
        if len(named) < NAMED:
            named.append(cell)

    # What the column tells

    def candidates(self, is_dotted: bool) -> frozenset[DayOrder]:
        """Return the orders in which all days in figures are days; none where the cells contradict each other."""
        orders = self.orders[is_dotted]
        if not orders:
            return frozenset()
        common = frozenset.intersection(*orders)
        if DayOrder.YMD in common and len(common) > 1:
            common = self._without_one_place(common, is_dotted)
        return common

    def _without_one_place(self, common: frozenset[DayOrder], is_dotted: bool) -> frozenset[DayOrder]:
        """Tell whether the year stands first or last: days of a column are spread widely, years are not."""
        if self.has_long[is_dotted]:
            return common - {DayOrder.YMD}
        if len(self.firsts) >= FEWEST and _spread(self.firsts) > WIDE >= _spread(self.lasts):
            return common - {DayOrder.YMD}
        if len(self.lasts) >= FEWEST and _spread(self.lasts) > WIDE >= _spread(self.firsts):
            return frozenset({DayOrder.YMD})
        return common

    def told_order(self, is_dotted: bool) -> DayOrder | None:
        """Return the order that the column tells; None where it is to be asked, or makes no difference.

        Days with dots are day.month.year unless other cells with dots say otherwise.
        """
        candidates = self.candidates(is_dotted)
        if len(candidates) == 1:
            return next(iter(candidates))
        if is_dotted and DayOrder.DMY in candidates:
            return DayOrder.DMY
        return None

    def asks_order(self, is_dotted: bool) -> bool:
        """Tell whether day and month have to be asked about."""
        return self.counts[f"open {is_dotted}"] > 0 and self.told_order(is_dotted) is None

    def told_window(self) -> int | None:
        """Return the first of the hundred years in which years of two figures lie, as those with four tell it."""
        if not self.years or not self.short_years:
            return None
        first, last = min(self.years), max(self.years)
        window = last + NEAR - 99
        if all(full_year(year, window) >= first - NEAR for year in self.short_years):
            return window
        return None

    def asks_window(self) -> bool:
        """Tell whether the century has to be asked about."""
        return bool(self.short_years) and self.told_window() is None

    def asks_months(self) -> bool:
        """Tell whether it has to be asked which day a month means."""
        return self.counts["month"] > 0

    def asks_swapped(self) -> bool:
        """Tell whether a spreadsheet of another country may have turned days and months of true dates around.

        It makes dates of those it understands, and leaves as text those whose day cannot be a month. So where every
        text has such a day and no true date has one, the true dates may all be wrong.
        """
        texts = self.orders[False]
        return (
            self.true_days >= 2
            and self.true_last <= LAST_TWO_WAYS
            and bool(texts)
            and all(len(orders) == 1 for orders in texts)
        )


def _spread(numbers: set[int]) -> int:
    return max(numbers) - min(numbers)


class DayRule(NamedTuple):
    """How the days of a column are read, told by its cells or by answers; None where neither says it.

    Attributes:
        dotted, plain: the order of days in figures with dots, and with other signs.
        window: the first of the hundred years of those with two figures.
        month: which day a month means; MONTHS_LEFT_OUT where it is none.
        is_swapped: whether true dates have day and month turned around; None where that is asked.
    """

    dotted: DayOrder | None = None
    plain: DayOrder | None = None
    window: int | None = None
    month: MonthMeans | str | None = None
    is_swapped: bool | None = False


MONTHS_LEFT_OUT = "leave out"


def day_by(reading: DayReading, rule: DayRule) -> date | None:
    """Return the day that a cell means; None where a question about it has no answer.

    Args:
        reading: a day, an open day or a month.
    """
    if reading.what is DayWhat.DAY and reading.day:
        if not reading.is_true_day or rule.is_swapped is False:
            return reading.day
        return None if rule.is_swapped is None else _swapped(reading.day)
    if reading.is_short and rule.window is None:
        return None
    if reading.what is DayWhat.MONTH:
        year, month = reading.numbers
        if reading.is_short and rule.window is not None:
            year = full_year(year, rule.window)
        if rule.month == MonthMeans.FIRST_DAY:
            return date(year, month, 1)
        return last_of_month(year, month) if rule.month == MonthMeans.LAST_DAY else None
    order = rule.dotted if reading.is_dotted else rule.plain
    if len(reading.orders) == 1:
        (order,) = reading.orders
    if order is None or order not in reading.orders:
        return None
    return day_in_order(reading.numbers, order, window=rule.window if reading.is_short else None)


def _swapped(day: date) -> date:
    return day.replace(month=day.day, day=day.month) if day.day <= LAST_TWO_WAYS else day


def last_of_month(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1) - date.resolution
