"""The public holidays of the site's country, on which classes do not meet (H1; setting `SITE_HOLIDAYS`)."""

from datetime import date
from functools import lru_cache

import holidays
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


def public_holidays(*, first: date, last: date) -> dict[date, str]:
    """Return by day the names of the holidays from `first` through `last`, in the language of the site if possible."""
    named: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        named |= _of_year(settings.SITE_HOLIDAYS, settings.LANGUAGE_CODE, year)
    return {day: name for day, name in named.items() if first <= day <= last}


@lru_cache(maxsize=64)
def _of_year(place: str, language: str, year: int) -> dict[date, str]:
    return dict(_calendar(place, language, year)) if place else {}


def _calendar(place: str, language: str, year: int | None = None) -> holidays.HolidayBase:
    """Return the calendar of a country, or of a part of it such as DE/BY.

    Args:
        year: the year that is filled in at once; None fills in years when they are asked for.

    Raises:
        NotImplementedError: the library does not know the country or the part.
    """
    country, _slash, subdivision = place.partition("/")
    found = holidays.country_holidays(country, subdiv=subdivision or None)
    named = [name for name in found.supported_languages if name.startswith(language.partition("-")[0])]
    return holidays.country_holidays(
        country, subdiv=subdivision or None, years=year, language=named[0] if named else found.default_language
    )


@register(deploy=True)
def check_setting(**kwargs: object) -> list[CheckMessage]:
    """System check before a deployment: SITE_HOLIDAYS names a known place. Reading all calendars takes a while."""
    place = settings.SITE_HOLIDAYS
    try:
        if place:
            _calendar(place, settings.LANGUAGE_CODE)
    except NotImplementedError as error:
        return [Error(f"SITE_HOLIDAYS={place!r}: {error}.", hint='Name it such as "DE" or "DE/BY", or leave it empty.')]
    return []
