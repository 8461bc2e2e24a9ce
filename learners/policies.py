"""Pure rules about dates: days come in as arguments, nothing asks the clock or the database.

What a learner must have and whether they have it (C1 to C4) is decided in SQL, by `learners.services.compliance`.
"""

from datetime import date

from dateutil.relativedelta import relativedelta


def add_months(day: date, months: int) -> date:
    """Return the same day of the month, `months` later, or the last day of that month where it is shorter (F2)."""
    return day + relativedelta(months=months)


def expiry_date(completion_date: date, *, validity_months: int) -> date | None:
    """Return the last day on which a pass counts; None where it counts for good (F2: 0 months)."""
    return add_months(completion_date, validity_months) if validity_months else None
