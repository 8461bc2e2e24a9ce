"""The rules about the dates of training records, without a clock or a database.

What a worker must have, and whether they have it (C1 to C4), is decided in SQL by `learners.services.compliance`.
"""

from datetime import date

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from learners.models import TrainingRecord
from training.core.refusals import Invalid


class CompletionAhead(Invalid):
    """The completion of the training lies in the future (400)."""


class ExpiryTooEarly(Invalid):
    """The certificate would have expired before it was earned (400)."""


class ExpiryOfFailed(Invalid):
    """A training that was not passed has no last day (400)."""


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or the last day of that month if it is shorter (F2)."""
    return day + relativedelta(months=months)


def expiry_date(completion_date: date, *, validity_months: int) -> date | None:
    """Return the last day on which a pass counts; None for 0 months of validity, with which it counts for good (F2)."""
    return add_months(completion_date, validity_months) if validity_months else None


def check_external_dates(completion_date: date, expiry_date: date | None, *, result: str, today: date) -> None:
    """R1: external training is completed by today, and expires no earlier than that. A past expiry is accepted.

    Args:
        expiry_date: None where the certificate does not expire, and where the training was not passed.
        result: a `TrainingRecord.Result`.
        today: the site's date.

    Raises:
        CompletionAhead, ExpiryTooEarly, ExpiryOfFailed: `errors` names the field.
    """
    if completion_date > today:
        message = _("The training cannot be completed in the future. Enter the date on the certificate.")
        raise CompletionAhead.of_fields({"completion_date": [message]})
    if expiry_date is not None and expiry_date < completion_date:
        message = _("The certificate cannot expire before the training was completed. Check both dates.")
        raise ExpiryTooEarly.of_fields({"expiry_date": [message]})
    if expiry_date is not None and result == TrainingRecord.Result.FAILED:
        message = _("A training that was not passed is valid on no day. Leave the last day empty.")
        raise ExpiryOfFailed.of_fields({"expiry_date": [message]})
