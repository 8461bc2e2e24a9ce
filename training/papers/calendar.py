"""The calendar of a trainer or a venue in the form that calendar programs read (RFC 5545, X4). It names no worker."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from training.core.web.pages import page_of
from training.selectors.feeds import Appointment

CONTENT_TYPE = "text/calendar; charset=utf-8"
HOURS_BETWEEN_LOOKS = 1


def as_calendar(found: Iterable[Appointment], *, name: str, site: UUID, host: str) -> bytes:
    """Return a calendar; the same appointments give the same bytes.

    Args:
        name: of the calendar.
        site: the identity of the site, which no other site has.
        host: the beginning of the addresses of pages.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//SiteProof//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", f"PT{HOURS_BETWEEN_LOOKS}H")
    for each in found:
        calendar.add_component(_event(each, site=site, host=host))
    return bytes(calendar.to_ical())


def _event(each: Appointment, *, site: UUID, host: str) -> Event:
    event = Event()
    event.add("uid", f"{each.uid}@{site}")
    event.add("dtstamp", each.changed_at)
    event.add("last-modified", each.changed_at)
    event.add("sequence", each.sequence)
    event.add("status", "CANCELLED" if each.is_cancelled else "CONFIRMED")
    event.add("dtstart", each.start)
    event.add("dtend", each.end)
    event.add("summary", _("Cancelled: %(what)s") % {"what": each.summary} if each.is_cancelled else each.summary)
    if each.place:
        event.add("location", each.place)
    if each.reference:
        event.add("description", each.reference)
    event.add("url", f"{host}{page_of(*each.link)}")
    return event
