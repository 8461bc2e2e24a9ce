"""The parts of all objects of the JSON API: camelCase keys, times with an offset, pages, and problems."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from training.core.keys import LARGEST_KEY

PLAUSIBLE_YEARS = range(1900, 2200)

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)
Part = TypeVar("Part")


class ApiRequest(HttpRequest):
    """A request to an operation of the API; only requests with a login get this far."""

    user: User


class ApiObject(Schema):
    """An object of the API. As a body it takes no keys that it does not know, and no text for a number."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", strict=True)


class ApiQuery(Schema):
    """The filter of a list, from the query of the address, where every value is text."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    moment = None
    if isinstance(value, str):
        try:
            moment = parse_datetime(value)
        except ValueError:  # well formed, but the day or hour does not exist
            moment = None
    if moment is None:
        raise ValueError(_("Send date and time as in 2026-03-01T08:00:00+01:00."))
    if timezone.is_naive(moment):
        raise ValueError(_("Send the time with its offset, as in 2026-03-01T08:00:00+01:00."))
    _check_year(moment.year)
    return moment


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.date):
        return value
    day = None
    if isinstance(value, str):
        try:
            day = parse_date(value)
        except ValueError:  # well formed, but the day does not exist
            day = None
    if day is None:
        raise ValueError(_("Send the date as in 2026-03-01."))
    _check_year(day.year)
    return day


def _check_year(year: int) -> None:
    if year not in PLAUSIBLE_YEARS:
        raise ValueError(_("Check the year."))


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError(_("The text holds a character that cannot be stored."))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(_("The text holds a character that cannot be stored.")) from error
    return text


def _written(moment: dt.datetime) -> str:
    return timezone.localtime(moment).isoformat()


Key = Annotated[int, Field(ge=1, le=LARGEST_KEY)]
Text = Annotated[str, AfterValidator(_storable)]
Moment = Annotated[
    dt.datetime,
    BeforeValidator(_moment),
    PlainSerializer(_written, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Day = Annotated[dt.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class ReasonText(ApiObject):
    """Why a legal record is taken back; must not be blank."""

    reason: Text


# Pages of lists


class Paging(ApiQuery):
    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0, le=1_000_000)


class Page(ApiObject, Generic[Item]):
    """Part of a list, and how many there are in all."""

    items: list[Item]
    count: int


def page(rows: QuerySet[Row], paging: Paging, to_items: Callable[[list[Row]], list[Any]]) -> dict[str, Any]:
    """Return one page of `rows` as the API answers it; `to_items` turns its rows into objects, all at once."""
    wanted = list(rows[paging.offset : paging.offset + paging.limit])
    return {"items": to_items(wanted), "count": rows.count()}


def part(rows: Sequence[Part], paging: Paging) -> Sequence[Part]:
    """Return one page of rows that are in memory already."""
    return rows[paging.offset : paging.offset + paging.limit]


# Errors


class ConflictObject(ApiObject):
    """The present state that stands in the way."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow")

    kind: str
    session_id: int | None = None
    start_time: str | None = None
    end_time: str | None = None
    learner_id: int | None = None
    theirs: Any = None
    yours: Any = None


class Problem(Schema):
    """An error after RFC 9457, sent as `application/problem+json`."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] | None = None
    conflict: ConflictObject | None = None


PROBLEMS = frozenset({400, 401, 403, 404, 409, 413, 415, 429, 500, 503})


def answers(success: Any, status: int = 200) -> dict[Any, Any]:
    """Return all answers of an operation, for its documentation.

    Args:
        success: the object that a success answers with; None for an empty body.
        status: the HTTP status of a success.
    """
    return {status: success, PROBLEMS: Problem}
