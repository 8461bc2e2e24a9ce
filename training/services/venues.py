"""Venues: rooms and yards where sessions are held."""

from datetime import datetime
from functools import partial
from typing import TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.models import Venue
from training.services.library_rows import create_row, edit_row
from training.services.names import check_name


class VenueFacts(TypedDict, total=False):
    """What is known of a venue; `capacity` in people. A field that is left out stays as it is."""

    name: str
    capacity: int
    location: str
    is_active: bool


def create_venue(*, facts: VenueFacts, by: User, confirmed: str | None = "") -> Venue:
    """Add a venue.

    Args:
        confirmed: the word of the question that the person confirmed (`training.core.questions`).

    Raises:
        NotPermitted, Invalid: as `create_row`.
        NameTaken: there is a venue of this name, however it is spelled (L4).
        ConfirmationNeeded: there is one of nearly this name, or it has letters that only look Latin (409).
    """
    return create_row(Venue(), facts, by=by, check=partial(check_name, confirmed=confirmed))


def edit_venue(
    *,
    venue_id: int,
    facts: VenueFacts,
    by: User,
    loaded: datetime | None = None,
    confirmed: str | None = "",
) -> Venue:
    """Change a venue. An inactive one is offered for nothing new; what is booked there stays.

    Fewer seats than people on a list are a warning on that session, never a refusal here (S7).

    Args:
        loaded: `updated_at` of what the person had before them; None does not ask.
        confirmed: as for `create_venue`.

    Raises:
        NotPermitted, Invalid, NotFound, Stale: as `edit_row`.
        NameTaken, ConfirmationNeeded: as `create_venue`, if the name changes.
    """
    check = partial(check_name, confirmed=confirmed)
    missing = _("There is no such venue.")
    return edit_row(Venue.objects.all(), venue_id, facts, missing=missing, by=by, loaded=loaded, check=check)
