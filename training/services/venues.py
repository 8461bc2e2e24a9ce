"""Venues: rooms and yards where sessions are held."""

from datetime import datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.models import Venue
from training.services.library_rows import create_row, edit_row


class VenueFacts(TypedDict, total=False):
    """What is known of a venue; `capacity` in people. A field that is left out stays as it is."""

    name: str
    capacity: int
    location: str
    is_active: bool


def create_venue(*, facts: VenueFacts, by: User) -> Venue:
    """Add a venue.

    Raises:
        NotPermitted, Invalid: as `create_row`.
    """
    return create_row(Venue(), facts, by=by)


def edit_venue(*, venue_id: int, facts: VenueFacts, by: User, loaded: datetime | None = None) -> Venue:
    """Change a venue. An inactive one is offered for nothing new; what is booked there stays.

    Fewer seats than people on a list are a warning on that session, never a refusal here (S7).

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.

    Raises:
        NotPermitted, Invalid, NotFound, Stale: as `edit_row`.
    """
    missing = _("There is no such venue.")
    return edit_row(Venue.objects.all(), venue_id, facts, missing=missing, by=by, loaded=loaded)
