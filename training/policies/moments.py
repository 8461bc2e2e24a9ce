"""Moments that people name by a day and the time that clocks of the site show."""

from datetime import UTC, date, datetime, time

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from training.core.words import clock as clock_in_words


def moment_of(day: date, clock: time) -> datetime:
    """Return the moment, in UTC, at which clocks of the site show this day and time.

    Raises:
        ValidationError: there is no such moment, or there are two, because the clocks change then.
    """
    zone = timezone.get_current_timezone()
    naive = datetime.combine(day, clock)
    first, second = (naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != naive:
        text = _("There is no %(time)s on that day: the clocks go forward. Choose a later time.")
    elif first != second:
        text = _("%(time)s comes twice on that day: the clocks go back. Choose a time before or after that hour.")
    else:
        return first
    raise ValidationError(text % {"time": clock_in_words(clock)})
