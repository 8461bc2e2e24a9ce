"""Venues: rooms and yards where sessions are held."""

from datetime import datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.core.permissions import Permission, check_may
from training.core.refusals import NotFound
from training.core.transactions import acting
from training.models import Venue
from training.services.library_rows import write_row


class VenueFacts(TypedDict, total=False):
    """What is known of a venue; `capacity` in people. A field left out stays as it is."""

    name: str
    capacity: int
    location: str
    is_active: bool


def create_venue(*, facts: VenueFacts, by: User) -> Venue:
    """Add a venue.

    Raises:
        NotPermitted: not granted.
        Invalid: a field breaks its rule; `errors` names it.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        return write_row(Venue(), facts, by=by)


def edit_venue(*, venue_id: int, facts: VenueFacts, by: User, loaded: datetime | None = None) -> Venue:
    """Change a venue. An inactive one is offered for nothing new; what is booked there stays.

    Fewer seats than people on a list are a warning on that session, never a refusal here (S7).

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.

    Raises:
        NotPermitted, Invalid: as `create_venue`.
        NotFound: there is no such venue.
        Stale: somebody else was faster.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        venue = Venue.objects.select_for_update(no_key=True).filter(pk=venue_id).first()
        if venue is None:
            raise NotFound(_("There is no such venue."))
        return write_row(venue, facts, by=by, loaded=loaded)
